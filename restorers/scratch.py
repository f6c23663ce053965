"""Folders for files that nobody needs after this process."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path


def scratch_folder(purpose: str) -> tempfile.TemporaryDirectory:
    """A folder that only this user can read, removed when the process ends; if it is killed, by the next ``remove_abandoned``."""
    return tempfile.TemporaryDirectory(prefix=f"restorers-{purpose}-{os.getpid()}-", ignore_cleanup_errors=True)


def remove_abandoned() -> None:
    """Remove the folders of this user's processes that no longer run."""
    if os.name != "posix":  # elsewhere to ask for a process by signal 0 would end it
        return
    for folder in Path(tempfile.gettempdir()).glob("restorers-*-*-*"):
        with contextlib.suppress(OSError, ValueError):
            process = int(folder.name.split("-")[2])
            if folder.lstat().st_uid == os.getuid() and not _runs(process):
                shutil.rmtree(folder)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
