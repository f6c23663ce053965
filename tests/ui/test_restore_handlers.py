import base64
import math
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from restorers.degradations import DEGRADATIONS, degrade
from restorers.errors import Cancelled, RestorersError
from restorers.metrics import psnr, score, ssim
from restorers.photo import PhotoError, read_photo
from restorers.restore import find_restorer, restore
from restorers.ui.jobs import Line
from restorers.ui.restore_handlers import FIT_PIXELS, SENDING, Desk, chip_of_step, mask_of, steps_of_chips
from restorers.ui.setup import Setup, Step

SOON = 30  # seconds; only broken work takes as long
NOISE = Setup(None, "fit", (Step("gaussian_noise", {"sigma": 25.0}),), 5, "gaussian_filter", {})


def run(desk, setup, path, owner="me"):
    job = desk.run(owner, setup, path)
    assert job.done.wait(SOON)
    if job.error is not None:
        raise job.error
    return job.result


def pixels(desk, shown):
    token = shown.url.removeprefix("pictures/").removesuffix(".png")
    return cv2.imdecode(np.frombuffer(desk.pictures.get(token).png(), np.uint8), cv2.IMREAD_COLOR)[..., ::-1]


def test_the_preview_is_the_degradation_itself(desk, photo_file):
    look = desk.preview("me", NOISE, str(photo_file))
    truth = read_photo(photo_file).photo
    expected = degrade(truth, DEGRADATIONS.get("gaussian_noise")(sigma=25), 5).photo
    np.testing.assert_array_equal(look.observation.photo, expected)
    np.testing.assert_array_equal(pixels(desk, look.pictures["degraded"]), np.rint(expected * 255).astype(np.uint8))
    assert look.nothing == pytest.approx(cv2.PSNR(expected.astype(np.float64), truth.astype(np.float64), 1.0), abs=1e-6)
    assert look.restoration is None


def test_the_result_is_scored_against_the_truth(desk, photo_file):
    look = run(desk, NOISE, str(photo_file))
    truth = read_photo(photo_file).photo
    observation = degrade(truth, DEGRADATIONS.get("gaussian_noise")(sigma=25), 5)
    expected = restore(observation, find_restorer("gaussian_filter")).photo
    np.testing.assert_array_equal(look.restoration.photo, expected)
    assert look.restored.psnr == pytest.approx(psnr(expected, truth))
    assert look.restored.ssim == pytest.approx(ssim(expected, truth))
    assert look.observed.psnr == pytest.approx(look.nothing)
    assert look.restored.psnr > look.observed.psnr
    assert set(look.pictures) == {"original", "degraded", "restored", "download", "error_map", "invented"}


def test_the_picture_can_be_shown_before_it_is_measured(desk, photo_file, monkeypatch):
    shown, measure = threading.Event(), threading.Event()

    def slow(*arguments):
        assert measure.wait(SOON)
        return score(*arguments)

    monkeypatch.setattr("restorers.ui.restore_handlers.score", slow)
    job = desk.run("me", NOISE, str(photo_file))
    job.wake = shown.set
    if job.early is None:
        assert shown.wait(SOON)
    early = job.early
    assert early.measuring
    assert early.restored is None
    np.testing.assert_array_equal(pixels(desk, early.pictures["restored"]), np.rint(early.restoration.photo * 255).astype(np.uint8))
    assert not job.done.is_set()
    measure.set()
    assert job.done.wait(SOON)
    assert not job.result.measuring
    assert job.result.pictures["restored"].url == early.pictures["restored"].url
    assert early.pictures["restored"].caption == ""


def test_at_full_strength_the_picture_itself_is_the_download(desk, photo_file):
    look = run(desk, NOISE, str(photo_file))
    assert look.pictures["download"].url == look.pictures["restored"].url
    assert desk.blend("me", 0.5).pictures["download"].url != look.pictures["restored"].url
    desk.pictures.drop("me")
    assert desk.pictures.alive(desk.blend("me", 1).pictures["download"].url)


def test_a_setting_that_changes_stops_the_run_it_no_longer_fits(desk, photo_file, monkeypatch):
    began = threading.Event()

    def endless(observation, restorer, progress, cancel):
        began.set()
        assert cancel.wait(SOON)
        raise Cancelled

    monkeypatch.setattr("restorers.ui.restore_handlers.restore", endless)
    for changed in (replace(NOISE, seed=6), replace(NOISE, settings={"sigma": 3.0}), replace(NOISE, restorer="median_filter")):
        began.clear()
        job = desk.run("me", NOISE, str(photo_file))
        assert began.wait(SOON)
        desk.preview("me", NOISE, str(photo_file))
        assert not job.cancel.is_set()
        kept = desk.preview("me", changed, str(photo_file))
        assert job.done.wait(SOON)
        assert isinstance(job.error, Cancelled)
        assert desk.last("me") is kept


def test_strength_blends_and_the_scores_follow(desk, photo_file):
    full = run(desk, NOISE, str(photo_file))
    truth, degraded = full.working.photo, np.clip(full.observation.photo, 0, 1)
    half = desk.blend("me", 0.5)
    assert half.restored.psnr == pytest.approx(psnr(0.5 * full.restoration.photo + 0.5 * degraded, truth), abs=1e-4)
    none = desk.blend("me", 0)
    assert none.restored.psnr == pytest.approx(none.observed.psnr, abs=1e-4)
    np.testing.assert_array_equal(pixels(desk, none.pictures["download"]), pixels(desk, none.pictures["degraded"]))
    assert desk.blend("me", 1).restored.psnr == pytest.approx(full.restored.psnr)


def test_without_a_result_there_is_nothing_to_blend(desk, photo_file):
    with pytest.raises(RestorersError, match="no longer kept"):
        desk.blend("me", 0.5)
    desk.preview("me", NOISE, str(photo_file))
    with pytest.raises(RestorersError, match="no longer kept"):
        desk.blend("me", 0.5)


def test_a_result_lives_as_long_as_nothing_it_came_from_changes(desk, photo_file):
    path = str(photo_file)
    run(desk, NOISE, path)
    assert desk.preview("me", NOISE, path).restoration is not None
    changed = desk.preview("me", replace(NOISE, settings={"sigma": 3.0}), path)
    assert changed.restoration is None
    assert changed.restored is None
    assert "restored" not in changed.pictures
    assert "stale" in changed.pictures
    run(desk, NOISE, path)
    assert desk.preview("me", replace(NOISE, seed=6), path).restoration is None


def test_the_same_draw_gives_the_same_damage_and_another_draw_another(desk, photo_file):
    path = str(photo_file)
    first = desk.preview("me", NOISE, path).observation.photo
    other = desk.preview("me", replace(NOISE, seed=6), path).observation.photo
    again = desk.preview("me", NOISE, path).observation.photo
    assert np.abs(first - other).max() > 0.05
    np.testing.assert_array_equal(first, again)


def test_a_chain_is_applied_in_order(desk, photo_file):
    steps = (Step("jpeg", {"quality": 10}), Step("grayscale", {}))
    look = desk.preview("me", replace(NOISE, steps=steps), str(photo_file))
    assert look.observation.degradation.describe().startswith("jpeg(")
    assert np.ptp(look.observation.photo, axis=2).max() < 1e-6


def test_a_photo_that_was_bad_already_has_no_score(desk, photo_file):
    look = run(desk, replace(NOISE, steps=()), str(photo_file))
    assert not look.truth
    assert look.nothing is look.observed is look.restored is look.agreement is None
    assert set(look.pictures) == {"degraded", "restored", "download"}


def test_large_photos_are_reduced_and_shown_reduced(desk, large_file):
    look = desk.preview("me", NOISE, str(large_file))
    width, height = look.working.size
    assert width * height <= FIT_PIXELS
    assert width / height == pytest.approx(2, rel=0.01)
    assert "Reduced from 2400 × 1200" in look.working.told()[0].en
    full = desk.preview("me", replace(NOISE, size="full"), str(large_file))
    assert full.working.size == (2400, 1200)
    assert not full.working.told()
    assert pixels(desk, full.pictures["degraded"]).shape == (1024, 2048, 3)
    assert full.pictures["degraded"].full != full.pictures["degraded"].url


def test_a_file_that_is_no_photo_ends_in_a_sentence(desk, tmp_path):
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"<b>no photo</b>")
    with pytest.raises(PhotoError, match="not a picture that can be read here"):
        desk.preview("me", NOISE, str(bad))
    with pytest.raises(RestorersError, match="Choose a photo first"):
        desk.preview("me", NOISE, None)


def test_a_method_that_lacks_what_it_must_be_told_says_so(desk, photo_file):
    with pytest.raises(RestorersError, match="needs to know how exactly the photo was blurred") as refused:
        desk.run("me", replace(NOISE, restorer="wiener", settings={}), str(photo_file))
    assert "模糊" in refused.value.sentence.zh


def test_settings_that_do_not_fit_are_refused(desk, photo_file):
    with pytest.raises(RestorersError, match="sigma must be"):
        desk.preview("me", replace(NOISE, steps=(Step("gaussian_noise", {"sigma": 1e6}),)), str(photo_file))
    with pytest.raises(RestorersError, match="no restorer called"):
        desk.run("me", replace(NOISE, restorer="../secret"), str(photo_file))


def test_visitors_do_not_see_or_lose_each_others_work(desk, photo_file):
    mine, yours = run(desk, NOISE, str(photo_file), "me"), run(desk, NOISE, str(photo_file), "you")
    assert {p.url for p in mine.pictures.values()}.isdisjoint(p.url for p in yours.pictures.values())
    desk.forget("me")
    assert desk.last("me") is None
    assert not any(desk.pictures.alive(p.url) for p in mine.pictures.values())
    assert all(desk.pictures.alive(p.url) for p in yours.pictures.values())
    assert desk.blend("you", 0.5).restored is not None


@pytest.fixture
def uploads(tmp_path):
    folder = tmp_path / "uploads"
    folder.mkdir()
    return folder


def uploaded(folder, file):
    return str(shutil.copy(file, folder / f"{len(list(folder.iterdir()))}.png"))


def test_leaving_deletes_every_upload_but_no_file_elsewhere(photo_file, uploads):
    desk = Desk(Line(), uploads)
    first, second = uploaded(uploads, photo_file), uploaded(uploads, photo_file)
    for path in (first, second, str(photo_file)):
        desk.preview("me", NOISE, path)
    desk.forget("me")
    assert photo_file.exists() and not any(uploads.iterdir())
    assert (first, "fit") not in desk.photos and (second, "fit") not in desk.photos


def test_a_photo_that_two_visitors_have_sent_stays_until_the_last_has_left(photo_file, uploads):
    desk = Desk(Line(), uploads)
    path = uploaded(uploads, photo_file)
    for owner in ("me", "you"):
        desk.preview(owner, NOISE, path)
    desk.forget("me")
    assert desk.preview("you", replace(NOISE, seed=3), path).nothing is not None
    desk.photos.drop("me")
    assert (path, "fit") in desk.photos
    desk.forget("me")  # who has left already takes nothing away
    assert Path(path).exists()
    desk.forget("you")
    assert not Path(path).exists()


def test_a_photo_that_is_being_sent_stays_until_its_sender_has_seen_it(photo_file, uploads):
    desk, now = Desk(Line(), uploads), 0.0
    desk.clock = lambda: now
    path = uploaded(uploads, photo_file)
    desk.preview("me", NOISE, path)
    desk.admit(path)  # somebody else sends the same
    desk.preview("me", replace(NOISE, seed=3), path)
    desk.forget("me")
    desk.preview("you", NOISE, path)
    desk.forget("you")
    assert not Path(path).exists()
    path = uploaded(uploads, photo_file)
    desk.admit(path)
    now = SENDING + 1  # he has never looked at it
    desk.preview("me", NOISE, path)
    desk.forget("me")
    assert not Path(path).exists() and not desk._holders


def test_memory_is_bounded_and_a_forgotten_result_is_said(large_file, photo_file):
    desk = Desk(photo_bytes=20_000_000, look_bytes=20_000_000, picture_bytes=20_000_000)
    run(desk, NOISE, str(photo_file), "first")
    for index in range(6):
        desk.preview(f"visitor {index}", NOISE, str(large_file))
    for shelf in desk.shelves:
        assert shelf.bytes() <= 20_000_000
    with pytest.raises(RestorersError, match="Press Restore again"):
        desk.blend("first", 0.5)


def test_leaving_stops_the_work(desk, photo_file):
    began = threading.Event()

    def endless(progress, cancel):
        began.set()
        assert cancel.wait(SOON)
        raise Cancelled

    job = desk.line.start("me", endless)
    assert began.wait(SOON)
    desk.forget("me")
    assert job.done.wait(SOON)
    assert isinstance(job.error, Cancelled)


def data_address(mask: np.ndarray) -> str:
    png = cv2.imencode(".png", np.where(mask, 255, 0).astype(np.uint8))[1].tobytes()
    return "data:image/png;base64," + base64.b64encode(png).decode()


def test_what_is_painted_is_lost(desk, photo_file):
    painted = np.zeros((48, 64), bool)
    painted[10:20, 30:50] = True
    path = str(photo_file)
    desk.paint("me", path, mask_of({"mask": data_address(painted)}))
    setup = replace(NOISE, steps=(Step("painted_mask", {}),))
    np.testing.assert_array_equal(desk.preview("me", setup, str(photo_file)).observation.mask, painted)
    others = desk.preview("you", setup, str(photo_file)).observation.mask
    assert (others != painted).any()
    other = desk.preview("me", setup, str(shutil.copy(photo_file, photo_file.parent / "other.png"))).observation.mask
    np.testing.assert_array_equal(other, others)  # strokes belong to one photo, and are there again with it
    np.testing.assert_array_equal(desk.preview("me", setup, path).observation.mask, painted)
    desk.paint("me", path, None)
    np.testing.assert_array_equal(desk.preview("me", setup, str(photo_file)).observation.mask, others)


@pytest.mark.parametrize("painting", [None, {}, {"mask": None}, {"mask": 3}, {"mask": "file:///etc/passwd"}, "x"])
def test_no_painting_is_no_mask(painting):
    assert mask_of(painting) is None


@pytest.mark.parametrize("content", ["", "!!!", base64.b64encode(b"no picture").decode()])
def test_a_painting_that_is_no_picture_is_refused(content):
    with pytest.raises(PhotoError):
        mask_of({"mask": "data:image/png;base64," + content})


def test_a_painting_that_is_too_large_is_refused():
    with pytest.raises(PhotoError, match="too large"):
        mask_of({"mask": data_address(np.zeros((2000, 2000), bool))})


def test_chips_come_back_as_steps_and_foreign_ones_are_left_out():
    steps = (Step("gaussian_noise", {"sigma": 12.0}), Step("painted_mask", {"mask": np.ones((2, 2), bool)}))
    chips = [chip_of_step(step) for step in steps]
    assert chips[0]["en"] == "Gaussian noise σ 12/255"
    assert chips[0]["zh"].startswith("高斯噪声")
    again = steps_of_chips(chips)
    assert [step.name for step in again] == ["gaussian_noise", "painted_mask"]
    assert again[0].settings["sigma"] == 12.0
    foreign = [{"name": "magic", "settings": {}}, {"name": "jpeg", "settings": {"quality": -1}}, {"name": 3}, "x", None]
    assert steps_of_chips([*foreign, *chips[:1]]) == again[:1]
    assert steps_of_chips("x") == ()


def test_doing_nothing_on_an_undamaged_photo_is_infinitely_good(desk, photo_file):
    setup = replace(NOISE, steps=(Step("gaussian_noise", {"sigma": 0.0}),), restorer="do_nothing")
    look = run(desk, setup, str(photo_file))
    assert math.isinf(look.restored.psnr)
    assert look.pictures["restored"].caption == "∞ dB"
