"""The settings of the Train tab as a link: there and back, and what a strange link may say."""

from urllib.parse import parse_qsl

import pytest

from restorers.training.recipes import RECIPES
from restorers.ui.train_setup import TrainSetup, from_query, to_query

START = TrainSetup("denoise-your-photo", sample="cat")


def read(text):
    return from_query(parse_qsl(text), START)


@pytest.mark.parametrize(
    "setup",
    [
        TrainSetup("undo-blur", {"sigma": 3.0, "rate": 0.002, "batch": 4}, "flowers", "coffee", 30, 100, 7),
        TrainSetup("tutorial-digits", RECIPES.get("tutorial-digits")(network="dense", code=9).settings(), "mnist", "cat"),
    ],
)
def test_a_link_brings_back_what_was_set(setup):
    found, notes = read(to_query(setup))
    assert found == setup and not notes


def test_a_composed_training_comes_back_with_its_ranges_and_its_network():
    asked = {"damage": "jpeg", "damage.quality": "5..40", "network": "dense_autoencoder", "network.code": 7, "early_stopping": True}
    settings = RECIPES.get("composed").from_settings(asked).settings()
    settings.pop("data")
    found, notes = read(to_query(TrainSetup("composed", settings, "shapes", "cat")))
    assert not notes and found.source == "shapes"
    recipe = RECIPES.get("composed").from_settings(found.settings)
    assert recipe.strength_range == (5, 40) and recipe.architecture.code == 7 and recipe.early_stopping


def test_a_link_that_says_nothing_of_a_training_changes_nothing():
    assert read("photo=cat&with=gaussian_noise,sigma=25&tab=train") == (None, [])


def test_only_a_number_has_a_range():
    found, notes = read("train=composed,damage=downscale,damage.method=bicubic..area")
    assert len(notes) == 1 and "method must be one of" in notes[0].en
    assert RECIPES.get("composed").from_settings(found.settings).degradation.method == "bicubic"


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ("train=nothing", "no recipe called “nothing”"),
        ("train=denoise", "no recipe called “denoise”"),  # it takes an hour
        ("train=undo-blur,sigma=900", "sigma must be a number from 0.3 to 5"),
        ("train=undo-blur,shape=round", "has no parameter 'shape'"),
        ("train=composed,network=unet,network.width1=5000", "width1 must be"),
        ("train=composed,damage.sigma=50..5", "begins with its lower end"),
        ("train=composed,damage.wrap=false..true", "wrap must be"),
        ("train=composed,damage.mean=0..10", "damage.mean takes one value here"),
        ("train=undo-blur&learn=mnist", "cannot learn from “mnist”"),
        ("train=undo-blur&watch=%3Cscript%3E", "no example photo called"),
        ("seconds=0", "seconds must be a whole number from 1 to 600"),
        ("steps=-3", "steps must be"),
        ("draw=1e9", "draw must be"),
    ],
)
def test_what_does_not_fit_is_left_out_with_a_sentence(link, sentence):
    found, notes = read(link)
    assert len(notes) == 1 and sentence in notes[0].en and notes[0].zh
    recipe = RECIPES.get(found.recipe).from_settings(found.settings)
    assert recipe == RECIPES.get(found.recipe).from_settings({"network": "unet"} if found.recipe == "composed" else {})
    assert (found.seconds, found.steps, found.seed, found.sample) == (60, 0, 0, "cat")
