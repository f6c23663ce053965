from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from restorers.classical.base import Classical
from restorers.degradations.base import Observation
from restorers.params import param
from restorers.text import Text

# impulses looked at together: bounds the memory
_BATCH = 16384


@dataclass(frozen=True)
class AdaptiveMedian(Classical):
    """Replace only what looks like an impulse: a pixel black in all three channels (≤ 0), or white in all three (≥ 1).

    Unless most pixels of the largest window around it are the same: then it belongs to an area that is truly black or white.
    An impulse becomes the median, for each channel, of those pixels in the smallest window around it that are none; the
    window grows from 3 × 3 to (2·``radius`` + 1)². Where even the largest holds nothing else, the pixel stays. All other
    pixels stay exactly as they are.

    Reference: Esakkirajan et al., "Removal of high density salt and pepper noise through modified decision based
    unsymmetric trimmed median filter", IEEE Signal Processing Letters 18(5), 2011; here with a window that grows.
    """

    title: ClassVar[Text] = Text("Adaptive median", "自适应中值滤波")
    help: ClassVar[Text] = Text(
        "Replaces only pure black and pure white pixels, by the middle value of the good ones around them.",
        "只替换纯黑和纯白的像素，取周围正常像素的中间值。",
    )
    suits: ClassVar[frozenset[str]] = frozenset({"salt_and_pepper"})
    context: ClassVar[int | None] = 10
    reference: ClassVar[str] = "Esakkirajan et al., IEEE Signal Processing Letters 18(5), 2011"
    order: ClassVar[int] = 10

    radius: int = param(
        3, low=1, high=5, step=1, unit="px", label=Text("Largest radius", "最大半径"),
        help=Text("How far the window may grow; more where more pixels are hit.", "窗口最多可扩大到的半径；受损像素越多应越大。"),
    )  # fmt: skip

    def restore(self, observation: Observation) -> np.ndarray:
        photo = np.clip(observation.photo, 0, 1)
        impulse = _lone((photo <= 0).all(axis=2), self.radius) | _lone((photo >= 1).all(axis=2), self.radius)
        margin = ((self.radius, self.radius), (self.radius, self.radius), (0, 0))
        padded = np.pad(np.where(impulse[..., None], np.inf, photo), margin, constant_values=np.inf)
        result = photo.copy()
        rows, columns = np.nonzero(impulse)
        for radius in range(1, self.radius + 1):
            left = []
            for start in range(0, len(rows), _BATCH):
                y, x = rows[start : start + _BATCH], columns[start : start + _BATCH]
                offsets = np.mgrid[-radius : radius + 1, -radius : radius + 1].reshape(2, -1, 1) + self.radius
                # impulses are infinite: sorted behind the good pixels, which the median counts alone
                around = np.sort(padded[y + offsets[0], x + offsets[1]], axis=0)
                good = np.isfinite(around[..., 0]).sum(axis=0)
                found, pick = good > 0, np.arange(len(y))
                middle = (around[(good - 1) // 2, pick] + around[good // 2, pick]) / 2
                result[y[found], x[found]] = middle[found]
                left.append(~found)
            keep = np.concatenate(left) if left else np.zeros(0, bool)
            rows, columns = rows[keep], columns[keep]
        return result


def _lone(extreme: np.ndarray, radius: int) -> np.ndarray:
    """Where ``extreme`` (bool (height, width)) is True, and no majority of the (2·``radius`` + 1)² pixels around is."""
    share = cv2.blur(extreme.astype(np.float32), (2 * radius + 1, 2 * radius + 1), borderType=cv2.BORDER_REFLECT)
    return extreme & (share <= 0.5)
