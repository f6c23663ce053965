import subprocess
import sys

import numpy as np
import pytest

from restorers.registry import UnknownName
from restorers.samples import PHOTOS, SAMPLES, sample_photo


@pytest.mark.parametrize("name", PHOTOS)
def test_every_photo_is_a_colour_photo_on_this_disk(name):
    sample = SAMPLES[name]
    assert sample.path.is_file()
    assert sample.title.en and sample.title.zh and sample.credit
    photo = sample_photo(name)
    assert photo.dtype == np.float32 and photo.shape[2] == 3 and min(photo.shape[:2]) >= 300
    assert photo.min() >= 0 and photo.max() <= 1
    assert np.abs(photo[..., 0] - photo[..., 2]).max() > 0.1


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(UnknownName, match="astronaut"):
        sample_photo("sunset")


def test_the_packages_are_found_without_importing_them():
    code = (
        "import sys; from restorers.samples import SAMPLES; paths = [s.path for s in SAMPLES.values()];"
        "assert not {'skimage', 'gradio', 'pooch'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(("name", "side"), [("face", 80), ("digit", 28)])
def test_what_the_tutorials_take_is_made_once(name, side):
    sample = SAMPLES[name]
    path = sample.path
    assert path.is_file() and sample.path == path and sample.title.zh and sample.credit
    photo = sample_photo(name)
    assert photo.shape == (side, side, 3) and photo.max() > 0.8 > 0.1 > photo.min()
    written = path.stat().st_mtime_ns
    assert sample.path.stat().st_mtime_ns == written


def test_the_digit_is_white_on_black():
    digit = sample_photo("digit")
    assert np.array_equal(digit[..., 0], digit[..., 1])
    assert digit[:4].max() == digit[-4:].max() == 0 and 0.05 < digit.mean() < 0.4
