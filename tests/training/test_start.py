"""Starting from another preset's weights: what is copied, what is filled, what is refused, what the card says."""

import contextlib
from dataclasses import replace

import keras
import numpy as np
import pytest

from restorers.models.unet import UNet
from restorers.presets import Preset, PresetStore
from restorers.text import Text
from restorers.training import fit
from restorers.training.export import card, export
from restorers.training.fit import TrainingError, train
from restorers.training.recipes import RECIPES
from restorers.training.start import StartError, revive, start_from
from restorers.weights import save_weights

WIDTHS = {"width1": 8, "width2": 8, "width3": 8, "blocks1": 1, "blocks2": 1, "blocks3": 1}


@pytest.fixture(scope="module")
def preset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("weights") / "first"
    folder.mkdir()
    model, rng = UNet(**WIDTHS).build(), np.random.default_rng(0)
    for variable in model.variables:
        variable.assign(rng.normal(0, 0.1, variable.shape))
    path = folder / "model.safetensors"
    digest = save_weights(model, path)
    text = Text("First", "最初")
    weights = {"file": path.name, "sha256": digest, "bytes": path.stat().st_size, "dtype": "float32", "parameters": 1}
    made = Preset(
        folder,
        "first",
        text,
        text,
        text,
        UNet(**WIDTHS),
        weights,
        frozenset(),
        "none",
        {"name": "denoise"},
        {"steps": 40, "minutes": 1.5, "before": {"steps": 1200, "minutes": 9.0}},
    )
    made.write()
    return PresetStore(folder.parent).get("first")


def started(preset, architecture):
    keras.utils.set_random_seed(0)
    model = architecture.build()
    start_from([preset], model, architecture)
    return model


def photo(channels=3):
    return np.random.default_rng(1).random((1, 32, 32, channels), np.float32)


def test_the_same_network_is_copied_whole(preset):
    model = started(preset, UNet(**WIDTHS))
    assert np.array_equal(model.predict_on_batch(photo()), preset.build().predict_on_batch(photo()))


def test_a_mask_is_added_that_changes_nothing_yet(preset):
    """Four channels: what it says of missing pixels is what the first network says, whatever the rest of the mask."""
    seen = photo(4)
    seen[..., 3] = np.random.default_rng(2).integers(0, 2, seen.shape[:3])
    model = started(preset, UNet(channels=4, **WIDTHS))
    expected = preset.build().predict_on_batch(seen[..., :3])
    missing = seen[..., 3] == 1
    assert np.allclose(model.predict_on_batch(seen)[missing], expected[missing], atol=1e-5)


def test_a_network_of_luminance_sees_what_the_first_saw_in_gray(preset):
    gray = photo(1)
    features = [
        keras.Model(m.input, m.get_layer("head").output).predict_on_batch(x)
        for m, x in ((preset.build(), np.repeat(gray, 3, axis=3)), (started(preset, UNet(channels=1, output_channels=3, **WIDTHS)), gray))
    ]
    assert np.allclose(*features, atol=1e-5)


def test_what_does_not_fit_keeps_its_fresh_start(preset):
    architecture = UNet(**{**WIDTHS, "width3": 16})
    keras.utils.set_random_seed(0)
    fresh = {v.path: np.array(v) for v in architecture.build().variables}
    model = started(preset, architecture)
    source = {v.path: np.array(v) for v in preset.build().variables}
    for variable in model.variables:
        same = source[variable.path].shape == tuple(variable.shape)
        assert np.array_equal(variable, (source if same else fresh)[variable.path])
    assert any(source[path].shape != value.shape for path, value in fresh.items())


def test_of_several_presets_the_mean_is_taken(preset, tmp_path):
    """Two that differ, one of them told a mask: the mean where both fit, the only one where one does."""
    other = UNet(channels=4, **WIDTHS).build()
    rng = np.random.default_rng(5)
    for variable in other.variables:
        variable.assign(rng.normal(0, 0.1, variable.shape))
    path = tmp_path / "second" / "model.safetensors"
    path.parent.mkdir()
    weights = {**preset.weights, "sha256": save_weights(other, path)}
    second = replace(preset, folder=path.parent, name="second", architecture=UNet(channels=4, **WIDTHS), weights=weights)
    model = UNet(channels=4, **WIDTHS).build()
    start_from([preset, second], model, UNet(channels=4, **WIDTHS))
    mine, theirs, first = ({v.path: np.array(v) for v in m.variables} for m in (model, other, preset.build()))
    head = next(path for path in mine if "head" in path)
    assert all(np.allclose(mine[path], (first[path] + theirs[path]) / 2, atol=1e-6) for path in mine if path != head)
    of_mask = np.s_[:, :, 3::4]
    assert np.allclose(mine[head][of_mask], theirs[head][of_mask] / 2, atol=1e-6)  # the first gives the mask 0


def test_nothing_in_common_is_a_sentence(preset):
    other = keras.Sequential([keras.Input((8,)), keras.layers.Dense(2, name="other")])
    with pytest.raises(StartError, match="first shares no variable with this network"):
        start_from([preset], other, UNet(**WIDTHS))


@pytest.mark.parametrize("bias", [False, True])
def test_silent_channels_learn_again_and_nothing_else_changes(bias):
    keras.utils.set_random_seed(0)
    model, rng = UNet(bias=bias, **WIDTHS).build(), np.random.default_rng(6)
    for variable in model.variables:
        variable.assign(rng.normal(0, 0.1, variable.shape))
    layer, following = model.get_layer("bottom_block1_conv1"), model.get_layer("bottom_block1_conv2")
    kernel = np.array(layer.kernel)
    kernel[..., 2:5] = 0  # never above 0
    layer.kernel.assign(kernel)
    if bias:
        layer.bias.assign(np.where(np.isin(np.arange(8), (2, 3, 4)), -1, np.array(layer.bias)))
    seen = keras.Model(model.input, layer.output).predict_on_batch(photo())
    silent = [int(c) for c in np.flatnonzero((seen <= 0).all(axis=(0, 1, 2)))]
    before = {v.path: np.array(v) for v in model.variables}
    result = model.predict_on_batch(photo())
    assert revive(model, photo()) >= len(silent) >= 3
    assert np.allclose(model.predict_on_batch(photo()), result, atol=1e-6)
    assert np.abs(np.array(layer.kernel)[..., 2:5]).mean() > 0.01
    assert not np.array(following.kernel)[:, :, 2:5].any()
    awake = [c for c in range(8) if c not in silent]
    assert np.array_equal(np.array(layer.kernel)[..., awake], before[layer.kernel.path][..., awake])
    assert np.array_equal(np.array(following.kernel)[:, :, awake], before[following.kernel.path][:, :, awake])
    assert all(np.array_equal(v, before[v.path]) for v in model.variables if "_conv" not in v.path)


def test_a_network_without_residual_blocks_is_left_alone():
    model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(3, 3, activation="relu", name="other")])
    assert revive(model, np.zeros((1, 8, 8, 3), np.float32)) == 0


@pytest.fixture
def recipe():
    class Tiny(RECIPES.get("denoise")):
        architecture = UNet(**WIDTHS)

    return Tiny(batch=2, patch=32, rate=1e-6)


def test_training_starts_there_and_the_card_says_so(preset, recipe, tmp_path):
    data = recipe.load(None)
    data.steps, data.validation = 1, tuple(part[:1, :32, :32] for part in data.validation)
    run = train(recipe, data, minutes=0.001, start=[preset], folder=tmp_path / "state")
    kept = {v.path: np.array(v) for v in run.model.variables}
    assert all(np.allclose(kept[v.path], v, atol=1e-4) for v in preset.build().variables)
    again = train(recipe, data, minutes=0.001, resume=True, folder=tmp_path / "state")
    made = export(again, recipe, data, tmp_path / "second")
    assert "started from the weights of `first`" in card(made) and "--start first`" in card(made)
    assert "trained for at least 1,240 steps in 10.5 minutes before" in card(made)
    assert "| Repeat it |" in card(made)
    assert "| Repeat it |" not in card(replace(made, name="first")), "that command alone does not make it"
    with pytest.raises(TrainingError, match="not both"):
        train(recipe, data, resume=True, start=[preset], folder=tmp_path / "state")


def test_the_command_of_the_card_has_the_very_settings_and_the_seed(tmp_path):
    class Tiny(RECIPES.get("denoise")):
        architecture = UNet(**WIDTHS)

    recipe = Tiny(batch=2, patch=32, rate=1 / 3000)
    data = recipe.load(None)
    data.steps, data.validation = 1, tuple(part[:1, :32, :32] for part in data.validation)
    run = train(recipe, data, steps=1, folder=tmp_path / "state", seed=7)
    made = export(run, recipe, data, tmp_path / "made")
    command = next(line for line in card(made).splitlines() if "python -m restorers train" in line)
    said = dict(word.split("=") for word in command.replace("`", " ").split() if "=" in word)
    assert Tiny.from_settings(said) == recipe and " --seed 7`" in command
    again = train(recipe, data, steps=2, folder=tmp_path / "state", resume=True)
    assert again.state.seed == 7, "the first weights are still those"
    first = train(recipe, data, steps=1)
    assert "--seed" not in card(export(first, recipe, data, tmp_path / "first")), "it is the one that is taken anyway"


@pytest.mark.parametrize(
    "backend, device, found, gains",
    [
        ("jax", "gpu:0", set(), True),
        ("jax", "cpu:0", {"avx512_bf16"}, False),
        ("tensorflow", "gpu:0", {"avx512_bf16"}, False),
        ("tensorflow", "cpu:0", {"avx2", "avx512f"}, False),
        ("tensorflow", "cpu:0", {"avx2", "avx512f", "avx512_bf16"}, True),
    ],
)
def test_sixteen_bits_are_refused_where_they_gain_nothing(recipe, monkeypatch, backend, device, found, gains):
    monkeypatch.setattr(keras.backend, "backend", lambda: backend)
    monkeypatch.setattr(keras.distribution, "list_devices", lambda *_: [device])
    monkeypatch.setattr(fit, "instructions", lambda: frozenset(found))
    with contextlib.nullcontext() if gains else pytest.raises(TrainingError, match="avx512_bf16"), fit._compute_in(True):
        model = recipe.architecture.build()
    assert keras.config.dtype_policy().name == "float32"
    if gains:
        assert {v.dtype for v in model.variables} == {"float32"}
        assert model.get_layer("bottom_block1_conv1").compute_dtype == "bfloat16"


def test_in_sixteen_bits_the_photo_itself_is_not_rounded(recipe, monkeypatch):
    monkeypatch.setattr(fit, "_computes_in_bfloat16", lambda: True)
    with fit._compute_in(True):
        model = recipe.architecture.build()
    assert {model.get_layer(name).compute_dtype for name in ("fold", "head", "restored")} == {"float32"}
    assert np.array_equal(model.predict_on_batch(photo()), photo())


def test_a_training_in_sixteen_bits_ends_in_thirty_two(recipe, monkeypatch):
    monkeypatch.setattr(fit, "_computes_in_bfloat16", lambda: True)
    data = recipe.load(None)
    data.steps, data.validation = 1, tuple(part[:1, :32, :32] for part in data.validation)
    run = train(recipe, data, steps=1, bfloat16=True)
    assert {layer.compute_dtype for layer in run.model.layers} == {"float32"}
