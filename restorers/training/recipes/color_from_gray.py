from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from restorers.degradations.grayscale import Grayscale
from restorers.text import Text
from restorers.training.recipes._crops import BATCH, RATE, CropRecipe


@dataclass(frozen=True)
class ColorFromGray(CropRecipe):
    """A small U-Net learns the colours of the photos it is shown, from their gray, x̂ = f(0.299 R + 0.587 G + 0.114 B).

    What has the same gray and the same texture gets the same colour: the median of what it has seen, for the loss is the mean
    absolute error. Adam.
    """

    title: ClassVar[Text] = Text("Colour from gray", "由灰度猜颜色")
    help: ClassVar[Text] = Text(
        "The colours are taken away, and a small network learns to guess them. What it has never seen it paints brownish gray.",
        "去掉颜色，让一个小网络学着猜回来。没见过的东西，它会涂成灰褐色。",
    )
    suits: ClassVar[frozenset[str]] = frozenset({"grayscale"})
    order: ClassVar[int] = 3
    trained_on: ClassVar[Text] = Text("photos without their colours, on crops of 64×64", "去掉颜色的照片，64×64 裁剪块")

    rate: float = RATE
    batch: int = BATCH

    @property
    def degradation(self) -> Grayscale:
        return Grayscale()
