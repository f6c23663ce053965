import numpy as np
import pytest
from skimage.restoration import inpaint_biharmonic

from restorers.classical import CLASSICAL
from restorers.degradations import Observation

ALL = ["telea", "navier_stokes", "biharmonic_inpainting"]


def lose(photo, mask):
    return Observation(np.where(mask[..., None], np.float32(128 / 255), photo), mask=mask)


@pytest.mark.parametrize("name", ALL)
def test_it_fills_scattered_pixels(name, photo, gain):
    observation = lose(photo, np.random.default_rng(0).random(photo.shape[:2]) < 0.5)
    assert gain(CLASSICAL.get(name)().restore(observation), observation.photo, photo) > 12


@pytest.mark.parametrize("name", ALL)
def test_it_fills_a_scratch(name, photo, gain):
    mask = np.zeros(photo.shape[:2], bool)
    mask[np.arange(100), np.arange(100) + 10] = mask[np.arange(100), np.arange(100) + 11] = mask[60:64] = True
    observation = lose(photo, mask)
    assert gain(CLASSICAL.get(name)().restore(observation), observation.photo, photo) > 8


@pytest.mark.parametrize("name", ALL)
def test_known_pixels_stay_exactly(name, photo):
    photo = photo + np.float32(0.3 / 255)  # no multiple of 1/255
    mask = np.random.default_rng(0).random(photo.shape[:2]) < 0.5
    restored = CLASSICAL.get(name)().restore(lose(photo, mask))
    np.testing.assert_array_equal(restored[~mask], np.clip(photo, 0, 1)[~mask])


@pytest.mark.parametrize("name", ALL)
def test_nothing_missing_changes_nothing(name, photo):
    np.testing.assert_array_equal(CLASSICAL.get(name)().restore(lose(photo, np.zeros(photo.shape[:2], bool))), photo)


@pytest.mark.parametrize("name", ALL)
def test_what_stands_in_a_gap_does_not_matter(name, photo):
    mask = np.zeros(photo.shape[:2], bool)
    mask[40:60, 50:90] = True
    filled = [CLASSICAL.get(name)().restore(Observation(np.where(mask[..., None], np.float32(v), photo), mask=mask)) for v in (0, 0.5, 1)]
    for other in filled[1:]:
        assert np.abs(other - filled[0]).max() < 1e-3


def test_biharmonic_solves_the_equation_of_scikit_image(photo):
    mask = np.zeros(photo.shape[:2], bool)
    mask[30:36, 40:52] = mask[80:90, 20:24] = mask[100, 100:120] = True
    observation = lose(photo, mask)
    expected = inpaint_biharmonic(observation.photo, mask, channel_axis=-1)
    np.testing.assert_allclose(CLASSICAL.get("biharmonic_inpainting")().restore(observation), expected, atol=1e-3)


def test_biharmonic_continues_slopes():
    y, x = np.mgrid[:64, :64] / 64
    photo = np.stack([0.2 + 0.5 * y, 0.1 + 0.4 * x, 0.5 + 0.2 * (x - y)], axis=2).astype(np.float32)
    mask = np.zeros((64, 64), bool)
    mask[16:48, 20:40] = True
    np.testing.assert_allclose(CLASSICAL.get("biharmonic_inpainting")().restore(lose(photo, mask)), photo, atol=2e-3)
