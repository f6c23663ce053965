"""What the Compare tab does without a browser: order, ranks, failures, stopping, memory."""

import csv
import io
import math
import threading
from dataclasses import replace

import cv2
import numpy as np
import pytest

from restorers.classical import CLASSICAL
from restorers.compare import as_csv
from restorers.degradations import DEGRADATIONS, degrade
from restorers.errors import Cancelled, RestorersError
from restorers.metrics import psnr
from restorers.photo import read_photo
from restorers.restore import find_restorer, restore
from restorers.ui.compare_handlers import CompareDesk
from restorers.ui.setup import Setup, Step

SOON = 60  # seconds; only broken work takes as long
NOISE = Setup(None, "fit", (Step("gaussian_noise", {"sigma": 25.0}),), 5, "gaussian_filter", {})
QUICK = [CLASSICAL.get(name) for name in ("wiener", "gaussian_filter", "median_filter", "do_nothing", "clahe")]


@pytest.fixture
def compare(desk, monkeypatch):
    """A desk that knows a few quick methods only."""
    monkeypatch.setattr(desk, "restorers", lambda owner: [*desk.own(owner), *QUICK])
    monkeypatch.setattr("restorers.matrix.all_restorers", lambda: QUICK)
    return CompareDesk(desk)


def result(job):
    assert job.done.wait(SOON)
    if job.error is not None:
        raise job.error
    return job.result


def test_suited_methods_are_ranked_by_gain_and_doing_nothing_gains_nothing(compare, photo_file):
    now = result(compare.compare("me", NOISE, str(photo_file)))
    assert {e.restorer.name for e in now.entries} == {"gaussian_filter", "median_filter", "do_nothing"}
    gains = [e.row.gain for e in now.ranked]
    assert gains == sorted(gains, reverse=True)
    truth = read_photo(photo_file).photo
    seen = degrade(truth, DEGRADATIONS.get("gaussian_noise")(sigma=25), 5)
    for entry in now.entries:
        expected = psnr(restore(seen, find_restorer(entry.restorer.name)).photo, truth) - psnr(seen.photo, truth)
        assert entry.row.gain == pytest.approx(expected, abs=1e-4)
    assert next(e.row.gain for e in now.entries if e.restorer.name == "do_nothing") == 0
    assert not now.waiting


def test_others_can_join_and_the_untold_are_named(compare, photo_file):
    now = result(compare.compare("me", NOISE, str(photo_file), others=True))
    assert {e.restorer.name for e in now.entries} == {"gaussian_filter", "median_filter", "do_nothing", "clahe"}
    assert [r.name for r in now.untold] == ["wiener"]


def test_where_no_method_was_made_for_the_damage_all_take_part(compare, photo_file):
    gray = replace(NOISE, steps=(Step("grayscale"),))
    now = result(compare.compare("me", gray, str(photo_file)))
    assert {e.restorer.name for e in now.entries} == {"gaussian_filter", "median_filter", "do_nothing", "clahe"}


def test_the_visitors_own_network_takes_part(compare, desk, photo_file, monkeypatch):
    mine = type("Mine", (CLASSICAL.get("gamma_correction"),), {"name": "mine-1"})
    monkeypatch.setattr(desk, "own", lambda owner: [mine] if owner == "me" else [])
    assert "mine-1" in {e.restorer.name for e in result(compare.compare("me", NOISE, str(photo_file))).entries}
    assert "mine-1" not in {e.restorer.name for e in result(compare.compare("you", NOISE, str(photo_file))).entries}
    assert result(compare.matrix("me", NOISE, str(photo_file))).gains.restorers[-1].name == "mine-1"


def test_what_fails_says_so_in_its_place(compare, photo_file, monkeypatch):
    def refuses(self, observation):
        raise RestorersError("It is broken.")

    def breaks(self, observation):
        raise ZeroDivisionError

    monkeypatch.setattr(CLASSICAL.get("median_filter"), "restore", refuses)
    monkeypatch.setattr(CLASSICAL.get("gaussian_filter"), "restore", breaks)
    now = result(compare.compare("me", NOISE, str(photo_file)))
    *_, last, worst = now.ranked
    said = {e.restorer.name: e.problem.en for e in (last, worst)}
    assert said["median_filter"] == "It is broken." and "went wrong" in said["gaussian_filter"]
    assert now.ranked[0].restorer.name == "do_nothing"


def test_each_result_is_told_when_it_is_done(compare, photo_file):
    job = compare.compare("me", NOISE, str(photo_file))
    seen = []
    job.wake = lambda: seen.append(len(job.early.entries))
    result(job)
    assert seen[-1] == 3 and seen == sorted(seen)


def test_a_stop_keeps_what_was_done(compare, photo_file, monkeypatch):
    began = threading.Event()

    def patient(observation, restorer, progress, cancel):
        if restorer.name == "gaussian_filter":
            began.set()
            assert cancel.wait(SOON)
            raise Cancelled
        return restore(observation, restorer, progress, cancel)

    monkeypatch.setattr("restorers.ui.compare_handlers.restore", patient)
    job = compare.compare("me", NOISE, str(photo_file))
    assert began.wait(SOON)
    compare.desk.line.stop("me")
    assert job.done.wait(SOON) and isinstance(job.error, Cancelled)
    assert [e.restorer.name for e in job.early.entries] == ["do_nothing", "median_filter"]
    assert [r.name for r in job.early.waiting] == ["gaussian_filter"]


def test_a_photo_that_was_bad_already_is_restored_by_all_and_ranked_by_none(compare, photo_file):
    now = result(compare.compare("me", replace(NOISE, steps=()), str(photo_file)))
    assert now.observed is None and now.original is None
    assert {e.restorer.name for e in now.entries} == {"gaussian_filter", "median_filter", "clahe"}
    assert all(e.row is None and e.shown is not None for e in now.entries)


def test_pictures_are_those_of_the_restoration_and_go_with_the_next_comparison_and_with_the_visitor(compare, desk, photo_file):
    first = result(compare.compare("me", NOISE, str(photo_file)))
    entry = next(e for e in first.entries if e.restorer.name == "median_filter")
    token = entry.shown.url.removeprefix("pictures/").removesuffix(".png")
    shown = cv2.imdecode(np.frombuffer(desk.pictures.get(token).png(), np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    seen = degrade(read_photo(photo_file).photo, DEGRADATIONS.get("gaussian_noise")(sigma=25), 5)
    expected = restore(seen, find_restorer("median_filter")).photo
    np.testing.assert_array_equal(shown, np.rint(expected * 255).astype(np.uint8))
    kept = desk.preview("me", NOISE, str(photo_file)).pictures["degraded"].url
    second = result(compare.compare("me", NOISE, str(photo_file)))
    assert not desk.pictures.alive(entry.shown.url)
    assert desk.pictures.alive(kept)
    desk.forget("me")
    assert not any(desk.pictures.alive(e.shown.url) for e in second.entries)
    assert len(compare.compared) == 0


def test_a_large_photo_is_compared_at_the_size_that_is_worked_on(compare, large_file):
    subject = compare.subject("me", replace(NOISE, size="full"), str(large_file))
    assert subject.truth.shape[0] * subject.truth.shape[1] <= 1_000_000


def test_what_was_painted_is_what_is_missing(compare, desk, photo_file):
    mask = np.zeros((48, 64), bool)
    mask[10:20, 10:30] = True
    desk.paint("me", str(photo_file), mask)
    subject = compare.subject("me", replace(NOISE, steps=(Step("painted_mask"),)), str(photo_file))
    np.testing.assert_array_equal(subject.observation.mask, mask)


def test_results_of_other_settings_are_outdated(compare, photo_file):
    path = str(photo_file)
    result(compare.compare("me", NOISE, path))
    result(compare.matrix("me", NOISE, path))
    same, other = compare.subject("me", NOISE, path), compare.subject("me", replace(NOISE, steps=(Step("jpeg"),)), path)
    assert [compare.outdated("me", what, same, path) for what in ("all", "matrix", "curve")] == [False, False, False]
    assert [compare.outdated("me", what, other, path) for what in ("all", "matrix")] == [True, False]  # the matrix has every damage
    assert compare.outdated("me", "matrix", other, "another.png")


@pytest.mark.parametrize("what", ["compare", "matrix", "curve"])
def test_what_is_stopped_before_its_first_result_leaves_the_results_outdated(compare, photo_file, what):
    path, name, line = str(photo_file), "all" if what == "compare" else what, compare.desk.line
    result(getattr(compare, what)("me", NOISE, path))
    changed = replace(NOISE, seed=NOISE.seed + 1)
    other, gate = compare.subject("me", changed, path), threading.Event()
    line.start("another", lambda report, cancel: gate.wait(120))
    job = getattr(compare, what)("me", changed, path)
    assert not compare.outdated("me", name, other, path)  # new ones are on their way
    line.stop("me")
    gate.set()
    assert job.done.wait(120) and job.early is None
    assert compare.outdated("me", name, other, path)


def test_the_matrix_and_the_curve_are_filled(compare, photo_file):
    table = result(compare.matrix("me", NOISE, str(photo_file)))
    assert table.done == table.total == len(table.gains.cells())
    assert not np.isnan([table.gains.gains[cell] for cell in table.gains.cells()]).any()
    drawn = result(compare.curve("me", NOISE, str(photo_file)))
    assert drawn.parameter.name == "sigma" and 25.0 in drawn.strengths
    assert {r.name for r in drawn.gains.restorers} == {"gaussian_filter", "median_filter"}


@pytest.mark.parametrize(("steps", "said"), [((), "no damage whose strength"), ((Step("grayscale"),), "Grayscale has no strength")])
def test_without_a_strength_there_is_a_sentence(compare, photo_file, steps, said):
    with pytest.raises(RestorersError, match=said):
        compare.curve("me", replace(NOISE, steps=steps), str(photo_file))


def test_without_a_photo_there_is_a_sentence(compare):
    with pytest.raises(RestorersError, match="Choose a photo first"):
        compare.compare("me", NOISE, None)


def test_tables_are_read_back(compare, photo_file):
    now = result(compare.compare("me", NOISE, str(photo_file)))
    rows = list(csv.DictReader(io.StringIO(as_csv(now.records()))))
    assert [r["restorer"] for r in rows] == [e.restorer.name for e in now.ranked]
    assert float(rows[0]["gain"]) == pytest.approx(now.ranked[0].row.gain)
    assert rows[0]["degradation"].startswith("gaussian_noise(sigma=25") and rows[0]["protocol"] == "RGB"
    assert (rows[0]["width"], rows[0]["height"], rows[0]["seed"]) == ("64", "48", "5")
    drawn = result(compare.curve("me", NOISE, str(photo_file)))
    rows = list(csv.DictReader(io.StringIO(as_csv(drawn.records()))))
    assert [float(r["sigma"]) for r in rows] == list(drawn.strengths)
    assert all(math.isfinite(float(r["median_filter"])) for r in rows)
