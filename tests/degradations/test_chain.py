"""Several degradations in a row, and what remains known of them."""

import numpy as np
import pytest

from restorers.degradations import DEGRADATIONS, Chain, degrade

NAMES = ("gaussian_blur", "gaussian_noise", "jpeg", "downscale", "missing_pixels", "scratches", "poisson_noise", "posterize")
BLUR, NOISE, JPEG, SMALL, HOLES, LINES, GRAINS, LEVELS = (DEGRADATIONS.get(name)() for name in NAMES)


def test_it_applies_its_steps_in_order(make_photo):
    photo = make_photo()
    first, second = np.random.default_rng(5).spawn(2)
    expected = NOISE.apply(BLUR.apply(photo, first).photo, second).photo
    np.testing.assert_array_equal(degrade(photo, Chain((BLUR, NOISE)), seed=5).photo, expected)
    assert not np.array_equal(degrade(photo, Chain((NOISE, BLUR)), seed=5).photo, expected)


def test_changing_one_step_leaves_the_draws_of_the_others(make_photo):
    photo = make_photo()
    one, other = (degrade(photo, Chain((first, HOLES)), seed=1) for first in (NOISE, BLUR))
    np.testing.assert_array_equal(one.mask, other.mask)


@pytest.mark.parametrize(
    ("steps", "known"),
    [
        ((BLUR, NOISE), {"kernel", "noise_sigma"}),
        ((SMALL, NOISE), {"scale", "noise_sigma"}),
        ((NOISE, NOISE), set()),
        ((GRAINS, NOISE), set()),
        ((NOISE, LEVELS, NOISE), set()),
        ((NOISE, BLUR), set()),
        ((BLUR, JPEG), set()),
        ((SMALL, JPEG), set()),
        ((BLUR, BLUR), set()),
        ((HOLES, NOISE), {"mask", "noise_sigma"}),
        ((BLUR,), {"kernel", "noise_sigma"}),
    ],
    ids=lambda value: "-".join(s.name for s in value) if isinstance(value, tuple) else "",
)
def test_only_what_describes_the_whole_stays_known(steps, known, make_photo):
    observation = degrade(make_photo(), Chain(steps))
    assert {what for what in ("kernel", "scale", "mask", "noise_sigma") if getattr(observation, what) is not None} == known


def test_missing_pixels_add_up(make_photo):
    photo = make_photo()
    holes, lines = np.random.default_rng(0).spawn(2)
    expected = HOLES.apply(photo, holes).mask | LINES.apply(photo, lines).mask
    np.testing.assert_array_equal(degrade(photo, Chain((HOLES, LINES))).mask, expected)


def test_it_describes_its_steps():
    assert Chain((BLUR, JPEG)).describe() == "gaussian_blur(sigma=1.6) → jpeg(quality=10, chroma=4:2:0)"


def test_it_needs_a_step():
    with pytest.raises(ValueError, match="at least one"):
        Chain(())
