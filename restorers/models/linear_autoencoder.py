from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from restorers.models.base import Architecture
from restorers.params import param
from restorers.text import Text


@dataclass(frozen=True)
class LinearAutoencoder(Architecture):
    """PCA's twin: one linear layer in, one linear layer out, x̂ = W₂(W₁x + b₁) + b₂.

    With squared error the best such network spans the subspace of the first ``code`` principal components.

    Reference: tutorial 002; Baldi and Hornik, "Neural networks and principal component analysis", Neural Networks 1989.
    """

    title: ClassVar[Text] = Text("Linear autoencoder", "线性自编码器")
    help: ClassVar[Text] = Text(
        "An autoencoder without bends: it learns what principal component analysis (PCA) computes.",
        "没有非线性的自编码器：它学到的正是主成分分析（PCA）。",
    )
    reference: ClassVar[str] = "tutorial 002; Baldi and Hornik 1989"
    order: ClassVar[int] = 31

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

    def build(self):
        import keras
        from keras import layers

        shape = (self.size, self.size, self.channels)
        photo = keras.Input(shape, name="photo")
        x = layers.Dense(self.code, name="code")(layers.Flatten(name="encoder_flatten")(photo))
        x = layers.Dense(self.size**2 * self.channels, name="decoder_pixels")(x)
        return keras.Model(photo, layers.Reshape(shape, name="restored")(x), name="linear_autoencoder")
