"""Everything that the Inside tab can be set to, but the photo; as a link."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from restorers.text import Text
from restorers.ui.inside_handlers import STRONGEST, WEAKEST, targets
from restorers.ui.words import restore as link_words
from restorers.ui.words import train as train_words

MOST_SILENT = 100  # percent
MOST_NOISE = 200  # percent
FARTHEST = 99_999  # of a map's number and of a place; what the layer has is checked where it is looked at
DIGIT, OWN = "digit", "own"
# the parameters of the address that are this tab's, by what is set together
OWNED: Mapping[str, tuple[str, ...]] = {
    "network": ("inside",),
    "place": ("layer", "map", "place"),
    "code": ("silence", "silenced", "noise"),
    "walk": ("walk",),
    "bottleneck": ("bottleneck",),
}


@dataclass(frozen=True)
class InsideSetup:
    """One setting of the Inside tab; None where the visitor has chosen nothing himself.

    Attributes:
        network: name of the network.
        layer, channel, place: the layer, the map of it, and the place in that.
        silent: percent of the code's channels that are silent, 0 to 100.
        which: ``"weakest"`` or ``"strongest"`` first.
        noise: percent of the code's standard deviation, 0 to 200.
        target: the photo that is walked to.
        tried: ``"digit"`` or ``"own"``, what the bottlenecks are compared on.
    """

    network: str | None = None
    layer: str | None = None
    channel: int | None = None
    place: tuple[int, ...] | None = None
    silent: int = 0
    which: str = WEAKEST
    noise: int = 0
    target: str | None = None
    tried: str | None = None

    @property
    def changes_code(self) -> bool:
        """Whether the code is changed by hand."""
        return bool(self.silent or self.noise)


def place_query(setup: InsideSetup) -> str:
    """Layer, map and place as a part of a link, e.g. ``layer=head&map=3&place=10.20``."""
    pairs = [("layer", setup.layer)] if setup.layer is not None else []
    pairs += [("map", str(setup.channel))] if setup.channel is not None else []
    pairs += [("place", ".".join(map(str, setup.place)))] if setup.place is not None else []
    return urlencode(pairs)


def code_query(setup: InsideSetup) -> str:
    """What is changed of the code as a part of a link, e.g. ``silence=30&silenced=weakest&noise=0``; empty where nothing is."""
    if not setup.changes_code:
        return ""
    return urlencode([("silence", setup.silent), ("silenced", setup.which), ("noise", setup.noise)])


def from_query(query: Sequence[tuple[str, str]], networks: Container[str]) -> tuple[InsideSetup, list[Text]]:
    """Read a link.

    Args:
        query: the (name, value) pairs of the link.
        networks: the names that can be chosen.

    Returns:
        The setting, every value in it checked but those that depend on the network; and one sentence for each thing in the link
        that was left out.
    """
    given, notes = dict(query), []

    def chosen(name: str, known: Container[str], refusal: Text) -> str | None:
        value = given.get(name)
        if value is None or value in known:
            return value
        notes.append(refusal.format(name=name, value=value[:40]))
        return None

    def numbers(name: str, high: int, most: int = 1) -> tuple[int, ...] | None:
        parts = given[name].split(".") if name in given else []
        if parts and (len(parts) > most or not all(part.isdecimal() and len(part) < 10 and int(part) <= high for part in parts)):
            notes.append(train_words.LINK_BAD_NUMBER.format(name=name, low=0, high=high, value=given[name][:40]))
            parts = []
        return tuple(map(int, parts)) or None

    channel, silent, noise = numbers("map", FARTHEST), numbers("silence", MOST_SILENT), numbers("noise", MOST_NOISE)
    return InsideSetup(
        chosen("inside", networks, link_words.LINK_NO_CHOICE),
        given.get("layer", "")[:80] or None,
        channel and channel[0],
        numbers("place", FARTHEST, 2),
        silent[0] if silent else 0,
        chosen("silenced", (WEAKEST, STRONGEST), link_words.LINK_NO_CHOICE) or WEAKEST,
        noise[0] if noise else 0,
        chosen("walk", targets(), link_words.LINK_NO_CHOICE),
        chosen("bottleneck", (DIGIT, OWN), link_words.LINK_NO_CHOICE),
    ), notes
