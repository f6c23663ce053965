"""The contract of a classical restorer: a formula, no training."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import ClassVar

import numpy as np

from restorers.classical._noise import estimate_noise
from restorers.degradations.base import Degradation, Observation
from restorers.errors import RestorersError
from restorers.params import Parameterised
from restorers.registry import PlugIn
from restorers.text import Text

# what only the degradation can say: its name in a sentence, and where it is found
_ONLY_TOLD = {
    "kernel": (Text("the blur kernel", "模糊核"), Text("a blur", "一种模糊")),
    "mask": (Text("which pixels are missing", "哪些像素缺失"), Text("missing parts", "一种缺失")),
    "scale": (Text("by how much the photo was reduced", "照片缩小的倍数"), Text("low resolution", "低分辨率")),
}


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

    def reach(self, observation: Observation) -> int | None:
        """``context``, or what it comes to on this observation."""
        return self.context

    def missing_knowledge(self, observation: Observation) -> tuple[str, ...]:
        """The entries of ``told`` that this observation cannot give, and that cannot be measured on its photo, as the noise can."""
        return tuple(what for what in self.told if what in _ONLY_TOLD and getattr(observation, what) is None)

    def require(self, observation: Observation) -> Observation:
        """The observation with all that is ``told``: an unknown ``noise_sigma`` is measured on the photo.

        Every ``restore`` that is told something begins with it. Before cutting a photo into tiles, call it once on the whole,
        so that all tiles share one noise.

        Raises:
            RestorersError: if the kernel, the mask or the scale is needed and not known.
        """
        missing = self.missing_knowledge(observation)
        if missing:
            what, source = _ONLY_TOLD[missing[0]]
            raise RestorersError(
                Text(
                    f"{self.title.en} must be told {what.en}, which is unknown here. Choose {source.en} as the damage, or another method.",
                    f"{self.title.zh}需要知道{what.zh}，但此处未知。请选择{source.zh}作为损坏，或换用其他修复方法。",
                )
            )
        if "noise_sigma" in self.told and observation.noise_sigma is None:
            return replace(observation, noise_sigma=estimate_noise(observation.photo))
        return observation

    @classmethod
    def suited(cls, degradation: Degradation) -> bool:
        """Whether it was made for ``degradation``."""
        return bool(cls.suits & {degradation.name, degradation.family})
