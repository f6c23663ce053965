"""The restoration networks: what they are shown, that they learn from it, and what they promise of their output."""

import threading
from dataclasses import replace

import keras
import numpy as np
import pytest

from restorers.degradations import DEGRADATIONS, Chain, Observation, degrade
from restorers.diagnosis import DAMAGES, channel
from restorers.metrics import colorfulness, psnr
from restorers.models.efficient_unet import EfficientUNet
from restorers.models.unet import UNet
from restorers.photo import read_photo, write_photo
from restorers.presets import Preset, PresetStore
from restorers.resize import resize
from restorers.restore import COLOUR_SIDE, _enlarge_colour, colour_view, find_restorer, network, restore
from restorers.samples import SAMPLES
from restorers.training.estimate import estimate
from restorers.training.export import export
from restorers.training.fit import train
from restorers.training.losses import LOCAL_WEIGHT, presence_accuracy, presence_crossentropy
from restorers.training.recipes import RECIPES
from restorers.training.recipes._restoration import recolour

NAMES = ("denoise", "deblur", "enlarge", "dejpeg", "colorize", "inpaint", "universal")
LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)
TINY = {"width1": 8, "width2": 8, "width3": 8, "blocks1": 1, "blocks2": 1, "blocks3": 1}


def tiny(name, **settings):
    """The recipe with a U-Net of a few channels, and its data of few and small batches."""
    cls = RECIPES.get(name)
    full = cls().architecture

    if isinstance(full, EfficientUNet):
        small = EfficientUNet(colours=full.colours, width2=8, width4=8, width8=8, width16=8)
    else:
        small = UNet(channels=full.channels, output_channels=full.output_channels, bias=full.bias, classifies=full.classifies, **TINY)

    class Tiny(cls):
        architecture = small

    return Tiny(batch=4, patch=32, **settings)


def preset_of(recipe, folder=None):
    return Preset(folder, recipe.name, recipe.title, recipe.help, recipe.trained_on, recipe.architecture, {}, recipe.suits, "", {}, {})


def restorer_of(recipe, model):
    class Store(PresetStore):
        def model(self, preset):
            return model

    return network(preset_of(recipe), Store())()


@pytest.fixture(scope="module")
def photo():
    return read_photo(next(iter(SAMPLES.values())).path).photo


def crops(photo, side, count=200):
    rng = np.random.default_rng(1)
    for _ in range(count):
        top, left = rng.integers(0, [photo.shape[0] - side + 1, photo.shape[1] - side + 1])
        yield photo[top : top + side, left : left + side], rng


def drawn(name, count=400):
    rng = np.random.default_rng(0)
    return [RECIPES.get(name)().draw(rng) for _ in range(count)]


@pytest.mark.parametrize("name", NAMES)
def test_pairs_have_shape_type_range_and_repeat(name, photo):
    recipe = RECIPES.get(name)()
    side = recipe.patch + 2 * recipe.margin
    before = photo.copy()
    rounded = 0
    for crop, rng in crops(photo, side, 24):
        seed = int(rng.integers(1000))
        seen, truth = recipe.pair(crop, np.random.default_rng(seed))
        again, _ = recipe.pair(crop, np.random.default_rng(seed))
        assert seen.shape == (recipe.patch, recipe.patch, recipe.architecture.channels)
        assert truth.shape == (recipe.patch, recipe.patch, recipe.architecture.output_channels) and seen.dtype == truth.dtype == np.float32
        assert np.isfinite(seen).all() and truth.min() >= 0 and truth.max() <= 1
        assert np.array_equal(seen, again)
        levels = seen[..., :3] * 255
        rounded += bool(np.abs(levels - np.rint(levels)).max() < 1e-4 and seen.min() >= 0 and seen.max() <= 1)
    assert np.array_equal(photo, before)
    assert rounded >= 5 and (name in ("dejpeg", "inpaint") or rounded <= 20), "half of the crops are as files are"


@pytest.mark.parametrize("name", NAMES)
def test_validation_is_the_same_each_time_and_training_is_not(name):
    recipe = RECIPES.get(name)(batch=2)
    first, again = recipe.load(None), recipe.load(None)
    assert all(np.array_equal(a, b) for a, b in zip(first.validation, again.validation, strict=True))
    seen, truth = first.validation
    assert seen.shape[1:3] == truth.shape[1:3] == (recipe.validation_crop,) * 2
    if name != "universal":
        assert ((seen[..., :3].clip(0, 1) - truth) ** 2).mean(axis=(1, 2, 3)).min() > 1e-5, "a whole picture outweighs all others"
    stream = first.batches(np.random.default_rng(0))
    one, two = next(stream), next(stream)
    assert not np.array_equal(one[0], two[0])
    assert np.array_equal(one[0], next(again.batches(np.random.default_rng(0)))[0])


def operations(name):
    """Of one restoration of 512×512, multiplications and additions counted apart."""
    return estimate(RECIPES.get(name)(patch=128, batch=1)).operations / 3 * (512 / 128) ** 2


def test_no_network_costs_more_than_ffdnet():
    counted = {name: operations(name) for name in (*NAMES, "denoise-fast")}
    assert max(counted.values()) < 112e9, counted
    assert 2 * counted["universal"] + counted["inpaint"] < 112e9, "two looks, and the mending of one kind of damage"
    assert counted["denoise-fast"] == pytest.approx(counted["denoise"] / 4, rel=0.05)


def test_the_ranges_are_those_of_the_cards():
    blurs = [chain.steps[0] for chain in drawn("deblur")]
    shares = {"gaussian_blur": 0.4, "motion_blur": 0.35, "defocus_blur": 0.17, "box_blur": 0.08}
    assert {b.name for b in blurs} == set(shares)
    assert {name: np.mean([b.name == name for b in blurs]) for name in shares} == pytest.approx(shares, abs=0.08)
    sigmas = [b.sigma for b in blurs if b.name == "gaussian_blur"]
    assert 0.2 <= min(sigmas) < 0.5 and 3.7 < max(sigmas) <= 4
    noise = [chain.steps[1] for chain in drawn("deblur")]
    assert {n.name for n in noise} == {"gaussian_noise"} and 4.5 < max(n.sigma for n in noise) <= 5 and not any(n.clip for n in noise)
    shares = {"gaussian_noise": 0.7, "grain": 0.15, "camera_noise": 0.15}
    noises = drawn("denoise", 800)
    assert {name: np.mean([n.name == name for n in noises]) for name in shares} == pytest.approx(shares, abs=0.05)
    speeds = [n.iso for n in noises if n.name == "camera_noise"]
    assert 100 <= min(speeds) < 200 and 8000 < max(speeds) <= 12800 and 700 < np.median(speeds) < 1800
    factors = np.array([d.factor for d in drawn("enlarge")])
    assert factors.min() >= 1.5 and factors.max() <= 4
    assert all(np.mean(factors == f) > 0.18 for f in (2, 3, 4)) and np.mean(np.isin(factors, [2, 3, 4])) < 0.85
    assert np.mean([d.method == "bicubic" for d in drawn("enlarge")]) > 0.75
    qualities = np.array([d.quality for d in drawn("dejpeg")])
    assert qualities.min() <= 6 and qualities.max() >= 90 and 20 < np.median(qualities) < 35
    assert {d.chroma for d in drawn("dejpeg")} == {"4:2:0", "4:2:2", "4:4:4"}
    missing = drawn("inpaint")
    assert {d.name for d in missing} == {"missing_pixels", "scratches", "painted_mask"}
    lost = [d.share for d in missing if d.name == "missing_pixels"]
    assert min(lost) < 0.15 and 0.85 < max(lost) <= 0.9
    painted = [d.mask.mean() for d in missing if d.name == "painted_mask"]
    assert 0.02 < np.mean(painted) < 0.5


def kinds_of(degradation):
    return [] if degradation is None else list(degradation.steps) if isinstance(degradation, Chain) else [degradation]


def test_universal_draws_everything_chains_and_what_needs_no_mending():
    found = drawn("universal", 900)
    assert {step.name for d in found for step in kinds_of(d)} == set(DEGRADATIONS.names()) - {"grayscale"}
    assert 0.05 < np.mean([d is None for d in found]) < 0.13
    chains = [d.describe() for d in found if isinstance(d, Chain)]
    assert any("downscale" in c and "jpeg" in c for c in chains) and any("noise" in c and "jpeg" in c for c in chains)
    assert any(c.count("→") == 3 for c in chains)
    for chain in chains:
        assert "jpeg" not in chain or chain.rindex("→") < chain.rindex("jpeg"), "coding comes last"


def test_universal_is_shown_even_crops_where_only_blocks_tell_of_jpeg(photo):
    recipe, rng = RECIPES.get("universal")(even=1, patch=96), np.random.default_rng(0)
    pairs = [recipe.pair(photo[:128, :128], rng) for _ in range(80)]
    present = [{damage.name for k, damage in enumerate(DAMAGES) if target[..., k].any()} for _, target in pairs]
    assert {frozenset(names) for names in present} == {frozenset(), frozenset({"jpeg"}), frozenset({"noise"})}
    assert 0.35 < np.mean([names == {"jpeg"} for names in present]) < 0.65
    steps = {True: [], False: []}  # in the slope
    for (seen, _), names in zip(pairs, present, strict=True):
        if "noise" not in names:
            steps["jpeg" in names].append(np.abs(np.diff(seen, 2, axis=1)).max())
    assert max(steps[False]) < 4 / 255 < np.median(steps[True]), "levels of 8 bits at most, and blocks"


@pytest.mark.parametrize(
    ("name", "settings", "present"),
    [
        ("gaussian_noise", {"sigma": 20}, "noise"),
        ("poisson_noise", {}, "noise"),
        ("grain", {"sigma": 10}, "noise"),
        ("camera_noise", {"iso": 400}, "noise"),
        ("gaussian_noise", {"sigma": 1}, None),
        ("motion_blur", {}, "blur"),
        ("gaussian_blur", {"sigma": 0.3}, None),
        ("downscale", {}, "resolution"),
        ("jpeg", {"quality": 30}, "jpeg"),
        ("jpeg", {"quality": 95}, None),
        ("haze", {}, None),
        ("posterize", {}, None),
    ],
)
def test_universal_is_taught_what_is_present(name, settings, present, photo):
    recipe, step = RECIPES.get("universal")(), DEGRADATIONS.get(name)(**settings)
    for degradation in (step, Chain((step,))):
        maps = recipe.target(photo, degradation, degradation.apply(photo, np.random.default_rng(0)))
        assert maps.shape == (*photo.shape[:2], len(DAMAGES)) and maps.dtype == np.float32
        assert [damage.name for k, damage in enumerate(DAMAGES) if maps[..., k].any()] == ([present] if present else [])
        assert all(np.ptp(maps[..., k]) == 0 for k in range(len(DAMAGES)))


@pytest.mark.parametrize("name", ["missing_pixels", "scratches", "salt_and_pepper"])
def test_universal_is_taught_which_pixels_are_lost(name, photo):
    recipe, step = RECIPES.get("universal")(), DEGRADATIONS.get(name)()
    observation = step.apply(photo, np.random.default_rng(0))
    maps = recipe.target(photo, step, observation)
    changed = (observation.photo != photo).any(axis=-1)
    lost = maps[..., channel("missing")] > 0
    assert lost[changed].all() and lost.sum() <= 1.02 * changed.sum() and 0 < lost.mean() < 1
    assert maps.sum() == lost.sum(), "nothing else is present"


def test_the_loss_of_what_is_present_asks_once_a_picture_or_pixel_by_pixel():
    rng = np.random.default_rng(0)
    p, truth = rng.uniform(0.05, 0.95, (2, 6, 4, 2)).astype(np.float32), np.zeros((2, 6, 4, 2), np.float32)
    truth[0, ..., 0] = 1
    truth[..., 1] = rng.integers(0, 2, (2, 6, 4))
    pooled = 1 / (1 + np.exp(-np.log(p[..., 0] / (1 - p[..., 0])).mean(axis=(1, 2))))
    whole = -np.log([pooled[0], 1 - pooled[1]])
    local = -np.log(np.where(truth[..., 1] > 0, p[..., 1], 1 - p[..., 1])).mean(axis=(1, 2))
    found = np.asarray(presence_crossentropy(truth, p, local=(False, True)))
    assert np.allclose(found, (whole + LOCAL_WEIGHT * local) / 2, rtol=1e-4)
    assert np.asarray(presence_accuracy(truth, p, local=(False, True))).tolist() == [float(pooled[0] > 0.5), float(pooled[1] < 0.5)]


def test_a_third_of_the_jpeg_crops_are_gray(photo):
    recipe = RECIPES.get("dejpeg")()
    gray = [np.ptp(recipe.pair(crop, rng)[1], axis=-1).max() < 1e-6 for crop, rng in crops(photo, recipe.side, 150)]
    assert 0.2 < np.mean(gray) < 0.47


def test_enlarge_is_shown_what_its_benchmark_gives(photo):
    """A crop of a photo that was reduced and enlarged as a whole is what training shows away from the borders."""
    recipe = RECIPES.get("enlarge")()
    rng = np.random.default_rng(4)
    crop = photo[120 : 120 + recipe.side, 240 : 240 + recipe.side]
    for factor in (2, 3, 4):
        step = DEGRADATIONS.get("downscale")(factor=factor)
        whole = np.rint(degrade(photo[:504, :504], step).photo * 255) / 255

        class Fixed(type(recipe)):
            def draw(self, rng, step=step):
                return step

        while True:
            seen, truth = Fixed().pair(crop, rng)
            if np.array_equal(truth, crop[16:-16, 16:-16]) and np.abs(seen * 255 - np.rint(seen * 255)).max() < 1e-4:
                break
        inside = tuple(slice(start + recipe.margin, start + recipe.margin + recipe.patch) for start in (120, 240))
        assert np.abs(seen - whole[inside]).max() <= 1.01 / 255


def test_jpeg_blocks_start_where_most_crops_do(photo):
    """At quality 5 the steps between neighbours are largest at the blocks' borders."""
    recipe = RECIPES.get("dejpeg")()

    class Worst(type(recipe)):
        def draw(self, rng):
            return DEGRADATIONS.get("jpeg")(quality=5)

    aligned = []
    for crop, rng in crops(photo, recipe.side, 80):
        steps = np.abs(np.diff(Worst().pair(crop, rng)[0].mean(axis=2), axis=1)).mean(axis=0)
        aligned.append(int(np.argmax([steps[k::8].mean() for k in range(8)])) == 7)
    assert 0.6 < np.mean(aligned) < 0.97


def test_enlarge_reduces_by_exactly_two_three_and_four():
    """By 144 / 48, not by 128 / 43: no phase of the enlarged pixels moves across a crop."""
    recipe = RECIPES.get("enlarge")()
    for side in (recipe.side, recipe.validation_crop + 2 * recipe.margin):
        assert side % 12 == 0


def test_the_loss_of_enlarge_weighs_what_is_wrong_in_the_luminance_twice():
    loss, truth = RECIPES.get("enlarge")().loss, np.full((2, 8, 8, 3), 0.5, np.float32)
    of_colour = np.array([0.1, 0.1, -0.1 * (0.299 + 0.587) / 0.114], np.float32)  # its luminance is 0
    photo = truth + np.stack([np.full(3, 0.1, np.float32), of_colour])[:, None, None]
    assert np.array(loss(truth, photo)) == pytest.approx([0.2, np.sqrt(np.mean(of_colour**2)) + 0.001], rel=1e-3)


def test_noise_of_every_strength_counts_as_much_as_the_error_that_it_leaves():
    recipe = RECIPES.get("denoise")()
    truth = np.full((1, 64, 64, 3), 0.5, np.float32)
    noise = np.random.default_rng(0).standard_normal(truth.shape, np.float32)
    losses = []
    for sigma, score in ((15, 33.41), (25, 30.76), (50, 27.48)):  # what denoise leaves on CBSD68
        left = truth + np.float32(10 ** (-score / 20))
        losses.append(recipe.weight((truth + noise * sigma / 255)[0], truth[0]) * float(recipe.loss(truth, left)[0]))
    assert max(losses) < 1.1 * min(losses)
    assert np.isfinite(recipe.weight(truth[0], truth[0]))


def test_a_scratch_counts_as_much_as_its_pixels_are_wrong_however_few_they_are(photo):
    recipe = RECIPES.get("inpaint")(batch=6)
    seen, truth, weights = next(recipe.load(None).batches(np.random.default_rng(0)))
    assert weights.shape == (6,) and weights.dtype == np.float32
    missing = seen[..., 3] == 1
    wrong = truth + missing[..., None] * np.float32(0.1)
    losses = weights * np.asarray(recipe.loss(truth, wrong))
    many = missing.mean((1, 2)) > 0.005
    assert len(set(missing.mean((1, 2))[many])) > 3 and np.allclose(losses[many], 0.1, rtol=0.02)
    assert recipe.weight(np.zeros((64, 64, 4), np.float32), truth[0]) < 20, "one pixel that is missing outweighs all"
    assert len(next(RECIPES.get("deblur")(batch=2).load(None).batches(np.random.default_rng(0)))) == 2


def test_inpaint_is_told_the_mask_and_shown_nothing_under_it(photo):
    recipe = RECIPES.get("inpaint")()
    shares = []
    for crop, rng in crops(photo, recipe.side, 30):
        seen, truth = recipe.pair(crop, rng)
        missing = seen[..., 3] == 1
        assert np.array_equal(missing, seen[..., 3] > 0)
        assert np.allclose(seen[~missing][:, :3], truth[~missing], atol=1e-6)
        known = np.where(missing[..., None], np.float32(128 / 255), seen[..., :3])
        guess = restore(Observation(known, mask=missing), find_restorer("navier_stokes")).photo
        assert np.allclose(guess, seen[..., :3], atol=1e-6), "a guess from what is known alone"
        shares.append(missing.mean())
    assert min(shares) < 0.15 and max(shares) > 0.6


def test_colorize_is_shown_the_luminance(photo):
    recipe = RECIPES.get("colorize")()
    for crop, rng in crops(photo, recipe.patch, 6):
        seen, truth = recipe.pair(crop, rng)
        assert np.abs(seen[..., 0] - truth @ LUMINANCE).max() <= 0.51 / 255


def test_vividness_weighs_colourful_pixels():
    plain, vivid = (RECIPES.get("colorize")(vividness=v).loss for v in (0, 2))
    truth = np.full((1, 8, 8, 3), 0.5, np.float32)
    photo = truth + 0.1
    assert float(plain(truth, photo)[0]) == pytest.approx(0.01, rel=1e-4) == pytest.approx(float(vivid(truth, photo)[0]), rel=1e-4)
    colour = np.array([0.3, -0.1, -0.1], np.float32)
    colour -= colour @ LUMINANCE
    expected = (1 + 2 / 0.1 * np.linalg.norm(colour)) * 0.01
    assert float(vivid(truth + colour, photo + colour)[0]) == pytest.approx(expected, rel=1e-3)


class StopAfter(keras.callbacks.Callback):
    def __init__(self, steps):
        super().__init__()
        self.steps, self.event = steps, threading.Event()

    def on_train_batch_begin(self, batch, logs=None):
        self.steps -= 1
        if self.steps == 0:
            self.event.set()


def learn(recipe, steps, **more):
    data = recipe.load(None)
    data.steps, data.validation = steps // 2, tuple(part[:2, :32, :32] for part in data.validation)
    stop = StopAfter(steps)
    return train(recipe, data, [stop], stop.event, minutes=5, **more)


@pytest.mark.parametrize("name", ["deblur", "colorize", "inpaint"])  # test_fit takes a step with every recipe
def test_each_learns_a_few_steps_and_restores(name, photo):
    recipe = tiny(name)
    run = learn(recipe, 6)
    assert run.state.steps == 6 and [np.isfinite(entry["val_psnr"]) for entry in run.state.history] == [True, True]
    assert np.abs(np.array(run.model.get_layer("tail").kernel)).max() > 0, "it starts at 0"
    restorer = restorer_of(recipe, run.model)
    suited = next(d for d in DEGRADATIONS if restorer.suited(d))
    observation = degrade(photo[:90, :70], suited(), 0)
    result = restore(observation, restorer)
    assert result.photo.shape == (90, 70, 3) and np.isfinite(result.photo).all()
    assert psnr(result.photo, photo[:90, :70]) > psnr(np.clip(observation.photo, 0, 1), photo[:90, :70]) - 1


def test_universal_learns_and_is_chosen_by_its_loss(tmp_path):
    recipe = tiny("universal")
    data = recipe.load(None)
    data.steps, data.validation = 3, tuple(part[:8, :32, :32] for part in data.validation)
    run = train(recipe, data, steps=9, folder=tmp_path / "state")
    assert run.degraded_psnr is None and all("val_psnr" not in entry for entry in run.state.history)
    assert all(0 <= entry["val_accuracy"] <= 1 for entry in run.state.history)
    assert run.state.lowest == min(entry["val_loss"] for entry in run.state.history)
    resumed = train(recipe, data, steps=3, folder=tmp_path / "state", resume=True)
    assert resumed.state.steps == 12
    preset = export(run, recipe, data, tmp_path / "made")
    assert preset.scores == [] and Preset.read(tmp_path / "made").architecture == recipe.architecture
    card = (tmp_path / "made" / "README.md").read_text()
    assert "| Calls | `dejpeg`, `inpaint`, `denoise`, `deblur`, `enlarge` |" in card and "validation accuracy" in card
    assert (tmp_path / "made" / "examples.png").is_file()


def randomised(architecture, scale=0.2):
    model, rng = architecture.build(), np.random.default_rng(0)
    for variable in model.variables:
        variable.assign(rng.normal(0, scale, variable.shape))
    return model


def test_inpaint_changes_missing_pixels_alone_also_across_tiles(photo, monkeypatch):
    import restorers.restore as module

    recipe = tiny("inpaint")
    restorer = restorer_of(recipe, randomised(recipe.architecture))
    observation = degrade(photo[:400, :300], DEGRADATIONS.get("scratches")(), 0)
    for tile in (1280, 256):
        monkeypatch.setattr(module, "TILE", tile)
        result = restore(observation, restorer).photo
        assert np.array_equal(result[~observation.mask], observation.photo[~observation.mask])
        assert np.abs(result - observation.photo)[observation.mask].mean() > 0.05
    assert restorer.told == ("mask",)


def test_what_lies_under_the_mask_does_not_matter(photo):
    """A visitor may mark what is still in the photo: the network must not see it."""
    recipe = tiny("inpaint")
    restorer = restorer_of(recipe, randomised(recipe.architecture))
    mask = np.zeros((64, 64), bool)
    mask[20:40, 10:30] = True
    here = restore(Observation(photo[:64, :64], mask=mask), restorer).photo
    spoiled = np.where(mask[..., None], np.float32(0.9), photo[:64, :64])
    assert np.array_equal(restore(Observation(spoiled, mask=mask), restorer).photo, here)


@pytest.mark.parametrize("size", [(64, 64), (300, 520), (700, 500)])
def test_colorize_keeps_the_luminance(size, photo):
    """Whatever the weights, and also where the photo is shrunk for the network."""
    recipe = tiny("colorize")
    restorer = restorer_of(recipe, randomised(recipe.architecture))
    truth = np.tile(photo, (2, 2, 1))[: size[0], : size[1]]
    observation = degrade(truth, DEGRADATIONS.get("grayscale")())
    result = restore(observation, restorer)
    assert np.abs(result.photo @ LUMINANCE - observation.photo[..., 0]).max() < 1 / 255
    assert colorfulness(result.photo) > 10
    assert result.photo.shape == (*size, 3) and "guess" in result.notes[0].en


@pytest.mark.parametrize("side", [128, 512])
def test_saturation_makes_the_guessed_colours_stronger_and_keeps_the_luminance(side, photo):
    """Whether or not the photo is shrunk for the network."""
    recipe = tiny("colorize")
    restorer = restorer_of(recipe, randomised(recipe.architecture, 0.1))
    observation = degrade(photo[:side, :side], DEGRADATIONS.get("grayscale")())
    none, pale, vivid = (restore(observation, replace(restorer, saturation=s)).photo for s in (0, 1, 1.5))
    assert none == pytest.approx(observation.photo, abs=1e-6)
    assert colorfulness(vivid) > 1.2 * colorfulness(pale) > 12
    assert np.abs(vivid @ LUMINANCE - observation.photo[..., 0]).max() < 1 / 255


def test_colours_of_a_large_photo_are_those_of_the_small_one(photo):
    recipe = tiny("colorize")
    restorer = restorer_of(recipe, randomised(recipe.architecture, 0.1))
    gray = degrade(photo, DEGRADATIONS.get("grayscale")()).photo
    large = np.repeat(np.repeat(gray, 2, axis=0), 2, axis=1)
    small, coloured = (restore(Observation(p), restorer).photo for p in (gray, large))
    blocks = [p.reshape(32, len(p) // 32, 32, len(p) // 32, 3).mean(axis=(1, 3)) for p in (gray, small, coloured)]
    assert np.abs(blocks[1] - blocks[2]).mean() < 0.1 * np.abs(blocks[1] - blocks[0]).mean()


def test_enlarged_colours_end_where_the_luminance_does():
    gray = np.full((512, 512, 1), 0.3, np.float32)
    gray[:, 250:] = 0.7  # inside of a small pixel
    truth = np.where(gray > 0.5, np.float32([[0.2, -0.1, 0]]), np.float32([[-0.1, 0.1, 0.1]]))
    small, colour = colour_view(gray), resize(truth, COLOUR_SIDE, COLOUR_SIDE, "area")
    guided, blind = _enlarge_colour(colour, small, gray), resize(colour, 512, 512)
    assert np.abs(guided - truth).mean() < 0.4 * np.abs(blind - truth).mean()
    assert np.abs(guided - truth)[:, :240].max() < 0.01


def test_crops_to_colour_show_half_of_a_photo_or_more_upright(tmp_path):
    """The top of the photo is white: in upright crops every column is far brighter at the top than at the bottom."""
    rows = np.linspace(255, 0, 300).astype(np.uint8)[:, None, None]
    for name in ("a.png", "b.png"):
        write_photo(tmp_path / name, np.broadcast_to(rows, (300, 400, 3)).astype(np.float32) / 255)
    recipe = RECIPES.get("colorize")(batch=32)
    seen, _ = next(recipe.load(tmp_path).batches(np.random.default_rng(0)))
    assert seen.shape == (32, 128, 128, 1)
    falls = (seen[:, 0] - seen[:, -1]).reshape(32, -1)
    assert falls.min() > 0.3 and falls.max() > 0.9


def test_small_photos_teach_colours_too(tmp_path, photo):
    for name in ("a.png", "b.png"):
        write_photo(tmp_path / name, photo[:80, :64])
    write_photo(tmp_path / "c.png", photo[:63, :80])
    recipe = RECIPES.get("colorize")(batch=2)
    data = recipe.load(tmp_path)
    assert len(data.notes) == 1 and "63" in data.notes[0].en
    _, truth = next(data.batches(np.random.default_rng(0)))
    assert truth.shape == (2, 128, 128, 3) and data.validation[1].shape == (1, COLOUR_SIDE, COLOUR_SIDE, 3)


def test_what_is_coloured_is_seen_in_other_light_in_its_own_colours(photo):
    recipe, rng = RECIPES.get("colorize")(), np.random.default_rng(0)
    crop, brightness = photo[:96, :96], []
    for _ in range(20):
        seen = recipe.view(crop, rng)
        assert seen.shape == crop.shape and seen.dtype == np.float32 and seen.min() >= 0 and seen.max() <= 1
        assert (np.take_along_axis(seen, crop.argmax(axis=-1)[..., None], axis=-1)[..., 0] == seen.max(axis=-1)).all()
        brightness.append(seen.mean() / crop.mean())
    assert min(brightness) < 0.9 and max(brightness) > 1.1


def test_colorfulness_is_recorded_as_its_metric_measures_it(photo):
    ours = RECIPES.get("colorize")().metrics()[0]
    pale = photo.mean(axis=2, keepdims=True) + 0.5 * (photo - photo.mean(axis=2, keepdims=True))
    ours.update_state(photo[None], pale[None])
    assert float(ours.result()) == pytest.approx(colorfulness(pale) / colorfulness(photo), rel=1e-3)


@pytest.mark.parametrize("name, share", [("dejpeg", 0.5), ("denoise", 0.25)])
def test_some_of_the_crops_are_trained_on_in_other_colours(name, share, photo):
    recipe, changed, vivid = RECIPES.get(name)(), [], []
    for crop, rng in crops(photo, recipe.side, 200):
        seen = recipe.view(crop, rng)
        assert seen.shape == crop.shape and seen.dtype == np.float32 and seen.min() >= 0 and seen.max() <= 1
        changed.append(not np.array_equal(seen, crop))
        vivid.append(colorfulness(seen) / max(colorfulness(crop), 1e-6))
    assert np.mean(changed) == pytest.approx(share, abs=0.1)
    assert max(vivid) > 1.8 and np.median(vivid) == pytest.approx(1, abs=0.2)
    gray = np.full((8, 8, 3), 0.25, np.float32)
    again = recolour(gray, np.random.default_rng(0))
    assert np.ptp(again, axis=-1).max() < 1e-6, "gray stays gray"


def test_the_loss_is_what_is_missing_to_50_db(photo):
    loss = RECIPES.get("dejpeg")().loss
    truth = photo[None, :64, :64]
    rng = np.random.default_rng(0)
    for sigma in (0.05, 0.2):
        noisy = truth + rng.normal(0, sigma, truth.shape).astype(np.float32)
        assert float(loss(truth, noisy)[0]) == pytest.approx(50 - psnr(noisy[0], truth[0]), abs=0.1)
    assert float(loss(truth, truth)[0]) == 0


@pytest.mark.parametrize("name, most", [("enlarge", 2), ("deblur", 1), ("inpaint", 1), ("denoise", 1)])
def test_an_error_counts_no_more_in_a_crop_with_little_damage(name, most, photo):
    loss = RECIPES.get(name)().loss
    truth, errors = photo[None, :64, :64], (0.001, 0.003, 0.01, 0.05, 0.2)
    slopes = [float(loss(truth, truth + 1.02 * e)[0] - loss(truth, truth + e)[0]) / (0.02 * e) for e in errors]
    assert slopes == sorted(slopes) and slopes[-1] == pytest.approx(most, abs=0.02)
