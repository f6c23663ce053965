from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from restorers.classical.base import Classical
from restorers.degradations.base import Observation
from restorers.params import param
from restorers.text import Text


@dataclass(frozen=True)
class BilateralFilter(Classical):
    """An average of neighbours that are near and alike: weights exp(−|p − q|² / 2 σ_s²) · exp(−d² / 2 σ_c²), within 2 σ_s.

    σ_s = ``sigma_space``; d is the difference of the two pixels, |ΔR| + |ΔG| + |ΔB|, as OpenCV adds it up; σ_c = ``sigma_colour`` / 255.

    Reference: Tomasi and Manduchi, "Bilateral filtering for gray and color images", ICCV 1998; OpenCV's ``bilateralFilter``.
    """

    title: ClassVar[Text] = Text("Bilateral filter", "双边滤波")
    help: ClassVar[Text] = Text(
        "Averages only neighbours of similar colour, so that edges stay sharp.", "只与颜色相近的邻近像素取平均，因此边缘保持清晰。"
    )
    suits: ClassVar[frozenset[str]] = frozenset({"gaussian_noise", "poisson_noise", "speckle", "coding"})
    context: ClassVar[int | None] = 10
    reference: ClassVar[str] = "Tomasi and Manduchi, ICCV 1998"
    order: ClassVar[int] = 13

    sigma_colour: float = param(
        75.0, low=5, high=255, step=5, unit="/255", label=Text("Colour range σ", "颜色范围 σ"),
        help=Text("How different two colours may be and still be averaged, in gray levels.", "两种颜色相差多少仍可平均，以灰阶计。"),
    )  # fmt: skip
    sigma_space: float = param(
        2.0, low=0.5, high=5, step=0.5, unit="px", label=Text("Reach σ", "空间范围 σ"),
        help=Text("How far neighbours may be: the standard deviation in pixels.", "邻近像素可以有多远：标准差，以像素计。"),
    )  # fmt: skip

    def restore(self, observation: Observation) -> np.ndarray:
        diameter = 2 * math.ceil(2 * self.sigma_space) + 1
        smooth = cv2.bilateralFilter(observation.photo, diameter, self.sigma_colour / 255, self.sigma_space)
        return np.clip(smooth, 0, 1)
