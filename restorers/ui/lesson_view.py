"""From the lessons to what the browser needs of them: words, links, and where on the page something is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from restorers.lessons import LESSONS, PLACES, Step
from restorers.text import Text
from restorers.ui.controls import asset
from restorers.ui.language import fill
from restorers.ui.words import lessons as words
from restorers.ui.words import restore as link_words

# where each place is, and which view of the comparison shows it
SELECTORS = {
    "pictures": ("#restore-panes", None),
    "before_after": ("#restore-comparison", "before_after"),
    "error_map": ("#restore-comparison", "error_map"),
    "invented": ("#restore-comparison", "invented"),
    "numbers": ("#restore-numbers", None),
    "damage": ("#restore-step-2", None),
    "method": ("#restore-step-3", None),
    "recipe": ("#train-step-1", None),
    "film": ("#train-results", None),
}
# what ?hide= can name beside the tabs: all controls of a part of the column stand side by side, from its title to the next one
PARTS = {
    "photo": "#restore-step-1, #restore-step-1 ~ :not(#restore-step-2, #restore-step-2 ~ *)",
    "upload": "#restore-photo",
    "degradation": "#restore-step-2, #restore-step-2 ~ :not(#restore-step-3, #restore-step-3 ~ *)",
    "method": "#restore-step-3, #restore-step-3 ~ :not(#restore-action)",
    "comparison": "#restore-comparison",
    "numbers": "#restore-numbers",
    "share": "#restore-save",
    "title": "#page-title",
    "language": "#page-language",
}
# what the browser says by itself
SAID = {
    "intro": words.INTRO,
    "place": words.PLACE_IN,
    "steps": words.STEPS,
    "question": words.QUESTION,
    "answer": words.ANSWER,
    "show": words.SHOW,
    "next": words.NEXT,
    "previous": words.PREVIOUS,
    "all": words.ALL,
    "bar": words.BAR,
    "back": words.BACK,
    "again": words.AGAIN,
    "fold": words.FOLD,
    "unfold": words.UNFOLD,
    "end": words.END,
    "teachers": words.TEACHERS,
    "teachers_help": words.TEACHERS_HELP,
    "hide": words.HIDE,
    "link": words.LINK,
    "frame": words.FRAME,
    "copy": words.COPY,
    "copied": words.COPIED,
    "ignored": link_words.LINK_IGNORED,
    "no_tab": words.LINK_NO_TAB,
    "no_lesson": words.LINK_NO_LESSON,
    "no_step": words.LINK_NO_STEP,
    "no_control": words.LINK_NO_CONTROL,
    "close": words.CLOSE,
}


def hideable(tabs: Mapping[str, Text]) -> list[dict[str, Any]]:
    """What a link can hide: every tab, and parts of the page; each with its name in the link, its title and its CSS selector."""
    entries = [(name, fill(words.HIDE_TAB, tab=title), f"#tab-{name}-button") for name, title in tabs.items()]
    entries += [(name, words.HIDE_PART[name], selector) for name, selector in PARTS.items()]
    return [{"name": name, "title": title._asdict(), "selector": selector} for name, title, selector in entries]


def where(step: Step, tabs: Mapping[str, Text]) -> Text:
    """Where a step leads, and how long the page works for it where that is more than a moment."""
    text = fill(words.WHERE, tab=tabs[step.tab], place=PLACES[step.place].title)
    if not step.seconds:
        return text
    takes = words.TAKES.format(seconds=step.seconds)
    return Text(f"{text.en}; {takes.en}", f"{text.zh}；{takes.zh}")


def _step(step: Step, tabs: Mapping[str, Text]) -> dict[str, Any]:
    selector, view = SELECTORS[step.place]
    return {
        "says": step.says._asdict(),
        "question": step.question._asdict(),
        "answer": step.answer._asdict(),
        "where": where(step, tabs)._asdict(),
        "tab": step.tab,
        "selector": selector,
        "view": view,
        "run": step.run,
    }


def data(tabs: Mapping[str, Text]) -> dict[str, Any]:
    """All lessons as the browser needs them.

    Args:
        tabs: titles of the tabs of the page by id.
    """
    return {
        "lessons": [
            {
                "name": lesson.name,
                "title": lesson.title._asdict(),
                "about": lesson.about._asdict(),
                "length": words.LENGTH.format(steps=len(lesson.steps), minutes=lesson.minutes)._asdict(),
                "steps": [_step(step, tabs) for step in lesson.steps],
            }
            for lesson in LESSONS
        ],
        "hidden": hideable(tabs),
        "tabs": list(tabs),
        "words": {name: text._asdict() for name, text in SAID.items()},
    }


def script(tabs: Mapping[str, Text]) -> str:
    """What the head of the page runs: it hides what the link says before anything is drawn, and holds the lessons."""
    safe = json.dumps(data(tabs), ensure_ascii=False).replace("<", "\\u003c")
    return f"window.restorers ||= {{}};restorers.lessonData = {safe};\n{asset('lessons.js')}"
