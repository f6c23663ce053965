"""What the CPU can do."""

from __future__ import annotations

import contextlib
from functools import cache
from pathlib import Path


@cache
def instructions() -> frozenset[str]:
    """The extensions of its instruction set by the names that Linux gives them, such as ``avx2``, ``avx512f`` and ``avx512_bf16``.

    Of ``/proc/cpuinfo``; empty where there is none. Reference: proc_cpuinfo(5).
    """
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith(("flags", "Features")):  # x86, ARM
                return frozenset(line.partition(":")[2].split())
    return frozenset()
