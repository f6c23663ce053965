"""The Restore tab: its components and what happens when one of them is used."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr
from gradio.components.base import Component

from restorers.degradations import DEGRADATIONS, FAMILIES, Observation
from restorers.errors import Cancelled, RestorersError
from restorers.restore import FixedSizeNetwork, all_restorers, restorer_class
from restorers.samples import SAMPLES
from restorers.text import Text
from restorers.ui import restore_view as view
from restorers.ui import viewer
from restorers.ui.controls import Panel, asset, chips, options, painter, panel, select, settings_of
from restorers.ui.language import both, say
from restorers.ui.photo_input import PhotoInput
from restorers.ui.restore_handlers import Desk, Look, chip_of_step, mask_of, photo_id, sample_path, steps_of_chips
from restorers.ui.setup import MAX_SEED, MAX_STEPS, NONE, SIZES, Setup, Step, from_query
from restorers.ui.words import page as page_words
from restorers.ui.words import restore as words

GROUP = "restore"
PRIVATE: dict[str, Any] = {"api_visibility": "private"}
# on a phone the results stand far below the button
SHOW_RESULT_SCRIPT = """() => {
  const smooth = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  if (innerWidth <= 640) document.querySelector("#restore-panes").scrollIntoView({ behavior: smooth });
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
_EMPTY = Text("", "")


def start_setup() -> Setup:
    """What a visitor sees first."""
    names = [r.name for r in all_restorers()]
    restorer = "denoise" if "denoise" in names else "non_local_means"
    noise = DEGRADATIONS.get("gaussian_noise")()
    return Setup(next(iter(SAMPLES)), "fit", (Step(noise.name, noise.settings()),), 0, restorer, restorer_class(restorer)().settings())


def restorer_options(setup: Setup, observation: Observation | None = None) -> list[dict[str, Any]]:
    """The methods: those made for the damage first; last, and not to be chosen, those that must be told what nobody knows here."""
    steps = [step.build() for step in setup.steps]
    suited, others, untold = [], [], []
    for r in all_restorers():
        if observation is not None and r().missing_knowledge(observation):
            untold.append((r.name, r.title, words.UNTOLD))
        elif any(r.suited(step) for step in steps):
            suited.append((r.name, r.title, words.SUITED))
        else:
            others.append((r.name, r.title, words.OTHERS if steps else words.ANY))
    # first what names this very damage, last the small networks of the tutorials, which shrink the photo
    names = {step.name for step in steps}
    classes = {r.name: r for r in all_restorers()}
    suited.sort(key=lambda entry: (issubclass(classes[entry[0]], FixedSizeNetwork), not classes[entry[0]].suits & names))
    return [*options(suited), *options(others), *options(untold, disabled=True)]


def fitting(offered: list[dict[str, Any]], chosen: str) -> str:
    """The chosen method if it fits the damage; the first that does otherwise."""
    open_ = [o["value"] for o in offered if not o["disabled"]]
    suited = [o["value"] for o in offered if o["group_en"] == words.SUITED.en and o["value"] != "do_nothing"]
    return chosen if chosen in (suited or open_) else (suited or open_)[0]


def shown(yes: Any) -> bool | str:
    """For ``visible=``. What was taken out of the page and comes back has lost its translation, so it is only hidden."""
    return True if yes else "hidden"


class RestoreTab:
    """The components of the tab, and their listeners. Build it inside of a ``gr.Tab``; call ``listen`` inside of the ``gr.Blocks``."""

    def __init__(self, desk: Desk):
        self.desk = desk
        self.start = start_setup()
        self.banner = gr.HTML(elem_id="restore-banner")
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
        self.looks = [self.panes, self.comparison, self.numbers, self.save, self.notes, self.problem, self.told, self.paint]
        self.inputs: set[Component] = {self.photo, self.sample, self.size, self.damage, self.steps, self.seed, self.restorer, self.strength}
        for panels in (self.damages, self.restorers):
            self.inputs |= {component for p in panels.values() for component in p.components.values()}

    # components

    def _photo(self) -> None:
        gr.HTML(f"<h2>1 · {both(words.PHOTO_STEP)}</h2>", elem_id="restore-step-1", elem_classes="step")
        self.photo = PhotoInput(
            gate=self.desk.working,
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
            options([(d.name, d.title, FAMILIES[d.family]) for d in DEGRADATIONS] + [(NONE, words.DAMAGE_NONE, words.DAMAGE_NONE_GROUP)]),
            title=words.DAMAGE,
            elem_id="restore-damage",
        )
        self.damages = {d.name: panel(d.parameters(), f"restore-{d.name}", d.name == self.start.steps[-1].name) for d in DEGRADATIONS}
        with gr.Group(visible=False, elem_id="restore-paint-group") as self.paint_group:
            gr.HTML(view.sentences((words.PAINT, words.PAINT_HELP)), elem_id="restore-paint-help")
            self.paint = painter(elem_id="restore-paint", brush=words.BRUSH, undo=words.UNDO, clear=words.CLEAR)
        self.none_help = gr.HTML(view.sentences([words.DAMAGE_NONE_HELP]), visible="hidden", elem_id="restore-none-help")
        with gr.Column(elem_id="restore-drawing") as self.drawing:
            self._drawing()

    def _drawing(self) -> None:
        with gr.Row(elem_id="restore-draw"):
            self.then = gr.Button(say(words.THEN), size="sm", min_width=60, elem_id="restore-then")
            self.seed = gr.Number(
                0, label=say(words.SEED), precision=0, minimum=0, maximum=MAX_SEED, min_width=60, buttons=[], elem_id="restore-seed"
            )
            self.draw = gr.Button(say(words.SEED_NEW), size="sm", min_width=60, elem_id="restore-seed-new")
        gr.HTML(view.sentences([words.SEED_HELP]), elem_id="restore-draw-help")

    def _restorer(self) -> None:
        gr.HTML(f"<h2>3 · {both(words.RESTORER_STEP)}</h2>", elem_id="restore-step-3", elem_classes="step")
        self.restorer = select(self.start.restorer, restorer_options(self.start), title=words.RESTORER, elem_id="restore-restorer")
        self.restorers = {r.name: panel(r.parameters(), f"restore-with-{r.name}", r.name == self.start.restorer) for r in all_restorers()}
        self.told = gr.HTML(view.told(restorer_class(self.start.restorer)), elem_id="restore-told")
        self.problem = gr.HTML(elem_id="restore-problem")
        self.run = gr.Button(say(words.RUN), variant="primary", elem_id="restore-run")
        self.stop = gr.Button(say(words.STOP), variant="stop", visible="hidden", elem_id="restore-stop")

    def _numbers(self) -> None:
        self.numbers = gr.HTML(view.numbers(None), js_on_load="restorers.keepOpen(element, watch);", elem_id="restore-numbers")
        self.strength = gr.Slider(
            0, 100, 100, step=1, label=say(words.STRENGTH), info=say(words.STRENGTH_HELP), visible="hidden", elem_id="restore-strength"
        )
        self.save = gr.HTML(view.save(None, self.start), js_on_load=asset("save.js"), apply_default_css=False, elem_id="restore-save")

    # reading the components

    def setup(self, values: dict[Component, Any]) -> Setup:
        """The setting that the components show; what comes from the browser is checked where it is used."""
        name = values[self.damage]
        steps = steps_of_chips(values[self.steps])[: MAX_STEPS - 1]
        if name in DEGRADATIONS:
            steps += (Step(name, settings_of(self.damages[name], values)),)
        restorer = values[self.restorer]
        settings = settings_of(self.restorers[restorer], values) if restorer in self.restorers else {}
        sample = values[self.sample] if values[self.sample] in SAMPLES else None
        size = values[self.size] if values[self.size] in SIZES else "fit"
        seed = int(values[self.seed] or 0)
        return Setup(sample, size, steps, seed, restorer, settings, float(values[self.strength]) / 100)

    def path(self, values: dict[Component, Any]) -> str | None:
        """The file of the photo."""
        sample = values[self.sample]
        return sample_path(sample) if sample in SAMPLES else values[self.photo]

    # showing

    def show(self, look: Look | None, setup: Setup, problem: RestorersError | None = None) -> dict[Component, Any]:
        """Updates of everything that depends on the look."""
        try:
            knows = view.told(restorer_class(setup.restorer))
        except RestorersError:
            knows = ""
        ground = gr.skip()
        if look is not None and any(step.name == "painted_mask" for step in setup.steps):
            ground = {"picture": look.pictures["original"].url, "of": photo_id(look.path)}
        return {
            self.panes: view.panes(look),
            self.comparison: view.comparison(look),
            self.numbers: view.numbers(look),
            self.save: view.save(look, setup),
            self.notes: view.sentences(look.working.told()) if look else "",
            self.problem: view.sentences((problem.sentence,), "problem") if problem else "",
            self.told: knows,
            self.paint: ground,
            self.strength: gr.update(visible=shown(look is not None and look.restoration is not None)),
        }

    def refresh(self, values: dict[Component, Any], request: gr.Request) -> dict[Component, Any]:
        """A setting has changed: show the degraded photo at once."""
        setup, path = self.setup(values), self.path(values)
        if path is None:
            return self.show(None, setup)
        try:
            return self.show(self.desk.preview(request.session_hash, setup, path), setup)
        except RestorersError as problem:
            return self.show(None, setup, problem)

    def choose_damage(self, values: dict[Component, Any], request: gr.Request) -> dict[Component, Any]:
        """The damage has changed: offer the methods made for it first, and take one of them if the chosen one is none."""
        setup, path = self.setup(values), self.path(values)
        try:
            look = self.desk.preview(request.session_hash, setup, path) if path else None
        except RestorersError as problem:
            return self.show(None, setup, problem)
        offered = restorer_options(setup, look.observation if look else None)
        chosen = fitting(offered, setup.restorer)
        updates = self.refresh({**values, self.restorer: chosen}, request)
        return {**updates, self.restorer: gr.update(value=chosen, options=offered), **self._drawn(setup)}

    def _drawn(self, setup: Setup) -> dict[Component, Any]:
        """Where nothing is damaged, nothing is drawn by chance and nothing can follow."""
        return {self.drawing: gr.update(visible=shown(setup.steps)), self.none_help: gr.update(visible=shown(not setup.steps))}

    def add_step(self, values: dict[Component, Any], request: gr.Request) -> dict[Component, Any]:
        """Freeze the present damage as a chip and let the visitor choose the next one."""
        setup = self.setup(values)
        if values[self.damage] not in DEGRADATIONS:
            return {self.problem: ""}
        if len(setup.steps) >= MAX_STEPS:
            return self.show(self.desk.last(request.session_hash), setup, RestorersError(words.THEN_FULL.format(most=MAX_STEPS)))
        frozen = [chip_of_step(step) for step in setup.steps]
        following = "jpeg" if setup.steps[-1].name != "jpeg" else "gaussian_noise"
        updates = self.choose_damage({**values, self.steps: frozen, self.damage: following}, request)
        return {**updates, self.steps: frozen, self.damage: following}

    def draw_again(self, values: dict[Component, Any], request: gr.Request) -> dict[Component, Any]:
        """Another random draw."""
        seed = secrets.randbelow(10_000)
        return {**self.refresh({**values, self.seed: seed}, request), self.seed: seed}

    def choose_sample(self, values: dict[Component, Any], request: gr.Request) -> dict[Component, Any]:
        """A sample photo was chosen."""
        self.desk.paint(request.session_hash, None)
        return {**self.refresh(values, request), self.photo: self.path(values)}

    def take_photo(self, values: dict[Component, Any], request: gr.Request) -> dict[Component, Any]:
        """The visitor has given a photo of his own, or taken it away."""
        values = {**values, self.sample: ""}
        self.desk.paint(request.session_hash, None)
        return {**self.refresh(values, request), self.sample: ""}

    def refuse_photo(self, request: gr.Request) -> dict[Component, Any]:
        """The photo was refused: the one before takes its place again, and the page goes on."""
        look = self.desk.last(request.session_hash)
        return {self.photo: look.path if look else None}

    def painted(self, values: dict[Component, Any], request: gr.Request) -> dict[Component, Any]:
        """Strokes were added or taken back."""
        setup = self.setup(values)
        try:
            self.desk.paint(request.session_hash, mask_of(values[self.paint]))
        except RestorersError as problem:
            return self.show(self.desk.last(request.session_hash), setup, problem)
        return self.refresh(values, request)

    def blend(self, values: dict[Component, Any], request: gr.Request) -> dict[Component, Any]:
        """The strength has changed: the browser blends the pictures, the numbers follow here."""
        setup = self.setup(values)
        try:
            look = self.desk.blend(request.session_hash, setup.strength)
        except RestorersError as problem:
            return self.show(self.desk.last(request.session_hash), setup, problem)
        return {**self.show(look, setup), self.panes: view.panes(look, follow=True), self.comparison: view.comparison(look, follow=True)}

    async def restore(self, values: dict[Component, Any], request: gr.Request) -> AsyncIterator[dict[Component, Any]]:
        """Run the method; says where it stands until it is done."""
        setup, owner = self.setup(values), request.session_hash
        idle = {self.run: gr.update(visible=True), self.stop: gr.update(visible="hidden")}
        try:
            job = self.desk.run(owner, setup, self.path(values))
        except RestorersError as problem:
            yield {**self.show(self.desk.last(owner), setup, problem), **idle}
            return
        yield {self.run: gr.update(visible="hidden"), self.stop: gr.update(visible=True), self.problem: ""}
        async for news in self.desk.line.follow(job):
            yield {self.panes: view.panes(self.desk.last(owner), news)}
        look = self.desk.last(owner)
        if job.error is None and job.result is not None:
            yield {**self.show(job.result, setup), **idle}
        elif job.error is None or isinstance(job.error, Cancelled):
            yield {self.panes: view.panes(look), self.problem: view.sentences([words.STOPPED]), **idle}
        elif isinstance(job.error, RestorersError):
            yield {**self.show(look, setup, job.error), **idle}
        else:
            logging.getLogger(__name__).error("a restoration failed", exc_info=job.error)
            yield {**self.show(look, setup, RestorersError(page_words.ERROR_UNEXPECTED)), **idle}

    def halt(self, request: gr.Request) -> None:
        """Stop what runs or waits for this visitor."""
        self.desk.line.stop(request.session_hash)

    def leave(self, request: gr.Request) -> None:
        """The visitor has closed the page."""
        self.desk.forget(request.session_hash, uploads=self.photo.GRADIO_CACHE)

    def open(self, request: gr.Request) -> dict[Component, Any]:
        """The page opens: with the settings of the link, or with those to start with."""
        setup, ignored = from_query(list(request.query_params.multi_items()), self.start, SAMPLES)
        *frozen, last = setup.steps or (None,)
        values: dict[Component, Any] = {
            self.sample: setup.sample,
            self.size: setup.size,
            self.damage: last.name if last else NONE,
            self.steps: [chip_of_step(step) for step in frozen],
            self.seed: setup.seed,
            self.strength: round(100 * setup.strength),
        }
        if last:
            values |= {self.damages[last.name].components[name]: value for name, value in last.build().settings().items() if name != "mask"}
        values |= {self.restorers[setup.restorer].components[name]: value for name, value in setup.settings.items()}
        path = sample_path(setup.sample)
        look = self.desk.preview(request.session_hash, setup, path)
        updates = self.show(look, setup)
        updates[self.strength] = gr.update(value=values.pop(self.strength))
        banner = view.sentences((words.LINK_IGNORED, *ignored), "notice") if ignored else ""
        return {
            **values,
            **updates,
            self.photo: path,
            **self._drawn(setup),
            self.restorer: gr.update(value=setup.restorer, options=restorer_options(setup, look.observation)),
            self.banner: banner,
        }

    # listening

    def listen(self, demo: gr.Blocks) -> None:
        """Attach the listeners."""
        at_once: dict[str, Any] = {"queue": False, "show_progress": "hidden", "trigger_mode": "always_last", **PRIVATE}
        own = {*self.looks, self.strength}

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
            own | {self.restorer, self.drawing, self.none_help},
            **at_once,
        )
        self.then.click(self.add_step, self.inputs, own | {self.restorer, self.steps, self.damage, self.drawing, self.none_help}, **at_once)
        self.draw.click(self.draw_again, self.inputs, own | {self.seed}, **at_once)
        self.sample.input(self.choose_sample, self.inputs, own | {self.photo}, **at_once)
        given = gr.on(
            [self.photo.upload, self.photo.clear],
            self.take_photo,
            self.inputs,
            own | {self.sample},
            show_progress="hidden",
            concurrency_limit=4,
            **PRIVATE,
        )
        given.failure(self.refuse_photo, None, {self.photo}, **at_once)
        self.paint.input(self.painted, self.inputs | {self.paint}, own, **at_once)
        self.strength.input(None, self.strength, None, js=viewer.strength_js(GROUP, 100), **PRIVATE)
        self.strength.input(self.blend, self.inputs, own, **at_once)

        running: dict[str, Any] = {
            "show_progress": "hidden",
            "concurrency_limit": None,
            "trigger_mode": "multiple",
            "api_visibility": "private",
        }
        self.run.click(None, None, None, js=SHOW_RESULT_SCRIPT, **PRIVATE)
        self.run.click(self.restore, self.inputs, own | {self.run, self.stop}, **running)
        self.stop.click(self.halt, None, None, queue=False, **PRIVATE)
        opened = demo.load(
            self.open,
            None,
            own | self.inputs | {self.banner, self.drawing, self.none_help},
            queue=False,
            show_progress="hidden",
            api_visibility="private",
        )
        opened.then(self.restore, self.inputs, own | {self.run, self.stop}, **running)
        demo.unload(self.leave)

    def _show_group(self, chooser: gr.HTML, panels: dict[str, Panel], more: dict[str, gr.Group]) -> None:
        """Show the group of what ``chooser`` says instead of the one before, in the browser alone."""
        groups = {name: p.group for name, p in panels.items() if p.components} | more
        script = GROUP_SCRIPT % json.dumps([chooser.elem_id, chooser.value, list(groups)])
        chooser.change(None, chooser, list(groups.values()), js=script, **PRIVATE)
