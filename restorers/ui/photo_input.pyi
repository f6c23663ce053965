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

from gradio.events import Dependency

class PhotoInput(gr.Image):
    """Upload, camera and clipboard; hands over the path of a file that ``PhotoInput.gate`` has accepted, or None.

    Gradio's own decoding would refuse odd files with a bare "Error" and pass others on wrongly.
    """

    is_template = True
    gate: Callable[[str], Any] | None = None

    def preprocess(self, payload: Any) -> str | None:
        if payload is None or not payload.path:
            return None
        try:
            PhotoInput.gate(payload.path)
        except RestorersError as error:
            raise told(error) from None
        return payload.path
    from typing import Callable, Literal, Sequence, Any, TYPE_CHECKING
    from gradio.blocks import Block
    if TYPE_CHECKING:
        from gradio.components import Timer
        from gradio.components.base import Component