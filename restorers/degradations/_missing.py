"""What all degradations with missing pixels share: the value put in their place, and strokes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from restorers.degradations.base import Observation

# Middle gray. Black and white are frequent in photos, exactly this gray in all three channels is not; and it survives 8 bits.
FILL = np.float32(128 / 255)


def remove(photo: np.ndarray, mask: np.ndarray) -> Observation:
    """The observation y = FILL where ``mask`` (bool (height, width)) is True, y = x elsewhere."""
    return Observation(np.where(mask[..., None], FILL, photo), mask=mask)


def draw(canvas: np.ndarray, points: np.ndarray, width: float) -> None:
    """Draw a stroke through ``points`` (n, 2), x and y in pixels, into ``canvas`` (uint8, modified): all pixels within ``width``/2 of it.

    ``width`` is at least 1. (OpenCV's own lines are wider than asked, by up to two pixels.)
    """
    reach = max(width, 1) / 2
    last = np.array(canvas.shape[::-1]) - 1
    for start, end in pairwise(points):
        left, top = np.clip(np.floor(np.minimum(start, end) - reach), 0, last).astype(int)
        right, bottom = np.clip(np.ceil(np.maximum(start, end) + reach), 0, last).astype(int)
        x, y = np.arange(left, right + 1) - start[0], np.arange(top, bottom + 1)[:, None] - start[1]
        dx, dy = end - start
        along = np.clip((x * dx + y * dy) / max(dx**2 + dy**2, 1e-12), 0, 1)
        canvas[top : bottom + 1, left : right + 1][(x - along * dx) ** 2 + (y - along * dy) ** 2 <= reach**2] = 1
