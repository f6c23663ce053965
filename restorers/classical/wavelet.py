from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from restorers.classical.base import Classical
from restorers.degradations.base import Observation
from restorers.params import param
from restorers.text import Text

_MARGIN = 16


@dataclass(frozen=True)
class Wavelet(Classical):
    """Wavelet shrinkage: coefficients smaller than the noise are set to zero, the others move towards zero; in Y, Cb and Cr.

    The threshold of each scale is σ² / σ_x (``BayesShrink``, σ_x: what that scale holds beyond noise) or σ √(2 ln n) for all
    (``VisuShrink``, n pixels). The result is the mean over (``shifts`` + 1)² shifted grids, as a single one leaves its pattern
    (cycle spinning). The noise σ is told where known, and else measured on the photo. ``strength`` multiplies it.

    Reference: Chang, Yu and Vetterli, IEEE TIP 9(9), 2000; Donoho and Johnstone, Biometrika 81(3), 1994; Coifman and Donoho
    1995; scikit-image's ``denoise_wavelet`` and ``cycle_spin``.
    """

    title: ClassVar[Text] = Text("Wavelet shrinkage", "小波收缩")
    help: ClassVar[Text] = Text(
        "Splits the photo into fine and coarse waves and drops those as weak as the noise.",
        "把照片分解为粗细不同的波，去掉与噪声一样弱的部分。",
    )
    suits: ClassVar[frozenset[str]] = frozenset({"noise"})
    told: ClassVar[tuple[str, ...]] = ("noise_sigma",)
    reference: ClassVar[str] = "Chang, Yu and Vetterli, IEEE TIP 9(9), 2000"
    order: ClassVar[int] = 12

    strength: float = param(
        1.0, low=0.1, high=3, step=0.05, label=Text("Strength", "强度"),
        help=Text("Noise to remove, in multiples of its σ.", "要去除的噪声，以其 σ 的倍数计。"),
    )  # fmt: skip
    threshold: str = param(
        "BayesShrink", label=Text("Threshold", "阈值"),
        choices={
            "BayesShrink": Text("BayesShrink, one for each scale", "BayesShrink，逐尺度"),
            "VisuShrink": Text("VisuShrink, one for all, very smooth", "VisuShrink，统一，非常平滑"),
        },
        help=Text("Below which size a wave counts as noise.", "波小于多少即视为噪声。"),
    )  # fmt: skip
    wavelet: str = param(
        "db2", label=Text("Wavelet", "小波"),
        choices={
            "haar": Text("Haar, blocky", "Haar，有块感"),
            "db2": Text("Daubechies 2", "Daubechies 2"),
            "sym4": Text("Symlet 4, smooth", "Symlet 4，平滑"),
        },
        help=Text("The shape of a wave.", "波的形状。"),
    )  # fmt: skip
    shifts: int = param(
        2, low=0, high=3, step=1, label=Text("Shifts", "平移"),
        help=Text("How many shifted grids are averaged along each side; 0 is a single grid.", "每个方向平均多少个平移网格；0 为单一网格。"),
    )  # fmt: skip

    def restore(self, observation: Observation) -> np.ndarray:
        from skimage.restoration import cycle_spin, denoise_wavelet

        observation = self.require(observation)
        # shifted grids wrap around, and small photos have no coarse scales: both happen in a mirrored margin
        padded = cv2.copyMakeBorder(observation.photo, *[_MARGIN] * 4, cv2.BORDER_REFLECT_101)
        settings = {
            "sigma": self.strength * max(observation.noise_sigma, 1e-4),
            "wavelet": self.wavelet,
            "method": self.threshold,
            "convert2ycbcr": True,
            "rescale_sigma": True,
            "channel_axis": -1,
        }
        smooth = cycle_spin(padded, denoise_wavelet, self.shifts, func_kw=settings, workers=1, channel_axis=-1)
        return np.clip(smooth[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN], 0, 1).astype(np.float32)
