from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.degradations.base import Chain, Degradation
from restorers.degradations.box_blur import BoxBlur
from restorers.degradations.defocus_blur import DefocusBlur
from restorers.degradations.gaussian_blur import GaussianBlur
from restorers.degradations.gaussian_noise import GaussianNoise
from restorers.degradations.motion_blur import MotionBlur
from restorers.params import param
from restorers.text import Text
from restorers.training.losses import root_mean_squared_error
from restorers.training.recipes._restoration import RestorationRecipe


@dataclass(frozen=True)
class Deblur(RestorationRecipe):
    """Blind deblurring: y = k ∗ x + n. Of 100 crops 40 have a Gaussian k, 17 an out-of-focus disk, 8 a box, 35 straight motion.

    Reference: Schuler et al., "Learning to deblur", IEEE TPAMI 38(7), 2016 (a network for blurs it is not told).
    """

    title: ClassVar[Text] = Text("Deblur (U-Net)", "去模糊（U-Net）")
    help: ClassVar[Text] = Text(
        "Our own network for blur of unknown kind and strength; motion blur it mends least.",
        "我们自己的网络，适用于类型和强度未知的模糊；对运动模糊效果最弱。",
    )
    suits: ClassVar[frozenset[str]] = frozenset({"blur", "gaussian_blur", "box_blur", "defocus_blur", "motion_blur"})
    reference: ClassVar[str] = "Schuler et al., IEEE TPAMI 38(7), 2016"
    order: ClassVar[int] = 11
    margin: ClassVar[int] = 16

    batch: int = param(8, low=1, high=256, step=1, label=Text("Batch", "批大小"), help=Text("Crops in one step.", "每步的裁剪块数。"))
    patch: int = param(
        96, low=32, high=256, step=8, unit="px", label=Text("Crop", "裁剪边长"), help=Text("Side of a crop.", "裁剪块的边长。")
    )
    sigma_max: float = param(
        4.0, low=0.5, high=4, step=0.1, unit="px", label=Text("Strongest blur", "最强模糊"),
        help=Text("Widest Gaussian; its σ is drawn from 0.2 to this.", "最宽的高斯函数；σ 从 0.2 到此值之间抽取。"),
    )  # fmt: skip
    noise_max: float = param(
        5.0, low=0, high=50, step=1, unit="/255", label=Text("Strongest noise", "最强噪声"),
        help=Text("σ of the noise is drawn from 0 to this.", "噪声的 σ 从 0 到此值之间抽取。"),
    )  # fmt: skip

    @property
    def trained_on(self) -> Text:
        return Text(
            f"Gaussian blur σ 0.2–{self.sigma_max:g} px (40 %), motion 1–21 px (35 %), defocus radius 0.5–5 px, box 2–11 px; Gaussian noise σ 0–{self.noise_max:g} of 255 after it",
            f"高斯模糊 σ 0.2–{self.sigma_max:g} 像素（40%）、运动 1–21 像素（35%）、失焦半径 0.5–5 像素、方框 2–11 像素；之后加高斯噪声 σ 0–{self.noise_max:g}（255 灰阶）",
        )

    @property
    def loss(self):
        return root_mean_squared_error

    def draw(self, rng: np.random.Generator) -> Chain:
        return Chain((self.draw_blur(rng), GaussianNoise(sigma=rng.uniform(0, self.noise_max), clip=False)))

    def draw_blur(self, rng: np.random.Generator) -> Degradation:
        """The blur alone."""
        kind = rng.random()
        if kind < 0.4:
            return GaussianBlur(sigma=rng.uniform(0.2, self.sigma_max))
        if kind < 0.57:
            return DefocusBlur(radius=rng.uniform(0.5, 5))
        if kind < 0.65:
            return BoxBlur(size=rng.integers(2, 12))
        return MotionBlur(length=rng.uniform(1, 21), angle=rng.uniform(0, 180))
