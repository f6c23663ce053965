from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from restorers.degradations.base import Degradation, Observation
from restorers.params import param
from restorers.text import Text


@dataclass(frozen=True)
class LowLight(Degradation):
    """Too little light: y = x^gamma + n, n ~ N(0, (noise/255)²), drawn for each pixel and channel, limited to [0, 1].

    Reference: Lore et al., "LLNet: a deep autoencoder approach to natural low-light image enhancement", Pattern Recognition 61, 2017.
    """

    family: ClassVar[str] = "colour"
    title: ClassVar[Text] = Text("Low light", "低光照")
    help: ClassVar[Text] = Text("Dark and grainy, as taken at night.", "又暗又有颗粒，如夜间拍摄。")
    reference: ClassVar[str] = "Lore et al., Pattern Recognition 61, 2017"
    order: ClassVar[int] = 42

    gamma: float = param(
        2.5, low=1, high=5, step=0.1, label=Text("Darkness γ", "暗度 γ"),
        help=Text("Exponent applied to the brightness; 1 keeps it.", "作用于亮度的指数；1 表示不变。"),
    )  # fmt: skip
    noise: float = param(
        5.0, low=0, high=50, step=1, unit="/255", label=Text("Noise σ", "噪声 σ"),
        help=Text("Standard deviation of the noise, in gray levels of 255.", "噪声的标准差，以 255 灰阶计。"),
    )  # fmt: skip

    def apply(self, photo: np.ndarray, rng: np.random.Generator) -> Observation:
        # unclipped noise earlier in a chain may have left values below 0, which have no power
        dark = cv2.pow(np.clip(photo, 0, 1), self.gamma)
        noise = rng.standard_normal(photo.shape, dtype=np.float32) * np.float32(self.noise / 255)
        return Observation(np.clip(dark + noise, 0, 1), noise_sigma=self.noise / 255)
