"""The whole page as Gradio serves it, without a browser."""

import json
import re
import subprocess
import sys
from pathlib import Path

import gradio as gr
import pytest

from restorers.ui.api import Endpoints
from restorers.ui.page import build_demo, launch_options

ROOT = Path(__file__).parents[2]
SPOKEN = ("label", "info", "placeholder", "value", "html_template")
LAYOUT = {"timer", "row", "column", "group", "form", "tabs", "accordion", "tabitem"}


@pytest.fixture(scope="module")
def demo():
    return build_demo()


@pytest.fixture(scope="module")
def components(demo):
    """What a visitor can see; what programs alone are told of is in English."""
    found = json.loads(json.dumps(demo.get_config_file()["components"], default=lambda value: value.to_dict()))
    programs = set(Endpoints.component_ids(demo))
    return [c for c in found if c["id"] not in programs]


def test_every_word_of_every_component_is_in_both_languages(demo, components):
    translations = launch_options(demo)["i18n"].translations_dict
    assert set(translations) == {"en", "zh-CN"}
    checked = 0
    for component in components:
        for name in SPOKEN:
            value = component["props"].get(name)
            if isinstance(value, dict) and value.get("__type__") == "translation_metadata":
                assert translations["en"][value["key"]]
                assert re.search("[\u4e00-\u9fff]", translations["zh-CN"][value["key"]])
                checked += 1
            elif isinstance(value, str) and component["type"] == "html":
                english = re.findall(r'class="in-en"', value)
                chinese = re.findall(r'class="in-zh"', value)
                assert len(english) == len(chinese)
                bare = re.sub(r"<(\w+) class=\"in-(en|zh)\".*?</\1>|<button[^>]*lang=.*?</button>|<[^>]+>|\$\{value\}", "", value)
                assert not re.search(r"[A-Za-z]{4,}", bare) or name == "value", (component["props"].get("elem_id"), bare)
            elif isinstance(value, str) and name in ("label", "info", "placeholder"):
                pytest.fail(f"{component['props'].get('elem_id')}: {name} is in one language only: {value!r}")
    assert checked > 100


def test_every_component_has_an_id_of_its_own(components):
    ids = [c["props"].get("elem_id") for c in components if c["type"] not in LAYOUT]
    assert None not in ids
    assert len(set(ids)) == len(ids)


def test_programs_are_offered_the_endpoints_and_no_event_of_the_page(demo):
    shown = [d for d in demo.get_config_file()["dependencies"] if d["api_visibility"] == "public"]
    assert {d["api_name"] for d in shown} == {"degrade", "restore", "compare"}
    assert not any(block.visible for number, block in demo.blocks.items() if number in Endpoints.component_ids(demo))


def test_the_page_is_served_safely_and_without_other_hosts(demo):
    options = launch_options(demo)
    assert options["run_history"] is False
    assert options["show_error"] is False
    assert options["strict_cors"] is True
    assert options["ssr_mode"] is False
    assert options["enable_monitoring"] is False
    assert options["state_session_capacity"] <= 200
    assert demo.analytics_enabled is False
    assert demo.delete_cache == (300, 3600)
    for allowed in options["allowed_paths"]:
        assert not ROOT.is_relative_to(allowed)
    assert not re.search(r"https?://", options["head"])
    assert not any(isinstance(font, gr.themes.GoogleFont) for font in options["theme"]._font)


def test_no_path_of_the_server_is_in_the_page(demo):
    config = json.dumps(demo.get_config_file(), default=lambda value: value.to_dict())
    assert str(ROOT) not in config
    assert str(Path.home()) not in config


def test_the_page_is_built_without_tensorflow():
    code = "import sys; from restorers.ui.page import build_demo; build_demo(); print([m for m in ('tensorflow', 'keras') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_the_entry_is_short():
    assert len((ROOT / "app.py").read_text().splitlines()) <= 30
