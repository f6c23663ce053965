"""From a comparison to what the components of the Compare tab show: the ranking, the pictures, the matrix, the curves."""

from __future__ import annotations

import html
import math
from urllib.parse import quote

import numpy as np

from restorers.compare import as_csv
from restorers.degradations import Degradation
from restorers.matrix import CROP, varied
from restorers.restore import Network
from restorers.text import Text
from restorers.ui import viewer
from restorers.ui.charts import Line, chart, figure
from restorers.ui.compare_handlers import Comparison, Entry, Subject, Table
from restorers.ui.controls import labelled
from restorers.ui.jobs import Running, Waiting
from restorers.ui.language import both, fill, joined
from restorers.ui.restore_view import sentences
from restorers.ui.viewer import Shown
from restorers.ui.words import compare as words
from restorers.ui.words import restore as restore_words

STRONGEST = 10.0  # dB; gains and losses beyond have the same colour
COLOURS = 8  # that compare.css has for curves
DASHES = 3
CURVE_SIZE = (420, 290)


def setting(degradation: Degradation) -> Text | None:
    """The strength of a degradation with its name, e.g. ``Strength σ 25/255``; None where it has none."""
    parameter = varied(degradation)[1]
    if parameter is None:
        return None
    unit = parameter.unit if not parameter.unit.isalpha() else f" {parameter.unit}" if len(parameter.unit) <= 2 else ""
    number = f"{getattr(degradation, parameter.name):g}{unit}"
    return Text(f"{parameter.label.en} {number}", f"{parameter.label.zh} {number}")


def titled(degradation: Degradation) -> Text:
    """A degradation with its strength, e.g. ``Gaussian noise (Strength σ 25/255)``."""
    title, strength = degradation.title, setting(degradation)
    return title if strength is None else Text(f"{title.en} ({strength.en})", f"{title.zh}（{strength.zh}）")


def chained(subject: Subject) -> Text:
    """All that was done to the photo."""
    titles = [titled(step) for step in subject.steps]
    return Text(" → ".join(t.en for t in titles), " → ".join(t.zh for t in titles))


def photo_line(subject: Subject) -> Text:
    """The photo and its size."""
    width, height = subject.size
    return fill(words.SUBJECT, photo=subject.name, width=Text(str(width), str(width)), height=Text(str(height), str(height)))


def head(subject: Subject | None, glance: Shown | None = None, problem: Text | None = None) -> str:
    """What the Restore tab is set to, which is what will be compared on."""
    if problem is not None:
        return sentences([problem], "problem")
    if subject is None:
        return ""
    damage = fill(words.DAMAGED, damage=chained(subject)) if subject.steps else words.UNDAMAGED
    picture = f'<img src="{glance.url}" alt="">' if glance is not None else ""
    return f'<div class="compare-subject">{picture}<div><p class="hint">{both(photo_line(subject))}</p>{sentences([damage])}</div></div>'


def status(
    news: Waiting | Running | None = None, now: Comparison | Table | None = None, said: Text | None = None, kind: str = "note"
) -> str:
    """Where the work stands, with a bar; or what is to be ``said`` of it."""
    if said is not None:
        return sentences([said], kind)
    if isinstance(news, Waiting) and news.ahead:
        return sentences([restore_words.WAITING.format(ahead=news.ahead)], "hint")
    if isinstance(news, Running) and news.stopping:
        return sentences([restore_words.STOPPING], "hint")
    if now is None or news is None:
        return sentences([words.STARTING], "hint") if news is not None else ""
    share = news.share if isinstance(news, Running) else 0.0
    counts = {"done": Text(*2 * (str(done(now)),)), "total": Text(*2 * (str(total(now)),)), "percent": Text(*2 * (f"{100 * share:.0f}",))}
    if isinstance(now, Comparison) and now.waiting:
        text = fill(words.WORKING, what=now.waiting[0].title, **counts)
    else:
        text = fill(words.FILLING, **counts)
    return sentences([text], "hint") + f'<div class="compare-bar"><i style="width:{100 * share:.1f}%"></i></div>'


def done(now: Comparison | Table) -> int:
    """How many restorations are done."""
    return len(now.entries) if isinstance(now, Comparison) else now.done


def total(now: Comparison | Table) -> int:
    """How many there are to be done."""
    return len(now.entries) + len(now.waiting) if isinstance(now, Comparison) else now.total


def decibels(value: float) -> str:
    """A gain as people read it."""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{0.0 if abs(value) < 0.05 else value:+.1f}".replace("-", "−").replace("+0.0", "0.0")


# all methods on one photo


def kind(entry: Entry) -> Text:
    """Formula or network, and what it is told."""
    count = f"{entry.parameters or 0:,}"
    what = fill(words.NETWORK, parameters=Text(count, count)) if issubclass(entry.restorer, Network) and entry.parameters else words.FORMULA
    told = entry.restorer.told
    knows = fill(words.TOLD, what=joined(words.TOLD_WHAT[t] for t in told)) if told else words.TOLD_NOTHING
    return Text(f"{what.en}, {knows.en}", f"{what.zh}，{knows.zh}")


def ranking(now: Comparison | None, over: bool = True) -> str:
    """The table of methods, best first; those that are still to come stand below, unless the work is ``over``."""
    if now is None:
        return ""
    known = now.observed is not None
    gains = [e.row.gain for e in now.entries if e.row is not None]
    high = max([g for g in gains if math.isfinite(g)] + [1.0])
    low = max(min([g for g in gains if math.isfinite(g)] + [0.0]), -high / 2)
    rows = [_ranked(i, entry, low, high, known) for i, entry in enumerate(now.ranked, 1)]
    columns = 4 if known else 3
    for i, method in enumerate(() if over else now.waiting):
        state = words.WAITS if i else words.RUNS_NOW
        rows.append(f'<tr class="waits"><td></td><td>{both(method.title)}</td><td colspan="{columns - 2}">{both(state)}</td></tr>')
    gain = f'<th scope="col">{both(words.GAIN)}</th>' if known else ""
    table = (
        f'<table class="ranking"><caption class="unseen">{both(words.RANKING)}</caption><thead><tr><td></td><th scope="col">{both(words.METHOD)}</th>'
        f'{gain}<th scope="col">{both(words.TIME)}</th></tr></thead><tbody>{"".join(rows)}</tbody></table>'
    )
    notes = [fill(words.UNTOLD, what=joined(r.title for r in now.untold))] if now.untold else []
    return table + sentences([*_protocol(now), *notes])


def _protocol(now: Comparison) -> list[Text]:
    lines = [photo_line(now.subject)]
    if now.observed is None:
        return lines
    damage = chained(now.subject)
    lines = [Text(f"{lines[0].en}. {damage.en}.", f"{lines[0].zh}。{damage.zh}。")]
    return [*lines, measured(words.PROTOCOL, now)]


def measured(template: Text, now: Comparison) -> Text:
    """How a comparison was measured, as ``template`` says it."""
    seed = str(now.subject.setup.seed)
    psnr, ssim = f"{now.observed.psnr:.2f}", f"{now.observed.ssim:.3f}"
    protocol = now.observed.protocol.label
    return fill(template, protocol=protocol, psnr=Text(psnr, psnr), ssim=Text(ssim, ssim), seed=Text(seed, seed))


def _ranked(rank: int, entry: Entry, low: float, high: float, known: bool) -> str:
    name = html.escape(entry.restorer.name)
    opener = (
        f'<button type="button" data-restorer="{name}"><span>{both(entry.restorer.title)}</span>'
        f'<span class="unseen">{both(words.OPEN)}</span></button>'
    )
    if entry.problem is not None:
        return f'<tr class="failed"><td></td><td>{opener}</td><td colspan="{2 if known else 1}">{sentences([entry.problem], "problem")}</td></tr>'
    bar = f"<td>{_bar(entry.row.gain, low, high)}</td>" if known else ""
    taken = words.SECONDS.format(seconds=f"{entry.seconds:.2f}")
    number = rank if known else ""
    return f'<tr><td class="rank">{number}</td><td>{opener}<small>{both(kind(entry))}</small></td>{bar}<td class="time">{both(taken)}</td></tr>'


def _bar(gain: float, low: float, high: float) -> str:
    shown = min(max(gain, low), high)
    zero, end = (100 * (value - low) / (high - low) for value in (0.0, shown))
    style = "up" if gain > 0 else "down"
    return (
        f'<span class="bar"><i class="zero" style="left:{zero:.1f}%"></i>'
        f'<i class="{style}" style="left:{min(zero, end):.1f}%;width:{abs(end - zero):.1f}%"></i></span>'
        f"<b>{decibels(gain)} dB</b>"
    )


def panes(now: Comparison | None) -> viewer.PanesValue:
    """The pictures, best first, beside the original and the degraded one."""
    if now is None:
        return viewer.panes_value([viewer.pane("degraded", viewer.LABELS["degraded"], hint=words.COMPARE_HELP)])
    nothing = f"{now.observed.psnr:.1f} dB" if now.observed is not None else ""
    seen = Shown(now.degraded.url, caption=nothing)
    row = [viewer.pane("original", viewer.LABELS["original"], now.original)] if now.original is not None else []
    row.append(viewer.pane("degraded", viewer.LABELS["degraded" if now.original is not None else "given"], seen))
    for entry in now.ranked:
        if entry.shown is not None and entry.restorer.name != "do_nothing":
            caption = f"{decibels(entry.row.gain)} dB" if entry.row is not None else ""
            row.append(viewer.pane(entry.restorer.name, entry.restorer.title, Shown(entry.shown.url, caption=caption), action=words.OPEN))
    return viewer.panes_value(row, size=now.subject.size)


# the matrix


def matrix(now: Table | None) -> str:
    """The matrix as far as it is filled."""
    if now is None:
        return sentences([words.MATRIX_EMPTY], "empty-view")
    gains, best = now.gains, now.gains.best()
    heads = "".join(f'<th scope="col"><span>{both(r.title)}</span></th>' for r in gains.restorers)
    rows = []
    for i, degradation in enumerate(gains.degradations):
        cells = "".join(_cell(gains, i, j, best[i] == j) for j in range(len(gains.restorers)))
        strength = setting(degradation)
        small = f" <small>{both(strength)}</small>" if strength is not None else ""
        rows.append(f'<tr><th scope="row"><span>{both(degradation.title)}</span>{small}</th>{cells}</tr>')
    return (
        f'<div class="matrix-frame" tabindex="0"><table class="matrix"><caption class="unseen">{both(words.MATRIX_CAPTION)}</caption>'
        f"<thead><tr><td></td>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>{_matrix_key(now)}"
    )


def _cell(gains, i: int, j: int, best: bool) -> str:
    value = gains.gains[i, j]
    if gains.untold[i, j]:
        return "<td>–</td>"
    if (i, j) in gains.problems:
        return "<td>!</td>"
    if np.isnan(value):
        return "<td></td>"
    share, way = min(abs(value), STRONGEST) / STRONGEST, "up" if value > 0 else "down"
    names = f'data-damage="{gains.degradations[i].name}" data-restorer="{html.escape(gains.restorers[j].name)}"'
    star = f'<span class="star" aria-hidden="true">★</span><span class="unseen">{both(words.BEST)} </span>' if best else ""
    return f'<td class="{way}{" best" if best else ""}" style="--g:{100 * share:.0f}"><button type="button" {names}>{star}{decibels(value)}</button></td>'


def _matrix_key(now: Table) -> str:
    scale = (
        f'<span class="scale"><span>{both(words.MATRIX_LEGEND)} ≤ −{STRONGEST:g} dB</span><i></i>'
        f"<span>≥ +{STRONGEST:g} dB {both(words.MATRIX_LEGEND_GOOD)}</span></span>"
    )
    crop = f'<figure class="crop"><img src="{now.crop.url}" alt=""><figcaption>{both(words.CROP)}</figcaption></figure>'
    explained = sentences([words.MATRIX_HINT, words.MATRIX_KEY, crop_protocol(now)])
    return f'<div class="matrix-key">{crop}<div><p class="chosen" aria-live="polite"></p>{scale}{explained}</div></div>'


def crop_protocol(now: Table) -> Text:
    """How the gains on a crop were measured."""
    side, seed = str(min(CROP, *now.subject.size)), str(now.subject.setup.seed)
    return fill(words.CROP_PROTOCOL, photo=now.subject.name, side=Text(side, side), seed=Text(seed, seed))


# the curves


def style_of(index: int) -> str:
    """The classes of one of many curves: no two of the first two dozen look the same."""
    return f"c{index % COLOURS} d{index % DASHES}"


def curves(now: Table | None) -> str:
    """The gain of each method over the strength; the best at the present strength comes first in the legend."""
    if now is None:
        return sentences([words.CURVE_EMPTY], "empty-view")
    gains, last = now.gains, now.subject.steps[-1]
    present = float(getattr(last, now.parameter.name))
    at = int(np.argmin([abs(s - present) for s in now.strengths]))
    known = np.where(np.isfinite(gains.gains), gains.gains, np.nan)
    order = sorted(range(len(gains.restorers)), key=lambda j: -np.nan_to_num(known[at, j], nan=-1e3))
    lines = []
    for j in order:
        points = [(s, float(g)) for s, g in zip(now.strengths, known[:, j], strict=True) if not math.isnan(g)]
        title = gains.restorers[j].title
        number = "" if math.isnan(known[at, j]) else f" {decibels(known[at, j])}"
        lines.append(Line(points, style_of(j), Text(title.en + number, title.zh + number), True))
    high = float(np.nanmax(known)) if np.isfinite(known).any() else 1.0
    drawn = chart(
        lines, labelled(now.parameter), words.GAIN_AXIS, zero=True, marked=(present,), origin=False, lowest=-max(high, 3.0), size=CURVE_SIZE
    )
    title = fill(words.CURVE_TITLE, damage=titled(last))
    crop = f'<figure class="crop"><img src="{now.crop.url}" alt=""><figcaption>{both(words.CROP)}</figcaption></figure>'
    damage = fill(words.DAMAGED, damage=chained(now.subject))
    notes = sentences([words.CURVE_MARK, damage, crop_protocol(now)]) if drawn else ""
    return f'{figure("compare-chart", title, drawn, lines, words.CURVE_EMPTY)}<div class="matrix-key">{crop}<div>{notes}</div></div>{_numbers(now)}'


def _numbers(now: Table) -> str:
    parameter = labelled(now.parameter)
    heads = "".join(f'<th scope="col">{s:g}</th>' for s in now.strengths)
    rows = "".join(
        f'<tr><th scope="row">{both(r.title)}</th>{"".join(f"<td>{_number(g)}</td>" for g in now.gains.gains[:, j])}</tr>'
        for j, r in enumerate(now.gains.restorers)
    )
    return (
        f'<details class="fold"><summary>{both(words.CURVE_NUMBERS)}</summary><div class="matrix-frame" tabindex="0"><table class="numbers">'
        f"<thead><tr><th>{both(parameter)}</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


def _number(gain: float) -> str:
    return "" if np.isnan(gain) else decibels(gain)


# taking away


def csv_link(now: Comparison | Table, name: str) -> str:
    """A link that saves the table as a CSV file; the file is in the link itself."""
    content = quote(as_csv(now.records()))
    return f'<a class="button" href="data:text/csv;charset=utf-8,{content}" download="{name}.csv">{both(words.TABLE_FILE)}</a>'


def picture_links(title: Text, addresses: dict[str, str], name: str) -> str:
    """Links that save a picture, in the language of the page where there is one for it."""
    chinese = addresses.get("zh", addresses["en"])
    links = zip((("in-en", "en", addresses["en"]), ("in-zh", "zh-CN", chinese)), title, strict=True)
    return "".join(
        f'<a class="button {css}" lang="{lang}" href="{url}" download="{name}.png">{html.escape(text)}</a>'
        for (css, lang, url), text in links
    )


def downloads(*links: str) -> str:
    """The row of links below a result."""
    shown = "".join(links)
    return f'<div class="downloads"><span class="title">{both(restore_words.DOWNLOAD)}</span>{shown}</div>' if shown else ""
