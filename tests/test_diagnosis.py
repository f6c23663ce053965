"""From the maps of a network that classifies to what is mended, in which order, and by whom."""

import numpy as np
import pytest

from restorers.diagnosis import DAMAGES, LEAST_MISSING, SOFT, SOFT_AFTER_JPEG, channel, diagnose, report


def maps(height=100, width=100, **probabilities):
    out = np.full((height, width, len(DAMAGES)), 0.02, np.float32)
    out[..., channel("missing")] = 0
    for name, p in probabilities.items():
        out[..., channel(name)] = p
    return out


def look(seen, photo=None):
    colours = np.array([0.3, 0.4, 0.6], np.float32)
    return diagnose(seen, np.broadcast_to(colours, (*seen.shape[:2], 3)) if photo is None else photo)


def names(found):
    return [damage.name for damage in found]


def test_what_came_last_is_mended_first():
    found = look(maps(noise=0.9, jpeg=0.8, blur=0.7)).found
    assert names(found) == ["jpeg", "noise", "blur"]
    assert [damage.specialist for damage in found] == ["dejpeg", "denoise", "deblur"]


def test_of_blur_and_low_resolution_the_likelier_is_mended():
    assert names(look(maps(blur=0.7, resolution=0.9)).found) == ["resolution"]
    assert names(look(maps(blur=0.9, resolution=0.7)).found) == ["blur"]


def test_a_place_where_nothing_can_be_seen_says_neither_yes_nor_no():
    seen = maps(noise=0.5)
    seen[:30, :, channel("noise")] = 0.99
    assert look(seen).probabilities[channel("noise")] > 0.7
    seen[:30, :, channel("noise")] = 0.01
    assert look(seen).probabilities[channel("noise")] < 0.3


def test_one_certain_pixel_does_not_decide():
    seen = maps(noise=0.4)
    seen[5, 5, channel("noise")] = 1
    assert not look(seen).found and np.isfinite(look(seen).probabilities).all()


def test_lost_pixels_are_marked_one_by_one():
    seen = maps()
    seen[10:20, 30, channel("missing")] = 0.95
    found = look(seen)
    assert names(found.found) == ["missing"] and found.missing.sum() == 10 and found.missing[10:20, 30].all()
    assert found.probabilities[channel("missing")] == pytest.approx(0.001)
    few = maps(1000, 1000)
    few[0, : round(LEAST_MISSING * 1e6) - 1, channel("missing")] = 1
    assert not look(few).found, "a few pixels are mistakes"


def test_a_pixel_that_looks_exactly_lost_needs_little_evidence_but_in_a_gray_photo():
    photo = np.random.default_rng(0).uniform(0.1, 0.4, (100, 100, 3)).astype(np.float32)
    for row, value in ((10, 128 / 255), (20, 0), (30, 1)):
        photo[row, :20] = value
    photo[40, :20] = 128.7 / 255
    seen = maps(missing=0.1)
    assert np.flatnonzero(look(seen, photo).missing.any(axis=1)).tolist() == [10, 20, 30]
    gray = np.repeat(photo.mean(axis=-1, keepdims=True), 3, axis=-1)
    assert not look(seen, gray).missing.any() and not look(maps(missing=0.6), gray).missing.any(), "too few for a gray photo"
    gray[40:60] = 128 / 255
    assert np.flatnonzero(look(maps(missing=0.6), gray).missing.any(axis=1)).tolist() == [10, 20, 30, *range(40, 60)]


def test_a_scratch_goes_on_where_it_has_its_gray():
    photo = np.tile(np.float32([0.3, 0.4, 0.6]), (100, 100, 1))
    scratch, apart = (np.arange(10, 30), np.arange(10, 30)), (slice(60, 63), 60)
    photo[scratch] = photo[apart] = 128 / 255
    seen = maps()
    seen[10:20, 10:20, channel("missing")] = np.diag(np.full(10, 0.9))
    found = look(seen, photo).missing
    assert found[scratch].all() and found.sum() == 20, "what touches nothing that is lost is left"
    gray = photo.mean(axis=-1, keepdims=True).repeat(3, axis=-1)
    assert not look(seen, gray).missing.any(), "in a gray photo much has that gray by chance"


def test_blur_and_low_resolution_exclude_each_other_so_that_either_may_be_less_likely_than_not():
    unsure, neither = look(maps(blur=0.45, resolution=0.4)), look(maps(blur=0.3, resolution=0.15))
    assert names(unsure.found) == ["blur"] and unsure.softness == pytest.approx(0.85, abs=1e-5) and not neither.found
    assert look(maps(blur=0.9, resolution=0.9)).softness == 1
    jpeg = DAMAGES[channel("jpeg")]
    assert names(unsure.left([jpeg])) == (["blur"] if SOFT_AFTER_JPEG <= 0.85 else [])
    said = report([unsure.finding(unsure.found[0])]).en
    assert said == "It found blur or low resolution (85 % sure), and had it mended by deblur."
    sure = look(maps(blur=0.6, resolution=0.3))
    assert report([sure.finding(sure.found[0])]).en == "It found blur (60 % sure), and had it mended by deblur."


def test_what_was_mended_is_not_mended_again():
    noise, blur = DAMAGES[channel("noise")], DAMAGES[channel("blur")]
    seen = look(maps(noise=0.9, resolution=0.9))
    assert names(seen.left([])) == ["noise", "resolution"] and names(seen.left([noise])) == ["resolution"]
    assert names(seen.left([blur])) == ["noise"], "sharpened once is enough"


@pytest.mark.parametrize("soft", SOFT)
def test_what_is_left_of_a_jpeg_is_sharpened_only_where_it_is_surely_soft(soft):
    jpeg, noise = DAMAGES[channel("jpeg")], DAMAGES[channel("noise")]
    likely, sure = (look(maps(**{soft: p})) for p in (SOFT_AFTER_JPEG - 0.04, SOFT_AFTER_JPEG + 0.04))
    assert names(likely.left([])) == names(likely.left([noise])) == [soft] and not likely.left([jpeg]) and not likely.left([jpeg, noise])
    assert names(sure.left([jpeg])) == [soft]


def test_the_report_says_what_was_found_and_who_mended_it():
    noise, jpeg, missing = (DAMAGES[channel(name)] for name in ("noise", "jpeg", "missing"))
    assert report([]).en.endswith("left the photo as it is.")
    assert report([(noise, 0.98)]).en == "It found noise (98 % sure), and had it mended by denoise."
    two = report([(jpeg, 0.9), (noise, 0.98)])
    assert two.en == "It found JPEG artefacts (90 % sure) and noise (98 % sure), and had it mended in this order by dejpeg, denoise."
    assert "噪声" in two.zh and "依次" in two.zh
    assert report([(missing, 0.0512)]).en.startswith("It found missing pixels (5.1 % of all),")
    assert report([(missing, 1.0)]).en.startswith("It found missing pixels (100 % of all),")
    assert report([(missing, 0.0004)]).en.startswith("It found missing pixels (0.04 % of all),")
