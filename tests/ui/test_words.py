"""Every word of the page exists in both languages."""

import re
from importlib import import_module
from pathlib import Path

import pytest

import restorers.ui.words
from restorers.text import Text

ROOMS = sorted(path.stem for path in Path(restorers.ui.words.__file__).parent.glob("*.py") if path.stem != "__init__")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
FIELD = re.compile(r"{\w*}")


def texts(module):
    for name, value in vars(module).items():
        for text in value.values() if isinstance(value, dict) else [value]:
            if isinstance(text, Text):
                yield name, text


@pytest.mark.parametrize("room", ROOMS)
def test_both_languages_say_something_with_the_same_fields(room):
    found = list(texts(import_module(f"restorers.ui.words.{room}")))
    assert found
    for name, text in found:
        assert text.en.strip(), name
        assert CHINESE.search(text.zh), name
        assert not CHINESE.search(text.en), name
        assert sorted(FIELD.findall(text.en)) == sorted(FIELD.findall(text.zh)), name


@pytest.mark.parametrize("room", ROOMS)
def test_no_word_is_kept_that_nobody_says(room):
    ui = Path(restorers.ui.words.__file__).parents[1]
    said = "".join(path.read_text(encoding="utf-8") for path in ui.glob("*.py"))
    unused = [name for name, _ in texts(import_module(f"restorers.ui.words.{room}")) if not re.search(rf"words\.{name}\b", said)]
    assert not unused


def test_one_step_of_a_training_is_not_said_in_the_plural():
    train = import_module("restorers.ui.words.train")
    steps = [train.PAUSED, train.STOPPING, train.FAILED, train.AFTER, *train.ENDED.values()]
    assert not [text.en for text in steps if re.search(r"\b1 \w+s\b", text.en.format(step=1, seconds=2))]


def test_what_a_network_is_given_and_should_give_has_one_name():
    # recipes that copy, or turn colour into gray, are given nothing damaged, and what they should give need not be the original
    train, inside = (import_module(f"restorers.ui.words.{room}") for room in ("train", "inside"))
    assert (train.GIVEN, train.TRUTH) == (inside.GIVEN_PICTURE, inside.TRUTH)
