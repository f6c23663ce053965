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
class GammaCorrection(Classical):
    """Brighten the dark: x̂ = y^(1 / ``gamma``). Black and white stay; noise in the dark grows with the light.

    Reference: Gonzalez and Woods, "Digital Image Processing", 4th edition 2018, section 3.2.
    """

    title: ClassVar[Text] = Text("Gamma correction", "伽马校正")
    help: ClassVar[Text] = Text("Brightens the dark parts most. Black and white stay.", "暗部提亮最多，黑白两端不变。")
    suits: ClassVar[frozenset[str]] = frozenset({"low_light"})
    context: ClassVar[int | None] = 0
    reference: ClassVar[str] = "Gonzalez and Woods, Digital Image Processing, 2018"
    order: ClassVar[int] = 60

    gamma: float = param(
        2.5, low=0.2, high=5, step=0.1, label=Text("Gamma γ", "伽马 γ"),
        help=Text("Above 1 brightens, below 1 darkens.", "大于 1 变亮，小于 1 变暗。"),
    )  # fmt: skip

    def restore(self, observation: Observation) -> np.ndarray:
        return np.clip(cv2.pow(np.clip(observation.photo, 0, 1), 1 / self.gamma), 0, 1)
