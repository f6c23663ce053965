"""Observation → photo with any restorer: sizes, tiles without seams, progress, cancel, what it is told."""

import pickle
import threading
from dataclasses import replace

import numpy as np
import pytest

import restorers.restore as module
from restorers.degradations import DEGRADATIONS, Chain, Observation, degrade
from restorers.diagnosis import DAMAGES, channel
from restorers.errors import Cancelled, RestorersError
from restorers.metrics import psnr
from restorers.models import ARCHITECTURES
from restorers.models.unet import UNet
from restorers.photo import read_photo
from restorers.presets import Preset, PresetStore
from restorers.restore import CLASSICAL, all_restorers, find_restorer, network, restore, restorer_names
from restorers.samples import SAMPLES
from restorers.text import Text
from restorers.weights import save_weights


class Fake(PresetStore):
    """Presets that need no file: an architecture and a model."""

    def __init__(self, model):
        self.fake = model

    def model(self, preset):
        return self.fake


def restorer_of(architecture, model, settings=None):
    text = Text("x", "x")
    preset = Preset(None, "made", text, text, text, architecture, {}, frozenset(), "", {}, {})
    return network(preset, Fake(model)).from_settings(settings)


@pytest.fixture(scope="module")
def photo():
    return read_photo(next(iter(SAMPLES.values())).path).photo


def test_every_restorer_is_found_once():
    names = restorer_names()
    assert len(names) == len(set(names))
    assert {r.name for r in all_restorers()} == set(names)
    with pytest.raises(RestorersError, match="There is no restorer called 'magic'. Known: "):
        find_restorer("magic")


@pytest.mark.parametrize("name", restorer_names())
@pytest.mark.parametrize("size", [(1, 1), (1, 40), (47, 33)])
def test_every_restorer_takes_every_size(name, size):
    truth = np.random.default_rng(0).random((*size, 3), np.float32)
    restorer = find_restorer(name)
    steps = {"kernel": "gaussian_blur", "mask": "missing_pixels", "scale": "downscale"}
    observation = degrade(truth, DEGRADATIONS.get(next((steps[t] for t in restorer.told if t in steps), "gaussian_noise"))(), 1)
    before = observation.photo.copy()
    result = restore(observation, restorer)
    assert result.photo.shape == truth.shape and result.photo.dtype == np.float32
    assert np.isfinite(result.photo).all() and result.photo.min() >= 0 and result.photo.max() <= 1
    assert np.array_equal(before, observation.photo)
    assert (result.parameters is None) == (name in CLASSICAL)


@pytest.mark.parametrize("name", [n for n in restorer_names() if n not in CLASSICAL])
def test_tiles_leave_no_seam(name, photo, monkeypatch):
    """In tiles and as a whole: at most 1/255 apart, on the shipped weights."""
    restorer = find_restorer(name)
    if restorer.preset.architecture.input_size is not None:
        pytest.skip("a network of one size has no whole-image output")
    breaking = DEGRADATIONS.get("missing_pixels")() if "mask" in restorer.told else DEGRADATIONS.get("gaussian_noise")(sigma=40)
    observation = degrade(photo[:448, :448], breaking, 0)
    whole = restore(observation, restorer).photo
    monkeypatch.setattr(module, "TILE", 320)
    assert np.abs(restore(observation, restorer).photo - whole).max() <= 1 / 255


def test_classical_tiles_leave_no_seam(photo, monkeypatch):
    observation = degrade(photo[:440, :300], DEGRADATIONS.get("gaussian_noise")(), 0)
    tiled_at_all = 0
    for cls in CLASSICAL:
        if cls.context is None or cls.told not in ((), ("noise_sigma",)):
            continue
        whole = restore(observation, cls()).photo
        with monkeypatch.context() as patch:
            tile = max(200, 6 * cls().context)
            patch.setattr(module, "CLASSICAL_TILE", tile)
            tiled = restore(observation, cls()).photo
        tiled_at_all += tile < 440
        assert np.abs(tiled - whole).max() <= 1 / 255, cls.name
    assert tiled_at_all >= 5


def test_the_mask_travels_with_its_tile(photo, monkeypatch):
    monkeypatch.setattr(module, "CLASSICAL_TILE", 160)
    truth = photo[:400, :300]
    observation = degrade(truth, DEGRADATIONS.get("scratches")(), 3)
    restored = restore(observation, find_restorer("telea")).photo
    known = ~observation.mask
    assert np.abs(restored - truth)[known].max() < 1 / 255
    assert np.abs(restored - truth)[observation.mask].mean() < 0.5 * np.abs(observation.photo - truth)[observation.mask].mean()


@pytest.mark.parametrize("name", ["telea", "navier_stokes"])
def test_gaps_are_filled_in_tiles_as_in_the_whole(name, photo, monkeypatch):
    observation = degrade(photo[:400, :300], DEGRADATIONS.get("missing_pixels")(share=0.5), 0)
    whole, shares = restore(observation, find_restorer(name)).photo, []
    monkeypatch.setattr(module, "CLASSICAL_TILE", 160)
    tiled = restore(observation, find_restorer(name), shares.append).photo
    assert len(shares) > 5 and shares == sorted(shares)
    assert np.mean(np.abs(tiled - whole).max(axis=2) > 1 / 255) < 0.002  # where the order of filling is a matter of rounding
    assert psnr(tiled, whole) > 45


@pytest.mark.parametrize("name", ["telea", "navier_stokes"])
def test_a_wide_gap_is_filled_in_the_whole_photo(name, photo, monkeypatch):
    mask = np.zeros((400, 300), bool)
    mask[20:380, 20:280] = True
    observation = Observation(photo[:400, :300] * ~mask[..., None], mask=mask)
    whole = restore(observation, find_restorer(name)).photo
    monkeypatch.setattr(module, "CLASSICAL_TILE", 160)
    np.testing.assert_array_equal(restore(observation, find_restorer(name)).photo, whole)


def test_the_guess_of_inpaint_tells_how_far_it_is_and_can_be_cancelled(photo, monkeypatch):
    monkeypatch.setattr(module, "CLASSICAL_TILE", 160)
    observation = degrade(photo[:400, :300], DEGRADATIONS.get("missing_pixels")(), 0)
    shares, cancel = [], threading.Event()

    def stop_early(share):
        shares.append(share)
        cancel.set()

    with pytest.raises(Cancelled):
        restore(observation, find_restorer("inpaint"), stop_early, cancel)
    assert len(shares) == 1 and 0 < shares[0] < module.GUESS_SHARE
    shares.clear()
    restore(observation, find_restorer("inpaint"), shares.append)
    assert shares == sorted(shares) and module.GUESS_SHARE in shares and shares[-1] == 1


def test_both_ways_of_a_network_of_one_size(photo):
    architecture = ARCHITECTURES.get("tutorial_enhance")()

    class Copy:
        sizes = []

        def predict_on_batch(self, batch):
            self.sizes.append(batch.shape)
            return batch

        def count_params(self):
            return 7

    model = Copy()
    observation = Observation(photo[:200, :300])
    whole = restore(observation, restorer_of(architecture, model))
    assert model.sizes == [(1, 80, 80, 3)]
    assert "80×80" in whole.notes[0].en
    assert 0.005 < np.abs(whole.photo - observation.photo).mean() < 0.1  # shrunk and enlarged: soft, but the same picture
    model.sizes.clear()
    tiles = restore(observation, restorer_of(architecture, model, {"sizing": "tiles"}))
    assert set(model.sizes) == {(1, 80, 80, 3)} and len(model.sizes) >= 15
    assert np.abs(tiles.photo - observation.photo).max() < 1e-5
    assert tiles.parameters == 7


def test_values_that_are_not_finite_end_in_a_sentence(photo):
    model = UNet(width1=4, width2=4, width3=4).build()
    for variable in model.weights:
        variable.assign(np.full(variable.shape, 3e38, np.float32))
    with pytest.raises(RestorersError, match="not finite numbers.*Choose another method"):
        restore(Observation(photo[:32, :32]), restorer_of(UNet(width1=4, width2=4, width3=4), model))


def test_a_gray_network_gives_a_gray_photo(photo):
    class Half:
        def predict_on_batch(self, batch):
            assert batch.shape == (1, 28, 28, 1)
            return batch / 2

        def count_params(self):
            return 1

    result = restore(Observation(photo[:64, :64]), restorer_of(ARCHITECTURES.get("tutorial_digits")(), Half(), {"sizing": "tiles"}))
    luminance = photo[:64, :64] @ np.array([0.299, 0.587, 0.114], np.float32)
    assert np.allclose(result.photo, luminance[..., None] / 2, atol=2e-4)
    assert any("gray" in note.en for note in result.notes)


@pytest.mark.parametrize(("name", "spoiled", "settings"), [("dejpeg", "jpeg", {"quality": 20}), ("inpaint", "missing_pixels", {})])
def test_a_photo_without_colour_gets_none(photo, name, spoiled, settings):
    gray = DEGRADATIONS.get("grayscale")().apply(photo[:64, :64], np.random.default_rng(0)).photo
    seen = degrade(gray, DEGRADATIONS.get(spoiled)(**settings), 0)
    restored = restore(seen, find_restorer(name)).photo
    assert np.ptp(restored, axis=-1).max() < 1e-6 and psnr(restored, gray) > psnr(seen.photo, gray)


def test_a_network_with_a_mask_is_told_it(photo):
    class Watch:
        def predict_on_batch(self, batch):
            self.seen = batch
            return batch[..., :3]

        def count_params(self):
            return 1

    model = Watch()
    restorer = restorer_of(UNet(channels=4), model)
    observation = degrade(photo[:64, :128], DEGRADATIONS.get("missing_pixels")(), 0)
    restore(observation, restorer)
    assert np.array_equal(model.seen[0, :64, :128, 3] > 0.5, observation.mask)
    assert restorer.missing_knowledge(Observation(photo)) == ("mask",)


def test_progress_rises_to_one_and_cancel_stops(photo, monkeypatch):
    monkeypatch.setattr(module, "TILE", 256)
    model = UNet(width1=4, width2=4, width3=4).build()
    restorer = restorer_of(UNet(width1=4, width2=4, width3=4), model)
    seen = []
    restore(Observation(photo), restorer, seen.append)
    assert seen == sorted(seen) and seen[-1] == 1 and len(seen) > 4
    cancel = threading.Event()
    with pytest.raises(Cancelled):
        restore(Observation(photo), restorer, lambda fraction: cancel.set(), cancel)


def test_what_it_must_be_told_and_is_not_is_one_sentence(photo):
    for name in ("wiener", "richardson_lucy", "telea"):
        with pytest.raises(RestorersError) as refusal:
            restore(Observation(photo[:32, :32]), find_restorer(name))
        assert "\n" not in str(refusal.value)
    with pytest.raises(RestorersError, match="must be told which pixels are missing"):
        restore(Observation(photo[:32, :32]), restorer_of(UNet(channels=4), None))


# --- a network that looks first ---------------------------------------------------------------------------------------


class Finds:
    """Finds at each look what it is told to, everywhere; the lost pixels are those of the gray that stands for them."""

    def __init__(self, *looks):
        self.looks = list(looks)

    def predict_on_batch(self, batch):
        maps = np.full((*batch.shape[:3], len(DAMAGES)), 0.02, np.float32)
        for name in (self.looks.pop(0) if self.looks else "").split():
            maps[..., channel(name)] = 0.97
        maps[..., channel("missing")] = np.abs(batch - 128 / 255).max(axis=-1) < 1e-3
        return maps

    def count_params(self):
        return 7


def looking(*looks):
    return restorer_of(UNet(output_channels=len(DAMAGES), classifies=True), Finds(*looks))


def test_what_is_found_is_mended_by_the_networks_for_it_one_after_the_other(photo):
    truth = photo[:96, :128]
    seen = degrade(truth, Chain((DEGRADATIONS.get("gaussian_noise")(sigma=20), DEGRADATIONS.get("jpeg")(quality=60))), 0)
    done = []
    result = restore(replace(seen, mask=None), looking("noise jpeg", "jpeg noise"), done.append)
    by_hand = restore(Observation(restore(seen, find_restorer("dejpeg")).photo), find_restorer("denoise")).photo
    assert np.abs(result.photo - by_hand).max() < 1e-3
    assert result.notes[0].en.endswith("in this order by dejpeg, denoise.")
    assert result.parameters == 7 + sum(find_restorer(n).preset.weights["parameters"] for n in ("dejpeg", "denoise"))
    assert done == sorted(done) and done[-1] == 1


def test_what_shows_only_after_the_first_repair_is_mended_too(photo):
    result = restore(Observation(photo[:64, :64]), looking("noise", "blur noise", "resolution blur"))
    assert result.notes[0].en.endswith("in this order by denoise, deblur.")


def test_it_finds_missing_pixels_by_itself_and_changes_no_other(photo):
    truth = photo[:96, :128]
    seen = degrade(truth, DEGRADATIONS.get("missing_pixels")(share=0.3), 0)
    result = restore(replace(seen, mask=None), looking())
    assert np.abs(result.photo - restore(seen, find_restorer("inpaint")).photo).max() < 1e-3
    assert psnr(result.photo, truth) > psnr(seen.photo, truth) + 8
    assert looking().missing_knowledge(Observation(truth)) == ()


def test_a_photo_with_nothing_wrong_stays_to_the_bit(photo):
    result = restore(Observation(photo), looking())
    assert np.array_equal(result.photo, photo) and result.parameters == 7
    assert "left the photo as it is" in result.notes[0].en


def test_a_network_that_it_calls_and_is_not_there_is_one_sentence(photo, monkeypatch):
    monkeypatch.setattr(module.PRESETS, "folder", module.PRESETS.folder / "nowhere")
    with pytest.raises(RestorersError, match="found noise, which the preset 'denoise' mends; it is not in the folder"):
        restore(Observation(photo[:32, :32]), looking("noise"))


def test_it_travels_with_all_that_it_calls(photo, tmp_path, monkeypatch):
    architecture = UNet(output_channels=len(DAMAGES), width1=4, width2=4, width3=4, classifies=True, bias=True)
    model, file = architecture.build(), tmp_path / "looks" / "model.safetensors"
    bias = np.full(4 * len(DAMAGES), -4, np.float32)
    bias[channel("noise") :: len(DAMAGES)] = 4
    model.get_layer("tail").bias.assign(bias)
    file.parent.mkdir()
    weights = {"file": file.name, "sha256": save_weights(model, file), "bytes": file.stat().st_size, "parameters": model.count_params()}
    text = Text("looks", "诊断")
    Preset(file.parent, "looks", text, text, text, architecture, weights, frozenset({"noise"}), "", {}, {}).write()
    store = PresetStore(tmp_path)
    restorer = network(store.get("looks"), store)()
    seen = Observation(photo[:64, :64])
    here, content = restore(seen, restorer), pickle.dumps(restorer)
    assert here.notes[0].en.endswith("by denoise.")
    monkeypatch.setattr(module.PRESETS, "folder", tmp_path / "nowhere")
    assert np.array_equal(restore(seen, pickle.loads(content)).photo, here.photo)
