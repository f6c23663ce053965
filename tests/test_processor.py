"""What is read of the CPU."""

import platform
import sys
from pathlib import Path

import pytest

from restorers import processor


@pytest.fixture(autouse=True)
def asked_anew():
    processor.instructions.cache_clear()
    yield
    processor.instructions.cache_clear()


@pytest.mark.skipif(sys.platform != "linux", reason="/proc/cpuinfo is of Linux")
def test_what_every_such_cpu_has_is_found():
    assert {"x86_64": "sse2", "aarch64": "asimd"}[platform.machine()] in processor.instructions()


@pytest.mark.parametrize("line", ["flags\t\t: fpu sse2 avx512_bf16", "Features\t: fpu sse2 avx512_bf16"])
def test_read_from_the_first_core(monkeypatch, line):
    monkeypatch.setattr(
        Path, "read_text", lambda self: f"processor\t: 0\nmodel name\t: A\n{line}\nbugs\t: b\n\nprocessor\t: 1\nflags\t: x\n"
    )
    assert processor.instructions() == {"fpu", "sse2", "avx512_bf16"}


def test_none_are_known_without_the_file(monkeypatch):
    def missing(self):
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", missing)
    assert processor.instructions() == frozenset()
