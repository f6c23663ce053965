from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.classical._luminance import map_luminance
from restorers.classical.base import Classical
from restorers.degradations.base import Observation
from restorers.params import param
from restorers.text import Text


@dataclass(frozen=True)
class Clahe(Classical):
    """Contrast limited adaptive histogram equalization: each part of the photo uses every brightness about equally often.

    The luminance is equalized in ``tiles`` × ``tiles`` parts, with smooth transitions. No brightness counts for more than
    ``limit`` of a part's pixels, which keeps noise in flat areas low. Colours stay. A photo of one brightness stays as it is.

    Reference: Zuiderveld, "Contrast limited adaptive histogram equalization", Graphics Gems IV, 1994; scikit-image's
    ``equalize_adapthist``.
    """

    title: ClassVar[Text] = Text("Adaptive equalization (CLAHE)", "自适应直方图均衡化（CLAHE）")
    help: ClassVar[Text] = Text("Raises the contrast of each part of the photo by itself.", "分别提高照片各部分的对比度。")
    suits: ClassVar[frozenset[str]] = frozenset({"fade", "haze", "low_light"})
    reference: ClassVar[str] = "Zuiderveld, Graphics Gems IV, 1994"
    order: ClassVar[int] = 63

    limit: float = param(
        0.01, low=0.005, high=0.1, step=0.005, label=Text("Contrast limit", "对比度上限"),
        help=Text("More gives more contrast, and more noise.", "越大对比度越强，噪声也越强。"),
    )  # fmt: skip
    tiles: int = param(
        4, low=1, high=16, step=1, label=Text("Parts a side", "每边分块数"),
        help=Text("How many parts each side is divided into; more is more local.", "每条边分成几块；越多越局部。"),
    )  # fmt: skip

    def restore(self, observation: Observation) -> np.ndarray:
        from skimage.exposure import equalize_adapthist

        def equalize(y: np.ndarray) -> np.ndarray:
            if np.ptp(y) == 0:
                return y
            return equalize_adapthist(y, kernel_size=[math.ceil(n / self.tiles) for n in y.shape], clip_limit=self.limit)

        return map_luminance(observation.photo, equalize)
