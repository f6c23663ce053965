"""What the C library does with memory that is given back."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # of glibc's malloc.h
USUAL_MMAP_MAX = 65_536  # glibc's own value


@contextlib.contextmanager
def freed_memory_kept() -> Iterator[None]:
    """Inside, freed memory stays with this process and is used again; for work that frees and takes the same large arrays all the time.

    glibc hands large blocks back to the kernel at once and asks anew at the next step; each page is then cleared again when it is first
    touched. Where pages are slow to come by, as in virtual machines, a step of training took twice as long. At the end the memory
    is given back. Elsewhere than on glibc nothing happens.

    Reference: mallopt(3), malloc_trim(3).
    """
    try:
        library = ctypes.CDLL(None)
        mallopt, malloc_trim = library.mallopt, library.malloc_trim
    except (AttributeError, OSError, TypeError):
        yield
        return
    mallopt(M_MMAP_MAX, 0)
    mallopt(M_TRIM_THRESHOLD, 2**31 - 1)
    try:
        yield
    finally:
        mallopt(M_MMAP_MAX, USUAL_MMAP_MAX)
        malloc_trim(0)
