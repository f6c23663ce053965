"""Finds presets, checks them, builds them, and keeps the few in use."""

from __future__ import annotations

import contextlib
import json
import logging
import math
import os
import re
import tempfile
import threading
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from restorers.diagnosis import DAMAGES
from restorers.errors import RestorersError
from restorers.hub import DEADLINE, BytesProgress, Hub, HubError, HubId
from restorers.models import ARCHITECTURES
from restorers.models.base import Architecture
from restorers.registry import UnknownName
from restorers.text import Text
from restorers.weights import SCALE, load_weights, read_header, sha256

if TYPE_CHECKING:
    import keras

WEIGHTS = Path(os.environ.get("RESTORERS_WEIGHTS", Path(__file__).resolve().parent.parent / "weights"))
KEPT_MODELS = 8  # universal alone calls up to six
KEPT_IDS = 256
DESCRIPTION_LIMIT = 1 << 20
TEXT_LIMIT = 4000  # characters of one text in preset.json
FOREIGN_PARAMETERS = 64_000_000  # that a network from the hub may have
DESCRIPTIONS_AT_ONCE = 8
ASK_AGAIN = 60.0  # seconds after which a hub that could not be reached is asked again
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class PresetError(RestorersError):
    """A preset that is missing, incomplete or damaged."""


@dataclass(frozen=True)
class Preset:
    """A trained network and all that is known of it: the contents of one ``preset.json``.

    Attributes:
        folder: holds ``preset.json``, the weights and the card.
        name: the folder's name.
        title, help, trained_on: in both languages.
        architecture: the network with its settings.
        weights: ``file``, ``sha256``, ``bytes``, ``dtype``, ``parameters``.
        suits: names or families of degradations that it restores.
        data: the pictures it has seen, and their terms.
        recipe: ``name`` and ``settings``.
        training: ``steps``, ``minutes``, ``hardware``, ``history``.
        scores: one entry a measurement: protocol, setting, scores, what doing nothing scores, number of photos, SHA-256 of the weights.
        licence, reference: as text.
        hub: ``id`` and ``revision`` on the Hugging Face hub, or empty.
    """

    folder: Path
    name: str
    title: Text
    help: Text
    trained_on: Text
    architecture: Architecture
    weights: dict[str, Any]
    suits: frozenset[str]
    data: str
    recipe: dict[str, Any]
    training: dict[str, Any]
    scores: list[dict[str, Any]] = field(default_factory=list)
    licence: str = ""
    reference: str = ""
    hub: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Preset:
        """Read and check ``folder/preset.json``; ``PresetError`` names the file, the rule and the value."""
        path = folder / "preset.json"
        where = f"{folder.name}/preset.json"

        def refuse(en: str, zh: str) -> PresetError:
            return PresetError(Text(f"{where}: {en}", f"{where}：{zh}"))

        if not path.is_file():
            raise refuse("a preset folder must hold this file; it is missing.", "预设文件夹必须包含此文件；缺失。")
        if path.stat().st_size > DESCRIPTION_LIMIT:
            raise refuse(
                f"at most {DESCRIPTION_LIMIT:,} bytes are read, it has {path.stat().st_size:,}.",
                f"最多读取 {DESCRIPTION_LIMIT:,} 字节，实为 {path.stat().st_size:,}。",
            )
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, RecursionError) as error:
            reason = str(error).splitlines()[0][:80]
            raise refuse(f"must be valid JSON ({reason}).", f"必须是有效的 JSON（{reason}）。") from None

        def entry(key: str, kind: type, source: Any = None) -> Any:
            source = values if source is None else source
            value = source.get(key) if isinstance(source, dict) else None
            if not isinstance(value, kind):
                raise refuse(
                    f"{key!r} must be of type {kind.__name__}, it is {type(value).__name__}.",
                    f"{key!r} 的类型应为 {kind.__name__}，实为 {type(value).__name__}。",
                )
            if isinstance(value, str) and len(value) > TEXT_LIMIT:
                raise refuse(
                    f"{key!r} may have at most {TEXT_LIMIT:,} characters, it has {len(value):,}.",
                    f"{key!r} 最多可有 {TEXT_LIMIT:,} 个字符，实为 {len(value):,}。",
                )
            return value

        def text(key: str) -> Text:
            both = entry(key, dict)
            return Text(entry("en", str, both), entry("zh", str, both))

        described = entry("architecture", dict)
        try:
            architecture = ARCHITECTURES.get(entry("name", str, described)).from_settings(entry("settings", dict, described))
        except PresetError:
            raise
        except RestorersError as error:
            raise PresetError(Text(f"{where}: {error.sentence.en}", f"{where}：{error.sentence.zh}")) from None
        shape = architecture.channels, architecture.output_channels
        if architecture.classifies and shape != (3, len(DAMAGES)):
            raise refuse(
                f"a network that classifies must have 3 input channels and {len(DAMAGES)} output channels, it has {shape[0]} and {shape[1]}.",
                f"分类网络须有 3 个输入通道和 {len(DAMAGES)} 个输出通道，实为 {shape[0]} 和 {shape[1]}。",
            )
        weights = entry("weights", dict)
        file, digest, size = entry("file", str, weights), entry("sha256", str, weights), entry("bytes", int, weights)
        entry("parameters", int, weights)
        if Path(file).name != file or not file.endswith(".safetensors"):
            raise refuse(
                f"the weights must be a .safetensors file in the same folder; received: {file!r}.",
                f"权重必须是同一文件夹中的 .safetensors 文件；收到：{file!r}。",
            )
        if not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise refuse(
                f"'sha256' must be 64 hexadecimal digits; received: {digest[:70]!r}.",
                f"'sha256' 应为 64 位十六进制数；收到：{digest[:70]!r}。",
            )
        actual = (folder / file).stat().st_size if (folder / file).is_file() else None
        if actual is not None and actual != size:
            raise PresetError(
                Text(f"{file}: the file must have {size:,} bytes, it has {actual:,}.", f"{file}：文件应有 {size:,} 字节，实为 {actual:,}。")
            )
        return cls(
            folder=folder,
            name=folder.name,
            title=text("title"),
            help=text("help"),
            trained_on=text("trained_on"),
            architecture=architecture,
            weights=weights,
            suits=frozenset(map(str, entry("suits", list))),
            data=entry("data", str),
            recipe=entry("recipe", dict),
            training=entry("training", dict),
            scores=entry("scores", list),
            licence=entry("licence", str),
            reference=entry("reference", str),
            hub=entry("hub", dict),
        )

    def write(self) -> None:
        """Write ``preset.json``."""
        values = {key: value for key, value in vars(self).items() if key not in ("folder", "architecture", "suits")}
        values |= {key: values[key]._asdict() for key in ("title", "help", "trained_on")}
        values |= {"architecture": {"name": self.architecture.name, "settings": self.architecture.settings()}, "suits": sorted(self.suits)}
        path = self.folder / "preset.json"
        temporary = path.with_suffix(".json.part")
        temporary.write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        os.replace(temporary, path)

    def __reduce__(self) -> tuple:
        """Pickled with the weights, so that it can be built where there is no such folder."""
        fields = {name: value for name, value in vars(self).items() if name != "folder"}
        return _travelled, (fields, np.fromfile(self.folder / self.weights["file"], np.uint8))

    @property
    def has_weights(self) -> bool:
        """Whether the weights are here: a description from the hub may come without."""
        return (self.folder / self.weights["file"]).is_file()

    @property
    def has_whole_weights(self) -> bool:
        """Whether the weights are here, with their checksum."""
        return self.has_weights and sha256(self.folder / self.weights["file"]) == self.weights["sha256"]

    def build(self) -> keras.Model:
        """Build the network and load its weights: all checks, then all weights."""
        _limit_threads()
        if self.hub:
            self._check_parameters()
        model = self.architecture.build()
        load_weights(model, self.folder / self.weights["file"], self.weights["sha256"])
        return model

    def _check_parameters(self) -> None:
        """Refuse a foreign network before it takes memory: too large, or not that of the weights."""
        header = read_header(self.folder / self.weights["file"])
        held = sum(math.prod(shape) for name, (_, shape) in header.items() if not name.endswith(SCALE))
        needed = _count_parameters(self.architecture)
        if not needed == held <= FOREIGN_PARAMETERS:
            raise PresetError(
                Text(
                    f"{self.name}: a network from the hub may have {FOREIGN_PARAMETERS:,} parameters and must have as many as its weights; "
                    f"it has {needed:,}, and the weights {held:,}.",
                    f"{self.name}：来自 hub 的网络最多可有 {FOREIGN_PARAMETERS:,} 个参数，且须与其权重一致；"
                    f"网络有 {needed:,} 个，权重有 {held:,} 个。",
                )
            )


@dataclass(frozen=True)
class _Travelled(Preset):
    """A preset from its pickle: the weights are in memory, and its folder is nowhere."""

    content: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint8), compare=False, repr=False)

    @property
    def has_weights(self) -> bool:
        return True

    @property
    def has_whole_weights(self) -> bool:
        return True  # looked at when it is built

    def __reduce__(self) -> tuple:
        fields = {name: value for name, value in vars(self).items() if name not in ("folder", "content")}
        return _travelled, (fields, self.content)

    def build(self) -> keras.Model:
        with tempfile.TemporaryDirectory() as folder:
            self.content.tofile(Path(folder) / self.weights["file"])
            return Preset.build(replace(self, folder=Path(folder)))


def _travelled(fields: dict[str, Any], content: np.ndarray) -> Preset:
    return _Travelled(folder=Path(os.devnull), **fields, content=content)


def _count_parameters(architecture: Architecture) -> int:
    """The parameters that ``architecture`` would have; none of them takes memory."""
    import keras

    def count() -> int:
        with keras.StatelessScope(initialize_variables=False):
            return architecture.build().count_params()

    # Keras remembers variables without values in the thread that made them: here they are forgotten with it
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(count).result()


def _limit_threads() -> None:
    """One heavy job at a time on all cores gave the best throughput; must be said before TensorFlow first computes."""
    import cv2
    import keras

    cv2.setNumThreads(1)  # its threads and TensorFlow's would take the cores from each other
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        if tf.config.threading.get_inter_op_parallelism_threads() == 0:
            with contextlib.suppress(RuntimeError):  # TensorFlow may have computed before us; then its own setting stays
                tf.config.threading.set_inter_op_parallelism_threads(1)


class PresetStore:
    """The presets of one folder, and by their ids those of the hub; builds each network once and keeps the few used last.

    Args:
        folder: holds one folder a preset.
        kept: networks kept in memory.

    Attributes:
        hub: where ids such as ``user/name`` are looked up. Without a token, so that nobody reaches through a page what only
            its operator may see; a command line sets ``Hub(None)``.
    """

    def __init__(self, folder: Path = WEIGHTS, kept: int = KEPT_MODELS):
        self.folder, self.kept = Path(folder), kept
        self.hub = Hub()
        self._models: OrderedDict[tuple[str, Architecture], keras.Model] = OrderedDict()
        self._lock = threading.Lock()
        self._fetched: OrderedDict[str, HubId] = OrderedDict()
        self._fetched_lock = threading.Lock()

    def names(self) -> list[str]:
        """Names of the folders that hold a ``preset.json``; what was fetched by its id is not among them.

        Only those that ``get`` takes: letters, digits, hyphens and underscores.
        """
        return sorted(path.parent.name for path in self.folder.glob("*/preset.json") if _NAME.fullmatch(path.parent.name))

    def __contains__(self, name: str) -> bool:
        """Whether ``get`` can be asked for ``name``: one of the names, or the id of a preset on the hub."""
        return name in self.names() or HubId.matches(name)

    def get(self, name: str) -> Preset:
        """The preset called ``name``; ``UnknownName`` if there is none, ``PresetError`` if it is damaged.

        An id such as ``user/name`` is fetched from the hub the first time, and stays at the commit that was found then.
        """
        if HubId.matches(name):
            with self._fetched_lock:
                known = self._fetched.get(str(HubId.parse(name)))
            return self.fetch(name) if known is None else self._from_hub(name, known)
        if not _NAME.fullmatch(name) or not (self.folder / name).is_dir():
            raise self._unknown(name)
        return Preset.read(self.folder / name)

    def fetch(
        self,
        name: str,
        progress: BytesProgress | None = None,
        cancel: threading.Event | None = None,
        deadline: float = DEADLINE,
    ) -> Preset:
        """The preset ``user/name[@revision][/subfolder]`` of the hub as it is now: fetched unless it is in the cache, and checked.

        Its ``name`` is the id, and ``hub`` holds the commit. The list of ``names`` stays as it is: whoever asked for it knows it.

        Args:
            name: the id.
            progress, cancel, deadline: as in ``Hub.fetch``.

        Raises:
            HubError: it could not be fetched.
            PresetError, WeightsError: it is damaged.
            Cancelled: ``cancel`` was set.
        """
        wanted = HubId.parse(name)
        name = str(wanted)
        preset = self._from_hub(name, wanted, progress, cancel, deadline)
        file, digest = preset.folder / preset.weights["file"], preset.weights["sha256"]
        if not file.is_file():
            raise PresetError(Text(f"{name}: there is no weight file {file.name}.", f"{name}：没有权重文件 {file.name}。"))
        if (found := sha256(file)) != digest:
            raise PresetError(
                Text(
                    f"{name}: SHA-256 of {file.name} must be {digest[:12]}…, it is {found[:12]}….",
                    f"{name}：{file.name} 的 SHA-256 应为 {digest[:12]}…，实为 {found[:12]}…。",
                )
            )
        with self._fetched_lock:
            self._fetched[name] = replace(wanted, revision=preset.hub["revision"])
            self._fetched.move_to_end(name)
            while len(self._fetched) > KEPT_IDS:
                self._fetched.popitem(last=False)
        return preset

    def _from_hub(self, name: str, wanted: HubId, *how: Any) -> Preset:
        pinned, folder = self.hub.fetch(wanted, True, *how)
        return replace(Preset.read(folder), name=name, hub={"id": pinned.unpinned, "revision": pinned.revision})

    def _unknown(self, name: str) -> UnknownName:
        known = ", ".join(self.names()) or "none"
        return UnknownName(Text(f"There is no preset called {name!r}. Known: {known}.", f"没有名为 {name!r} 的预设。已知：{known}。"))

    def model(self, preset: Preset) -> keras.Model:
        """The built network of ``preset``, from memory if it was used lately."""
        key = (preset.weights["sha256"], preset.architecture)  # both: the same weights may fit another network
        if key not in self._models:
            self.provide_weights(preset)
        with self._lock:
            if key not in self._models:
                self._models[key] = preset.build()
                while len(self._models) > self.kept:
                    self._models.popitem(last=False)
            self._models.move_to_end(key)
            return self._models[key]

    def provide_weights(self, preset: Preset) -> None:
        """What the cache of the hub has given up, or not fetched yet, or holds damaged, is fetched again."""
        if preset.hub and not preset.has_whole_weights:
            self._fetch_weights(preset)

    def _fetch_weights(self, preset: Preset) -> None:
        self.hub.fetch(replace(HubId.parse(preset.hub["id"]), revision=preset.hub["revision"]))


class HubPresetStore(PresetStore):
    """The presets of one repository on the hub, one folder each, as if it were the folder ``weights/``.

    Descriptions are fetched when the names are first asked for, the weights when a network is first used. A hub that cannot be
    reached leaves the list empty, and is asked again a minute later.

    Args:
        source: the repository, and a folder or revision of it if need be.
        hub: default: with the token of whoever runs this, so that the repository may be private.
    """

    def __init__(self, source: HubId, hub: Hub | None = None, kept: int = KEPT_MODELS):
        super().__init__(kept=kept)
        self.source, self._source_hub = source, hub or Hub(None)
        self._ids: dict[str, HubId] = {}
        self._asked = -ASK_AGAIN
        self._asking = threading.Lock()

    def names(self) -> list[str]:
        """Names of the folders of the repository that hold a ``preset.json``."""
        with self._asking:
            if not self._ids and time.monotonic() > self._asked + ASK_AGAIN:
                self._asked = time.monotonic()
                try:
                    found = {pinned.subfolder.rpartition("/")[2]: pinned for pinned in self._source_hub.presets(self.source)}
                    self._ids = {name: pinned for name, pinned in found.items() if _NAME.fullmatch(name)}
                    with ThreadPoolExecutor(DESCRIPTIONS_AT_ONCE) as threads:  # what fails here is told by `get`
                        threads.map(lambda pinned: self._source_hub.fetch(pinned, False, deadline=ASK_AGAIN / 2), self._ids.values())
                except HubError as error:
                    logging.getLogger(__name__).warning("%s", error)
            return sorted(self._ids)

    def get(self, name: str) -> Preset:
        """The preset called ``name``, as in ``PresetStore``."""
        if HubId.matches(name):
            return super().get(name)
        if name not in self.names():
            raise self._unknown(name)
        pinned, folder = self._source_hub.fetch(self._ids[name], weights=False)
        return replace(Preset.read(folder), name=name, hub={"id": pinned.unpinned, "revision": pinned.revision})

    def _fetch_weights(self, preset: Preset) -> None:
        hub = self.hub if HubId.matches(preset.name) else self._source_hub
        hub.fetch(replace(HubId.parse(preset.hub["id"]), revision=preset.hub["revision"]))


def _default_store() -> PresetStore:
    """The folder ``weights/``; where it holds nothing, the repository ``$RESTORERS_HUB``."""
    source = os.environ.get("RESTORERS_HUB")
    return HubPresetStore(HubId.parse(source)) if source and not any(WEIGHTS.glob("*/preset.json")) else PresetStore()


PRESETS = _default_store()
