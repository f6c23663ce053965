import cv2
import numpy as np
import pytest
from scipy import ndimage
from skimage.restoration import estimate_sigma

from restorers.classical import CLASSICAL
from restorers.classical._noise import estimate_noise
from restorers.degradations import Observation


@pytest.fixture
def noisy(photo):
    return photo + np.random.default_rng(3).normal(0, 25 / 255, photo.shape).astype(np.float32)


@pytest.mark.parametrize(
    ("name", "least"),
    [
        *(("gaussian_filter", 4), ("median_filter", 3), ("bilateral_filter", 6), ("total_variation", 5.5)),
        *(("wavelet", 6.5), ("non_local_means", 6.5)),
    ],
)
def test_it_removes_noise(name, least, photo, noisy, gain):
    restorer = CLASSICAL.get(name)()
    assert gain(restorer.restore(Observation(noisy, noise_sigma=25 / 255)), noisy, photo) > least
    assert gain(restorer.restore(Observation(noisy)), noisy, photo) > least - 0.5


@pytest.mark.parametrize("name", ["total_variation", "wavelet", "non_local_means"])
def test_it_believes_the_noise_it_is_told(name, photo, noisy):
    restorer = CLASSICAL.get(name)()
    untouched = restorer.restore(Observation(noisy, noise_sigma=0.0))
    assert np.abs(untouched - np.clip(noisy, 0, 1)).max() < 2 / 255
    smooth, smoother = (restorer.restore(Observation(noisy, noise_sigma=s / 255)) for s in (10, 40))
    assert np.abs(np.diff(smoother, axis=0)).mean() < 0.8 * np.abs(np.diff(smooth, axis=0)).mean()


def test_the_estimate_is_that_of_scikit_image(photo, noisy):
    for picture in (photo, noisy):
        assert estimate_noise(picture) == pytest.approx(estimate_sigma(picture, channel_axis=-1, average_sigmas=True), rel=2e-3)


def test_the_estimate_finds_the_noise():
    noise = np.random.default_rng(0).normal(0.5, 0.05, (200, 200, 3)).astype(np.float32)
    assert estimate_noise(noise) == pytest.approx(0.05, rel=0.03)
    assert estimate_noise(np.full((20, 20, 3), 0.3, np.float32)) == 0
    assert estimate_noise(np.full((1, 1, 3), 0.3, np.float32)) == 0


@pytest.mark.parametrize("value", [0, 128 / 255, 1])
def test_a_frame_of_any_colour_hides_no_noise(value, noisy):
    framed = np.pad(np.clip(noisy, 0, 1), ((64, 64), (64, 64), (0, 0)), constant_values=value)
    assert estimate_noise(framed) == pytest.approx(estimate_noise(np.clip(noisy, 0, 1)), rel=0.1)


@pytest.mark.parametrize("radius", [1, 2, 3, 4])
def test_the_median_is_that_of_scipy(radius, noisy):
    expected = ndimage.median_filter(np.clip(noisy, 0, 1), (2 * radius + 1, 2 * radius + 1, 1), mode="nearest")
    np.testing.assert_array_equal(CLASSICAL.get("median_filter")(radius=radius).restore(Observation(noisy)), expected)


def test_the_gaussian_is_that_of_scipy(photo):
    expected = ndimage.gaussian_filter(photo, (1.5, 1.5, 0), mode="mirror", truncate=4)
    np.testing.assert_allclose(CLASSICAL.get("gaussian_filter")(sigma=1.5).restore(Observation(photo)), expected, atol=1e-4)


def test_the_bilateral_filter_is_its_formula(photo):
    photo = photo[:20, :24]
    space, colour, reach = 1.5, 60 / 255, 3
    padded = np.pad(photo, ((reach, reach), (reach, reach), (0, 0)), mode="reflect")
    total, weights = np.zeros_like(photo, np.float64), np.zeros(photo.shape[:2])
    for y in range(-reach, reach + 1):
        for x in range(-reach, reach + 1):
            if y * y + x * x > reach * reach:  # OpenCV's window is round
                continue
            there = padded[reach + y :, reach + x :][:20, :24]
            weight = np.exp(-(y * y + x * x) / (2 * space**2) - np.abs(there - photo).sum(axis=2) ** 2 / (2 * colour**2))
            total, weights = total + weight[..., None] * there, weights + weight
    restored = CLASSICAL.get("bilateral_filter")(sigma_colour=60, sigma_space=space).restore(Observation(photo))
    np.testing.assert_allclose(restored, total / weights[..., None], atol=1e-3)


@pytest.mark.parametrize("radius", [1, 2])
def test_non_local_means_are_their_formula(radius, photo, noisy):
    noisy, (height, width) = noisy[:40, :48], (40, 48)
    sigma, search, side = 25 / 255, 3, 2 * radius
    spread, margin = 0.6 * sigma * (side + 1) / side, radius + search
    padded = np.pad(noisy.astype(np.float64), ((margin, margin), (margin, margin), (0, 0)), mode="reflect")
    total, weights = np.zeros_like(noisy, np.float64), np.zeros((height, width))
    for y in range(-search, search + 1):
        for x in range(-search, search + 1):
            there = np.roll(padded, (-y, -x), (0, 1))
            square = ((there - padded) ** 2).mean(axis=2)
            patch = ndimage.uniform_filter(square, side, origin=-1, mode="wrap")
            weight = np.exp(-np.maximum(patch - 2 * sigma**2, 0) / spread**2)[margin:-margin, margin:-margin]
            total, weights = total + weight[..., None] * there[margin:-margin, margin:-margin], weights + weight
    means = CLASSICAL.get("non_local_means")(patch_radius=radius, search_radius=search).restore(Observation(noisy, noise_sigma=sigma))
    np.testing.assert_allclose(means, np.clip(total / weights[..., None], 0, 1), atol=0.01)


def impulses(photo, share, seed=0):
    rng = np.random.default_rng(seed)
    hit = rng.random(photo.shape[:2]) < share
    return np.where(hit[..., None], (rng.random(photo.shape[:2]) < 0.5)[..., None].astype(np.float32), photo), hit


def test_the_medians_remove_impulses(photo, gain):
    observed, hit = impulses(photo, 0.05)
    simple = gain(CLASSICAL.get("median_filter")().restore(Observation(observed)), observed, photo)
    restored = CLASSICAL.get("adaptive_median")().restore(Observation(observed))
    adaptive = gain(restored, observed, photo)
    assert simple > 10
    assert adaptive > simple + 5
    good = ~hit & ~(photo <= 0).all(axis=2) & ~(photo >= 1).all(axis=2)
    np.testing.assert_array_equal(restored[good], photo[good])


def test_the_adaptive_median_survives_many_impulses(photo, gain):
    observed, _ = impulses(photo, 0.6)
    assert gain(CLASSICAL.get("adaptive_median")().restore(Observation(observed)), observed, photo) > 17


def test_the_adaptive_median_keeps_what_is_truly_black():
    truth = np.full((60, 60, 3), 0.5, np.float32)
    truth[20:40, 20:40] = 0
    observed = truth.copy()
    observed[30, 30] = 1
    observed[5, 5] = 0
    restored = CLASSICAL.get("adaptive_median")().restore(Observation(observed))
    wrong = np.abs(restored - truth).max(axis=2) > 0
    # only the corners of the black square are thin enough to be doubted
    assert wrong.sum() <= 4 * 9
    assert not wrong[22:38, 22:38].any()
    assert not wrong[:17].any()


def test_total_variation_reaches_the_least_energy(photo, noisy):
    """Nothing near the result has less of what it minimises."""
    weight = 0.7 * 25 / 255
    result = CLASSICAL.get("total_variation")().restore(Observation(noisy, noise_sigma=25 / 255)).astype(np.float64)

    def energy(x):
        down, right = np.diff(x, axis=0, append=x[-1:]), np.diff(x, axis=1, append=x[:, -1:])
        return 0.5 * ((x - noisy) ** 2).sum() + weight * np.sqrt(down**2 + right**2).sum()

    least = energy(result)
    for other in (noisy, photo, cv2.GaussianBlur(noisy, (0, 0), 1), cv2.GaussianBlur(result, (0, 0), 0.5), 0.9 * result + 0.1 * noisy):
        assert energy(other.astype(np.float64)) > least


def test_cycle_spinning_pays(photo, noisy, gain):
    single, spun = (CLASSICAL.get("wavelet")(shifts=n).restore(Observation(noisy, noise_sigma=25 / 255)) for n in (0, 3))
    assert gain(spun, single, photo) > 0.3
