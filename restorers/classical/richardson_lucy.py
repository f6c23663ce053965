from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.classical._deconvolution import Frame
from restorers.classical.base import Classical
from restorers.degradations.base import Observation
from restorers.params import param
from restorers.text import Text

# keep divisions away from zero: of a dark pixel, and of a place in the frame that hardly reaches the photo, as a share of what the
# best place gives it: where the kernel is far larger than the photo no place gives it much
_DARK = 1e-3
_UNSEEN = 1e-2


@dataclass(frozen=True)
class RichardsonLucy(Classical):
    """Repeated correction by what the estimate cannot explain: x ← x · (k⋆ ∗ (M · y / (k ∗ x))) / (k⋆ ∗ M), ``iterations`` times.

    k is the kernel, told; k⋆ the same turned by 180°; M the mask of the photo in a larger frame: what lies beyond the border
    is unknown, and estimated along with the rest, so that borders do not ring. It rises to the most likely photo under
    photon noise; stopping early keeps the noise low. Starts from y. Values stay in [0, 1].

    Reference: Richardson, JOSA 62(1), 1972; Lucy, Astronomical Journal 79, 1974; Bertero and Boccacci, "A simple method
    for the reduction of boundary effects in the Richardson–Lucy approach", Astronomy & Astrophysics 437, 2005.
    """

    title: ClassVar[Text] = Text("Richardson–Lucy deconvolution", "理查森-露西反卷积")
    help: ClassVar[Text] = Text(
        "Sharpens step by step until blurring again gives the observation.",
        "逐步锐化，直到再次模糊能得到观测图片。",
    )
    suits: ClassVar[frozenset[str]] = frozenset({"blur"})
    told: ClassVar[tuple[str, ...]] = ("kernel",)
    reference: ClassVar[str] = "Richardson, JOSA 62(1), 1972; Lucy, Astronomical Journal 79, 1974"
    order: ClassVar[int] = 21

    iterations: int = param(
        30, low=1, high=80, step=1, label=Text("Iterations", "迭代次数"),
        help=Text("More is sharper, and noisier.", "越多越锐利，噪声也越强。"),
    )  # fmt: skip

    def restore(self, observation: Observation) -> np.ndarray:
        observation = self.require(observation)
        photo = np.clip(observation.photo, 0, 1)
        frame = Frame(photo.shape[:2], observation.kernel)
        blur, turned = frame.transfer, np.conj(frame.transfer)
        seen = frame.inverse(turned * frame.forward(frame.alone(np.ones((*photo.shape[:2], 1), np.float32))))
        seen = np.maximum(seen, _UNSEEN * seen.max())
        estimate = frame.mirrored(photo)
        for _ in range(self.iterations):
            again = frame.inverse(blur * frame.forward(estimate))[frame.inside]
            ratio = frame.alone(photo / np.maximum(again, _DARK))
            estimate = np.clip(estimate * frame.inverse(turned * frame.forward(ratio)) / seen, 0, 1)
        return estimate[frame.inside]
