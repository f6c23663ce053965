"""What the Train tab does, without a browser: orders in, looks out; and what a visitor has trained, as restorers of his own."""

from __future__ import annotations

import itertools
import math
import shutil
import threading
import weakref
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from restorers.errors import RestorersError
from restorers.photo import fit_within, to_uint8
from restorers.presets import Preset, PresetStore
from restorers.restore import Network, network
from restorers.samples import SAMPLES
from restorers.text import Text
from restorers.training.download import DATASETS, READY, Downloads
from restorers.training.recipes import RECIPES, Recipe
from restorers.training.recipes.composed import Composed
from restorers.training.session import Order
from restorers.training.worker import Engine, Run
from restorers.ui.language import fill
from restorers.ui.memory import Shelf
from restorers.ui.restore_handlers import Desk, sample_path
from restorers.ui.words import train as words

WATCHED_SIDE = 320  # pixels of the photo in the film
MAX_SECONDS = 600
PREFIX = "mine-"
KEPT_BYTES = 1 << 30
KEPT_EACH = 4  # networks of one visitor
RISE = 1.03  # a validation loss this much above its lowest, and rising, is overfitting
LATER = 3  # validations after the lowest
THIS, SAMPLE_PHOTOS, SHAPES, DIGITS = "this", "samples", "shapes", "digits"
# what a composed training calls its pictures, where they are no photos
DRAWN = {SHAPES: "shapes", DIGITS: "digits"} | {name: "digits" for name, dataset in DATASETS.items() if dataset.kind == "digits"}


class NotFetched(RestorersError):
    """Public data that nobody has fetched yet."""


def page_recipes() -> list[type[Recipe]]:
    """The recipes that a visitor can train: those that need no hour."""
    return [r for r in RECIPES if r.minutes is None]


def sources_of(recipe: type[Recipe]) -> tuple[str, ...]:
    """What ``recipe`` can learn from on the page, the usual first; the last ones are keys of ``DATASETS``."""
    public = {kind: tuple(name for name, dataset in DATASETS.items() if dataset.kind == kind) for kind in ("photos", "digits")}
    if issubclass(recipe, Composed):
        return THIS, SAMPLE_PHOTOS, SHAPES, DIGITS, *public["photos"], *public["digits"]
    if not hasattr(recipe, "pair"):
        return DIGITS, *public["digits"]
    usual = (THIS, SAMPLE_PHOTOS) if hasattr(recipe, "drawn") else (SAMPLE_PHOTOS, THIS)
    return *usual, *public["photos"]


class TrainedNetwork:
    """A network that a visitor has trained; its files go when nobody keeps it any more.

    Attributes:
        restorer: the class, as every other network's.
        files: for download, by kind: ``keras``, ``preset``, ``script``.
        size: bytes on disk.
    """

    def __init__(self, run: Run, number: int, store: PresetStore):
        preset = Preset.read(run.folder)
        title = words.MINE.format(number=number, title="{title}")
        preset = replace(
            preset,
            title=fill(title, title=preset.title),
            help=words.MINE_HELP.format(steps=preset.training["steps"]),
        )
        self.restorer: type[Network] = network(preset, store)
        self.files = {"keras": run.work / f"{preset.name}.keras", "preset": run.work / f"{preset.name}.zip"}
        (run.work / "model.keras").rename(self.files["keras"])
        with zipfile.ZipFile(self.files["preset"], "w", zipfile.ZIP_STORED) as archive:
            for file in sorted(run.folder.iterdir()):
                archive.write(file, f"{preset.name}/{file.name}")
        if (script := run.work / "train.py").is_file():
            self.files["script"] = run.work / f"{preset.name}.py"
            script.rename(self.files["script"])
        self.size = sum(file.stat().st_size for file in run.work.rglob("*") if file.is_file())
        run.taken = True
        weakref.finalize(self, shutil.rmtree, run.work, ignore_errors=True)


@dataclass
class Visit:
    """What one visitor sees of his trainings.

    Attributes:
        run: the present one; None before Start and after Reset.
        ghost: the one before.
        addresses: of published pictures, by run number and what they show.
        kept: names of the trained networks by run number.
        left: he has closed the page, and not looked again since.
        problem: why the last Start began nothing.
        notes: about the photos.
    """

    run: Run | None = None
    ghost: Run | None = None
    addresses: dict[tuple[int, Any], str] = field(default_factory=dict)
    kept: dict[int, str] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: itertools.count(1))
    lock: Any = field(default_factory=threading.Lock)
    looked_at: tuple = ()
    left: bool = False
    problem: Text | None = None
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Look:
    """All that the page shows.

    Attributes:
        run, ghost: the present and the last training.
        ahead: how many trainings must end first, while it waits.
        film, ghost_film: (step, address, PSNR) of each frame.
        truth, degraded: addresses.
        now: the frame of this moment.
        overfitting: the step since which it learns by heart; None where it does not.
        trained: what can be taken away, once it is over.
        estimate: what the present settings would cost, once it is known.
        estimating: the estimate is still to come.
        fetching: public data is on its way, or the way to it is being looked for.
        problem: why the last Start began nothing.
        notes: about the photos.
    """

    run: Run | None = None
    ghost: Run | None = None
    ahead: int = 0
    film: tuple[tuple[int, str, float], ...] = ()
    ghost_film: tuple[tuple[int, str, float], ...] = ()
    truth: str | None = None
    degraded: str | None = None
    overfitting: int | None = None
    trained: TrainedNetwork | None = None
    estimate: dict[str, Any] | None = None
    estimating: bool = False
    fetching: bool = False
    problem: Text | None = None
    notes: tuple[Text, ...] = ()


class TrainDesk:
    """The trainings of the page's visitors.

    Args:
        desk: holds the photos and the pictures.
        engine: trains.

    Attributes:
        downloads: the public data, shared by all visitors.
    """

    def __init__(self, desk: Desk, engine: Engine):
        self.desk, self.engine, self.downloads = desk, engine, Downloads()
        self.visits = Shelf(KEPT_BYTES, renewed=True)
        self.trained = Shelf(KEPT_BYTES, max_owned=KEPT_EACH, renewed=True)
        self._store = PresetStore(kept=2)

    @property
    def shelves(self) -> tuple[Shelf, ...]:
        return self.visits, self.trained

    # the restorers of a visitor, for the rest of the page

    def restorers(self, owner: str) -> list[type[Network]]:
        """What ``owner`` has trained and still has, newest first; each is used like any other restorer class."""
        found = [self.trained.get((owner, name)) for name in self._visit(owner).kept.values()]
        return [trained.restorer for trained in reversed(found) if trained is not None]

    def find(self, owner: str, name: str) -> type[Network] | None:
        """The restorer of ``owner`` called ``name``, e.g. ``mine-1``; None where there is none."""
        trained = self.trained.get((owner, name))
        return None if trained is None else trained.restorer

    # orders

    def order(
        self,
        recipe: str,
        settings: Mapping[str, Any],
        *,
        files: Sequence[str] | None,
        sample: str | None,
        source: str,
        seconds: float,
        steps: int | None = None,
        seed: int = 0,
        delay: float = 0.0,
        paused: bool = False,
    ) -> tuple[Order, list]:
        """What the page's settings ask for, checked, and notes about the photos.

        Args:
            recipe, settings: of the recipe.
            files: the visitor's photos; None or empty takes ``sample``.
            sample: name of a sample photo.
            source: what to learn from, one of ``sources_of(recipe)``; anything else takes the first of them.
            seconds, steps, seed, delay, paused: as in ``Order``.

        Raises:
            RestorersError: what cannot be trained.
        """
        offered = sources_of(RECIPES.get(recipe))
        source = source if source in offered else offered[0]
        if issubclass(RECIPES.get(recipe), Composed):
            settings = {**settings, "data": DRAWN.get(source, "photos")}
        built: Recipe = RECIPES.get(recipe).from_settings(settings)
        if source in DATASETS and self.downloads.now(source).state != READY:
            megabytes = Text(*[str(DATASETS[source].megabytes)] * 2)
            raise NotFetched(fill(words.FETCH_FIRST, title=DATASETS[source].title, megabytes=megabytes))
        paths, notes = self._photos(files, sample)
        watched = to_uint8(fit_within(self.desk.working(paths[0]).photo, WATCHED_SIDE)) if hasattr(built, "pair") else None
        learned = tuple(map(str, paths)) if source == THIS else None
        if learned and len(learned) == 1 and learned[0] in map(str, (s.path for s in SAMPLES.values())) and not hasattr(built, "drawn"):
            learned = None  # the tutorials need many pictures
        data = source if source in DATASETS else None
        seconds = min(float(seconds or 0), MAX_SECONDS)
        shown = None if files else sample if sample in SAMPLES else next(iter(SAMPLES))
        order = Order(recipe, dict(settings), learned, shown, data, watched, seconds, int(steps) if steps else None, seed, paused, delay)
        order.build()
        return order, notes

    def _photos(self, files: Sequence[str] | None, sample: str | None) -> tuple[list[str], list]:
        """The photos, the first of them one that can be shown."""
        if not files:
            return [sample_path(sample if sample in SAMPLES else next(iter(SAMPLES)))], []
        notes = []
        for i, path in enumerate(files):
            try:
                self.desk.working(str(path))
            except RestorersError as error:
                notes.append(error.sentence)
                if len(notes) >= 5:  # a folder of something else
                    break
            else:
                return [str(p) for p in files[i:]], notes
        raise RestorersError(fill(words.NO_PHOTO, reason=notes[0]))

    def start(self, owner: str, order: Order) -> None:
        """Begin a training; the one before becomes the ghost. Nothing while that one goes on: Start was pressed twice.

        Raises:
            RestorersError: the line is full.
        """
        visit = self._visit(owner)
        with visit.lock:
            if visit.run is not None and not visit.run.over:
                return
            order = replace(order, name=f"{PREFIX}{next(visit.numbers)}")
            before = visit.run
            visit.run = self.engine.start(owner, order)
            visit.problem = None
            if before is not None and before.losses:
                self._retire(owner, visit, before)

    def reset(self, owner: str) -> None:
        """Stop, and forget the present run but for its curves."""
        self.engine.stop(owner)
        visit = self._visit(owner)
        with visit.lock:
            if visit.run is not None and visit.run.losses:
                self._retire(owner, visit, visit.run)
            visit.run = visit.problem = None

    def refuse(self, owner: str, problem: Text) -> None:
        """Show why Start began nothing, until it would begin something."""
        self._visit(owner).problem = problem

    def note(self, owner: str, notes: Sequence[Text], fits: bool) -> None:
        """A setting has changed: show these notes about the photos, and no refusal any more where the settings fit."""
        visit = self._visit(owner)
        visit.notes = tuple(notes)
        if fits:
            visit.problem = None

    def _retire(self, owner: str, visit: Visit, run: Run) -> None:
        visit.ghost = run
        kept = {run.number, visit.run.number if visit.run else run.number}
        for (number, what), address in list(visit.addresses.items()):
            if number not in kept:
                self.desk.pictures.discard(_token(address))
                del visit.addresses[number, what]

    def leave(self, owner: str) -> None:
        """The visitor has closed the page, or his phone sleeps: what is his goes when he is not back within the engine's minute."""
        visit = self.visits.get(owner)
        if visit is None:
            self.forget(owner)
        else:
            visit.left = True
            timer = threading.Timer(self.engine.lost_after, self._forget_if_gone, (owner, visit))
            timer.daemon = True
            timer.start()

    def _forget_if_gone(self, owner: str, visit: Visit) -> None:
        if visit.left:
            self.forget(owner)

    def hold(self, owner: str, files: Sequence[str]) -> None:
        """Keep the photos that ``owner`` has sent until he is forgotten."""
        for path in files:
            self.desk.hold(_album(owner), str(path))

    def forget(self, owner: str) -> None:
        """Stop the training of ``owner`` and forget all that is his."""
        self.engine.forget(owner)
        self.desk.release(_album(owner))
        for shelf in self.shelves:
            shelf.drop(owner)
        self.desk.pictures.drop(_album(owner))

    # looks

    def look(self, owner: str) -> Look:
        """Everything as it is now."""
        visit = self._visit(owner)
        visit.left = False
        self.engine.run(owner)  # a run at which nobody looks is stopped
        with visit.lock:
            run = visit.run
            self._keep(owner, visit)
            asked = {
                "estimate": self.engine.estimate(owner),
                "estimating": self.engine.estimating(owner),
                "fetching": self.downloads.checking or any(self.downloads.now(name).busy for name in DATASETS),
                "problem": visit.problem,
                "notes": visit.notes,
            }
            if run is None:
                return Look(None, visit.ghost, ghost_film=self._film(owner, visit, visit.ghost), **asked)
            name = visit.kept.get(run.number)
            film = self._film(owner, visit, run)
            shown = (
                {what: self._address(owner, visit, run, what, run.started[what]) for what in ("truth", "degraded")} if run.started else {}
            )
            return Look(
                run,
                visit.ghost,
                self.engine.ahead(run),
                film,
                self._film(owner, visit, visit.ghost),
                shown.get("truth"),
                shown.get("degraded"),
                overfitting(run.validations),
                self.trained.get((owner, name)) if name else None,
                **asked,
            )

    def _visit(self, owner: str) -> Visit:
        visit = self.visits.get(owner)
        if visit is None:
            visit = Visit()
            self.visits.put(owner, visit, 8_000_000, owner)
        return visit

    def _keep(self, owner: str, visit: Visit) -> None:
        """What has been trained since the last look joins the visitor's restorers."""
        for run in (visit.run, visit.ghost):
            if run is not None and run.over and run.folder is not None and run.number not in visit.kept:
                number = int(run.order.name.removeprefix(PREFIX))
                trained = TrainedNetwork(run, number, self._store)
                visit.kept[run.number] = run.order.name
                self.trained.put((owner, run.order.name), trained, trained.size, owner)

    def _film(self, owner: str, visit: Visit, run: Run | None) -> tuple[tuple[int, str, float], ...]:
        if run is None:
            return ()
        frames = list(run.frames)
        film = [(f.step, self._address(owner, visit, run, f.step, f.picture), f.psnr) for f in frames]
        now = run.now
        if frames and now.step > frames[-1].step:
            shown = visit.addresses.get((run.number, "now"))
            if shown is None or visit.looked_at != (run.number, now.step):
                # a browser may still be asking for the last one: it goes one look later
                if (earlier := visit.addresses.pop((run.number, "before"), None)) is not None:
                    self.desk.pictures.discard(_token(earlier))
                if shown is not None:
                    visit.addresses[run.number, "before"] = shown
                shown = visit.addresses[run.number, "now"] = self.desk.pictures.publish(now.picture, _album(owner))
                visit.looked_at = (run.number, now.step)
            film.append((now.step, shown, now.psnr))
        return tuple(film)

    def _address(self, owner: str, visit: Visit, run: Run, what: Any, picture: np.ndarray) -> str:
        address = visit.addresses.get((run.number, what))
        if address is None or not self.desk.pictures.alive(address):
            address = visit.addresses[run.number, what] = self.desk.pictures.publish(picture, _album(owner))
        return address


def _album(owner: str) -> str:
    """The owner of the film's pictures, and of the photos that are learned from: those of the Restore tab go their own way."""
    return f"{owner}/train"


def _token(address: str) -> str:
    return address.split("/")[-1].removesuffix(".png")


def overfitting(validations: Sequence[Mapping[str, float]]) -> int | None:
    """The step of the lowest validation loss, if since then it has risen clearly while the training loss fell; None otherwise."""
    losses = [v["val_loss"] for v in validations]
    if not losses or not all(map(math.isfinite, losses)):
        return None
    lowest = int(np.argmin(losses))
    later = losses[lowest + 1 :]
    if len(later) < LATER or min(later[-LATER:]) < RISE * losses[lowest]:
        return None
    return validations[lowest]["step"] if validations[-1]["loss"] < validations[lowest]["loss"] else None
