"""Speed and memory of the whole project, as ratios within one run. Each row says what was measured and what is allowed."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
BARE_PAGE = """
import os, gradio as gr
with gr.Blocks(analytics_enabled=False) as demo:
    gr.Markdown("hello")
demo.launch(server_name="127.0.0.1", server_port=int(os.environ["GRADIO_SERVER_PORT"]), quiet=True)
"""

WARMING = 30  # seconds in which the server prepares what later visitors will want, beside the first one
Row = dict[str, Any]


def measure(progress: Callable[[str], None] = lambda sentence: None) -> list[Row]:
    """Measure everything; rows with ``what``, ``value``, ``shown``, ``limit``, ``holds``.

    Args:
        progress: called with a sentence before each measurement.
    """
    rows = []
    for name, part in (
        ("cold start", cold_start),
        ("degraded preview", preview),
        ("network against restore", overhead),
        ("12 megapixels", large_photo),
        ("400 random sizes", random_sizes),
        ("what a visitor waits for in the browser", in_the_browser),
    ):
        progress(f"measuring: {name}")
        rows += part()
    return rows


def _row(what: str, value: float, unit: str, limit: float) -> Row:
    return {
        "what": what,
        "value": value,
        "unit": unit,
        "at_most": limit,
        "shown": f"{value:.2f} {unit}",
        "limit": f"{limit:g} {unit}",
        "holds": value <= limit,
    }


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@contextlib.contextmanager
def serving(command: list[str]) -> Iterator[tuple[str, float]]:
    """Start a page in a process of its own; gives its address and the seconds to its first answer."""
    port = _free_port()
    environment = {**os.environ, "GRADIO_SERVER_PORT": str(port), "GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_ANALYTICS_ENABLED": "False"}
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}/"
    try:
        while True:
            try:
                with urllib.request.urlopen(url, timeout=60) as answer:
                    answer.read()
                break
            except OSError:
                if process.poll() is not None or time.perf_counter() - start > 180:
                    raise RuntimeError(f"{command[-1]} did not answer") from None
                time.sleep(0.05)
        yield url, time.perf_counter() - start
    finally:
        process.kill()
        process.wait()


def cold_start(times: int = 3) -> list[Row]:
    """First answer to GET /, against a bare Gradio page; the two take turns."""
    ours, bare = [], []
    for _ in range(times):
        for command, found in (([sys.executable, "-c", BARE_PAGE], bare), ([sys.executable, "app.py"], ours)):
            with serving(command) as (_, seconds):
                found.append(seconds)
    ratio = statistics.median(ours) / statistics.median(bare)
    return [
        _row(
            f"first answer to GET / ({statistics.median(ours):.1f} s) against a bare Gradio page ({statistics.median(bare):.1f} s)",
            ratio,
            "×",
            1.25,
        )
    ]


def _photo(height: int, width: int) -> np.ndarray:
    from restorers.photo import read_photo
    from restorers.resize import resize
    from restorers.samples import SAMPLES

    return resize(read_photo(next(iter(SAMPLES.values())).path).photo, height, width)


def preview() -> list[Row]:
    """The degraded preview of a 512×512 photo as the page's handler makes it, for each degradation; the slowest counts."""
    from restorers.degradations import DEGRADATIONS
    from restorers.photo import write_photo
    from restorers.ui.restore_handlers import Desk
    from restorers.ui.setup import Setup, Step

    slowest, name = 0.0, ""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo.png"
        write_photo(path, _photo(512, 512))
        desk = Desk()
        for degradation in DEGRADATIONS:
            seconds = []
            for seed in range(5):
                start = time.perf_counter()
                look = desk.preview("bench", Setup(steps=(Step(degradation.name, {}),), seed=seed), str(path))
                desk.pictures.get(look.pictures["degraded"].url.split("/")[-1].removesuffix(".png")).png()
                seconds.append(time.perf_counter() - start)
            if statistics.median(seconds) > slowest:
                slowest, name = statistics.median(seconds), degradation.name
    return [_row(f"degraded preview of 512×512 in the server, PNG included (slowest: {name})", 1000 * slowest, "ms", 150)]


def overhead(times: int = 8) -> list[Row]:
    """``restore`` with the preset ``denoise`` on 512×512 against the same network called bare; the two take turns."""
    from restorers.degradations.base import Observation
    from restorers.presets import PRESETS
    from restorers.restore import find_restorer, restore

    photo = _photo(512, 512)
    model, restorer = PRESETS.model(PRESETS.get("denoise")), find_restorer("denoise")
    bare, ours = [], []
    for _ in range(times + 1):
        start = time.perf_counter()
        model.predict_on_batch(photo[None])
        middle = time.perf_counter()
        restore(Observation(photo), restorer)
        bare.append(middle - start)
        ours.append(time.perf_counter() - middle)
    ratio = min(ours[1:]) / min(bare[1:])
    return [
        _row(f"denoise on 512×512 ({min(ours[1:]):.2f} s) against the same network called bare ({min(bare[1:]):.2f} s)", ratio, "×", 1.1)
    ]


_IN_CHILD = """
import json, resource, sys, time
import numpy as np
from restorers.degradations.base import Observation
from restorers.restore import find_restorer, restore, warm_up

def resident():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmRSS"))

rng = np.random.default_rng(0)
restorer = find_restorer("denoise")
warm_up()
def timed(photo):
    start = time.perf_counter()
    restore(Observation(photo), restorer)
    return time.perf_counter() - start
"""


def _child(code: str) -> dict[str, float]:
    result = subprocess.run([sys.executable, "-c", _IN_CHILD + code], cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(result.stdout.strip().splitlines()[-1])


def large_photo() -> list[Row]:
    """12 megapixels: time a pixel against 512×512, and memory above idle, in a process of its own."""
    found = _child("""
small = rng.random((512, 512, 3), np.float32)
timed(small)
before = [timed(small) for _ in range(4)]
idle = resident()
large = rng.random((3000, 4000, 3), np.float32)
seconds = timed(large)
after = [timed(small) for _ in range(4)]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"ratio": (seconds / 12e6) / (sorted(before + after)[4] / 512**2), "seconds": seconds, "memory": peak - idle}))
""")
    return [
        _row(f"12 megapixels ({found['seconds']:.0f} s): time a pixel against 512×512", found["ratio"], "×", 1.3),
        _row("12 megapixels: memory above idle, the photo itself included", found["memory"] / 1024, "GB", 1.5),
    ]


def random_sizes(count: int = 400) -> list[Row]:
    """Growth of resident memory over 400 photos of random sizes, after 40 of them have warmed the allocators."""
    found = _child(f"""
first = None
for i in range({count}):
    height, width = rng.integers(16, 320, 2)
    timed(rng.random((height, width, 3), np.float32))
    if i == 40:
        first = resident()
print(json.dumps({{"growth": resident() - first}}))
""")
    return [_row(f"{count} photos of random sizes in a row: growth of memory", max(found["growth"], 0.0), "MB", 50)]


def in_the_browser(times: int = 9) -> list[Row]:
    """What a visitor waits for, warm, in a real browser: a restoration, the comparisons, a step of a lesson; needs Playwright and Chromium."""
    chromium = os.environ.get("RESTORERS_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        chromium = None
    if chromium is None:
        row = {"value": None, "unit": "s", "at_most": 1.0, "shown": "–", "limit": "1 s", "holds": True}
        return [{"what": "click to picture in the browser: not measured, Playwright or Chromium is missing", **row}]
    from restorers.photo import write_photo

    with tempfile.TemporaryDirectory() as folder, serving([sys.executable, "app.py"]) as (url, _), sync_playwright() as playwright:
        path = Path(folder) / "photo.png"
        write_photo(path, _photo(512, 512))
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{url}?lang=en")
        restored = "#restore-panes [data-pane=restored] img"
        page.wait_for_selector(restored, timeout=120_000)
        page.set_input_files("#restore-photo input[type=file]", path)
        page.wait_for_function(_WIDTH_OF_ORIGINAL, arg=512, timeout=60_000)
        page.wait_for_selector(restored, state="detached")
        page.wait_for_timeout(1000 * WARMING)
        runs = []
        for _ in range(times + 1):
            runs.append(page.evaluate(_CLICK_AND_WAIT))
            page.wait_for_timeout(500)
        seconds, method = (statistics.median(column) for column in zip(*runs[1:], strict=True))
        rows = [
            _row(
                f"denoise on 512×512, from click to picture in the browser, warm ({method:.2f} s of it the method itself)",
                seconds,
                "s",
                1.0,
            )
        ]
        rows += _comparisons(page) + _lesson_step(page)
        browser.close()
    return rows


def _comparisons(page: Any) -> list[Row]:
    """On the photo of the Restore tab."""
    rows = []
    for name, tab, run, shown, over, limit in (
        (
            "every suited method on one photo",
            "#tab-compare-button",
            "#compare-all-run",
            "#compare-ranking [data-restorer]",
            "#compare-all-files a",
            20.0,
        ),
        ("the matrix", "#compare-view-matrix-button", "#compare-matrix-run", None, "#compare-matrix-files a", 30.0),
    ):
        page.click(tab)
        page.wait_for_selector(run)
        page.wait_for_timeout(1000)
        page.click(run)
        start = time.perf_counter()
        if shown is not None:
            page.wait_for_selector(shown, timeout=300_000)
            rows.append(_row(f"Compare: {name}, from click to the first result", time.perf_counter() - start, "s", 1.0))
        page.wait_for_selector(over, timeout=300_000)
        seconds = time.perf_counter() - start
        many = page.locator(f"{shown or '#compare-matrix [data-restorer]'}").count()
        rows.append(_row(f"Compare: {name}, from click to the last of {many} results", seconds, "s", limit))
    return rows


def _lesson_step(page: Any) -> list[Row]:
    page.click("#tab-lessons-button")
    page.click(".lesson-card")
    page.wait_for_selector(".lesson-says")
    return [_row("opening a step of a lesson", page.evaluate(_NEXT_STEP), "s", 0.5)]


_WIDTH_OF_ORIGINAL = "(width) => document.querySelector('#restore-panes [data-pane=original] img')?.naturalWidth === width"
# an observer rather than a look at every frame: drawing sixty frames a second takes a part of the two cores away from the network
_CLICK_AND_WAIT = """async () => {
  const panes = document.querySelector("#restore-panes");
  const shown = () => [...panes.querySelectorAll("[data-pane=restored] img")].map((img) => img.src).join();
  const before = shown();
  const start = performance.now();
  document.querySelector("#restore-run").click();
  await new Promise((arrived) => {
    const look = () => ["", before].includes(shown()) || (watch.disconnect(), arrived());
    const watch = new MutationObserver(look);
    watch.observe(panes, { subtree: true, childList: true, attributes: true });
  });
  await panes.querySelector("[data-pane=restored] img").decode();
  const seconds = (performance.now() - start) / 1000;
  return [seconds, Number(document.querySelector("#restore-numbers").innerText.match(/([\\d.]+) s\\b/)[1])];
}"""
_NEXT_STEP = """async () => {
  const said = () => document.querySelector("#lesson-room .lesson-says, .lesson-room .lesson-says")?.innerText;
  const before = said();
  const start = performance.now();
  document.querySelector(".lesson-room [data-next]").click();
  while (said() === before) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return (performance.now() - start) / 1000;
}"""
