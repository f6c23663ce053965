from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.degradations.gaussian_noise import GaussianNoise
from restorers.models.tutorial_digits import TutorialDigits
from restorers.params import param
from restorers.text import Text
from restorers.training.recipes._digits import DigitsRecipe


@dataclass(frozen=True)
class TutorialDigitsDenoise(DigitsRecipe):
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
    order: ClassVar[int] = 24

    factor: float = param(
        0.4,
        low=0,
        high=1,
        step=0.05,
        label=Text("Noise factor", "噪声系数"),
        help=Text("Standard deviation where white is 1.", "以白为 1 时的标准差。"),
    )

    @property
    def trained_on(self) -> Text:
        return Text(
            f"digits with Gaussian noise of {self.factor:g} (σ {255 * self.factor:.0f} of 255), clipped",
            f"加高斯噪声 {self.factor:g}（σ {255 * self.factor:.0f}，255 灰阶）并截断的数字",
        )

    @property
    def architecture(self) -> TutorialDigits:
        return TutorialDigits()

    @property
    def damage(self) -> GaussianNoise:
        return GaussianNoise(sigma=255 * self.factor)

    def seen(self, digits: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """The digits with the tutorial's noise."""
        return np.clip(digits + np.float32(self.factor) * rng.standard_normal(digits.shape, dtype=np.float32), 0, 1)
