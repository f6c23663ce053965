"""Sweeps: a grid of trainings, on the smallest network there is."""

import json

import numpy as np
import pytest

from restorers.__main__ import main
from restorers.params import ParameterError
from restorers.photo import write_photo
from restorers.presets import Preset
from restorers.training.sweep import grid

SMALL = ["--set", "network=linear_autoencoder", "--set", "network.size=8", "--set", "network.code=2", "--set", "damage=nothing"]


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    write_photo(folder / "a.png", np.random.default_rng(0).random((72, 96, 3), np.float32))
    return folder


def run(capsys, *argv):
    status = main([str(a) for a in argv])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def test_a_grid_is_every_combination_checked():
    trials = grid("denoise", {"patch": "32"}, {"rate": ["0.001", "3e-4"], "batch": ["8", "16"]})
    assert [t.varied for t in trials] == [{"rate": r, "batch": b} for r in (0.001, 0.0003) for b in (8, 16)]
    assert [t.name for t in trials] == [f"denoise-0{i}" for i in (1, 2, 3, 4)]
    assert trials[3].build().settings() | {"rate": 0.0003, "batch": 16, "patch": 32} == trials[3].build().settings()
    with pytest.raises(ParameterError, match="rate must be a number"):
        grid("denoise", {}, {"rate": ["0.001", "7"]})
    with pytest.raises(ParameterError, match="has no parameter 'speed'"):
        grid("denoise", {}, {"speed": ["1"]})
    with pytest.raises(ParameterError, match="rate is both set and varied"):
        grid("denoise", {"rate": "0.001"}, {"rate": ["0.001"]})
    with pytest.raises(ParameterError, match="universal makes none"):
        grid("universal", {}, {"rate": ["0.001"]})


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["--sweep", "rate"], "--sweep needs NAME=A,B"),
        (["--sweep", "rate=0.001,"], "--sweep needs NAME=A,B"),
        (["--sweep", "rate=0.001", "--sweep", "rate=0.002"], "each name once"),
        (["--sweep", "rate=0.001", "--resume"], "belong to a single training"),
        (["--on", "ray"], "only with --sweep"),
        (["--json"], "only with --sweep"),
        (["--sweep", "rate=7"], "rate must be a number"),
    ],
)
def test_what_does_not_fit_is_one_sentence(capsys, argv, words):
    status, _, err = run(capsys, "train", "denoise", *argv)
    assert status == 2 and words in err and len(err.strip().splitlines()) == 1


def test_a_sweep_writes_presets_and_ranks_them(capsys, photos, tmp_path):
    argv = ["train", "composed", "--data", photos, *SMALL, "--sweep", "rate=0.0001,0.01", "--steps", "12", "--json"]
    status, printed, err = run(capsys, *argv, "--out", tmp_path)
    found = json.loads(printed)
    assert status == 0 and "composed-02 (rate=0.01):" in err
    assert [row["settings"] for row in found["rows"]] == [{"rate": 0.01}, {"rate": 0.0001}]
    assert found["rows"][0]["psnr"] > found["rows"][1]["psnr"] and {row["steps"] for row in found["rows"]} == {12}
    for row in found["rows"]:
        assert Preset.read(tmp_path / row["preset"]).recipe["settings"]["rate"] == row["settings"]["rate"]


def test_a_training_that_fails_is_named_and_passed_over(capsys, photos, tmp_path, monkeypatch):
    from restorers.training import fit
    from restorers.training.fit import TrainingError

    real = fit.train

    def fails(recipe, *args, **kwargs):
        if recipe.rate == 0.01:
            raise TrainingError("the loss became infinite")
        return real(recipe, *args, **kwargs)

    monkeypatch.setattr(fit, "train", fails)
    argv = ["train", "composed", "--data", photos, *SMALL, "--sweep", "rate=0.01,0.001", "--steps", "2", "--out", tmp_path]
    status, printed, err = run(capsys, *argv)
    assert status == 1 and "composed-01 (rate=0.01): passed over. the loss became infinite" in err and "1 of 2 trainings" in err
    assert "composed-02" in printed and [p.name for p in tmp_path.iterdir()] == ["composed-02"]
