from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from restorers.models.base import Architecture
from restorers.text import Text


@dataclass(frozen=True)
class TutorialEnhance(Architecture):
    """The network of text 002: enhances faces of 80×80 that have lost 60 % of their resolution.

    3×3 ReLU same: 256 → 128 → max-pool 2 → 64 (the code) → 64 → upsample 2 → 128 → 256 → Conv 3, linear. 788,867 parameters.

    Reference: tutorial 002 (from reproductions of it).
    """

    title: ClassVar[Text] = Text("Resolution autoencoder (tutorial 3)", "分辨率增强自编码器（教程 3）")
    help: ClassVar[Text] = Text("Learns to sharpen small faces of 80×80 pixels.", "学习把 80×80 像素的小人脸变清晰。")
    reference: ClassVar[str] = "tutorial 002"
    order: ClassVar[int] = 22

    input_size = 80

    def build(self):
        import keras
        from keras import layers

        def conv(x, width, name, activation="relu"):
            return layers.Conv2D(width, 3, padding="same", activation=activation, name=name)(x)

        photo = keras.Input((80, 80, 3), name="photo")
        x = conv(conv(photo, 256, "encoder_conv1"), 128, "encoder_conv2")
        x = conv(layers.MaxPooling2D(2, padding="same", name="encoder_pool")(x), 64, "code")
        x = layers.UpSampling2D(2, name="decoder_up")(conv(x, 64, "decoder_conv1"))
        x = conv(conv(x, 128, "decoder_conv2"), 256, "decoder_conv3")
        return keras.Model(photo, conv(x, 3, "restored", activation=None), name="tutorial_enhance")
