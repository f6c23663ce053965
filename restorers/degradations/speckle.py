from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.degradations.base import Degradation, Observation
from restorers.params import param
from restorers.text import Text


@dataclass(frozen=True)
class Speckle(Degradation):
    """Multiplicative Gaussian noise: y = x · (1 + n), n ~ N(0, sigma²), drawn for each pixel and channel, limited to [0, 1].

    Black stays black. ``noise_sigma`` stays unknown, for it grows with the brightness.

    Reference: Jain, "Fundamentals of Digital Image Processing", 1989.
    """

    family: ClassVar[str] = "noise"
    title: ClassVar[Text] = Text("Speckle", "散斑噪声")
    help: ClassVar[Text] = Text(
        "Noise in proportion to the brightness, as in radar and ultrasound.", "强度与亮度成正比的噪声，如雷达与超声图像。"
    )
    reference: ClassVar[str] = "Jain, Fundamentals of Digital Image Processing, 1989"
    order: ClassVar[int] = 13

    sigma: float = param(
        0.2, low=0, high=1, step=0.01, label=Text("Strength σ", "强度 σ"),
        help=Text("Standard deviation of the noise as a share of the brightness.", "噪声的标准差与亮度之比。"),
    )  # fmt: skip

    def apply(self, photo: np.ndarray, rng: np.random.Generator) -> Observation:
        noise = rng.standard_normal(photo.shape, dtype=np.float32) * np.float32(self.sigma)
        return Observation(np.clip(photo * (1 + noise), 0, 1))
