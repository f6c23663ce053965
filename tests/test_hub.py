"""The hub: the real client against a small hub of our own. What goes wrong ends in one sentence, and nothing half stays."""

import json
import os
import shutil
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from restorers import hub as module
from restorers.errors import Cancelled
from restorers.hub import Hub, HubError, HubId
from restorers.models.efficient_unet import EfficientUNet
from restorers.models.unet import UNet
from restorers.presets import HubPresetStore, Preset, PresetError, PresetStore, _count_parameters
from restorers.registry import UnknownName
from restorers.text import Text
from restorers.weights import WeightsError, save_weights
from tests.hub_server import WRITER, Fault, HubServer

SMALL = UNet(width1=8, width2=8, width3=16, blocks1=1, blocks2=1, blocks3=1)
SCORE = {"benchmark": "denoise", "setting": "cbsd68, σ 25", "protocol": "PSNR over RGB", "photos": 68}
SCORE |= {"psnr": 30.4, "ssim": 0.86, "psnr_degraded": 20.1, "gain": 10.3}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A preset folder as the hub holds it."""
    folder = tmp_path_factory.mktemp("weights") / "small"
    folder.mkdir()
    model, rng = SMALL.build(), np.random.default_rng(0)
    for variable in model.variables:
        variable.assign(rng.normal(0, 0.05, variable.shape))
    path = folder / "model.safetensors"
    digest = save_weights(model, path)
    text = Text("Small", "小")
    weights = {"file": path.name, "sha256": digest, "bytes": path.stat().st_size, "dtype": "float32", "parameters": model.count_params()}
    Preset(
        folder, "small", text, text, text, SMALL, weights, frozenset({"noise"}), "none", {"name": "denoise"}, {"steps": 0}, [SCORE]
    ).write()
    (folder / "README.md").write_text("---\nlicense: apache-2.0\nlibrary_name: keras\npipeline_tag: image-to-image\n---\n\n# Small · 小\n")
    return folder


@pytest.fixture(scope="module")
def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def server():
    with HubServer() as server:
        yield server


@pytest.fixture(autouse=True)
def no_other_hub(monkeypatch, tmp_path):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "huggingface"))
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no token"))
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(module, "PAUSE", 0.01)


@pytest.fixture
def default_hub(server, monkeypatch):
    """Our hub where nobody names an address: what HF_ENDPOINT does before huggingface_hub is imported."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", server.url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", server.url + "/{repo_id}/resolve/{revision}/{filename}")


@pytest.fixture
def hub(server, tmp_path):
    return Hub(endpoint=server.url, cache=tmp_path / "cache")


@pytest.fixture
def store(hub, tmp_path):
    (tmp_path / "weights").mkdir()
    store = PresetStore(tmp_path / "weights")
    store.hub = hub
    return store


def refused(hub, text="ann/small", **how):
    """The sentence in which fetching ends; no file of the preset may be left in the cache."""
    with pytest.raises(HubError) as refusal:
        hub.fetch(HubId.parse(text), **how)
    sentence = refusal.value.sentence
    assert "\n" not in sentence.en and sentence.zh != sentence.en
    assert str(hub.cache) not in sentence.en and "Traceback" not in sentence.en
    return sentence.en


# ids


@pytest.mark.parametrize(
    ("text", "parts"),
    {
        "ann/small": ("ann/small", "", ""),
        "hf://ann/small": ("ann/small", "", ""),
        "ann/small/a/b": ("ann/small", "a/b", ""),
        "Ann-1/s_m.all@v1.0": ("Ann-1/s_m.all", "", "v1.0"),
        "ann/small@" + "a" * 40 + "/deblur": ("ann/small", "deblur", "a" * 40),
    }.items(),
)
def test_an_id(text, parts):
    wanted = HubId.parse(text)
    assert (wanted.repository, wanted.subfolder, wanted.revision) == parts
    assert str(wanted) == text.removeprefix("hf://") and HubId.parse(str(wanted)) == wanted
    assert wanted.pinned == (len(parts[2]) == 40)


BAD_IDS = ["", "small", "/ann/small", "ann/", "../ann/small", "ann/..", "ann/small/../../x", "ann/small/.git", "ann/small@../x", "ann/small@a/../b", "ann//small", "ann/small/", "ann/sm all", "ann/small\n", " ann/small", "http://localhost/x", "http://169.254.169.254/latest", "ann/small?x=1", "ann/small#x", "ann%2Fsmall/x", "ann\\small", "ann/a--b", "ann/a..b", "ann/small.git", "a" * 200 + "/b", "ann/" + "b/" * 9 + "c", "安/小", "ann/small\0", "-ann/small", "~/small", "ann/$(id)"]  # fmt: skip


@pytest.mark.parametrize("text", BAD_IDS)
def test_a_bad_id_is_refused_before_any_request(hub, store, server, text):
    with pytest.raises(HubError, match="is named user/name"):
        HubId.parse(text)
    with pytest.raises(UnknownName):
        store.get(text)
    assert text not in store
    assert not server.asked


# what arrives


def test_a_preset_is_fetched_pinned_and_kept(hub, server, files):
    repo = server.add("ann/small", files | {"pickle.pkl": b"x", "app.py": b"x", "examples.png": b"x", "config.json": b"{}"})
    shown = []
    pinned, folder = hub.fetch(HubId.parse("ann/small"), progress=lambda *step: shown.append(step))
    total = sum(map(len, files.values()))
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name in files} == files
    assert (
        not [path.name for path in folder.iterdir() if path.suffix in (".pkl", ".py", ".png", ".part")]
        and not (folder / "config.json").exists()
    )
    assert pinned == HubId("ann/small", "", repo.branches["main"]) and pinned.pinned
    assert shown[-1] == (total, total) and [done for done, _ in shown] == sorted(done for done, _ in shown)
    assert {size for _, size in shown} == {total}
    asked = len(server.asked)
    assert hub.fetch(pinned) == (pinned, folder)
    assert len(server.asked) == asked, "a commit in the cache costs no request"
    hub.fetch(HubId.parse("ann/small"))
    assert len(server.asked) == asked + 1, "a branch in the cache costs one"


def test_the_size_is_known_before_anything_is_downloaded(hub, server, files):
    repo = server.add("ann/small", files | {"app.py": b"x" * 1000})
    pinned, size = hub.measure(HubId.parse("ann/small"))
    assert (pinned, size) == (HubId("ann/small", "", repo.branches["main"]), sum(map(len, files.values())))
    assert server.paths() == ["/api/models/ann/small"] and not list(hub.cache.rglob("*.json.part"))
    with pytest.raises(HubError, match="may have at most 10 bytes"):
        Hub(endpoint=server.url, cache=hub.cache, size_limit=10).measure(pinned)


def test_a_subfolder_and_a_revision(hub, server, files):
    repo = server.add("ann/all", {f"presets/small/{name}": content for name, content in files.items()} | {"README.md": b"# All"})
    first = repo.branches["main"]
    second = repo.commit({"other/preset.json": b"{}", "other/model.safetensors": b""})
    repo.branches["v1"] = first
    pinned, folder = hub.fetch(HubId.parse("ann/all@v1/presets/small"))
    assert pinned.revision == first and folder.name == "small" and (folder / "preset.json").read_bytes() == files["preset.json"]
    assert not (folder.parents[1] / "README.md").exists()
    assert "there is no revision 'v2'" in refused(hub, "ann/all@v2")
    assert "must hold preset.json; it is missing. Folders that have one: other." in refused(hub, "ann/all/presets/small")
    assert [str(found) for found in hub.presets(HubId.parse("ann/all@v1/presets"))] == [f"ann/all@{first}/presets/small"]
    assert [str(found) for found in hub.presets(HubId.parse("ann/all"))] == [f"ann/all@{second}/other"]


def test_a_token_goes_to_the_hub_alone_and_what_it_opened_stays_behind_it(server, files, tmp_path):
    server.add("ann/small", files, private=True)
    server.elsewhere = True
    mine = Hub(WRITER, server.url, tmp_path / "cache")
    pinned, _ = mine.fetch(HubId.parse("ann/small"))
    at = {path: headers.get("Authorization") for verb, path, headers in server.asked if verb == "GET"}
    handed = [path for path in at if path.startswith("/elsewhere/")]
    assert handed and all(at[path] is None for path in handed)
    assert all(token == f"Bearer {WRITER}" for path, token in at.items() if path not in handed)
    assert "no such repository on the hub, or it is private" in refused(Hub(False, server.url, tmp_path / "cache"), str(pinned))
    assert not any(WRITER in str(path) for path in (tmp_path / "cache").rglob("*"))


def test_a_page_does_not_use_the_token_of_its_operator(hub, server, files, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", WRITER)
    server.add("ann/small", files, private=True)
    assert "or it is private" in refused(hub)
    assert not any("Authorization" in headers for _, _, headers in server.asked)


# connections


def test_a_reset_connection_is_taken_up_where_it_broke(hub, server, files):
    server.add("ann/small", files)
    server.faults["model.safetensors"] = Fault(times=2, after=20_000, reset=True)
    _, folder = hub.fetch(HubId.parse("ann/small"))
    assert (folder / "model.safetensors").read_bytes() == files["model.safetensors"]
    ranges = [headers.get("Range") for _, path, headers in server.asked if path.endswith("model.safetensors")]
    assert ranges[0] is None and ranges[1:] == ["bytes=20000-", "bytes=40000-"]


def test_what_came_is_kept_for_the_next_attempt(hub, server, files):
    server.add("ann/small", files)
    server.faults["model.safetensors"] = Fault(after=1000, stall=True)
    sentence = refused(hub, deadline=0.6)
    assert "the hub took longer than 0.6 seconds" in sentence and "bytes came and are kept" in sentence
    server.faults.clear()
    server.asked.clear()
    hub.fetch(HubId.parse("ann/small"))
    assert [headers.get("Range") for _, path, headers in server.asked if path.endswith("model.safetensors")] == ["bytes=1000-"]


def test_a_server_without_ranges_sends_all_again(hub, server, files):
    server.add("ann/small", files)
    server.faults["model.safetensors"] = Fault(times=1, after=20_000, reset=True)
    server.faults["model.safetensors"].ranges = False
    _, folder = hub.fetch(HubId.parse("ann/small"))
    assert (folder / "model.safetensors").read_bytes() == files["model.safetensors"]


def test_a_connection_that_always_breaks(hub, server, files):
    server.add("ann/small", files)
    server.faults["model.safetensors"] = Fault(after=0, reset=True)
    assert "the connection to the hub broke off" in refused(hub)
    assert len([path for path in server.paths() if path.endswith("model.safetensors")]) == module.ATTEMPTS


def test_a_hub_that_never_answers(hub, server, files):
    server.add("ann/small", files)
    server.faults["/api/models/ann/small"] = Fault(stall=True)
    assert "the hub took longer than 0.3 seconds. Try again." in refused(hub, deadline=0.3)


def test_a_silent_hub_is_given_up_before_the_deadline(hub, server, files, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.3)
    server.add("ann/small", files)
    server.faults["/api/models/ann/small"] = Fault(stall=True)
    assert "the hub sent nothing for 0.3 seconds" in refused(hub)


def test_cancel(hub, server, files):
    server.add("ann/small", files)
    server.faults["model.safetensors"] = Fault(after=1000, stall=True)
    cancel = threading.Event()
    with pytest.raises(Cancelled):
        hub.fetch(HubId.parse("ann/small"), progress=lambda *_: cancel.set(), cancel=cancel)
    assert not list(hub.cache.rglob("model.safetensors"))


def test_a_hub_that_is_gone(hub, server, files):
    server.add("ann/small", files)
    unreachable = Hub(endpoint="http://127.0.0.1:9", cache=hub.cache)
    assert "the hub cannot be reached" in refused(unreachable)
    pinned, folder = hub.fetch(HubId.parse("ann/small"))
    assert unreachable.fetch(HubId.parse("ann/small")) == (pinned, folder), "the commit last seen is used instead"
    assert "the hub cannot be reached" in refused(unreachable, "ann/small@v1")


def test_offline_by_decree(hub, server, files, monkeypatch):
    from huggingface_hub import constants

    server.add("ann/small", files)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert "HF_HUB_OFFLINE forbids" in refused(hub)
    assert not server.asked


def test_two_visitors_at_once_download_once(hub, server, files):
    server.add("ann/small", files)
    server.faults["model.safetensors"] = Fault(pause=0.05)
    found, threads = [], []
    for _ in range(3):
        threads.append(threading.Thread(target=lambda: found.append(hub.fetch(HubId.parse("ann/small")))))
        threads[-1].start()
    for thread in threads:
        thread.join(10)
    assert len(found) == 3 and found[0] == found[1] == found[2]
    assert len([path for path in server.paths() if path.endswith("model.safetensors")]) == 1


def test_what_the_space_preloaded_is_not_downloaded(hub, server, files):
    from huggingface_hub import snapshot_download

    server.add("ann/small", files)
    snapshot_download("ann/small", endpoint=server.url)
    server.asked.clear()
    _, folder = hub.fetch(HubId.parse("ann/small"))
    assert server.paths() == ["/api/models/ann/small"]
    assert (folder / "model.safetensors").read_bytes() == files["model.safetensors"] and not (folder / "model.safetensors").is_symlink()


def test_what_the_space_preloaded_damaged_is_downloaded(hub, server, files):
    from huggingface_hub import snapshot_download

    server.add("ann/small", files)
    loaded = snapshot_download("ann/small", endpoint=server.url)
    with open(f"{loaded}/model.safetensors", "r+b") as file:
        file.write(bytes(8))
    _, folder = hub.fetch(HubId.parse("ann/small"))
    assert (folder / "model.safetensors").read_bytes() == files["model.safetensors"]


# refusals


def test_missing_private_and_gated(hub, server, files):
    server.add("ann/private", files, private=True)
    server.add("ann/gated", files, gated=True)
    assert refused(hub, "ann/nothing").startswith("ann/nothing: there is no such repository on the hub, or it is private")
    assert "or it is private" in refused(hub, "ann/private")
    assert "this repository is gated" in refused(hub, "ann/gated")
    stranger = Hub("hf_stranger", server.url, hub.cache)
    assert "this repository is gated" in refused(stranger, "ann/gated")


@pytest.mark.parametrize(
    ("status", "words"), [(403, "does not allow this (403)"), (404, "answered 404"), (429, "answered 429"), (503, "answered 503")]
)
def test_a_file_that_is_refused_in_the_middle(hub, server, files, status, words):
    server.add("ann/small", files)
    server.faults["model.safetensors"] = Fault(status=status)
    assert words in refused(hub)


def test_a_file_that_is_gone_in_the_middle(hub, server, files):
    repo = server.add("ann/small", files)
    repo.extra.append({"rfilename": "other.safetensors", "size": 5, "blobId": "0" * 40})
    assert "a file of this preset is gone from the hub" in refused(hub)


@pytest.mark.parametrize("name", ["model.safetensors", "preset.json"])
def test_wrong_bytes_of_the_right_size_are_thrown_away(hub, server, files, name):
    server.add("ann/small", files)
    server.faults[name] = Fault(content=files[name][:-1] + bytes([files[name][-1] ^ 1]))
    assert f"{name} arrived damaged" in refused(hub)
    assert not list(hub.cache.rglob(f"{name}*.part")) and not list(hub.cache.rglob(name))
    server.faults.clear()
    hub.fetch(HubId.parse("ann/small"))


def test_fewer_and_more_bytes_than_announced(hub, server, files):
    server.add("ann/small", files)
    size = len(files["model.safetensors"])
    server.faults["model.safetensors"] = Fault(content=files["model.safetensors"][:5000], ranges=False)
    assert f"must have {size:,} bytes, the hub sent 5,000 and no more" in refused(hub)
    server.faults["model.safetensors"] = Fault(content=bytes(3 * size), ranges=False)
    assert f"must have {size:,} bytes, the hub sent more" in refused(hub)


def test_too_large_and_too_many_are_refused_before_the_download(server, files, tmp_path, monkeypatch):
    repo = server.add("ann/small", files)
    size = len(files["model.safetensors"])
    small = Hub(endpoint=server.url, cache=tmp_path / "cache", size_limit=size - 1)
    assert f"model.safetensors may have at most {size - 1:,} bytes, it has {size:,}" in refused(small)
    small.size_limit = size + 1
    assert f"a preset may have at most {size + 1:,} bytes" in refused(small)
    roomy = Hub(endpoint=server.url, cache=tmp_path / "cache")
    repo.sizes["preset.json"] = 10**7
    repo.commit(files | {"new": b""})
    assert "preset.json may have at most 1,048,576 bytes, it has 10,000,000" in refused(roomy)
    repo.sizes.clear()
    repo.commit(files | {f"m{i}.safetensors": b"" for i in range(9)})
    assert "may hold at most 8 such files, it holds 12" in refused(roomy)
    repo.commit({name: content for name, content in files.items() if name != "model.safetensors"})
    assert "must hold its weights as a .safetensors file; there is none" in refused(roomy)
    monkeypatch.setattr(module, "LISTED_LIMIT", 1)
    assert "may hold at most 1 files of presets, it holds 2" in refused(roomy)
    assert not [path for path in server.paths() if "/resolve/" in path], "something was downloaded"


def test_path_tricks_of_the_listing(hub, server, files, tmp_path):
    repo = server.add("ann/small", files)
    for name in (
        "../../../../evil/preset.json",
        "/tmp/evil.safetensors",
        "a/../../evil.safetensors",
        ".files.json",
        "x\\..\\evil.safetensors",
        "..",
    ):
        repo.extra.append({"rfilename": name, "size": 1, "blobId": "0" * 40})
    _, folder = hub.fetch(HubId.parse("ann/small"))
    kept = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file() and not path.name.endswith(".lock"))
    assert [os.path.basename(path) for path in kept] == [".files.json", "README.md", "model.safetensors", "preset.json", "main.seen"]
    assert not any("evil" in path for path in kept) and folder.is_relative_to(hub.cache)


def test_an_answer_that_no_hub_gives(hub, server, files, monkeypatch):
    server.add("ann/small", files)
    monkeypatch.setattr("huggingface_hub.hf_api.ModelInfo", lambda **_: type("Info", (), {"sha": "../../etc", "siblings": []})())
    assert "not what a hub answers" in refused(hub)


def test_a_cache_that_cannot_be_written(server, files, tmp_path):
    server.add("ann/small", files)
    (tmp_path / "file").write_text("")
    assert "could not be kept in the cache" in refused(Hub(endpoint=server.url, cache=tmp_path / "file"))


def test_the_cache_keeps_what_was_used_last(server, files, tmp_path):
    size = sum(map(len, files.values()))
    hub = Hub(endpoint=server.url, cache=tmp_path / "cache", cache_limit=int(2.5 * size))
    folders = {}
    for name in ("ann/a", "ann/b"):
        server.add(name, files)
        _, folders[name] = hub.fetch(HubId.parse(name))
        os.utime(folders[name] / module.LISTING, (1000 + len(folders), 1000 + len(folders)))
    hub.fetch(HubId.parse("ann/a"))
    server.add("ann/c", files)
    _, folders["ann/c"] = hub.fetch(HubId.parse("ann/c"))
    assert [name for name, folder in folders.items() if folder.exists()] == ["ann/a", "ann/c"]


@pytest.mark.parametrize("name", ["model.safetensors", "preset.json"])
def test_a_file_damaged_in_the_cache_is_fetched_anew(hub, server, files, name):
    server.add("ann/small", files)
    pinned, folder = hub.fetch(HubId.parse("ann/small"))
    (folder / name).write_bytes(bytes(len(files[name])))
    server.asked.clear()
    for other in (hub, Hub(endpoint=server.url, cache=hub.cache)):
        other.fetch(pinned)
        assert (folder / name).read_bytes() == files[name]
    assert [path.rpartition("/")[2] for path in server.paths()] == [name]


def test_a_file_in_the_cache_is_read_for_its_checksum_once(hub, server, files, monkeypatch):
    server.add("ann/small", files)
    pinned, _ = hub.fetch(HubId.parse("ann/small"))
    hub.fetch(pinned)
    monkeypatch.setattr(module, "_checksums", lambda *_: pytest.fail("read again"))
    hub.fetch(pinned)


def test_who_makes_room_leaves_what_another_is_downloading(server, files, tmp_path):
    cache, size = tmp_path / "cache", sum(map(len, files.values()))
    server.add("ann/small", files)
    server.add("ann/other", {**files, "README.md": b"# Other"})
    server.faults["model.safetensors"] = Fault(times=1, after=20_000, stall=True)
    first = Hub(endpoint=server.url, cache=cache)
    found, begun = [], threading.Event()

    def slow():
        try:
            found.append(first.fetch(HubId.parse("ann/small"), progress=lambda done, _: done > 20_000 and begun.set()))
        except HubError as error:
            found.append(error)
        begun.set()

    thread = threading.Thread(target=slow)
    thread.start()
    assert begun.wait(10) and not found
    Hub(endpoint=server.url, cache=cache, cache_limit=size // 2).fetch(HubId.parse("ann/other"))
    assert list(cache.glob("public/ann--small/*/model.safetensors.part")), "taken away from under the other one"
    server.over.set()  # the connection breaks, and the download goes on
    thread.join(10)
    _, folder = found[0]
    assert (folder / "model.safetensors").read_bytes() == files["model.safetensors"]


# as a restorer


def test_a_preset_of_the_hub_is_a_restorer_like_any_other(store, server, files):
    from restorers.degradations import Observation
    from restorers.restore import network, restore

    repo = server.add("ann/small", files)
    preset = store.get("ann/small")
    assert preset.name == "ann/small" and preset.hub == {"id": "ann/small", "revision": repo.branches["main"]}
    assert "ann/small" in store and store.names() == [], "the list for all is not touched"
    photo = np.random.default_rng(1).random((40, 56, 3), np.float32)
    result = restore(Observation(photo), network(preset, store)())
    assert result.photo.shape == photo.shape and result.parameters == preset.weights["parameters"]
    assert np.abs(result.photo - photo).max() > 1e-3
    repo.commit(files | {"README.md": b"new"})
    asked = len(server.asked)
    assert store.get("ann/small").hub == preset.hub and len(server.asked) == asked, "it stays at its commit"
    assert store.fetch("ann/small").hub["revision"] == repo.branches["main"] != preset.hub["revision"]


def test_weights_that_left_the_cache_are_fetched_again(store, server, files):
    server.add("ann/small", files)
    preset = store.get("ann/small")
    (preset.folder / "model.safetensors").unlink()
    assert store.model(preset).count_params() == preset.weights["parameters"]


def test_weights_damaged_in_the_cache_are_fetched_again(store, server, files, tmp_path):
    server.add("ann/all", {f"small/{name}": content for name, content in files.items()})
    elsewhere = HubPresetStore(HubId.parse("ann/all"), Hub(endpoint=server.url, cache=tmp_path / "elsewhere"))
    for shop, name in ((store, "ann/all/small"), (elsewhere, "small")):
        preset = shop.get(name)
        shop.provide_weights(preset)
        weights = preset.folder / "model.safetensors"
        weights.write_bytes(files["model.safetensors"][:-4] + bytes(4))
        assert shop.model(preset).count_params() == preset.weights["parameters"]
        assert weights.read_bytes() == files["model.safetensors"]


def changed(files, **changes):
    values = json.loads(files["preset.json"])
    for key, value in changes.items():
        values[key] = values[key] | value if isinstance(value, dict) else value
    return files | {"preset.json": json.dumps(values).encode()}


HOSTILE = {
    "weights elsewhere": ({"weights": {"file": "../../../secret.safetensors"}}, PresetError, "in the same folder"),
    "weights that are not there": ({"weights": {"file": "other.safetensors"}}, PresetError, "there is no weight file"),
    "other weights": ({"weights": {"sha256": "0" * 64}}, PresetError, "SHA-256 of model.safetensors must be 000000000000…"),
    "code as architecture": ({"architecture": {"name": "os.system"}}, PresetError, "There is no architecture called"),
    "a million layers": ({"architecture": {"settings": {"blocks1": 10**6}}}, PresetError, "blocks1 must be a whole number"),
    "a novel as title": ({"title": {"en": "x" * 5000, "zh": "x"}}, PresetError, "'en' may have at most 4,000 characters"),
    "not JSON": (None, PresetError, "must be valid JSON"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_descriptions(store, server, files, case):
    changes, error, words = HOSTILE[case]
    server.add("ann/small", changed(files, **changes) if changes else files | {"preset.json": b"[" * 50_000})
    with pytest.raises(error) as refusal:
        store.get("ann/small")
    assert words in str(refusal.value) and "\n" not in str(refusal.value)


def test_a_network_larger_than_its_weights_is_refused_before_it_takes_memory(store, server, files):
    huge = {"width1": 256, "width2": 512, "width3": 1024, "blocks1": 8, "blocks2": 8, "blocks3": 16}
    server.add("ann/small", changed(files, architecture={"name": "unet", "settings": huge}))
    preset = store.get("ann/small")
    with pytest.raises(PresetError, match="may have 64,000,000 parameters.*it has 401,6"):
        store.model(preset)


def test_parameters_are_counted_without_building():
    assert _count_parameters(SMALL) == SMALL.build().count_params()


def test_another_network_of_the_same_size_is_refused(store, server, files):
    other = {"width1": 8, "width2": 16, "width3": 8, "blocks1": 1, "blocks2": 1, "blocks3": 1}
    server.add("ann/small", changed(files, architecture={"name": "unet", "settings": other}))
    with pytest.raises((PresetError, WeightsError), match="parameters|made for another network|must have shape"):
        store.model(store.get("ann/small"))


def test_a_hub_repository_in_place_of_the_weights(server, files, tmp_path, caplog):
    server.add("ann/all", {f"small/{n}": c for n, c in files.items()} | {f"broken/{n}": c for n, c in files.items()} | {"README.md": b""})
    server.repos["ann/all"].commits[server.repos["ann/all"].branches["main"]]["broken/preset.json"] = b"{}"
    store = HubPresetStore(HubId.parse("ann/all"), Hub(endpoint=server.url, cache=tmp_path / "cache"))
    assert store.names() == ["broken", "small"] and "small" in store and "other" not in store
    assert not [path for path in server.paths() if path.endswith("model.safetensors")], "weights wait until they are needed"
    preset = store.get("small")
    assert preset.name == "small" and preset.hub["id"] == "ann/all/small"
    assert store.model(preset).count_params() == preset.weights["parameters"]
    assert [path for path in server.paths() if path.endswith(".safetensors")] == [
        f"/ann/all/resolve/{preset.hub['revision']}/small/model.safetensors"
    ]
    with pytest.raises(PresetError):
        store.get("broken")
    with pytest.raises(UnknownName, match="Known: broken, small"):
        store.get("other")
    gone = HubPresetStore(HubId.parse("ann/all"), Hub(endpoint="http://127.0.0.1:9", cache=tmp_path / "empty"))
    assert gone.names() == [] and "cannot be reached" in caplog.text


def test_the_hub_is_the_source_only_where_there_are_no_weights(tmp_path, monkeypatch):
    from restorers import presets

    monkeypatch.setenv("RESTORERS_HUB", "ann/all")
    assert type(presets._default_store()) is PresetStore
    monkeypatch.setattr(presets, "WEIGHTS", tmp_path / "absent")
    store = presets._default_store()
    assert isinstance(store, HubPresetStore) and store.source == HubId("ann/all")
    monkeypatch.setenv("RESTORERS_HUB", "../weights")
    with pytest.raises(HubError, match="is named user/name"):
        presets._default_store()


# publishing


def test_published_and_fetched_again(server, default_hub, folder, tmp_path):
    import keras
    from huggingface_hub import ModelCard

    preset = Preset.read(folder)
    model = preset.build()
    mine = Hub(WRITER, server.url, tmp_path / "cache")
    done = mine.publish(folder, HubId.parse("ann/new"), model, preset.scores)
    assert done.url == f"{server.url}/ann/new" and done.revision == server.repos["ann/new"].branches["main"]
    there = server.repos["ann/new"].commits[done.revision]
    expected = {"preset.json", "README.md", "model.safetensors", "config.json", "metadata.json", "model.weights.h5", ".gitattributes"}
    assert set(there) == expected and len(server.repos["ann/new"].commits) == 2, "one commit after the empty one"

    card = ModelCard(there["README.md"].decode()).data
    assert (card.library_name, card.pipeline_tag, card.license, card.model_name) == ("keras", "image-to-image", "apache-2.0", "new")
    assert {(r.metric_type, r.metric_value) for r in card.eval_results} == {("psnr", 30.4), ("ssim", 0.86), ("gain", 10.3)}
    assert all(r.dataset_name == "denoise: cbsd68, σ 25" for r in card.eval_results)
    assert '"hf://ann/new"' in there["README.md"].decode()

    store = PresetStore(tmp_path / "weights")
    store.hub = Hub(endpoint=server.url, cache=tmp_path / "others")
    again = store.get("ann/new")
    assert again.architecture == preset.architecture and again.weights == preset.weights and again.scores == preset.scores

    names = [entry.get("module") or "" for entry in _objects(json.loads(there["config.json"]))]
    assert names and all(name.startswith(("keras", "builtins")) or name == "" for name in names)
    assert b"restorers" not in there["config.json"]
    loaded = keras.saving.load_model("hf://ann/new")
    probe = np.random.default_rng(2).random((2, 48, 64, 3), np.float32)
    np.testing.assert_allclose(np.asarray(loaded(probe)), np.asarray(model(probe)), atol=1e-6)


def _objects(value):
    if isinstance(value, dict):
        if "class_name" in value:
            yield value
        value = list(value.values())
    for entry in value if isinstance(value, list) else ():
        yield from _objects(entry)


RGB = SimpleNamespace(input_shape=(None, None, None, 3), output_shape=(None, None, None, 3))  # a network, as far as its card tells
NARROW = {"width1": 4, "width2": 4, "width3": 4, "blocks1": 1, "blocks2": 1, "blocks3": 1}


@pytest.mark.parametrize(
    "architecture",
    [
        UNet(channels=1, output_channels=3, **NARROW),
        UNet(channels=4, output_channels=3, **NARROW),
        UNet(output_channels=5, classifies=True, bias=True, **NARROW),
        EfficientUNet(colours=True, width2=4, width4=4, width8=4, width16=4),
    ],
    ids=["colour", "mask", "classifier", "efficient"],
)
def test_every_kind_of_network_is_published_in_layers_of_keras(architecture, tmp_path):
    import keras

    model, rng = architecture.build(), np.random.default_rng(3)
    for variable in model.variables:
        variable.assign(rng.normal(0, 0.1, variable.shape))
    module.save_for_keras(model, tmp_path)
    assert "restorers" not in (tmp_path / "config.json").read_text()
    sides = (40, 24) if architecture.multiple == 8 else (64, 32)
    probe = rng.random((1, *sides, architecture.channels), np.float32)
    loaded = keras.saving.load_model(tmp_path)
    np.testing.assert_allclose(np.asarray(loaded(probe)), np.asarray(model(probe)), atol=1e-6)


@pytest.mark.parametrize(
    ("architecture", "said"),
    [
        (UNet(channels=4, output_channels=3, **NARROW), "sides divisible by 32, RGB with a guess in place of what is missing"),
        (UNet(channels=1, output_channels=3, **NARROW), "gray (one channel); photos come out"),
        (UNet(output_channels=5, classifies=True, **NARROW), "RGB; 5 maps of probabilities come out"),
    ],
)
def test_a_published_card_says_what_goes_in_and_what_comes_out(folder, architecture, said):
    assert said in module.published_card(folder, HubId.parse("ann/new"), (), architecture.build())


def test_scores_that_do_not_say_how_they_were_measured_are_not_published(folder):
    text = module.published_card(folder, HubId.parse("ann/new"), ["nonsense", {"psnr": 3.0}, SCORE], RGB)
    from huggingface_hub import ModelCard

    assert {result.metric_value for result in ModelCard(text).data.eval_results} == {SCORE[key] for key in ("psnr", "ssim", "gain")}


@pytest.mark.parametrize(
    ("content", "words"),
    {
        "missing": (None, "it is missing"),
        "no text": (b"\xff", "cannot be read"),
        "no YAML": (b"---\na: [\n---\n", "cannot be read"),
    }.values(),
)
def test_a_preset_without_a_card_is_not_published(server, folder, tmp_path, monkeypatch, content, words):
    monkeypatch.setattr(module, "save_for_keras", lambda model, folder: None)
    shutil.copytree(folder, tmp_path / "small")
    (tmp_path / "small" / "README.md").unlink()
    if content is not None:
        (tmp_path / "small" / "README.md").write_bytes(content)
    with pytest.raises(HubError, match=f"small: a preset is published with its card README.md; .*{words}"):
        Hub(WRITER, server.url, tmp_path / "cache").publish(tmp_path / "small", HubId.parse("ann/new"), RGB)
    assert not server.repos


def test_published_again_old_weights_go_and_nothing_else(server, folder, files, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "save_for_keras", lambda model, folder: None)
    server.add("ann/old", files | {"older.safetensors": b"x", "notes.txt": b"mine"})
    Hub(WRITER, server.url, tmp_path / "cache").publish(folder, HubId.parse("ann/old"), RGB)
    there = server.repos["ann/old"].commits[server.repos["ann/old"].branches["main"]]
    assert "older.safetensors" not in there and there["notes.txt"] == b"mine" and there["model.safetensors"] == files["model.safetensors"]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/api/models/ann/old/commit/main", 412, "somebody changed the repository meanwhile (412)"),
        ("/api/models/ann/old/commit/main", 403, "does not allow this (403)"),
        ("/api/models/ann/old/commit/main", 500, "answered 500"),
        ("/api/models/ann/old/preupload/main", 403, "does not allow this (403)"),
    ],
)
def test_a_publication_that_fails_changes_nothing(server, folder, files, tmp_path, monkeypatch, path, status, words):
    monkeypatch.setattr(module, "save_for_keras", lambda model, folder: None)
    repo = server.add("ann/old", files)
    server.faults[path] = Fault(status=status)
    mine = Hub(WRITER, server.url, tmp_path / "cache")
    with pytest.raises(HubError) as refusal:
        mine.publish(folder, HubId.parse("ann/old"), RGB)
    assert words in str(refusal.value)
    assert list(repo.commits.values()) == [files]


def test_who_may_publish(server, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "save_for_keras", lambda model, folder: None)
    with pytest.raises(HubError, match="needs a token that may write"):
        Hub(None, server.url, tmp_path / "cache").publish(folder, HubId.parse("ann/new"), RGB)
    with pytest.raises(HubError, match="does not allow this \\(401\\)"):
        Hub("hf_stranger", server.url, tmp_path / "cache").publish(folder, HubId.parse("ann/new"), RGB)
    with pytest.raises(HubError, match="to user/name alone"):
        Hub(WRITER, server.url, tmp_path / "cache").publish(folder, HubId.parse("ann/new/sub"), RGB)
    assert not server.repos
    Hub(WRITER, server.url, tmp_path / "cache").publish(folder, HubId.parse("ann/new"), RGB, private=True)
    assert server.repos["ann/new"].private


# the command line


def test_the_command_line_publishes_and_uses(server, default_hub, folder, tmp_path, monkeypatch, capsys):
    from restorers import presets
    from restorers.__main__ import main
    from restorers.photo import read_photo, write_photo

    monkeypatch.setattr(module, "save_for_keras", lambda model, folder: None)
    monkeypatch.setenv("HF_TOKEN", WRITER)
    monkeypatch.setenv("RESTORERS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(presets.PRESETS, "hub", presets.PRESETS.hub)
    assert main(["publish", str(folder), "--to", "ann/new", "--private", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["repository"] == "ann/new" and server.repos["ann/new"].private
    assert told["revision"] == server.repos["ann/new"].branches["main"]
    write_photo(tmp_path / "in.png", np.random.default_rng(4).random((40, 48, 3), np.float32))
    assert main(["restore", str(tmp_path / "in.png"), str(tmp_path / "out.png"), "--using", "ann/new"]) == 0
    assert read_photo(tmp_path / "out.png").photo.shape == (40, 48, 3)
    assert main(["restore", str(tmp_path / "in.png"), str(tmp_path / "out.png"), "--using", "ann/nothing"]) == 1
    assert "no such repository" in capsys.readouterr().err
    assert main(["publish", str(folder), "--to", "not an id"]) == 1
