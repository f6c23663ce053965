"""Networks opened on the page, without a browser: small ones, made here; and the tab as plain functions."""

import asyncio
import json
import re
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest

from restorers.errors import Cancelled, RestorersError
from restorers.metrics import psnr
from restorers.models.dense_autoencoder import DenseAutoencoder
from restorers.models.unet import UNet
from restorers.photo import read_photo
from restorers.presets import PRESETS, Preset, PresetStore
from restorers.registry import UnknownName
from restorers.restore import network
from restorers.text import Text
from restorers.ui import inside_view as view
from restorers.ui.inside_handlers import FRAMES, MAPS, STRONGEST, TILE, WEAKEST, WIDTHS, InsideDesk, target_photo, targets
from restorers.ui.inside_tab import InsideTab, pressed
from restorers.ui.jobs import Line
from restorers.ui.restore_handlers import Desk
from restorers.ui.setup import Setup, Step
from restorers.weights import save_weights

NETWORKS = {
    "mine-1": UNet(width1=4, width2=36, width3=4, blocks1=1, blocks2=1, blocks3=1),
    "mine-2": DenseAutoencoder(size=8, channels=3, code=5, hidden=6),
}


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """Two networks with weights drawn at random, as a visitor's own."""
    folder = tmp_path_factory.mktemp("weights")
    rng = np.random.default_rng(0)
    for name, architecture in NETWORKS.items():
        model = architecture.build()
        for variable in model.variables:
            variable.assign(rng.normal(0, 0.3, variable.shape))
        (folder / name).mkdir()
        file = folder / name / "model.safetensors"
        digest = save_weights(model, file)
        text = Text(name, f"我的 {name}")
        weights = {
            "file": file.name,
            "sha256": digest,
            "bytes": file.stat().st_size,
            "dtype": "float32",
            "parameters": model.count_params(),
        }
        Preset(folder / name, name, text, text, text, architecture, weights, frozenset({"noise"}), "", {"name": "x"}, {"steps": 1}).write()
    store = PresetStore(folder)
    return [network(store.get(name), store) for name in NETWORKS]


@pytest.fixture
def desk(own, photo_file):
    base = Desk(Line())
    base.own = lambda owner: own if owner == "me" else []
    base.preview("me", Setup(steps=(Step("gaussian_noise", {"sigma": 20}),), restorer="mine-1"), str(photo_file))
    return InsideDesk(base)


def done(job):
    assert job.done.wait(120)
    if job.error is not None:
        raise job.error
    return job.result


def picture(desk, address):
    return read_photo(desk.desk.pictures.get(address.split("/")[1].removesuffix(".png")).png()).photo


# --- what is open -----------------------------------------------------------------------------------------------------


def test_the_network_of_the_restore_tab_comes_first_until_another_is_chosen(desk):
    assert desk.usual("me") == "mine-1"
    desk.choose("me", "mine-2")
    assert desk.usual("me") == "mine-2"
    desk.choose("me", "nobody's")
    assert desk.usual("me") == "mine-1"
    assert {"mine-1", "mine-2"} <= {r.name for r in desk.networks("me")} and "mine-1" not in {r.name for r in desk.networks("you")}


def test_an_opened_network_is_that_of_the_restore_tab(desk):
    opened = done(desk.open("me", "mine-1"))
    look = desk.look("me")
    model = opened.restorer.store.model(opened.restorer.preset)
    expected = np.clip(model.predict_on_batch(look.observation.photo[None])[0], 0, 1)
    assert opened.seen.whole and opened.seen.size == look.working.size
    assert np.allclose(opened.output, expected, atol=1e-4)
    assert opened.before == pytest.approx(psnr(np.clip(look.observation.photo, 0, 1), look.working.photo))
    assert opened.after == pytest.approx(psnr(opened.output, look.working.photo))
    assert picture(desk, opened.pictures["output"]) == pytest.approx(opened.output, abs=0.6 / 255)
    assert desk.viewed("me").layer.name == "head" and desk.opened("me") is opened


def test_what_is_open_belongs_to_one_photo_and_one_visitor(desk, photo_file):
    done(desk.open("me", "mine-1"))
    assert desk.opened("you") is None
    desk.desk.preview("me", Setup(steps=(Step("gaussian_noise", {"sigma": 30}),), restorer="mine-1"), str(photo_file))
    assert desk.opened("me") is None
    with pytest.raises(RestorersError, match="no longer kept"):
        desk.view("me", "head")


def test_what_cannot_be_opened_is_a_sentence(desk):
    with pytest.raises(RestorersError, match="Choose one on the Restore tab"):
        desk.open("you", "denoise")
    with pytest.raises(RestorersError, match="formula"):
        desk.open("me", "median_filter")
    with pytest.raises(UnknownName):
        desk.open("me", "<b>")
    done(desk.open("me", "mine-1"))
    with pytest.raises(RestorersError, match="no place"):
        desk.view("me", "<b>")


def test_a_network_that_only_finds_out_what_is_wrong_is_not_offered(desk, own):
    architecture = UNet(output_channels=5, width1=4, width2=4, width3=4, classifies=True)
    looks = network(replace(own[0].preset, name="looks", architecture=architecture), own[0].store)
    desk.desk.own = lambda owner: [*own, looks]
    assert {"mine-1", "mine-2"} <= {r.name for r in desk.networks("me")} and "looks" not in {r.name for r in desk.networks("me")}
    with pytest.raises(RestorersError, match="only finds out what is wrong"):
        desk.open("me", "looks")


def test_a_photo_without_truth_is_opened_without_scores(desk, photo_file):
    desk.desk.preview("me", Setup(restorer="mine-2"), str(photo_file))
    opened = done(desk.open("me", "mine-2"))
    assert opened.before is None and opened.after is None and set(opened.pictures) == {"given", "output"}
    changed = done(desk.change("me", 0.0, WEAKEST, 0.0))
    assert changed.psnr > 100  # compared with the result of the whole code
    assert "No original is known" in view.changed(opened, changed)


def test_opening_does_not_stop_what_is_restored(desk):
    stopped = []
    desk.desk.line.start("me", lambda report, cancel: stopped.append(cancel))
    done(desk.open("me", "mine-2"))
    assert not stopped[0].is_set()


def held(desk):
    """Keeps the line busy until the event it returns is set."""
    gate = threading.Event()
    desk.desk.line.start("other", lambda report, cancel: gate.wait(120))
    return gate


@pytest.mark.skipif(not set(WIDTHS) <= set(PRESETS.names()), reason="the networks for digits are not here")
def test_nothing_that_is_asked_of_a_network_stops_another_thing(desk):
    opened = done(desk.open("me", "mine-2"))
    gate = held(desk)
    jobs = [desk.view("me", "code"), desk.change("me", 1.0, WEAKEST, 0.0), desk.walk("me", "digit-1"), desk.widths("me", False)]
    gate.set()
    assert [type(done(job)).__name__ for job in jobs] == ["Viewed", "Changed", "Walk", "Widths"]
    assert desk.opened("me") is opened and desk.viewed("me").layer.name == "code"


def test_a_layer_pressed_while_another_network_opens_does_not_stop_that(desk):
    done(desk.open("me", "mine-2"))
    gate = held(desk)
    opening, late = desk.open("me", "mine-1"), desk.view("me", "code")
    gate.set()
    assert done(opening) is desk.opened("me")
    with pytest.raises(Cancelled):
        done(late)
    assert desk.viewed("me").layer.name == "head"


def test_another_network_stops_what_was_asked_of_the_one_before(desk):
    done(desk.open("me", "mine-2"))
    gate = held(desk)
    jobs = [desk.view("me", "code"), desk.change("me", 1.0, WEAKEST, 0.0), desk.walk("me", "digit-1")]
    opening = desk.open("me", "mine-1")
    assert all(job.done.is_set() and job.result is None for job in jobs)
    gate.set()
    assert done(opening).name == "mine-1"


def test_nothing_is_left_of_a_visitor_who_leaves(desk):
    done(desk.open("me", "mine-2"))
    desk.focus("me")
    assert len(desk.kept) and desk.desk.pictures.bytes()
    desk.forget("me")
    assert not len(desk.kept)
    assert not [key for key, kept in desk.desk.pictures._kept.items() if kept.owner.startswith("me/inside")]


# --- one layer, one number --------------------------------------------------------------------------------------------


def test_maps_are_bounded_and_the_strongest_come_first(desk):
    opened = done(desk.open("me", "mine-1"))
    viewed = done(desk.view("me", "down2_block1_conv1"))
    assert viewed.layer.channels == 36 and len(viewed.channels) == MAPS
    strength = np.abs(viewed.values).mean(axis=(0, 1))
    assert list(viewed.channels) == sorted(range(36), key=lambda c: -strength[c])[:MAPS]
    sheet = picture(desk, viewed.sheet)
    height, width = viewed.tile
    assert max(viewed.tile) <= TILE and sheet.shape[:2] == (4 * height, 8 * width)
    first = viewed.values[..., viewed.channels[0]]
    expected = (first - first.min()) / (first.max() - first.min())
    assert sheet[:height, :width, 0] == pytest.approx(expected, abs=0.6 / 255)
    html = view.maps(opened, viewed, viewed.channels[0])
    assert html.count("data-pick") == MAPS and "The 32 strongest of 36 maps" in html and "显示最强的 32 张" in html


def test_every_layer_of_both_networks_can_be_looked_at(desk):
    for name in NETWORKS:
        opened = done(desk.open("me", name))
        drawn = view.drawing(opened, desk.viewed("me").layer.name)
        assert re.findall(r'data-key="([^"]+)"', drawn) == list(opened.layers.layers)
        assert drawn.count('aria-pressed="true"') == 1 and drawn.count("is-code") == 1
        for layer in opened.layers.layers.values():
            viewed = done(desk.view("me", layer.name))
            focus = desk.focus("me")
            view.maps(opened, viewed, focus.channel)
            html = view.focus(opened, focus)
            assert f"<output>{view.number(focus.value)}</output>" in html
            if focus.how is not None:
                assert focus.how.result == pytest.approx(focus.value, rel=1e-3, abs=1e-4), layer.name


def test_a_place_is_chosen_and_its_sum_is_written_out(desk):
    opened = done(desk.open("me", "mine-1"))
    focus = desk.focus("me", 2, (0, 31))
    assert focus.value == pytest.approx(float(desk.viewed("me").values[0, 31, 2]))
    assert focus.region == opened.layers.region("head", (0, 31)) and focus.cell == (0, 31)
    html = view.focus(opened, focus)
    assert "Map 2, row 0, column 31" in html and "图 2，第 0 行第 31 列" in html
    assert f"<td>{view.number(focus.how.total, signed=True)}</td>" in html and "smaller products" in html
    for channel, place in ((99, (0, 0)), (0, (0, 99)), (0, (-1, 0)), (0, (1, 2, 3)), (-1, None)):
        with pytest.raises(RestorersError):
            desk.focus("me", channel, place)


def test_a_number_of_a_vector_is_found_in_its_rows(desk):
    opened = done(desk.open("me", "mine-2"))
    done(desk.view("me", "encoder_flatten"))
    focus = desk.focus("me", None, (100,))
    assert focus.size == (14, 14) and focus.cell == (7, 2)
    assert focus.value == pytest.approx(opened.seen.given.ravel()[100])
    assert focus.how.terms[0].place == (4, 1) and focus.how.terms[0].channel == 1
    with pytest.raises(RestorersError):
        desk.focus("me", None, (192,))


# --- the code ---------------------------------------------------------------------------------------------------------


def test_a_silent_code_is_worth_what_the_network_makes_of_zeros(desk):
    opened = done(desk.open("me", "mine-2"))
    changed = done(desk.change("me", 1.0, STRONGEST, 0.0))
    model = opened.restorer.store.model(opened.restorer.preset)
    x = np.zeros((1, 5), np.float32)
    for name in ("decoder_dense", "decoder_pixels", "restored"):
        x = model.get_layer(name)(x)
    assert changed.silent == changed.channels == 5
    assert changed.psnr == pytest.approx(psnr(np.asarray(x)[0], opened.seen.truth), abs=1e-4)
    assert done(desk.change("me", 0.0, WEAKEST, 0.0)).psnr == pytest.approx(opened.after, abs=1e-4)
    assert done(desk.change("me", 0.4, WEAKEST, 0.0)).silent == 2
    assert done(desk.change("me", 0.0, WEAKEST, 1.0)).psnr != pytest.approx(opened.after, abs=1e-6)


def test_the_size_of_the_code_beside_that_of_the_photo(desk):
    html = view.code_size(done(desk.open("me", "mine-2")))
    assert "5 numbers instead of 192: 38 times fewer" in html and "skip" not in html
    html = view.code_size(done(desk.open("me", "mine-1")))
    # 6×8×4 numbers at an eighth of 48×64×3
    assert "192 numbers instead of 9,216: 48 times fewer" in html and "skip connections" in html


def test_a_walk_begins_and_ends_with_what_the_network_makes_of_the_photos(desk):
    opened = done(desk.open("me", "mine-2"))
    walk = done(desk.walk("me", "digit-2"))
    sheet = picture(desk, walk.sheet)
    assert sheet.shape == (16, FRAMES * 8, 3) and walk.size == (8, 8)
    assert sheet[:8, :8] == pytest.approx(opened.output, abs=0.6 / 255)
    assert sheet[8:, :8] == pytest.approx(np.clip(opened.seen.given, 0, 1), abs=0.6 / 255)
    assert "data-walk" in view.walk(walk) and not view.walk_help(opened, [])
    with pytest.raises(UnknownName):
        desk.walk("me", "nowhere")


def test_between_codes_of_maps_there_is_no_walk(desk):
    opened = done(desk.open("me", "mine-1"))
    with pytest.raises(RestorersError, match="list of numbers"):
        desk.walk("me", "cat")
    html = view.walk_help(opened, desk.networks("me"))
    assert "mine-2" in html and "mine-1" not in html


def test_each_target_is_a_photo_of_its_own():
    drawn = [target_photo(name) for name in targets() if name.startswith("digit-")]
    assert len(drawn) == 3 and all(d.shape == (28, 28, 3) and d.max() > 0.9 for d in drawn)
    assert not np.array_equal(drawn[0], drawn[1]) and not np.array_equal(drawn[1], drawn[2])


@pytest.mark.skipif(not set(WIDTHS) <= set(PRESETS.names()), reason="the networks for digits are not here")
def test_narrow_and_wide_codes_on_the_digit(desk):
    found = done(desk.widths("me", False))
    assert [w.numbers for w in found.widths] == [128, 32, 32] and {w.of for w in found.widths} == {784}
    truth = picture(desk, found.picture)
    for width in found.widths:
        assert width.psnr == pytest.approx(psnr(picture(desk, width.picture), truth), abs=0.05)
        assert width.curve[-1] == (float(width.numbers), pytest.approx(width.psnr, abs=1e-3))
        assert width.curve[0][1] < width.psnr
    html = view.widths(found)
    assert "128 numbers: 6.1 times fewer" in html and "32 numbers: 24 times fewer" in html and "784 numbers" in html


def test_without_the_networks_for_digits_nothing_is_compared(desk, monkeypatch):
    monkeypatch.setattr("restorers.ui.inside_handlers.PRESETS", PresetStore(Path("nowhere")))
    with pytest.raises(RestorersError, match="not here"):
        desk.widths("me", False)


# --- the tab ----------------------------------------------------------------------------------------------------------

ME = SimpleNamespace(session_hash="me")


@pytest.fixture
def tab(own, photo_file):
    desk = Desk(Line())
    desk.own = lambda owner: own
    desk.preview("me", Setup(steps=(Step("gaussian_noise", {"sigma": 20}),), restorer="mine-2"), str(photo_file))
    with gr.Blocks():
        return InsideTab(desk)


def all_of(events):
    """Everything that a listener says, one after the other, the later over the earlier."""

    async def gathered():
        found = {}
        async for updates in events:
            found |= updates
        return found

    return asyncio.run(gathered())


def drawn(update):
    return update["drawn"]


def test_entering_shows_the_network_of_the_restore_tab_and_entering_again_costs_nothing(tab):
    found = all_of(tab.enter("", ME))
    assert found[tab.network]["value"] == "mine-2" and found[tab.status] == ""
    assert {"Trained by you", "Here"} == {o["group_en"] for o in found[tab.network]["options"]}
    assert found[tab.open_part]["visible"] is True and found[tab.walk_part]["visible"] is True
    assert "data-key" in drawn(found[tab.drawing]) and "8 × 8 pixels" in found[tab.subject] and "8 × 8 像素" in found[tab.subject]
    again = all_of(tab.enter("", ME))
    assert set(again) == {tab.network}


def test_what_shows_a_network_says_again_which_one_is_chosen(tab):
    async def last():
        return [updates async for updates in tab.enter("", ME)][-1]

    updates = asyncio.run(last())
    assert updates[tab.open_part]["visible"] is True
    assert updates[tab.network]["value"] == "mine-2" and "mine-2" in {o["value"] for o in updates[tab.network]["options"]}


def test_what_a_link_asks_for_is_kept_when_the_photo_changes_while_it_opens(tab, monkeypatch, photo_file):
    open_, asked = tab.handlers.open, []

    def opens(owner, name):
        asked.append(name)
        job = open_(owner, name)
        if len(asked) == 1:
            setup = Setup(steps=(Step("gaussian_noise", {"sigma": 30}),), restorer="mine-2")
            tab.handlers.desk.preview("me", setup, str(photo_file))
        return job

    monkeypatch.setattr(tab.handlers, "open", opens)
    found = all_of(tab.enter("inside=mine-2&layer=nowhere", ME))
    assert asked == ["mine-2"] * 2
    assert "nowhere" in found[tab.status] and found[tab.open_part]["visible"] is True


def test_a_network_chosen_while_the_first_one_opens_is_the_one_that_is_shown(tab):
    async def both():
        gate, shown = held(tab.handlers), {}

        async def listen(events):
            async for updates in events:
                shown.update(updates)

        entering = asyncio.create_task(listen(tab.enter("layer=encoder_flatten", ME)))
        await asyncio.sleep(0.3)
        choosing = asyncio.create_task(listen(tab.choose("mine-1", ME)))
        await asyncio.sleep(0.3)
        gate.set()
        await asyncio.gather(entering, choosing)
        return shown

    found = asyncio.run(both())
    assert tab.handlers.opened("me").name == "mine-1" == found[tab.network]["value"]
    assert 'data-key="head"' in drawn(found[tab.drawing]) and found[tab.open_part]["visible"] is True and found[tab.status] == ""


def test_another_network_stays_chosen(tab):
    all_of(tab.enter("", ME))
    found = all_of(tab.choose("mine-1", ME))
    assert found[tab.walk_part]["visible"] == "hidden" and "list of numbers" in found[tab.walk_help]
    assert all_of(tab.enter("", ME))[tab.network]["value"] == "mine-1"


def test_without_a_photo_there_is_a_sentence(tab):
    found = all_of(tab.enter("", SimpleNamespace(session_hash="you")))
    assert "Choose one on the Restore tab" in found[tab.status] and "修复" in found[tab.status]
    assert found[tab.open_part]["visible"] == "hidden"


def test_a_network_that_cannot_be_opened_leaves_no_other_one_under_its_name(tab, monkeypatch, own):
    all_of(tab.enter("", ME))
    assert tab.handlers.opened("me").name == "mine-2"
    monkeypatch.setattr(own[0], "require", lambda self, observation: (_ for _ in ()).throw(RestorersError(Text("Not told.", "未知。"))))
    found = all_of(tab.choose("mine-1", ME))
    assert "Not told." in found[tab.status]
    assert found[tab.open_part]["visible"] == found[tab.walk_part]["visible"] == "hidden" and found[tab.subject] == ""
    assert all_of(tab.choose("mine-2", ME))[tab.open_part]["visible"] is True


@pytest.mark.parametrize("value", ["median_filter", "nobody", "<script>", None, 7])
def test_what_is_no_network_is_a_sentence(tab, value):
    found = all_of(tab.choose(value, ME))
    assert 'class="problem"' in found[tab.status] and "<script>" not in found[tab.status]


def test_a_layer_a_map_and_a_place_are_pressed(tab):
    all_of(tab.enter("", ME))
    found = all_of(tab.view(json.dumps({"layer": "code"}), ME))
    assert "All 5 numbers" in drawn(found[tab.maps])
    found = tab.look_at(json.dumps({"channel": 3}), ME)
    assert "Number 3" in drawn(found[tab.focus])
    all_of(tab.view(json.dumps({"layer": "restored"}), ME))
    found = tab.look_at(json.dumps({"channel": 1, "place": [2, 3]}), ME)
    assert "Map 1, row 2, column 3" in drawn(found[tab.focus]) and found[tab.status] == ""


@pytest.mark.parametrize(
    "value", ["", "{", "[]", None, 3, '{"layer": "x"}', '{"channel": 9999}', '{"place": [99, 0]}', '{"place": [0]}', '{"place": [0, 0, 0]}']
)
def test_what_comes_from_the_browser_is_checked(tab, value):
    all_of(tab.enter("", ME))
    all_of(tab.view('{"layer": "restored"}', ME))
    found = tab.look_at(value, ME)
    assert tab.focus in found or 'class="problem"' in found[tab.status]
    layer = all_of(tab.view(value, ME))
    assert 'class="problem"' in layer[tab.status]


def test_places_outside_of_the_photo_itself_are_refused_too(tab):
    all_of(tab.enter("", ME))
    all_of(tab.view('{"layer": "photo"}', ME))
    for place in ("[0]", "[8, 0]", "[-1, 0]", "[0, 0, 0]"):
        assert 'class="problem"' in tab.look_at(f'{{"channel": 0, "place": {place}}}', ME)[tab.status]
    assert "nothing was computed yet" in drawn(tab.look_at('{"channel": 0, "place": [7, 7]}', ME)[tab.focus])


def test_a_photo_changed_while_a_layer_is_worked_out_is_a_sentence(tab, photo_file):
    all_of(tab.enter("", ME))
    viewed = tab.handlers.viewed("me")
    tab.handlers.desk.preview("me", Setup(steps=(Step("gaussian_noise", {"sigma": 30}),), restorer="mine-2"), str(photo_file))
    job = tab.handlers.desk.line.start("other", lambda report, cancel: viewed)
    found = all_of(tab._follow(lambda: job, lambda result: tab._viewed("me", result, tab.handlers.focus("me"))))
    assert "no longer kept" in found[tab.status]


def test_pressed_reads_objects_alone():
    assert pressed('{"layer": "a"}') == {"layer": "a"}
    assert pressed("[1]") == pressed("x") == pressed(None) == pressed("[" * 100_000) == {}


def test_the_code_is_changed_and_a_walk_is_walked(tab):
    all_of(tab.enter("", ME))
    found = all_of(tab.change(60, "strongest", 50, ME))
    assert "3 of 5 channels are silent, noise 50 %" in found[tab.changed] and "inside-loss" in found[tab.changed]
    assert "5 of 5" in all_of(tab.change(1e9, None, "x", ME))[tab.changed]
    walked = drawn(all_of(tab.walk("digit-1", ME))[tab.walked])
    assert re.search(r'max="12"', walked) and walked.count('inside-film"') == 2
    assert 'class="problem"' in all_of(tab.walk("<b>", ME))[tab.status]


def test_leaving_forgets(tab):
    all_of(tab.enter("", ME))
    tab.leave(ME)
    assert tab.handlers.opened("me") is None
    assert "no longer kept" in all_of(tab.view('{"layer": "code"}', ME))[tab.status]
