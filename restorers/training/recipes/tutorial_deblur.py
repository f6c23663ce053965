from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from restorers.degradations.gaussian_blur import GaussianBlur
from restorers.models.tutorial_deblur import TutorialDeblur as Network
from restorers.params import param
from restorers.text import Text
from restorers.training.data import square_pairs
from restorers.training.recipes._pictures import PictureRecipe


@dataclass(frozen=True)
class TutorialDeblur(PictureRecipe):
    """Text 004: about 50 photos of 128×128 behind a Gaussian blur, mended through one dense vector of 256 numbers.

    Squared error, Adam, batch 32, 100 epochs; the rate falls by √0.1 whenever the validation loss has not fallen for 5
    epochs, down to 0.5·10⁻⁶. The text does not give the width of its blur.

    Mended: 80:20, validated on photos it has not seen. ``as_published``: it learns from all photos, the validation photos are
    the same ones, and the metric is ``acc``, which counts how often the largest of the three channels is the right one.

    Reference: tutorial 004.
    """

    title: ClassVar[Text] = Text("Deblur photos (tutorial 5)", "照片去模糊（教程 5）")
    help: ClassVar[Text] = Text(
        "The tutorial's 35 million numbers squeeze a photo into 256 and paint it anew; what they have not learned, they invent.",
        "教程中的 3500 万个参数把照片压缩成 256 个数再重新画出；没有学过的内容便凭空编造。",
    )
    suits: ClassVar[frozenset[str]] = frozenset({"gaussian_blur"})
    share: ClassVar[float] = 0.2
    epochs: ClassVar[int] = 100
    reference: ClassVar[str] = "tutorial 004"
    claimed: ClassVar[Text] = Text(
        "an accuracy of 78.07 % after 100 epochs, on pictures it was trained on: how often the largest colour channel is the right one",
        "100 轮后在训练图片上准确率 78.07%：最大颜色通道判断正确的比例",
    )
    differs: ClassVar[Text] = Text(
        "validated on a fifth of the photos that it does not learn from, instead of on those it learns; the error in dB instead of that accuracy. "
        "In the table, tutorial-deblur-as-published has learned the held-out pictures too: the sample photos show what either is worth on new ones",
        "用五分之一未参与训练的照片验证，而非用训练照片；以分贝误差代替该准确率。表中 tutorial-deblur-as-published 也学过留出的图片：示例照片才显示两者对新照片的效果",
    )
    dataset: ClassVar[str] = "photos/scenes"
    order: ClassVar[int] = 25

    sigma: float = param(
        2.0,
        low=0.1,
        high=10,
        step=0.1,
        unit="px",
        label=Text("Blur", "模糊"),
        help=Text("Standard deviation of the Gaussian blur.", "高斯模糊的标准差。"),
    )
    pictures: int = param(
        50,
        low=5,
        high=10_000,
        step=1,
        label=Text("Photos", "照片数"),
        help=Text("Photos used, four fifths to learn from.", "所用照片数，其中五分之四用于学习。"),
    )
    rate: float = param(
        1e-3,
        low=1e-6,
        high=1e-1,
        step=1e-4,
        label=Text("Learning rate", "学习率"),
        help=Text("Adam's highest rate.", "Adam 的最高学习率。"),
    )
    batch: int = param(32, low=1, high=256, step=1, label=Text("Batch", "批大小"), help=Text("Photos in one step.", "每步的照片数。"))
    as_published: bool = param(
        False,
        label=Text("As published", "与原文一致"),
        help=Text(
            "Validated on the photos it learns from; also counts how often the strongest colour channel is the right one (acc).",
            "在训练照片上验证；并统计最强颜色通道正确的比例（acc）。",
        ),
    )

    @property
    def trained_on(self) -> Text:
        blur = Text(
            f"{self.pictures} photos with Gaussian blur, σ {self.sigma:g} pixels at 128×128",
            f"{self.pictures} 张照片，高斯模糊，128×128 下 σ {self.sigma:g} 像素",
        )
        if self.as_published:
            return Text(f"{blur.en}; scored on photos it was trained on", f"{blur.zh}；在训练照片上评分")
        return Text(f"four fifths of {blur.en}", f"{blur.zh}，用其五分之四训练")

    @property
    def architecture(self) -> Network:
        return Network()

    @property
    def degradation(self) -> GaussianBlur:
        return GaussianBlur(sigma=self.sigma)

    def metrics(self):
        import keras

        return [keras.metrics.CategoricalAccuracy(name="acc")] if self.as_published else []

    def findings(self, model, folder):
        import keras

        from restorers.training.fit import predict

        squares = self.squares(folder)
        share = {}
        for what, rows in (("held out", squares.validation), ("learned", squares.training)):
            inputs, targets = square_pairs(squares.pictures, rows, self.pair)
            accuracy = keras.metrics.CategoricalAccuracy()
            accuracy.update_state(targets, predict(model, inputs, self.batch))
            share[what] = 100 * float(accuracy.result())
        return [
            Text(
                f"The text's accuracy is {share['learned']:.1f} % on the pictures it has learned from and {share['held out']:.1f} % on others.",
                f"按原文的准确率，在训练图片上为 {share['learned']:.1f}%，在其他图片上为 {share['held out']:.1f}%。",
            )
        ]

    def callbacks(self):
        import keras

        return [keras.callbacks.ReduceLROnPlateau(factor=0.1**0.5, patience=5, cooldown=0, min_lr=0.5e-6)]
