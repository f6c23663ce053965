"""How the Restore tab looks in a real browser: nothing cut off, nothing covered."""

import cv2
import numpy as np
import pytest

from tests.browser.restoring import QUICK, fresh_gain, opened


def degraded_or_none(page):
    return page.evaluate("[...document.querySelectorAll('#restore-panes img')].map((i) => i.src).join()")


def test_a_phone_shows_the_result_under_the_button_without_scrolling_sideways(phone):
    opened(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    top = "(id) => document.querySelector(id).getBoundingClientRect().top + scrollY"
    assert phone.evaluate(top, "#restore-controls") < phone.evaluate(top, "#restore-results")
    before = degraded_or_none(phone)
    phone.select_option("#restore-damage select", "salt_and_pepper")
    assert fresh_gain(phone) > 1
    assert degraded_or_none(phone) != before
    for dark in ("", "&__theme=dark"):
        opened(phone, QUICK + dark)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_no_choice_is_cut_off(desktop):
    cut = """() => [...document.querySelectorAll("#restore .select select")].flatMap((select) => {
      const style = getComputedStyle(select);
      const pen = document.createElement("canvas").getContext("2d");
      pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
      const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      return [...select.options].map((o) => o.textContent).filter((text) => pen.measureText(text).width > room);
    })"""
    for language in ("en", "zh"):
        opened(desktop, QUICK + f"&lang={language}")
        assert desktop.evaluate(cut) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_knob_of_a_slider_is_seen(desktop, theme):
    opened(desktop, f"/?photo=cat&with=gaussian_noise,sigma=0&using=gaussian_filter&__theme={theme}")
    box = desktop.locator("#restore-gaussian_noise-sigma input[type=range]").bounding_box()
    around = {"x": box["x"] - 6, "y": box["y"] - 6, "width": 24, "height": box["height"] + 12}
    picture = cv2.imdecode(np.frombuffer(desktop.screenshot(clip=around), np.uint8), cv2.IMREAD_COLOR)
    knob, ground = picture[picture.shape[0] // 2, 14].astype(int), picture[0, 0].astype(int)
    assert np.abs(knob - ground).max() > 100


def test_the_knob_of_the_strength_is_whole_on_a_phone(phone):
    opened(phone)
    knob, ring = 16, 1  # pixels
    frame = phone.locator("#restore-strength").bounding_box()
    track = phone.locator("#restore-strength input[type=range]").bounding_box()
    middle, right = track["y"] + track["height"] / 2, track["x"] + track["width"]
    assert middle + knob / 2 + ring <= frame["y"] + frame["height"]
    assert right + ring <= frame["x"] + frame["width"]


@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_more_settings_have_no_scrollbars_of_their_own(device, request):
    page = opened(request.getfixturevalue(device), "/?photo=cat&with=jpeg,quality=30&using=non_local_means")
    page.click("#restore-jpeg-more button")
    page.wait_for_selector("#restore-jpeg-chroma")
    page.click("#restore-with-non_local_means-more button")
    page.wait_for_selector("#restore-with-non_local_means-patch_radius")
    page.wait_for_timeout(300)  # it unfolds slowly
    scrolled = """() => [...document.querySelectorAll("#restore-controls *")].filter((e) => e.checkVisibility()
      && /auto|scroll/.test(getComputedStyle(e).overflow)
      && (e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight)).map((e) => e.id || e.className)"""
    assert page.evaluate(scrolled) == []


def test_nothing_is_seen_behind_the_button_of_a_phone(phone):
    opened(phone)
    phone.evaluate("scrollTo(0, 120)")
    box = phone.locator("#restore-action").bounding_box()
    assert box["y"] + box["height"] <= 844
    assert phone.evaluate("getComputedStyle(document.querySelector('#restore-action')).backgroundColor").startswith("rgb(")
    behind = "([x, y]) => document.elementFromPoint(x, y).closest('#restore-action') !== null"
    for share in (0.02, 0.5, 0.98):
        assert phone.evaluate(behind, [box["x"] + share * box["width"], box["y"] + box["height"] / 2])
