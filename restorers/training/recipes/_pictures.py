"""What the tutorials on photos share: square pictures, a pair made of each, Adam on the mean squared error."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

from restorers.degradations.base import Degradation
from restorers.training.data import Pair, TrainingData, load_squares, square_batches, square_pairs
from restorers.training.recipes.base import Recipe

VALIDATION_MOST = 100


class PictureRecipe(Recipe):
    """Square pictures of the network's own size, degraded in, whole out. A subclass has the parameters ``rate`` and ``batch``.

    As published means: trained on all pictures, scored on pictures it was trained on (at most 100 of them), and what is
    random is drawn once. Mended: a ``share`` is held back, and what is random is drawn anew each time.

    Class attributes:
        share: of the pictures that is held back.
        pictures: how many pictures are used; None for all.
        as_published: with the flaws of the original; a parameter of the recipes whose original has some.
        degradation: what the network learns to undo; None where the recipe has a ``pair`` of its own.
    """

    share: ClassVar[float] = 0.1
    pictures: ClassVar[int | None] = None
    as_published: ClassVar[bool] = False
    degradation: ClassVar[Degradation | None] = None

    @property
    def loss(self) -> str:
        return "mean_squared_error"

    def optimizer(self):
        import keras

        return keras.optimizers.Adam(self.rate)

    def pair(self, photo: np.ndarray, rng: np.random.Generator) -> Pair:
        """Input and target made of one picture, float32 (size, size, 3) in [0, 1]."""
        return self.degradation.apply(photo, rng).photo, photo

    def load(self, folder: Path | str | None, validation: Path | str | None = None) -> TrainingData:
        squares = load_squares(folder, self.architecture.input_size, validation=validation, share=self.share, count=self.pictures)
        training, held_out = squares.training, squares.validation
        if self.as_published and validation is None:
            training = np.arange(len(squares.pictures))
            held_out = training[:: -(-len(training) // VALIDATION_MOST)]
        return TrainingData(
            square_batches(squares.pictures, training, self.pair, self.batch, drawn_once=self.as_published),
            square_pairs(squares.pictures, held_out, self.pair),
            -(-len(training) // self.batch),
            squares.source,
            squares.notes,
        )
