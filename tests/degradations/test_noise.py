"""Each noise against its equation, on flat photos whose statistics are known."""

import numpy as np
import pytest
from scipy import stats

from restorers.degradations import degrade
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
