"""The picture viewer, driven in a real browser on a small page of its own."""

import base64
import socket

import cv2
import gradio as gr
import numpy as np
import pytest

from restorers.errors import RestorersError
from restorers.text import Text
from restorers.ui import viewer
from restorers.ui.controls import asset
from restorers.ui.viewer import Shown, legend, three_panes, three_views

LONG = 120_000  # milliseconds; only a broken page takes as long

SIZE = (600, 400)
DESK = {"viewport": {"width": 1440, "height": 900}}
POCKET = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
HOSTILE = '<img src="x" onerror="window.hacked = 1"><b>bold</b>'
FOREIGN = [
    "https://outside.example/a.png",
    "//outside.example/a.png",
    "/\t/outside.example/a.png",
    "/\\outside.example/a.png",
    "javascript:window.hacked=1",
    "data:text/html,<b>x</b>",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>",
]


def png(seed: int, width: int = 600, height: int = 400) -> str:
    values = cv2.resize(np.random.default_rng(seed).integers(0, 256, (4, 6, 3), dtype=np.uint8), (width, height))
    return "data:image/png;base64," + base64.b64encode(cv2.imencode(".png", values)[1].tobytes()).decode()


ORIGINAL, RESTORED, OTHER = Shown(png(0)), Shown(png(2), caption="27.3 dB"), Shown(png(3))
DEGRADED = Shown(png(1, 60, 40), png(1), "20.4 dB")
TALL = Shown(png(4, 200, 400))
MAP = Shown(png(5))
COLOURS = legend("How wrong it is", "0", "≥ 50", ["#000000", "#ff0000", "#ffffff"])


def both(panes, views, size=SIZE, **options):
    return viewer.panes_value(panes, size=size, **options), viewer.comparison_value(views, size=size, **options)


def scenes():
    views = three_views(DEGRADED, RESTORED, MAP, MAP, error_legend=COLOURS, invented_legend=COLOURS)
    hostile_panes, hostile_views = both(three_panes(ORIGINAL, DEGRADED, RESTORED), views)
    hostile_panes["panes"] = [
        {**hostile_panes["panes"][0], "id": f"p{i}", "url": url, "full": url, "label": HOSTILE, "hint": HOSTILE, "caption": HOSTILE}
        for i, url in enumerate(FOREIGN)
    ]
    hostile_views["views"] = [
        {**view, "label": HOSTILE, "legend": {"text": HOSTILE, "low": HOSTILE, "high": HOSTILE, "colors": ["red;}", "#000000", "#ffffff"]}}
        for view in hostile_views["views"]
    ]
    return {
        "first": both(three_panes(ORIGINAL, DEGRADED), three_views(DEGRADED)),
        "done": both(three_panes(ORIGINAL, DEGRADED, RESTORED), views),
        "moved": both(three_panes(ORIGINAL, OTHER, RESTORED), views),
        "working": both(three_panes(ORIGINAL, DEGRADED, RESTORED, busy=viewer.busy(0.4, Text("Restoring… 40 %", "正在修复… 40%"))), views),
        "tall": both(three_panes(TALL, TALL, TALL), three_views(TALL, TALL), (200, 400)),
        "truthless": both(three_panes(None, DEGRADED, RESTORED, truth=False), three_views(DEGRADED, RESTORED, truth=False)),
        "hostile": (hostile_panes, hostile_views),
    }


@pytest.fixture(scope="module")
def address():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with gr.Blocks(analytics_enabled=False) as demo:
        strength = gr.Slider(0, 100, 100, elem_id="strength")
        pictures = viewer.panes("pictures", "here")
        compared = viewer.comparison("compared", "here")
        apart = viewer.panes("apart", "elsewhere")
        for name, values in scenes().items():
            button = gr.Button(name, elem_id=f"to-{name}")
            button.click(lambda values=values: [*values, values[0]], None, [pictures, compared, apart], show_progress="hidden")
        strength.input(None, strength, None, js=viewer.strength_js("here", full=100))
    keys = f"<script>{asset('tabs.js')}</script>"
    demo.launch(server_name="127.0.0.1", server_port=port, prevent_thread_lock=True, quiet=True, run_history=False, head=keys)
    yield f"http://127.0.0.1:{port}/"
    demo.close()


def start(chromium, address, **device):
    context = chromium.new_context(locale="en-US", reduced_motion="reduce", **device)
    context.set_default_timeout(LONG)
    page = context.new_page()
    page.asked, page.faults = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.goto(address)
    page.wait_for_selector("#pictures .pane")
    return page


@pytest.fixture(scope="module")
def desk_page(chromium, address):
    page = start(chromium, address, **DESK)
    yield page
    page.context.close()


@pytest.fixture(scope="module")
def pocket_page(chromium, address):
    page = start(chromium, address, **POCKET)
    yield page
    page.context.close()


def afresh(page, viewport):
    page.set_viewport_size(viewport)
    page.mouse.move(0, 0)
    page.evaluate(
        """() => {
            document.documentElement.lang = "en";
            document.dispatchEvent(new CustomEvent("restorers:language"));
            window.dispatchEvent(new CustomEvent("restorers:strength", { detail: { strength: 1 } }));
            window.scrollTo(0, 0);
            document.activeElement?.blur();
        }"""
    )
    show(page, "tall")
    show(page, "done")
    page.locator("#compared [role=tab]").first.dispatch_event("click")
    page.locator("#compared input").fill("50")
    page.faults.clear()
    return page


@pytest.fixture
def desk(desk_page):
    yield afresh(desk_page, DESK["viewport"])
    assert desk_page.faults == []


@pytest.fixture
def pocket(pocket_page):
    yield afresh(pocket_page, POCKET["viewport"])
    assert pocket_page.faults == []


def show(page, scene):
    page.locator(f"#to-{scene}").dispatch_event("click")
    panes, _ = scenes()[scene]
    wanted = [p["url"] for p in panes["panes"] if p["url"] and p["url"].startswith("data:image/png")]
    page.wait_for_function(
        """([wanted, count]) => {
            const shown = [...document.querySelectorAll("#pictures .pane")].map((p) => p.querySelector(".layer:last-child img")?.src);
            return shown.length === count && wanted.every((url) => shown.includes(url));
        }""",
        arg=[wanted, len(panes["panes"])],
    )
    settle(page)


def settle(page):
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 20))))")


def stand_still(page):
    """Wait until the page has stopped gliding after a stroke of the finger."""
    still = "const before = scrollY; setTimeout(() => done(scrollY === before), 250);"
    page.wait_for_function(f"() => new Promise((done) => {{ {still} }})")


def transforms(page, place="#pictures"):
    return page.locator(f"{place} .stage").evaluate_all("stages => stages.map((s) => s.style.transform)")


def percent(page, place="#pictures"):
    return page.locator(f"{place} .percent").text_content()


def seen(page, box, stage, x=0.5, y=0.5):
    """The point of the picture, 0…1 both ways, that stands at (x, y) of its box."""
    return page.evaluate(
        """([box, stage, x, y]) => {
            const [b, s] = [box, stage].map((one) => document.querySelector(one).getBoundingClientRect());
            return [(b.left + x * b.width - s.left) / s.width, (b.top + y * b.height - s.top) / s.height];
        }""",
        [box, stage, x, y],
    )


def pane(name):
    return f'#pictures .pane[data-pane="{name}"]'


def test_the_wheel_zooms_around_the_pointer_and_all_pictures_follow(desk):
    box = desk.locator(pane("degraded")).bounding_box()
    x, y = box["x"] + 0.3 * box["width"], box["y"] + 0.7 * box["height"]
    before = seen(desk, pane("degraded"), f"{pane('degraded')} .stage", 0.3, 0.7)
    at_fit = transforms(desk)
    desk.mouse.move(x, y)
    for _ in range(3):
        desk.mouse.wheel(0, -240)
    settle(desk)
    zoomed = transforms(desk)
    assert len(zoomed) == 3 and len(set(zoomed)) == 1 and zoomed != at_fit
    assert seen(desk, pane("degraded"), f"{pane('degraded')} .stage", 0.3, 0.7) == pytest.approx(before, abs=0.005)
    assert seen(desk, "#compared .frame", "#compared .stage") == pytest.approx(
        seen(desk, pane("original"), f"{pane('original')} .stage"), abs=0.01
    )
    assert "scale(1)" in transforms(desk, "#apart")[0]


def test_a_wheel_that_cannot_zoom_out_further_scrolls_the_page(desk):
    desk.set_viewport_size({"width": 1440, "height": 400})
    box = desk.locator(pane("original")).bounding_box()
    desk.mouse.move(box["x"] + 50, box["y"] + 50)
    desk.mouse.wheel(0, 200)
    desk.wait_for_function("() => window.scrollY > 100")
    assert "scale(1)" in transforms(desk)[0]


def test_drag_double_click_keys_and_buttons(desk):
    fit = percent(desk)
    box = desk.locator(pane("original")).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    desk.mouse.dblclick(x, y)
    settle(desk)
    assert percent(desk) == "100 %" and percent(desk, "#compared") != fit
    before = seen(desk, pane("restored"), f"{pane('restored')} .stage")
    desk.mouse.move(x, y)
    desk.mouse.down()
    desk.mouse.move(x - 60, y - 30, steps=4)
    desk.mouse.up()
    settle(desk)
    after = seen(desk, pane("restored"), f"{pane('restored')} .stage")
    assert [(a - b) * n for a, b, n in zip(after, before, SIZE, strict=True)] == pytest.approx([60, 30], abs=1)
    desk.mouse.move(x, y)
    desk.mouse.down()
    desk.mouse.move(x - 900, y, steps=6)
    desk.mouse.up()
    settle(desk)
    edge = seen(desk, pane("original"), f"{pane('original')} .stage", 1, 0.5)
    assert edge[0] == pytest.approx(1, abs=0.01), "the picture left its pane"

    desk.mouse.dblclick(x, y)
    settle(desk)
    assert percent(desk) == fit
    desk.locator("#pictures .row").focus()
    desk.keyboard.press("1")
    settle(desk)
    assert percent(desk) == "100 %"
    left = seen(desk, pane("original"), f"{pane('original')} .stage")
    desk.keyboard.press("ArrowRight")
    settle(desk)
    assert seen(desk, pane("original"), f"{pane('original')} .stage")[0] > left[0] + 0.02
    desk.keyboard.press("+")
    settle(desk)
    assert percent(desk) == "125 %"
    desk.keyboard.press("0")
    settle(desk)
    assert percent(desk) == fit
    desk.locator("#compared").get_by_role("button", name="1:1: show at 100 %").click()
    settle(desk)
    assert percent(desk, "#compared") == "100 %"
    desk.locator("#pictures").get_by_role("button", name="Zoom out").click()
    desk.locator("#pictures").get_by_role("button", name="Fit: show the whole picture").click()
    settle(desk)
    assert percent(desk) == fit and len(set(transforms(desk))) == 1


def test_pixels_are_shown_as_squares_when_they_are_large(desk):
    image = desk.locator(f"{pane('original')} img")
    assert image.evaluate("node => getComputedStyle(node).imageRendering") == "auto"
    desk.locator("#pictures .row").focus()
    for _ in range(10):
        desk.keyboard.press("+")
    settle(desk)
    assert int(percent(desk).split()[0]) >= 300
    assert image.evaluate("node => getComputedStyle(node).imageRendering") == "pixelated"


def test_the_full_size_picture_comes_only_when_the_zoom_needs_it(desk):
    width = f"() => document.querySelector('{pane('degraded')} img').naturalWidth"
    assert desk.evaluate(width) == 60
    desk.locator("#pictures .row").focus()
    desk.keyboard.press("1")
    desk.wait_for_function(f"() => ({width})() === 600")
    assert seen(desk, pane("degraded"), f"{pane('degraded')} .stage") == pytest.approx([0.5, 0.5], abs=0.01)


def test_a_new_degraded_picture_touches_no_other_and_keeps_the_place(desk):
    desk.mouse.dblclick(*(desk.locator(pane("original")).bounding_box()[k] + 60 for k in "xy"))
    for place in (pane("degraded"), "#compared .before"):
        desk.wait_for_function(f"() => document.querySelector('{place} img').naturalWidth === 600")
    settle(desk)
    before = transforms(desk)
    desk.evaluate(
        """() => {
            window.bare = 0;
            for (const image of document.querySelectorAll("#pictures img, #compared img")) image.marked = image.src;
            new MutationObserver(() => {
                if ([...document.querySelectorAll("#pictures .pane")].some((p) => !p.querySelector("img"))) window.bare += 1;
            }).observe(document.querySelector("#pictures"), { subtree: true, childList: true });
        }"""
    )
    show(desk, "moved")
    unchanged = "all => all.map((image) => image.marked === image.src)"
    kept = desk.locator("#pictures .pane img").evaluate_all(unchanged)
    assert kept == [True, False, True]
    assert all(desk.locator("#compared img").evaluate_all(unchanged))
    assert desk.evaluate("() => window.bare") == 0, "a pane stood empty between two pictures"
    assert transforms(desk) == before and "scale(1)" not in before[0]


def test_a_photo_of_another_size_is_shown_whole(desk):
    desk.locator("#pictures .row").focus()
    desk.keyboard.press("1")
    show(desk, "tall")
    assert all("scale(1)" in one for one in transforms(desk) + transforms(desk, "#compared"))
    box, stage = (desk.locator(f"{pane('original')}{part}").bounding_box() for part in ("", " .stage"))
    assert stage["height"] == pytest.approx(box["height"], abs=3) and stage["width"] == pytest.approx(stage["height"] / 2, abs=1)


def test_the_divider_moves_by_keyboard_and_by_mouse(desk):
    divider = desk.locator("#compared").get_by_role("slider", name="Divider between before and after")
    picture = desk.locator("#compared .before .stage").bounding_box()
    frame = desk.locator("#compared .frame").bounding_box()

    def left():
        """Where the restored side begins, 0…1 of the picture."""
        clip = desk.locator("#compared .after").evaluate("node => node.style.clipPath")
        return (float(clip.removesuffix("px)").split()[-1]) + frame["x"] + 1 - picture["x"]) / picture["width"]

    def drag(start, end, height):
        desk.mouse.move(picture["x"] + start * picture["width"], picture["y"] + height * picture["height"])
        desk.mouse.down()
        desk.mouse.move(picture["x"] + end * picture["width"], picture["y"] + height * picture["height"], steps=4)
        desk.mouse.up()

    assert left() == pytest.approx(0.5, abs=0.005) and divider.get_attribute("aria-valuetext") == "50 % restored"
    divider.focus()
    for _ in range(10):
        desk.keyboard.press("ArrowLeft")
    assert left() == pytest.approx(0.4, abs=0.005) and divider.get_attribute("aria-valuetext") == "60 % restored"
    desk.keyboard.press("Home")
    assert left() == pytest.approx(0, abs=0.005) and divider.get_attribute("aria-valuetext") == "100 % restored"
    drag(0.3, 0.8, 0.1)
    assert left() == pytest.approx(0.8, abs=0.01) and divider.input_value() == "80"
    drag(0.8, 0.6, 0.5)
    assert left() == pytest.approx(0.6, abs=0.02)
    line = desk.locator("#compared .line").bounding_box()
    assert (line["x"] + 1 - picture["x"]) / picture["width"] == pytest.approx(left(), abs=0.005)


def test_maps_open_by_arrow_keys_with_their_legend(desk):
    tabs = desk.locator("#compared [role=tab]")
    assert tabs.all_text_contents() == ["Before/after", "Error map", "What did it invent?"]
    assert desk.locator("#compared .view >> nth=1 >> img").count() == 0, "a map was loaded before it was looked at"
    tabs.first.focus()
    desk.keyboard.press("ArrowRight")
    desk.wait_for_selector("#compared .view:not([hidden]) .single img")
    settle(desk)
    assert [t.get_attribute("aria-selected") for t in tabs.all()] == ["false", "true", "false"]
    assert desk.locator("#compared [role=slider], #compared input").locator("visible=true").count() == 0
    assert desk.locator("#compared .legend").inner_text().split("\n") == ["0", "≥ 50", "How wrong it is"]
    assert "rgb(255, 0, 0)" in desk.locator("#compared .colours").evaluate("node => node.style.background")


def test_strength_blends_at_once_in_all_pictures_of_the_group(desk):
    desk.evaluate("() => { document.querySelector('#strength input[type=range]').focus(); }")
    for _ in range(2):
        desk.keyboard.press("PageDown")
    value = float(desk.locator("#strength input[type=range]").input_value())
    assert value < 100
    desk.wait_for_selector(f"{pane('restored')} .layer:first-child img")
    settle(desk)
    layers = desk.locator(f"{pane('restored')} .layer").evaluate_all(
        "all => all.map((layer) => [layer.style.opacity, layer.querySelector('img')?.src])"
    )
    assert layers == [["", DEGRADED.url], [str(value / 100).rstrip("0"), RESTORED.url]]
    assert float(desk.locator("#compared .after .layer").evaluate("n => n.style.opacity")) == pytest.approx(value / 100)
    assert desk.locator('#apart .pane[data-pane="restored"] .layer').last.evaluate("n => n.style.opacity") == ""
    desk.evaluate("() => window.dispatchEvent(new CustomEvent('restorers:strength', { detail: { group: 'here', strength: 1 } }))")
    assert desk.locator(f"{pane('restored')} .layer").last.evaluate("n => n.style.opacity") == ""


def test_progress_stands_over_the_old_picture(desk):
    show(desk, "working")
    bar = desk.locator(pane("restored")).get_by_role("progressbar")
    bar.wait_for()
    assert bar.get_attribute("aria-valuenow") == "40" and "Restoring… 40 %" in bar.inner_text()
    assert bar.locator("i").evaluate("node => node.style.width") == "40%"
    assert desk.locator(f"{pane('restored')} img").get_attribute("src") == RESTORED.url
    assert not desk.locator(pane("degraded")).get_by_role("progressbar").is_visible()
    show(desk, "done")
    bar.wait_for(state="hidden")


def test_before_the_first_photo_there_are_hints(chromium, address):
    page = start(chromium, address, **DESK)
    assert page.locator("#pictures .hint").all_inner_texts()[0] == "Choose a photo to begin"
    assert page.locator("#pictures .zoom").evaluate("node => getComputedStyle(node).visibility") == "hidden"
    assert not page.locator("#compared input").is_visible()
    show(page, "first")
    assert page.locator(f"{pane('restored')} .hint").is_visible() and not page.locator(f"{pane('original')} .hint").is_visible()
    assert page.locator("#pictures .zoom").evaluate("node => getComputedStyle(node).visibility") == "visible"
    assert not page.locator("#compared input").is_visible(), "a divider with nothing behind it"
    show(page, "truthless")
    assert page.locator("#pictures .chip .label").all_inner_texts() == ["Your photo", "Restored"]
    page.locator("#compared").get_by_role("tab", name="Error map").click()
    settle(page)
    assert "not known" in page.locator("#compared .hint").inner_text()
    page.context.close()


def test_words_follow_the_language_of_the_page(desk):
    desk.evaluate("() => { document.documentElement.lang = 'zh-CN'; document.dispatchEvent(new CustomEvent('restorers:language')); }")
    assert desk.locator("#pictures .chip .label").all_inner_texts() == ["原图", "退化图", "修复结果"]
    assert desk.locator("#compared [role=tab]").all_inner_texts()[1] == "误差图"
    assert desk.locator("#compared input").get_attribute("aria-valuetext") == "已修复部分占 50%"
    assert desk.locator(f"{pane('degraded')} img").get_attribute("alt") == "退化图，20.4 dB"


def test_hostile_words_stay_words_and_foreign_addresses_are_not_asked(desk):
    show(desk, "hostile")
    assert desk.locator("#pictures .label").all_text_contents() == [HOSTILE] * len(FOREIGN)
    assert desk.locator("#pictures .hint").all_text_contents() == [HOSTILE] * len(FOREIGN)
    desk.locator("#compared [role=tab]").nth(1).click()
    settle(desk)
    assert desk.locator("#compared .explain").text_content() == HOSTILE
    assert desk.locator("#compared [role=tab]").all_text_contents() == [HOSTILE] * 3
    assert desk.locator("#pictures img, #pictures b, #compared b").count() == 0
    assert "red" not in desk.locator("#compared .colours").evaluate("node => node.style.background")
    assert desk.evaluate("() => window.hacked") is None
    home = desk.url.split("/")[2]
    assert {url.split("/")[2] for url in desk.asked if url.startswith("http")} == {home}


def test_a_phone_shows_one_large_pane_with_a_switch(pocket):
    def visible():
        return pocket.locator("#pictures .pane").evaluate_all("all => all.filter((p) => p.offsetWidth).map((p) => p.dataset.pane)")

    assert visible() == ["restored"], "what has just come is what is shown"
    assert pocket.locator(pane("restored")).bounding_box()["width"] > 300
    pocket.locator("#pictures .segment").nth(1).tap()
    assert visible() == ["degraded"]
    assert [s.get_attribute("aria-pressed") for s in pocket.locator("#pictures .segment").all()] == ["false", "true", "false"]
    assert pocket.evaluate("() => document.documentElement.scrollWidth") <= 390
    assert pocket.locator("#compared .frame").bounding_box()["width"] > 300
    show(pocket, "moved")
    assert visible() == ["degraded"]


def test_fingers_scroll_the_page_until_they_zoom(pocket):
    touch = pocket.context.new_cdp_session(pocket)

    def fingers(kind, *points):
        given = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(points)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": given})

    pocket.locator("#pictures").evaluate("node => node.scrollIntoView()")
    box = pocket.locator(pane("restored")).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = pocket.evaluate("() => window.scrollY")
    fingers("touchStart", (x, y))
    for step in range(1, 9):
        fingers("touchMove", (x, y + 15 * step))
    fingers("touchEnd")
    pocket.wait_for_function(f"() => window.scrollY < {before} - 40")
    assert "scale(1)" in transforms(pocket)[0]
    stand_still(pocket)

    pocket.locator("#pictures").evaluate("node => node.scrollIntoView()")
    box = pocket.locator(pane("restored")).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    held = pocket.evaluate("() => window.scrollY")
    fingers("touchStart", (x - 20, y), (x + 20, y))
    for step in range(1, 5):
        fingers("touchMove", (x - 20 - 5 * step, y), (x + 20 + 5 * step, y))
    fingers("touchEnd")
    settle(pocket)
    zoom = float(transforms(pocket)[0].split("scale(")[1].rstrip(")"))
    assert zoom == pytest.approx(2, abs=0.1)
    assert seen(pocket, pane("restored"), f"{pane('restored')} .stage") == pytest.approx([0.5, 0.5], abs=0.01)
    fingers("touchStart", (x, y))
    for step in range(1, 7):
        fingers("touchMove", (x, y - 5 * step))
    fingers("touchEnd")
    settle(pocket)
    assert seen(pocket, pane("restored"), f"{pane('restored')} .stage")[1] > 0.53
    assert pocket.evaluate("() => window.scrollY") == held, "the page moved although the picture was zoomed"


def test_values_that_cannot_be_shown_are_refused():
    for address in [*FOREIGN, "pictures", ""]:
        with pytest.raises(RestorersError, match="must begin with"):
            Shown(address)
    for address in ("/file=a.png", "./a.png", "pictures/a.png", "blob:x", "data:image/png;base64,AA"):
        assert Shown(address, address).url == address
    with pytest.raises(RestorersError, match="size"):
        viewer.panes_value(three_panes(ORIGINAL))
    with pytest.raises(RestorersError, match="Strength"):
        viewer.panes_value(three_panes(), strength=1.5)
    with pytest.raises(RestorersError, match="id of its own"):
        viewer.panes_value([viewer.pane("a", "A"), viewer.pane("a", "B")])
    with pytest.raises(RestorersError, match="#rrggbb"):
        legend("x", colors=["red", "#000000"])
    with pytest.raises(RestorersError, match="between 0 and 1"):
        viewer.busy(40, "Restoring… 40 %")
    assert three_panes()[2]["label"] == {"en": "Restored", "zh": "修复结果"}
