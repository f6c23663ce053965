from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from restorers.degradations.downscale import Downscale
from restorers.models.tutorial_enhance import TutorialEnhance as Network
from restorers.params import param
from restorers.text import Text
from restorers.training.recipes._pictures import PictureRecipe


@dataclass(frozen=True)
class TutorialEnhance(PictureRecipe):
    """Text 002: faces of 80×80 that were reduced to 40 % (32×32) and enlarged again, both by OpenCV's ``INTER_AREA``.

    Squared error, Adam, batch 128, at most 50 epochs, stopped once the validation loss has not fallen by ``min_delta`` for 4;
    a tenth is held back. The original has no flaw that would have to be mended: there is one form only.

    Without a folder it learns from squares of the sample photos, in colour but hardly faces: the faces that scikit-image
    ships are gray and have 25×25 pixels.

    Reference: tutorial 002 (from reproductions of it).
    """

    title: ClassVar[Text] = Text("Enhance faces (tutorial 3)", "增强人脸分辨率（教程 3）")
    help: ClassVar[Text] = Text(
        "The tutorial's network gives small faces of 80×80 pixels some of their lost detail back.",
        "教程中的网络为 80×80 像素的小人脸找回部分丢失的细节。",
    )
    suits: ClassVar[frozenset[str]] = frozenset({"downscale"})
    trained_on: ClassVar[Text] = Text(
        "pictures of 80×80 reduced to 32×32 and enlarged again, by area", "80×80 的图片缩小到 32×32 再放大，均用区域插值"
    )
    epochs: ClassVar[int] = 50
    reference: ClassVar[str] = "tutorial 002"
    claimed: ClassVar[Text] = Text("no figure; pictures only", "未给出数值；仅有图片")
    dataset: ClassVar[str] = "faces"
    order: ClassVar[int] = 22

    rate: float = param(
        1e-3, low=1e-6, high=1e-1, step=1e-4, label=Text("Learning rate", "学习率"), help=Text("Adam's rate.", "Adam 的学习率。")
    )
    batch: int = param(128, low=1, high=512, step=1, label=Text("Batch", "批大小"), help=Text("Faces in one step.", "每步的人脸数。"))
    min_delta: float = param(
        1e-4,
        low=0,
        high=1e-2,
        step=1e-5,
        label=Text("Smallest progress", "最小进步"),
        help=Text("Training stops when the loss falls by less for 4 epochs.", "若连续 4 轮损失下降小于此值则停止训练。"),
    )

    @property
    def architecture(self) -> Network:
        return Network()

    @property
    def degradation(self) -> Downscale:
        return Downscale(factor=2.5, method="area")

    def callbacks(self):
        import keras

        return [keras.callbacks.EarlyStopping(monitor="val_loss", min_delta=self.min_delta, patience=4)]
