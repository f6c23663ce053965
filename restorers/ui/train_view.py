"""From a look to what the components of the Train tab show: sentences, curves drawn as SVG, the film."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from restorers.text import Text
from restorers.training.worker import DONE, FAILED, PAUSED, RUNNING, STARTING, STOPPING, WAITING, Run
from restorers.ui.language import both, fill
from restorers.ui.train_handlers import Look
from restorers.ui.words import train as words

WIDTH, HEIGHT = 380, 220
LEFT, RIGHT, TOP, BOTTOM = 46, 10, 12, 34
MOST_POINTS = 300
UNHARMED = 90.0  # dB; equal but for rounding
PSNR = Text("PSNR (dB)", "PSNR（dB）")
SMOOTH = 0.9  # share of the past in the drawn training loss

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Line:
    """One curve: its points, its style (a class of train.css), and its name in the legend, if it has one there."""

    points: Points
    style: str
    name: Text | None = None
    dots: bool = False


def status(look: Look) -> str:
    """What happens now, in a sentence, with a bar where it lasts; then what there is to know."""
    run = look.run
    if run is None:
        return f'<p class="hint">{both(words.READY)}</p>'
    parts = [f'<p class="hint" id="train-state" data-state="{run.state}">{both(_state(look))}</p>']
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


def cost(estimate: dict[str, Any] | None, seconds: float, estimating: bool) -> str:
    """What the present settings would cost, or why they cannot work."""
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
        parameter = known["parameter"]
        unit = f" ({parameter.unit})" if parameter.unit else ""
        label = Text(parameter.label.en + unit, parameter.label.zh + unit)
        drawn = chart(strengths, label, words.GAIN, zero=True, marked=known["trained"], origin=False)
        parts.append(figure("train-strengths", words.STRENGTHS_TITLE, drawn, strengths, words.CURVE_EMPTY))
    else:
        none = run is not None and run.complete and run.folder is not None
        parts.append(figure("train-strengths", words.STRENGTHS_TITLE, "", [], words.STRENGTHS_NONE if none else words.STRENGTHS_EMPTY))
    return f'<div class="charts">{"".join(parts)}</div>'


def figure(elem_id: str, title: Text, drawn: str, lines: Sequence[Line], empty: Text) -> str:
    """A chart with its title and legend; a sentence where nothing is drawn yet."""
    legend = "".join(f'<li class="{line.style}">{both(line.name)}</li>' for line in lines if line.name is not None and line.points)
    inside = drawn or f'<p class="note">{both(empty)}</p>'
    return f'<figure class="chart" id="{elem_id}"><figcaption>{both(title)}</figcaption><ul>{legend}</ul>{inside}</figure>'


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


def chart(
    lines: Sequence[Line],
    x_label: Text,
    y_label: Text,
    log: bool = False,
    zero: bool = False,
    marked: Sequence[float] = (),
    origin: bool = True,
) -> str:
    """The lines in one frame, as SVG; an empty string where there is nothing to draw.

    Args:
        lines: later ones are drawn over earlier ones.
        x_label, y_label: of the axes.
        log: a logarithmic y axis, where all values are positive and differ much.
        zero: the y axis shows 0.
        origin: the x axis begins with 0.
        marked: one or two places on the x axis to be marked; between two, the ground is tinted.
    """
    points = [p for line in lines for p in line.points]
    if not points:
        return ""
    x_low, x_high = min(p[0] for p in points), max(p[0] for p in points)
    x_low = min(x_low, 0.0) if origin else x_low
    y_low, y_high = min(p[1] for p in points), max(p[1] for p in points)
    log = log and y_low > 0 and y_high / y_low > 3
    if zero:
        y_low, y_high = min(y_low, 0.0), max(y_high, 0.0)
    x_high = x_high if x_high > x_low else x_low + 1
    if log:
        y_low, y_high = y_low / 1.1, y_high * 1.1
    elif y_high == y_low:
        y_low, y_high = y_low - abs(y_low) * 0.1 - 0.01, y_high + abs(y_high) * 0.1 + 0.01
    x_ticks, y_ticks = ticks(x_low, x_high), log_ticks(y_low, y_high) if log else ticks(y_low, y_high)
    if not log:
        step = y_ticks[1] - y_ticks[0] if len(y_ticks) > 1 else 0
        y_low, y_high = min(y_low, y_ticks[0]), max(y_high, y_ticks[-1] if y_ticks[-1] >= y_high else y_high + 0.05 * step)

    def x(value: float) -> float:
        return LEFT + (value - x_low) / (x_high - x_low) * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        share = math.log(value / y_low) / math.log(y_high / y_low) if log else (value - y_low) / (y_high - y_low)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    parts = []
    if marked:
        left, right = (x(min(max(end, x_low), x_high)) for end in (min(marked), max(marked)))
        parts.append(f'<rect class="marked" x="{left - 1:.1f}" y="{TOP}" width="{right - left + 2:.1f}" height="{HEIGHT - TOP - BOTTOM}"/>')
    for tick in y_ticks:
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 5}" y="{y(tick) + 3.5:.1f}" text-anchor="end">{_number(tick)}</text>')
    for tick in x_ticks:
        parts.append(f'<text class="tick" x="{x(tick):.1f}" y="{HEIGHT - BOTTOM + 14}" text-anchor="middle">{_number(tick)}</text>')
    if zero and y_low < 0:
        parts.append(f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(0):.1f}" y2="{y(0):.1f}"/>')
    parts.append(f'<path class="axis" d="M{LEFT},{TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>')
    for line in lines:
        places = [(x(a), y(b)) for a, b in line.points]
        if len(places) > 1:
            parts.append(f'<polyline class="{line.style}" points="{" ".join(f"{a:.1f},{b:.1f}" for a, b in places)}"/>')
        if line.dots or len(places) == 1:
            parts += [f'<circle class="{line.style}" cx="{a:.1f}" cy="{b:.1f}" r="2.4"/>' for a, b in places if len(places) <= 60]
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text class="label" x="{middle}" y="{HEIGHT - 5}" text-anchor="middle">{both(x_label, "tspan")}</text>')
    height = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(f'<text class="label" transform="translate(11,{height}) rotate(-90)" text-anchor="middle">{both(y_label, "tspan")}</text>')
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">{"".join(parts)}</svg>'


def ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round numbers from ``low`` to ``high``, about as many as ``wanted``."""
    raw = (high - low) / wanted
    power = 10 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(i * step, 10) for i in range(first, math.floor(high / step + 1e-9) + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """1, 2 and 5 times the powers of ten from ``low`` to ``high``."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    found = [m * 10.0**p for p in powers for m in (1, 2, 5) if low <= m * 10.0**p <= high]
    return found if len(found) <= 7 else [t for t in found if f"{t:e}"[0] == "1"]


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:g}".replace("-", "−")


def kept(look: Look) -> str:
    """That it is now the visitor's, and what the files are."""
    if look.trained is None:
        return ""
    sentence = fill(words.KEPT, name=look.trained.restorer.title)
    script = f'<p class="note">{both(words.DOWNLOAD_HELP)}</p>' if "script" in look.trained.files else ""
    return f'<p class="notice" id="train-mine">{both(sentence)}</p>{script}'
