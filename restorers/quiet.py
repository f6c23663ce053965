"""Silences libraries that cannot be told to be silent."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator


@contextlib.contextmanager
def no_stderr() -> Iterator[None]:
    """What libraries print on the standard error past every log level is lost inside; of all threads, so be quick."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # a program without a console has no such output
            kept = os.dup(2)
            stack.callback(os.close, kept)
            null = os.open(os.devnull, os.O_WRONLY)
            stack.callback(os.close, null)
            os.dup2(null, 2)
            stack.callback(os.dup2, kept, 2)
        yield
