"""From a look to what the components of the Train tab show: sentences, curves drawn as SVG, the film."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from restorers.text import Text
from restorers.training import download
from restorers.training.download import DATASETS, FETCHING, OFFERED, READY, UNKNOWN, UNREACHABLE, Availability
from restorers.training.worker import DONE, FAILED, PAUSED, RUNNING, STARTING, STOPPING, WAITING, Run
from restorers.ui.charts import Line, Points, chart, figure
from restorers.ui.controls import labelled
from restorers.ui.language import both, fill
from restorers.ui.train_handlers import Look
from restorers.ui.words import train as words

MOST_POINTS = 300
UNHARMED = 90.0  # dB; equal but for rounding
PSNR = Text("PSNR (dB)", "PSNR（dB）")
SMOOTH = 0.9  # share of the past in the drawn training loss


def status(look: Look) -> str:
    """What happens now, in a sentence, with a bar where it lasts; then what there is to know."""
    run = look.run
    refused = f'<p class="problem">{both(look.problem)}</p>' if look.problem is not None else ""
    if run is None:
        return refused or f'<p class="hint">{both(words.READY)}</p>'
    aloud = "" if run.state == RUNNING else " aloud"  # where it counts the steps it would never be silent
    parts = [refused, f'<p class="hint{aloud}" id="train-state" data-state="{run.state}">{both(_state(look))}</p>']
    if run.state in (RUNNING, PAUSED):
        share = run.seconds / run.order.seconds
        if run.order.steps:
            share = max(share, run.step / run.order.steps)
        parts.append(f'<div class="train-bar"><i style="width:{min(100, 100 * share):.1f}%"></i></div>')
    if run.sentence is not None:
        parts.append(f'<p class="problem">{both(run.sentence)}</p>')
    parts.append(_gain(look))
    if look.overfitting is not None:
        parts.append(f'<p class="notice" id="train-overfitting">{both(words.OVERFITTING.format(step=look.overfitting))}</p>')
    if run.started is not None:
        parts += [f'<p class="note">{both(note)}</p>' for note in run.started["notes"][:6]]
    return "".join(parts)


def _state(look: Look) -> Text:
    run = look.run
    values = {"step": run.step, "seconds": f"{run.seconds:.0f}", "budget": f"{run.order.seconds:g}"}
    if run.state == WAITING:
        return words.WAITING.format(ahead=look.ahead) if look.ahead else words.STARTING
    if run.state == DONE:
        return words.ENDED[run.reason].format(**values)
    sentence = {STARTING: words.STARTING, RUNNING: words.RUNNING, PAUSED: words.PAUSED, STOPPING: words.STOPPING, FAILED: words.FAILED}
    return sentence[run.state].format(**values)


def _gain(look: Look) -> str:
    """How much closer the watched photo has come to its original."""
    run = look.run
    if not look.film or run.started is None or not math.isfinite(run.started["degraded_psnr"]) or run.started["degraded_psnr"] > UNHARMED:
        return ""
    gain = look.film[-1][2] - run.started["degraded_psnr"]
    if abs(gain) < 0.05:
        return ""
    kind, sentence = ("good", words.GAIN_NOW) if gain > 0 else ("bad", words.GAIN_LOSS)
    shown = f"{gain:+.1f}".replace("-", "−")
    return f'<div class="gain {kind}" id="train-gain"><strong>{shown} dB</strong><span>{both(sentence)}</span></div>'


def cost(estimate: dict[str, Any] | None, seconds: float, estimating: bool, notes: Iterable[Text] = ()) -> str:
    """Notes about the photos, and what the present settings would cost, or why they cannot work."""
    return "".join(f'<p class="note">{both(note)}</p>' for note in notes) + _cost(estimate, seconds, estimating)


def _cost(estimate: dict[str, Any] | None, seconds: float, estimating: bool) -> str:
    if estimate is None:
        return f'<p class="note">{both(words.COST_ASKED)}</p>' if estimating else ""
    if "refused" in estimate:
        return f'<p class="problem">{both(estimate["refused"])}</p>'
    rate = 1 / max(estimate["seconds"], 1e-3)
    text = words.COST.format(
        parameters=f"{estimate['parameters']:,}",
        memory=f"{max(1, estimate['memory'] / 1e6):.0f}",
        rate=f"{rate:.2g}" if rate < 10 else f"{rate:.0f}",
        steps=f"{max(1, round(rate * seconds)):,}",
        seconds=f"{seconds:g}",
    )
    return f'<p class="note" id="train-cost-known">{both(text)}</p>'


def data(source: Any, found: Availability) -> str:
    """How it stands with the public data ``source``, with a button where it can be fetched; empty for what is at hand."""
    if source not in DATASETS:
        return ""
    dataset = DATASETS[source]
    sizes = {"done": f"{found.done / 1e6:.0f}", "total": f"{found.total / 1e6:.0f}", "megabytes": dataset.megabytes}
    sentence = {
        UNKNOWN: words.FETCH_UNKNOWN,
        UNREACHABLE: words.FETCH_UNREACHABLE,
        OFFERED: words.FETCH_OFFERED,
        download.WAITING: words.FETCH_WAITING,
        FETCHING: words.FETCHING if found.done < found.total else words.FETCH_UNPACKING,
        READY: words.FETCH_READY,
    }
    parts = [f'<p class="note" data-state="{found.state}">{both(dataset.source)}</p>']
    if found.state == download.FAILED:
        parts.append(f'<p class="problem">{both(found.sentence)}</p>')
    else:
        parts.append(f'<p class="note">{both(sentence[found.state].format(**sizes))}</p>')
    if found.state == FETCHING:
        share = 100 * found.done / max(found.total, 1)
        parts.append(f'<div class="train-bar"><i style="width:{min(100, share):.1f}%"></i></div>')
    if found.state in (OFFERED, download.FAILED):
        label = words.FETCH if found.state == OFFERED else words.FETCH_AGAIN
        parts.append(f'<button type="button" data-fetch>{both(label.format(**sizes))}</button>')
    return "".join(parts)


def film(look: Look) -> dict[str, Any]:
    """The value of the film: frames in order, those of the last run beside them."""

    def frames(of: tuple) -> list[dict[str, Any]]:
        return [
            {"step": step, "url": url, "psnr": f"{psnr:.1f} dB" if math.isfinite(psnr) and psnr < UNHARMED else ""}
            for step, url, psnr in of
        ]

    run = look.run
    degraded = run.started["degraded_psnr"] if run is not None and run.started else math.nan
    return {
        "run": run.number if run is not None else 0,
        "frames": frames(look.film),
        "ghost": frames(look.ghost_film),
        "truth": look.truth,
        "degraded": look.degraded,
        "degraded_psnr": f"{degraded:.1f} dB" if math.isfinite(degraded) and degraded < UNHARMED else "",
    }


def curves(look: Look) -> str:
    """The three charts: loss, gain, and gain at every strength; the last run's in gray."""
    run, ghost = look.run, look.ghost
    loss, gain, strengths = [], [], []
    copying = any(_copies(r) for r in (run, ghost) if r is not None)
    if ghost is not None:
        loss += [Line(_smoothed(ghost.losses), "ghost", words.LAST_RUN), Line(_of(ghost, "val_loss"), "ghost dashed")]
        gain += [Line(_gains(ghost, copying), "ghost dashed", words.LAST_RUN)]
        strengths += [Line(_strengths(ghost), "ghost", words.LAST_RUN)]
    if run is not None:
        loss += [Line(_smoothed(run.losses), "training", words.TRAINING), Line(_of(run, "val_loss"), "validation", words.VALIDATION, True)]
        gain += [Line(_gains(run, copying), "validation", words.VALIDATION, True)]
        strengths += [Line(_strengths(run), "validation", None, True)]
    parts = [
        figure("train-loss", words.LOSS, chart(loss, words.STEP, words.LOSS, log=True), loss, words.CURVE_EMPTY),
        figure(
            "train-gains",
            words.PSNR_TITLE if copying else words.GAIN_TITLE,
            chart(gain, words.STEP, PSNR if copying else words.GAIN, zero=not copying),
            gain,
            words.CURVE_EMPTY,
        ),
    ]
    known = run.strengths if run is not None and run.strengths else ghost.strengths if ghost is not None else None
    if known is not None:
        drawn = chart(strengths, labelled(known["parameter"]), words.GAIN, zero=True, marked=known["trained"], origin=False)
        parts.append(figure("train-strengths", words.STRENGTHS_TITLE, drawn, strengths, words.CURVE_EMPTY))
    else:
        none = run is not None and run.complete and run.folder is not None
        parts.append(figure("train-strengths", words.STRENGTHS_TITLE, "", [], words.STRENGTHS_NONE if none else words.STRENGTHS_EMPTY))
    return f'<div class="charts">{"".join(parts)}</div>'


def _smoothed(losses: Points) -> Points:
    """The training loss as a running mean that starts with its first value: single batches differ a lot."""
    points, mean = [], 0.0
    for i, (step, loss) in enumerate(losses):
        share = min(SMOOTH, i / (i + 1))
        mean = share * mean + (1 - share) * loss
        points.append((step, mean))
    return _thinned(points)


def _thinned(points: Points) -> Points:
    every = -(-len(points) // MOST_POINTS)
    return points if every <= 1 else [*points[:-1:every], points[-1]]


def _of(run: Run, key: str) -> Points:
    return _thinned([(v["step"], v[key]) for v in list(run.validations) if math.isfinite(v[key])])


def _copies(run: Run) -> bool:
    """Whether nothing is damaged, so that nothing can be gained."""
    return any(v["degraded_psnr"] is None or v["degraded_psnr"] > UNHARMED for v in run.validations[:1])


def _gains(run: Run, absolute: bool) -> Points:
    """What it gains on the validation pictures, or its PSNR, in dB."""
    known = [v for v in list(run.validations) if math.isfinite(v["val_psnr"])]
    return _thinned([(v["step"], v["val_psnr"] - (0 if absolute else v["degraded_psnr"])) for v in known])


def _strengths(run: Run) -> Points:
    return list(run.strengths["curve"]) if run.strengths else []


def kept(look: Look) -> str:
    """That it is now the visitor's, and what the files are."""
    if look.trained is None:
        return ""
    sentence = fill(words.KEPT, name=look.trained.restorer.title)
    script = f'<p class="note">{both(words.DOWNLOAD_HELP)}</p>' if "script" in look.trained.files else ""
    return f'<p class="notice" id="train-mine">{both(sentence)}</p>{script}'
