from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.degradations.gaussian_noise import GaussianNoise
from restorers.models.unet import UNet
from restorers.params import param
from restorers.text import Text
from restorers.training.data import TrainingData, hold_out, load_photos, photo_patches, random_crop
from restorers.training.recipes.base import Recipe

VALIDATION_CROP = 128


@dataclass(frozen=True)
class Denoise(Recipe):
    """Blind colour denoising: Gaussian noise of unknown strength, σ drawn evenly from 0 to ``sigma_max``.

    Half of the crops are clipped and rounded to 8 bits as files are, half are left as the published benchmarks make them.
    Mean absolute error, Adam with warm-up and cosine, gradients clipped, averaged weights.

    Reference: Zhang et al., "Beyond a Gaussian Denoiser", IEEE TIP 2017 (blind training, DnCNN-B).
    """

    title: ClassVar[Text] = Text("Denoise (U-Net)", "降噪（U-Net）")
    help: ClassVar[Text] = Text(
        "Our own network for grain of any strength.",
        "我们自己的网络，适用于任意强度的颗粒噪声。",
    )
    suits: ClassVar[frozenset[str]] = frozenset({"noise", "gaussian_noise"})
    trained_on: ClassVar[Text] = Text(
        "Gaussian noise, σ 0–60 of 255, half of it clipped and rounded to 8 bits", "高斯噪声，σ 0–60（255 灰阶），其中一半截断并取整为 8 位"
    )
    minutes: ClassVar[float] = 60.0
    averaged: ClassVar[bool] = True
    reference: ClassVar[str] = "Zhang et al., IEEE TIP 26(7), 2017"
    order: ClassVar[int] = 10

    sigma_max: float = param(
        60.0,
        low=1,
        high=100,
        step=1,
        unit="/255",
        label=Text("Strongest noise", "最强噪声"),
        help=Text("σ is drawn from 0 to this.", "σ 从 0 到此值之间抽取。"),
    )
    rate: float = param(
        1e-3,
        low=1e-6,
        high=1e-2,
        step=1e-4,
        label=Text("Learning rate", "学习率"),
        help=Text("Adam's highest rate.", "Adam 的最高学习率。"),
    )
    batch: int = param(16, low=1, high=256, step=1, label=Text("Batch", "批大小"), help=Text("Crops in one step.", "每步的裁剪块数。"))
    patch: int = param(
        64, low=32, high=256, step=8, unit="px", label=Text("Crop", "裁剪边长"), help=Text("Side of a crop.", "裁剪块的边长。")
    )

    @property
    def architecture(self) -> UNet:
        return UNet()

    @property
    def loss(self) -> str:
        return "mean_absolute_error"

    def optimizer(self):
        import keras

        return keras.optimizers.Adam(self.rate, global_clipnorm=1.0, use_ema=self.averaged, ema_momentum=0.995)

    def pair(self, crop: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        as_file = bool(rng.integers(2))
        noisy = GaussianNoise(sigma=rng.uniform(0, self.sigma_max), clip=as_file).apply(crop, rng).photo
        return (np.rint(noisy * 255) / np.float32(255) if as_file else noisy), crop

    def load(self, folder, validation=None) -> TrainingData:
        photos, source, notes = load_photos(folder, max(self.patch, VALIDATION_CROP))
        if validation is not None:
            held_out = load_photos(validation, VALIDATION_CROP)[0]
        else:
            photos, held_out = hold_out(photos)
        rng = np.random.default_rng(0)
        pairs = [self.pair(random_crop(photo, VALIDATION_CROP, rng), rng) for photo in held_out]
        return TrainingData(
            photo_patches(photos, self.pair, self.patch, self.batch),
            (np.stack([p[0] for p in pairs]), np.stack([p[1] for p in pairs])),
            200,
            source,
            notes,
        )
