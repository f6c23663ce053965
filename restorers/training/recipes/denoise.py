from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.degradations.base import Degradation
from restorers.degradations.camera_noise import CameraNoise
from restorers.degradations.gaussian_noise import GaussianNoise
from restorers.degradations.grain import Grain
from restorers.params import param
from restorers.text import Text
from restorers.training.losses import root_mean_squared_error
from restorers.training.recipes._restoration import RestorationRecipe, log_uniform

REMAINS = 0.56  # the error that remains grows with the noise to this power: 33.4 dB at σ 15, 27.5 dB at σ 50
FAINT = 2 / 255  # noise below which a crop counts no more than this one


@dataclass(frozen=True)
class Denoise(RestorationRecipe):
    """Blind colour denoising: Gaussian noise of unknown strength, σ drawn evenly from 0 to ``sigma_max``.

    In a share ``grainy`` of the crops the noise of neighbouring pixels and of the three channels is alike, with σ up to half of
    that; in a share ``camera`` it is drawn on a sensor and interpolated, ISO 100 to 12,800. So it is in what cameras write, and a
    network that has seen only white noise leaves it as it is.

    Fewer crops than elsewhere are shown in other colours (a quarter) and reduced (a fifth): most photos are pale, and softer at their own
    size than reduced.

    The loss is √MSE / s^0.56 of each crop, s the root mean square of the noise that it has got, 2/255 at least: every strength weighs
    about the same, and an even crop less than with ``psnr_shortfall`` beside one full of edges.

    Reference: Zhang et al., "Beyond a Gaussian Denoiser", IEEE TIP 2017 (blind training, DnCNN-B).
    """

    title: ClassVar[Text] = Text("Denoise (U-Net)", "降噪（U-Net）")
    help: ClassVar[Text] = Text(
        "Our own network for noise of any strength.",
        "我们自己的网络，适用于任意强度的噪声。",
    )
    suits: ClassVar[frozenset[str]] = frozenset({"noise", "gaussian_noise"})
    reference: ClassVar[str] = "Zhang et al., IEEE TIP 26(7), 2017"
    order: ClassVar[int] = 10

    recoloured: ClassVar[float] = 0.25
    shrunk: ClassVar[float] = 0.2

    sigma_max: float = param(
        60.0,
        low=1,
        high=100,
        step=1,
        unit="/255",
        label=Text("Strongest noise", "最强噪声"),
        help=Text("σ is drawn from 0 to this.", "σ 从 0 到此值之间抽取。"),
    )

    grainy: float = param(
        0.15, low=0, high=1, step=0.05, label=Text("Grain", "颗粒"),
        help=Text("Share of the crops whose noise is coarse.", "噪声较粗的裁剪块比例。"),
    )  # fmt: skip

    camera: float = param(
        0.15, low=0, high=1, step=0.05, label=Text("Camera noise", "相机噪声"),
        help=Text("Share of the crops with the noise of a camera; at most what grain leaves.", "带相机噪声的裁剪块比例；最多为颗粒之外的部分。"),
    )  # fmt: skip

    @property
    def trained_on(self) -> Text:
        return Text(
            f"Gaussian noise, σ 0–{self.sigma_max:g} of 255; grain of 0–1.2 px, mostly gray, σ 0–{self.sigma_max / 2:g} ({100 * self.grainy:g} %); camera noise, ISO 100–12,800 ({100 * self.camera:g} %); half of it clipped and rounded to 8 bits",
            f"高斯噪声，σ 0–{self.sigma_max:g}（255 灰阶）；0–1.2 像素、多为灰色的颗粒，σ 0–{self.sigma_max / 2:g}（占 {100 * self.grainy:g}%）；相机噪声，ISO 100–12,800（占 {100 * self.camera:g}%）；其中一半截断并取整为 8 位",
        )

    @property
    def loss(self):
        return root_mean_squared_error

    def weight(self, seen: np.ndarray, target: np.ndarray) -> float:
        return max(float(np.sqrt(np.mean((seen - target) ** 2))), FAINT) ** -REMAINS

    def draw(self, rng: np.random.Generator) -> Degradation:
        kind = rng.random()
        if kind < self.grainy:
            return Grain(sigma=rng.uniform(0, self.sigma_max / 2), size=rng.uniform(0, 1.2), colour=rng.random() ** 2)
        if kind < self.grainy + self.camera:
            return CameraNoise(iso=log_uniform(rng, 100, 12800), read_noise=rng.uniform(0, 4))
        return GaussianNoise(sigma=rng.uniform(0, self.sigma_max), clip=False)
