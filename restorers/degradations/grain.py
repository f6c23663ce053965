from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from restorers.degradations.base import Degradation, Observation
from restorers.params import param
from restorers.text import Text


@dataclass(frozen=True)
class Grain(Degradation):
    """Noise whose neighbouring pixels are alike: y = x + sigma/255 · g, limited to [0, 1].

    g is white Gaussian noise, blurred by a Gaussian of ``size`` pixels and brought back to a standard deviation of 1. A share
    ``colour`` of its variance is drawn for each channel, the rest is one gray pattern for all. So looks film, and what a camera
    writes after it has interpolated and smoothed the noise of its sensor; a denoiser that knows only white noise takes it for
    detail. ``noise_sigma`` stays unknown, for the noise is not white.

    Reference: Newson et al., "A stochastic film grain model for resolution-independent rendering", Computer Graphics Forum
    36(8), 2017 (what grain is; this is its Gaussian approximation).
    """

    family: ClassVar[str] = "noise"
    title: ClassVar[Text] = Text("Grain", "颗粒")
    help: ClassVar[Text] = Text(
        "Coarse noise, as of film or of a phone's photo in the dark: neighbouring pixels are alike.",
        "较粗的噪声，如胶片或手机夜间照片：相邻像素彼此相似。",
    )
    reference: ClassVar[str] = "Newson et al., Computer Graphics Forum 36(8), 2017"
    order: ClassVar[int] = 14

    sigma: float = param(
        15.0, low=0, high=100, step=1, unit="/255", label=Text("Strength σ", "强度 σ"),
        help=Text("Standard deviation of the noise, in gray levels of 255.", "噪声的标准差，以 255 灰阶计。"),
    )  # fmt: skip
    size: float = param(
        0.8, low=0, high=3, step=0.1, unit="px", label=Text("Size of the grains", "颗粒大小"),
        help=Text("σ of the Gaussian that joins neighbours; 0 is white noise.", "连接相邻像素的高斯函数的 σ；0 即白噪声。"),
    )  # fmt: skip
    colour: float = param(
        0.5, low=0, high=1, step=0.05, label=Text("Coloured share", "彩色比例"),
        help=Text("0 is gray grain, 1 differs in each channel.", "0 为灰色颗粒，1 则各通道互不相同。"),
    )  # fmt: skip

    def apply(self, photo: np.ndarray, rng: np.random.Generator) -> Observation:
        height, width = photo.shape[:2]
        radius = math.ceil(4 * self.size)
        grain = rng.standard_normal((height + 2 * radius, width + 2 * radius, 4), dtype=np.float32)
        if radius:
            line = cv2.getGaussianKernel(2 * radius + 1, self.size)
            grain = cv2.sepFilter2D(grain, -1, line, line) / np.float32((line**2).sum())
            grain = grain[radius:-radius, radius:-radius]
        noise = np.float32(math.sqrt(self.colour)) * grain[..., :3] + np.float32(math.sqrt(1 - self.colour)) * grain[..., 3:]
        return Observation(np.clip(photo + noise * np.float32(self.sigma / 255), 0, 1))
