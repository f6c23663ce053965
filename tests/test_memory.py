"""Memory that is given back."""

import platform
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries are left alone")

START = """
import contextlib
import resource
import sys
from restorers.memory import freed_memory_kept
how = {"keep": freed_memory_kept, "usual": contextlib.nullcontext}[sys.argv[1]]
size = 50_000_000  # above what glibc ever keeps by itself
"""
FAULTS = """
with how():
    b"x" * size
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(5):
        b"x" * size
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
RESIDENT = """
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()

before = resident()
with how():
    b"x" * size
    kept = resident() - before
print(kept, resident() - before)
"""


def measure(script, how):
    done = subprocess.run([sys.executable, "-c", START + script, how], capture_output=True, text=True, check=True)
    return [int(number) for number in done.stdout.split()]


def test_freed_memory_is_used_again_without_asking_the_kernel():
    (kept,), (usual,) = measure(FAULTS, "keep"), measure(FAULTS, "usual")  # pages touched for the first time; 12,207 an array
    assert kept < 100 and usual > 10_000


def test_at_the_end_it_is_given_back():
    kept, left = measure(RESIDENT, "keep")
    assert kept > 45_000_000 and left < 5_000_000
