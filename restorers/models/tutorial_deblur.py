from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from restorers.models.base import Architecture
from restorers.params import param
from restorers.text import Text


@dataclass(frozen=True)
class TutorialDeblur(Architecture):
    """The network of text 004: deblurs 128×128 photos through one dense latent vector.

    Encoder: Conv 64, 128, 256, 3×3, stride 2, same, ReLU (16×16×256) → Flatten → Dense ``latent``, linear.
    Decoder: Dense 65,536 → reshape → transposed Conv 256, 128, 64, 3×3, stride 2, same, ReLU → transposed Conv 3, sigmoid.
    34,951,683 parameters with a latent vector of 256 numbers.

    Reference: tutorial 004.
    """

    title: ClassVar[Text] = Text("Deblurring autoencoder (tutorial 5)", "去模糊自编码器（教程 5）")
    help: ClassVar[Text] = Text(
        "Describes the whole photo by 256 numbers and paints it anew; on a photo it has not seen it invents.",
        "用 256 个数描述整张照片再重新绘制；对未见过的照片会凭空编造。",
    )
    reference: ClassVar[str] = "tutorial 004"
    order: ClassVar[int] = 24

    latent: int = param(
        256,
        low=1,
        high=1024,
        step=1,
        label=Text("Latent numbers", "潜在向量长度"),
        help=Text("Length of the vector between encoder and decoder.", "编码器与解码器之间向量的长度。"),
    )

    input_size = 128

    def build(self):
        import keras
        from keras import layers

        photo = keras.Input((128, 128, 3), name="photo")
        x = photo
        for i, width in enumerate((64, 128, 256), 1):
            x = layers.Conv2D(width, 3, strides=2, padding="same", activation="relu", name=f"encoder_conv{i}")(x)
        x = layers.Dense(self.latent, name="latent_vector")(layers.Flatten(name="encoder_flatten")(x))
        x = layers.Reshape((16, 16, 256), name="decoder_reshape")(layers.Dense(16 * 16 * 256, name="decoder_dense")(x))
        for i, width in enumerate((256, 128, 64), 1):
            x = layers.Conv2DTranspose(width, 3, strides=2, padding="same", activation="relu", name=f"decoder_conv{i}")(x)
        restored = layers.Conv2DTranspose(3, 3, padding="same", activation="sigmoid", name="restored")(x)
        return keras.Model(photo, restored, name="tutorial_deblur")
