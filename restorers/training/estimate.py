"""What a training will cost, before it starts, and whether it can work at all."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from restorers.errors import RestorersError
from restorers.text import Text
from restorers.training.losses import SSIM_WINDOW, structural_dissimilarity
from restorers.training.recipes.base import Recipe

if TYPE_CHECKING:
    import keras

MEMORY_LIMIT = 2_000_000_000  # bytes of one training, beside what Keras itself takes
COPIES = 5  # of each parameter: itself, its gradient, two of the optimizer, the best so far
KEPT = 2.5  # floats kept for each value that a layer puts out: the value, its gradient, work space
PATCH = 64  # pixels; where the recipe does not say


class CannotTrain(RestorersError):
    """A combination that cannot be trained."""


@dataclass(frozen=True)
class Estimate:
    """What one training costs.

    Attributes:
        parameters: numbers that are learned.
        memory: bytes, beside what Keras itself takes.
        operations: floating-point operations of one step.
    """

    parameters: int
    memory: int
    operations: float


def _side(recipe: Recipe) -> int:
    """Pixels of one side of what ``recipe`` learns from."""
    return recipe.architecture.input_size or getattr(recipe, "patch", PATCH)


def check(recipe: Recipe, model: keras.Model) -> None:
    """Nothing, if ``recipe`` can train ``model``, which its architecture has built.

    Raises:
        CannotTrain: a crop that the network cannot take or that is smaller than the window of its loss, or a loss that needs outputs
            in [0, 1] of a network that does not keep to them.
    """
    architecture, side = recipe.architecture, _side(recipe)
    if side % architecture.multiple:
        raise CannotTrain(
            Text(
                f"The side of a crop must be a multiple of {architecture.multiple} for this network. Received: {side}. "
                f"Choose {max(architecture.multiple, side - side % architecture.multiple)}.",
                f"对此网络，裁剪边长须为 {architecture.multiple} 的倍数。收到：{side}。"
                f"请选择 {max(architecture.multiple, side - side % architecture.multiple)}。",
            )
        )
    if recipe.loss is structural_dissimilarity and side < SSIM_WINDOW:
        raise CannotTrain(
            Text(
                f"SSIM looks through a window of {SSIM_WINDOW}×{SSIM_WINDOW} pixels, and this network learns from pictures of {side}×{side}. "
                "Choose larger ones, or another loss.",
                f"SSIM 使用 {SSIM_WINDOW}×{SSIM_WINDOW} 像素的窗口，而此网络从 {side}×{side} 的图片学习。请选择更大的图片，或换用其他损失。",
            )
        )
    if recipe.loss == "binary_crossentropy" and not _ends_in_sigmoid(model):
        raise CannotTrain(
            Text(
                "Binary cross-entropy needs a network whose outputs stay between 0 and 1, and this one's do not. Choose another loss or network.",
                "二元交叉熵要求网络输出在 0 与 1 之间，而此网络并非如此。请换用其他损失或网络。",
            )
        )


def estimate(recipe: Recipe) -> Estimate:
    """Parameters, memory and operations of ``recipe``; the network is described, but no weight is made.

    Raises:
        CannotTrain: more memory than ``MEMORY_LIMIT``, or what ``check`` refuses.
    """
    import keras

    architecture, side = recipe.architecture, _side(recipe)
    with keras.StatelessScope(initialize_variables=False):
        model = architecture.build()
        check(recipe, model)
        sized = keras.models.clone_model(model, input_tensors=keras.Input((side, side, architecture.channels)))
        parameters = model.count_params()
    outputs = [math.prod(layer.output.shape[1:]) for layer in sized.layers]
    fixed, each = 4 * COPIES * parameters, 4 * KEPT * sum(outputs)
    memory = round(fixed + recipe.batch * each)
    if memory > MEMORY_LIMIT:
        most = int((MEMORY_LIMIT - fixed) // each)
        batch = Text(f"a batch of at most {most}, or ", f"不超过 {most} 的批大小，或") if most >= 1 else Text("", "")
        raise CannotTrain(
            Text(
                f"One training may take {MEMORY_LIMIT / 1e9:g} GB; this one needs about {memory / 1e9:.1f} GB. "
                f"Choose {batch.en}a smaller network or crop.",
                f"一次训练最多可用 {MEMORY_LIMIT / 1e9:g} GB；此次约需 {memory / 1e9:.1f} GB。请选择{batch.zh}更小的网络或裁剪边长。",
            )
        )
    return Estimate(parameters, memory, 3 * recipe.batch * sum(map(_operations, sized.layers)))


def _ends_in_sigmoid(model) -> bool:
    """Whether the last layer that computes, reshaping apart, is a sigmoid."""
    import keras

    last = next(layer for layer in reversed(model.layers) if not isinstance(layer, keras.layers.Reshape))
    return getattr(last, "activation", None) is keras.activations.sigmoid


def _operations(layer) -> float:
    """Multiplications and additions of one picture passing forward through ``layer``."""
    kernel = getattr(layer, "kernel", None)
    if kernel is None:
        return 0.0
    side = layer.input if type(layer).__name__ == "Conv2DTranspose" else layer.output
    places = math.prod(side.shape[1:-1]) if len(side.shape) == 4 else 1
    return 2.0 * math.prod(kernel.shape) * places
