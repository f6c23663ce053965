"""Finds presets, checks them, builds them, and keeps the few in use."""

from __future__ import annotations

import contextlib
import json
import os
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from restorers.errors import RestorersError
from restorers.models import ARCHITECTURES
from restorers.models.base import Architecture
from restorers.registry import UnknownName
from restorers.text import Text
from restorers.weights import load_weights

if TYPE_CHECKING:
    import keras

WEIGHTS = Path(os.environ.get("RESTORERS_WEIGHTS", Path(__file__).resolve().parent.parent / "weights"))
KEPT_MODELS = 4
DESCRIPTION_LIMIT = 1 << 20
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


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

    def build(self) -> keras.Model:
        """Build the network and load its weights: all checks, then all weights."""
        _limit_threads()
        model = self.architecture.build()
        load_weights(model, self.folder / self.weights["file"], self.weights["sha256"])
        return model


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
    """The presets of one folder; builds each network once and keeps the few used last.

    Args:
        folder: holds one folder a preset.
        kept: networks kept in memory.
    """

    def __init__(self, folder: Path = WEIGHTS, kept: int = KEPT_MODELS):
        self.folder, self.kept = Path(folder), kept
        self._models: OrderedDict[str, keras.Model] = OrderedDict()
        self._lock = threading.Lock()

    def names(self) -> list[str]:
        """Names of the folders that hold a ``preset.json``."""
        return sorted(path.parent.name for path in self.folder.glob("*/preset.json"))

    def get(self, name: str) -> Preset:
        """The preset called ``name``; ``UnknownName`` if there is none, ``PresetError`` if it is damaged."""
        if not _NAME.fullmatch(name) or not (self.folder / name).is_dir():
            known = ", ".join(self.names()) or "none"
            raise UnknownName(Text(f"There is no preset called {name!r}. Known: {known}.", f"没有名为 {name!r} 的预设。已知：{known}。"))
        return Preset.read(self.folder / name)

    def model(self, preset: Preset) -> keras.Model:
        """The built network of ``preset``, from memory if it was used lately."""
        digest = preset.weights["sha256"]
        with self._lock:
            if digest not in self._models:
                self._models[digest] = preset.build()
                while len(self._models) > self.kept:
                    self._models.popitem(last=False)
            self._models.move_to_end(digest)
            return self._models[digest]


PRESETS = PresetStore()
