import math

import gradio as gr
import pytest

from restorers.ui.number_inputs import BoundedNumber, BoundedSlider, settle

TYPED = [(99999, 9), (-99999, 1), (4.2, 4.2), (9, 9), (None, 1), ("", 1), ("7", 1), (math.nan, 1), (math.inf, 1), ([], 1), (True, 1)]


@pytest.mark.parametrize(("typed", "used"), TYPED)
def test_what_is_typed_becomes_the_nearest_number_in_the_range(typed, used):
    assert BoundedSlider(1, 9, value=5).preprocess(typed) == used
    assert BoundedNumber(5, minimum=1, maximum=9).preprocess(typed) == used


def test_nothing_typed_is_nought_as_the_browser_shows_it():
    assert BoundedSlider(-50, 50, value=10).preprocess(None) == 0


@pytest.mark.parametrize(("typed", "used"), [(2.4, 2), (2.5, 3), (3.5, 4), (9.9, 9)])
def test_a_whole_number_stays_whole(typed, used):
    for component in (BoundedSlider(1, 9, value=5, precision=0), BoundedNumber(5, minimum=1, maximum=9, precision=0)):
        number = component.preprocess(typed)
        assert number == used
        assert isinstance(number, int)


def test_they_are_gradios_own_components_in_the_browser():
    for component, name in ((BoundedSlider(0, 1, value=0), "slider"), (BoundedNumber(0, minimum=0, maximum=1), "number")):
        assert component.get_block_name() == name
        assert {"minimum", "maximum", "value", "label"} <= set(component.get_config())


def test_settling_asks_no_server():
    with gr.Blocks() as demo:
        settle(BoundedSlider(0, 9, value=0, precision=0))
        settle(BoundedNumber(0, minimum=0, maximum=9))
    assert [bool(d["backend_fn"]) for d in demo.get_config_file()["dependencies"]] == [False, False]
