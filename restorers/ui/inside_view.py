"""From an opened network to what the components of the Inside tab show."""

from __future__ import annotations

import html
import json
import math
from collections.abc import Sequence

from restorers.inside import (
    CHANNELS,
    COLOUR,
    CONVOLUTION,
    DENSE,
    DEPTHWISE,
    FLATTEN,
    FOLD,
    NORMALISATION,
    PHOTO,
    POOLING,
    PRODUCT,
    RESHAPE,
    RESIZING,
    SCALING,
    SUM,
    TRANSPOSED,
    UNFOLD,
    UPSAMPLING,
    Layer,
    Term,
)
from restorers.text import Text
from restorers.ui.charts import Line, chart, figure
from restorers.ui.inside_handlers import COLUMNS, Changed, Focus, Opened, Viewed, Walk, Widths
from restorers.ui.language import both, fill
from restorers.ui.restore_handlers import decibels
from restorers.ui.restore_view import sentences
from restorers.ui.train_view import PSNR
from restorers.ui.words import inside as words

GLYPHS = {
    PHOTO: "▣", CONVOLUTION: "C", TRANSPOSED: "T", POOLING: "↓", UPSAMPLING: "↑", RESIZING: "↑", DENSE: "D", FLATTEN: "=", RESHAPE: "=",
    SUM: "+", PRODUCT: "×", NORMALISATION: "N", FOLD: "=", UNFOLD: "=", CHANNELS: "=", COLOUR: "◐",
    DEPTHWISE: "S", SCALING: "N",
}  # fmt: skip
LEVEL = 26  # pixels that a box stands lower for each halving of the resolution
TALL, LOW = 104, 24  # pixels; heights of the boxes
TOP, BOTTOM, EDGE = 58, 50, 14
WIDE, NARROW, MANY = 46, 24, 24  # pixels; widths of the boxes of few, and of more than so many layers
GAP = 8
SENTENCE = 200  # pixels that the longest words under a part take
STYLES = ("c0", "c1 d1", "c2 d2")


# --- words and numbers ------------------------------------------------------------------------------------------------


def number(value: float, signed: bool = False) -> str:
    """A number as people read it, with four decimals."""
    return f"{value:+.4f}".replace("-", "−") if signed else f"{value:.4f}".replace("-", "−")


def short(value: float) -> str:
    """A number in little room."""
    return f"{value:.2g}".replace("-", "−").replace("e−0", "e−").replace("e+0", "e")


def shape(layer: Layer) -> Text:
    """The shape of a layer's output in words."""
    if not layer.is_map:
        return words.VECTOR_SHAPE.format(numbers=f"{layer.numbers:,}")
    height, width, channels = layer.shape
    if channels == 1:
        return words.MAP_SHAPE_ONE.format(width=width, height=height)
    return words.MAP_SHAPE.format(channels=f"{channels:,}", width=width, height=height)


def kind(layer: Layer) -> Text:
    """What a layer is called; a convolution with the size of its kernel."""
    title = words.TITLES[layer.kind]
    if layer.kind not in (CONVOLUTION, DEPTHWISE, TRANSPOSED, POOLING):
        return title
    if layer.kind == TRANSPOSED:  # how many of its weights a place takes differs from place to place
        return title
    rows, columns = (len(along(0)) for along in layer.taps)
    return Text(f"{title.en} {columns}×{rows}", f"{title.zh} {columns}×{rows}")


def reach(layer: Layer, photo: Layer) -> Text:
    """The receptive field of a layer in words."""
    height, width = layer.reach
    return words.REACH_ALL if (height, width) == photo.shape[:2] else words.REACH_PART.format(width=width, height=height)


def subject(opened: Opened) -> str:
    """What the network is shown."""
    width, height = opened.seen.size
    sentence = words.SHOWN_WHOLE if opened.seen.whole else words.SHOWN_MIDDLE
    return sentences([opened.restorer.help, sentence.format(width=width, height=height)])


# --- the drawing ------------------------------------------------------------------------------------------------------


def drawing(opened: Opened, chosen: str) -> str:
    """The network as boxes to press, encoder down, code in the middle, decoder up, skip connections as arcs; and as a table."""
    layers = opened.layers
    wide = WIDE if len(layers.layers) <= MANY else NARROW
    side = max(layers.photo.shape[:2])
    most = max(layer.numbers for layer in layers.layers.values())
    deepest = max(_level(layer, side) for layer in layers.layers.values() if layer.is_map)
    boxes: dict[str, tuple[float, float, float]] = {}
    for i, layer in enumerate(layers.layers.values()):
        if layer.is_map:
            level, tall = _level(layer, side), TALL * math.sqrt(max(layer.shape[:2]) / side)
        else:
            level, tall = deepest + 1, TALL * 0.7 * math.log(layer.numbers + 1) / math.log(most + 1)
        boxes[layer.name] = EDGE + i * (wide + GAP), TOP + LEVEL * level, max(LOW, tall)
    width = 2 * EDGE + len(boxes) * (wide + GAP) - GAP
    height = max(top + tall for _, top, tall in boxes.values()) + BOTTOM
    lines = "".join(_line(opened, boxes, wide, source, layer.name) for layer in layers.layers.values() for source in layer.inputs)
    buttons = "".join(
        _box(layer, boxes[layer.name], wide, layer.name == chosen, layer.name == layers.code) for layer in layers.layers.values()
    )
    picture = (
        f'<div class="inside-frame"><div class="inside-net" style="width:{width:.0f}px;height:{height:.0f}px">'
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" aria-hidden="true">{lines}{_sizes(opened, boxes, wide, height)}</svg>'
        f"{buttons}</div></div>"
    )
    present = {GLYPHS[layer.kind] for layer in layers.layers.values()}
    signs = " · ".join(both(sign) for name, sign in words.SIGNS.items() if GLYPHS[name] in present)
    notes = f'<p class="note">{signs}</p>'
    if _passes(opened):
        notes += f'<p class="note">{both(words.SKIPS)}</p>'
    return picture + notes + _table(opened)


def _level(layer: Layer, side: int) -> float:
    return math.log2(side / max(layer.shape[:2]))


def _box(layer: Layer, box: tuple[float, float, float], wide: float, chosen: bool, code: bool) -> str:
    left, top, tall = box
    name = fill(words.NAMED, name=Text(layer.name, layer.name), kind=kind(layer), shape=shape(layer))
    count = f"{layer.channels / 1000:.0f}k" if layer.channels > 9999 else str(layer.channels)
    style = f"left:{left:.0f}px;top:{top:.0f}px;width:{wide}px;height:{tall:.0f}px"
    return (
        f'<button type="button" class="inside-box {layer.kind}{" is-code" if code else ""}" style="{style}" data-key="{layer.name}" '
        f'{_pick(layer=layer.name)} aria-pressed="{"true" if chosen else "false"}">'
        f'<span class="unseen">{both(name)}</span><b aria-hidden="true">{GLYPHS[layer.kind]}</b>'
        f'<i aria-hidden="true">{count}</i></button>'
    )


def _line(opened: Opened, boxes: dict[str, tuple[float, float, float]], wide: float, source: str, target: str) -> str:
    (x1, y1, h1), (x2, y2, h2) = boxes[source], boxes[target]
    if not opened.layers.is_skip(source, target):
        return f'<path class="way" d="M{x1 + wide:.0f},{y1 + h1 / 2:.0f}L{x2:.0f},{y2 + h2 / 2:.0f}"/>'
    names = list(boxes)
    over = names.index(target) - names.index(source)
    lift = min(52.0, 12 + 3 * over**0.75)
    x1, x2, y1, y2 = x1 + wide / 2, x2 + wide / 2, y1 - 13, y2 - 13
    peak = max(4.0, min(y1, y2) - lift * 1.3)
    style = "skip far" if _far(opened, source, target) else "skip"
    return f'<path class="{style}" d="M{x1:.0f},{y1:.0f}C{x1:.0f},{peak:.0f} {x2:.0f},{peak:.0f} {x2:.0f},{y2:.0f}"/>'


def _far(opened: Opened, source: str, target: str) -> bool:
    """Whether a skip connection goes past the code."""
    layers = opened.layers
    return layers.encodes(source) and not layers.encodes(target) and target != layers.code


def _passes(opened: Opened) -> bool:
    """Whether anything goes past the code."""
    return any(_far(opened, source, layer.name) for layer in opened.layers.layers.values() for source in layer.inputs)


def _sizes(opened: Opened, boxes: dict[str, tuple[float, float, float]], wide: float, height: float) -> str:
    """Under the boxes the resolution, where it changes, and the three parts."""
    parts, runs = [], []
    for layer in opened.layers.layers.values():
        size = f"{layer.shape[1]}×{layer.shape[0]}" if layer.is_map else f"{layer.numbers:,}"
        if runs and runs[-1][0] == size:
            runs[-1][1].append(layer.name)
        else:
            runs.append((size, [layer.name]))
    for i, (size, names) in enumerate(runs):
        left, right = boxes[names[0]][0], boxes[names[-1]][0] + wide
        if right - left < 6.2 * len(size) and i % 2:  # where two would touch, every second one stands lower
            low = 10
        else:
            low = 0
        bottom = max(boxes[name][1] + boxes[name][2] for name in names)
        parts.append(f'<text class="size" x="{(left + right) / 2:.0f}" y="{bottom + 13 + low:.0f}" text-anchor="middle">{size}</text>')
    names, layers = list(boxes), opened.layers
    at = names.index(layers.code)
    spans = [
        ((words.ENCODER, words.ENCODER_PART), 0, at - 1, "start"),
        ((words.DECODER, words.DECODER_PART), at + 1, len(names) - 1, "end"),
    ]
    y = height - 20
    for (long, short_title), first, last, anchor in spans:
        left, right = boxes[names[first]][0], boxes[names[last]][0] + wide
        title = long if right - left >= SENTENCE else short_title  # it would run into the others
        parts.append(f'<path class="span" d="M{left:.0f},{y:.0f}H{right:.0f}"/>')
        x = left if anchor == "start" else right
        parts.append(f'<text class="part" x="{x:.0f}" y="{y + 14:.0f}" text-anchor="{anchor}">{both(title, "tspan")}</text>')
    left, _, _ = boxes[layers.code]
    parts.append(f'<path class="span code" d="M{left:.0f},{y:.0f}H{left + wide:.0f}"/>')
    parts.append(
        f'<text class="part code" x="{left + wide / 2:.0f}" y="{y + 14:.0f}" text-anchor="middle">{both(words.CODE_PART, "tspan")}</text>'
    )
    return "".join(parts)


def _table(opened: Opened) -> str:
    layers = opened.layers
    heads = "".join(f"<th>{both(title)}</th>" for title in (words.LAYER, words.KIND, words.SHAPE, words.PARAMETERS, words.REACH))
    rows = "".join(
        f"<tr{' class=code' if layer.name == layers.code else ''}><th>{layer.name}</th><td>{both(kind(layer))}</td><td>{both(shape(layer))}</td>"
        f"<td>{layer.parameters:,}</td><td>{both(reach(layer, layers.photo))}</td></tr>"
        for layer in layers.layers.values()
    )
    title = both(words.TABLE.format(count=len(layers.layers)))
    return (
        f'<details class="fold" id="inside-table"><summary id="inside-table-title">{title}</summary>'
        '<div class="inside-frame" tabindex="0" role="region" aria-labelledby="inside-table-title"><table>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


def _pick(**what) -> str:
    return f"data-pick='{html.escape(json.dumps(what), quote=True)}'"


# --- one layer --------------------------------------------------------------------------------------------------------


def maps(opened: Opened, viewed: Viewed, channel: int) -> str:
    """What a layer is, and its maps for the photo."""
    layer = viewed.layer
    facts = "".join(
        f"<div><dt>{both(title)}</dt><dd>{both(value)}</dd></div>"
        for title, value in (
            (words.SHAPE, shape(layer)),
            (words.PARAMETERS, f"{layer.parameters:,}"),
            (words.REACH, reach(layer, opened.layers.photo)),
        )
    )
    named = f'<h3 id="inside-layer"><code>{layer.name}</code> {both(kind(layer))}</h3><p class="note">{both(words.DOES[layer.kind])}</p>'
    shown = len(viewed.channels)
    alone = layer.is_map and layer.channels == 1
    whole, part = (
        (words.ONE_MAP if alone else words.ALL_MAPS, words.STRONGEST) if layer.is_map else (words.ALL_NUMBERS, words.STRONGEST_NUMBERS)
    )
    count = (whole if shown == layer.channels else part).format(count=f"{layer.channels:,}", shown=shown)
    tiles = "".join(_tile(viewed, i, channel) for i in range(shown))
    return f'{named}<dl class="inside-facts">{facts}</dl><p class="note">{both(count)}</p><div class="inside-maps">{tiles}</div>'


def _tile(viewed: Viewed, index: int, channel: int) -> str:
    at, (low, high) = viewed.channels[index], viewed.ranges[index]
    rows = -(-len(viewed.channels) // COLUMNS)
    row, column = divmod(index, COLUMNS)
    height, width = viewed.tile
    across = 100 * column / (COLUMNS - 1)
    down = 100 * row / (rows - 1) if rows > 1 else 0
    style = (
        f"background-image:url('{viewed.sheet}');background-size:{100 * COLUMNS}% {100 * rows}%;"
        f"background-position:{across:.4f}% {down:.4f}%;aspect-ratio:{width}/{height}"
    )
    if viewed.layer.is_map:
        name, caption = words.MAP_NAME.format(channel=at, low=short(low), high=short(high)), f"{short(low)} … {short(high)}"
    else:
        name, caption = words.NUMBER_NAME.format(channel=at, value=short(low)), short(low)
    return (
        f'<button type="button" data-key="map{at}" {_pick(channel=at)} aria-pressed="{"true" if at == channel else "false"}">'
        f'<span class="unseen">{both(name)}</span><span class="tile" style="{style}"></span>'
        f'<small aria-hidden="true"><b>{at}</b> {caption}</small></button>'
    )


# --- one number -------------------------------------------------------------------------------------------------------


def focus(opened: Opened, focus: Focus) -> str:
    """One map in large, the photo with the receptive field of the place, and the arithmetic of its number."""
    layer, (row, column), (rows, columns) = focus.viewed.layer, focus.cell, focus.size
    if layer.is_map:
        name = words.PLACE_MAP.format(channel=focus.channel, row=row, column=column)
        at = words.AT_MAP.format(channel=focus.channel, row=row, column=column)
    else:
        name, at = words.PLACE_VECTOR.format(index=focus.place[0]), words.AT_VECTOR.format(index=focus.place[0])
    dot = f"left:{100 * column / columns:.3f}%;top:{100 * row / rows:.3f}%;width:{100 / columns:.3f}%;height:{100 / rows:.3f}%"
    (top, bottom), (left, right) = focus.region
    width, height = opened.seen.size
    frame = f"left:{100 * left / width:.3f}%;top:{100 * top / height:.3f}%;width:{100 * (right - left + 1) / width:.3f}%;height:{100 * (bottom - top + 1) / height:.3f}%"
    field = words.REACH_PART.format(width=right - left + 1, height=bottom - top + 1)
    limit = f"--shape:{columns / rows:.4f}"
    return (
        f'<div class="inside-pair"><figure><button type="button" class="inside-large" data-key="place" data-rows="{rows}" '
        f'data-columns="{columns}" data-row="{row}" data-column="{column}" data-vector="{0 if layer.is_map else layer.numbers}" '
        f'data-channel="{focus.channel}" style="{limit}"><span class="unseen">{both(name)}</span>'
        f'<img src="{focus.picture}" alt=""><span class="dot" style="{dot}"></span></button>'
        f"<figcaption>{both(words.PLACE_HELP)}</figcaption></figure>"
        f'<figure><div class="inside-photo" style="--shape:{width / height:.4f}"><img src="{opened.pictures["given"]}" alt=""><span class="field" style="{frame}"></span></div>'
        f"<figcaption>{both(fill(words.PHOTO_FIELD, reach=field))}</figcaption></figure></div>"
        f'<div id="inside-arithmetic"><h3 id="inside-at" class="aloud">{both(at)} = <output>{number(focus.value)}</output></h3>{_arithmetic(focus)}</div>'
    )


def _arithmetic(focus: Focus) -> str:
    how, layer = focus.how, focus.viewed.layer
    if how is None:
        return f'<p class="note">{both(words.GIVEN)}</p>'
    parts = []
    if how.patch is not None:
        share = number(how.share, signed=True)
        explained = words.PATCH_DEPTHWISE_HELP if layer.kind == DEPTHWISE else words.PATCH_HELP
        parts.append(f'<p class="note">{both(explained.format(channel=how.channel))}</p>')
        parts.append(
            f'<div class="inside-product">{_grid(how.patch, words.PATCH)}<span>×</span>{_grid(how.kernel, words.KERNEL)}'
            f"<span>=</span><b>{share}</b></div>"
        )
        parts.append(f'<p class="note">{both(words.ALL_TERMS)}</p>')
    weighted = layer.kind in (CONVOLUTION, DEPTHWISE, TRANSPOSED, DENSE, NORMALISATION, SCALING)
    if weighted:
        rows = [_row(_where(focus, term), f"{number(term.value)} × {number(term.weight)}", term.product) for term in how.terms]
        if how.others:
            rows.append(_row(words.OTHERS.format(count=f"{how.others:,}"), "", how.rest))
        if how.bias:
            title = {NORMALISATION: words.SHIFT, SCALING: words.OFFSET}.get(layer.kind, words.BIAS)
            rows.append(_row(title, "", how.bias))
        rows.append(_row(words.TOTAL, "", how.total, "sum"))
        if how.activation != "linear":
            rows.append(_row(words.ACTIVATIONS[how.activation], "", how.result, "sum", signed=False))
    else:
        title = {POOLING: words.LARGEST, SUM: words.ADDED, PRODUCT: words.MULTIPLIED, COLOUR: words.ADDED}.get(layer.kind, words.COPIED)
        parts.append(f'<p class="note">{both(title)}</p>')
        rows = []
        for term in how.terms:
            place = _where(focus, term)
            if len(focus.viewed.sources) > 1:
                place = fill(words.OF_LAYER, place=place, layer=Text(*[focus.viewed.sources[term.source].name] * 2))
            written = "" if term.weight == 1 else f"{number(term.value)} × {number(term.weight)}"
            rows.append(_row(place, written, term.product))
    rows.append(_row(words.IN_MAP, "", focus.value, "last", signed=False))
    return f'{"".join(parts)}<div class="inside-scroll" tabindex="0" role="region" aria-labelledby="inside-at"><table><tbody>{"".join(rows)}</tbody></table></div>'


def _where(focus: Focus, term: Term) -> Text:
    source = focus.viewed.sources[term.source]
    if not source.is_map:
        return words.FROM_VECTOR.format(index=term.channel)
    if not all(0 <= i < side for i, side in zip(term.place, source.shape, strict=False)):
        return words.FROM_OUTSIDE.format(channel=term.channel)
    return words.FROM_MAP.format(channel=term.channel, row=term.place[0], column=term.place[1])


def _row(title: Text, written: str, value: float, style: str = "", signed: bool = True) -> str:
    return f'<tr class="{style}"><th>{both(title)}</th><td>{written}</td><td>{number(value, signed)}</td></tr>'


def _grid(values, title: Text) -> str:
    rows = "".join("<tr>" + "".join(f"<td>{short(v)}</td>" for v in row) + "</tr>" for row in values)
    return f"<table><caption>{both(title)}</caption><tbody>{rows}</tbody></table>"


# --- the code ---------------------------------------------------------------------------------------------------------


def code_size(opened: Opened) -> str:
    """How many numbers the code holds, beside those of the photo."""
    code, photo = opened.layers.layers[opened.layers.code].numbers, opened.layers.photo.numbers
    ratio = max(code, photo) / min(code, photo)
    times = f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.2g}"
    sentence = words.CODE_EQUAL if ratio < 1.05 else words.CODE_FEWER if code < photo else words.CODE_MORE
    parts = [sentence.format(code=f"{code:,}", photo=f"{photo:,}", times=times)]
    if _passes(opened):
        parts.append(words.CODE_SKIPS)
    return f'<p class="hint" id="inside-ratio">{both(parts[0])}</p>' + sentences(parts[1:])


def changed(opened: Opened, changed: Changed | None) -> str:
    """The result of the whole code beside that of the changed one."""
    pictures = [(words.GIVEN_PICTURE, opened.pictures["given"], opened.before)]
    pictures.append((words.BEFORE, opened.pictures["output"], opened.after))
    if changed is not None:
        pictures.append((words.AFTER, changed.picture, changed.psnr))
    if "truth" in opened.pictures:
        pictures.append((words.TRUTH, opened.pictures["truth"], None))
    row = "".join(_figure(title, url, decibels(psnr)) for title, url, psnr in pictures)
    parts = [f'<div class="inside-row">{row}</div>']
    if changed is not None:
        said = words.CHANGED.format(silent=changed.silent, channels=changed.channels, noise=f"{100 * changed.noise:.0f}")
        parts.append(f'<p class="note">{both(said)}</p>')
        if opened.after is not None:
            loss = opened.after - changed.psnr
            sentence = words.CHANGE_NONE if not abs(loss) >= 0.005 else words.CHANGE_LOSS if loss > 0 else words.CHANGE_GAIN
            parts.append(f'<p class="hint" id="inside-loss">{both(sentence.format(loss=f"{loss:.2f}", gain=f"{-loss:.2f}"))}</p>')
    if opened.seen.truth is None:
        parts.append(f'<p class="note">{both(words.NO_TRUTH)}</p>')
    return "".join(parts)


def _figure(title: Text | str, url: str, caption: str) -> str:
    return f'<figure><figcaption>{both(title)}<b>{caption}</b></figcaption><img src="{url}" alt=""></figure>'


def walk_help(opened: Opened | None, networks: Sequence[type]) -> str:
    """That there is a way only between codes that are lists of numbers, and which networks have one; empty where it can be walked."""
    if opened is None or opened.dense_code:
        return ""
    dense = [r.title for r in networks if r.preset.architecture.name in ("tutorial_deblur", "dense_autoencoder", "linear_autoencoder")]
    if not dense:
        return sentences([words.WALK_MAPS_ALONE])
    listed = Text(", ".join(t.en for t in dense), "、".join(t.zh for t in dense))
    return sentences([fill(words.WALK_MAPS, which=listed)])


def walk(walk: Walk | None) -> str:
    """The frames of a walk behind a slider that needs no server."""
    if walk is None:
        return ""
    width, height = walk.size
    panes = "".join(
        f'<figure><figcaption id="inside-film-{row}">{both(title)}</figcaption>'
        f'<span class="inside-film" data-row="{row}" role="img" aria-labelledby="inside-film-{row}" '
        f"style=\"background-image:url('{walk.sheet}');background-size:{100 * walk.frames}% 200%;aspect-ratio:{width}/{height}\"></span></figure>"
        for row, title in enumerate((words.WALK_CODES, words.WALK_PIXELS))
    )
    return (
        f'<div class="inside-row">{panes}</div><label class="inside-slider"><span class="title">{both(words.WALK_SLIDER)}</span>'
        f'<input type="range" min="0" max="{walk.frames - 1}" step="1" value="{walk.frames // 2}" data-walk="{walk.frames}"></label>'
    )


# --- wide and narrow --------------------------------------------------------------------------------------------------


def widths(found: Widths | None) -> str:
    """Networks with codes of different sizes on one picture: the results, what is lost, and what smaller codes would keep."""
    if found is None:
        return ""
    of = found.widths[0].of
    columns = []
    for width in found.widths:
        said = [words.WIDTHS_NUMBERS.format(numbers=width.numbers, times=_times(of / width.numbers))]
        if width.usual is not None:
            said.append(words.WIDTHS_USUAL.format(photos=f"{width.usual[1]:,}", psnr=f"{width.usual[0]:.1f}"))
        columns.append(
            f'<div><h3>{both(width.restorer.title)}</h3><div class="said">{sentences(said)}</div>'
            f"{_figure(words.WIDTHS_HERE, width.picture, decibels(width.psnr))}{_figure(words.WIDTHS_LOST, width.lost, '')}</div>"
        )
    whole = f'<div><h3>{both(words.WIDTHS_PICTURE.format(numbers=of))}</h3><div class="said"></div>{_figure("", found.picture, "")}</div>'
    lines = [
        Line([(n, psnr) for n, psnr in width.curve if math.isfinite(psnr)], style, width.restorer.title, True)
        for width, style in zip(found.widths, STYLES, strict=False)
    ]
    drawn = chart(lines, words.WIDTHS_KEPT, PSNR)
    curve = figure("inside-kept", words.WIDTHS_CURVE, drawn, lines, words.EMPTY)
    return (
        f'<div class="inside-widths">{whole}{"".join(columns)}</div>{sentences([words.WIDTHS_LESSON], "hint")}'
        f'<div class="charts">{curve}</div>{sentences([words.WIDTHS_CURVE_HELP])}'
    )


def _times(ratio: float) -> str:
    return f"{ratio:.0f}" if ratio >= 10 or ratio == round(ratio) else f"{ratio:.1f}"
