"""A sentence in both languages of the page."""

from __future__ import annotations

from typing import NamedTuple

LANGUAGES = {"en": "English", "zh": "简体中文"}


class Text(NamedTuple):
    """One sentence, in English and in simplified Chinese.

    Plug-ins carry their own words in both languages, so that a new plug-in stays one file.
    """

    en: str
    zh: str

    def __str__(self) -> str:
        return self.en

    def format(self, *args, **values) -> Text:
        """The same sentence with its fields filled in."""
        return Text(self.en.format(*args, **values), self.zh.format(*args, **values))

    def to(self, language: str) -> str:
        """The sentence in ``language``, a key of ``LANGUAGES``."""
        return getattr(self, language)
