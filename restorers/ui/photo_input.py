"""Where a visitor gives his photo: Gradio's component behind the project's own gate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from restorers.errors import RestorersError
from restorers.ui.language import both
from restorers.ui.words import page as words


def told(error: RestorersError) -> gr.Error:
    """The error as the page shows it, in both languages."""
    return gr.Error(both(error.sentence), title=both(words.ERROR_TITLE), print_exception=False)


class PhotoInput(gr.Image):
    """Upload, camera and clipboard; hands over the path of a file that ``gate`` has accepted, or None.

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

    def preprocess(self, payload: Any) -> str | None:
        if payload is None or not payload.path:
            return None
        try:
            self.gate(payload.path)
        except RestorersError as error:
            raise told(error) from None
        return payload.path
