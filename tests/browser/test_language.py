"""The language of the page in a real browser."""

import re

from restorers.degradations import DEGRADATIONS
from restorers.restore import all_restorers
from tests.browser.restoring import LONG, fresh_gain, gain, opened

# names that are written in Latin letters in Chinese, too
NAMES = re.compile(
    r"English|Restorers|PSNR|SSIM|[A-Za-z]+(?=[–-][A-Z])|"
    + "|".join(re.escape(name) for p in [*DEGRADATIONS, *all_restorers()] for name in re.findall(r"[A-Za-z]{2,}", p.title.zh))
)


def english(page) -> list[str]:
    """The English words that a Chinese page shows."""
    return re.findall(r"[A-Za-z]{4,}", NAMES.sub("", page.evaluate("document.body.innerText")))


# what is said of a button or an input without words, by a screen reader and by the tip at the mouse
NAMED = """() => [...document.querySelectorAll("[aria-label], [title], [placeholder]")].filter((one) => one.checkVisibility())
  .flatMap((one) => ["aria-label", "title", "placeholder"].map((name) => one.getAttribute(name))).filter(Boolean)"""


def test_the_page_speaks_the_language_of_the_browser_from_the_first_moment(chromium, server):
    context = chromium.new_context(base_url=server, locale="zh-HK", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    # every text that was ever painted into a heading, a label or a button
    page.add_init_script(
        "window.seen = new Set(); new MutationObserver(() => document.querySelectorAll('h1, h2, label, button').forEach("
        "(e) => e.innerText && seen.add(e.innerText))).observe(document, { childList: true, subtree: true, characterData: true });"
    )
    opened(page)
    assert re.search("[\u4e00-\u9fff]", page.inner_text("#restore-run"))
    flashed = page.evaluate("[...seen].filter((t) => /Working size|Restore$|Photo$|Damage|Strength|Degraded|Before/.test(t))")
    assert not flashed
    assert not english(page)
    context.close()


def test_the_switch_changes_every_word_and_is_remembered(desktop):
    opened(desktop)
    # what was taken out of the page and came back must still follow
    desktop.click("#restore-gaussian_noise-more button")
    desktop.select_option("#restore-damage select", "motion_blur")
    desktop.wait_for_function("location.search.includes('with=motion_blur')", timeout=LONG)
    desktop.select_option("#restore-damage select", "gaussian_noise")
    desktop.wait_for_function("location.search.includes('with=gaussian_noise')", timeout=LONG)
    before = fresh_gain(desktop)
    desktop.click("#page-language [data-language=zh]")
    desktop.wait_for_function("document.querySelector('#restore-run').innerText === '修复'", timeout=LONG)
    assert gain(desktop) == before
    assert not english(desktop)
    opened(desktop)
    assert desktop.inner_text("#restore-run") == "修复"
    named = desktop.evaluate(NAMED)
    assert {"移除图片", "恢复默认值", "强度 σ（/255）：滑块"} <= set(named)
    assert not [name for name in named if re.search(r"[A-Za-z]{4,}", NAMES.sub("", name))]
    desktop.click("#page-language [data-language=en]")
    desktop.wait_for_function("document.querySelector('#restore-run').innerText === 'Restore'", timeout=LONG)
    desktop.wait_for_function("!/[\u4e00-\u9fff]/.test(document.body.innerText.replace('中文', ''))", timeout=LONG)
    named = desktop.evaluate(NAMED)
    assert {"Remove image", "Reset to default value", "range slider for Strength σ (/255)"} <= set(named)
    assert not [name for name in named if re.search("[\u4e00-\u9fff]", name.replace("中文", ""))]
