"""Change the size of a photo, as the published benchmarks do it."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from restorers.errors import RestorersError
from restorers.text import Text

if TYPE_CHECKING:
    from scipy.sparse import csr_array

METHODS = ("bicubic", "lanczos", "area", "nearest")


def resize(photo: np.ndarray, height: int, width: int, method: str = "bicubic") -> np.ndarray:
    """Resize ``photo`` to ``height`` × ``width``.

    - ``"bicubic"``: Keys' cubic convolution with a = −0.5 and symmetric borders. Where an axis shrinks by the factor s, the
      kernel k(t) becomes k(t/s)/s, which removes what the smaller photo cannot show. This is MATLAB's ``imresize``, the
      input of every published super-resolution score; OpenCV's ``INTER_CUBIC`` (a = −0.75, never stretched) is not.
    - ``"lanczos"``: the same with the Lanczos kernel of 3 lobes.
    - ``"area"``: OpenCV's ``INTER_AREA``.
    - ``"nearest"``: the pixel whose centre is nearest (OpenCV's ``INTER_NEAREST_EXACT``).

    Args:
        photo: float32 (h, w) or (h, w, channels), any number of channels; not modified.
        height, width: the new size in pixels, at least 1.
        method: one of ``METHODS``.

    Returns:
        float32 (height, width[, channels]). Bicubic and Lanczos may overshoot the range of the input; nothing is clipped.

    Raises:
        RestorersError: for another method, or where either size is below 1.

    Reference: Keys, "Cubic convolution interpolation for digital image processing", IEEE TASSP 29(6), 1981.
    """
    if method not in METHODS:
        names = ", ".join(METHODS)
        raise RestorersError(
            Text(f"method must be one of: {names}. Received: {method!r}.", f"method 必须是以下之一：{names}。收到：{method!r}。")
        )
    sizes = f"{photo.shape[1]} × {photo.shape[0]} → {width} × {height}"
    if min(height, width, *photo.shape[:2]) < 1:
        raise RestorersError(Text(f"A photo has at least 1 × 1 pixel. Received: {sizes}.", f"照片至少有 1 × 1 像素。收到：{sizes}。"))
    if photo.shape[:2] == (height, width):
        return photo.copy()
    if method in _KERNELS:
        return _along_columns(_along_rows(photo, height, method), width, method)
    flag = cv2.INTER_AREA if method == "area" else cv2.INTER_NEAREST_EXACT
    return cv2.resize(photo, (width, height), interpolation=flag).reshape(height, width, *photo.shape[2:])


def _cubic(t: np.ndarray) -> np.ndarray:
    t = np.abs(t)
    near, far = 1.5 * t**3 - 2.5 * t**2 + 1, -0.5 * t**3 + 2.5 * t**2 - 4 * t + 2
    return np.where(t <= 1, near, np.where(t < 2, far, 0))


def _lanczos(t: np.ndarray) -> np.ndarray:
    return np.where(np.abs(t) < 3, np.sinc(t) * np.sinc(t / 3), 0)


# each with its support: where it ends on either side
_KERNELS: dict[str, tuple[Callable[[np.ndarray], np.ndarray], int]] = {"bicubic": (_cubic, 2), "lanczos": (_lanczos, 3)}


@lru_cache(maxsize=32)
def interpolation(old: int, new: int, method: str) -> csr_array:
    """The interpolation of ``old`` samples to ``new`` ones, new × old.

    Sparse, for a sample is the sum of a few; and a dense product waits for the threads of NumPy's BLAS, which takes up to twenty times as long
    where something else keeps the cores busy.
    """
    from scipy.sparse import csr_array

    kernel, support = _KERNELS[method]
    stretch = max(1.0, old / new)
    # pixel i covers [i, i + 1], so that both grids share their outer edges
    centre = (np.arange(new) + 0.5) * (old / new) - 0.5
    taps = np.floor(centre - support * stretch).astype(int)[:, None] + np.arange(math.ceil(2 * support * stretch) + 2)
    weights = kernel((centre[:, None] - taps) / stretch)
    weights /= weights.sum(axis=1, keepdims=True)
    # symmetric border: … 1 0 | 0 1 2 … n−1 | n−1 n−2 …
    taps %= 2 * old
    taps = np.minimum(taps, 2 * old - 1 - taps)
    rows = np.repeat(np.arange(new), taps.shape[1])
    matrix = csr_array((weights.ravel(), (rows, taps.ravel())), shape=(new, old))  # adds up what falls on the same tap
    matrix.eliminate_zeros()
    return matrix.astype(np.float32)


def _along_rows(photo: np.ndarray, new: int, method: str) -> np.ndarray:
    if photo.shape[0] == new:
        return photo
    return (interpolation(photo.shape[0], new, method) @ photo.reshape(photo.shape[0], -1)).reshape(new, *photo.shape[1:])


def _along_columns(photo: np.ndarray, new: int, method: str) -> np.ndarray:
    turned = np.ascontiguousarray(photo.swapaxes(0, 1))
    return np.ascontiguousarray(_along_rows(turned, new, method).swapaxes(0, 1))
