from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.degradations._missing import draw, remove
from restorers.degradations.base import Degradation, Observation
from restorers.params import param
from restorers.text import Text

_POINTS = 48  # enough for a stroke to look smooth


@dataclass(frozen=True)
class Scratches(Degradation):
    """Curved scratches at random places; middle gray (128/255) stands in place of what they took, and ``mask`` marks it.

    A scratch starts anywhere, runs 0.2 to 0.8 of the photo's longer side, and bends smoothly: its heading is
    θ(s) = θ₀ + a s + b sin(2π s + φ), s from 0 to 1. Its width is 0.5 to 1.5 times ``width``, at least one pixel. More
    scratches leave the first ones where they were.

    Reference: Wan et al., "Bringing old photos back to life", CVPR 2020 (the task).
    """

    family: ClassVar[str] = "missing"
    title: ClassVar[Text] = Text("Scratches", "划痕")
    help: ClassVar[Text] = Text("Thin curved lines are lost, as on an old print.", "细长弯曲的线条丢失，如老照片上的划痕。")
    reference: ClassVar[str] = "Wan et al., CVPR 2020"
    order: ClassVar[int] = 61

    count: int = param(
        12, low=1, high=100, step=1, label=Text("Count", "数量"),
        help=Text("How many scratches there are.", "划痕的条数。"),
    )  # fmt: skip
    width: float = param(
        3.0, low=1, high=20, step=0.5, unit="px", label=Text("Width", "宽度"),
        help=Text("Mean width of a scratch, in pixels of the photo.", "划痕的平均宽度，以照片像素计。"),
    )  # fmt: skip

    def apply(self, photo: np.ndarray, rng: np.random.Generator) -> Observation:
        canvas = np.zeros(photo.shape[:2], np.uint8)
        size = np.array([photo.shape[1], photo.shape[0]])
        s = np.linspace(0, 1, _POINTS)
        for _ in range(self.count):
            start, length = rng.random(2) * (size - 1), rng.uniform(0.2, 0.8) * size.max()
            first, phase = rng.uniform(0, 2 * np.pi, 2)
            bend, sway = rng.normal(0, [0.8, 0.3])
            heading = first + bend * s + sway * np.sin(2 * np.pi * s + phase)
            steps = np.stack([np.cos(heading), np.sin(heading)], axis=1) * (length / (_POINTS - 1))
            draw(canvas, start + np.cumsum(steps, axis=0) - steps[0], self.width * rng.uniform(0.5, 1.5))
        return remove(photo, canvas.astype(bool))
