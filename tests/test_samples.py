import subprocess
import sys

import numpy as np
import pytest

from restorers.registry import UnknownName
from restorers.samples import SAMPLES, sample_photo


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_a_colour_photo_on_this_disk(name):
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
