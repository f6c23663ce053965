"""From declared parameters to Gradio components, and those that Gradio lacks: a grouped select, chips, a part of the address."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components.base import Component

from restorers.params import Parameter
from restorers.text import Text
from restorers.ui.language import both, say
from restorers.ui.number_inputs import BoundedSlider

MORE = Text("More settings", "更多设置")
NOTHING_PAINTED = {"picture": None, "of": None, "mask": None}


@cache
def asset(name: str) -> str:
    """The text of a file in ``assets/``."""
    return (Path(__file__).parent / "assets" / name).read_text(encoding="utf-8")


def labelled(parameter: Parameter) -> Text:
    """The parameter's label with its unit."""
    label, unit = parameter.label, parameter.unit
    return Text(f"{label.en} ({unit})", f"{label.zh}（{unit}）") if unit else label


def control(parameter: Parameter, elem_id: str) -> Component:
    """The Gradio component for ``parameter``: slider, checkbox or dropdown."""
    common: dict[str, Any] = {
        "label": say(labelled(parameter)),
        "info": say(parameter.help),
        "value": parameter.default,
        "elem_id": elem_id,
    }
    if parameter.kind in ("float", "int"):
        whole = 0 if parameter.kind == "int" else None
        return BoundedSlider(parameter.low, parameter.high, step=parameter.step, precision=whole, buttons=["reset"], **common)
    if parameter.kind == "bool":
        return gr.Checkbox(**common)
    if parameter.kind == "choice":
        return gr.Dropdown([(say(label), value) for value, label in parameter.choices.items()], filterable=False, **common)
    raise TypeError(f"no component shows a parameter of kind {parameter.kind!r}")


@dataclass(frozen=True)
class Panel:
    """The controls of one plug-in: the group that is shown or hidden, and its components by parameter name."""

    group: gr.Group
    components: dict[str, Component]


def panel(parameters: Iterable[Parameter], elem_id: str, visible: bool, shown: int = 1) -> Panel:
    """A group of controls; all but the first ``shown`` of them are folded away. A mask has no control here: it is painted."""
    ordinary = [p for p in parameters if p.kind != "mask"]
    components: dict[str, Component] = {}
    with gr.Group(visible=visible, elem_id=elem_id, elem_classes="panel") as group:
        for p in ordinary[:shown]:
            components[p.name] = control(p, f"{elem_id}-{p.name}")
        if ordinary[shown:]:
            with gr.Accordion(say(MORE), open=False, elem_id=f"{elem_id}-more", elem_classes="more"):
                for p in ordinary[shown:]:
                    components[p.name] = control(p, f"{elem_id}-{p.name}")
    return Panel(group, components)


def settings_of(panel_: Panel, values: Mapping[Component, Any]) -> dict[str, Any]:
    """The values of a panel by parameter name, out of the values of an event whose inputs are a set, preprocessed or not."""
    given = {name: component for name, component in panel_.components.items() if component in values}
    return {name: c.preprocess(values[c]) if isinstance(c, BoundedSlider) else values[c] for name, c in given.items()}


def options(entries: Iterable[tuple[str, Text, Text]], disabled: bool = False) -> list[dict[str, Any]]:
    """What ``select`` offers: (value, title, group); entries of one group in a row stand under its title."""
    return [{"value": v, "en": t.en, "zh": t.zh, "group_en": g.en, "group_zh": g.zh, "disabled": disabled} for v, t, g in entries]


def select(value: str, options: list[dict[str, Any]], *, title: Text, elem_id: str) -> gr.HTML:
    """A native select, with groups: the keyboard and a phone know it already. Its value is the value of the chosen option.

    Event ``input``: the visitor has chosen. ``gr.update(options=…)`` changes what is offered;
    with ``asked``, the value that a new value answers to, it leaves what the visitor has chosen since. The value comes from outside: check it.
    """
    return gr.HTML(
        value,
        html_template=f'<label class="select"><span class="title">{both(title)}</span><select></select></label>',
        js_on_load=asset("select.js"),
        apply_default_css=False,
        elem_id=elem_id,
        options=options,
        asked=None,
    )


def chips(*, elem_id: str, clear: Text, remove: Text) -> gr.HTML:
    """A list of removable chips. Its value is a list of objects, each with ``en`` and ``zh``; the rest of them is the caller's.

    Event ``input``: the visitor has removed one, or all. The value comes from outside: check it.
    """
    return gr.HTML(
        [],
        html_template='<ol class="chips"></ol>',
        js_on_load=asset("chips.js"),
        apply_default_css=False,
        elem_id=elem_id,
        words={"clear": clear._asdict(), "remove": remove._asdict()},
    )


def painter(*, elem_id: str, brush: Text, undo: Text, clear: Text) -> gr.HTML:
    """A photo to paint on. Its value is ``{"picture": address, "of": id of the photo, "mask": PNG as a data address, white on black}``.

    Strokes belong to the photo of that id; ``NOTHING_PAINTED`` takes away those of all photos. Event ``input``: the strokes have changed. The value comes from outside: check it.
    Gradio's ``ImageEditor`` needs WebGL (seconds of standstill without a GPU) and uploads three pictures a stroke.
    """
    return gr.HTML(
        NOTHING_PAINTED,
        html_template='<div class="painter"><div class="painter-photo"><img alt=""><canvas></canvas></div><div class="painter-tools">'
        f'<label><span class="title">{both(brush)}</span><input type="range" min="1" max="20" value="6"></label>'
        f'<button type="button" data-undo>{both(undo)}</button><button type="button" data-clear>{both(clear)}</button></div></div>',
        js_on_load=asset("painter.js"),
        apply_default_css=False,
        elem_id=elem_id,
    )


def address_part(owned: Mapping[str, Sequence[str]], elem_id: str) -> gr.HTML:
    """What the address of the page says of one tab; shows nothing. Its value holds, by what is set together, parameters as text.

    Args:
        owned: the names of the parameters that belong together; setting some of them removes the others from the address.
    """
    return gr.HTML(
        None,
        html_template="<span hidden></span>",
        js_on_load=f"const OWNED = {json.dumps(owned)};\n{asset('address_part.js')}",
        apply_default_css=False,
        elem_id=elem_id,
    )
