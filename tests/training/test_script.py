"""The script that repeats a training: complete, free of this project, and the same training."""

import ast
import re
import runpy
import subprocess
import sys
import types
from pathlib import Path

import cv2
import keras
import numpy as np
import pytest

from restorers.photo import fit_within, read_photo, to_uint8
from restorers.samples import PHOTOS
from restorers.training.fit import train
from restorers.training.recipes import RECIPES
from restorers.training.script import standalone

PAGE = [recipe.name for recipe in RECIPES if recipe.minutes is None]
COMPOSED = {
    "shapes": {"data": "shapes", "damage": "jpeg", "damage.quality": "5..40", "loss_name": "ssim", "early_stopping": True, "plateau": True},
    "digits": {"data": "digits", "network": "tutorial_digits", "loss_name": "bce", "optimizer_name": "adadelta", "rate": 1.0},
    "copies": {"damage": "nothing", "network": "dense_autoencoder", "network.code": 4},
    "squares": {"network": "tutorial_enhance", "damage": "motion_blur", "damage.length": "3..9", "loss_name": "charbonnier"},
}


def recipes():
    yield from (pytest.param(RECIPES.get(name)(), id=name) for name in PAGE)
    yield from (pytest.param(RECIPES.get("composed").from_settings(settings), id=name) for name, settings in COMPOSED.items())


@pytest.mark.parametrize("recipe", recipes())
def test_it_imports_nothing_of_this_project_and_lacks_nothing(recipe, tmp_path):
    source = standalone(recipe, 60.0, None)
    tree = ast.parse(source)
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {name for name in imported if name.startswith("restorers")}
    assert not re.search("[\u4e00-\u9fff]", "".join(n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)))
    path = tmp_path / "script.py"
    path.write_text(source, encoding="utf-8")
    checked = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F821,F811", path], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout[-2000:]


@pytest.mark.parametrize("name", [recipe.name for recipe in RECIPES])
def test_it_builds_what_the_recipe_builds(name):
    recipe = RECIPES.get(name)()
    module = types.ModuleType(f"script_of_{name.replace('-', '_')}")
    sys.modules[module.__name__] = module  # dataclasses look themselves up
    try:
        source = standalone(recipe, 60.0, 2)
        exec(compile(source, f"{name}.py", "exec"), vars(module))
        made = eval(re.search(r"^    recipe = (.+)$", source, re.M).group(1), vars(module))
        assert made.architecture.build().count_params() == recipe.architecture.build().count_params()
        assert type(made.optimizer()).__name__ == type(recipe.optimizer()).__name__
        assert [m.name for m in made.metrics()] == [m.name for m in recipe.metrics()]
        if hasattr(recipe, "pair"):
            side = getattr(recipe, "side", None) or recipe.architecture.input_size
            crop = np.random.default_rng(0).random((side, side, 3), np.float32)
            for seed in range(30 if recipe.minutes else 1):  # the large recipes draw among many kinds of damage
                ours, theirs = (r.pair(crop, np.random.default_rng(seed)) for r in (recipe, made))
                assert all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))
    finally:
        del sys.modules[module.__name__]


@pytest.mark.parametrize(
    ("name", "settings"), [("small-bottleneck", {}), ("tutorial-enhance", {"batch": 8}), ("tutorial-digits", {"batch": 4})]
)
def test_the_whole_script_runs(name, settings, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "data"
    folder.mkdir()
    rng = np.random.default_rng(0)
    if "digits" in name:
        np.savez(
            folder / "mnist.npz", x_train=rng.integers(0, 256, (12, 28, 28), np.uint8), x_test=rng.integers(0, 256, (3, 28, 28), np.uint8)
        )
    else:
        for i in range(4):
            cv2.imwrite(str(folder / f"{i}.png"), rng.integers(0, 256, (90, 100, 3), np.uint8))
    script = tmp_path / "script.py"
    script.write_text(standalone(RECIPES.get(name).from_settings(settings), 600.0, 3, epoch=2, source="pictures"), encoding="utf-8")
    assert "learned from: pictures" in ast.get_docstring(ast.parse(script.read_text()))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["script.py", "data"])
    runpy.run_path("script.py", run_name="__main__")
    assert "first loss" in capsys.readouterr().out
    model = keras.saving.load_model("trained.keras")
    assert model.count_params() == RECIPES.get(name).from_settings(settings).architecture.build().count_params()


def test_the_script_begins_as_the_page_does_and_its_file_can_be_loaded(tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    pixels = cv2.resize(np.random.default_rng(0).integers(0, 256, (12, 16, 3), np.uint8), (160, 120), interpolation=cv2.INTER_CUBIC)
    cv2.imwrite(str(photos / "a.png"), pixels)
    small = {"batch": 2, "patch": 32, "damage.sigma": "5..50", "loss_name": "charbonnier", **{f"network.width{i}": 4 for i in (1, 2, 3)}}
    recipe = RECIPES.get("composed").from_settings(small)
    (tmp_path / "script.py").write_text(standalone(recipe, 600.0, 3, seed=5, epoch=10), encoding="utf-8")
    ran = subprocess.run([sys.executable, "-I", "script.py", "photos"], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr[-3000:]
    first = float(re.search(r"first loss ([\d.]+)", ran.stdout).group(1))

    losses = []
    watch = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: losses.append(logs["loss"]))
    data = recipe.load(photos)
    data.steps = 1
    train(
        recipe, data, [watch, keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: setattr(watch.model, "stop_training", True))], seed=5
    )
    assert first == pytest.approx(losses[0], rel=1e-6)
    model = keras.saving.load_model(tmp_path / "trained.keras")
    assert model.count_params() == recipe.architecture.build().count_params()


def learned(source, folder):
    """What a script learns from."""
    module = types.ModuleType("script_that_reads")
    sys.modules[module.__name__] = module
    try:
        exec(compile(source, "script.py", "exec"), vars(module))
        return module.load_photos(folder, 32)[0]
    finally:
        del sys.modules[module.__name__]


def test_own_photos_are_reduced_as_on_the_page(tmp_path):
    pixels = cv2.resize(np.random.default_rng(0).integers(0, 256, (12, 16, 3), np.uint8), (160, 120), interpolation=cv2.INTER_CUBIC)
    cv2.imwrite(str(tmp_path / "a.png"), pixels)
    (photo,) = learned(standalone(RECIPES.get("undo-blur")(), 60.0, None, source="your own photos", largest=100), tmp_path)
    expected = to_uint8(fit_within(read_photo(tmp_path / "a.png").photo, 100))
    np.testing.assert_array_equal(photo, expected)
    cv2.imwrite(str(tmp_path / "a.png"), pixels[:36])  # a panorama keeps what the recipe needs
    (photo,) = learned(standalone(RECIPES.get("undo-blur")(), 60.0, None, source="your own photos", largest=100), tmp_path)
    np.testing.assert_array_equal(photo, to_uint8(fit_within(read_photo(tmp_path / "a.png").photo, 100, 32)))
    assert photo.shape[0] == 32


def test_of_public_photos_the_same_are_drawn_as_on_the_page(tmp_path):
    for i in range(12):
        cv2.imwrite(str(tmp_path / f"{i:02}.png"), np.full((40, 40, 3), 10 * i, np.uint8))
    photos = learned(standalone(RECIPES.get("undo-blur")(), 60.0, None, source="flowers", most=8), tmp_path)
    assert [int(photo[0, 0, 0]) // 10 for photo in photos] == list(np.random.default_rng(0).permutation(12)[:8])


def test_of_one_sample_photo_it_learns_as_the_page_did():
    sample = PHOTOS["coffee"]
    (photo,) = learned(standalone(RECIPES.get("undo-blur")(), 60.0, None, largest=100, sample=sample), None)
    np.testing.assert_array_equal(photo, to_uint8(fit_within(read_photo(sample.path).photo, 100)))


def test_the_script_keeps_the_best_weights(tmp_path, monkeypatch):
    """Trained away from the truth, the first weights are the best."""
    recipe = RECIPES.get("small-bottleneck").from_settings({})
    source = standalone(recipe, 600.0, 6, epoch=2).replace(
        "loss=recipe.loss", "loss=lambda truth, photo: -keras.ops.mean((photo - truth) ** 2)"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["script.py"])
    Path("script.py").write_text(source, encoding="utf-8")
    made = runpy.run_path("script.py", run_name="__main__")
    inputs, targets = made["data"].validation
    best, last = (
        np.mean((model.predict(inputs, verbose=0) - targets) ** 2) for model in (keras.saving.load_model("trained.keras"), made["model"])
    )
    assert best < last
