from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from restorers.models.unet import UNet
from restorers.text import Text
from restorers.training.recipes.denoise import Denoise


@dataclass(frozen=True)
class DenoiseFast(Denoise):
    """As ``denoise``, with half the channels everywhere: a quarter of the arithmetic.

    Reference: Zhang et al., "Beyond a Gaussian Denoiser", IEEE TIP 2017 (blind training, DnCNN-B).
    """

    title: ClassVar[Text] = Text("Denoise, fast (small U-Net)", "快速降噪（小型 U-Net）")
    help: ClassVar[Text] = Text(
        "The same as Denoise with a quarter of the arithmetic, for large photos and slow machines.",
        "与“降噪”相同，但计算量只有四分之一，适合大照片和较慢的机器。",
    )
    order: ClassVar[int] = 10

    @property
    def architecture(self) -> UNet:
        return UNet(width1=32, width2=64, width3=96, leaky=True)
