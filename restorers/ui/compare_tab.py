"""The Compare tab: its components and what happens when one of them is used."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr
from gradio.components.base import Component

from restorers.degradations import DEGRADATIONS
from restorers.errors import Cancelled, RestorersError
from restorers.matrix import CROP
from restorers.text import Text
from restorers.ui import compare_pictures as pictures
from restorers.ui import compare_view as view
from restorers.ui import viewer
from restorers.ui.compare_handlers import CompareDesk, Comparison, Subject, Table
from restorers.ui.controls import asset
from restorers.ui.jobs import Early, Job, Running, Waiting
from restorers.ui.language import say
from restorers.ui.restore_handlers import Desk
from restorers.ui.restore_tab import PRIVATE, SHOW_RESULT_SCRIPT, RestoreTab, known
from restorers.ui.restore_view import sentences
from restorers.ui.setup import Setup, Step, query_pairs
from restorers.ui.words import compare as words
from restorers.ui.words import page as page_words
from restorers.ui.words import restore as link_words

GROUP = "compare"
QUERY_SCRIPT = "() => [restorers.address.once('compare')]"


@dataclass(frozen=True)
class Work:
    """One of the three comparisons: its buttons, what it says, what it shows.

    Attributes:
        name: ``all``, ``matrix`` or ``curve``.
        run, stop: the buttons.
        status: where it stands.
        looks: what shows its results.
        begin: puts it into the line.
        show: updates of ``looks`` for a result, ``over`` or not.
        done: what is said when it is done.
    """

    name: str
    run: gr.Button
    stop: gr.Button
    status: gr.HTML
    looks: tuple[Component, ...]
    begin: Callable[[str, Setup, str | None, bool], Job]
    show: Callable[[str, Any, bool], dict[Component, Any]]
    done: Text


class CompareTab:
    """The components of the tab, and their listeners. Build it inside of a ``gr.Tab``; call ``listen`` inside of the ``gr.Blocks``.

    Attributes:
        handlers: the comparisons.
        titles: the tabs inside of this one, with their titles.
    """

    def __init__(self, desk: Desk):
        self.handlers = CompareDesk(desk)
        with gr.Column(elem_id="compare"):
            with gr.Row(elem_id="compare-head"):
                self.head = gr.HTML(elem_id="compare-head-text")
                self.change = gr.Button(say(words.CHANGE), size="sm", min_width=60, elem_id="compare-change")
            with gr.Tabs(elem_id="compare-views") as self.views:
                with gr.Tab(say(words.VIEW_ALL), id="all", elem_id="compare-view-all") as all_tab:
                    self.all = self._all()
                with gr.Tab(say(words.VIEW_MATRIX), id="matrix", elem_id="compare-view-matrix") as matrix_tab:
                    self.matrix = self._matrix()
                with gr.Tab(say(words.VIEW_CURVE), id="curve", elem_id="compare-view-curve") as curve_tab:
                    self.curve = self._curve()
        self.titles: dict[gr.Tab, Text] = {all_tab: words.VIEW_ALL, matrix_tab: words.VIEW_MATRIX, curve_tab: words.VIEW_CURVE}
        self.works = (self.all, self.matrix, self.curve)

    # components

    def _buttons(self, name: str, run: Text) -> tuple[gr.Button, gr.Button]:
        return (
            gr.Button(say(run), variant="primary", min_width=60, elem_id=f"compare-{name}-run"),
            gr.Button(say(words.STOP), variant="stop", visible="hidden", min_width=60, elem_id=f"compare-{name}-stop"),
        )

    def _chooser(self, value: str, elem_id: str) -> gr.HTML:
        """HTML with buttons that name a method, and perhaps a damage. Event ``select``: one was pressed."""
        return gr.HTML(value, js_on_load=asset("compare.js"), apply_default_css=False, elem_id=elem_id)

    def _all(self) -> Work:
        with gr.Row(elem_id="compare-all-buttons", elem_classes="compare-buttons"):
            run, stop = self._buttons("all", words.COMPARE)
            self.others = gr.Checkbox(False, label=say(words.OTHERS), container=False, min_width=60, elem_id="compare-others")
        status = gr.HTML(view.status(said=words.COMPARE_HELP), elem_id="compare-all-status")
        with gr.Row(elem_id="compare-all", equal_height=False):
            with gr.Column(scale=2, min_width=320, visible="hidden", elem_id="compare-all-side") as self.side:
                self.ranking = self._chooser("", "compare-ranking")
                self.all_files = gr.HTML(apply_default_css=False, elem_id="compare-all-files")
            with gr.Column(scale=3, min_width=320):
                self.panes = viewer.panes("compare-panes", GROUP, value=view.panes(None), visible="hidden")
        looks = (self.ranking, self.all_files, self.panes, self.side)
        return Work("all", run, stop, status, looks, self.handlers.compare, self._show_all, words.DONE_ALL)

    def _matrix(self) -> Work:
        with gr.Row(elem_id="compare-matrix-buttons", elem_classes="compare-buttons"):
            run, stop = self._buttons("matrix", words.MATRIX)
        status = gr.HTML(view.status(said=words.MATRIX_HELP.format(side=CROP)), elem_id="compare-matrix-status")
        self.table = self._chooser(view.matrix(None), "compare-matrix")
        self.matrix_files = gr.HTML(apply_default_css=False, elem_id="compare-matrix-files")

        def begin(owner: str, setup: Setup, path: str | None, others: bool) -> Job:
            return self.handlers.matrix(owner, setup, path)

        return Work("matrix", run, stop, status, (self.table, self.matrix_files), begin, self._show_matrix, words.DONE_TABLE)

    def _curve(self) -> Work:
        with gr.Row(elem_id="compare-curve-buttons", elem_classes="compare-buttons"):
            run, stop = self._buttons("curve", words.CURVE)
        status = gr.HTML(view.status(said=words.CURVE_HELP.format(side=CROP)), elem_id="compare-curve-status")
        self.curves = gr.HTML(view.curves(None), js_on_load="restorers.keepOpen(element, watch);", elem_id="compare-curves")
        self.curve_files = gr.HTML(apply_default_css=False, elem_id="compare-curve-files")
        looks = (self.curves, self.curve_files)
        return Work("curve", run, stop, status, looks, self.handlers.curve, self._show_curve, words.DONE_TABLE)

    # showing

    def _show_all(self, owner: str, now: Comparison, over: bool) -> dict[Component, Any]:
        files = ""
        if over and any(entry.problem is None for entry in now.entries):
            links = [view.csv_link(now, "comparison")]
            if now.observed is not None:
                links.append(self._drawn(owner, "all", pictures.card, now, words.CARD_FILE, "result"))
            files = view.downloads(*links)
        return {
            self.ranking: view.ranking(now, over),
            self.panes: gr.update(value=view.panes(now), visible=True),
            self.side: gr.update(visible=True),
            self.all_files: files,
        }

    def _show_matrix(self, owner: str, now: Table, over: bool) -> dict[Component, Any]:
        files = ""
        if over:
            files = view.downloads(
                view.csv_link(now, "matrix"), self._drawn(owner, "matrix", pictures.matrix_picture, now, words.PICTURE_FILE, "matrix")
            )
        return {self.table: view.matrix(now), self.matrix_files: files}

    def _show_curve(self, owner: str, now: Table, over: bool) -> dict[Component, Any]:
        return {self.curves: view.curves(now), self.curve_files: view.downloads(view.csv_link(now, "strength")) if over else ""}

    def _drawn(self, owner: str, what: str, draw: Callable[[Any, str], Any], now: Any, title: Text, name: str) -> str:
        addresses = self.handlers.offer(owner, what, {language: draw(now, language) for language in pictures.languages()})
        return view.picture_links(title, addresses, name)

    # what happens

    def arrive(self, query: Any) -> dict[Component, Any]:
        """The tab opens: set what the page's address speaks of, the first time; all else stays, for the visitor may have chosen since."""
        given, ignored = dict(query_pairs(query)), []
        updates: dict[Component, Any] = {self.all.status: gr.skip()}  # Gradio takes no empty one
        shown, others = given.get("compare"), given.get("others")
        if shown in {work.name for work in self.works}:
            updates[self.views] = gr.update(selected=shown)
        elif shown is not None:
            ignored.append(link_words.LINK_NO_CHOICE.format(name="compare", value=shown[:40]))
        if others in ("0", "1"):
            updates[self.others] = others == "1"
        elif others is not None:
            ignored.append(link_words.LINK_NO_CHOICE.format(name="others", value=others[:40]))
        if ignored:
            updates[self.all.status] = sentences([link_words.LINK_IGNORED, *ignored], "notice")
        return updates

    def _subject(self, values: dict[Component, Any], owner: str) -> tuple[Subject, str | None]:
        setup, path = self.restore.setup(values), self.restore.path(values)
        return self.handlers.subject(owner, setup, path), path

    def look(self, values: dict[Component, Any], request: gr.Request) -> dict[Component, Any]:
        """The visitor comes to the tab: show what the Restore tab is set to, and say which results are of something else."""
        owner = request.session_hash
        try:
            subject, path = self._subject(values, owner)
        except RestorersError as problem:
            return {self.head: view.head(None, problem=problem.sentence)}
        updates: dict[Component, Any] = {self.head: view.head(subject, self.handlers.glance(owner, subject))}
        for work in self.works:
            if self.handlers.outdated(owner, work.name, subject, path):
                updates[work.status] = view.status(said=words.OUTDATED, kind="notice")
        return updates

    def follow(self, work: Work):
        """The listener that does ``work`` and says where it stands."""

        async def run(values: dict[Component, Any], request: gr.Request) -> AsyncIterator[dict[Component, Any]]:
            owner, began = request.session_hash, time.monotonic()
            idle = {work.run: gr.update(visible=True), work.stop: gr.update(visible="hidden")}
            busy = {work.run: gr.update(visible="hidden"), work.stop: gr.update(visible=True)}
            try:
                chosen = self.restore.setup(values), self.restore.path(values), bool(values[self.others])
                job = await asyncio.to_thread(work.begin, owner, *chosen)
            except RestorersError as problem:
                yield {work.status: view.status(said=problem.sentence, kind="problem"), **idle}
                return
            now: Comparison | Table | None = None
            news: Waiting | Running = Waiting(0)
            yield {work.status: view.status(news, now), **busy}  # work that is done by now has no news
            async for event in self.handlers.desk.line.follow(job):
                if isinstance(event, Early):
                    now = event.result
                    news = Running(job.progress, int(time.monotonic() - began), job.cancel.is_set())
                    yield {work.status: view.status(news, now), **work.show(owner, now, False)}
                else:
                    news = event
                    yield {work.status: view.status(news, now)}
            ended = await asyncio.to_thread(self._ended, work, owner, job, now, time.monotonic() - began)  # it may draw
            yield {**ended, **idle}

        return run

    def _ended(self, work: Work, owner: str, job: Job, now: Comparison | Table | None, seconds: float) -> dict[Component, Any]:
        if job.error is None and job.result is not None:
            counted = work.done.format(total=view.done(job.result), seconds=f"{seconds:.1f}")
            return {**work.show(owner, job.result, True), work.status: view.status(said=counted, kind="note aloud")}
        if job.error is None or isinstance(job.error, Cancelled):
            now = job.early or now
            if now is None:
                return {work.status: view.status(said=words.STOPPED_EARLY, kind="note aloud")}
            stopped = words.STOPPED.format(done=view.done(now), total=view.total(now))
            return {**work.show(owner, now, True), work.status: view.status(said=stopped, kind="note aloud")}
        problem = job.error
        if not isinstance(problem, RestorersError):
            logging.getLogger(__name__).error("a comparison failed", exc_info=problem)
            problem = RestorersError(page_words.ERROR_UNEXPECTED)
        return {work.status: view.status(said=problem.sentence, kind="problem")}

    def halt(self, request: gr.Request) -> None:
        """Stop what runs or waits for this visitor."""
        self.handlers.desk.line.stop(request.session_hash)

    def open(self, values: dict[Component, Any], request: gr.Request, event: gr.EventData) -> dict[Component, Any]:
        """A method was chosen, perhaps with a damage: set the Restore tab to it, and go there."""
        owner, said = request.session_hash, event._data if isinstance(event._data, dict) else {}
        setup, path = self.restore.setup(values), self.restore.path(values)
        damage, name = known(said.get("damage"), DEGRADATIONS), said.get("restorer", said.get("id"))
        try:
            method = self.handlers.desk.restorer_class(owner, str(name))
            setup = replace(setup, restorer=method.name, settings=method().settings(), strength=1.0)
            if damage is not None:
                setup = replace(setup, steps=(Step(damage, DEGRADATIONS.get(damage)().settings()),))
            updates = self.restore.arrange(owner, setup, path)
        except RestorersError as problem:
            return {self.head: view.head(None, problem=problem.sentence)}
        return {**updates, self.tabs: gr.update(selected="restore")}

    # listening

    def listen(self, tab: gr.Tab, tabs: gr.Tabs, restore: RestoreTab) -> None:
        """Attach the listeners.

        Args:
            tab: the tab that this is in.
            tabs: all tabs of the page.
            restore: says what to compare on, and opens what is chosen here.
        """
        self.tabs, self.restore = tabs, restore
        # Gradio follows the progress on each output otherwise, at a cost to the browser, though it is shown nowhere
        quiet: dict[str, Any] = {"show_progress": "hidden", "show_progress_on": self.change, **PRIVATE}
        raw: dict[str, Any] = {"preprocess": False, "postprocess": False, **quiet}
        at_once: dict[str, Any] = {"queue": False, "trigger_mode": "always_last", **raw}
        running: dict[str, Any] = {"concurrency_limit": None, "trigger_mode": "once", **raw}
        statuses = {work.status for work in self.works}
        tab.select(self.look, restore.inputs, {self.head} | statuses, **at_once)
        tab.select(self.arrive, self.head, {self.views, self.others, self.all.status}, js=QUERY_SCRIPT, **at_once)
        for view_tab in self.titles:
            pair = "" if view_tab.id == self.all.name else f"compare={view_tab.id}"
            view_tab.select(None, None, None, js=f"() => restorers.address.put(['compare'], '{pair}')", **PRIVATE)
        self.others.input(None, self.others, None, js="(on) => restorers.address.put(['others'], on ? 'others=1' : '')", **PRIVATE)
        for work in self.works:
            work.run.click(self.follow(work), restore.inputs | {self.others}, {work.run, work.stop, work.status, *work.looks}, **running)
            work.stop.click(self.halt, None, None, queue=False, **PRIVATE)
        self.change.click(None, None, tabs, js="() => ({ __type__: 'update', selected: 'restore' })", **PRIVATE)
        opened = gr.on(
            [self.ranking.select, self.table.select, self.panes.select],
            self.open,
            restore.inputs,
            restore.arranged | {tabs, self.head},
            **at_once,
        )
        again = {**running, "trigger_mode": "multiple"}
        opened.then(restore.restore, restore.inputs, restore.results, js=SHOW_RESULT_SCRIPT, **again)
