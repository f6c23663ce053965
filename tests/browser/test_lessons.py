"""The lessons in a real browser: what a class sees and does."""

import pytest

LONG = 90_000  # milliseconds; only a broken page takes as long
QUICK = "photo=face&with=gaussian_noise,sigma=25&using=gaussian_filter"
SETTLED = "#restore-gain"


def method(page, name):
    page.wait_for_function("(name) => document.querySelector('#restore-restorer select').value === name", arg=name, timeout=LONG)


def seen(page, selector) -> bool:
    return page.evaluate("(s) => [...document.querySelectorAll(s)].some((one) => one.offsetParent !== null)", selector)


def opened(page, rest=""):
    """The page with a quick result, and the parameters ``rest``."""
    page.goto(f"/?{QUICK}{rest}")
    page.wait_for_selector(SETTLED, state="attached", timeout=LONG)
    return page


def test_a_walk_sets_the_real_controls_and_the_page_answers(desktop):
    opened(desktop)
    desktop.click("#tab-lessons-button")
    assert desktop.locator(".lesson-card").count() == 6
    desktop.click("[data-lesson=resolution]")
    desktop.click(".lesson-walk [data-next]")
    desktop.click("[data-show]")
    method(desktop, "bicubic_resample")
    desktop.wait_for_function("document.querySelector('#restore-gain strong')?.innerText.startsWith('+1.')", timeout=LONG)
    assert seen(desktop, "#restore-panes img")
    assert desktop.input_value("#restore-downscale-factor input[type=number]") == "2.5"
    bar = desktop.locator(".lesson-strip")
    assert "Step 2 of 8" in bar.inner_text()
    assert "smooth is not sharp" not in bar.inner_text()
    bar.locator("summary").click()
    assert "smooth is not sharp" in bar.inner_text()
    bar.locator("[data-next]").click()
    method(desktop, "unsharp_mask")
    desktop.wait_for_selector("#restore-numbers .gain.bad", timeout=LONG)
    desktop.wait_for_function("location.search.includes('lesson=resolution&step=3')", timeout=LONG)
    bar.locator("[data-back]").click()
    desktop.wait_for_selector(".lesson-step")
    assert not seen(desktop, ".lesson-strip")
    assert desktop.inner_text(".lesson-steps [aria-current]").endswith("3")
    desktop.click("[data-all]")
    desktop.wait_for_function("!location.search.includes('lesson=')", timeout=LONG)
    desktop.click("#tab-restore-button")
    assert not seen(desktop, ".lesson-strip")


def test_a_step_shows_the_map_that_it_speaks_of(desktop):
    opened(desktop, "&lesson=resolution&step=4")
    desktop.click("[data-show]")
    desktop.wait_for_selector("#restore-comparison [data-view=error_map][aria-selected=true]", timeout=LONG)
    method(desktop, "lanczos_resample")
    desktop.wait_for_selector("#restore-comparison .view:not([hidden]) img", timeout=LONG)


def test_a_step_chooses_a_recipe(desktop):
    opened(desktop, "&lesson=autoencoder&step=4")
    desktop.click("[data-show]")
    desktop.wait_for_function("document.querySelector('#train-recipe select')?.value === 'small-bottleneck'", timeout=LONG)
    desktop.wait_for_function("document.querySelector('#train-small-bottleneck-code input[type=number]')?.value === '64'", timeout=LONG)
    assert desktop.input_value("#train-seconds input") == "20"
    assert seen(desktop, ".lesson-strip")
    desktop.wait_for_function("location.search.includes('train=small-bottleneck,code=64')", timeout=LONG)


def test_a_link_opens_its_step_and_says_what_it_leaves_out(desktop):
    opened(desktop, "&lesson=noise&step=5")
    assert "bug" in desktop.inner_text(".lesson-step .lesson-says")
    assert not seen(desktop, ".lesson-notices p")
    for wrong, sentence in (
        ("lesson=nonsense&step=2", "there is no lesson called “nonsense”"),
        ("lesson=noise&step=99", "a whole number from 1 to 9, it was “99”"),
        ("lesson=noise&step=two", "it was “two”"),
        ("hide=photo,everything", "nothing called “everything” can be hidden"),
    ):
        opened(desktop, f"&{wrong}")
        assert sentence in desktop.inner_text(".lesson-notices")
    assert not seen(desktop, "#restore-samples")
    desktop.click(".lesson-notices button")
    assert not seen(desktop, "#lesson-bar")


def test_a_link_hides_what_a_teacher_names(desktop):
    opened(desktop, "&hide=degradation,method,train,share")
    for selector in ("#restore-damage", "#restore-draw", "#restore-restorer", "#restore-told", "#tab-train-button", "#restore-save"):
        assert not seen(desktop, selector), selector
    for selector in ("#restore-samples", "#restore-action", "#restore-panes", "#tab-lessons-button"):
        assert seen(desktop, selector), selector
    desktop.click("#tab-lessons-button")
    desktop.click("[data-lesson=digits]")
    desktop.click(".lesson-teachers summary")
    desktop.check(".lesson-hide input[value=title]")
    link = desktop.input_value("[data-teacher=link]")
    assert link.endswith("/?lesson=digits&step=1&hide=train,degradation,method,share,title")
    assert desktop.input_value("[data-teacher=frame]").startswith('<iframe src="http')


def test_where_the_tab_is_hidden_the_bar_leads_alone(desktop):
    opened(desktop, "&lesson=resolution&step=2&hide=lessons")
    method(desktop, "bicubic_resample")
    assert seen(desktop, ".lesson-strip [data-next]")
    assert not seen(desktop, ".lesson-strip [data-back]")


def test_a_hidden_first_tab_gives_way_to_the_next(desktop):
    opened(desktop, "&hide=restore,compare,train,inside,models")
    desktop.wait_for_selector(".lesson-card", timeout=LONG)


def test_the_page_works_inside_a_frame_of_another_site(desktop, server):
    headers = desktop.request.get("/").headers
    assert "x-frame-options" not in headers
    assert "frame-ancestors" not in headers.get("content-security-policy", "")
    desktop.set_content(f'<iframe src="{server}/?{QUICK}&lesson=resolution&step=3" width="1200" height="800"></iframe>')
    frame = desktop.frame_locator("iframe")
    frame.locator("[data-show]").click(timeout=LONG)
    frame.locator("#restore-numbers .gain.bad").wait_for(timeout=LONG)


def test_a_lesson_can_be_walked_by_keyboard(desktop):
    opened(desktop)
    desktop.click("#tab-lessons-button")
    desktop.wait_for_selector(".lesson-card", timeout=LONG)
    desktop.focus("[data-lesson=resolution]")
    desktop.keyboard.press("Enter")
    assert desktop.evaluate("document.activeElement.tagName") == "H2"
    desktop.focus("[data-show]")
    desktop.keyboard.press("Enter")
    desktop.wait_for_function("document.activeElement.classList.contains('lesson-strip-title')", timeout=LONG)
    method(desktop, "do_nothing")
    for _ in range(2):
        desktop.keyboard.press("Tab")
        if desktop.evaluate("document.activeElement.hasAttribute('data-next')"):
            break
    desktop.keyboard.press("Enter")
    method(desktop, "bicubic_resample")
    assert desktop.evaluate("document.activeElement.hasAttribute('data-next')")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_phone_shows_it_in_both_languages(phone, language):
    opened(phone, f"&lang={language}&lesson=resolution&step=5")
    words = phone.inner_text(".lesson-step")
    assert ("缩小" in words) is (language == "zh")
    assert ("reduce" in words) is (language == "en")
    fits = "document.documentElement.scrollWidth <= innerWidth"
    assert phone.evaluate(fits)
    phone.click("[data-show]")
    phone.wait_for_selector(".lesson-strip", timeout=LONG)
    assert phone.evaluate(fits)
    strip = phone.locator(".lesson-strip").bounding_box()
    assert strip["height"] < 0.5 * 844
    phone.press(".lesson-strip [data-fold]", "Enter")  # the page still scrolls to what the step shows: a click may land beside it
    phone.wait_for_selector(".lesson-strip [data-fold][aria-expanded=false]", timeout=LONG)
    assert phone.locator(".lesson-strip").bounding_box()["height"] < 120
