"""What holds for every degradation, present and future: the tests loop over what is found."""

import re

import numpy as np
import pytest
from scipy import ndimage

from restorers.degradations import DEGRADATIONS, FAMILIES, Chain, degrade
from restorers.degradations._missing import FILL
from restorers.degradations.gaussian_noise import GaussianNoise
from restorers.params import ParameterError

ALL = list(DEGRADATIONS)
EXPECTED = {
    "noise": {"gaussian_noise", "poisson_noise", "salt_and_pepper", "speckle", "grain", "camera_noise"},
    "blur": {"gaussian_blur", "box_blur", "motion_blur", "defocus_blur"},
    "resolution": {"downscale"},
    "colour": {"grayscale", "fade", "low_light", "haze"},
    "coding": {"jpeg", "posterize"},
    "missing": {"missing_pixels", "scratches", "painted_mask"},
}


def settings_to_try(cls):
    """The defaults, and each parameter at each of its ends."""
    yield {}
    for p in cls.parameters():
        ends = {"bool": (False, True), "choice": tuple(p.choices or ()), "mask": (None,)}.get(p.kind, (p.low, p.high))
        yield from ({p.name: value} for value in ends)


EVERY_SETTING = [pytest.param(cls, s, id=f"{cls.name}-{s}") for cls in ALL for s in settings_to_try(cls)]
each = pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.name)
each_setting = pytest.mark.parametrize(("cls", "settings"), EVERY_SETTING)


def check(observation, photo, clipped=True):
    assert observation.photo.shape == photo.shape
    assert observation.photo.dtype == np.float32
    assert np.isfinite(observation.photo).all()
    if clipped:
        assert observation.photo.min() >= 0
        assert observation.photo.max() <= 1


def test_all_of_the_first_release_are_found():
    for family, names in EXPECTED.items():
        assert names <= {cls.name for cls in ALL if cls.family == family}


@each
def test_it_is_described_in_both_languages(cls):
    words = [cls.title, cls.help]
    for p in cls.parameters():
        words += [p.label, p.help, *(p.choices or {}).values()]
    for text in words:
        assert text.en
        assert not re.search("[\u4e00-\u9fff]", text.en)
        assert re.search("[\u4e00-\u9fff]", text.zh)
    assert cls.help.en.endswith(".")
    assert cls.help.zh.endswith("。")
    assert cls.family in FAMILIES
    assert cls.__doc__
    assert cls.reference
    assert cls().describe().startswith(f"{cls.name}(")


def test_no_two_share_title_or_order():
    assert len({cls.title.en for cls in ALL}) == len({cls.title.zh for cls in ALL}) == len({cls.order for cls in ALL}) == len(ALL)


@each_setting
def test_any_setting_gives_a_photo(cls, settings, make_photo):
    photo = make_photo()
    before = photo.copy()
    degradation = cls.from_settings(settings)
    check(degrade(photo, degradation), photo, clipped=getattr(degradation, "clip", True))
    np.testing.assert_array_equal(photo, before)


@each_setting
@pytest.mark.parametrize("size", [(1, 1), (1, 17), (17, 1)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_any_setting_works_on_any_size(cls, settings, size, make_photo):
    photo = make_photo(*size)
    degradation = cls.from_settings(settings)
    check(degrade(photo, degradation), photo, clipped=getattr(degradation, "clip", True))


@each
@pytest.mark.parametrize("value", [0, 1], ids=["black", "white"])
def test_black_and_white_photos(cls, value):
    photo = np.full((9, 12, 3), value, np.float32)
    check(degrade(photo, cls()), photo)


@each
def test_a_gray_photo_has_equal_channels_where_the_channels_are_treated_alike(cls, make_photo):
    photo = make_photo(gray=True)
    observation = degrade(photo, cls())
    check(observation, photo)
    # drawn, or tinted, channel by channel
    coloured = {"gaussian_noise", "poisson_noise", "speckle", "grain", "camera_noise", "low_light", "fade"}
    if cls.name not in coloured:
        np.testing.assert_allclose(observation.photo, observation.photo[..., :1].repeat(3, axis=2), atol=1e-6)


@each
def test_views_are_read_as_they_look(cls, make_photo):
    photo = make_photo()
    view = np.ascontiguousarray(photo[::-1, :, ::-1])[::-1, :, ::-1]
    np.testing.assert_array_equal(degrade(view, cls()).photo, degrade(photo, cls()).photo)


@each_setting
def test_same_seed_same_bytes_and_another_seed_another_photo(cls, settings, make_photo):
    photo, degradation = make_photo(), cls.from_settings(settings)
    first = degrade(photo, degradation, seed=3)
    assert (first.degradation, first.seed) == (degradation, 3)
    assert degrade(photo, cls.from_settings(settings), seed=3).photo.tobytes() == first.photo.tobytes()

    rng = np.random.default_rng(3)
    state = rng.bit_generator.state
    degradation.apply(photo, rng)
    random = rng.bit_generator.state != state
    assert random or cls.family != "noise"
    # at its weakest, noise is none; at its strongest, a mask may be all
    if random and not settings:
        assert degrade(photo, degradation, seed=4).photo.tobytes() != first.photo.tobytes()


@each_setting
def test_the_observation_tells_what_its_family_promises(cls, settings, make_photo):
    observation = degrade(make_photo(), cls.from_settings(settings))
    assert (observation.kernel is not None) == (cls.family == "blur")
    assert (observation.scale is not None) == (cls.family == "resolution")
    assert (observation.mask is not None) == (cls.family == "missing")


@pytest.mark.parametrize(("cls", "settings"), [p for p in EVERY_SETTING if p.values[0].family == "blur"])
@pytest.mark.parametrize("size", [(33, 47), (1, 17), (17, 1), (1, 1)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_kernel_is_the_blur(cls, settings, size, make_photo):
    photo = make_photo(*size)
    observation = degrade(photo, cls.from_settings(settings))
    kernel = observation.kernel
    assert kernel.dtype == np.float32
    assert kernel.shape[0] == kernel.shape[1]
    assert kernel.shape[0] % 2 == 1
    assert kernel.min() >= 0
    assert kernel.sum(dtype=np.float64) == pytest.approx(1, abs=1e-6)
    # scipy's "mirror" is the reflection about the outermost pixel
    expected = [ndimage.convolve(photo[..., c].astype(np.float64), kernel.astype(np.float64), mode="mirror") for c in range(3)]
    np.testing.assert_allclose(observation.photo, np.stack(expected, axis=2), atol=2e-6)


@pytest.mark.parametrize(("cls", "settings"), [p for p in EVERY_SETTING if p.values[0].family == "missing"])
def test_the_mask_says_what_is_missing(cls, settings, make_photo):
    photo = make_photo(60, 80)
    observation = degrade(photo, cls.from_settings(settings))
    mask = observation.mask
    assert mask.dtype == bool
    assert mask.shape == photo.shape[:2]
    np.testing.assert_array_equal(observation.photo[~mask], photo[~mask])
    assert (observation.photo[mask] == FILL).all()
    # found again in a file of 8 bits
    assert float(FILL * 255).is_integer()


@pytest.mark.parametrize(
    ("cls", "name", "value"),
    [pytest.param(c, p.name, v, id=f"{c.name}-{p.name}-{v}") for c in ALL for p in c.parameters() for v in ("much", -1e6, [])],
)
def test_a_bad_setting_is_refused_in_one_sentence(cls, name, value):
    if name == "mask" and value == "much":
        pytest.skip("a text is the path of a picture")
    with pytest.raises(ParameterError, match=f"^{name} must be .*Received: ") as refusal:
        cls.from_settings({name: value})
    assert "\n" not in str(refusal.value)


@each
def test_an_unknown_setting_is_refused_in_one_sentence(cls):
    with pytest.raises(ParameterError, match=f"^{cls.name} has no parameter 'colour_of_sky'"):
        cls.from_settings({"colour_of_sky": 1})


@each
def test_it_may_follow_noise_that_left_the_range(cls, make_photo):
    photo = make_photo()
    chain = Chain((GaussianNoise(sigma=100, clip=False), cls()))
    observation = degrade(photo, chain)
    check(observation, photo, clipped=False)
    assert degrade(photo, chain).photo.tobytes() == observation.photo.tobytes()
