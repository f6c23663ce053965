"""What the Restore tab does when something is used, as plain functions."""

import asyncio
import json
import threading
from types import SimpleNamespace

import gradio as gr
import pytest
from starlette.datastructures import QueryParams

from restorers.errors import Cancelled
from restorers.ui.jobs import Line
from restorers.ui.restore_handlers import Desk
from restorers.ui.restore_tab import RestoreTab, fitting, restorer_options
from restorers.ui.setup import MAX_STEPS, Setup, Step, to_query

SOON = 30  # seconds; only broken work takes as long


@pytest.fixture(scope="module")
def built():
    with gr.Blocks():
        return RestoreTab(Desk(Line()))


@pytest.fixture
def tab(built, photo_file, monkeypatch):
    """The tab with a desk of its own, showing a small photo."""
    monkeypatch.setattr(built, "desk", Desk(Line()))
    monkeypatch.setattr(built, "path", lambda values: str(photo_file) if values[built.sample] else values[built.photo])
    return built


@pytest.fixture
def values(tab):
    shown = {component: component.value for component in tab.inputs}
    return shown | {tab.restorer: "gaussian_filter", tab.photo: None}


def visitor(name="me", query=""):
    return SimpleNamespace(session_hash=name, query_params=QueryParams(query))


def run(tab, values, request):
    async def all_of_it():
        return [update async for update in tab.restore(values, request)]

    return asyncio.run(all_of_it())


def said(updates, component):
    return json.dumps(updates[component], ensure_ascii=False)


def test_the_components_at_first_are_the_setup_to_start_with(built):
    values = {component: component.value for component in built.inputs}
    setup = built.setup(values)
    assert setup.sample == built.start.sample
    assert [(s.name, dict(s.settings)) for s in setup.steps] == [(s.name, dict(s.settings)) for s in built.start.steps]
    assert (setup.restorer, setup.settings, setup.strength) == (built.start.restorer, built.start.settings, 1.0)


def test_a_run_ends_with_the_gain_and_gives_the_button_back(tab, values):
    updates = run(tab, values, visitor())
    assert updates[0][tab.run]["visible"] == "hidden"
    assert updates[0][tab.stop]["visible"] is True
    last = updates[-1]
    assert 'id="restore-gain"' in last[tab.numbers]
    assert last[tab.run]["visible"] is True
    assert last[tab.stop]["visible"] == "hidden"
    assert last[tab.panes]["panes"][2]["url"]
    assert last[tab.strength]["visible"] is True


def test_a_run_that_cannot_begin_says_why_in_both_languages(tab, values):
    (update,) = run(tab, values | {tab.restorer: "wiener"}, visitor())
    assert "must be told how exactly the photo was blurred" in update[tab.problem]
    assert "照片究竟是如何模糊的" in update[tab.problem]
    assert update[tab.run]["visible"] is True


def test_a_failure_inside_ends_in_a_sentence_without_a_trace(tab, values, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("restorers.ui.restore_handlers.restore", broken)
    last = run(tab, values, visitor())[-1]
    assert "Something went wrong on the server" in last[tab.problem]
    assert "secret" not in last[tab.problem]
    assert last[tab.run]["visible"] is True


def test_stop_ends_the_run_and_the_page_goes_on(tab, values, monkeypatch):
    began = threading.Event()

    def endless(observation, restorer, progress, cancel):
        began.set()
        assert cancel.wait(SOON)
        raise Cancelled

    monkeypatch.setattr("restorers.ui.restore_handlers.restore", endless)

    threading.Thread(target=lambda: began.wait(SOON) and tab.halt(visitor())).start()
    last = run(tab, values, visitor())[-1]
    assert "Stopped." in last[tab.problem]
    assert last[tab.run]["visible"] is True


def test_a_second_visitor_is_told_that_he_waits(tab, values, monkeypatch):
    gate = threading.Event()
    held = tab.desk.line.start("other", lambda progress, cancel: gate.wait(SOON))

    async def wait():
        texts = []
        async for update in tab.restore(values, visitor()):
            if tab.panes in update and (busy := update[tab.panes]["panes"][2]["busy"]):
                texts.append(busy["text"]["en"])
                gate.set()
        return texts

    assert asyncio.run(wait())[0] == "Waiting, 1 ahead of you"
    assert held.done.wait(SOON)


def test_another_damage_brings_the_methods_made_for_it_first(tab, values):
    updates = tab.choose_damage(values | {tab.damage: "jpeg"}, visitor())
    offered = updates[tab.restorer]["options"]
    assert offered[0]["group_en"] == "Made for this damage"
    assert updates[tab.restorer]["value"] in [o["value"] for o in offered if o["group_en"] == "Made for this damage"]
    assert next(o for o in offered if o["value"] == "wiener")["disabled"]
    kept = tab.choose_damage(values | {tab.damage: "poisson_noise"}, visitor())
    assert kept[tab.restorer]["value"] == "gaussian_filter"


def test_without_damage_nothing_is_scored_and_nothing_drawn(tab, values):
    updates = tab.choose_damage(values | {tab.damage: "none"}, visitor())
    assert updates[tab.drawing]["visible"] == "hidden"
    assert updates[tab.none_help]["visible"] is True
    last = run(tab, values | {tab.damage: "none"}, visitor())[-1]
    assert "Nobody knows the original" in last[tab.numbers]
    assert "PSNR" not in last[tab.numbers]
    assert [pane["id"] for pane in last[tab.panes]["panes"]] == ["degraded", "restored"]


def test_then_also_freezes_the_present_damage(tab, values):
    updates = tab.add_step(values, visitor())
    assert [chip["name"] for chip in updates[tab.steps]] == ["gaussian_noise"]
    assert updates[tab.damage] == "jpeg"
    more = values | {tab.steps: updates[tab.steps], tab.damage: "jpeg"}
    assert [s.name for s in tab.setup(more).steps] == ["gaussian_noise", "jpeg"]
    full = values | {tab.steps: updates[tab.steps] * MAX_STEPS}
    assert f"At most {MAX_STEPS}" in tab.add_step(full, visitor())[tab.problem]


def test_another_draw_changes_the_seed(tab, values):
    seeds = {tab.draw_again(values, visitor())[tab.seed] for _ in range(8)}
    assert len(seeds) > 1


def test_an_own_photo_takes_the_samples_place(tab, values, large_file):
    updates = tab.take_photo(values | {tab.photo: str(large_file)}, visitor())
    assert updates[tab.sample] == ""
    assert "Reduced from 2400 × 1200" in updates[tab.notes]
    assert "photo=" not in updates[tab.save]
    gone = tab.take_photo(values | {tab.photo: None}, visitor())
    assert "Choose a photo first" in gone[tab.numbers]
    assert gone[tab.problem] == ""
    assert "Choose a photo first" in run(tab, values | {tab.sample: "", tab.photo: None}, visitor())[-1][tab.problem]
    assert tab.choose_damage(values | {tab.sample: "", tab.photo: None, tab.damage: "jpeg"}, visitor())[tab.restorer]["value"]


def test_after_a_refused_photo_the_one_before_is_back(tab, values, photo_file):
    assert tab.refuse_photo(visitor("new")) == {tab.photo: None}
    tab.refresh(values, visitor())
    assert tab.refuse_photo(visitor()) == {tab.photo: str(photo_file)}


def test_strength_without_a_result_says_what_to_do(tab, values):
    tab.refresh(values, visitor())
    assert "Press Restore again" in tab.blend(values | {tab.strength: 50}, visitor())[tab.problem]
    run(tab, values, visitor())
    half = tab.blend(values | {tab.strength: 50}, visitor())
    assert half[tab.panes]["strength"] is None  # the browser is ahead of the server
    assert "strength=50" in half[tab.save]


def test_a_link_opens_with_its_settings(built, monkeypatch):
    monkeypatch.setattr(built, "desk", Desk(Line()))
    steps = (Step("gaussian_blur", {"sigma": 2.0}), Step("jpeg", {"quality": 30}))
    setup = Setup("rocket", "fit", steps, 9, "non_local_means", {"strength": 1.0}, 0.5)
    updates = built.open(visitor(query=to_query(setup)))
    assert updates[built.sample] == "rocket"
    assert [chip["name"] for chip in updates[built.steps]] == ["gaussian_blur"]
    assert updates[built.damage] == "jpeg"
    assert updates[built.damages["jpeg"].components["quality"]] == 30
    assert updates[built.seed] == 9
    assert updates[built.restorer]["value"] == "non_local_means"
    assert updates[built.restorers["non_local_means"].components["strength"]] == 1.0
    assert updates[built.strength]["value"] == 50
    assert updates[built.banner] == ""
    assert updates[built.panes]["panes"][1]["url"]


def test_a_broken_link_opens_all_the_same_and_says_what_was_left_out(built, monkeypatch):
    monkeypatch.setattr(built, "desk", Desk(Line()))
    updates = built.open(visitor(query="with=gaussian_noise,sigma=9e9&photo=<script>&using=magic"))
    assert "sigma must be a number from 0 to 100" in updates[built.banner]
    assert "&lt;script&gt;" in updates[built.banner]
    assert "<script>" not in updates[built.banner]
    assert updates[built.damages["gaussian_noise"].components["sigma"]] == 25
    assert updates[built.restorer]["value"] == built.start.restorer


def test_hostile_values_of_the_browser_end_in_a_sentence(tab, values):
    for wrong in ({tab.damage: "../x"}, {tab.restorer: "x"}, {tab.size: "x"}, {tab.steps: [{"name": "x"}]}, {tab.sample: 7}):
        updates = tab.refresh(values | wrong, visitor())
        assert tab.panes in updates


def test_what_the_method_is_told_is_said(tab, values):
    assert "how strong the noise is" in tab.refresh(values | {tab.restorer: "non_local_means"}, visitor())[tab.told]
    assert "It sees the degraded photo only." in tab.refresh(values, visitor())[tab.told]


def test_a_chosen_method_stays_only_if_it_fits():
    setup = Setup(steps=(Step("gaussian_noise", {}),))
    offered = restorer_options(setup)
    assert fitting(offered, "median_filter") == "median_filter"
    assert fitting(offered, "telea") != "telea"
    assert fitting(offered, "telea") != "do_nothing"
