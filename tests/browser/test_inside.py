"""The Inside tab in a real browser, on the smallest networks."""

from itertools import pairwise

import pytest

from restorers.presets import PRESETS

LONG = 120_000  # milliseconds; only a broken page takes as long
START = "/?photo=digit&with=gaussian_noise,sigma=25&using=tutorial-digits-dense"

pytestmark = pytest.mark.skipif("tutorial-digits-dense" not in PRESETS.names(), reason="the network for digits is not here")


def opened(page, address=START):
    page.goto(address)
    page.wait_for_selector("#restore-gain", timeout=LONG)
    page.click("[role=tab]:has-text('Inside')")
    page.wait_for_selector("#inside-arithmetic", timeout=LONG)
    return page


def layer(page, name):
    page.click(f"#inside-drawing [data-key='{name}']")
    page.wait_for_function("(name) => document.querySelector('#inside-layer code').innerText === name", arg=name, timeout=LONG)


def number(page) -> float:
    return float(page.inner_text("#inside-arithmetic output").replace("−", "-"))


def test_from_the_drawing_to_one_number_and_to_a_changed_code(desktop):
    page = opened(desktop)
    assert page.input_value("#inside-network select") == "tutorial-digits-dense"
    assert page.locator("#inside-drawing .inside-box").count() == 7
    parts = sorted((box["x"], box["x"] + box["width"]) for box in (part.bounding_box() for part in page.locator(".inside-net .part").all()))
    assert all(end < start for (_, end), (start, _) in pairwise(parts)), "the words under the drawing overlap"
    assert "32 numbers instead of 784: 24 times fewer" in page.inner_text("#inside-ratio")

    layer(page, "code")
    assert page.locator("#inside-maps [data-pick]").count() == 32
    total = page.locator("#inside-arithmetic tr.last td").last.inner_text()
    assert float(total.replace("−", "-")) == number(page)

    layer(page, "restored")
    large = page.locator("#inside-focus .inside-large")
    box = large.bounding_box()
    large.click(position={"x": box["width"] * 10.5 / 28, "y": box["height"] * 14.5 / 28})
    page.wait_for_function("document.querySelector('#inside-arithmetic h3').innerText.includes('row 14, column 10')", timeout=LONG)
    large.press("ArrowRight")
    page.wait_for_function("document.querySelector('#inside-arithmetic h3').innerText.includes('row 14, column 11')", timeout=LONG)
    page.wait_for_function("document.activeElement.classList.contains('inside-large')", timeout=LONG)

    field = page.locator("#inside-silent [data-testid=number-input]")
    field.fill("100")
    field.blur()
    page.wait_for_selector("#inside-loss", timeout=LONG)
    assert "32 of 32 channels are silent" in page.inner_text("#inside-changed")
    drawn = "[...document.querySelectorAll('#inside-changed img, #inside-focus img')].every((i) => i.complete && i.naturalWidth > 20)"
    page.wait_for_function(drawn, timeout=LONG)


def test_no_press_of_an_arrow_is_lost_on_a_slow_connection(desktop):
    page = opened(desktop)
    layer(page, "restored")
    large = page.locator("#inside-focus .inside-large")
    box = large.bounding_box()
    large.click(position={"x": box["width"] * 10.5 / 28, "y": box["height"] * 14.5 / 28})
    page.wait_for_function("document.querySelector('#inside-arithmetic h3').innerText.includes('row 14, column 10')", timeout=LONG)
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", {"offline": False, "latency": 500, "downloadThroughput": -1, "uploadThroughput": -1})
    large.focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(250)
    page.wait_for_function("document.querySelector('#inside-arithmetic h3').innerText.includes('row 14, column 16')", timeout=20_000)


def test_a_walk_follows_its_slider_without_the_server(desktop):
    page = opened(desktop)
    page.click("#inside-start-walk")
    slider = page.locator("#inside-walked input")
    slider.wait_for(timeout=LONG)
    place = "getComputedStyle(document.querySelector('.inside-film')).backgroundPosition"
    before = page.evaluate(place)
    slider.focus()
    slider.press("End")
    assert page.evaluate(place) != before and page.evaluate(place).startswith("100%")
    assert slider.get_attribute("aria-valuetext") == "100 %"
    page.evaluate("document.documentElement.lang = 'zh-CN'")
    page.wait_for_function("document.querySelector('#inside-walked input').getAttribute('aria-valuetext') === '100%'")


def test_everything_is_reached_by_keyboard_and_fits_a_phone(phone):
    page = opened(phone)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = page.locator("#inside-drawing [data-key='decoder_dense']")
    box.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#inside-layer code').innerText === 'decoder_dense'", timeout=LONG)
    assert box.get_attribute("aria-pressed") == "true"
    assert page.evaluate("document.activeElement.dataset.key") == "decoder_dense"
    named = "[...document.querySelectorAll('#inside button')].filter((b) => b.offsetParent && !b.innerText.trim() && !b.ariaLabel).length"
    assert page.evaluate(named) == 0


def test_another_network_is_opened(desktop):
    page = opened(desktop)
    page.select_option("#inside-network select", "tutorial-digits")
    page.wait_for_function("document.querySelectorAll('#inside-drawing .inside-box').length === 14", timeout=LONG)
    assert "128 numbers instead of 784" in page.inner_text("#inside-ratio")
    assert page.is_hidden("#inside-start-walk")
    page.click("#inside-start-widths")
    page.wait_for_selector("#inside-widths .inside-widths", timeout=LONG)
    assert page.locator("#inside-widths .inside-widths h3").count() >= 2
