from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.classical.base import Classical
from restorers.degradations.base import Observation
from restorers.params import param
from restorers.text import Text

_STEPS = 60


@dataclass(frozen=True)
class TotalVariation(Classical):
    """The photo x that minimises ‖x − y‖² / 2 + w · TV(x), for each channel, with w = ``strength`` · σ and TV(x) = Σ |∇x|.

    Few, clean edges cost little, noise costs much: flat areas with sharp borders remain. The
    noise σ is told where known, and else measured on the photo. 60 steps of Chambolle's projection.

    Reference: Rudin, Osher and Fatemi, Physica D 60, 1992; Chambolle, JMIV 20, 2004; scikit-image's ``denoise_tv_chambolle``.
    """

    title: ClassVar[Text] = Text("Total variation", "全变分")
    help: ClassVar[Text] = Text(
        "Finds the smoothest photo with sharp edges that still resembles the noisy one.", "寻找既平滑又有清晰边缘、且与带噪照片相近的照片。"
    )
    suits: ClassVar[frozenset[str]] = frozenset({"noise"})
    told: ClassVar[tuple[str, ...]] = ("noise_sigma",)
    context: ClassVar[int | None] = _STEPS + 1
    reference: ClassVar[str] = "Rudin, Osher and Fatemi, Physica D 60, 1992"
    order: ClassVar[int] = 14

    strength: float = param(
        0.7, low=0.1, high=3, step=0.05, label=Text("Strength", "强度"),
        help=Text("Weight of smoothness, in multiples of the noise.", "平滑的权重，以噪声的倍数计。"),
    )  # fmt: skip

    def restore(self, observation: Observation) -> np.ndarray:
        from skimage.restoration import denoise_tv_chambolle

        observation = self.require(observation)
        weight = self.strength * max(observation.noise_sigma, 1e-4)
        # a stop that depends on the whole photo would make tiles differ: eps 0 takes all steps
        smooth = denoise_tv_chambolle(observation.photo, weight=weight, eps=0, max_num_iter=_STEPS, channel_axis=-1)
        return np.clip(smooth, 0, 1).astype(np.float32)
