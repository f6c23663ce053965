"""The Train tab: its components and what happens when one of them is used."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import gradio as gr
from gradio.components.base import Component

from restorers.degradations import DEGRADATIONS
from restorers.errors import RestorersError
from restorers.models import ARCHITECTURES
from restorers.params import Parameter
from restorers.samples import SAMPLES
from restorers.text import Text
from restorers.training.download import DATASETS, UNREACHABLE, Downloads
from restorers.training.recipes import RECIPES
from restorers.training.recipes._crops import strength_of
from restorers.training.recipes.composed import NOTHING, Composed, network_defaults, network_parameters
from restorers.training.session import Order
from restorers.training.worker import PAUSED, RUNNING, STARTING, WAITING, Engine, engine_from_environment
from restorers.ui import train_view as view
from restorers.ui.controls import address_part, asset, control, labelled, options, select
from restorers.ui.language import both, fill, say
from restorers.ui.number_inputs import BoundedNumber, BoundedSlider, settle
from restorers.ui.restore_handlers import Desk
from restorers.ui.restore_tab import GROUP_SCRIPT, shown
from restorers.ui.setup import MAX_SEED, query_pairs
from restorers.ui.train_handlers import (
    DIGITS,
    MAX_SECONDS,
    SAMPLE_PHOTOS,
    SHAPES,
    THIS,
    Look,
    NotFetched,
    TrainDesk,
    page_recipes,
    sources_of,
)
from restorers.ui.train_setup import MOST_STEPS, OWNED, TrainSetup, from_query, to_query
from restorers.ui.words import restore as link_words
from restorers.ui.words import train as words

PRIVATE: dict[str, Any] = {"api_visibility": "private"}
TICK = 0.5  # seconds between two looks
SOURCES = {
    THIS: words.SOURCE_THIS,
    SAMPLE_PHOTOS: words.SOURCE_SAMPLES,
    SHAPES: words.SOURCE_SHAPES,
    DIGITS: words.SOURCE_DIGITS,
}
REACH_WAIT = 4.0  # seconds after which the page no longer waits to hear which public data can be reached
LONGEST_DELAY = 3.0  # seconds
_EMPTY = Text("", "")
FETCH_SCRIPT = """element.addEventListener("click", (event) => {
  if (event.target.closest("[data-fetch]")) trigger("input");
});"""
SHOW_RESULT_SCRIPT = """() => {
  const smooth = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  if (innerWidth <= 640) document.querySelector("#train-results").scrollIntoView({ behavior: smooth });
}"""


QUERY_SCRIPT = "() => [(restorers.trainQuery = restorers.address.once('train'))]"
QUERY_AGAIN_SCRIPT = "() => [restorers.trainQuery]"


def is_tutorial(recipe: type) -> bool:
    """Whether it repeats a tutorial."""
    return recipe.name.startswith("tutorial-")


def source_options(recipe: type, downloads: Downloads) -> list[dict[str, Any]]:
    """What ``recipe`` can learn from; public data that is neither here nor within reach cannot be chosen."""
    entries = []
    for name in sources_of(recipe):
        if name in DATASETS:
            title = words.SOURCE_SIZED.format(title="{title}", megabytes=DATASETS[name].megabytes)
            lost = downloads.now(name).state == UNREACHABLE
            entries += options([(name, fill(title, title=DATASETS[name].title), words.SOURCE_PUBLIC)], disabled=lost)
        else:
            entries += options([(name, SOURCES[name], words.SOURCE_HERE)])
    return entries


def _setting(parameter: Parameter, elem_id: str) -> Component:
    """The control of a parameter; a rate is typed, for it spans powers of ten."""
    if parameter.name == "rate":
        return BoundedNumber(
            parameter.default,
            label=say(parameter.label),
            info=say(parameter.help),
            minimum=parameter.low,
            maximum=parameter.high,
            step=parameter.default / 10,
            buttons=[],
            elem_id=elem_id,
        )
    if parameter.kind == "choice":
        choices = options((name, title, _EMPTY) for name, title in parameter.choices.items())
        return select(parameter.default, choices, title=parameter.label, elem_id=elem_id)
    return control(parameter, elem_id)


class TrainTab:
    """The components of the tab, and their listeners. Build it inside of a ``gr.Tab``; call ``listen`` inside of the ``gr.Blocks``.

    Attributes:
        handlers: the trainings; ``handlers.restorers(owner)`` and ``handlers.find(owner, name)`` are what a visitor has trained.
    """

    def __init__(self, desk: Desk, engine: Engine | None = None):
        self.handlers = TrainDesk(desk, engine or engine_from_environment())
        self.first = page_recipes()[0].name
        self.banner = gr.HTML(elem_id="train-banner")
        self.link = address_part({"train": OWNED}, "train-link")
        with gr.Row(elem_id="train", equal_height=False):
            with gr.Column(scale=1, min_width=300, elem_id="train-controls"):
                self._recipe()
                self._pictures()
                self._run()
            with gr.Column(scale=3, min_width=320, elem_id="train-results"):
                self._buttons()
                self.status = gr.HTML(view.status(Look()), elem_id="train-status")
                self.film = gr.HTML(
                    view.film(Look()),
                    html_template=_FILM,
                    js_on_load=f"const WORDS = {json.dumps({'after': words.AFTER._asdict(), 'scrub': words.SCRUB._asdict()})};\n"
                    + asset("train.js"),
                    apply_default_css=False,
                    elem_id="train-film",
                )
                self.curves = gr.HTML(view.curves(Look()), elem_id="train-curves")
                with gr.Column(visible="hidden", elem_id="train-kept") as self.kept:
                    self.mine = gr.HTML(elem_id="train-mine-text")
                    with gr.Row(elem_id="train-files"):
                        self.files = {
                            kind: gr.DownloadButton(say(title), size="sm", elem_id=f"train-file-{kind}")
                            for kind, title in (
                                ("keras", words.DOWNLOAD_KERAS),
                                ("preset", words.DOWNLOAD_PRESET),
                                ("script", words.DOWNLOAD_SCRIPT),
                            )
                        }
        self.timer = gr.Timer(TICK, active=False)
        settings = [c for parts in (*self.settings.values(), *self.damages.values(), *self.networks.values()) for c in parts.values()]
        self.asking: set[Component] = {self.recipe, self.photos, self.sample, self.source, self.seconds, self.steps, self.seed, *settings}
        self.inputs = self.asking | {self.delay, self.help}
        self.buttons = [self.start, self.pause, self.resume, self.one, self.stop, self.reset]
        self.asked = {self.cost, self.timer, self.data, self.link, self.help, self.source}  # what a change of a setting changes
        self.looks = [
            self.status, self.film, self.curves, self.cost, self.kept, self.mine, self.timer, *self.buttons, *self.files.values(),
        ]  # fmt: skip

    # components

    def _recipe(self) -> None:
        gr.HTML(f"<h2>1 · {both(words.RECIPE_STEP)}</h2>", elem_id="train-step-1", elem_classes="step")

        def group(recipe: type) -> Text:
            return words.RECIPES_OWN if recipe is Composed else words.RECIPES_TUTORIAL if is_tutorial(recipe) else words.RECIPES_PAGE

        ordered = sorted(page_recipes(), key=lambda r: (is_tutorial(r), r.order))
        self.recipe = select(self.first, options((r.name, r.title, group(r)) for r in ordered), title=words.RECIPE, elem_id="train-recipe")
        self.help = gr.HTML(self._help(self.first), elem_id="train-help")
        self.settings: dict[str, dict[str, Component]] = {}
        self.groups: dict[str, gr.Group] = {}
        self.damages: dict[str, dict[str, Component]] = {}
        self.networks: dict[str, dict[str, Component]] = {}
        for recipe in ordered:
            elem_id = f"train-{recipe.name}"
            # hidden, but there: what is not there cannot be changed by a link
            with gr.Group(visible=shown(recipe.name == self.first), elem_id=elem_id, elem_classes="panel") as self.groups[recipe.name]:
                if recipe is Composed:
                    self._composed(elem_id)
                else:
                    self.settings[recipe.name] = {p.name: _setting(p, f"{elem_id}-{p.name}") for p in recipe.parameters()}

    def _help(self, recipe: str) -> str:
        return f'<p class="note">{both(RECIPES.get(recipe).help)}</p>' if recipe in RECIPES else ""

    def _composed(self, elem_id: str) -> None:
        parameters = {p.name: p for p in Composed.parameters()}
        chosen = self.settings[Composed.name] = {}
        self.damage_groups: dict[str, gr.Group] = {}
        self.network_groups: dict[str, gr.Group] = {}
        for name, parameter in parameters.items():
            if name == "data":  # chosen among all that it can learn from
                continue
            chosen[name] = _setting(parameter, f"{elem_id}-{name}")
            if name == "damage":
                for degradation in DEGRADATIONS:
                    if degradation.name in parameter.choices:
                        self._damage(degradation, degradation.name == parameter.default)
            elif name == "network":
                for architecture in ARCHITECTURES:
                    self._network(architecture.name, architecture.name == parameter.default)

    def _damage(self, degradation: type, visible: bool) -> None:
        """Its strength as a range, everything else as one value."""
        strength, elem_id, parts = strength_of(degradation), f"train-damage-{degradation.name}", {}
        with gr.Group(visible=visible, elem_id=elem_id, elem_classes="panel") as group:
            if strength is not None:
                for end, template in (("low", words.FROM), ("high", words.TO)):
                    label = fill(template, label=labelled(strength))
                    parts[end] = BoundedSlider(
                        strength.low, strength.high, strength.default, step=strength.step, precision=0 if strength.kind == "int" else None,
                        buttons=[], label=say(label), elem_id=f"{elem_id}-{end}",
                    )  # fmt: skip
                gr.HTML(f'<p class="note">{both(words.RANGE_HELP)}</p>', elem_id=f"{elem_id}-help")
            for p in degradation.parameters():
                if p.kind != "mask" and (strength is None or p.name != strength.name):
                    parts[p.name] = control(p, f"{elem_id}-{p.name}")
        self.damages[degradation.name], self.damage_groups[degradation.name] = parts, group

    def _network(self, name: str, visible: bool) -> None:
        elem_id, defaults = f"train-network-{name}", network_defaults(name)
        with gr.Group(visible=visible, elem_id=elem_id, elem_classes="panel") as self.network_groups[name]:
            self.networks[name] = {p.name: control(p, f"{elem_id}-{p.name}") for p in network_parameters(name)}
            for parameter, component in self.networks[name].items():
                component.value = defaults[parameter]

    def _pictures(self) -> None:
        gr.HTML(f"<h2>2 · {both(words.PHOTOS_STEP)}</h2>", elem_id="train-step-2", elem_classes="step")
        self.photos = gr.File(
            file_count="multiple",
            type="filepath",
            label=say(words.PHOTOS),
            show_label=False,
            height=110,
            buttons=[],
            elem_id="train-photos",
        )
        self.sample = gr.HTML(
            next(iter(SAMPLES)),
            html_template='<div class="samples"></div>',
            js_on_load=asset("samples.js"),
            apply_default_css=False,
            elem_id="train-samples",
            samples=[{"name": name, "title": sample.title._asdict()} for name, sample in SAMPLES.items()],
        )
        gr.HTML(f'<p class="note">{both(words.WATCHED_HELP)}</p>', elem_id="train-watched-help")
        offered = source_options(RECIPES.get(self.first), self.handlers.downloads)
        self.source = select(THIS, offered, title=words.SOURCE, elem_id="train-source")
        self.data = gr.HTML(js_on_load=FETCH_SCRIPT, apply_default_css=False, elem_id="train-data")

    def _run(self) -> None:
        gr.HTML(f"<h2>3 · {both(words.RUN_STEP)}</h2>", elem_id="train-step-3", elem_classes="step")
        with gr.Row(elem_classes="train-pair"):
            self.seconds = BoundedNumber(
                60, label=say(words.SECONDS), info=say(words.SECONDS_HELP), minimum=0, maximum=MAX_SECONDS, precision=0, buttons=[],
                min_width=60, elem_id="train-seconds",
            )  # fmt: skip
            self.steps = BoundedNumber(
                0, label=say(words.STEPS), info=say(words.STEPS_HELP), minimum=0, maximum=MOST_STEPS, precision=0, buttons=[],
                min_width=60, elem_id="train-steps",
            )  # fmt: skip
        self.seed = BoundedNumber(
            0, label=say(words.SEED), precision=0, minimum=0, maximum=MAX_SEED, buttons=[], min_width=60, elem_id="train-seed"
        )
        self.cost = gr.HTML(elem_id="train-cost")

    def _buttons(self) -> None:
        with gr.Row(elem_id="train-buttons"):
            self.start = gr.Button(say(words.START), variant="primary", min_width=60, elem_id="train-start")
            self.pause = gr.Button(say(words.PAUSE), variant="primary", visible="hidden", min_width=60, elem_id="train-pause")
            self.resume = gr.Button(say(words.RESUME), variant="primary", visible="hidden", min_width=60, elem_id="train-resume")
            self.one = gr.Button(say(words.ONE_STEP), min_width=60, elem_id="train-one")
            self.stop = gr.Button(say(words.STOP), interactive=False, min_width=60, elem_id="train-stop")
            self.reset = gr.Button(say(words.RESET), interactive=False, min_width=60, elem_id="train-reset")
            self.delay = BoundedSlider(
                0, LONGEST_DELAY, 0, step=0.1, label=say(words.DELAY), buttons=[], min_width=160, elem_id="train-delay"
            )

    # reading the components

    def order(self, values: dict[Component, Any], paused: bool = False) -> tuple[Order, list[Text]]:
        """What the components ask for; ``RestorersError`` for what cannot be trained."""
        recipe, settings = self._settings(values)
        return self.handlers.order(
            recipe,
            settings,
            files=values[self.photos],
            sample=values[self.sample],
            source=values[self.source],
            seconds=values[self.seconds],
            steps=values[self.steps],
            seed=int(values[self.seed] or 0),
            delay=min(max(float(values[self.delay] or 0), 0.0), LONGEST_DELAY),
            paused=paused,
        )

    def _recipe_of(self, values: dict[Component, Any]) -> type:
        """The chosen recipe; the first where there is none of that name."""
        return RECIPES.get(values[self.recipe] if values[self.recipe] in self.settings else self.first)

    def _settings(self, values: dict[Component, Any]) -> tuple[str, dict[str, Any]]:
        """Name and settings of the chosen recipe."""
        recipe = self._recipe_of(values).name
        settings = {name: values[component] for name, component in self.settings[recipe].items()}
        return recipe, settings | (self._parts(values, settings) if recipe == Composed.name else {})

    def _parts(self, values: dict[Component, Any], settings: dict[str, Any]) -> dict[str, Any]:
        """The settings of the chosen damage and network."""
        parts: dict[str, Any] = {}
        if (damage := settings["damage"]) in self.damages:
            strength = strength_of(DEGRADATIONS.get(damage))
            for name, component in self.damages[damage].items():
                if name not in ("low", "high"):
                    parts[f"damage.{name}"] = values[component]
            if strength is not None:
                low, high = (strength.check(values[self.damages[damage][end]]) for end in ("low", "high"))
                parts[f"damage.{strength.name}"] = low if low == high else f"{low}..{high}"
        if (network := settings["network"]) in self.networks:
            parts |= {f"network.{name}": values[component] for name, component in self.networks[network].items()}
        return parts

    # what happens

    def show(self, look: Look, seconds: float = 60.0) -> dict[Component, Any]:
        """Updates of everything that depends on the look."""
        run = look.run
        state = run.state if run is not None and not run.over else None
        trained = look.trained
        files = trained.files if trained is not None else {}
        return {
            self.status: view.status(look),
            self.film: view.film(look),
            self.curves: view.curves(look),
            self.cost: view.cost(look.estimate, seconds, look.estimating, look.notes),
            self.kept: gr.update(visible=shown(trained)),
            self.mine: view.kept(look),
            self.timer: gr.Timer(active=look.estimating or look.fetching or (run is not None and not run.complete)),
            self.start: gr.update(visible=shown(state is None)),
            self.pause: gr.update(visible=shown(state in (RUNNING, STARTING, WAITING)), interactive=state == RUNNING),
            self.resume: gr.update(visible=shown(state == PAUSED)),
            self.one: gr.update(interactive=state in (None, RUNNING, PAUSED)),
            self.stop: gr.update(interactive=state in (WAITING, STARTING, RUNNING, PAUSED)),
            self.reset: gr.update(interactive=run is not None),
            **{button: gr.update(visible=shown(kind in files), value=files.get(kind)) for kind, button in self.files.items()},
        }

    def tick(self, values: dict[Component, Any], request: gr.Request) -> dict[Component, Any]:
        """Time has passed: show what is new."""
        look = self.handlers.look(request.session_hash)
        return {**self.show(look, float(values[self.seconds] or 0)), self.data: self._data(values[self.source])}

    def _data(self, source: Any) -> str:
        return view.data(source, self.handlers.downloads.now(source)) if source in DATASETS else ""

    def begin(self, values: dict[Component, Any], request: gr.Request, paused: bool = False) -> dict[Component, Any]:
        """Start."""
        owner, seconds = request.session_hash, float(values[self.seconds] or 0)
        try:
            self.handlers.start(owner, self.order(values, paused)[0])
        except RestorersError as problem:
            self.handlers.refuse(owner, problem.sentence)
        return self.show(self.handlers.look(owner), seconds)

    def one_step(self, values: dict[Component, Any], request: gr.Request) -> dict[Component, Any]:
        """One step: of the run there is, or the first of a new one."""
        run = self.handlers.look(request.session_hash).run
        if run is None or run.over:
            updates = self.begin(values, request, paused=True)
        else:
            updates = self.show(self.handlers.look(request.session_hash), float(values[self.seconds] or 0))
        self.handlers.engine.command(request.session_hash, "step")
        return updates

    def obey(self, what: str):
        """The listener that passes a command on."""

        def command(seconds: float | None, request: gr.Request) -> dict[Component, Any]:
            if what == "stop":
                self.handlers.engine.stop(request.session_hash)
            else:
                self.handlers.engine.command(request.session_hash, what)
            return self.show(self.handlers.look(request.session_hash), float(seconds or 0))

        return command

    def slow_down(self, delay: float | None, request: gr.Request) -> None:
        """The delay after each step has changed."""
        self.handlers.engine.command(request.session_hash, "delay", min(max(float(delay or 0), 0.0), LONGEST_DELAY))

    def begin_again(self, seconds: float | None, request: gr.Request) -> dict[Component, Any]:
        """Reset: the next Start begins from the same first weights."""
        self.handlers.reset(request.session_hash)
        return self.show(self.handlers.look(request.session_hash), float(seconds or 0))

    def change(self, values: dict[Component, Any], request: gr.Request, event: gr.EventData) -> dict[Component, Any]:
        """A control was used. Of the visitor's photos and the example, the one given last counts, and it alone is shown as chosen."""
        updates: dict[Component, Any] = {}
        # by its id: Gradio gives a visitor an object of his own for a component that was changed
        if values[self.photos] and getattr(event.target, "elem_id", None) == self.sample.elem_id:
            updates = {self.photos: None}
        elif values[self.photos] and values[self.sample]:
            updates = {self.sample: ""}
        elif not values[self.photos] and not values[self.sample]:
            updates = {self.sample: next(iter(SAMPLES))}
        return {**self.ask({**values, **updates}, request), **updates}

    def ask(self, values: dict[Component, Any], request: gr.Request) -> dict[Component, Any]:
        """A setting has changed: work out what it would cost."""
        self.handlers.hold(request.session_hash, values[self.photos] or ())
        seconds = float(values[self.seconds] or 0)
        owner, engine, updates, notes, fits = request.session_hash, self.handlers.engine, {}, [], False
        recipe = self._recipe_of(values)
        if values[self.help] != self._help(recipe.name):  # another one: say what it does; the tutorials learn from many pictures
            source = sources_of(recipe)[0]
            values = {**values, self.source: source}
            updates = {
                self.help: self._help(recipe.name),
                self.source: gr.update(value=source, options=source_options(recipe, self.handlers.downloads)),
            }
        try:
            order, notes = self.order(values)
            engine.ask_estimate(owner, order)
            fits = True
        except NotFetched:  # what there is to do stands where the data is chosen
            self.handlers.downloads.check()
            engine.drop_estimate(owner)
        except RestorersError as problem:
            engine.refuse_estimate(owner, problem.sentence)
        self.handlers.note(owner, notes, fits)
        cost = view.cost(engine.estimate(owner), seconds, engine.estimating(owner), notes)
        return {**updates, self.cost: cost, self.timer: gr.Timer(active=True), **self._noted(values)}

    def _noted(self, values: dict[Component, Any]) -> dict[Component, Any]:
        """How it stands with the data, and the settings in the address."""
        return {self.data: self._data(values[self.source]), self.link: {"train": to_query(self.setup(values))}}

    def setup(self, values: dict[Component, Any]) -> TrainSetup:
        """The setting that the components show, for a link."""
        recipe, settings = self._settings(values)
        return TrainSetup(
            recipe,
            settings,
            str(values[self.source]),
            None if values[self.photos] else values[self.sample],
            float(values[self.seconds] or 0),
            int(values[self.steps] or 0),
            int(values[self.seed] or 0),
        )

    def fetch(self, values: dict[Component, Any], request: gr.Request) -> dict[Component, Any]:
        """The visitor agrees to fetch the public data that he has chosen."""
        if values[self.source] in DATASETS:
            self.handlers.downloads.fetch(values[self.source])
        return {self.data: self._data(values[self.source]), self.timer: gr.Timer(active=True)}

    async def reach(self) -> None:
        """The visitor has come: find out which public data can be reached."""
        self.handlers.downloads.check()
        deadline = time.monotonic() + REACH_WAIT
        while self.handlers.downloads.checking and time.monotonic() < deadline:
            await asyncio.sleep(0.1)

    def offer(self, recipe: Any) -> dict[str, Any]:
        """What ``recipe`` can learn from, as far as it can be reached."""
        return gr.update(options=source_options(self._recipe_of({self.recipe: recipe}), self.handlers.downloads))

    def open(self, query: str) -> dict[Component, Any]:
        """The tab opens for the first time: with the settings of the page's address (``query``), where it has some."""
        setup, ignored = self._asked_for(query)
        if setup is None:
            return {self.banner: ""}
        said = "".join(f'<p class="notice">{both(sentence)}</p>' for sentence in (link_words.LINK_IGNORED, *ignored))
        return {
            self.banner: said if ignored else "",
            self.recipe: setup.recipe,
            self.help: self._help(setup.recipe),
            self.source: gr.update(value=setup.source, options=source_options(RECIPES.get(setup.recipe), self.handlers.downloads)),
            self.sample: setup.sample,
            self.photos: None,
            self.seconds: setup.seconds,
            self.steps: setup.steps,
            self.seed: setup.seed,
            **{self.settings[setup.recipe][name]: value for name, value in setup.settings.items() if "." not in name},
        }

    def _asked_for(self, query: Any) -> tuple[TrainSetup | None, list[Text]]:
        start = TrainSetup(self.first, sample=next(iter(SAMPLES)))
        return from_query(query_pairs(query), start)

    def open_parts(self, query: str) -> dict[Component, Any]:
        """After ``open``, when the controls of the chosen damage and network have come: what they show."""
        setup, _ = self._asked_for(query)
        values: dict[Component, Any] = {self.help: gr.skip()}
        for name, value in setup.settings.items() if setup is not None else ():
            part, dot, rest = name.partition(".")
            if not dot:
                continue
            controls = (self.damages if part == "damage" else self.networks)[setup.settings[part]]
            if rest in controls:
                values[controls[rest]] = value
            else:  # the strength, as a range
                low, _, high = str(value).partition("..")
                values |= {controls["low"]: float(low), controls["high"]: float(high or low)}
        if setup is not None and setup.recipe == Composed.name:
            # what hides the group of the first choice is lost in the browser, which is just then showing the groups around it
            for part, groups in (("damage", self.damage_groups), ("network", self.network_groups)):
                first, chosen = self.settings[Composed.name][part].value, setup.settings[part]
                values |= {groups[name]: gr.update(visible=shown(name == chosen)) for name in (first, chosen) if name in groups}
        return values

    def warm(self) -> None:
        """The visitor has come: have a child ready before he presses Start."""
        self.handlers.engine.warm()

    def leave(self, request: gr.Request) -> None:
        """The visitor has closed the page."""
        self.handlers.leave(request.session_hash)

    # listening

    def listen(self, demo: gr.Blocks, tab: gr.Tab) -> None:
        """Attach the listeners.

        Args:
            demo: the page.
            tab: the tab that this is in.
        """
        at_once: dict[str, Any] = {"queue": False, "show_progress": "hidden", "trigger_mode": "always_last", **PRIVATE}
        every: dict[str, Any] = {**at_once, "trigger_mode": "multiple"}
        composed = self.settings[Composed.name]
        self._show_group(self.recipe, self.groups)
        self._show_group(composed["damage"], {n: g for n, g in self.damage_groups.items() if n != NOTHING})
        self._show_group(composed["network"], self.network_groups)
        # one listener for all of them: of two, the answer to the earlier change could come last
        changed = [c.input for c in self.asking - {self.photos}]
        given = [self.photos.upload, self.photos.clear]
        gr.on([*changed, *given], self.change, self.inputs, self.asked | {self.photos, self.sample}, **at_once)
        self.data.input(self.fetch, self.inputs, {self.data, self.timer}, **at_once)
        self.start.click(None, None, None, js=SHOW_RESULT_SCRIPT, **PRIVATE)
        self.start.click(self.begin, self.inputs, self.looks, **every)
        self.one.click(self.one_step, self.inputs, self.looks, **every)
        for button, what in ((self.pause, "pause"), (self.resume, "resume"), (self.stop, "stop")):
            button.click(self.obey(what), self.seconds, self.looks, **every)
        self.reset.click(self.begin_again, self.seconds, self.looks, **every)
        for field in (self.seconds, self.steps, self.seed):
            settle(field)
        self.delay.input(self.slow_down, self.delay, None, **at_once)
        self.timer.tick(self.tick, {self.seconds, self.source}, {*self.looks, self.data}, **{**at_once, "trigger_mode": "once"})
        tab.select(self.warm, None, None, **at_once)
        # only now: what is in a tab that was never open cannot be changed
        opened = tab.select(self.open, self.banner, self.inputs | {self.banner}, js=QUERY_SCRIPT, **at_once)
        groups = {*self.damage_groups.values(), *self.network_groups.values()}
        parts = opened.then(self.open_parts, self.banner, self.inputs | groups, js=QUERY_AGAIN_SCRIPT, **at_once)
        parts.then(self.ask, self.inputs, self.asked, **at_once)
        # the recipe as it is by then: meanwhile another may have been chosen
        tab.select(self.reach, None, None, **at_once).then(self.offer, self.recipe, self.source, **at_once)
        demo.unload(self.leave)

    def _show_group(self, chooser: gr.HTML, groups: dict[str, gr.Group]) -> None:
        """Show the group of what ``chooser`` says instead of the one before, in the browser alone."""
        script = GROUP_SCRIPT % json.dumps([chooser.elem_id, chooser.value, list(groups)])
        chooser.change(None, chooser, list(groups.values()), js=script, **PRIVATE)


_FILM = (
    f'<div class="film"><p class="film-empty">{both(words.FILM_EMPTY)}</p><div class="film-body" hidden><div class="film-row">'
    + "".join(
        f'<figure data-pane="{name}" hidden><figcaption>{both(title)}<b></b></figcaption><img alt=""></figure>'
        for name, title in (("degraded", words.GIVEN), ("now", words.NOW), ("truth", words.TRUTH), ("ghost", words.LAST_RUN))
    )
    + '</div><div class="film-scrub"><input type="range" min="0" value="0" step="1"><output></output></div>'
    '<div class="film-strip"></div></div></div>'
)
