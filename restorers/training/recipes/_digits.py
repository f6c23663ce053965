"""What the two digit recipes of text 003 share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from restorers.degradations.base import Degradation, Observation
from restorers.params import param
from restorers.text import Text
from restorers.training.data import DataError, Pair, TrainingData, draw_digits, load_digits, shuffled
from restorers.training.recipes.base import Recipe, Trial

TRIAL_MOST = 1000


@dataclass(frozen=True)
class DigitsRecipe(Recipe):
    """Digits out; what goes in is up to ``seen``, drawn once. Binary cross-entropy, Adadelta at its original rate of 1.0
    (Keras 3's default of 0.001 barely learns), batch 128, shuffled, 100 epochs, validated on the test digits.
    """

    epochs: ClassVar[int] = 100
    reference: ClassVar[str] = "tutorial 003"
    claimed: ClassVar[Text] = Text("no figure; pictures only", "未给出数值；仅有图片")
    dataset: ClassVar[str] = "mnist"

    rate: float = param(
        1.0, low=1e-4, high=10, step=0.1, label=Text("Learning rate", "学习率"), help=Text("Adadelta's rate.", "Adadelta 的学习率。")
    )
    batch: int = param(128, low=1, high=1024, step=1, label=Text("Batch", "批大小"), help=Text("Digits in one step.", "每步的数字个数。"))

    @property
    def loss(self) -> str:
        return "binary_crossentropy"

    def optimizer(self):
        import keras

        return keras.optimizers.Adadelta(self.rate)

    @abstractmethod
    def seen(self, digits: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """What the network sees of ``digits``."""

    def load(self, folder: Path | str | None, validation: Path | str | None = None) -> TrainingData:
        training, test, source = load_digits(folder)
        if validation is not None:
            test = load_digits(validation)[1]
        if len(training) < self.batch:
            raise DataError(
                Text(
                    f"Training needs at least {self.batch} digits, as many as a batch has. Received: {len(training)}.",
                    f"训练至少需要 {self.batch} 个数字，即一批的数量。收到：{len(training)} 个。",
                )
            )
        rng = np.random.default_rng(0)
        return TrainingData(
            shuffled(self.seen(training, rng), training, self.batch), (self.seen(test, rng), test), len(training) // self.batch, source
        )

    def examples(self, count: int, photos: Sequence[np.ndarray]) -> Pair:
        """Drawn digits, others than those that the recipe learns from without a folder."""
        rng = np.random.default_rng(1)
        digits = draw_digits(count, rng)
        return self.seen(digits, rng), digits

    def references(self, training: np.ndarray) -> dict:
        """Other ways to do the same, for a ``Trial``; may learn from the ``training`` digits."""
        return {}

    def trials(self, folder: Path | str) -> Iterator[Trial]:
        training, test, _ = load_digits(folder)
        digits = test[:TRIAL_MOST]
        seen = self.seen(digits, np.random.default_rng(1))
        observations = [Observation(np.repeat(digit, 3, axis=-1), self.damage) for digit in seen]
        yield Trial("test digits", observations, np.repeat(digits, 3, axis=-1), self.references(training), restores=self.damage is not None)

    @property
    def damage(self) -> Degradation | None:
        """What ``seen`` does, as the page names it; None where it does nothing."""
        return None
