import cv2
import numpy as np
import pytest

from restorers.classical import CLASSICAL
from restorers.classical.jpeg_deblock import _find_quality
from restorers.degradations import Observation

SAMPLINGS = {
    "4:2:0": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
    "4:2:2": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422,
    "4:4:4": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
}


def jpeg(photo, quality, sampling="4:2:0"):
    levels = np.rint(photo[..., ::-1] * 255).astype(np.uint8)
    code = cv2.imencode(".jpg", levels, [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, SAMPLINGS[sampling]])[1]
    return cv2.imdecode(code, cv2.IMREAD_COLOR)


def as_photo(levels):
    return levels[..., ::-1].astype(np.float32) / 255


@pytest.mark.parametrize("quality", [10, 30])
def test_it_removes_blocks(quality, photo, gain):
    observed = as_photo(jpeg(photo, quality))
    restored = CLASSICAL.get("jpeg_deblock")().restore(Observation(observed))
    assert gain(restored, observed, photo) > 0.3
    edges = [np.abs(np.diff(x, axis=1))[:, 7::8].mean() / np.abs(np.diff(x, axis=1)).mean() for x in (observed, restored)]
    assert edges[0] > 1.15
    assert edges[1] < 1.08


@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("quality", [5, 10, 37, 75, 90])
def test_the_quality_is_found(quality, sampling, photo):
    assert _find_quality(jpeg(photo, quality, sampling)) == pytest.approx(quality, abs=1)


def test_a_photo_that_is_no_jpeg_hardly_changes(photo):
    assert np.abs(CLASSICAL.get("jpeg_deblock")().restore(Observation(photo)) - photo).mean() < 1.5 / 255


def test_a_given_quality_is_used(photo):
    observed = as_photo(jpeg(photo, 40))
    found, given, coarse = (CLASSICAL.get("jpeg_deblock")(quality=q).restore(Observation(observed)) for q in (0, 40, 5))
    np.testing.assert_array_equal(found, given)
    assert np.abs(coarse - given).mean() > 2 / 255


def test_the_colours_are_not_swapped():
    red = np.zeros((32, 32, 3), np.float32)
    red[..., 0] = 1
    assert np.abs(CLASSICAL.get("jpeg_deblock")(quality=90).restore(Observation(red)) - red).max() < 4 / 255


def test_the_bilateral_filter_smooths_few_levels(photo, gain):
    observed = np.rint(photo * 7) / np.float32(7)
    assert gain(CLASSICAL.get("bilateral_filter")().restore(Observation(observed)), observed, photo) > 0.5
