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
class NavierStokes(Classical):
    """Continue the isophotes, the lines of equal brightness, into a gap, as the stream lines of a fluid without friction.

    OpenCV marches from the border of a gap inwards and averages known neighbours along the isophotes. It is told the
    mask. Filled pixels are multiples of 1/255, as OpenCV works in 8 bits; known pixels stay exactly as they are.

    Reference: Bertalmío, Bertozzi and Sapiro, "Navier–Stokes, fluid dynamics, and image and video inpainting", CVPR 2001;
    OpenCV's ``inpaint``.
    """

    title: ClassVar[Text] = Text("Navier–Stokes inpainting", "Navier–Stokes 修补")
    help: ClassVar[Text] = Text(
        "Continues lines of equal brightness into a gap, as a fluid would flow.",
        "像流体一样把等亮度线延伸到缺口内。",
    )
    suits: ClassVar[frozenset[str]] = frozenset({"missing"})
    told: ClassVar[tuple[str, ...]] = ("mask",)
    reference: ClassVar[str] = "Bertalmío, Bertozzi and Sapiro, CVPR 2001"
    order: ClassVar[int] = 41

    radius: int = param(
        2, low=1, high=10, step=1, unit="px", label=Text("Radius", "半径"),
        help=Text("How far around a missing pixel known ones are looked at.", "在缺失像素周围多远范围内考察已知像素。"),
    )  # fmt: skip

    def reach(self, observation: Observation) -> int | None:
        return gap_reach(self.require(observation).mask, self.radius)

    def restore(self, observation: Observation) -> np.ndarray:
        return inpaint(self.require(observation), self.radius, cv2.INPAINT_NS)
