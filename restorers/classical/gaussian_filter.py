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
class GaussianFilter(Classical):
    """Convolution with a Gaussian of standard deviation ``sigma``, cut at 4 σ: the naive way to smooth. Noise and detail go together.

    Reference: OpenCV's ``GaussianBlur``.
    """

    title: ClassVar[Text] = Text("Gaussian filter", "高斯滤波")
    help: ClassVar[Text] = Text(
        "The simplest smoothing: averages each pixel with its neighbours. Noise and detail vanish together.",
        "最简单的平滑：与邻近像素取平均。噪声和细节一起消失。",
    )
    suits: ClassVar[frozenset[str]] = frozenset({"noise"})
    context: ClassVar[int | None] = 20
    reference: ClassVar[str] = "OpenCV, GaussianBlur"
    order: ClassVar[int] = 16

    sigma: float = param(
        1.0, low=0.3, high=5, step=0.1, unit="px", label=Text("Width σ", "宽度 σ"),
        help=Text("How far the average reaches: its standard deviation in pixels.", "平均的范围：高斯函数的标准差，以像素计。"),
    )  # fmt: skip

    def restore(self, observation: Observation) -> np.ndarray:
        return np.clip(cv2.GaussianBlur(observation.photo, (0, 0), self.sigma, borderType=cv2.BORDER_REFLECT_101), 0, 1)
