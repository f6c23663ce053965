"""How the gradients of convolutions are computed on a CPU."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import keras


@contextlib.contextmanager
def gradients_by_convolution(model: keras.Model) -> Iterator[None]:
    """Inside, the gradients of the model's 3×3 convolutions are computed by convolutions too, under TensorFlow without a GPU.

    For y = x ∗ k and a loss L the gradient of L in x is ∂L/∂y convolved with k turned by 180°, input and output channels exchanged;
    that in k is x convolved with ∂L/∂y, the batch taken as the channels. oneDNN's own backward kernels do the same arithmetic, but on
    CPUs with AVX2 its forward one is up to twice as fast. Only the order of the sums differs. Elsewhere nothing happens.

    Args:
        model: its gradients must not have been traced before; what is traced inside stays as it is.

    Reference: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016.
    """
    layers = [layer for layer in model.layers if _fits(layer)] if _on_cpu() else []
    convolution = _convolution() if layers else None
    for layer in layers:
        layer.convolution_op = convolution
    try:
        yield
    finally:
        for layer in layers:
            del layer.convolution_op


def _on_cpu() -> bool:
    return keras.backend.backend() == "tensorflow" and all(d.startswith("cpu") for d in keras.distribution.list_devices())


def _fits(layer: keras.layers.Layer) -> bool:
    if type(layer) is not keras.layers.Conv2D:
        return False
    plain = (layer.strides, layer.dilation_rate, layer.groups, layer.padding) == ((1, 1), (1, 1), 1, "same")
    return plain and layer.kernel_size == (3, 3) and layer.data_format == "channels_last"


def _convolution() -> Callable:
    import tensorflow as tf

    @tf.custom_gradient
    def convolve(x, kernel):
        def gradients(dy):
            turned = tf.transpose(kernel[::-1, ::-1], (0, 1, 3, 2))
            batch_last = tf.pad(tf.transpose(x, (3, 1, 2, 0)), ((0, 0), (1, 1), (1, 1), (0, 0)))
            of_kernel = tf.nn.conv2d(batch_last, tf.transpose(dy, (1, 2, 0, 3)), 1, "VALID")
            return tf.nn.conv2d(dy, turned, 1, "SAME"), tf.transpose(of_kernel, (1, 2, 0, 3))

        return tf.nn.conv2d(x, kernel, 1, "SAME"), gradients

    return lambda x, kernel: convolve(x, tf.convert_to_tensor(kernel))
