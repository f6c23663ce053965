"""Gradients of convolutions by convolutions: the same numbers as Keras', for all but the order of the sums."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from restorers.training import gradients as module
from restorers.training.gradients import gradients_by_convolution


@pytest.fixture(autouse=True)
def without_avx512(monkeypatch):
    monkeypatch.setattr(module, "instructions", lambda: frozenset({"avx2"}))


def network(**settings):
    keras.utils.set_random_seed(0)
    photo = keras.Input((None, None, 5), name="photo")
    x = keras.layers.Conv2D(7, 3, padding="same", activation="relu", name="first")(photo)
    return keras.Model(photo, keras.layers.Conv2D(4, 3, **({"padding": "same"} | settings), name="second")(x))


def gradients(model, photo, truth):
    x, y = tf.constant(photo), tf.constant(truth)

    @tf.function
    def of_all():
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_mean((model(x, training=True) - y) ** 2)
        return tape.gradient(loss, [x, *(variable.value for variable in model.trainable_variables)])

    return [np.array(g) for g in of_all()]


@pytest.mark.parametrize("shape", [(4, 12, 9, 5), (1, 3, 2, 5), (2, 1, 1, 5)])
def test_equal_to_those_of_keras(shape):
    rng, model = np.random.default_rng(1), network()
    photo, truth = rng.random(shape, np.float32), rng.random((*shape[:3], 4), np.float32)
    expected = gradients(model, photo, truth)
    with gradients_by_convolution(model):
        assert "convolution_op" in vars(model.get_layer("first"))
        found = gradients(model, photo, truth)
        assert np.array(model(photo)) == pytest.approx(network().predict_on_batch(photo), abs=1e-6)
    assert not any("convolution_op" in vars(layer) for layer in model.layers)
    for ours, theirs in zip(found, expected, strict=True):
        assert np.abs(ours - theirs).max() <= 1e-5 * np.abs(theirs).max()


@pytest.mark.parametrize("settings", [{"strides": 2}, {"dilation_rate": 2}, {"padding": "valid"}])
def test_other_convolutions_stay_as_they_are(settings):
    model = network(**settings)
    with gradients_by_convolution(model):
        assert "convolution_op" not in vars(model.get_layer("second"))


def test_with_avx512_those_of_keras_stay(monkeypatch):
    monkeypatch.setattr(module, "instructions", lambda: frozenset({"avx2", "avx512f"}))
    model = network()
    with gradients_by_convolution(model):
        assert not any("convolution_op" in vars(layer) for layer in model.layers)


def test_taken_back_after_an_error():
    model = network()
    with pytest.raises(ZeroDivisionError), gradients_by_convolution(model):
        raise ZeroDivisionError
    assert not any("convolution_op" in vars(layer) for layer in model.layers)
