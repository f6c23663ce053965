"""Where a visitor gives his photo: Gradio's component behind the project's own gate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from restorers.errors import RestorersError
from restorers.ui.language import both
from restorers.ui.words import page as words

NAME_LENGTH = 120


class GivenPhoto(NamedTuple):
    """A file of the visitor: where it lies on the server, and what he calls it."""

    path: str
    name: str


def told(error: RestorersError) -> gr.Error:
    """The error as the page shows it, in both languages."""
    return gr.Error(both(error.sentence), title=both(words.ERROR_TITLE), print_exception=False)


class PhotoInput(gr.Image):
    """Upload, camera and clipboard; hands over the file as a ``GivenPhoto`` that ``gate`` has accepted, or None.

    Gradio's own decoding would refuse odd files with a bare "Error" and pass others on wrongly.

    Args:
        gate: called with the path; raises ``RestorersError`` for what is no photo.
        options: of ``gr.Image``.
    """

    is_template = True

    def __init__(self, gate: Callable[[str], Any], **options: Any):
        super().__init__(**options)
        self.gate = gate

    def get_config(self) -> dict[str, Any]:
        return super().get_config(gr.Image)

    @staticmethod
    def given(payload: Any) -> GivenPhoto | None:
        """The file of a value that was preprocessed, or of one as the browser sends it."""
        if payload is None or isinstance(payload, GivenPhoto):
            return payload
        entries = payload if isinstance(payload, dict) else payload.model_dump()
        if not entries.get("path"):
            return None
        name = Path(str(entries.get("orig_name") or entries["path"])).name
        return GivenPhoto(entries["path"], "".join(c for c in name if c.isprintable())[-NAME_LENGTH:])

    def preprocess(self, payload: Any) -> GivenPhoto | None:
        photo = self.given(payload)
        try:
            if photo is not None:
                self.gate(photo.path)
        except RestorersError as error:
            raise told(error) from None
        return photo
