"""How sure a diagnosing network must be that a mended JPEG is soft, before it has that mended, too: ``SOFT_AFTER_JPEG``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from restorers.degradations import Chain, Degradation, Observation, degrade
from restorers.degradations.downscale import Downscale
from restorers.degradations.gaussian_blur import GaussianBlur
from restorers.degradations.grayscale import Grayscale
from restorers.degradations.jpeg import Jpeg
from restorers.diagnosis import DAMAGES, SOFT, channel
from restorers.errors import RestorersError
from restorers.matrix import centre_crop
from restorers.metrics import psnr
from restorers.photo import list_photos, read_photo
from restorers.restore import DiagnosingNetwork, restore

SIDE = 320  # pixels; of the crops
QUALITIES = (12, 25, 50, 75)
BLURS, FACTORS = (0.8, 2.5), (1.8, 3.5)  # σ in pixels, and how many times smaller
SHARP, BLURRED, REDUCED = "sharp", "blurred", "reduced"
THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(10, 20))


@dataclass(frozen=True)
class Case:
    """One JPEG whose artefacts were mended.

    Attributes:
        kind: what the photo was before it became a JPEG: ``SHARP``, ``BLURRED`` or ``REDUCED``.
        probability: that it is soft now; 0 where that is less likely than not.
        gain: what mending the softness would add to the PSNR, in dB; 0 where nothing is likely soft.
    """

    kind: str
    probability: float
    gain: float


def measure(
    folder: Path,
    restorer: DiagnosingNetwork,
    limit: int | None = None,
    progress: Callable[[float], None] | None = None,
    skipped: Callable[[RestorersError], None] | None = None,
) -> list[Case]:
    """JPEGs of the middle of each photo, every second one gray: of it as it is, blurred, and reduced and enlarged again.

    Args:
        folder: the photos; photo i is damaged with seed i, in the order of the files' names.
        restorer: diagnoses, and knows who mends what.
        limit: only the first so many photos.
        progress: called with the fraction done.
        skipped: called with the error of each file that is passed over.
    """
    files = list_photos(folder)[:limit]
    cases: list[Case] = []
    for i, file in enumerate(files):
        try:
            truth = centre_crop(read_photo(file).photo, SIDE)
        except RestorersError as error:
            if skipped is not None:
                skipped(error)
            continue
        rng = np.random.default_rng(i)
        before: dict[str, tuple[Degradation, ...]] = {
            SHARP: (),
            BLURRED: (GaussianBlur(sigma=rng.uniform(*BLURS)),),
            REDUCED: (Downscale(factor=rng.uniform(*FACTORS)),),
        }
        if i % 2:
            truth = degrade(truth, Grayscale(), i).photo
        for j, (kind, steps) in enumerate(before.items()):
            for k, quality in enumerate(QUALITIES):
                seen = degrade(truth, Chain((*steps, Jpeg(quality=quality))), i)
                cases.append(Case(kind, *_mended(seen, truth, restorer)))
                if progress is not None:
                    progress((i + (j + (k + 1) / len(QUALITIES)) / len(before)) / len(files))
    return cases


def _mended(seen: Observation, truth: np.ndarray, restorer: DiagnosingNetwork) -> tuple[float, float]:
    """The probability and the gain of a ``Case``."""
    clean = restore(Observation(seen.photo), restorer.specialist(DAMAGES[channel("jpeg")])).photo
    diagnosis = restorer.diagnose(clean)
    for damage in diagnosis.found:
        if damage.name in SOFT:
            sharpened = restore(Observation(clean), restorer.specialist(damage)).photo
            return diagnosis.softness, psnr(sharpened, truth) - psnr(clean, truth)
    return 0.0, 0.0


def by_threshold(cases: Sequence[Case]) -> list[dict[str, float]]:
    """What mending softness adds where it needs a probability of at least ``threshold``: the mean gain of each kind, in dB.

    Returns:
        One record a threshold, with ``sharpened``: how many of the ``sharp`` ones, which need nothing, are changed.
    """
    records = []
    for threshold in THRESHOLDS:
        record: dict[str, float] = {"threshold": threshold}
        for kind in (SHARP, BLURRED, REDUCED):
            gains = [case.gain if case.probability >= threshold else 0.0 for case in cases if case.kind == kind]
            record[kind] = float(np.mean(gains)) if gains else 0.0
        record["sharpened"] = sum(case.kind == SHARP and case.probability >= threshold for case in cases)
        records.append(record)
    return records
