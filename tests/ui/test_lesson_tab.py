"""What happens when a step is shown, as plain functions."""

from types import SimpleNamespace

import gradio as gr
import pytest

from restorers.lessons import LESSONS
from restorers.ui.jobs import Line
from restorers.ui.lesson_tab import LessonTab, asked, lesson_bar
from restorers.ui.restore_handlers import Desk
from restorers.ui.restore_tab import RestoreTab

ME = SimpleNamespace(session_hash="me")


@pytest.fixture(scope="module")
def tab():
    with gr.Blocks():
        lessons = LessonTab(lesson_bar())
        lessons.restore = RestoreTab(Desk(Line()))
    lessons.train = SimpleNamespace(open=lambda link: {"opened": link})
    return lessons


def numbered(tab_name):
    """The first step that sets a tab, with its lesson's name and its number."""
    return next((lesson.name, i, step) for lesson in LESSONS for i, step in enumerate(lesson.steps, 1) if step.tab == tab_name)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "noise",
        [],
        {},
        {"lesson": "noise"},
        {"lesson": "noise", "step": 0},
        {"lesson": "noise", "step": 99},
        {"lesson": "noise", "step": "1"},
        {"lesson": "noise", "step": True},
        {"lesson": "noise", "step": 1.0},
        {"lesson": "nonsense", "step": 1},
        {"lesson": ["noise"], "step": 1},
    ],
)
def test_what_is_no_step_sets_nothing(tab, value):
    assert asked(value) is None
    assert set(tab.set_restore(value, ME)) == {tab.bar}
    assert set(tab.set_train(value)) == {tab.bar}


def test_a_step_sets_the_restore_tab(tab):
    updates = tab.set_restore({"lesson": "resolution", "step": 3}, ME)
    restore = tab.restore
    assert updates[restore.sample] == "face"
    assert updates[restore.damage]["value"] == "downscale"
    assert updates[restore.damages["downscale"].components["factor"]] == 2.5
    assert updates[restore.damages["downscale"].components["method"]] == "area"
    assert updates[restore.restorer]["value"] == "unsharp_mask"
    assert updates[restore.banner] == ""
    shown = {pane["id"]: pane["url"] for pane in updates[restore.panes]["panes"]}
    assert shown["original"] and shown["degraded"] and not shown["restored"]


def test_a_step_of_one_tab_does_not_set_the_other(tab):
    name, number, step = numbered("train")
    assert set(tab.set_restore({"lesson": name, "step": number}, ME)) == {tab.bar}
    assert tab.set_train({"lesson": name, "step": number}) == {"opened": step.link}
    name, number, _ = numbered("restore")
    assert set(tab.set_train({"lesson": name, "step": number})) == {tab.bar}
