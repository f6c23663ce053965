"""Losses that Keras does not have, written with ``keras.ops`` alone."""

from __future__ import annotations

import numpy as np

from restorers.diagnosis import CERTAIN

SSIM_WINDOW = 11
LOCAL_WEIGHT = 5.0
LUMINANCE = (0.299, 0.587, 0.114)  # of R, G and B; ITU-R BT.601


def charbonnier(y_true, y_pred):
    """The mean of √((x − y)² + 0.001²): an absolute error that is smooth where it is small.

    Reference: Charbonnier et al., "Two deterministic half-quadratic regularization algorithms for computed imaging", ICIP 1994.
    """
    from keras import ops

    return ops.mean(ops.sqrt(ops.square(y_pred - y_true) + 1e-6), axis=(1, 2, 3))


def psnr_shortfall(y_true, y_pred):
    """10 log₁₀(1 + MSE / 10⁻⁵) of each picture: by how many dB its PSNR stays below 50 dB; 0 for equal pictures.

    Its mean is what benchmarks report, so a picture with little damage counts as much as one with a lot, where an absolute or
    squared error would hardly see it.

    Reference: Chen et al., "HINet: half instance normalization network for image restoration", CVPR workshops 2021 (PSNR loss).
    """
    from keras import ops

    return 10 / np.log(10) * ops.log1p(ops.mean(ops.square(y_pred - y_true), axis=(1, 2, 3)) / 1e-5)


def root_mean_squared_error(y_true, y_pred):
    """√(MSE + 10⁻⁶) of each picture.

    Between the squared error, which looks at the worst crops alone, and ``psnr_shortfall``, for which an error in an even crop counts a
    hundred times as much as one among edges, though in the whole photo both count the same.
    """
    from keras import ops

    return ops.sqrt(ops.mean(ops.square(y_pred - y_true), axis=(1, 2, 3)) + 1e-6)


def luminance_weighted_error(y_true, y_pred):
    """``root_mean_squared_error`` of each RGB picture, plus that of its luminance Y = 0.299 R + 0.587 G + 0.114 B.

    For tasks where sharpness is what is missing: it is seen in the luminance, and super-resolution is scored on it.

    Reference: ITU-R BT.601 (Y).
    """
    from keras import ops

    weights = ops.convert_to_tensor(np.array(LUMINANCE, np.float32)[:, None])
    luminance = root_mean_squared_error(ops.matmul(y_true, weights), ops.matmul(y_pred, weights))
    return root_mean_squared_error(y_true, y_pred) + luminance


def structural_dissimilarity(y_true, y_pred):
    """1 − SSIM, the mean over pixels and channels, under an 11×11 Gaussian window of σ 1.5; sides of at least 11 pixels.

    Reference: Wang et al., "Image quality assessment: from error visibility to structural similarity", IEEE TIP 2004.
    """
    from keras import ops

    channels = y_true.shape[-1]
    line = np.exp(-((np.arange(SSIM_WINDOW) - SSIM_WINDOW // 2) ** 2) / (2 * 1.5**2)).astype(np.float32)
    line /= line.sum()
    rows, columns = (np.tile(line.reshape(shape), (1, 1, channels, 1)) for shape in ((-1, 1, 1, 1), (1, -1, 1, 1)))

    def mean(x):
        return ops.depthwise_conv(ops.depthwise_conv(x, rows), columns)

    y_true = ops.convert_to_tensor(y_true)
    u, v = mean(y_true), mean(y_pred)
    squares = mean(ops.square(y_true)) + mean(ops.square(y_pred)) - u * u - v * v
    covariance = mean(y_true * y_pred) - u * v
    similarity = (2 * u * v + 1e-4) * (2 * covariance + 9e-4) / ((u * u + v * v + 1e-4) * (squares + 9e-4))
    return 1 - ops.mean(similarity, axis=(1, 2, 3))


def _evidence(p):
    """log(p / (1 − p)), with p taken no nearer to 0 and 1 than ``CERTAIN``."""
    from keras import ops

    p = ops.clip(p, CERTAIN, 1 - CERTAIN)
    return ops.log(p) - ops.log(1 - p)


def presence_crossentropy(y_true, y_pred, local: tuple[bool, ...]):
    """Binary cross-entropy of what is present, the mean over the kinds: of local kinds pixel by pixel, of the others once a picture.

    Local kinds count ``LOCAL_WEIGHT`` times, for where they are is one question for each pixel. For a kind that lies over the whole picture, p is that of the mean evidence: log(p / (1 − p)) averaged over the pixels.

    Args:
        y_true: (b, h, w, kinds), 1 where present; of a kind that is not local the same everywhere.
        y_pred: probabilities of the same shape.
        local: one for each kind.
    """
    from keras import ops

    evidence = _evidence(y_pred)
    pooled = ops.broadcast_to(ops.mean(evidence, axis=(1, 2), keepdims=True), ops.shape(evidence))
    chosen = ops.where(ops.convert_to_tensor(local), evidence, pooled)
    weights = ops.convert_to_tensor([LOCAL_WEIGHT if one else 1.0 for one in local])
    return ops.mean(weights * (ops.softplus(chosen) - y_true * chosen), axis=(1, 2, 3))


def presence_accuracy(y_true, y_pred, local: tuple[bool, ...]):
    """Share of the kinds that are not local whose presence is told rightly, of each picture; arguments as ``presence_crossentropy``."""
    from keras import ops

    evidence = ops.mean(_evidence(y_pred), axis=(1, 2))
    right = ops.cast(ops.equal(evidence > 0, y_true[:, 0, 0] > 0.5), "float32")
    return ops.mean(ops.take(right, [k for k, one in enumerate(local) if not one], axis=-1), axis=-1)
