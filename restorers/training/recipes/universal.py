from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.degradations.base import Chain, Degradation
from restorers.degradations.grayscale import Grayscale
from restorers.degradations.poisson_noise import PoissonNoise
from restorers.degradations.posterize import Posterize
from restorers.degradations.salt_and_pepper import SaltAndPepper
from restorers.degradations.speckle import Speckle
from restorers.params import param
from restorers.text import Text
from restorers.training.losses import root_mean_squared_error
from restorers.training.recipes._restoration import RestorationRecipe, log_uniform
from restorers.training.recipes.deblur import Deblur
from restorers.training.recipes.dejpeg import Dejpeg
from restorers.training.recipes.denoise import Denoise
from restorers.training.recipes.enlarge import Enlarge
from restorers.training.recipes.inpaint import Inpaint


@dataclass(frozen=True)
class Universal(RestorationRecipe):
    """One network for all, told nothing: what the specialists saw, other noise, and chains of these.

    Of the crops a share of ``clean`` is left alone, so that a good photo stays as it is, and a share of ``chained`` gets
    two or three steps in the order in which pictures are spoiled: blur or fewer pixels, noise, coding. Gray photos
    stay gray, for a gray photo is not a broken one; nor are pale and dark ones, and a network that mends these gives good
    photos another colour.

    Reference: Li et al., "All-in-one image restoration for unknown corruption", CVPR 2022 (the task).
    """

    title: ClassVar[Text] = Text("Universal (U-Net)", "通用修复（U-Net）")
    help: ClassVar[Text] = Text(
        "Our own network for damage of any kind, and several at once; it is told nothing.",
        "我们自己的网络，适用于各种损坏，也可同时有几种；不告知任何信息。",
    )
    suits: ClassVar[frozenset[str]] = frozenset({"noise", "blur", "resolution", "coding", "missing"})
    trained_on: ClassVar[Text] = Text(
        "what denoise, deblur, enlarge, dejpeg and inpaint were trained on (untold), Poisson, speckle and impulse noise, posterizing; "
        "chains of two or three; one crop of twenty left whole",
        "降噪、去模糊、放大、去 JPEG、修补各网络所见的退化（不告知掩模），泊松、斑点与椒盐噪声，色调分离；两三种组合；二十分之一保持完好",
    )
    reference: ClassVar[str] = "Li et al., CVPR 2022"
    order: ClassVar[int] = 16
    margin: ClassVar[int] = 16
    shifted: ClassVar[float] = 0.25
    chosen_by_loss: ClassVar[bool] = True  # the mean PSNR hangs on the pictures that are hardly damaged

    clean: float = param(
        0.05, low=0, high=0.5, step=0.05, label=Text("Left whole", "保持完好"),
        help=Text("Share of the crops that are not degraded.", "不加退化的裁剪块比例。"),
    )  # fmt: skip
    chained: float = param(
        0.25, low=0, high=1, step=0.05, label=Text("Chained", "组合"),
        help=Text("Share of the crops with two or three degradations.", "含两三种退化的裁剪块比例。"),
    )  # fmt: skip

    @property
    def loss(self):
        # under psnr_shortfall the crops left whole outweigh all others, and the network leaves alone whatever is not noisy
        return root_mean_squared_error

    def draw(self, rng: np.random.Generator) -> Degradation | None:
        kind = rng.random()
        if kind < self.clean:
            return None
        if kind < self.clean + self.chained:
            return _chain(rng)
        kinds, shares = zip(*self._kinds(), strict=True)
        return kinds[rng.choice(len(kinds), p=shares)](rng)

    def _kinds(self) -> tuple[tuple[Callable[[np.random.Generator], Degradation], float], ...]:
        return (
            (Denoise().draw, 0.20),
            (_other_noise, 0.08),
            (Deblur().draw, 0.20),
            (Enlarge().draw, 0.20),
            (Dejpeg().draw, 0.16),
            (Inpaint(patch=self.side).draw, 0.14),
            (lambda rng: Posterize(bits=rng.integers(2, 7)), 0.02),
        )

    def pair(self, crop, rng):
        return super().pair(Grayscale().apply(crop, rng).photo if rng.random() < 0.1 else crop, rng)


def _other_noise(rng: np.random.Generator) -> Degradation:
    kind = rng.integers(3)
    if kind == 0:
        return PoissonNoise(peak=log_uniform(rng, 10, 300))
    if kind == 1:
        return Speckle(sigma=rng.uniform(0, 0.4))
    return SaltAndPepper(amount=rng.uniform(0, 0.2))


def _chain(rng: np.random.Generator) -> Chain:
    """Two or three of: blur or fewer pixels, noise, JPEG; each weaker than alone."""
    stages = (
        Deblur(sigma_max=2.5).draw_blur if rng.random() < 0.5 else Enlarge().draw,
        Denoise(sigma_max=30).draw,
        Dejpeg(quality_min=20).draw,
    )
    chosen = rng.choice(3, rng.integers(2, 4), replace=False)
    return Chain(tuple(stages[i](rng) for i in sorted(chosen)))
