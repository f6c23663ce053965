"""Photos a second on a Ray cluster against the plain loop: rows for ``benchmark``, measured in one run."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from restorers.batch import Job, restore_job
from restorers.degradations import DEGRADATIONS
from restorers.errors import RestorersError
from restorers.executors import Executor, LocalExecutor, RayExecutor
from restorers.photo import encode_photo
from restorers.resize import resize
from restorers.restore import find_restorer
from restorers.samples import PHOTOS, sample_photo

Row = dict[str, Any]

SIDE = 512
WORKERS = (1, 2)
# a network, for which the plain loop uses all cores, and a formula, for which it uses one; photos in a folder, and what two workers
# and what one must reach
CASES = (("denoise", 8, {1: 0.8, 2: 0.9}), ("total_variation", 8, {1: 0.8, 2: 1.5}))


def measure(progress: Callable[[str], None] = lambda sentence: None, times: int = 2) -> list[Row]:
    """Measure everything; rows as those of ``restorers.speed.measure``, with ``at_least``.

    Clusters of one and of two workers are started on this machine. Both ways have done a round before they are timed, and then
    take turns.

    Args:
        progress: called with a sentence before each measurement.
        times: turns.
    """
    rows: list[Row] = []
    same = total = 0
    for workers in WORKERS:
        progress(f"measuring: the start of Ray with {_count(workers)}")
        start = time.perf_counter()
        with RayExecutor(workers) as cluster:
            started = time.perf_counter() - start
            for name, photos, least in CASES:
                progress(f"measuring: {name} with {_count(workers)}")
                degradation = DEGRADATIONS.get("gaussian_noise")()
                work = partial(restore_job, restorer=find_restorer(name), degradation=degradation, seed=0, strength=1.0)
                jobs = _jobs(photos)
                plain, ray = [], []
                for executor in (LocalExecutor(), cluster):
                    _timed(executor, work, jobs[: 2 * workers])
                for _ in range(times):
                    seconds, expected = _timed(LocalExecutor(), work, jobs)
                    plain.append(photos / seconds)
                    seconds, found = _timed(cluster, work, jobs)
                    ray.append(photos / seconds)
                    same += sum(a == b for a, b in zip(expected, found, strict=True))
                    total += photos
                ratio = statistics.median(r / p for r, p in zip(ray, plain, strict=True))
                what = (
                    f"{name}, {photos} photos of {SIDE}×{SIDE}: Ray with {_count(workers)} ({statistics.median(ray):.2f} photos/s, "
                    f"started in {started:.0f} s) against the plain loop ({statistics.median(plain):.2f} photos/s)"
                )
                rows.append(_row(what, ratio, "×", least[workers]))
    busy = f", load average {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    rows.append(_row(f"files of Ray that equal those of the plain loop to the byte, of {total}{busy}", same, "files", total))
    return rows


def _count(workers: int) -> str:
    return "1 worker" if workers == 1 else f"{workers} workers"


def _jobs(photos: int) -> list[Job]:
    samples = list(PHOTOS)
    contents = [encode_photo("photo.png", resize(sample_photo(name), SIDE, SIDE)) for name in samples]
    return [Job(f"{i}.png", f"{i}.png", contents[i % len(contents)]) for i in range(photos)]


def _timed(executor: Executor, work: Callable, jobs: Sequence[Job]) -> tuple[float, list[bytes]]:
    """Seconds, and the content of each file."""
    start = time.perf_counter()
    outcomes = list(executor.map(work, jobs))
    seconds = time.perf_counter() - start
    for outcome in outcomes:
        if isinstance(outcome, RestorersError):
            raise outcome
    return seconds, [content for content, _ in outcomes]


def _row(what: str, value: float, unit: str, least: float) -> Row:
    shown = f"{value:.0f}" if unit == "files" else f"{value:.2f}"
    return {
        "what": what,
        "value": value,
        "unit": unit,
        "at_least": least,
        "shown": f"{shown} {unit}",
        "limit": f"{least:g} {unit}",
        "holds": value >= least,
    }
