"""Trainings for many visitors: child processes kept warm, one run a visitor, a line in front of them. Loads no Keras here."""

from __future__ import annotations

import contextlib
import itertools
import logging
import math
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from restorers.errors import RestorersError
from restorers.scratch import scratch_folder
from restorers.text import Text
from restorers.training.session import Order

LOST_AFTER = 70.0  # seconds without anybody looking, after which a run stops; a page in the background looks once a minute
LOST_WHEN_OTHERS_WAIT = 20.0  # seconds, where somebody waits: he may be the same visitor, who has loaded the page anew
PAUSE_WHEN_OTHERS_WAIT = 60.0  # seconds that a paused run may keep others waiting
STOP_GRACE = 45.0  # seconds that a stopped run has to write its result
KEPT_RUNS = 48  # finished runs that can still be looked at
MEMORY_LIMIT = 4_000_000_000  # bytes of one child, Keras included
ROOM = 2_000_000_000  # bytes that are free where a child is kept before anybody has come
MOST_LOSSES = 4000  # points of one curve; more are thinned
TRAININGS_A_CHILD = 20  # then a fresh one takes its place
WAITING, STARTING, RUNNING, PAUSED, STOPPING, DONE, FAILED = "waiting", "starting", "running", "paused", "stopping", "done", "failed"

KILLED = Text(
    "The training was ended from outside, or ran out of memory. What you see is its last state.",
    "训练被外部终止或内存不足。这里显示的是它最后的状态。",
)
NOT_IN_TIME = Text(
    "The training was stopped, but the server was too busy to write down what was learned. What you see is its last state.",
    "训练已停止，但服务器过忙，未能记录所学内容。这里显示的是它最后的状态。",
)
TOO_LARGE = Text(
    "The training took more than {limit:g} GB of memory and was ended. Choose a smaller network, batch or crop.",
    "训练占用内存超过 {limit:g} GB，已被终止。请减小网络、批大小或裁剪边长。",
)
LINE_FULL = Text(
    "At most {most} visitors may wait for a training, and as many do. Try again in a minute.",
    "最多允许 {most} 位访客排队等待训练，现已满。请一分钟后再试。",
)
NO_CHILD = Text("The training could not be started on this server. Try again in a minute.", "服务器无法启动训练。请一分钟后再试。")


class TrainingRefused(RestorersError):
    """A training that was not begun."""


@dataclass(frozen=True)
class Frame:
    """The watched photo after some steps: uint8 (height, width, 3), and its PSNR in dB."""

    step: int
    picture: np.ndarray
    psnr: float


@dataclass(eq=False)
class Run:
    """One training, as far as its events have told.

    Attributes:
        owner, order: for whom, and what.
        state: ``waiting``, ``starting``, ``running``, ``paused``, ``stopping``, ``done`` or ``failed``.
        version: grows with every event.
        step, seconds, rate: how far it came.
        losses: (step, loss), thinned where they are many.
        validations: the events of that name.
        frames: the film; ``now`` is the last look, kept or not.
        started: the event, with parameters, memory, notes and the pictures ``truth`` and ``degraded``.
        strengths: the event, once it is known.
        reason: why it ended: ``budget``, ``stopped``, ``ended`` (by the recipe itself) or ``lost``.
        folder: the preset that it became; ``model.keras`` lies beside it.
        sentence: what went wrong.
        early: commands that came while it waited, the last of each, for the child that it will be given.
        taken: somebody else looks after the files now.
        forgotten: its visitor has left: the files go as soon as nothing more is written to them.
        complete: over, and nothing more will be told.
    """

    owner: str
    order: Order
    number: int
    work: Path
    state: str = WAITING
    version: int = 0
    step: int = 0
    seconds: float = 0.0
    rate: float = 0.0
    losses: list[tuple[int, float]] = field(default_factory=list)
    validations: list[dict[str, Any]] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    now: Frame | None = None
    started: dict[str, Any] | None = None
    strengths: dict[str, Any] | None = None
    reason: str = ""
    folder: Path | None = None
    sentence: Text | None = None
    early: dict[str, float] = field(default_factory=dict)
    taken: bool = False
    forgotten: bool = False
    complete: bool = False
    seen: float = field(default_factory=time.monotonic)
    since: float = field(default_factory=time.monotonic)

    @property
    def over(self) -> bool:
        """Whether nothing more can happen to it."""
        return self.state in (DONE, FAILED)

    def note(self, event: dict[str, Any]) -> None:
        """Take up one event of the child."""
        what = event["event"]
        if what == "started":
            self.started = event
            self._become(RUNNING)
        elif what == "steps":
            first = event["step"] - len(event["losses"]) + 1
            self.losses += [(first + i, loss) for i, loss in enumerate(event["losses"])]
            if len(self.losses) > MOST_LOSSES:
                self.losses[: -MOST_LOSSES // 4] = self.losses[: -MOST_LOSSES // 4 : 2]
            self.step, self.seconds, self.rate = event["step"], event["seconds"], event["rate"]
            if self.state == PAUSED:
                self._become(RUNNING)
        elif what == "validation":
            self.validations.append(event)
        elif what == "preview":
            self.now = Frame(event["step"], event["picture"], event["psnr"])
            if event["keep"]:
                self.frames = [*(f for f in self.frames if f.step != event["step"]), self.now]
        elif what == "paused":
            self._become(PAUSED)
        elif what == "strengths":
            self.strengths = event
        elif what == "done":
            self.reason = self.reason or event["reason"]
            self.folder = Path(event["folder"]) if event["folder"] else None
            self._become(DONE)
        elif what == "failed":
            self.sentence, self.folder = event["sentence"], Path(event["folder"]) if event["folder"] else None
            self._become(FAILED)
        self.version += 1

    def _become(self, state: str) -> None:
        if not (self.state == STOPPING and state in (RUNNING, PAUSED)):
            self.state, self.since = state, time.monotonic()


@dataclass
class _Question:
    """What an order would cost; the order is kept until the answer is there."""

    number: int
    order: Order | None
    answer: dict[str, Any] | None = None


def child_environment() -> dict[str, str]:
    """The environment that trainings run in: oneDNN is on, which TensorFlow leaves off on many processors."""
    chosen = {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return {"TF_ENABLE_ONEDNN_OPTS": "1", **os.environ, **chosen}


class _Child:
    """One child process and the thread that hears it."""

    def __init__(self, hear: Callable[[_Child, dict[str, Any]], None], ended: Callable[[_Child], None]):
        here, there = Pipe()
        environment = child_environment()
        # a fresh interpreter: it shares neither Keras' threads nor the page's memory, and does not build the page again
        self.process = subprocess.Popen(
            [sys.executable, "-m", "restorers.training.session", str(there.fileno())], pass_fds=[there.fileno()], env=environment
        )
        there.close()
        self.run: Run | None = None
        self.trained = 0
        self._connection: Connection = here
        self._sending = threading.Lock()
        self._hear, self._ended = hear, ended
        threading.Thread(target=self._listen, name="restorers-training", daemon=True).start()

    def send(self, *message: Any) -> None:
        with self._sending, contextlib.suppress(OSError):
            self._connection.send(message)

    def end(self) -> None:
        """Kill the process; its thread tells the engine."""
        with contextlib.suppress(OSError):
            self.process.kill()

    def memory(self) -> int:
        """Resident bytes; 0 where the system does not say."""
        try:
            pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        except (OSError, IndexError):
            return 0
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    @property
    def status(self) -> str:
        """How the process ended, for the log."""
        return f"status {self.process.returncode}"

    def _listen(self) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                self._hear(self, self._connection.recv())
        self._connection.close()
        self.end()
        self.process.wait()
        self._ended(self)


def _free_memory() -> float:
    """Bytes that could still be used; infinite where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return math.inf


class Engine:
    """The trainings of all visitors.

    Args:
        slots: trainings at one time on this machine.
        max_waiting: how many may wait; the next one is told to come back.
        lost_after: seconds without a look, after which a run stops.
        child: what trains, in the place of a child process; it may tell more ``slots`` when it is ready.
    """

    def __init__(self, slots: int = 1, max_waiting: int = 12, lost_after: float = LOST_AFTER, child: Callable | None = None):
        self.slots, self.max_waiting, self.lost_after = slots, max_waiting, lost_after
        self._new_child = child
        self._lock = threading.RLock()
        self._children: list[_Child] = []
        self._waiting: deque[Run] = deque()
        self._runs: dict[str, Run] = {}
        self._past: list[Run] = []
        self._estimates: dict[str, _Question] = {}
        self._numbers = itertools.count(1)
        self._folder: tempfile.TemporaryDirectory | None = None
        self._watched = False
        self.speed = 0.0

    # what the page asks

    def warm(self) -> None:
        """Have a child ready before anybody asks for a run."""
        with self._lock:
            self._begin()
            if not self._children:
                self._children.append(self._child())

    def warm_where_roomy(self) -> None:
        """``warm``, unless memory is short."""
        if _free_memory() >= ROOM:
            self.warm()

    def start(self, owner: str, order: Order) -> Run:
        """Begin ``order`` for ``owner``, at the end of the line; what he had before is stopped.

        Raises:
            RestorersError: settings that do not fit, no budget, or a full line.
        """
        order.build()
        self.stop(owner)
        with self._lock:
            self._begin()
            self._advance()
            if len(self._waiting) >= self.max_waiting:
                raise TrainingRefused(LINE_FULL.format(most=self.max_waiting))
            number = next(self._numbers)
            work = Path(self._folder.name) / str(number)
            work.mkdir()
            run = Run(owner, order, number, work)
            if (before := self._runs.pop(owner, None)) is not None:
                self._past.append(before)
            self._runs[owner] = run
            self._waiting.append(run)
            self._advance()
            self._forget_old()
        return run

    def command(self, owner: str, what: str, value: float = 0.0) -> None:
        """``pause``, ``resume``, ``step`` (one), ``delay`` (seconds a step) for the run of ``owner``, if it still goes on."""
        with self._lock:
            run = self._runs.get(owner)
            if run is None or run.over or run.state == STOPPING:
                return
            if run in self._waiting:
                run.early.pop(what, None)  # the last of each, in the order in which they came
                run.early[what] = value
            elif (child := self._child_of(run)) is not None:
                child.send(what, run.number, value)
                if what == "resume" and run.state == PAUSED:
                    run._become(RUNNING)
                    run.version += 1

    def stop(self, owner: str, reason: str = "stopped") -> None:
        """Stop the run of ``owner``; what it has learned is kept. It counts as stopping at once, and ends after the step at hand."""
        with self._lock:
            run = self._runs.get(owner)
            if run is None or run.over or run.state == STOPPING:
                return
            run.reason = reason
            run.version += 1
            if run in self._waiting:
                self._waiting.remove(run)
                run._become(DONE)
                run.complete = True
                return
            run._become(STOPPING)
            if (child := self._child_of(run)) is not None:
                child.send("stop", run.number)

    def forget(self, owner: str) -> None:
        """Stop the run of ``owner`` and forget all that he has had trained: pictures, and files that nobody else looks after."""
        with self._lock:
            self.stop(owner)
            self._estimates.pop(owner, None)
            mine = [run for run in (*self._past, *self._runs.values()) if run.owner == owner]
            self._past = [run for run in self._past if run.owner != owner]
            self._runs.pop(owner, None)
            for run in mine:
                run.forgotten = True
                self._let_go(run)

    def run(self, owner: str) -> Run | None:
        """The run of ``owner``, going on or over. To ask is to look: a run at which nobody looks is stopped."""
        with self._lock:
            run = self._runs.get(owner)
            if run is not None:
                run.seen = time.monotonic()
            return run

    def ahead(self, run: Run) -> int:
        """How many runs must end before this one begins; 0 when it has begun."""
        with self._lock:
            if run not in self._waiting:
                return 0
            others = [child for child in self._busy() if child.run.owner != run.owner]  # his own last one is ending already
            return self._waiting.index(run) + len(others)

    def ask_estimate(self, owner: str, order: Order) -> None:
        """Ask what ``order`` would cost; ``estimate`` gives the answer once it is there.

        Raises:
            RestorersError: settings that do not fit, or no budget.
        """
        order.build()
        with self._lock:
            self.warm()
            self._ask(owner, question := _Question(next(self._numbers), order))
            self._children[0].send("estimate", question.number, order)

    def refuse_estimate(self, owner: str, sentence: Text) -> None:
        """The last question of ``owner`` needs no working out: ``sentence`` says why it cannot be."""
        with self._lock:
            self._ask(owner, _Question(next(self._numbers), None, {"refused": sentence}))

    def drop_estimate(self, owner: str) -> None:
        """There is nothing to work out for ``owner`` any more."""
        with self._lock:
            self._estimates.pop(owner, None)

    def estimate(self, owner: str) -> dict[str, Any] | None:
        """The answer to the last question of ``owner``: ``parameters``, ``memory`` and ``seconds`` of a step, or ``refused``."""
        question = self._estimates.get(owner)
        return None if question is None else question.answer

    def estimating(self, owner: str) -> bool:
        """Whether a question of ``owner`` is still to be answered."""
        question = self._estimates.get(owner)
        return question is not None and question.answer is None

    def close(self) -> None:
        """End all children and remove all files."""
        with self._lock:
            self.slots = 0
            self._waiting.clear()
            for child in self._children:
                child.end()
            if self._folder is not None:
                self._folder.cleanup()

    # what happens

    def _ask(self, owner: str, question: _Question) -> None:
        self._estimates.pop(owner, None)
        self._estimates[owner] = question
        while len(self._estimates) > 4 * KEPT_RUNS:
            del self._estimates[next(iter(self._estimates))]

    def _begin(self) -> None:
        if self._folder is None:
            self._folder = scratch_folder("training")
        if not self._watched:
            self._watched = True
            threading.Thread(target=self._watch, name="restorers-training-watch", daemon=True).start()

    def _child(self) -> _Child:
        return (self._new_child or _Child)(self._hear, self._ended)

    def _busy(self) -> list[_Child]:
        return [child for child in self._children if child.run is not None]

    def _child_of(self, run: Run) -> _Child | None:
        return next((child for child in self._children if child.run is run), None)

    def _advance(self) -> None:
        """Give waiting runs to free children."""
        while self._waiting and len(self._busy()) < self.slots:
            child = next((c for c in self._children if c.run is None), None)
            if child is None:
                child = self._child()
                self._children.append(child)
            run = self._waiting.popleft()
            child.run = run
            child.trained += 1
            run._become(STARTING)
            run.version += 1
            child.send("train", run.number, run.order, str(run.work))
            for what, value in run.early.items():
                child.send(what, run.number, value)

    def _hear(self, child: _Child, event: dict[str, Any]) -> None:
        with self._lock:
            if event["event"] == "ready":
                self.speed = event["speed"]
                if self.slots:
                    self.slots = event.get("slots", self.slots)
                    self._advance()
            elif event["event"] == "estimated":
                for question in self._estimates.values():
                    if question.number == event["asked"]:
                        question.order, question.answer = None, event
            elif child.run is not None and child.run.number == event["run"]:
                if event["event"] == "free":
                    child.run.complete = True
                    child.run.version += 1
                    self._let_go(child.run)
                    child.run = None
                    if child.trained >= TRAININGS_A_CHILD:
                        self._children.remove(child)  # or a waiting run would be given to one that ends
                        child.end()
                    self._advance()
                else:
                    child.run.note(event)

    def _ended(self, child: _Child) -> None:
        """A child is gone: its run ends in a sentence, and a fresh one takes its place."""
        with self._lock:
            if child in self._children:
                self._children.remove(child)
            run, child.run = child.run, None
            if run is not None:
                if not run.over:
                    run.sentence = run.sentence or KILLED
                    run._become(FAILED)
                run.complete = True
                run.version += 1
                self._let_go(run)
            if self.slots and child.trained:
                self.warm()
                for question in self._estimates.values():
                    if question.answer is None:  # it died with the child
                        self._children[0].send("estimate", question.number, question.order)
                self._advance()
            elif self.slots:  # it could not even begin
                self._estimates = {owner: question for owner, question in self._estimates.items() if question.answer is not None}
                logging.getLogger(__name__).error("the training process ended: %s", child.status)
                for waiting in self._waiting:
                    waiting.sentence, waiting.complete = NO_CHILD, True
                    waiting._become(FAILED)
                self._waiting.clear()

    def _watch(self) -> None:
        while self.slots:
            time.sleep(0.5)
            with self._lock:
                now = time.monotonic()
                for run in list(self._runs.values()):
                    blocks = bool(self._waiting) and run not in self._waiting
                    patience = min(self.lost_after, LOST_WHEN_OTHERS_WAIT) if blocks else self.lost_after
                    if not run.over and now - run.seen > patience:
                        self.stop(run.owner, "lost")
                for child in self._busy():
                    self._check(child, now)

    def _check(self, child: _Child, now: float) -> None:
        run = child.run
        if run.state == PAUSED and self._waiting and now - run.since > PAUSE_WHEN_OTHERS_WAIT:
            self.stop(run.owner)
        if run.state == STOPPING and now - run.since > STOP_GRACE:
            run.sentence = NOT_IN_TIME
            child.end()
        if child.memory() > MEMORY_LIMIT:
            run.sentence = TOO_LARGE.format(limit=MEMORY_LIMIT / 1e9)
            child.end()

    @staticmethod
    def _let_go(run: Run) -> None:
        if run.forgotten and run.complete and not run.taken:
            shutil.rmtree(run.work, ignore_errors=True)

    def _forget_old(self) -> None:
        over = [*(run for run in self._past if run.over), *(run for run in self._runs.values() if run.over)]
        for run in over[:-KEPT_RUNS]:
            if run in self._past:
                self._past.remove(run)
            else:
                del self._runs[run.owner]
            if not run.taken:
                shutil.rmtree(run.work, ignore_errors=True)


TRAIN_ON = "RESTORERS_TRAIN_ON"
WHERE = Text(
    f"{TRAIN_ON} must be local (this machine) or ray (a Ray cluster). Received: {{value!r}}.",
    f"{TRAIN_ON} 应为 local（本机）或 ray（Ray 集群）。收到：{{value!r}}。",
)


def engine_from_environment() -> Engine:
    """The engine that ``$RESTORERS_TRAIN_ON`` asks for: ``local``, the default, or ``ray``.

    Raises:
        RestorersError: another value, or Ray is not installed.
    """
    where = os.environ.get(TRAIN_ON) or "local"
    if where == "local":
        return Engine()
    if where != "ray":
        raise RestorersError(WHERE.format(value=where))
    from restorers.executors import installed
    from restorers.training.cluster import ClusterChild

    installed()
    return Engine(child=ClusterChild)
