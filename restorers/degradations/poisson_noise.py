from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.degradations.base import Degradation, Observation
from restorers.params import param
from restorers.text import Text


@dataclass(frozen=True)
class PoissonNoise(Degradation):
    """Photon noise: y = min(k / peak, 1), k ~ Poisson(peak · x), drawn for each pixel and channel.

    A pixel of brightness x keeps that brightness on average, with variance x / peak: bright parts are the noisiest in
    numbers, dark parts to the eye. ``noise_sigma`` stays unknown, for it differs from pixel to pixel.

    Reference: Hasinoff, "Photon, Poisson noise", Computer Vision: A Reference Guide, Springer 2014.
    """

    family: ClassVar[str] = "noise"
    title: ClassVar[Text] = Text("Poisson noise", "泊松噪声")
    help: ClassVar[Text] = Text(
        "Grain from counting few photons: stronger where the photo is brighter.", "光子太少造成的颗粒：越亮的地方噪声越强。"
    )
    reference: ClassVar[str] = "Hasinoff, Computer Vision: A Reference Guide, 2014"
    order: ClassVar[int] = 11

    peak: float = param(
        30.0, low=1, high=500, step=1, unit="photons", label=Text("Photons at white", "白色处的光子数"),
        help=Text("How many photons a white pixel counts on average; fewer means more noise.", "白色像素平均接收的光子数；越少噪声越强。"),
    )  # fmt: skip

    def apply(self, photo: np.ndarray, rng: np.random.Generator) -> Observation:
        # unclipped noise earlier in a chain may have left values below 0, where no Poisson distribution exists
        photons = rng.poisson(np.maximum(photo, 0) * self.peak)
        return Observation(np.minimum(photons / self.peak, 1).astype(np.float32))
