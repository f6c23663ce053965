"""Each change of colour against its equation."""

import numpy as np
import pytest
from PIL import Image

from restorers.degradations import degrade
from restorers.degradations.fade import Fade
from restorers.degradations.grayscale import Grayscale
from restorers.degradations.haze import Haze
from restorers.degradations.low_light import LowLight


def test_grayscale_is_the_luminance(make_photo):
    photo = make_photo()
    gray = degrade(photo, Grayscale()).photo
    expected = 0.299 * photo[..., 0] + 0.587 * photo[..., 1] + 0.114 * photo[..., 2]
    for channel in range(3):
        np.testing.assert_allclose(gray[..., channel], expected, atol=1e-6)
    levels = np.rint(photo * 255).astype(np.uint8)
    pillow = np.asarray(Image.fromarray(levels).convert("L"))
    np.testing.assert_allclose(degrade(levels.astype(np.float32) / 255, Grayscale()).photo[..., 0] * 255, pillow, atol=0.51)


def test_fade_draws_black_and_white_together_and_yellows():
    black, white = np.zeros((2, 2, 3), np.float32), np.ones((2, 2, 3), np.float32)
    np.testing.assert_allclose(degrade(black, Fade(contrast=0.5, tint=0)).photo, 0.3, atol=1e-6)
    np.testing.assert_allclose(degrade(white, Fade(contrast=0.5, tint=0)).photo, 0.8, atol=1e-6)
    np.testing.assert_allclose(degrade(white, Fade(contrast=1, tint=1)).photo[0, 0], [1, 0.86, 0.6], atol=1e-6)
    np.testing.assert_allclose(degrade(white, Fade(contrast=1, tint=0.5)).photo[0, 0], [1, 0.93, 0.8], atol=1e-6)


def test_fade_with_all_contrast_and_no_tint_changes_nothing(make_photo):
    photo = make_photo()
    np.testing.assert_allclose(degrade(photo, Fade(contrast=1, tint=0)).photo, photo, atol=1e-6)


def test_low_light_is_a_power_of_the_brightness(make_photo):
    photo = make_photo()
    observation = degrade(photo, LowLight(gamma=2.2, noise=0))
    np.testing.assert_allclose(observation.photo, photo.astype(np.float64) ** 2.2, atol=1e-6)
    assert observation.noise_sigma == 0


def test_low_light_adds_its_noise():
    photo = np.full((200, 200, 3), 0.7, np.float32)
    observation = degrade(photo, LowLight(gamma=2, noise=10))
    assert observation.photo.mean() == pytest.approx(0.49, abs=1e-3)
    assert observation.photo.std() == pytest.approx(10 / 255, rel=0.01)
    assert observation.noise_sigma == pytest.approx(10 / 255)


def test_haze_is_scattering_that_grows_towards_the_top(make_photo):
    photo = make_photo(21, 5)
    observed = degrade(photo, Haze(amount=0.6, airlight=0.8)).photo
    for row in range(21):
        depth = 1 - 0.7 * row / 20
        transmission = np.exp(depth * np.log(0.4))
        np.testing.assert_allclose(observed[row], photo[row] * transmission + 0.8 * (1 - transmission), atol=1e-6)


def test_no_haze_changes_nothing(make_photo):
    photo = make_photo()
    np.testing.assert_array_equal(degrade(photo, Haze(amount=0)).photo, photo)
