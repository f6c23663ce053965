"""What training in the page costs and brings: rows for ``benchmark``, measured in one run.

CPU seconds stand beside the gains: on a machine that others use too, the clock says little.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from restorers.photo import fit_within, to_uint8
from restorers.resize import resize
from restorers.samples import PHOTOS, sample_photo
from restorers.training.session import NICE, Order
from restorers.training.worker import PAUSED, Engine, Run, child_environment

Row = dict[str, Any]

BUDGET = 60.0  # seconds
VISIBLE = 20.0  # seconds by which the digits look better
WAIT = 600.0  # seconds after which a benchmark gives up
PHOTO = "cat"

_BARE = """
import json, os, sys, time
os.nice({nice})
import cv2, keras, numpy as np
from pathlib import Path
from restorers.training.recipes import RECIPES
cv2.setNumThreads(1)
recipe = RECIPES.get({recipe!r})()
data = recipe.load(Path({folder!r}) if {folder!r} else None)
model = recipe.architecture.build()
model.compile(optimizer=recipe.optimizer(), loss=recipe.loss)
batches = data.batches(np.random.default_rng(0))
model.fit(batches, steps_per_epoch=5, verbose=0)
start = time.perf_counter()
model.fit(batches, steps_per_epoch={steps}, verbose=0)
print(json.dumps({steps} / (time.perf_counter() - start)))
"""


def measure(progress: Callable[[str], None] = lambda sentence: None) -> list[Row]:
    """Measure everything; rows as those of ``restorers.speed.measure``, with ``at_least`` or ``at_most``.

    Args:
        progress: called with a sentence before each measurement.
    """
    engine, rows = Engine(), []
    try:
        engine.warm()
        for name, part in (
            ("steps a second", steps_a_second),
            ("digits", digits),
            ("the visitor's own photo", own_photo),
            ("restoring while another visitor trains", restoring_meanwhile),
        ):
            progress(f"measuring: {name}")
            rows += part(engine)
    finally:
        engine.close()
    return rows


def steps_a_second(engine: Engine, times: int = 3, steps: int = 300) -> list[Row]:
    """Steps a second in the page's worker, previews and validation included, against a bare Keras ``fit``; the two take turns."""
    ratios, ours, bare = [], [], []
    for _ in range(times):
        run = _trained(engine, Order("denoise-your-photo", watched=_watched(), seconds=WAIT, steps=steps))
        ours.append(_rate(run))
        code = _BARE.format(nice=NICE, recipe="denoise-your-photo", folder="", steps=steps)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=child_environment())
        bare.append(float(done.stdout.strip().splitlines()[-1]))
        ratios.append(ours[-1] / bare[-1])
    found = f"training in the page ({statistics.median(ours):.1f} steps/s) against bare Keras fit ({statistics.median(bare):.1f} steps/s)"
    return [_row(found, statistics.median(ratios), "×", 0.9)]


def _rate(run: Run) -> float:
    """Steps a second after the first validation: what Keras compiles, it compiles before."""
    first = run.validations[0]
    return (run.step - first["step"]) / (run.seconds - first["seconds"])


def digits(engine: Engine) -> list[Row]:
    """``tutorial-digits-denoise`` on 10,000 drawn digits: gain on held-out digits after 20 and 60 seconds."""
    run, used = _timed(engine, Order("tutorial-digits-denoise", seconds=BUDGET))
    early = [v for v in run.validations if v["seconds"] <= VISIBLE]
    rows = [_row(f"digits: gain within {BUDGET:g} s ({run.step} steps, {used:.0f} CPU s)", _best(run.validations), "dB", 4)]
    return [_row(f"digits: gain within {VISIBLE:g} s", _best(early), "dB", 1), *rows]


def own_photo(engine: Engine) -> list[Row]:
    """``denoise-your-photo`` at σ 25 on one photo: gain on the part of it that is held back, within 60 seconds."""
    order = Order("denoise-your-photo", photos=(str(PHOTOS[PHOTO].path),), watched=_watched(), seconds=BUDGET)
    run, used = _timed(engine, order)
    return [
        _row(
            f"denoise your own photo, σ 25: gain within {BUDGET:g} s ({run.step} steps, {used:.0f} CPU s)", _best(run.validations), "dB", 4
        )
    ]


def restoring_meanwhile(engine: Engine, times: int = 8) -> list[Row]:
    """``denoise`` on 512×512 while one visitor trains, against the same while his training pauses; the two take turns."""
    from restorers.degradations.base import Observation
    from restorers.restore import find_restorer, restore

    photo = resize(sample_photo(PHOTO), 512, 512)
    restorer = find_restorer("denoise")

    def timed() -> float:
        start = time.perf_counter()
        restore(Observation(photo), restorer)
        return time.perf_counter() - start

    timed()
    run = engine.start("benchmark", Order("denoise-your-photo", watched=_watched(), seconds=WAIT))
    _until(engine, lambda: run.validations or run.over)  # what Keras compiles, it has compiled
    alone, meanwhile = [], []
    for _ in range(times):
        engine.command("benchmark", "pause")
        _until(engine, lambda: run.state == PAUSED or run.over)
        alone.append(timed())
        before = run.step
        engine.command("benchmark", "resume")
        _until(engine, lambda before=before: run.step > before or run.over)
        meanwhile.append(timed())
    engine.stop("benchmark")
    _until(engine, lambda: run.complete)
    if run.sentence is not None:
        raise RuntimeError(run.sentence.en)
    ratio = statistics.median(meanwhile) / statistics.median(alone)
    found = (
        f"denoise on 512×512 while a visitor trains ({statistics.median(meanwhile):.2f} s) against alone ({statistics.median(alone):.2f} s)"
    )
    return [_row(found, ratio, "×", most=2.5)]


def _until(engine: Engine, condition: Callable[[], Any]) -> None:
    """Wait, and look: a run at which nobody looks is stopped."""
    deadline = time.monotonic() + WAIT
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"the training did not go on within {WAIT:g} s")
        time.sleep(0.02)
        engine.run("benchmark")


def _best(validations: list[dict[str, Any]]) -> float:
    return max((v["val_psnr"] - v["degraded_psnr"] for v in validations), default=0.0)


def _watched():
    return to_uint8(fit_within(sample_photo(PHOTO), 320))


def _timed(engine: Engine, order: Order) -> tuple[Run, float]:
    """The run, and the CPU seconds that the children used for it."""
    before = _cpu(engine)
    run = _trained(engine, order)
    return run, _cpu(engine) - before


def _cpu(engine: Engine) -> float:
    """CPU seconds of the children so far; 0 where the system does not say."""
    total = 0.0
    for child in engine._children:
        try:
            fields = Path(f"/proc/{child.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def _trained(engine: Engine, order: Order) -> Run:
    run = engine.start("benchmark", order)
    _until(engine, lambda: run.complete)
    if run.sentence is not None:
        raise RuntimeError(run.sentence.en)
    return run


def _row(what: str, value: float, unit: str, least: float | None = None, most: float | None = None) -> Row:
    """A row that holds where ``value`` is at least ``least``, or at most ``most``."""
    limit = most if least is None else least
    return {
        "what": what,
        "value": value,
        "unit": unit,
        "at_most" if least is None else "at_least": limit,
        "shown": f"{value:.2f} {unit}",
        "limit": f"{limit:g} {unit}",
        "holds": value <= limit if least is None else value >= limit,
    }
