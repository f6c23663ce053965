"""What the inpainting methods of OpenCV share."""

from __future__ import annotations

import cv2
import numpy as np

from restorers.degradations.base import Observation


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
