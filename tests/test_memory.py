"""Memory that is given back."""

import platform
import subprocess
import sys

import pytest

FAULTS = """
import resource
import sys
from restorers.memory import keep_freed_memory
if sys.argv[1] == "keep":
    keep_freed_memory()
size = 50_000_000  # above what glibc ever keeps by itself
b"x" * size
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    b"x" * size
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(how):
    return int(subprocess.run([sys.executable, "-c", FAULTS, how], capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries are left alone")
def test_freed_memory_is_used_again_without_asking_the_kernel():
    assert faults("keep") < 100 and faults("usual") > 10_000  # pages touched for the first time; 12,207 an array


def test_it_may_be_asked_for_twice():
    for _ in range(2):
        assert subprocess.run([sys.executable, "-c", FAULTS, "keep"], check=False, capture_output=True).returncode == 0
