from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from restorers.models._square import SquareAutoencoder
from restorers.text import Text


@dataclass(frozen=True)
class LinearAutoencoder(SquareAutoencoder):
    """PCA's twin: one linear layer in, one linear layer out, x̂ = W₂(W₁x + b₁) + b₂.

    With squared error the best such network spans the subspace of the first ``code`` principal components.

    Reference: tutorial 002; Baldi and Hornik, "Neural networks and principal component analysis", Neural Networks 1989.
    """

    title: ClassVar[Text] = Text("Linear autoencoder", "线性自编码器")
    help: ClassVar[Text] = Text(
        "An autoencoder without bends: it learns what principal component analysis (PCA) computes.",
        "没有非线性的自编码器：它学到的正是主成分分析（PCA）。",
    )
    reference: ClassVar[str] = "tutorial 002; Baldi and Hornik 1989"
    order: ClassVar[int] = 31

    def build(self):
        import keras
        from keras import layers

        photo = keras.Input(self.shape, name="photo")
        x = layers.Dense(self.code, name="code")(layers.Flatten(name="encoder_flatten")(photo))
        x = layers.Dense(self.size**2 * self.channels, name="decoder_pixels")(x)
        return keras.Model(photo, layers.Reshape(self.shape, name="restored")(x), name="linear_autoencoder")
