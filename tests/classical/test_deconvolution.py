import numpy as np
import pytest
from scipy import ndimage

from restorers.classical import CLASSICAL
from restorers.classical._conjugate_gradients import conjugate_gradients
from restorers.classical._deconvolution import Frame
from restorers.degradations import Observation


def gaussian(sigma=1.6, size=25):
    x = np.arange(size) - size // 2
    row = np.exp(-(x**2) / (2 * sigma**2))
    return (np.outer(row, row) / row.sum() ** 2).astype(np.float32)


def slanted():
    """A kernel that is neither symmetric nor centred: it tells convolution from correlation."""
    kernel = np.zeros((9, 9), np.float32)
    kernel[[0, 1, 2, 3, 4], [8, 7, 6, 5, 4]] = [5, 4, 3, 2, 1]
    return kernel / kernel.sum()


def blurred(photo, kernel, noise=0.0):
    soft = np.stack([ndimage.convolve(photo[..., c], kernel, mode="mirror") for c in range(3)], axis=-1)
    return (soft + np.random.default_rng(0).normal(0, 1, photo.shape) * noise).astype(np.float32)


@pytest.mark.parametrize(("name", "least"), [("wiener", 2.5), ("richardson_lucy", 2.2)])
def test_it_undoes_a_gaussian_blur_with_noise(name, least, photo, gain):
    observed = blurred(photo, gaussian(), 2 / 255)
    assert gain(CLASSICAL.get(name)().restore(Observation(observed, kernel=gaussian(), noise_sigma=2 / 255)), observed, photo) > least
    assert gain(CLASSICAL.get(name)().restore(Observation(observed, kernel=gaussian())), observed, photo) > least - 0.2


@pytest.mark.parametrize(("name", "least"), [("wiener", 9), ("richardson_lucy", 5)])
def test_it_undoes_a_slanted_blur_up_to_the_border(name, least, photo, gain):
    observed = blurred(photo, slanted())
    restored = CLASSICAL.get(name)().restore(Observation(observed, kernel=slanted(), noise_sigma=0.0))
    assert gain(restored, observed, photo) > least
    frame = np.ones(photo.shape[:2], bool)
    frame[8:-8, 8:-8] = False
    assert gain(restored[frame], observed[frame], photo[frame]) > least / 2


@pytest.mark.parametrize("name", ["wiener", "richardson_lucy"])
def test_without_a_blur_nothing_changes(name, photo):
    kernel = np.zeros((5, 5), np.float32)
    kernel[2, 2] = 1
    restored = CLASSICAL.get(name)().restore(Observation(photo, kernel=kernel, noise_sigma=0.0))
    assert np.abs(restored - photo).max() < 3 / 255


@pytest.mark.parametrize("name", ["wiener", "richardson_lucy"])
@pytest.mark.parametrize("sigma", [10, 100])
def test_a_photo_far_smaller_than_the_kernel_keeps_its_brightness(name, sigma, photo):
    photo, kernel = photo[:3, :4], gaussian(sigma, 81)
    observed = blurred(photo, kernel)
    restored = CLASSICAL.get(name)().restore(Observation(observed, kernel=kernel, noise_sigma=0.0))
    np.testing.assert_allclose(restored.mean(axis=(0, 1)), observed.mean(axis=(0, 1)), atol=3 / 255)


def test_wiener_solves_its_equation(photo):
    """In a small frame the linear system can be written out and solved directly."""
    photo, kernel, sigma = photo[:12, :10], gaussian(0.8, 3), 4 / 255
    observed = blurred(photo, kernel, sigma)
    restorer = CLASSICAL.get("wiener")()
    frame = Frame(observed.shape[:2], kernel)
    height, width = frame.shape
    fy, fx = np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None]
    square = fy**2 + fx**2
    square[0, 0] = np.inf
    power = square**-1.2
    power *= observed.mean(axis=2).var() / power.mean()
    power[0, 0] = np.inf
    impulses = np.eye(height * width).reshape(-1, height, width)
    canvas = np.zeros((height, width))
    canvas[:3, :3] = kernel
    transfer = np.fft.fft2(np.roll(canvas, (-1, -1), (0, 1)))
    blur = np.fft.ifft2(np.fft.fft2(impulses) * transfer).real.reshape(height * width, -1).T
    prior = np.fft.ifft2(np.fft.fft2(impulses) * sigma**2 / power).real.reshape(height * width, -1).T
    inside = np.zeros((height, width), bool)
    inside[frame.inside] = True
    seen = blur[inside.ravel()]
    expected = np.linalg.solve(seen.T @ seen + prior, seen.T @ observed.reshape(-1, 3))[inside.ravel()].reshape(observed.shape)
    restored = restorer.restore(Observation(observed, kernel=kernel, noise_sigma=sigma))
    np.testing.assert_allclose(restored, np.clip(expected, 0, 1), atol=2e-3)


def test_wiener_with_more_regularisation_is_smoother(photo):
    observed = blurred(photo, gaussian(), 5 / 255)
    rough, smooth = (
        CLASSICAL.get("wiener")(regularisation=r).restore(Observation(observed, kernel=gaussian(), noise_sigma=5 / 255)) for r in (0.2, 5)
    )
    assert np.abs(np.diff(smooth, axis=0)).mean() < 0.7 * np.abs(np.diff(rough, axis=0)).mean()


def test_richardson_lucy_explains_the_observation_better_at_every_step(photo):
    observed = blurred(photo, slanted())
    errors = []
    for iterations in (1, 5, 20, 60):
        restored = CLASSICAL.get("richardson_lucy")(iterations=iterations).restore(Observation(observed, kernel=slanted()))
        errors.append(np.abs(blurred(restored, slanted()) - observed)[10:-10, 10:-10].mean())
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < errors[0] / 5


def test_conjugate_gradients_solve_a_linear_system():
    rng = np.random.default_rng(0)
    a = rng.normal(size=(20, 20))
    a = a @ a.T + np.eye(20)
    b = rng.normal(size=20)
    x = conjugate_gradients(lambda v: a @ v, np.zeros(20), b, steps=60)
    np.testing.assert_allclose(x, np.linalg.solve(a, b), atol=1e-5)


def test_unsharp_mask_sharpens(photo, gain):
    observed = blurred(photo, gaussian())
    assert gain(CLASSICAL.get("unsharp_mask")().restore(Observation(observed)), observed, photo) > 1


def test_unsharp_mask_is_its_formula(photo):
    smooth = ndimage.gaussian_filter(photo, (2, 2, 0), mode="mirror", truncate=4)
    restored = CLASSICAL.get("unsharp_mask")(sigma=2, amount=1.5).restore(Observation(photo))
    np.testing.assert_allclose(restored, np.clip(photo + 1.5 * (photo - smooth), 0, 1), atol=1e-3)
    np.testing.assert_array_equal(CLASSICAL.get("unsharp_mask")(amount=0).restore(Observation(photo)), photo)
