import gradio as gr
import pytest

from restorers.classical import CLASSICAL
from restorers.degradations import DEGRADATIONS
from restorers.params import param
from restorers.text import Text
from restorers.ui.controls import control, labelled, options, panel, settings_of

PLUGINS = [*DEGRADATIONS, *CLASSICAL]


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda p: p.name)
def test_what_a_panel_shows_at_first_is_what_the_plugin_does_by_default(plugin):
    with gr.Blocks():
        made = panel(plugin.parameters(), "x", visible=True)
    values = {component: component.value for component in made.components.values()}
    assert plugin.from_settings(settings_of(made, values)) == plugin()
    for p in plugin.parameters():
        if p.kind in ("float", "int"):
            slider = made.components[p.name]
            assert (slider.minimum, slider.maximum, slider.step) == (p.low, p.high, p.step)
            plugin.from_settings({p.name: slider.minimum})
            plugin.from_settings({p.name: slider.maximum})


def test_every_kind_has_its_component_and_a_mask_has_none():
    words = {"label": Text("l", "标"), "help": Text("h", "助")}
    declared = {
        gr.Slider: param(3, low=1, high=9, step=2, **words),
        gr.Checkbox: param(True, **words),
        gr.Dropdown: param("a", choices={"a": Text("A", "甲"), "b": Text("B", "乙")}, **words),
    }
    for kind, declaration in declared.items():
        assert isinstance(control(declaration.metadata["parameter"], "x"), kind)
    with pytest.raises(TypeError, match="mask"):
        control(param(None, kind="mask", **words).metadata["parameter"], "x")


def test_a_unit_stands_in_the_brackets_of_its_language():
    width, count = (param(3, low=1, high=9, step=1, unit=unit, label=Text("Width", "宽度"), help=Text("h", "助")) for unit in ("px", ""))
    assert labelled(width.metadata["parameter"]) == Text("Width (px)", "宽度（px）")
    assert labelled(count.metadata["parameter"]) == Text("Width", "宽度")


def test_all_but_the_first_parameter_are_folded_away():
    with gr.Blocks():
        made = panel(DEGRADATIONS.get("gaussian_noise").parameters(), "x", visible=True)
    assert list(made.components) == ["sigma", "mean", "wrap", "clip"]
    folded = [c for c in made.group.children if isinstance(c, gr.Accordion)]
    assert len(folded) == 1
    inside = {component for form in folded[0].children for component in form.children}
    assert inside == {made.components[name] for name in ("mean", "wrap", "clip")}


def test_options_carry_their_groups_in_both_languages():
    (entry,) = options([("jpeg", Text("JPEG", "JPEG 压缩"), Text("Coding", "编码"))], disabled=True)
    assert entry == {"value": "jpeg", "en": "JPEG", "zh": "JPEG 压缩", "group_en": "Coding", "group_zh": "编码", "disabled": True}
