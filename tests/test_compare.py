"""Ranking on one photo, and the protocols on folders."""

from dataclasses import dataclass

import numpy as np
import pytest

from restorers.classical import Classical
from restorers.compare import HARMLESS, LeftOut, benchmark, compare, find_benchmark, ranked, suited_restorers
from restorers.degradations import DEGRADATIONS, Chain, degrade
from restorers.metrics import RGB, Protocol, psnr, score
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
        noise = DEGRADATIONS.get("gaussian_noise")(sigma=sigma, clip=False)
        each = [psnr(degrade(photo, noise, file).photo, photo) for file in (0, 1)]  # every photo has a seed of its own
        assert each[0] != each[1] and row.psnr_degraded == pytest.approx(np.mean(each), abs=1e-4)


def test_enlarging_crops_measures_y_and_rounds(photo, tmp_path):
    write_photo(tmp_path / "a.png", photo[:100, :90])
    rows = benchmark(find_benchmark("enlarge"), tmp_path, [find_restorer("do_nothing")])
    assert [r.setting for r in rows] == ["×2", "×3", "×4"]
    assert rows[0].psnr > rows[1].psnr > rows[2].psnr
    truth = read_photo(tmp_path / "a.png").photo[:96, :84]
    for row, factor in zip(rows, (2, 3, 4), strict=True):
        seen = degrade(truth, DEGRADATIONS.get("downscale")(factor=factor, method="bicubic"), 0).photo
        rounded = np.rint(seen.clip(0, 1) * 255) / np.float32(255)
        assert row.protocol == f"Y, {factor} px cropped"
        assert row.psnr == row.psnr_degraded == score(rounded, truth, Protocol.y(factor)).psnr
        assert row.psnr != score(seen, truth, Protocol.y(factor)).psnr


def test_deblurring_has_noise_that_is_not_rounded_or_none_that_is(photo, tmp_path):
    write_photo(tmp_path / "a.png", photo)
    noisy, rounded = benchmark(find_benchmark("deblur"), tmp_path, [find_restorer("do_nothing")])
    assert (noisy.setting, rounded.setting) == ("σ 1.6, noise 2", "σ 1.6, 8 bits")
    blur, noise = DEGRADATIONS.get("gaussian_blur")(sigma=1.6), DEGRADATIONS.get("gaussian_noise")(sigma=2, clip=False)
    assert noisy.psnr_degraded == pytest.approx(psnr(degrade(photo, Chain((blur, noise)), 0).photo, photo), abs=1e-4)
    blurred = degrade(photo, blur, 0).photo
    assert rounded.psnr == rounded.psnr_degraded == score(np.rint(blurred.clip(0, 1) * 255) / np.float32(255), photo, RGB).psnr
    assert rounded.psnr != score(blurred, photo, RGB).psnr


def test_colorize_reports_colorfulness(photo, tmp_path):
    write_photo(tmp_path / "a.png", photo)
    (row,) = benchmark(find_benchmark("colorize"), tmp_path, [find_restorer("do_nothing")])
    assert row.colorfulness == pytest.approx(0, abs=0.02)

    @dataclass(frozen=True)
    class Knows(Classical):
        def restore(self, observation):
            return read_photo(tmp_path / "a.png").photo

    (row,) = benchmark(find_benchmark("colorize"), tmp_path, [Knows()])
    assert row.colorfulness == pytest.approx(1)


def test_a_photo_that_a_protocol_does_not_change_has_no_part_in_the_mean(photo, tmp_path):
    write_photo(tmp_path / "gray.png", np.repeat(photo[..., :1], 3, axis=2))
    write_photo(tmp_path / "photo.png", photo)
    left_out = []
    (row,) = benchmark(find_benchmark("colorize"), tmp_path, [find_restorer("do_nothing")], skipped=left_out.append)
    assert row.photos == 1 and row.psnr_degraded < HARMLESS
    assert [type(error) for error in left_out] == [LeftOut] and "gray.png" in str(left_out[0])


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
    names = ["unsharp_mask", "unsharp_mask(amount=0.2)", "unsharp_mask(amount=2)"]
    for setting in find_benchmark("deblur").settings:
        assert [r.restorer for r in rows if r.setting == setting.label] == names
    assert len({r.psnr for r in rows}) == 6


def test_unknown_benchmark():
    with pytest.raises(UnknownName, match="There is no benchmark called 'beauty'. Known: denoise, "):
        find_benchmark("beauty")


def test_scores_agree_with_a_direct_count(photo):
    observation = degrade(photo, DEGRADATIONS.get("gaussian_noise")(sigma=10), 0)
    ((row, restoration),) = compare(photo, observation, [find_restorer("median_filter")])
    error = np.mean((restoration.photo.astype(np.float64) - photo) ** 2)
    assert row.seconds_per_megapixel == pytest.approx(row.seconds / 0.0256)
    assert row.psnr == pytest.approx(-10 * np.log10(error), abs=1e-4) == pytest.approx(psnr(restoration.photo, photo), abs=1e-4)
