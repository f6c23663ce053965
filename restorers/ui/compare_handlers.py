"""What the Compare tab does, without a browser: many methods on the photo of the Restore tab, in one job of the machine's line."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from restorers.compare import Row, quick_first, row
from restorers.degradations import Degradation, Observation, degrade
from restorers.degradations.base import Chain
from restorers.errors import Cancelled, RestorersError
from restorers.matrix import Gains, centre_crop, curve, matrix, strengths, varied
from restorers.metrics import Score, score
from restorers.params import Parameter
from restorers.photo import fit_within, to_uint8
from restorers.restore import Restoration, restore
from restorers.samples import SAMPLES
from restorers.text import Text
from restorers.ui.jobs import Job
from restorers.ui.memory import Shelf
from restorers.ui.restore_handlers import Desk
from restorers.ui.setup import Setup
from restorers.ui.viewer import Shown
from restorers.ui.words import compare as words
from restorers.ui.words import page as page_words
from restorers.ui.words import restore as restore_words

THUMBNAIL = 360  # pixels; of the pictures on the result card
NEWS_EVERY = 0.4  # seconds between two looks at a table that fills
KEPT_BYTES = 1 << 20


@dataclass(frozen=True)
class Subject:
    """What is compared on.

    Attributes:
        setup: the settings of the Restore tab.
        name: of the photo.
        truth: the photo, float32 (height, width, 3), at most as large as the Restore tab works on without being told otherwise.
        observation: the degraded photo and what is known of it; ``degradation`` None where the photo was bad already.
    """

    setup: Setup
    name: Text
    truth: np.ndarray
    observation: Observation

    @property
    def size(self) -> tuple[int, int]:
        return self.truth.shape[1], self.truth.shape[0]

    @property
    def degradation(self) -> Degradation | None:
        return self.observation.degradation

    @property
    def steps(self) -> tuple[Degradation, ...]:
        """The degradations, one after the other."""
        one = self.degradation
        return () if one is None else one.steps if isinstance(one, Chain) else (one,)


@dataclass(frozen=True)
class Entry:
    """One method on the photo.

    Attributes:
        restorer: its class.
        row: its scores; None where it is not done, has failed, or no truth is known.
        seconds, parameters: of the restoration; None where there is none (yet), and of parameters for a formula.
        shown: the picture.
        thumbnail: the same in small, uint8.
        problem: what came in the way.
    """

    restorer: type
    row: Row | None = None
    seconds: float | None = None
    parameters: int | None = None
    shown: Shown | None = None
    thumbnail: np.ndarray | None = None
    problem: Text | None = None


@dataclass(frozen=True)
class Comparison:
    """All methods on one photo, as far as they are done.

    Attributes:
        subject: what they were compared on.
        entries: those that are done, in the order in which they ran.
        waiting: those that are not, in the order in which they will run; the first of them runs.
        untold: those that must be told what nobody knows here.
        observed: score of doing nothing; None where no truth is known.
        original, degraded: the pictures; no original where no truth is known.
        thumbnails: the same in small, uint8.
    """

    subject: Subject
    entries: tuple[Entry, ...] = ()
    waiting: tuple[type, ...] = ()
    untold: tuple[type, ...] = ()
    observed: Score | None = None
    original: Shown | None = None
    degraded: Shown | None = None
    thumbnails: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def ranked(self) -> list[Entry]:
        """Best gain first; what has failed comes last. Without a truth, as they came."""
        return sorted(self.entries, key=lambda e: (e.problem is not None, -(e.row.gain if e.row is not None else 0)))

    def records(self) -> list[dict[str, Any]]:
        """The table as records for a CSV file, best first."""
        common = {"seed": self.subject.setup.seed, "width": self.subject.size[0], "height": self.subject.size[1]}
        setting = " → ".join(step.describe() for step in self.subject.steps)
        blank = dict.fromkeys(("gain", "psnr", "ssim", "psnr_degraded", "ssim_degraded", "protocol"))
        return [
            {
                "restorer": entry.restorer.name,
                "title": entry.restorer.title.en,
                **{key: getattr(entry.row, key, None) for key in blank},
                "seconds": entry.seconds,
                "parameters": entry.parameters,
                "told": " ".join(entry.restorer.told),
                "degradation": setting,
                **common,
                "problem": entry.problem.en if entry.problem is not None else None,
            }
            for entry in self.ranked
        ]


@dataclass(frozen=True)
class Table:
    """A matrix or a curve, as far as it is done.

    Attributes:
        subject: the photo that the crop is of.
        gains: what was measured; it goes on being filled while the job runs.
        done, total: cells.
        crop: the picture of the crop.
        strengths: of the curve's rows; None for the matrix.
        parameter: what is varied; None for the matrix.
    """

    subject: Subject
    gains: Gains
    done: int
    total: int
    crop: Shown
    strengths: tuple[float, ...] | None = None
    parameter: Parameter | None = None

    def records(self) -> list[dict[str, Any]]:
        """The table as records for a CSV file."""
        records = self.gains.records()
        if self.strengths is not None:
            return [{self.parameter.name: s, **record} for s, record in zip(self.strengths, records, strict=True)]
        return records


class CompareDesk:
    """The comparisons of the page's visitors.

    Args:
        desk: holds the photos, the pictures and the line.
    """

    def __init__(self, desk: Desk):
        self.desk = desk
        self.compared = Shelf(KEPT_BYTES)
        desk.keepers.append(self.forget)

    @property
    def shelves(self) -> tuple[Shelf, ...]:
        return (self.compared,)

    def subject(self, owner: str, setup: Setup, path: str | None) -> Subject:
        """What the Restore tab is set to.

        Raises:
            RestorersError: no photo, or settings that do not fit.
        """
        if path is None:
            raise RestorersError(restore_words.NO_PHOTO)
        working = self.desk.working(path)
        degradation = self.desk.with_mask(owner, setup, path).degradation()
        seen = Observation(working.photo) if degradation is None else degrade(working.photo, degradation, setup.seed)
        name = SAMPLES[setup.sample].title if setup.sample in SAMPLES else words.OWN_PHOTO
        return Subject(setup, name, working.photo, seen)

    def methods(self, owner: str, subject: Subject, others: bool) -> list[type]:
        """The methods to compare: doing nothing, those made for the damage and the visitor's own; with ``others`` all there are.

        All, too, where none was made for it.
        """
        everything = self.desk.restorers(owner)
        if subject.degradation is None:
            return [r for r in everything if r.name != "do_nothing"]
        own = self.desk.own(owner)
        suited = [r for r in everything if any(r.suited(step) for step in subject.steps) or r in own]
        return everything if others or all(r.name == "do_nothing" for r in suited) else suited

    def compare(self, owner: str, setup: Setup, path: str | None, others: bool = False) -> Job:
        """Put all methods on the one photo into the line; the job's early and last results are ``Comparison``s.

        Raises:
            RestorersError: no photo, settings that do not fit, a line that is full.
        """
        subject = self.subject(owner, setup, path)
        methods = quick_first(self.methods(owner, subject, others))
        untold = tuple(r for r in methods if r().missing_knowledge(subject.observation))
        methods = [r for r in methods if r not in untold]

        def work(report: Callable[..., None], cancel: threading.Event) -> Comparison:
            self.desk.pictures.drop(_album(owner, "all"))
            degraded = np.clip(subject.observation.photo, 0, 1)
            known = subject.degradation is not None
            now = Comparison(
                subject,
                waiting=tuple(methods),
                untold=untold,
                observed=score(degraded, subject.truth) if known else None,
                original=self._publish(owner, "all", subject.truth) if known else None,
                degraded=self._publish(owner, "all", degraded),
                thumbnails={"original": _thumbnail(subject.truth), "degraded": _thumbnail(degraded)},
            )
            self._remember(owner, "all", subject, path)
            report(0, now)
            for i, method in enumerate(methods):
                entry = self._entry(owner, now, method, lambda share, i=i: report((i + 0.9 * share) / len(methods)), cancel)
                now = replace(now, entries=(*now.entries, entry), waiting=tuple(methods[i + 1 :]))
                report((i + 1) / len(methods), now)
            return now

        return self.desk.line.start(owner, work, "all")

    def _entry(self, owner: str, now: Comparison, method: type, progress: Callable[[float], None], cancel: threading.Event) -> Entry:
        subject = now.subject
        try:
            done: Restoration = restore(subject.observation, method(), progress, cancel)
        except Cancelled:
            raise
        except RestorersError as error:
            return Entry(method, problem=error.sentence)
        except Exception:
            logging.getLogger(__name__).exception("%s failed in a comparison", method.name)
            return Entry(method, problem=page_words.ERROR_UNEXPECTED)
        measured = None
        if now.observed is not None:
            measured = row(method.name, subject.degradation.describe(), now.observed, score(done.photo, subject.truth), done)
        shown = self._publish(owner, "all", done.photo)
        return Entry(method, measured, done.seconds, done.parameters, shown, _thumbnail(done.photo))

    def matrix(self, owner: str, setup: Setup, path: str | None) -> Job:
        """Put the matrix of all degradations and methods on a crop of the photo into the line; results are ``Table``s.

        Raises:
            RestorersError: as for ``compare``.
        """
        subject = self.subject(owner, setup, path)

        def prepare(crop: np.ndarray) -> tuple[Gains, dict[str, Any]]:
            return matrix(crop, self.desk.own(owner), setup.seed), {}

        return self._fill(owner, "matrix", subject, path, prepare)

    def curve(self, owner: str, setup: Setup, path: str | None, others: bool = False) -> Job:
        """Put the gains over the strength of the last damage on a crop of the photo into the line; results are ``Table``s.

        Raises:
            RestorersError: no damage, or one without a strength; and as for ``compare``.
        """
        subject = self.subject(owner, setup, path)
        if subject.degradation is None:
            raise RestorersError(words.CURVE_NO_DAMAGE)
        methods = [r() for r in self.methods(owner, subject, others) if r.name != "do_nothing"]
        strengths(subject.degradation)  # what has none is refused before it waits in line

        def prepare(crop: np.ndarray) -> tuple[Gains, dict[str, Any]]:
            gains, at = curve(crop, subject.degradation, methods, setup.seed)
            return gains, {"strengths": tuple(at), "parameter": varied(subject.degradation)[1]}

        return self._fill(owner, "curve", subject, path, prepare)

    def _fill(
        self, owner: str, what: str, subject: Subject, path: str | None, prepare: Callable[[np.ndarray], tuple[Gains, dict[str, Any]]]
    ) -> Job:
        def work(report: Callable[..., None], cancel: threading.Event) -> Table:
            self.desk.pictures.drop(_album(owner, what))
            crop = centre_crop(subject.truth)
            gains, more = prepare(crop)
            now = Table(subject, gains, 0, len(gains.cells()), self._publish(owner, what, crop), **more)
            told = 0.0
            self._remember(owner, what, subject, path)
            report(0, now)
            try:
                for done, _ in enumerate(gains.fill(cancel), 1):
                    now = replace(now, done=done)
                    if time.monotonic() - told > NEWS_EVERY:
                        told = time.monotonic()
                        report(done / now.total, now)
            except Cancelled:
                report(now.done / now.total, now)  # all that was measured stays, and is counted
                raise
            return now

        return self.desk.line.start(owner, work, what)

    # what is kept

    def offer(self, owner: str, what: str, drawings: Mapping[str, np.ndarray]) -> dict[str, str]:
        """The addresses of drawings to take away, by the same keys; those offered before for the same comparison are gone."""
        self.desk.pictures.drop(_album(owner, f"{what}-files"))
        return {key: self.desk.pictures.publish(pixels, _album(owner, f"{what}-files")) for key, pixels in drawings.items()}

    def _publish(self, owner: str, what: str, photo: np.ndarray) -> Shown:
        return Shown(self.desk.pictures.publish(photo, _album(owner, what)))

    def glance(self, owner: str, subject: Subject) -> Shown:
        """A small picture of the degraded photo."""
        self.desk.pictures.drop(_album(owner, "glance"))
        return self._publish(owner, "glance", _thumbnail(subject.observation.photo))

    def _remember(self, owner: str, what: str, subject: Subject, path: str | None) -> None:
        self.compared.put((owner, what), _key(what, subject, path), 200, owner)

    def outdated(self, owner: str, what: str, subject: Subject, path: str | None) -> bool:
        """Whether the results of this kind are of another photo or another damage, and no new ones are on their way."""
        kept = self.compared.get((owner, what))
        return kept is not None and kept != _key(what, subject, path) and not self.desk.line.works_for(owner, what)

    def forget(self, owner: str) -> None:
        """Forget all that is of ``owner``."""
        self.compared.drop(owner)
        for what in ("all", "all-files", "matrix", "matrix-files", "curve", "glance"):
            self.desk.pictures.drop(_album(owner, what))


def _key(what: str, subject: Subject, path: str | None) -> tuple:
    """All that the result of a comparison depends on."""
    return path, subject.setup.seed, None if what == "matrix" else subject.degradation


def _album(owner: str, what: str) -> str:
    """The owner of the pictures of one kind of comparison: they do not push those of the other tabs out."""
    return f"{owner}/compare-{what}"


def _thumbnail(photo: np.ndarray) -> np.ndarray:
    return to_uint8(fit_within(np.clip(photo, 0, 1), THUMBNAIL))
