"""Many methods on many degradations of one crop: the matrix of gains, and the curve of gains over a strength."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from restorers.classical import Classical
from restorers.compare import HARMLESS, quick_first
from restorers.degradations import DEGRADATIONS, Chain, Degradation, degrade
from restorers.errors import RestorersError
from restorers.metrics import psnr
from restorers.params import Parameter
from restorers.restore import Network, all_restorers, restore
from restorers.text import Text
from restorers.training.recipes._crops import at_strength, strength_of

CROP = 128  # pixels
STRENGTHS = 7

Restorer = Classical | Network


def centre_crop(photo: np.ndarray, side: int = CROP) -> np.ndarray:
    """The middle of ``photo``, ``side`` pixels high and wide, or all there is of it."""
    top, left = (max(0, (length - side) // 2) for length in photo.shape[:2])
    return np.ascontiguousarray(photo[top : top + side, left : left + side])


class Gains:
    """What each of some methods gains on each of some degradations of one photo; ``fill`` measures it, cell by cell.

    Args:
        truth: float32 (height, width, 3) in [0, 1]; a crop, since every cell is a restoration of its own.
        degradations: the rows.
        restorers: the columns.
        seed: of each degradation.

    Attributes:
        observations: the degraded photos, one a row.
        nothing: PSNR in dB of doing nothing, one a row; inf where the degradation changes nothing.
        gains: dB over doing nothing, float64 (rows, columns); NaN where nothing was measured.
        untold: bool (rows, columns), True where the method must be told what the degradation cannot tell.
        problems: what came in the way, by (row, column).
    """

    def __init__(self, truth: np.ndarray, degradations: Iterable[Degradation], restorers: Iterable[Restorer], seed: int = 0):
        self.truth, self.degradations, self.restorers = truth, tuple(degradations), tuple(restorers)
        self.observations = tuple(degrade(truth, degradation, seed) for degradation in self.degradations)
        self.nothing = np.array([psnr(np.clip(seen.photo, 0, 1), truth) for seen in self.observations])
        self.gains = np.full((len(self.degradations), len(self.restorers)), np.nan)
        told = [[not restorer.missing_knowledge(seen) for restorer in self.restorers] for seen in self.observations]
        self.untold = ~np.array(told, bool).reshape(self.gains.shape)
        self.problems: dict[tuple[int, int], Text] = {}

    def cells(self) -> list[tuple[int, int]]:
        """The (row, column) that can be measured, quick methods first, each method's one after the other: a network is loaded once."""
        order = [self.restorers.index(restorer) for restorer in quick_first(self.restorers)]
        harmed = [i for i, value in enumerate(self.nothing) if value < HARMLESS]
        return [(i, j) for j in order for i in harmed if not self.untold[i, j]]

    def fill(self, cancel: threading.Event | None = None) -> Iterator[tuple[int, int]]:
        """Measure every cell of ``cells``; yields each when it is done.

        Raises:
            Cancelled: ``cancel`` was set. What was measured stays.
        """
        for i, j in self.cells():
            try:
                restored = restore(self.observations[i], self.restorers[j], cancel=cancel).photo
            except RestorersError as error:
                self.problems[i, j] = error.sentence
            else:
                self.gains[i, j] = psnr(restored, self.truth) - self.nothing[i]
            yield i, j

    def best(self) -> list[int | None]:
        """The column of the greatest gain in each row; None where nothing is gained (less than 0.05 dB) or measured."""
        found = []
        for row in self.gains:
            known = np.where(np.isnan(row), -np.inf, row)
            found.append(int(known.argmax()) if known.size and known.max() >= 0.05 else None)
        return found

    def records(self) -> list[dict]:
        """One record a row for a table: the degradation, the PSNR of doing nothing, and each method's gain; None where there is none."""
        return [
            {
                "degradation": degradation.describe(),
                "psnr_degraded": round(float(nothing), 4),
                **{r.name: None if math.isnan(g) else round(float(g), 4) for r, g in zip(self.restorers, row, strict=True)},
            }
            for degradation, nothing, row in zip(self.degradations, self.nothing, self.gains, strict=True)
        ]


def matrix(truth: np.ndarray, own: Sequence[type[Network]] = (), seed: int = 0) -> Gains:
    """Every degradation at its default strength against every method that is made for some of them, and those in ``own``.

    Methods for much come first, then each where what it is made for stands, so that specialists make a diagonal.
    """
    degradations = [degradation() for degradation in DEGRADATIONS]

    def place(restorer: type) -> tuple:
        suited = [i for i, degradation in enumerate(degradations) if restorer.suited(degradation)]
        return len(suited) <= len(degradations) / 2, suited[0], not issubclass(restorer, Network), restorer.order

    made = [r for r in all_restorers() if r.name != "do_nothing" and any(r.suited(d) for d in degradations)]
    return Gains(truth, degradations, [r() for r in (*sorted(made, key=place), *own)], seed)


def varied(degradation: Degradation) -> tuple[Degradation, Parameter | None]:
    """The degradation whose strength is varied, the last one of a chain; and its strength: its first parameter that is a number,
    None where it has none.
    """
    last = degradation.steps[-1] if isinstance(degradation, Chain) else degradation
    return last, strength_of(last)


def strengths(degradation: Degradation) -> list[Degradation]:
    """``degradation`` at about ``STRENGTHS`` strengths around its own, from a quarter of it to three times it, within the range.

    Raises:
        RestorersError: it has no strength.
    """
    last, parameter = varied(degradation)
    if parameter is None:
        raise RestorersError(
            Text(
                f"{last.title.en} has no strength to vary. Choose another damage.",
                f"{last.title.zh}没有可变的强度。请选择其他损坏。",
            )
        )
    now = float(getattr(last, parameter.name))
    low, high = max(parameter.low, now / 4), min(parameter.high, 3 * now)
    if low < now < high:
        half = STRENGTHS // 2
        values = [*np.linspace(low, now, half + 1)[:-1], *np.linspace(now, high, half + 1)]
    else:
        values = list(np.linspace(low if low < high else parameter.low, high if low < high else parameter.high, STRENGTHS))
    values = [round(value) if parameter.kind == "int" else float(f"{value:.3g}") for value in values]
    values = sorted({min(max(value, parameter.low), parameter.high) for value in values})
    varying = [at_strength(last, value) for value in values]
    return [Chain((*degradation.steps[:-1], step)) for step in varying] if isinstance(degradation, Chain) else varying


def curve(truth: np.ndarray, degradation: Degradation, restorers: Iterable[Restorer], seed: int = 0) -> tuple[Gains, list[float]]:
    """The gains of ``restorers`` at each of the ``strengths`` of ``degradation``, and those strengths.

    Methods that must be told what it cannot tell are left out.

    Raises:
        RestorersError: ``degradation`` has no strength.
    """
    rows = strengths(degradation)
    parameter = varied(degradation)[1]
    seen = degrade(truth, degradation, seed)
    usable = [restorer for restorer in restorers if not restorer.missing_knowledge(seen)]
    return Gains(truth, rows, usable, seed), [float(getattr(varied(row)[0], parameter.name)) for row in rows]
