import tracemalloc

import numpy as np
import pytest

from restorers.classical import CLASSICAL
from restorers.classical._resampling import resample
from restorers.degradations import Observation
from restorers.resize import resize


def reduced(photo, factor, shown):
    height, width = photo.shape[:2]
    small = resize(photo, round(height / factor), round(width / factor), "bicubic")
    return small, Observation(resize(small, height, width, shown), scale=factor)


@pytest.mark.parametrize("name", ["bicubic_resample", "lanczos_resample"])
@pytest.mark.parametrize("factor", [2.0, 2.5, 4.0])
def test_it_is_better_than_blocks(name, factor, photo, gain):
    _, observation = reduced(photo, factor, "area")
    assert gain(CLASSICAL.get(name)().restore(observation), observation.photo, photo) > 0.5


@pytest.mark.parametrize("factor", [1.5, 2.0, 2.5, 3.0, 8.0])
def test_bicubic_gives_a_bicubic_observation_back(factor, photo):
    small, observation = reduced(photo * 0.8 + 0.1, factor, "bicubic")
    np.testing.assert_allclose(CLASSICAL.get("bicubic_resample")().restore(observation), observation.photo, atol=2e-3)
    expected = resize(small, *photo.shape[:2], "lanczos")
    np.testing.assert_allclose(CLASSICAL.get("lanczos_resample")().restore(observation), expected, atol=3e-3)


def test_the_small_photo_is_explained(photo):
    """Reducing the result gives what reducing the observation gives."""
    _, observation = reduced(photo * 0.6 + 0.2, 3, "nearest")
    restored = resample(observation, "bicubic")
    size = [round(n / 3) for n in photo.shape[:2]]
    np.testing.assert_allclose(resize(restored, *size), resize(observation.photo, *size), atol=3e-3)


def test_a_factor_beyond_the_photo(photo):
    restored = CLASSICAL.get("bicubic_resample")().restore(Observation(photo[:3, :5], scale=8.0))
    assert np.ptp(restored, axis=(0, 1)).max() < 1e-4


def test_a_panorama_takes_memory_by_its_pixels():
    """And not by the square of its length, nor time by the cube."""
    observation = Observation(np.random.default_rng(0).random((4, 3000, 3), dtype=np.float32), scale=1.5)
    resample(observation, "bicubic")  # what is imported and kept for the next photo
    tracemalloc.start()
    try:
        resample(observation, "bicubic")
        assert tracemalloc.get_traced_memory()[1] < 50 * observation.photo.nbytes
    finally:
        tracemalloc.stop()
