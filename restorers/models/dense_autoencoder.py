from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from restorers.models.base import Architecture
from restorers.params import param
from restorers.text import Text


@dataclass(frozen=True)
class DenseAutoencoder(Architecture):
    """The plain dense autoencoder of text 003: the picture as one vector, its neighbourhoods forgotten.

    x (size²·channels) → Dense ``hidden``, ReLU → Dense ``code``, ReLU → Dense ``hidden``, ReLU → Dense size²·channels, sigmoid.

    Reference: tutorial 003; Hinton and Salakhutdinov, "Reducing the Dimensionality of Data with Neural Networks", Science 2006.
    """

    title: ClassVar[Text] = Text("Dense autoencoder", "全连接自编码器")
    help: ClassVar[Text] = Text(
        "Every pixel is joined to every number of the code; what lies beside what is lost.",
        "每个像素都与编码的每个数相连；像素的相邻关系丢失。",
    )
    reference: ClassVar[str] = "tutorial 003; Hinton and Salakhutdinov 2006"
    order: ClassVar[int] = 30

    size: int = param(
        28, low=8, high=64, step=1, unit="px", label=Text("Side", "边长"), help=Text("Height and width of the picture.", "图片的高和宽。")
    )
    channels: int = param(1, low=1, high=3, step=2, label=Text("Channels", "通道"), help=Text("1 gray, 3 colour.", "1 为灰度，3 为彩色。"))
    hidden: int = param(
        128,
        low=1,
        high=1024,
        step=1,
        label=Text("Hidden numbers", "隐藏层宽度"),
        help=Text("Width of the layers around the code.", "编码前后各层的宽度。"),
    )
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
        x = layers.Dense(self.hidden, activation="relu", name="encoder_dense")(layers.Flatten(name="encoder_flatten")(photo))
        x = layers.Dense(self.code, activation="relu", name="code")(x)
        x = layers.Dense(self.hidden, activation="relu", name="decoder_dense")(x)
        x = layers.Dense(self.size**2 * self.channels, activation="sigmoid", name="decoder_pixels")(x)
        return keras.Model(photo, layers.Reshape(shape, name="restored")(x), name="dense_autoencoder")
