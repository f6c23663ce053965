"""What the restoration networks promise of the weights that ship: they win something back, and add no colour and no texture."""

import cv2
import keras
import numpy as np
import pytest

from restorers.degradations import DEGRADATIONS, Observation, degrade
from restorers.metrics import colorfulness, psnr
from restorers.presets import PRESETS
from restorers.restore import find_restorer, network_input, restore
from restorers.samples import PHOTOS, sample_photo

LEVEL = 1 / 255
# what each is for, at a strength in the middle, and the least that it wins back there on the sample photos, in dB
PURPOSES = {
    "denoise": [("gaussian_noise", {"sigma": 25, "clip": False}, 8.0)],
    "denoise-fast": [("gaussian_noise", {"sigma": 25, "clip": False}, 7.0)],
    "deblur": [("gaussian_blur", {"sigma": 1.6}, 1.5)],
    "enlarge": [("downscale", {"factor": 2}, 1.0)],
    "dejpeg": [("jpeg", {"quality": 20}, 0.7)],
    "inpaint": [("missing_pixels", {"share": 0.5}, 10.0), ("scratches", {}, 8.0)],
}
PURPOSES["universal"] = [
    ("gaussian_noise", {"sigma": 25, "clip": False}, 7.0),
    ("gaussian_blur", {"sigma": 1.6}, 3.0),
    ("downscale", {"factor": 2}, 0.3),
    ("jpeg", {"quality": 20}, 0.5),
    ("missing_pixels", {"share": 0.5}, 8.0),
]
GENTLE = {"gaussian_noise": {"sigma": 10}, "jpeg": {"quality": 40}}  # what a sky can be freed of to within a level
SHIPPED = [name for name in (*PURPOSES, "colorize") if name in PRESETS.names()]
TASKS = [(name, *task) for name in SHIPPED for task in PURPOSES.get(name, ())]
IDS = [f"{name}-{task}" for name, task, _, _ in TASKS]
BLIND = [name for name in SHIPPED if name not in ("inpaint", "colorize")]


@pytest.fixture(scope="module")
def photos():
    return [sample_photo(name)[:320, :320] for name in list(PHOTOS)[:4]]


def sky():
    """From blue to pale, without any texture, in 8 bits."""
    down = np.linspace(0, 1, 192, dtype=np.float32)[:, None, None]
    top, bottom = np.array([0.32, 0.52, 0.80], np.float32), np.array([0.72, 0.82, 0.92], np.float32)
    return np.rint(np.broadcast_to(top + (bottom - top) * down, (192, 192, 3)) * 255).astype(np.float32) * np.float32(LEVEL)


def mended(name, task, settings, truth):
    observation = degrade(truth, DEGRADATIONS.get(task).from_settings(settings), 0)
    return np.clip(observation.photo, 0, 1), restore(observation, find_restorer(name)).photo


@pytest.mark.parametrize(("name", "task", "settings", "least"), TASKS, ids=IDS)
def test_it_wins_back_what_it_is_for_and_keeps_the_colours(name, task, settings, least, photos):
    gains, shifts = [], []
    for truth in photos:
        degraded, restored = mended(name, task, settings, truth)
        gains.append(psnr(restored, truth) - psnr(degraded, truth))
        shifts.append(np.abs((restored - truth).mean(axis=(0, 1))).mean())
    assert np.mean(gains) > least and min(gains) > 0
    assert np.mean(shifts) < 0.5 * LEVEL


@pytest.mark.parametrize("name", [name for name in PURPOSES if name in SHIPPED and PRESETS.get(name).architecture.leaky])
def test_all_its_residual_blocks_work(name, photos):
    """Most of what each computes must vary with the photo: a block whose channels never leave 0 costs as much and does nothing."""
    task, settings, _ = PURPOSES[name][0]
    observation = degrade(photos[0], DEGRADATIONS.get(task).from_settings(settings), 0)
    model = PRESETS.get(name).build()
    layers = [layer for layer in model.layers if layer.name.endswith("_conv1")]
    inside = keras.Model(model.input, [layer.output for layer in layers])
    seen = network_input(observation, PRESETS.get(name).architecture.channels)[None]
    for layer, maps in zip(layers, inside.predict_on_batch(seen), strict=True):
        above = (maps > 0).mean(axis=(0, 1, 2))
        assert ((above > 0.001) & (above < 0.999)).mean() > 0.5, layer.name


@pytest.mark.parametrize("name", BLIND)
def test_a_good_photo_keeps_its_colours(name, photos):
    restorer = find_restorer(name)
    for truth in photos:
        shift = (restore(Observation(truth), restorer).photo - truth).mean(axis=(0, 1))
        assert np.abs(shift).max() < 0.5 * LEVEL


@pytest.mark.parametrize("name", BLIND)
def test_a_clear_sky_stays_clear(name):
    truth = sky()
    residual = restore(Observation(truth), find_restorer(name)).photo - truth
    assert np.sqrt((residual**2).mean()) < LEVEL
    assert np.abs(residual.mean(axis=(0, 1))).max() < 0.5 * LEVEL


@pytest.mark.parametrize(("name", "task", "settings", "least"), TASKS, ids=IDS)
def test_nothing_is_invented_in_a_damaged_sky(name, task, settings, least):
    truth = sky()
    _, restored = mended(name, task, settings | GENTLE.get(task, {}), truth)
    residual = restored - truth
    texture = (residual - cv2.GaussianBlur(residual, (0, 0), 8))[16:-16, 16:-16]  # a JPEG may have lost the level of a whole block
    assert np.sqrt((texture**2).mean()) < LEVEL


@pytest.mark.skipif("colorize" not in PRESETS.names(), reason="no weights yet")
def test_a_gray_photo_gets_colour(photos):
    ratios = []
    for truth in photos:
        _, restored = mended("colorize", "grayscale", {}, truth)
        ratios.append(colorfulness(restored) / max(colorfulness(truth), 1e-6))
    assert np.mean(ratios) > 0.3
