from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from restorers.degradations.grayscale import Grayscale
from restorers.models.efficient_unet import EfficientUNet
from restorers.params import param
from restorers.restore import COLOUR_SIDE
from restorers.text import Text
from restorers.training.data import MOST_SHRUNK
from restorers.training.losses import LUMINANCE
from restorers.training.recipes._restoration import RestorationRecipe, log_uniform

SMALLEST = 64  # pixels of the short side; smaller photos are enlarged too much
MOST_GAMMA = 1.6
MOST_CONTRAST = 1.3


def _between(photo: np.ndarray, least: int, most: int) -> np.ndarray:
    """The photo, enlarged or shrunk where its short side has not ``least`` to ``most`` pixels."""
    short = min(photo.shape[:2])
    side = min(max(short, least), most)
    height, width = (round(length * side / short) for length in photo.shape[:2])
    return photo if side == short else cv2.resize(photo, (width, height), interpolation=cv2.INTER_AREA if side < short else cv2.INTER_CUBIC)


@dataclass(frozen=True)
class Colorize(RestorationRecipe):
    """Gray to colour: the luminance is kept, the colours are learned with a loss that does not settle for gray.

    Mean of w · (x̂ − x)², w = 1 + ``vividness`` · |x − luminance(x)| / 0.1. A squared error asks for the mean of the colours
    that a thing may have, where an absolute one asks for their median, which is mostly gray; the weight w counts colourful
    pixels for more, for they are rare. With a vividness of 0 the mean is exact and the PSNR highest; more of it gives
    stronger colours for some PSNR.

    What a thing is, and so its colour, is seen from the whole: a square of half of the short side or more is shrunk to ``patch``
    pixels, the sky above; in use it is the whole photo, its short side shrunk to 192. A way down that has learned to recognise
    a thousand kinds of things (``--start efficientnet-lite0``) knows more of that than some thousands of photos can teach. The
    light changes from crop to crop: exponents of 1/1.6–1.6, contrast about the mean × 1/1.3–1.3.

    Reference: Zhang et al., "Colorful image colorization", ECCV 2016 (rare colours count for more).
    """

    title: ClassVar[Text] = Text("Colorize (U-Net)", "上色（U-Net）")
    help: ClassVar[Text] = Text(
        "A network for black-and-white photos, built on one that recognises things; it keeps the brightness and guesses the colours.",
        "适用于黑白照片的网络，以能识别物体的网络为基础；它保留亮度并猜测颜色。",
    )
    suits: ClassVar[frozenset[str]] = frozenset({"grayscale"})
    reference: ClassVar[str] = "Zhang et al., ECCV 2016; Tan and Le, ICML 2019"
    order: ClassVar[int] = 14
    upright: ClassVar[bool] = True
    chosen_by_loss: ClassVar[bool] = True  # PSNR alone would choose the palest
    validation_crop: ClassVar[int] = COLOUR_SIDE
    shrunk: ClassVar[float] = 1.0

    rate: float = param(
        3e-4,
        low=1e-6,
        high=1e-2,
        step=1e-4,
        label=Text("Learning rate", "学习率"),
        help=Text("Adam's highest rate.", "Adam 的最高学习率。"),
    )
    batch: int = param(16, low=1, high=256, step=1, label=Text("Batch", "批大小"), help=Text("Crops in one step.", "每步的裁剪块数。"))
    patch: int = param(
        128, low=32, high=256, step=32, unit="px", label=Text("Crop", "裁剪边长"), help=Text("Side of a crop.", "裁剪块的边长。")
    )
    vividness: float = param(
        1.0, low=0, high=10, step=0.5, label=Text("Vividness", "鲜艳程度"),
        help=Text("How much more colourful pixels count; 0 is the plain squared error.", "鲜艳像素额外计入的权重；0 为普通平方误差。"),
    )  # fmt: skip

    @property
    def trained_on(self) -> Text:
        return Text(
            f"the luminance of squares of photos, half of the short side or more shrunk to {self.patch} pixels, upright and in changing light",
            f"照片中边长不小于短边一半的正方形区域的亮度，缩小到 {self.patch} 像素，方向正立，明暗与对比度随机变化",
        )

    @property
    def architecture(self) -> EfficientUNet:
        return EfficientUNet(colours=True)

    def optimizer(self):
        import keras

        return keras.optimizers.Adam(self.rate, global_clipnorm=1.0, use_ema=self.averaged, ema_momentum=0.995)

    @property
    def loss(self) -> Callable:
        from keras import ops

        def weighted_squared_error(truth, photo):
            colour = truth - ops.sum(truth * ops.convert_to_tensor(LUMINANCE, truth.dtype), axis=-1, keepdims=True)
            strength = ops.sqrt(ops.sum(colour**2, axis=-1))
            return ops.mean((1 + self.vividness / 0.1 * strength) * ops.mean((photo - truth) ** 2, axis=-1), axis=(1, 2))

        return weighted_squared_error

    def metrics(self):
        import keras
        from keras import ops

        def colorfulness(photo):
            """Hasler and Süsstrunk's, one number a photo."""
            photo = ops.cast(photo, "float32")
            red, green, blue = photo[..., 0], photo[..., 1], photo[..., 2]
            opponents = ops.stack([red - green, (red + green) / 2 - blue], axis=-1)
            mean, variance = ops.moments(opponents, axes=(1, 2))
            return ops.sqrt(ops.sum(variance, axis=-1)) + 0.3 * ops.sqrt(ops.sum(mean**2, axis=-1))

        def ratio(truth, photo):
            return ops.sum(colorfulness(photo)) / (ops.sum(colorfulness(truth)) + 1e-6)

        return [keras.metrics.MeanMetricWrapper(ratio, name="colorfulness")]

    def draw(self, rng: np.random.Generator) -> Grayscale:
        return Grayscale()

    @property
    def side(self) -> int:
        return self.patch

    @property
    def smallest(self) -> int:
        return SMALLEST

    def prepared(self, photo):
        return _between(photo, self.patch, MOST_SHRUNK * self.patch)

    def shown(self, photo):
        return _between(photo, COLOUR_SIDE, COLOUR_SIDE)

    def view(self, crop, rng):
        light = np.power(crop, np.float32(log_uniform(rng, 1 / MOST_GAMMA, MOST_GAMMA)))
        middle = light.mean()
        return np.clip((light - middle) * np.float32(log_uniform(rng, 1 / MOST_CONTRAST, MOST_CONTRAST)) + middle, 0, 1)
