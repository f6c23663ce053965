from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.degradations.base import Degradation, Observation
from restorers.params import param
from restorers.text import Text

# depth of the bottom row, where the top row is 1: the ground before the camera is near, but not at the lens
_NEAR = 0.3


@dataclass(frozen=True)
class Haze(Degradation):
    """Atmospheric scattering: y = x · t + airlight · (1 − t), with the transmission t = (1 − amount)^d = exp(−β d).

    The true depth is not known from one photo, so a plain one is assumed: d falls evenly from 1 at the top row to 0.3 at the
    bottom row, as in a view over open land. ``amount`` is the share of the scene's light that is lost at the top.

    Reference: Narasimhan and Nayar, "Vision and the atmosphere", IJCV 48(3), 2002.
    """

    family: ClassVar[str] = "colour"
    title: ClassVar[Text] = Text("Haze", "雾霾")
    help: ClassVar[Text] = Text("Mist that grows denser towards the top of the photo.", "越靠近照片上方越浓的雾气。")
    reference: ClassVar[str] = "Narasimhan and Nayar, IJCV 48(3), 2002"
    order: ClassVar[int] = 43

    amount: float = param(
        0.7, low=0, high=0.95, step=0.05, label=Text("Amount", "浓度"),
        help=Text("Share of the light that is lost at the top of the photo.", "照片最上方损失的光线所占的比例。"),
    )  # fmt: skip
    airlight: float = param(
        0.9, low=0.5, high=1, step=0.05, label=Text("Brightness of the mist", "雾的亮度"),
        help=Text("Brightness of the mist itself: 1 is white.", "雾本身的亮度：1 为白色。"),
    )  # fmt: skip

    def apply(self, photo: np.ndarray, rng: np.random.Generator) -> Observation:
        depth = np.linspace(1, _NEAR, photo.shape[0], dtype=np.float32)[:, None, None]
        transmission = np.float32(1 - self.amount) ** depth
        return Observation(np.clip(photo * transmission + np.float32(self.airlight) * (1 - transmission), 0, 1))
