from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.classical._luminance import map_luminance
from restorers.classical.base import Classical
from restorers.degradations.base import Observation
from restorers.text import Text


@dataclass(frozen=True)
class HistogramEqualization(Classical):
    """Use every brightness equally often: Ŷ = F(Y), F the share of pixels that are not brighter (1024 bins). Colours stay.

    A photo of one brightness stays as it is.

    Reference: Gonzalez and Woods, "Digital Image Processing", 4th edition 2018, section 3.3; scikit-image's ``equalize_hist``.
    """

    title: ClassVar[Text] = Text("Histogram equalization", "直方图均衡化")
    help: ClassVar[Text] = Text("Spreads the brightness evenly from black to white.", "使亮度从黑到白均匀分布。")
    suits: ClassVar[frozenset[str]] = frozenset({"haze", "low_light"})
    reference: ClassVar[str] = "Gonzalez and Woods, Digital Image Processing, 2018"
    order: ClassVar[int] = 62

    def restore(self, observation: Observation) -> np.ndarray:
        from skimage.exposure import equalize_hist

        def equalize(y: np.ndarray) -> np.ndarray:
            return equalize_hist(y, nbins=1024) if np.ptp(y) > 0 else y

        return map_luminance(observation.photo, equalize)
