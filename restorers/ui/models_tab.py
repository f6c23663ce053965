"""The Models tab: its components and what happens when one of them is used."""

from __future__ import annotations

import importlib.util
import logging
import os
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr
from gradio.components.base import Component
from gradio.utils import get_space

from restorers.errors import Cancelled, RestorersError
from restorers.hub import HubId
from restorers.presets import PRESETS
from restorers.ui import models_view as view
from restorers.ui.controls import address_part, asset, options, select
from restorers.ui.jobs import Job, Line, Running, Waiting
from restorers.ui.language import both, say
from restorers.ui.models_handlers import FETCHED, ModelsDesk, fitted
from restorers.ui.restore_tab import PRIVATE, SHOW_RESULT_SCRIPT, RestoreTab, shown
from restorers.ui.restore_view import sentences
from restorers.ui.setup import query_pairs
from restorers.ui.train_handlers import PREFIX, TrainDesk
from restorers.ui.words import models as words
from restorers.ui.words import page as page_words
from restorers.ui.words import restore as restore_words

MOST_ID = 300  # characters
# the first time what the address says, afterwards what is open
QUERY_SCRIPT = "(open) => [restorers.address.once('models') || (open && open.model) || '']"
# the focus goes to the card that has opened, and back to where it was opened
FOCUS_SCRIPT = """() => setTimeout(() => {
  const title = document.querySelector("#models-title");
  const model = CSS.escape(restorers.opened ?? "");
  (title?.offsetParent ? title : document.querySelector(`#models-room [data-do=open][data-model="${model}"]`))?.focus();
}, 50)"""
STATUS_SCRIPT = 'element.setAttribute("role", "status");'
NEW_ID_SCRIPT = "() => ['', { __type__: 'update', visible: 'hidden' }]"

Updates = dict[Component, Any]


def signs_in() -> bool:
    """Whether visitors can sign in: on a Space with OAuth. Elsewhere Gradio would hand out its operator's account."""
    libraries = all(importlib.util.find_spec(name) for name in ("authlib", "itsdangerous"))
    return bool(get_space() and os.environ.get("OAUTH_CLIENT_ID") and libraries)


class SignIn(gr.LoginButton):
    """Makes Gradio offer the addresses to sign in at. Nobody sees it: a link on the page leads there, in both languages."""

    def activate(self) -> None:
        """Nothing: there is nothing to press."""

    def get_block_name(self) -> str:
        """What the browser takes it for."""
        return "button"


class ModelsTab:
    """The components of the tab, and their listeners. Build it inside of a ``gr.Tab``; call ``listen`` inside of the ``gr.Blocks``.

    Attributes:
        handlers: the presets; ``handlers.restorers(owner)`` are what a visitor has added.
        signs_in: whether visitors can publish under their own names.
    """

    def __init__(self, train: TrainDesk):
        self.handlers = ModelsDesk(train)
        self.signs_in = signs_in()
        self.banner = gr.HTML(elem_id="models-banner")
        self.link = address_part({"model": ("model",)}, "models-link")
        with gr.Row(elem_id="models", equal_height=False):
            with gr.Column(scale=4, min_width=320, elem_id="models-main"):
                self.room = self._html("models-room")
                with gr.Column(visible="hidden", elem_id="models-card") as self.card:
                    self.head = self._html("models-head")
                    self.text = gr.Markdown(latex_delimiters=[], elem_id="models-text")
                    self.foreign = gr.HTML(elem_id="models-foreign")
            with gr.Column(scale=1, min_width=300, elem_id="models-side"):
                self._add()
                self._publish()

    # components

    def _html(self, elem_id: str) -> gr.HTML:
        """HTML with buttons. Event ``select``: one was pressed; ``submit``: one that leads to the Restore tab."""
        return gr.HTML("", js_on_load=asset("models.js"), apply_default_css=False, elem_id=elem_id)

    def _add(self) -> None:
        gr.HTML(f'<h2 tabindex="-1">{both(words.ADD)}</h2>{sentences([words.ADD_HELP])}', elem_id="models-add")
        self.id = gr.Textbox(
            label=say(words.ID), info=say(words.ID_HELP), max_length=MOST_ID, autofocus=False, lines=1, max_lines=1, elem_id="models-id"
        )
        with gr.Row(elem_id="models-add-buttons", elem_classes="models-row"):
            self.ask = gr.Button(say(words.LOOK_UP), min_width=60, elem_id="models-ask")
            self.fetch = gr.Button(say(words.FETCH), variant="primary", visible="hidden", min_width=60, elem_id="models-fetch")
            self.stop = gr.Button(say(words.STOP), variant="stop", visible="hidden", min_width=60, elem_id="models-stop")
        self.found = gr.HTML(js_on_load=STATUS_SCRIPT, elem_id="models-found")

    def _publish(self) -> None:
        gr.HTML(f'<h2 tabindex="-1">{both(words.PUBLISH)}</h2>', elem_id="models-publish")
        if not self.signs_in:
            self.command = gr.HTML(
                view.elsewhere(f"{PREFIX}1"), js_on_load=asset("models.js"), apply_default_css=False, elem_id="models-elsewhere"
            )
            return
        SignIn(visible=False, elem_id="models-sign-in")
        self.who = gr.HTML(js_on_load=asset("models_sign_in.js"), apply_default_css=False, elem_id="models-who")
        with gr.Column(visible="hidden", elem_id="models-form") as self.form:
            self.trained = select("", [], title=words.NETWORK, elem_id="models-trained")
            self.name = gr.Textbox(
                "restorers-network", label=say(words.NAME), info=say(words.NAME_HELP), max_length=96, lines=1, max_lines=1,
                elem_id="models-name",
            )  # fmt: skip
            self.private = gr.Checkbox(False, label=say(words.PRIVATE), container=False, elem_id="models-private")
            self.send = gr.Button(say(words.PUBLISH_NOW), variant="primary", elem_id="models-send")
        self.sent = gr.HTML(js_on_load=STATUS_SCRIPT, elem_id="models-sent")

    # the cards

    def enter(self, query: Any, request: gr.Request) -> Updates:
        """The visitor comes to the tab: with the card that is open, or that the page's address (``query``) names."""
        owner, name = request.session_hash, dict(query_pairs(query)).get("model")
        command = self._command(owner)
        if not name:
            return {**self._closed(owner), **command}
        try:
            return {**self._opened(owner, name), **command}
        except RestorersError:
            pass
        if HubId.matches(name):
            said = sentences([words.LINK_HUB.format(name=name)], "notice")
            return {**self._closed(owner, said), self.id: name, **command}
        ignored = [restore_words.LINK_IGNORED, words.LINK_NO_MODEL.format(name=name[:40])]
        return {**self._closed(owner, sentences(ignored, "notice")), **command}

    def press(self, request: gr.Request, event: gr.EventData) -> Updates:
        """A button of the cards was pressed."""
        owner, what, name = request.session_hash, *_pressed(event)
        try:
            if what == "open":
                return self._opened(owner, name)
            if what == "remove":
                self.handlers.remove(owner, name)
        except RestorersError as problem:
            return self._closed(owner, _told(problem))
        return self._closed(owner)

    def use(self, values: dict[Component, Any], request: gr.Request, event: gr.EventData) -> Updates:
        """Set the Restore tab to a preset and to a damage that it was made for, and go there."""
        owner, (_, name) = request.session_hash, _pressed(event)
        try:
            method = self.handlers.train.desk.restorer_class(owner, name)
            setup = fitted(self.restore.setup(values), method)
            updates = self.restore.arrange(owner, setup, self.restore.path(values))
        except RestorersError as problem:
            return {self.banner: _told(problem)}
        return {**updates, self.tabs: gr.update(selected="restore"), self.banner: ""}

    def _opened(self, owner: str, name: str) -> Updates:
        preset = self.handlers.find(owner, name)
        foreign = name not in PRESETS.names()
        return {
            self.room: gr.update(visible="hidden"),
            self.card: gr.update(visible=True),
            self.head: view.head(preset, foreign),
            self.text: gr.update(value="" if foreign else view.card(preset), visible=shown(not foreign)),
            self.foreign: view.foreign_card(preset) if foreign else "",
            self.link: {"model": view.to_query(name)},
            self.banner: "",
        }

    def _closed(self, owner: str, said: str = "") -> Updates:
        presets, problems = self.handlers.shipped()
        added = [restorer.preset for restorer in self.handlers.restorers(owner)]
        return {
            self.room: gr.update(value=view.room(presets, problems, added), visible=True),
            self.card: gr.update(visible="hidden"),
            self.link: {"model": ""},
            self.banner: said,
        }

    # adding

    async def look_up(self, text: Any, request: gr.Request) -> AsyncIterator[Updates]:
        """The visitor has named a preset: whether the hub has it, and how large it is."""
        owner = request.session_hash
        idle = {self.ask: gr.update(interactive=True), self.stop: gr.update(visible="hidden")}
        busy = {self.fetch: gr.update(visible="hidden"), self.stop: gr.update(visible=True), self.ask: gr.update(interactive=False)}
        yield {self.found: view.asking(Waiting(0)), **busy}
        try:
            job = self.handlers.look_up(owner, str(text)[:MOST_ID])
            async for news in _heard(self.handlers.fetching, job):
                yield {self.found: view.asking(news)}
            yield {self.found: view.found(job.result), **idle, self.fetch: gr.update(visible=True)}
        except (RestorersError, Cancelled) as problem:
            yield {self.found: _told(problem), **idle}

    async def bring(self, request: gr.Request) -> AsyncIterator[Updates]:
        """The visitor agrees to fetch what was looked up."""
        owner = request.session_hash
        idle = {self.ask: gr.update(interactive=True), self.stop: gr.update(visible="hidden")}
        try:
            offer, job = self.handlers.offer(owner), self.handlers.fetch(owner)
        except RestorersError as problem:
            yield {self.found: _told(problem), **idle, self.fetch: gr.update(visible="hidden")}
            return
        busy = {self.fetch: gr.update(visible="hidden"), self.stop: gr.update(visible=True), self.ask: gr.update(interactive=False)}
        try:
            async for news in _heard(self.handlers.fetching, job):
                yield {self.found: view.fetching(news, offer, job.progress / FETCHED), **busy}
                busy = {}
            done = {self.found: view.fetched(job.result.preset), self.fetch: gr.update(visible="hidden")}
            yield {**self._closed(owner), **done, **idle}
        except (RestorersError, Cancelled) as problem:
            yield {self.found: _told(problem), **idle, self.fetch: gr.update(visible=True)}

    def halt(self, request: gr.Request) -> None:
        """Stop what runs or waits for this visitor."""
        self.handlers.fetching.stop(request.session_hash)

    def leave(self, request: gr.Request) -> None:
        """The visitor has closed the page."""
        self.handlers.leave(request.session_hash)

    # publishing

    def _command(self, owner: str) -> Updates:
        if self.signs_in:
            return {}
        trained = self.handlers.train.restorers(owner)
        return {self.command: view.elsewhere(trained[0].name if trained else f"{PREFIX}1")}

    def identify(self, chosen: Any, request: gr.Request, profile: gr.OAuthProfile | None) -> Updates:
        """Say who is signed in, and offer what he has trained."""
        trained = self.handlers.train.restorers(request.session_hash)
        names = [restorer.name for restorer in trained]
        offered = options((r.name, r.title, restore_words.OWN) for r in trained)
        return {
            self.who: view.sign_in(profile.username if profile else None, bool(trained)),
            self.form: gr.update(visible=shown(profile is not None and trained)),
            self.trained: gr.update(value=chosen if chosen in names else next(iter(names), ""), options=offered),
        }

    async def publish(
        self,
        network: Any,
        name: Any,
        private: Any,
        request: gr.Request,
        profile: gr.OAuthProfile | None,
        token: gr.OAuthToken | None,
    ) -> AsyncIterator[Updates]:
        """Publish a trained network to the account of who is signed in."""
        if profile is None or token is None:
            yield {self.sent: _told(RestorersError(words.NOT_SIGNED_IN))}
            return
        try:
            target = HubId.parse(f"{profile.username}/{str(name).strip()}")
            job = self.handlers.publish(request.session_hash, str(network), target, token.token, bool(private))
            yield {self.send: gr.update(interactive=False)}
            async for news in _heard(self.handlers.publishing, job):
                yield {self.sent: view.publishing(news)}
            yield {self.sent: view.published(job.result), self.send: gr.update(interactive=True)}
        except (RestorersError, Cancelled) as problem:
            yield {self.sent: _told(problem), self.send: gr.update(interactive=True)}

    # listening

    def listen(self, demo: gr.Blocks, tab: gr.Tab, tabs: gr.Tabs, restore: RestoreTab) -> None:
        """Attach the listeners.

        Args:
            demo: the page.
            tab: the tab that this is in.
            tabs: all tabs of the page.
            restore: opens what is chosen here.
        """
        self.tabs, self.restore = tabs, restore
        quiet: dict[str, Any] = {"show_progress": "hidden", "show_progress_on": self.banner, "preprocess": False, **PRIVATE}
        raw: dict[str, Any] = {**quiet, "postprocess": False}
        at_once: dict[str, Any] = {"queue": False, "trigger_mode": "always_last", **quiet}
        running: dict[str, Any] = {"concurrency_limit": None, "trigger_mode": "multiple", **raw}
        card = {self.banner, self.link, self.room, self.card, self.head, self.text, self.foreign}
        command = set() if self.signs_in else {self.command}
        tab.select(self.enter, self.link, card | command | {self.id}, js=QUERY_SCRIPT, **at_once)
        pressed = gr.on([self.room.select, self.head.select], self.press, None, card, **at_once)
        pressed.then(None, None, None, js=FOCUS_SCRIPT, **PRIVATE)
        used = gr.on(
            [self.room.submit, self.head.submit],
            self.use,
            restore.inputs,
            restore.arranged | {tabs, self.banner},
            **{**at_once, "postprocess": False},
        )
        used.then(restore.restore, restore.inputs, restore.results, js=SHOW_RESULT_SCRIPT, **running)
        buttons = {self.ask, self.fetch, self.stop}
        gr.on([self.ask.click, self.id.submit], self.look_up, self.id, {self.found, *buttons}, **running)
        self.id.change(None, None, [self.found, self.fetch], js=NEW_ID_SCRIPT, **PRIVATE)
        bringing = {**running, "postprocess": True}
        self.fetch.click(self.bring, None, card | {self.found, *buttons}, **bringing)
        self.stop.click(self.halt, None, None, queue=False, **PRIVATE)
        demo.unload(self.leave)
        if self.signs_in:
            who = {self.who, self.form, self.trained}
            gr.on([tab.select, self.who.input], self.identify, self.trained, who, **at_once)
            asked = [self.trained, self.name, self.private]
            self.send.click(self.publish, asked, {self.sent, self.send}, **{**running, "trigger_mode": "once"})


def _pressed(event: gr.EventData) -> tuple[str, str]:
    """What was pressed, and for which preset; it comes from the browser and may be anything."""
    said = event._data if isinstance(event._data, dict) else {}
    return str(said.get("do")), str(said.get("model"))[:MOST_ID]


async def _heard(line: Line, job: Job) -> AsyncIterator[Waiting | Running]:
    """The news of ``job``; at its end raises what went wrong."""
    async for news in line.follow(job):
        if isinstance(news, (Waiting, Running)):
            yield news
    if isinstance(job.error, (RestorersError, Cancelled)):
        raise job.error
    if job.error is not None:
        logging.getLogger(__name__).error("work with the hub failed", exc_info=job.error)
        raise RestorersError(page_words.ERROR_UNEXPECTED)
    if job.result is None:  # it was stopped while it waited
        raise Cancelled


def _told(problem: Exception) -> str:
    if isinstance(problem, RestorersError):
        return sentences([problem.sentence], "problem")
    return sentences([words.STOPPED], "hint")
