from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.degradations._blur import blur, grid
from restorers.degradations.base import Degradation, Observation
from restorers.params import param
from restorers.text import Text


@dataclass(frozen=True)
class MotionBlur(Degradation):
    """Straight, even motion: y = k ∗ x, k an antialiased line of ``length`` pixels at ``angle`` degrees, borders reflected.

    k[a, b] ∝ max(0, 1 − d), where d is the distance of the pixel (a, b) from the straight segment of length (length − 1)
    about the kernel's centre. Angles run anticlockwise: 0° is horizontal, 45° rises to the right. Length 1 changes nothing.

    Reference: the kernel of MATLAB's ``fspecial("motion")``.
    """

    family: ClassVar[str] = "blur"
    title: ClassVar[Text] = Text("Motion blur", "运动模糊")
    help: ClassVar[Text] = Text("Smeared along a straight line, as when the camera moves.", "沿直线拖影，如拍摄时相机移动。")
    reference: ClassVar[str] = 'MATLAB fspecial("motion")'
    order: ClassVar[int] = 22

    length: float = param(
        15.0, low=1, high=61, step=1, unit="px", label=Text("Length", "长度"),
        help=Text("How far the photo moved, in pixels.", "画面移动的距离，以像素计。"),
    )  # fmt: skip
    angle: float = param(
        30.0, low=0, high=180, step=1, unit="°", label=Text("Angle", "角度"),
        help=Text("0 is horizontal, 90 vertical; 45 rises to the right.", "0 为水平，90 为垂直；45 向右上方。"),
    )  # fmt: skip

    def apply(self, photo: np.ndarray, rng: np.random.Generator) -> Observation:
        half, turn = (self.length - 1) / 2, math.radians(self.angle)
        y, x = grid(math.ceil(half))
        # rows count downwards, angles upwards
        along, across = x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)
        distance = np.hypot(across, np.maximum(np.abs(along) - half, 0))
        return blur(photo, np.maximum(1 - distance, 0))
