from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from restorers.degradations.base import Degradation, Observation
from restorers.text import Text


@dataclass(frozen=True)
class Grayscale(Degradation):
    """Luminance without colour: y = 0.299 R + 0.587 G + 0.114 B, in all three channels.

    Reference: ITU-R BT.601; OpenCV's ``COLOR_RGB2GRAY``.
    """

    family: ClassVar[str] = "colour"
    title: ClassVar[Text] = Text("Grayscale", "灰度")
    help: ClassVar[Text] = Text("The colours are gone, the brightness stays.", "去掉颜色，保留亮度。")
    reference: ClassVar[str] = "ITU-R BT.601"
    order: ClassVar[int] = 40

    def apply(self, photo: np.ndarray, rng: np.random.Generator) -> Observation:
        gray = cv2.cvtColor(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        # the three weights sum to 1 only up to float32 rounding
        return Observation(np.clip(gray, 0, 1))
