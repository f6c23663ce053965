from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from restorers.degradations.gaussian_blur import GaussianBlur
from restorers.params import param
from restorers.text import Text
from restorers.training.recipes._crops import BATCH, RATE, CropRecipe


@dataclass(frozen=True)
class UndoBlur(CropRecipe):
    """A small U-Net learns to undo one Gaussian blur, x̂ = f(k ∗ x), from crops. Mean absolute error, Adam."""

    title: ClassVar[Text] = Text("Undo a blur", "消除模糊")
    help: ClassVar[Text] = Text(
        "Pieces of the photo are blurred, and a small network learns what sharp edges look like behind the blur.",
        "把照片的小块弄模糊，让一个小网络学习模糊背后清晰的边缘是什么样子。",
    )
    suits: ClassVar[frozenset[str]] = frozenset({"gaussian_blur", "blur"})
    order: ClassVar[int] = 2

    sigma: float = param(
        1.6,
        low=0.3,
        high=5,
        step=0.1,
        unit="px",
        label=Text("Blur σ", "模糊 σ"),
        help=Text("Standard deviation of the Gaussian blur.", "高斯模糊的标准差。"),
    )
    rate: float = RATE
    batch: int = BATCH

    @property
    def trained_on(self) -> Text:
        return Text(f"Gaussian blur, σ {self.sigma:g} pixels, on crops of 64×64", f"高斯模糊，σ {self.sigma:g} 像素，64×64 裁剪块")

    @property
    def degradation(self) -> GaussianBlur:
        return GaussianBlur(sigma=self.sigma)
