"""The command line in a process of its own where it counts, in this one where it is quicker."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from restorers.__main__ import _print_json, main
from restorers.photo import read_photo, write_photo
from restorers.samples import SAMPLES

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def photo():
    return read_photo(next(iter(SAMPLES.values())).path).photo[:160, :200]


@pytest.fixture
def file(tmp_path, photo):
    write_photo(tmp_path / "photo.png", photo)
    return tmp_path / "photo.png"


def run(capsys, *argv):
    status = main([str(a) for a in argv])
    out, err = capsys.readouterr()
    return status, out, err


def test_list_names_everything(capsys):
    status, out, _ = run(capsys, "list", "--json")
    everything = json.loads(out)
    assert status == 0
    assert len(everything["degradations"]) >= 18
    assert len(everything["classical"]) >= 15
    assert len(everything["architectures"]) >= 8
    assert {"denoise", "tutorial-digits-denoise"} <= {p["name"] for p in everything["presets"]}
    assert {"denoise", "tutorial-digits-denoise"} <= {r["name"] for r in everything["recipes"]}
    for kind in everything.values():
        for entry in kind:
            assert entry["help"]
            assert all({"name", "default", "unit", "help"} <= set(p) for p in entry["parameters"])
    status, out, _ = run(capsys, "list")
    assert status == 0 and "gaussian_noise" in out and "sigma=25.0 0–150 /255" in out


def test_restore_with_a_degradation_scores(capsys, file, tmp_path):
    out = tmp_path / "out.png"
    status, printed, _ = run(
        capsys, "restore", file, out, "--with", "gaussian_noise", "--set", "sigma=25", "--seed", 7, "--using", "total_variation", "--json"
    )
    result = json.loads(printed)
    assert status == 0
    assert set(result) == {"psnr", "ssim", "psnr_degraded", "ssim_degraded", "gain", "seconds", "protocol", "notes"}
    assert result["gain"] == pytest.approx(result["psnr"] - result["psnr_degraded"]) and result["gain"] > 3
    assert read_photo(out).photo.shape == (160, 200, 3)


def test_restore_without_a_degradation_has_no_score(capsys, file, tmp_path):
    status, printed, _ = run(capsys, "restore", file, tmp_path / "o.png", "--using", "median_filter", "--json")
    result = json.loads(printed)
    assert status == 0 and result["psnr"] is None and result["gain"] is None
    assert any("No truth is known" in note for note in result["notes"])


def test_settings_belong_to_what_stands_before_them(capsys, file, tmp_path):
    status, printed, _ = run(
        capsys, "restore", file, tmp_path / "o.png", "--with", "gaussian_blur", "--set", "sigma=2",
        "--with=gaussian_noise", "--set=sigma=3", "--using", "wiener", "--json",
    )  # fmt: skip
    assert status == 0 and json.loads(printed)["gain"] is not None
    status, printed, _ = run(capsys, "degrade", file, tmp_path / "d.png", "--with", "gaussian_blur", "--set", "sigma=2", "--with", "gaussian_noise", "--set", "sigma=3", "--json")  # fmt: skip
    assert json.loads(printed)["degradation"].startswith("gaussian_blur(sigma=2) → gaussian_noise(sigma=3")


def test_same_seed_same_file(capsys, file, tmp_path):
    contents = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert run(capsys, "degrade", file, tmp_path / f"{name}.png", "--with", "speckle", "--seed", seed)[0] == 0
        contents.append((tmp_path / f"{name}.png").read_bytes())
    assert contents[0] == contents[1] != contents[2]


def test_compare_ranks(capsys, file):
    status, printed, _ = run(
        capsys, "compare", file, "--with", "salt_and_pepper", "--using", "do_nothing", "--using", "median_filter", "--json"
    )
    rows = json.loads(printed)["rows"]
    assert status == 0
    assert [r["restorer"] for r in rows] == ["median_filter", "do_nothing"]
    assert {"restorer", "setting", "psnr", "ssim", "psnr_degraded", "ssim_degraded", "gain", "seconds", "parameters"} <= set(rows[0])


@pytest.mark.parametrize(
    ("name", "words"),
    [("out.xyz", "suffix gives the format"), ("none/out.png", "does not exist"), ("photo.png/out.png", "Not a directory")],
)
def test_what_cannot_be_written_is_said_before_the_work(capsys, file, tmp_path, monkeypatch, name, words):
    begun = []
    monkeypatch.setattr("restorers.batch.restore", lambda *_, **__: begun.append(True))
    status, _, err = run(capsys, "restore", file, tmp_path / name, "--using", "median_filter")
    assert (status, begun) == (1, []) and words in err


def test_a_folder_with_a_bad_file(capsys, tmp_path, photo):
    source, target = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    for name in ("a", "b"):
        write_photo(source / f"{name}.png", photo[:40, :40])
    (source / "bad.png").write_bytes(b"not a picture")
    status, _, err = run(capsys, "restore", source, target, "--with", "gaussian_noise", "--using", "median_filter")
    assert status == 1
    assert "bad.png" in err and "1 of 3 files were passed over" in err
    assert sorted(p.name for p in target.iterdir()) == ["a.png", "b.png"]


@pytest.mark.parametrize("verb", [("degrade",), ("restore", "--using", "median_filter")])
def test_a_bad_file_does_not_take_the_scores_of_the_others(capsys, tmp_path, photo, verb):
    source = tmp_path / "in"
    source.mkdir()
    write_photo(source / "a.png", photo[:40, :40])
    name, *using = verb
    asked = (name, source, tmp_path / "out", "--with", "gaussian_noise", *using)
    alone = json.loads(run(capsys, *asked, "--json")[1])["results"]
    (source / "bad.png").write_bytes(b"not a picture")
    status, out, _ = run(capsys, *asked, "--json")
    found = json.loads(out)["results"]
    assert status == 1 and [entry["file"] for entry in found] == ["a.png"]
    assert found[0]["psnr_degraded"] == alone[0]["psnr_degraded"]
    assert "file: a.png" in run(capsys, *asked)[1]
    (source / "a.png").unlink()
    status, out, _ = run(capsys, *asked, "--json")
    assert (status, json.loads(out)) == (1, {"results": []})


def test_photos_of_one_name_do_not_take_each_others_place(capsys, tmp_path, photo):
    source, target = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    for name in ("a.jpg", "A.png", "b.png"):
        write_photo(source / name, photo[:40, :40])
    before = {file.name: file.read_bytes() for file in source.iterdir()}
    assert run(capsys, "restore", source, target, "--using", "median_filter")[0] == 0
    assert sorted(p.name for p in target.iterdir()) == ["A.png.png", "a.jpg.png", "b.png"]
    for again in (source, source / "b.png"):
        status, _, err = run(capsys, "restore", again, again, "--using", "median_filter")
        assert (status, "would take the place of the photo" in err) == (2, True)
    assert {file.name: file.read_bytes() for file in source.iterdir()} == before


def test_a_photo_that_is_not_changed_has_no_part_in_a_mean(capsys, tmp_path, photo):
    write_photo(tmp_path / "colour.png", photo[:64, :64])
    asked = ("compare", tmp_path, "--with", "grayscale", "--using", "contrast_stretch", "--json")
    alone = json.loads(run(capsys, *asked)[1])["rows"][0]["psnr_degraded"]
    write_photo(tmp_path / "gray.png", np.repeat(photo[:64, :64, 1:2], 3, axis=2))
    status, out, err = run(capsys, *asked)
    assert (status, json.loads(out)["rows"][0]["psnr_degraded"]) == (0, alone)
    assert "gray.png: left out" in err
    (tmp_path / "colour.png").unlink()
    status, out, err = run(capsys, *asked)  # nothing is left to be measured
    assert (status, json.loads(out)["rows"], "gray.png: left out" in err) == (1, [], True)


def test_who_cannot_be_told_what_he_needs_is_named(capsys, file):
    status, out, err = run(capsys, "compare", file, "--with", "jpeg", "--using", "wiener", "--using", "jpeg_deblock", "--json")
    assert status == 1 and "wiener: passed over." in err and "kernel" in err
    assert [row["restorer"] for row in json.loads(out)["rows"]] == ["jpeg_deblock"]
    status, _, err = run(capsys, "benchmark", "dejpeg", file.parent, "--using", "wiener")
    assert status == 1 and "kernel" in err


def test_a_benchmark_with_a_bad_file_says_so_and_records_nothing(capsys, file):
    (file.parent / "bad.png").write_bytes(b"not a picture")
    status, out, err = run(capsys, "benchmark", "dejpeg", file.parent, "--using", "jpeg_deblock", "--record", "--json")
    assert status == 1 and "bad.png" in err and "Nothing was recorded" in err
    assert json.loads(out)["rows"][0]["photos"] == 1


def test_a_benchmark_that_measures_nothing_says_so(capsys, tmp_path):
    (tmp_path / "bad.png").write_bytes(b"not a picture")
    for protocol in ("denoise", "softness", "tutorials"):
        status, out, err = run(capsys, "benchmark", protocol, tmp_path, "--json")
        assert (status, json.loads(out)["rows"]) == (1, [])
        assert "bad.png" in err if protocol != "tutorials" else "tutorial-denoise" in err


def test_a_benchmark_names_the_photo_and_the_folder(capsys, tmp_path, photo, monkeypatch):
    write_photo(tmp_path / "large.png", photo[:24, :24])
    write_photo(tmp_path / "small.png", photo[:8, :24])
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, "benchmark", "enlarge", ".", "--json")
    assert status == 1 and "small.png has 24×8" in err
    assert json.loads(out)["folder"] == tmp_path.name and json.loads(out)["rows"][0]["photos"] == 1


def test_a_name_that_is_no_text_is_printed(tmp_path, photo):
    source = tmp_path / "in"
    source.mkdir()
    write_photo(tmp_path / "x.png", photo[:40, :40])
    try:
        os.rename(tmp_path / "x.png", os.fsencode(source) + b"/caf\xe9.png")
    except OSError:
        pytest.skip("this disk has only names that are text")
    done = subprocess.run(
        [sys.executable, "-m", "restorers", "restore", str(source), str(tmp_path / "out"), "--using", "median_filter"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8:strict"},
    )
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)
    assert b"caf\\udce9.png" in done.stdout


@pytest.mark.parametrize(
    ("argv", "status", "words"),
    [
        (["restore", "{file}", "{out}", "--using", "magic"], 2, "There is no restorer called 'magic'"),
        (["restore", "{file}", "{out}"], 2, "exactly one --using"),
        (["restore", "{file}", "{out}", "--using", "wiener"], 1, "kernel"),
        (["degrade", "{file}", "{out}", "--with", "rain"], 2, "There is no degradation called 'rain'"),
        (["degrade", "{file}", "{out}"], 2, "at least one --with"),
        (["degrade", "{file}", "{out}", "--with", "gaussian_noise", "--set", "sigma=999"], 2, "sigma must be a number from 0 to 150"),
        (["degrade", "{file}", "{out}", "--with", "gaussian_noise", "--set", "colour=1"], 2, "has no parameter 'colour'"),
        (["degrade", "{file}", "{out}", "--with", "gaussian_noise", "--set", "sigma"], 2, "--set needs NAME=VALUE"),
        (["degrade", "{file}", "{out}", "--set", "sigma=3", "--with", "gaussian_noise"], 2, "must follow the --with"),
        (["degrade", "{missing}", "{out}", "--with", "gaussian_noise"], 1, "nothing.png"),
        (["degrade", "{file}", "{dir}/none/x.png", "--with", "gaussian_noise"], 1, "folder"),
        (["degrade", "{file}", "{dir}/x.xyz", "--with", "gaussian_noise"], 1, "xyz"),
        (["degrade", "{empty}", "{dir}/o", "--with", "gaussian_noise"], 1, "empty"),
        # names that the disk does not take, as those in a folder that is closed to who asks: to look at them is an error of its own
        (["restore", "{long}", "{out}", "--using", "median_filter"], 1, "cannot be opened: File name too long"),
        (["restore", "{long}.mp4", "{dir}/o.mkv", "--using", "median_filter"], 1, "cannot be opened: File name too long"),
        (["restore", "{file}", "{long}.png", "--using", "median_filter"], 1, "was not written: File name too long"),
        (["restore", "{dir}", "{long}", "--using", "median_filter"], 1, "was not made: File name too long"),
        (["compare", "{long}", "--with", "gaussian_noise", "--using", "median_filter"], 1, "cannot be opened: File name too long"),
        (["benchmark", "denoise", "{long}"], 1, "There is no folder"),
        (["publish", "{long}", "--to", "ann/new"], 2, "There is no preset"),
        (["train", "denoise", "--steps", "1", "--state", "{dir}/s", "--out", "{dir}/w", "--data", "{long}"], 1, "There is no folder"),
        (["compare", "{file}"], 2, "at least one --with"),
        (["benchmark", "beauty", "{dir}"], 2, "There is no benchmark called 'beauty'"),
        (["benchmark", "denoise"], 2, "needs a folder"),
        (
            ["benchmark", "denoise", "{dir}", "--using", "wiener", "--set", "regularisation=2", "--record"],
            2,
            "Leave out --set, or --record",
        ),
        (["benchmark", "softness", "{dir}", "--using", "dejpeg"], 2, "one network that finds out what is wrong"),
        (["train", "alchemy"], 2, "There is no recipe called 'alchemy'"),
        (["restore", "{dir}", "{file}/sub", "--using", "median_filter"], 1, "sub was not made"),
        (["benchmark", "table", "--set", "sigma=3"], 2, "takes no --set"),
        (["benchmark", "table", "--using", "denoise"], 2, "takes no --using"),
        (["benchmark", "table", "--limit", "2"], 2, "takes no --limit"),
        (["benchmark", "table", "--record"], 2, "takes no --record"),
        (["benchmark", "softness", "{dir}", "--record"], 2, "takes no --record"),
        (["benchmark", "tutorials", "{dir}", "--minutes", "1"], 2, "takes no --minutes"),
        (["benchmark", "denoise", "{dir}", "--minutes", "1"], 2, "takes no --minutes"),
        (["benchmark", "beauty", "--minutes", "0"], 2, "There is no benchmark called 'beauty'"),
        (["train", "--set", "nonsense=1", "denoise", "--steps", "1"], 2, "has no parameter 'nonsense'"),
        (["train", "denoise", "--data", "train", "--set", "nonsense=1"], 2, "has no parameter 'nonsense'"),
        (["train", "denoise", "--set", "rate=7"], 2, "rate must be a number"),
        (["train", "denoise", "--data", "{empty}"], 1, "empty"),
        (["train", "denoise", "--state", "{dir}/s", "--out", "{dir}/w", "--resume"], 1, "no training of denoise to resume"),
        (["train", "denoise", "--steps", "1", "--state", "{dir}/s", "--out", "{dir}/w", "--data", "{dir},"], 1, "one of them is empty"),
        (["train", "composed", "--set", "data=shapes", "--data", "{dir}"], 1, "Leave out --data, or choose data=photos"),
        (["train", "denoise", "--steps", "1", "--state", "{dir}/s", "--out", "{long}"], 2, "--out must be a folder"),
        (["train", "denoise", "--steps", "1", "--state", "{dir}/s", "--out", "{dir}/new/{long}"], 2, "--out must be a folder"),
        (["train", "denoise-your-photo", "--steps", "1", "--state", "{dir}/s", "--out", "{file}"], 2, "--out must be a folder"),
        (["train", "denoise-your-photo", "--steps", "1", "--state", "{file}/s", "--out", "{dir}/w"], 2, "--state must be a folder"),
        (["train", "denoise-your-photo", "--steps", "1", "--sweep", "rate=0.001", "--out", "{file}"], 2, "--out must be a folder"),
        (["degrade", "{file}", "{out}", "--seed", "-1", "--with", "gaussian_noise"], 2, "seed"),
        (["train", "denoise", "--steps", "1", "--state", "{dir}/s", "--out", "{dir}/w", "--seed", "5000000000"], 2, "seed"),
        (["sing"], 2, "sing"),
    ],
)
def test_bad_input_is_one_sentence(capsys, file, tmp_path, argv, status, words):
    (tmp_path / "empty").mkdir()
    places = {"file": file, "out": tmp_path / "out.png", "missing": tmp_path / "nothing.png", "dir": tmp_path, "empty": tmp_path / "empty"}
    places["long"] = tmp_path / ("long" * 80)
    before = sorted(p.name for p in tmp_path.iterdir())
    found, _, err = run(capsys, *[a.format(**places) for a in argv])
    assert found == status, err
    assert words in err
    assert "Traceback" not in err
    assert not (tmp_path / "out.png").exists()
    assert [n for n in sorted(p.name for p in tmp_path.iterdir()) if n not in before] in ([], ["o"], ["s"])


def test_the_tables_of_scores_in_words_and_as_json(capsys):
    status, out, _ = run(capsys, "benchmark", "table", "--json")
    tables = json.loads(out)["tables"]
    assert status == 0 and tables[0]["benchmark"] == "denoise"
    denoise = next(row for row in tables[0]["rows"] if row["method"] == "denoise")
    shown = run(capsys, "benchmark", "table")[1]
    assert f"**{denoise['psnr']['σ 25']:.2f}** (+{denoise['gain']['σ 25']:.2f})" in shown


def test_what_sharpening_of_mended_jpegs_brings_in_words_and_as_json(capsys, tmp_path, file):
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / file.name).write_bytes(file.read_bytes())
    status, out, _ = run(capsys, "benchmark", "softness", folder, "--json")
    found = json.loads(out)
    assert status == 0 and found["sharp"] == 4 and [row["threshold"] for row in found["rows"]][:2] == [0.5, 0.55]
    assert "sharpened, of 4" in run(capsys, "benchmark", "softness", folder)[1]


def test_training_writes_a_preset_that_restores(capsys, tmp_path, file, monkeypatch):
    status, out, _ = run(
        capsys,
        "train",
        "denoise-your-photo",
        "--minutes",
        "0.02",
        "--out",
        tmp_path / "mine",
        "--state",
        tmp_path / "state",
        "--store",
        "float16",
    )
    assert status == 0 and "dB over doing nothing" in out
    assert {p.name for p in (tmp_path / "mine").iterdir()} == {"README.md", "preset.json", "model.safetensors", "loss.png"}
    status, _, _ = run(
        capsys,
        "train",
        "denoise-your-photo",
        "--minutes",
        "0.02",
        "--resume",
        "--out",
        tmp_path / "mine",
        "--state",
        tmp_path / "state",
    )
    assert status == 0


@pytest.mark.skipif(os.name != "posix", reason="limits the size of files as POSIX does")
@pytest.mark.parametrize("out, words", [("small", "small was not written: File too large."), ("mine", "")])
def test_a_full_disk_costs_what_it_cannot_take_and_nothing_else(tmp_path, out, words):
    """The state of a training (four times the weights) is larger than the preset; where not even that fits, nothing is left behind."""
    import resource

    limit = {"small": 20_000, "mine": 1_000_000}[out]
    argv = ["train", "denoise-your-photo", "--steps", "1", "--out", tmp_path / out, "--state", tmp_path / "state"]
    done = subprocess.run(
        [sys.executable, "-m", "restorers", *map(str, argv)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert "cannot be resumed: File too large." in done.stderr and words in done.stderr and "Traceback" not in done.stderr
    assert done.returncode == (1 if words else 0)
    assert list((tmp_path / "state").iterdir()) == []
    assert (tmp_path / out / "model.safetensors").is_file() == (not words)
    assert words == "" or list((tmp_path / out).iterdir()) == []


def test_resuming_what_has_had_all_of_its_epochs_says_so(capsys, tmp_path, monkeypatch):
    from restorers.training.recipes import RECIPES

    monkeypatch.setattr(RECIPES.get("small-bottleneck"), "epochs", 1)
    argv = ["train", "small-bottleneck", "--steps", "100", "--out", tmp_path / "mine", "--state", tmp_path / "state"]
    status, _, err = run(capsys, *argv)
    assert status == 0 and "epochs" not in err
    status, out, err = run(capsys, *argv, "--resume")
    assert status == 0 and "had had all of its 1 epochs: nothing more is learned" in err and "on the validation pictures" in out


def test_as_a_program(file, tmp_path):
    """The first command of the README: gain over doing nothing of at least 8 dB."""
    argv = ["restore", str(file), str(tmp_path / "o.png"), "--with", "gaussian_noise", "--set", "sigma=25", "--using", "denoise", "--json"]
    done = subprocess.run([sys.executable, "-m", "restorers", *argv], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["gain"] >= 8
    done = subprocess.run(
        [sys.executable, "-m", "restorers", "restore", "no.png", "o.png", "--using", "denoise"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1 and len(done.stderr.strip().splitlines()) == 1 and "no.png" in done.stderr


def test_a_full_disk_leaves_nothing(capsys, file, tmp_path, monkeypatch):
    import os

    def full(*_):
        raise OSError(28, "No space left on device")

    before = sorted(p.name for p in tmp_path.iterdir())
    monkeypatch.setattr(os, "replace", full)
    status, _, err = run(capsys, "degrade", file, tmp_path / "out.png", "--with", "speckle")
    monkeypatch.undo()
    assert status == 1 and "No space left" in err and len(err.strip().splitlines()) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_what_is_no_number_is_null_in_json(capsys):
    def refuse(word):
        pytest.fail(f"{word} is no JSON")

    _print_json({"psnr": float("nan"), "rows": [{"gain": float("-inf"), "ssim": float("inf"), "seconds": 0.5}]})
    printed = json.loads(capsys.readouterr().out, parse_constant=refuse)
    assert printed == {"psnr": None, "rows": [{"gain": None, "ssim": None, "seconds": 0.5}]}


def test_the_same_array_comes_back(file, photo):
    assert np.abs(read_photo(file).photo - photo).max() <= 0.5 / 255 + 1e-6


def test_strength_blends_over_what_was_seen(capsys, file, tmp_path, photo):
    gains = []
    for strength in ("0", "0.5", "1"):
        argv = [
            "restore",
            file,
            tmp_path / "o.png",
            "--with",
            "gaussian_noise",
            "--using",
            "total_variation",
            "--strength",
            strength,
            "--json",
        ]
        status, printed, _ = run(capsys, *argv)
        assert status == 0
        gains.append(json.loads(printed)["gain"])
    assert gains[0] == pytest.approx(0, abs=1e-6)
    assert 0 < gains[1] < gains[2]


def test_a_sample_photo_by_its_name(capsys, tmp_path):
    status, printed, _ = run(
        capsys, "restore", "cat", tmp_path / "o.png", "--with", "salt_and_pepper", "--using", "adaptive_median", "--json"
    )
    assert status == 0 and json.loads(printed)["gain"] > 10
