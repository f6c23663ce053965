from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from restorers.classical.base import Classical
from restorers.degradations.base import Observation
from restorers.params import param
from restorers.text import Text

# least transmission: less would only amplify noise
_LEAST = 0.1
# guided filter: radius in multiples of the patch's, and regularisation in squared brightness, as in the paper
_REACH, _EPSILON = 4, 1e-3


@dataclass(frozen=True)
class DarkChannelPrior(Classical):
    """Undo haze, y = x t + A (1 − t), by the dark channel: without haze, near every pixel some colour is almost black.

    The dark channel D(y) is the minimum over the three channels and a window of (2·``radius`` + 1)². A is the brightest among
    the 0.1 % of pixels with the largest D(y). t = 1 − ``strength`` · D(y / A), refined by a guided filter with the
    luminance as its guide, at least 0.1. x̂ = (y − A) / t + A.

    Reference: He, Sun and Tang, "Single image haze removal using dark channel prior", CVPR 2009; "Guided image filtering",
    IEEE TPAMI 35(6), 2013.
    """

    title: ClassVar[Text] = Text("Dark channel prior", "暗通道先验")
    help: ClassVar[Text] = Text("Measures how dense the haze is at each place, and takes it away.", "测量各处雾的浓度，并将其去除。")
    suits: ClassVar[frozenset[str]] = frozenset({"haze"})
    reference: ClassVar[str] = "He, Sun and Tang, CVPR 2009"
    order: ClassVar[int] = 59

    strength: float = param(
        0.95, low=0, high=1, step=0.05, label=Text("Strength", "强度"),
        help=Text("Share of the haze to remove; a little left looks natural.", "去除雾的比例；留一点更自然。"),
    )  # fmt: skip
    radius: int = param(
        7, low=1, high=30, step=1, unit="px", label=Text("Radius", "半径"),
        help=Text("Within how many pixels of every place something dark is expected.", "预期在多少像素范围内有暗处。"),
    )  # fmt: skip

    def restore(self, observation: Observation) -> np.ndarray:
        photo = np.clip(observation.photo, 0, 1)
        haziest = np.argsort(self._dark_channel(photo), axis=None)[-max(1, photo[..., 0].size // 1000) :]
        candidates = photo.reshape(-1, 3)[haziest]
        airlight = np.maximum(candidates[candidates.sum(axis=1).argmax()], np.float32(1 / 255))
        transmission = 1 - np.float32(self.strength) * self._dark_channel(photo / airlight)
        guide = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
        transmission = np.clip(_guided_filter(guide, transmission, _REACH * self.radius), _LEAST, 1)[..., None]
        return np.clip((photo - airlight) / transmission + airlight, 0, 1)

    def _dark_channel(self, photo: np.ndarray) -> np.ndarray:
        window = np.ones((2 * self.radius + 1, 2 * self.radius + 1), np.uint8)
        return cv2.erode(photo.min(axis=2), window, borderType=cv2.BORDER_REFLECT)


def _guided_filter(guide: np.ndarray, values: np.ndarray, radius: int) -> np.ndarray:
    """Smooth ``values`` in windows of (2·``radius`` + 1)², but let them jump where ``guide`` does (both float32, one channel)."""

    def mean(x: np.ndarray) -> np.ndarray:
        return cv2.blur(x, (2 * radius + 1, 2 * radius + 1), borderType=cv2.BORDER_REFLECT)

    slope = (mean(guide * values) - mean(guide) * mean(values)) / (mean(guide * guide) - mean(guide) ** 2 + _EPSILON)
    return mean(slope) * guide + mean(mean(values) - slope * mean(guide))
