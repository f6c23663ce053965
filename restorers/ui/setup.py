"""Everything that the Restore tab can be set to, but the photo itself; as a link and as a command."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import numpy as np

from restorers.degradations import DEGRADATIONS, Chain, Degradation
from restorers.errors import RestorersError
from restorers.hub import HubId
from restorers.restore import find_restorer
from restorers.text import Text
from restorers.ui.words import restore as words

NONE = "none"
NEXT = "next"  # no further damage is chosen after those that were
SIZES = ("fit", "full")
MAX_STEPS = 6
MAX_SEED = 2**31 - 1
MAX_LINK = 4000  # characters of an address that are read


@dataclass(frozen=True)
class Step:
    """A degradation by name, with its settings; unchecked until ``build``."""

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    def build(self) -> Degradation:
        """The degradation; ``RestorersError`` for an unknown name or a value that does not fit."""
        # the path of a picture is for the command line: here it would be one of the server's
        settings = {name: value for name, value in self.settings.items() if name != "mask" or not isinstance(value, str)}
        return DEGRADATIONS.get(self.name).from_settings(settings)


@dataclass(frozen=True)
class Setup:
    """One setting of the Restore tab.

    Attributes:
        sample: name of the sample photo, or None for the visitor's own.
        size: ``"fit"`` (at most one megapixel) or ``"full"``.
        steps: the degradations in order; none for a photo that is bad already.
        seed: repeats the random draw.
        restorer, settings: the restorer by name, with its settings.
        strength: share of the restored photo in the result, 0 to 1.
        file: what the visitor calls his own photo; it stands in the command, never in a link.
    """

    sample: str | None = None
    size: str = "fit"
    steps: tuple[Step, ...] = ()
    seed: int = 0
    restorer: str = "do_nothing"
    settings: Mapping[str, Any] = field(default_factory=dict)
    strength: float = 1.0
    file: str = ""

    def degradation(self) -> Degradation | None:
        """The degradation of all steps, checked; None where the photo is bad already."""
        built = tuple(step.build() for step in self.steps)
        return None if not built else built[0] if len(built) == 1 else Chain(built)


def _written(value: Any) -> str:
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _pairs(settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, _written(value)) for name, value in settings.items() if value is not None and not isinstance(value, np.ndarray)]


def packed(name: str, settings: Mapping[str, Any]) -> str:
    """A plug-in and its settings as one value of a link, e.g. ``gaussian_noise,sigma=25``."""
    return ",".join([name, *(f"{k}={v}" for k, v in _pairs(settings))])


def unpacked(text: str) -> tuple[str, dict[str, str]]:
    """What ``packed`` wrote: the name, and the settings as text, unchecked."""
    name, *rest = text.split(",")
    return name, dict(part.split("=", 1) for part in rest if "=" in part)


def to_query(setup: Setup) -> str:
    """The setting as the query of a link, e.g. ``photo=cat&with=gaussian_noise,sigma=25&seed=3&using=denoise``."""
    pairs = [("photo", setup.sample)] if setup.sample else []
    pairs += [("size", setup.size)] if setup.size != "fit" else []
    pairs += [("with", packed(step.name, step.settings)) for step in setup.steps] or [("with", NONE)]
    pairs += [("seed", str(setup.seed)), ("using", packed(setup.restorer, setup.settings))]
    pairs += [("strength", _written(round(100 * setup.strength)))] if setup.strength != 1 else []
    return urlencode(pairs, safe=",=:")


def query_pairs(query: Any) -> list[tuple[str, str]]:
    """The (name, value) pairs of the query of an address, as the browser says it."""
    return parse_qsl(str(query or "")[:MAX_LINK].removeprefix("?"))


def _checked(plugin: Any, settings: Mapping[str, str], notes: list[Text]) -> dict[str, Any]:
    """The settings of ``plugin`` that it accepts, converted; a sentence for each of the others."""
    known = {p.name: p for p in plugin.parameters() if p.kind != "mask"}
    kept = {}
    for name, value in settings.items():
        if name not in known:
            notes.append(words.LINK_UNKNOWN_SETTING.format(name=name[:40]))
            continue
        try:
            kept[name] = known[name].check(value)
        except RestorersError as error:
            notes.append(error.sentence)
    return kept


def from_query(query: Sequence[tuple[str, str]], start: Setup, samples: Mapping[str, Any]) -> tuple[Setup, list[Text]]:
    """Read a link.

    Args:
        query: the (name, value) pairs of the link, in order.
        start: what holds where the link says nothing, or nothing usable.
        samples: the sample photos by name.

    Returns:
        The setting, every value in it checked; and one sentence for each thing in the link that was left out.
    """
    notes: list[Text] = []
    values: dict[str, list[str]] = {}
    for name, value in query:
        values.setdefault(name, []).append(value)

    def last(name: str) -> str | None:
        return values[name][-1] if name in values else None

    sample, size, steps, seed = start.sample, start.size, start.steps, start.seed
    restorer, settings, strength = start.restorer, start.settings, start.strength
    if (asked := last("photo")) is not None:
        if asked in samples:
            sample = asked
        else:
            notes.append(words.LINK_NO_PHOTO.format(name=asked[:40]))
    if (asked := last("size")) is not None:
        if asked in SIZES:
            size = asked
        else:
            notes.append(words.LINK_BAD_SIZE.format(value=asked[:40]))
    if "with" in values:
        found = []
        if len(values["with"]) > MAX_STEPS:
            notes.append(words.LINK_MANY.format(most=MAX_STEPS))
        for text in values["with"][:MAX_STEPS]:
            name, given = unpacked(text)
            if name in DEGRADATIONS:
                found.append(Step(name, _checked(DEGRADATIONS.get(name), given, notes)))
            elif name != NONE:
                notes.append(words.LINK_NO_DEGRADATION.format(name=name[:40]))
        if found or NONE in values["with"]:
            steps = tuple(found)
        if any(step.name == "painted_mask" for step in found):
            notes.append(words.LINK_MASK)
    if (asked := last("seed")) is not None:
        if asked.isdecimal() and int(asked) <= MAX_SEED:
            seed = int(asked)
        else:
            notes.append(words.LINK_BAD_SEED.format(value=asked[:40], high=MAX_SEED))
    if (asked := last("using")) is not None:
        name, given = unpacked(asked)
        try:
            settings = {**find_restorer(name).settings(), **_checked(type(find_restorer(name)), given, notes)}
            restorer = name
        except RestorersError:
            added = HubId.matches(name)
            notes.append(words.LINK_ADDED.format(name=name) if added else words.LINK_NO_RESTORER.format(name=name[:40]))
    if (asked := last("strength")) is not None:
        try:
            percent = float(asked)
        except ValueError:
            percent = -1.0
        if 0 <= percent <= 100:
            strength = percent / 100
        else:
            notes.append(words.LINK_BAD_STRENGTH.format(value=asked[:40]))
    return Setup(sample, size, steps, seed, restorer, settings, strength), notes


def to_command(setup: Setup, source: str) -> str:
    """The command line that does the same.

    Args:
        source: the path or file name that stands for IN.
    """
    source = f"./{source}" if source.startswith("-") else source
    parts = ["python", "-m", "restorers", "restore", source, "restored.png"]
    chosen = [("--with", step.name, step.settings) for step in setup.steps] + [("--using", setup.restorer, setup.settings)]
    for option, name, settings in chosen:
        parts += [option, name]
        for key, value in _pairs(settings):
            parts += ["--set", f"{key}={value}"]
    if setup.steps:
        parts += ["--seed", str(setup.seed)]
    if setup.strength != 1:
        parts += ["--strength", f"{setup.strength:g}"]
    return shlex.join(parts)
