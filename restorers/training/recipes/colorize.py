from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.degradations.grayscale import Grayscale
from restorers.models.unet import UNet
from restorers.params import param
from restorers.restore import COLOUR_SIDE, colour_view
from restorers.text import Text
from restorers.training.data import random_square
from restorers.training.losses import LUMINANCE
from restorers.training.recipes._restoration import RestorationRecipe


@dataclass(frozen=True)
class Colorize(RestorationRecipe):
    """Gray to colour: the luminance is kept, the colours are learned with a loss that does not settle for gray.

    Mean of w · (x̂ − x)², w = 1 + ``vividness`` · |x − luminance(x)| / 0.1. A squared error asks for the mean of the colours
    that a thing may have, where an absolute one asks for their median, which is mostly gray; the weight w counts colourful
    pixels for more, for they are rare. With a vividness of 0 the mean is exact and the PSNR highest; more of it gives
    stronger colours for some PSNR.

    What a thing is, and so its colour, is seen from the whole: the photos are shrunk to a short side of 128 pixels, and most
    of that is shown at once, the sky above; the network is narrow and deep, for a wide view.

    Reference: Zhang et al., "Colorful image colorization", ECCV 2016 (rare colours count for more).
    """

    title: ClassVar[Text] = Text("Colorize (U-Net)", "上色（U-Net）")
    help: ClassVar[Text] = Text(
        "Our own network for black-and-white photos; it keeps the brightness and guesses the colours.",
        "我们自己的网络，适用于黑白照片；它保留亮度并猜测颜色。",
    )
    suits: ClassVar[frozenset[str]] = frozenset({"grayscale"})
    trained_on: ClassVar[Text] = Text(
        "the luminance of photos with a short side of 128 pixels, upright", "短边为 128 像素、方向正立的照片的亮度"
    )
    reference: ClassVar[str] = "Zhang et al., ECCV 2016"
    order: ClassVar[int] = 14
    upright: ClassVar[bool] = True
    chosen_by_loss: ClassVar[bool] = True  # PSNR alone would choose the palest
    validation_crop: ClassVar[int] = COLOUR_SIDE

    batch: int = param(12, low=1, high=256, step=1, label=Text("Batch", "批大小"), help=Text("Crops in one step.", "每步的裁剪块数。"))
    patch: int = param(
        96, low=32, high=128, step=8, unit="px", label=Text("Crop", "裁剪边长"), help=Text("Side of a crop.", "裁剪块的边长。")
    )
    vividness: float = param(
        1.0, low=0, high=10, step=0.5, label=Text("Vividness", "鲜艳程度"),
        help=Text("How much more colourful pixels count; 0 is the plain squared error.", "鲜艳像素额外计入的权重；0 为普通平方误差。"),
    )  # fmt: skip

    @property
    def architecture(self) -> UNet:
        widths = {"width1": 32, "width2": 96, "width3": 192}
        return UNet(channels=1, output_channels=3, blocks1=1, blocks2=2, blocks3=6, bias=True, leaky=True, **widths)

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
        return COLOUR_SIDE

    def prepared(self, photo):
        return colour_view(photo)

    def view(self, crop, rng):
        return random_square(crop, self.patch, rng)
