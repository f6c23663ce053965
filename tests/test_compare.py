"""Ranking on one photo, and the protocols on folders."""

import numpy as np
import pytest

from restorers.compare import benchmark, compare, find_benchmark, ranked, suited_restorers
from restorers.degradations import DEGRADATIONS, Chain, degrade
from restorers.metrics import psnr
from restorers.photo import read_photo, write_photo
from restorers.registry import UnknownName
from restorers.restore import find_restorer
from restorers.samples import SAMPLES


@pytest.fixture(scope="module")
def photo():
    return read_photo(next(iter(SAMPLES.values())).path).photo[100:260, 150:310]


def test_ranked_by_gain_with_doing_nothing_at_zero(photo):
    noise = DEGRADATIONS.get("gaussian_noise")(sigma=25)
    observation = degrade(photo, noise, 0)
    restorers = [find_restorer(name) for name in ("do_nothing", "total_variation", "median_filter", "wiener")]
    rows = ranked(row for row, _ in compare(photo, observation, restorers))
    assert {r.restorer for r in rows} == {"do_nothing", "total_variation", "median_filter"}  # nobody can tell Wiener a kernel
    assert [r.gain for r in rows] == sorted((r.gain for r in rows), reverse=True)
    nothing = next(r for r in rows if r.restorer == "do_nothing")
    assert nothing.gain == 0
    assert all(r.gain == pytest.approx(r.psnr - r.psnr_degraded) and r.psnr_degraded == nothing.psnr for r in rows)


def test_suited_to_any_step_of_a_chain():
    blur, noise = DEGRADATIONS.get("gaussian_blur")(), DEGRADATIONS.get("gaussian_noise")()
    names = {r.name for r in suited_restorers(Chain((blur, noise)))}
    assert {"do_nothing", "wiener", "non_local_means"} <= names
    assert "telea" not in names


def test_benchmark_noise_is_neither_clipped_nor_rounded(photo, tmp_path):
    for i in range(2):
        write_photo(tmp_path / f"{i}.png", photo)
    (tmp_path / "broken.png").write_bytes(b"no picture")
    skipped = []
    rows = benchmark(find_benchmark("denoise"), tmp_path, [find_restorer("do_nothing")], skipped=skipped.append)
    assert [r.setting for r in rows] == ["σ 15", "σ 25", "σ 50"]
    assert all(r.photos == 2 for r in rows)
    assert len(skipped) == 1 and "broken.png" in str(skipped[0])
    for row, sigma in zip(rows, (15, 25, 50), strict=True):
        # without clipping the error of doing nothing is the noise itself
        assert row.psnr_degraded == pytest.approx(-20 * np.log10(sigma / 255), abs=0.1)
        assert row.psnr > row.psnr_degraded - 0.01  # output is clipped, which can only help


def test_enlarging_crops_measures_y_and_rounds(photo, tmp_path):
    write_photo(tmp_path / "a.png", photo[:100, :90])
    rows = benchmark(find_benchmark("enlarge"), tmp_path, [find_restorer("do_nothing")])
    assert [r.setting for r in rows] == ["×2", "×3", "×4"]
    assert rows[0].psnr > rows[1].psnr > rows[2].psnr
    assert all("Y" in r.protocol for r in rows)


def test_colorize_reports_colorfulness(photo, tmp_path):
    write_photo(tmp_path / "a.png", photo)
    (row,) = benchmark(find_benchmark("colorize"), tmp_path, [find_restorer("do_nothing")])
    assert row.colorfulness == pytest.approx(0, abs=0.02)


def test_set5_bicubic_is_the_published_one():
    from pathlib import Path

    folder = Path(__file__).resolve().parents[2] / "shared" / "data" / "test" / "set5"
    if not folder.is_dir():
        pytest.skip("Set5 is not here")
    rows = benchmark(find_benchmark("enlarge"), folder, [find_restorer("do_nothing")])
    for row, published in zip(rows, (33.66, 30.39, 28.42), strict=True):
        assert row.psnr == pytest.approx(published, abs=0.1)


def test_a_method_with_two_settings_gets_two_rows(photo, tmp_path):
    """They are told apart by what is not the default; the mean of the two would be the score of neither."""
    write_photo(tmp_path / "a.png", photo[:96, :96])
    methods = [find_restorer("unsharp_mask", settings) for settings in ({}, {"amount": 0.2}, {"amount": 2})]
    rows = benchmark(find_benchmark("deblur"), tmp_path, methods)
    assert [r.restorer for r in rows] == ["unsharp_mask", "unsharp_mask(amount=0.2)", "unsharp_mask(amount=2)"]
    assert len({r.psnr for r in rows}) == 3


def test_unknown_benchmark():
    with pytest.raises(UnknownName, match="There is no benchmark called 'beauty'. Known: denoise, "):
        find_benchmark("beauty")


def test_scores_agree_with_a_direct_count(photo):
    observation = degrade(photo, DEGRADATIONS.get("gaussian_noise")(sigma=10), 0)
    ((row, restoration),) = compare(photo, observation, [find_restorer("median_filter")])
    error = np.mean((restoration.photo.astype(np.float64) - photo) ** 2)
    assert row.psnr == pytest.approx(-10 * np.log10(error), abs=1e-4) == pytest.approx(psnr(restoration.photo, photo), abs=1e-4)
