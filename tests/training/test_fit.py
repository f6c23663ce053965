"""Training for real, on little: it learns, resumes, stops, and refuses to go on with NaN."""

import threading
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from safetensors import safe_open

from restorers.presets import Preset, PresetStore
from restorers.training.data import SAMPLE_SOURCE
from restorers.training.export import card, export
from restorers.training.fit import TrainingError, mean_psnr, train
from restorers.training.recipes import RECIPES


@pytest.fixture(scope="module")
def recipe():
    return RECIPES.get("tutorial-digits-denoise").from_settings({"batch": 16})


@pytest.fixture(scope="module")
def digits(recipe):
    data = recipe.load(None)
    data.steps = 25
    data.validation = tuple(part[:50] for part in data.validation)
    return data


@pytest.fixture
def averaging():
    """A recipe that keeps the average of its weights, and a little to learn from."""
    recipe = RECIPES.get("denoise")(batch=2, patch=32)
    data = recipe.load(None)
    data.steps, data.validation = 3, tuple(part[:2, :64, :64] for part in data.validation)
    return recipe, data


@pytest.fixture
def eagerly():
    """A single step is not worth a graph, which takes seconds to trace."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.mark.parametrize("name", RECIPES.names())
def test_every_recipe_trains_a_step_and_is_described(name, eagerly):
    recipe = RECIPES.get(name)(batch=2)
    data = recipe.load(None)
    data.steps, data.validation = 1, tuple(part[:2] for part in data.validation)
    inputs, targets, *_ = next(data.batches(np.random.default_rng(0)))  # a recipe may weigh its crops
    architecture = recipe.architecture
    assert inputs.shape[-1] == architecture.channels and targets.shape[-1] == architecture.output_channels
    assert inputs.dtype == targets.dtype == np.float32
    assert recipe.title.zh and recipe.help.zh and recipe.trained_on.zh
    run = train(recipe, data, steps=1)
    assert run.state.steps == 1
    assert np.isfinite(run.state.history[0]["val_loss" if architecture.classifies else "val_psnr"])


def test_the_card_repeats_a_training_in_16_bits(recipe, digits, tmp_path):
    run = train(recipe, digits, steps=1)
    for bfloat16 in (False, True):
        run.state.bfloat16 = bfloat16
        export(run, recipe, digits, tmp_path / "learned", "float16")
        assert (" --bfloat16`" in (tmp_path / "learned" / "README.md").read_text()) == bfloat16


def test_it_learns_and_the_preset_scores_what_it_says(recipe, digits, tmp_path):
    run = train(recipe, digits, cancel=(stop := threading.Event()), callbacks=[StopAfter(200, stop)])
    preset = export(run, recipe, digits, tmp_path / "learned", "float16")
    assert preset.scores[0]["gain"] > 1.5
    again = Preset.read(tmp_path / "learned")
    assert again.architecture == recipe.architecture and again.suits == recipe.suits and again.training["steps"] == 200
    model = PresetStore(tmp_path).model(again)
    inputs, targets = digits.validation
    assert mean_psnr(model.predict_on_batch(inputs), targets) == pytest.approx(again.scores[0]["psnr"], abs=2e-3)
    text = card(again)
    assert (
        again.weights["sha256"] in text
        and f"+{again.scores[0]['gain']:.2f} dB" in text
        and "python -m restorers train tutorial-digits-denoise" in text
    )
    assert (tmp_path / "learned" / "README.md").read_text() == text
    assert preset.scores[0]["setting"] == "50 held-out pictures of 28×28"
    known = export(run, recipe, replace(digits, held_out=False), tmp_path / "known")
    assert known.scores[0]["setting"] == "50 pictures of 28×28 that it has learned from"
    assert "examples_learned" not in known.training
    sampled = replace(digits, held_out=False, source=SAMPLE_SOURCE)
    assert export(run, recipe, sampled, tmp_path / "sampled").training["examples_learned"]
    shown = replace(known, training=known.training | {"examples": True})
    assert "Pictures that it has not learned from" in card(shown)
    assert "Pictures that it has learned from" in card(replace(shown, training=shown.training | {"examples_learned": True}))


def test_an_export_that_is_interrupted_leaves_the_preset_that_was_there(recipe, digits, tmp_path, monkeypatch):
    folder, run = tmp_path / "learned", train(recipe, digits, steps=1)
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert export(run, recipe, digits, Path(".")).name == "learned"
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    run = train(recipe, digits, steps=2)
    monkeypatch.setattr("restorers.training.export.draw_examples", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export(run, recipe, digits, folder)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize(
    ("name", "settings", "said"),
    [
        ("tutorial-digits-denoise", {"factor": 0.2}, "noise of 0.2 (σ 51 of 255)"),
        ("denoise", {"sigma_max": 20, "grainy": 0.1}, "σ 0–20 of 255; grain of 0–1.2 px, mostly gray, σ 0–10 (10 %)"),
        ("denoise", {"camera": 0.3}, "camera noise, ISO 100–12,800 (30 %)"),
        ("deblur", {"sigma_max": 1, "noise_max": 50}, "σ 0.2–1 px"),
        ("enlarge", {"factor_max": 8}, "×1.5–8"),
        ("dejpeg", {"quality_min": 40}, "quality 40–95"),
        ("inpaint", {"share_max": 0.3}, "10–30 %"),
        ("colorize", {"patch": 64}, "64 pixels"),
    ],
)
def test_a_card_names_the_ranges_that_were_used(name, settings, said):
    assert said in RECIPES.get(name).from_settings(settings).trained_on.en


class StopAfter(keras.callbacks.Callback):
    def __init__(self, steps, event):
        super().__init__()
        self.steps, self.event = steps, event

    def on_train_batch_begin(self, batch, logs=None):
        self.steps -= 1
        if self.steps == 0:
            self.event.set()


def test_resuming_goes_on_where_it_stopped(recipe, digits, tmp_path):
    first = train(recipe, digits, cancel=(stop := threading.Event()), callbacks=[StopAfter(25, stop)], folder=tmp_path)
    weights = [np.array(v) for v in first.model.variables]
    stop = threading.Event()
    stop.set()
    second = train(recipe, digits, cancel=stop, folder=tmp_path, resume=True)
    assert second.state.steps == 26
    assert [h["step"] for h in second.state.history] == [25, 26]
    assert second.state.best >= first.state.best
    assert any(not np.array_equal(a, np.array(b)) for a, b in zip(weights, second.model.variables, strict=True))


@pytest.mark.parametrize(("asked", "goes_on_at"), [(1.0, 0.25), (0.5, 0.5)])
def test_a_lowered_rate_goes_on_unless_another_is_asked_for(recipe, digits, tmp_path, asked, goes_on_at):
    seen = []

    class Rate(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            seen.append(float(self.model.optimizer.learning_rate))

        def on_epoch_end(self, epoch, logs=None):
            self.model.optimizer.learning_rate = 0.25

    train(recipe, digits, [Rate()], steps=1, folder=tmp_path)
    train(replace(recipe, rate=asked), digits, [Rate()], steps=1, folder=tmp_path, resume=True)
    assert seen == [1.0, goes_on_at]


def test_what_is_resumed_are_the_weights_and_not_their_average(averaging, tmp_path):
    (recipe, data), seen = averaging, {}

    class Watch(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen["raw"] = {f"model/{v.path}": np.array(v) for v in self.model.trainable_variables}

    run = train(recipe, data, [Watch()], steps=3, folder=tmp_path)
    with safe_open(tmp_path / "state.safetensors", "np") as saved:
        assert all(np.array_equal(saved.get_tensor(name), value) for name, value in seen["raw"].items())
    kept = {f"model/{v.path}": np.array(v) for v in run.model.trainable_variables}
    assert any(not np.array_equal(kept[name], value) for name, value in seen["raw"].items())
    for damaged in (
        '{"steps": 3, "sec',
        "[3]",
        "3",
        '{"steps": "three"}',
        '{"steps": -1}',
        '{"colour": 1}',
        '{"history": [3]}',
        '{"seconds": NaN}',
    ):
        (tmp_path / "state.json").write_text(damaged)
        with pytest.raises(TrainingError, match="state.json.* is missing or damaged"):
            train(recipe, data, steps=3, folder=tmp_path, resume=True)


@pytest.mark.parametrize("by_loss", [False, True])
def test_the_best_weights_are_chosen_by_psnr_or_by_the_loss(recipe, digits, by_loss, monkeypatch):
    """Trained away from the truth: the first weights have the best PSNR, the last ones the lowest loss."""
    monkeypatch.setattr(type(recipe), "loss", staticmethod(lambda truth, photo: -keras.ops.mean((photo - truth) ** 2, axis=(1, 2, 3))))
    monkeypatch.setattr(type(recipe), "chosen_by_loss", by_loss)
    data = replace(digits, steps=5)
    run = train(recipe, data, steps=15)
    inputs, targets = data.validation
    chosen = run.state.history[-1 if by_loss else 0]
    assert run.state.history[0]["val_psnr"] > run.state.history[-1]["val_psnr"]
    assert (run.state.best, run.state.lowest) == (chosen["val_psnr"], chosen["val_loss"])
    assert mean_psnr(run.model.predict_on_batch(inputs), targets) == pytest.approx(chosen["val_psnr"], abs=1e-3)


def test_same_seed_same_first_loss(recipe, digits):
    losses = []
    for _ in range(2):
        stop = threading.Event()
        stop.set()
        losses.append(train(recipe, digits, cancel=stop, seed=3).state.history[0]["loss"])
    assert losses[0] == pytest.approx(losses[1], rel=1e-6)


def test_averaged_weights_are_what_is_kept(averaging):
    (recipe, data), seen = averaging, {}

    class Watch(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen["raw"] = [np.array(v) for v in self.model.trainable_variables]
            seen["mean"] = [np.array(v) for v in self.model.optimizer._model_variables_moving_average]
            self.model.stop_training = True

    run = train(recipe, data, [Watch()], minutes=1)
    kept = [np.array(v) for v in run.model.trainable_variables]
    assert all(np.allclose(k, m) for k, m in zip(kept, seen["mean"], strict=True))
    assert any(not np.allclose(k, r) for k, r in zip(kept, seen["raw"], strict=True))


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (-1, "at step 4 it became nan. Try a smaller learning rate"),
        (0, "(at step 4 it became nan|after step [0-9]+ some are not). Try a smaller learning rate"),  # some ReLUs turn NaN into 0
    ],
)
def test_a_diverging_training_is_named(layer, said, recipe, digits):
    class Poison(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if batch == 3:
                variable = self.model.trainable_variables[layer]
                variable.assign(np.full(variable.shape, np.nan))

    with pytest.raises(TrainingError, match=said):
        train(recipe, digits, [Poison()])


def test_nothing_to_resume_is_a_sentence(recipe, digits, tmp_path):
    with pytest.raises(TrainingError, match="There is no training of tutorial-digits-denoise to resume"):
        train(recipe, digits, folder=tmp_path / "none", resume=True)


def test_mean_psnr_by_hand():
    truths = np.zeros((2, 4, 4, 1), np.float32)
    photos = truths.copy()
    photos[0] += 0.1
    photos[1] += 0.01
    assert mean_psnr(photos, truths) == pytest.approx((20 + 40) / 2, abs=1e-3)
