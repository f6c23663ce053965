"""Two languages on one page, chosen in the browser.

Words inside Gradio's components (labels, help, choices, buttons, tabs) are translation keys of Gradio's own ``I18n``; words inside
HTML stand there twice, and one style rule shows the half that is wanted. So one switch changes the whole page at once, the server
never needs to know the language, and what handlers make is bilingual too.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterable
from functools import cache
from hashlib import blake2b
from pathlib import Path

import gradio as gr
from gradio.i18n import I18nData

from restorers.text import LANGUAGES, Text

_LOCALES = {"en": "en", "zh": "zh-CN"}
_said: dict[str, Text] = {}


def say(text: Text) -> I18nData:
    """``text`` for a property of a Gradio component, translated in the browser. Only while the page is built."""
    key = "w" + blake2b("\0".join(text).encode(), digest_size=6).hexdigest()
    _said[key] = text
    return I18nData(key)


def both(text: Text | str, tag: str = "span") -> str:
    """``text`` for HTML, in both languages; escaped."""
    text = text if isinstance(text, Text) else Text(text, text)
    return both_html(Text(html.escape(text.en), html.escape(text.zh)), tag)


def both_html(text: Text, tag: str = "span") -> str:
    """Like ``both`` for text that is HTML already."""
    if text.en == text.zh:
        return f"<{tag}>{text.en}</{tag}>"
    return f'<{tag} class="in-en" lang="en">{text.en}</{tag}><{tag} class="in-zh" lang="zh-CN">{text.zh}</{tag}>'


def fill(template: Text, **values: Text) -> Text:
    """``template`` with its fields filled, each language with its own words."""
    return Text(*(getattr(template, lang).format(**{name: value.to(lang) for name, value in values.items()}) for lang in LANGUAGES))


def joined(texts: Iterable[Text]) -> Text:
    """Some words as a list in a sentence."""
    *first, last = texts
    if not first:
        return last
    return Text(f"{', '.join(t.en for t in first)} and {last.en}", f"{'、'.join(t.zh for t in first)}和{last.zh}")


def translations() -> gr.I18n:
    """All that was said, for ``launch(i18n=…)``. Call it after the page is built."""
    return gr.I18n(**{locale: {key: text.to(language) for key, text in _said.items()} for language, locale in _LOCALES.items()})


STYLE = 'html:not([lang^="zh"]) .in-zh, html[lang^="zh"] .in-en { display: none !important; }'

# Runs before Gradio's scripts, which read navigator.language once: so the first picture of the page has the right words.
EARLY_SCRIPT = """<script>
(() => {
  let wanted = new URLSearchParams(location.search).get("lang");
  try { wanted = wanted || localStorage.getItem("restorers-language"); } catch {}
  const known = [wanted, ...(navigator.languages || [navigator.language])].map((l) => (l || "").slice(0, 2).toLowerCase());
  const locale = known.find((l) => l === "en" || l === "zh") === "zh" ? "zh-CN" : "en";
  document.documentElement.lang = locale;
  Object.defineProperty(navigator, "language", { get: () => locale, configurable: true });
})();
</script>"""


@cache
def _locale_module() -> str:
    """The file of Gradio's frontend that exports ``changeLocale``; its name carries a hash."""
    assets = Path(gr.__file__).parent / "templates" / "frontend" / "assets"
    return next((path.name for path in assets.glob("core-*.js") if "changeLocale" in path.read_text(encoding="utf-8")), "")


def switch_script() -> str:
    """Defines ``restorers.speak(language)`` in the browser and marks the button of the language that is spoken."""
    return f"window.restorers = window.restorers || {{}};window.restorers.localeModule = {json.dumps(_locale_module())};" + (
        Path(__file__).parent / "assets" / "language.js"
    ).read_text(encoding="utf-8")
