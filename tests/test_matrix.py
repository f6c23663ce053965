"""Gains over many degradations and strengths, against direct calls."""

import csv
import io
import math
import threading

import numpy as np
import pytest

from restorers.compare import as_csv, quick_first
from restorers.degradations import DEGRADATIONS, Chain, degrade
from restorers.errors import Cancelled, RestorersError
from restorers.matrix import CROP, STRENGTHS, Gains, centre_crop, curve, matrix, strengths, varied
from restorers.photo import read_photo
from restorers.restore import Network, all_restorers, find_restorer, restore
from restorers.samples import SAMPLES


@pytest.fixture(scope="module")
def photo():
    return centre_crop(read_photo(next(iter(SAMPLES.values())).path).photo, 48)


def made(name, **settings):
    return DEGRADATIONS.get(name).from_settings(settings)


def decibels(photo, truth):
    return -10 * math.log10(np.mean((np.clip(photo, 0, 1).astype(np.float64) - truth) ** 2))


def test_the_crop_is_the_middle_or_all_there_is():
    photo = np.arange(20 * 31 * 3, dtype=np.float32).reshape(20, 31, 3)
    np.testing.assert_array_equal(centre_crop(photo, 10), photo[5:15, 10:20])
    np.testing.assert_array_equal(centre_crop(photo, 25), photo[:, 3:28])
    assert centre_crop(np.zeros((300, 500, 3), np.float32)).shape == (CROP, CROP, 3)


def test_every_cell_is_the_gain_of_a_restoration_of_its_own(photo):
    table = Gains(photo, [made("gaussian_noise"), made("gaussian_blur")], [find_restorer("wiener"), find_restorer("median_filter")], seed=3)
    assert list(map(tuple, table.cells())) == [(0, 1), (1, 1), (1, 0)]  # the quick one first; noise cannot tell Wiener a kernel
    assert table.untold.tolist() == [[True, False], [False, False]]
    assert list(table.fill()) == table.cells()
    for i, j in table.cells():
        seen = degrade(photo, table.degradations[i], 3)
        expected = decibels(restore(seen, table.restorers[j]).photo, photo) - decibels(seen.photo, photo)
        assert table.gains[i, j] == pytest.approx(expected, abs=1e-3)
    assert np.isnan(table.gains[0, 0])
    assert table.best()[1] == 0 and table.gains[1, 0] > 1


def test_each_method_is_done_with_before_the_next_begins(photo):
    table = Gains(photo, [made("gaussian_blur"), made("box_blur")], [find_restorer("wiener"), find_restorer("median_filter")])
    assert table.cells() == [(0, 1), (1, 1), (0, 0), (1, 0)]


def test_the_best_of_a_row_gains_something(photo):
    table = Gains(photo, [made("grayscale"), made("gaussian_noise")], [find_restorer("do_nothing"), find_restorer("gaussian_filter")])
    list(table.fill())
    assert table.best() == [None, 1]


def test_what_fails_says_why_and_the_others_go_on(photo, monkeypatch):
    def fails(self, observation):
        raise RestorersError("It is broken.")

    monkeypatch.setattr(type(find_restorer("median_filter")), "restore", fails)
    table = Gains(photo, [made("gaussian_noise")], [find_restorer("median_filter"), find_restorer("gaussian_filter")])
    assert len(list(table.fill())) == 2
    assert table.problems[0, 0].en == "It is broken."
    assert np.isnan(table.gains[0, 0]) and table.gains[0, 1] > 0


def test_a_stop_keeps_what_was_measured(photo):
    cancel = threading.Event()
    table = Gains(photo, [made("gaussian_noise"), made("speckle")], [find_restorer("gaussian_filter")])
    cells = table.fill(cancel)
    next(cells)
    cancel.set()
    with pytest.raises(Cancelled):
        next(cells)
    assert np.isnan(table.gains).tolist() == [[False], [True]]


def test_the_matrix_has_every_damage_and_specialists_on_the_diagonal(photo):
    table = matrix(photo)
    assert [d.name for d in table.degradations] == DEGRADATIONS.names()
    names = [r.name for r in table.restorers]
    assert "do_nothing" not in names and "luminance" not in names
    assert len(set(names)) == len(names)
    special = [r for r in table.restorers if len(r.suits) == 1 and not isinstance(r, Network)]
    first = [min(i for i, d in enumerate(table.degradations) if r.suited(d)) for r in special]
    assert first == sorted(first)
    own = next(r for r in all_restorers() if r.name == "median_filter")
    assert matrix(photo, [own]).restorers[-1] == own()


@pytest.mark.parametrize("name", [d.name for d in DEGRADATIONS if d.name not in ("grayscale", "painted_mask")])
def test_strengths_lie_around_the_present_one_and_within_the_range(name):
    degradation = made(name)
    parameter = varied(degradation)[1]
    assert parameter.kind in ("int", "float")
    values = [getattr(d, parameter.name) for d in strengths(degradation)]
    assert values == sorted(set(values)) and 4 <= len(values) <= STRENGTHS
    assert getattr(degradation, parameter.name) in values
    assert parameter.low <= values[0] and values[-1] <= parameter.high


@pytest.mark.parametrize("value", [0, 150])
def test_strengths_at_the_ends_of_the_range(value):
    values = [d.sigma for d in strengths(made("gaussian_noise", sigma=value))]
    assert len(values) == STRENGTHS and value in values and values[0] >= 0 and values[-1] <= 150


def test_only_the_last_of_a_chain_is_varied():
    rows = strengths(Chain((made("gaussian_blur", sigma=2.0), made("gaussian_noise", sigma=20))))
    assert {row.steps[0].sigma for row in rows} == {2.0}
    assert len({row.steps[1].sigma for row in rows}) == STRENGTHS


def test_what_has_no_strength_is_refused_with_a_sentence():
    with pytest.raises(RestorersError, match="Grayscale has no strength to vary. Choose another damage."):
        strengths(made("grayscale"))


def test_a_curve_over_the_noise_falls_from_strong_to_weak_noise(photo):
    table, at = curve(photo, made("gaussian_noise", sigma=30), [find_restorer("gaussian_filter"), find_restorer("wiener")])
    assert [r.name for r in table.restorers] == ["gaussian_filter"]
    assert at == [d.sigma for d in table.degradations]
    list(table.fill())
    assert (np.diff(table.gains[:, 0]) > 0).all()  # the stronger the noise, the more a smoothing gains


def test_harmless_strengths_are_not_measured(photo):
    table = Gains(photo, [made("gaussian_noise", sigma=0), made("gaussian_noise")], [find_restorer("gaussian_filter")])
    assert math.isinf(table.nothing[0])
    assert table.cells() == [(1, 0)]


def test_quick_ones_first():
    names = [r.name for r in quick_first(all_restorers())]
    assert names[0] in ("do_nothing", "gamma_correction", "luminance")
    assert names.index("median_filter") < names.index("total_variation") < names.index("wavelet")
    networks = [i for i, r in enumerate(quick_first(all_restorers())) if issubclass(r, Network)]
    assert networks == list(range(len(names) - len(networks), len(names)))


def test_csv_is_read_back(photo):
    table = Gains(photo, [made("gaussian_noise"), made("jpeg")], [find_restorer("wiener"), find_restorer("gaussian_filter")])
    list(table.fill())
    rows = list(csv.DictReader(io.StringIO(as_csv(table.records()))))
    assert [r["degradation"] for r in rows] == [d.describe() for d in table.degradations]  # with its commas
    assert rows[0]["wiener"] == ""
    assert float(rows[1]["gaussian_filter"]) == pytest.approx(table.gains[1, 1], abs=1e-4)
    assert float(rows[0]["psnr_degraded"]) == pytest.approx(table.nothing[0], abs=1e-4)
