"""Layers that Keras does not have, written with ``keras.ops`` alone."""

from __future__ import annotations

import keras
from keras import ops


@keras.saving.register_keras_serializable("restorers")
class SpaceToDepth(keras.layers.Layer):
    """Folds each ``block`` × ``block`` patch into channels: (b, h, w, c) → (b, h/block, w/block, c·block²).

    Nothing is lost, and every later convolution costs block² times less.

    Args:
        block: side of the patch in pixels; height and width must be divisible by it. Default 2.

    Reference: Shi et al., "Real-Time Single Image and Video Super-Resolution", CVPR 2016 (the inverse).
    """

    def __init__(self, block: int = 2, **kwargs):
        super().__init__(**kwargs)
        self.block = block

    def call(self, x):
        _, height, width, channels = ops.shape(x)
        k = self.block
        x = ops.reshape(x, (-1, height // k, k, width // k, k, channels))
        return ops.reshape(ops.transpose(x, (0, 1, 3, 2, 4, 5)), (-1, height // k, width // k, k * k * channels))

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return batch, height and height // self.block, width and width // self.block, channels * self.block**2

    def get_config(self):
        return {**super().get_config(), "block": self.block}


@keras.saving.register_keras_serializable("restorers")
class DepthToSpace(keras.layers.Layer):
    """Unfolds channels into patches, the inverse of ``SpaceToDepth``: (b, h, w, c·block²) → (b, h·block, w·block, c).

    Args:
        block: side of the patch in pixels. Default 2.
    """

    def __init__(self, block: int = 2, **kwargs):
        super().__init__(**kwargs)
        self.block = block

    def call(self, x):
        _, height, width, channels = ops.shape(x)
        k = self.block
        x = ops.reshape(x, (-1, height, width, k, k, channels // k**2))
        return ops.reshape(ops.transpose(x, (0, 1, 3, 2, 4, 5)), (-1, height * k, width * k, channels // k**2))

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return batch, height and height * self.block, width and width * self.block, channels // self.block**2

    def get_config(self):
        return {**super().get_config(), "block": self.block}


@keras.saving.register_keras_serializable("restorers")
class FirstChannels(keras.layers.Layer):
    """Keeps the first ``count`` channels: (b, h, w, c) → (b, h, w, count).

    Args:
        count: channels to keep.
    """

    def __init__(self, count: int, **kwargs):
        super().__init__(**kwargs)
        self.count = count

    def call(self, x):
        return x[..., : self.count]

    def compute_output_shape(self, input_shape):
        return *input_shape[:-1], self.count

    def get_config(self):
        return {**super().get_config(), "count": self.count}
