"""Line charts as SVG, their words in both languages; their colours are those of the page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from restorers.text import Text
from restorers.ui.language import both

WIDTH, HEIGHT = 380, 220
LEFT, RIGHT, TOP, BOTTOM = 52, 10, 12, 34

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Line:
    """One curve: its points, its style (classes of the page's style sheets), and its name in the legend, if it has one there."""

    points: Points
    style: str
    name: Text | None = None
    dots: bool = False


def figure(elem_id: str, title: Text, drawn: str, lines: Sequence[Line], empty: Text) -> str:
    """A chart with its title and legend; a sentence where nothing is drawn yet."""
    legend = "".join(f'<li class="{line.style}">{both(line.name)}</li>' for line in lines if line.name is not None and line.points)
    named = drawn.replace("<svg ", f'<svg aria-labelledby="{elem_id}-title" ', 1)
    inside = named or f'<p class="note">{both(empty)}</p>'
    head = f'<figcaption id="{elem_id}-title">{both(title)}</figcaption>'
    return f'<figure class="chart" id="{elem_id}">{head}<ul>{legend}</ul>{inside}</figure>'


def chart(
    lines: Sequence[Line],
    x_label: Text,
    y_label: Text,
    log: bool = False,
    zero: bool = False,
    marked: Sequence[float] = (),
    origin: bool = True,
    lowest: float | None = None,
    size: tuple[int, int] = (WIDTH, HEIGHT),
) -> str:
    """The lines in one frame, as SVG; an empty string where there is nothing to draw.

    Args:
        lines: later ones are drawn over earlier ones.
        x_label, y_label: of the axes.
        log: a logarithmic y axis, where all values are positive and differ much.
        zero: the y axis shows 0.
        origin: the x axis begins with 0.
        marked: one or two places on the x axis to be marked; between two, the ground is tinted.
        lowest: the y axis begins no lower; what lies below is cut off.
        size: width and height of the drawing.
    """
    width, height = size
    points = [p for line in lines for p in line.points]
    if not points:
        return ""
    x_low, x_high = min(p[0] for p in points), max(p[0] for p in points)
    x_low = min(x_low, 0.0) if origin else x_low
    y_low, y_high = min(p[1] for p in points), max(p[1] for p in points)
    if lowest is not None:
        y_low = max(y_low, lowest)
        y_high = max(y_low, y_high)
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
        return LEFT + (value - x_low) / (x_high - x_low) * (width - LEFT - RIGHT)

    def y(value: float) -> float:
        share = math.log(value / y_low) / math.log(y_high / y_low) if log else (value - y_low) / (y_high - y_low)
        return height - BOTTOM - share * (height - TOP - BOTTOM)

    parts = []
    if marked:
        left, right = (x(min(max(end, x_low), x_high)) for end in (min(marked), max(marked)))
        parts.append(f'<rect class="marked" x="{left - 1:.1f}" y="{TOP}" width="{right - left + 2:.1f}" height="{height - TOP - BOTTOM}"/>')
    for tick in y_ticks:
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{width - RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 5}" y="{y(tick) + 3.5:.1f}" text-anchor="end">{_number(tick)}</text>')
    for tick in x_ticks:
        parts.append(f'<text class="tick" x="{x(tick):.1f}" y="{height - BOTTOM + 14}" text-anchor="middle">{_number(tick)}</text>')
    if zero and y_low < 0:
        parts.append(f'<line class="axis" x1="{LEFT}" x2="{width - RIGHT}" y1="{y(0):.1f}" y2="{y(0):.1f}"/>')
    parts.append(f'<path class="axis" d="M{LEFT},{TOP}V{height - BOTTOM}H{width - RIGHT}"/>')
    for line in lines:
        places = [(x(a), y(b)) for a, b in _above(line.points, lowest)]
        if len(places) > 1:
            parts.append(f'<polyline class="{line.style}" points="{" ".join(f"{a:.1f},{b:.1f}" for a, b in places)}"/>')
        if line.dots or len(places) == 1:
            dots = [(x(a), y(b)) for a, b in line.points if lowest is None or b >= lowest]
            parts += [f'<circle class="{line.style}" cx="{a:.1f}" cy="{b:.1f}" r="2.4"/>' for a, b in dots if len(dots) <= 60]
    middle = (LEFT + width - RIGHT) / 2
    parts.append(f'<text class="label" x="{middle}" y="{height - 5}" text-anchor="middle">{both(x_label, "tspan")}</text>')
    centre = (TOP + height - BOTTOM) / 2
    parts.append(f'<text class="label" transform="translate(11,{centre}) rotate(-90)" text-anchor="middle">{both(y_label, "tspan")}</text>')
    return f'<svg viewBox="0 0 {width} {height}" role="img">{"".join(parts)}</svg>'


def _above(points: Points, lowest: float | None) -> Points:
    """The part of a line that is not below ``lowest``, and where it comes from there or goes there, the point on the border."""
    if lowest is None:
        return points
    kept: list[tuple[float, float]] = []
    for i, (a, b) in enumerate(points):
        if i and (b < lowest) != (points[i - 1][1] < lowest):
            a0, b0 = points[i - 1]
            kept.append((a0 + (a - a0) * (lowest - b0) / (b - b0), lowest))
        if b >= lowest:
            kept.append((a, b))
    return kept


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
