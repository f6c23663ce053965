"""Errors that a person can act on."""

from __future__ import annotations

from restorers.text import Text


class RestorersError(ValueError):
    """Input that cannot be used: one sentence with the rule, what came, and what to do.

    Args:
        sentence: the sentence in both languages, or in English alone where only a programmer can meet it.
    """

    def __init__(self, sentence: Text | str):
        self.sentence = sentence if isinstance(sentence, Text) else Text(sentence, sentence)
        super().__init__(self.sentence.en)


class Cancelled(Exception):
    """The work was stopped by the person who started it."""
