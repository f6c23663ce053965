"""What the tutorials on photos share: square pictures, a pair made of each, Adam on the mean squared error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from restorers.degradations.base import Degradation, Observation
from restorers.photo import to_float
from restorers.samples import PHOTOS, sample_photo
from restorers.training.data import Pair, Squares, TrainingData, load_squares, random_square, square_batches, square_pairs
from restorers.training.recipes.base import Recipe, Trial

VALIDATION_MOST = 100
TRIAL_MOST = 100


class PictureRecipe(Recipe):
    """Square pictures of the network's own size, degraded in, whole out. A subclass has the parameters ``rate`` and ``batch``.

    As published means: trained on all pictures, scored on pictures it was trained on (at most 100 of them), and what is
    random is drawn once. Mended: a ``share`` is held back, and what is random is drawn anew each time.

    Class attributes:
        share: of the pictures that is held back.
        pictures: how many pictures are used; None for all.
        as_published: with the flaws of the original; a parameter of the recipes whose original has some.
        degradation: what the network learns to undo; None where the recipe has a ``pair`` of its own.
        references: other ways to do the same, see ``Trial``.
    """

    share: ClassVar[float] = 0.1
    pictures: ClassVar[int | None] = None
    as_published: ClassVar[bool] = False
    degradation: ClassVar[Degradation | None] = None
    references: ClassVar[Mapping[str, Callable[[Observation], np.ndarray]]] = {}

    @property
    def loss(self) -> str:
        return "mean_squared_error"

    def optimizer(self):
        import keras

        return keras.optimizers.Adam(self.rate)

    def pair(self, photo: np.ndarray, rng: np.random.Generator) -> Pair:
        """Input and target made of one picture, float32 (size, size, 3) in [0, 1]."""
        return self.degradation.apply(photo, rng).photo, photo

    def squares(self, folder: Path | str | None, validation: Path | str | None = None) -> Squares:
        """The pictures, decoded and shrunk, with those held back."""
        return load_squares(folder, self.architecture.input_size, validation=validation, share=self.share, count=self.pictures)

    def load(self, folder: Path | str | None, validation: Path | str | None = None) -> TrainingData:
        squares = self.squares(folder, validation)
        training, held_out = squares.training, squares.validation
        learned = self.as_published and validation is None
        if learned:
            training = np.arange(len(squares.pictures))
            held_out = training[:: -(-len(training) // VALIDATION_MOST)]
        return TrainingData(
            square_batches(squares.pictures, training, self.pair, self.batch, drawn_once=self.as_published),
            square_pairs(squares.pictures, held_out, self.pair),
            -(-len(training) // self.batch),
            squares.source,
            squares.notes,
            not learned,
        )

    def examples(self, count: int, photos: Sequence[np.ndarray]) -> Pair:
        rng = np.random.default_rng(3)
        size = self.architecture.input_size
        squares = np.stack([random_square(photos[i % len(photos)], size, rng) for i in range(count)])
        return square_pairs(squares, np.arange(count), self.pair)

    def observe(self, photo: np.ndarray, rng: np.random.Generator) -> tuple[Observation, np.ndarray]:
        """What ``pair`` makes of a photo, with what a classical method may be told of it; both of 3 channels."""
        return replace(self.degradation.apply(photo, rng), degradation=self.degradation), photo

    def trials(self, folder: Path | str) -> Iterator[Trial]:
        squares = self.squares(folder)
        for rows, setting in ((squares.validation, "held-out pictures"), (squares.training, "pictures it has learned from")):
            chosen = rows[:: -(-len(rows) // TRIAL_MOST)]
            yield self.trial(setting, (to_float(squares.pictures[row]) for row in chosen), chosen)
        # of another kind, and seen by none of the forms, whatever they held back
        photos, rng = [sample_photo(name) for name in PHOTOS], np.random.default_rng(5)
        size = self.architecture.input_size
        yield self.trial("squares of the sample photos", (random_square(p, size, rng) for p in photos * 5), range(5 * len(photos)))

    def trial(self, setting: str, pictures: Iterable[np.ndarray], seeds: Iterable[int]) -> Trial:
        """``pictures`` as this recipe's network and its opponents see them, each with a seed of its own."""
        observed = [self.observe(picture, np.random.default_rng(int(seed))) for picture, seed in zip(pictures, seeds, strict=True)]
        return Trial(setting, [o for o, _ in observed], np.stack([truth for _, truth in observed]), self.references)
