"""What restorers that are told the factor of a reduction share."""

from __future__ import annotations

import numpy as np

from restorers.degradations.base import Observation
from restorers.resize import resize


def resample(observation: Observation, method: str) -> np.ndarray:
    """Take the small photo back out of ``observation`` and enlarge it with ``method``.

    Reducing alone would blur a second time. So the small photo s is the one that, enlarged by U and reduced again, gives what
    the observation y gives: D U s = D y, with U and D bicubic, D antialiased. Both work on one axis at a time, and so does
    the solution.

    Args:
        observation: with ``scale``; each side of the small photo is 1/``scale`` of the photo's, rounded, at least 1.
        method: for the enlargement, see ``restorers.resize``.
    """
    height, width = observation.photo.shape[:2]
    rows, columns = (max(1, round(n / observation.scale)) for n in (height, width))
    small = resize(observation.photo, rows, columns)
    small = np.tensordot(_undo(rows, height), small, 1)
    small = np.tensordot(_undo(columns, width), small, (1, 1)).swapaxes(0, 1)
    return np.clip(resize(np.ascontiguousarray(np.clip(small, 0, 1)), height, width, method), 0, 1)


def _undo(small: int, large: int) -> np.ndarray:
    """The inverse of D U for one axis, (small, small)."""
    return np.linalg.inv(resize(resize(np.eye(small, dtype=np.float32), large, small), small, small))
