"""The Train tab as plain functions, and what it draws."""

import re
import xml.etree.ElementTree as ET
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest

from restorers.text import Text
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
        return False

    def estimate(self, owner):
        return self.answer

    def ask_estimate(self, owner, order):
        self.asked = order


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
    updates = tab.tick(60, ME)
    assert "Stopped after 0 steps" in updates[tab.status] and not updates[tab.timer].active
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
        assert "needs a budget" in shown and "预算" in shown
    assert not tab.handlers.engine.told


def test_the_cost_is_asked_for_and_shown(tab, values):
    assert tab.ask(values, ME)[tab.timer].active
    assert tab.handlers.engine.asked.recipe == "denoise-your-photo"
    tab.handlers.engine.answer = {"parameters": 122_688, "memory": 32_000_000, "seconds": 0.1}
    assert "122,688 numbers to learn, about 32 MB; about 10 steps a second" in tab.tick(60, ME)[tab.cost]
    tab.handlers.engine.answer = {"refused": Text("It cannot <work>.", "不行。")}
    assert "It cannot &lt;work&gt;." in tab.tick(60, ME)[tab.cost]


def test_a_tutorial_is_given_many_pictures(tab, values):
    updates = tab.choose_recipe({**values, tab.recipe: "tutorial-denoise"}, ME)
    assert updates[tab.source] == "samples" and "300×300" in updates[tab.help]


# --- drawing ----------------------------------------------------------------------------------------------------------


def drawn(lines, **options):
    return ET.fromstring(view.chart(lines, Text("x", "横"), Text("y", "纵"), **options))


def test_a_chart_puts_values_where_they_belong():
    svg = drawn([view.Line([(0, 0), (50, 5), (100, 10)], "training")])
    points = [tuple(map(float, p.split(","))) for p in svg.find("polyline").get("points").split()]
    assert points[0] == (view.LEFT, view.HEIGHT - view.BOTTOM)
    assert points[2][0] == view.WIDTH - view.RIGHT
    assert points[1][0] == pytest.approx((points[0][0] + points[2][0]) / 2, abs=0.1)
    assert points[1][1] == pytest.approx((points[0][1] + points[2][1]) / 2, abs=0.1)
    ticks = {t.text for t in svg.findall("text") if t.get("class") == "tick"}
    assert {"0", "20", "100", "2", "10"} <= ticks


def test_a_logarithmic_chart_spaces_ratios_evenly():
    svg = drawn([view.Line([(1, 1.0), (2, 0.1), (3, 0.01)], "training")], log=True)
    y = [float(p.split(",")[1]) for p in svg.find("polyline").get("points").split()]
    assert y[1] - y[0] == pytest.approx(y[2] - y[1], abs=0.2)


@pytest.mark.parametrize("points", [[(1, 0.5)], [(1, 0.5), (2, 0.5)], [(0, -3.0), (9, 4.0)], [(1, 0.0), (2, 0.0)]])
@pytest.mark.parametrize("options", [{}, {"log": True}, {"zero": True}, {"marked": (5.0, 5.0), "origin": False}])
def test_odd_curves_can_be_drawn(points, options):
    svg = drawn([view.Line(points, "validation", None, True)], **options)
    numbers = [float(n) for n in re.findall(r"-?\d+\.\d", ET.tostring(svg, encoding="unicode"))]
    assert all(-50 < n < 500 for n in numbers)


def test_nothing_to_draw_is_a_sentence_in_both_languages():
    assert view.chart([], Text("x", "x"), Text("y", "y")) == ""
    html = view.curves(Look())
    assert html.count("<figure") == 3 and "Nothing yet" in html and "尚无数据" in html


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 7), (3, 12_345), (-4, 9), (0.001, 0.002), (5, 5.5)])
def test_ticks_are_round_and_within(low, high):
    found = view.ticks(low, high)
    assert 2 <= len(found) <= 11 and min(found) >= low - 1e-9 and max(found) <= high + 1e-9
    assert np.ptp(np.diff(found)) < 1e-9 * max(1, high)


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
    assert "It &lt;broke&gt;." in view.status(look) and "Ended after 2 steps" in view.status(look)
