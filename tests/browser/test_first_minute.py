"""A visitor's first minute on a copy of what is checked in, where no name is known and no other machine can be reached."""

import shutil

from tests.browser.conftest import ROOT, serving, visiting

LONG = 120_000
MENDED = """(before) => [...document.querySelectorAll("#restore-panes [data-pane=restored] img")].some(
  (img) => img.getAttribute("src") !== before && img.alt.endsWith("dB"))"""
SHIPPED = ("app.py", "restorers", "weights")
# python imports this by itself before anything else: whoever turns to another machine is noted, and refused
NO_NETWORK = """
import os, socket
def closed(name, here):
    real = getattr(socket.socket, name)
    def connect(self, address, *rest):
        if self.family == socket.AF_UNIX or str(address[0]) in here:
            return real(self, address, *rest)
        with open(os.environ["ASKED"], "a") as file:
            print(address, file=file)
        raise OSError(101, "Network is unreachable")
    setattr(socket.socket, name, connect)
for name in ("connect", "connect_ex"):
    closed(name, {"127.0.0.1", "::1", "localhost"})
find = socket.getaddrinfo
def getaddrinfo(host, *rest, **more):
    if host not in (None, "", "127.0.0.1", "::1", "localhost", b"localhost", b"127.0.0.1"):
        with open(os.environ["ASKED"], "a") as file:
            print(host, file=file)
        raise socket.gaierror(-3, "Temporary failure in name resolution")
    return find(host, *rest, **more)
socket.getaddrinfo = getaddrinfo
"""


def test_the_first_minute_needs_no_network(chromium, tmp_path):
    copy, asked, folder = tmp_path / "copy", tmp_path / "asked", tmp_path / "server"
    copy.mkdir()
    for name in SHIPPED:
        place = ROOT / name
        shutil.copytree(place, copy / name, ignore=shutil.ignore_patterns("__pycache__")) if place.is_dir() else shutil.copy(place, copy)
    (copy / "sitecustomize.py").write_text(NO_NETWORK)
    folder.mkdir()
    with (
        serving(
            folder, copy, PYTHONPATH=str(copy), ASKED=str(asked), HOME=str(tmp_path), RESTORERS_CACHE=str(tmp_path / "cache")
        ) as address,
        visiting(chromium, address, viewport={"width": 1440, "height": 900}) as page,
    ):
        page.goto("/")
        page.wait_for_selector("#restore-panes [data-pane=restored] img", timeout=LONG)
        assert page.inner_text("#restore-gain").strip().startswith("+")
        page.fill("#restore-gaussian_noise-sigma input[type=number]", "50")
        page.locator("#restore-gaussian_noise-sigma input[type=number]").press("Enter")
        before = page.get_attribute("#restore-panes [data-pane=restored] img", "src")
        page.click("#restore-run")
        page.wait_for_function(MENDED, arg=before, timeout=LONG)
        assert not asked.exists(), asked.read_text()
        # Train looks whether the public pictures that it offers can be reached
        for tab, shown in (
            ("compare", "#compare-all-run"),
            ("train", "#train-cost-known"),
            ("inside", "#inside-focus img"),
            ("lessons", ".lesson-card"),
        ):
            page.click(f"#tab-{tab}-button")
            page.wait_for_selector(shown, timeout=LONG)
        page.click("[data-lesson=noise]")
        page.click("[data-show]")
        page.wait_for_selector(".lesson-strip", timeout=LONG)
    assert "Traceback" not in (folder / "log").read_text()
