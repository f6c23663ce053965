from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.degradations._blur import blur, grid
from restorers.degradations.base import Degradation, Observation
from restorers.params import param
from restorers.text import Text


@dataclass(frozen=True)
class GaussianBlur(Degradation):
    """Convolution with a Gaussian: y = k ∗ x, k[a, b] ∝ exp(−(a² + b²) / (2 sigma²)), borders reflected.

    The kernel is sampled at the pixels, 25×25 up to sigma 3 (the published protocol: sigma 1.6, 25×25) and cut at 4 sigma beyond.

    Reference: Danielyan et al., "BM3D frames and variational image deblurring", IEEE TIP 21(4), 2012 (protocol).
    """

    family: ClassVar[str] = "blur"
    title: ClassVar[Text] = Text("Gaussian blur", "高斯模糊")
    help: ClassVar[Text] = Text("Soft in all directions, like a slightly unsharp lens.", "向各个方向柔化，如镜头略微不实。")
    reference: ClassVar[str] = "Danielyan et al., IEEE TIP 21(4), 2012"
    order: ClassVar[int] = 20

    sigma: float = param(
        1.6, low=0.1, high=10, step=0.1, unit="px", label=Text("Width σ", "宽度 σ"),
        help=Text("Standard deviation of the Gaussian, in pixels of the photo.", "高斯函数的标准差，以照片像素计。"),
    )  # fmt: skip

    def apply(self, photo: np.ndarray, rng: np.random.Generator) -> Observation:
        y, x = grid(max(12, math.ceil(4 * self.sigma)))
        return blur(photo, np.exp(-(x**2 + y**2) / (2 * self.sigma**2)))
