"""What the inpainting methods of OpenCV share."""

from __future__ import annotations

import cv2
import numpy as np

from restorers.degradations.base import Observation

FARTHEST = 64  # pixels; wider gaps are filled in the whole photo, for in a tile they might have no border


def gap_reach(mask: np.ndarray, radius: int) -> int | None:
    """How far, in pixels, one pixel can influence the filling of ``mask``: as far as the middle of the widest gap is from its border, and ``radius``.

    None for the whole photo, where that is more than ``FARTHEST``.
    """
    if mask.all():
        return None
    depth = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_C, 3).max()
    return None if depth + radius > FARTHEST else int(depth) + radius


def inpaint(observation: Observation, radius: int, method: int) -> np.ndarray:
    """Fill the pixels of ``observation.mask`` with ``cv2.inpaint``.

    OpenCV fills colour photos in 8 bits: filled pixels are multiples of 1/255, known ones stay exactly as they are.

    Args:
        observation: with ``mask``. Where everything is missing, there is nothing to go by, and nothing is filled.
        radius: how far around a missing pixel known ones are looked at, in pixels.
        method: ``cv2.INPAINT_TELEA`` or ``cv2.INPAINT_NS``.
    """
    photo = np.clip(observation.photo, 0, 1)
    mask = observation.mask
    if mask.all():
        return photo
    filled = cv2.inpaint(np.rint(photo * 255).astype(np.uint8), mask.astype(np.uint8), radius, method)
    return np.where(mask[..., None], filled.astype(np.float32) / np.float32(255), photo)
