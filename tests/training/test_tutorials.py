"""`benchmark tutorials`: networks of the tutorials on pictures of their own size, and what it writes on their cards."""

import struct

import cv2
import numpy as np
import pytest

from restorers.metrics import psnr
from restorers.photo import read_photo
from restorers.presets import Preset, PresetStore
from restorers.registry import UnknownName
from restorers.samples import SAMPLES
from restorers.training import export as exporting
from restorers.training import tutorials
from restorers.training.data import draw_digits, random_square
from restorers.training.export import card, draw_examples, export, record_scores
from restorers.training.fit import TrainingRun, TrainingState, mean_psnr, predict
from restorers.training.pictures import loss_curve, strip
from restorers.training.recipes import RECIPES


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of data sets: a few digits, and a few flowers."""
    folder = tmp_path_factory.mktemp("data")
    digits = np.rint(draw_digits(300, np.random.default_rng(5))[..., 0] * 255).astype(np.uint8)
    (folder / "mnist").mkdir()
    for stem, images in (("train", digits[:260]), ("t10k", digits[260:])):
        (folder / "mnist" / f"{stem}-images-idx3-ubyte").write_bytes(
            b"\0\0\x08\x03" + struct.pack(">III", *images.shape) + images.tobytes()
        )
    (folder / "flowers" / "daisy").mkdir(parents=True)
    photo, rng = np.rint(read_photo(SAMPLES["coffee"].path).photo * 255).astype(np.uint8), np.random.default_rng(0)
    for i in range(12):
        cv2.imwrite(str(folder / "flowers" / "daisy" / f"{i:02}.png"), random_square(photo, 128, rng)[..., ::-1])
    return folder


def untrained(name, folder, out, **settings):
    """A preset of the recipe's network as it starts, with weights that are small, so that nothing overflows."""
    recipe = RECIPES.get(name)(**settings)
    data = recipe.load(folder)
    data.validation = tuple(part[:4] for part in data.validation)
    state = TrainingState(2, 1.0, 10.0, [{"step": s, "seconds": 1, "loss": 0.5 / s, "val_loss": 0.4 / s, "val_psnr": 10} for s in (1, 2)])
    run = TrainingRun(recipe.architecture.build(), state, mean_psnr(data.validation[0][..., :3], data.validation[1]))
    return export(run, recipe, data, out)


@pytest.fixture(scope="module")
def store(folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("weights")
    untrained("tutorial-grayscale", folder / "flowers", out / "tutorial-grayscale")
    untrained("tutorial-digits-denoise", folder / "mnist", out / "tutorial-digits-denoise")
    untrained("tutorial-digits", folder / "mnist", out / "tutorial-digits")
    untrained("tutorial-digits", folder / "mnist", out / "tutorial-digits-linear", network="linear", code=8)
    return out


@pytest.fixture
def presets(store, monkeypatch):
    presets = PresetStore(store)
    for module in (tutorials, exporting):
        monkeypatch.setattr(module, "PRESETS", presets)
    return presets


def test_the_network_is_scored_beside_the_formulas(presets, folder):
    found = tutorials.benchmark_tutorials(folder, ["tutorial-digits-denoise"], skipped=lambda *problem: pytest.fail(str(problem)), limit=3)
    rows, findings = found["tutorial-digits-denoise"]
    assert [r.setting for r in rows] == ["test digits"] * len(rows) and findings == []
    assert {"tutorial-digits-denoise", "non_local_means"} <= {r.restorer for r in rows}
    network = rows[0]
    recipe = RECIPES.get("tutorial-digits-denoise")()
    trial = next(iter(recipe.trials(folder / "mnist")))
    seen, truth = trial.observations[0].photo, trial.truths[0]
    assert trial.restores and seen.shape == truth.shape == (28, 28, 3)
    assert np.std(seen - truth) > 0.15
    outputs = predict(presets.model(presets.get(network.restorer)), np.stack([o.photo for o in trial.observations[:3]])[..., :1], 3)
    assert network.psnr == pytest.approx(mean_psnr(outputs, trial.truths[:3, ..., :1]), abs=1e-3)
    assert network.gain == pytest.approx(
        network.psnr - np.mean([psnr(o.photo, t) for o, t in zip(trial.observations[:3], trial.truths, strict=False)])
    )


def test_copies_have_nothing_to_gain_and_stand_beside_pca(presets, folder):
    rows, findings = tutorials.benchmark_tutorials(folder, ["tutorial-digits-linear"], limit=20)["tutorial-digits-linear"]
    by_name = {r.restorer: r for r in rows}
    assert set(by_name) == {"tutorial-digits-linear", "tutorial-digits", "pca_8", "pca_32"}
    assert all(r.gain is None and r.psnr_degraded is None for r in rows)
    assert by_name["pca_32"].psnr > by_name["pca_8"].psnr + 1 > by_name["tutorial-digits"].psnr + 1
    assert "largest principal angle" in findings[0].en


def test_grayscale_is_held_against_the_formula_and_half_resolution(presets, folder):
    rows, findings = tutorials.benchmark_tutorials(folder, ["tutorial-grayscale"])["tutorial-grayscale"]
    assert {(r.restorer, r.setting) for r in rows} == {
        (name, setting)
        for name in ("tutorial-grayscale", "half_resolution")
        for setting in ("held-out pictures", "pictures it has learned from", "squares of the sample photos")
    }
    assert all(r.psnr > 20 for r in rows if r.restorer == "half_resolution")
    assert "0.299 R + 0.587 G + 0.114 B" in findings[0].en and "0.299 R" in findings[0].zh


def test_what_is_measured_is_written_on_the_card(presets, folder, store):
    rows, findings = tutorials.benchmark_tutorials(folder, ["tutorial-digits-linear"], limit=5)["tutorial-digits-linear"]
    before = card(presets.get("tutorial-digits"))
    for _ in range(2):  # a second time replaces the first
        record_scores("tutorials", tutorials.PROTOCOL.en, rows, only="tutorial-digits-linear", findings=findings)
    again = Preset.read(store / "tutorial-digits-linear")
    assert [s["benchmark"] for s in again.scores] == ["validation", "tutorials"]
    assert again.scores[1]["others"]["pca_32"] == pytest.approx(next(r.psnr for r in rows if r.restorer == "pca_32"), abs=1e-3)
    text = (store / "tutorial-digits-linear" / "README.md").read_text()
    assert text == card(again) and findings[0].en in text and "pca_32" in text and "![Loss over the steps](loss.png)" in text
    assert card(Preset.read(store / "tutorial-digits")) == before


def test_pictures_of_another_kind_are_passed_over_by_name(presets, folder):
    skipped = []
    found = tutorials.benchmark_tutorials(folder / "flowers", skipped=lambda name, error: skipped.append((name, str(error))), limit=1)
    assert list(found) == ["tutorial-grayscale"]
    assert {name for name, _ in skipped} == {"tutorial-digits", "tutorial-digits-linear", "tutorial-digits-denoise"}
    assert all("MNIST" in sentence for _, sentence in skipped)
    with pytest.raises(UnknownName, match="There is no tutorial preset called 'denoise'"):
        tutorials.benchmark_tutorials(folder, ["denoise"])


def test_denoise_is_tried_on_the_noise_of_the_original_too(tmp_path):
    for i in range(2):
        cv2.imwrite(str(tmp_path / f"{i}.png"), np.full((300, 300, 3), 250 - i, np.uint8))
    trials = list(RECIPES.get("tutorial-denoise")(sigma=20).trials(tmp_path))
    assert [t.setting for t in trials] == [
        "held-out pictures",
        "pictures it has learned from",
        "squares of the sample photos",
        "held-out pictures, noise that wraps modulo 256, as published",
    ]
    assert "bilateral_filter" in {o.name for o in tutorials.opponents(trials[0])}
    clipped, _, _, wrapped = (t.observations[0].photo for t in trials)
    assert clipped.min() > 0.5 > 0.1 > wrapped.min()  # bright turns dark


# --- the pictures of a card ---------------------------------------------------------------------------------------------


def test_the_curve_falls_where_the_loss_falls():
    falling = loss_curve([{"step": s, "loss": 1 / s, "val_loss": 1.1 / s} for s in range(1, 30)])
    rising = loss_curve([{"step": s, "loss": s, "val_loss": 1.1 * s} for s in range(1, 30)])
    assert falling.shape == rising.shape == (320, 720, 3) and falling.dtype == np.uint8

    def height_of_green(picture, column):
        near = np.abs(picture[40:270, column].astype(int) - (15, 118, 110)).sum(axis=-1)
        return int(np.argmin(near))

    assert height_of_green(falling, 120) < height_of_green(falling, 650)
    assert height_of_green(rising, 120) > height_of_green(rising, 650)
    loss_curve([{"step": 1, "loss": 0.0, "val_loss": 0.0}])


def test_the_strip_shows_each_picture_in_its_place():
    red, blue = np.zeros((2, 40, 40, 3), np.float32)
    red[..., 0], blue[..., 2] = 1, 1
    picture = strip([("above", np.stack([red, blue]), ["", ""]), ("below", np.stack([blue, red]), ["1.0 dB", ""])])
    at = {(row, column): tuple(picture[70 + 150 * row, 96 + 64 + 134 * column]) for row in (0, 1) for column in (0, 1)}
    assert at == {(0, 0): (255, 0, 0), (0, 1): (0, 0, 255), (1, 0): (0, 0, 255), (1, 1): (255, 0, 0)}
    strip([("gray", np.zeros((1, 28, 28, 1), np.float32), ["x"])])


@pytest.mark.parametrize("name", [r.name for r in RECIPES if r.name.startswith("tutorial-")])
def test_every_tutorial_has_examples_that_differ(name):
    recipe = RECIPES.get(name)()
    inputs, truths = recipe.examples(3, [np.random.default_rng(0).integers(0, 256, (400, 500, 3), np.uint8)])
    assert inputs.shape[:3] == truths.shape[:3] == (3, recipe.architecture.input_size, recipe.architecture.input_size)
    assert not np.array_equal(truths[0], truths[1])
    assert recipe.claimed.zh and recipe.dataset


def test_a_recipe_without_examples_gets_none(tmp_path):
    class Silent:
        def examples(self, count, photos):
            return None

    assert draw_examples(Silent(), None, "", tmp_path) is False and not any(tmp_path.iterdir())
