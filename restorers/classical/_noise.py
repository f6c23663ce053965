"""How strong the noise of a photo is, where nobody tells."""

from __future__ import annotations

import numpy as np

# what is left of a coefficient that should be zero, in an area of one value, by the rounding of float32
_ROUNDING = 1e-6


def estimate_noise(photo: np.ndarray) -> float:
    """Standard deviation of white Gaussian noise in ``photo``, in units of the photo: median |d| / 0.6745, averaged over the channels.

    d are the finest diagonal coefficients of the Daubechies 2 wavelet, zeros left out: they hold hardly anything but noise.
    Fine texture counts as noise too, so that the estimate is too high rather than too low. The same as scikit-image's
    ``estimate_sigma``, without its warnings on tiny and on even photos; but areas of one value, such as a white frame, are left out
    whatever the value, where that one leaves out black ones only.

    Reference: Donoho and Johnstone, "Ideal spatial adaptation by wavelet shrinkage", Biometrika 81(3), 1994.
    """
    import pywt

    _, (_, _, diagonal) = pywt.dwt2(photo, "db2", axes=(0, 1))
    channels = [d[d > _ROUNDING] for d in np.moveaxis(np.abs(diagonal), -1, 0)]
    return float(np.mean([np.median(d) / 0.6745 if d.size else 0.0 for d in channels]))
