"""Presets: what ships can be loaded; what is damaged ends in one sentence that names file, rule and value."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from restorers.models.unet import UNet
from restorers.presets import PRESETS, Preset, PresetError, PresetStore
from restorers.registry import UnknownName
from restorers.text import Text
from restorers.weights import WeightsError, save_weights

SMALL = UNet(width1=4, width2=4, width3=4, blocks1=1, blocks2=1, blocks3=1)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("weights") / "small"
    folder.mkdir()
    path = folder / "model.safetensors"
    digest = save_weights(SMALL.build(), path)
    text = Text("Small", "小")
    weights = {"file": path.name, "sha256": digest, "bytes": path.stat().st_size, "dtype": "float32", "parameters": 1}
    Preset(folder, "small", text, text, text, SMALL, weights, frozenset({"noise"}), "none", {"name": "denoise"}, {"steps": 0}).write()
    return folder


@pytest.fixture
def store(made, tmp_path):
    shutil.copytree(made, tmp_path / "small")
    return PresetStore(tmp_path, kept=2)


@pytest.mark.parametrize("name", PRESETS.names())
def test_every_shipped_preset_loads_and_has_measured_scores(name):
    preset = PRESETS.get(name)
    model = PRESETS.model(preset)
    assert model.count_params() == preset.weights["parameters"]
    largest = 36_700_160 if name == "tutorial-deblur" else 10_485_760  # 34 million parameters in a dense layer
    assert (preset.folder / preset.weights["file"]).stat().st_size <= largest
    assert preset.scores and all(s["sha256"] == preset.weights["sha256"] for s in preset.scores), "a score of other weights"
    for text in (preset.title, preset.help, preset.trained_on):
        assert text.en and text.zh
    from restorers.training.export import card

    assert (preset.folder / "README.md").read_text(encoding="utf-8") == card(preset), "the card is not the one made from preset.json"


def test_denoise_and_the_digits_ship():
    assert {"denoise", "tutorial-digits-denoise"} <= set(PRESETS.names())


def test_round_trip(store):
    preset = store.get("small")
    assert preset.architecture == SMALL
    assert preset.suits == {"noise"}
    assert store.model(preset) is store.model(store.get("small"))


def test_only_the_few_last_used_are_kept(store, made, tmp_path):
    rng = np.random.default_rng(0)
    for i in range(3):
        folder = tmp_path / f"other{i}"
        shutil.copytree(made, folder)
        model = SMALL.build()
        model.variables[0].assign(rng.random(model.variables[0].shape))
        values = json.loads((folder / "preset.json").read_text())
        values["weights"]["sha256"] = save_weights(model, folder / "model.safetensors")
        (folder / "preset.json").write_text(json.dumps(values))
    first = store.model(store.get("other0"))
    store.model(store.get("other1"))
    store.model(store.get("other2"))
    assert len(store._models) == 2
    assert store.model(store.get("other0")) is not first


def test_the_same_weights_under_another_network_are_not_taken_from_memory(store):
    preset = store.get("small")
    store.model(preset)
    with pytest.raises(WeightsError):
        store.model(replace(preset, architecture=UNet(width1=8, width2=4, width3=4, blocks1=1, blocks2=1, blocks3=1)))


def test_unknown_preset(store):
    for name in ("nothing", "../small", "small/../small", "", "/etc", "a" * 300):
        with pytest.raises(UnknownName, match="There is no preset called"):
            store.get(name)


def test_every_name_can_be_asked_for(store, made):
    for name in ("My_Net", ".hidden", "a b", "v1.0"):
        shutil.copytree(made, store.folder / name)
    assert store.names() == ["My_Net", "small"]
    assert [store.get(name).name for name in store.names()] == ["My_Net", "small"]
    with pytest.raises(UnknownName, match="no preset called 'v1.0'. Known: My_Net, small."):
        store.get("v1.0")


def edit(**changes):
    def change(folder):
        path = folder / "preset.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    return change


def edit_weights(**changes):
    def change(folder):
        values = json.loads((folder / "preset.json").read_text())
        values["weights"] |= changes
        (folder / "preset.json").write_text(json.dumps(values))

    return change


DAMAGES = {
    "missing": (lambda f: (f / "preset.json").unlink(), "it is missing"),
    "not JSON": (lambda f: (f / "preset.json").write_text("{"), "must be valid JSON"),
    "a list": (lambda f: (f / "preset.json").write_text("[]"), "must be of type"),
    "nested": (lambda f: (f / "preset.json").write_text("[" * 100_000), "must be valid JSON"),
    "huge": (lambda f: (f / "preset.json").write_text(" " * 2_000_000), "at most 1,048,576 bytes"),
    "no title": (edit(title=None), "'title' must be of type dict, it is NoneType"),
    "a novel": (edit(licence="x" * 5000), "'licence' may have at most 4,000 characters, it has 5,000"),
    "unknown architecture": (edit(architecture={"name": "os.system", "settings": {}}), "There is no architecture called 'os.system'"),
    "integer out of bounds": (
        edit(architecture={"name": "unet", "settings": {"width1": 10**9}}),
        "width1 must be a whole number from 4 to 256",
    ),
    "kinds that nobody mends": (
        edit(architecture={"name": "unet", "settings": {"output_channels": 7, "classifies": True}}),
        "must have 3 input channels and 5 output channels, it has 3 and 7",
    ),
    "unknown setting": (edit(architecture={"name": "unet", "settings": {"depth": 3}}), "has no parameter 'depth'"),
    "weights elsewhere": (edit_weights(file="../../secret.safetensors"), "in the same folder"),
    "a pickle": (edit_weights(file="model.pkl"), "must be a .safetensors file"),
    "digest of another form": (edit_weights(sha256="abc"), "64 hexadecimal digits"),
    "another size": (edit_weights(bytes=5), "the file must have 5 bytes"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_descriptions(store, damage):
    change, words = DAMAGES[damage]
    change(store.folder / "small")
    with pytest.raises(PresetError) as refusal:
        store.get("small")
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value) and str(store.folder) not in str(refusal.value)


def test_tampered_weights_and_weights_of_another_network_are_refused(store):
    preset = store.get("small")
    path = store.folder / "small" / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="SHA-256"):
        store.model(preset)
    other = UNet(width1=8, width2=4, width3=4, blocks1=1, blocks2=1, blocks3=1).build()
    save_weights(other, path)
    with pytest.raises(WeightsError, match="must have shape"):
        store.model(preset)
    path.unlink()
    with pytest.raises(WeightsError, match="no such weight file"):
        store.model(preset)
