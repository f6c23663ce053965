from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.degradations._blur import blur
from restorers.degradations.base import Degradation, Observation
from restorers.params import param
from restorers.text import Text


@dataclass(frozen=True)
class BoxBlur(Degradation):
    """Mean over a square of ``size`` × ``size`` pixels around each pixel: y = k ∗ x, k = 1 / size² inside, borders reflected.

    An even size has no middle pixel: its outermost rows and columns count half (size 4: ½ 1 1 1 ½), so that nothing is shifted.

    Reference: Gonzalez and Woods, "Digital Image Processing", 4th edition 2018, section 3.5.
    """

    family: ClassVar[str] = "blur"
    title: ClassVar[Text] = Text("Box blur", "方框模糊")
    help: ClassVar[Text] = Text("Each pixel becomes the mean of the square around it.", "每个像素变为其周围方块的平均值。")
    reference: ClassVar[str] = "Gonzalez and Woods, Digital Image Processing, 2018"
    order: ClassVar[int] = 21

    size: int = param(
        7, low=1, high=51, step=1, unit="px", label=Text("Size", "边长"),
        help=Text("Side of the square, in pixels of the photo; 1 changes nothing.", "方块的边长，以照片像素计；1 表示不变。"),
    )  # fmt: skip

    def apply(self, photo: np.ndarray, rng: np.random.Generator) -> Observation:
        side = np.ones(self.size // 2 * 2 + 1)
        if self.size % 2 == 0:
            side[[0, -1]] = 0.5
        return blur(photo, np.outer(side, side))
