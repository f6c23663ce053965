"""The Models tab in a real browser, with a small hub of our own."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError

from tests.browser.conftest import serving
from tests.hub_server import Fault, HubServer

LONG = 240_000  # milliseconds; only a broken page takes as long
WEIGHTS = Path(__file__).parents[2] / "weights"
DONE = "#models-found :is(.notice, .problem)"


@pytest.fixture(scope="module")
def hub():
    with HubServer() as hub:
        files = {path.name: path.read_bytes() for path in (WEIGHTS / "tutorial-enhance").iterdir()}
        hub.add("ann/good", files | {"README.md": b"# Good\n\n<script>alert(1)</script> ![x](https://elsewhere.example/x.png)\n"})
        hub.add("ann/gated", files, gated=True)
        hub.add("ann/wrong", {f"wrong.{name}" if name.endswith(".safetensors") else name: files[name] for name in files})
        hub.add("ann/slow", {f"slow.{name}" if name.endswith(".safetensors") else name: files[name] for name in files})
        (size,) = (len(content) for name, content in files.items() if name.endswith(".safetensors"))
        hub.faults["wrong.model.safetensors"] = Fault(content=bytes(size))
        # not a stall: taken up again three times, it would soon be complete
        hub.faults["slow.model.safetensors"] = Fault(after=1_000_000, pause=6)
        yield hub


@pytest.fixture(scope="module")
def server(hub, tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    with serving(folder, HF_ENDPOINT=hub.url, HF_HUB_DISABLE_XET="1", RESTORERS_CACHE=str(folder / "cache")) as address:
        yield address


def opened(page, query="", language="en"):
    page.set_default_timeout(LONG)
    page.goto(f"/?lang={language}&tab=models{query}")
    page.wait_for_selector(":is(#models-room article, #models-title)")
    return page


def ask(page, name):
    """Look ``name`` up; what the page says."""
    field = "#models-id :is(input, textarea)"
    page.fill(field, name)
    try:
        page.wait_for_selector(DONE, state="detached", timeout=10_000)
    except TimeoutError:  # seen once under load: typed while the last answer was still ending, it stood again
        page.fill(field, "")
        page.fill(field, name)
        page.wait_for_selector(DONE, state="detached")
    page.press(field, "Enter")
    page.wait_for_selector(DONE)
    return page.inner_text("#models-found")


def fetch(page):
    """Fetch what was looked up; what the page says."""
    page.wait_for_selector("#models-fetch", state="visible")
    page.click("#models-fetch")
    page.wait_for_function("!document.querySelector('#models-found').innerText.includes('Nothing has been fetched')")
    page.wait_for_selector(DONE)
    return page.inner_text("#models-found")


def test_a_model_is_looked_up_fetched_used_and_taken_away(desktop, hub):
    page, commit = opened(desktop), hub.repos["ann/good"].branches["main"]
    assert f"3.2 MB at commit {commit[:12]}" in ask(page, "ann/good")
    assert "stands among the methods" in fetch(page)
    card = page.locator("#models-room article").first
    assert "Enhance faces (tutorial 3) · ann/good" in card.inner_text() and commit in card.inner_text()

    card.locator("[data-do=open]").click()
    page.wait_for_function("document.activeElement.id === 'models-title'")
    page.wait_for_function(f"location.search.includes('model=ann/good@{commit}')")
    assert "<script>alert(1)</script>" in page.inner_text("#models-foreign pre") and not page.locator("#models-foreign img").count()

    page.click("#models-head [data-do=use]")
    page.wait_for_selector("#restore-restorer select", state="visible")
    page.wait_for_function(f"document.querySelector('#restore-restorer select').value === 'ann/good@{commit}'")
    assert page.input_value("#restore-damage select") == "downscale"
    page.wait_for_selector("#restore-gain")
    assert f"--using ann/good@{commit}" in page.input_value("#restore-command")

    page.click("#tab-models-button")
    page.wait_for_selector("#models-head [data-do=remove]", state="visible")
    page.click("#models-head [data-do=remove]")
    page.wait_for_selector("#models-room article", state="visible")
    assert "ann/good" not in page.inner_text("#models-room")
    page.wait_for_function("!location.search.includes('model=')")


def test_what_cannot_be_added_ends_in_a_sentence(desktop, hub):
    page = opened(desktop)
    assert "is named user/name" in ask(page, "good")
    assert "no such repository" in ask(page, "ann/nothing")
    ask(page, "ann/gated")
    assert "is gated" in fetch(page)
    ask(page, "ann/wrong")
    assert "arrived damaged" in fetch(page)
    assert "Added by you" not in page.inner_text("#models-room")


def test_a_slow_download_shows_its_bytes_and_stops(desktop):
    page = opened(desktop)
    ask(page, "ann/slow")
    page.click("#models-fetch")
    page.wait_for_function(r"/Fetching: 1\.\d MB of 3\.2 MB/.test(document.querySelector('#models-found').innerText)")
    page.click("#models-stop")
    page.wait_for_function("document.querySelector('#models-found').innerText.includes('Stopped')")
    assert page.is_visible("#models-fetch") and not page.is_visible("#models-stop")


def test_a_link_opens_a_card_with_its_pictures_by_keyboard_too(desktop):
    page = opened(desktop, "&model=denoise")
    page.wait_for_function("[...document.querySelectorAll('#models-text img')].filter((i) => i.naturalWidth > 100).length === 2")
    page.focus("#models-head [data-do=all]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#models-room article", state="visible")
    page.focus("#models-room [data-do=open][data-model=tutorial-denoise]")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'models-title' && location.search.includes('model=tutorial-denoise')")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.dataset.model === 'tutorial-denoise'")


def test_a_link_to_nothing_is_told_and_one_to_the_hub_waits_for_consent(desktop, hub):
    page = opened(desktop, "&model=nothing")
    page.wait_for_selector("#models-banner .notice")
    assert "no model called “nothing”" in page.inner_text("#models-banner")
    before = len(hub.asked)
    page = opened(desktop, "&model=ann/good")
    page.wait_for_selector("#models-banner .notice")
    assert page.input_value("#models-id :is(input, textarea)") == "ann/good" and len(hub.asked) == before


def test_it_fits_a_phone_and_speaks_chinese(phone):
    page = opened(phone, language="zh")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert "训练内容" in page.inner_text("#models-room") and "下载预设" in page.inner_text("#models-elsewhere")
    page.click("[data-go='#models-add']")
    page.wait_for_function("document.querySelector('#models-ask').getBoundingClientRect().bottom <= innerHeight")
    page.click("#models-room [data-do=open] >> nth=1")
    page.wait_for_selector("#models-text h3")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert re.search("[\u4e00-\u9fff]", page.inner_text("#models-title"))
