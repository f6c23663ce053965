import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from restorers.samples import SAMPLES
from restorers.ui.memory import Pictures
from restorers.ui.server import BodyLimit, EarlyScript, app_kwargs, picture_route, sample_route


async def length(request: Request):
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
def limited():
    routes = [Route(path, length, methods=["POST"]) for path in ("/queue/join", "/gradio_api/upload")]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(BodyLimit, limits={"/upload": 1000}, other=100)]))


def test_a_body_within_the_limit_passes_whole(limited):
    assert limited.post("/queue/join", content=b"x" * 100).text == "100"
    assert limited.post("/gradio_api/upload", content=b"x" * 1000).text == "1000"


@pytest.mark.parametrize(("path", "size"), [("/queue/join", 101), ("/gradio_api/upload", 1001), ("/gradio_api/upload/", 5000)])
def test_a_longer_body_is_refused_whether_or_not_its_length_is_declared(limited, path, size):
    assert limited.post(path, content=b"x" * size).status_code == 413
    chunks = (b"x" * 50 for _ in range(size // 50 + 1))
    assert limited.post(path, content=chunks).status_code == 413


def test_a_declared_length_that_is_no_number_is_refused(limited):
    assert limited.post("/queue/join", content=b"x", headers={"content-length": "many"}).status_code == 413


def test_pictures_are_served_private_and_unknown_ones_are_not_found():
    pictures = Pictures(1_000_000)
    address = pictures.publish(np.zeros((8, 8, 3), np.uint8), "me")
    client = TestClient(Starlette(routes=[picture_route(pictures)]))
    answer = client.get(f"/{address}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"].startswith("private")
    assert answer.content.startswith(b"\x89PNG")
    for wrong in ("pictures/x.png", "pictures/..%2f..%2fapp.py", "pictures/.png"):
        assert client.get(f"/{wrong}").status_code == 404
    pictures.drop("me")
    assert client.get(f"/{address}").status_code == 404


def test_every_sample_has_a_small_picture():
    client = TestClient(Starlette(routes=[sample_route()]))
    for name in SAMPLES:
        answer = client.get(f"/samples/{name}.jpg")
        assert answer.status_code == 200
        assert len(answer.content) < 20_000
    assert client.get("/samples/unknown.jpg").status_code == 404


def test_the_language_is_known_before_any_other_script_of_the_page():
    page = "<html><head><script>other()</script></head><body>页</body></html>"

    async def home(request):
        return HTMLResponse(page)

    client = TestClient(Starlette(routes=[Route("/", home), Route("/else", home)], middleware=[Middleware(EarlyScript)]))
    answer = client.get("/")
    assert answer.text.index("navigator") < answer.text.index("other()")
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.text.endswith("<body>页</body></html>")
    assert client.get("/else").text == page


def test_what_is_too_old_is_swept_while_the_server_runs(monkeypatch):
    swept = []
    pictures = Pictures(1000)
    monkeypatch.setattr("restorers.ui.server.SWEEP_EVERY", 0.01)
    monkeypatch.setattr(pictures, "sweep", lambda: swept.append(1))
    options = app_kwargs(pictures)
    with TestClient(Starlette(routes=options["routes"], lifespan=options["lifespan"])) as client:
        while len(swept) < 3:
            client.get("/pictures/x.png")
    assert len(swept) >= 3
