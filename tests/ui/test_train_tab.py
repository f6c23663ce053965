"""The Train tab as plain functions, and what it draws."""

from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest

from restorers.samples import SAMPLES
from restorers.text import Text
from restorers.training.download import Availability
from restorers.training.recipes import RECIPES
from restorers.training.session import Order
from restorers.training.worker import Run
from restorers.ui import train_view as view
from restorers.ui.jobs import Line
from restorers.ui.restore_handlers import Desk
from restorers.ui.train_handlers import Look
from restorers.ui.train_tab import TrainTab


class Engine:
    """Notes what it is told."""

    def __init__(self):
        self.told, self.asked, self.present, self.answer = [], None, None, None

    def start(self, owner, order):
        self.present = Run(owner, order, len(self.told) + 1, None)
        self.told.append(("start", order))
        return self.present

    def run(self, owner):
        return self.present

    def command(self, owner, what, value=0.0):
        self.told.append((what, value))

    def stop(self, owner):
        self.told.append(("stop", 0.0))

    def ahead(self, run):
        return 2

    def estimating(self, owner):
        return self.asked is not None and self.answer is None

    def estimate(self, owner):
        return self.answer

    def ask_estimate(self, owner, order):
        self.asked, self.answer = order, None

    def refuse_estimate(self, owner, sentence):
        self.asked, self.answer = None, {"refused": sentence}

    def drop_estimate(self, owner):
        self.asked = self.answer = None


@pytest.fixture(scope="module")
def built():
    with gr.Blocks():
        return TrainTab(Desk(Line()), Engine())


@pytest.fixture
def tab(built, monkeypatch):
    engine = Engine()
    monkeypatch.setattr(built.handlers, "engine", engine)
    built.handlers.visits.drop("me")
    return built


@pytest.fixture
def values(tab):
    return {component: component.value for component in tab.inputs} | {tab.photos: None}


ME = SimpleNamespace(session_hash="me")


def test_the_components_at_first_ask_for_the_first_recipe(tab, values):
    order, notes = tab.order(values)
    assert (order.recipe, order.seconds, order.steps, order.delay, notes) == ("denoise-your-photo", 60.0, None, 0.0, [])
    assert order.build() == RECIPES.get("denoise-your-photo")()


@pytest.mark.parametrize("name", [r.name for r in RECIPES if r.minutes is None])
def test_every_recipe_offered_can_be_ordered_as_it_stands(tab, values, name):
    order, _ = tab.order({**values, tab.recipe: name})
    assert order.recipe == name
    assert order.build().architecture.name


def test_a_composition_is_read_from_its_parts(tab, values):
    chosen = tab.settings["composed"]
    values |= {tab.recipe: "composed", chosen["damage"]: "jpeg", chosen["network"]: "dense_autoencoder", chosen["loss_name"]: "mse"}
    values |= {tab.damages["jpeg"]["low"]: 5, tab.damages["jpeg"]["high"]: 40, tab.networks["dense_autoencoder"]["code"]: 7}
    recipe = tab.order(values)[0].build()
    assert recipe.strength_range == (5, 40) and recipe.architecture.code == 7 and recipe.loss == "mean_squared_error"
    wrong = tab.begin({**values, tab.damages["jpeg"]["low"]: 50}, ME)
    assert "begins with its lower end" in wrong[tab.status] and not tab.handlers.engine.told


def test_start_stop_and_the_buttons_between(tab, values):
    updates = tab.begin(values, ME)
    engine = tab.handlers.engine
    assert engine.told[0][0] == "start" and "Waiting, 2 ahead of you" in updates[tab.status]
    assert updates[tab.timer].active and updates[tab.start]["visible"] == "hidden"
    engine.present.state = "running"
    updates = tab.obey("pause")(60, ME)
    assert engine.told[-1][0] == "pause" and updates[tab.pause]["visible"] is True and updates[tab.stop]["interactive"]
    engine.present.state = "paused"
    updates = tab.obey("stop")(60, ME)
    assert engine.told[-1][0] == "stop" and updates[tab.resume]["visible"] is True
    engine.present.note({"event": "done", "step": 3, "seconds": 2.0, "reason": "stopped", "folder": None, "gain": None})
    engine.present.complete = True
    updates = tab.tick(values, ME)
    assert "Stopped at step 0" in updates[tab.status] and not updates[tab.timer].active
    assert updates[tab.start]["visible"] is True and not updates[tab.stop]["interactive"]


def test_one_step_begins_paused_and_then_steps(tab, values):
    tab.one_step(values, ME)
    engine = tab.handlers.engine
    assert engine.told[0][1].paused and engine.told[1][0] == "step"
    tab.one_step(values, ME)
    assert [what for what, _ in engine.told] == ["start", "step", "step"]


def test_a_budget_of_zero_is_refused_in_a_sentence(tab, values):
    for updates in (tab.begin({**values, tab.seconds: 0}, ME), tab.ask({**values, tab.seconds: 0}, ME)):
        shown = "".join(str(update) for update in updates.values())
        assert "needs a budget" in shown and "预算" in shown and "Received: 0 s." in shown
    assert not tab.handlers.engine.told


def test_the_cost_is_asked_for_and_shown(tab, values):
    assert tab.ask(values, ME)[tab.timer].active
    assert tab.handlers.engine.asked.recipe == "denoise-your-photo"
    tab.handlers.engine.answer = {"parameters": 122_688, "memory": 32_000_000, "seconds": 0.1}
    assert "122,688 numbers to learn, about 32 MB; about 10 steps a second" in tab.tick(values, ME)[tab.cost]
    tab.handlers.engine.answer = {"refused": Text("It cannot <work>.", "不行。")}
    assert "It cannot &lt;work&gt;." in tab.tick(values, ME)[tab.cost]


def test_a_tutorial_is_given_many_pictures(tab, values):
    updates = tab.ask({**values, tab.recipe: "tutorial-denoise"}, ME)
    assert updates[tab.source]["value"] == "samples" and "300×300" in updates[tab.help]
    assert tab.handlers.engine.asked.recipe == "tutorial-denoise" and tab.handlers.engine.asked.photos is None
    again = tab.ask({**values, tab.recipe: "tutorial-denoise", tab.help: updates[tab.help], tab.source: "this"}, ME)
    assert tab.source not in again and tab.help not in again


def test_the_photo_given_last_counts_and_is_shown_as_chosen(tab, values):
    def used(control, **changed):
        return tab.change(
            values | {getattr(tab, name): value for name, value in changed.items()},
            ME,
            SimpleNamespace(target=SimpleNamespace(elem_id=control.elem_id)),
        )

    mine = [str(SAMPLES["cat"].path)]
    assert used(tab.photos, photos=mine)[tab.sample] == "" and tab.handlers.engine.asked.sample is None
    assert tab.sample not in used(tab.recipe, photos=mine, sample="")
    chosen = used(tab.sample, photos=mine, sample="coffee")
    assert chosen[tab.photos] is None and tab.handlers.engine.asked.sample == "coffee"
    assert "watch=coffee" in chosen[tab.link]["train"]
    assert used(tab.photos, sample="")[tab.sample] == "astronaut"
    assert tab.open("train=denoise-your-photo&watch=cat")[tab.photos] is None


def test_notes_about_the_photos_outlast_the_next_look(tab, values, tmp_path):
    (tmp_path / "bad.png").write_bytes(b"not a picture")
    photos = {**values, tab.photos: [str(tmp_path / "bad.png"), str(SAMPLES["cat"].path)]}
    assert "bad.png is not a picture" in tab.ask(photos, ME)[tab.cost] and "bad.png" in tab.tick(photos, ME)[tab.cost]
    tab.ask(values, ME)
    assert "bad.png" not in tab.tick(values, ME)[tab.cost]


def test_a_refusal_outlasts_the_next_look(tab, values):
    tab.ask(values, ME)
    asked = tab.ask({**values, tab.seconds: 0}, ME)
    assert "needs a budget" in asked[tab.cost] and asked[tab.cost] == tab.tick({**values, tab.seconds: 0}, ME)[tab.cost]
    tab.begin({**values, tab.seconds: 0}, ME)
    tab.ask({**values, tab.seconds: 0, tab.steps: 0}, ME)
    assert "needs a budget" in tab.tick(values, ME)[tab.status]
    tab.ask(values, ME)
    assert "needs a budget" not in tab.tick(values, ME)[tab.status]


def test_public_data_is_offered_where_it_fits_and_fetched_only_when_asked(tab, values, monkeypatch):
    class Downloads:
        checking, states, fetched = False, {"flowers": "offered", "mnist": "ready", "faces": "unreachable"}, []

        def now(self, name):
            return Availability(self.states[name])

        def check(self):
            pass

        def fetch(self, name):
            self.fetched.append(name)

    downloads = Downloads()
    monkeypatch.setattr(tab.handlers, "downloads", downloads)
    offered = tab.ask({**values, tab.recipe: "color-from-gray"}, ME)[tab.source]["options"]
    assert [(o["value"], o["disabled"]) for o in offered] == [("this", False), ("samples", False), ("flowers", False), ("faces", True)]
    assert "Flower photos (229 MB)" in [o["en"] for o in offered]
    digits = tab.ask({**values, tab.recipe: "tutorial-digits"}, ME)[tab.source]
    assert digits["value"] == "digits" and [o["value"] for o in digits["options"]] == ["digits", "mnist"]

    flowers = {**values, tab.source: "flowers"}
    asked = tab.ask(flowers, ME)
    assert "data-fetch" in asked[tab.data] and "Fetch 229 MB" in asked[tab.data] and not asked[tab.cost]
    assert "must be fetched first (229 MB)" in tab.begin(flowers, ME)[tab.status] and not tab.handlers.engine.told and not downloads.fetched
    tab.fetch(flowers, ME)
    tab.fetch({**values, tab.source: "/etc"}, ME)
    assert downloads.fetched == ["flowers"]
    downloads.states["flowers"] = "ready"
    order = tab.order(flowers)[0]
    assert (order.data, order.photos) == ("flowers", None)
    mnist = {**values, tab.recipe: "composed", tab.source: "mnist"}
    assert (tab.order(mnist)[0].data, tab.order(mnist)[0].settings["data"]) == ("mnist", "digits")
    shapes = tab.order({**mnist, tab.source: "shapes"})[0]
    assert (shapes.data, shapes.photos, shapes.settings["data"]) == (None, None, "shapes")


# --- drawing ----------------------------------------------------------------------------------------------------------


def test_nothing_to_draw_is_a_sentence_in_both_languages():
    html = view.curves(Look())
    assert html.count("<figure") == 3 and "Nothing yet" in html and "尚无数据" in html


def test_a_look_shows_gain_overfitting_and_the_sentence_of_a_failure():
    run = Run("me", Order("denoise-your-photo"), 3, None)
    picture = np.zeros((8, 8, 3), np.uint8)
    run.note({"event": "started", "parameters": 1, "memory": 1, "notes": (), "truth": picture, "degraded": picture, "degraded_psnr": 20.0})
    run.note({"event": "steps", "step": 2, "seconds": 1.0, "losses": (0.2, 0.1), "rate": 1e-3})
    look = Look(run, film=((0, "pictures/a.png", 20.0), (2, "pictures/b.png", 24.5)), overfitting=25)
    html = view.status(look)
    assert "+4.5 dB" in html and "since step 25" in html and "step 2, 1 of 60 s" in html
    value = view.film(look)
    assert [frame["psnr"] for frame in value["frames"]] == ["20.0 dB", "24.5 dB"] and value["degraded_psnr"] == "20.0 dB"
    run.note({"event": "failed", "sentence": Text("It <broke>.", "坏了。"), "step": 2, "folder": None})
    assert "It &lt;broke&gt;." in view.status(look) and "Ended at step 2" in view.status(look)
