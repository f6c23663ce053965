"""What the Models tab does, without a browser: cards of presets, presets added from the hub, and trained networks published there."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from restorers.degradations import DEGRADATIONS
from restorers.errors import Cancelled, RestorersError
from restorers.hub import Hub, HubId, Published
from restorers.presets import PRESETS, Preset, PresetStore
from restorers.restore import Network, network
from restorers.text import Text
from restorers.ui.jobs import Job, Line
from restorers.ui.memory import Shelf
from restorers.ui.setup import Setup, Step
from restorers.ui.train_handlers import TrainDesk
from restorers.ui.words import models as words

MOST_ADDED = 4  # presets of one visitor
MOST_TITLE = 60  # characters of a foreign title
MOST_WORDS = 300  # characters of another foreign text
LONG_WORD = 20  # characters of a word that may be cut
KEPT_BYTES = 256_000_000
DESCRIPTION_BYTES = 12  # of memory for one byte of a preset.json
FETCHED = 0.95  # share of the work that is done when the last byte has come


@dataclass(frozen=True)
class Offer:
    """A preset that was looked up on the hub: its id with the commit, and the bytes that would be fetched."""

    pinned: HubId
    size: int


@dataclass(frozen=True)
class Visit:
    """What one visitor has looked up and added.

    Attributes:
        offer: what was looked up last, until it is fetched.
        added: the presets as restorers, newest first; their names are ids with the commit.
    """

    offer: Offer | None = None
    added: tuple[type[Network], ...] = ()


class ModelsDesk:
    """The presets, those that visitors add included.

    Args:
        train: what the visitors have trained.

    Attributes:
        fetching, publishing: the lines for the hub. They wait for a network, so nobody's photo waits behind them.
    """

    def __init__(self, train: TrainDesk):
        self.train = train
        self.fetching, self.publishing = Line(), Line()
        self.visits = Shelf(KEPT_BYTES, renewed=True)
        self._store = PresetStore(kept=2)
        self._lock = threading.Lock()

    @property
    def shelves(self) -> tuple[Shelf, ...]:
        return (self.visits,)

    # cards

    def shipped(self) -> tuple[list[Preset], list[Text]]:
        """The presets that everybody has, and one sentence for each that is damaged."""
        presets, problems = [], []
        for name in PRESETS.names():
            try:
                presets.append(PRESETS.get(name))
            except RestorersError as error:
                problems.append(error.sentence)
        return presets, problems

    def restorers(self, owner: str) -> list[type[Network]]:
        """What ``owner`` has added, newest first; each is used like any other restorer class."""
        return list(self._visit(owner).added)

    def find(self, owner: str, name: str) -> Preset:
        """The preset called ``name`` that everybody has or that ``owner`` has added; ``RestorersError`` otherwise."""
        for restorer in self._visit(owner).added:
            if restorer.name == name:
                return restorer.preset
        if name not in PRESETS.names():
            raise RestorersError(words.GONE.format(name=name[:80]))
        return PRESETS.get(name)

    # adding

    def look_up(self, owner: str, text: str) -> Job:
        """Ask the hub for the preset whose id is ``text``; the job's result is the ``Offer``.

        Raises:
            RestorersError: what is no id, too many presets, a line that is full.
        """
        wanted = HubId.parse(text.strip())
        self._check_room(owner)

        def work(report: Callable[..., None], cancel: threading.Event) -> Offer:
            offer = Offer(*self._store.hub.measure(wanted, cancel))
            if any(restorer.name == str(offer.pinned) for restorer in self._visit(owner).added):
                raise RestorersError(words.ALREADY.format(name=offer.pinned.unpinned))
            self._change(owner, lambda visit: replace(visit, offer=offer))
            return offer

        self._change(owner, lambda visit: replace(visit, offer=None))
        return self.fetching.start(owner, work)

    def offer(self, owner: str) -> Offer:
        """What ``owner`` has looked up; ``RestorersError`` where there is nothing."""
        offer = self._visit(owner).offer
        if offer is None:
            raise RestorersError(words.ASK_FIRST)
        return offer

    def fetch(self, owner: str) -> Job:
        """Fetch what was looked up and add it; the job's result is the restorer class.

        Raises:
            RestorersError: nothing was looked up, too many presets, a line that is full.
        """
        offer = self.offer(owner)
        self._check_room(owner)

        def work(report: Callable[..., None], cancel: threading.Event) -> type[Network]:
            preset = self._store.fetch(str(offer.pinned), lambda done, total: report(FETCHED * done / max(total, 1)), cancel)
            self._store.model(preset)  # whether the weights fit is found out now
            if cancel.is_set():
                raise Cancelled
            restorer = network(modest(preset), self._store)
            self._change(owner, lambda visit: Visit(None, (restorer, *visit.added)[:MOST_ADDED]))
            return restorer

        return self.fetching.start(owner, work)

    def remove(self, owner: str, name: str) -> None:
        """Take away what ``owner`` has added under ``name``."""
        self._change(owner, lambda visit: replace(visit, added=tuple(r for r in visit.added if r.name != name)))

    def leave(self, owner: str) -> None:
        """The visitor has closed the page."""
        self.fetching.stop(owner)
        self.visits.drop(owner)

    def _check_room(self, owner: str) -> None:
        if len(self._visit(owner).added) >= MOST_ADDED:
            raise RestorersError(words.FULL.format(most=MOST_ADDED))

    def _visit(self, owner: str) -> Visit:
        return self.visits.get(owner) or Visit()

    def _change(self, owner: str, change: Callable[[Visit], Visit]) -> None:
        with self._lock:
            visit = change(self._visit(owner))
            self.visits.put(owner, visit, 1000 + sum(_memory(restorer.preset) for restorer in visit.added), owner)

    # publishing

    def publish(self, owner: str, name: str, target: HubId, token: str, private: bool) -> Job:
        """Publish what ``owner`` has trained under ``name``; the job's result is where it is (``Published``).

        Args:
            target: the repository.
            token: the visitor's own.
            private: whether a new repository is private.

        Raises:
            RestorersError: there is no such network any more, a line that is full.
        """
        trained = self.train.trained.get((owner, name))
        if trained is None:
            raise RestorersError(words.TRAIN_FIRST)

        def work(report: Callable[..., None], cancel: threading.Event) -> Published:
            restorer = trained.restorer  # the files stay as long as somebody holds ``trained``
            preset = restorer.preset
            return Hub(token).publish(preset.folder, target, restorer.store.model(preset), preset.scores, private)

        return self.publishing.start(owner, work)


def modest(preset: Preset) -> Preset:
    """A foreign preset with texts that fit where they are shown, and with its repository in the title."""

    def cut(text: Text, most: int = MOST_WORDS) -> Text:
        return Text(*(shortened(part, most) for part in text))

    repository = HubId.parse(preset.hub["id"]).repository
    title = Text(*(f"{part} · {repository}" for part in cut(preset.title, MOST_TITLE)))
    lines = {key: shortened(getattr(preset, key), MOST_WORDS) for key in ("data", "licence", "reference")}
    return replace(preset, title=title, help=cut(preset.help), trained_on=cut(preset.trained_on), **lines)


def shortened(text: str, most: int) -> str:
    """``text`` on one line, of at most ``most`` characters; cut between words where the last one is not long."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    whole, _, last = text[:most].rpartition(" ")
    return f"{whole if whole and len(last) < LONG_WORD else text[: most - 1]}…"


def _memory(preset: Preset) -> int:
    file = preset.folder / "preset.json"
    return DESCRIPTION_BYTES * file.stat().st_size if file.is_file() else 0


def fitted(setup: Setup, method: type[Network]) -> Setup:
    """``setup`` with ``method``, and with a damage that it was made for where the present one is none."""
    setup = replace(setup, restorer=method.name, settings=method().settings(), strength=1.0)
    steps = [step.build() for step in setup.steps]
    if any(method.suited(step) for step in steps) or not (steps or method.told):
        return setup
    # a damage that it names before one of a family that it names
    made_for = sorted((d for d in DEGRADATIONS if method.suited(d)), key=lambda d: d.name not in method.suits)
    if not made_for:
        return setup
    return replace(setup, steps=(Step(made_for[0].name, made_for[0]().settings()),))


def gains(preset: Preset) -> list[float]:
    """The measured gains over doing nothing in dB, of those scores that have one."""
    return sorted(s["gain"] for s in preset.scores if isinstance(s, dict) and is_number(s.get("gain")))


def is_number(value: Any) -> bool:
    """Whether ``value``, out of a file, is a finite number."""
    return type(value) in (int, float) and abs(value) < 1e9
