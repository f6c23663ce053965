"""The Inside tab: its components and what happens when one of them is used."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import urlencode

import gradio as gr
from gradio.components.base import Component

from restorers.errors import Cancelled, RestorersError
from restorers.hub import HubId
from restorers.text import Text
from restorers.ui import inside_view as view
from restorers.ui.controls import address_part, asset, options, select
from restorers.ui.inside_handlers import STRONGEST, WEAKEST, Changed, Focus, InsideDesk, Opened, Viewed, Walk, Widths, targets
from restorers.ui.inside_setup import DIGIT, MOST_NOISE, MOST_SILENT, OWN, OWNED, InsideSetup, code_query, from_query, place_query
from restorers.ui.jobs import Job, Running, Waiting
from restorers.ui.language import both, say
from restorers.ui.number_inputs import BoundedSlider
from restorers.ui.restore_handlers import Desk
from restorers.ui.restore_tab import known, shown
from restorers.ui.restore_view import sentences
from restorers.ui.setup import query_pairs
from restorers.ui.words import inside as words
from restorers.ui.words import page as page_words
from restorers.ui.words import restore as restore_words

PRIVATE: dict[str, Any] = {"api_visibility": "private"}
QUERY_SCRIPT = "() => [restorers.address.once('inside')]"
PUT_SCRIPT = "(name) => restorers.address.put(['%s'], `%s=${encodeURIComponent(name)}`)"
_EMPTY = Text("", "")

Updates = dict[Component, Any]


def pressable(elem_id: str) -> gr.HTML:
    """HTML made on the server, with places to press. Its value says what was pressed, as JSON.

    ``gr.update(drawn=…)`` shows other HTML. Event ``input``: something was pressed. The value comes from outside: check it.
    """
    return gr.HTML(
        "", html_template='<div class="inside"></div>', js_on_load=asset("inside.js"), apply_default_css=False, elem_id=elem_id, drawn=""
    )


def pressed(value: Any) -> dict[str, Any]:
    """What was pressed; empty where it is nothing of that kind."""
    try:
        found = json.loads(value)
    except (TypeError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


class InsideTab:
    """The components of the tab, and their listeners. Build it inside of a ``gr.Tab``; call ``listen`` inside of the ``gr.Blocks``.

    Attributes:
        handlers: what the visitors have opened.
    """

    def __init__(self, desk: Desk):
        self.handlers = InsideDesk(desk)
        with gr.Column(elem_id="inside"):
            with gr.Row(elem_id="inside-head"):
                self.network = select("", [], title=words.NETWORK, elem_id="inside-network")
                self.subject = gr.HTML(elem_id="inside-subject")
            self.status = gr.HTML(elem_id="inside-status")
            self.link = address_part(OWNED, "inside-link")
            with gr.Column(visible="hidden", elem_id="inside-open") as self.open_part:
                self._network()
                self._code()
            self._walk()
            self._widths()

    # components

    def _network(self) -> None:
        _heading(words.DRAWING, words.DRAWING_HELP, "inside-drawing-title")
        self.drawing = pressable("inside-drawing")
        _heading(words.MAPS, words.MAPS_HELP, "inside-maps-title")
        with gr.Row(elem_id="inside-layer-row", equal_height=False):
            with gr.Column(scale=5, min_width=300):
                self.maps = pressable("inside-maps")
            with gr.Column(scale=6, min_width=300):
                _heading(words.PLACE, words.REACH_HELP, "inside-place-title")
                self.focus = pressable("inside-focus")

    def _code(self) -> None:
        _heading(words.CODE, words.CODE_HELP, "inside-code-title")
        self.size = gr.HTML(elem_id="inside-size")
        with gr.Row(elem_id="inside-code-row", equal_height=False):
            with gr.Column(scale=2, min_width=260, elem_id="inside-code-controls"):
                self.silent = BoundedSlider(
                    0,
                    MOST_SILENT,
                    0,
                    step=1,
                    label=say(words.SILENCE),
                    info=say(words.SILENCE_HELP),
                    buttons=["reset"],
                    elem_id="inside-silent",
                )
                which = ((WEAKEST, words.WHICH_WEAKEST, _EMPTY), (STRONGEST, words.WHICH_STRONGEST, _EMPTY))
                self.which = select(WEAKEST, options(which), title=words.WHICH, elem_id="inside-which")
                self.noise = BoundedSlider(
                    0, MOST_NOISE, 0, step=5, label=say(words.NOISE), info=say(words.NOISE_HELP), buttons=["reset"], elem_id="inside-noise"
                )
            with gr.Column(scale=5, min_width=300):
                self.changed = gr.HTML(elem_id="inside-changed")

    def _walk(self) -> None:
        _heading(words.WALK, words.WALK_HELP, "inside-walk-title")
        self.walk_help = gr.HTML(elem_id="inside-walk-help")
        with gr.Column(visible="hidden", elem_id="inside-walk") as self.walk_part:
            with gr.Row(elem_classes="inside-ask"):
                offered = options((name, title, _EMPTY) for name, title in targets().items())
                self.target = select("cat", offered, title=words.WALK_TO, elem_id="inside-target")
                self.start_walk = gr.Button(say(words.WALK_START), size="sm", min_width=60, elem_id="inside-start-walk")
            self.walked = pressable("inside-walked")

    def _widths(self) -> None:
        _heading(words.WIDTHS, words.WIDTHS_HELP, "inside-widths-title")
        with gr.Row(elem_classes="inside-ask"):
            which = ((DIGIT, words.WIDTHS_DIGIT, _EMPTY), (OWN, words.WIDTHS_OWN, _EMPTY))
            self.tried = select(DIGIT, options(which), title=words.WIDTHS_ON, elem_id="inside-tried")
            self.start_widths = gr.Button(say(words.WIDTHS_START), size="sm", min_width=60, elem_id="inside-start-widths")
        self.widths = gr.HTML(elem_id="inside-widths")

    # what happens

    async def _follow(self, start: Callable[[], Job], show: Callable[[Any], Updates]) -> AsyncIterator[Updates]:
        """Put work into the line, say where it stands, and show its result."""
        try:
            job = start()
        except RestorersError as problem:
            yield {self.status: sentences([problem.sentence], "problem")}
            return
        async for news in self.handlers.desk.line.follow(job):
            if isinstance(news, Waiting) and news.ahead:
                yield {self.status: sentences([restore_words.WAITING.format(ahead=news.ahead)], "hint")}
            elif isinstance(news, Running) and news.seconds >= 1:
                yield {self.status: sentences([words.WORKING.format(seconds=news.seconds)], "hint")}
        if job.error is None and job.result is not None:
            try:
                updates = show(job.result)
            except RestorersError as problem:  # the photo has changed meanwhile
                yield {self.status: sentences([problem.sentence], "problem")}
            else:
                yield {**updates, self.status: ""}
        elif isinstance(job.error, RestorersError):
            yield {self.status: sentences([job.error.sentence], "problem")}
        elif job.error is not None and not isinstance(job.error, Cancelled):
            logging.getLogger(__name__).error("a look inside failed", exc_info=job.error)
            yield {self.status: sentences([page_words.ERROR_UNEXPECTED], "problem")}

    async def enter(self, query: Any, request: gr.Request) -> AsyncIterator[Updates]:
        """The visitor comes to the tab: show the network of the Restore tab on its photo, unless that is what he sees already.

        Args:
            query: of the page's address, when he comes for the first time.
        """
        owner = request.session_hash
        networks = self.handlers.networks(owner)
        asked, ignored = from_query(query_pairs(query), {network.name for network in networks})
        if asked.network is not None:
            self.handlers.choose(owner, asked.network)
        name, opened = self.handlers.usual(owner), self.handlers.opened(owner)
        own = self.handlers.desk.own(owner)

        def group(restorer: type) -> Text:
            if restorer not in own:
                return words.SHIPPED
            return restore_words.ADDED if HubId.matches(restorer.name) else words.OWN

        offered = options((r.name, r.title, group(r)) for r in networks)

        def chooser() -> Updates:
            return {self.network: gr.update(value=self.handlers.usual(owner) or "", options=offered)}

        yield chooser()
        if name is None:
            yield {self.status: sentences([words.NONE_HERE], "hint")}
        elif opened is None or opened.name != name:
            # all at once, the networks to choose from again: Gradio may lose what comes for a part of the page that it is about to show for the first time
            whole: Updates = {}
            async for updates in self._open_as_asked(owner, name, asked, ignored):
                if updates.keys() == {self.status}:
                    yield updates
                else:
                    whole |= {part: update for part, update in updates.items() if update != gr.skip()}
            # where the visitor has chosen another network meanwhile, that one is on its way
            yield (whole if self.handlers.usual(owner) == name else {}) | chooser()

    async def _open_as_asked(self, owner: str, name: str, asked: InsideSetup, ignored: list[Text]) -> AsyncIterator[Updates]:
        """The network, and what the address says of it; what does not fit is said in ``ignored``, and shown."""
        async for updates in self._open(owner, name):
            yield updates
        # the photo may have been damaged anew meanwhile, while the page was loading
        if self.handlers.opened(owner) is None and self.handlers.usual(owner) == name:
            async for updates in self._open(owner, name):
                yield updates
        opened = self.handlers.opened(owner)
        if opened is None or opened.name != name:
            return
        if asked.layer is not None and asked.layer not in opened.layers.layers:
            ignored.append(words.NO_LAYER.format(name=asked.layer[:40]))
        elif asked.layer is not None:

            def show(viewed: Viewed) -> Updates:
                try:
                    focus = self.handlers.focus(owner, asked.channel, asked.place)
                except RestorersError as problem:
                    ignored.append(problem.sentence)
                    focus = self.handlers.focus(owner)
                return {**self._viewed(owner, viewed, focus), self.drawing: gr.update(drawn=view.drawing(opened, viewed.layer.name))}

            async for updates in self._follow(lambda: self.handlers.view(owner, asked.layer), show):
                yield updates
        if asked.changes_code:
            yield {self.silent: asked.silent, self.which: asked.which, self.noise: asked.noise}
            async for updates in self._change(owner, asked):
                yield updates
        yield {
            self.target: gr.skip() if asked.target is None else asked.target,
            self.tried: gr.skip() if asked.tried is None else asked.tried,
            self.status: sentences([restore_words.LINK_IGNORED, *ignored], "notice") if ignored else "",
        }

    async def choose(self, name: Any, request: gr.Request) -> AsyncIterator[Updates]:
        """The visitor has chosen a network."""
        self.handlers.choose(request.session_hash, str(name)[:80])
        yield {self.link: {"network": urlencode({"inside": str(name)[:80]}), "place": "", "code": ""}}
        async for updates in self._open(request.session_hash, str(name)):
            yield updates

    async def _open(self, owner: str, name: str) -> AsyncIterator[Updates]:
        yield {self.status: sentences([words.OPENING], "hint")}
        hidden = {part: gr.update(visible="hidden") for part in (self.open_part, self.walk_part)} | {self.subject: "", self.walk_help: ""}
        done = False
        async for updates in self._follow(lambda: self.handlers.open(owner, name), lambda opened: self._opened(owner, opened)):
            done = self.open_part in updates
            yield updates
        opened = self.handlers.opened(owner)
        if not done and (opened is None or opened.name != name):  # what is shown is never another one than the chosen
            yield hidden

    def _opened(self, owner: str, opened: Opened) -> Updates:
        viewed = self.handlers.viewed(owner)
        if viewed is None:
            raise RestorersError(words.GONE)
        gray = opened.restorer.preset.architecture.output_channels == 1
        present = self.handlers.look(owner).setup.sample
        return {
            self.open_part: gr.update(visible=True),
            self.subject: view.subject(opened),
            self.drawing: gr.update(drawn=view.drawing(opened, viewed.layer.name)),
            **self._viewed(owner, viewed, self.handlers.focus(owner)),
            self.size: view.code_size(opened),
            self.silent: gr.update(value=0),
            self.noise: gr.update(value=0),
            self.changed: view.changed(opened, None),
            self.walk_help: view.walk_help(opened, self.handlers.networks(owner)),
            self.walk_part: gr.update(visible=shown(opened.dense_code)),
            self.target: next(name for name in targets() if name != present and (not gray or name.startswith("digit"))),
            self.walked: gr.update(drawn=""),
        }

    def _viewed(self, owner: str, viewed: Viewed, focus: Focus) -> Updates:
        opened = self.handlers.present(owner)
        return {
            self.maps: gr.update(drawn=view.maps(opened, viewed, focus.channel)),
            self.focus: gr.update(drawn=view.focus(opened, focus)),
        }

    async def view(self, value: Any, request: gr.Request) -> AsyncIterator[Updates]:
        """A layer was pressed."""
        owner, name = request.session_hash, str(pressed(value).get("layer"))

        def show(viewed: Viewed) -> Updates:
            link = {self.link: {"place": place_query(InsideSetup(layer=name))}}
            return {**self._viewed(owner, viewed, self.handlers.focus(owner)), **link}

        async for updates in self._follow(lambda: self.handlers.view(owner, name), show):
            yield updates

    def look_at(self, value: Any, request: gr.Request) -> Updates:
        """A map was pressed, or a place in one."""
        owner, what = request.session_hash, pressed(value)
        channel, place = _whole(what.get("channel")), what.get("place")
        place = tuple(place) if isinstance(place, list) and all(_whole(i) is not None for i in place) else None
        try:
            opened, focus = self.handlers.present(owner), self.handlers.focus(owner, channel, place)
        except RestorersError as problem:
            return {self.status: sentences([problem.sentence], "problem")}
        link = {"place": place_query(InsideSetup(layer=focus.viewed.layer.name, channel=focus.channel, place=focus.place))}
        return {self.focus: gr.update(drawn=view.focus(opened, focus)), self.link: link, self.status: ""}

    async def change(self, silent: Any, which: Any, noise: Any, request: gr.Request) -> AsyncIterator[Updates]:
        """The code shall be changed."""
        silent, noise = round(self.silent.preprocess(silent)), round(self.noise.preprocess(noise))
        setup = InsideSetup(silent=silent, which=known(which, (WEAKEST, STRONGEST)) or WEAKEST, noise=noise)
        yield {self.link: {"code": code_query(setup)}}
        async for updates in self._change(request.session_hash, setup):
            yield updates

    async def _change(self, owner: str, setup: InsideSetup) -> AsyncIterator[Updates]:
        def show(changed: Changed) -> Updates:
            return {self.changed: view.changed(self.handlers.present(owner), changed)}

        def start() -> Job:
            return self.handlers.change(owner, setup.silent / 100, setup.which, setup.noise / 100)

        async for updates in self._follow(start, show):
            yield updates

    async def walk(self, target: Any, request: gr.Request) -> AsyncIterator[Updates]:
        """From the code of the photo to that of another."""
        owner = request.session_hash

        def show(walk: Walk) -> Updates:
            return {self.walked: gr.update(drawn=view.walk(walk))}

        async for updates in self._follow(lambda: self.handlers.walk(owner, str(target)), show):
            yield updates

    async def compare_widths(self, tried: Any, request: gr.Request) -> AsyncIterator[Updates]:
        """Narrow and wide codes on one picture."""
        owner = request.session_hash

        def show(widths: Widths) -> Updates:
            return {self.widths: view.widths(widths)}

        async for updates in self._follow(lambda: self.handlers.widths(owner, tried == OWN), show):
            yield updates

    def leave(self, request: gr.Request) -> None:
        """The visitor has closed the page."""
        self.handlers.forget(request.session_hash)

    # listening

    def listen(self, demo: gr.Blocks, tab: gr.Tab) -> None:
        """Attach the listeners.

        Args:
            demo: the page.
            tab: the tab that this is in.
        """
        quiet: dict[str, Any] = {
            "show_progress": "hidden",
            "show_progress_on": self.status,
            "preprocess": False,
            "postprocess": False,
            **PRIVATE,
        }
        at_once: dict[str, Any] = {"queue": False, "trigger_mode": "always_last", **quiet}
        running: dict[str, Any] = {"concurrency_limit": None, "trigger_mode": "always_last", **quiet}
        layer = {self.status, self.link, self.maps, self.focus}
        opening = layer | {
            self.network, self.subject, self.open_part, self.drawing, self.size, self.silent, self.noise, self.changed,
            self.walk_help, self.walk_part, self.target, self.walked,
        }  # fmt: skip
        entering = opening | {self.which, self.tried}
        tab.select(self.enter, self.status, entering, js=QUERY_SCRIPT, **running)
        self.network.input(self.choose, self.network, opening, **running)
        self.drawing.input(self.view, self.drawing, layer, **running)
        gr.on([self.maps.input], self.look_at, self.maps, {self.focus, self.link, self.status}, **at_once)
        gr.on([self.focus.input], self.look_at, self.focus, {self.focus, self.link, self.status}, **at_once)
        code = [self.silent, self.which, self.noise]
        gr.on([c.input for c in code], self.change, code, {self.status, self.link, self.changed}, **running)
        self.start_walk.click(self.walk, self.target, {self.status, self.walked}, **running)
        self.start_widths.click(self.compare_widths, self.tried, {self.status, self.widths}, **running)
        for chooser, name in ((self.target, "walk"), (self.tried, "bottleneck")):
            chooser.input(None, chooser, None, js=PUT_SCRIPT % (name, name), **PRIVATE)
        demo.unload(self.leave)


def _heading(title: Text, help_: Text, elem_id: str) -> None:
    """A heading and one sentence under it."""
    gr.HTML(f"<h2>{both(title)}</h2><p>{both(help_)}</p>", elem_id=elem_id, elem_classes="inside-heading")
