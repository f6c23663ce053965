from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.degradations.grayscale import Grayscale
from restorers.degradations.jpeg import Jpeg
from restorers.params import param
from restorers.text import Text
from restorers.training.recipes._restoration import RestorationRecipe


@dataclass(frozen=True)
class Dejpeg(RestorationRecipe):
    """Blind JPEG artefact removal: qualities from ``quality_min`` to 95, low ones most often; one crop of three is gray.

    The quality is ``quality_min`` + (95 − ``quality_min``) u² with u even in [0, 1]. Most colours are stored at half size, as
    usual; a quarter of the crops are cut off the grid of blocks.

    Reference: Zhang et al., "Beyond a Gaussian Denoiser", IEEE TIP 2017 (DnCNN-3).
    """

    title: ClassVar[Text] = Text("Remove JPEG artefacts (U-Net)", "去除 JPEG 压缩痕迹（U-Net）")
    help: ClassVar[Text] = Text("Our own network for blocks and rings of JPEG.", "我们自己的网络，适用于 JPEG 的方块与振铃。")
    suits: ClassVar[frozenset[str]] = frozenset({"jpeg"})
    reference: ClassVar[str] = "Zhang et al., IEEE TIP 26(7), 2017"
    order: ClassVar[int] = 13
    margin: ClassVar[int] = 16
    shifted: ClassVar[float] = 0.25

    quality_min: int = param(
        5, low=1, high=90, step=1, label=Text("Lowest quality", "最低质量"),
        help=Text("The quality is drawn from this to 95, low ones most often.", "质量从此值到 95 之间抽取，低质量居多。"),
    )  # fmt: skip

    @property
    def trained_on(self) -> Text:
        return Text(
            f"JPEG of quality {self.quality_min}–95, low ones most often; colours at 4:2:0 (80 %), 4:2:2 or 4:4:4; a third of the crops gray",
            f"JPEG 质量 {self.quality_min}–95，低质量居多；颜色采样 4:2:0（80%）、4:2:2 或 4:4:4；三分之一为灰度",
        )

    def draw(self, rng: np.random.Generator) -> Jpeg:
        quality = round(self.quality_min + (95 - self.quality_min) * rng.random() ** 2)
        return Jpeg(quality=quality, chroma=str(rng.choice(["4:2:0", "4:2:2", "4:4:4"], p=[0.8, 0.1, 0.1])))

    def pair(self, crop, rng):
        return super().pair(Grayscale().apply(crop, rng).photo if rng.random() < 1 / 3 else crop, rng)
