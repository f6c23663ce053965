import cv2
import numpy as np
import pytest


@pytest.fixture
def make_photo():
    """Makes a photo with slopes, edges and texture, which must not be written to."""

    def make(height=33, width=47, seed=0, gray=False):
        rng = np.random.default_rng(seed)
        y, x = np.mgrid[:height, :width]
        photo = np.stack([y / max(height - 1, 1), x / max(width - 1, 1), 0.5 + 0.5 * np.sin(x / 3 + y / 5)], axis=2)
        photo[height // 3 :, width // 2 :] = 1 - photo[height // 3 :, width // 2 :]
        photo = np.clip(photo + rng.normal(0, 0.05, photo.shape), 0, 1).astype(np.float32)
        if gray:
            photo = np.repeat(photo[..., 1:2], 3, axis=2)
        photo.setflags(write=False)
        return photo

    return make


@pytest.fixture(autouse=True)
def one_thread():
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    yield
    cv2.setNumThreads(before)
