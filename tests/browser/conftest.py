import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
START = 120  # seconds that the page may take to its first answer on a loaded machine


@pytest.fixture(scope="session")
def chromium():
    """One running Chromium; ``RESTORERS_CHROMIUM`` gives its path."""
    path = os.environ.get("RESTORERS_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("no Chromium was found; set RESTORERS_CHROMIUM to its path")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def serving(folder, root=ROOT, **settings):
    """The address of the whole app in ``root``, started as a visitor's host would start it, with more ``settings`` in its environment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    settings |= {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(port), "GRADIO_TEMP_DIR": str(folder / "gradio")}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "app.py"], cwd=root, env=os.environ | settings, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + START
        while not _answers(address):
            if process.poll() is not None or time.monotonic() > deadline:
                why = "ended" if process.poll() is not None else f"did not answer within {START} s"
                pytest.fail(f"app.py {why}:\n{(folder / 'log').read_text()[-3000:]}")
            time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The address of the whole app."""
    with serving(tmp_path_factory.mktemp("server")) as address:
        yield address


def _answers(address):
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def visiting(chromium, server, **device):
    """A page of its own; afterwards it must have thrown no error and asked no other host."""
    context = chromium.new_context(base_url=server, locale="en-US", **device)
    context.set_default_navigation_timeout(START * 1000)
    errors, outside = [], []
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: outside.append(request.url) if not request.url.startswith((server, "data:", "blob:")) else None)
    yield page
    context.close()
    assert not errors, f"errors on the page: {errors}"
    assert not outside, f"requests to other hosts: {outside}"


@pytest.fixture
def desktop(chromium, server):
    """A page of 1440×900; ``desktop.goto("/")`` opens the app."""
    with visiting(chromium, server, viewport={"width": 1440, "height": 900}) as page:
        yield page


@pytest.fixture
def phone(chromium, server):
    """A touch screen of 390×844; ``phone.goto("/")`` opens the app."""
    with visiting(chromium, server, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, device_scale_factor=2) as page:
        yield page


def structured(path, seed, cells, size):
    """A picture of ``cells`` random colours, enlarged to ``size``; both (width, height)."""
    pixels = np.random.default_rng(seed).integers(0, 256, (*cells[::-1], 3), dtype=np.uint8)
    cv2.imwrite(str(path), cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC))
    return path


@pytest.fixture(scope="session")
def photo(tmp_path_factory):
    return structured(tmp_path_factory.mktemp("photos") / "mine.png", 0, (16, 12), (640, 480))


@pytest.fixture(scope="session")
def large_photo(tmp_path_factory):
    return structured(tmp_path_factory.mktemp("photos") / "large.jpg", 1, (40, 30), (2600, 2000))
