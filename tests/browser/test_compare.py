"""The Compare tab in a real browser."""

import csv
import re

import cv2
import pytest

LONG = 240_000  # milliseconds; only a broken page takes as long
QUICK = "/?photo=digit&with=missing_pixels,share=0.5&using=telea"


def opened(page, language="en"):
    page.set_default_timeout(LONG)
    page.goto(f"{QUICK}&lang={language}")
    page.wait_for_selector("#restore-gain")
    page.click("#page-tabs [role=tab]:has-text('Compare')" if language == "en" else "#page-tabs [role=tab]:has-text('比较')")
    page.wait_for_selector("#compare-head-text .compare-subject")
    return page


def gains(page):
    return [float(re.search(r"\d+\.\d", text.replace("−", "-")).group()) for text in page.locator("#compare-ranking b").all_inner_texts()]


def saved(page, selector, folder):
    with page.expect_download() as download:
        page.click(f"{selector} >> visible=true")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_every_method_ranked_pictures_locked_files_saved_and_one_opened(desktop, tmp_path):
    page = opened(desktop)
    page.click("#compare-all-run")
    page.wait_for_selector("#compare-all-files a")
    shown = gains(page)
    assert len(shown) >= 4 and shown == sorted(shown, reverse=True) and shown[0] > 3
    assert page.is_visible("#compare-all-run") and not page.is_visible("#compare-all-stop")

    page.wait_for_function("[...document.querySelectorAll('#compare-panes img')].filter((i) => i.naturalWidth > 0).length >= 5")
    page.focus("#compare-panes .row")
    page.keyboard.press("+")
    page.keyboard.press("+")
    places = "new Set([...document.querySelectorAll('#compare-panes .stage')].map((stage) => stage.style.transform))"
    page.wait_for_function(f"(() => {{ const found = {places}; return found.size === 1 && ![...found][0].includes('scale(1)'); }})()")

    card = cv2.imread(str(saved(page, "#compare-all-files a[download='result.png']", tmp_path)))
    assert card.shape[1] == 1200
    rows = list(csv.DictReader(saved(page, "#compare-all-files a[download='comparison.csv']", tmp_path).open()))
    assert [round(float(row["gain"]), 1) for row in rows] == pytest.approx(shown)

    last = page.locator("#compare-panes .act").last
    last.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#restore-restorer select", state="visible")
    page.wait_for_function(f"document.querySelector('#restore-restorer select').value === '{rows[-2]['restorer']}'")
    page.wait_for_selector("#restore-gain")
    assert float(page.inner_text("#restore-gain strong").replace("dB", "")) == pytest.approx(float(rows[-2]["gain"]), abs=0.02)


def test_the_matrix_fills_stops_and_opens_a_pair_by_keyboard(desktop):
    page = opened(desktop)
    page.click("#compare-views [role=tab]:has-text('Matrix')")
    page.click("#compare-matrix-run")
    page.wait_for_selector("#compare-matrix td.best button")
    page.click("#compare-matrix-stop")
    page.wait_for_selector("#compare-matrix-files a")
    assert re.search(r"Stopped after \d+ of \d+|\d+ restorations", page.inner_text("#compare-matrix-status"))
    first = page.locator("#compare-matrix button[data-damage=gaussian_noise][data-restorer=median_filter]")
    first.focus()
    page.keyboard.press("ArrowDown")
    damage = page.evaluate("document.activeElement.dataset.damage")
    assert damage == "poisson_noise"
    assert "Poisson noise" in page.inner_text("#compare-matrix .chosen") and "Median filter" in page.inner_text("#compare-matrix .chosen")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#restore-damage select').value === 'poisson_noise'")
    page.wait_for_function("document.querySelector('#restore-restorer select').value === 'median_filter'")
    page.wait_for_function("location.search.includes('with=poisson_noise')")


def test_the_ranks_fit_the_narrowest_screen(desktop):
    desktop.set_viewport_size({"width": 320, "height": 640})  # a page of 1280, four times as large (WCAG 1.4.10)
    page = opened(desktop)
    page.click("#compare-all-run")
    page.wait_for_selector("#compare-all-files a")
    table = page.locator("#compare-ranking table").bounding_box()
    assert table["x"] + table["width"] <= 320


def test_a_phone_shows_ranks_and_curves_in_chinese(phone):
    page = opened(phone, "zh")
    page.click("#compare-all-run")
    page.wait_for_selector("#compare-all-files a")
    assert page.inner_text("#compare-all-run") == "比较全部方法"
    page.click("#compare-views [role=tab]:has-text('强度')")
    page.click("#compare-curve-run")
    page.wait_for_selector("#compare-curve-files a")
    assert page.locator("#compare-chart polyline").count() >= 3
    assert "比例" in page.inner_text("#compare-chart")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
