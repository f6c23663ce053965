"""Reads and writes weight files safely: safetensors only, everything checked before anything is assigned."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import struct
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from restorers.errors import RestorersError
from restorers.photo import disk_reason
from restorers.text import Text

if TYPE_CHECKING:
    import keras

DTYPES = {"F32": np.float32, "F16": np.float16, "I8": np.int8}
STORED_AS = ("float32", "float16", "int8")
SCALE = ":scale"
HEADER_LIMIT = 1 << 20


class WeightsError(RestorersError):
    """A weight file that is missing, damaged or made for another network."""


def _refuse(path: Path, en: str, zh: str) -> WeightsError:
    return WeightsError(Text(f"{path.name}: {en}", f"{path.name}：{zh}"))


def _no_header(path: Path) -> WeightsError:
    return _refuse(
        path,
        "the header of the weight file is not valid JSON of the safetensors format.",
        "权重文件头不是有效的 safetensors JSON。",
    )


def sha256(path: Path) -> str:
    """SHA-256 of a file, as 64 hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """Gives a temporary path beside ``path`` that replaces it when the block ends well, and vanishes when it does not."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix)
    os.close(handle)
    try:
        yield Path(name)
        os.chmod(name, 0o644)
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


@contextlib.contextmanager
def filled(folder: Path) -> Iterator[Path]:
    """Gives a temporary folder whose files take their places in ``folder`` when the block ends well; until then what was there stays.

    ``WeightsError`` where the disk does not take them.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # inside: what lies beside may be another disk, or not to be written to
        with tempfile.TemporaryDirectory(dir=folder, prefix=".made.") as made:
            yield Path(made)
            for file in sorted(Path(made).iterdir()):
                os.replace(file, folder / file.name)
    except OSError as error:
        reason = disk_reason(error)
        raise WeightsError(Text(f"{folder.name} was not written: {reason.en}.", f"未能写入 {folder.name}：{reason.zh}。")) from error


def write_tensors(tensors: Mapping[str, np.ndarray], path: Path) -> None:
    """Write arrays by name to a safetensors file, atomically; ``OSError`` where the disk does not take it."""
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    with replaced(path) as temporary:
        try:
            save_file({name: np.array(value, order="C") for name, value in tensors.items()}, temporary)
        except SafetensorError as error:  # it gives the number of the operating system's error in words
            number = re.search(r"\(os error (\d+)\)", str(error))
            if number is None:
                raise
            raise OSError(int(number[1]), os.strerror(int(number[1])), path.name) from None


def quantized(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights in 8 bits: q = round(w / s), s = max|w| / 127 over all axes but the last, so that each output has a scale of its own.

    Args:
        weights: float32 of two or more axes.

    Returns:
        q, int8 of the same shape, and s, float32 (last axis,); w ≈ q · s.
    """
    scale = np.abs(weights).max(axis=tuple(range(weights.ndim - 1))) / np.float32(127)
    scale = np.where(scale > 0, scale, 1).astype(np.float32)
    return np.rint(weights / scale).astype(np.int8), scale


def save_weights(model: keras.Model, path: Path, dtype: str = "float32") -> str:
    """Write the variables of ``model`` by their paths and return the file's SHA-256.

    Args:
        model: any Keras model whose layers all have explicit names.
        path: the file to write; replaced atomically.
        dtype: ``"float32"``; ``"float16"`` at half the size; or ``"int8"`` at about a quarter: kernels ``quantized``, with
            their scales beside them as ``<path>:scale``, all else in 16 bits.
    """
    tensors: dict[str, np.ndarray] = {}
    for variable in model.weights:
        values = np.asarray(variable)
        if dtype == "int8" and values.ndim > 1:
            tensors[variable.path], tensors[variable.path + SCALE] = quantized(values)
        else:
            tensors[variable.path] = values.astype("float16" if dtype == "int8" else dtype)
    write_tensors(tensors, path)
    return sha256(path)


def read_header(path: Path) -> dict[str, tuple[str, tuple[int, ...]]]:
    """The tensors that a safetensors file declares, ``{name: (type, shape)}``, without reading them.

    Raises:
        WeightsError: the file is missing, cut short, or its header is not what the format prescribes.
    """
    if not path.is_file():
        raise _refuse(path, "there is no such weight file.", "没有这个权重文件。")
    size = path.stat().st_size
    with open(path, "rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else -1
        if not 2 <= length <= min(HEADER_LIMIT, size - 8):
            raise _refuse(
                path,
                f"not a safetensors file: the header must have 2 to {min(HEADER_LIMIT, max(size - 8, 2)):,} bytes, it declares {length:,}.",
                f"不是 safetensors 文件：文件头应为 2 到 {min(HEADER_LIMIT, max(size - 8, 2)):,} 字节，声明为 {length:,}。",
            )
        try:
            header = json.loads(file.read(length))
            header.pop("__metadata__", None)
            entries = [(n, e["dtype"], tuple(map(int, e["shape"])), *map(int, e["data_offsets"])) for n, e in header.items()]
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            raise _no_header(path) from None
    position = 0
    for name, dtype, shape, begin, end in sorted(entries, key=lambda entry: entry[3:]):
        if not isinstance(dtype, str) or dtype not in DTYPES:
            raise _refuse(
                path,
                f"tensor {name!r} has type {dtype}; allowed: {', '.join(DTYPES)}.",
                f"张量 {name!r} 的类型为 {dtype}；允许：{', '.join(DTYPES)}。",
            )
        count = 1
        for side in shape:
            count *= side
        expected = count * np.dtype(DTYPES[dtype]).itemsize
        if min(shape, default=0) < 0 or begin != position or end - begin != expected:
            raise _refuse(
                path,
                f"tensor {name!r} must fill bytes {position} to {position + expected}, it declares {begin} to {end}.",
                f"张量 {name!r} 应占字节 {position} 到 {position + expected}，声明为 {begin} 到 {end}。",
            )
        position = end
    if 8 + length + position != size:
        raise _refuse(
            path,
            f"the file must have {8 + length + position:,} bytes, it has {size:,}.",
            f"文件应有 {8 + length + position:,} 字节，实为 {size:,}。",
        )
    return {name: (dtype, shape) for name, dtype, shape, _, _ in entries}


def read_tensors(path: Path, expected: Mapping[str, tuple[int, ...]], digest: str | None = None) -> dict[str, np.ndarray]:
    """Read exactly the ``expected`` tensors from a safetensors file.

    Checked in this order, before anything is returned: header and size, names, types and shapes, SHA-256, finite values.

    Args:
        path: the file.
        expected: shape by name; a tensor of 8 bits must have its scales beside it.
        digest: the SHA-256 that the file must have; None skips this check.

    Returns:
        float32 arrays by name.

    Raises:
        WeightsError: naming the file, the rule and the value received.
    """
    path = Path(path)
    header = read_header(path)
    expected = dict(expected)
    eight_bit = [name for name, (dtype, _) in header.items() if dtype == "I8" and expected.get(name)]
    expected |= {name + SCALE: expected[name][-1:] for name in eight_bit}
    missing, extra = sorted(set(expected) - set(header)), sorted(set(header) - set(expected))
    if missing or extra:
        found = "; ".join(
            f"{what} {names[0]!r}" + (f" and {len(names) - 1} more" if len(names) > 1 else "")
            for what, names in (("missing", missing), ("unknown", extra))
            if names
        )
        raise _refuse(path, f"made for another network: {found}.", f"属于另一个网络：{found}。")
    for name, shape in expected.items():
        if header[name][1] != tuple(shape):
            raise _refuse(
                path,
                f"{name!r} must have shape {tuple(shape)}, it has {header[name][1]}.",
                f"{name!r} 的形状应为 {tuple(shape)}，实为 {header[name][1]}。",
            )
    if digest is not None and (found := sha256(path)) != digest:
        raise _refuse(
            path,
            f"damaged: SHA-256 must be {digest[:12]}…, it is {found[:12]}….",
            f"已损坏：SHA-256 应为 {digest[:12]}…，实为 {found[:12]}…。",
        )
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        tensors = {name: value.astype(np.float32) for name, value in load_file(path).items()}
    except SafetensorError:  # it takes some headers amiss that can be understood: "3" or 3.0 for 3
        raise _no_header(path) from None
    for name in eight_bit:
        with np.errstate(over="ignore", invalid="ignore"):  # refused below
            tensors[name] *= tensors.pop(name + SCALE)
    for name, value in tensors.items():
        if not np.isfinite(value).all():
            raise _refuse(
                path, f"{name!r} must hold finite numbers, it holds NaN or infinity.", f"{name!r} 应为有限数，其中含 NaN 或无穷。"
            )
    return tensors


def load_weights(model: keras.Model, path: Path, digest: str | None = None) -> None:
    """Assign the weights in ``path`` to ``model``: all of them, or none and a ``WeightsError``."""
    tensors = read_tensors(path, {v.path: tuple(v.shape) for v in model.weights}, digest)
    for variable in model.weights:
        variable.assign(tensors[variable.path])
