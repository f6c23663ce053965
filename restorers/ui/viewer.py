"""The picture viewer: panes in a row and a comparison, zoomed and moved together.

Two components, placed by the page where it likes; those that share a ``group`` name share zoom, place and strength::

    pictures = panes("pictures", group="restore")
    compared = comparison("compared", group="restore")
    run.click(handler, inputs, [pictures, compared], show_progress="hidden")

A handler returns whole values, built here: ``panes_value(three_panes(...), size=(w, h))`` and
``comparison_value(three_views(...), size=(w, h))``. What did not change in a value is not touched in the page; a new
picture is decoded before it takes the old one's place; zoom and place survive until the size changes. Always give
``show_progress="hidden"``: Gradio's own veil would cover the pictures, and ``busy`` says more.

The values are JSON. A text is ``{"en", "zh"}`` or one string for both languages, always shown as text, never as markup;
which language is the ``lang`` of ``<html>``, and the event ``restorers:language`` on ``document`` says that it changed::

    panes        {"width": int|null, "height": int|null, "strength": 0…1|null, "panes": [
                   {"id", "label", "caption", "hint", "url": str|null, "full": str|null,
                    "over": id|null, "stale": bool, "busy": {"fraction": 0…1, "text"}|null, "action"}, …]}
    comparison   {"width", "height", "strength", "views": [
                   {"id", "label", "hint", "legend", "before": {"label", "url", "full"}, "after": {"label", "url", "full"}},
                   {"id", "label", "hint", "legend", "url", "full"}, …]}
    legend       {"text", "low", "high", "colors": ["#rrggbb", …]}

``width`` and ``height`` are the photo's own, in pixels: 100 % shows one pixel of the photo on one CSS pixel, whatever the
size of the file behind ``url``. ``full`` is fetched only when the zoom goes beyond what ``url`` resolves. ``over`` names the
pane this one is blended over by ``strength``: out = strength · this + (1 − strength) · that. The same holds for ``after``
over ``before``. ``strength: null`` leaves the strength as it is.

Strength without the server: the page dispatches ``restorers:strength`` on ``window`` with ``{group, strength}``;
``slider.input(None, slider, None, js=strength_js("restore"))`` does it.

A pane with an ``action`` has a button of that name; pressing it is the event ``select``, with the pane's ``id`` in its data.

An address is used only if it begins with ``/`` (not ``//``), ``./``, ``pictures/``, ``blob:`` or ``data:image/png``, and
belongs to the page's own origin.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypedDict

import gradio as gr

from restorers.errors import RestorersError
from restorers.text import Text

WORDS: dict[str, Text] = {
    "pictures": Text(
        "Pictures. Keys: plus and minus zoom, arrows move, 0 shows the whole picture, 1 shows 100 %.",
        "图片。按键：加号与减号缩放，方向键移动，0 显示整张图片，1 按 100% 显示。",
    ),
    "choose": Text("Which picture to show", "选择要显示的图片"),
    "views": Text("Ways to compare", "对比方式"),
    "zoom": Text("Zoom", "缩放"),
    "zoom_in": Text("Zoom in", "放大"),
    "zoom_out": Text("Zoom out", "缩小"),
    "fit": Text("Fit", "适应"),
    "fit_help": Text("Fit: show the whole picture", "适应：显示整张图片"),
    "actual_help": Text("1:1: show at 100 %", "1:1：按 100% 显示"),
    "percent": Text("{percent} %", "{percent}%"),
    "tip": Text("Scroll to zoom, drag to move. All pictures follow.", "滚轮缩放，拖动移动，各图同步。"),
    "tip_touch": Text("Pinch to zoom", "双指缩放"),
    "slider": Text("Divider between before and after", "修复前与修复后的分隔线"),
    "slider_value": Text("{percent} % restored", "已修复部分占 {percent}%"),
    "captioned": Text("{label}, {caption}", "{label}，{caption}"),
    "action": Text("{action}: {label}", "{action}：{label}"),
    "broken": Text("This picture could not be shown.", "无法显示这张图片。"),
}

LABELS: dict[str, Text] = {
    "original": Text("Original", "原图"),
    "degraded": Text("Degraded", "退化图"),
    "restored": Text("Restored", "修复结果"),
    "given": Text("Your photo", "你的照片"),
    "before_after": Text("Before/after", "前后对比"),
    "error_map": Text("Error map", "误差图"),
    "invented": Text("What did it invent?", "它编造了什么？"),
}

HINTS: dict[str, Text] = {
    "original": Text("Choose a photo to begin", "请先选择一张照片"),
    "degraded": Text("The damaged photo appears here at once", "损坏后的照片会立刻显示在这里"),
    "given": Text("Choose a photo to begin", "请先选择一张照片"),
    "restored": Text("The result appears here after a run", "运行后，结果显示在这里"),
    "before_after": Text("Before and after meet here", "修复前后在此对比"),
    "error_map": Text("After a run: where the result is still wrong", "运行后显示：结果哪里仍有误差"),
    "no_truth": Text("The original is not known, so there is no error to show", "没有原图，无法计算误差"),
    "invented": Text("After a run: what the result claims beyond what was seen", "运行后显示：结果中有哪些内容并非来自所见"),
    "no_operator": Text(
        "How this photo was damaged is not known, so the result cannot be checked against it",
        "不知道照片是如何受损的，无法核对结果",
    ),
}


Words = dict[str, str] | str


class Legend(TypedDict):
    text: Words
    low: Words
    high: Words
    colors: list[str]


class Busy(TypedDict):
    fraction: float
    text: Words


class Pane(TypedDict):
    id: str
    label: Words
    caption: Words
    hint: Words
    url: str | None
    full: str | None
    over: str | None
    stale: bool
    busy: Busy | None
    action: Words


class Side(TypedDict):
    label: Words
    url: str | None
    full: str | None


class MapView(TypedDict):
    id: str
    label: Words
    hint: Words
    legend: Legend
    url: str | None
    full: str | None


class BeforeAfterView(TypedDict):
    id: str
    label: Words
    hint: Words
    legend: Legend
    before: Side
    after: Side


class PanesValue(TypedDict):
    width: int | None
    height: int | None
    strength: float | None
    panes: list[Pane]


class ComparisonValue(TypedDict):
    width: int | None
    height: int | None
    strength: float | None
    views: list[MapView | BeforeAfterView]


@dataclass(frozen=True)
class Shown:
    """One picture as the page serves it.

    Args:
        url: address of the picture at screen size; see the module for the addresses allowed.
        full: address of the picture at full size, fetched when the zoom needs it; None where ``url`` is full size already.
        caption: a few characters behind the label, e.g. ``"27.3 dB"``.

    Raises:
        RestorersError: an address that is not of this page.
    """

    url: str
    full: str | None = None
    caption: Text | str = ""

    def __post_init__(self) -> None:
        for address in (self.url, self.full):
            if address is not None and not re.match(r"/(?![/\\\s])|\./|pictures/|blob:|data:image/png[;,]", address):
                raise RestorersError(
                    "A picture's address must begin with /, ./, pictures/, blob: or data:image/png. "
                    f"Received: {address[:60]!r}. Serve the picture from this page."
                )


def legend(text: Text | str, low: Text | str = "", high: Text | str = "", colors: Sequence[str] = ()) -> Legend:
    """What a map's colours mean.

    Args:
        text: one sentence.
        low, high: what the two ends of the colour bar stand for, e.g. ``"0"`` and ``"≥ 0.2"``.
        colors: the bar from low to high as ``#rrggbb``; none for no bar, two or more otherwise.

    Raises:
        RestorersError: a colour of another form, or a single one.
    """
    wrong = [c for c in colors if not re.fullmatch(r"#[0-9a-fA-F]{6}", c)]
    if wrong or len(colors) == 1:
        raise RestorersError(f"A colour bar needs two or more colours written #rrggbb. Received: {list(colors)!r}.")
    return {"text": _words(text), "low": _words(low), "high": _words(high), "colors": list(colors)}


def busy(fraction: float, text: Text | str) -> Busy:
    """How far the work is: ``fraction`` in [0, 1] and one line of text, e.g. ``"Restoring… 40 %"``."""
    if not 0 <= fraction <= 1:
        raise RestorersError(f"Progress must lie between 0 and 1. Received: {fraction!r}.")
    return {"fraction": float(fraction), "text": _words(text)}


def pane(
    id: str,
    label: Text | str,
    shown: Shown | None = None,
    *,
    hint: Text | str = "",
    over: str | None = None,
    stale: bool = False,
    busy: Busy | None = None,
    action: Text | str = "",
) -> Pane:
    """One pane.

    Args:
        id: its name, unique in the row.
        label: the word on it.
        shown: its picture; None for an empty pane that shows ``hint``.
        over: id of the pane this picture is blended over by the strength.
        stale: True while the picture belongs to earlier settings: it is shown faded.
        busy: progress, drawn over whatever picture is there.
        action: what the button on it says; none for no button.
    """
    return {
        "id": id,
        "label": _words(label),
        "caption": _words(shown.caption if shown else ""),
        "hint": _words(hint),
        "url": shown.url if shown else None,
        "full": shown.full if shown else None,
        "over": over,
        "stale": stale,
        "busy": busy,
        "action": _words(action),
    }


def three_panes(
    original: Shown | None = None,
    degraded: Shown | None = None,
    restored: Shown | None = None,
    *,
    truth: bool = True,
    stale: bool = False,
    busy: Busy | None = None,
) -> list[Pane]:
    """The panes of the Restore tab: original, degraded, restored (blended over degraded).

    Args:
        original, degraded, restored: the pictures there are.
        truth: False where the photo was bad from the start: two panes, "Your photo" (``degraded``) and "Restored".
        stale, busy: of the restored pane.
    """
    seen = "degraded" if truth else "given"
    row = [pane("original", LABELS["original"], original, hint=HINTS["original"])] if truth else []
    row.append(pane("degraded", LABELS[seen], degraded, hint=HINTS[seen]))
    row.append(
        pane(
            "restored",
            LABELS["restored"],
            restored,
            hint=HINTS["restored"],
            over="degraded",
            stale=stale,
            busy=busy,
        )
    )
    return row


def before_after(
    label: Text | str,
    before: Shown | None,
    after: Shown | None,
    *,
    labels: tuple[Text | str, Text | str],
    id: str = "before_after",
    hint: Text | str = "",
    text: Text | str = "",
) -> BeforeAfterView:
    """Two pictures in one frame with a divider that slides; ``labels`` are the words on the left and on the right side."""
    sides = [
        {"label": _words(word), "url": s.url if s else None, "full": s.full if s else None}
        for word, s in zip(labels, (before, after), strict=True)
    ]
    return {"id": id, "label": _words(label), "hint": _words(hint), "legend": legend(text), "before": sides[0], "after": sides[1]}


def map_view(id: str, label: Text | str, shown: Shown | None, *, legend: Legend, hint: Text | str = "") -> MapView:
    """One picture with a legend under it; without a picture, ``hint`` says why."""
    return {
        "id": id,
        "label": _words(label),
        "hint": _words(hint),
        "legend": legend,
        "url": shown.url if shown else None,
        "full": shown.full if shown else None,
    }


def three_views(
    degraded: Shown | None = None,
    restored: Shown | None = None,
    error_map: Shown | None = None,
    invented: Shown | None = None,
    *,
    error_legend: Legend | None = None,
    invented_legend: Legend | None = None,
    truth: bool = True,
) -> list[MapView | BeforeAfterView]:
    """The views of the Restore tab: before/after, error map, what did it invent?

    Args:
        degraded, restored, error_map, invented: the pictures there are.
        error_legend, invented_legend: what the colours of the two maps mean.
        truth: False where the photo was bad from the start: the two maps then say why they are empty.
    """
    none = legend("")
    left = "degraded" if truth else "given"
    return [
        before_after(
            LABELS["before_after"],
            degraded,
            restored,
            labels=(LABELS[left], LABELS["restored"]),
            hint=HINTS["before_after"],
        ),
        map_view(
            "error_map",
            LABELS["error_map"],
            error_map,
            legend=error_legend or none,
            hint=HINTS["error_map" if truth else "no_truth"],
        ),
        map_view(
            "invented",
            LABELS["invented"],
            invented,
            legend=invented_legend or none,
            hint=HINTS["invented" if truth else "no_operator"],
        ),
    ]


def panes_value(panes: Sequence[Pane], *, size: tuple[int, int] | None = None, strength: float | None = None) -> PanesValue:
    """The value of a ``panes`` component.

    Args:
        panes: from ``three_panes`` or ``pane``; up to four stand in one row, more in rows of three.
        size: (width, height) of the photo in pixels; needed as soon as one pane has a picture.
        strength: 0…1, see the module; None leaves it as it is.

    Raises:
        RestorersError: pictures without a size, a strength out of range, or two panes of one id.
    """
    return {**_common(panes, any(p["url"] for p in panes), size, strength), "panes": list(panes)}


def comparison_value(
    views: Sequence[MapView | BeforeAfterView],
    *,
    size: tuple[int, int] | None = None,
    strength: float | None = None,
) -> ComparisonValue:
    """The value of a ``comparison`` component; arguments and errors as for ``panes_value``, ``views`` from ``three_views``,
    ``before_after`` or ``map_view``, one tab each.
    """
    pictures = any(v["before"]["url"] or v["after"]["url"] if "before" in v else v["url"] for v in views)
    return {**_common(views, pictures, size, strength), "views": list(views)}


def _common(parts: Sequence[Any], pictures: bool, size: tuple[int, int] | None, strength: float | None) -> dict[str, Any]:
    ids = [part["id"] for part in parts]
    if len(set(ids)) < len(ids):
        raise RestorersError(f"Each part needs an id of its own. Received: {ids!r}.")
    if size is None and pictures:
        raise RestorersError("The viewer needs the photo's size in pixels, as size=(width, height).")
    if size is not None and not (size[0] > 0 and size[1] > 0):
        raise RestorersError(f"The photo's size must be positive, (width, height). Received: {size!r}.")
    if strength is not None and not 0 <= strength <= 1:
        raise RestorersError(f"Strength must lie between 0 and 1. Received: {strength!r}.")
    width, height = (int(size[0]), int(size[1])) if size else (None, None)
    return {"width": width, "height": height, "strength": strength}


def _words(text: Text | str) -> Words:
    return text._asdict() if isinstance(text, Text) else text


def panes(elem_id: str, group: str, *, value: PanesValue | None = None, **options: Any) -> gr.HTML:
    """A row of panes; on a phone one pane with a switch between them.

    Args:
        elem_id: its id in the page.
        group: components of one group share zoom, place and strength.
        value: from ``panes_value``; three empty panes when None.
        options: passed to ``gr.HTML`` (``visible``, ``scale``, ``min_width`` …).
    """
    return _component("panes", elem_id, group, value or panes_value(three_panes()), options)


def comparison(elem_id: str, group: str, *, value: ComparisonValue | None = None, **options: Any) -> gr.HTML:
    """A before/after slider and maps, one tab each; arguments as for ``panes``."""
    return _component("comparison", elem_id, group, value or comparison_value(three_views()), options)


def strength_js(group: str, full: float = 1.0) -> str:
    """JavaScript for a slider's ``js=``: shows the strength at once, without the server.

    Args:
        group: whose pictures are blended.
        full: the slider's value for "restored only", e.g. 100 for a slider in percent.
    """
    detail = f"{{group: {json.dumps(group)}, strength: Number(value) / {float(full)!r}}}"
    return f"(value) => {{ window.dispatchEvent(new CustomEvent('restorers:strength', {{detail: {detail}}})); return []; }}"


@cache
def _asset(name: str) -> str:
    return Path(__file__).with_name("assets").joinpath(name).read_text(encoding="utf-8")


def _component(kind: Literal["panes", "comparison"], elem_id: str, group: str, value: Any, options: dict[str, Any]) -> gr.HTML:
    words = {name: _words(text) for name, text in WORDS.items()}
    return gr.HTML(
        value,
        # it must not depend on the value: Gradio would then rewrite the pictures with every update
        html_template='<div class="rv"></div>',
        css_template=_asset("viewer.css"),
        # constants rather than props: an update such as gr.HTML(visible=True) from a handler would reset those
        js_on_load=f"const KIND = {json.dumps(kind)}, GROUP = {json.dumps(group)}, WORDS = {json.dumps(words)};\n" + _asset("viewer.js"),
        apply_default_css=False,
        elem_id=elem_id,
        **options,
    )
