"""Which pixels are missing, and where a mask comes from."""

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from restorers.degradations import degrade
from restorers.degradations._missing import draw
from restorers.degradations.missing_pixels import MissingPixels
from restorers.degradations.painted_mask import PaintedMask
from restorers.degradations.scratches import Scratches
from restorers.errors import RestorersError


@pytest.mark.parametrize("share", [0, 0.2, 0.5, 0.95])
def test_missing_pixels_are_their_share(share, make_photo):
    mask = degrade(make_photo(200, 200), MissingPixels(share=share)).mask
    assert mask.mean() == pytest.approx(share, abs=0.01)
    # at random: a neighbour is missing as often as any pixel
    if share:
        assert mask[:, 1:][mask[:, :-1]].mean() == pytest.approx(share, abs=0.02)


def test_a_larger_share_loses_the_same_pixels_and_more(make_photo):
    few, many = (degrade(make_photo(), MissingPixels(share=share)).mask for share in (0.3, 0.6))
    assert (many | ~few).all()


def test_more_scratches_leave_the_first_where_they_were(make_photo):
    few, many = (degrade(make_photo(120, 160), Scratches(count=count)).mask for count in (3, 9))
    assert (many | ~few).all()
    assert many.sum() > few.sum()


def test_one_scratch_is_one_thin_line(make_photo):
    for seed in range(10):
        mask = degrade(make_photo(300, 300), Scratches(count=1, width=4), seed=seed).mask
        _, pieces = ndimage.label(mask, structure=np.ones((3, 3)))
        assert pieces <= 2  # one, or two where it leaves the photo and comes back
        assert mask.any()
        # its width is 0.5 to 1.5 times the mean: no pixel is deeper inside than half of that
        assert ndimage.distance_transform_edt(np.pad(mask, 1)).max() <= 4 * 1.5 / 2 + 1


@pytest.mark.parametrize("width", [1.5, 2, 3, 4.5, 8, 13, 30])
@pytest.mark.parametrize("angle", [0, 30, 60, 90])
def test_a_stroke_is_as_wide_as_asked(width, angle):
    along = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    canvas = np.zeros((400, 400), np.uint8)
    draw(canvas, 200.3 + np.outer(np.linspace(-150, 150, 20), along), width)
    y, x = np.mgrid[-200:200, -200:200]
    middle = np.abs(x * along[0] + y * along[1]) <= 100
    assert canvas[middle].sum() / 200 == pytest.approx(width, abs=0.1 if angle % 90 else 0.6)


def test_the_thinnest_stroke_has_no_gap():
    canvas = np.zeros((60, 80), np.uint8)
    draw(canvas, np.array([[3.2, 4.7], [40.1, 50.3], [70.4, 52.6], [75, 3]]), 1)
    assert ndimage.label(canvas, np.ones((3, 3)))[1] == 1 and canvas[5, 3] and canvas[3, 75]


def test_a_stroke_beyond_the_photo_leaves_no_mark():
    canvas = np.zeros((10, 10), np.uint8)
    draw(canvas, np.array([[-9.0, -5.0], [-6.0, 20.0]]), 3)
    assert not canvas.any()


def test_wider_scratches_take_more(make_photo):
    thin, wide = (degrade(make_photo(200, 200), Scratches(width=width)).mask for width in (1, 8))
    assert wide.sum() > 3 * thin.sum()


def test_without_a_mask_a_scribble_runs_across_the_middle(make_photo):
    for size in ((60, 80), (200, 50), (512, 512)):
        mask = degrade(make_photo(*size), PaintedMask()).mask
        assert 0.03 < mask.mean() < 0.3
        rows, columns = np.nonzero(mask)
        assert np.ptp(columns) > 0.6 * size[1]
        assert abs(rows.mean() - size[0] / 2) < 0.15 * size[0]


def test_a_mask_is_taken_as_it_is(make_photo):
    mask = np.random.default_rng(0).random((33, 47)) < 0.2
    observation = degrade(make_photo(), PaintedMask(mask=mask))
    np.testing.assert_array_equal(observation.mask, mask)
    assert not np.shares_memory(observation.mask, mask)


def test_a_mask_of_another_size_is_stretched(make_photo):
    mask = np.array([[True, False], [False, True]])
    stretched = degrade(make_photo(30, 40), PaintedMask(mask=mask)).mask
    np.testing.assert_array_equal(stretched, mask.repeat(15, axis=0).repeat(20, axis=1))


def test_bright_parts_of_a_picture_are_missing(make_photo, tmp_path):
    levels = np.full((30, 40, 3), 20, np.uint8)
    levels[5:10, 20:30] = 240
    Image.fromarray(levels).save(tmp_path / "mask.png")
    mask = degrade(make_photo(30, 40), PaintedMask(mask=str(tmp_path / "mask.png"))).mask
    np.testing.assert_array_equal(mask, levels[..., 0] > 128)


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255)], ids=["black", "white"])
def test_strokes_on_an_empty_layer_are_missing_whatever_their_colour(colour, make_photo, tmp_path):
    layer = np.zeros((30, 40, 4), np.uint8)
    layer[5:10, 20:30] = (*colour, 255)
    Image.fromarray(layer).save(tmp_path / "layer.png")
    mask = degrade(make_photo(30, 40), PaintedMask(mask=str(tmp_path / "layer.png"))).mask
    np.testing.assert_array_equal(mask, layer[..., 3] > 0)


def test_a_file_that_is_no_picture_is_refused_in_one_sentence(make_photo, tmp_path):
    (tmp_path / "mask.png").write_text("no picture")
    for name in ("mask.png", "absent.png"):
        with pytest.raises(RestorersError) as refusal:
            degrade(make_photo(), PaintedMask(mask=str(tmp_path / name)))
        assert "\n" not in str(refusal.value)


def test_equal_masks_make_equal_degradations():
    mask = np.eye(4, dtype=bool)
    assert PaintedMask(mask=mask) == PaintedMask(mask=mask.copy())
    assert hash(PaintedMask(mask=mask)) == hash(PaintedMask(mask=mask.copy()))
    assert PaintedMask(mask=mask) != PaintedMask(mask=~mask)
    assert PaintedMask() == PaintedMask() != PaintedMask(mask="mask.png")
