from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.degradations.base import Degradation, Observation
from restorers.params import param
from restorers.text import Text


@dataclass(frozen=True)
class SaltAndPepper(Degradation):
    """Impulse noise: with probability ``amount`` a pixel turns black or white, each with half of it; else y = x.

    Whole pixels are hit, all three channels at once. Which ones is not part of the observation: unlike missing pixels,
    they have to be found.

    Reference: Gonzalez and Woods, "Digital Image Processing", 4th edition 2018, section 5.2.
    """

    family: ClassVar[str] = "noise"
    title: ClassVar[Text] = Text("Salt and pepper", "椒盐噪声")
    help: ClassVar[Text] = Text("Scattered pixels turn black or white, as from a faulty wire.", "零星像素变成纯黑或纯白，如传输出错时。")
    reference: ClassVar[str] = "Gonzalez and Woods, Digital Image Processing, 2018"
    order: ClassVar[int] = 12

    amount: float = param(
        0.05, low=0, high=1, step=0.01, label=Text("Amount", "比例"),
        help=Text("Share of the pixels that are hit; 0.05 is one in twenty.", "受影响像素所占的比例；0.05 即二十分之一。"),
    )  # fmt: skip

    def apply(self, photo: np.ndarray, rng: np.random.Generator) -> Observation:
        # one draw a pixel: a larger amount hits the same pixels and more
        draw = rng.random((*photo.shape[:2], 1))
        white = rng.random(draw.shape) < 0.5
        return Observation(np.where(draw < self.amount, white.astype(np.float32), photo))
