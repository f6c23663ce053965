"""Fetches preset folders from the Hugging Face hub and publishes them there."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from restorers.errors import Cancelled, RestorersError
from restorers.text import Text
from restorers.weights import sha256

if TYPE_CHECKING:
    import keras

SIZE_LIMIT = 200_000_000  # bytes of one preset folder
TEXT_LIMIT = 1 << 20  # bytes of preset.json, and of the card
FILES_LIMIT = 8  # of one preset folder
LISTED_LIMIT = 4000  # of all preset folders of one repository
CACHE_LIMIT = 2_000_000_000  # bytes; what was used longest ago goes first
DEADLINE = 120.0  # seconds for one preset
PUBLISH_DEADLINE = 900.0  # seconds
PATIENCE = 10.0  # seconds without a byte, after which a connection counts as dead
ATTEMPTS = 4  # connections in a row that bring nothing
PAUSE = 0.2  # seconds before a broken connection is taken up again; doubled for each that brought nothing
TICK = 0.05  # seconds between two looks at progress, cancel and deadline

PRESET = "preset.json"
CARD = "README.md"
WEIGHTS = ".safetensors"
LISTING = ".files.json"  # beside the files of a commit: what the hub said it has
# what huggingface_hub's own validate_repo_id allows, and no dot in front: no part of an id is a path
_PART = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?"
_ID = re.compile(rf"({_PART}/{_PART})(?:@({_PART}))?((?:/{_PART}){{0,4}})")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_FILE = re.compile(rf"((?:{_PART}/){{0,4}})({_PART})")

BytesProgress = Callable[[int, int], None]


class HubError(RestorersError):
    """What the hub does not have, does not give, or gives otherwise than announced: one sentence with what to do."""


@dataclass(frozen=True)
class HubId:
    """Where a preset folder lies on the hub, written as on the hub itself: ``user/name[@revision][/subfolder]``.

    Attributes:
        repository: ``user/name``.
        subfolder: of the repository; empty for its root.
        revision: branch, tag or commit; empty for the main branch.
    """

    repository: str
    subfolder: str = ""
    revision: str = ""

    @classmethod
    def parse(cls, text: str) -> HubId:
        """The id written in ``text``; ``HubError`` for anything that does not look like one. Makes no request."""
        match = _ID.fullmatch(text.removeprefix("hf://")) if len(text) < 300 else None
        if match is None or "--" in match[1] or ".." in text or match[1].endswith(".git"):
            raise HubError(
                Text(
                    f"A preset on the hub is named user/name, user/name/folder or user/name@revision/folder. Received: {text[:80]!r}.",
                    f"hub 上的预设写作 user/name、user/name/folder 或 user/name@revision/folder。收到：{text[:80]!r}。",
                )
            )
        return cls(match[1], match[3].strip("/"), match[2] or "")

    @classmethod
    def matches(cls, text: str) -> bool:
        """Whether ``text`` looks like an id."""
        try:
            cls.parse(text)
        except HubError:
            return False
        return True

    def __str__(self) -> str:
        return self.repository + (f"@{self.revision}" if self.revision else "") + (f"/{self.subfolder}" if self.subfolder else "")

    @property
    def unpinned(self) -> str:
        """Without the revision, as ``Preset.hub["id"]`` holds it."""
        return str(replace(self, revision=""))

    @property
    def pinned(self) -> bool:
        """Whether the revision is a commit, which can never change."""
        return _COMMIT.fullmatch(self.revision) is not None


@dataclass(frozen=True)
class Entry:
    """One file of a preset, as the hub announces it: size in bytes, and its SHA-256 or git's SHA-1, or neither."""

    size: int
    sha256: str = ""
    git: str = ""


@dataclass(frozen=True)
class Published:
    """Where a preset was published: the repository's page and the commit."""

    url: str
    revision: str


class Hub:
    """The Hugging Face hub as one person sees it, and the part of the cache that holds what this person may see.

    Args:
        token: ``False`` sees public repositories only, as a page must on behalf of its visitors; ``None`` takes the token from
            the usual places (``HF_TOKEN``, ``hf auth login``); a string is a token, such as that of a visitor who signed in.
        endpoint: address of the hub; default: ``HF_ENDPOINT``, or huggingface.co.
        cache: folder; default: ``$RESTORERS_CACHE/hub``, or ``~/.cache/restorers/hub``.
        size_limit: bytes that one preset may have.
        cache_limit: bytes that the cache may have; what was used longest ago goes first.
    """

    def __init__(
        self,
        token: str | bool | None = False,
        endpoint: str | None = None,
        cache: Path | None = None,
        size_limit: int = SIZE_LIMIT,
        cache_limit: int = CACHE_LIMIT,
    ):
        self.token, self.endpoint = token, endpoint
        self.cache = cache or Path(os.environ.get("RESTORERS_CACHE") or Path.home() / ".cache" / "restorers") / "hub"
        self.size_limit, self.cache_limit = size_limit, cache_limit
        self._whole: dict[Path, tuple[int, int]] = {}  # files of the cache that had their checksum, and their state then

    def presets(self, source: HubId, cancel: threading.Event | None = None, deadline: float = DEADLINE) -> list[HubId]:
        """The preset folders in ``source`` itself and in the folders right under it, their commit pinned; nothing is downloaded."""

        def work(watch: _Watch) -> list[HubId]:
            commit, files = self._listing(source, watch)
            pinned = replace(source, revision=commit)
            folders = [path.rpartition("/")[0] for path in files if path.endswith(PRESET)]
            above = source.subfolder
            return sorted(
                (replace(pinned, subfolder=folder) for folder in folders if folder == above or folder.rpartition("/")[0] == above), key=str
            )

        return _in_time(source, work, None, cancel, deadline)

    def measure(self, wanted: HubId, cancel: threading.Event | None = None, deadline: float = DEADLINE) -> tuple[HubId, int]:
        """The id of a preset with the commit in place of the revision, and the bytes that ``fetch`` would bring. Downloads nothing.

        Raises:
            Cancelled, HubError: as for ``fetch``.
        """

        def work(watch: _Watch) -> tuple[HubId, int]:
            pinned, files = self._wanted(wanted, watch)
            return pinned, sum(entry.size for entry in files.values())

        return _in_time(wanted, work, None, cancel, deadline)

    def fetch(
        self,
        wanted: HubId,
        weights: bool = True,
        progress: BytesProgress | None = None,
        cancel: threading.Event | None = None,
        deadline: float = DEADLINE,
    ) -> tuple[HubId, Path]:
        """Fetch a preset folder into the cache: ``preset.json``, the card and the weights, nothing else.

        The size is known and checked before anything is downloaded. A broken download is taken up again where it broke off, in
        this call or in a later one. What arrived must have the hub's own checksum; a file in the cache that has lost it is
        fetched anew. A commit in the cache costs no request; a branch costs one, and where the hub cannot be reached the commit
        it was last seen at is used. What the files say is not looked at.

        Args:
            wanted: the folder.
            weights: whether the weights are fetched too.
            progress: called with the bytes done and their total, in this thread.
            cancel: stops the download within a tenth of a second when set.
            deadline: seconds for all of it.

        Returns:
            The id with the commit in place of the revision, and the folder.

        Raises:
            Cancelled: ``cancel`` was set.
            HubError: naming what is missing, closed, too large, slow, gone, unreachable or not what was announced.
        """

        def work(watch: _Watch) -> tuple[HubId, Path]:
            pinned, files = self._wanted(wanted, watch)
            home = self._home(wanted.repository) / pinned.revision
            if not weights:
                files = {path: entry for path, entry in files.items() if not path.endswith(WEIGHTS)}
            watch.total = sum(entry.size for entry in files.values())
            new = False
            os.utime(home / LISTING)  # the time of last use: who makes room meanwhile begins with others
            for path, entry in files.items():
                watch.begin()
                new = self._bring(pinned, path, entry, home / path, watch) or new
            os.utime(home / LISTING)
            if new:
                self._make_room(home)
            return pinned, home / wanted.subfolder

        return _in_time(wanted, work, progress, cancel, deadline)

    def publish(
        self,
        folder: Path,
        target: HubId,
        model: keras.Model,
        scores: Sequence[Mapping[str, Any]] = (),
        private: bool = False,
        deadline: float = PUBLISH_DEADLINE,
    ) -> Published:
        """Publish a preset folder: create the repository if there is none, and lay everything into it in one commit.

        Beside the folder's files the repository gets the Keras files (``config.json``, ``metadata.json``, ``model.weights.h5``) of
        a network of Keras' own layers, so that ``keras.saving.load_model("hf://user/name")`` works where this project is not
        installed; the card gets the scores as metadata. Weights of an earlier publication are taken away in the same commit.

        Args:
            folder: holds ``preset.json``, the weights, the card and its pictures.
            target: the repository; no subfolder, no revision.
            model: the built network.
            scores: the measured scores, as in ``preset.json``.
            private: whether a new repository is private.
            deadline: seconds for all of it.

        Raises:
            HubError: no token, no right to write there, an unreachable hub; the repository then is as it was, or new and empty.
        """
        if target.subfolder or target.revision:
            raise HubError(
                Text(f"A preset is published to user/name alone. Received: {target}.", f"预设只能发布到 user/name。收到：{target}。")
            )
        if self._secret() is None:
            raise HubError(
                Text(
                    "Publishing needs a token that may write: run `hf auth login`, or set HF_TOKEN.",
                    "发布需要有写权限的令牌：请运行 `hf auth login`，或设置 HF_TOKEN。",
                )
            )

        def work(watch: _Watch) -> Published:
            from huggingface_hub import CommitOperationAdd, CommitOperationDelete
            from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

            api = self._api()
            adds = [CommitOperationAdd(name, content) for name, content in contents.items()]
            with _understood(target):
                try:
                    before = api.model_info(target.repository, timeout=PATIENCE)
                except GatedRepoError:
                    raise
                except RepositoryNotFoundError:
                    api.create_repo(target.repository, private=private or None)
                    before = api.model_info(target.repository, timeout=PATIENCE)
                old = [s.rfilename for s in before.siblings or () if "/" not in s.rfilename and s.rfilename.endswith(WEIGHTS)]
                watch.check()
                done = api.create_commit(
                    target.repository,
                    [*adds, *(CommitOperationDelete(name) for name in old if name not in contents)],
                    commit_message="Publish a preset",
                    parent_commit=before.sha,
                )
            return Published(f"{api.endpoint}/{target.repository}", done.oid)

        with tempfile.TemporaryDirectory() as keras_files:
            save_for_keras(model, Path(keras_files))
            own = [path for path in sorted(folder.iterdir()) if path.name == PRESET or path.suffix in (WEIGHTS, ".png")]
            contents: dict[str, Path | bytes] = {path.name: path for path in own}
            contents |= {path.relative_to(keras_files).as_posix(): path for path in sorted(Path(keras_files).rglob("*")) if path.is_file()}
            contents[CARD] = published_card(folder, target, scores, model).encode()
            return _in_time(target, work, None, None, deadline)

    def _api(self):
        from huggingface_hub import HfApi

        return HfApi(self.endpoint, self.token, library_name="restorers")

    def _secret(self) -> str | None:
        if isinstance(self.token, str):
            return self.token
        if self.token is False:
            return None
        from huggingface_hub import get_token

        return get_token()

    def _home(self, repository: str) -> Path:
        """Where the commits of a repository are kept: what was fetched with a token is seen with this token alone."""
        secret = self._secret()
        scope = "public" if secret is None else hashlib.sha256(secret.encode()).hexdigest()[:16]
        return self.cache / scope / repository.replace("/", "--")

    def _listing(self, wanted: HubId, watch: _Watch) -> tuple[str, dict[str, Entry]]:
        """The commit behind the revision, and the files of presets in it; from the cache where this cannot have changed."""
        home = self._home(wanted.repository)
        if wanted.pinned and (known := _read_listing(home / wanted.revision)) is not None:
            return wanted.revision, known
        import httpx2
        from huggingface_hub.errors import OfflineModeIsEnabled

        seen = home / f"{wanted.revision or 'main'}.seen"
        try:
            with _understood(wanted):
                info = self._api().model_info(
                    wanted.repository, revision=wanted.revision or None, files_metadata=True, timeout=watch.patience()
                )
                if not _COMMIT.fullmatch(info.sha or ""):
                    raise ValueError("no commit")
        except (httpx2.ConnectError, httpx2.TimeoutException, OfflineModeIsEnabled):
            commit = seen.read_text() if seen.is_file() else ""
            known = _read_listing(home / commit) if _COMMIT.fullmatch(commit) else None
            if known is None:
                raise
            return commit, known
        files = {}
        for sibling in info.siblings or ():
            match = _FILE.fullmatch(sibling.rfilename)
            if match and (match[2] in (PRESET, CARD) or match[2].endswith(WEIGHTS)) and isinstance(sibling.size, int):
                large = sibling.lfs.sha256 if sibling.lfs else ""
                files[sibling.rfilename] = Entry(sibling.size, large, "" if large else sibling.blob_id or "")
        if len(files) > LISTED_LIMIT:
            _refuse(
                wanted,
                f"a repository may hold at most {LISTED_LIMIT:,} files of presets, it holds {len(files):,}.",
                f"仓库最多可含 {LISTED_LIMIT:,} 个预设文件，实有 {len(files):,} 个。",
            )
        (home / info.sha).mkdir(parents=True, exist_ok=True)
        _write(home / info.sha / LISTING, json.dumps({path: vars(entry) for path, entry in files.items()}))
        _write(seen, info.sha)
        return info.sha, files

    def _wanted(self, wanted: HubId, watch: _Watch) -> tuple[HubId, dict[str, Entry]]:
        """The id with the commit in place of the revision, and the files of its folder."""
        commit, listing = self._listing(wanted, watch)
        return replace(wanted, revision=commit), self._checked(wanted, listing)

    def _checked(self, wanted: HubId, listing: Mapping[str, Entry]) -> dict[str, Entry]:
        """The files of the folder, the smallest first; refused if one is missing or they are too many or too large."""
        start = f"{wanted.subfolder}/" if wanted.subfolder else ""
        files = {path: entry for path, entry in listing.items() if path.startswith(start) and "/" not in path[len(start) :]}
        if start + PRESET not in files:
            others = sorted({path.rpartition("/")[0] or "the root" for path in listing if path.rpartition("/")[2] == PRESET})
            there = ", ".join(others[:5]) or "none"
            _refuse(
                wanted,
                f"a preset folder must hold {PRESET}; it is missing. Folders that have one: {there}.",
                f"预设文件夹必须包含 {PRESET}；缺失。含有它的文件夹：{there}。",
            )
        if not any(path.endswith(WEIGHTS) for path in files):
            _refuse(
                wanted,
                f"a preset folder must hold its weights as a {WEIGHTS} file; there is none.",
                f"预设文件夹必须以 {WEIGHTS} 文件保存权重；没有找到。",
            )
        if len(files) > FILES_LIMIT:
            _refuse(
                wanted,
                f"a preset folder may hold at most {FILES_LIMIT} such files, it holds {len(files)}.",
                f"预设文件夹最多可含 {FILES_LIMIT} 个此类文件，实有 {len(files)} 个。",
            )
        for path, entry in files.items():
            name, limit = path[len(start) :], self.size_limit if path.endswith(WEIGHTS) else TEXT_LIMIT
            if not 0 <= entry.size <= limit:
                _refuse(
                    wanted,
                    f"{name} may have at most {limit:,} bytes, it has {entry.size:,}.",
                    f"{name} 最多可有 {limit:,} 字节，实为 {entry.size:,}。",
                )
        total = sum(entry.size for entry in files.values())
        if total > self.size_limit:
            _refuse(
                wanted,
                f"a preset may have at most {self.size_limit:,} bytes, it has {total:,}.",
                f"预设最多可有 {self.size_limit:,} 字节，实为 {total:,}。",
            )
        return dict(sorted(files.items(), key=lambda item: item[1].size))

    def _bring(self, pinned: HubId, path: str, entry: Entry, target: Path, watch: _Watch) -> bool:
        """One file into the cache, whole and with the announced checksum; whether it was not there before."""
        if self._is_whole(target, entry):
            watch.came(entry.size)
            return False
        import httpx2
        from huggingface_hub import try_to_load_from_cache
        from huggingface_hub.utils import WeakFileLock

        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.part")
        with WeakFileLock(target.with_name(f"{target.name}.lock"), timeout=watch.left() + 2 * TICK):  # as long as another visitor needs
            watch.check()
            if self._is_whole(target, entry):  # another visitor was quicker
                watch.came(entry.size)
                return False
            loaded = try_to_load_from_cache(pinned.repository, path, revision=pinned.revision)
            if isinstance(loaded, str) and self._is_whole(Path(loaded), entry):  # preload_from_hub, or another program
                shutil.copyfile(loaded, part)
            most, in_vain = _size(part), 0
            while _size(part) < entry.size:
                try:
                    self._receive(pinned, path, entry, part, watch)
                except (httpx2.TransportError, httpx2.StreamError):
                    if in_vain + 1 >= ATTEMPTS:
                        raise
                in_vain = 0 if _size(part) > most else in_vain + 1
                most = max(most, _size(part))
                if in_vain >= ATTEMPTS:
                    _refuse(
                        pinned,
                        f"{path} must have {entry.size:,} bytes, the hub sent {most:,} and no more. Try again later.",
                        f"{path} 应有 {entry.size:,} 字节，hub 只发送了 {most:,} 字节。请稍后重试。",
                    )
                if _size(part) < entry.size:
                    watch.sleep(PAUSE * 2**in_vain)
            part.touch()
            watch.came(entry.size)
            _verify(pinned, path, entry, part)
            os.replace(part, target)
        return True

    def _is_whole(self, file: Path, entry: Entry) -> bool:
        """Whether ``file`` is what the hub announced; it is read the first time, and again where it has changed."""
        try:
            found = file.stat()
        except FileNotFoundError:
            return False
        state = found.st_mtime_ns, found.st_ino
        if found.st_size != entry.size:
            return False
        if self._whole.get(file) != state:
            _, expected, checksum = _checksums(entry, file)
            if checksum != expected:
                return False
            self._whole[file] = state
        return True

    def _receive(self, pinned: HubId, path: str, entry: Entry, part: Path, watch: _Watch) -> None:
        """Append what is missing, or write anew where the server sends all."""
        from huggingface_hub import get_session, hf_hub_url
        from huggingface_hub.utils import build_hf_headers, hf_raise_for_status

        had = _size(part)
        url = hf_hub_url(pinned.repository, path, revision=pinned.revision, endpoint=self.endpoint)
        # compressed on the way, the bytes could neither be counted nor taken up again
        headers = build_hf_headers(token=self.token, library_name="restorers") | {"Accept-Encoding": "identity"}
        headers |= {"Range": f"bytes={had}-"} if had else {}
        with get_session().stream("GET", url, headers=headers, timeout=watch.patience()) as answer:
            hf_raise_for_status(answer)
            goes_on = answer.status_code == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {had}-")
            with part.open("ab" if goes_on else "wb") as file:
                watch.came(file.tell())
                for chunk in answer.iter_bytes():
                    watch.check()
                    if file.tell() + len(chunk) > entry.size:
                        file.truncate(0)
                        _refuse(
                            pinned,
                            f"{path} must have {entry.size:,} bytes, the hub sent more.",
                            f"{path} 应有 {entry.size:,} 字节，hub 发送了更多。",
                        )
                    file.write(chunk)
                    watch.came(file.tell())

    def _make_room(self, kept: Path) -> None:
        """Remove the commits used longest ago until the cache is within its limit; ``kept`` stays, and what is being downloaded."""
        commits = []
        for listing in self.cache.glob(f"*/*/*/{LISTING}"):
            with contextlib.suppress(OSError):  # another process may be tidying up too
                files = [file for file in listing.parent.rglob("*") if file.is_file()]
                commits.append((listing.stat().st_mtime, sum(file.stat().st_size for file in files), listing.parent))
        total = sum(size for _, size, _ in commits)
        for _, size, folder in sorted(commits):
            if total > self.cache_limit and folder != kept and not _is_arriving(folder):
                shutil.rmtree(folder, ignore_errors=True)
                total -= size
                for file in [file for file in list(self._whole) if file.is_relative_to(folder)]:
                    self._whole.pop(file, None)


def _is_arriving(folder: Path) -> bool:
    """Whether somebody, here or in another process, downloads a file into ``folder`` now."""
    import filelock
    from huggingface_hub.utils import WeakFileLock

    try:
        for lock in folder.rglob("*.lock"):
            with WeakFileLock(lock, timeout=TICK):
                pass
    except filelock.Timeout:
        return True
    return False


def _refuse(where: HubId, en: str, zh: str) -> NoReturn:
    raise HubError(Text(f"{where.unpinned}: {en}", f"{where.unpinned}：{zh}"))


def _size(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0


def _write(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(name, path)


def _read_listing(folder: Path) -> dict[str, Entry] | None:
    try:
        return {path: Entry(**entry) for path, entry in json.loads((folder / LISTING).read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, TypeError):
        return None


def _checksums(entry: Entry, file: Path) -> tuple[str, str, str]:
    """The kind of checksum that the hub gives, what it must be and what it is; all empty where the hub gives none."""
    from huggingface_hub.utils.sha import git_hash

    if entry.sha256:
        return "SHA-256", entry.sha256, sha256(file)
    if entry.git:
        return "git's SHA-1", entry.git, git_hash(file.read_bytes())
    return "", "", ""


def _verify(pinned: HubId, path: str, entry: Entry, part: Path) -> None:
    name, expected, found = _checksums(entry, part)
    if found != expected:
        part.unlink()
        _refuse(
            pinned,
            f"{path} arrived damaged: {name} must be {expected[:12]}…, it is {found[:12]}…. Try again.",
            f"{path} 在传输中损坏：{name} 应为 {expected[:12]}…，实为 {found[:12]}…。请重试。",
        )


class _Watch:
    """What the thread that works and the one that waits for it know of each other."""

    def __init__(self, seconds: float):
        self.end = time.monotonic() + seconds
        self.stop = threading.Event()
        self.done = self.total = self._before = 0

    def left(self) -> float:
        return max(0.01, self.end - time.monotonic())

    def patience(self) -> float:
        """For one wait of the working thread; a little past the end, so that the one that waits for it comes first."""
        return min(PATIENCE, self.left() + 2 * TICK)

    def check(self) -> None:
        if self.stop.is_set():
            raise Cancelled

    def sleep(self, seconds: float) -> None:
        self.stop.wait(min(seconds, self.left()))
        self.check()

    def begin(self) -> None:
        """The next file begins."""
        self.check()
        self._before = self.done

    def came(self, size: int) -> None:
        """So many bytes of this file are there."""
        self.done = self._before + size


def _in_time(where: HubId, work: Callable[[_Watch], Any], progress: BytesProgress | None, cancel: threading.Event | None, seconds: float):
    """``work(watch)`` in a thread of its own, so that neither a name that does not resolve nor a silent server holds the caller."""
    watch, result = _Watch(seconds), Future()

    def run() -> None:
        try:
            with _sentences(where):
                result.set_result(work(watch))
        except BaseException as error:
            result.set_exception(error)

    threading.Thread(target=run, daemon=True, name="hub").start()
    shown = None
    try:
        while not wait([result], timeout=TICK).done or (result.exception() and time.monotonic() > watch.end):
            if cancel is not None and cancel.is_set():
                raise Cancelled
            if time.monotonic() > watch.end:
                came = f" ({watch.done:,} of {watch.total:,} bytes came and are kept)" if watch.done else ""
                kam = f"（已收到 {watch.total:,} 字节中的 {watch.done:,} 字节，会保留）" if watch.done else ""
                _refuse(
                    where,
                    f"the hub took longer than {seconds:g} seconds{came}. Try again.",
                    f"hub 用时超过 {seconds:g} 秒{kam}。请重试。",
                )
            if progress is not None and watch.total and shown != (shown := (watch.done, watch.total)):
                progress(*shown)
        if progress is not None and watch.total and result.exception() is None:
            progress(watch.total, watch.total)
        return result.result()
    finally:
        watch.stop.set()


@contextlib.contextmanager
def _sentences(where: HubId) -> Iterator[None]:
    """Whatever the hub, the network and the disk raise, as one sentence."""
    try:
        yield
    except (RestorersError, Cancelled):
        raise
    except Exception as error:
        # huggingface_hub wraps what goes wrong with one file of many
        _explain(where, error.__cause__ if type(error) is RuntimeError and isinstance(error.__cause__, Exception) else error)


@contextlib.contextmanager
def _understood(where: HubId) -> Iterator[None]:
    """Around a request whose answer huggingface_hub takes apart: an answer that it cannot take apart, as one sentence."""
    try:
        yield
    except OSError:  # the hub's refusals, some of which are ValueErrors too
        raise
    except (ValueError, KeyError, TypeError, AttributeError):
        _refuse(
            where,
            "the hub's answer is not what a hub answers. Is HF_ENDPOINT right, and is no sign-in page in between?",
            "hub 的回答不符合预期。HF_ENDPOINT 是否正确？中间是否有登录页？",
        )


def _explain(where: HubId, error: Exception) -> NoReturn:
    import filelock
    import httpx2
    from huggingface_hub import errors

    if isinstance(error, errors.GatedRepoError):
        _refuse(
            where,
            "this repository is gated: its owner lets in only whom they accepted. Choose an open one, or sign in.",
            "该仓库受限：只有所有者批准的人才能访问。请选择公开仓库，或登录。",
        )
    if isinstance(error, errors.RevisionNotFoundError):
        _refuse(where, f"there is no revision {where.revision or 'main'!r}.", f"没有版本 {where.revision or 'main'!r}。")
    if isinstance(error, errors.RepositoryNotFoundError):
        _refuse(
            where,
            "there is no such repository on the hub, or it is private. Check the name.",
            "hub 上没有这个仓库，或它是私有的。请检查名称。",
        )
    if isinstance(error, errors.RemoteEntryNotFoundError):
        _refuse(where, "a file of this preset is gone from the hub. Try again.", "该预设的某个文件已从 hub 上消失。请重试。")
    if isinstance(error, errors.HfHubHTTPError):
        status = error.response.status_code
        if status in (401, 403):
            _refuse(
                where,
                f"the hub does not allow this ({status}). Check the token and its rights.",
                f"hub 不允许此操作（{status}）。请检查令牌及其权限。",
            )
        if status in (409, 412):
            _refuse(where, f"somebody changed the repository meanwhile ({status}). Try again.", f"仓库同时被他人更改（{status}）。请重试。")
        _refuse(where, f"the hub answered {status}. Try again later.", f"hub 返回 {status}。请稍后重试。")
    if isinstance(error, errors.OfflineModeIsEnabled):
        _refuse(where, "not in the cache, and HF_HUB_OFFLINE forbids to fetch it.", "缓存中没有，且 HF_HUB_OFFLINE 禁止下载。")
    if isinstance(error, (httpx2.ConnectError, httpx2.ConnectTimeout)):
        _refuse(
            where,
            "the hub cannot be reached. Check the network connection and try again.",
            "无法连接 hub。请检查网络连接后重试。",
        )
    if isinstance(error, (httpx2.TimeoutException, filelock.Timeout)):
        _refuse(
            where, f"the hub sent nothing for {PATIENCE:g} seconds. Try again later.", f"hub 在 {PATIENCE:g} 秒内没有响应。请稍后重试。"
        )
    if isinstance(error, httpx2.HTTPError):
        _refuse(
            where,
            "the connection to the hub broke off. Try again; what has come is kept.",
            "与 hub 的连接中断。请重试；已收到的部分会保留。",
        )
    if isinstance(error, OSError):
        reason = error.strerror or type(error).__name__
        _refuse(
            where,
            f"could not be kept in the cache: {reason}. RESTORERS_CACHE=DIR keeps it elsewhere.",
            f"无法存入缓存：{reason}。可用 RESTORERS_CACHE=目录 更换位置。",
        )
    raise error


def keras_only(model: keras.Model) -> keras.Model:
    """The same network with Keras' own layers alone, so that others can load it without this project.

    Folding is a convolution with one 1 for each output channel, unfolding the transposed one: both are exact. The rest are
    operations of ``keras.ops``. Weights are copied by layer name.
    """
    import keras
    import numpy as np

    from restorers.models.layers import Channels, Colour, DepthToSpace, Likeness, SpaceToDepth

    def unit(block: int, channels: int) -> np.ndarray:
        """(block, block, channels, channels · block²): output (i · block + j) · channels + c is input c at place (i, j)."""
        return np.eye(channels * block**2, dtype="float32").reshape(block, block, channels, channels * block**2)

    def call(layer, *inputs, **arguments):
        if isinstance(layer, SpaceToDepth):
            channels, block = inputs[0].shape[-1], layer.block
            fold = keras.layers.Conv2D(
                channels * block**2, block, block, use_bias=False, trainable=False, name=layer.name, dtype=layer.dtype_policy
            )
            result = fold(*inputs)
            fold.set_weights([unit(block, channels)])
            return result
        if isinstance(layer, DepthToSpace):
            channels, block = inputs[0].shape[-1] // layer.block**2, layer.block
            unfold = keras.layers.Conv2DTranspose(
                channels, block, block, use_bias=False, trainable=False, name=layer.name, dtype=layer.dtype_policy
            )
            result = unfold(*inputs)
            unfold.set_weights([unit(block, channels)])
            return result
        if isinstance(layer, (Channels, Colour, Likeness)):
            return layer.call(*inputs)
        return layer(*inputs, **arguments)

    plain = keras.models.clone_model(
        model, call_function=call, clone_function=lambda layer: layer.__class__.from_config(layer.get_config())
    )
    for layer in plain.layers:
        with contextlib.suppress(ValueError):  # operations and the two convolutions above have no namesake with weights
            source = model.get_layer(layer.name)
            if source.get_weights():
                layer.set_weights(source.get_weights())
    return plain


def save_for_keras(model: keras.Model, folder: Path) -> None:
    """Write ``config.json``, ``metadata.json`` and ``model.weights.h5``: what ``keras.saving.load_model("hf://…")`` loads.

    The network is that of ``keras_only``, whose output was compared with the model's own.
    """
    import keras
    import numpy as np

    plain = keras_only(model)
    shape = [side or 64 for side in model.input_shape[1:]]
    probe = np.random.default_rng(0).random((1, *shape), np.float32)
    difference = float(np.abs(np.asarray(plain(probe)) - np.asarray(model(probe))).max())
    if not difference <= 1e-5:
        raise RestorersError(f"the network of Keras' own layers must give the same output, it differs by {difference:.2g}")
    keras.saving.save_model(plain, folder, zipped=False)


def _told_of(model: keras.Model) -> str:
    """What goes into ``model`` and what comes out, for who calls it himself."""
    size, channels = model.input_shape[1], model.input_shape[-1]
    colours = {
        1: "gray (one channel)",
        4: "RGB with a guess in place of what is missing, and a fourth channel that is 1 where a pixel is missing",
    }.get(channels, "RGB")
    sides = f"of {size}×{size} pixels" if size else "with sides divisible by 32"
    comes = "photos" if model.output_shape[-1] in (1, 3) else f"{model.output_shape[-1]} maps of probabilities"
    return f"photos go in as float32 in [0, 1], {sides}, {colours}; {comes} come out"


def published_card(folder: Path, target: HubId, scores: Sequence[Mapping[str, Any]], model: keras.Model) -> str:
    """The card in ``folder`` with the scores as the hub's ``model-index`` metadata, and with how to use it from the hub.

    Scores that do not say how they were measured are left out. ``HubError`` where there is no card, or none that can be read.
    """
    import yaml
    from huggingface_hub import EvalResult, ModelCard

    try:
        card = ModelCard((folder / CARD).read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        gone = isinstance(error, FileNotFoundError)
        reason = Text("it is missing", "缺失") if gone else Text("it cannot be read", "无法读取")
        raise HubError(
            Text(
                f"{folder.name}: a preset is published with its card {CARD}; {reason.en}. Fetch or train the preset again.",
                f"{folder.name}：发布预设需要其卡片 {CARD}；{reason.zh}。请重新获取或训练该预设。",
            )
        ) from None
    card.data.model_name = target.repository.partition("/")[2]
    card.data.eval_results = [
        EvalResult(
            task_type="image-to-image",
            task_name="Image restoration",
            dataset_type=str(score["benchmark"]),
            dataset_name=f"{score['benchmark']}: {score['setting']}",
            metric_type=metric,
            metric_name=name,
            metric_value=score[metric],
            metric_args={"protocol": score["protocol"], "photos": score["photos"]},
        )
        for score in scores
        if isinstance(score, Mapping) and {"benchmark", "setting", "protocol", "photos"} <= set(score)
        for metric, name in (("psnr", "PSNR, dB"), ("ssim", "SSIM"), ("gain", "Gain over doing nothing, dB"))
        if isinstance(score.get(metric), (int, float))
    ] or None
    card.text += f"""
## Use

In Restorers:

```
python -m restorers restore photo.png restored.png --using {target}
```

With Keras alone; {_told_of(model)}:

```python
import keras

model = keras.saving.load_model("hf://{target}")
```
"""
    return str(card)
