"""What restorers that are told the factor of a reduction share."""

from __future__ import annotations

import numpy as np

from restorers.degradations.base import Observation
from restorers.resize import interpolation, resize


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
    small = _undo(small, height)
    small = _undo(small.swapaxes(0, 1), width).swapaxes(0, 1)
    return np.clip(resize(np.ascontiguousarray(np.clip(small, 0, 1)), height, width, method), 0, 1)


def _undo(small: np.ndarray, large: int) -> np.ndarray:
    """The solution s of D U s = ``small`` along its rows, which D has reduced from ``large`` ones; float32."""
    from scipy.sparse.linalg import splu

    length = small.shape[0]
    # each small pixel depends on its neighbours alone: the factors are as sparse as the matrix
    both = interpolation(large, length, "bicubic").astype(np.float64) @ interpolation(length, large, "bicubic").astype(np.float64)
    return splu(both.tocsc()).solve(small.reshape(length, -1).astype(np.float64)).astype(np.float32).reshape(small.shape)
