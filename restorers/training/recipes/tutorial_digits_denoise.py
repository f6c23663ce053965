from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.models.tutorial_digits import TutorialDigits
from restorers.params import param
from restorers.text import Text
from restorers.training.data import TrainingData, load_digits, shuffled
from restorers.training.recipes.base import Recipe


@dataclass(frozen=True)
class TutorialDigitsDenoise(Recipe):
    """Text 003: digits with noise in, clean digits out, as published.

    y = clip(x + factor · n, 0, 1), n ~ N(0, 1), drawn once. Binary cross-entropy, Adadelta at its original rate of 1.0
    (Keras 3's default of 0.001 barely learns), batch 128, shuffled, 100 epochs, validated on the test digits.

    Reference: tutorial 003.
    """

    title: ClassVar[Text] = Text("Denoise digits (tutorial 4)", "数字降噪（教程 4）")
    help: ClassVar[Text] = Text(
        "The tutorial's tiny network for noisy handwritten digits of 28×28 pixels.", "教程中的微型网络，用于 28×28 的含噪手写数字。"
    )
    suits: ClassVar[frozenset[str]] = frozenset({"gaussian_noise"})
    trained_on: ClassVar[Text] = Text(
        "digits with Gaussian noise of 0.4 (σ 102 of 255), clipped", "加高斯噪声 0.4（σ 102，255 灰阶）并截断的数字"
    )
    epochs: ClassVar[int] = 100
    reference: ClassVar[str] = "tutorial 003"
    order: ClassVar[int] = 24

    factor: float = param(
        0.4,
        low=0,
        high=1,
        step=0.05,
        label=Text("Noise factor", "噪声系数"),
        help=Text("Standard deviation where white is 1.", "以白为 1 时的标准差。"),
    )
    rate: float = param(
        1.0, low=1e-4, high=10, step=0.1, label=Text("Learning rate", "学习率"), help=Text("Adadelta's rate.", "Adadelta 的学习率。")
    )
    batch: int = param(128, low=1, high=1024, step=1, label=Text("Batch", "批大小"), help=Text("Digits in one step.", "每步的数字个数。"))

    @property
    def architecture(self) -> TutorialDigits:
        return TutorialDigits()

    @property
    def loss(self) -> str:
        return "binary_crossentropy"

    def optimizer(self):
        import keras

        return keras.optimizers.Adadelta(self.rate)

    def noisy(self, digits: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """The digits with the tutorial's noise."""
        return np.clip(digits + np.float32(self.factor) * rng.standard_normal(digits.shape, dtype=np.float32), 0, 1)

    def load(self, folder, validation=None) -> TrainingData:
        training, test, source = load_digits(folder)
        if validation is not None:
            test = load_digits(validation)[1]
        rng = np.random.default_rng(0)
        return TrainingData(
            shuffled(self.noisy(training, rng), training, self.batch), (self.noisy(test, rng), test), len(training) // self.batch, source
        )
