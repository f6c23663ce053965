from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.classical._resampling import resample
from restorers.classical.base import Classical
from restorers.degradations.base import Observation
from restorers.text import Text


@dataclass(frozen=True)
class BicubicResample(Classical):
    """The small photo, enlarged by cubic convolution: the usual opponent of every network that enlarges.

    It is told the factor, and takes the small photo back out of the observation, however that was enlarged. Where it was
    enlarged by bicubic interpolation, this is the observation itself.

    Reference: Keys, "Cubic convolution interpolation for digital image processing", IEEE TASSP 29(6), 1981.
    """

    title: ClassVar[Text] = Text("Bicubic enlargement", "双三次放大")
    help: ClassVar[Text] = Text("Enlarges the small photo with smooth cubic curves.", "用平滑的三次曲线放大小图。")
    suits: ClassVar[frozenset[str]] = frozenset({"resolution"})
    told: ClassVar[tuple[str, ...]] = ("scale",)
    reference: ClassVar[str] = "Keys, IEEE TASSP 29(6), 1981"
    order: ClassVar[int] = 30

    def restore(self, observation: Observation) -> np.ndarray:
        return resample(self.require(observation), "bicubic")
