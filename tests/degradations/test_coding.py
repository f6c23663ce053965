"""JPEG against the encoder called directly and against Pillow's; posterize against its equation."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from restorers.degradations import degrade
from restorers.degradations.jpeg import Jpeg
from restorers.degradations.posterize import Posterize
from restorers.errors import RestorersError


@pytest.mark.parametrize("quality", [1, 10, 40, 95])
def test_jpeg_is_opencvs_round_trip(quality, make_photo):
    photo = make_photo(64, 50)
    blue_first = np.rint(photo * 255).astype(np.uint8)[..., ::-1]
    _, code = cv2.imencode(".jpg", blue_first, [cv2.IMWRITE_JPEG_QUALITY, quality])
    expected = cv2.imdecode(code, cv2.IMREAD_COLOR)[..., ::-1]
    np.testing.assert_array_equal(np.rint(degrade(photo, Jpeg(quality=quality)).photo * 255), expected)


@pytest.mark.parametrize("chroma", ["4:2:0", "4:2:2", "4:4:4"])
def test_jpeg_is_close_to_pillows(chroma, make_photo):
    photo = make_photo(64, 48)
    file = io.BytesIO()
    Image.fromarray(np.rint(photo * 255).astype(np.uint8)).save(file, "JPEG", quality=50, subsampling=chroma)
    difference = degrade(photo, Jpeg(quality=50, chroma=chroma)).photo * 255 - np.asarray(Image.open(file), np.float32)
    assert np.abs(difference).mean() < 0.5


def test_jpeg_with_full_colour_keeps_fine_colours():
    stripes = np.zeros((32, 32, 3), np.float32)
    stripes[:, ::2, 0] = 1
    stripes[:, 1::2, 2] = 1
    errors = [np.abs(degrade(stripes, Jpeg(quality=95, chroma=chroma)).photo - stripes).mean() for chroma in ("4:4:4", "4:2:0")]
    assert errors[0] < 0.05 < 0.2 < errors[1]


def test_jpeg_refuses_a_side_it_cannot_write():
    with pytest.raises(RestorersError, match=r"at most 65500 pixels a side\. Received: 65501 × 1\."):
        degrade(np.zeros((1, 65501, 3), np.float32), Jpeg())


@pytest.mark.parametrize("bits", [1, 3, 7])
def test_posterize_takes_the_nearest_level(bits, make_photo):
    photo = make_photo()
    levels = np.linspace(0, 1, 2**bits)
    nearest = np.abs(photo[..., None] - levels).argmin(axis=-1)
    np.testing.assert_allclose(degrade(photo, Posterize(bits=bits)).photo, levels[nearest], atol=1e-6)
