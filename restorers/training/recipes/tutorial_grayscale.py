from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from restorers.degradations.grayscale import Grayscale
from restorers.models.tutorial_grayscale import TutorialGrayscale as Network
from restorers.params import param
from restorers.text import Text
from restorers.training.recipes._pictures import PictureRecipe

if TYPE_CHECKING:
    import keras

LUMINANCE = (0.299, 0.587, 0.114)


@dataclass(frozen=True)
class TutorialGrayscale(PictureRecipe):
    """Text 000: colour in, gray out, learned from the luminance formula y = 0.299 R + 0.587 G + 0.114 B.

    Squared error, Adam at 0.001, batch 32, 50 epochs.

    Mended: values in [0, 1], RGB, a tenth of the pictures held back. ``as_published``: nothing is held back, so the score is
    one on pictures it was trained on; and the values are gray levels 0–255. Since the network is made of convolutions, ReLU
    and maxima, f(255 x) / 255 is the same network with its biases divided by 255, and Adam does not feel the scale of a loss:
    training at 0–255 is training in [0, 1] with biases that learn 255 times slower, which is how it is done here, so that
    the result takes photos like any other. BGR in place of RGB only renames the channels of a network that starts at random.

    Reference: tutorial 000 and its repository (TensorFlow 1.11).
    """

    title: ClassVar[Text] = Text("Learned grayscale (tutorial 1)", "学习灰度转换（教程 1）")
    help: ClassVar[Text] = Text(
        "The tutorial's network turns colour into gray through a code of half the resolution: softer than the formula it learns from.",
        "教程中的网络经过半分辨率的编码把彩色变为灰度：比它所学的公式更模糊。",
    )
    # a task of its own: it mends nothing
    suits: ClassVar[frozenset[str]] = frozenset()
    epochs: ClassVar[int] = 50
    reference: ClassVar[str] = "tutorial 000"
    order: ClassVar[int] = 20

    rate: float = param(
        1e-3, low=1e-6, high=1e-1, step=1e-4, label=Text("Learning rate", "学习率"), help=Text("Adam's rate.", "Adam 的学习率。")
    )
    batch: int = param(32, low=1, high=256, step=1, label=Text("Batch", "批大小"), help=Text("Pictures in one step.", "每步的图片数。"))
    as_published: bool = param(
        False,
        label=Text("As published", "与原文一致"),
        help=Text("Values at 0–255, nothing held back to validate on.", "数值范围 0–255，不留出验证图片。"),
    )

    @property
    def trained_on(self) -> Text:
        if self.as_published:
            return Text(
                "photos and their gray, values at 0–255; scored on pictures it was trained on",
                "照片及其灰度图，数值 0–255；在训练图片上评分",
            )
        return Text("photos and their gray by the luminance formula", "照片及其按亮度公式得到的灰度图")

    @property
    def architecture(self) -> Network:
        return Network()

    def optimizer(self):
        return gray_level_adam(self.rate) if self.as_published else super().optimizer()

    def pair(self, photo, rng):
        return photo, Grayscale().apply(photo, rng).photo[..., :1]


def gray_level_adam(rate: float) -> keras.optimizers.Adam:
    """Adam whose steps in [0, 1] are those it would take at 0–255 on a network of convolutions, ReLU and maxima: a bias moves by rate/255."""
    import keras

    class GrayLevelAdam(keras.optimizers.Adam):
        def update_step(self, gradient, variable, learning_rate):
            bias = len(variable.shape) == 1
            super().update_step(gradient, variable, learning_rate / 255 if bias else learning_rate)

    # the squared error is 255² times smaller here, and so must be what guards Adam against dividing by zero
    return GrayLevelAdam(rate, epsilon=1e-7 / 255**2)


@dataclass(frozen=True)
class LearnedGray:
    """The linear map nearest to what a network does to colour: gray ≈ weights · (R, G, B) + offset.

    Attributes:
        weights: of R, G, B.
        offset: what black becomes.
        distance: the largest distance of a weight from 0.299, 0.587, 0.114.
        error: root of the mean squared error of the linear map: what of the network is not linear.
    """

    weights: tuple[float, float, float]
    offset: float
    distance: float
    error: float


def learned_gray(model: keras.Model, photos: np.ndarray, block: int = 16) -> LearnedGray:
    """Fit a linear map to the output of ``model`` by least squares, over the means of blocks of ``photos``.

    The means keep the network's softness out of it: a blurred gray would else look like smaller weights.

    Args:
        model: (n, h, w, 3) → (n, h, w, 1).
        photos: float32 (n, h, w, 3), RGB in [0, 1], of various colours.
        block: side of a block in pixels; h and w must be divisible by it.
    """
    from restorers.training.fit import predict

    def means(pictures: np.ndarray) -> np.ndarray:
        n, height, width, channels = pictures.shape
        blocks = pictures.reshape(n, height // block, block, width // block, block, channels)
        return blocks.mean(axis=(2, 4), dtype=np.float64).reshape(-1, channels)

    colours, gray = means(photos), means(predict(model, photos, 16))[:, 0]
    table = np.column_stack([colours, np.ones(len(colours))])
    fitted = np.linalg.lstsq(table, gray, rcond=None)[0]
    return LearnedGray(
        tuple(float(w) for w in fitted[:3]),
        float(fitted[3]),
        float(np.abs(fitted[:3] - LUMINANCE).max()),
        float(np.sqrt(np.mean((table @ fitted - gray) ** 2))),
    )
