from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.degradations._missing import remove
from restorers.degradations.base import Degradation, Observation
from restorers.params import param
from restorers.text import Text


@dataclass(frozen=True)
class MissingPixels(Degradation):
    """Pixels missing at random: with probability ``share`` a pixel is lost and middle gray (128/255) stands in its place.

    The lost pixels are known: ``mask`` marks them.

    Reference: Bertalmio et al., "Image inpainting", SIGGRAPH 2000 (the task).
    """

    family: ClassVar[str] = "missing"
    title: ClassVar[Text] = Text("Missing pixels", "缺失像素")
    help: ClassVar[Text] = Text("Single pixels are lost, at random places.", "随机位置的单个像素丢失。")
    reference: ClassVar[str] = "Bertalmio et al., SIGGRAPH 2000"
    order: ClassVar[int] = 60

    share: float = param(
        0.5, low=0, high=0.95, step=0.05, label=Text("Share", "比例"),
        help=Text("Share of the pixels that are lost; 0.5 is every other one.", "丢失像素所占的比例；0.5 即一半。"),
    )  # fmt: skip

    def apply(self, photo: np.ndarray, rng: np.random.Generator) -> Observation:
        return remove(photo, rng.random(photo.shape[:2]) < self.share)
