"""How the gradients of convolutions are computed on a CPU."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from restorers.processor import instructions

if TYPE_CHECKING:
    import keras


@contextlib.contextmanager
def gradients_by_convolution(model: keras.Model) -> Iterator[None]:
    """Inside, the gradients of the model's 3×3 convolutions are computed by convolutions too, under TensorFlow without a GPU and AVX-512.

    For y = x ∗ k and a loss L the gradient of L in x is ∂L/∂y convolved with k turned by 180°, input and output channels exchanged;
    that in k is x convolved with ∂L/∂y, the batch taken as the channels. oneDNN's own backward kernels do the same arithmetic; without
    AVX-512 its forward one is up to twice as fast, with it a quarter slower, so there they stay. Only the order of the sums differs.

    Args:
        model: its gradients must not have been traced before; what is traced inside stays as it is.

    Reference: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016.
    """
    layers = [layer for layer in model.layers if _fits(layer)] if _faster() else []
    convolution = _convolution() if layers else None
    for layer in layers:
        layer.convolution_op = convolution
    try:
        yield
    finally:
        for layer in layers:
            del layer.convolution_op


def _faster() -> bool:
    import keras

    if keras.backend.backend() != "tensorflow" or "avx512f" in instructions():
        return False
    return all(d.startswith("cpu") for d in keras.distribution.list_devices())


def _fits(layer: keras.layers.Layer) -> bool:
    from keras.layers import Conv2D

    if type(layer) is not Conv2D:
        return False
    plain = (layer.strides, layer.dilation_rate, layer.groups, layer.padding) == ((1, 1), (1, 1), 1, "same")
    return plain and layer.kernel_size == (3, 3) and layer.data_format == "channels_last"


def _convolution() -> Callable:
    from keras import ops

    @ops.custom_gradient
    def convolve(x, kernel):
        def gradients(dy):
            turned = ops.transpose(ops.flip(kernel, (0, 1)), (0, 1, 3, 2))
            batch_last = ops.pad(ops.transpose(x, (3, 1, 2, 0)), ((0, 0), (1, 1), (1, 1), (0, 0)))
            of_kernel = ops.conv(batch_last, ops.transpose(dy, (1, 2, 0, 3)), padding="valid", data_format="channels_last")
            return ops.conv(dy, turned, padding="same", data_format="channels_last"), ops.transpose(of_kernel, (1, 2, 0, 3))

        return ops.conv(x, kernel, padding="same", data_format="channels_last"), gradients

    return lambda x, kernel: convolve(x, ops.copy(kernel))  # read here: TensorFlow allows no variables inside
