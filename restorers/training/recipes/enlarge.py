from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.degradations.downscale import Downscale
from restorers.params import param
from restorers.text import Text
from restorers.training.losses import luminance_weighted_error
from restorers.training.recipes._restoration import RestorationRecipe, log_uniform


@dataclass(frozen=True)
class Enlarge(RestorationRecipe):
    """Super-resolution for every factor in one: the network is given the photo already enlarged, and is not told the factor.

    Three of four crops are reduced by exactly 2, 3 or 4, the others by any factor from 1.5 to ``factor_max``; most with the
    antialiased bicubic of the published scores, some by area or by the nearest pixel. ×2 is drawn most often, for it leaves the
    smallest error: so each factor weighs the same in the loss.

    Reference: Kim et al., "Accurate image super-resolution using very deep convolutional networks", CVPR 2016 (VDSR).
    """

    title: ClassVar[Text] = Text("Enlarge (U-Net)", "放大（U-Net）")
    help: ClassVar[Text] = Text(
        "Our own network for photos with too few pixels, up to ×4.", "我们自己的网络，适用于像素不足的照片，最高 4 倍。"
    )
    suits: ClassVar[frozenset[str]] = frozenset({"resolution", "downscale"})
    reference: ClassVar[str] = "Kim et al., CVPR 2016"
    order: ClassVar[int] = 12
    margin: ClassVar[int] = 16
    shifted: ClassVar[float] = 0.25
    # 144 pixels with the margin: each of the factors 2, 3 and 4 goes into it, or the photo would be reduced by another one
    validation_crop: ClassVar[int] = 112

    batch: int = param(6, low=1, high=256, step=1, label=Text("Batch", "批大小"), help=Text("Crops in one step.", "每步的裁剪块数。"))
    patch: int = param(
        112, low=32, high=256, step=8, unit="px", label=Text("Crop", "裁剪边长"), help=Text("Side of a crop.", "裁剪块的边长。")
    )

    factor_max: float = param(
        4.0, low=2, high=8, step=0.5, unit="×", label=Text("Largest factor", "最大倍数"),
        help=Text("Factors other than 2, 3 and 4 are drawn from 1.5 to this.", "除 2、3、4 外的倍数从 1.5 到此值之间抽取。"),
    )  # fmt: skip

    @property
    def trained_on(self) -> Text:
        return Text(
            f"reduced ×1.5–{max(4, self.factor_max):g} (×2, ×3, ×4 most often) and enlarged again: antialiased bicubic 85 %, area 10 %, nearest pixel 5 %",
            f"缩小 1.5–{max(4, self.factor_max):g} 倍（多为 2、3、4 倍）后再放大：抗锯齿双三次 85%，区域平均 10%，最近像素 5%",
        )

    @property
    def loss(self):
        return luminance_weighted_error

    def draw(self, rng: np.random.Generator) -> Downscale:
        factor = rng.choice([2, 3, 4], p=[0.44, 0.31, 0.25]) if rng.random() < 0.75 else log_uniform(rng, 1.5, self.factor_max)
        return Downscale(factor=factor, method=str(rng.choice(["bicubic", "area", "nearest"], p=[0.85, 0.1, 0.05])))
