from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from restorers.classical.base import Classical
from restorers.degradations.base import Observation
from restorers.params import param
from restorers.text import Text

_BLOCK = 8
# the part of a photo that is looked at to find the quality, in pixels a side; a multiple of 16, so that blocks stay where they are
_SAMPLE = 256


@dataclass(frozen=True)
class JpegDeblock(Classical):
    """The mean of the photo compressed anew on all 64 shifts of the grid of 8 × 8 blocks, colours in full resolution.

    Each compression removes what no photo of this quality would hold, and puts the borders of its blocks elsewhere; the mean
    has none. With ``quality`` 0 the quality is found on the photo: compressing a JPEG anew with its own quality changes it
    least, any other quality changes it more. Works in 8 bits, the mean has more.

    Reference: Nosratinia, "Denoising of JPEG images by re-application of JPEG", Journal of VLSI Signal Processing 27, 2001.
    """

    title: ClassVar[Text] = Text("JPEG deblocking", "JPEG 去块")
    help: ClassVar[Text] = Text(
        "Compresses the photo again on shifted grids and averages, so that no block borders remain.",
        "在移位的网格上重新压缩并取平均，使方块边界消失。",
    )
    suits: ClassVar[frozenset[str]] = frozenset({"jpeg"})
    reference: ClassVar[str] = "Nosratinia, Journal of VLSI Signal Processing 27, 2001"
    order: ClassVar[int] = 50

    quality: int = param(
        0, low=0, high=95, step=1, label=Text("Quality", "质量"),
        help=Text("The quality the photo was saved with; 0 finds it out.", "照片保存时的质量；0 表示自动判断。"),
    )  # fmt: skip

    def restore(self, observation: Observation) -> np.ndarray:
        height, width = observation.photo.shape[:2]
        levels = np.rint(np.clip(observation.photo, 0, 1) * 255).astype(np.uint8)[..., ::-1]
        quality = self.quality or _find_quality(levels)
        padded = cv2.copyMakeBorder(np.ascontiguousarray(levels), *[_BLOCK] * 4, cv2.BORDER_REFLECT)
        total = np.zeros((height, width, 3), np.uint16)
        for row in range(_BLOCK):
            for column in range(_BLOCK):
                again = _compress(padded[row:, column:], quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444)
                total += again[_BLOCK - row :, _BLOCK - column :][:height, :width]
        return total[..., ::-1].astype(np.float32) / np.float32(255 * _BLOCK**2)


def _compress(levels: np.ndarray, quality: int, sampling: int) -> np.ndarray:
    settings = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling]
    return cv2.imdecode(cv2.imencode(".jpg", levels, settings)[1], cv2.IMREAD_COLOR)


def _find_quality(levels: np.ndarray) -> int:
    """The quality 1…95 at which a compression changes ``levels`` (uint8 BGR) least; high for a photo that is no JPEG."""
    top, left = (max(0, (n - _SAMPLE) // 2) // 16 * 16 for n in levels.shape[:2])
    sample = np.ascontiguousarray(levels[top : top + _SAMPLE, left : left + _SAMPLE])

    def change(quality: int, sampling: int) -> float:
        return float(cv2.norm(_compress(sample, quality, sampling), sample, cv2.NORM_L2))

    samplings = (cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444)
    return min(range(95, 0, -1), key=lambda quality: min(change(quality, sampling) for sampling in samplings))
