"""Photos on the Restore tab in a real browser: given, refused, worked on for long, taken away."""

import itertools
import re
from urllib.parse import urlsplit

import cv2
import pytest

from tests.browser.restoring import LONG, degraded, fresh_gain, gain, give, opened


def until(page, held):
    """Wait for a request that is held back."""
    for _ in range(LONG // 100):
        if held:
            return
        page.wait_for_timeout(100)
    pytest.fail("nothing was asked")


def holding(page, which, hold):
    """Call ``hold`` with the request for the queue that comes at place ``which``, counted from 0; the others go on."""
    count = itertools.count()
    page.route(re.compile("/queue/join"), lambda route: hold(route) if next(count) == which else route.continue_())


def test_upload_run_and_read_the_gain(desktop, photo):
    opened(desktop)
    give(desktop, photo)
    assert fresh_gain(desktop) > 1
    assert "photo=" not in urlsplit(desktop.url).query
    with desktop.expect_download() as download:
        desktop.click("a[download='restored.png']")
    restored = cv2.imread(str(download.value.path()))
    assert download.value.suggested_filename == "restored.png"
    assert restored.shape == (480, 640, 3)
    closer = cv2.PSNR(restored, cv2.imread(str(photo)))
    assert closer == pytest.approx(float(desktop.inner_text("#restore-numbers tbody tr:first-child td:last-child")), abs=0.1)


def test_a_bad_file_is_refused_in_a_sentence_and_the_page_lives_on(desktop, tmp_path, photo):
    opened(desktop)
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"<img src=x onerror=alert(1)> no picture")
    give(desktop, bad)
    toast = desktop.locator("[data-testid=toast-body]")
    toast.wait_for(timeout=LONG)
    assert "bad.png is not a picture that can be read here" in toast.inner_text()
    assert gain(desktop) > 1
    give(desktop, photo)
    assert fresh_gain(desktop) > 1


def test_a_file_that_is_too_large_is_refused_and_the_photo_stays(desktop, tmp_path):
    restored = gain(opened(desktop))
    large = tmp_path / "large.png"
    large.write_bytes(bytes(25_000_001))
    give(desktop, large)
    desktop.wait_for_selector("#page-too-large", timeout=LONG)
    assert "“large.png” has 25.1 MB; a photo may have at most 25 MB here" in desktop.inner_text("#page-too-large")
    assert desktop.locator("#restore-photo img").count() == 1 and gain(desktop) == restored
    desktop.click("#page-too-large")
    assert desktop.inner_text("#page-too-large") == ""
    desktop.click("#restore-run")
    desktop.wait_for_selector("#restore-gain", timeout=LONG)
    assert gain(desktop) == restored


def test_what_is_asked_late_after_an_upload_does_not_take_the_result_away(desktop, photo):
    opened(desktop)
    held, paths = [], []
    holding(desktop, 1, held.append)  # after the photo itself
    desktop.on("request", lambda request: paths.append(request.url))
    give(desktop, photo)
    until(desktop, held)
    restored = fresh_gain(desktop)
    held[0].continue_()
    desktop.wait_for_timeout(1000)
    assert gain(desktop) == restored
    # answers of the queue come in order; any other could come after the restored photo
    assert not [path for path in paths if "/run/predict" in path]


def test_what_was_asked_of_the_photo_before_does_not_stay(desktop, large_photo):
    """The answer to a change that the visitor has made while his photo was decoded comes after the photo."""
    opened(desktop)
    early, late = [], []
    holding(desktop, 1, late.append)  # what the page asks once it has the photo

    def hold(route):
        if '"none"' in (route.request.post_data or "") and not early:
            early.append((route, route.fetch()))
        else:
            route.continue_()

    desktop.route(re.compile("/run/predict"), hold)
    desktop.select_option("#restore-damage select", "none")
    until(desktop, early)
    give(desktop, large_photo)
    desktop.wait_for_selector("#restore-reduced button", timeout=LONG)
    until(desktop, late)
    early[0][0].fulfill(response=early[0][1])
    desktop.wait_for_selector("#restore-reduced button", state="detached", timeout=LONG)
    late[0].continue_()
    desktop.wait_for_selector("#restore-reduced button", timeout=LONG)


def test_stop_ends_long_work(desktop, large_photo):
    opened(desktop)
    give(desktop, large_photo)
    desktop.wait_for_function("document.querySelector('#restore-notes').innerText.includes('2600 × 2000')", timeout=LONG)
    desktop.select_option("#restore-size select", "full")
    desktop.wait_for_function("!document.querySelector('#restore-notes').innerText.includes('Reduced')", timeout=LONG)
    desktop.select_option("#restore-restorer select", "non_local_means")
    desktop.wait_for_function("location.search.includes('non_local_means')", timeout=LONG)
    desktop.click("#restore-run")
    desktop.wait_for_selector("#restore-stop", timeout=LONG)
    desktop.wait_for_function("/\\d/.test(document.querySelector('#restore-panes').innerText.split('Restoring')[1] || '')", timeout=LONG)
    desktop.click("#restore-stop")
    desktop.wait_for_selector("#restore-run", timeout=LONG)
    assert desktop.inner_text("#restore-problem") == "Stopped."
    desktop.select_option("#restore-size select", "fit")
    desktop.wait_for_function("document.querySelector('#restore-notes').innerText.includes('Reduced')", timeout=LONG)


def test_an_unknown_picture_is_not_found_and_pictures_go_with_the_visit(desktop, server):
    opened(desktop)
    address = degraded(desktop)
    answer = desktop.request.get(address)
    assert answer.status == 200
    assert answer.headers["cache-control"].startswith("private")
    desktop.goto("about:blank")
    for _ in range(50):
        if desktop.request.get(address).status == 404:
            break
        desktop.wait_for_timeout(100)
    assert desktop.request.get(address).status == 404


@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_a_photo_taken_away_leaves_nothing_and_restore_says_what_to_do(device, request):
    page = opened(request.getfixturevalue(device))
    page.click("[data-view=error_map]")
    page.wait_for_function("document.querySelector('#restore-comparison img')", timeout=LONG)
    page.evaluate("scrollTo(0, 0)")
    page.click("#restore-photo [aria-label*=lear], #restore-photo [aria-label*=emove]")
    page.wait_for_function("!document.querySelector('#restore-results img')", timeout=LONG)
    assert "Choose a photo first" in page.inner_text("#restore-numbers")
    page.click("#restore-run")
    page.wait_for_function("document.querySelector('#restore-problem').innerText.includes('Choose a photo first')", timeout=LONG)
    # it is seen, wherever the button is
    seen = "(() => { const box = document.querySelector('#restore-problem').getBoundingClientRect();"
    seen += "return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2).closest('#restore-problem') !== null; })()"
    assert page.evaluate(seen)


def test_a_large_photo_that_is_bad_already_is_offered_at_full_size(desktop, large_photo):
    opened(desktop)
    give(desktop, large_photo)
    desktop.select_option("#restore-damage select", "none")
    desktop.click("#restore-reduced button", timeout=LONG)
    desktop.wait_for_function("location.search.includes('size=full')", timeout=LONG)
    assert desktop.input_value("#restore-size select") == "full"
    desktop.wait_for_function("!document.querySelector('#restore-reduced button')", timeout=LONG)
