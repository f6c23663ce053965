"""Every architecture builds, names its layers and keeps its size; the tutorials' networks have the published counts."""

import numpy as np
import pytest

from restorers.models import ARCHITECTURES
from restorers.models.efficient_unet import EfficientUNet
from restorers.models.unet import UNet

# worked out by hand from the texts: sum over the layers of (kernel area · inputs + 1) · outputs, 4 a channel for a batch norm
PUBLISHED = {
    "tutorial_grayscale": (2_177, (128, 128, 3), (128, 128, 1)),
    "tutorial_denoise": (58_067, (300, 300, 3), (300, 300, 3)),
    "tutorial_enhance": (788_867, (80, 80, 3), (80, 80, 3)),
    "tutorial_digits": (4_385, (28, 28, 1), (28, 28, 1)),
    "tutorial_deblur": (34_951_683, (128, 128, 3), (128, 128, 3)),
    "dense_autoencoder": (784 * 128 + 128 + 128 * 32 + 32 + 32 * 128 + 128 + 128 * 784 + 784, (28, 28, 1), (28, 28, 1)),
    "linear_autoencoder": (784 * 32 + 32 + 32 * 784 + 784, (28, 28, 1), (28, 28, 1)),
}
CODES = {
    "tutorial_grayscale": ("code", (64, 64, 128)),
    "tutorial_denoise": ("code", (38, 38, 16)),
    "tutorial_enhance": ("code", (40, 40, 64)),
    "tutorial_digits": ("code", (4, 4, 8)),
    "tutorial_deblur": ("latent_vector", (256,)),
}


def test_nine_architectures_are_found():
    assert set(ARCHITECTURES.names()) == {*PUBLISHED, "unet", "efficient_unet"}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_networks(name):
    architecture = ARCHITECTURES.get(name)()
    model = architecture.build()
    count, inputs, outputs = PUBLISHED[name]
    assert model.count_params() == count
    assert model.input_shape[1:] == inputs == (architecture.input_size, architecture.input_size, architecture.channels)
    assert model.output_shape[1:] == outputs
    assert outputs[-1] == architecture.output_channels
    if name in CODES:
        layer, shape = CODES[name]
        assert model.get_layer(layer).output.shape[1:] == shape


@pytest.mark.parametrize("name", ARCHITECTURES.names())
def test_every_layer_is_named_and_every_variable_has_its_own_path(name):
    first, second = ARCHITECTURES.get(name)().build(), ARCHITECTURES.get(name)().build()
    assert [v.path for v in first.variables] == [v.path for v in second.variables]
    assert len({v.path for v in first.variables}) == len(first.variables)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_unet_takes_any_size_and_starts_as_the_identity(channels):
    outputs = min(channels, 3)
    model = UNet(channels=channels, output_channels=outputs, width1=8, width2=8, width3=8).build()
    for height, width in ((8, 8), (16, 40)):
        photo = np.random.default_rng(0).random((1, height, width, channels), np.float32)
        assert np.abs(model.predict_on_batch(photo) - photo[..., :outputs]).max() < 1e-6


def test_unet_is_homogeneous():
    model = UNet(width1=8, width2=8, width3=8).build()
    rng = np.random.default_rng(1)
    for v in model.variables:
        v.assign(rng.normal(0, 0.1, v.shape))
    photo = rng.random((1, 16, 16, 3), np.float32)
    assert np.allclose(model.predict_on_batch(photo * 0.3), 0.3 * model.predict_on_batch(photo), atol=1e-5)


def test_a_unet_that_classifies_gives_probabilities_and_starts_undecided():
    model = UNet(output_channels=5, width1=8, width2=8, width3=8, classifies=True).build()
    photo = np.random.default_rng(0).random((2, 16, 24, 3), np.float32)
    assert np.array_equal(model.predict_on_batch(photo), np.full((2, 16, 24, 5), 0.5, np.float32))
    model.get_layer("tail").kernel.assign(np.random.default_rng(1).normal(0, 5, model.get_layer("tail").kernel.shape))
    output = model.predict_on_batch(photo)
    assert output.min() >= 0 and output.max() <= 1 and np.ptp(output) > 0.5


@pytest.mark.parametrize("colours", [False, True])
def test_efficient_unet_takes_any_size_and_starts_as_the_identity(colours):
    architecture = EfficientUNet(colours=colours, width2=4, width4=4, width8=4, width16=4)
    model = architecture.build()
    for height, width in ((32, 32), (64, 96)):
        photo = np.random.default_rng(0).random((1, height, width, architecture.channels), np.float32)
        restored = model.predict_on_batch(photo)
        assert restored.shape == (1, height, width, 3) and np.abs(restored - photo).max() < 1e-6


def test_the_way_down_of_efficient_unet_has_the_published_count():
    """EfficientNet-Lite0 has 4,652,008 numbers to learn, a scale and a shift for each channel among them; its last 1×1 convolution and its classes are not here."""
    model = EfficientUNet().build()
    down = sum(layer.count_params() for layer in model.layers if layer.name.startswith(("head", "down")))
    shifts = sum(layer.bias.shape[0] for layer in model.layers if layer.name.startswith(("head", "down")) and layer.weights)
    assert down + shifts == 4_652_008 - (320 * 1280 + 2 * 1280) - 1281 * 1000  # a scale beside each bias


def test_default_unet_has_4_3_million_parameters():
    assert UNet().build().count_params() == 4_257_280


def test_space_to_depth_is_undone_by_depth_to_space():
    from restorers.models.layers import DepthToSpace, SpaceToDepth

    x = np.random.default_rng(0).random((2, 6, 4, 5), np.float32)
    folded = np.asarray(SpaceToDepth(2)(x))
    assert folded.shape == (2, 3, 2, 20)
    # independent reference: the four phases of the grid
    assert np.array_equal(folded[..., :5], x[:, ::2, ::2])
    assert np.array_equal(folded[..., 5:10], x[:, ::2, 1::2])
    assert np.array_equal(np.asarray(DepthToSpace(2)(folded)), x)
