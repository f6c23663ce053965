"""A network opened up, against probes of the network itself."""

import threading

import numpy as np
import pytest

from restorers.degradations.base import Observation
from restorers.errors import Cancelled, RestorersError
from restorers.inside import (
    MAX_SIDE,
    WRITTEN,
    anatomy,
    arithmetic,
    blended,
    forward,
    kept,
    noisy,
    seen,
    shown,
    silenced,
    strongest,
)
from restorers.models import ARCHITECTURES
from restorers.models.dense_autoencoder import DenseAutoencoder
from restorers.models.efficient_unet import EfficientUNet
from restorers.models.linear_autoencoder import LinearAutoencoder
from restorers.models.unet import UNet
from restorers.restore import network

NARROW = {"width1": 4, "width2": 4, "width3": 4, "blocks1": 1, "blocks2": 1, "blocks3": 1}
SMALL = {
    "unet": (UNet(**NARROW), 160, 136),
    "unet with leaky ReLU": (UNet(**NARROW, leaky=True), 160, 136),
    "unet told the mask": (UNet(channels=4, output_channels=3, **NARROW), 160, 136),
    "unet for colour": (UNet(channels=1, output_channels=3, **NARROW), 160, 136),
    "efficient unet for colour": (EfficientUNet(colours=True, width2=4, width4=4, width8=4, width16=4), 96, 64),
    "tutorial_digits": (ARCHITECTURES.get("tutorial_digits")(), 28, 28),
    "dense_autoencoder": (DenseAutoencoder(size=8, code=3, hidden=5), 8, 8),
    "linear_autoencoder": (LinearAutoencoder(size=8, channels=3, code=3), 8, 8),
}


def opened(architecture, height, width, seed=0):
    """The network with weights drawn at random, none of them 0, and its anatomy."""
    model = architecture.build()
    rng = np.random.default_rng(seed)
    for variable in model.variables:
        fan = np.prod(variable.shape[:-1]) if len(variable.shape) > 1 else 10
        variable.assign(
            np.abs(rng.normal(0, 1, variable.shape)) / fan + 0.01
            if "variance" in variable.path
            else rng.normal(0, 1, variable.shape) / np.sqrt(fan)
        )
    return model, anatomy(model, height, width)


@pytest.fixture(scope="module", params=SMALL)
def small(request):
    architecture, height, width = SMALL[request.param]
    model, layers = opened(architecture, height, width)
    photo = np.random.default_rng(1).random((1, height, width, architecture.channels), np.float32)
    values = forward(model, layers, {layers.photo.name: photo}, list(layers.layers))
    return model, layers, {name: value[0] for name, value in values.items()}


# --- the layers -------------------------------------------------------------------------------------------------------


def test_shapes_parameters_and_order_are_those_of_the_network(small):
    model, layers, values = small
    assert {name: layer.shape for name, layer in layers.layers.items()} == {name: value.shape for name, value in values.items()}
    assert sum(layer.parameters for layer in layers.layers.values()) == model.count_params()
    known = set()
    for layer in layers.layers.values():
        assert set(layer.inputs) <= known
        known.add(layer.name)
    assert layers.output.name == model.output_names[0] and layers.photo.inputs == ()


@pytest.mark.parametrize(
    "name, code, numbers",
    [("tutorial_digits", "code", 128), ("dense_autoencoder", "code", 3), ("unet", "bottom_block1_add", 20 * 17 * 4)],
)
def test_the_code(name, code, numbers):
    architecture, height, width = SMALL[name]
    layers = anatomy(architecture.build(), height, width)
    assert layers.code == code and layers.layers[code].numbers == numbers
    assert layers.encodes(layers.photo.name) and not layers.encodes(code) and not layers.encodes(layers.output.name)


def test_the_skips_of_a_unet():
    layers = anatomy(SMALL["unet"][0].build(), 16, 16)
    skips = {(s, layer.name) for layer in layers.layers.values() for s in layer.inputs if layers.is_skip(s, layer.name)}
    assert {
        ("down2_block1_add", "up32_skip"),
        ("down1_block1_add", "up21_skip"),
        ("photo", "restored"),
        ("head", "down1_block1_add"),
    } <= skips
    assert ("up32", "up32_skip") not in skips


def test_a_layer_of_an_unknown_kind_is_a_sentence():
    import keras

    photo = keras.Input((4, 4, 1))
    with pytest.raises(RestorersError, match="Softmax"):
        anatomy(keras.Model(photo, keras.layers.Softmax(name="odd")(photo)), 4, 4)


# --- receptive fields, against what really changes ----------------------------------------------------------------------


def probed(architecture, height, width):
    """The network with kernels above 0 and nothing added: a black photo gives 0 everywhere, and a pixel above 0 whatever it reaches."""
    model = architecture.build()
    for variable in model.variables:
        kernel = len(variable.shape) > 1 or "gamma" in variable.path or "variance" in variable.path
        variable.assign(np.full(variable.shape, float(kernel), np.float32))
    for layer in model.layers:
        if getattr(layer, "activation", None) is not None:
            layer.activation = lambda x: x  # a sigmoid would make something of nothing
    return model, anatomy(model, height, width)


def middle(layer):
    return tuple(side // 2 for side in layer.shape[:2]) if layer.is_map else (layer.shape[0] // 2,)


def reached(model, layers, name, photos):
    """For each photo whether the number in the middle of a layer is above 0, in any channel."""
    layer = layers.layers[name]
    value = forward(model, layers, {layers.photo.name: photos}, [name])[name]
    return value[(slice(None), *middle(layer))].reshape(len(photos), -1).max(axis=1) > 0


PROBED = {
    "tutorial_digits": (SMALL["tutorial_digits"], None),
    "dense_autoencoder": (SMALL["dense_autoencoder"], None),
    "linear_autoencoder": (SMALL["linear_autoencoder"], None),
    "unet": (SMALL["unet"], ("fold", "down2_block1_conv1", "bottom_block1_add", "up32", "restored")),
    "tutorial_grayscale": ((ARCHITECTURES.get("tutorial_grayscale")(), 128, 128), ("decoder_resize", "gray")),
    "tutorial_enhance": ((ARCHITECTURES.get("tutorial_enhance")(), 80, 80), ("code",)),
    "tutorial_deblur": ((ARCHITECTURES.get("tutorial_deblur")(latent=4), 128, 128), ("encoder_conv3", "latent_vector")),
    "tutorial_denoise": ((ARCHITECTURES.get("tutorial_denoise")(), 300, 300), ("code",)),
}


@pytest.mark.parametrize("name", PROBED)
def test_a_receptive_field_is_what_can_change_the_number_and_ends_there(name):
    (architecture, height, width), names = PROBED[name]
    model, layers = probed(architecture, height, width)
    for layer in [layer for layer in layers.layers.values() if layer.inputs and (names is None or layer.name in names)]:
        region = layers.region(layer.name, middle(layer))
        assert layer.reach == tuple(last - first + 1 for first, last in region)
        if layer.name == "encoder_flatten":
            continue  # one number of many channels: probed as the layers around it
        photos, expected = [], []
        for axis, ((first, last), side) in enumerate(zip(region, (height, width), strict=True)):
            for i in {first - 1, first, last, last + 1} & set(range(side)):
                photo = np.zeros((height, width, architecture.channels), np.float32)
                photo[(slice(None),) * axis + (i,)] = 1
                photos.append(photo)
                expected.append(first <= i <= last)
        assert reached(model, layers, layer.name, np.array(photos)).tolist() == expected, layer.name


def test_receptive_fields_worked_out_by_hand():
    digits = anatomy(ARCHITECTURES.get("tutorial_digits")().build(), 28, 28).layers
    # 3×3; then pools double the step: 3, 4, 8, 10, 18, 22
    assert [digits[n].reach[0] for n in ("encoder_conv1", "encoder_pool1", "encoder_conv2", "encoder_pool2")] == [3, 4, 8, 10]
    dense = anatomy(SMALL["dense_autoencoder"][0].build(), 8, 8).layers
    assert dense["code"].reach == (8, 8) and dense["encoder_flatten"].reach == (1, 1)


# --- values -----------------------------------------------------------------------------------------------------------


def test_layer_by_layer_is_the_network_itself(small):
    model, layers, values = small
    whole = model.predict_on_batch(values[layers.photo.name][None])[0]
    assert np.allclose(values[layers.output.name], whole, atol=1e-4 * max(1, np.abs(whole).max()))


def test_going_on_from_the_code_is_the_same(small):
    _, layers, values = small
    model = small[0]
    given = {layers.photo.name: values[layers.photo.name][None], layers.code: values[layers.code][None]}
    again = forward(model, layers, given, [layers.output.name])[layers.output.name][0]
    assert np.allclose(again, values[layers.output.name], atol=1e-4 * max(1, np.abs(again).max()))
    given[layers.code] = np.zeros_like(given[layers.code])
    assert not np.allclose(forward(model, layers, given, [layers.output.name])[layers.output.name][0], again, atol=1e-4)


def test_a_stopped_forward_ends():
    model, layers = opened(SMALL["dense_autoencoder"][0], 8, 8)
    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        forward(model, layers, {"photo": np.zeros((1, 8, 8, 1), np.float32)}, [layers.code], stop)


def test_the_strongest_channel_comes_first():
    values = np.zeros((2, 2, 3), np.float32)
    values[..., 1], values[0, 0, 2] = -1, 3
    assert strongest(values).tolist() == [1, 2, 0]
    assert strongest(np.array([0.5, -2, 1], np.float32)).tolist() == [1, 2, 0]


# --- arithmetic -------------------------------------------------------------------------------------------------------


def test_the_arithmetic_of_every_layer_gives_its_numbers(small):
    model, layers, values = small
    rng = np.random.default_rng(2)
    for layer in layers.layers.values():
        if not layer.inputs:
            continue
        inputs = [values[source] for source in layer.inputs]
        corner = tuple(side - 1 for side in layer.shape[:2]) if layer.is_map else (layer.shape[0] - 1,)
        for place in (tuple(0 for _ in corner), corner, tuple(int(rng.integers(side + 1)) for side in corner)):
            channel = int(rng.integers(layer.channels)) if layer.is_map else place[0]
            found = arithmetic(model, layers, layer.name, inputs, place, channel)
            real = float(values[layer.name][(*place, channel)] if layer.is_map else values[layer.name][place])
            assert found.result == pytest.approx(real, rel=1e-3, abs=1e-4), layer.name
            if layer.kind in ("convolution", "transposed", "dense", "normalisation"):
                assert found.total == pytest.approx(sum(t.product for t in found.terms) + found.rest + found.bias, abs=1e-9)
                assert len(found.terms) <= WRITTEN
            if layer.kind == "convolution":
                assert found.share == pytest.approx(float((found.patch * found.kernel).sum()))


@pytest.mark.parametrize("kind", ["transposed", "normalisation", "resizing", "pooling"])
def test_the_arithmetic_of_layers_that_only_large_networks_have(kind):
    import keras
    from keras import layers as k

    photo = keras.Input((7, 6, 2), name="photo")
    made = {
        "transposed": k.Conv2DTranspose(3, 3, strides=2, padding="same", activation="relu", name="one"),
        "normalisation": k.BatchNormalization(name="one"),
        "resizing": k.Resizing(15, 13, interpolation="nearest", name="one"),
        "pooling": k.MaxPooling2D(2, padding="same", name="one"),
    }[kind]
    model = keras.Model(photo, made(photo))
    rng = np.random.default_rng(3)
    for variable in model.variables:
        variable.assign(rng.random(variable.shape))
    layers = anatomy(model, 7, 6)
    given = rng.normal(0, 1, (1, 7, 6, 2)).astype(np.float32)
    value = model.predict_on_batch(given)[0]
    for place in np.ndindex(value.shape[:2]):
        for channel in range(value.shape[2]):
            found = arithmetic(model, layers, "one", [given[0]], place, channel)
            assert found.result == pytest.approx(float(value[(*place, channel)]), abs=1e-5)


def test_a_place_outside_is_a_sentence(small):
    model, layers, values = small
    layer = list(layers.layers.values())[1]
    with pytest.raises(RestorersError, match="must lie within"):
        arithmetic(model, layers, layer.name, [values[s] for s in layer.inputs], (-1,) * (2 if layer.is_map else 1), 0)


# --- what is shown, and the code changed ------------------------------------------------------------------------------


def restorer(architecture):
    from pathlib import Path

    from restorers.presets import Preset, PresetStore
    from restorers.text import Text

    text = Text("One", "一")
    return network(Preset(Path("one"), "one", text, text, text, architecture, {}, frozenset(), "", {}, {}), PresetStore(Path("nowhere")))


def test_a_network_of_any_size_is_shown_the_middle():
    photo = np.random.default_rng(0).random((300, 203, 3), np.float32)
    found = seen(Observation(photo), restorer(UNet(**NARROW)), photo)
    assert found.given.shape == (MAX_SIDE, 200, 3) and not found.whole and found.size == (200, MAX_SIDE)
    assert np.array_equal(found.given, photo[22:278, 1:201]) and np.array_equal(found.truth, found.given)
    tiny = seen(Observation(photo[:5, :9]), restorer(UNet(**NARROW)))
    assert tiny.given.shape == (8, 8, 3) and tiny.truth is None


def test_a_network_of_one_size_is_shown_the_whole_photo():
    photo = np.full((50, 90, 3), (0.2, 0.6, 0.4), np.float32)
    found = seen(Observation(photo), restorer(ARCHITECTURES.get("tutorial_digits")()), photo)
    luminance = 0.299 * 0.2 + 0.587 * 0.6 + 0.114 * 0.4
    assert found.whole and found.given.shape == (28, 28, 1) and found.truth.shape == (28, 28, 3)
    assert np.allclose(found.given, luminance, atol=1e-5) and np.allclose(found.truth, luminance, atol=1e-5)
    with pytest.raises(RestorersError):
        seen(Observation(photo), restorer(UNet(channels=4, output_channels=3, **NARROW)))


def test_the_output_as_a_photo():
    assert np.array_equal(shown(np.full((2, 2, 1), 1.5)), np.ones((2, 2, 3), np.float32))


def test_the_code_is_changed_and_the_original_is_not():
    code = np.random.default_rng(4).normal(0, 2, (6, 5, 4)).astype(np.float32)
    before = code.copy()
    assert not silenced(code, [0, 3])[..., [0, 3]].any() and np.array_equal(silenced(code, [0, 3])[..., 1:3], code[..., 1:3])
    assert np.array_equal(noisy(code, 0), code) and np.array_equal(noisy(code, 0.5, 1), noisy(code, 0.5, 1))
    assert np.std(noisy(code, 0.5) - code) == pytest.approx(0.5 * code.std(), rel=0.2)
    assert np.count_nonzero(kept(code, 7)) == 7 and np.abs(kept(code, 7)).max() == np.abs(code).max()
    assert np.array_equal(code, before)
    frames = blended(code, np.zeros_like(code), 5)
    assert np.array_equal(frames[0], code) and not frames[-1].any() and np.allclose(frames[2], code / 2)
