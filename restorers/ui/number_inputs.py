"""Numbers as the visitor types them: Gradio's own components end in a server error where a browser sends what is out of range."""

from __future__ import annotations

import math
from typing import Any

import gradio as gr


def _bounded(component: gr.Slider | gr.Number, payload: Any) -> float:
    number = isinstance(payload, (int, float)) and not isinstance(payload, bool) and math.isfinite(payload)
    nearest = min(max(payload if number else 0, component.minimum), component.maximum)
    return math.floor(nearest + 0.5) if component.precision == 0 else nearest


def settle(component: BoundedSlider | BoundedNumber) -> None:
    """Let the field show the value that is used, as soon as it is left. Call it inside of the ``gr.Blocks``."""
    events = [component.release] if isinstance(component, gr.Slider) else [component.blur, component.submit]
    rounded = "Math.floor(near + 0.5)" if component.precision == 0 else "near"
    near = f"Math.min(Math.max(Number(value) || 0, {component.minimum}), {component.maximum})"
    gr.on(events, None, component, component, js=f"(value) => {{ const near = {near}; return {rounded}; }}", api_visibility="private")


class BoundedSlider(gr.Slider):
    """A slider whose value is the nearest in its range to what was typed, a whole number where ``precision`` is 0; nothing is 0."""

    is_template = True

    def get_config(self) -> dict[str, Any]:
        return super().get_config(gr.Slider)

    def preprocess(self, payload: Any) -> float:
        return _bounded(self, payload)


class BoundedNumber(gr.Number):
    """A number field like ``BoundedSlider``; needs ``minimum`` and ``maximum``."""

    is_template = True

    def get_config(self) -> dict[str, Any]:
        return super().get_config(gr.Number)

    def preprocess(self, payload: Any) -> float:
        return _bounded(self, payload)
