from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from restorers.classical.base import Classical
from restorers.degradations.base import Observation
from restorers.params import param
from restorers.text import Text


@dataclass(frozen=True)
class UnsharpMask(Classical):
    """Exaggerate what a blur would take away: x̂ = y + ``amount`` · (y − G ∗ y), G a Gaussian of standard deviation ``sigma``.

    Knows nothing of the blur, and sharpens noise as well.

    Reference: Gonzalez and Woods, "Digital Image Processing", 4th edition 2018, section 3.6.
    """

    title: ClassVar[Text] = Text("Unsharp mask", "反锐化掩模")
    help: ClassVar[Text] = Text(
        "The usual sharpening of photo programs: exaggerates edges, and noise with them.", "修图软件常用的锐化：夸大边缘，也夸大噪声。"
    )
    suits: ClassVar[frozenset[str]] = frozenset({"blur", "resolution"})
    context: ClassVar[int | None] = 20
    reference: ClassVar[str] = "Gonzalez and Woods, Digital Image Processing, 2018"
    order: ClassVar[int] = 22

    sigma: float = param(
        2.5, low=0.3, high=5, step=0.1, unit="px", label=Text("Width σ", "宽度 σ"),
        help=Text("Size of the details to exaggerate.", "要夸大的细节的大小。"),
    )  # fmt: skip
    amount: float = param(
        0.7, low=0, high=5, step=0.1, label=Text("Amount", "程度"),
        help=Text("How much to exaggerate; 0 changes nothing.", "夸大的程度；0 表示不变。"),
    )  # fmt: skip

    def restore(self, observation: Observation) -> np.ndarray:
        photo = observation.photo
        smooth = cv2.GaussianBlur(photo, (0, 0), self.sigma, borderType=cv2.BORDER_REFLECT_101)
        return np.clip(photo + np.float32(self.amount) * (photo - smooth), 0, 1)
