"""The Restore tab: its components and what happens when one of them is used."""

from __future__ import annotations

import json
import logging
import secrets
import time
from collections.abc import AsyncIterator, Container, Sequence
from dataclasses import replace
from typing import Any

import gradio as gr
from gradio.components.base import Component

from restorers.degradations import DEGRADATIONS, FAMILIES, Observation
from restorers.errors import Cancelled, RestorersError
from restorers.hub import HubId
from restorers.restore import FixedSizeNetwork, Network, all_restorers, restorer_class
from restorers.samples import SAMPLES
from restorers.text import Text
from restorers.ui import restore_view as view
from restorers.ui import viewer
from restorers.ui.controls import NOTHING_PAINTED, Panel, asset, chips, options, painter, panel, select, settings_of
from restorers.ui.jobs import Early
from restorers.ui.language import both, fill, joined, say
from restorers.ui.number_inputs import BoundedNumber, BoundedSlider, settle
from restorers.ui.photo_input import PhotoInput
from restorers.ui.restore_handlers import Desk, Look, chip_of_step, mask_of, photo_id, sample_path, steps_of_chips
from restorers.ui.setup import MAX_SEED, MAX_STEPS, NEXT, NONE, SIZES, Setup, Step, from_query
from restorers.ui.words import page as page_words
from restorers.ui.words import restore as words

GROUP = "restore"
PRIVATE: dict[str, Any] = {"api_visibility": "private"}
# on a phone the results stand far below the button
SHOW_RESULT_SCRIPT = """(...values) => {
  const smooth = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  const panes = document.querySelector("#restore-panes");
  if (innerWidth <= 640 && panes.querySelector("img")) panes.scrollIntoView({ behavior: smooth });
  return values;
}"""
# Gradio evaluates the script anew at each event: what was chosen before must live outside of it
GROUP_SCRIPT = """(chosen) => {
  const seen = ((window.restorers ||= {}).chosen ||= {});
  const [chooser, first, names] = %s;
  const before = seen[chooser] ?? first;
  seen[chooser] = chosen;
  return names.map((name) => ({
    __type__: "update",
    ...(name === chosen ? { visible: true } : name === before ? { visible: "hidden" } : {}),
  }));
}"""
# a browser may refuse to open the list without a click; the focus is there all the same
NEXT_SCRIPT = """() => {
  const select = document.querySelector("#restore-damage select");
  if (select.value !== %s) return;
  select.focus();
  try { select.showPicker(); } catch {}
}"""
_EMPTY = Text("", "")


def start_setup() -> Setup:
    """What a visitor sees first."""
    names = [r.name for r in all_restorers()]
    restorer = "denoise" if "denoise" in names else "non_local_means"
    noise = DEGRADATIONS.get("gaussian_noise")()
    return Setup(next(iter(SAMPLES)), "fit", (Step(noise.name, noise.settings()),), 0, restorer, restorer_class(restorer)().settings())


def damage_options(following: bool) -> list[dict[str, Any]]:
    """The kinds of damage; after others, the choice of no further one comes first."""
    entries = [(NEXT, words.DAMAGE_NEXT, _EMPTY)] if following else []
    entries += [(d.name, d.title, FAMILIES[d.family]) for d in DEGRADATIONS]
    return options([*entries, (NONE, words.DAMAGE_NONE, words.DAMAGE_NONE_GROUP)])


def restorer_options(setup: Setup, observation: Observation | None = None, own: Sequence[type[Network]] = ()) -> list[dict[str, Any]]:
    """The methods: those made for the damage first, then what the visitor has trained or added himself (``own``); last, and not to
    be chosen, those that must be told what nobody knows here.
    """
    steps = [step.build() for step in setup.steps]
    suited, mine, others, untold = [], [], [], []
    for r in [*own, *all_restorers()]:
        if observation is not None and r().missing_knowledge(observation):
            untold.append((r.name, r.title, words.UNTOLD))
        elif r in own:
            mine.append((r.name, r.title, words.ADDED if HubId.matches(r.name) else words.OWN))
        elif any(r.suited(step) for step in steps):
            suited.append((r.name, r.title, words.SUITED))
        else:
            others.append((r.name, r.title, words.OTHERS if steps else words.ANY))
    # first what names this very damage, last the small networks of the tutorials, which shrink the photo
    names = {step.name for step in steps}
    classes = {r.name: r for r in all_restorers()}
    suited.sort(key=lambda entry: (issubclass(classes[entry[0]], FixedSizeNetwork), not classes[entry[0]].suits & names))
    return [*options(suited), *options(mine), *options(others), *options(untold, disabled=True)]


def fitting(offered: list[dict[str, Any]], chosen: str) -> str:
    """The chosen method if it fits the damage; the first that does otherwise."""
    open_ = [o["value"] for o in offered if not o["disabled"]]
    groups = [group.en for group in (words.SUITED, words.OWN, words.ADDED)]
    suited = [o["value"] for o in offered if o["group_en"] in groups and o["value"] != "do_nothing"]
    return chosen if chosen in (suited or open_) else (suited or open_)[0]


def unsuited(setup: Setup) -> str:
    """What to say where no method was made for the damage: which were made for related damage. Empty where one was."""
    steps = [step.build() for step in setup.steps]
    classes = [r for r in all_restorers() if r.name != "do_nothing"]
    if not steps or any(r.suited(step) for r in classes for step in steps):
        return ""
    families = {step.family for step in steps}
    related = [d for d in DEGRADATIONS if d.family in families]
    kin = [r.title for r in classes if any(r.suited(d) for d in related)]
    return view.sentences([fill(words.UNSUITED, what=joined(kin)) if kin else words.UNSUITED_ALONE])


def known(value: Any, names: Container[str]) -> str | None:
    """``value`` if it is one of ``names``: it comes from the browser and may be anything."""
    return value if isinstance(value, str) and value in names else None


def shown(yes: Any) -> bool | str:
    """For ``visible=``. What was taken out of the page and comes back has lost its translation, so it is only hidden."""
    return True if yes else "hidden"


def link_banner() -> gr.HTML:
    """Where it is said what was left out of a link."""
    return gr.HTML(elem_id="restore-banner")


class RestoreTab:
    """The components of the tab, and their listeners. Build it inside of a ``gr.Tab``; call ``listen`` inside of the ``gr.Blocks``.

    Args:
        desk: where the photos are worked on.
        banner: says what was left out of a link. A link may open any tab: place it above them; by default it stands in this one.
    """

    def __init__(self, desk: Desk, banner: gr.HTML | None = None):
        self.desk = desk
        self.start = start_setup()
        self.banner = link_banner() if banner is None else banner
        with gr.Row(elem_id="restore", equal_height=False):
            with gr.Column(scale=1, min_width=300, elem_id="restore-controls"):
                self._photo()
                self._damage()
                self._restorer()
            with gr.Column(scale=3, min_width=320, elem_id="restore-results"):
                self.panes = viewer.panes("restore-panes", GROUP)
                with gr.Row(elem_id="restore-below", equal_height=False):
                    with gr.Column(scale=2, min_width=300):
                        self.comparison = viewer.comparison("restore-comparison", GROUP)
                    with gr.Column(scale=1, min_width=270, elem_id="restore-side"):
                        self._numbers()
        self.looks = [self.panes, self.comparison, self.numbers, self.save, self.notes, self.reduced, self.problem, self.told, self.paint]
        self.chosen = [self.restorer, self.damage, self.then, self.drawing, self.none_help, self.unsuited]
        self.inputs: set[Component] = {self.photo, self.sample, self.size, self.damage, self.steps, self.seed, self.restorer, self.strength}
        for panels in (self.damages, self.restorers):
            self.inputs |= {component for p in panels.values() for component in p.components.values()}
        self.arranged: set[Component] = {*self.looks, self.strength, *self.chosen} | self.inputs - {self.photo}
        self.results: set[Component] = {*self.looks, self.strength, self.run, self.stop, self.restorer}

    # components

    def _photo(self) -> None:
        gr.HTML(f"<h2>1 · {both(words.PHOTO_STEP)}</h2>", elem_id="restore-step-1", elem_classes="step")
        self.photo = PhotoInput(
            gate=self.desk.admit,
            type="filepath",
            image_mode=None,
            format="png",
            label=say(words.PHOTO),
            show_label=False,
            placeholder=say(words.PHOTO_EMPTY),
            sources=["upload", "webcam", "clipboard"],
            buttons=[],
            height=118,
            elem_id="restore-photo",
        )
        self.sample = gr.HTML(
            self.start.sample,
            html_template='<div class="samples"></div>',
            js_on_load=asset("samples.js"),
            apply_default_css=False,
            elem_id="restore-samples",
            samples=[{"name": name, "title": sample.title._asdict()} for name, sample in SAMPLES.items()],
        )
        self.size = select(
            "fit",
            options(((size, title, _EMPTY) for size, title in zip(SIZES, (words.SIZE_FIT, words.SIZE_FULL), strict=True))),
            title=words.SIZE,
            elem_id="restore-size",
        )
        self.notes = gr.HTML(elem_id="restore-notes")

    def _damage(self) -> None:
        gr.HTML(f"<h2>2 · {both(words.DAMAGE_STEP)}</h2>", elem_id="restore-step-2", elem_classes="step")
        self.steps = chips(elem_id="restore-chips", clear=words.CHIPS_CLEAR, remove=words.CHIP_REMOVE)
        self.damage = select(
            self.start.steps[-1].name,
            damage_options(following=False),
            title=words.DAMAGE,
            elem_id="restore-damage",
        )
        self.damages = {d.name: panel(d.parameters(), f"restore-{d.name}", d.name == self.start.steps[-1].name) for d in DEGRADATIONS}
        with gr.Group(visible=False, elem_id="restore-paint-group") as self.paint_group:
            gr.HTML(view.sentences((words.PAINT, words.PAINT_HELP)), elem_id="restore-paint-help")
            self.paint = painter(elem_id="restore-paint", brush=words.BRUSH, undo=words.UNDO, clear=words.CLEAR)
        self.none_help = gr.HTML(view.sentences([words.DAMAGE_NONE_HELP]), visible="hidden", elem_id="restore-none-help")
        self.reduced = gr.HTML(js_on_load=asset("full_size.js"), apply_default_css=False, elem_id="restore-reduced")
        with gr.Column(elem_id="restore-drawing") as self.drawing:
            self._drawing()

    def _drawing(self) -> None:
        with gr.Row(elem_id="restore-draw"):
            self.then = gr.Button(say(words.THEN), size="sm", min_width=60, elem_id="restore-then")
            self.seed = BoundedNumber(
                0, label=say(words.SEED), precision=0, minimum=0, maximum=MAX_SEED, min_width=60, buttons=[], elem_id="restore-seed"
            )
            gr.HTML(view.sentences([words.SEED_HELP]), elem_id="restore-draw-help")
            self.draw = gr.Button(say(words.SEED_NEW), size="sm", min_width=60, elem_id="restore-seed-new")

    def _restorer(self) -> None:
        gr.HTML(f"<h2>3 · {both(words.RESTORER_STEP)}</h2>", elem_id="restore-step-3", elem_classes="step")
        self.restorer = select(self.start.restorer, restorer_options(self.start), title=words.RESTORER, elem_id="restore-restorer")
        self.restorers = {r.name: panel(r.parameters(), f"restore-with-{r.name}", r.name == self.start.restorer) for r in all_restorers()}
        self.unsuited = gr.HTML(elem_id="restore-unsuited")
        self.told = gr.HTML(view.told(restorer_class(self.start.restorer)), elem_id="restore-told")
        with gr.Column(elem_id="restore-action"):
            self.problem = gr.HTML(elem_id="restore-problem")
            self.run = gr.Button(say(words.RUN), variant="primary", elem_id="restore-run")
            self.stop = gr.Button(say(words.STOP), variant="stop", visible="hidden", elem_id="restore-stop")

    def _numbers(self) -> None:
        self.numbers = gr.HTML(view.numbers(None), js_on_load="restorers.keepOpen(element, watch);", elem_id="restore-numbers")
        self.strength = BoundedSlider(
            0, 100, 100, step=1, label=say(words.STRENGTH), info=say(words.STRENGTH_HELP), visible="hidden", elem_id="restore-strength"
        )
        self.save = gr.HTML(
            view.save(None, self.start, live=False), js_on_load=asset("save.js"), apply_default_css=False, elem_id="restore-save"
        )

    # reading the components

    def setup(self, values: dict[Component, Any]) -> Setup:
        """The setting that the components show; what comes from the browser is checked where it is used."""
        name, restorer = known(values[self.damage], DEGRADATIONS), values[self.restorer]
        steps = steps_of_chips(values[self.steps])[: MAX_STEPS - 1]
        if name:
            steps += (Step(name, settings_of(self.damages[name], values)),)
        settings = self._settings(restorer, values)
        sample, size = known(values[self.sample], SAMPLES), known(values[self.size], SIZES) or "fit"
        seed, strength = self.seed.preprocess(values[self.seed]), self.strength.preprocess(values[self.strength]) / 100
        given = None if sample else self.photo.given(values[self.photo])
        return Setup(sample, size, steps, seed, str(restorer), settings, strength, given.name if given else "")

    def _settings(self, restorer: Any, values: dict[Component, Any]) -> dict[str, Any]:
        """The settings of a method; one that the visitor has trained or added has no controls and runs with its defaults."""
        return settings_of(self.restorers[restorer], values) if known(restorer, self.restorers) else {}

    def path(self, values: dict[Component, Any]) -> str | None:
        """The file of the photo."""
        sample, given = known(values[self.sample], SAMPLES), self.photo.given(values[self.photo])
        return sample_path(sample) if sample else given and given.path

    # showing

    def show(self, owner: str, look: Look | None, setup: Setup, problem: RestorersError | None = None) -> dict[Component, Any]:
        """Updates of everything that depends on the look."""
        try:
            knows = view.told(self.desk.restorer_class(owner, setup.restorer))
        except RestorersError:
            knows = ""
        ground = gr.skip()
        if look is not None and any(step.name == "painted_mask" for step in setup.steps):
            ground = {"picture": look.pictures["original"].url, "of": photo_id(look.path)}
        return {
            **self._pictures(look),
            self.save: view.save(look, setup),
            self.notes: view.sentences(look.working.told()) if look else "",
            self.reduced: view.reduced(look),
            self.problem: view.sentences((problem.sentence,), "problem") if problem else "",
            self.told: knows,
            self.paint: ground,
            self.strength: gr.update(visible=shown(look is not None and look.restoration is not None)),
        }

    def _pictures(self, look: Look | None) -> dict[Component, Any]:
        return {self.panes: view.panes(look), self.comparison: view.comparison(look), self.numbers: view.numbers(look)}

    def refresh(self, values: dict[Component, Any], request: gr.Request) -> dict[Component, Any]:
        """A setting has changed: show the degraded photo at once."""
        setup, path = self.setup(values), self.path(values)
        if path is None:
            return self.show(request.session_hash, None, setup)
        try:
            return self.show(request.session_hash, self.desk.preview(request.session_hash, setup, path), setup)
        except RestorersError as problem:
            return self.show(request.session_hash, None, setup, problem)

    def choose_damage(self, values: dict[Component, Any], request: gr.Request) -> dict[Component, Any]:
        """The damage has changed: offer the methods made for it first, and take one of them if the chosen one is none."""
        following = bool(steps_of_chips(values[self.steps]))
        alone = values[self.damage] == NEXT and not following
        if alone:  # the last of the damages was taken away
            values = {**values, self.damage: NONE}
        setup, path, before = self.setup(values), self.path(values), self.desk.last(request.session_hash)
        # with the method before: one that does not fit would stop a run that has just begun with one that does
        kept = replace(setup, restorer=before.setup.restorer, settings=before.setup.settings) if before else setup
        try:
            look = self.desk.preview(request.session_hash, kept, path) if path else None
        except RestorersError as problem:
            return self.show(request.session_hash, None, setup, problem)
        chosen, offered = self._fitted(request.session_hash, setup, look)
        updates = self.refresh({**values, self.restorer: chosen}, request)
        kinds = {"options": damage_options(following), **({"value": NONE} if alone else {})}
        # it comes from outside: what is no method is not sent back
        answered = setup.restorer if any(option["value"] == setup.restorer for option in offered) else None
        return {
            **updates,
            self.restorer: gr.update(value=chosen, options=offered, asked=answered),
            self.damage: gr.update(**kinds),
            **self._applying(setup, values[self.damage]),
        }

    def _fitted(self, owner: str, setup: Setup, look: Look | None) -> tuple[str, list[dict[str, Any]]]:
        """The method to take for the damage of ``setup``, and all that are offered."""
        offered = restorer_options(setup, look.observation if look else None, self.desk.own(owner))
        return fitting(offered, setup.restorer), offered

    def _applying(self, setup: Setup, damage: str) -> dict[Component, Any]:
        """What can be used beside the damage: where there is none, nothing is drawn by chance; where none is chosen, none can follow."""
        return {
            self.drawing: gr.update(visible=shown(setup.steps)),
            self.then: gr.update(interactive=damage in DEGRADATIONS),
            self.none_help: gr.update(visible=shown(not setup.steps)),
            self.unsuited: unsuited(setup),
        }

    def add_step(self, values: dict[Component, Any], request: gr.Request) -> dict[Component, Any]:
        """Freeze the present damage as a chip, and let the visitor choose the next one: until he does, nothing else changes."""
        setup = self.setup(values)
        if not known(values[self.damage], DEGRADATIONS):
            return {self.problem: ""}
        if len(setup.steps) >= MAX_STEPS:
            return self.show(
                request.session_hash, self.desk.last(request.session_hash), setup, RestorersError(words.THEN_FULL.format(most=MAX_STEPS))
            )
        frozen = [chip_of_step(step) for step in setup.steps]
        updates = self.choose_damage({**values, self.steps: frozen, self.damage: NEXT}, request)
        return {**updates, self.steps: frozen, self.damage: gr.update(value=NEXT, options=damage_options(following=True))}

    def full_size(self, values: dict[Component, Any], request: gr.Request) -> dict[Component, Any]:
        """The photo shall be worked on as large as it is."""
        return {**self.refresh({**values, self.size: "full"}, request), self.size: "full"}

    def draw_again(self, values: dict[Component, Any], request: gr.Request) -> dict[Component, Any]:
        """Another random draw."""
        seed = secrets.randbelow(10_000)
        return {**self.refresh({**values, self.seed: seed}, request), self.seed: seed}

    def choose_sample(self, values: dict[Component, Any], request: gr.Request) -> dict[Component, Any]:
        """A sample photo was chosen."""
        return {**self.refresh(values, request), self.photo: self.path(values)}

    def take_photo(self, values: dict[Component, Any], request: gr.Request) -> dict[Component, Any]:
        """The visitor has given a photo of his own."""
        values = {**values, self.sample: ""}
        return {**self.refresh(values, request), self.sample: ""}

    def catch_up(self, values: dict[Component, Any], request: gr.Request) -> dict[Component, Any]:
        """The settings may have changed while a large photo was decoded, and what was asked of the photo before have been shown after it."""
        owner = request.session_hash
        before, updates, after = self.desk.last(owner), self.choose_damage(values, request), self.desk.last(owner)
        same = before and after and before.setup == self.setup(values) == after.setup
        if same and (after.restoration is not None or self.desk.restoring(owner)):
            # Restore has been pressed since: the photo as it was before must not come after the restored one
            return {component: update for component, update in updates.items() if component in self.chosen}
        return updates

    def remove_photo(self, values: dict[Component, Any], request: gr.Request) -> dict[Component, Any]:
        """The visitor has taken the photo away."""
        # Gradio still sends the old one along
        values = {**values, self.sample: "", self.photo: None}
        self.desk.forget(request.session_hash)
        return {**self.refresh(values, request), self.sample: "", self.paint: NOTHING_PAINTED}

    def refuse_photo(self, request: gr.Request) -> dict[Component, Any]:
        """The photo was refused: the one before takes its place again, and the page goes on."""
        look = self.desk.last(request.session_hash)
        return {self.photo: look.path if look else None}

    def painted(self, values: dict[Component, Any], request: gr.Request) -> dict[Component, Any]:
        """Strokes were added or taken back."""
        setup, path = self.setup(values), self.path(values)
        try:
            painting, mask = values[self.paint], mask_of(values[self.paint])
            if path is not None and isinstance(painting, dict) and painting.get("of") == photo_id(path):  # another may be on its way
                self.desk.paint(request.session_hash, path, mask)
        except RestorersError as problem:
            return self.show(request.session_hash, self.desk.last(request.session_hash), setup, problem)
        return self.refresh(values, request)

    def blend(self, values: dict[Component, Any], request: gr.Request) -> dict[Component, Any]:
        """The strength has changed: the browser blends the pictures, the numbers follow here."""
        setup = self.setup(values)
        try:
            look = self.desk.blend(request.session_hash, setup.strength)
        except RestorersError as problem:
            return self.show(request.session_hash, self.desk.last(request.session_hash), setup, problem)
        return {
            **self.show(request.session_hash, look, setup),
            self.panes: view.panes(look, follow=True),
            self.comparison: view.comparison(look, follow=True),
        }

    async def restore(self, values: dict[Component, Any], request: gr.Request) -> AsyncIterator[dict[Component, Any]]:
        """Run the method; says where it stands until it is done."""
        setup, owner, path = self.setup(values), request.session_hash, self.path(values)
        idle = {self.run: gr.update(visible=True), self.stop: gr.update(visible="hidden")}
        busy: dict[Component, Any] = {self.run: gr.update(visible="hidden"), self.stop: gr.update(visible=True), self.problem: ""}
        refitted: dict[Component, Any] = {}
        before = self.desk.last(owner)
        try:
            begun = self.desk.preview(owner, setup, path)
            unheard = before is not None and before.damages != begun.damages
            if unheard or self.desk.restorer_class(owner, setup.restorer)().missing_knowledge(begun.observation):
                # Restore was pressed before the page had heard which methods fit the new damage
                chosen, offered = self._fitted(owner, setup, begun)
                setup = replace(setup, restorer=chosen, settings=self._settings(chosen, values))
                refitted[self.restorer] = gr.update(value=chosen, options=offered)
            job = self.desk.run(owner, setup, path)
        except RestorersError as problem:
            yield {**self.show(owner, self.desk.last(owner), setup, problem), **idle}
            return
        early: Look | None = None
        async for news in self.desk.line.follow(job):
            if isinstance(news, Early):
                early = news.result
                began = time.monotonic()
                yield self._pictures(early)
            elif early is not None:
                if (seconds := int(time.monotonic() - began)) >= 2:
                    yield {**busy, self.numbers: view.numbers(early, seconds)}
                    busy = {}
            else:
                yield {**busy, **refitted, self.panes: view.panes(self.desk.last(owner), news)}
                busy = {}
        look = self.desk.last(owner)
        if job.error is None and job.result is not None:
            yield {**self.show(owner, job.result, setup), **refitted, **idle}
        elif job.error is None or isinstance(job.error, Cancelled):
            if self.desk.restoring(owner):  # Restore was pressed once more
                return
            why = words.STOPPED if look is None or look.asks_for(begun.observation, setup) else words.OVERTAKEN
            yield {**self._pictures(look), self.problem: view.sentences([why], "note aloud"), **refitted, **idle}
        elif isinstance(job.error, RestorersError):
            yield {**self.show(owner, look, setup, job.error), **idle}
        else:
            logging.getLogger(__name__).error("a restoration failed", exc_info=job.error)
            yield {**self.show(owner, look, setup, RestorersError(page_words.ERROR_UNEXPECTED)), **idle}

    def halt(self, request: gr.Request) -> None:
        """Stop what runs or waits for this visitor."""
        self.desk.line.stop(request.session_hash)

    def renew(self, values: dict[Component, Any], request: gr.Request) -> dict[Component, Any]:
        """The visitor comes back to the tab: what he has trained or added meanwhile stands among the methods."""
        owner = request.session_hash
        offered = restorer_options(self.setup(values), getattr(self.desk.last(owner), "observation", None), self.desk.own(owner))
        return {self.restorer: gr.update(options=offered)}

    def leave(self, request: gr.Request) -> None:
        """The visitor has closed the page."""
        self.desk.forget(request.session_hash)

    def open(self, request: gr.Request) -> dict[Component, Any]:
        """The page opens: with the settings of the link, or with those to start with."""
        return self.take(list(request.query_params.multi_items()), request.session_hash)

    def take(self, query: Sequence[tuple[str, str]], owner: str) -> dict[Component, Any]:
        """Updates that set everything as the (name, value) pairs of a link say; what they do not name stands as at first."""
        setup, ignored = from_query(query, self.start, SAMPLES)
        path = sample_path(setup.sample)
        look = self.desk.preview(owner, setup, path)
        if restorer_class(setup.restorer)().missing_knowledge(look.observation):
            chosen, _ = self._fitted(owner, setup, look)
            titles = {"asked": restorer_class(setup.restorer).title, "chosen": restorer_class(chosen).title}
            ignored.append(fill(words.LINK_UNFIT, **titles))
            setup = replace(setup, restorer=chosen, settings=restorer_class(chosen)().settings())
        banner = view.sentences((words.LINK_IGNORED, *ignored), "notice") if ignored else ""
        return {**self.arrange(owner, setup, path), self.photo: path, self.banner: banner}

    def arrange(self, owner: str, setup: Setup, path: str | None) -> dict[Component, Any]:
        """Updates that make the tab show ``setup``, all but the photo itself; ``RestorersError`` for what does not fit."""
        *frozen, last = setup.steps or (None,)
        values: dict[Component, Any] = {
            self.sample: setup.sample or "",
            self.size: setup.size,
            self.steps: [chip_of_step(step) for step in frozen],
            self.seed: setup.seed,
        }
        if last:
            values |= {self.damages[last.name].components[name]: value for name, value in last.build().settings().items() if name != "mask"}
        if known(setup.restorer, self.restorers):
            values |= {self.restorers[setup.restorer].components[name]: value for name, value in setup.settings.items()}
        look = self.desk.preview(owner, setup, path)
        _, offered = self._fitted(owner, setup, look)
        damage = last.name if last else NONE
        return {
            **values,
            **self.show(owner, look, setup),
            self.strength: gr.update(value=round(100 * setup.strength), visible=shown(look.restoration is not None)),
            **self._applying(setup, damage),
            self.restorer: gr.update(value=setup.restorer, options=offered),
            self.damage: gr.update(value=damage, options=damage_options(following=bool(frozen))),
        }

    # listening

    def listen(self, demo: gr.Blocks, tab: gr.Tab) -> None:
        """Attach the listeners.

        Args:
            demo: the page.
            tab: the tab that this is in.
        """
        # Gradio follows the progress of an event on each of its outputs, a good part of a second's work for the browser where
        # there are a hundred of them; one is enough, since it is shown nowhere
        quiet: dict[str, Any] = {"show_progress": "hidden", "show_progress_on": self.run, **PRIVATE}
        # and it takes a thread to prepare each input and each output: two thirds of an event's time. What the numbers need of
        # that is done where they are read; HTML needs nothing of it, the photo does
        raw: dict[str, Any] = {"preprocess": False, "postprocess": False, **quiet}
        at_once: dict[str, Any] = {"queue": False, "trigger_mode": "always_last", **raw}
        own, chosen = {*self.looks, self.strength}, {*self.chosen}

        self._show_group(self.damage, self.damages, {"painted_mask": self.paint_group})
        self._show_group(self.restorer, self.restorers, {})
        parameters = [
            component for panels in (self.damages, self.restorers) for p in panels.values() for component in p.components.values()
        ]
        gr.on([c.input for c in (self.size, self.seed, self.restorer, *parameters)], self.refresh, self.inputs, own, **at_once)
        gr.on(
            [self.damage.input, self.steps.input],
            self.choose_damage,
            self.inputs,
            own | chosen,
            **at_once,
        )
        then = self.then.click(self.add_step, self.inputs, own | chosen | {self.steps}, **at_once)
        then.success(None, None, None, js=NEXT_SCRIPT % json.dumps(NEXT), **PRIVATE)
        self.reduced.input(self.full_size, self.inputs, own | {self.size}, **at_once)
        for field in (self.seed, *(c for c in parameters if isinstance(c, BoundedSlider) and c.precision == 0)):
            settle(field)
        self.draw.click(self.draw_again, self.inputs, own | {self.seed}, **at_once)
        self.sample.input(self.choose_sample, self.inputs, own | {self.photo}, **{**at_once, "postprocess": True})
        given = self.photo.upload(self.take_photo, self.inputs, own | {self.sample}, concurrency_limit=4, **quiet)
        given.failure(self.refuse_photo, None, {self.photo}, **{**at_once, "postprocess": True})
        # in the queue, whose answers come in order: one that is late would take away what Restore, pressed since, has shown
        given.success(self.catch_up, self.inputs, own | chosen, concurrency_limit=4, trigger_mode="always_last", **raw)
        self.photo.clear(self.remove_photo, self.inputs, own | {self.sample}, **at_once)
        tab.select(self.renew, self.inputs, {self.restorer}, **at_once)
        self.paint.input(self.painted, self.inputs | {self.paint}, own, **at_once)
        self.strength.input(None, self.strength, None, js=viewer.strength_js(GROUP, 100), **PRIVATE)
        self.strength.input(self.blend, self.inputs, own, **at_once)

        running: dict[str, Any] = {"concurrency_limit": None, "trigger_mode": "multiple", **raw}
        self.run.click(self.restore, self.inputs, self.results, js=SHOW_RESULT_SCRIPT, **running)
        self.stop.click(self.halt, None, None, queue=False, **PRIVATE)
        opened = demo.load(
            self.open,
            None,
            self.arranged | {self.photo, self.banner},
            queue=False,
            **quiet,
        )
        opened.then(self.restore, self.inputs, self.results, **running)
        demo.unload(self.leave)

    def _show_group(self, chooser: gr.HTML, panels: dict[str, Panel], more: dict[str, gr.Group]) -> None:
        """Show the group of what ``chooser`` says instead of the one before, in the browser alone."""
        groups = {name: p.group for name, p in panels.items() if p.components} | more
        script = GROUP_SCRIPT % json.dumps([chooser.elem_id, chooser.value, list(groups)])
        chooser.change(None, chooser, list(groups.values()), js=script, **PRIVATE)
