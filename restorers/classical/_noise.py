"""How strong the noise of a photo is, where nobody tells."""

from __future__ import annotations

import math

import cv2
import numpy as np


def estimate_noise(photo: np.ndarray) -> float:
    """Standard deviation of white Gaussian noise in ``photo``, in units of the photo: median |d| / 0.6745, averaged over the channels.

    d are the finest diagonal wavelet coefficients, which hold hardly anything but noise. Fine texture counts as noise too,
    so that the estimate is too high rather than too low.

    Reference: Donoho and Johnstone, "Ideal spatial adaptation by wavelet shrinkage", Biometrika 81(3), 1994.
    """
    from skimage.restoration import estimate_sigma

    # the wavelet reaches over 4 pixels: smaller photos are mirrored up to that
    rows, columns = (max(0, 4 - n) for n in photo.shape[:2])
    padded = cv2.copyMakeBorder(photo, 0, rows, 0, columns, cv2.BORDER_REFLECT)
    # without any fluctuation there is no median to take
    sigmas = [estimate_sigma(channel) if np.ptp(channel) > 0 else 0.0 for channel in np.moveaxis(padded, -1, 0)]
    # fluctuation in one direction alone leaves no diagonal coefficients
    return float(np.mean([0.0 if math.isnan(sigma) else sigma for sigma in sigmas]))
