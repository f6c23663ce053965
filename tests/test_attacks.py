"""Attacks on the running server, as the internet makes them: none may succeed, none may cost memory, and the page answers after each.

One server for the whole file, with a visitor in it whose photo must not get out.
"""

import contextlib
import http.client
import json
import os
import re
import secrets
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from restorers.errors import RestorersError
from restorers.presets import PRESETS, Preset
from restorers.weights import read_header

ROOT = Path(__file__).parents[1]
PLACE = "/srv/canary"  # nothing of what the server alone knows may come out
TOKEN = "hf_CANARYcanaryCANARYcanaryCANARYcan"
SCRIPT = "<img src=x onerror=alert(1)>"
GROWTH = 150  # MB of resident memory over all attacks: a dozen visitors more, and what allocators keep
PEAK = 250  # MB above the start at any time


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")


class Server:
    """The whole app in a process of its own, and what attackers do to it."""

    def __init__(self, folder):
        self.uploads = folder / "uploads"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        settings = {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(self.port), "GRADIO_TEMP_DIR": str(self.uploads)}
        settings |= {"HF_TOKEN": TOKEN, "HF_HUB_OFFLINE": "1", "TF_CPP_MIN_LOG_LEVEL": "2"}
        self.log = folder / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=os.environ | settings, stdout=log, stderr=log)

    def wait(self):
        """Until it has restored its first photo, so that what TensorFlow takes is no part of what is measured."""
        deadline = time.monotonic() + 120
        while True:
            with contextlib.suppress(OSError):
                if self.ask("GET", "/health").status == 200:
                    break
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text()[-3000:]
            time.sleep(0.1)
        config = json.loads(self.ask("GET", "/config").body)
        self.ids = {c["props"].get("elem_id"): c["id"] for c in config["components"]}
        self.names = {c["id"]: c["props"].get("elem_id") for c in config["components"]}
        self.values = {c["id"]: c["props"].get("value") for c in config["components"]}
        self.values[self.ids["restore-restorer"]] = "do_nothing"  # attacks need no network to be at work
        self.events = {}
        for event in config["dependencies"]:
            for target, name in event["targets"]:
                if event["backend_fn"]:
                    self.events.setdefault((self.names.get(target), name), event)
        self.last = config["dependencies"][-1]["id"]
        small = cv2.imencode(".png", np.random.default_rng(0).integers(0, 255, (48, 64, 3)).astype(np.uint8))[1].tobytes()
        self.victim, self.attacker = Visitor(self), Visitor(self)
        (path,) = json.loads(self.upload("small.png", small).body)
        self.values[self.ids["restore-photo"]], self.values[self.ids["restore-samples"]] = self.attacker.photo(path), ""
        self.victim.open()
        self.attacker.join(RUN)  # what the first run imports is no growth
        self.start = self.memory()
        return self

    def ask(self, method, path, body=None, headers=None, timeout=20, **options):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True, **options)
            headers = {k.lower(): v for k, v in (headers or {}).items()}
            chunked = body is not None and not isinstance(body, bytes)
            if isinstance(body, bytes):
                headers.setdefault("content-length", str(len(body)))
            elif chunked:
                headers["transfer-encoding"] = "chunked"
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # refused while we are still sending
                if isinstance(body, bytes) and body:
                    connection.send(body)
                elif chunked:
                    for part in body:
                        connection.send(b"%x\r\n%s\r\n" % (len(part), part))
                    connection.send(b"0\r\n\r\n")
            try:
                answer = connection.getresponse()
                return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
            except (http.client.HTTPException, ConnectionError):
                return Answer(0, {}, b"")  # the server has hung up
        finally:
            connection.close()

    def post(self, path, value, **headers):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return self.ask("POST", path, body, {"content-type": "application/json", **headers})

    def upload(self, name, content, kind="image/png"):
        line = secrets.token_hex(8)
        head = f'--{line}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'
        body = head.encode() + content + f"\r\n--{line}--\r\n".encode()
        return self.ask("POST", "/gradio_api/upload", body, {"content-type": f"multipart/form-data; boundary={line}"})

    def raw(self, content):
        """Bytes as they are; what comes back within two seconds."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection, contextlib.suppress(OSError):
            connection.sendall(content)
            found = b""
            while part := connection.recv(65536):
                found += part
            return found
        return found

    def memory(self):
        """Resident megabytes."""
        status = Path(f"/proc/{self.process.pid}/status")
        if not status.exists():
            return 0
        return int(re.search(r"VmRSS:\s+(\d+)", status.read_text())[1]) / 1024


class Visitor:
    """Calls the page's events as a browser does."""

    def __init__(self, server, session=None):
        self.server, self.session = server, session or secrets.token_hex(8)

    def _body(self, event, changes):
        values = {**self.server.values, **{self.server.ids[name]: value for name, value in changes.items()}}
        return {"data": [values[i] for i in event["inputs"]], "fn_index": event["id"], "session_hash": self.session}

    def call(self, target, **changes):
        """An event without the queue; ``changes`` by elem_id with underscores for hyphens."""
        changes = {name.replace("__", "-"): value for name, value in changes.items()}
        return self.server.post("/gradio_api/run/predict", self._body(self.server.events[target], changes))

    def join(self, target, **changes):
        """An event in the queue, until it ends; all that came."""
        changes = {name.replace("__", "-"): value for name, value in changes.items()}
        joined = self.server.post("/gradio_api/queue/join", self._body(self.server.events[target], changes))
        if joined.status != 200:
            return joined
        return self.server.ask("GET", f"/gradio_api/queue/data?session_hash={self.session}")

    def photo(self, path, name="photo.png"):
        return {"path": path, "orig_name": name, "meta": {"_type": "gradio.FileData"}}

    def open(self):
        content = cv2.imencode(".png", np.random.default_rng(1).integers(0, 255, (48, 64, 3)).astype(np.uint8))[1].tobytes()
        (self.path,) = json.loads(self.server.upload("victim-secret-name.png", content).body)
        answer = self.join(RUN, restore__photo=self.photo(self.path), restore__samples="")
        self.pictures = set(re.findall(r"pictures/([\w-]+)\.png", answer.text))
        assert len(self.pictures) > 2, answer.text[:500]


RUN, TAKE, SLIDE, BLEND = ("restore-run", "click"), ("restore-photo", "upload"), ("restore-seed", "input"), ("restore-strength", "input")


@pytest.fixture(scope="module")
def starting(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("attacks"))
    yield server
    server.process.kill()
    server.process.wait()


@pytest.fixture(scope="module")
def ready(starting):
    return starting.wait()


@pytest.fixture
def server(ready):
    """The server; afterwards the page must answer as before, and memory must not have grown."""
    yield ready
    assert ready.ask("GET", "/health").status == 200, "the page is dead"
    assert ready.memory() - ready.start < PEAK


@pytest.fixture(scope="module")
def listener():
    """A server inside the host's network that must hear nothing."""
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(0.2)
        stop = threading.Event()

        def listen():
            while not stop.is_set():
                with contextlib.suppress(OSError):
                    connection, _ = door.accept()
                    heard.append(1)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")
                    connection.close()

        thread = threading.Thread(target=listen)
        thread.start()
        yield door.getsockname()[1], heard
        stop.set()
        thread.join()


@pytest.fixture
def attacker(server):
    """A visitor who does not mean well; always the same one, for a new one costs Gradio a tenth of a second."""
    return server.attacker


def clean(server, *answers):
    """Nothing that belongs to the server or to another visitor is in the answers."""
    places = [str(ROOT), "site-packages", "Traceback", 'File "', "root:x:0:", TOKEN, "victim-secret-name", str(Path.home() / ".")]
    for answer in answers:
        for secret in (*places, *server.victim.pictures):
            assert secret not in answer.text, f"{secret!r} came out: {answer.text[:600]}"


# --- first what needs no server: it warms up meanwhile -----------------------------------------------------------------------


@pytest.fixture
def preset(tmp_path, starting):
    shutil.copytree(PRESETS.get("tutorial-digits-linear").folder, tmp_path / "foreign")
    return tmp_path / "foreign"


def _described(folder, change):
    path = folder / "preset.json"
    values = json.loads(path.read_text())
    change(values)
    path.write_text(json.dumps(values))


HOSTILE = {
    "a module for an architecture": lambda v: v["architecture"].update(name="os.system"),
    "a path for an architecture": lambda v: v["architecture"].update(name="../../../tmp/evil"),
    "integers without bound": lambda v: v["architecture"].update(settings={"code": 2**40}),
    "code in a setting": lambda v: v["architecture"].update(settings={"code": "__import__('os').system('id')"}),
    "a setting that there is not": lambda v: v["architecture"].update(settings={"call": "eval"}),
    "weights elsewhere": lambda v: v["weights"].update(file="../../etc/passwd"),
    "an absolute path": lambda v: v["weights"].update(file="/etc/hosts.safetensors"),
    "a pickle": lambda v: v["weights"].update(file="model.pkl"),
    "a Keras file": lambda v: v["weights"].update(file="model.keras"),
    "no digest": lambda v: v["weights"].update(sha256="*"),
    "a text of a megabyte": lambda v: v["title"].update(en="x" * 900_000),
    "a list for a text": lambda v: v.update(title=[SCRIPT]),
}


@pytest.mark.parametrize("attack", HOSTILE)
def test_hostile_preset_is_refused_in_a_sentence(preset, attack):
    _described(preset, HOSTILE[attack])
    with pytest.raises(RestorersError):
        Preset.read(preset)


def test_a_preset_of_a_hundred_thousand_brackets_is_refused(preset):
    (preset / "preset.json").write_text("[" * 100_000)
    with pytest.raises(RestorersError):
        Preset.read(preset)


def _header(path, change):
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    change(header, next(name for name in header if name != "__metadata__"))
    packed = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(packed)) + packed + content[8 + length :])


TAMPERED = {
    "a header of an exabyte": lambda path: path.write_bytes(struct.pack("<Q", 2**60) + path.read_bytes()[8:]),
    "a tensor of a petabyte": lambda path: _header(path, lambda h, n: h[n].update(shape=[2**50])),
    "a negative side": lambda path: _header(path, lambda h, n: h[n].update(shape=[-1, -784])),
    "offsets outside": lambda path: _header(path, lambda h, n: h[n].update(data_offsets=[0, 2**40])),
    "objects": lambda path: _header(path, lambda h, n: h[n].update(dtype="OBJ")),
    "a pickle under its name": lambda path: path.write_bytes(b"\x80\x04cos\nsystem\n(S'id'\ntR."),
    "a zip under its name": lambda path: path.write_bytes(b"PK\x03\x04" + bytes(4000)),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-1]),
}


@pytest.mark.parametrize("attack", TAMPERED)
def test_tampered_weights_are_refused_before_they_are_read(preset, attack):
    path = preset / "model.safetensors"
    TAMPERED[attack](path)
    with pytest.raises(RestorersError):
        read_header(path)


# --- files of the server -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd", "/gradio_api/file=../../../../../../etc/passwd", "/gradio_api/file=%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/gradio_api/file=/proc/self/environ", "/gradio_api/file=//etc/passwd", "/gradio_api/file=/etc/passwd%00.png",
        "/gradio_api/file=file:///etc/passwd", "/gradio_api/file=app.py", "/gradio_api/file=./weights/denoise/preset.json",
        "/gradio_api/file=.git/config", "/gradio_api/file={root}/requirements.txt", "/gradio_api/file={uploads}",
        "/gradio_api/file={uploads}/../log", "/gradio_api/file/etc/passwd", "/gradio_api/file=C:\\Windows\\win.ini",
        "/static/../../../../../../../etc/passwd", "/static/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/assets/..%2f..%2f..%2froutes.py",
        "/pictures/..%2f..%2fapp.py", "/pictures/../app.py", "/samples/..%2f..%2fapp.jpg", "/svelte/../../etc/passwd",
        "/gradio_api/custom_component/x/client/component/..%2f..%2f..%2f__init__.py", "/theme.css/../app.py", "//etc/passwd",
        "/../../../etc/passwd", "/.env", "/.git/config", "/app.py",
    ],
)  # fmt: skip
def test_no_file_of_the_server_is_read(server, path):
    wanted = path.format(root=ROOT, uploads=server.uploads)
    answer = server.ask("GET", wanted, headers={"range": "bytes=0-99"})
    assert answer.status in (0, 400, 403, 404, 405, 422), answer.status
    assert b"gradio==" not in answer.body and b"[core]" not in answer.body and b"import" not in answer.body
    assert "root:x:0:" not in answer.text and TOKEN not in answer.text


@pytest.mark.parametrize("path", ["/etc/passwd", "{root}/.github/page.png", "{uploads}/../log", "../../etc/passwd", "{victim}/", "", "\0"])
def test_no_path_in_a_photo_field_is_followed(server, attacker, path):
    wanted = path.format(root=ROOT, uploads=server.uploads, victim=Path(server.victim.path).parent)
    for target, call in ((TAKE, attacker.join), (SLIDE, attacker.call), (RUN, attacker.join)):
        answer = call(target, restore__photo=attacker.photo(wanted), restore__samples="")
        clean(server, answer)
        assert target == RUN or "pictures/" not in answer.text  # a run that is refused shows what there was before
    without = {"path": wanted, "orig_name": "x.png"}
    clean(server, attacker.call(SLIDE, restore__photo=without, restore__samples=""))
    answer = attacker.call(("train-start", "click"), train__photos=[attacker.photo(wanted)])
    clean(server, answer)


@pytest.mark.parametrize("how", ["chips", "api"])
def test_no_path_in_a_setting_is_followed(server, attacker, how):
    """A mask may be the path of a picture: on the command line, never here."""
    wanted = str(ROOT / ".github" / "page.png")
    missing = str(ROOT / ".github" / "none.png")
    found = []
    for path in (wanted, missing, ""):
        if how == "chips":
            chip = {"name": "painted_mask", "settings": {"mask": path} if path else {}, "en": "", "zh": ""}
            answer = attacker.call(SLIDE, **{"restore__chips": [chip], "restore__seed": 5})
            decibels = re.findall(r'"caption":"([^"]*)"', answer.text)
        else:
            settings = f",mask={path}" if path else ""
            photo = attacker.photo(server.victim.path)
            joined = server.post("/gradio_api/call/degrade", {"data": [photo, [f"painted_mask{settings}"], 0]})
            if joined.status == 404:
                pytest.skip("there is no such endpoint")
            answer = server.ask("GET", f"/gradio_api/call/degrade/{json.loads(joined.body)['event_id']}")
            decibels = re.findall(r"degraded_psnr.{1,20}?([\d.]+)", answer.text)
        assert TOKEN not in answer.text
        found.append(decibels)
    assert found[0] in ([], found[2]), "a picture on the server's disk was used as a mask"
    assert bool(found[0]) == bool(found[1]), "it can be seen which files there are"


def test_an_upload_cannot_leave_its_folder(server):
    before = set(server.uploads.parent.iterdir())
    for name in (
        "../../evil.png",
        "..%2f..%2fevil.png",
        "/tmp/evil.png",
        "..",
        ".",
        "",
        "a\0b.png",
        "x" * 5000 + ".png",
        "con\\..\\evil.png",
    ):
        answer = server.upload(name, b"evil")
        clean(server, answer)
        for path in json.loads(answer.body) if answer.status == 200 else ():
            assert Path(path).resolve().is_relative_to(server.uploads)
    assert set(server.uploads.parent.iterdir()) == before
    assert not Path("/tmp/evil.png").exists()


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.html", "text/html"), ("a.svg", "image/svg+xml"), ("a.js", "text/javascript"), ("a.xhtml", "application/xhtml+xml")],
)
def test_what_was_uploaded_never_runs_as_a_page(server, name, kind):
    (path,) = json.loads(server.upload(name, b"<script>alert(1)</script>", kind).body)
    for headers in ({}, {"range": "bytes=0-9"}, {"accept": "text/html"}):
        answer = server.ask("GET", f"/gradio_api/file={path}", headers=headers)
        assert answer.status in (200, 206)
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["x-content-type-options"] == "nosniff"


# --- addresses that the server should fetch ----------------------------------------------------------------------------------

ADDRESSES = [
    "http://127.0.0.1:{port}/x.png", "http://localhost:{port}/x.png", "http://2130706433:{port}/x.png", "http://0.0.0.0:{port}/x.png",
    "http://[::ffff:127.0.0.1]:{port}/x.png", "HTTP://127.1:{port}/x.png", " http://127.0.0.1:{port}/x.png", "http://169.254.169.254/latest/meta-data/",
    "data:image/png;base64,iVBORw0KGgo=", "file:///etc/passwd", "ftp://127.0.0.1:{port}/x", "hf://a/b",
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_in_a_file_field_is_fetched(server, attacker, listener, address):
    port, heard = listener
    address = address.format(port=port)
    photo = {**attacker.photo(address), "url": address}
    answers = [
        attacker.join(TAKE, restore__photo=photo, restore__samples=""),
        attacker.call(SLIDE, restore__photo=photo, restore__samples=""),
    ]
    answers.append(attacker.call(("train-start", "click"), train__photos=[photo]))
    answers.append(server.post("/gradio_api/call/restore", {"data": [photo, "do_nothing", [], 0]}))
    if answers[-1].status == 200:
        answers.append(server.ask("GET", f"/gradio_api/call/restore/{json.loads(answers[-1].body)['event_id']}"))
    clean(server, *answers)
    assert not heard
    assert not any("pictures/" in a.text for a in answers)


@pytest.mark.parametrize("door", ["file=", "proxy=", "file/"])
def test_the_server_is_no_proxy(server, listener, door):
    port, heard = listener
    for address in (
        f"http://127.0.0.1:{port}/x",
        f"http:/127.0.0.1:{port}/x",
        f"http%3a%2f%2f127.0.0.1%3a{port}/x",
        "https://example.com/x",
    ):
        answer = server.ask("GET", f"/gradio_api/{door}{address}")
        assert answer.status in (400, 403, 404)
        assert "secret" not in answer.text
    assert not heard


# --- bodies ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/gradio_api/upload", "/gradio_api/queue/join", "/gradio_api/run/predict", "/gradio_api/call/restore", "/"]
)
def test_an_endless_body_is_cut_off(server, path):
    kind = {"content-type": "multipart/form-data; boundary=b" if path.endswith("upload") else "application/json"}
    declared = server.ask("POST", path, b"", {**kind, "content-length": str(10**12)})
    assert declared.status in (0, 405, 413)
    head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n' if path.endswith("upload") else b'{"data":["'
    parts = (head if i == 0 else b"x" * 500_000 for i in range(64))  # 32 MB, never said before
    assert server.ask("POST", path, parts, kind).status in (0, 400, 405, 413)
    assert sum(f.stat().st_size for f in server.uploads.rglob("*") if f.is_file()) < 60_000_000


@pytest.mark.parametrize(
    "body",
    [
        b'{"data":' + b"[" * 100_000, b'{"data":' + b'{"a":' * 30_000, b'{"data":["' + b"x" * 250_000 + b'"]}', b'{"data":[' + b"9" * 200_000 + b"]}",
        b'{"data":[1e999,NaN,-Infinity]}', b"\xff\xfe\x00", b"", b"null", b"[]", b'{"data":{}}', b'{"data":null,"fn_index":"x","session_hash":{}}',
        b'{"data":[],"fn_index":1,"session_hash":"' + b"s" * 200_000 + b'"}', b'{"data":[],"session_hash":"\\u0000","fn_index":0}',
    ],
    ids=["brackets", "braces", "text", "digits", "no numbers", "bytes", "empty", "null", "list", "mapping", "kinds", "session", "nul"],
)  # fmt: skip
def test_no_json_brings_it_down(server, body):
    for path in (
        "/gradio_api/queue/join",
        "/gradio_api/run/predict",
        "/gradio_api/cancel",
        "/gradio_api/call/restore",
        "/gradio_api/reset",
    ):
        clean(server, server.post(path, body))


@pytest.mark.parametrize(
    "value",
    [[], {}, "x", -1e308, 1e400, True, [[[]]], "9" * 5000, SCRIPT, {"path": 1, "meta": {"_type": "gradio.FileData"}}],
    ids=["list", "mapping", "text", "low", "high", "true", "nested", "digits", "html", "file"],
)
def test_nothing_in_a_field_brings_it_down(server, attacker, value):
    event = server.events[SLIDE]
    for field in (
        "restore-seed",
        "restore-gaussian_noise-sigma",
        "restore-damage",
        "restore-restorer",
        "restore-chips",
        "restore-size",
        "restore-photo",
    ):
        clean(server, attacker.call(SLIDE, **{field: value}))
    body = {"data": [value] * len(event["inputs"]), "fn_index": event["id"], "session_hash": attacker.session}
    clean(server, server.post("/gradio_api/run/predict", body))


@pytest.mark.parametrize(
    "request_",
    [
        b"POST /gradio_api/queue/join HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /monitoring HTTP/1.1\r\n\r\n",
        b"POST /gradio_api/upload HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\nhello",
        b"POST /gradio_api/upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 300_000 + b"\r\n\r\n", b"GET /" + b"a" * 300_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET / HTTP/9.9\r\n\r\n", b"\r\n" * 1000,
    ],
    ids=["smuggled", "negative", "chunk", "header", "path", "tls", "version", "lines"],
)  # fmt: skip
def test_no_bytes_bring_it_down(server, request_):
    clean(server, Answer(0, {}, server.raw(request_)))


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=zz",
        "multipart/form-data; boundary=" + "b" * 9000,
        "text/plain",
        "",
    ],
)
def test_bad_multipart_is_refused(server, kind):
    answer = server.ask(
        "POST",
        "/gradio_api/upload",
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nx\r\n--b-',
        {"content-type": kind},
    )
    clean(server, answer)
    assert answer.status in (0, 400, 422, 500) or answer.body == b"[]"


def test_two_thousand_parts_are_refused(server):
    part = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nx\r\n'
    answer = server.ask("POST", "/gradio_api/upload", part * 2000 + b"--b--\r\n", {"content-type": "multipart/form-data; boundary=b"})
    assert answer.status == 400
    clean(server, answer)


# --- pictures that are none --------------------------------------------------------------------------------------------------


def _chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _png(width, height, *more, rows=b"\0"):
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + _chunk(b"IDAT", zlib.compress(rows, 1)) + _chunk(b"IEND", b"")


def _zeros(size):
    return zlib.compress(bytes(size), 1)


BOMBS = {
    "three gigapixels": lambda: _png(60_000, 60_000),
    "sides of two billion": lambda: _png(2**31 - 1, 2**31 - 1),
    "a text of 150 MB": lambda: _png(8, 8, _chunk(b"zTXt", b"Comment\0\0" + _zeros(150_000_000)), rows=bytes(25 * 8)),
    "a profile of 150 MB": lambda: _png(8, 8, _chunk(b"iCCP", b"icc\0\0" + _zeros(150_000_000)), rows=bytes(25 * 8)),
    "rows of 150 MB": lambda: _png(8, 8, rows=bytes(150_000_000)),
    "a gif of 65,000 sides": lambda: b"GIF89a" + struct.pack("<HH", 65535, 65535) + b"\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x02\x02L\x01\0;",
    "a bmp of two billion sides": lambda: b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, 2**31 - 1, 2**31 - 1, 1, 24, 0, 0, 0, 0, 0, 0),
    "an svg that names a file": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
    "a postscript": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file\n",
    "a zip": lambda: b"PK\x03\x04" + bytes(1000),
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_and_costs_nothing(server, attacker, bomb):
    before = server.memory()
    (path,) = json.loads(server.upload("photo.png", BOMBS[bomb]()).body)
    answer = attacker.join(TAKE, restore__photo=attacker.photo(path), restore__samples="")
    clean(server, answer)
    assert server.memory() - before < 300
    if not bomb.endswith("150 MB"):  # those hold a small photo besides, which may be shown
        assert "pictures/" not in answer.text
        assert '"success":false' in answer.text


# --- in another's name -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("session", ["", "null", "*", "../%00", "a" * 5000, "{victim}%20", "{victim}/train"])
def test_a_forged_session_hears_nothing_of_others(server, session):
    session = session.replace("{victim}", server.victim.session)
    answer = server.ask("GET", f"/gradio_api/queue/data?session_hash={session}", timeout=5)
    clean(server, answer)
    forger = Visitor(server, session.replace("%20", " ").replace("%00", "\0"))
    answers = [forger.call(BLEND, restore__strength=50), forger.call(("tab-restore", "select")), forger.call(("restore-run", "click"))]
    clean(server, *answers)
    server.post("/gradio_api/cancel", {"session_hash": session, "fn_index": 0, "event_id": "x"})
    for token in server.victim.pictures:
        assert server.ask("GET", f"/pictures/{token}.png").status == 200, "another visitor's pictures are gone"


def test_a_token_cannot_be_guessed(server):
    token = next(iter(server.victim.pictures))
    for guess in (token[:-1], token.lower(), token.upper(), token[::-1], token + "x", "*", "%", secrets.token_urlsafe(24)):
        if guess != token:
            assert server.ask("GET", f"/pictures/{guess}.png").status == 404


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example", "http://evil.example:{port}", "file://"]
)
def test_another_site_cannot_ask_in_a_visitors_name(server, attacker, origin):
    origin = origin.format(port=server.port)
    for path in (
        "/gradio_api/queue/join",
        "/gradio_api/run/predict",
        "/gradio_api/upload",
        "/gradio_api/cancel",
        "/gradio_api/call/restore",
    ):
        answer = server.post(path, attacker._body(server.events[SLIDE], {}), origin=origin)
        assert answer.status == 403
        assert "access-control-allow-origin" not in answer.headers
    asked = {"origin": origin, "access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    assert "access-control-allow-origin" not in server.ask("OPTIONS", "/gradio_api/queue/join", headers=asked).headers
    assert "access-control-allow-origin" not in server.ask("GET", "/config", headers={"origin": origin}).headers
    fetched = server.post("/gradio_api/run/predict", attacker._body(server.events[SLIDE], {}), **{"sec-fetch-site": "cross-site"})
    assert fetched.status == 403


# --- words that would run in a browser ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "field", ["restore-restorer", "restore-damage", "restore-size", "restore-samples", "restore-chips", "restore-paint"]
)
def test_html_in_a_field_comes_back_escaped(server, attacker, field):
    value = [{"name": SCRIPT, "settings": {SCRIPT: SCRIPT}, "en": SCRIPT, "zh": SCRIPT}] if field == "restore-chips" else SCRIPT
    value = {"mask": f"data:image/png;base64,{SCRIPT}"} if field == "restore-paint" else value
    for answer in (
        attacker.call(SLIDE, **{field: value}),
        attacker.call(("restore-then", "click"), **{field: value}),
        attacker.join(RUN, **{field: value}),
    ):
        assert SCRIPT not in answer.text
        clean(server, answer)
    assert SCRIPT not in attacker.call(("restore-paint", "input"), **{field: value}).text


def test_html_in_the_name_of_a_photo_comes_back_escaped(server, attacker):
    content = cv2.imencode(".png", np.full((16, 16, 3), 90, np.uint8))[1].tobytes()
    (path,) = json.loads(server.upload("photo.png", content).body)
    for name in (f"{SCRIPT}.png", '"><script>alert(1)</script>.png', "$(id).png", "';alert(1)//.png"):
        photo = attacker.photo(path, name)
        answer = attacker.join(TAKE, restore__photo=photo, restore__samples="")
        assert "pictures/" in answer.text, answer.text[:300]
        assert SCRIPT not in answer.text and "<script>alert" not in answer.text
        assert SCRIPT not in attacker.call(SLIDE, restore__photo=photo, restore__samples="").text


@pytest.mark.parametrize("query", ["photo", "with", "using", "size", "seed", "strength", "lang", "__theme", "deep_link", "page"])
def test_html_in_a_link_comes_back_escaped(server, attacker, query):
    text = "%3Cimg%20src=x%20onerror=alert(1)%3E"
    assert SCRIPT not in server.ask("GET", f"/?{query}={text}").text
    opened = server.events[(None, "load")]
    body = {"data": [], "fn_index": opened["id"], "session_hash": attacker.session}
    answer = server.post(f"/gradio_api/run/predict?{query}={text}", body)
    assert answer.status == 200
    assert SCRIPT not in answer.text
    clean(server, answer)


@pytest.mark.parametrize(
    "header", ["x-forwarded-host", "x-forwarded-proto", "x-forwarded-prefix", "host", "referer", "accept-language", "user-agent", "cookie"]
)
def test_html_in_a_header_comes_back_escaped(server, header):
    for value in ('"><script>alert(1)</script>', "</script><script>alert(1)</script>"):
        for path in ("/", "/config", "/theme.css", "/nowhere"):
            answer = server.ask("GET", path, headers={"host": "127.0.0.1", header: value}, skip_host=True)
            if "html" in answer.headers.get("content-type", "html"):
                assert "<script>alert(1)" not in answer.text


# --- doors that the page does not use ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/gradio_api/component_server"), ("GET", "/gradio_api/custom_component/image/client/component/index.js"), ("GET", "/monitoring"),
        ("GET", "/monitoring/summary"), ("GET", "/monitoring/x"), ("GET", "/gradio_api/deep_link?session_hash={victim}"), ("GET", "/openapi.json"),
        ("POST", "/gradio_api/process_recording"), ("POST", "/gradio_api/vibe-edit"), ("POST", "/gradio_api/vibe-code"), ("GET", "/gradio_api/vibe-code"),
        ("POST", "/gradio_api/undo-vibe-edit"), ("POST", "/gradio_api/vibe-starter-queries"), ("POST", "/gradio_api/stream/x"), ("GET", "/docs"),
        ("POST", "/gradio_api/stream/x/close"), ("GET", "/gradio_api/stream/{victim}/0/0/playlist.m3u8"), ("GET", "/gradio_api/runs"), ("GET", "/svelte/x"),
        ("GET", "/gradio_api/stream/{victim}/0/0/playlist-file"), ("GET", "/gradio_api/mcp/"), ("POST", "/gradio_api/mcp/"), ("GET", "/gradio_api/mcp/sse"),
        ("GET", "/gradio_api/dev/reload"), ("GET", "/gradio_api/run-history/buckets"), ("POST", "/gradio_api/run-history/connect"), ("POST", "/login"),
        ("GET", "/gradio_api/profiling/traces"), ("GET", "/pwa_icon/100000"), ("GET", "/redoc"),
    ],
)  # fmt: skip
def test_a_door_that_the_page_does_not_use_is_closed(server, method, path):
    body = {"data": None, "component_id": server.ids["restore-photo"], "session_hash": server.victim.session, "fn_name": "__init__"}
    path = path.format(victim=server.victim.session)
    answer = server.post(path, body) if method == "POST" else server.ask(method, path, timeout=5)
    assert answer.status in (400, 401, 403, 404, 405, 422), answer.text[:200]
    clean(server, answer)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "X" * 100])
def test_an_odd_method_does_nothing(server, method):
    for path in ("/", "/gradio_api/queue/join", "/gradio_api/upload", "/health", f"/pictures/{next(iter(server.victim.pictures))}.png"):
        answer = server.ask(method, path, b"")
        assert answer.status in (0, 400, 404, 405, 501)
        clean(server, answer)


@pytest.mark.parametrize("number", [-1, 10**9, 1.5, None, [0], "unload"])
def test_an_event_that_is_not_offered_does_nothing(server, number):
    body = {"data": [], "fn_index": number, "session_hash": secrets.token_hex(4)}
    for path in ("/gradio_api/queue/join", "/gradio_api/run/predict", "/gradio_api/api/predict"):
        answer = server.post(path, body)
        assert answer.status >= 400
        clean(server, answer)


@pytest.mark.parametrize("name", ["open", "leave", "restore_1", "begin", "__init__", "../x", "predict%00", "warm"])
def test_an_event_that_is_private_has_no_name(server, name):
    clean(server, server.post(f"/gradio_api/call/{name}", {"data": []}))
    assert name not in json.loads(server.ask("GET", "/gradio_api/info").body)["named_endpoints"]


def test_the_events_of_the_page_hold_with_nothing_and_with_too_much(server, attacker):
    """Every event there is, called as no browser would."""
    trained = []
    for number in range(server.last + 1):
        for data in ([], [None], [SCRIPT] * 200):
            answer = server.post("/gradio_api/run/predict", {"data": data, "fn_index": number, "session_hash": attacker.session})
            trained.append(answer.status)
            clean(server, answer)
            assert SCRIPT not in answer.text
    assert len(trained) > 100


def test_open_ears_are_closed_again(server):
    ears = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(10)]
    for i, ear in enumerate(ears):
        ear.sendall(f"GET /gradio_api/heartbeat/ear{i} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    assert server.ask("GET", "/health").status == 200
    for ear in ears:
        ear.close()


def test_one_visitor_cannot_fill_the_line(server):
    greedy = Visitor(server)
    event = server.events[RUN]
    joined = [server.post("/gradio_api/queue/join", greedy._body(event, {"restore-seed": i})).status for i in range(14)]
    assert joined.count(200) <= 14
    other = Visitor(server).join(RUN)
    assert "pictures/" in other.text
    assert "may wait" not in other.text


# --- at the end: what there is too much of, and what is left ---------------------------------------------------------------------


def test_too_many_uploads_are_refused_in_a_sentence_whoever_they_say_they_are(server):
    for i in range(3000):
        refused = server.post("/gradio_api/upload", b"", **{"x-forwarded-for": f"10.0.{i // 250}.{i % 250}", "x-real-ip": "10.1.1.1"})
        if refused.status == 429:
            break
    assert refused.status == 429
    assert "Try again in" in json.loads(refused.body)["detail"]
    assert int(refused.headers["retry-after"]) >= 1


def test_after_all_of_it_memory_is_as_before_and_another_visitor_has_lost_nothing(server):
    assert server.memory() - server.start < GROWTH
    assert server.uploads.stat().st_mode & 0o77 == 0
    for token in server.victim.pictures:
        assert server.ask("GET", f"/pictures/{token}.png").status == 200
    assert json.loads(server.ask("GET", "/health").body)["status"] == "ok"
