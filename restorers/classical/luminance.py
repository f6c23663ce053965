from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from restorers.classical.base import Classical
from restorers.degradations.base import Observation
from restorers.text import Text


@dataclass(frozen=True)
class Luminance(Classical):
    """The luminance formula: x̂ = 0.299 R + 0.587 G + 0.114 B, in all three channels.

    It makes gray on purpose: the classical opponent of tutorial 000's network, which learns this very formula. It suits no
    degradation; of a photo that is gray already it changes nothing.

    Reference: ITU-R BT.601; OpenCV's ``COLOR_RGB2GRAY``.
    """

    title: ClassVar[Text] = Text("Luminance formula", "亮度公式")
    help: ClassVar[Text] = Text(
        "Turns colour into gray by a fixed formula: what the network of tutorial 1 tries to learn.",
        "用固定公式把彩色变为灰度：教程 1 的网络要学的正是它。",
    )
    context: ClassVar[int | None] = 0
    reference: ClassVar[str] = "ITU-R BT.601"
    order: ClassVar[int] = 70

    def restore(self, observation: Observation) -> np.ndarray:
        gray = cv2.cvtColor(np.clip(observation.photo, 0, 1), cv2.COLOR_RGB2GRAY)
        # the three weights sum to 1 only up to float32 rounding
        return np.clip(cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB), 0, 1)
