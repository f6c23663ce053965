import os
import time

import numpy as np
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from restorers.samples import SAMPLES
from restorers.ui.memory import Pictures
from restorers.ui.restore_handlers import Desk
from restorers.ui.server import EarlyScript, app_kwargs, picture_route, sample_route


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


def test_what_is_too_old_is_swept_while_the_server_runs(monkeypatch, tmp_path):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    monkeypatch.setattr("restorers.ui.server.SWEEP_EVERY", 0.01)
    monkeypatch.setattr("restorers.ui.uploads.sweep", lambda folder, kept: swept.append(("files", folder, kept)))
    swept, desk, other = [], Desk(), Pictures(1000)
    for shelf in (desk.pictures, other):
        monkeypatch.setattr(shelf, "sweep", lambda shelf=shelf: swept.append(shelf))
    options = app_kwargs(desk, other, kept=lambda: {"a"})
    with TestClient(Starlette(routes=options["routes"], lifespan=options["lifespan"])):
        deadline = time.monotonic() + 20
        while len(swept) < 9 and time.monotonic() < deadline:
            time.sleep(0.01)
    assert {id(desk.pictures), id(other)} <= {id(s) for s in swept}
    assert ("files", tmp_path, {"a"}) in swept


def test_nothing_that_stands_before_the_server_is_believed_unless_it_is_named(monkeypatch):
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    app_kwargs(Desk())
    assert os.environ["FORWARDED_ALLOW_IPS"] == ""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "10.0.0.1")
    app_kwargs(Desk())
    assert os.environ["FORWARDED_ALLOW_IPS"] == "10.0.0.1"
