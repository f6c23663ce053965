"""The contract of a classical restorer: a formula, no training."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from restorers.degradations.base import Degradation, Observation
from restorers.params import Parameterised
from restorers.registry import PlugIn
from restorers.text import Text


class Classical(Parameterised, PlugIn, ABC):
    """A formula that maps an observation to a photo. A subclass is a frozen dataclass whose fields are ``param(...)``.

    Class attributes:
        title, help: shown on the page and by the command line.
        suits: names or families of degradations it was made for.
        told: what it takes from the observation besides the photo: any of ``"kernel"``, ``"mask"``, ``"noise_sigma"``,
            ``"scale"``. The page says so, for a network is told nothing.
        context: how far, in pixels, one pixel can influence the result; None if the whole photo counts. With a number,
            large photos are restored in tiles, with progress and bounded memory.
        reference: paper or library.
    """

    title: ClassVar[Text]
    help: ClassVar[Text]
    suits: ClassVar[frozenset[str]] = frozenset()
    told: ClassVar[tuple[str, ...]] = ()
    context: ClassVar[int | None] = None
    reference: ClassVar[str] = ""

    @abstractmethod
    def restore(self, observation: Observation) -> np.ndarray:
        """Restore ``observation.photo``; returns float32 (height, width, 3) in [0, 1]. The observation is not modified."""

    def missing_knowledge(self, observation: Observation) -> tuple[str, ...]:
        """The entries of ``told`` that this observation cannot give."""
        return tuple(what for what in self.told if getattr(observation, what) is None)

    @classmethod
    def suited(cls, degradation: Degradation) -> bool:
        """Whether it was made for ``degradation``."""
        return bool(cls.suits & {degradation.name, degradation.family})
