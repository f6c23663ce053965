from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from restorers.degradations.gaussian_noise import GaussianNoise
from restorers.models.tutorial_denoise import TutorialDenoise as Network
from restorers.params import param
from restorers.text import Text
from restorers.training.recipes._pictures import PictureRecipe
from restorers.training.recipes.base import Trial


@dataclass(frozen=True)
class TutorialDenoise(PictureRecipe):
    """Text 001: colour photos of 300×300 with Gaussian noise of mean 10 and standard deviation 50 of 255.

    Squared error, Adam, batch 32, at most 50 epochs, stopped once the training loss has not fallen for 3.

    Mended: y = clip(x + n, 0, 1), n drawn anew in each epoch, a tenth of the photos held back. ``as_published``: the noise is
    added in 8 bits modulo 256, so that bright turns dark; it is drawn once; nothing is held back, so the score is one on
    photos it was trained on.

    Reference: tutorial 001 and its notebook.
    """

    title: ClassVar[Text] = Text("Denoise photos (tutorial 2)", "照片降噪（教程 2）")
    help: ClassVar[Text] = Text(
        "The tutorial's network for strong noise on photos of 300×300 pixels.", "教程中的网络，用于 300×300 照片上的强噪声。"
    )
    suits: ClassVar[frozenset[str]] = frozenset({"gaussian_noise"})
    epochs: ClassVar[int] = 50
    reference: ClassVar[str] = "tutorial 001"
    claimed: ClassVar[Text] = Text(
        "a loss of 0.0073 (21.4 dB) on the pictures it was trained on, stopped at epoch 17",
        "在训练图片上损失为 0.0073（21.4 dB），第 17 轮停止",
    )
    differs: ClassVar[Text] = Text(
        "the noise is clipped instead of wrapped modulo 256 and drawn anew in each epoch; a tenth of the photos is held back",
        "噪声被截断而非对 256 取模回绕，且每轮重新抽取；留出十分之一的照片",
    )
    dataset: ClassVar[str] = "dogs"
    order: ClassVar[int] = 21

    sigma: float = param(
        50.0,
        low=0,
        high=100,
        step=1,
        unit="/255",
        label=Text("Noise", "噪声"),
        help=Text("Standard deviation of the noise.", "噪声的标准差。"),
    )
    mean: float = param(
        10.0,
        low=-50,
        high=50,
        step=1,
        unit="/255",
        label=Text("Mean", "均值"),
        help=Text("What the noise adds on average.", "噪声的平均值。"),
    )
    rate: float = param(
        1e-3, low=1e-6, high=1e-1, step=1e-4, label=Text("Learning rate", "学习率"), help=Text("Adam's rate.", "Adam 的学习率。")
    )
    batch: int = param(32, low=1, high=256, step=1, label=Text("Batch", "批大小"), help=Text("Photos in one step.", "每步的照片数。"))
    as_published: bool = param(
        False,
        label=Text("As published", "与原文一致"),
        help=Text(
            "Noise that wraps modulo 256, drawn once; nothing held back to validate on.",
            "噪声对 256 取模回绕，只抽取一次；不留出验证照片。",
        ),
    )

    @property
    def trained_on(self) -> Text:
        noise = Text(
            f"Gaussian noise, σ {self.sigma:g} and mean {self.mean:g} of 255", f"高斯噪声，σ {self.sigma:g}、均值 {self.mean:g}（255 灰阶）"
        )
        if self.as_published:
            return Text(
                f"{noise.en}, wrapped modulo 256; scored on photos it was trained on", f"{noise.zh}，对 256 取模回绕；在训练照片上评分"
            )
        return Text(f"{noise.en}, clipped", f"{noise.zh}，已截断")

    @property
    def architecture(self) -> Network:
        return Network()

    @property
    def degradation(self) -> GaussianNoise:
        return GaussianNoise(sigma=self.sigma, mean=self.mean, wrap=self.as_published)

    def trials(self, folder: Path | str) -> Iterator[Trial]:
        yield from super().trials(folder)
        other = replace(self, as_published=not self.as_published)
        trial = next(iter(super(TutorialDenoise, other).trials(folder)))
        form = "wraps modulo 256, as published" if other.as_published else "is clipped"
        yield replace(trial, setting=f"held-out pictures, noise that {form}")

    def callbacks(self):
        import keras

        return [keras.callbacks.EarlyStopping(monitor="loss", patience=3)]
