"""The address of the page: every tab writes what it is set to, and a link restores it."""

import re

from tests.browser.restoring import LONG, QUICK, gain, opened


def said(page, text):
    page.wait_for_function("(text) => decodeURIComponent(location.search).includes(text)", arg=text, timeout=LONG)


def open_tab(page):
    return page.locator("#page-tabs > .tab-wrapper [role=tab][aria-selected=true]").first.get_attribute("id")


def test_a_link_opens_the_comparison_as_it_was(desktop):
    page = desktop
    page.goto("/?lang=en&photo=cat&with=gaussian_noise,sigma=25&using=denoise&tab=compare&compare=curve&others=1")
    page.wait_for_selector("#compare-curve-run", timeout=LONG)
    page.wait_for_function("document.querySelector('#compare-others input').checked", timeout=LONG)
    page.click("#compare-view-matrix-button")
    said(page, "compare=matrix")
    page.click("#tab-inside-button")
    said(page, "tab=inside")
    page.click("#tab-compare-button")
    said(page, "tab=compare")
    page.wait_for_timeout(1500)  # longer than the server takes to answer
    assert page.is_visible("#compare-matrix-run"), "the view that was left is not shown again"
    page.click("#compare-view-all-button")
    page.uncheck("#compare-others input")
    page.wait_for_function("!/compare=(matrix|curve)|others/.test(location.search)", timeout=LONG)
    page.click("#tab-inside-button")
    said(page, "tab=inside")
    page.click("#tab-restore-button")
    page.wait_for_function("!location.search.includes('tab=')", timeout=LONG)
    assert "sigma=25" in page.url


def test_what_a_link_has_wrong_is_said(desktop):
    page = desktop
    page.goto("/?lang=en&tab=compare&compare=sideways")
    page.wait_for_selector("#compare-all-status .notice", timeout=LONG)
    assert "“sideways” cannot be chosen" in page.inner_text("#compare-all-status")
    page.goto("/?lang=en&photo=attic&with=rust&tab=compare")
    page.wait_for_selector("#compare-all-run", timeout=LONG)
    page.wait_for_selector("#restore-banner .notice:visible", timeout=LONG)  # what Compare and Inside take from Restore, too
    assert "no damage called “rust”" in page.inner_text("#restore-banner")
    page.goto("/?lang=en&tab=attic")
    page.wait_for_selector(".lesson-notices .notice", timeout=LONG)
    assert "no tab called “attic”" in page.inner_text(".lesson-notices")
    page.goto(
        "/?lang=en&photo=digit&with=gaussian_noise,sigma=25&using=do_nothing&tab=inside&inside=tutorial-digits&layer=nowhere&silence=300"
    )
    page.wait_for_selector("#inside-status .notice", timeout=LONG)
    assert "“nowhere”" in page.inner_text("#inside-status") and "from 0 to 100" in page.inner_text("#inside-status")


def test_who_leaves_while_something_runs_arrives_however_slow_the_next_page_is(desktop):
    page = desktop
    page.goto("/?lang=en&photo=cat&with=gaussian_noise&using=denoise")
    page.wait_for_selector("#restore-run")
    page.wait_for_timeout(1000)  # after what runs by itself as the page opens
    asked = []
    page.on("request", lambda request: asked.append(request.url) if request.is_navigation_request() else None)

    def slow(route):
        page.wait_for_timeout(6000)  # Gradio asks every two seconds whether the server is there
        route.continue_()

    page.route(re.compile("tab=compare"), slow)
    page.click("#restore-run")
    page.wait_for_timeout(200)
    page.goto("/?lang=en&tab=compare")
    page.wait_for_selector("#compare-all-run", timeout=LONG)
    assert len(asked) == 1 and "tab=compare" in asked[0]


def test_a_link_opens_the_inside_of_a_network_as_it_was(desktop):
    page = desktop
    page.goto("/?lang=en&photo=digit&with=gaussian_noise,sigma=25&tab=inside")
    page.wait_for_selector("#inside-drawing [data-pick]", timeout=LONG)
    page.select_option("#inside-network select", "tutorial-digits")
    said(page, "inside=tutorial-digits")
    page.wait_for_function("document.querySelector('#inside-subject').innerText.includes('28')", timeout=LONG)
    layer = page.locator("#inside-drawing [data-pick]").nth(2)
    layer.click()
    said(page, "layer=")
    page.locator("#inside-maps [data-pick]").nth(1).click()
    said(page, "map=")
    page.fill("#inside-silent input[type=number]", "40")
    page.locator("#inside-silent input[type=number]").press("Enter")
    said(page, "silence=40")
    page.select_option("#inside-tried select", "own")
    said(page, "bottleneck=own")
    page.wait_for_selector("#inside-changed :text('Lost by the change')", timeout=LONG)
    shown = {place: page.inner_text(place) for place in ("#inside-focus", "#inside-changed")}
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector("#inside-changed :text('Lost by the change')", timeout=LONG)
    for place, text in shown.items():  # drawn one after the other
        page.wait_for_function("([place, text]) => document.querySelector(place).innerText === text", arg=[place, text], timeout=LONG)
    assert page.input_value("#inside-silent input[type=number]") == "40"
    assert page.input_value("#inside-tried select") == "own"
    assert page.input_value("#inside-network select") == "tutorial-digits"
    assert page.locator("#inside-status .notice").count() == 0


def test_a_link_restores_what_was_seen(desktop):
    opened(desktop, "/?photo=coffee&with=gaussian_noise,sigma=40&seed=7&using=median_filter,size=5&strength=80")
    first = gain(desktop)
    desktop.click("#restore-save summary")
    link = desktop.input_value("#restore-link")
    desktop.wait_for_url(link)
    assert "median_filter" in desktop.input_value("#restore-command")
    opened(desktop, link)
    assert gain(desktop) == first
    assert desktop.input_value("#restore-strength [data-testid=number-input]") == "80"
    assert desktop.get_attribute("#restore-samples [aria-pressed=true]", "title") == "Coffee"


def test_a_broken_link_says_what_was_left_out(desktop):
    opened(desktop, QUICK + "&with=gaussian_noise,sigma=9999&seed=-3")
    notice = desktop.inner_text("#restore-banner")
    assert "sigma must be a number from 0 to 150" in notice
    assert "“-3”" in notice


def test_the_address_holds_settings_and_language_and_keeps_what_is_not_its_own(desktop):
    desktop.add_init_script(
        "window.written = 0; const write = history.replaceState;"
        "history.replaceState = function (...all) { window.written += 1; return write.apply(this, all); };"
    )
    opened(desktop, QUICK + "&class=3%2F4&__theme=dark")
    desktop.wait_for_function("location.search.includes('clip=')", timeout=LONG)
    before = desktop.evaluate("written")
    slider = desktop.locator("#restore-gaussian_noise-sigma input[type=range]")
    slider.focus()
    for _ in range(25):
        slider.press("ArrowRight")
    desktop.wait_for_function("location.search.includes('sigma=50')", timeout=LONG)
    seconds = desktop.evaluate("performance.now()") / 1000
    assert desktop.evaluate("written") - before <= 3 * seconds  # browsers refuse more than a hundred in half a minute
    desktop.click("#page-language [data-language=zh]")
    desktop.wait_for_function("location.search.includes('lang=zh')", timeout=LONG)
    assert "class=3%2F4" in desktop.url
    assert "__theme=dark" in desktop.url
    desktop.evaluate("localStorage.clear()")
    opened(desktop, desktop.url)
    assert desktop.inner_text("#restore-run") == "修复"
    assert desktop.input_value("#restore-gaussian_noise-sigma [data-testid=number-input]") == "50"
