from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from restorers.classical.base import Classical
from restorers.degradations.base import Observation
from restorers.params import param
from restorers.text import Text


@dataclass(frozen=True)
class MedianFilter(Classical):
    """The median of the window of (2·``radius`` + 1)² pixels around each pixel, for each channel. Borders repeat the outermost pixel.

    Reference: Tukey, "Exploratory Data Analysis", 1977; OpenCV up to 5 × 5, SciPy above.
    """

    title: ClassVar[Text] = Text("Median filter", "中值滤波")
    help: ClassVar[Text] = Text(
        "Replaces each pixel by the middle value around it. Lone wrong pixels vanish, edges stay.",
        "用周围像素的中间值替换每个像素。孤立的坏点消失，边缘保留。",
    )
    suits: ClassVar[frozenset[str]] = frozenset({"noise"})
    context: ClassVar[int | None] = 4
    reference: ClassVar[str] = "Tukey, Exploratory Data Analysis, 1977"
    order: ClassVar[int] = 15

    radius: int = param(
        1, low=1, high=4, step=1, unit="px", label=Text("Radius", "半径"),
        help=Text("Pixels looked at on each side; 1 is a window of 3 × 3.", "每侧考察的像素数；1 即 3 × 3 窗口。"),
    )  # fmt: skip

    def restore(self, observation: Observation) -> np.ndarray:
        photo = np.clip(observation.photo, 0, 1)
        size = 2 * self.radius + 1
        # OpenCV filters float photos in windows of 3 × 3 and 5 × 5 only
        if size <= 5:
            return cv2.medianBlur(photo, size)
        from scipy.ndimage import median_filter

        return median_filter(photo, (size, size, 1), mode="nearest")
