from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from restorers.models.base import Architecture
from restorers.text import Text


@dataclass(frozen=True)
class TutorialGrayscale(Architecture):
    """The network of text 000: RGB → gray through a code of half the resolution.

    Conv 128, 2×2, valid, ReLU (127×127) → max-pool 2 (64×64) → nearest-neighbour resize to 129×129 → Conv 1, 2×2, valid,
    linear. 128×128×3 → 128×128×1, 2,177 parameters.

    Reference: tutorial 000 and its repository (TensorFlow 1.11).
    """

    title: ClassVar[Text] = Text("Grayscale autoencoder (tutorial 1)", "灰度自编码器（教程 1）")
    help: ClassVar[Text] = Text(
        "Learns to turn colour into gray; its half-size code makes the result soft.", "学习把彩色变为灰度；其半尺寸编码使结果偏软。"
    )
    reference: ClassVar[str] = "tutorial 000"
    order: ClassVar[int] = 20

    input_size = 128
    output_channels = 1

    def build(self):
        import keras
        from keras import layers

        photo = keras.Input((128, 128, 3), name="photo")
        x = layers.Conv2D(128, 2, activation="relu", name="encoder_conv")(photo)
        x = layers.MaxPooling2D(2, padding="same", name="code")(x)
        x = layers.Resizing(129, 129, interpolation="nearest", name="decoder_resize")(x)
        return keras.Model(photo, layers.Conv2D(1, 2, name="gray")(x), name="tutorial_grayscale")
