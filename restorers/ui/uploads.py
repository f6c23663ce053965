"""Where the files lie that visitors send: a folder that this user alone can read, bounded, and emptied of what is an hour old."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
import time
from collections.abc import Container
from pathlib import Path

from restorers.ui.memory import HOUR

FOLDER = "GRADIO_TEMP_DIR"
MAX_BYTES = 4_000_000_000


def private_folder() -> Path:
    """The folder, made and closed to others; ``GRADIO_TEMP_DIR`` names it, and is set where it was not.

    Call it before the page is built: Gradio's components remember the folder.
    """
    user = os.getuid() if hasattr(os, "getuid") else 0
    folder = Path(os.environ.get(FOLDER) or Path(tempfile.gettempdir()) / f"restorers-{user}")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not stat.S_ISDIR(folder.lstat().st_mode):  # a link that somebody else may have laid
            raise PermissionError(folder)
        folder.chmod(0o700)  # fails where it belongs to somebody else
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix="restorers-"))
    os.environ[FOLDER] = str(folder)
    return folder


def sweep(folder: Path, kept: Container[str] = (), max_age: float = HOUR, max_bytes: int = MAX_BYTES, now: float | None = None) -> None:
    """Delete files older than ``max_age`` seconds, and the oldest ones until the others fit into ``max_bytes``; then the empty folders.

    Args:
        folder: with everything below it.
        kept: paths that stay.
        now: the time; default: the clock's.
    """
    now = time.time() if now is None else now
    files, folders = [], []
    for root, names, found in os.walk(folder):
        folders += [Path(root, name) for name in names]
        for path in (Path(root, name) for name in found):
            with contextlib.suppress(OSError):
                state = path.lstat()
                files.append((state.st_ctime, state.st_size, path))  # a copy may have the time of its original as st_mtime
    left = sum(size for _, size, _ in files)
    for born, size, path in sorted(files):
        if (now - born > max_age or left > max_bytes) and str(path) not in kept:
            with contextlib.suppress(OSError):
                path.unlink()
            left -= size
    for path in reversed(folders):
        with contextlib.suppress(OSError):
            if now - path.lstat().st_ctime > max_age:
                path.rmdir()
