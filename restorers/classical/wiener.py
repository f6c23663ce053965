from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.classical._conjugate_gradients import conjugate_gradients
from restorers.classical._deconvolution import Frame
from restorers.classical.base import Classical
from restorers.degradations.base import Observation
from restorers.params import param
from restorers.text import Text

# power spectrum of photos: |f| to this power, chosen on validation photos
_FALL = -2.4
_STEPS = 20
# noise of rounding to 8 bits is 0.29/255; a photo without any would ask for division by zero
_LEAST_NOISE = 0.5 / 255


@dataclass(frozen=True)
class Wiener(Classical):
    """The linear estimate with the least mean squared error, for y = k ∗ x + n: X̂ = H̄ Y / (|H|² + r · σ² / S).

    H is the Fourier transform of the kernel k, told; σ the noise, told or else measured on the photo; S(f) ∝ |f|^−2.4 the
    power spectrum of photos, scaled to the variance of this one; r = ``regularisation``.

    The formula holds for a periodic photo. Here what lies beyond the border is unknown instead, and estimated along with the
    rest: with M the mask of the photo in a larger frame, x̂ solves (H*MH + r σ² / S) x = H*M y. The formula is the first guess
    and the preconditioner of 20 steps of conjugate gradients; so borders do not ring.

    Reference: Wiener, "Extrapolation, Interpolation, and Smoothing of Stationary Time Series", 1949; Reeves, "Fast image
    restoration without boundary artifacts", IEEE TIP 14(10), 2005.
    """

    title: ClassVar[Text] = Text("Wiener deconvolution", "维纳反卷积")
    help: ClassVar[Text] = Text("Undoes a known blur as far as the noise allows.", "在噪声允许的范围内还原已知的模糊。")
    suits: ClassVar[frozenset[str]] = frozenset({"blur"})
    told: ClassVar[tuple[str, ...]] = ("kernel", "noise_sigma")
    reference: ClassVar[str] = "Wiener 1949; Reeves, IEEE TIP 14(10), 2005"
    order: ClassVar[int] = 20

    regularisation: float = param(
        1.0, low=0.1, high=10, step=0.1, label=Text("Regularisation", "正则化"),
        help=Text("1 is the theory; less is sharper and noisier, more is smoother.", "1 为理论值；更小更锐利但噪声更多，更大更平滑。"),
    )  # fmt: skip

    def restore(self, observation: Observation) -> np.ndarray:
        observation = self.require(observation)
        photo = observation.photo
        frame = Frame(photo.shape[:2], observation.kernel)
        blur = frame.transfer
        noise = self.regularisation * max(observation.noise_sigma, _LEAST_NOISE) ** 2 / self._spectrum(photo, frame)

        def inside(spectrum: np.ndarray) -> np.ndarray:
            return np.conj(blur) * frame.forward(frame.alone(frame.inverse(spectrum)[frame.inside]))

        formula = 1 / (np.abs(blur) ** 2 + noise)
        start = formula * np.conj(blur) * frame.forward(frame.mirrored(photo))
        estimate = conjugate_gradients(
            apply=lambda x: inside(blur * x) + noise * x,
            start=start,
            residual=np.conj(blur) * frame.forward(frame.alone(photo)) - inside(blur * start) - noise * start,
            steps=_STEPS,
            precondition=lambda x: formula * x,
            dot=lambda a, b: float(np.vdot(a, frame.count * b).real),
        )
        return np.clip(frame.inverse(estimate)[frame.inside], 0, 1)

    @staticmethod
    def _spectrum(photo: np.ndarray, frame: Frame) -> np.ndarray:
        """Expected power of each frequency, float32 (rows, columns, 1), infinite for the mean, which is not regularised."""
        height, width = frame.shape
        square = np.fft.fftfreq(height)[:, None] ** 2 + np.fft.rfftfreq(width)[None] ** 2
        square[0, 0] = np.inf
        power = (square ** (_FALL / 2))[..., None]
        # the mean over all frequencies is the variance of a pixel
        power *= max(float(photo.mean(axis=2).var()), 1e-4) / ((frame.count * power).sum() / (height * width))
        power[0, 0] = np.inf
        return power.astype(np.float32)
