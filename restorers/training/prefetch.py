"""Batches made ahead by worker processes, so that a fast device does not wait for them."""

from __future__ import annotations

import contextlib
import mmap
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection

import numpy as np

from restorers.training.data import Batch

SLOTS = 2  # batches that each worker may be ahead
FEW_CORES = 4  # with no more than these, the training itself needs them all

Batches = Callable[[np.random.Generator], Iterator[Batch]]


def useful_workers() -> int:
    """How many workers help on this machine: all cores but two; none where cores are few or processes cannot be forked."""
    if sys.platform != "linux":
        return 0
    cores = len(os.sched_getaffinity(0))
    return cores - 2 if cores > FEW_CORES else 0


class Clock:
    """Counts the time that passes while one waits for the next batch.

    Attributes:
        seconds: waited so far.
    """

    def __init__(self) -> None:
        self.seconds = 0.0

    def watch(self, stream: Iterator[Batch]) -> Iterator[Batch]:
        """The same batches."""
        while True:
            start = time.perf_counter()
            pair = next(stream)
            self.seconds += time.perf_counter() - start
            yield pair


class Prefetch:
    """Takes the place of ``TrainingData.batches``: the same kind of batches, made by ``workers`` processes at once.

    Each worker draws with a generator of random numbers of its own, and their batches come in turn: the same seed and number
    of workers give the same batches. The processes are forked when this is made and share the photos with it, so make it
    before TensorFlow or JAX runs. One stream is read at a time: asking for another ends the one before. To be used in a
    ``with`` statement, which ends the processes.

    Args:
        batches: of a ``TrainingData``.
        workers: number of processes, at least 1.
    """

    def __init__(self, batches: Batches, workers: int):
        size = sum(part.nbytes for part in next(batches(np.random.default_rng(0))))
        context = multiprocessing.get_context("fork")
        self._connections: list[Connection] = []
        self._memories, self._processes = [], []
        for _ in range(workers):
            here, there = context.Pipe()
            self._connections.append(here)
            memory = mmap.mmap(-1, SLOTS * size)
            self._memories.append(memory)
            process = context.Process(target=_work, args=(batches, memory, size, there, tuple(self._connections)), daemon=True)
            process.start()
            there.close()
            self._processes.append(process)
        self._size, self._asked = size, [0] * workers

    def __enter__(self) -> Prefetch:
        return self

    def __exit__(self, *_) -> None:
        for connection in self._connections:
            connection.close()
        for process in self._processes:
            process.join(1)
            process.kill()

    def __call__(self, rng: np.random.Generator) -> Iterator[Batch]:
        for worker, child in enumerate(rng.spawn(len(self._connections))):
            while self._asked[worker]:
                self._receive(worker)
            self._connections[worker].send(child)
            for slot in range(SLOTS):
                self._ask(worker, slot)
        return self._stream()

    def _stream(self) -> Iterator[Batch]:
        while True:
            for worker in range(len(self._connections)):
                slot, pair = self._receive(worker)
                self._ask(worker, slot)
                yield pair

    def _ask(self, worker: int, slot: int) -> None:
        self._connections[worker].send(slot)
        self._asked[worker] += 1

    def _receive(self, worker: int) -> tuple[int, Batch]:
        slot, answer = self._connections[worker].recv()
        self._asked[worker] -= 1
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer[0], np.ndarray):
            return slot, answer
        # copied, for the worker writes there again as soon as it is asked
        return slot, tuple(np.array(part) for part in _parts(self._memories[worker], slot * self._size, answer))


def _parts(memory: mmap.mmap, start: int, shapes: tuple[tuple[int, ...], ...]) -> list[np.ndarray]:
    parts = []
    for shape in shapes:
        count = int(np.prod(shape))
        parts.append(np.frombuffer(memory, np.float32, count, start).reshape(shape))
        start += 4 * count
    return parts


def _work(batches: Batches, memory: mmap.mmap, size: int, connection: Connection, others: tuple[Connection, ...]) -> None:
    """The worker: a generator of random numbers starts a stream, a number asks for a batch in that slot, the end of the line ends it."""
    import cv2

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the training, which then ends its workers
    cv2.setNumThreads(1)
    for other in others:  # kept open here, they would hide the end of the training
        other.close()
    stream = None
    # the end of the line, or its breaking while something is on it, is the end of the training
    with contextlib.suppress(EOFError, OSError):
        while True:
            asked = connection.recv()
            if isinstance(asked, np.random.Generator):
                stream = batches(asked)
            else:
                connection.send((asked, _made(stream, memory, asked * size, size)))


def _made(stream: Iterator[Batch], memory: mmap.mmap, start: int, size: int) -> tuple[tuple[int, ...], ...] | Batch | Exception:
    """The next batch: the shapes of its parts, which then lie in ``memory``, or the batch itself if it does not fit, or what went wrong."""
    try:
        pair = next(stream)
    except Exception as error:
        return error
    if sum(part.nbytes for part in pair) > size or any(part.dtype != np.float32 for part in pair):
        return pair
    shapes = tuple(part.shape for part in pair)
    for place, part in zip(_parts(memory, start, shapes), pair, strict=True):
        place[...] = part
    return shapes
