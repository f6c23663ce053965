"""The bicubic of the published benchmarks, against Pillow, against the formula written out, and against the published scores."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from restorers.errors import RestorersError
from restorers.resize import METHODS, resize

SET5 = Path(__file__).resolve().parents[2] / "shared" / "data" / "test" / "set5"


def noise(*shape, seed=0):
    photo = np.random.default_rng(seed).random(shape, dtype=np.float32)
    photo.setflags(write=False)
    return photo


@pytest.mark.parametrize("size", [(300, 260), (75, 65), (71, 94), (150, 400)])
@pytest.mark.parametrize(("method", "filter", "support"), [("bicubic", Image.BICUBIC, 2), ("lanczos", Image.LANCZOS, 3)])
def test_equals_pillow_away_from_the_border(size, method, filter, support):
    # Pillow cuts the kernel off at the border instead of mirroring, so the border itself is compared below
    photo = noise(150, 130)
    ours, theirs = resize(photo, *size, method), np.asarray(Image.fromarray(photo).resize(size[::-1], filter))
    rows, columns = (int(np.ceil(support * max(1, new / old))) + 1 for new, old in zip(size, photo.shape, strict=True))
    inside = np.s_[rows:-rows, columns:-columns]
    np.testing.assert_allclose(ours[inside], theirs[inside], atol=2e-6)


@pytest.mark.parametrize(("old", "new"), [(7, 19), (19, 7), (200, 131), (131, 200), (1, 5), (5, 1), (3, 2), (40, 2)])
def test_equals_the_formula_on_one_axis(old, new):
    def keys(t):
        t = abs(t)
        return 1.5 * t**3 - 2.5 * t**2 + 1 if t <= 1 else -0.5 * t**3 + 2.5 * t**2 - 4 * t + 2 if t < 2 else 0.0

    signal, stretch = noise(old, seed=1), max(1.0, old / new)
    margin = int(np.ceil(2 * stretch)) + 1
    padded = np.pad(signal.astype(np.float64), margin, mode="symmetric")
    expected = []
    for i in range(new):
        centre = (i + 0.5) * old / new - 0.5
        weights = [keys((centre - (j - margin)) / stretch) for j in range(len(padded))]
        expected.append(np.dot(weights, padded) / np.sum(weights))
    np.testing.assert_allclose(resize(signal[:, None], new, 1)[:, 0], expected, atol=2e-6)
    np.testing.assert_allclose(resize(signal[None, :], 1, new)[0], expected, atol=2e-6)


@pytest.mark.skipif(not SET5.is_dir(), reason="the test set Set5 is not part of the project")
@pytest.mark.parametrize(("scale", "published"), [(2, 33.66), (3, 30.39), (4, 28.42)])
def test_doing_nothing_scores_what_is_published_on_set5(scale, published):
    def to_8_bit(photo):
        return np.rint(np.clip(photo, 0, 1) * 255).astype(np.float32) / np.float32(255)

    def luma(photo):
        return (16 + photo @ np.array([65.481, 128.553, 24.966], np.float32)) / np.float32(255)

    def psnr(a, b):
        difference = (a.astype(np.float64) - b)[scale:-scale, scale:-scale]
        return -10 * np.log10(np.mean(difference**2))

    in_colour, in_luma = [], []
    for path in sorted(SET5.glob("*.png")):
        photo = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB).astype(np.float32) / np.float32(255)
        height, width = (side // scale * scale for side in photo.shape[:2])
        photo = photo[:height, :width]
        small = to_8_bit(resize(photo, height // scale, width // scale))
        in_colour.append(psnr(luma(np.clip(resize(small, height, width), 0, 1)), luma(photo)))
        y = to_8_bit(luma(photo))
        in_luma.append(psnr(to_8_bit(resize(to_8_bit(resize(y, height // scale, width // scale)), height, width)), y))
    assert len(in_colour) == 5
    assert np.mean(in_colour) == pytest.approx(published, abs=0.05)
    # the older papers enlarged the luma alone; their figure is met to the last digit
    assert np.mean(in_luma) == pytest.approx(published, abs=0.012)


def test_area_and_nearest_are_opencv():
    photo = noise(80, 80, 3)
    np.testing.assert_array_equal(resize(photo, 32, 32, "area"), cv2.resize(photo, (32, 32), interpolation=cv2.INTER_AREA))
    np.testing.assert_array_equal(resize(photo, 16, 16, "nearest"), photo[2::5, 2::5])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", [(1, 1), (1, 17), (17, 1), (33, 47), (5, 6, 1), (5, 6, 3), (9, 4, 7)])
@pytest.mark.parametrize("size", [(1, 1), (1, 23), (70, 2), (5, 6)])
def test_any_size_and_any_channels(method, shape, size):
    result = resize(noise(*shape), *size, method)
    assert result.shape == (*size, *shape[2:])
    assert result.dtype == np.float32
    constant = resize(np.full(shape, 0.3, np.float32), *size, method)
    np.testing.assert_allclose(constant, 0.3, atol=5e-6)


@pytest.mark.parametrize("method", METHODS)
def test_channels_do_not_mix(method):
    photo = noise(20, 30, 3)
    together = resize(photo, 31, 13, method)
    for channel in range(3):
        np.testing.assert_allclose(together[..., channel], resize(np.ascontiguousarray(photo[..., channel]), 31, 13, method), atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_same_size_is_a_copy(method):
    photo = noise(6, 7, 3)
    same = resize(photo, 6, 7, method)
    np.testing.assert_array_equal(same, photo)
    assert not np.shares_memory(same, photo)


@pytest.mark.parametrize(("shape", "size", "method"), [((4, 4), (4, 4), "cubic"), ((4, 4), (0, 4), "bicubic"), ((0, 4), (4, 4), "area")])
def test_refuses_in_one_sentence(shape, size, method):
    with pytest.raises(RestorersError, match="Received: ") as refusal:
        resize(np.zeros(shape, np.float32), *size, method)
    assert "\n" not in str(refusal.value)
    assert refusal.value.sentence.zh != refusal.value.sentence.en
