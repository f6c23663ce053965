"""Heavy work, one at a time on the machine, first come first served, stopped when its visitor stops or leaves."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from restorers.errors import RestorersError
from restorers.text import Text

Work = Callable[[Callable[..., None], threading.Event], Any]


class LineFull(RestorersError):
    """Too many visitors are waiting."""


@dataclass(eq=False)
class Job:
    """One piece of work of one visitor.

    Attributes:
        owner: the visitor.
        kind: what it is for, where somebody asks.
        work: called as ``work(report, cancel)`` in a thread of its own.
        progress: share that is done, 0 to 1.
        early: what can be shown before the result is whole; None until ``work`` reports it.
        began: when it left the line, in seconds of ``time.monotonic``; None while it waits.
        heard: when it last said how far it is.
        result, error: what ``work`` returned or raised, once ``done`` is set.
    """

    owner: str
    work: Work
    kind: str = ""
    progress: float = 0.0
    early: Any = None
    began: float | None = None
    heard: float = 0.0
    result: Any = None
    error: BaseException | None = None
    cancel: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    wake: Callable[[], None] = lambda: None

    def report(self, share: float, early: Any = None) -> None:
        """Say how far the work is, and what can be shown of it already; the latter wakes whoever follows."""
        self.progress = min(max(float(share), self.progress), 1.0)
        self.heard = time.monotonic()
        if early is not None:
            self.early = early
            self.wake()

    def end(self) -> None:
        """Nothing more will come."""
        self.done.set()
        self.wake()


@dataclass(frozen=True)
class Waiting:
    """The job waits; ``ahead`` other visitors come first."""

    ahead: int


@dataclass(frozen=True)
class Running:
    """The job runs: the share that is done, the seconds since it began, and whether it has been told to stop."""

    share: float
    seconds: float
    stopping: bool = False


@dataclass(frozen=True, eq=False)
class Early:
    """The job has something to show, and goes on."""

    result: Any


class Line:
    """The line in front of the machine.

    Args:
        max_waiting: how many may wait; the next one is told to come back.
    """

    def __init__(self, max_waiting: int = 16):
        self.max_waiting = max_waiting
        self._waiting: deque[Job] = deque()
        self._running: Job | None = None
        self._lock = threading.Lock()

    def start(self, owner: str, work: Work, kind: str = "") -> Job:
        """Put ``work`` at the end of the line. What ``owner`` had in the line or running before is stopped.

        Raises:
            LineFull: when ``max_waiting`` jobs wait already.
        """
        self.stop(owner)
        with self._lock:
            if len(self._waiting) >= self.max_waiting:
                raise LineFull(
                    Text(
                        f"At most {self.max_waiting} runs may wait, and {len(self._waiting)} do. Try again in a minute.",
                        f"最多允许 {self.max_waiting} 项任务排队，现已有 {len(self._waiting)} 项。请一分钟后再试。",
                    )
                )
            job = Job(owner, work, kind)
            self._waiting.append(job)
            self._advance()
        return job

    def stop(self, owner: str) -> bool:
        """Stop every job of ``owner``; returns whether there was one. A running one ends at its next look at the event."""
        with self._lock:
            mine = [job for job in self._waiting if job.owner == owner]
            for job in mine:
                self._waiting.remove(job)
                job.cancel.set()
                job.end()
            if self._running is not None and self._running.owner == owner:
                self._running.cancel.set()
                mine.append(self._running)
            return bool(mine)

    def works_for(self, owner: str, kind: str) -> bool:
        """Whether a job of ``owner`` of this kind waits, or runs and is not stopped."""
        with self._lock:
            jobs = [*self._waiting, *([self._running] if self._running else [])]
            return any((job.owner, job.kind) == (owner, kind) and not job.cancel.is_set() for job in jobs)

    def leave(self, job: Job) -> None:
        """Stop this one job, whether it waits or runs."""
        with self._lock:
            job.cancel.set()
            if job in self._waiting:
                self._waiting.remove(job)
                job.end()

    def ahead(self, job: Job) -> int:
        """How many other visitors come before ``job``; 0 when it runs or is done."""
        with self._lock:
            if job not in self._waiting:
                return 0
            before = [*([self._running] if self._running else []), *itertools.islice(self._waiting, self._waiting.index(job))]
            return len({_visitor(other.owner) for other in before} - {_visitor(job.owner)})

    def silent(self) -> float:
        """Seconds since the job that runs has last said how far it is; 0 where none runs."""
        with self._lock:
            return 0.0 if self._running is None else time.monotonic() - self._running.heard

    def _advance(self) -> None:
        if self._running is None and self._waiting:
            self._running = self._waiting.popleft()
            self._running.began = self._running.heard = time.monotonic()
            threading.Thread(target=self._run, args=(self._running,), name="restorers-job", daemon=True).start()

    def _run(self, job: Job) -> None:
        try:
            job.result = job.work(job.report, job.cancel)
        except BaseException as error:  # the thread ends here; whoever follows the job tells the visitor
            job.error = error
        finally:
            with self._lock:
                self._running = None
                self._advance()
            job.end()

    async def follow(self, job: Job, every: float = 0.1) -> AsyncIterator[Waiting | Running | Early]:
        """What happens to ``job``, whenever there is news, until it is done; the job is stopped when nobody follows any more.

        Looks every ``every`` seconds, and at once when there is something to show or the job is done.
        """
        loop, woken = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            with contextlib.suppress(RuntimeError):  # nobody follows any more: the loop is closed
                loop.call_soon_threadsafe(woken.set)

        job.wake = wake
        last = early = None
        try:
            while not job.done.is_set():
                woken.clear()
                if job.early is not early:
                    early = job.early
                    yield Early(early)
                    continue
                ahead = self.ahead(job)
                if ahead or job.began is None:
                    news: Waiting | Running = Waiting(ahead)
                else:
                    news = Running(round(job.progress, 2), int(time.monotonic() - job.began), job.cancel.is_set())
                if news != last:
                    yield news
                    last = news
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(woken.wait(), every)
        finally:
            self.leave(job)


def _visitor(owner: str) -> str:
    """Whose place in the line it is: a visitor may have several, each called after him."""
    return owner.partition("/")[0]


LINE = Line()
