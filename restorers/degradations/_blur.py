"""What all blurs share: one convolution, and the truth about it in the observation."""

from __future__ import annotations

import cv2
import numpy as np

from restorers.degradations.base import Observation


def blur(photo: np.ndarray, kernel: np.ndarray) -> Observation:
    """Convolve ``photo`` with ``kernel``: y[i, j] = Σ k[a, b] · x[i − a, j − b], a and b counted from the kernel's centre.

    Borders are reflected about the outermost pixel (… 2 1 | 0 | 1 2 …), again and again where the kernel is larger than the photo.

    Args:
        photo: float32 (height, width, 3), [0, 1]; not modified.
        kernel: (k, k) with k odd, non-negative; scaled here to sum 1.

    Returns:
        The observation with ``kernel`` as it was applied, float32, and a ``noise_sigma`` of 0.
    """
    kernel = (kernel / kernel.sum()).astype(np.float32)
    # filter2D correlates: flipped on both axes, a correlation is a convolution
    blurred = cv2.filter2D(photo, -1, cv2.flip(kernel, -1), borderType=cv2.BORDER_REFLECT_101)
    # large kernels are applied by Fourier transform, whose rounding may leave [0, 1] by 1e-7
    return Observation(np.clip(blurred, 0, 1), kernel=kernel, noise_sigma=0.0)


def grid(radius: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows y and columns x of a kernel of size 2·radius + 1, counted from its centre."""
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1].astype(np.float64)
    return y, x
