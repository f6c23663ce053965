"""What restorers that are told the factor of a reduction share."""

from __future__ import annotations

import numpy as np

from restorers.degradations.base import Observation
from restorers.resize import resize

_STEPS = 8


def resample(observation: Observation, method: str) -> np.ndarray:
    """Take the small photo back out of ``observation`` and enlarge it with ``method``.

    The small photo s is the one whose bicubic enlargement U(s) agrees with the observation y once both are reduced by D
    (antialiased bicubic): s ← s + D(y − U(s)), 8 times from s = D(y). Reducing alone would blur it a second time.

    Args:
        observation: with ``scale``.
        method: for the enlargement, see ``restorers.resize``.

    Reference: Irani and Peleg, "Improving resolution by image registration", CVGIP 53(3), 1991 (back-projection).
    """
    photo = observation.photo
    size = photo.shape[:2]
    small_size = [max(1, round(n / observation.scale)) for n in size]
    small = resize(photo, *small_size)
    for _ in range(_STEPS):
        small = small + resize(photo - resize(small, *size), *small_size)
    return np.clip(resize(np.clip(small, 0, 1), *size, method), 0, 1)
