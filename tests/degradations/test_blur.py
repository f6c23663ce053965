"""Each kernel against its equation, computed another way."""

import math

import cv2
import numpy as np
import pytest
from scipy import ndimage

from restorers.degradations import degrade
from restorers.degradations._blur import blur
from restorers.degradations.box_blur import BoxBlur
from restorers.degradations.defocus_blur import DefocusBlur
from restorers.degradations.gaussian_blur import GaussianBlur
from restorers.degradations.motion_blur import MotionBlur


def kernel_of(degradation):
    return degrade(np.zeros((3, 3, 3), np.float32), degradation).kernel


def test_a_lopsided_kernel_is_convolved_not_correlated(make_photo):
    photo, kernel = make_photo(), np.random.default_rng(0).random((5, 5))
    observation = blur(photo, kernel)
    expected = ndimage.convolve(photo.astype(np.float64), (kernel / kernel.sum())[..., None], mode="mirror")
    np.testing.assert_allclose(observation.photo, expected, atol=1e-6)
    np.testing.assert_allclose(observation.kernel, kernel / kernel.sum(), atol=1e-7)


def test_gaussian_blur_is_the_published_protocol_at_sigma_1_6(make_photo):
    kernel = kernel_of(GaussianBlur(sigma=1.6))
    assert kernel.shape == (25, 25)
    side = cv2.getGaussianKernel(25, 1.6)
    np.testing.assert_allclose(kernel, side @ side.T, atol=1e-7)


@pytest.mark.parametrize("sigma", [0.1, 0.7, 1.6, 3, 5.5, 10])
def test_gaussian_blur_equals_scipy(sigma, make_photo):
    photo = make_photo()
    # at 4 sigma about 1e-4 of the sum is cut off, at 8 nothing
    expected = ndimage.gaussian_filter(photo.astype(np.float64), sigma, axes=(0, 1), mode="mirror", truncate=8)
    np.testing.assert_allclose(degrade(photo, GaussianBlur(sigma=sigma)).photo, expected, atol=3e-4)


@pytest.mark.parametrize("size", [1, 3, 7, 51])
def test_box_blur_of_odd_size_is_the_mean(size, make_photo):
    photo = make_photo()
    expected = cv2.blur(photo, (size, size), borderType=cv2.BORDER_REFLECT_101)
    np.testing.assert_allclose(degrade(photo, BoxBlur(size=size)).photo, expected, atol=2e-6)


@pytest.mark.parametrize("size", [2, 4, 10])
def test_box_blur_of_even_size_shifts_nothing(size, make_photo):
    photo = make_photo()
    boxes = [
        cv2.blur(photo, (size, size), anchor=(x, y), borderType=cv2.BORDER_REFLECT_101)
        for x in (size // 2 - 1, size // 2)
        for y in (size // 2 - 1, size // 2)
    ]
    np.testing.assert_allclose(degrade(photo, BoxBlur(size=size)).photo, np.mean(boxes, axis=0), atol=2e-6)


@pytest.mark.parametrize("length", [3, 9, 15])
def test_motion_blur_along_the_axes_is_a_row_of_equal_weights(length):
    row = np.zeros((length, length))
    row[length // 2] = 1 / length
    np.testing.assert_allclose(kernel_of(MotionBlur(length=length, angle=0)), row, atol=1e-7)
    np.testing.assert_allclose(kernel_of(MotionBlur(length=length, angle=180)), row, atol=1e-7)
    np.testing.assert_allclose(kernel_of(MotionBlur(length=length, angle=90)), row.T, atol=1e-7)


@pytest.mark.parametrize(("length", "angle"), [(1, 33), (2, 0), (7, 45), (9.3, 20), (15, 100), (20, 179)])
def test_motion_blur_weighs_by_the_distance_from_the_segment(length, angle):
    kernel = kernel_of(MotionBlur(length=length, angle=angle))
    along = np.linspace(-(length - 1) / 2, (length - 1) / 2, 20001)
    segment = np.stack([-along * math.sin(math.radians(angle)), along * math.cos(math.radians(angle))], axis=1)
    middle = len(kernel) // 2
    weights = np.array(
        [[max(0, 1 - np.hypot(*(segment - (r - middle, c - middle)).T).min()) for c in range(len(kernel))] for r in range(len(kernel))]
    )
    np.testing.assert_allclose(kernel, weights / weights.sum(), atol=2e-5)
    # nothing of the line is cut off: one pixel further out all weights are 0
    assert max(np.abs(segment).max(axis=0)) <= middle


def test_motion_blur_at_45_degrees_rises_to_the_right():
    kernel = kernel_of(MotionBlur(length=9, angle=45))
    assert kernel[: len(kernel) // 2, len(kernel) // 2 + 1 :].sum() > 0.3
    assert kernel[: len(kernel) // 2, : len(kernel) // 2].sum() < 0.02


# of the last two radii the square, rounded, is less than that which NumPy finds
@pytest.mark.parametrize("radius", [0.5, 1, 2.5, 4, 7.3, 20, 5.139615503098761, 15.733214790489376])
def test_defocus_blur_weighs_by_the_area_inside_the_circle(radius):
    kernel = kernel_of(DefocusBlur(radius=radius))
    parts, side = 40, len(kernel)
    fine = (np.arange(side * parts) + 0.5) / parts - side / 2
    inside = fine[:, None] ** 2 + fine[None, :] ** 2 <= radius**2
    area = inside.reshape(side, parts, side, parts).mean(axis=(1, 3))
    np.testing.assert_allclose(kernel * math.pi * radius**2, area, atol=0.01)
    # the disk is all inside the kernel: its weights are areas over the area of the circle
    if radius >= 1:
        assert kernel[side // 2, side // 2] == pytest.approx(1 / (math.pi * radius**2), rel=1e-5)
    np.testing.assert_allclose(kernel, kernel.T, atol=1e-8)
    np.testing.assert_allclose(kernel, kernel[::-1, ::-1], atol=1e-8)


@pytest.mark.parametrize(
    "degradation",
    [GaussianBlur(sigma=0.1), BoxBlur(size=1), MotionBlur(length=1, angle=33), DefocusBlur(radius=0.5)],
    ids=lambda d: type(d).__name__,
)
def test_at_its_weakest_a_blur_changes_nothing(degradation, make_photo):
    photo = make_photo()
    np.testing.assert_allclose(degrade(photo, degradation).photo, photo, atol=1e-6)
