from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from restorers.degradations.base import Degradation, Observation
from restorers.params import param
from restorers.text import Text

FULL_WELL = 6000.0  # electrons of a white green pixel at ISO 100, as on the small sensor of a phone
BALANCE = np.array([2.0, 1.0, 1.6], np.float32)  # white balance by daylight: what a sensor sees least of is amplified most
TO_SRGB = np.array([[1.6, -0.4, -0.2], [-0.3, 1.6, -0.3], [0.0, -0.5, 1.5]], np.float32)  # colours of a typical sensor; white stays white
FROM_SRGB = np.linalg.inv(TO_SRGB)
GREEN = np.array([[0, 1, 0], [1, 4, 1], [0, 1, 0]], np.float32) / 4
RED_BLUE = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]], np.float32) / 4


@dataclass(frozen=True)
class CameraNoise(Degradation):
    """The noise of a digital camera: drawn on the sensor, interpolated, and put in the photo's colours with it.

    The photo is taken back to what the sensor saw: linear light l = f⁻¹(x) (f is sRGB's curve), in the sensor's colours C⁻¹ l and before white
    balance. Each pixel measures one colour, in rows R G R G …, G B G B …: k electrons, k ~ Poisson(N c) + N(0, read_noise²), c being what reaches
    it and N = 6000 · 100/iso. The noise k/N − c is balanced, interpolated bilinearly to all pixels (D) and turned to sRGB:
    y = f(l + C D(n)), limited to [0, 1]. So dark parts look noisier, and noise is coarse and coloured: a denoiser that
    knows only white noise takes it for detail. The photo itself loses nothing by interpolation. ``noise_sigma`` stays unknown, for
    the noise is not white. C and the white balance are those of a typical camera.

    Reference: Brooks et al., "Unprocessing images for learned raw denoising", CVPR 2019; sRGB: IEC 61966-2-1.
    """

    family: ClassVar[str] = "noise"
    title: ClassVar[Text] = Text("Camera noise", "相机噪声")
    help: ClassVar[Text] = Text(
        "As a small camera writes it in poor light: strongest in the dark, coarse and coloured, since each pixel of a sensor sees one colour only.",
        "小型相机在弱光下的噪声：暗处最强，颗粒较粗且带颜色，因为传感器的每个像素只感受一种颜色。",
    )
    reference: ClassVar[str] = "Brooks et al., CVPR 2019"
    order: ClassVar[int] = 15

    iso: float = param(
        1600.0, low=100, high=12800, step=100, label=Text("ISO", "ISO 感光度"),
        help=Text("The camera's sensitivity; twice as high means half the light.", "相机的感光度；提高一倍意味着光线减半。"),
    )  # fmt: skip
    read_noise: float = param(
        2.0, low=0, high=10, step=0.5, unit="e⁻", label=Text("Read noise", "读出噪声"),
        help=Text("Standard deviation that reading a pixel adds, in electrons.", "读取像素时附加的标准差，以电子数计。"),
    )  # fmt: skip

    def apply(self, photo: np.ndarray, rng: np.random.Generator) -> Observation:
        light = _linear(np.clip(photo, 0, 1))  # unclipped noise earlier in a chain may have left that range
        height, width = photo.shape[:2]
        colour = np.arange(height)[:, None] % 2 + np.arange(width) % 2  # R 0, G 1, B 2
        balance = BALANCE[colour]
        reaching = np.take_along_axis(np.maximum(light @ FROM_SRGB.T, 0), colour[..., None], axis=2)[..., 0] / balance

        full = FULL_WELL * 100 / self.iso
        electrons = rng.poisson(reaching * full) + self.read_noise * rng.standard_normal(reaching.shape)
        measured = ((electrons / full - reaching) * balance).astype(np.float32)

        return Observation(_encoded(np.clip(light + _demosaic(measured, colour) @ TO_SRGB.T, 0, 1)))


def _demosaic(measured: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """What each pixel of a sensor measured of its one ``colour`` (0 R, 1 G, 2 B), bilinearly interpolated to all three."""
    # the border is mirrored about its pixels: there the pattern goes on as it is
    return np.stack([cv2.filter2D(measured * (colour == c), -1, GREEN if c == 1 else RED_BLUE) for c in range(3)], axis=-1)


def _linear(photo: np.ndarray) -> np.ndarray:
    """sRGB, float32 in [0, 1] → linear light."""
    return np.where(photo <= 0.04045, photo / np.float32(12.92), cv2.pow((photo + np.float32(0.055)) / np.float32(1.055), 2.4))


def _encoded(light: np.ndarray) -> np.ndarray:
    """Linear light, float32 in [0, 1] → sRGB."""
    encoded = np.where(light <= 0.0031308, light * np.float32(12.92), np.float32(1.055) * cv2.pow(light, 1 / 2.4) - np.float32(0.055))
    return np.minimum(encoded, 1)
