"""The Lessons tab, the bar that walks along on the other tabs, and what happens when a step is shown."""

from __future__ import annotations

from typing import Any

import gradio as gr
from gradio.components.base import Component

from restorers.lessons import LESSONS, Step
from restorers.ui.restore_tab import PRIVATE, RestoreTab
from restorers.ui.setup import query_pairs
from restorers.ui.train_tab import TrainTab


def lesson_bar() -> gr.HTML:
    """The bar above the tabs: the step that is being shown, and what was left out of a link. Everything in it is drawn by the browser.

    Its value is ``{"lesson": name, "step": number from 1}`` when it asks for a step. Event ``input``: set the Restore tab; ``submit``:
    set it and restore; ``select``: set the Train tab. The value comes from outside: check it.
    """
    return gr.HTML(
        None,
        html_template='<div class="lesson-bar"></div>',
        js_on_load="restorers.lessons.bar(element, props, trigger);",
        apply_default_css=False,
        elem_id="lesson-bar",
    )


def asked(value: Any) -> Step | None:
    """The step that the bar asks for; None where there is none of that name and number."""
    if not isinstance(value, dict):
        return None
    name, number = value.get("lesson"), value.get("step")
    if not isinstance(name, str) or name not in LESSONS or type(number) is not int:
        return None
    steps = LESSONS.get(name).steps
    return steps[number - 1] if 1 <= number <= len(steps) else None


class LessonTab:
    """The component of the tab, and the listeners. Build it inside of a ``gr.Tab``; call ``listen`` inside of the ``gr.Blocks``.

    Args:
        bar: from ``lesson_bar``, placed above the tabs.
    """

    def __init__(self, bar: gr.HTML):
        self.bar = bar
        self.room = gr.HTML(
            html_template='<div class="lesson-room"></div>',
            js_on_load="restorers.lessons.room(element);",
            apply_default_css=False,
            elem_id="lesson-room",
        )

    def set_restore(self, value: Any, request: gr.Request) -> dict[Component, Any]:
        """Set the Restore tab as a step says."""
        step = asked(value)
        return self.restore.take(query_pairs(step.link), request.session_hash) if step and step.tab == "restore" else {self.bar: gr.skip()}

    def set_train(self, value: Any) -> dict[Component, Any]:
        """Set the Train tab as a step says."""
        step = asked(value)
        return self.train.open(step.link) if step and step.tab == "train" else {self.bar: gr.skip()}

    def listen(self, restore: RestoreTab, train: TrainTab) -> None:
        """Attach the listeners.

        Args:
            restore, train: the tabs that the steps set.
        """
        self.restore, self.train = restore, train
        quiet: dict[str, Any] = {"show_progress": "hidden", "show_progress_on": self.bar, **PRIVATE}
        at_once: dict[str, Any] = {"queue": False, "trigger_mode": "always_last", **quiet}
        restores = restore.arranged | {restore.photo, restore.banner, self.bar}
        self.bar.input(self.set_restore, self.bar, restores, **at_once)
        shown = self.bar.submit(self.set_restore, self.bar, restores, **at_once)
        shown.then(restore.restore, restore.inputs, restore.results, concurrency_limit=None, preprocess=False, postprocess=False, **quiet)
        trained = self.bar.select(self.set_train, self.bar, train.inputs | {train.banner, train.help, self.bar}, **at_once)
        trained.then(train.ask, train.inputs, train.asked, queue=False, **quiet)
