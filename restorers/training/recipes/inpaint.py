from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from restorers.degradations.base import Degradation
from restorers.degradations.missing_pixels import MissingPixels
from restorers.degradations.painted_mask import PaintedMask
from restorers.degradations.scratches import Scratches
from restorers.models.unet import UNet
from restorers.params import param
from restorers.text import Text
from restorers.training.losses import root_mean_squared_error
from restorers.training.recipes._restoration import RestorationRecipe, log_uniform

LITTLE = 0.005  # share of missing pixels below which a crop counts no more than this one


@dataclass(frozen=True)
class Inpaint(RestorationRecipe):
    """Inpainting, told the mask: single pixels (a fifth of the crops), scratches (seven tenths), broad strokes and letters.

    It is given the guess of ``navier_stokes`` and mends that. The loss is the root of the squared error over the missing pixels alone,
    √(∑ m (x̂ − x)² / ∑ m): over the whole crop a scratch, which covers little of it, would hardly be seen.
    As for ``denoise``, a quarter of the crops are shown in other colours and a fifth reduced.

    Reference: Liu et al., "Image inpainting for irregular holes using partial convolutions", ECCV 2018 (masks of strokes).
    """

    title: ClassVar[Text] = Text("Inpaint (U-Net)", "修补（U-Net）")
    help: ClassVar[Text] = Text(
        "Our own network for missing pixels, scratches and painted parts; it is told where they are, and improves on what Navier–Stokes inpainting fills in.",
        "我们自己的网络，适用于缺失像素、划痕和涂抹处；它会被告知位置，并改进 Navier–Stokes 修补的结果。",
    )
    suits: ClassVar[frozenset[str]] = frozenset({"missing", "missing_pixels", "scratches", "painted_mask"})
    reference: ClassVar[str] = "Liu et al., ECCV 2018"
    order: ClassVar[int] = 15
    recoloured: ClassVar[float] = 0.25
    shrunk: ClassVar[float] = 0.2

    batch: int = param(8, low=1, high=256, step=1, label=Text("Batch", "批大小"), help=Text("Crops in one step.", "每步的裁剪块数。"))
    patch: int = param(
        96, low=32, high=256, step=8, unit="px", label=Text("Crop", "裁剪边长"), help=Text("Side of a crop.", "裁剪块的边长。")
    )
    share_max: float = param(
        0.9, low=0.1, high=0.95, step=0.05, label=Text("Most missing", "最多缺失"),
        help=Text("The share of missing pixels is drawn from 0.1 to this.", "缺失像素的比例从 0.1 到此值之间抽取。"),
    )  # fmt: skip

    @property
    def trained_on(self) -> Text:
        return Text(
            f"10–{100 * self.share_max:g} % of the pixels missing (a fifth of the crops), 1–32 scratches of 1–6 px (seven tenths), strokes of 5–24 px, letters",
            f"缺失 10–{100 * self.share_max:g}% 的像素（占五分之一）、1–32 条宽 1–6 像素的划痕（占十分之七）、宽 5–24 像素的涂抹、文字",
        )

    @property
    def architecture(self) -> UNet:
        return UNet(channels=4, leaky=True)

    @property
    def loss(self):
        return root_mean_squared_error

    def weight(self, seen: np.ndarray, target: np.ndarray) -> float:
        return 1 / np.sqrt(max(seen[..., 3].mean(), LITTLE))  # of the squared error of all pixels, which that of the missing ones is

    def draw(self, rng: np.random.Generator) -> Degradation:
        kind = rng.random()
        if kind < 0.2:
            return MissingPixels(share=rng.uniform(0.1, self.share_max))
        if kind < 0.9:
            return Scratches(count=round(log_uniform(rng, 1, 32)), width=log_uniform(rng, 1, 6))
        return PaintedMask(mask=(_strokes if kind < 0.95 else _letters)(self.patch, rng))


def _strokes(side: int, rng: np.random.Generator) -> np.ndarray:
    """One to three broad strokes, each a line of two to six points."""
    canvas = np.zeros((side, side), np.uint8)
    for _ in range(rng.integers(1, 4)):
        cv2.polylines(canvas, [rng.integers(0, side, (rng.integers(2, 7), 2), np.int32)], False, 1, int(rng.integers(5, 25)))
    return canvas > 0


def _letters(side: int, rng: np.random.Generator) -> np.ndarray:
    """One to four lines of letters, as of a date or a watermark."""
    canvas = np.zeros((side, side), np.uint8)
    for _ in range(rng.integers(1, 5)):
        text = "".join(map(chr, rng.integers(ord("A"), ord("z") + 1, 12)))
        x, y = rng.integers(-side // 4, side // 2), rng.integers(0, side)
        cv2.putText(canvas, text, (int(x), int(y)), int(rng.integers(8)), rng.uniform(0.4, 1.5), 1, int(rng.integers(1, 5)))
    return canvas > 0
