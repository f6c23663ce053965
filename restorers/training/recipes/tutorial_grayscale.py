from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import cv2
import numpy as np

from restorers.degradations.base import Observation
from restorers.degradations.grayscale import Grayscale
from restorers.models.tutorial_grayscale import TutorialGrayscale as Network
from restorers.params import param
from restorers.photo import to_float
from restorers.text import Text
from restorers.training.losses import LUMINANCE
from restorers.training.recipes._pictures import TRIAL_MOST, PictureRecipe

if TYPE_CHECKING:
    import keras


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
    claimed: ClassVar[Text] = Text(
        "no figure; high-quality gray pictures after 50 epochs, less sharp than the formula's",
        "未给出数值；训练 50 轮后得到高质量的灰度图，但不如公式的清晰",
    )
    differs: ClassVar[Text] = Text(
        "values in [0, 1] instead of 0–255, RGB instead of BGR, a tenth of the pictures held back instead of none",
        "数值范围 [0, 1] 而非 0–255，RGB 而非 BGR，留出十分之一的图片而非不留",
    )
    dataset: ClassVar[str] = "flowers"
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

    def observe(self, photo, rng):
        return Observation(photo), Grayscale().apply(photo, rng).photo

    @property
    def references(self):
        return {"half_resolution": half_resolution_gray}

    def findings(self, model, folder):
        squares = self.squares(folder)
        rows = squares.validation[:: -(-len(squares.validation) // TRIAL_MOST)]
        gray = learned_gray(model, np.stack([to_float(squares.pictures[row]) for row in rows]))
        r, g, b = gray.weights
        weights = f"{r:.3f} R + {g:.3f} G + {b:.3f} B {'+' if gray.offset >= 0 else '−'} {abs(gray.offset):.3f}"
        return [
            Text(
                f"The linear map nearest to what it has learned is {weights}; the formula's is 0.299 R + 0.587 G + 0.114 B. "
                f"The weights are off by at most {gray.distance:.3f}; what is not linear in it has a root mean square of {gray.error:.4f}.",
                f"与其所学最接近的线性映射为 {weights}；公式为 0.299 R + 0.587 G + 0.114 B。"
                f"权重最多相差 {gray.distance:.3f}；其中非线性部分的均方根为 {gray.error:.4f}。",
            )
        ]


def half_resolution_gray(observation: Observation) -> np.ndarray:
    """The formula's gray, halved by area and enlarged again: what a gray code of half the resolution can hold."""
    gray = Grayscale().apply(observation.photo, np.random.default_rng(0)).photo
    height, width = gray.shape[:2]
    half = cv2.resize(gray, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return cv2.resize(half, (width, height), interpolation=cv2.INTER_CUBIC)


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
