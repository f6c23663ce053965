import math

import numpy as np
import pytest
from skimage.color import rgb2ycbcr
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from restorers.degradations import DEGRADATIONS, Observation, degrade
from restorers.metrics import (
    GRAY,
    RGB,
    MetricError,
    Protocol,
    Score,
    Y,
    colorfulness,
    consistency,
    error_map,
    heat_colors,
    psnr,
    score,
    ssim,
)


def _pair(height, width, seed=0, sigma=0.1):
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width] / max(height, width)
    truth = np.stack([np.sin(9 * x + c) * np.cos(7 * y - c) for c in range(3)], 2) * 0.4 + 0.5
    photo = np.clip(truth + sigma * rng.standard_normal(truth.shape), 0, 1)
    return photo.astype(np.float32), truth.astype(np.float32)


def _skimage_ssim(a, b):
    settings = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 1}
    return structural_similarity(a.astype(np.float64), b.astype(np.float64), channel_axis=2 if a.ndim == 3 else None, **settings)


@pytest.mark.parametrize("size", [(11, 11), (12, 40), (40, 12), (90, 70), (255, 30), (256, 30), (257, 30), (262, 64), (600, 33)])
def test_agrees_with_scikit_image(size):
    photo, truth = _pair(*size)
    assert psnr(photo, truth) == pytest.approx(peak_signal_noise_ratio(truth, photo, data_range=1), abs=1e-4)
    assert ssim(photo, truth) == pytest.approx(_skimage_ssim(photo, truth), abs=1e-6)


def test_agrees_with_scikit_image_on_black_and_white():
    photo, truth = (np.rint(p) for p in _pair(200, 150, sigma=0.01))
    assert ssim(photo, truth) == pytest.approx(_skimage_ssim(photo, truth), abs=2e-5)


@pytest.mark.parametrize("crop", [0, 1, 4])
def test_y_is_matlabs_and_cropped(crop):
    photo, truth = _pair(300, 60)
    a, b = (rgb2ycbcr(p.astype(np.float64))[..., 0] / 255 for p in (photo, truth))
    inside = slice(crop, -crop or None)
    a, b = a[inside, inside], b[inside, inside]
    protocol = Protocol.y(crop)
    assert psnr(photo, truth, protocol) == pytest.approx(10 * math.log10(1 / np.mean((a - b) ** 2)), abs=1e-4)
    assert ssim(photo, truth, protocol) == pytest.approx(_skimage_ssim(a, b), abs=1e-6)


def test_gray_is_the_mean_of_equal_channels():
    photo, truth = (np.repeat(p[..., :1], 3, axis=2) for p in _pair(60, 80))
    assert psnr(photo, truth, GRAY) == pytest.approx(psnr(photo, truth, RGB), abs=1e-3)
    assert ssim(photo, truth, GRAY) == pytest.approx(_skimage_ssim(photo[..., 0], truth[..., 0]), abs=1e-6)


def test_by_hand():
    truth = np.full((20, 20, 3), 0.5, np.float32)
    assert psnr(truth + np.float32(0.1), truth) == pytest.approx(20, abs=1e-5)
    assert psnr(truth + np.float32(0.1), truth, Y) == pytest.approx(20 - 20 * math.log10(219 / 255), abs=1e-4)
    # without variance SSIM is (2ab + C1) / (a² + b² + C1)
    assert ssim(truth + np.float32(0.1), truth) == pytest.approx((0.6 + 1e-4) / (0.61 + 1e-4), abs=2e-5)
    one = truth.copy()
    one[3, 4, 1] += 0.25
    assert psnr(one, truth) == pytest.approx(10 * math.log10(1200 / 0.0625), abs=1e-5)


def test_equal_photos():
    photo, _ = _pair(300, 41)
    assert score(photo, photo) == Score(math.inf, pytest.approx(1, abs=1e-7), RGB)
    assert ssim(photo, photo) <= 1


def test_values_outside_the_range_count():
    truth = np.zeros((12, 12, 3), np.float32)
    assert psnr(truth - np.float32(0.1), truth) == pytest.approx(20, abs=1e-5)


@pytest.mark.parametrize("size", [(1, 1), (1, 30), (10, 400), (300, 10)])
def test_ssim_of_small_photos_is_defined(size):
    photo, truth = _pair(*size)
    assert 0 < ssim(photo, truth) < 1
    assert ssim(truth, truth) == pytest.approx(1, abs=1e-7)


@pytest.mark.parametrize("metric", [psnr, ssim, score, error_map])
def test_sizes_must_agree(metric):
    with pytest.raises(MetricError, match=r"\(20, 20, 3\) and \(20, 21, 3\)"):
        metric(np.zeros((20, 20, 3), np.float32), np.zeros((20, 21, 3), np.float32))


def test_a_crop_must_leave_something():
    photo, truth = _pair(8, 30)
    with pytest.raises(MetricError, match="4 pixels"):
        score(photo, truth, Protocol.y(4))


def test_protocols_name_themselves():
    assert Protocol.y(0) is Y
    assert Protocol.y(4).name == "Y, 4 px cropped"
    assert all(p.label.en and p.label.zh for p in (RGB, Y, GRAY, Protocol.y(3)))


def test_error_map_is_the_mean_difference():
    photo, truth = _pair(30, 20)
    found = error_map(photo, truth)
    assert found.shape == (30, 20) and found.dtype == np.float32
    np.testing.assert_allclose(found, np.abs(photo - truth).mean(2), atol=1e-6)


def test_the_truth_is_consistent_and_an_invention_is_not():
    _, truth = _pair(60, 50)
    observation = degrade(truth, DEGRADATIONS.get("gaussian_noise")(sigma=30), seed=7)
    agreement = consistency(truth, observation)
    assert agreement.psnr == math.inf and not agreement.map.any()
    invented = truth.copy()
    invented[10:20, 10:20] = 1 - invented[10:20, 10:20]
    agreement = consistency(invented, observation)
    assert agreement.psnr < 40
    assert agreement.map[10:20, 10:20].mean() > 0.01
    agreement.map[10:20, 10:20] = 0
    assert not agreement.map.any()


def test_consistency_needs_the_operator():
    _, truth = _pair(20, 20)
    with pytest.raises(MetricError, match="from the start"):
        consistency(truth, Observation(truth))


def test_colorfulness_by_the_definition():
    photo, _ = _pair(50, 40)
    r, g, b = (255 * photo[..., c].astype(np.float64) for c in range(3))
    rg, yb = r - g, (r + g) / 2 - b
    expected = np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean())
    assert colorfulness(photo) == pytest.approx(expected, rel=1e-5)
    assert colorfulness(np.repeat(photo[..., :1], 3, axis=2)) == pytest.approx(0, abs=1e-4)
    red = np.zeros((4, 4, 3), np.float32)
    red[..., 0] = 1
    assert colorfulness(red) == pytest.approx(0.3 * np.hypot(255, 127.5), rel=1e-6)


def test_heat_grows_brighter_up_to_the_maximum():
    colors = heat_colors(np.array([[0, 0.05, 0.1, 0.2, 5]], np.float32), 0.2)
    assert colors.shape == (1, 5, 3) and colors.dtype == np.float32
    luminance = colors @ np.array([0.299, 0.587, 0.114])
    assert luminance[0, 0] < 0.02 and (np.diff(luminance[0, :4]) > 0.05).all()
    np.testing.assert_array_equal(colors[0, 3], colors[0, 4])
    # Inferno runs over red and orange: red above blue in the middle, so the channels are in RGB order
    assert colors[0, 2, 0] > colors[0, 2, 2]
