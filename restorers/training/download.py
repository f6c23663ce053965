"""Public data by name: fetched once, checked, unpacked into a folder of the user's cache."""

from __future__ import annotations

import contextlib
import errno
import gzip
import hashlib
import logging
import os
import secrets
import shutil
import socket
import ssl
import tarfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from http.client import HTTPException, HTTPResponse
from pathlib import Path

from tqdm import tqdm

from restorers.errors import RestorersError
from restorers.text import Text

TIMEOUT = 30.0  # seconds without a byte, after which a connection counts as dead
PAUSE = 1.0  # seconds before a broken connection is taken up again; doubled for each that brought nothing
ATTEMPTS = 3  # connections in a row that bring nothing
CHUNK = 1 << 20
REACH_TIMEOUT = 3.0  # seconds within which a server answers that is said to be reachable
CHECK_EVERY = 300.0  # seconds for which that stays believed

Progress = Callable[[int, int], None]
UNKNOWN, UNREACHABLE, OFFERED, WAITING, FETCHING, READY, FAILED = (
    "unknown", "unreachable", "offered", "waiting", "fetching", "ready", "failed",
)  # fmt: skip


UNEXPECTED = Text("Something went wrong while fetching, and it has been noted on the server.", "下载时出现问题，已在服务器上记录。")


class DownloadError(RestorersError):
    """Data that could not be fetched: what happened, and what to do."""


@dataclass(frozen=True)
class Dataset:
    """One public data set.

    Attributes:
        title: what the page prints.
        kind: ``"photos"`` or ``"digits"``.
        source: what it is and its terms, for the card.
        url: the file; a tar archive unless its name ends in ``.npz``.
        sha256: of the file, as published.
        megabytes: size of the file, about.
    """

    title: Text
    kind: str
    source: str
    url: str
    sha256: str
    megabytes: int

    @property
    def file(self) -> str:
        """Name of the file on the server."""
        return self.url.rsplit("/", 1)[1]


DATASETS: dict[str, Dataset] = {
    # address and SHA-256: keras.datasets.mnist
    "mnist": Dataset(
        Text("MNIST: handwritten digits", "MNIST：手写数字"),
        "digits",
        "MNIST (LeCun, Cortes, Burges), CC BY-SA 3.0",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
        "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
        11,
    ),
    # address: TensorFlow's tutorials; SHA-256: tensorflow_datasets, url_checksums/tf_flowers.txt
    "flowers": Dataset(
        Text("Flower photos", "花卉照片"),
        "photos",
        "TensorFlow's flower photos, CC BY 2.0, photographers named in its LICENSE.txt",
        "https://storage.googleapis.com/download.tensorflow.org/example_images/flower_photos.tgz",
        "4c54ace7911aaffe13a365c34f650e71dd5bf1be0a58b464e5a7183e3e595d9c",
        229,
    ),
    # address and SHA-256: sklearn.datasets.fetch_lfw_people
    "faces": Dataset(
        Text("Faces of known people", "名人面孔"),
        "photos",
        "Labeled Faces in the Wild, funneled (Huang et al. 2007), for research",
        "https://ndownloader.figshare.com/files/5976015",
        "b47c8422c8cded889dc5a13418c4bc2abbda121092b3533a83306f90d900100a",
        243,
    ),
}


def data_cache() -> Path:
    """Where fetched data is kept: ``$RESTORERS_CACHE/data``, by default ``~/.cache/restorers/data``."""
    return Path(os.environ.get("RESTORERS_CACHE") or Path.home() / ".cache" / "restorers") / "data"


def is_fetched(name: str) -> bool:
    """Whether the data set called ``name`` lies in the cache."""
    return (data_cache() / name).is_dir()


def is_reachable(name: str, timeout: float = REACH_TIMEOUT) -> bool:
    """Whether the server of the data set called ``name`` gives it: one byte is asked for. ``timeout`` in seconds without an answer."""
    request = urllib.request.Request(DATASETS[name].url, headers={"Range": "bytes=0-0"})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status in (200, 206)
    except (OSError, HTTPException):
        return False


def fetch(name: str, progress: Progress | None = None) -> Path:
    """The folder of the data set called ``name``, a key of ``DATASETS``; fetched and unpacked the first time.

    A broken download is taken up again where it broke off, in this call or in a later one.

    Args:
        name: of the data set.
        progress: called with the bytes that have come and their total; without it a bar is shown where there is a terminal.

    Raises:
        DownloadError: no connection, no such file, another file than the published one, or a full disk.
    """
    dataset, folder = DATASETS[name], data_cache() / name
    if folder.is_dir():
        return folder
    file = folder.with_name(f"{name}-{dataset.file}.part")
    unpacked = folder.with_name(f".{name}.{secrets.token_hex(4)}.part")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _check_space(name, dataset, file)
        _download(name, dataset, file, progress)
        unpacked.mkdir()
        if dataset.file.endswith(".npz"):
            os.replace(file, unpacked / dataset.file)
        else:
            _unpack(name, file, unpacked, quiet=progress is not None)
            file.unlink()
        if not folder.is_dir():  # another process may have been quicker
            unpacked.rename(folder)
    except OSError as error:
        full = Text("no space is left on the disk", "磁盘已满")
        reason = full if error.errno == errno.ENOSPC else Text(str(error.strerror), str(error.strerror))
        raise DownloadError(
            Text(
                f"{name} could not be kept in the cache: {reason.en}. RESTORERS_CACHE=DIR keeps it elsewhere.",
                f"无法将 {name} 存入缓存：{reason.zh}。可用 RESTORERS_CACHE=目录 更换位置。",
            )
        ) from None
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)
    return folder


def _check_space(name: str, dataset: Dataset, file: Path) -> None:
    """Refuse at once what would fill the disk: a file and what is in it."""
    needed, free = 2.1 * dataset.megabytes - _size(file) / 1e6, shutil.disk_usage(file.parent).free / 1e6
    if free < needed:
        raise DownloadError(
            Text(
                f"{name} needs {needed:.0f} MB of disk, {free:.0f} MB are free. Make room, or set RESTORERS_CACHE=DIR.",
                f"{name} 需要 {needed:.0f} MB 磁盘空间，仅剩 {free:.0f} MB。请清理空间，或设置 RESTORERS_CACHE=目录。",
            )
        )


def _download(name: str, dataset: Dataset, file: Path, progress: Progress | None) -> None:
    """Fetch the whole file, taking up what is there, and check it."""
    came, in_vain = False, 0
    while True:
        had = _size(file)
        try:
            if _fetch_rest(name, dataset, file, had, progress):
                break
            cause: Exception = ConnectionResetError()
        except urllib.error.HTTPError as refusal:
            raise _refused(name, dataset, refusal.code) from None
        except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError) as error:
            cause = _cause(error)
        kept = _size(file)
        came, in_vain = came or kept > had, 0 if kept > had else in_vain + 1
        hopeless = _is_offline(cause) or isinstance(cause, ssl.SSLCertVerificationError)
        if in_vain == ATTEMPTS or (hopeless and not came):
            reason = _reason(cause, dataset)
            again = Text(" (what has come is kept)", "（已下载的部分会保留）") if kept else Text("", "")
            raise DownloadError(
                Text(
                    f"{name} could not be fetched: {reason.en}. Try again{again.en}, or give a folder instead.",
                    f"无法获取 {name}：{reason.zh}。请重试{again.zh}，或改用文件夹。",
                )
            )
        time.sleep(PAUSE * 2**in_vain)
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    if digest != dataset.sha256:
        file.unlink()
        raise DownloadError(
            Text(
                f"What came for {name} is not the published file (SHA-256 {digest[:12]}… instead of {dataset.sha256[:12]}…) "
                "and was thrown away. Try again, or give a folder instead.",
                f"为 {name} 收到的并非公布的文件（SHA-256 为 {digest[:12]}…，应为 {dataset.sha256[:12]}…），已丢弃。请重试，或改用文件夹。",
            )
        )


def _fetch_rest(name: str, dataset: Dataset, file: Path, had: int, progress: Progress | None) -> bool:
    """Append what is missing after ``had`` bytes, or write anew where the server sends all; whether it came to the end."""
    request = urllib.request.Request(dataset.url, headers={"Range": f"bytes={had}-"} if had else {})
    try:
        with _network():
            answer = urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        if error.code == 416 and had:  # there is nothing after what is here
            return True
        raise
    with answer:
        if answer.status not in (200, 206):
            raise _refused(name, dataset, answer.status)
        start = had if answer.status == 206 else 0
        length = answer.headers.get("Content-Length")
        total = start + int(length) if length else None
        bar = tqdm(total=total, initial=start, unit="B", unit_scale=True, desc=name, disable=None if progress is None else True)
        with file.open("ab" if start else "wb") as content, bar:
            while block := _next_block(answer):
                content.write(block)
                bar.update(len(block))
                if progress is not None:
                    progress(content.tell(), total or dataset.megabytes * 1_000_000)
            return total is None or content.tell() >= total


def _next_block(answer: HTTPResponse) -> bytes:
    with _network():
        return answer.read1(CHUNK)


@contextlib.contextmanager
def _network() -> Iterator[None]:
    """Whatever else goes wrong with a connection as a ``ConnectionError``: the other errors of the system are the disk's."""
    try:
        yield
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        raise
    except OSError as error:
        raise ConnectionResetError from error


def _refused(name: str, dataset: Dataset, status: int) -> DownloadError:
    host = urllib.parse.urlsplit(dataset.url).hostname
    if status in (404, 410):
        return DownloadError(
            Text(
                f"{name} is no longer at its address on {host} ({status}). Give a folder instead.",
                f"{name} 已不在 {host} 的原地址（{status}）。请改用文件夹。",
            )
        )
    return DownloadError(
        Text(
            f"{name} could not be fetched: {host} answered {status}. Try again later, or give a folder instead.",
            f"无法获取 {name}：{host} 返回 {status}。请稍后重试，或改用文件夹。",
        )
    )


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _cause(error: Exception) -> Exception:
    return error.reason if isinstance(error, urllib.error.URLError) and isinstance(error.reason, Exception) else error


def _is_offline(cause: Exception) -> bool:
    unreachable = getattr(cause, "errno", None) in (errno.ENETUNREACH, errno.EHOSTUNREACH)
    return unreachable or isinstance(cause, (socket.gaierror, ConnectionRefusedError))


def _reason(cause: Exception, dataset: Dataset) -> Text:
    host = urllib.parse.urlsplit(dataset.url).hostname
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Text(f"the certificate of {host} could not be verified", f"无法验证 {host} 的证书")
    if isinstance(cause, TimeoutError):
        return Text(f"{host} sent nothing for {TIMEOUT:g} seconds", f"{host} 在 {TIMEOUT:g} 秒内没有响应")
    if _is_offline(cause):
        return Text(f"there is no connection to {host}", f"无法连接到 {host}")
    return Text("the connection broke off", "连接中断")


def _unpack(name: str, file: Path, folder: Path, quiet: bool) -> None:
    try:
        with tarfile.open(file) as archive:
            # filter: nothing leaves the folder, no links out of it, no devices
            archive.extractall(
                folder, tqdm(archive, unit="file", desc=f"{name}, unpacking", disable=True if quiet else None), filter="data"
            )
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error) as error:
        file.unlink()
        raise DownloadError(
            Text(
                f"The archive of {name} was not unpacked: it is damaged or holds paths outside its folder. It was thrown away.",
                f"未解压 {name} 的压缩包：它已损坏或含有指向文件夹之外的路径，已丢弃。",
            )
        ) from error


@dataclass(frozen=True)
class Availability:
    """What can be said of one data set on this server.

    Attributes:
        state: ``unknown`` (asked, no answer yet), ``unreachable``, ``offered`` (may be fetched), ``waiting`` (for another one),
            ``fetching``, ``ready`` or ``failed``.
        done, total: bytes that have come, and all, while it is ``fetching``.
        sentence: why it ``failed``.
    """

    state: str = UNKNOWN
    done: int = 0
    total: int = 0
    sentence: Text | None = None

    @property
    def busy(self) -> bool:
        """Whether it is on its way."""
        return self.state in (WAITING, FETCHING)


class Downloads:
    """Public data for all visitors of one server: one shared cache, one download at a time, nothing that nobody has asked for.

    All methods return at once; the network is asked in the background.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, Availability] = {}
        self._checked = -CHECK_EVERY
        self._checking = False
        self._wanted: deque[str] = deque()
        self._working = False

    def now(self, name: str) -> Availability:
        """What is known of the data set called ``name``."""
        with self._lock:
            return self._now(name)

    def check(self) -> None:
        """Find out which servers can be reached, unless that was asked a short time ago."""
        with self._lock:
            if self._checking or time.monotonic() - self._checked < CHECK_EVERY:
                return
            self._checking = True
        threading.Thread(target=self._check, name="restorers-reach", daemon=True).start()

    @property
    def checking(self) -> bool:
        """Whether an answer to ``check`` is still to come."""
        return self._checking

    def fetch(self, name: str) -> None:
        """Begin to fetch the data set called ``name``, after those that others have asked for; nothing where it is here or on its way."""
        with self._lock:
            found = self._now(name)
            if found.state == READY or found.busy:
                return
            self._known[name] = Availability(WAITING)
            self._wanted.append(name)
            if not self._working:
                self._working = True
                threading.Thread(target=self._work, name="restorers-download", daemon=True).start()

    def _now(self, name: str) -> Availability:
        if is_fetched(name):
            return Availability(READY)
        found = self._known.get(name, Availability())
        return Availability() if found.state == READY else found

    def _check(self) -> None:
        try:
            for name in DATASETS:
                reachable = is_fetched(name) or is_reachable(name)
                with self._lock:
                    if not self._now(name).busy:
                        self._known[name] = Availability(OFFERED if reachable else UNREACHABLE)
        finally:
            self._checked, self._checking = time.monotonic(), False

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._wanted:
                    self._working = False
                    return
                name = self._wanted.popleft()
                self._known[name] = Availability(FETCHING, 0, DATASETS[name].megabytes * 1_000_000)
            try:
                fetch(name, lambda done, total, name=name: self._note(name, done=done, total=total))
                self._note(name, state=READY)
            except DownloadError as error:
                self._note(name, state=FAILED, sentence=error.sentence)
            except Exception:
                logging.getLogger(__name__).exception("a download failed")
                self._note(name, state=FAILED, sentence=UNEXPECTED)

    def _note(self, name: str, **news: int | str | Text) -> None:
        with self._lock:
            self._known[name] = replace(self._known[name], **news)
