"""The page under many visitors at once: how long they wait, whether each gets his own result, and what it costs.

Every visitor has a photo and a seed of his own and comes through ``gradio_client``; what he gets is fetched and compared with
what this package computes itself.
"""

from __future__ import annotations

import itertools
import os
import re
import statistics
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from restorers.speed import Row, serving

VISITORS = (1, 4, 16, 32, 64)
SIDE = 256  # pixels of a visitor's photo
ROUNDS = 2
LEAST_GAIN = 3.0  # dB that ``denoise`` wins back on any photo at σ 25
PATIENCE = 600.0  # seconds after which a result counts as lost
PLACES = 17  # in the line: one at work, sixteen waiting
IDLE_WITHIN = 60.0  # seconds
IDLE_SHARE = 5.0  # percent of one core
MEMORY = 4.0  # GB
SLOPE = 100.0  # MB an hour
SOAKERS = 4
RESTORED, REFUSED, WRONG, LOST = "restored", "refused", "wrong", "lost"


@dataclass(frozen=True)
class Visit:
    """How one restoration went for a visitor.

    Attributes:
        outcome: ``restored`` (his own result), ``refused`` (a sentence), ``wrong`` (not his photo, seed or result) or ``lost`` (nothing).
        seconds: from the click, upload included, until his picture is there.
        said: the sentence, or what was wrong.
    """

    outcome: str
    seconds: float
    said: str = ""


class Visitor:
    """One visitor of the page at ``url``, with a photo of his own.

    Args:
        url: of the page.
        number: makes his photo and his seeds different from everybody else's.
        folder: where his photo is written.
        side: of the photo, in pixels.
    """

    def __init__(self, url: str, number: int, folder: Path, side: int = SIDE):
        from gradio_client import Client

        from restorers.photo import write_photo
        from restorers.samples import PHOTOS, sample_photo

        self.url, self.number = url, number
        rng = np.random.default_rng(number)
        whole = sample_photo(list(PHOTOS)[number % 5])
        top, left = (int(rng.integers(0, length - side + 1)) for length in whole.shape[:2])
        self.path = folder / f"visitor-{number}.png"
        write_photo(self.path, whole[top : top + side, left : left + side])
        self.client = Client(
            url,
            verbose=False,
            analytics_enabled=False,
            download_files=False,
            _skip_components=False,
            httpx_kwargs={"timeout": PATIENCE},
        )
        self.names = {c["id"]: c["props"].get("elem_id") for c in self.client.config["components"]}
        self.values = {c["id"]: c["props"].get("value") for c in self.client.config["components"]}
        self.events = {
            (self.names.get(target), event): found
            for found in self.client.config["dependencies"]
            for target, event in found["targets"]
            if found["backend_fn"]
        }

    def call(self, elem_id: str | None, event: str, **changes: Any) -> dict[str, Any]:
        """What a listener of the page answers, by elem_id.

        Args:
            elem_id, event: what a browser would report, e.g. ``"restore-run"``, ``"click"``; no elem_id for the clock's ``"tick"``.
            changes: values of components by elem_id, with ``_`` for ``-``; the others are as the page opens.
        """
        found = self.events[elem_id, event]
        self.client.endpoints[found["id"]].is_valid = True  # not offered to programs; a browser calls it all the same
        changed = {name.replace("_", "-"): value for name, value in changes.items()}
        values = [changed.get(self.names[i], self.values[i]) for i in found["inputs"]]
        answer = self.client.submit(*values, fn_index=found["id"]).result(timeout=PATIENCE)
        return {self.names[i]: value for i, value in zip(found["outputs"], _several(answer), strict=False)}

    def restore(self, round_: int = 0) -> Visit:
        """Upload, press Restore, fetch the picture, and compare."""
        from gradio_client import handle_file

        seed, start = 1000 * self.number + round_, time.perf_counter()
        try:
            answer = self.call("restore-run", "click", restore_photo=handle_file(str(self.path)), restore_samples="", restore_seed=seed)
            problem = _plain(answer.get("restore-problem"))
            panes = {pane["id"]: pane["url"] for pane in answer["restore-panes"]["panes"]}
            if problem or not panes.get("restored"):
                return Visit(REFUSED if problem else LOST, time.perf_counter() - start, problem)
            pictures = {name: self.fetch(panes[name]) for name in ("restored", "degraded")}
        except Exception as error:
            sentence = str(error)
            return Visit(REFUSED if "again" in sentence else LOST, time.perf_counter() - start, sentence)
        seconds = time.perf_counter() - start
        wrong = self._wrong(seed, **pictures)
        return Visit(WRONG if wrong else RESTORED, seconds, wrong)

    def fetch(self, address: str) -> np.ndarray:
        """The picture at an address relative to the page, uint8."""
        import cv2

        with urllib.request.urlopen(urllib.parse.urljoin(self.url, address), timeout=PATIENCE) as answer:
            return cv2.cvtColor(cv2.imdecode(np.frombuffer(answer.read(), np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)

    def _wrong(self, seed: int, restored: np.ndarray, degraded: np.ndarray) -> str:
        """What is not his: the degraded photo must be his to the bit, the restored one closer to it by the least gain."""
        from restorers.degradations import DEGRADATIONS, degrade
        from restorers.metrics import psnr
        from restorers.photo import read_photo, to_uint8

        truth = read_photo(self.path).photo
        mine = degrade(truth, DEGRADATIONS.get("gaussian_noise")(), seed).photo
        if not np.array_equal(to_uint8(mine), degraded):
            return "the degraded photo is another one"
        gain = psnr(restored.astype(np.float32) / 255, truth) - psnr(mine.clip(0, 1), truth)
        return "" if gain >= LEAST_GAIN else f"the result is {gain:+.1f} dB from the degraded photo"

    def leave(self) -> None:
        """Close the tab."""
        self.client.close()


def _several(answer: Any) -> Sequence[Any]:
    return answer if isinstance(answer, (tuple, list)) else (answer,)


def _plain(html: Any) -> str:
    """The English half of a sentence of the page."""
    found = re.findall(r'class="in-en"[^>]*>(.*?)<', html) if isinstance(html, str) else []
    return " ".join(found)


def _family(pid: int) -> list[int]:
    """``pid`` and the processes below it, as far as the system says."""
    found = [pid]
    for one in found:
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += [int(child) for child in children.read_text().split()]
            except OSError:
                continue
    return found


class Watch:
    """Memory and CPU of the server and its children, looked at twice a second.

    Attributes:
        samples: (seconds, GB).
    """

    def __init__(self, pid: int):
        self.pid, self.samples = pid, []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(0.5):
            self.samples.append((time.monotonic(), self.memory()))

    def memory(self) -> float:
        """Resident GB; 0 where the system does not say."""
        pages = 0
        for pid in _family(self.pid):
            try:
                pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            except (OSError, IndexError):
                continue
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e9 if pages else 0.0

    def cpu(self) -> float:
        """CPU seconds so far."""
        total = 0
        for pid in _family(self.pid):
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            total += int(fields[11]) + int(fields[12])
        return total / os.sysconf("SC_CLK_TCK")

    def highest(self) -> float:
        """The largest sample, in GB."""
        return max((gigabytes for _, gigabytes in self.samples), default=0.0)

    def slope(self) -> float:
        """MB an hour over the later half of the samples: by then everything has been loaded."""
        later = self.samples[len(self.samples) // 2 :]
        if len(later) < 10:
            return 0.0
        return 3.6e6 * float(np.polyfit(*np.transpose(later), 1)[0])


def storm(visitors: Sequence[Visitor], rounds: int = ROUNDS) -> list[Visit]:
    """All visitors press Restore at the same moment, and again as soon as they have their result."""
    visits: list[Visit] = []
    together = threading.Barrier(len(visitors))

    def come(visitor: Visitor) -> None:
        together.wait()
        for round_ in range(rounds):
            visits.append(visitor.restore(round_))

    threads = [threading.Thread(target=come, args=(visitor,)) for visitor in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return visits


def measure(
    progress: Callable[[str], None] = lambda sentence: None,
    minutes: float = 0.0,
    visitors: Sequence[int] = VISITORS,
    side: int = SIDE,
    rounds: int = ROUNDS,
) -> list[Row]:
    """Measure everything; rows as those of ``restorers.speed.measure``.

    Args:
        progress: called with a sentence before each measurement.
        minutes: of mixed use by a few visitors afterwards; 0 leaves it out.
        visitors: how many at once, one storm each.
        side: of their photos, in pixels.
        rounds: restorations of each visitor in a storm.
    """
    rows, every = [], []
    command = [sys.executable, "app.py"]
    before = set(_family(os.getpid()))
    progress("measuring: cold start")
    with tempfile.TemporaryDirectory() as folder, serving(command) as (url, cold):
        (server,) = [pid for pid in _family(os.getpid()) if pid not in before][:1]
        numbers = itertools.count()
        with Watch(server) as watch:
            _settled(url)
            _idle(watch)
            alone = 0.0
            for many in visitors:
                progress(f"measuring: {many} visitors at once")
                come = [Visitor(url, next(numbers), Path(folder), side) for _ in range(many)]
                visits = storm(come, rounds)
                every += visits
                served = sorted(v.seconds for v in visits if v.outcome == RESTORED)
                alone = alone or (statistics.median(served) if served else 0.0)
                rows.append(_storm_row(many, side, visits, served, alone))
                for visitor in come:
                    visitor.leave()
            progress("measuring: after the storm")
            rows.append(_idle_row(watch))
            if minutes:
                progress(f"measuring: {minutes:g} minutes of mixed use")
                rows += _soak(url, Path(folder), numbers, minutes, watch, every)
            count = len(every)
            for outcome, what in ((WRONG, "wrong or another's"), (LOST, "neither result nor sentence")):
                told = {v.said for v in every if v.outcome == outcome}
                shown = f" ({'; '.join(sorted(told))[:120]})" if any(told) else ""
                rows.append(_row(f"{count} restorations: {what}{shown}", sum(v.outcome == outcome for v in every), "", 0, "{:.0f}"))
            rows.append(_row("memory of the server, at its highest", watch.highest(), "GB", MEMORY))
    progress("measuring: killed (-9), started again")
    with tempfile.TemporaryDirectory() as folder, serving(command) as (url, again):
        visit = Visitor(url, 10_000, Path(folder), side).restore()
    what = f"first answer after kill -9 ({again:.1f} s; the next visitor: {visit.outcome}) against the cold start ({cold:.1f} s)"
    rows.append(_row(what, again / cold if visit.outcome == RESTORED else float("inf"), "×", 1.5))
    return rows


def _settled(url: str) -> None:
    """Wait until the page restores photos: what it loads once is no part of what a visitor waits."""
    deadline = time.monotonic() + 180
    while True:
        try:
            with urllib.request.urlopen(urllib.parse.urljoin(url, "health"), timeout=60) as answer:
                answer.read()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def _storm_row(many: int, side: int, visits: Sequence[Visit], served: Sequence[float], alone: float) -> Row:
    """The waiting of a storm, against that of the first one: nobody may wait longer than for twice as many as can stand before him."""
    refused = sum(v.outcome == REFUSED for v in visits)
    median = statistics.median(served) if served else float("inf")
    slow = served[max(0, round(0.95 * len(served)) - 1)] if served else float("inf")
    what = f"{many} at once, {side}×{side}: {len(served)} restored (median {median:.1f} s), {refused} refused in a sentence; 95% within"
    return _row(what, slow, "s", round(2 * min(many, PLACES) * alone, 1))


def _idle(watch: Watch) -> tuple[float, float]:
    """Wait until the server has nothing to do; its CPU in percent of one core, and the seconds until then."""
    start, share = time.monotonic(), float("inf")
    while share > IDLE_SHARE and time.monotonic() - start < IDLE_WITHIN:
        used = watch.cpu()
        time.sleep(3)
        share = min(share, 100 * (watch.cpu() - used) / 3)
    return share, time.monotonic() - start


def _idle_row(watch: Watch) -> Row:
    share, seconds = _idle(watch)
    return _row(f"CPU of the server {seconds:.0f} s after the last visitor", share, "% of a core", IDLE_SHARE)


def _soak(url: str, folder: Path, numbers: itertools.count, minutes: float, watch: Watch, every: list[Visit]) -> list[Row]:
    """Visitors who restore, compare, train and close their tabs, for a while."""
    end, before = time.monotonic() + 60 * minutes, len(watch.samples)
    trained: list[bool] = []

    def come(offset: int) -> None:
        while time.monotonic() < end:
            visitor = Visitor(url, next(numbers), folder, 128)
            for round_ in range(3):
                every.append(visitor.restore(round_))
            if offset == 0:
                trained.append(_train(visitor))
            elif offset == 1 and "/compare" in {e.api_name for e in visitor.client.endpoints.values()}:
                _compare(visitor)
            visitor.leave()

    threads = [threading.Thread(target=come, args=(i,)) for i in range(SOAKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    watch.samples = watch.samples[before:]
    return [
        _row(f"{minutes:g} minutes of mixed use: growth of memory in the later half", watch.slope(), "MB/hour", SLOPE, "{:.0f}"),
        _row(f"{len(trained)} trainings meanwhile: without an end", sum(not ended for ended in trained), "", 0, "{:.0f}"),
    ]


def _train(visitor: Visitor) -> bool:
    """A short training in the page; whether it came to its end."""
    visitor.call("train-start", "click", train_seconds=5)
    for _ in range(120):
        time.sleep(1)
        if visitor.call(None, "tick")["train-start"].get("visible") is True:  # it can be started again
            return True
    return False


def _compare(visitor: Visitor) -> None:
    from gradio_client import handle_file

    visitor.client.predict(
        handle_file(str(visitor.path)), ["gaussian_noise,sigma=25"], ["do_nothing", "median_filter"], 0, api_name="/compare"
    )


def _row(what: str, value: float, unit: str, limit: float, shown: str = "{:.2f}") -> Row:
    return {
        "what": what,
        "value": value,
        "unit": unit,
        "at_most": limit,
        "shown": f"{shown.format(value)} {unit}".strip(),
        "limit": f"{limit:g} {unit}".strip(),
        "holds": value <= limit,
    }
