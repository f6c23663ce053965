"""What all degradations with missing pixels share: the value put in their place, and strokes."""

from __future__ import annotations

import cv2
import numpy as np

from restorers.degradations.base import Observation

# Middle gray. Black and white are frequent in photos, exactly this gray in all three channels is not; and it survives 8 bits.
FILL = np.float32(128 / 255)

_SHIFT = 4  # OpenCV draws with whole numbers; this many of their bits are fractions of a pixel


def remove(photo: np.ndarray, mask: np.ndarray) -> Observation:
    """The observation y = FILL where ``mask`` (bool (height, width)) is True, y = x elsewhere."""
    return Observation(np.where(mask[..., None], FILL, photo), mask=mask)


def draw(canvas: np.ndarray, points: np.ndarray, width: float) -> None:
    """Draw a stroke through ``points`` (n, 2), x and y in pixels, into ``canvas`` (uint8, modified), ``width`` px wide, at least 1."""
    cv2.polylines(canvas, [np.rint(points * (1 << _SHIFT)).astype(np.int32)], False, 1, max(1, round(width)), cv2.LINE_8, _SHIFT)
