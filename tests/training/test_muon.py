"""The optimizer of the restoration networks: Keras' Muon on kernels of convolutions."""

import keras
import numpy as np
import pytest

from restorers.training.muon import ConvolutionMuon
from restorers.training.recipes import RECIPES


@pytest.mark.parametrize("shape", [(27, 64), (64, 27), (288, 96), (96, 288)])
def test_the_iteration_is_that_of_keras(shape):
    matrix = keras.ops.convert_to_tensor(np.random.default_rng(0).normal(size=shape).astype(np.float32))
    ours, theirs = ConvolutionMuon(), keras.optimizers.Muon()
    found, expected = (np.array(o.zeropower_via_newtonschulz5(matrix, 5)) for o in (ours, theirs))
    assert found == pytest.approx(expected, abs=1e-4)
    strengths = np.linalg.svd(found, compute_uv=False)
    assert strengths.min() > 0.6 and strengths.max() < 1.25


def test_a_kernel_takes_a_step_of_even_strengths_and_the_last_layer_one_of_adam():
    kernel, last = (
        keras.Variable(np.zeros(shape, np.float32), name=name) for shape, name in (((3, 3, 32, 48), "body"), ((3, 3, 48, 4), "tail"))
    )
    optimizer = ConvolutionMuon(1e-2, exclude_layers=["tail"], adam_lr_ratio=0.5, weight_decay=None, adam_weight_decay=None)
    rng = np.random.default_rng(1)
    gradients = [rng.normal(size=v.shape).astype(np.float32) for v in (kernel, last)]
    # one direction seventy times stronger than the others, as gradients have it
    gradients[0] += 10 * np.outer(np.ones(288), np.ones(48)).reshape(kernel.shape).astype(np.float32)
    optimizer.apply(list(map(keras.ops.convert_to_tensor, gradients)), [kernel, last])
    strengths = np.linalg.svd(np.array(kernel).reshape(288, 48), compute_uv=False) / (1e-2 * 0.2 * np.sqrt(288))
    assert strengths.max() < 1.25 and strengths.min() > 0.3
    assert np.array(last) == pytest.approx(-5e-3 * np.sign(gradients[1]), rel=0.1)


def test_the_restoration_recipes_use_it_for_all_but_the_first_and_last_layer():
    recipe = RECIPES.get("denoise")()
    optimizer, model = recipe.optimizer(), recipe.architecture.build()
    optimizer.build(model.trainable_variables)
    adam = {v.path for v, velocity in zip(model.trainable_variables, optimizer.adam_velocities, strict=True) if velocity is not None}
    assert adam == {"head/kernel", "tail/kernel"}
    assert recipe.rate * optimizer.adam_lr_ratio <= 1e-3
