"""Batches made ahead: the same whenever asked for with the same seed, each worker with its own draws, errors handed on."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from restorers.training.prefetch import Clock, useful_workers

forks = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked, on Linux alone")


def program(body):
    """Run in a process of its own, as the command line does: before anything has loaded TensorFlow."""
    head = "import numpy as np\nfrom restorers.training.prefetch import Prefetch\n"
    done = subprocess.run([sys.executable, "-c", head + body], cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@forks
def test_batches_come_in_turn_repeat_and_differ():
    program("""
def batches(rng):
    for i in range(10**6):
        x = rng.random((3, 4, 4, 2), np.float32)
        yield x + i, x[..., :1]

with Prefetch(batches, 3) as ahead:
    stream = ahead(np.random.default_rng(5))
    first = [next(stream) for _ in range(12)]
    stream = ahead(np.random.default_rng(5))
    again = [next(stream) for _ in range(12)]
    other = next(ahead(np.random.default_rng(6)))
alone = [batches(child) for child in np.random.default_rng(5).spawn(3)]
for i, (pair, repeated) in enumerate(zip(first, again)):
    expected = next(alone[i % 3])
    for part, same, reference in zip(pair, repeated, expected):
        assert np.array_equal(part, same) and np.array_equal(part, reference) and part.dtype == np.float32
assert not np.array_equal(first[0][0], other[0])
assert len({pair[1].tobytes() for pair in first}) == 12
assert not any(process.is_alive() for process in ahead._processes)
""")


@forks
def test_larger_batches_and_errors_arrive_too():
    out = program("""
def batches(rng):
    yield np.zeros((2, 2), np.float32), np.zeros((2, 1), np.float32)
    yield np.ones((5, 2), np.float32), np.ones((5, 1), np.float64)
    raise ValueError("the photos are gone")

with Prefetch(batches, 1) as ahead:
    stream = ahead(np.random.default_rng(0))
    print([part.shape for part in next(stream)], [(part.shape, str(part.dtype)) for part in next(stream)])
    try:
        next(stream)
    except ValueError as error:
        print(error)
""")
    assert out == "[(2, 2), (2, 1)] [((5, 2), 'float32'), ((5, 1), 'float64')]\nthe photos are gone\n"


def test_the_clock_counts_waiting_alone():
    def slow():
        for i in range(3):
            time.sleep(0.02)
            yield np.full(1, i), np.full(1, -i)

    clock = Clock()
    stream = clock.watch(slow())
    seen = []
    for _ in range(3):
        seen.append(int(next(stream)[0][0]))
        waited = clock.seconds
        time.sleep(0.05)
        assert clock.seconds == waited
    assert seen == [0, 1, 2]
    assert clock.seconds >= 0.06


def test_few_cores_get_no_workers(monkeypatch):
    for cores, expected in ((1, 0), (4, 0), (16, 14)):
        monkeypatch.setattr("os.sched_getaffinity", lambda _, cores=cores: set(range(cores)), raising=False)
        monkeypatch.setattr(sys, "platform", "linux")
        assert useful_workers() == expected
    monkeypatch.setattr(sys, "platform", "win32")
    assert useful_workers() == 0
