import cv2
import numpy as np
import pytest
from scipy import ndimage
from skimage.exposure import equalize_hist

from restorers.classical import CLASSICAL
from restorers.degradations import Observation


def luminance(photo):
    return photo @ np.array([0.299, 0.587, 0.114], np.float32)


def restore(name, photo, **settings):
    return CLASSICAL.get(name)(**settings).restore(Observation(photo))


def test_doing_nothing_only_clips(photo):
    wild = photo * 2 - 0.5
    np.testing.assert_array_equal(restore("do_nothing", wild), np.clip(wild, 0, 1))


def test_gamma_undoes_gamma(photo):
    np.testing.assert_allclose(restore("gamma_correction", photo**2.5, gamma=2.5), photo, atol=1e-4)


@pytest.mark.parametrize("name", ["gamma_correction", "histogram_equalization", "clahe"])
def test_it_brightens_a_dark_photo(name, photo, gain):
    dark = photo**2.5 + np.random.default_rng(0).normal(0, 5 / 255, photo.shape).astype(np.float32)
    assert gain(restore(name, dark), dark, photo) > 2


def test_stretch_undoes_fading(photo, gain):
    faded = ((0.5 * photo + 0.3) * np.array([1, 0.93, 0.8])).astype(np.float32)
    each = restore("contrast_stretch", faded)
    assert gain(each, faded, photo) > 10
    assert gain(each, restore("contrast_stretch", faded, each_channel=False), photo) > 3


def test_stretch_maps_the_percentiles_to_black_and_white(photo):
    faded = photo * 0.4 + 0.2
    stretched = restore("contrast_stretch", faded, cut=2.0)
    for channel in range(3):
        assert np.mean(stretched[..., channel] == 0) == pytest.approx(0.02, abs=0.01)
        assert np.mean(stretched[..., channel] == 1) == pytest.approx(0.02, abs=0.01)


def test_stretching_one_flat_channel_leaves_it_alone(photo):
    flat = photo.copy()
    flat[..., 1] = 0.25
    np.testing.assert_array_equal(restore("contrast_stretch", flat)[..., 1], flat[..., 1])


def test_equalization_of_gray_is_that_of_scikit_image(photo):
    gray = np.repeat(luminance(photo)[..., None], 3, axis=2) * np.float32(0.5)
    restored = restore("histogram_equalization", gray)
    np.testing.assert_allclose(restored[..., 0], equalize_hist(gray[..., 0], nbins=1024), atol=5e-3)
    np.testing.assert_allclose(np.quantile(restored[..., 1], [0.25, 0.5, 0.75]), [0.25, 0.5, 0.75], atol=0.02)


@pytest.mark.parametrize("name", ["histogram_equalization", "clahe"])
def test_equalization_keeps_the_colour_differences(name, photo):
    muted = (photo * 0.2 + 0.4).astype(np.float32)
    restored = restore(name, muted)
    inside = ((restored > 0) & (restored < 1)).all(axis=2)
    assert inside.mean() > 0.5
    before, after = (x[..., 0] - luminance(x) for x in (muted, restored))
    np.testing.assert_allclose(after[inside], before[inside], atol=2e-3)


def test_clahe_works_on_parts():
    """A dark half with faint texture beside a bright one: only the local method raises its contrast."""
    rng = np.random.default_rng(0)
    photo = np.repeat(np.where(np.arange(128) < 64, 0.1, 0.9)[None, :, None], 128, axis=0) + rng.normal(0, 0.01, (128, 128, 1))
    photo = np.repeat(photo, 3, axis=2).astype(np.float32)
    dark = (slice(None), slice(8, 40))
    assert restore("clahe", photo, limit=0.05)[dark].std() > 3 * photo[dark].std()


def test_dark_channel_prior_removes_haze(photo, gain):
    depth = np.linspace(1, 0.3, photo.shape[0], dtype=np.float32)[:, None, None]
    transmission = 0.3**depth
    hazy = photo * transmission + 0.9 * (1 - transmission)
    assert gain(restore("dark_channel_prior", hazy), hazy, photo) > 6
    np.testing.assert_allclose(restore("dark_channel_prior", hazy, strength=0), hazy, atol=1e-5)


def test_dark_channel_is_the_minimum_around(photo):
    dark = CLASSICAL.get("dark_channel_prior")(radius=3)._dark_channel(photo)
    np.testing.assert_array_equal(dark, ndimage.minimum_filter(photo.min(axis=2), 7, mode="reflect"))


def test_luminance_is_its_formula(photo):
    gray = restore("luminance", photo)
    for channel in range(3):
        np.testing.assert_allclose(gray[..., channel], luminance(photo), atol=1e-6)
    np.testing.assert_allclose(gray[..., 0], cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), atol=1e-6)
    np.testing.assert_allclose(restore("luminance", gray), gray, atol=1e-6)
