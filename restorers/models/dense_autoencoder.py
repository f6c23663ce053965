from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from restorers.models._square import SquareAutoencoder
from restorers.params import param
from restorers.text import Text


@dataclass(frozen=True)
class DenseAutoencoder(SquareAutoencoder):
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

    hidden: int = param(
        128,
        low=1,
        high=1024,
        step=1,
        label=Text("Hidden numbers", "隐藏层宽度"),
        help=Text("Width of the layers around the code.", "编码前后各层的宽度。"),
    )

    def build(self):
        import keras
        from keras import layers

        photo = keras.Input(self.shape, name="photo")
        x = layers.Dense(self.hidden, activation="relu", name="encoder_dense")(layers.Flatten(name="encoder_flatten")(photo))
        x = layers.Dense(self.code, activation="relu", name="code")(x)
        x = layers.Dense(self.hidden, activation="relu", name="decoder_dense")(x)
        x = layers.Dense(self.size**2 * self.channels, activation="sigmoid", name="decoder_pixels")(x)
        return keras.Model(photo, layers.Reshape(self.shape, name="restored")(x), name="dense_autoencoder")
