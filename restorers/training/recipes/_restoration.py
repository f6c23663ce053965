"""What the restoration networks share: crops of photos, a degradation drawn anew for each, one U-Net, one way to learn."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np

from restorers.degradations.base import Degradation, Observation
from restorers.models.unet import UNet
from restorers.params import param
from restorers.restore import network_input
from restorers.text import Text
from restorers.training.data import Batch, Pair, TrainingData, are_apart, hold_out, load_photos, photo_patches, random_crop
from restorers.training.losses import psnr_shortfall
from restorers.training.recipes.base import Recipe

STEPS = 200
BARELY_DEGRADED = 1e-5  # mean squared error; 50 dB
WEIGHT_DECAY = 0.1  # without it Muon's steps, always of one size, pile up to noise in the kernels
ADAM_SHARE = 1 / 3  # of the rate, for the layers that Adam takes; above 1e-3 it diverged

Draw = Callable[[np.random.Generator], Degradation | None]


def log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    """A number from ``low`` to ``high``, every ratio equally likely."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def recolour(photo: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The photo in other colours: R, G, B exchanged (half of the time), saturation × 0.7–3, contrast about middle gray × 0.8–1.5.

    Args:
        photo: float32 (height, width, 3) in [0, 1]; so is what is returned.
        rng: all random numbers come from it.
    """
    if rng.random() < 0.5:
        photo = np.take(photo, rng.permutation(3), axis=-1)
    gray = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)[..., None]
    vivid = gray + (photo - gray) * np.float32(log_uniform(rng, 0.7, 3))
    return np.clip((vivid - np.float32(0.5)) * np.float32(rng.uniform(0.8, 1.5)) + np.float32(0.5), 0, 1)


@dataclass(frozen=True)
class RestorationRecipe(Recipe):
    """A blind restoration network. A subclass says which degradations are drawn: one short ``draw``.

    Half of the crops are clipped and rounded to 8 bits as files are, half are left as the published benchmarks make them.
    Unless a recipe says otherwise, half of them are shown in other colours, for most photos are pale, and a network that has
    seen only these takes fine vivid patterns for noise; and half are reduced, so that the same things are seen at more
    sizes. The loss is what the PSNR lacks to 50 dB, or the root of the squared error where the contents of the crop decide
    how much is left of the damage; Muon (Adam for the first and the last layer) with warm-up, cosine and weight decay, gradients
    clipped, averaged weights.

    Class attributes:
        margin: pixels around a crop that are degraded with it and cut off again, so that blur and enlarging bring in what
            lies beside the crop; a multiple of 16, so that the blocks of a JPEG start where the crop does.
        shifted: share of the crops that are cut elsewhere, so that blocks start anywhere, as in a JPEG that was cropped.
        recoloured: share of the crops that are trained on in other colours, see ``recolour``.
        shrunk: share of the crops that are cut up to twice as large and reduced: the same things at more sizes, and less of what the photo
            lacks itself.
        upright: crops are not turned by quarter turns, for recipes that may learn that the sky is above.
        validation_crop: side of the validation pictures in pixels; a multiple of 8.
        validation_crops: validation pictures cut out of one photo.
    """

    minutes: ClassVar[float] = 60.0
    averaged: ClassVar[bool] = True
    margin: ClassVar[int] = 0
    shifted: ClassVar[float] = 0.0
    recoloured: ClassVar[float] = 0.5
    shrunk: ClassVar[float] = 0.5
    upright: ClassVar[bool] = False
    validation_crop: ClassVar[int] = 128
    validation_crops: ClassVar[int] = 1

    rate: float = param(
        3e-3,
        low=1e-6,
        high=1e-2,
        step=1e-4,
        label=Text("Learning rate", "学习率"),
        help=Text("Muon's highest rate.", "Muon 的最高学习率。"),
    )
    batch: int = param(16, low=1, high=256, step=1, label=Text("Batch", "批大小"), help=Text("Crops in one step.", "每步的裁剪块数。"))
    patch: int = param(
        64, low=32, high=256, step=8, unit="px", label=Text("Crop", "裁剪边长"), help=Text("Side of a crop.", "裁剪块的边长。")
    )

    @property
    def architecture(self) -> UNet:
        return UNet(leaky=True)

    @property
    def loss(self) -> str | Callable:
        return psnr_shortfall

    def optimizer(self):
        from restorers.training.muon import ConvolutionMuon

        return ConvolutionMuon(
            self.rate,
            adam_lr_ratio=ADAM_SHARE,
            exclude_layers=["head", "tail"],
            weight_decay=WEIGHT_DECAY,
            adam_weight_decay=None,
            global_clipnorm=1.0,
            use_ema=self.averaged,
            ema_momentum=0.995,
        )

    @abstractmethod
    def draw(self, rng: np.random.Generator) -> Degradation | None:
        """A degradation with random settings, noise not clipped; None leaves the crop as it is."""

    @property
    def side(self) -> int:
        """Pixels of what is cut out of a photo for one crop."""
        return self.patch + 2 * self.margin

    @property
    def smallest(self) -> int:
        """Pixels of the short side of the smallest photo that can be learned from."""
        return max(self.side, self.validation_crop + 2 * self.margin)

    def prepared(self, photo: np.ndarray) -> np.ndarray:
        """What a whole photo, uint8, is made before crops are cut out of it to learn from."""
        return photo

    def shown(self, photo: np.ndarray) -> np.ndarray:
        """What a whole photo, uint8, is made before validation pictures are cut out of it: that which the network is shown in use."""
        return photo

    def view(self, crop: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """What is made of ``side`` × ``side`` pixels before they are degraded, in training alone."""
        return recolour(crop, rng) if rng.random() < self.recoloured else crop

    def pair(self, crop: np.ndarray, rng: np.random.Generator, draw: Draw | None = None) -> Pair:
        """Input and target made of one crop, both without the margin.

        Args:
            crop: float32 (height, width, 3) in [0, 1].
            rng: all random numbers come from it.
            draw: what draws the degradation, where not ``self.draw``.

        Returns:
            What the network is given, float32 (height, width, channels), and the target, float32 (height, width, output channels).
        """
        as_file = bool(rng.integers(2))
        degradation = (draw or self.draw)(rng)
        observation = Observation(crop) if degradation is None else degradation.apply(crop, rng)
        target = self.target(crop, degradation, observation)
        if as_file:
            observation = replace(observation, photo=np.rint(np.clip(observation.photo, 0, 1) * 255) / np.float32(255))
        seen = network_input(observation, self.architecture.channels)
        if not self.margin:
            return seen, target
        top = left = self.margin
        if rng.random() < self.shifted:
            top, left = rng.integers(0, 2 * self.margin + 1, 2)
        inner = slice(top, top + crop.shape[0] - 2 * self.margin), slice(left, left + crop.shape[1] - 2 * self.margin)
        return seen[inner], target[inner]

    def target(self, crop: np.ndarray, degradation: Degradation | None, observation: Observation) -> np.ndarray:
        """What the network is to make of ``observation``, float32 (height, width, channels): the crop as it was."""
        return crop

    def weight(self, seen: np.ndarray, target: np.ndarray) -> float | None:
        """How much a crop counts in the loss, given what the network sees of it and what it is to make of that; None where all count the same."""
        return None

    def _degraded_pairs(self, photos: Iterable[np.ndarray], rng: np.random.Generator) -> Pair:
        """A pair of each photo, visibly degraded: one of a hundred dB would outweigh all others in the mean that the best weights are chosen by."""
        pairs = []
        for photo in photos:
            for _ in range(10):  # not for ever: a photo may be gray from the start
                crop = random_crop(self.shown(photo), self.validation_crop + 2 * self.margin, rng, upright=self.upright)
                seen, target = self.pair(crop, rng)
                if self.architecture.classifies or np.mean((np.clip(seen[..., :3], 0, 1) - target) ** 2) > BARELY_DEGRADED:
                    break
            pairs.append((seen, target))
        return np.stack([p[0] for p in pairs]), np.stack([p[1] for p in pairs])

    def examples(self, count: int, photos: Sequence[np.ndarray]) -> Pair:
        return self._degraded_pairs([photos[i % len(photos)] for i in range(count)], np.random.default_rng(3))

    def load(self, folder: Path | str | None, validation: Path | str | None = None) -> TrainingData:
        photos, source, notes = load_photos(folder, self.smallest)
        if validation is not None:
            held_out, _, passed_over = load_photos(validation, self.validation_crop + 2 * self.margin)
            notes = (*notes, *passed_over)
        else:
            photos, held_out = hold_out(photos)
        apart = are_apart(photos, held_out)
        photos = [self.prepared(photo) for photo in photos]

        def pair(crop: np.ndarray, rng: np.random.Generator) -> Batch:
            seen, target = self.pair(self.view(crop, rng), rng)
            weight = self.weight(seen, target)
            return (seen, target) if weight is None else (seen, target, np.float32(weight))

        return TrainingData(
            photo_patches(photos, pair, self.side, self.batch, upright=self.upright, shrunk=self.shrunk),
            self._degraded_pairs(held_out * self.validation_crops, np.random.default_rng(0)),
            STEPS,
            source,
            notes,
            apart,
        )
