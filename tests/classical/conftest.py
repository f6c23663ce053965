import cv2
import numpy as np
import pytest


@pytest.fixture(autouse=True)
def one_thread():
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    yield
    cv2.setNumThreads(before)


@pytest.fixture
def photo():
    """A face with texture around it, 128 × 128, from the pictures that scikit-image ships."""
    from skimage.data import astronaut

    photo = astronaut()[60:188, 160:288].astype(np.float32) / 255
    photo.setflags(write=False)
    return photo


@pytest.fixture
def gain():
    """How many dB of PSNR over RGB a restored photo lies above the observed one."""

    def error(photo, truth):
        return np.mean((np.clip(photo, 0, 1).astype(np.float64) - truth) ** 2)

    return lambda restored, observed, truth: 10 * np.log10(error(observed, truth) / error(restored, truth))
