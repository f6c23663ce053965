"""The Train tab in a real browser: trains for real, on little."""

import os
import re
import signal
from pathlib import Path

import cv2
import keras
import numpy as np
import pytest

LONG = 240_000  # milliseconds; only a broken page takes as long
STATE = "#train-state[data-state={}]"


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    pixels = cv2.resize(np.random.default_rng(0).integers(0, 256, (12, 16, 3), np.uint8), (320, 240), interpolation=cv2.INTER_CUBIC)
    path = tmp_path_factory.mktemp("photos") / "mine.png"
    cv2.imwrite(str(path), pixels)
    return path


def opened(page, language="en"):
    page.goto(f"/?lang={language}")
    page.click("[role=tab]:has-text('Train')" if language == "en" else "[role=tab]:has-text('训练')")
    page.wait_for_selector("#train-cost-known", timeout=LONG)  # the child is warm
    return page


def budget(page, seconds=600, steps=0):
    page.fill("#train-seconds input", str(seconds))
    page.fill("#train-steps input", str(steps))
    page.locator("#train-steps input").blur()


def reach(page, state):
    page.wait_for_selector(STATE.format(state), timeout=LONG)


def step(page) -> int:
    return int(re.search(r"\d+", page.inner_text("#train-state").replace(",", "")).group())


def first_loss(page) -> str:
    """The height of the first point of the training curve, and its scale: the same loss is drawn at the same place."""
    return page.evaluate(
        """() => {
          const line = document.querySelector("#train-loss polyline.training, #train-loss circle.training");
          return (line.getAttribute("points") || `${line.getAttribute("cx")},${line.getAttribute("cy")}`).split(" ")[0]
            + [...document.querySelectorAll("#train-loss .tick")].map((tick) => tick.textContent).join();
        }"""
    )


def training_children():
    """The training processes of the page that this test run has started."""
    parents, commands = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            commands[int(folder.name)] = (folder / "cmdline").read_text()
        except OSError:
            continue
    if not parents:
        pytest.skip("this system does not list its processes")
    return [pid for pid, parent in parents.items() if "restorers.training.session" in commands[pid] and parents.get(parent) == os.getpid()]


@pytest.fixture
def seen(desktop):
    return opened(desktop)


def test_the_photo_given_last_is_the_one_that_is_marked(seen, photo):
    page = seen
    page.set_input_files("#train-photos [data-testid=file-upload]", photo)
    page.wait_for_function("!document.querySelector('#train-samples [aria-pressed=true]')", timeout=LONG)
    page.click("#train-samples button >> nth=2")
    page.wait_for_function("!document.querySelector('#train-photos').innerText.includes('mine')", timeout=LONG)
    page.wait_for_function("location.search.includes('watch=coffee')", timeout=LONG)
    assert page.get_attribute("#train-samples button >> nth=2", "aria-pressed") == "true"


def test_start_watch_pause_step_scrub_stop_reset_and_keep(seen, photo):
    page = seen
    page.set_input_files("#train-photos [data-testid=file-upload]", photo)
    page.select_option("#train-recipe select", "small-bottleneck")
    budget(page)
    page.click("#train-start")
    page.wait_for_selector("#train-film .film-strip button", timeout=LONG)
    page.wait_for_selector("#train-loss circle.validation", timeout=LONG)
    page.click("#train-pause")
    reach(page, "paused")
    at = step(page)
    page.click("#train-one")
    page.wait_for_function(f"document.querySelector('#train-state').textContent.includes('{at + 1}')", timeout=LONG)
    reach(page, "paused")

    frames = page.locator("#train-film .film-strip button")
    assert [frames.nth(i).inner_text().strip() for i in range(5)] == ["0", "1", "2", "4", "8"]
    last = page.get_attribute("#train-film [data-pane=now] img", "src")
    page.locator("#train-film input[type=range]").fill("0")
    assert page.get_attribute("#train-film [data-pane=now] img", "src") != last
    assert "step 0" in page.inner_text("#train-film output")
    drawn = "[...document.querySelectorAll('#train-film figure:not([hidden]) img')].every((i) => i.complete && i.naturalWidth > 50)"
    page.wait_for_function(drawn, timeout=LONG)

    page.click("#train-resume")
    reach(page, "running")
    page.click("#train-stop")
    page.wait_for_selector(f"{STATE.format('stopping')}, {STATE.format('done')}", timeout=LONG)
    reach(page, "done")
    page.wait_for_selector("#train-mine", timeout=LONG)
    with page.expect_download(timeout=LONG) as download:
        page.click("#train-file-keras")
    path = download.value.path().with_suffix(".keras")
    download.value.save_as(path)
    assert download.value.suggested_filename == "mine-1.keras"
    assert keras.saving.load_model(path).output_shape == (None, 16, 16, 3)

    page.click("#train-reset")
    page.wait_for_selector("#train-loss polyline.ghost", timeout=LONG)
    assert page.is_disabled("#train-reset")


def test_the_same_first_weights_begin_with_the_same_loss(seen):
    page = seen
    page.select_option("#train-recipe select", "small-bottleneck")
    budget(page, steps=1)
    losses = []
    for _ in range(2):
        page.click("#train-start")
        reach(page, "done")
        page.wait_for_selector("#train-loss circle.training", timeout=LONG)
        losses.append(first_loss(page))
        page.click("#train-reset")
        page.wait_for_selector("#train-state", state="detached", timeout=LONG)
    assert losses[0] == losses[1]


def test_what_cannot_work_is_said_before_it_starts(seen):
    page = seen
    page.select_option("#train-recipe select", "composed")
    page.select_option("#train-composed-loss_name select", "bce")
    page.wait_for_selector("#train-cost .problem", timeout=LONG)
    assert "Binary cross-entropy needs" in page.inner_text("#train-cost .problem")
    page.select_option("#train-composed-loss_name select", "mae")
    page.wait_for_selector("#train-cost-known", timeout=LONG)
    budget(page, seconds=0)
    page.wait_for_selector("#train-cost .problem", timeout=LONG)
    page.click("#train-start")
    page.wait_for_selector("#train-status .problem", timeout=LONG)
    assert "needs a budget" in page.inner_text("#train-status")


def test_the_last_of_two_quick_changes_counts(seen):
    page, held = seen, []

    def hold_the_first(route):
        if not held and '"composed"' in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    page.route("**/gradio_api/**", hold_the_first)
    page.select_option("#train-recipe select", "composed")
    page.select_option("#train-composed-loss_name select", "bce")
    page.wait_for_timeout(2000)
    assert held
    held[0].continue_()
    page.wait_for_selector("#train-cost .problem", timeout=LONG)
    page.wait_for_timeout(2000)  # longer than the time between two looks
    assert "Binary cross-entropy needs" in page.inner_text("#train-cost")


def test_a_link_opens_the_tab_with_its_settings_and_names_what_it_left_out(desktop):
    page = desktop
    page.goto(
        "/?lang=en&photo=cat&with=gaussian_blur,sigma=3&tab=train&learn=shapes&watch=coffee&seconds=33&steps=44&draw=5"
        "&train=composed,damage=jpeg,damage.quality=5..40,network=dense_autoencoder,network.code=7,rate=99"
    )
    page.wait_for_selector("#train-banner .notice", timeout=LONG)
    assert "rate must be a number" in page.inner_text("#train-banner")
    page.wait_for_selector("#train-cost-known", timeout=LONG)  # all that the link says has come
    shown = {
        "#train-recipe select": "composed",
        "#train-composed-damage select": "jpeg",
        "#train-damage-jpeg-low input[type=number]": "5",
        "#train-damage-jpeg-high input[type=number]": "40",
        "#train-network-dense_autoencoder-code input[type=number]": "7",
        "#train-composed-rate input": "0.001",
        "#train-source select": "shapes",
        "#train-seconds input": "33",
        "#train-steps input": "44",
        "#train-seed input": "5",
    }
    assert {place: page.input_value(place) for place in shown} == shown
    panels = page.locator("#train-composed .panel:visible").evaluate_all("all => [...new Set(all.map((panel) => panel.id))]")
    assert panels == ["train-composed", "train-damage-jpeg", "train-network-dense_autoencoder"]
    page.wait_for_function("location.search.includes('damage.quality=5..40')", timeout=LONG)
    page.click("#tab-restore-button")
    page.wait_for_function("!location.search.includes('tab=train')", timeout=LONG)
    assert page.input_value("#restore-damage select") == "gaussian_blur" and "train=composed" in page.url


def test_two_visitors_and_a_killed_child(desktop, phone):
    first, second = opened(desktop), opened(phone)
    budget(first)
    first.click("#train-start")
    first.wait_for_selector("#train-film .film-strip button", timeout=LONG)
    second.click("#train-start")
    reach(second, "waiting")
    assert "1 ahead of you" in second.inner_text("#train-state")
    first.wait_for_selector("#train-loss polyline.training", timeout=LONG)
    (child,) = training_children()
    os.kill(child, signal.SIGKILL)
    reach(first, "failed")
    assert "ended from outside" in first.inner_text("#train-status")
    assert first.locator("#train-film .film-strip button").count() >= 1
    reach(second, "running")
    second.click("#train-stop")
    reach(second, "done")


def test_it_fits_a_phone_and_speaks_chinese(phone):
    page = opened(phone, "zh")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert "学习" in page.inner_text("#train-controls")
    box = page.locator("#train-start").bounding_box()
    assert box["width"] > 200 and box["height"] >= 38
