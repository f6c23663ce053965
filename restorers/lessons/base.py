"""The contract of a lesson: a walk of some minutes over the real tabs of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from restorers.registry import PlugIn
from restorers.text import Text


@dataclass(frozen=True)
class Place:
    """A place on the page where something can be seen or moved.

    Attributes:
        tab: id of the tab that it is on.
        title: what it is called there.
    """

    tab: str
    title: Text


PLACES: dict[str, Place] = {
    "pictures": Place("restore", Text("the pictures", "几张图片")),
    "before_after": Place("restore", Text("before/after", "前后对比")),
    "error_map": Place("restore", Text("the error map", "误差图")),
    "invented": Place("restore", Text("“What did it invent?”", "“它编造了什么？”")),
    "numbers": Place("restore", Text("the numbers", "数字")),
    "damage": Place("restore", Text("the damage", "损坏")),
    "method": Place("restore", Text("the method", "修复方法")),
    "recipe": Place("train", Text("the recipe", "配方")),
    "film": Place("train", Text("the film", "影片")),
}


@dataclass(frozen=True)
class Step:
    """One thing to say, shown on the page, with one question that the page can answer.

    Attributes:
        says: the one thing, in one to three short sentences.
        question, answer: what to look for, and what is seen then.
        place: a key of ``PLACES``: where to look.
        link: the settings of the place's tab, as the query of a link, complete: what it does not name stands as at first.
        run: on Restore, let the method run at once; else the visitor presses the button himself, or nothing needs to run.
        gains: where the answer speaks of it: whether the method comes closer to the original than doing nothing.
        seconds: about how long the page works, where that is more than a moment; 0 elsewhere.
    """

    says: Text
    question: Text
    answer: Text
    place: str
    link: str
    run: bool = False
    gains: bool | None = None
    seconds: int = 0

    @property
    def tab(self) -> str:
        """Id of the tab that the step sets."""
        return PLACES[self.place].tab


class Lesson(PlugIn):
    """A walk of some steps. A subclass is one file, whose name is the lesson's name in a link.

    Every figure in it stands on the card of a preset in ``weights/``, follows from such figures, or is measured by the page when
    the step is shown.

    Class attributes:
        title, about: on the list of lessons.
        minutes: about how long it takes.
        steps: in their order; a link counts them from 1.
    """

    separator: ClassVar[str] = "-"
    title: ClassVar[Text]
    about: ClassVar[Text]
    minutes: ClassVar[int] = 10
    steps: ClassVar[tuple[Step, ...]]
