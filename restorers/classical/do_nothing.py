from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.classical.base import Classical
from restorers.degradations.base import FAMILIES, Observation
from restorers.text import Text


@dataclass(frozen=True)
class DoNothing(Classical):
    """Nothing: x̂ = y, limited to [0, 1]. What every other restorer has to beat."""

    title: ClassVar[Text] = Text("Do nothing", "什么都不做")
    help: ClassVar[Text] = Text(
        "Keeps the damaged photo as it is. Every other method has to beat it.", "保持损坏后的照片不变。其他修复方法都应优于它。"
    )
    suits: ClassVar[frozenset[str]] = frozenset(FAMILIES)
    context: ClassVar[int | None] = 0
    order: ClassVar[int] = 0

    def restore(self, observation: Observation) -> np.ndarray:
        return np.clip(observation.photo, 0, 1)
