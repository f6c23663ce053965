import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from restorers.ui.guard import BodyLimit, Doors, RateLimit, foreign, language, names_an_address, network


async def length(request: Request):
    return PlainTextResponse(str(len(await request.body())))


def client(*middleware, paths=("/{path:path}",), **options):
    routes = [Route(path, length, methods=["GET", "POST"]) for path in paths]
    return TestClient(Starlette(routes=routes, middleware=middleware), **options)


@pytest.fixture
def limited():
    return client(Middleware(BodyLimit, limits={"/upload": 1000}, other=100))


def test_a_body_within_the_limit_passes_whole(limited):
    assert limited.post("/queue/join", content=b"x" * 100).text == "100"
    assert limited.post("/gradio_api/upload", content=b"x" * 1000).text == "1000"


@pytest.mark.parametrize(("path", "size"), [("/queue/join", 101), ("/gradio_api/upload", 1001), ("/gradio_api/upload/", 5000)])
def test_a_longer_body_is_refused_whether_or_not_its_length_is_declared(limited, path, size):
    assert limited.post(path, content=b"x" * size).status_code == 413
    chunks = (b"x" * 50 for _ in range(size // 50 + 1))
    assert limited.post(path, content=chunks).status_code == 413


@pytest.mark.parametrize("length", ["many", "-1", "9" * 5000, "1e3"])
def test_a_declared_length_that_is_no_number_of_bytes_is_refused(limited, length):
    assert limited.post("/queue/join", content=b"x", headers={"content-length": length}).status_code == 413


def test_a_refusal_is_a_sentence_in_the_language_that_the_browser_asks_for(limited):
    english = limited.post("/gradio_api/upload", content=b"x" * 2000)
    chinese = limited.post("/gradio_api/upload", content=b"x" * 2000, headers={"accept-language": "de, zh-CN;q=0.8, en;q=0.5"})
    assert english.json()["detail"] == "A request may have at most 0.001 MB; this one has more. Send a smaller file."
    assert chinese.json()["detail"].startswith("每个请求最多 0.001 MB")


@pytest.mark.parametrize(("asked", "spoken"), [("", "en"), ("fr", "en"), ("zh-TW", "zh"), ("fr, en-GB;q=0.9, zh;q=0.1", "en")])
def test_the_language_asked_for(asked, spoken):
    assert language(Headers({"accept-language": asked})) == spoken


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/component_server", "/gradio_api/component_server/", "/gradio_api/proxy=http://127.0.0.1/", "/gradio_api/PROXY=x",
        "/gradio_api/file=http://169.254.169.254/latest", "/gradio_api/file=ftp:x", "/gradio_api/file/etc/passwd", "/gradio_api/stream/x/close",
        "/gradio_api/vibe-edit/", "/gradio_api/undo-vibe-edit", "/gradio_api/process_recording", "/gradio_api/deep_link", "/monitoring/summary",
        "/openapi.json", "/svelte/x", "/gradio_api/%70roxy=x",
    ],
)  # fmt: skip
def test_a_door_that_the_page_does_not_use_is_closed(path):
    assert client(Middleware(Doors)).post(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/", "/config", "/gradio_api/info", "/gradio_api/upload", "/gradio_api/queue/join", "/gradio_api/queue/data", "/gradio_api/run/predict",
        "/gradio_api/heartbeat/x", "/gradio_api/file=/tmp/a.png", "/assets/index.js", "/static/fonts/x.woff2", "/pictures/x.png", "/health",
        "/gradio_api/upload_progress", "/theme.css",
    ],
)  # fmt: skip
def test_what_the_page_uses_is_open_and_nothing_is_guessed_to_be_a_page(path):
    answer = client(Middleware(Doors)).get(path)
    assert answer.status_code == 200
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_page_below_a_path_has_the_same_doors():
    app = client(Middleware(Doors), root_path="/demo")
    assert app.get("/demo/monitoring").status_code == 404
    assert app.get("/demo/config").status_code == 200


@pytest.mark.parametrize(
    ("headers", "is_foreign"),
    [
        ({}, False),  # a program
        ({"sec-fetch-site": "same-origin"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": "cross-site"}, True),
        ({"sec-fetch-site": "same-site"}, True),
        ({"host": "127.0.0.1:7860", "origin": "http://localhost:7860"}, False),
        ({"host": "127.0.0.1:7860", "origin": "https://evil.example"}, True),
        ({"host": "localhost:7860", "origin": "null"}, True),
        ({"host": "[::1]:7860", "origin": "http://evil.example"}, True),
        ({"host": "demo.example", "origin": "https://demo.example"}, False),
        ({"host": "behind-a-proxy", "origin": "https://demo.example"}, False),
        ({"host": "demo.example", "origin": "https://demo.example", "sec-fetch-site": "cross-site"}, True),
    ],
)
def test_who_asks_in_a_visitors_name(headers, is_foreign):
    assert foreign(Headers(headers)) is is_foreign


def test_another_site_may_not_send_and_may_look():
    app = client(Middleware(Doors))
    assert app.post("/gradio_api/queue/join", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert app.get("/", headers={"sec-fetch-site": "cross-site"}).status_code == 200


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_a_minutes_worth_may_come_at_once_and_then_as_it_fills():
    clock = Clock()
    app = client(Middleware(RateLimit, per_minute={"(/gradio_api)?/upload": 6}, clock=clock))
    assert [app.post("/gradio_api/upload").status_code for _ in range(8)] == [200] * 6 + [429] * 2
    refused = app.post("/gradio_api/upload")
    assert refused.headers["retry-after"] == "10"
    assert refused.json()["detail"] == (
        "From one address this server takes 6 such requests a minute, and there were more. Try again in 10 s."
    )
    clock.now = 10.0
    assert [app.post("/gradio_api/upload/").status_code for _ in range(2)] == [200, 429]
    clock.now = 1000.0
    assert [app.post("/upload").status_code for _ in range(7)] == [200] * 6 + [429]
    assert app.get("/elsewhere").status_code == 200


def test_what_a_page_shows_is_not_counted():
    limit = RateLimit(None)
    for path in ("/pictures/x.png", "/assets/index.js", "/gradio_api/queue/data", "/gradio_api/file=/tmp/x.png", "/theme.css"):
        assert all(limit._refusal("10.0.0.1", path) is None for _ in range(10_000))
    for path in ("", "/gradio_api/upload", "/gradio_api/queue/join", "/gradio_api/run/predict", "/gradio_api/call/restore"):
        assert any(limit._refusal("10.0.0.2", path) for _ in range(10_000))


def test_each_address_has_its_own_and_one_ipv6_network_is_one_address():
    app = Starlette(routes=[Route("/upload", length, methods=["POST"])], middleware=[Middleware(RateLimit, per_minute={"/upload": 1})])

    def asked(address):
        return TestClient(app, client=(address, 1)).post("/upload").status_code

    assert [asked("10.0.0.1"), asked("10.0.0.1"), asked("10.0.0.2")] == [200, 429, 200]
    assert [asked("2001:db8::1"), asked("2001:db8::ffff"), asked("2001:db8:0:1::1")] == [200, 429, 200]


def test_a_header_does_not_make_another_address():
    app = client(Middleware(RateLimit, per_minute={"/upload": 1}))
    answers = [app.post("/upload", headers={"x-forwarded-for": f"10.0.0.{i}", "x-real-ip": f"10.0.1.{i}"}).status_code for i in range(3)]
    assert answers == [200, 429, 429]


def test_the_table_of_addresses_is_bounded(monkeypatch):
    monkeypatch.setattr("restorers.ui.guard.ADDRESSES", 10)
    limit = RateLimit(None, {"/upload": 5})
    for i in range(100):
        limit._refusal(f"10.0.0.{i}", "/upload")
    assert len(limit._left) == 10


def test_open_connections_of_one_address_are_bounded():
    app = client(Middleware(RateLimit, at_once=0))
    assert app.get("/elsewhere").status_code == 429
    assert "0 connections" in app.get("/elsewhere").json()["detail"]


@pytest.mark.parametrize(
    ("address", "one"),
    [("10.0.0.1", "10.0.0.1"), ("::ffff:10.0.0.1", "10.0.0.1"), ("2001:db8::9", "2001:db8::/64"), ("testclient", "testclient"), ("", "")],
)
def test_what_counts_as_one_address(address, one):
    assert network(address) == one


@pytest.mark.parametrize("path", ["http://127.0.0.1/x", "https://a/b.png", "data:image/png;base64,xx", " FILE:///etc/passwd", "ftp://x"])
def test_an_address_in_a_file_field_is_found_however_deep(path):
    assert names_an_address([1, [{"a": {"path": path, "meta": {"_type": "gradio.FileData"}}}]])


def test_what_is_no_address_passes():
    deep = []
    for _ in range(5000):
        deep = [deep]
    assert not names_an_address([None, "http://a", {"path": "/tmp/gradio/x/http.png", "url": "http://127.0.0.1/file"}, deep])
