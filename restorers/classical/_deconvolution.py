"""What restorers that are told the blur kernel share: a frame around the photo, and convolution in it by Fourier transform."""

from __future__ import annotations

import cv2
import numpy as np


class Frame:
    """A periodic canvas that holds the photo and a margin as wide as the kernel.

    What lies beyond the border of a blurred photo has been mixed into it, and is not known. The canvas gives it room.

    Args:
        shape: (height, width) of the photo.
        kernel: (k, k), k odd, of sum 1.

    Attributes:
        shape: (height, width) of the canvas.
        transfer: Fourier transform of the kernel, complex64 (rows, columns, 1): y = k ∗ x is ``inverse(transfer * forward(x))``.
        inside: the place of the photo in the canvas.
        count: how many frequencies each column of such a half transform stands for, 1 or 2, float32 (columns, 1).
    """

    def __init__(self, shape: tuple[int, int], kernel: np.ndarray):
        import scipy.fft

        margin = kernel.shape[0]
        self.shape = tuple(scipy.fft.next_fast_len(n + 2 * margin, real=True) for n in shape)
        self.inside = tuple(slice(margin, margin + n) for n in shape)
        self.count = np.full((self.shape[1] // 2 + 1, 1), 2, np.float32)
        self.count[[0, -1] if self.shape[1] % 2 == 0 else 0] = 1
        canvas = np.zeros((*self.shape, 1), np.float32)
        canvas[: kernel.shape[0], : kernel.shape[1], 0] = kernel
        self.transfer = self.forward(np.roll(canvas, [-(n // 2) for n in kernel.shape], (0, 1)))

    def forward(self, canvas: np.ndarray) -> np.ndarray:
        """Half of the Fourier transform of ``canvas``, as it is real: complex64."""
        import scipy.fft

        return scipy.fft.rfft2(canvas, axes=(0, 1))

    def inverse(self, spectrum: np.ndarray) -> np.ndarray:
        """The canvas of ``spectrum``: float32."""
        import scipy.fft

        return scipy.fft.irfft2(spectrum, self.shape, axes=(0, 1))

    def mirrored(self, photo: np.ndarray) -> np.ndarray:
        """``photo`` on the canvas, mirrored into the margin."""
        top, left = (part.start for part in self.inside)
        bottom, right = (n - part.stop for n, part in zip(self.shape, self.inside, strict=True))
        return cv2.copyMakeBorder(photo, top, bottom, left, right, cv2.BORDER_REFLECT_101)

    def alone(self, photo: np.ndarray) -> np.ndarray:
        """``photo`` on the canvas, zero in the margin."""
        canvas = np.zeros((*self.shape, photo.shape[2]), np.float32)
        canvas[self.inside] = photo
        return canvas
