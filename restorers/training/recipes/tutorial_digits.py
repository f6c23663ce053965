from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from restorers.degradations.base import Observation
from restorers.models.base import Architecture
from restorers.models.dense_autoencoder import DenseAutoencoder
from restorers.models.linear_autoencoder import LinearAutoencoder
from restorers.models.tutorial_digits import TutorialDigits as Network
from restorers.params import param
from restorers.text import Text
from restorers.training.data import load_digits
from restorers.training.recipes._digits import DigitsRecipe

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class TutorialDigits(DigitsRecipe):
    """Text 003: digits in, the same digits out, through a bottleneck; as published.

    ``network`` is the text's convolutional network, the dense autoencoder that it discusses first, or the linear one that
    text 002 calls PCA. Binary cross-entropy, Adadelta at its original rate of 1.0 (Keras 3's default of 0.001 barely
    learns), batch 128, shuffled, 100 epochs, validated on the test digits. The linear network is not limited to [0, 1], so
    it takes squared error, which makes it PCA, and Adam at a thousandth of the rate, which falls by √0.1 whenever the loss has
    not fallen for 5 epochs: at a constant rate the subspace keeps trembling by some 4°.

    Reference: tutorial 003; tutorial 002 for the linear network.
    """

    title: ClassVar[Text] = Text("Copy digits (tutorial 4)", "数字重建（教程 4）")
    help: ClassVar[Text] = Text(
        "The tutorial's tiny network squeezes a handwritten digit through a bottleneck and draws it again.",
        "教程中的微型网络让手写数字通过瓶颈，再重新画出。",
    )
    # a task of its own: it mends nothing
    suits: ClassVar[frozenset[str]] = frozenset()
    trained_on: ClassVar[Text] = Text("digits, to copy them", "数字，用于重建自身")
    order: ClassVar[int] = 23

    network: str = param(
        "convolutional",
        label=Text("Network", "网络"),
        choices={
            "convolutional": Text("Convolutional, as in the tutorial", "卷积（如教程）"),
            "dense": Text("Dense: neighbourhoods forgotten", "全连接：忽略相邻关系"),
            "linear": Text("Linear: PCA's twin", "线性：等同于 PCA"),
        },
        help=Text("What stands between the digit and its copy.", "数字与其副本之间的网络。"),
    )
    code: int = param(
        32,
        low=1,
        high=512,
        step=1,
        label=Text("Code", "编码长度"),
        help=Text(
            "Numbers in the middle of the dense or linear network; the convolutional one has 128.",
            "全连接或线性网络中间的数的个数；卷积网络为 128。",
        ),
    )

    @property
    def architecture(self) -> Architecture:
        if self.network == "dense":
            return DenseAutoencoder(code=self.code)
        if self.network == "linear":
            return LinearAutoencoder(code=self.code)
        return Network()

    @property
    def preset_title(self) -> Text:
        if self.network == "convolutional":
            return self.title
        kind = {"dense": Text("dense", "全连接"), "linear": Text("linear", "线性")}[self.network]
        return Text(f"Copy digits, {kind.en} (tutorial 4)", f"数字重建，{kind.zh}（教程 4）")

    @property
    def loss(self) -> str:
        return "mean_squared_error" if self.network == "linear" else super().loss

    def optimizer(self):
        import keras

        return keras.optimizers.Adam(self.rate / 1000) if self.network == "linear" else super().optimizer()

    def callbacks(self):
        import keras

        if self.network != "linear":
            return []
        return [keras.callbacks.ReduceLROnPlateau(monitor="loss", factor=0.1**0.5, patience=5, min_delta=1e-6)]

    def seen(self, digits: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return digits

    def findings(self, model, folder):
        if self.network != "linear":
            return []
        largest = float(principal_angles(model, load_digits(folder)[0])[0])
        return [
            Text(
                f"What it can draw and what PCA with {self.code} components can draw differ by a largest principal angle of {largest:.2f}°.",
                f"它能画出的空间与 {self.code} 个主成分的 PCA 空间之间，最大主角为 {largest:.2f}°。",
            )
        ]

    def references(self, training):
        code = 128 if self.network == "convolutional" else self.code
        return {f"pca_{size}": pca_copy(training, size) for size in sorted({32, code})}


def pca_copy(digits: np.ndarray, size: int) -> Callable[[Observation], np.ndarray]:
    """PCA as an autoencoder: x̂ = μ + V Vᵀ (x − μ), V the ``size`` first principal components of ``digits`` (n, h, w, 1)."""
    pixels = digits.reshape(len(digits), -1)
    mean = pixels.mean(axis=0)
    components = np.linalg.eigh(np.cov(pixels, rowvar=False))[1][:, -size:].astype(np.float32)

    def copy(observation: Observation) -> np.ndarray:
        digit = observation.photo[..., 0]
        drawn = mean + components @ (components.T @ (digit.ravel() - mean))
        return np.repeat(drawn.reshape(*digit.shape, 1).clip(0, 1), 3, axis=-1)

    return copy


def principal_angles(model: keras.Model, digits: np.ndarray) -> np.ndarray:
    """Angles in degrees, largest first, between what a linear autoencoder can draw and the first principal components.

    PCA is computed from the covariance of ``digits``; the network's subspace is that of its decoder's weights. All
    angles are 0 where the network has learned PCA.

    Args:
        model: of a ``LinearAutoencoder``.
        digits: float32 (n, height, width, channels), what it was trained on.
    """
    from scipy.linalg import subspace_angles

    decoder = np.asarray(model.get_layer("decoder_pixels").kernel, np.float64).T
    pixels = digits.reshape(len(digits), -1)
    components = np.linalg.eigh(np.cov(pixels, rowvar=False))[1][:, -decoder.shape[1] :]
    return np.degrees(subspace_angles(decoder, components))
