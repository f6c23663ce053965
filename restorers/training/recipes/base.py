"""The contract of a recipe: how a preset is trained."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from restorers.models.base import Architecture
from restorers.params import Parameterised
from restorers.registry import PlugIn
from restorers.text import Text
from restorers.training.data import TrainingData

if TYPE_CHECKING:
    import keras


class Recipe(Parameterised, PlugIn, ABC):
    """Data, degradations with their ranges, loss, optimizer and schedule. A subclass is a frozen dataclass of ``param(...)``.

    Its name is the file's with hyphens, and also the name of the preset that it makes.

    Class attributes:
        title, help: of the recipe and of its preset.
        suits: names or families of degradations that the preset restores.
        trained_on: the degradations with their ranges, for the card.
        minutes: time that a full training takes by default; None if ``epochs`` alone ends it.
        epochs: number of epochs at most.
        averaged: keep an exponential average of the weights and use that.
        reference: tutorial or paper.
    """

    separator: ClassVar[str] = "-"
    title: ClassVar[Text]
    help: ClassVar[Text]
    suits: ClassVar[frozenset[str]]
    trained_on: ClassVar[Text]
    minutes: ClassVar[float | None] = None
    epochs: ClassVar[int] = 1_000_000
    averaged: ClassVar[bool] = False
    reference: ClassVar[str] = ""

    @property
    @abstractmethod
    def architecture(self) -> Architecture:
        """The network that is trained."""

    @property
    @abstractmethod
    def loss(self) -> str:
        """Name of a Keras loss."""

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
