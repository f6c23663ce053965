"""Each noise against its equation, on flat photos whose statistics are known."""

import cv2
import numpy as np
import pytest
from scipy import stats
from skimage import color

from restorers.degradations import camera_noise, degrade
from restorers.degradations.camera_noise import CameraNoise
from restorers.degradations.gaussian_noise import GaussianNoise
from restorers.degradations.grain import Grain
from restorers.degradations.poisson_noise import PoissonNoise
from restorers.degradations.salt_and_pepper import SaltAndPepper
from restorers.degradations.speckle import Speckle


def flat(value, side=200):
    return np.full((side, side, 3), value, np.float32)


def test_gaussian_noise_has_its_mean_and_its_deviation():
    noise = degrade(flat(0.5), GaussianNoise(sigma=25, mean=10, clip=False)).photo - 0.5
    assert noise.mean() == pytest.approx(10 / 255, abs=1e-3)
    assert noise.std() == pytest.approx(25 / 255, rel=0.01)
    # white: neighbours and channels know nothing of each other
    noise -= noise.mean()
    for a, b in ((noise[1:], noise[:-1]), (noise[:, 1:], noise[:, :-1]), (noise[..., 1:], noise[..., :-1])):
        assert abs((a * b).mean()) < 0.01 * noise.var()


def test_gaussian_noise_unclipped_leaves_the_range_and_clipped_does_not():
    free, clipped = (degrade(flat(0.98), GaussianNoise(sigma=25, clip=clip)) for clip in (False, True))
    assert free.photo.max() > 1.2
    np.testing.assert_array_equal(clipped.photo, np.clip(free.photo, 0, 1))
    assert free.noise_sigma == clipped.noise_sigma == pytest.approx(25 / 255)


def test_gaussian_noise_wraps_as_the_tutorial_adds_in_8_bit(make_photo):
    levels = np.rint(make_photo(64, 64) * 255).astype(np.uint8)
    drawn = np.random.default_rng(7).standard_normal(levels.shape, dtype=np.float32) * 50 + 10
    expected = levels + drawn.astype(np.int64).astype(np.uint8)
    assert expected.dtype == np.uint8
    observation = degrade(levels.astype(np.float32) / 255, GaussianNoise(sigma=50, mean=10, wrap=True), seed=7)
    np.testing.assert_array_equal(np.rint(observation.photo * 255), expected)
    assert observation.noise_sigma is None


@pytest.mark.parametrize("peak", [1, 5, 20, 100])
@pytest.mark.parametrize("brightness", [0.1, 0.3])
def test_poisson_noise_counts_photons(peak, brightness):
    noisy = degrade(flat(brightness), PoissonNoise(peak=peak)).photo
    photons = noisy * peak
    np.testing.assert_allclose(photons, np.rint(photons), atol=1e-4)
    shares = np.bincount(np.rint(photons).astype(int).ravel(), minlength=peak + 1) / photons.size
    expected = stats.poisson.pmf(np.arange(peak + 1), peak * brightness)
    expected[peak] += stats.poisson.sf(peak, peak * brightness)  # what is brighter than white is white
    np.testing.assert_allclose(shares, expected, atol=0.005)
    if peak >= 20:
        assert noisy.mean() == pytest.approx(brightness, rel=0.01)
        assert noisy.var() == pytest.approx(brightness / peak, rel=0.03)


def test_poisson_noise_leaves_black_black():
    assert not degrade(flat(0), PoissonNoise(peak=5)).photo.any()


@pytest.mark.parametrize("amount", [0, 0.05, 0.4, 1])
def test_salt_and_pepper_hits_its_share_of_whole_pixels(amount):
    photo = flat(0.5)
    noisy = degrade(photo, SaltAndPepper(amount=amount)).photo
    hit = (noisy != photo).any(axis=2)
    assert hit.mean() == pytest.approx(amount, abs=0.01)
    assert np.isin(noisy[hit], (0, 1)).all()
    np.testing.assert_array_equal(noisy[hit][:, :1].repeat(3, axis=1), noisy[hit])
    if amount:
        assert noisy[hit].mean() == pytest.approx(0.5, abs=0.03)


def test_more_salt_and_pepper_hits_the_same_pixels_and_others():
    few, many = (degrade(flat(0.5), SaltAndPepper(amount=amount)).photo for amount in (0.1, 0.3))
    hit = few != 0.5
    np.testing.assert_array_equal(many[hit], few[hit])


def test_speckle_is_in_proportion_to_the_brightness():
    photo = np.concatenate([flat(0.0), flat(0.2), flat(0.5)])
    black, dark, middle = np.split(degrade(photo, Speckle(sigma=0.2)).photo, 3)
    assert not black.any()
    assert dark.std() == pytest.approx(0.2 * 0.2, rel=0.01)
    assert middle.std() == pytest.approx(0.5 * 0.2, rel=0.01)
    assert middle.mean() == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize("size", [0, 0.4, 0.8, 2])
def test_grain_has_its_strength_whatever_its_size_and_neighbours_are_alike(size):
    noise = degrade(flat(0.5), Grain(sigma=15, size=size, colour=1)).photo - np.float32(0.5)
    assert noise.std() * 255 == pytest.approx(15, rel=0.05)
    alike = np.corrcoef(noise[:, 1:].ravel(), noise[:, :-1].ravel())[0, 1]
    line = np.exp(-np.square(np.arange(-12, 13)) / (2 * max(size, 0.01) ** 2))
    assert alike == pytest.approx((line[1:] * line[:-1]).sum() / (line**2).sum(), abs=0.06)


@pytest.mark.parametrize("colour", [0, 0.5, 1])
def test_grain_is_as_coloured_as_asked(colour):
    red, green, _ = np.moveaxis(degrade(flat(0.5), Grain(colour=colour)).photo, -1, 0)
    assert np.corrcoef(red.ravel(), green.ravel())[0, 1] == pytest.approx(1 - colour, abs=0.03)


def linear_light(photo):
    """By scikit-image: the luminance of a gray pixel is its linear light."""
    return np.stack([color.rgb2xyz(photo[..., c : c + 1].repeat(3, axis=-1))[..., 1] for c in range(3)], axis=-1)


def test_a_camera_that_sees_much_light_leaves_the_photo_as_it_was(make_photo):
    photo = make_photo(40, 50)
    np.testing.assert_allclose(camera_noise._encoded(camera_noise._linear(photo)), photo, atol=1e-6)
    np.testing.assert_allclose(camera_noise._linear(photo), linear_light(photo), atol=1e-5)


@pytest.mark.parametrize(("iso", "read_noise"), [(400, 0), (800, 0), (400, 10)])
def test_camera_noise_keeps_the_light_and_has_the_variance_of_the_electrons(iso, read_noise):
    light = linear_light(flat(0.5))
    noise = linear_light(degrade(flat(0.5), CameraNoise(iso=iso, read_noise=read_noise)).photo) - light
    np.testing.assert_allclose(noise.mean((0, 1)), 0, atol=1e-3)
    full, balance = 6000 * 100 / iso, camera_noise.BALANCE
    variance = balance**2 * (full * light[0, 0] / balance + read_noise**2) / full**2
    averaged = np.array([9 / 16, 5 / 8, 9 / 16])  # the variance that bilinear interpolation leaves, in the mean over the pattern
    np.testing.assert_allclose(noise.var((0, 1)), camera_noise.TO_SRGB**2 @ (variance * averaged), rtol=0.05)


def test_camera_noise_is_interpolated_as_a_camera_does():
    mosaic = np.random.default_rng(0).integers(0, 256, (32, 40)).astype(np.uint8)
    colour = np.arange(32)[:, None] % 2 + np.arange(40) % 2
    ours = camera_noise._demosaic(mosaic.astype(np.float32), colour)
    np.testing.assert_allclose(ours[1:-1, 1:-1], cv2.demosaicing(mosaic, cv2.COLOR_BayerRGGB2RGB)[1:-1, 1:-1], atol=1)


def test_camera_noise_is_coarse_coloured_and_strongest_in_the_dark():
    noise = degrade(flat(0.5), CameraNoise(iso=800)).photo - np.float32(0.5)
    gray = noise.mean(axis=2, keepdims=True)
    tint = noise - gray
    assert tint.std() > 1.5 * gray.std()
    assert np.corrcoef(tint[:, 1:].ravel(), tint[:, :-1].ravel())[0, 1] > 0.5
    dark, bright = (degrade(flat(value), CameraNoise(iso=800)).photo.std() for value in (0.2, 0.8))
    assert dark > 1.5 * bright


def test_no_light_and_no_read_noise_is_black():
    assert not degrade(flat(0), CameraNoise(iso=12800, read_noise=0)).photo.any()
