"""The Models tab as plain functions, what it shows, and what it lets in from a hub."""

import asyncio
import json
import re
from dataclasses import replace
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from restorers import hub as hub_module
from restorers.degradations import DEGRADATIONS
from restorers.errors import RestorersError
from restorers.hub import Hub
from restorers.models.unet import UNet
from restorers.presets import PRESETS, Preset, PresetStore
from restorers.restore import network, restorer_class
from restorers.text import Text
from restorers.training.worker import Engine
from restorers.ui import models_view as view
from restorers.ui.models_handlers import MOST_ADDED, ModelsDesk, fitted, modest, shortened
from restorers.ui.models_tab import ModelsTab, SignIn, signs_in
from restorers.ui.restore_tab import RestoreTab, fitting, restorer_options
from restorers.ui.restore_view import save
from restorers.ui.server import card_route
from restorers.ui.setup import Setup, Step, from_query, to_command
from restorers.ui.train_handlers import TrainDesk
from restorers.ui.words import restore as restore_words
from restorers.weights import save_weights
from tests.hub_server import WRITER, Fault, HubServer

SMALL = UNet(width1=8, width2=8, width3=16, blocks1=1, blocks2=1, blocks3=1)
SCORE = {"benchmark": "denoise", "setting": "cbsd68, σ 25", "protocol": "PSNR over RGB", "photos": 68}
SCORE |= {"psnr": 30.4, "ssim": 0.86, "psnr_degraded": 20.1, "gain": 10.3}
EVIL = '<img src=x onerror="alert(1)">'
ME = SimpleNamespace(session_hash="me")
NOISE = Setup(steps=(Step("gaussian_noise", {"sigma": 25.0}),))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A preset folder as a stranger may have published it."""
    folder = tmp_path_factory.mktemp("weights") / "small"
    folder.mkdir()
    model, rng = SMALL.build(), np.random.default_rng(0)
    for variable in model.variables:
        variable.assign(rng.normal(0, 0.05, variable.shape))
    path = folder / "model.safetensors"
    digest = save_weights(model, path)
    title, text = Text(f"Small {EVIL}", "小"), Text("Made with care.\n" * 99, "用心制作。")
    weights = {"file": path.name, "sha256": digest, "bytes": path.stat().st_size, "dtype": "float32", "parameters": model.count_params()}
    scores = [SCORE, "nonsense", {"psnr": "much"}, {**SCORE, "setting": EVIL, "gain": float("nan")}]
    suits = frozenset({"gaussian_blur"})
    Preset(folder, "small", title, text, text, SMALL, weights, suits, "none", {"name": "x"}, {"steps": 0}, scores, "mit").write()
    (folder / "README.md").write_text(f"---\nlicense: mit\n---\n\n# Small\n\n{EVIL} ![x](https://elsewhere.example/x.png)\n")
    return folder


@pytest.fixture(scope="module")
def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def server():
    with HubServer() as server:
        yield server


@pytest.fixture
def handlers(desk, server, tmp_path, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "ENDPOINT", server.url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", server.url + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "huggingface"))
    monkeypatch.setattr(hub_module, "PAUSE", 0.01)
    handlers = ModelsDesk(TrainDesk(desk, Engine()))
    handlers._store.hub = Hub(cache=tmp_path / "cache")
    desk.own = handlers.restorers
    return handlers


@pytest.fixture
def tab(handlers, monkeypatch):
    with gr.Blocks() as demo, gr.Tabs() as tabs:
        with gr.Tab("restore"):
            restore = RestoreTab(handlers.train.desk)
        with gr.Tab("models") as own_tab:
            tab = ModelsTab(handlers.train)
        tab.listen(demo, own_tab, tabs, restore)
    monkeypatch.setattr(tab, "handlers", handlers)
    return tab


def done(job):
    assert job.done.wait(60)
    if job.error is not None:
        raise job.error
    return job.result


def added(handlers, name="ann/small", owner="me"):
    done(handlers.look_up(owner, name))
    return done(handlers.fetch(owner))


def collected(events):
    """All updates of an event, the later over the earlier."""

    async def run():
        return [update async for update in events]

    updates = asyncio.run(run())
    return {component: value for update in updates for component, value in update.items()}


def event(**data):
    return SimpleNamespace(_data=data)


# --- the cards --------------------------------------------------------------------------------------------------------


def test_every_preset_has_a_card_with_all_that_is_known_of_it(handlers):
    presets, problems = handlers.shipped()
    assert [p.name for p in presets] == PRESETS.names() and not problems
    html = view.room(presets, problems, ())
    assert html.count("<article") == len(presets)
    assert html.index("<h2") < html.index("<h3"), "no level of the headings is left out"
    for preset in presets:
        assert preset.weights["sha256"] in html and f"{preset.weights['parameters']:,}" in html and preset.title.zh in html
        assert all(f"{score['psnr']:.2f}" in html for score in preset.scores)
    assert html.count('class="in-en"') == html.count('class="in-zh"')


def test_scores_stand_under_their_protocols_beside_doing_nothing():
    validation = {**SCORE, "benchmark": "validation", "protocol": "PSNR of each picture", "psnr": 27.04, "gain": -0.5}
    preset = replace(PRESETS.get("denoise"), scores=[validation, SCORE, {**SCORE, "setting": "cbsd68, σ 50", "gain": 12.85}])
    html = view.scores(preset)
    assert html.count('class="protocol"') == 2 and "Protocol: PSNR over RGB" in html
    assert "<td>30.40</td><td>20.10</td><td>+10.30</td>" in html and "cbsd68, σ 25 (68 pictures)" in html
    assert "Gain over doing nothing: −0.5 to +12.8 dB" in html
    assert "nothing to gain" in view.scores(replace(preset, scores=[{**SCORE, "psnr_degraded": None, "gain": None}]))
    assert "No score was measured" in view.scores(replace(preset, scores=[]))


def test_what_was_measured_and_how_is_said_in_chinese_too():
    shown = "".join(view.scores(PRESETS.get(name)) for name in PRESETS.names())
    in_chinese = "".join(re.findall(r'<span[^>]*lang="zh[^>]*>(.*?)</span>', shown))
    assert "测量方式：高斯噪声，不截断" in in_chinese and "张 128×128 的留出图片" in in_chinese
    assert view._setting("16 pictures of 64×64 that it has learned from").zh == "16 张 64×64 的训练过的图片"
    # names of benchmarks, test sets and programs are the same in both languages
    names = {"RGB", "PSNR", "SSIM", "JPEG", "OpenCV", "U-Net", "PCA", "cbsd", "set", "classic", "validation"}
    names |= {"denoise", "enlarge", "dejpeg", "deblur", "inpaint", "colorize", "tutorials"}
    assert set(re.findall(r"[A-Za-z][A-Za-z-]{2,}", in_chinese)) <= names


def test_a_damaged_preset_is_a_sentence_among_the_cards(handlers, monkeypatch):
    def get(name):
        raise RestorersError(Text(f"{name} is <damaged>.", "损坏。"))

    monkeypatch.setattr(PRESETS, "get", get)
    presets, problems = handlers.shipped()
    html = view.room(presets, problems, ())
    assert "is &lt;damaged&gt;." in html and "Add one from the hub" in html


def test_the_card_is_the_published_one_with_the_addresses_of_its_pictures():
    text = view.card(PRESETS.get("denoise"))
    assert "license:" not in text and "<!--" not in text and not re.search(r"^#{1,2} ", text, re.MULTILINE)
    assert "![Input, output and truth](cards/denoise/examples.png)" in text and "### Scores" in text


def test_pictures_of_cards_and_nothing_else_are_served():
    client = TestClient(Starlette(routes=[card_route()]))
    answer = client.get("/cards/denoise/examples.png")
    assert answer.content == (PRESETS.get("denoise").folder / "examples.png").read_bytes()
    for path in ("denoise/model", "denoise/..%2Fexamples", "nothing/loss", "..%2Fweights%2Fdenoise/loss", "ann%2Fsmall/loss"):
        assert client.get(f"/cards/{path}.png").status_code == 404


def test_the_tab_opens_with_the_cards_or_the_one_of_the_link(tab):
    opened = tab.enter("", ME)
    assert opened[tab.room]["visible"] is True and opened[tab.link] == {"model": ""} and opened[tab.banner] == ""
    opened = tab.enter("?lang=en&model=denoise", ME)
    assert (
        opened[tab.card]["visible"] is True and opened[tab.link] == {"model": "model=denoise"} and "### Scores" in opened[tab.text]["value"]
    )
    opened = tab.enter("?model=%3Cb%3Enothing", ME)
    assert "there is no model called “&lt;b&gt;nothing”" in opened[tab.banner] and opened[tab.card]["visible"] == "hidden"
    opened = tab.enter("?model=ann/small@v1/x", ME)
    assert opened[tab.id] == "ann/small@v1/x" and "Look it up" in opened[tab.banner]


def test_a_press_opens_a_card_and_closes_it_whatever_the_browser_says(tab):
    assert tab.press(ME, event(do="open", model="denoise"))[tab.card]["visible"] is True
    assert tab.press(ME, event(do="all"))[tab.room]["visible"] is True
    for data in (
        {},
        {"do": "open", "model": "../../etc"},
        {"do": "open", "model": ["x"]},
        {"do": None},
        {"do": "remove", "model": "denoise"},
    ):
        updates = tab.press(ME, event(**data))
        assert updates[tab.room]["visible"] is True and "<article" in updates[tab.room]["value"]
    assert "no model called" in tab.press(ME, event(do="open", model="ann/small"))[tab.banner]
    assert tab.press(ME, SimpleNamespace(_data="x"))[tab.room]["visible"] is True


# --- using one --------------------------------------------------------------------------------------------------------


def test_the_damage_is_kept_where_it_fits_and_replaced_where_it_does_not():
    denoise, enhance = restorer_class("denoise"), restorer_class("tutorial-enhance")
    assert fitted(NOISE, denoise).steps == NOISE.steps
    assert [step.name for step in fitted(NOISE, enhance).steps] == ["downscale"]
    assert fitted(Setup(), enhance).steps == ()  # a photo that is bad already may be tried with anything
    assert fitted(NOISE, restorer_class("tutorial-digits")).steps == NOISE.steps  # made for no damage at all
    assert fitted(NOISE, enhance).restorer == "tutorial-enhance"


def test_use_sets_the_restore_tab_and_goes_there(tab, photo_file, monkeypatch):
    monkeypatch.setattr("restorers.ui.restore_tab.sample_path", lambda name: str(photo_file))
    values = {component: component.value for component in tab.restore.inputs} | {tab.restore.photo: None}
    updates = tab.use(values, ME, event(do="use", model="tutorial-enhance"))
    assert updates[tab.tabs]["selected"] == "restore"
    assert updates[tab.restore.restorer]["value"] == "tutorial-enhance" and updates[tab.restore.damage]["value"] == "downscale"
    assert "There is no restorer" in tab.use(values, ME, event(do="use", model="nothing"))[tab.banner]
    gone = {**values, tab.restore.sample: ""}
    assert "Choose a photo first" in tab.use(gone, ME, event(do="use", model="denoise"))[tab.banner]


# --- adding one -------------------------------------------------------------------------------------------------------


def test_nothing_is_downloaded_before_the_size_was_seen(tab, handlers, server, files):
    repo = server.add("ann/small", files)
    updates = collected(tab.look_up("  ann/small ", ME))
    size = view.file_size(sum(map(len, files.values())))
    assert f"“ann/small” is there: {size} at commit {repo.branches['main'][:12]}" in updates[tab.found]
    assert updates[tab.fetch]["visible"] is True and updates[tab.stop]["visible"] == "hidden"
    assert not [path for path in server.paths() if "/resolve/" in path]
    updates = collected(tab.bring(ME))
    assert "stands among the methods" in updates[tab.found] and EVIL not in updates[tab.found]
    assert "Added by you" in updates[tab.room]["value"] and repo.branches["main"] in updates[tab.room]["value"]


def test_what_was_added_is_a_method_of_this_visitor_alone(handlers, server, files, photo_file):
    commit = server.add("ann/small", files).branches["main"]
    method = added(handlers)
    desk, name = handlers.train.desk, f"ann/small@{commit}"
    assert method.name == name and method.preset.hub == {"id": "ann/small", "revision": commit}
    assert desk.restorer_class("me", name) is method and desk.restorers("me")[0] is method
    with pytest.raises(RestorersError):
        desk.restorer_class("you", name)
    assert not handlers.restorers("you") and name not in PRESETS.names()
    job = desk.run("me", Setup(steps=NOISE.steps, restorer=name), str(photo_file))
    assert done(job).restored is not None
    repo = server.repos["ann/small"]
    repo.commit(files | {"README.md": b"# New"})
    done(handlers.look_up("me", "ann/small"))  # another commit is another model
    with pytest.raises(RestorersError, match="is here already"):
        done(handlers.look_up("me", f"ann/small@{commit}"))
    handlers.leave("me")
    assert not handlers.restorers("me")


def test_the_restore_tab_offers_it_in_a_group_of_its_own(handlers, server, files):
    server.add("ann/small", files)
    method = added(handlers)
    offered = restorer_options(NOISE, None, [method])
    (own,) = [o for o in offered if o["value"] == method.name]
    assert own["group_en"] == restore_words.ADDED.en and "ann/small" in own["en"]
    assert fitting(offered, method.name) == method.name
    assert [step.name for step in fitted(NOISE, method).steps] == ["gaussian_blur"]
    setup = fitted(NOISE, method)
    assert f"--using {method.name}" in to_command(setup, "photo.png")
    assert "the command fetches it" in save(None, setup)
    _, notes = from_query([("using", method.name)], Setup(), {})
    assert "add it on the Models tab" in notes[0].en


def test_words_of_strangers_are_short_and_escaped(handlers, server, files):
    server.add("ann/small", files)
    preset = added(handlers).preset
    assert len(preset.title.en) < 100 and len(preset.help.en) <= 300 and "\n" not in preset.help.en
    html = view.room([], (), [preset]) + view.head(preset, True) + view.foreign_card(preset)
    assert "<img" not in html and "&lt;img" in html and "nan" not in html
    assert html.count("30.40") == 4 and html.count("<td>–</td>") == 2 and "nobody here has measured" in html
    assert "license: mit" not in view.foreign_card(preset)


@pytest.mark.parametrize(
    ("name", "sentence"),
    {
        "nonsense": "is named user/name",
        "http://169.254.169.254/latest": "is named user/name",
        "ann/nothing": "no such repository",
        "ann/private": "or it is private",
        "ann/small@v9": "there is no revision 'v9'",
        "ann/small/folder": "must hold preset.json; it is missing",
    }.items(),
)
def test_what_cannot_be_found_ends_in_a_sentence(tab, server, files, name, sentence):
    server.add("ann/small", files)
    server.add("ann/private", files, private=True)
    updates = collected(tab.look_up(name, ME))
    assert sentence in updates[tab.found].replace("&#x27;", "'") and 'lang="zh-CN"' in updates[tab.found]
    assert updates[tab.fetch]["visible"] == "hidden" and updates[tab.ask]["interactive"] is True


def test_what_cannot_be_fetched_ends_in_a_sentence(tab, handlers, server, files):
    server.add("ann/gated", files, gated=True)
    server.add("ann/small", files)
    wrong = json.loads(files["preset.json"]) | {"architecture": {"name": "unet", "settings": {"width1": 16}}}
    server.add("ann/wrong", files | {"preset.json": json.dumps(wrong).encode()})
    collected(tab.look_up("ann/gated", ME))
    assert "is gated" in collected(tab.bring(ME))[tab.found]
    server.faults["model.safetensors"] = Fault(content=bytes(len(files["model.safetensors"])))
    collected(tab.look_up("ann/small", ME))
    updates = collected(tab.bring(ME))
    assert "arrived damaged" in updates[tab.found] and updates[tab.fetch]["visible"] is True
    server.faults.clear()
    collected(tab.look_up("ann/wrong", ME))
    assert "must have as many as its weights" in collected(tab.bring(ME))[tab.found]
    assert not handlers.restorers("me")


def test_nothing_is_fetched_that_was_not_looked_up(tab):
    assert "Look a model up first" in collected(tab.bring(ME))[tab.found]


def test_a_slow_download_says_how_much_has_come_and_can_be_stopped(tab, handlers, server, files):
    server.add("ann/small", files)
    server.faults["model.safetensors"] = Fault(after=20_000, stall=True)
    collected(tab.look_up("ann/small", ME))

    async def stopped():
        said = []
        async for update in tab.bring(ME):
            said.append(update.get(tab.found, ""))
            if re.search(r"Fetching: \d\d", said[-1]):
                tab.halt(ME)
        return said, update

    said, last = asyncio.run(asyncio.wait_for(stopped(), 60))
    assert any(f"of {view.file_size(sum(map(len, files.values())))}" in each for each in said)
    assert "Stopped" in said[-1] and last[tab.fetch]["visible"] is True and not handlers.restorers("me")


def test_a_visitor_may_add_a_few(tab, handlers, server, files):
    for i in range(MOST_ADDED + 1):
        server.add(f"ann/small{i}", files)
    for i in range(MOST_ADDED):
        added(handlers, f"ann/small{i}")
    assert [r.preset.hub["id"] for r in handlers.restorers("me")] == [f"ann/small{i}" for i in reversed(range(MOST_ADDED))]
    assert f"at most {MOST_ADDED} models" in collected(tab.look_up(f"ann/small{MOST_ADDED}", ME))[tab.found]
    first = handlers.restorers("me")[0].name
    updates = tab.press(ME, event(do="remove", model=first))
    assert first not in updates[tab.room]["value"] and len(handlers.restorers("me")) == MOST_ADDED - 1
    added(handlers, f"ann/small{MOST_ADDED}")
    assert handlers.visits.bytes() < 1_000_000


def test_every_damage_has_a_name_on_the_cards():
    preset = PRESETS.get("denoise")
    for degradation in DEGRADATIONS:
        named = replace(preset, suits=frozenset({degradation.name}))
        assert degradation.title.en in view.made_for(named).en


def test_a_title_that_is_long_keeps_its_repository(handlers, server, files):
    server.add("ann/small", files)
    preset = added(handlers).preset
    long = replace(preset, title=Text("x" * 4000, "长" * 4000), hub={"id": "ann/small/a/b", "revision": "0" * 40})
    assert modest(long).title.en.endswith("… · ann/small") and len(modest(long).title.zh) < 100


def test_a_long_text_is_cut_between_words():
    assert shortened("one  two three", 14) == "one two three"
    assert shortened("one two three", 10) == shortened("one two three", 8) == "one two…"
    assert shortened("one two three", 7) == "one…"
    assert shortened("one " + "x" * 50, 40) == "one " + "x" * 35 + "…"


# --- publishing -------------------------------------------------------------------------------------------------------


def test_elsewhere_the_command_is_shown(tab, monkeypatch):
    assert not tab.signs_in and "python -m restorers publish mine-1 --to USER/NAME" in tab.command.value
    monkeypatch.setattr(tab.handlers.train, "restorers", lambda owner: [SimpleNamespace(name="mine-3")])
    assert "publish mine-3 --to" in tab.enter("", ME)[tab.command]


def test_visitors_sign_in_on_a_space_with_oauth_alone(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: True)
    assert not signs_in()
    monkeypatch.setenv("SYSTEM", "spaces")
    monkeypatch.setenv("SPACE_ID", "ann/space")
    assert not signs_in()
    monkeypatch.setenv("OAUTH_CLIENT_ID", "x")
    assert signs_in()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert not signs_in()


@pytest.fixture
def publishing(handlers, monkeypatch):
    """The tab as on a Space."""
    monkeypatch.setattr("restorers.ui.models_tab.signs_in", lambda: True)
    monkeypatch.setattr("gradio.routes.attach_oauth", lambda app: None)  # needs libraries that a Space has
    with gr.Blocks() as demo, gr.Tabs() as tabs:
        with gr.Tab("restore"):
            restore = RestoreTab(handlers.train.desk)
        with gr.Tab("models") as own_tab:
            tab = ModelsTab(handlers.train)
        tab.listen(demo, own_tab, tabs, restore)
    monkeypatch.setattr(tab, "handlers", handlers)
    assert demo.expects_oauth and any(isinstance(block, SignIn) for block in demo.blocks.values())
    return tab


def test_a_trained_network_goes_to_the_account_of_who_is_signed_in(publishing, handlers, server, folder):
    tab = publishing
    ann, token = SimpleNamespace(username="ann"), SimpleNamespace(token=WRITER)
    assert "Sign in with Hugging Face" in tab.identify("", ME, None)[tab.who]
    said = tab.identify("", ME, ann)
    assert "Signed in as ann" in said[tab.who] and "train a network" in said[tab.who] and said[tab.form]["visible"] == "hidden"
    store = PresetStore(folder.parent)
    trained = SimpleNamespace(restorer=network(replace(store.get("small"), scores=[SCORE]), store))
    handlers.train.trained.put(("me", "mine-1"), trained, 1, "me")
    handlers.train._visit("me").kept[1] = "mine-1"
    said = tab.identify(["x"], ME, ann)
    assert said[tab.form]["visible"] is True and said[tab.trained]["value"] == "small"
    assert "Sign in first" in collected(tab.publish("mine-1", "mended", False, ME, None, None))[tab.sent]
    assert "is named user/name" in collected(tab.publish("mine-1", "a b", False, ME, ann, token))[tab.sent]
    assert "published to user/name alone" in collected(tab.publish("mine-1", "a/b", False, ME, ann, token))[tab.sent]
    assert "train a network" in collected(tab.publish("mine-9", "mended", False, ME, ann, token))[tab.sent]
    assert "does not allow" in collected(tab.publish("mine-1", "mended", False, ME, ann, SimpleNamespace(token="hf_no")))[tab.sent]
    updates = collected(tab.publish("mine-1", " mended ", True, ME, ann, token))
    assert f"{server.url}/ann/mended" in updates[tab.sent] and updates[tab.send]["interactive"] is True
    repo = server.repos["ann/mended"]
    assert repo.private and {"preset.json", "model.safetensors", "config.json"} <= set(repo.commits[repo.branches["main"]])
    assert WRITER not in str(updates)


def test_the_hub_is_not_asked_while_the_tab_is_built_and_opened(tab, server):
    tab.enter("?model=ann/small", ME)
    assert not server.asked
