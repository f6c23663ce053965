from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from restorers.degradations.gaussian_noise import GaussianNoise
from restorers.params import param
from restorers.text import Text
from restorers.training.recipes._crops import BATCH, RATE, CropRecipe


@dataclass(frozen=True)
class DenoiseYourPhoto(CropRecipe):
    """A small U-Net learns to take Gaussian noise of one strength out of one photo, from crops of that photo alone.

    x̂ = f(x + n), n ~ N(0, (σ/255)²), clipped and drawn anew for each crop. Mean absolute error, Adam.
    """

    title: ClassVar[Text] = Text("Denoise your own photo", "给自己的照片降噪")
    help: ClassVar[Text] = Text(
        "Grain is put on pieces of your photo, and a small network learns to take it off again. It has seen no other photo.",
        "在你照片的小块上加颗粒，让一个小网络学会把它去掉。它没见过别的照片。",
    )
    suits: ClassVar[frozenset[str]] = frozenset({"gaussian_noise", "noise"})
    order: ClassVar[int] = 1

    sigma: float = param(
        25.0,
        low=1,
        high=100,
        step=1,
        unit="/255",
        label=Text("Noise σ", "噪声 σ"),
        help=Text("Trained at this one strength; afterwards it is tried at all.", "只用这一种强度训练；之后会用各种强度检验。"),
    )
    rate: float = RATE
    batch: int = BATCH

    @property
    def trained_on(self) -> Text:
        return Text(f"Gaussian noise, σ {self.sigma:g} of 255, on crops of 64×64", f"高斯噪声，σ {self.sigma:g}（255 灰阶），64×64 裁剪块")

    @property
    def degradation(self) -> GaussianNoise:
        return GaussianNoise(sigma=self.sigma)
