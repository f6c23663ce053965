from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.degradations.base import Degradation, Observation
from restorers.params import param
from restorers.text import Text

# what an old print fades towards, and the colour of its yellowed paper (RGB)
_GRAY = np.float32(0.6)
_PAPER = np.array([1.0, 0.86, 0.6], np.float32)


@dataclass(frozen=True)
class Fade(Degradation):
    """A faded, yellowed print: y = (c · x + (1 − c) · 0.6) · (1 − t · (1 − p)), with c = ``contrast``, t = ``tint``, p = (1, 0.86, 0.6).

    The first factor draws black and white together, the second filters the light as yellowed paper does. Contrast 1 with
    tint 0 changes nothing. A simple model of what the eye sees, not of the chemistry.

    Reference: Wan et al., "Bringing old photos back to life", CVPR 2020 (the task).
    """

    family: ClassVar[str] = "colour"
    title: ClassVar[Text] = Text("Fade", "褪色")
    help: ClassVar[Text] = Text("Pale and yellowed, like an old print.", "发白泛黄，如老照片。")
    reference: ClassVar[str] = "Wan et al., CVPR 2020"
    order: ClassVar[int] = 41

    contrast: float = param(
        0.5, low=0.1, high=1, step=0.05, label=Text("Contrast left", "剩余对比度"),
        help=Text("Share of the contrast that is left; 1 is all of it.", "剩余对比度所占的比例；1 为全部保留。"),
    )  # fmt: skip
    tint: float = param(
        0.5, low=0, high=1, step=0.05, label=Text("Yellowing", "泛黄"),
        help=Text("0 keeps the colours neutral, 1 is strongly yellowed paper.", "0 保持颜色中性，1 为严重泛黄的相纸。"),
    )  # fmt: skip

    def apply(self, photo: np.ndarray, rng: np.random.Generator) -> Observation:
        contrast, tint = np.float32(self.contrast), np.float32(self.tint)
        pale = contrast * photo + (1 - contrast) * _GRAY
        return Observation(np.clip(pale * (1 - tint * (1 - _PAPER)), 0, 1))
