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
class Channels(keras.layers.Layer):
    """Keeps some channels: (b, h, w, c) → (b, h, w, count).

    Args:
        first: the first to keep, counted from 0.
        count: how many to keep.
    """

    def __init__(self, first: int, count: int, **kwargs):
        super().__init__(**kwargs)
        self.first, self.count = first, count

    def call(self, x):
        return x[..., self.first : self.first + self.count]

    def compute_output_shape(self, input_shape):
        return *input_shape[:-1], self.count

    def get_config(self):
        return {**super().get_config(), "first": self.first, "count": self.count}


@keras.saving.register_keras_serializable("restorers")
class Likeness(keras.layers.Layer):
    """How near a pixel is to each of some grays g: max(0, 1 − max over the channels of |x − g| / ``width``), (b, h, w, c) → (b, h, w, grays).

    Args:
        grays: in [0, 1].
        width: how far from one, in any channel, the result is 0.
    """

    def __init__(self, grays: tuple[float, ...], width: float, **kwargs):
        super().__init__(**kwargs)
        self.grays, self.width = tuple(grays), width

    def call(self, x):
        far = ops.max(ops.abs(ops.expand_dims(x, -1) - ops.convert_to_tensor(self.grays, x.dtype)), axis=-2)
        return ops.relu(1 - far / self.width)

    def compute_output_shape(self, input_shape):
        return *input_shape[:-1], len(self.grays)

    def get_config(self):
        return {**super().get_config(), "grays": self.grays, "width": self.width}


@keras.saving.register_keras_serializable("restorers")
class Colour(keras.layers.Layer):
    """Lays colour over a gray photo and keeps its luminance: x̂ = y + s·(c − (0.299 R + 0.587 G + 0.114 B of c)).

    Whatever c says of the luminance is taken off, and s ≤ 1, one number a pixel, is the largest that stays in [0, 1]: a
    colour too strong for its brightness grows paler instead of changing it.

    Call it with y (b, h, w, 1) and c (b, h, w, 3).
    """

    def call(self, gray, colour):
        luminance = ops.sum(colour * ops.convert_to_tensor([0.299, 0.587, 0.114], colour.dtype), axis=-1, keepdims=True)
        difference = colour - luminance
        room = ops.maximum(ops.where(difference > 0, 1 - gray, gray), 0)
        share = ops.min(room / ops.maximum(ops.abs(difference), 1e-6), axis=-1, keepdims=True)
        return gray + ops.minimum(share, 1) * difference

    def compute_output_shape(self, gray_shape, colour_shape):
        return colour_shape
