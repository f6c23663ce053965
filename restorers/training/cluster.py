"""Trainings of the page on a Ray cluster: an actor there in the place of a child process here, with the same orders and events.

What belongs to an order travels with it (the visitor's photos, public data that is missing there), and so does the result.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from restorers.errors import RestorersError
from restorers.executors import ClusterError, connect, disconnect, installed, places
from restorers.scratch import remove_abandoned, scratch_folder
from restorers.training.download import data_cache, is_fetched
from restorers.training.session import MOST_PHOTOS, NICE, PHOTOS, Child, Order
from restorers.training.worker import MEMORY_LIMIT

CLOSING = 5.0  # seconds that an actor has to remove its files
RECEIVED = "received"  # folder of the photos that came with an order

Contents = dict[str, bytes]


class ClusterChild:
    """What ``worker.Engine`` needs of a child, done by an actor. The cluster is joined in a thread: nobody waits for it here.

    Args:
        hear: called with this child and each event.
        ended: called with this child when the actor is gone.
    """

    def __init__(self, hear: Callable[[ClusterChild, dict[str, Any]], None], ended: Callable[[ClusterChild], None]):
        installed()
        self.run: Any = None
        self.trained = 0
        self.status = "not joined"
        self._hear, self._ended = hear, ended
        self._messages: queue.Queue = queue.Queue()
        self._works: dict[int, Path] = {}
        self._memory, self._actor, self._over = 0, None, threading.Event()
        threading.Thread(target=self._live, name="restorers-training-cluster", daemon=True).start()

    def send(self, *message: Any) -> None:
        """Give the actor a message, after those before it."""
        self._messages.put(message)

    def end(self) -> None:
        """Kill the actor; the engine is told."""
        self._over.set()
        self._messages.put(None)

    def memory(self) -> int:
        """Resident bytes of the actor when it last told anything."""
        return self._memory

    def _live(self) -> None:
        try:
            self._ray = connect()
        except ClusterError as error:
            self.status = str(error)
            if self.run is not None:
                self.run.sentence = error.sentence
            self._ended(self)
            return
        environment = {"TF_ENABLE_ONEDNN_OPTS": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "1")}
        kind = self._ray.remote(num_cpus=1, max_concurrency=4, runtime_env={"env_vars": environment})(_Actor)
        self._actor = kind.remote()
        deliver = threading.Thread(target=self._deliver, name="restorers-training-orders", daemon=True)
        deliver.start()
        try:
            self._listen()
        except Exception as error:  # Ray has a dozen kinds for an actor that is gone
            self.status = type(error).__name__
            if not self._over.is_set():
                logging.getLogger(__name__).warning("a training on the cluster ended: %s", error)
        self.end()
        deliver.join()
        disconnect()
        self._ended(self)

    def _listen(self) -> None:
        while not self._over.is_set():
            events, self._memory = self._ray.get(self._actor.events.remote())
            for event in events:
                if event["event"] == "ready":
                    event["slots"] = places(self._ray.cluster_resources(), MEMORY_LIMIT)
                if (contents := event.pop("contents", None)) is not None:
                    work = self._works[event["run"]]
                    _unpack(contents, work)
                    event["folder"] = str(work / event["folder"])
                if event["event"] == "free":
                    self._works.pop(event["run"], None)
                self._hear(self, event)

    def _deliver(self) -> None:
        with contextlib.suppress(Exception):  # the actor is gone: ``_listen`` tells so
            while (message := self._messages.get()) is not None:
                photos: Contents = {}
                if message[0] == "train":
                    what, number, order, work = message
                    self._works[number] = Path(work)
                    photos = _photos(order)
                    if order.data is not None and self._ray.get(self._actor.lacks.remote(order.data)):
                        self._ray.get(self._actor.provide.remote(order.data, _pack(data_cache() / order.data)))
                    message = what, number, order
                self._ray.get(self._actor.take.remote(message, photos))
        with contextlib.suppress(Exception, SystemExit):  # Ray raises the latter where this process ends
            self._ray.wait([self._actor.close.remote()], timeout=CLOSING)
            self._ray.kill(self._actor)


class _Actor:
    """Runs on the cluster: ``session.Child``, with queues in the place of its pipe."""

    def __init__(self) -> None:
        os.nice(NICE)
        remove_abandoned()
        self._folder = scratch_folder("training")
        self._incoming: queue.Queue = queue.Queue()
        self._outgoing: queue.Queue = queue.Queue()
        threading.Thread(target=self._serve, name="training", daemon=True).start()

    def _serve(self) -> None:
        try:
            Child(self).serve()
        finally:
            os._exit(1)

    # what ``Child`` takes for its pipe

    def send(self, event: dict[str, Any]) -> None:
        work = Path(self._folder.name) / str(event["run"])
        if event.get("folder"):
            event |= {"contents": _pack(work), "folder": Path(event["folder"]).name}
        if event["event"] == "started":  # a visitor's photos stay no longer than they are needed
            shutil.rmtree(work / RECEIVED, ignore_errors=True)
        elif event["event"] == "free":
            shutil.rmtree(work, ignore_errors=True)
        self._outgoing.put(event)

    def recv(self) -> tuple:
        return self._incoming.get()

    # what ``ClusterChild`` asks

    def take(self, message: tuple, photos: Mapping[str, bytes]) -> None:
        """A message for ``Child``; with the photos of an order, by their paths there."""
        if message[0] == "train":
            what, number, order = message
            work = Path(self._folder.name) / str(number)
            work.mkdir()
            paths = dict.fromkeys(photos)
            for place, (path, content) in enumerate(photos.items()):
                paths[path] = work / RECEIVED / str(place) / Path(path).name
                paths[path].parent.mkdir(parents=True)
                paths[path].write_bytes(content)
            if order.photos is not None:
                order = replace(order, photos=tuple(str(paths.get(path, path)) for path in order.photos))
            message = what, number, order, str(work)
        self._incoming.put(message)

    def events(self) -> tuple[list[dict[str, Any]], int]:
        """What has happened since the last call, at least one event; and the resident bytes of this process."""
        found = [self._outgoing.get()]
        with contextlib.suppress(queue.Empty):
            while True:
                found.append(self._outgoing.get_nowait())
        return found, _resident()

    def close(self) -> None:
        """Remove all files."""
        self._folder.cleanup()

    def lacks(self, data: str) -> bool:
        """Whether public data is missing on this machine."""
        return not is_fetched(data)

    def provide(self, data: str, contents: Mapping[str, bytes]) -> None:
        """Put public data into the cache of this machine."""
        folder = data_cache() / data
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{data}.", ignore_cleanup_errors=True) as part:
            _unpack(contents, Path(part) / data)
            with contextlib.suppress(OSError):  # another actor may have been quicker
                (Path(part) / data).rename(folder)


def _photos(order: Order) -> Contents:
    """The content of each photo that the training will read, by its path; one that cannot be read is named by the training."""
    found: Contents = {}
    for path in (order.photos or ())[:MOST_PHOTOS]:
        with contextlib.suppress(OSError):
            found[path] = Path(path).read_bytes()
    return found


def _pack(folder: Path) -> Contents:
    """The files of a folder by their relative paths, without the photos that were learned from."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    names = {str(path.relative_to(folder)): path for path in files}
    return {name: path.read_bytes() for name, path in names.items() if Path(name).parts[0] not in (PHOTOS, RECEIVED)}


def _unpack(contents: Mapping[str, bytes], folder: Path) -> None:
    for name, content in contents.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise RestorersError(f"{name} would lie outside of its folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _resident() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0
