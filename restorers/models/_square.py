"""What the autoencoders on one flat vector share: a square picture and a code in the middle."""

from __future__ import annotations

from dataclasses import dataclass

from restorers.models.base import Architecture
from restorers.params import param
from restorers.text import Text


@dataclass(frozen=True)
class SquareAutoencoder(Architecture):
    """An autoencoder for pictures of ``size`` × ``size`` with ``channels`` channels and ``code`` numbers in the middle."""

    size: int = param(
        28, low=8, high=64, step=1, unit="px", label=Text("Side", "边长"), help=Text("Height and width of the picture.", "图片的高和宽。")
    )
    channels: int = param(1, low=1, high=3, step=2, label=Text("Channels", "通道"), help=Text("1 gray, 3 colour.", "1 为灰度，3 为彩色。"))
    code: int = param(
        32,
        low=1,
        high=512,
        step=1,
        label=Text("Code", "编码长度"),
        help=Text("Numbers in the middle: the bottleneck.", "中间的数的个数：瓶颈。"),
    )

    @property
    def input_size(self) -> int:
        return self.size

    @property
    def output_channels(self) -> int:
        return self.channels

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels of the picture."""
        return self.size, self.size, self.channels
