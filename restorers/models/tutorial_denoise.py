from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from restorers.models.base import Architecture
from restorers.text import Text


@dataclass(frozen=True)
class TutorialDenoise(Architecture):
    """The network of text 001: a convolutional autoencoder for noisy colour photos of 300×300.

    Encoder, 3×3 ReLU same: 64 → pool → BatchNorm → 32 → pool → BatchNorm → 16 → pool (150, 75, 38).
    Decoder: 64 → up (76) → 32 → up (152) → 16, valid (150) → up (300) → Conv 3, sigmoid. 58,067 parameters.

    Reference: tutorial 001 and its notebook.
    """

    title: ClassVar[Text] = Text("Denoising autoencoder (tutorial 2)", "降噪自编码器（教程 2）")
    help: ClassVar[Text] = Text(
        "Squeezes a 300×300 photo through a code of 38×38×16 and draws it again without the noise.",
        "将 300×300 照片压缩为 38×38×16 的编码，再无噪声地重绘。",
    )
    reference: ClassVar[str] = "tutorial 001"
    order: ClassVar[int] = 21

    input_size = 300

    def build(self):
        import keras
        from keras import layers

        def conv(x, width, name, padding="same", activation="relu"):
            return layers.Conv2D(width, 3, padding=padding, activation=activation, name=name)(x)

        photo = keras.Input((300, 300, 3), name="photo")
        x = conv(photo, 64, "encoder_conv1")
        x = layers.MaxPooling2D(2, padding="same", name="encoder_pool1")(x)
        x = layers.BatchNormalization(name="encoder_norm1")(x)
        x = conv(x, 32, "encoder_conv2")
        x = layers.MaxPooling2D(2, padding="same", name="encoder_pool2")(x)
        x = layers.BatchNormalization(name="encoder_norm2")(x)
        x = conv(x, 16, "encoder_conv3")
        x = layers.MaxPooling2D(2, padding="same", name="code")(x)
        x = layers.UpSampling2D(2, name="decoder_up1")(conv(x, 64, "decoder_conv1"))
        x = layers.UpSampling2D(2, name="decoder_up2")(conv(x, 32, "decoder_conv2"))
        x = layers.UpSampling2D(2, name="decoder_up3")(conv(x, 16, "decoder_conv3", padding="valid"))
        return keras.Model(photo, conv(x, 3, "restored", activation="sigmoid"), name="tutorial_denoise")
