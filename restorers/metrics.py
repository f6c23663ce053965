"""How close a photo is to the truth; every figure names its protocol."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from restorers.degradations.base import Observation, degrade
from restorers.errors import RestorersError
from restorers.text import Text

# rows measured at once: bounds the memory for a photo of any height
_STRIP = 256
_SIGMA, _RADIUS = 1.5, 5
_K1, _K2 = 0.01, 0.03

# weights of R, G, B in [0, 1], and what is added: ITU-R BT.601 luma in [16, 235], the rgb2ycbcr of MATLAB, over 255
_Y = np.array([[65.481, 128.553, 24.966, 16]]) / 255
# full-range luma, as OpenCV's COLOR_RGB2GRAY
_LUMA = np.array([[0.299, 0.587, 0.114]])


class MetricError(RestorersError):
    """Photos that cannot be measured against each other."""


@dataclass(frozen=True)
class Protocol:
    """How PSNR and SSIM are measured; printed beside every score.

    Attributes:
        name: short and exact, e.g. ``"RGB"`` or ``"Y, 4 px cropped"``.
        channels: ``"rgb"``: over all three; ``"y"``: on Y = (16 + 65.481 R + 128.553 G + 24.966 B) / 255;
            ``"gray"``: on 0.299 R + 0.587 G + 0.114 B.
        crop: pixels left out at each border.
        label: what the page prints.
    """

    name: str
    channels: str
    crop: int
    label: Text

    @staticmethod
    def y(crop: int = 0) -> Protocol:
        """On MATLAB's Y, as in super-resolution papers, with ``crop`` pixels left out at each border."""
        if not crop:
            return Y
        return Protocol(f"Y, {crop} px cropped", "y", crop, Text(f"Y channel, {crop} px cropped", f"Y 通道，每边裁去 {crop} 像素"))


RGB = Protocol("RGB", "rgb", 0, Text("RGB, whole photo", "RGB，整张照片"))
Y = Protocol("Y", "y", 0, Text("Y channel, whole photo", "Y 通道，整张照片"))
GRAY = Protocol("gray", "gray", 0, Text("gray, whole photo", "灰度，整张照片"))
# how a training scores its network on the pictures that were held out, as the card says it
VALIDATION = Text("PSNR of each picture after clipping, mean; no crop", "每张图片截断后的 PSNR，取平均；不裁边")


@dataclass(frozen=True)
class Score:
    """PSNR in dB (inf for equal photos), SSIM (at most 1) and how they were measured."""

    psnr: float
    ssim: float
    protocol: Protocol


@dataclass(frozen=True)
class Consistency:
    """Agreement of a restored photo, degraded again, with what was seen.

    Attributes:
        psnr: in dB over RGB; inf where they are equal.
        map: where they disagree, float32 (height, width), mean absolute difference over the channels.
    """

    psnr: float
    map: np.ndarray


def _check(photo: np.ndarray, truth: np.ndarray, crop: int = 0) -> None:
    if photo.ndim != 3 or photo.shape[2] != 3 or photo.shape != truth.shape:
        raise MetricError(
            Text(
                f"Two photos of one size are needed. Received: {photo.shape} and {truth.shape}.",
                f"需要两张尺寸相同的照片。收到：{photo.shape} 和 {truth.shape}。",
            )
        )
    height, width = photo.shape[:2]
    if min(height, width) <= 2 * crop:
        raise MetricError(
            Text(
                f"Nothing is left when {crop} pixels are cropped at each border of {width} × {height}.",
                f"{width} × {height} 的照片每边裁去 {crop} 像素后没有剩余。",
            )
        )


def _strips(photo: np.ndarray, truth: np.ndarray, protocol: Protocol, overlap: int) -> Iterator[tuple[np.ndarray, np.ndarray, int, int]]:
    """Both photos in the protocol's channels as float32 (rows, width[, 3]), strip by strip.

    Each comes with the ``overlap`` rows above and below that the photo has, and with the rows that are the strip's own.
    """
    _check(photo, truth, protocol.crop)
    crop = slice(protocol.crop, -protocol.crop or None)
    photo, truth = photo[crop, crop], truth[crop, crop]
    height = photo.shape[0]
    for start in range(0, height, _STRIP):
        stop = min(start + _STRIP, height)
        low, high = max(start - overlap, 0), min(stop + overlap, height)
        yield *(_channels(p[low:high], protocol) for p in (photo, truth)), start - low, stop - low


def _channels(strip: np.ndarray, protocol: Protocol) -> np.ndarray:
    strip = np.asarray(strip, np.float32)
    if protocol.channels == "rgb":
        return strip
    return cv2.transform(strip, _Y if protocol.channels == "y" else _LUMA)


def psnr(photo: np.ndarray, truth: np.ndarray, protocol: Protocol = RGB) -> float:
    """Peak signal-to-noise ratio in dB: 10 log₁₀(1 / mean((photo − truth)²)); inf for equal photos.

    Args:
        photo, truth: (height, width, 3), RGB in [0, 1]; neither is clipped.
        protocol: channels and border.
    """
    total, count = 0.0, 0
    for a, b, _, _ in _strips(photo, truth, protocol, 0):
        total += cv2.norm(cv2.subtract(a, b), cv2.NORM_L2SQR)  # summed in float64
        count += a.size
    return math.inf if total == 0 else -10 * math.log10(total / count)


def ssim(photo: np.ndarray, truth: np.ndarray, protocol: Protocol = RGB) -> float:
    """Structural similarity, the mean over pixels and channels of

        (2 μₐ μᵦ + C₁)(2 σₐᵦ + C₂) / ((μₐ² + μᵦ² + C₁)(σₐ² + σᵦ² + C₂)),  C₁ = 0.01², C₂ = 0.03²,

    with means, population variances and covariance under an 11×11 Gaussian window of σ 1.5. Pixels less than 5 from the
    border are not averaged, as in scikit-image; where that would leave none (a side under 11 pixels) all are, with
    reflected borders.

    Args:
        photo, truth: (height, width, 3), RGB in [0, 1].
        protocol: channels and border.

    Reference: Wang et al., "Image quality assessment: from error visibility to structural similarity", IEEE TIP 2004.
    """
    height, width = (side - 2 * protocol.crop for side in photo.shape[:2])
    margin = _RADIUS if min(height, width) > 2 * _RADIUS else 0
    total, count, done = 0.0, 0, 0
    for a, b, start, stop in _strips(photo, truth, protocol, _RADIUS):
        values = _ssim_map(a, b)
        first, last = max(margin, done), min(height - margin, done + stop - start)
        own = values[start + first - done : start + last - done, margin : width - margin]
        total += float(own.sum(dtype=np.float64))
        count += own.size
        done += stop - start
    return min(total / count, 1.0)


def _ssim_map(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    def mean(x: np.ndarray) -> np.ndarray:
        size = 2 * _RADIUS + 1
        return cv2.GaussianBlur(x, (size, size), _SIGMA, borderType=cv2.BORDER_REFLECT)

    # about the middle of the range, so that little is lost in float32 where a variance is the difference of two squares
    a, b = a - np.float32(0.5), b - np.float32(0.5)
    ua, ub = mean(a), mean(b)
    squares = mean(a * a + b * b) - ua * ua - ub * ub
    covariance = mean(a * b) - ua * ub
    ua += np.float32(0.5)
    ub += np.float32(0.5)
    c1, c2 = np.float32(_K1**2), np.float32(_K2**2)
    return (2 * ua * ub + c1) * (2 * covariance + c2) / ((ua * ua + ub * ub + c1) * (squares + c2))


def score(photo: np.ndarray, truth: np.ndarray, protocol: Protocol = RGB) -> Score:
    """PSNR and SSIM of ``photo`` against ``truth`` under ``protocol``."""
    return Score(psnr(photo, truth, protocol), ssim(photo, truth, protocol), protocol)


def error_map(photo: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Mean absolute difference over the channels: float32 (height, width), in units of the photo."""
    _check(photo, truth)
    difference = cv2.absdiff(np.asarray(photo, np.float32), np.asarray(truth, np.float32))
    return cv2.transform(difference, np.full((1, 3), 1 / 3, np.float32))


def consistency(restored: np.ndarray, observation: Observation) -> Consistency:
    """Degrade ``restored`` again with the operator and the seed of ``observation`` and compare with what was seen.

    Where the two disagree the restorer contradicts the observation: it made something up, or kept the damage.

    Args:
        restored: float32 (height, width, 3) in [0, 1].
        observation: from ``degrade``.

    Raises:
        MetricError: the degradation is not known.
    """
    if observation.degradation is None:
        raise MetricError(
            Text(
                "This photo was bad from the start: how it was broken is not known, so the result cannot be checked against it.",
                "这张照片原本就有损坏：不知道它如何损坏，因此无法用它检验结果。",
            )
        )
    again = degrade(restored, observation.degradation, observation.seed or 0).photo
    return Consistency(psnr(again, observation.photo), error_map(again, observation.photo))


def colorfulness(photo: np.ndarray) -> float:
    """How colourful a photo looks: √(σ²(rg) + σ²(yb)) + 0.3 √(μ²(rg) + μ²(yb)) with rg = R − G, yb = (R + G)/2 − B.

    R, G, B on the scale 0–255. 0 for gray, about 15 slightly, 45 averagely, 109 extremely colourful.

    Reference: Hasler & Süsstrunk, "Measuring colourfulness in natural images", SPIE 5007, 2003.
    """
    opponents = cv2.transform(np.asarray(photo, np.float32), np.array([[1, -1, 0], [0.5, 0.5, -1]], np.float32) * 255)
    mean, deviation = cv2.meanStdDev(opponents)
    return float(np.hypot(*deviation.ravel()) + 0.3 * np.hypot(*mean.ravel()))


def heat_colors(map: np.ndarray, maximum: float) -> np.ndarray:
    """A map as a picture in a perceptually even colour scale (Inferno): 0 is black, ``maximum`` and more pale yellow.

    Args:
        map: float (height, width), not negative.
        maximum: the value that the brightest colour means; above 0.

    Returns:
        float32 (height, width, 3), RGB in [0, 1].
    """
    levels = np.rint(np.clip(map / maximum, 0, 1) * 255).astype(np.uint8)
    return cv2.cvtColor(cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB) / np.float32(255)
