from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.degradations.base import Degradation, Observation
from restorers.params import param
from restorers.text import Text


@dataclass(frozen=True)
class Posterize(Degradation):
    """Few levels: y = round(x · L) / L, L = 2^bits − 1, for each channel. Black and white are among the levels.

    Reference: uniform quantisation; Gonzalez and Woods, "Digital Image Processing", 4th edition 2018, section 2.4.
    """

    family: ClassVar[str] = "coding"
    title: ClassVar[Text] = Text("Posterize", "色调分离")
    help: ClassVar[Text] = Text("Only a few levels of brightness: smooth skies turn into bands.", "只剩少数亮度等级：平滑的天空变成条带。")
    reference: ClassVar[str] = "Gonzalez and Woods, Digital Image Processing, 2018"
    order: ClassVar[int] = 51

    bits: int = param(
        3, low=1, high=7, step=1, label=Text("Bits a channel", "每通道位数"),
        help=Text("3 bits are 8 levels for each of red, green and blue.", "3 位即红、绿、蓝各有 8 个等级。"),
    )  # fmt: skip

    def apply(self, photo: np.ndarray, rng: np.random.Generator) -> Observation:
        top = np.float32(2**self.bits - 1)
        return Observation(np.rint(np.clip(photo, 0, 1) * top) / top)
