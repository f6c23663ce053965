"""What the C library does with memory that is given back."""

from __future__ import annotations

import contextlib
import ctypes

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # of glibc's malloc.h


def keep_freed_memory() -> None:
    """Freed memory stays with this process and is used again; for processes that free and take the same large arrays all the time.

    glibc hands large blocks back to the kernel at once and asks anew at the next step; each page is then cleared again when it is first
    touched. Where pages are slow to come by, as in virtual machines, a step of training took twice as long. Elsewhere than on
    glibc nothing happens.

    Reference: mallopt(3).
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_MMAP_MAX, 0)
        mallopt(M_TRIM_THRESHOLD, 2**31 - 1)
