from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from restorers.models.linear_autoencoder import LinearAutoencoder
from restorers.params import param
from restorers.text import Text
from restorers.training.recipes._crops import CropRecipe


@dataclass(frozen=True)
class SmallBottleneck(CropRecipe):
    """A linear autoencoder copies pieces of 16×16 pixels through a code of a few numbers: x̂ = B(A x), A x of length ``code``.

    A piece has 768 numbers. What the code cannot hold is lost: the fewer numbers, the softer the copy. With squared error it
    learns the subspace of the first principal components, the best that any linear map can do. Adam.

    Reference: Baldi and Hornik, "Neural networks and principal component analysis", Neural Networks 2(1), 1989.
    """

    title: ClassVar[Text] = Text("A bottleneck too small", "瓶颈太小")
    help: ClassVar[Text] = Text(
        "Each piece of 16×16 pixels, 768 numbers, must pass through a few numbers and be drawn again from them. See what gets lost.",
        "每个 16×16 像素的小块有 768 个数，须压缩成寥寥几个数再重画出来。看看丢失了什么。",
    )
    # it mends nothing: it copies
    suits: ClassVar[frozenset[str]] = frozenset()
    order: ClassVar[int] = 4

    code: int = param(
        8,
        low=1,
        high=256,
        step=1,
        label=Text("Bottleneck", "瓶颈"),
        help=Text("Numbers that each piece must pass through.", "每个小块须通过的数的个数。"),
    )
    rate: float = param(
        2e-3, low=1e-5, high=1, step=1e-4, label=Text("Learning rate", "学习率"), help=Text("How far one step goes.", "每一步走多远。")
    )
    batch: int = param(64, low=1, high=512, step=1, label=Text("Batch", "批大小"), help=Text("Pieces in one step.", "每步的小块数。"))

    @property
    def trained_on(self) -> Text:
        return Text(f"pieces of 16×16, copied through {self.code} numbers", f"16×16 小块，经 {self.code} 个数复制")

    @property
    def architecture(self) -> LinearAutoencoder:
        return LinearAutoencoder(size=16, channels=3, code=self.code)

    @property
    def loss(self):
        return "mean_squared_error"
