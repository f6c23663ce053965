"""Change the brightness of a photo and keep its colours."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np


def map_luminance(photo: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """``photo`` with its luminance Y replaced by ``change(Y)``; the colour differences R − Y and B − Y stay.

    Args:
        photo: float32 (height, width, 3); limited to [0, 1] first.
        change: maps float32 (height, width) in [0, 1] to the same shape and range.

    Returns:
        float32 (height, width, 3), limited to [0, 1].
    """
    colours = cv2.cvtColor(np.clip(photo, 0, 1), cv2.COLOR_RGB2YCrCb)
    # the three weights sum to 1 only up to float32 rounding
    colours[..., 0] = change(np.clip(colours[..., 0], 0, 1))
    return np.clip(cv2.cvtColor(colours, cv2.COLOR_YCrCb2RGB), 0, 1)
