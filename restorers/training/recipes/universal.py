from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import cv2
import numpy as np

from restorers.degradations.base import Chain, Degradation, degrade
from restorers.degradations.camera_noise import CameraNoise
from restorers.degradations.downscale import Downscale
from restorers.degradations.fade import Fade
from restorers.degradations.gaussian_blur import GaussianBlur
from restorers.degradations.gaussian_noise import GaussianNoise
from restorers.degradations.grain import Grain
from restorers.degradations.grayscale import Grayscale
from restorers.degradations.haze import Haze
from restorers.degradations.jpeg import Jpeg
from restorers.degradations.low_light import LowLight
from restorers.degradations.missing_pixels import MissingPixels
from restorers.degradations.poisson_noise import PoissonNoise
from restorers.degradations.posterize import Posterize
from restorers.degradations.salt_and_pepper import SaltAndPepper
from restorers.degradations.speckle import Speckle
from restorers.diagnosis import DAMAGES
from restorers.models.unet import UNet
from restorers.params import param
from restorers.text import Text
from restorers.training.data import random_crop
from restorers.training.losses import presence_accuracy, presence_crossentropy
from restorers.training.recipes._restoration import RestorationRecipe, log_uniform
from restorers.training.recipes.deblur import Deblur
from restorers.training.recipes.dejpeg import Dejpeg
from restorers.training.recipes.enlarge import Enlarge
from restorers.training.recipes.inpaint import Inpaint

LOCAL = tuple(damage.local for damage in DAMAGES)
WEAKEST_NOISE = 3.0  # of 255; deblur was trained with as much
WEAKEST_BLUR = 0.5  # pixels; many a good photo is no sharper
BEST_JPEG = 90  # quality from which nothing is to be seen
BEST_JPEG_OF_EVEN = 60  # up to which the blocks of a crop without detail differ by more than the levels of 8 bits


@dataclass(frozen=True)
class Universal(RestorationRecipe):
    """A small U-Net that is told nothing and finds out what is wrong: the networks that were trained for that mend it, one after the other.

    It learns to tell JPEG artefacts, noise, blur and low resolution, which lie over a whole photo, and pixels that are lost
    (missing ones and impulses), one by one. Of the crops a share of ``clean`` has none of these: they are left whole, or pale,
    dark, hazy or of few colours. A share of ``chained`` has two to four, in the order in which pictures are spoiled. A share of ``even``
    is blurred until no detail is left, as a clear sky, and then has JPEG, noise, or nothing: there only blocks tell of JPEG.

    Reference: Chen et al., "RestoreAgent: autonomous image restoration agent via multimodal large language models", NeurIPS 2024
    (look first, then call specialists).
    """

    title: ClassVar[Text] = Text("Universal (looks first)", "通用修复（先诊断）")
    help: ClassVar[Text] = Text(
        "Finds out what is wrong, several things at once if need be, and has it mended by the networks made for that.",
        "先判断照片有什么问题（可同时有几种），再交由相应的专用网络修复。",
    )
    suits: ClassVar[frozenset[str]] = frozenset({"noise", "blur", "resolution", "jpeg", "missing"})
    trained_on: ClassVar[Text] = Text(
        "telling what the networks denoise, deblur, enlarge, dejpeg and inpaint mend, alone or up to four at once, from photos that need none of them",
        "辨别降噪、去模糊、放大、去 JPEG、修补各网络所能修复的损坏（单独或最多四种同时出现），以及无需修复的照片",
    )
    reference: ClassVar[str] = "Chen et al., NeurIPS 2024"
    order: ClassVar[int] = 16
    margin: ClassVar[int] = 16
    shifted: ClassVar[float] = 0.25
    chosen_by_loss: ClassVar[bool] = True
    minutes: ClassVar[float] = 20.0
    validation_crops: ClassVar[int] = 12

    patch: int = param(
        96, low=32, high=256, step=8, unit="px", label=Text("Crop", "裁剪边长"), help=Text("Side of a crop.", "裁剪块的边长。")
    )
    clean: float = param(
        0.15, low=0, high=0.5, step=0.05, label=Text("Left whole", "保持完好"),
        help=Text("Share of the crops that need no mending.", "无需修复的裁剪块比例。"),
    )  # fmt: skip
    chained: float = param(
        0.35, low=0, high=1, step=0.05, label=Text("Chained", "组合"),
        help=Text("Share of the crops with several kinds of damage.", "含多种损坏的裁剪块比例。"),
    )  # fmt: skip

    even: float = param(
        0.06, low=0, high=1, step=0.01, label=Text("Even", "均匀"),
        help=Text("Share of the crops without any detail, as a clear sky.", "没有任何细节（如晴空）的裁剪块比例。"),
    )  # fmt: skip

    @property
    def architecture(self) -> UNet:
        # biases: whether a pixel has the gray of missing ones cannot be told by a homogeneous network
        sizes = {"width1": 24, "width2": 48, "width3": 64, "blocks1": 1, "blocks2": 1, "blocks3": 2}
        return UNet(output_channels=len(DAMAGES), bias=True, leaky=True, classifies=True, **sizes)

    @property
    def loss(self):
        return partial(presence_crossentropy, local=LOCAL)

    def metrics(self):
        import keras

        return [keras.metrics.MeanMetricWrapper(partial(presence_accuracy, local=LOCAL), name="accuracy")]

    def draw(self, rng: np.random.Generator) -> Degradation | None:
        kind = rng.random()
        if kind < self.clean:
            return _harmless(rng)
        if kind < self.clean + self.chained:
            return self._chain(rng)
        return self._alone(rng)

    def _alone(self, rng: np.random.Generator) -> Degradation:
        # blur most often, and mostly without noise: it is the hardest to tell apart, from low resolution
        kinds: tuple[Callable[[np.random.Generator], Degradation], ...] = (
            _noise,
            Deblur().draw if rng.random() < 1 / 3 else Deblur().draw_blur,
            Enlarge().draw,
            Dejpeg().draw,
            self._missing,
        )
        return kinds[rng.choice(len(kinds), p=[0.2, 0.27, 0.23, 0.2, 0.1])](rng)

    def _missing(self, rng: np.random.Generator) -> Degradation:
        return SaltAndPepper(amount=log_uniform(rng, 0.002, 0.3)) if rng.random() < 0.25 else Inpaint(patch=self.side).draw(rng)

    def _chain(self, rng: np.random.Generator) -> Chain:
        """Two to four of: blur or fewer pixels, noise, missing pixels, JPEG."""
        stages = (
            Deblur(sigma_max=2.5).draw_blur if rng.random() < 0.5 else Enlarge().draw,
            partial(_noise, strongest=30),
            lambda rng: MissingPixels(share=rng.uniform(0.02, 0.7)) if rng.random() < 0.5 else Inpaint(patch=self.side).draw(rng),
            Dejpeg(quality_min=20).draw,
        )
        chosen = rng.choice(4, rng.integers(2, 5), replace=False, p=[0.32, 0.32, 0.08, 0.28])
        return Chain(tuple(stages[i](rng) for i in sorted(chosen)))

    def pair(self, crop, rng, draw=None):
        crop = Grayscale().apply(crop, rng).photo if rng.random() < 0.15 else crop
        return super().pair(_even(crop, rng), rng, _on_even) if rng.random() < self.even else super().pair(crop, rng, draw)

    def examples(self, count, photos):
        rng = np.random.default_rng(3)
        shown = (
            GaussianNoise(sigma=25),
            GaussianBlur(sigma=1.6),
            Downscale(factor=3),
            Jpeg(quality=15),
            MissingPixels(share=0.5),
            Chain((GaussianBlur(sigma=1.2), GaussianNoise(sigma=10), Jpeg(quality=60))),
        )
        truths = [random_crop(photos[i % len(photos)], self.validation_crop, rng) for i in range(count)]
        seen = [np.clip(degrade(truth, shown[i % len(shown)], i).photo, 0, 1) for i, truth in enumerate(truths)]
        return np.stack(seen), np.stack(truths)

    def target(self, crop, degradation, observation):
        steps = degradation.steps if isinstance(degradation, Chain) else () if degradation is None else (degradation,)
        present = {damage.name: any(_shows(step, damage.name) for step in steps) for damage in DAMAGES}
        struck = np.zeros(crop.shape[:2], bool) if observation.mask is None else observation.mask
        if present["noise"] and isinstance(degradation, SaltAndPepper):  # of the family of noise, but its pixels are lost
            present["noise"], struck = False, (observation.photo != crop).any(axis=-1)
        maps = [struck if damage.local else np.full(struck.shape, present[damage.name]) for damage in DAMAGES]
        return np.stack(maps, axis=-1).astype(np.float32)


def _shows(step: Degradation, damage: str) -> bool:
    """Whether ``step`` does ``damage``, and strongly enough for that to be mended by its own specialist."""
    if isinstance(step, (GaussianNoise, Grain)) and step.sigma < WEAKEST_NOISE:
        return False
    if (isinstance(step, GaussianBlur) and step.sigma < WEAKEST_BLUR) or (isinstance(step, Jpeg) and step.quality > BEST_JPEG):
        return False
    return damage == ("jpeg" if isinstance(step, Jpeg) else step.family)


def _noise(rng: np.random.Generator, strongest: float = 60) -> Degradation:
    kind = rng.random()
    if kind < 0.5:
        return GaussianNoise(sigma=log_uniform(rng, WEAKEST_NOISE, strongest), clip=False)
    if kind < 0.65:
        return Grain(sigma=log_uniform(rng, WEAKEST_NOISE, strongest / 2), size=rng.uniform(0, 1.2), colour=rng.random() ** 2)
    if kind < 0.85:
        return CameraNoise(iso=log_uniform(rng, 200, 3.5 * strongest**2), read_noise=rng.uniform(0, 4))
    if kind < 0.93:
        return PoissonNoise(peak=log_uniform(rng, 10, 300))
    return Speckle(sigma=log_uniform(rng, 0.03, 0.4))


def _even(crop: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The colours of a crop flowing into each other, and nothing that could be sharp or not."""
    return cv2.GaussianBlur(crop, (0, 0), log_uniform(rng, 8, 32), borderType=cv2.BORDER_REFLECT)


def _on_even(rng: np.random.Generator) -> Degradation | None:
    """JPEG, noise, or nothing: on a crop without detail blur and low resolution are not to be told."""
    kind = rng.random()
    if kind < 0.5:
        return Jpeg(quality=rng.integers(5, BEST_JPEG_OF_EVEN + 1))
    return _noise(rng) if kind < 0.75 else None


def _harmless(rng: np.random.Generator) -> Degradation | None:
    """Nothing, or what no specialist mends and must not be taken for what they do."""
    kinds = (
        lambda: Fade(contrast=rng.uniform(0.4, 1), tint=rng.uniform(0, 0.8)),
        lambda: LowLight(gamma=rng.uniform(1, 2.5), noise=0),
        lambda: Haze(amount=rng.uniform(0, 0.7), airlight=rng.uniform(0.8, 1)),
        lambda: Posterize(bits=rng.integers(2, 7)),
    )
    return kinds[rng.integers(len(kinds))]() if rng.random() < 0.4 else None
