"""The reduced resolution against OpenCV, Pillow and plain indexing."""

import cv2
import numpy as np
import pytest
from PIL import Image

from restorers.degradations import degrade
from restorers.degradations.downscale import Downscale


def test_area_is_the_tutorial_at_40_percent(make_photo):
    photo = make_photo(80, 80)
    small = cv2.resize(photo, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
    assert small.shape == (32, 32, 3)
    expected = cv2.resize(small, (80, 80), interpolation=cv2.INTER_AREA)
    observation = degrade(photo, Downscale(factor=2.5, method="area"))
    np.testing.assert_array_equal(observation.photo, expected)
    assert observation.scale == 2.5


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_bicubic_is_pillows_away_from_the_border(factor, make_photo):
    photo = make_photo(96, 120)
    expected = np.empty_like(photo)
    for c in range(3):
        small = Image.fromarray(photo[..., c]).resize((120 // factor, 96 // factor), Image.BICUBIC)
        expected[..., c] = Image.fromarray(np.clip(np.asarray(small), 0, 1)).resize((120, 96), Image.BICUBIC)
    inside = np.s_[5 * factor : -5 * factor, 5 * factor : -5 * factor]
    observation = degrade(photo, Downscale(factor=factor))
    np.testing.assert_allclose(observation.photo[inside], np.clip(expected, 0, 1)[inside], atol=2e-6)


@pytest.mark.parametrize("factor", [3, 5])
def test_nearest_keeps_the_middle_pixels_and_repeats_them(factor, make_photo):
    photo = make_photo(30, 45)
    kept = photo[factor // 2 :: factor, factor // 2 :: factor]
    observation = degrade(photo, Downscale(factor=factor, method="nearest"))
    np.testing.assert_array_equal(observation.photo, kept.repeat(factor, axis=0).repeat(factor, axis=1))


@pytest.mark.parametrize("method", ["bicubic", "area", "nearest"])
def test_details_finer_than_the_small_pixels_are_gone(method):
    slow = np.tile(np.sin(np.arange(128) / 16)[None, :, None] * 0.4 + 0.5, (64, 1, 3)).astype(np.float32)
    fine = np.where(np.arange(128)[None, :, None] % 2, slow + 0.1, slow - 0.1).astype(np.float32)
    observed = degrade(fine, Downscale(factor=4, method=method)).photo
    # what is antialiased averages the stripes away; the nearest pixel mistakes them for brightness
    error = np.abs(observed - slow)[:, 16:-16].mean()
    assert error > 0.09 if method == "nearest" else error < 0.03
