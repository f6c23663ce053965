from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.degradations._blur import blur, grid
from restorers.degradations.base import Degradation, Observation
from restorers.params import param
from restorers.text import Text


@dataclass(frozen=True)
class DefocusBlur(Degradation):
    """A point becomes a disk: y = k ∗ x, k[a, b] ∝ area of the pixel (a, b) inside the circle of ``radius``, borders reflected.

    The areas are exact, so the kernel changes smoothly with the radius. Up to radius 0.5 the disk lies within one pixel
    and nothing changes.

    Reference: the circle of confusion of a thin lens; MATLAB's ``fspecial("disk")``.
    """

    family: ClassVar[str] = "blur"
    title: ClassVar[Text] = Text("Defocus blur", "失焦模糊")
    help: ClassVar[Text] = Text("Every point becomes a disk, as when the lens is out of focus.", "每个点变成圆斑，如镜头没有对准焦点。")
    reference: ClassVar[str] = 'MATLAB fspecial("disk")'
    order: ClassVar[int] = 23

    radius: float = param(
        4.0, low=0.5, high=20, step=0.5, unit="px", label=Text("Radius", "半径"),
        help=Text("Radius of the disk, in pixels of the photo.", "圆斑的半径，以照片像素计。"),
    )  # fmt: skip

    def apply(self, photo: np.ndarray, rng: np.random.Generator) -> Observation:
        y, x = grid(math.ceil(self.radius - 0.5))
        area = self._area(x + 0.5, y + 0.5) - self._area(x - 0.5, y + 0.5) - self._area(x + 0.5, y - 0.5) + self._area(x - 0.5, y - 0.5)
        return blur(photo, np.maximum(area, 0))

    def _area(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Area of the disk within the rectangle from its centre to (x, y), negative where x and y differ in sign."""
        r = self.radius
        w, h = np.minimum(np.abs(x), r), np.minimum(np.abs(y), r)
        # the rectangle's top is inside the circle as far as `flat`; from there on the circle is the top
        flat = np.minimum(np.sqrt((r - h) * (r + h)), w)
        return np.sign(x) * np.sign(y) * (flat * h + self._under_circle(w) - self._under_circle(flat))

    def _under_circle(self, t: np.ndarray) -> np.ndarray:
        r = self.radius
        return (t * np.sqrt((r - t) * (r + t)) + r**2 * np.arcsin(t / r)) / 2
