"""Painting on the photo in a real browser, by mouse and by finger."""

import re

import pytest

from tests.browser.restoring import LONG, degraded, opened


def painter(page):
    """Where on the screen is painted, once the photo with the example stroke is there."""
    opened(page)
    noisy = degraded(page)
    page.select_option("#restore-damage select", "painted_mask")
    canvas = page.locator("#restore-paint canvas")
    canvas.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('#restore-paint img').naturalWidth > 0", timeout=LONG)
    page.wait_for_function("(noisy) => document.querySelectorAll('#restore-panes img')[1].src !== noisy", arg=noisy, timeout=LONG)
    return canvas.bounding_box()


def test_what_is_painted_is_lost(desktop):
    box = painter(desktop)
    before = degraded(desktop)
    desktop.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.5)
    desktop.mouse.down()
    desktop.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5, steps=4)
    desktop.mouse.up()
    desktop.wait_for_function("(before) => document.querySelectorAll('#restore-panes img')[1].src !== before", arg=before, timeout=LONG)
    painted = degraded(desktop)
    desktop.click("#restore-paint [data-clear]")
    desktop.wait_for_function("(before) => document.querySelectorAll('#restore-panes img')[1].src !== before", arg=painted, timeout=LONG)


def test_a_small_photo_is_large_enough_to_be_painted_on(phone):
    painter(phone)
    for name, shape in (("digit", 1), ("tower", 377 / 600), ("cat", 451 / 300)):  # 28 pixels wide, a tall one, a wide one
        phone.click(f"#restore-samples button img[src='samples/{name}.jpg']")
        phone.wait_for_function(
            "(shape) => Math.abs(document.querySelector('#restore-paint img').style.getPropertyValue('--shape') - shape) < 0.01",
            arg=shape,
            timeout=LONG,
        )
        box = phone.locator("#restore-paint canvas").bounding_box()
        assert box["height"] == pytest.approx(240, abs=1)
        assert box["width"] / box["height"] == pytest.approx(shape, rel=0.02)


def test_a_second_finger_paints_nothing(phone):
    box = painter(phone)
    touch = phone.context.new_cdp_session(phone)

    def fingers(kind, *places):
        points = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"], "id": i} for i, (x, y) in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", (0.2, 0.2))
    fingers("touchStart", (0.2, 0.2), (0.8, 0.8))
    for step in range(1, 5):
        fingers("touchMove", (0.2 + 0.05 * step, 0.2), (0.8, 0.8 - 0.05 * step))
    fingers("touchEnd")
    strokes = phone.evaluate("Object.values(restorers.paintings).flat()")
    assert len(strokes) == 1
    assert max(y for _, y in strokes[0]["points"]) < 0.3
    fingers("touchStart", (0.5, 0.7))  # the next one starts where it is
    fingers("touchEnd")
    assert phone.evaluate("Object.values(restorers.paintings).flat().length") == 2


def test_strokes_come_back_with_their_photo(desktop):
    box, scores = painter(desktop), []

    def numbers() -> str:
        return desktop.inner_text("#restore-numbers")

    def score(change):
        before = numbers()
        change()
        desktop.wait_for_function("(before) => document.querySelector('#restore-numbers').innerText !== before", arg=before, timeout=LONG)
        scores.append(re.search(r"scores ([\d.]+)", numbers())[1])

    score(lambda: desktop.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2))
    for title in ("Astronaut", "Cat"):
        score(lambda title=title: desktop.click(f"#restore-samples button[title={title}]"))
    assert scores[0] == scores[2] != scores[1]
