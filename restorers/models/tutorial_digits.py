from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from restorers.models.base import Architecture
from restorers.text import Text


@dataclass(frozen=True)
class TutorialDigits(Architecture):
    """The convolutional network of text 003 for 28×28 gray digits, to copy them or to denoise them.

    3×3 ReLU same: Conv 16 → pool → Conv 8 → pool → Conv 8 → pool (28 → 14 → 7 → 4); Conv 8 → up → Conv 8 → up →
    Conv 16, valid (16 → 14) → up → Conv 1, sigmoid. 4,385 parameters; the code has 4×4×8 = 128 numbers.

    Reference: tutorial 003.
    """

    title: ClassVar[Text] = Text("Digits autoencoder (tutorial 4)", "数字自编码器（教程 4）")
    help: ClassVar[Text] = Text(
        "A tiny convolutional network for handwritten digits of 28×28 pixels.", "用于 28×28 手写数字的微型卷积网络。"
    )
    reference: ClassVar[str] = "tutorial 003"
    order: ClassVar[int] = 23

    input_size = 28
    channels = 1
    output_channels = 1

    def build(self):
        import keras
        from keras import layers

        def conv(x, width, name, padding="same", activation="relu"):
            return layers.Conv2D(width, 3, padding=padding, activation=activation, name=name)(x)

        photo = keras.Input((28, 28, 1), name="photo")
        x = layers.MaxPooling2D(2, padding="same", name="encoder_pool1")(conv(photo, 16, "encoder_conv1"))
        x = layers.MaxPooling2D(2, padding="same", name="encoder_pool2")(conv(x, 8, "encoder_conv2"))
        x = layers.MaxPooling2D(2, padding="same", name="code")(conv(x, 8, "encoder_conv3"))
        x = layers.UpSampling2D(2, name="decoder_up1")(conv(x, 8, "decoder_conv1"))
        x = layers.UpSampling2D(2, name="decoder_up2")(conv(x, 8, "decoder_conv2"))
        x = layers.UpSampling2D(2, name="decoder_up3")(conv(x, 16, "decoder_conv3", padding="valid"))
        return keras.Model(photo, conv(x, 1, "restored", activation="sigmoid"), name="tutorial_digits")
