"""What the small recipes share: crops of a few photos, damaged anew each time, and a network that learns within a minute."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np

from restorers.degradations.base import Degradation
from restorers.models.unet import UNet
from restorers.params import param
from restorers.text import Text
from restorers.training.data import SAMPLE_SQUARES, Pair, TrainingData, are_apart, hold_out, load_photos, photo_patches, random_crop
from restorers.training.recipes.base import Recipe

EPOCH = 50  # steps; seldom enough that validating costs little, often enough to be seen
VALIDATION_CROPS = 16
FEW_PHOTOS = 4  # fewer are cut in two: one part to learn from, one to validate on
SMALL_UNET = {"width1": 24, "width2": 32, "width3": 48, "blocks1": 1, "blocks2": 1, "blocks3": 1}

RATE = param(
    1e-3, low=1e-5, high=1, step=1e-4, label=Text("Learning rate", "学习率"), help=Text("How far one step goes.", "每一步走多远。")
)
BATCH = param(8, low=1, high=128, step=1, label=Text("Batch", "批大小"), help=Text("Crops in one step.", "每步的裁剪块数。"))


class CropRecipe(Recipe):
    """Crops of photos, damaged anew each time, in; the crops as they were, out. A subclass has the parameters ``rate`` and ``batch``.

    Of four photos and more some are held back to validate on; of fewer, a quarter of each.

    Class attributes:
        patch: side of a crop in pixels where the network takes any size.
    """

    patch: ClassVar[int] = 64
    epochs: ClassVar[int] = 60

    @property
    def architecture(self):
        return UNet(**SMALL_UNET)

    @property
    def loss(self):
        return "mean_absolute_error"

    def optimizer(self):
        import keras

        return keras.optimizers.Adam(self.rate, global_clipnorm=1.0)

    @property
    def degradation(self) -> Degradation | None:
        """What the network learns to undo, at its middle strength; None where it only learns to copy."""
        return None

    def drawn(self, rng: np.random.Generator) -> Degradation | None:
        """The degradation of one crop."""
        return self.degradation

    def pair(self, crop: np.ndarray, rng: np.random.Generator) -> Pair:
        """Input and target made of one crop, float32 (size, size, channels)."""
        return self.seen(crop, self.drawn(rng), rng)

    def seen(self, photo: np.ndarray, degradation: Degradation | None, rng: np.random.Generator) -> Pair:
        """Input and target made of ``photo`` with this ``degradation``, in the channels of the network."""
        degraded = photo if degradation is None else degradation.apply(photo, rng).photo
        return in_channels(degraded, self.architecture.channels), in_channels(photo, self.architecture.output_channels)

    @property
    def side(self) -> int:
        """Side of a crop in pixels: the network's own, or ``patch``."""
        return self.architecture.input_size or self.patch

    def pictures(self, folder: Path | str | None) -> tuple[list[np.ndarray], str, tuple[Text, ...]]:
        """The pictures to cut crops from, what they are, and notes."""
        return load_photos(folder, self.side)

    def cut(self, photos: list[np.ndarray], count: int) -> list[np.ndarray]:
        """What crops are cut from: the photos themselves, or ``count`` pieces of them."""
        return photos

    def load(self, folder: Path | str | None, validation: Path | str | None = None) -> TrainingData:
        photos, source, notes = self.pictures(folder)
        if validation is not None:
            held_out, _, passed_over = load_photos(validation, self.side)
            notes = (*notes, *passed_over)
        else:
            photos, held_out = keep_back(photos, self.side)
        apart = are_apart(photos, held_out)
        photos, held_out = self.cut(photos, SAMPLE_SQUARES), self.cut(held_out, VALIDATION_CROPS)
        rng = np.random.default_rng(0)
        pairs = [self.pair(random_crop(held_out[i % len(held_out)], self.side, rng), rng) for i in range(VALIDATION_CROPS)]
        return TrainingData(
            photo_patches(photos, self.pair, self.side, self.batch),
            (np.stack([p[0] for p in pairs]), np.stack([p[1] for p in pairs])),
            EPOCH,
            source,
            notes,
            apart,
        )


def in_channels(photo: np.ndarray, channels: int) -> np.ndarray:
    """An RGB photo, or its luminance where the network has one channel."""
    return cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)[..., None] if channels == 1 else photo


def keep_back(photos: list[np.ndarray], size: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Photos to learn from and to validate on, each at least ``size`` on the short side.

    Few photos are cut across their longer side: three quarters to learn from, the last quarter to validate on. One that is too
    short for that serves as both.
    """
    if len(photos) >= FEW_PHOTOS:
        return hold_out(photos)
    learned, held_out = [], []
    for photo in photos:
        axis = int(photo.shape[1] > photo.shape[0])
        length = photo.shape[axis]
        part = max(size, math.ceil(length / 4))
        if length - part < size:
            first = last = photo
        else:
            first, last = np.split(photo, [length - part], axis=axis)
        learned.append(np.ascontiguousarray(first))
        held_out.append(np.ascontiguousarray(last))
    return learned, held_out


def strength_of(degradation: Degradation | None):
    """The parameter that says how strong ``degradation`` is, the first that is a number; None where there is none."""
    return next((p for p in degradation.parameters() if p.kind in ("float", "int")), None) if degradation is not None else None


def at_strength(degradation: Degradation, strength: float) -> Degradation:
    """``degradation`` at another strength."""
    parameter = strength_of(degradation)
    return replace(degradation, **{parameter.name: round(strength) if parameter.kind == "int" else float(strength)})
