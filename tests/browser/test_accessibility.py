"""What axe-core, the reference checker of accessibility, finds on each tab; serious and critical faults count."""

import pytest
from axe_playwright_python.sync_playwright import Axe

LONG = 90_000
QUICK = "/?lang=en&photo=digit&with=gaussian_noise,sigma=25&using=gaussian_filter"
# what is there when a tab has settled
SETTLED = {
    "restore": "#restore-numbers .gain",
    "compare": "#compare-head-text p",
    "train": "#train-cost-known",
    "inside": "#inside-focus img",
    "models": "#models",
    "lessons": ".lesson-card",
}


def faults(page):
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{fault['id']} ({fault['impact']}): {fault['help']}: {node['html'][:200]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


# controls that look the same with the focus on them; the divider of the comparison shows it on its knob
PALE = """() => [...document.querySelectorAll("button, input:not(.split), select, textarea, summary, a[href]")].filter((one) => {
  if (one.disabled || one.tabIndex < 0 || !one.checkVisibility() || !one.offsetWidth) return false;
  one.focus({ focusVisible: true, preventScroll: true });
  const style = getComputedStyle(one);
  return style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2;
}).map((one) => `no focus to be seen: ${one.outerHTML.slice(0, 200)}`)"""

# what a finger has to hit, a label with its box or knob: 24 px each way (WCAG 2.2, 2.5.8, without its exceptions but that of links in a text)
SMALL = """() => [...document.querySelectorAll("button, input, select, textarea, summary, a[href]")].filter((one) => {
  if (one.disabled || one.tabIndex < 0 || !one.checkVisibility() || one.offsetWidth <= 1 || getComputedStyle(one).display === "inline") return false;
  const { width, height } = ((one.matches("[type=checkbox], [type=radio]") && one.closest("label")) || one).getBoundingClientRect();
  return Math.min(width, height) < 24;
}).map((one) => `too small for a finger: ${one.outerHTML.slice(0, 200)}`)"""


@pytest.mark.parametrize(("device", "theme"), [("desktop", "light"), ("phone", "dark")])
def test_axe_finds_no_serious_fault(device, theme, request):
    page, found = request.getfixturevalue(device), {}
    page.goto(f"{QUICK}&seed=-1&__theme={theme}")  # the seed is refused in a sentence
    for tab, settled in SETTLED.items():
        page.wait_for_selector(f"#tab-{tab}-button", timeout=LONG)
        page.click(f"#tab-{tab}-button")
        page.wait_for_selector(settled, timeout=LONG)
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        if tab == "restore":
            page.click("#restore-gaussian_noise-more button")
            page.click("#restore-then")
            page.wait_for_selector("#restore-chips li")
            page.click("[data-view=invented]")
        if tab == "compare":
            page.click("#compare-all-run")
            page.wait_for_selector("#compare-all-files a", timeout=LONG)
        page.wait_for_timeout(300)  # colours fade in
        if bad := faults(page) + page.evaluate(PALE) + (page.evaluate(SMALL) if device == "phone" else []):
            found[tab] = bad
    assert not found, "\n".join(f"{tab}: {fault}" for tab, bad in found.items() for fault in bad)


BEHIND = """() => {
  const one = document.activeElement;
  const { x, y, width, height } = one.getBoundingClientRect();
  const top = document.elementFromPoint(x + width / 2, y + height / 2);
  const sticky = top && top.closest("#restore-action, #lesson-bar");
  return sticky && !sticky.contains(one) ? `${one.outerHTML.slice(0, 100)} is behind #${sticky.id}` : "";
}"""


def test_nothing_that_sticks_to_the_screen_hides_what_has_the_focus(desktop):
    desktop.set_viewport_size({"width": 390, "height": 600})
    desktop.goto(f"{QUICK}&lesson=resolution&step=3&hide=lessons")
    desktop.wait_for_selector("#restore-gain", timeout=LONG)
    desktop.wait_for_selector(".lesson-strip-head", timeout=LONG)
    behind = []
    for key in ["Tab"] * 60 + ["Shift+Tab"] * 50:
        desktop.keyboard.press(key)
        behind.append(desktop.evaluate(BEHIND))
    assert not any(behind), "\n".join(filter(None, behind))


def test_arrow_keys_open_the_other_tabs(desktop):
    desktop.goto(QUICK)
    desktop.wait_for_selector("#restore-gain", timeout=LONG)
    desktop.focus("#tab-restore-button")
    for key, tab in [
        ("ArrowRight", "compare"),
        ("ArrowLeft", "restore"),
        ("ArrowLeft", "lessons"),
        ("Home", "restore"),
        ("End", "lessons"),
    ]:
        desktop.keyboard.press(key)
        desktop.wait_for_function(
            "(id) => document.activeElement.matches(`#${id}[aria-selected=true]`)", arg=f"tab-{tab}-button", timeout=LONG
        )


def test_who_walks_by_keyboard_never_falls_off_a_control_that_goes(desktop):
    """Only the keyboard is used: with a mouse the focus may go."""

    def press(selector, key="Enter"):
        desktop.wait_for_selector(selector, timeout=LONG)
        desktop.focus(selector)
        desktop.keyboard.press(key)

    def rests(selector):
        desktop.wait_for_function("(s) => document.activeElement.matches(s)", arg=selector, timeout=LONG)

    desktop.goto(QUICK)
    desktop.wait_for_selector("#restore-gain", timeout=LONG)
    press("#restore-run")
    desktop.wait_for_timeout(1000)
    rests("#restore-run, #restore-stop")
    press("#restore-then")
    press("#restore-chips li button")
    rests("#restore-damage select")
    press("#tab-compare-button")
    press("#compare-change")
    rests("#tab-restore-button")
    press("#tab-train-button")
    press("#train-start")
    desktop.wait_for_selector("#train-start", state="hidden", timeout=LONG)
    rests("#train-buttons button")
    press("#train-stop:not(:disabled)")
    desktop.wait_for_selector("#train-start", timeout=LONG)
    rests("#train-buttons button")


def test_results_and_problems_are_read_out_but_no_percents(desktop):
    desktop.add_init_script(
        """addEventListener("DOMContentLoaded", () => new MutationObserver((seen) => {
          for (const { target } of seen) if (target.matches?.("body > [role=status]")) (window.said ??= []).push(target.textContent);
        }).observe(document.body, { childList: true, subtree: true }))"""
    )

    def hears(words):
        desktop.wait_for_function("(words) => (window.said ?? []).some((text) => text.includes(words))", arg=words, timeout=LONG)

    desktop.goto(f"{QUICK}&seed=-1")  # the seed is refused in a sentence
    desktop.wait_for_selector("#restore-gain", timeout=LONG)
    desktop.wait_for_timeout(1000)  # what stands there at first is not news
    desktop.select_option("#restore-restorer select", "median_filter")
    desktop.wait_for_selector("#restore-gain", state="detached", timeout=LONG)
    desktop.wait_for_timeout(1000)
    desktop.click("#restore-run")
    hears(" dB")
    desktop.click("#tab-compare-button")
    desktop.click("#compare-view-curve-button")
    desktop.click("#compare-curve-run")
    desktop.wait_for_function("document.querySelector('#compare-curve-status').innerText.includes('%')", timeout=LONG)
    desktop.click("#compare-curve-stop")
    hears("Stopped")
    assert not [text for text in desktop.evaluate("said") if "%" in text]


def test_who_wants_no_motion_sees_no_line_grow_and_no_bar_slide(desktop):
    desktop.emulate_media(reduced_motion="reduce")
    desktop.goto(QUICK)
    desktop.click("#tab-train-button")
    desktop.wait_for_selector("#train-start", timeout=LONG)
    line = "getComputedStyle(document.querySelector('#tab-train-button'), '::after')"
    assert desktop.evaluate(f"[{line}.animationName, {line}.opacity]") == ["none", "1"]
    fold = "getComputedStyle(document.querySelector('.more > button .icon')).transitionProperty"
    assert desktop.evaluate(fold) == "none"
    duration = """(name) => {
      const bar = document.body.appendChild(document.createElement("div"));
      [bar.className, bar.innerHTML] = [name, "<i></i>"];
      return getComputedStyle(bar.firstChild).transitionDuration;
    }"""
    assert [desktop.evaluate(duration, name) for name in ("train-bar", "compare-bar")] == ["0s", "0s"]


def test_where_the_system_sets_the_colours_what_is_chosen_focused_or_drawn_is_told_apart(desktop):
    desktop.emulate_media(forced_colors="active")
    desktop.goto(QUICK)
    desktop.wait_for_selector("#restore-gain", timeout=LONG)

    def style(selector, name, pseudo=None):
        return desktop.evaluate("([s, n, p]) => getComputedStyle(document.querySelector(s), p)[n]", [selector, name, pseudo])

    desktop.evaluate(
        """document.querySelector(".gradio-container").insertAdjacentHTML("beforeend",
          `<div id="looks"><button class="lesson-show">x</button><div class="compare-bar"><i>x</i></div>
          <div class="ranking"><span class="bar"><i class="up">x</i></span></div>
          <figure class="chart"><ul><li class="c0">x</li><li class="c1">x</li></ul></figure>
          <div class="inside-maps"><button aria-pressed="true">x</button><button aria-pressed="false">x</button></div></div>`)"""
    )
    ground = style("body", "backgroundColor")
    for chosen in ("#page-language [aria-pressed=true]", ".rv .tab[aria-selected=true]", "#looks [aria-pressed=true]"):
        assert style(chosen, "backgroundColor") != ground, chosen
    desktop.keyboard.press("Tab")  # from now on the focus is seen
    desktop.focus("#page-language [aria-pressed=false]")
    assert style("#page-language [aria-pressed=false]", "outlineStyle") == "solid"
    assert style("#page-language [aria-pressed=false]", "backgroundColor") != style("#page-language [aria-pressed=true]", "backgroundColor")
    assert style("#looks [aria-pressed=false]", "borderTopColor") == ground  # no line around what is not chosen
    for bar in ("#looks .compare-bar i", "#looks .up"):
        assert style(bar, "backgroundColor") != ground, bar
    assert style("#looks .c0", "borderTopColor", "::before") != style("#looks .c1", "borderTopColor", "::before")
    for lined in ("#looks .lesson-show", "#restore-draw input"):
        assert style(lined, "borderTopWidth") in ("1px", "2px"), lined
