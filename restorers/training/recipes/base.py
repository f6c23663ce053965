"""The contract of a recipe: how a preset is trained."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from restorers.degradations.base import Observation
from restorers.models.base import Architecture
from restorers.params import Parameterised
from restorers.registry import PlugIn
from restorers.text import Text
from restorers.training.data import TrainingData

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Trial:
    """Pictures to try a trained network on, at its own size.

    Attributes:
        setting: what they are, for the card.
        observations: what the network and its classical opponents see; photos of 3 channels.
        truths: float32 (n, height, width, 3).
        references: other ways to do the same, by name: observation → photo.
        restores: something was lost and can be won back: doing nothing has a score.
    """

    setting: str
    observations: list[Observation]
    truths: np.ndarray
    references: Mapping[str, Callable[[Observation], np.ndarray]] = field(default_factory=dict)
    restores: bool = True


class Recipe(Parameterised, PlugIn, ABC):
    """Data, degradations with their ranges, loss, optimizer and schedule. A subclass is a frozen dataclass of ``param(...)``.

    Its name is the file's with hyphens, and also the name of the preset that it makes.

    Class attributes:
        title, help: of the recipe and of its preset.
        suits: names or families of degradations that the preset restores.
        minutes: time that a full training takes by default; None if ``epochs`` alone ends it.
        epochs: number of epochs at most.
        averaged: keep an exponential average of the weights and use that.
        chosen_by_loss: the best weights are those with the lowest loss on the validation pictures, not with the highest PSNR.
        reference: tutorial or paper.
        claimed: what the reference says of its result; None where it says nothing.
        differs: in what the recipe departs from the reference; None where in nothing.
        dataset: name of the folder that the pictures lie in among other data sets.
    """

    separator: ClassVar[str] = "-"
    title: ClassVar[Text]
    help: ClassVar[Text]
    suits: ClassVar[frozenset[str]]
    minutes: ClassVar[float | None] = None
    epochs: ClassVar[int] = 1_000_000
    averaged: ClassVar[bool] = False
    chosen_by_loss: ClassVar[bool] = False
    reference: ClassVar[str] = ""
    claimed: ClassVar[Text | None] = None
    differs: ClassVar[Text | None] = None
    dataset: ClassVar[str] = ""

    @property
    @abstractmethod
    def architecture(self) -> Architecture:
        """The network that is trained."""

    @property
    @abstractmethod
    def loss(self) -> str | Callable:
        """Name of a Keras loss, or one of ``losses``."""

    @property
    @abstractmethod
    def trained_on(self) -> Text:
        """The degradations with their ranges, for the card."""

    @property
    def preset_title(self) -> Text:
        """Title of the preset that these settings make."""
        return self.title

    @abstractmethod
    def optimizer(self) -> keras.optimizers.Optimizer:
        """A fresh optimizer, at its highest rate."""

    @abstractmethod
    def load(self, folder: Path | str | None, validation: Path | str | None = None) -> TrainingData:
        """Read the pictures.

        Args:
            folder: pictures to learn from; None takes what ships inside installed packages.
            validation: pictures to choose the best weights by; None holds some of ``folder`` back.
        """

    def metrics(self) -> list[keras.metrics.Metric]:
        """Fresh Keras metrics to record beside the loss, on the batches and on the validation pictures."""
        return []

    def callbacks(self) -> list[keras.callbacks.Callback]:
        """Keras callbacks of the recipe itself, such as early stopping."""
        return []

    def examples(self, count: int, photos: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray] | None:
        """Pairs for the card's strip; None where there are none.

        Args:
            count: how many.
            photos: uint8 (height, width, 3) to cut them out of, in turn; not learned from.
        """
        return None

    def trials(self, folder: Path | str) -> Iterator[Trial]:
        """What ``benchmark tutorials`` tries the trained network on: pictures of ``folder`` that are held back, and others."""
        return iter(())

    def findings(self, model: keras.Model, folder: Path | str) -> list[Text]:
        """What else ``benchmark tutorials`` finds out about the trained network, with its figures, for the card."""
        return []
