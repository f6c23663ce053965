"""What the Restore tab does when something is used, as plain functions."""

import asyncio
import base64
import json
import threading
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
from starlette.datastructures import QueryParams

from restorers.errors import Cancelled
from restorers.metrics import score
from restorers.photo import encode_png
from restorers.restore import FixedSizeNetwork, all_restorers, restore, restorer_class
from restorers.ui.jobs import Line
from restorers.ui.restore_handlers import Desk, photo_id
from restorers.ui.restore_tab import RestoreTab, fitting, restorer_options, unsuited
from restorers.ui.restore_view import told
from restorers.ui.setup import MAX_STEPS, NEXT, Setup, Step, to_query

SOON = 30  # seconds; only broken work takes as long


@pytest.fixture(scope="module")
def built():
    with gr.Blocks():
        return RestoreTab(Desk(Line()))


@pytest.fixture
def tab(built, photo_file, monkeypatch):
    """The tab with a desk of its own, showing a small photo."""
    monkeypatch.setattr(built, "desk", Desk(Line()))
    monkeypatch.setattr("restorers.ui.restore_tab.sample_path", lambda name: str(photo_file))
    return built


@pytest.fixture
def values(tab):
    shown = {component: component.value for component in tab.inputs}
    return shown | {tab.restorer: "gaussian_filter", tab.photo: None}


def visitor(name="me", query=""):
    return SimpleNamespace(session_hash=name, query_params=QueryParams(query))


def run(tab, values, request):
    async def all_of_it():
        return [update async for update in tab.restore(values, request)]

    return asyncio.run(all_of_it())


def said(updates, component):
    return json.dumps(updates[component], ensure_ascii=False)


def test_the_components_at_first_are_the_setup_to_start_with(built):
    values = {component: component.value for component in built.inputs}
    setup = built.setup(values)
    assert setup.sample == built.start.sample
    assert [(s.name, dict(s.settings)) for s in setup.steps] == [(s.name, dict(s.settings)) for s in built.start.steps]
    assert (setup.restorer, setup.settings, setup.strength) == (built.start.restorer, built.start.settings, 1.0)


def test_a_run_ends_with_the_gain_and_gives_the_button_back(tab, values):
    updates = run(tab, values, visitor())
    last = updates[-1]
    assert 'id="restore-gain"' in last[tab.numbers]
    assert last[tab.run]["visible"] is True
    assert last[tab.stop]["visible"] == "hidden"
    assert last[tab.panes]["panes"][2]["url"]
    assert last[tab.strength]["visible"] is True


def test_long_work_offers_to_stop_it(tab, values, monkeypatch):
    began = threading.Event()

    def patient(*arguments):
        assert began.wait(SOON)
        return restore(*arguments)

    monkeypatch.setattr("restorers.ui.restore_handlers.restore", patient)

    async def follow():
        updates = []
        async for update in tab.restore(values, visitor()):
            updates.append(update)
            began.set()
        return updates

    first, *_, last = asyncio.run(follow())
    assert first[tab.run]["visible"] == "hidden"
    assert first[tab.stop]["visible"] is True
    assert first[tab.panes]["panes"][2]["busy"]["text"]["en"] == "Restoring…"
    assert last[tab.run]["visible"] is True


def test_the_picture_comes_before_its_scores(tab, values, monkeypatch):
    measuring = threading.Event()

    def told_first(*arguments):
        assert measuring.wait(SOON)
        return score(*arguments)

    monkeypatch.setattr("restorers.ui.restore_handlers.score", told_first)

    async def follow():
        updates = []
        async for update in tab.restore(values, visitor()):
            updates.append(update)
            if "Measuring" in update.get(tab.numbers, ""):
                measuring.set()
        return updates

    updates = asyncio.run(follow())
    early = next(update for update in updates if "Measuring" in update.get(tab.numbers, ""))
    assert 'id="restore-gain"' not in early[tab.numbers]
    assert early[tab.panes]["panes"][2]["url"] == updates[-1][tab.panes]["panes"][2]["url"]
    assert early[tab.panes]["panes"][2]["busy"] is None
    assert set(early) == {tab.panes, tab.comparison, tab.numbers}  # little, so that it is quick


def test_measuring_for_long_tells_the_seconds(tab, values, monkeypatch):
    seen = threading.Event()

    def slow(*arguments):
        assert seen.wait(SOON)
        return score(*arguments)

    clock = iter(range(0, 10_000, 3))
    monkeypatch.setattr("restorers.ui.restore_handlers.score", slow)
    monkeypatch.setattr("restorers.ui.restore_tab.time", SimpleNamespace(monotonic=lambda: next(clock)))

    async def follow():
        async for update in tab.restore(values, visitor()):
            if "3 seconds so far" in update.get(tab.numbers, ""):
                seen.set()
        return seen.is_set()

    assert asyncio.run(follow())


def test_a_run_that_cannot_begin_says_why_in_both_languages(tab, values, monkeypatch):
    monkeypatch.setattr(tab.desk.line, "max_waiting", 0)
    (update,) = run(tab, values, visitor())
    assert "At most 0 runs may wait" in update[tab.problem]
    assert "最多允许 0 项任务排队" in update[tab.problem]
    assert update[tab.run]["visible"] is True


def test_restore_pressed_at_once_takes_a_method_that_fits_as_the_page_will(tab, values):
    tab.choose_damage(values | {tab.damage: "gaussian_blur"}, visitor())
    wiener = values | {tab.damage: "gaussian_blur", tab.restorer: "wiener"}
    assert 'id="restore-gain"' in run(tab, wiener, visitor())[-1][tab.numbers]
    early = wiener | {tab.damage: "jpeg"}  # the page has not heard yet that Wiener must be told the kernel
    last = run(tab, early, visitor())[-1]
    assert 'id="restore-gain"' in last[tab.numbers]
    later = tab.choose_damage(early, visitor())
    assert last[tab.restorer]["value"] == later[tab.restorer]["value"] != "wiener"
    assert f"using={later[tab.restorer]['value']}" in last[tab.save]
    # what the visitor chose knowingly stays, though it was made for other damage
    knowingly = values | {tab.damage: "jpeg", tab.restorer: "median_filter"}
    assert "using=median_filter" in run(tab, knowingly, visitor())[-1][tab.save]


def test_the_answer_to_a_damage_does_not_stop_the_run_that_began_before_it(tab, values, monkeypatch):
    tab.choose_damage(values | {tab.damage: "gaussian_blur", tab.restorer: "wiener"}, visitor())
    early = values | {tab.damage: "jpeg", tab.restorer: "wiener"}
    answered = threading.Event()

    def patient(*arguments):
        assert answered.wait(SOON)
        return restore(*arguments)

    monkeypatch.setattr("restorers.ui.restore_handlers.restore", patient)

    async def follow():
        updates = []
        async for update in tab.restore(early, visitor()):
            if not updates:
                tab.choose_damage(early, visitor())
                answered.set()
            updates.append(update)
        return updates

    assert 'id="restore-gain"' in asyncio.run(follow())[-1][tab.numbers]


def test_a_run_overtaken_by_another_setting_says_so(tab, values, monkeypatch):
    def endless(observation, restorer, progress, cancel):
        assert cancel.wait(SOON)
        raise Cancelled

    monkeypatch.setattr("restorers.ui.restore_handlers.restore", endless)

    async def follow(change):
        updates = []
        async for update in tab.restore(values, visitor()):
            updates.append(update)
            if len(updates) == 1:
                change()
        return updates

    updates = asyncio.run(follow(lambda: tab.refresh(values | {tab.seed: 5}, visitor())))
    assert "the settings have changed" in updates[-1][tab.problem]
    assert updates[-1][tab.run]["visible"] is True
    once_more = asyncio.run(follow(lambda: tab.desk.run("me", tab.setup(values), tab.path(values))))
    assert all(tab.run not in update or update[tab.run]["visible"] == "hidden" for update in once_more)
    tab.halt(visitor())


def test_a_failure_inside_ends_in_a_sentence_without_a_trace(tab, values, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("restorers.ui.restore_handlers.restore", broken)
    last = run(tab, values, visitor())[-1]
    assert "Something went wrong on the server" in last[tab.problem]
    assert "secret" not in last[tab.problem]
    assert last[tab.run]["visible"] is True


def test_stop_ends_the_run_and_the_page_goes_on(tab, values, monkeypatch):
    began = threading.Event()

    def endless(observation, restorer, progress, cancel):
        began.set()
        assert cancel.wait(SOON)
        raise Cancelled

    monkeypatch.setattr("restorers.ui.restore_handlers.restore", endless)

    threading.Thread(target=lambda: began.wait(SOON) and tab.halt(visitor())).start()
    last = run(tab, values, visitor())[-1]
    assert "Stopped." in last[tab.problem]
    assert last[tab.run]["visible"] is True


def test_a_comparison_that_takes_the_place_of_the_run_gives_the_button_back(tab, values, monkeypatch):
    began, compared = threading.Event(), threading.Event()

    def endless(observation, restorer, progress, cancel):
        began.set()
        assert cancel.wait(SOON)
        raise Cancelled

    def compare():
        began.wait(SOON)
        tab.desk.line.start("me", lambda report, cancel: compared.wait(SOON))

    monkeypatch.setattr("restorers.ui.restore_handlers.restore", endless)
    threading.Thread(target=compare).start()
    last = run(tab, values, visitor())[-1]
    compared.set()
    assert (last[tab.run]["visible"], last[tab.stop]["visible"]) == (True, "hidden")


def test_a_second_visitor_is_told_that_he_waits(tab, values, monkeypatch):
    gate = threading.Event()
    held = tab.desk.line.start("other", lambda progress, cancel: gate.wait(SOON))

    async def wait():
        texts = []
        async for update in tab.restore(values, visitor()):
            if tab.panes in update and (busy := update[tab.panes]["panes"][2]["busy"]):
                texts.append(busy["text"]["en"])
                gate.set()
        return texts

    assert asyncio.run(wait())[0] == "Waiting, 1 ahead of you"
    assert held.done.wait(SOON)


def test_another_damage_brings_the_methods_made_for_it_first(tab, values):
    updates = tab.choose_damage(values | {tab.damage: "jpeg"}, visitor())
    offered = updates[tab.restorer]["options"]
    assert offered[0]["group_en"] == "Made for this damage"
    assert updates[tab.restorer]["value"] in [o["value"] for o in offered if o["group_en"] == "Made for this damage"]
    assert next(o for o in offered if o["value"] == "wiener")["disabled"]
    kept = tab.choose_damage(values | {tab.damage: "poisson_noise"}, visitor())
    assert kept[tab.restorer]["value"] == "gaussian_filter"


def test_without_damage_nothing_is_scored_and_nothing_drawn(tab, values):
    updates = tab.choose_damage(values | {tab.damage: "none"}, visitor())
    assert updates[tab.drawing]["visible"] == "hidden"
    assert updates[tab.none_help]["visible"] is True
    last = run(tab, values | {tab.damage: "none"}, visitor())[-1]
    assert "Nobody knows the original" in last[tab.numbers]
    assert "PSNR" not in last[tab.numbers]
    assert [pane["id"] for pane in last[tab.panes]["panes"]] == ["degraded", "restored"]


def test_a_damage_that_changes_nothing_is_scored_in_signs_that_are_read(tab, values):
    harmless = values | {tab.damages["gaussian_noise"].components["sigma"]: 0, tab.restorer: "gaussian_filter"}
    shown = run(tab, harmless, visitor())[-1][tab.numbers]
    assert "inf" not in shown and "<strong>−∞ dB</strong>" in shown


def test_then_also_freezes_the_present_damage(tab, values):
    run(tab, values, visitor())
    updates = tab.add_step(values, visitor())
    assert [chip["name"] for chip in updates[tab.steps]] == ["gaussian_noise"]
    # nothing is added before the visitor chooses: the same damage, the same result, the same link
    assert updates[tab.damage]["value"] == NEXT
    assert updates[tab.damage]["options"][0]["en"] == "Choose the next damage…"
    assert 'id="restore-gain"' in updates[tab.numbers]
    assert updates[tab.then]["interactive"] is False
    assert to_query(tab.setup(values | {tab.steps: updates[tab.steps], tab.damage: NEXT})) == to_query(tab.setup(values))
    more = values | {tab.steps: updates[tab.steps], tab.damage: "jpeg"}
    assert [s.name for s in tab.setup(more).steps] == ["gaussian_noise", "jpeg"]
    chosen = tab.choose_damage(more, visitor())
    assert chosen[tab.then]["interactive"] is True
    assert "value" not in chosen[tab.damage]  # the visitor may have chosen another one meanwhile
    full = values | {tab.steps: updates[tab.steps] * MAX_STEPS}
    assert f"At most {MAX_STEPS}" in tab.add_step(full, visitor())[tab.problem]


def test_the_last_damage_can_be_taken_away(tab, values):
    updates = tab.choose_damage(values | {tab.steps: [], tab.damage: NEXT}, visitor())
    assert updates[tab.damage]["value"] == "none"
    assert all(option["value"] != NEXT for option in updates[tab.damage]["options"])
    assert updates[tab.none_help]["visible"] is True
    assert "with=none" in updates[tab.save]


def test_a_large_photo_that_is_bad_already_can_be_restored_at_full_size(tab, values, large_file):
    own = values | {tab.sample: "", tab.photo: {"path": str(large_file), "orig_name": "large.png"}, tab.damage: "none"}
    updates = tab.choose_damage(own, visitor())
    assert "Your photo of 2400 × 1200 pixels is restored at 1414 × 707 only." in updates[tab.reduced]
    full = tab.full_size(own, visitor())
    assert full[tab.size] == "full"
    assert full[tab.reduced] == ""
    assert tab.desk.last("me").working.size == (2400, 1200)
    assert tab.choose_damage(own | {tab.damage: "jpeg"}, visitor())[tab.reduced] == ""
    assert tab.choose_damage(values | {tab.damage: "none"}, visitor())[tab.reduced] == ""


def test_where_no_method_was_made_for_the_damage_it_says_so(built, monkeypatch):
    grayscale = Setup(steps=(Step("grayscale", {}),))
    unmade = [r for r in all_restorers() if r.name != "do_nothing" and not r.suited(grayscale.steps[0].build())]
    monkeypatch.setattr("restorers.ui.restore_tab.all_restorers", lambda: unmade)
    said = unsuited(grayscale)
    assert "No method here is made for this damage yet" in said
    assert "Contrast stretch" in said
    assert "Wiener" not in said
    assert unsuited(Setup(steps=(Step("gaussian_blur", {}),))) == ""
    assert unsuited(Setup()) == ""


def test_a_network_of_one_size_says_what_it_knows():
    fixed = [r for r in all_restorers() if issubclass(r, FixedSizeNetwork)]
    assert fixed
    for r in fixed:
        size = r.preset.architecture.input_size
        assert f"It knows only such pictures of {size}×{size} pixels" in told(r)
    assert "It knows only" not in told(restorer_class("median_filter"))


def test_numbers_out_of_range_are_used_at_the_end_of_the_range(tab, values):
    sigma = tab.damages["gaussian_noise"].components["sigma"]
    for typed, used in ((99_999, sigma.maximum), (-3, 0), (None, 0), ("x", 0)):
        updates = tab.refresh(values | {sigma: typed}, visitor())
        assert updates[tab.problem] == ""
        assert f"gaussian_noise,sigma={used:g}," in updates[tab.save]
    for typed, used in ((1e12, 2**31 - 1), (-1, 0), (None, 0), (2.5, 3)):
        assert tab.setup(values | {tab.seed: typed}).seed == used
    assert tab.setup(values | {tab.strength: 1000}).strength == 1


def test_another_draw_changes_the_seed(tab, values):
    seeds = {tab.draw_again(values, visitor())[tab.seed] for _ in range(8)}
    assert len(seeds) > 1


def test_an_own_photo_takes_the_samples_place(tab, values, large_file):
    given = {"path": str(large_file), "orig_name": "my cat.png"}
    updates = tab.take_photo(values | {tab.photo: given}, visitor())
    assert updates[tab.sample] == ""
    assert "Reduced from 2400 × 1200" in updates[tab.notes]
    assert "photo=" not in updates[tab.save]
    assert "restore &#x27;my cat.png&#x27; restored.png" in updates[tab.save]
    assert str(large_file.parent) not in said(updates, tab.save)


def test_a_photo_taken_away_is_gone_and_restore_says_what_to_do(tab, values, photo_file):
    own = values | {tab.sample: "", tab.photo: {"path": str(photo_file)}}
    run(tab, own, visitor())
    gone = tab.remove_photo(own, visitor())  # Gradio sends the old photo along
    assert not any(pane["url"] for pane in gone[tab.panes]["panes"])
    assert not any(view["url"] for view in gone[tab.comparison]["views"][1:])
    assert "Choose a photo first" in gone[tab.numbers]
    assert gone[tab.problem] == ""
    assert gone[tab.strength]["visible"] == "hidden"
    assert tab.desk.last("me") is None
    (update,) = run(tab, values | {tab.sample: "", tab.photo: None}, visitor())
    assert "Choose a photo first" in update[tab.problem]
    assert "Choose a photo first" in update[tab.numbers]
    assert not any(pane["url"] for pane in update[tab.panes]["panes"])
    assert tab.choose_damage(values | {tab.sample: "", tab.photo: None, tab.damage: "jpeg"}, visitor())[tab.restorer]["value"]


def test_after_a_refused_photo_the_one_before_is_back(tab, values, photo_file):
    assert tab.refuse_photo(visitor("new")) == {tab.photo: None}
    tab.refresh(values, visitor())
    assert tab.refuse_photo(visitor()) == {tab.photo: str(photo_file)}


def test_strength_without_a_result_says_what_to_do(tab, values):
    tab.refresh(values, visitor())
    assert "Press Restore again" in tab.blend(values | {tab.strength: 50}, visitor())[tab.problem]
    run(tab, values, visitor())
    half = tab.blend(values | {tab.strength: 50}, visitor())
    assert half[tab.panes]["strength"] is None  # the browser is ahead of the server
    assert "strength=50" in half[tab.save]


def test_a_link_opens_with_its_settings(built, monkeypatch):
    monkeypatch.setattr(built, "desk", Desk(Line()))
    steps = (Step("gaussian_blur", {"sigma": 2.0}), Step("jpeg", {"quality": 30}))
    setup = Setup("rocket", "fit", steps, 9, "non_local_means", {"strength": 1.0}, 0.5)
    updates = built.open(visitor(query=to_query(setup)))
    assert updates[built.sample] == "rocket"
    assert [chip["name"] for chip in updates[built.steps]] == ["gaussian_blur"]
    assert updates[built.damage]["value"] == "jpeg"
    assert updates[built.damage]["options"][0]["value"] == NEXT
    assert updates[built.damages["jpeg"].components["quality"]] == 30
    assert updates[built.seed] == 9
    assert updates[built.restorer]["value"] == "non_local_means"
    assert updates[built.restorers["non_local_means"].components["strength"]] == 1.0
    assert updates[built.strength]["value"] == 50
    assert updates[built.banner] == ""
    assert updates[built.panes]["panes"][1]["url"]


def test_a_broken_link_opens_all_the_same_and_says_what_was_left_out(built, monkeypatch):
    monkeypatch.setattr(built, "desk", Desk(Line()))
    updates = built.open(visitor(query="with=gaussian_noise,sigma=9e9&photo=<script>&using=magic"))
    assert "sigma must be a number from 0 to 150" in updates[built.banner]
    assert "&lt;script&gt;" in updates[built.banner]
    assert "<script>" not in updates[built.banner]
    assert updates[built.damages["gaussian_noise"].components["sigma"]] == 25
    assert updates[built.restorer]["value"] == built.start.restorer


def test_a_link_to_a_method_that_cannot_be_used_takes_another_and_says_so(built, monkeypatch):
    monkeypatch.setattr(built, "desk", Desk(Line()))
    updates = built.open(visitor(query="photo=rocket&with=gaussian_noise,sigma=10&using=wiener"))
    assert "“Wiener deconvolution” cannot be used with this damage" in updates[built.banner]
    assert updates[built.restorer]["value"] != "wiener"
    assert f"using={updates[built.restorer]['value']}" in updates[built.save]


def test_the_address_follows_the_settings_but_not_what_the_page_is_built_with(tab, values):
    assert "data-live" not in tab.save.value
    assert "data-live" in tab.refresh(values, visitor())[tab.save]
    assert "data-live" in tab.remove_photo(values, visitor())[tab.save]


def test_hostile_values_of_the_browser_end_in_a_sentence(tab, values):
    for wrong in (
        {tab.damage: "../x"},
        {tab.restorer: "x"},
        {tab.size: "x"},
        {tab.steps: [{"name": "x"}]},
        {tab.sample: 7},
        {tab.size: []},
        {tab.damage: {}},
        {tab.restorer: []},
    ):
        updates = tab.refresh(values | wrong, visitor())
        assert tab.panes in updates


def test_what_the_method_is_told_is_said(tab, values):
    assert "how strong the noise is" in tab.refresh(values | {tab.restorer: "non_local_means"}, visitor())[tab.told]
    assert "It sees the degraded photo only." in tab.refresh(values, visitor())[tab.told]


def test_a_chosen_method_stays_only_if_it_fits():
    setup = Setup(steps=(Step("gaussian_noise", {}),))
    offered = restorer_options(setup)
    assert fitting(offered, "median_filter") == "median_filter"
    assert fitting(offered, "telea") != "telea"
    assert fitting(offered, "telea") != "do_nothing"


def test_what_the_visitor_has_trained_stands_among_his_methods_and_nobody_elses(tab, values):
    mine = type("Mine", (restorer_class("median_filter"),), {"name": "mine-1"})
    tab.desk.own = lambda owner: (mine,) if owner == "me" else ()
    offered = {name: tab.renew(values, visitor(name))[tab.restorer]["options"] for name in ("me", "other")}
    assert {o["value"]: o["group_zh"] for o in offered["me"]}["mine-1"] == "由你训练"
    assert "mine-1" not in [o["value"] for o in offered["other"]]
    chosen = values | {tab.restorer: "mine-1"}
    last = run(tab, chosen, visitor("me"))[-1]
    assert 'id="restore-gain"' in last[tab.numbers] and "The network that you have trained" in last[tab.save]
    refused = run(tab, chosen, visitor("other"))[-1]
    assert "There is no restorer called" in said(refused, tab.problem)


@pytest.mark.parametrize("painting", [None, "x", [], {"mask": None}])
def test_a_painting_that_is_none_does_no_harm(tab, values, painting):
    shown = tab.painted({**values, tab.damage: "painted_mask", tab.paint: painting}, visitor())
    assert shown[tab.problem] == ""


def test_strokes_on_another_photo_are_not_laid_over_this_one(tab, values, photo_file):
    asked = {**values, tab.damage: "painted_mask"}
    png = base64.b64encode(encode_png(np.full((48, 64), 255, np.uint8))).decode()
    for of, kept in (("another", 0), (photo_id(str(photo_file)), 1)):
        tab.painted({**asked, tab.paint: {"of": of, "mask": f"data:image/png;base64,{png}"}}, visitor())
        assert len(tab.desk.masks) == kept
