from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.classical.base import Classical
from restorers.degradations.base import Observation
from restorers.params import param
from restorers.text import Text


@dataclass(frozen=True)
class ContrastStretch(Classical):
    """The darkest value becomes 0, the brightest 1: x̂ = (y − a) / (b − a), a and b the ``cut`` and 100 − ``cut`` percentiles.

    With ``each_channel`` red, green and blue are stretched alone, which takes a colour cast away as well. A channel of one
    value stays as it is.

    Reference: Gonzalez and Woods, "Digital Image Processing", 4th edition 2018, section 3.2.
    """

    title: ClassVar[Text] = Text("Contrast stretch", "对比度拉伸")
    help: ClassVar[Text] = Text(
        "Pulls the darkest parts to black and the brightest to white; takes away a colour cast.",
        "把最暗处拉到黑、最亮处拉到白，并去除偏色。",
    )
    suits: ClassVar[frozenset[str]] = frozenset({"fade", "haze", "low_light"})
    reference: ClassVar[str] = "Gonzalez and Woods, Digital Image Processing, 2018"
    order: ClassVar[int] = 61

    cut: float = param(
        0.1, low=0, high=5, step=0.1, unit="%", label=Text("Cut", "截去"),
        help=Text("Share of the pixels that may turn fully black, and fully white.", "允许变成纯黑和纯白的像素各占的比例。"),
    )  # fmt: skip
    each_channel: bool = param(
        True, label=Text("Each colour alone", "各颜色单独处理"),
        help=Text("On takes a colour cast away; off keeps the colours.", "开启可去除偏色；关闭则保持颜色。"),
    )  # fmt: skip

    def restore(self, observation: Observation) -> np.ndarray:
        photo = observation.photo
        low, high = np.percentile(photo, [self.cut, 100 - self.cut], axis=(0, 1) if self.each_channel else None)
        flat = high - low < 1e-6
        low, span = np.where(flat, 0, low), np.where(flat, 1, high - low)
        return np.clip((photo - low) / span, 0, 1).astype(np.float32)
