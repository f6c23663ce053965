import json

from restorers.text import Text
from restorers.ui import language
from restorers.ui.language import both, fill, joined, say, translations


def test_a_key_stands_for_one_sentence_in_both_languages():
    text = Text("It's {x} <b>, 100 %", "这是 {x} <b>，100%")
    key = say(text).key
    assert say(text).key == key
    assert say(Text("another", "另一个")).key != key
    assert "." not in key  # the browser takes a dot for a path
    spoken = translations().translations_dict
    assert spoken["en"][key] == text.en
    assert spoken["zh-CN"][key] == text.zh
    json.dumps(spoken)


def test_html_carries_both_languages_escaped():
    assert both(Text("<b>", "“&”")) == '<span class="in-en" lang="en">&lt;b&gt;</span><span class="in-zh" lang="zh-CN">“&amp;”</span>'
    assert both("12.3 dB") == "<span>12.3 dB</span>"


def test_fields_are_filled_with_words_of_the_same_language():
    what = joined([Text("a blur", "模糊"), Text("a mask", "遮挡")])
    assert fill(Text("It knows {what}.", "它知道{what}。"), what=what) == Text("It knows a blur and a mask.", "它知道模糊和遮挡。")
    assert joined([Text("a", "甲"), Text("b", "乙"), Text("c", "丙")]) == Text("a, b and c", "甲、乙和丙")
    assert joined([Text("a", "甲")]) == Text("a", "甲")


def test_the_pinned_gradio_lets_the_language_be_changed():
    assert language._locale_module().startswith("core-")
    assert language._locale_module() in language.switch_script()
