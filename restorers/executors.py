"""Runs many pieces of work: one after the other in this process, or on a Ray cluster. Ray is imported when it is asked for.

The work itself is the same in both, and so are its results and their order: see ``restorers.batch``, ``restorers.video`` and
``restorers.training.sweep``.
"""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import logging
import os
import socket
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from restorers.errors import Cancelled, RestorersError
from restorers.quiet import no_stderr
from restorers.registry import UnknownName
from restorers.text import Text

RAY = "ray==2.60.0"
LOCAL, ON_RAY = "local", "ray"
ATTEMPTS = 4  # of a piece whose worker process dies, the first included
AHEAD = 2  # pieces under way for each worker: one at work, one on its way
WORKER_MEMORY = 1_500_000_000  # bytes of a worker that runs a network, TensorFlow included
REACH = 10.0  # seconds in which a cluster must answer
POLL = 0.5  # seconds between two looks at the progress within pieces
# what decides the bits of a result, and so must be the same there as here
NUMERICS = ("KERAS_BACKEND", "TF_ENABLE_ONEDNN_OPTS", "ONEDNN_MAX_CPU_ISA", "NVIDIA_TF32_OVERRIDE", "TF_DETERMINISTIC_OPS")

PieceProgress = Callable[[float], None]
Work = Callable[[Any, PieceProgress, threading.Event], Any]

NOT_INSTALLED = Text(
    f'Ray is not installed. Install it and try again: pip install "{RAY}".',
    f'未安装 Ray。请安装后重试：pip install "{RAY}"。',
)
UNREACHABLE = Text(
    "The Ray cluster at RAY_ADDRESS={address} could not be joined: {reason}. One that `ray start` has started needs RAY_AUTH_MODE=token "
    "and its token. Without RAY_ADDRESS a local one is started.",
    "无法连接 RAY_ADDRESS={address} 处的 Ray 集群：{reason}。由 `ray start` 启动的集群需要 RAY_AUTH_MODE=token 及其令牌。"
    "不设置 RAY_ADDRESS 则启动本地集群。",
)
NOT_STARTED = Text("A local Ray cluster could not be started: {reason}.", "无法启动本地 Ray 集群：{reason}。")
DIED = Text(
    f"The worker process died in each of {ATTEMPTS} attempts; most often the memory was used up.",
    f"工作进程在全部 {ATTEMPTS} 次尝试中均意外终止；最常见的原因是内存不足。",
)
BROKEN = Text("The Ray cluster failed: {reason}.", "Ray 集群出错：{reason}。")


class ClusterError(RestorersError):
    """A cluster that is missing, cannot be joined or has failed."""


class Executor(ABC):
    """Runs pieces of work. To be used in a ``with`` statement.

    Attributes:
        workers: pieces that are at work at one time.
    """

    workers: int = 1

    def __enter__(self) -> Executor:
        return self

    def __exit__(self, *_: Any) -> None:
        return None

    @abstractmethod
    def map(
        self,
        work: Work,
        pieces: Iterable[Any],
        *,
        load: Callable[[Any], Any] | None = None,
        progress: Callable[[float], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Iterator[Any]:
        """The results of ``work`` in the order of ``pieces``; for a piece that cannot be used, its ``RestorersError`` in their place.

        Args:
            work: called with a piece, a function to be told the fraction of it that is done, and an event that is set when it is
                to end soon. It touches no files of this machine but those of installed packages, and can be pickled.
            pieces: read as they are needed: few are in memory at one time.
            load: called with each piece on this machine when its turn has come; what it returns takes the piece's place.
            progress: called with the number of pieces done, and fractions of those under way.
            cancel: when set, what is under way is told to end, and nothing more is begun.

        Raises:
            Cancelled: the work was cancelled and gave nothing.
            ClusterError: the cluster failed.
        """


class LocalExecutor(Executor):
    """One piece after the other, in this process."""

    def map(self, work, pieces, *, load=None, progress=None, cancel=None):
        cancel = cancel or threading.Event()
        for number, piece in enumerate(pieces):
            if cancel.is_set():
                return

            def report(fraction: float, number: int = number) -> None:
                if progress is not None:
                    progress(number + min(max(fraction, 0.0), 1.0))

            try:
                result = work(piece if load is None else load(piece), report, cancel)
            except RestorersError as error:
                result = error
            report(1.0)
            yield result


class RayExecutor(Executor):
    """Pieces on the workers of a Ray cluster: that of ``RAY_ADDRESS``, or one that is started on this machine and ended again.

    This package travels to the workers, and so do the pieces, the weights and the results; what ``requirements.txt`` names
    must be installed there. A piece whose worker dies is run again, up to ``ATTEMPTS`` times.

    Args:
        workers: pieces at one time, on a new cluster of this machine; default: one for each CPU of the cluster (or each GPU, under
            JAX) that has memory for it.

    Raises:
        ClusterError: Ray is not installed, or, on entering, the cluster cannot be joined or started.
    """

    def __init__(self, workers: int | None = None):
        installed()
        self._wanted = workers

    def __enter__(self) -> RayExecutor:
        self._ray = connect(self._wanted)
        there = self._ray.cluster_resources()
        gpus = int(there.get("GPU", 0)) if os.environ.get("KERAS_BACKEND") == "jax" else 0
        self.workers = self._wanted or gpus or places(there, WORKER_MEMORY)
        self._monitor = self._ray.remote(num_cpus=0, max_restarts=-1, max_task_retries=-1)(_Monitor).remote()
        self._run = self._ray.remote(num_cpus=1, num_gpus=min(1, gpus), max_retries=ATTEMPTS - 1)(_run)
        self._numbers = itertools.count()
        return self

    def __exit__(self, *_: Any) -> None:
        disconnect()

    def map(self, work, pieces, *, load=None, progress=None, cancel=None):
        cancel = cancel or threading.Event()
        shared = self._ray.put(work)  # once, for it may hold the weights of a network
        pieces, underway, told = iter(pieces), deque(), False
        done, more = 0, True
        try:
            while True:
                while more and len(underway) < AHEAD * self.workers and not cancel.is_set():
                    try:
                        underway.append(self._begin(shared, next(pieces), load))
                    except StopIteration:
                        more = False
                if not underway:
                    return
                number, outcome = underway[0]
                if number is not None:
                    if not self._ray.wait([outcome], timeout=POLL)[0]:
                        if cancel.is_set() and not told:
                            told = self._ray.get(self._tell_to_end(underway))
                        if progress is not None:
                            fractions = self._ray.get(self._monitor.fractions.remote())
                            progress(done + sum(fractions.get(n, float(n is None)) for n, _ in underway))
                        continue
                    outcome = self._result(outcome)
                underway.popleft()
                if outcome is _NOT_BEGUN:
                    continue
                done += 1
                if progress is not None:
                    progress(done)
                yield outcome
        finally:
            if underway and self._ray.is_initialized():
                self._tell_to_end(underway)

    def _tell_to_end(self, underway: Iterable[tuple[int | None, Any]]) -> Any:
        """A reference to the answer. Not ``ray.cancel``: if it meets a piece that is just being sent, it ends this process."""
        return self._monitor.cancel.remote([number for number, _ in underway if number is not None])

    def _begin(self, work: Any, piece: Any, load: Callable[[Any], Any] | None) -> tuple[int | None, Any]:
        """A number and a reference; or no number, and the error of a piece that could not be loaded."""
        try:
            piece = piece if load is None else load(piece)
        except RestorersError as error:
            return None, error
        number = next(self._numbers)
        return number, self._run.remote(work, piece, number, self._monitor)

    def _result(self, reference: Any) -> Any:
        errors = self._ray.exceptions
        try:
            kind, value = self._ray.get(reference)
        except errors.RayTaskError as error:
            raise error.cause from None  # a mistake in the work: the same as in this process
        except (errors.WorkerCrashedError, errors.OutOfMemoryError, errors.NodeDiedError):
            return ClusterError(DIED)
        except errors.RayError as error:
            raise ClusterError(BROKEN.format(reason=_first_line(error))) from None
        if kind == "cancelled":
            raise Cancelled
        return _NOT_BEGUN if kind == "not begun" else value


def installed() -> None:
    """Nothing, or ``ClusterError`` where Ray is not installed."""
    if importlib.util.find_spec("ray") is None:
        raise ClusterError(NOT_INSTALLED)


_CONNECTING = threading.Lock()
_connections = 0


def connect(workers: int | None = None) -> Any:
    """The module ``ray``, joined to the cluster of ``RAY_ADDRESS``; without that, or with ``workers``, to a new one on this machine.

    Nothing is printed, no dashboard is started, and no usage statistics are sent. A process joins one cluster at a time: whoever
    asks while it is joined shares it, and it is left when all have called ``disconnect``.

    Raises:
        ClusterError: the cluster cannot be joined or started.
    """
    set_ray_environment()
    global _connections
    with _CONNECTING:
        address = os.environ.get("RAY_ADDRESS", "") if workers is None else ""
        new = {"num_cpus": workers, "include_dashboard": False} if address in ("", "local") else {}
        if not new:
            _reach(address)
        import ray

        if ray.is_initialized():
            _connections += 1
            return ray
        logging.getLogger("ray").setLevel(logging.CRITICAL)
        package = {"py_modules": [str(Path(__file__).parent)], "excludes": ["__pycache__", "*.pyc"]}
        try:
            with contextlib.nullcontext() if new else no_stderr():
                ray.init(
                    address=address or "local",
                    configure_logging=False,
                    log_to_driver=False,
                    runtime_env={**package, "env_vars": worker_environment()},
                    **new,
                )
        except Exception as error:  # a dozen kinds, and some of them bare
            ray.shutdown()
            sentence = NOT_STARTED if new else UNREACHABLE
            raise ClusterError(sentence.format(address=address, reason=_first_line(error))) from None
        _connections = 1
        return ray


def set_ray_environment() -> None:
    """What Ray reads when it is first imported."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_worker_niceness", "0")  # somebody waits for the result, as for that of this process
    os.environ.setdefault("RAY_DEDUP_LOGS_SKIP_REGEX", ".*")  # Ray tells of each worker that died, on the standard output


def _reach(address: str) -> None:
    """``ClusterError`` where nobody answers at ``address``: Ray itself asks for minutes, aloud."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if address == "auto":  # the cluster of this machine, wherever it is
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), REACH).close()
    except OSError as error:
        raise ClusterError(UNREACHABLE.format(address=address, reason=error.strerror or str(error))) from None
    except (ValueError, OverflowError):
        raise ClusterError(UNREACHABLE.format(address=address, reason="HOST:PORT is expected")) from None


def disconnect() -> None:
    """Leave the cluster, if nobody else in this process needs it; one that was started here ends."""
    global _connections
    with _CONNECTING:
        import ray

        _connections -= 1
        if _connections <= 0:
            ray.shutdown()


def places(resources: Mapping[str, float], memory: float) -> int:
    """How many workers fit on a cluster, at least one.

    Args:
        resources: of the cluster, as Ray counts them.
        memory: bytes that one of them needs.
    """
    return max(1, min(int(resources.get("CPU", 1)), int(resources.get("memory", 0) // memory)))


def worker_environment() -> dict[str, str]:
    """The environment variables of a worker: few threads, and what decides the bits of a result as it is here.

    TensorFlow sums in one order on one thread and in another on several, however many; so a worker has two where this process
    has several, and two workers on two cores do not take them from each other.
    """
    threads = int(os.environ.get("TF_NUM_INTRAOP_THREADS") or 0) or os.cpu_count() or 1
    chosen = {
        "TF_NUM_INTRAOP_THREADS": str(min(2, threads)),
        "TF_NUM_INTEROP_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return {key: os.environ[key] for key in NUMERICS if key in os.environ} | chosen


EXECUTORS: Mapping[str, Callable[[], Executor]] = {LOCAL: LocalExecutor, ON_RAY: RayExecutor}


def find_executor(name: str) -> Executor:
    """The executor called ``name``; ``UnknownName`` otherwise."""
    if name not in EXECUTORS:
        known = ", ".join(EXECUTORS)
        raise UnknownName(Text(f"Work cannot run on {name!r}. Known: {known}.", f"无法在 {name!r} 上运行。已知：{known}。"))
    return EXECUTORS[name]()


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].strip().rstrip(".")[:200] if lines else type(error).__name__


_NOT_BEGUN = object()


class _Monitor:
    """Runs on the cluster: how far each piece has come, and which are to end."""

    def __init__(self) -> None:
        self._fractions: dict[int, float] = {}
        self._cancelled: set[int] = set()

    def report(self, number: int, fraction: float) -> bool:
        """Whether piece ``number`` is to end."""
        self._fractions[number] = fraction
        return number in self._cancelled

    def forget(self, number: int) -> None:
        self._fractions.pop(number, None)
        self._cancelled.discard(number)

    def fractions(self) -> dict[int, float]:
        return self._fractions

    def cancel(self, numbers: list[int]) -> bool:
        self._cancelled.update(numbers)
        return True


def _run(work: Work, piece: Any, number: int, monitor: Any) -> tuple[str, Any]:
    """Runs on a worker: one piece. Gives ``done`` or ``refused`` with the result or the error, ``cancelled`` or ``not begun``."""
    import cv2
    import ray

    def told_to_end() -> bool:
        # no ``ray.get``: while a task waits in it, Ray gives its CPU to another
        return monitor.report.remote(number, fraction[0]).future().result()

    cancel, over, fraction = threading.Event(), threading.Event(), [0.0]
    if told_to_end():
        return "not begun", None
    cv2.setNumThreads(1)

    def tell() -> None:
        while not over.wait(POLL):
            with contextlib.suppress(ray.exceptions.RayError):
                if told_to_end():
                    cancel.set()
        monitor.forget.remote(number)

    def report(done: float) -> None:
        fraction[0] = min(max(done, 0.0), 1.0)

    threading.Thread(target=tell, name="progress", daemon=True).start()
    try:
        return "done", work(piece, report, cancel)
    except RestorersError as error:
        return "refused", error
    except Cancelled:
        return "cancelled", None
    finally:
        over.set()
