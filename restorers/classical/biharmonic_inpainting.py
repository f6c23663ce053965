from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from restorers.classical._conjugate_gradients import conjugate_gradients
from restorers.classical.base import Classical
from restorers.degradations.base import Observation
from restorers.text import Text

_STEPS = 40


@dataclass(frozen=True)
class BiharmonicInpainting(Classical):
    """The smoothest filling: missing pixels minimise Σ |Δx|², with Δ the Laplacian, so that Δ²x = 0 in every gap.

    Value and slope continue across the border of a gap, like a thin plate bent through the known pixels. It is told the
    mask; known pixels stay exactly as they are. Solved from coarse to fine: the mean of the known pixels of each 2 × 2 makes
    a photo of half the size with fewer gaps, whose solution starts 40 steps of conjugate gradients.

    Reference: Damelin and Hoang, "On surface completion and image inpainting by biharmonic functions", International
    Journal of Mathematics and Mathematical Sciences, 2018. scikit-image's ``inpaint_biharmonic`` solves the same equation directly.
    """

    title: ClassVar[Text] = Text("Biharmonic inpainting", "双调和修补")
    help: ClassVar[Text] = Text(
        "Bends a smooth surface through the known pixels.",
        "用一张光滑曲面穿过所有已知像素。",
    )
    suits: ClassVar[frozenset[str]] = frozenset({"missing"})
    told: ClassVar[tuple[str, ...]] = ("mask",)
    reference: ClassVar[str] = "Damelin and Hoang, Int. J. Math. Math. Sci., 2018"
    order: ClassVar[int] = 40

    def restore(self, observation: Observation) -> np.ndarray:
        observation = self.require(observation)
        return np.clip(_fill(observation.photo, observation.mask), 0, 1)


def _fill(photo: np.ndarray, mask: np.ndarray) -> np.ndarray:
    if not mask.any() or mask.all():
        return photo
    height, width = mask.shape
    rows, columns = (height + 1) // 2, (width + 1) // 2
    known = np.pad(~mask, ((0, 2 * rows - height), (0, 2 * columns - width))).astype(np.float32)[..., None]
    padded = np.pad(photo, ((0, 2 * rows - height), (0, 2 * columns - width), (0, 0)))
    count = known.reshape(rows, 2, columns, 2, 1).sum(axis=(1, 3))
    half = (padded * known).reshape(rows, 2, columns, 2, 3).sum(axis=(1, 3)) / np.maximum(count, 1)
    guess = cv2.resize(_fill(half, count[..., 0] == 0), (2 * columns, 2 * rows), interpolation=cv2.INTER_LINEAR)[:height, :width]

    gap = mask[..., None].astype(np.float32)
    start = np.where(mask[..., None], guess, photo)
    return conjugate_gradients(lambda x: gap * _bend(x), start, -gap * _bend(start), _STEPS)


def _bend(x: np.ndarray) -> np.ndarray:
    """Δ²x, with borders mirrored so that Δ is symmetric."""
    for _ in range(2):
        x = cv2.Laplacian(x, cv2.CV_32F, ksize=1, borderType=cv2.BORDER_REFLECT)
    return x
