"""Everything that the Train tab can be set to, but the visitor's own photos; as a link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from restorers.degradations import DEGRADATIONS
from restorers.errors import RestorersError
from restorers.samples import SAMPLES
from restorers.text import Text
from restorers.training.recipes import RECIPES
from restorers.training.recipes._crops import strength_of
from restorers.ui.setup import MAX_SEED, packed, unpacked
from restorers.ui.train_handlers import MAX_SECONDS, page_recipes, sources_of
from restorers.ui.words import restore as link_words
from restorers.ui.words import train as words

OWNED = ("train", "learn", "watch", "seconds", "steps", "draw")  # the parameters of the address that are this tab's
MOST_STEPS = 1_000_000


@dataclass(frozen=True)
class TrainSetup:
    """One setting of the Train tab.

    Attributes:
        recipe, settings: the recipe by name; ``settings`` over its defaults.
        source: what it learns from, one of ``sources_of(recipe)``.
        sample: name of the sample photo that is watched; None for the visitor's own.
        seconds, steps: the budget; 0 steps for as many as the time allows.
        seed: of the first weights and of everything random.
    """

    recipe: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    sample: str | None = None
    seconds: float = 60.0
    steps: int = 0
    seed: int = 0


def to_query(setup: TrainSetup) -> str:
    """The setting as the query of a link, e.g. ``train=denoise-your-photo,sigma=25&learn=this&watch=cat&seconds=60&steps=0&draw=0``."""
    pairs = [("train", packed(setup.recipe, setup.settings)), ("learn", setup.source)]
    pairs += [("watch", setup.sample)] if setup.sample else []
    pairs += [("seconds", f"{setup.seconds:g}"), ("steps", str(setup.steps)), ("draw", str(setup.seed))]
    return urlencode(pairs, safe=",=:")


def from_query(query: Sequence[tuple[str, str]], start: TrainSetup) -> tuple[TrainSetup | None, list[Text]]:
    """Read a link.

    Args:
        query: the (name, value) pairs of the link.
        start: what holds where the link says nothing, or nothing usable.

    Returns:
        The setting, every value in it checked, None where the link says nothing of a training; and one sentence for each thing in
        the link that was left out.
    """
    given, notes = dict(query), []
    if not given.keys() & set(OWNED):
        return None, []
    recipe, asked = start.recipe, {}
    if "train" in given:
        name, texts = unpacked(given["train"])
        if name in {r.name for r in page_recipes()}:
            recipe, asked = name, texts
        else:
            notes.append(words.LINK_NO_RECIPE.format(name=name[:40]))
    settings = _accepted(recipe, asked, notes)
    offered = sources_of(RECIPES.get(recipe))
    source = given.get("learn", offered[0])
    if source not in offered:
        notes.append(words.LINK_NO_SOURCE.format(name=source[:40]))
        source = offered[0]
    sample = given.get("watch", start.sample)
    if sample not in SAMPLES:
        notes.append(link_words.LINK_NO_PHOTO.format(name=str(sample)[:40]))
        sample = start.sample
    numbers = {}
    for name, default, low, high in (
        ("seconds", start.seconds, 1, MAX_SECONDS),
        ("steps", start.steps, 0, MOST_STEPS),
        ("draw", start.seed, 0, MAX_SEED),
    ):
        text = given.get(name, f"{default:g}")
        if text.isdecimal() and low <= int(text) <= high:
            numbers[name] = int(text)
        else:
            numbers[name] = default
            notes.append(words.LINK_BAD_NUMBER.format(name=name, low=low, high=high, value=text[:40]))
    return TrainSetup(recipe, settings, source, sample, numbers["seconds"], numbers["steps"], numbers["draw"]), notes


def _accepted(recipe: str, asked: Mapping[str, str], notes: list[Text]) -> dict[str, Any]:
    """The settings of ``recipe`` that it accepts one after the other, converted; a sentence for each of the others."""
    kept: dict[str, str] = {}
    for name in sorted(asked, key=lambda name: "." in name):  # first the choice of a part, then what is set of it
        try:
            RECIPES.get(recipe).from_settings({**kept, name: asked[name]})
            kept[name] = asked[name]
        except RestorersError as error:
            notes.append(error.sentence)
    damage = getattr(RECIPES.get(recipe).from_settings(kept), "damage", None)
    strength = strength_of(DEGRADATIONS.get(damage)) if isinstance(damage, str) and damage in DEGRADATIONS else None
    for name in [name for name, value in kept.items() if name.startswith("damage.") and ".." in value]:
        if strength is not None and name != f"damage.{strength.name}":  # the page has one control for it
            notes.append(words.LINK_NO_RANGE.format(name=name, strength=strength.name))
            del kept[name]
    settings = RECIPES.get(recipe).from_settings(kept).settings()
    settings.pop("data", None)  # that is what it learns from, said elsewhere
    return settings
