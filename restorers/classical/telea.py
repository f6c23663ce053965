from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from restorers.classical._inpainting import gap_reach, inpaint
from restorers.classical.base import Classical
from restorers.degradations.base import Observation
from restorers.params import param
from restorers.text import Text


@dataclass(frozen=True)
class Telea(Classical):
    """Fast marching: missing pixels are filled from the border of a gap inwards, each with a weighted mean of its known neighbours.

    The weights favour neighbours that are near, along the normal of the front, and on its level; each neighbour continues
    its own gradient. It is told the mask. Filled pixels are multiples of 1/255, as OpenCV works in 8 bits; known pixels stay
    exactly as they are.

    Reference: Telea, "An image inpainting technique based on the fast marching method", Journal of Graphics Tools 9(1), 2004;
    OpenCV's ``inpaint``.
    """

    title: ClassVar[Text] = Text("Telea inpainting", "Telea 修补")
    help: ClassVar[Text] = Text(
        "Fills from the border of a gap inwards, with a weighted mean of what is already known.",
        "从缺口边缘向内，用已知像素的加权平均填补。",
    )
    suits: ClassVar[frozenset[str]] = frozenset({"missing"})
    told: ClassVar[tuple[str, ...]] = ("mask",)
    reference: ClassVar[str] = "Telea, Journal of Graphics Tools 9(1), 2004"
    order: ClassVar[int] = 42

    radius: int = param(
        2, low=1, high=10, step=1, unit="px", label=Text("Radius", "半径"),
        help=Text("How far around a missing pixel known ones are looked at.", "在缺失像素周围多远范围内考察已知像素。"),
    )  # fmt: skip

    def reach(self, observation: Observation) -> int | None:
        return gap_reach(self.require(observation).mask, self.radius)

    def restore(self, observation: Observation) -> np.ndarray:
        return inpaint(self.require(observation), self.radius, cv2.INPAINT_TELEA)
