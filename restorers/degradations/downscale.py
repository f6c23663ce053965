from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.degradations.base import Degradation, Observation
from restorers.params import param
from restorers.resize import resize
from restorers.text import Text


@dataclass(frozen=True)
class Downscale(Degradation):
    """Fewer pixels: the photo is reduced to 1/``factor`` of each side and enlarged back to its own size: y = U(D(x)).

    D and U use the same ``method``; see ``restorers.resize``. ``bicubic`` is antialiased, the input of the published
    super-resolution scores (without their rounding to 8 bit). ``area`` with factor 2.5 is tutorial 002: to 40 % and back with
    OpenCV's ``INTER_AREA``. ``nearest`` keeps every factor-th pixel and repeats it. The small sides are rounded to whole
    pixels, at least 1; the small photo and the result are limited to [0, 1].

    Reference: Keys, IEEE TASSP 29(6), 1981 (bicubic); tutorial 002 (area).
    """

    family: ClassVar[str] = "resolution"
    title: ClassVar[Text] = Text("Low resolution", "低分辨率")
    help: ClassVar[Text] = Text("Reduced to fewer pixels, then shown at the old size.", "缩小到更少的像素，再放大回原来的尺寸。")
    reference: ClassVar[str] = "Keys, IEEE TASSP 29(6), 1981"
    order: ClassVar[int] = 30

    factor: float = param(
        4.0, low=1.5, high=8, step=0.5, unit="×", label=Text("Factor", "倍数"),
        help=Text("How many times smaller each side becomes; 2.5 in the tutorial.", "每条边缩小的倍数；教程中为 2.5。"),
    )  # fmt: skip
    method: str = param(
        "bicubic", label=Text("Method", "方法"),
        choices={
            "bicubic": Text("Bicubic, antialiased", "双三次（抗锯齿）"),
            "area": Text("Area, as in the tutorial", "区域平均（如教程）"),
            "nearest": Text("Nearest pixel", "最近像素"),
        },
        help=Text("How pixels are joined and split again.", "像素合并与再展开的方式。"),
    )  # fmt: skip

    def apply(self, photo: np.ndarray, rng: np.random.Generator) -> Observation:
        height, width = photo.shape[:2]
        small = resize(photo, max(1, round(height / self.factor)), max(1, round(width / self.factor)), self.method)
        enlarged = resize(np.clip(small, 0, 1), height, width, self.method)
        return Observation(np.clip(enlarged, 0, 1), scale=self.factor)
