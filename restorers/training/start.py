"""Starts a training from the weights of other presets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from restorers.errors import RestorersError
from restorers.models.base import Architecture
from restorers.presets import Preset
from restorers.text import Text

if TYPE_CHECKING:
    import keras


SILENT = 1e-3  # share of the places


class StartError(RestorersError):
    """A preset that shares nothing with the network to be trained."""


def start_from(presets: Sequence[Preset], model: keras.Model, architecture: Architecture) -> None:
    """Copy into ``model`` what ``presets`` have under the same name: variables of equal shape, and first convolutions.

    Of several presets it takes the mean of the weights. Where all come from one network by further training on different tasks, the
    mean can do a part of most of these.

    A convolution that reads the picture keeps its weights where the numbers of input channels differ: channels that both
    know are copied, further ones (the mask) start at 0; a network that sees the luminance alone gets the sum over the
    colours, which is what it would see in a gray photo. Everything else keeps its fresh start.

    Args:
        presets: where the weights come from.
        model, architecture: the network to be trained.

    Raises:
        StartError: of one of them not one variable could be copied; or it is damaged (``PresetError``, ``WeightsError``).

    Reference: Wortsman et al., "Model soups", ICML 2022; Ilharco et al., "Editing models with task arithmetic", ICLR 2023.
    """
    shapes = {variable.path: tuple(variable.shape) for variable in model.weights}
    found: dict[str, list[np.ndarray]] = {}
    for preset in presets:
        fitted = {
            variable.path: _fitted(np.array(variable), shapes[variable.path], preset.architecture.channels, architecture.channels)
            for variable in preset.build().weights
            if variable.path in shapes
        }
        fitting = {path: value for path, value in fitted.items() if value is not None}
        if not fitting:
            raise StartError(
                Text(
                    f"A training can start from a preset of the same architecture and widths; {preset.name} shares no variable with this network.",
                    f"训练只能从结构和宽度相同的预设开始；{preset.name} 与此网络没有共同的变量。",
                )
            )
        for path, value in fitting.items():
            found.setdefault(path, []).append(value)
    for variable in model.weights:
        if variable.path in found:
            variable.assign(np.mean(found[variable.path], axis=0))


def revive(model: keras.Model, inputs: np.ndarray) -> int:
    """Let channels of residual blocks learn again that a ReLU has set to 0 nearly everywhere: through it no gradient comes to them.

    Where C₁ is above 0 in fewer than a thousandth of the places, that channel of it gets a fresh kernel, and C₂ weights 0 for it. So
    what a network with ReLU makes of ``inputs`` stays nearly the same; one that is leaky now must first learn that it is.

    Args:
        model: a ``UNet``; other networks have no such blocks and stay as they are.
        inputs: what it is given, (n, height, width, channels).

    Returns:
        The number of channels.

    Reference: Sokar et al., "The dormant neuron phenomenon in deep reinforcement learning", ICML 2023.
    """
    import keras

    revived = 0
    for layer in [layer for layer in model.layers if layer.name.endswith("_conv1")]:
        following = model.get_layer(layer.name.removesuffix("1") + "2")
        # one after the other: a channel that is revived changes what the later ones see, where the activation is another now
        seen = keras.Model(model.input, layer.output).predict_on_batch(inputs)
        silent = (seen > 0).mean(axis=(0, 1, 2)) < SILENT
        kernel, outgoing = np.array(layer.kernel), np.array(following.kernel)
        kernel[..., silent] = np.array(layer.kernel_initializer(kernel.shape))[..., silent]
        outgoing[:, :, silent] = 0
        layer.kernel.assign(kernel)
        following.kernel.assign(outgoing)
        if layer.use_bias:
            layer.bias.assign(np.where(silent, 0, np.array(layer.bias)))
        revived += int(silent.sum())
    return revived


def _fitted(value: np.ndarray, shape: tuple[int, ...], channels: int, wanted: int) -> np.ndarray | None:
    """``value`` with ``shape``, None where it does not fit. Both may have been folded: channels of one pixel lie side by side."""
    if value.shape == shape:
        return value
    if value.ndim != 4 or len(shape) != 4 or value.shape[:2] + value.shape[3:] != shape[:2] + shape[3:]:
        return None
    pixels, rest = divmod(value.shape[2], channels)
    if rest or shape[2] != pixels * wanted:
        return None
    value = value.reshape(*value.shape[:2], pixels, channels, -1)
    if wanted == 1:
        fitted = value.sum(axis=3, keepdims=True)
    else:
        fitted = np.zeros((*value.shape[:3], wanted, value.shape[4]), np.float32)
        shared = min(channels, wanted)
        fitted[..., :shared, :] = value[..., :shared, :]
    return fitted.reshape(shape)
