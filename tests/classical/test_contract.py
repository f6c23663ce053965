"""What holds for every classical restorer, present and future: the tests loop over what is found."""

import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from restorers.classical import CLASSICAL
from restorers.degradations import DEGRADATIONS, FAMILIES, Observation
from restorers.errors import RestorersError

ALL = list(CLASSICAL)
EXPECTED = {
    *("do_nothing", "median_filter", "adaptive_median", "gaussian_filter", "bilateral_filter", "non_local_means", "total_variation"),
    *("wavelet", "wiener", "richardson_lucy", "unsharp_mask", "bicubic_resample", "lanczos_resample", "telea", "navier_stokes"),
    *("biharmonic_inpainting", "jpeg_deblock", "gamma_correction", "contrast_stretch", "histogram_equalization", "clahe"),
    *("dark_channel_prior", "luminance"),
}


def settings_to_try(cls):
    """The defaults, and each parameter at each of its ends."""
    yield {}
    for p in cls.parameters():
        ends = {"bool": (False, True), "choice": tuple(p.choices or ())}.get(p.kind, (p.low, p.high))
        yield from ({p.name: value} for value in ends)


each = pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.name)
each_setting = pytest.mark.parametrize(
    ("cls", "settings"), [pytest.param(cls, s, id=f"{cls.name}-{s}") for cls in ALL for s in settings_to_try(cls)]
)
LOCAL = [cls for cls in ALL if cls.context is not None]


def observe(height=33, width=47, kind="random", **known):
    """An observation that tells everything; its photo is noise, the hardest there is."""
    rng = np.random.default_rng(7)
    photo = rng.random((height, width, 3), dtype=np.float32)
    if kind == "gray":
        photo = np.repeat(photo[..., :1], 3, axis=2)
    if kind == "unclipped":
        photo = photo * 1.6 - 0.3
    if kind == "impulses":
        hit = rng.random((height, width)) < 0.3
        photo[hit] = (rng.random(hit.sum()) < 0.5)[:, None]
    if kind == "flat":
        photo[:] = 0.4
    if kind == "black":
        photo[:] = 0
    if kind == "stripes":
        photo[:] = photo[:1]
    kernel = rng.random((7, 7), dtype=np.float32)
    told = {"mask": rng.random((height, width)) < 0.4, "kernel": kernel / kernel.sum(), "noise_sigma": 0.1, "scale": 2.5}
    return Observation(np.ascontiguousarray(photo, np.float32), **(told | known))


def check(restored, photo):
    assert restored.shape == photo.shape
    assert restored.dtype == np.float32
    assert np.isfinite(restored).all()
    assert restored.min() >= 0
    assert restored.max() <= 1


def test_all_of_the_first_release_are_found():
    assert {cls.name for cls in ALL} >= EXPECTED
    assert ALL[0].name == "do_nothing"


@each
def test_it_is_described_in_both_languages(cls):
    words = [cls.title, cls.help]
    for p in cls.parameters():
        words += [p.label, p.help]
    for text in words:
        assert text.en
        assert not re.search("[\u4e00-\u9fff]", text.en)
        assert re.search("[\u4e00-\u9fff]", text.zh)


@each
def test_what_it_suits_and_is_told_exists(cls):
    assert cls.suits <= {*FAMILIES, *(d.name for d in DEGRADATIONS)}
    assert set(cls.told) <= {"kernel", "mask", "noise_sigma", "scale"}


def test_doing_nothing_suits_everything():
    assert CLASSICAL.get("do_nothing").suits == set(FAMILIES)


@each_setting
def test_a_photo_comes_back(cls, settings):
    observation = observe(kind="unclipped", noise_sigma=None)
    check(cls.from_settings(settings).restore(observation), observation.photo)


@each
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", ["random", "gray", "flat", "black", "stripes"])
@pytest.mark.parametrize("size", [(1, 1), (1, 17), (17, 1), (33, 47)], ids=str)
def test_any_size_and_content(cls, size, kind):
    observation = observe(*size, kind=kind, noise_sigma=None)
    check(cls().restore(observation), observation.photo)


@each
def test_no_noise_is_a_strength_too(cls):
    observation = observe(noise_sigma=0.0)
    check(cls().restore(observation), observation.photo)


@each
def test_everything_missing_is_not_an_error(cls):
    observation = observe(mask=np.ones((33, 47), bool))
    check(cls().restore(observation), observation.photo)


@each
def test_the_observation_is_not_modified(cls):
    observation = observe(kind="unclipped")
    for array in (observation.photo, observation.mask, observation.kernel):
        array.setflags(write=False)
    before = observation.photo.copy()
    restored = cls().restore(observation)
    assert not np.shares_memory(restored, observation.photo)
    restored[:] = 0.5
    np.testing.assert_array_equal(observation.photo, before)


@each
def test_the_same_input_gives_the_same_bytes(cls):
    np.testing.assert_array_equal(cls().restore(observe()), cls().restore(observe()))


@pytest.mark.parametrize("cls", LOCAL, ids=lambda cls: cls.name)
def test_a_tile_with_context_restores_as_the_whole_photo(cls):
    for settings in settings_to_try(cls):
        restorer = cls.from_settings(settings)
        known = restorer.require(observe(160, 160, "impulses", noise_sigma=None))
        whole = restorer.restore(known)
        # the left half of the photo, and as much of the right one as can reach it
        cut = 80 + cls.context
        half = replace(known, photo=known.photo[:, :cut].copy(), mask=known.mask[:, :cut].copy())
        assert np.abs(restorer.restore(half)[:, :80] - whole[:, :80]).max() <= 1 / 255, settings


@pytest.mark.parametrize("what", ["kernel", "mask", "scale"])
def test_what_is_not_told_is_asked_for(what):
    observation = observe(**{what: None})
    for cls in ALL:
        restorer = cls()
        if what in cls.told:
            assert restorer.missing_knowledge(observation) == (what,)
            with pytest.raises(RestorersError) as caught:
                restorer.restore(observation)
            assert caught.value.sentence.en.startswith(f"{cls.title.en} must be told ")
            assert cls.title.zh in caught.value.sentence.zh
        else:
            assert restorer.missing_knowledge(observation) == ()
            check(restorer.restore(observation), observation.photo)


def test_unknown_noise_is_measured_once_and_kept():
    denoiser = CLASSICAL.get("non_local_means")()
    observation = observe(160, 160, kind="flat", noise_sigma=None)
    noisy = replace(
        observation, photo=observation.photo + np.random.default_rng(0).normal(0, 0.1, observation.photo.shape).astype(np.float32)
    )
    known = denoiser.require(noisy)
    assert known.noise_sigma == pytest.approx(0.1, rel=0.05)
    assert denoiser.require(known) is known
    assert denoiser.missing_knowledge(noisy) == ()
    np.testing.assert_array_equal(denoiser.restore(noisy), denoiser.restore(known))


def test_finding_them_loads_no_heavy_library():
    code = (
        "import sys; from restorers.classical import CLASSICAL; CLASSICAL.names(); "
        "print({'skimage', 'scipy', 'pywt', 'keras'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "set()"
