"""Public data by name, from a small server on this machine: whole, resumed, refused in a sentence."""

import contextlib
import hashlib
import io
import os
import socket
import struct
import tarfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest

import restorers.training.download as module
from restorers.text import Text
from restorers.training.data import DataError, load_digits, load_photos, load_squares
from restorers.training.download import DATASETS, Dataset, DownloadError, Downloads, fetch, is_fetched, is_reachable


class Site:
    """One file behind an address, with the faults a server can have.

    Attributes:
        content: the file.
        ranges: whether parts of it can be asked for.
        status: what is answered instead of the file, where it is not 200.
        cuts: after how many bytes each of the next answers breaks off; 0 sends the head alone.
        resets: whether it breaks off with a reset rather than with an orderly end.
        stalls: whether it falls silent instead.
        asked: the ``Range`` of each request.
        sent: bytes of the file sent so far.
    """

    def __init__(self, content=b""):
        self.content, self.ranges, self.status = content, True, 200
        self.cuts, self.resets, self.stalls = [], False, False
        self.asked, self.sent = [], 0
        self.done = threading.Event()


@pytest.fixture
def site():
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            wanted = self.headers.get("Range")
            site.asked.append(wanted)
            if site.status != 200:
                self.send_response(site.status)
                self.end_headers()
                return
            start = int(wanted.removeprefix("bytes=").partition("-")[0]) if wanted and site.ranges else 0
            if start >= len(site.content):
                self.send_error(416)
                return
            self.send_response(206 if start else 200)
            rest = site.content[start:]
            self.send_header("Content-Length", str(len(rest)))
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(site.content) - 1}/{len(site.content)}")
            self.end_headers()
            sent = rest[: site.cuts.pop(0)] if site.cuts else rest
            site.sent += len(sent)  # counted first: the test may go on as soon as the last byte has come
            self.wfile.write(sent)
            self.wfile.flush()
            if len(sent) == len(rest):
                return
            if site.stalls:
                site.done.wait(10)
            if site.resets:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()

        def log_message(self, *_):
            pass

        def finish(self):
            with contextlib.suppress(OSError):  # the test has closed the connection
                super().finish()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    site.address = f"http://127.0.0.1:{server.server_port}"
    yield site
    site.done.set()
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("RESTORERS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(module, "PAUSE", 0.0)
    return tmp_path / "cache" / "data"


def png(seed, side=40):
    return cv2.imencode(".png", np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8))[1].tobytes()


def archive(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            if isinstance(content, bytes):
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
            else:
                info.type, info.linkname = tarfile.SYMTYPE, str(content)
                tar.addfile(info)
    return out.getvalue()


@pytest.fixture
def offer(site, monkeypatch):
    """Puts a file on the server and a data set that points to it."""

    def put(content, name="flowers", kind="photos", file="flower_photos.tgz", sha256=None):
        site.content = content
        digest = hashlib.sha256(content).hexdigest() if sha256 is None else sha256
        monkeypatch.setitem(DATASETS, name, Dataset(Text("Made", "自制"), kind, "made for this test", f"{site.address}/{file}", digest, 1))

    return put


@pytest.fixture
def flowers(offer):
    files = {f"flower_photos/{name}/{i}.png": png(i) for i, name in enumerate(("roses", "tulips", "daisy"))}
    files["flower_photos/LICENSE.txt"] = b"CC BY 2.0"
    offer(archive(files))
    return files


def files_of(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def refused(name="flowers"):
    with pytest.raises(DownloadError) as refusal:
        fetch(name)
    words = str(refusal.value)
    assert "\n" not in words and refusal.value.sentence.zh and name in words and str(Path.home()) not in words
    return words


def test_a_whole_archive_and_no_second_request(site, flowers, cache):
    folder = fetch("flowers")
    assert folder == cache / "flowers"
    assert files_of(folder) == flowers
    assert sorted(os.listdir(cache)) == ["flowers"]
    assert fetch("flowers") == folder
    assert site.asked == [None]


def test_a_broken_connection_is_taken_up_where_it_broke_off(site, flowers):
    half = len(site.content) // 2
    site.cuts = [half, 0, 100]
    assert files_of(fetch("flowers")) == flowers
    assert site.asked == [None, f"bytes={half}-", f"bytes={half}-", f"bytes={half + 100}-"]
    assert site.sent == len(site.content)


def test_a_reset_connection_is_taken_up(site, flowers):
    site.resets, half = True, len(site.content) // 2
    site.cuts = [half, 100]
    assert files_of(fetch("flowers")) == flowers
    assert len(site.asked) == 3


def test_a_later_call_goes_on_where_an_earlier_one_gave_up(site, flowers, cache):
    site.cuts = [500, 0, 0, 0]
    words = refused()
    assert "broke off" in words and "kept" in words
    (part,) = cache.iterdir()
    assert part.read_bytes() == site.content[:500]
    site.asked.clear()
    assert files_of(fetch("flowers")) == flowers
    assert site.asked == ["bytes=500-"]


def test_a_server_that_knows_no_parts_sends_all_again(site, flowers):
    site.ranges, site.cuts = False, [700]
    assert files_of(fetch("flowers")) == flowers
    assert site.asked == [None, "bytes=700-"]


def test_what_came_whole_before_a_crash_is_not_fetched_again(site, flowers, cache):
    cache.mkdir(parents=True)
    (cache / "flowers-flower_photos.tgz.part").write_bytes(site.content)
    assert files_of(fetch("flowers")) == flowers
    assert site.sent == 0


def test_another_file_than_the_published_one_is_thrown_away(site, offer, cache):
    offer(archive({"a.png": png(0)}), sha256="0" * 64)
    assert "not the published file" in refused() and "000000000000" in refused()
    assert list(cache.iterdir()) == []


def test_a_part_of_another_file_is_thrown_away_and_the_next_call_is_whole(site, flowers, cache):
    cache.mkdir(parents=True)
    (cache / "flowers-flower_photos.tgz.part").write_bytes(b"x" * 100)
    assert "not the published file" in refused()
    assert files_of(fetch("flowers")) == flowers


@pytest.mark.parametrize(
    ("status", "words"), [(404, "no longer"), (410, "no longer"), (403, "answered 403"), (503, "answered 503"), (202, "answered 202")]
)
def test_a_server_that_does_not_give_it(site, flowers, cache, status, words):
    site.status = status
    assert words in refused()
    assert len(site.asked) == 1 and list(cache.iterdir()) == []


def test_without_a_connection(monkeypatch, cache):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    monkeypatch.setitem(DATASETS, "flowers", Dataset(Text("Made", "自制"), "photos", "x", f"http://127.0.0.1:{port}/f.tgz", "0" * 64, 1))
    words = refused()
    assert "no connection to 127.0.0.1" in words and "kept" not in words
    assert list(cache.iterdir()) == []


def test_a_name_that_leads_nowhere(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert "no connection to storage.googleapis.com" in refused()


def test_a_dead_connection_is_given_up(site, flowers, monkeypatch):
    monkeypatch.setattr(module, "TIMEOUT", 0.2)
    site.stalls, site.cuts = True, [0, 0, 0]
    assert "sent nothing for 0.2 seconds" in refused()


@pytest.mark.parametrize(
    "evil", [{"../outside.png": b"x"}, {"/outside.png": b"x"}, {"link": Path(".."), "link/outside.png": b"x"}, {"a": Path("/etc/passwd")}]
)
def test_nothing_leaves_the_folder(site, offer, cache, tmp_path, evil):
    offer(archive({"good.png": png(0), **evil}))
    words = None
    try:
        fetch("flowers")
    except DownloadError as error:
        words = str(error)
    outside = [p for p in tmp_path.rglob("outside.png") if (cache / "flowers") not in p.parents]
    assert not outside and not Path("/outside.png").exists()
    if words is None:  # the filter may take the leading slash off instead
        assert list(evil) == ["/outside.png"] and (cache / "flowers" / "outside.png").exists()
    else:
        assert "outside its folder" in words and list(cache.iterdir()) == []


@pytest.mark.parametrize("content", [b"no archive", archive({"a.png": png(1, 200)})[:-2000]], ids=["no archive", "cut off"])
def test_a_damaged_archive(offer, cache, content):
    offer(content)
    assert "damaged" in refused()
    assert list(cache.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk(site, flowers, cache, monkeypatch):
    cache.mkdir(parents=True)
    (cache / "flowers-flower_photos.tgz.part").symlink_to("/dev/full")
    assert "no space is left" in refused()
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: module.shutil._ntuple_diskusage(10**9, 10**9, 0))
    site.asked.clear()
    words = refused()
    assert "2 MB of disk" in words and "0 MB are free" in words and not site.asked


def test_pictures_by_name_with_their_subfolders_and_source(flowers, monkeypatch, tmp_path):
    photos, source, _ = load_photos("flowers", 32)
    assert len(photos) == 3 and source == "made for this test"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "p.png").write_bytes(png(9))
    squares = load_squares("flowers,mine", 32)
    assert len(squares.pictures) == 4
    assert squares.source == "made for this test; photos of the folder mine"


def test_a_folder_of_the_same_name_wins(site, flowers, monkeypatch, tmp_path):
    (tmp_path / "flowers").mkdir()
    (tmp_path / "flowers" / "p.png").write_bytes(png(9))
    monkeypatch.chdir(tmp_path)
    assert load_photos("flowers", 32)[1] == "photos of the folder flowers"
    assert not site.asked


def test_digits_by_name(offer):
    digits = {f"x_{name}": np.random.default_rng(i).integers(0, 256, (5 - i, 28, 28), np.uint8) for i, name in enumerate(("train", "test"))}
    file = io.BytesIO()
    np.savez(file, y_train=np.zeros(5), **digits)
    offer(file.getvalue(), "mnist", "digits", "mnist.npz")
    training, validation, source = load_digits("mnist")
    assert np.array_equal(training[..., 0], digits["x_train"].astype(np.float32) / 255)
    assert np.array_equal(validation[..., 0], digits["x_test"].astype(np.float32) / 255)
    assert source == "made for this test"


def test_a_name_of_the_wrong_kind_is_not_fetched(site, flowers):
    with pytest.raises(DataError, match="learns from handwritten digits, and flowers holds photos. By name: mnist"):
        load_digits("flowers")
    with pytest.raises(DataError, match="learns from photos, and mnist holds handwritten digits"):
        load_squares("mnist", 32)
    assert not site.asked


# --- one download for all visitors -------------------------------------------------------------------------------------


def until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.01)


@pytest.fixture
def downloads(flowers, site, monkeypatch):
    """All three data sets lie on the small server."""
    for name in ("faces", "mnist"):
        monkeypatch.setitem(DATASETS, name, DATASETS["flowers"])
    return Downloads()


def test_whether_a_server_gives_it_costs_one_byte(site, flowers):
    assert is_reachable("flowers") and site.asked == ["bytes=0-0"] and not is_fetched("flowers")
    site.status = 404
    assert not is_reachable("flowers")
    site.status, site.stalls, site.cuts = 200, True, [0]
    assert is_reachable("flowers", timeout=5)  # the head came


def test_the_check_waits_in_the_background_and_is_believed_for_a_while(site, downloads):
    assert downloads.now("flowers").state == "unknown"
    downloads.check()
    until(lambda: not downloads.checking)
    assert {downloads.now(name).state for name in DATASETS} == {"offered"}
    asked = len(site.asked)
    downloads.check()
    assert not downloads.checking and len(site.asked) == asked
    assert not is_fetched("flowers")  # nobody has agreed yet


def test_what_cannot_be_reached_is_not_offered(downloads, monkeypatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}/f.tgz"
    monkeypatch.setitem(DATASETS, "faces", Dataset(Text("Made", "自制"), "photos", "x", address, "0" * 64, 1))
    downloads.check()
    until(lambda: not downloads.checking)
    assert (downloads.now("faces").state, downloads.now("flowers").state) == ("unreachable", "offered")


def test_two_visitors_share_one_download_and_the_next_waits(site, downloads, flowers, monkeypatch):
    going, seen = threading.Event(), []

    def slow(name, progress):
        progress(5, 10)
        seen.append(name)
        assert going.wait(30)
        return fetch(name)

    monkeypatch.setattr(module, "fetch", slow)
    for name in ("flowers", "flowers", "faces", "flowers"):
        downloads.fetch(name)
    until(lambda: downloads.now("flowers").done == 5)
    assert (downloads.now("flowers").state, downloads.now("flowers").total, downloads.now("faces").state) == ("fetching", 10, "waiting")
    downloads.check()
    until(lambda: not downloads.checking)
    assert downloads.now("flowers").state == "fetching"  # a check does not forget it
    going.set()
    until(lambda: downloads.now("faces").state == "ready")
    assert seen == ["flowers", "faces"] and files_of(fetch("flowers")) == flowers
    assert downloads.now("mnist").state == "offered"
    downloads.fetch("flowers")
    assert seen == ["flowers", "faces"] and downloads.now("flowers").state == "ready"


def test_a_download_that_fails_is_a_sentence_and_can_be_tried_again(site, downloads, flowers):
    site.status = 503
    downloads.fetch("flowers")
    until(lambda: not downloads.now("flowers").busy)
    assert downloads.now("flowers").state == "failed" and "answered 503" in downloads.now("flowers").sentence.en
    site.status = 200
    downloads.fetch("flowers")
    until(lambda: downloads.now("flowers").state == "ready")


def test_addresses_and_sums_are_those_of_keras():
    published = Path(find_spec("keras").submodule_search_locations[0], "src/datasets/mnist.py").read_text()
    assert DATASETS["mnist"].sha256 in published
    assert DATASETS["mnist"].url.rsplit("/", 1)[0] in published
    assert all(len(bytes.fromhex(d.sha256)) == 32 and d.url.startswith("https://") for d in DATASETS.values())
