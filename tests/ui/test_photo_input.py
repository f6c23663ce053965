import gradio as gr
import pytest
from gradio.data_classes import ImageData

from restorers.ui.photo_input import GivenPhoto, PhotoInput


def test_a_file_has_the_visitors_name_and_no_path_of_it():
    for name, kept in (("my cat.jpg", "my cat.jpg"), ("a/b\n.png", "b.png"), ("x" * 500 + ".png", "x" * 116 + ".png"), (None, "u.png")):
        assert PhotoInput.given({"path": "/tmp/gradio/0123/u.png", "orig_name": name}) == GivenPhoto("/tmp/gradio/0123/u.png", kept)


def test_what_is_preprocessed_and_what_is_not_are_the_same_photo():
    data = ImageData(path="/tmp/u.png", orig_name="cat.png")
    given = PhotoInput(gate=lambda path: None, type="filepath").preprocess(data)
    assert given == PhotoInput.given(data.model_dump()) == PhotoInput.given(given)
    for nothing in (None, {}, {"path": None}):
        assert PhotoInput.given(nothing) is None


def test_the_gate_refuses_in_both_languages(tmp_path):
    from restorers.photo import read_photo

    bad = tmp_path / "bad.png"
    bad.write_bytes(b"<b>no photo</b>")
    with pytest.raises(gr.Error) as refused:
        PhotoInput(gate=read_photo, type="filepath").preprocess(ImageData(path=str(bad)))
    assert "in-en" in refused.value.message
    assert "in-zh" in refused.value.message
