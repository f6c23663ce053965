"""Pictures to learn from: photos decoded once, digits, and pairs made from them."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from restorers.errors import RestorersError
from restorers.photo import PhotoError, list_photos, read_photo, to_float, to_uint8
from restorers.resize import resize
from restorers.samples import PHOTOS
from restorers.text import Text
from restorers.training.download import DATASETS, fetch

Pair = tuple[np.ndarray, np.ndarray]
Batch = tuple[np.ndarray, ...]  # input and target; and weights, where some count more than others in the loss
SAMPLE_SOURCE = "the sample photos that ship inside scikit-image and Gradio"

SAMPLE_SQUARES = 240
MOST_SHRUNK = 2


class DataError(RestorersError):
    """A data folder that cannot be trained on."""


@dataclass
class TrainingData:
    """What a recipe trains and validates on.

    Attributes:
        batches: given a generator of random numbers, an endless stream of pairs (input, target), float32 (batch, height, width, channels);
            a third part, float32 (batch,), where some count more than others in the loss.
        validation: one pair of arrays to choose the best weights by.
        steps: batches in one epoch, after which the network is validated.
        source: what the pictures are and their terms, for the card.
        notes: files that were passed over.
        held_out: training sees nothing of the validation pictures; not so where there was one photo alone, or a recipe wants it so.
    """

    batches: Callable[[np.random.Generator], Iterator[Batch]]
    validation: Pair
    steps: int
    source: str
    notes: tuple[Text, ...] = ()
    held_out: bool = True


def _find(folders: Path | str, recursive: bool) -> tuple[list[Path], str]:
    """The pictures of one or several folders (with ``recursive``, of their subfolders too), and a line that names the source."""
    files, sources, names = [], [], []
    # one folder may have a comma in its name
    for part in [folders] if os.path.isdir(folders) else str(folders).split(","):
        path, source = _folder(part, "photos")
        if source is None:
            names.append(path.name)
        else:
            sources.append(source)
        inside = []
        if recursive or source is not None:
            for folder in (path, *sorted(p for p in path.rglob("*") if p.is_dir() and not p.name.startswith("."))):
                with contextlib.suppress(PhotoError):  # a folder that holds only folders
                    inside += list_photos(folder)
        files += inside or list_photos(path)
    return files, "; ".join([*sources, *(["photos of the folder " + ", ".join(names)] if names else [])])


def _folder(where: Path | str, kind: str) -> tuple[Path, str | None]:
    """The folder ``where`` and no source; or, where there is none, that of the public data of this name and its source."""
    path, name = Path(where), str(where)
    if not name.strip():
        raise DataError(
            Text(
                "--data takes folders with commas between them; one of them is empty. For the current folder write a dot.",
                "--data 接受以逗号分隔的文件夹，其中一个为空。当前文件夹请写作一个点。",
            )
        )
    if os.path.isdir(path):  # Path.is_dir raises for a name longer than the disk takes
        return path, None
    fitting = ", ".join(key for key, dataset in DATASETS.items() if dataset.kind == kind)
    if name not in DATASETS:
        raise DataError(
            Text(
                f"There is no folder called {path.name}, and no public data of that name. Known by name: {fitting}.",
                f"没有名为 {path.name} 的文件夹，也没有这个名称的公开数据。可按名称使用：{fitting}。",
            )
        )
    if DATASETS[name].kind != kind:
        learned = {"photos": Text("photos", "照片"), "digits": Text("handwritten digits", "手写数字")}
        raise DataError(
            Text(
                f"This recipe learns from {learned[kind].en}, and {name} holds {learned[DATASETS[name].kind].en}. By name: {fitting}.",
                f"此配方从{learned[kind].zh}中学习，而 {name} 是{learned[DATASETS[name].kind].zh}。可按名称使用：{fitting}。",
            )
        )
    return fetch(name), DATASETS[name].source


def _decode(files: Sequence[Path], smallest: int, notes: list[Text]) -> Iterator[np.ndarray]:
    """Each file that can be used, as uint8; a note for each that cannot. ``DataError`` at the end where none can."""
    used = 0
    for file in files:
        try:
            photo = to_uint8(read_photo(file).photo)
        except RestorersError as error:
            notes.append(error.sentence)
            continue
        if min(photo.shape[:2]) < smallest:
            notes.append(
                Text(
                    f"{Path(file).name}: passed over; the short side must have at least {smallest} pixels, it has {min(photo.shape[:2])}.",
                    f"{Path(file).name}：已跳过；短边至少需 {smallest} 像素，实为 {min(photo.shape[:2])}。",
                )
            )
            continue
        used += 1
        yield photo
    if not used:
        several = len(files) > 1
        raise DataError(
            Text(
                f"Training needs at least one photo with a short side of {smallest} pixels or more"
                + (f"; {len(files)} files were read, none fits. The first: " if several else ". ")
                + notes[0].en,
                f"训练至少需要一张短边不小于 {smallest} 像素的照片"
                + (f"；读取了 {len(files)} 个文件，均不合适。第一个：" if several else "。")
                + notes[0].zh,
            )
        )


def load_photos(folders: Path | str | None, smallest: int) -> tuple[list[np.ndarray], str, tuple[Text, ...]]:
    """Decode every photo of some folders once, as uint8 to save memory.

    Args:
        folders: a folder or the name of public photos (a key of ``DATASETS``), or several, separated by commas; None takes the
            sample photos that ship inside scikit-image and Gradio.
        smallest: shortest side in pixels that can be used; smaller photos are passed over.

    Returns:
        photos, a line that names the source, and a note for each file that was passed over.

    Raises:
        DataError: a folder is missing or holds no usable picture.
    """
    if folders is None:
        files, source = [sample.path for sample in PHOTOS.values()], SAMPLE_SOURCE
    else:
        files, source = _find(folders, recursive=False)
    notes: list[Text] = []
    return list(_decode(files, smallest, notes)), source, tuple(notes)


@dataclass(frozen=True)
class Squares:
    """Square pictures of one size.

    Attributes:
        pictures: uint8 (n, size, size, 3), RGB: a quarter of the memory that floats take.
        training, validation: rows of ``pictures`` to learn from, and rows held back.
        source: what the pictures are, for the card.
        notes: files that were passed over.
    """

    pictures: np.ndarray
    training: np.ndarray
    validation: np.ndarray
    source: str
    notes: tuple[Text, ...] = ()


def load_squares(
    folders: Path | str | None, size: int, *, validation: Path | str | None = None, share: float = 0.1, count: int | None = None
) -> Squares:
    """Decode pictures once, each shrunk to ``size`` × ``size`` by area averaging, as the tutorials do: a longer side is squeezed.

    Args:
        folders: a folder or the name of public photos, or several, separated by commas, their subfolders included
            (``flowers/<class>/*.jpg``); None cuts squares of random size, some mirrored, out of the sample photos that ship
            inside scikit-image and Gradio.
        size: side in pixels; pictures with a shorter side are passed over.
        validation: folders of pictures to hold back; None holds back every 1/``share``-th, or crops of a photo that none is learned from.
        share: of the pictures that is held back.
        count: use this many pictures, chosen at random but always the same; None uses all (240 without a folder).

    Raises:
        DataError: a folder is missing, holds no usable picture, or only one where some have to be held back.
    """
    notes: list[Text] = []
    if folders is None:
        source = f"squares cut out of {SAMPLE_SOURCE}"
        held_out = np.arange(count or SAMPLE_SQUARES) < max(1, round(share * (count or SAMPLE_SQUARES)))
        squares = _sample_squares(size, held_out)
    else:
        squares, source = _folder_squares(folders, size, count, notes)
        held_out = np.arange(len(squares)) % round(1 / share) == 0
    if validation is not None:
        others, _ = _folder_squares(validation, size, None, notes)
        held_out = np.arange(len(squares) + len(others)) >= len(squares)
        squares = [*squares, *others]
    if len(squares) < 2:
        raise DataError(
            Text(
                f"Training needs at least 2 pictures of {size}×{size} pixels or more, one of them to validate on. Received: 1.",
                f"训练至少需要 2 张不小于 {size}×{size} 像素的图片，其中一张用于验证。收到：1 张。",
            )
        )
    return Squares(np.stack(squares), np.flatnonzero(~held_out), np.flatnonzero(held_out), source, tuple(notes))


def _shrink(photo: np.ndarray, size: int) -> np.ndarray:
    return photo if photo.shape[:2] == (size, size) else cv2.resize(photo, (size, size), interpolation=cv2.INTER_AREA)


def _folder_squares(folders: Path | str, size: int, count: int | None, notes: list[Text]) -> tuple[list[np.ndarray], str]:
    files, source = _find(folders, recursive=True)
    if count is not None:
        files = [files[i] for i in np.random.default_rng(0).permutation(len(files))]
    return [_shrink(photo, size) for photo in itertools.islice(_decode(files, size, notes), count)], source


def _sample_squares(size: int, held_out: np.ndarray) -> list[np.ndarray]:
    """Squares cut out of the sample photos: those held out of the first photo, the others of the others."""
    first, *others = _decode([sample.path for sample in PHOTOS.values()], size, [])
    rng = np.random.default_rng(0)
    return [random_square(first if held else others[i % len(others)], size, rng) for i, held in enumerate(held_out)]


def random_square(photo: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """A square of random side and place, mirrored left to right half of the time, shrunk to ``size`` pixels; of the photo's type."""
    side = int(rng.integers(size, min(photo.shape[:2]) + 1))
    top, left = (int(rng.integers(0, length - side + 1)) for length in photo.shape[:2])
    square = _shrink(photo[top : top + side, left : left + side], size)
    return np.ascontiguousarray(square[:, ::-1] if rng.integers(2) else square)


def hold_out(photos: list[np.ndarray]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Split photos into those to learn from and about 24, at most half, to validate on; a single photo serves as both."""
    if len(photos) == 1:
        return photos, photos
    every = max(2, len(photos) // 24)
    return [p for i, p in enumerate(photos) if i % every], photos[::every]


def are_apart(learned: Sequence[np.ndarray], held_out: Sequence[np.ndarray]) -> bool:
    """Whether none of the photos serves as both."""
    return not {id(photo) for photo in learned} & {id(photo) for photo in held_out}


def random_crop(photo: np.ndarray, size: int, rng: np.random.Generator, *, upright: bool = False) -> np.ndarray:
    """A random square of ``size`` pixels, randomly mirrored and, unless ``upright``, turned by quarter turns: float32 in [0, 1]."""
    top, left = (rng.integers(0, side - size + 1) for side in photo.shape[:2])
    crop = photo[top : top + size, left : left + size]
    if not upright:
        crop = np.rot90(crop, rng.integers(4))
    return np.ascontiguousarray(crop[:, ::-1] if rng.integers(2) else crop).astype(np.float32) / np.float32(255)


def photo_patches(
    photos: list[np.ndarray],
    pair: Callable[[np.ndarray, np.random.Generator], Batch],
    size: int,
    batch: int,
    *,
    upright: bool = False,
    shrunk: float = 0.0,
) -> Callable[[np.random.Generator], Iterator[Batch]]:
    """An endless stream of batches of degraded crops; larger photos are drawn as often as their pixels allow, up to four times as often as the smallest.

    Args:
        photos: uint8 (height, width, 3), each at least ``size`` on the short side.
        pair: makes (input, target) from one crop, or (input, target, weight) where some count more than others in the loss.
        size: side of a crop in pixels.
        batch: crops in a batch.
        upright: crops are mirrored left to right, but not turned.
        shrunk: share of the crops that are cut up to ``MOST_SHRUNK`` times as large, as far as the photo allows, and reduced to ``size`` by
            antialiased bicubic interpolation.

    Reference: Dong et al., "Accelerating the super-resolution convolutional neural network", ECCV 2016 (photos at several scales).
    """
    pixels = np.array([photo.shape[0] * photo.shape[1] for photo in photos], float)
    weights = np.minimum(pixels, 4 * pixels.min())
    weights /= weights.sum()

    def cut(photo: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        side = size
        if shrunk and rng.random() < shrunk:
            side = int(rng.integers(size, min(MOST_SHRUNK * size, *photo.shape[:2]) + 1))
        crop = random_crop(photo, side, rng, upright=upright)
        return crop if side == size else np.clip(resize(crop, size, size), 0, 1)

    def batches(rng: np.random.Generator) -> Iterator[Batch]:
        while True:
            pairs = [pair(cut(photos[i], rng), rng) for i in rng.choice(len(photos), batch, p=weights)]
            yield tuple(np.stack(part) for part in zip(*pairs, strict=True))

    return batches


def square_pairs(pictures: np.ndarray, rows: np.ndarray, pair: Callable[[np.ndarray, np.random.Generator], Pair]) -> Pair:
    """Pairs of the ``rows`` of ``pictures`` (uint8, as in ``Squares``). A row's random numbers depend on nothing but the row: each call draws the same."""
    pairs = [pair(to_float(pictures[row]), np.random.default_rng(int(row))) for row in rows]
    return np.stack([p[0] for p in pairs]), np.stack([p[1] for p in pairs])


def square_batches(
    pictures: np.ndarray, rows: np.ndarray, pair: Callable[[np.ndarray, np.random.Generator], Pair], batch: int, drawn_once: bool = False
) -> Callable[[np.random.Generator], Iterator[Pair]]:
    """An endless stream of batches of pairs: every row once an epoch, reshuffled each time around; the last batch of an epoch may be smaller.

    Args:
        pictures, rows, pair: as in ``square_pairs``.
        batch: pictures in a batch.
        drawn_once: a picture's random numbers are the same in every epoch and those of ``square_pairs``; otherwise they are new each time.
    """

    def batches(rng: np.random.Generator) -> Iterator[Pair]:
        while True:
            order = rng.permutation(rows)
            for start in range(0, len(order), batch):
                chosen = order[start : start + batch]
                yield square_pairs(pictures, chosen, pair if drawn_once else lambda photo, _: pair(photo, rng))

    return batches


def shuffled(inputs: np.ndarray, targets: np.ndarray, batch: int) -> Callable[[np.random.Generator], Iterator[Pair]]:
    """An endless stream of batches from arrays, reshuffled each time around."""

    def batches(rng: np.random.Generator) -> Iterator[Pair]:
        while True:
            order = rng.permutation(len(inputs))
            for start in range(0, len(order) - batch + 1, batch):
                chosen = order[start : start + batch]
                yield inputs[chosen], targets[chosen]

    return batches


def read_idx(path: Path) -> np.ndarray:
    """Read one file of the MNIST format (idx, gzipped or not): uint8 array of the declared shape.

    Raises:
        DataError: the file is not of this format, or its length does not match its header.
    """
    try:
        content = path.read_bytes()
        content = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
        dimensions = content[3]
        shape = tuple(np.frombuffer(content, ">u4", dimensions, 4).astype(int))
        if content[:3] != b"\0\0\x08" or len(content) != 4 + 4 * dimensions + np.prod(shape):
            raise ValueError
    except (OSError, EOFError, ValueError, IndexError):
        raise DataError(
            Text(f"{path.name} is not a complete idx file of bytes, as MNIST uses.", f"{path.name} 不是 MNIST 所用的完整 idx 文件。")
        ) from None
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def load_digits(folder: Path | str | None) -> tuple[np.ndarray, np.ndarray, str]:
    """Handwritten digits for training and for validation: float32 (n, 28, 28, 1), white on black, in [0, 1].

    Args:
        folder: holds the four MNIST files (only the two image files are read) or ``mnist.npz``; or ``"mnist"``, fetched by name;
            None draws digits with OpenCV's fonts, slanted, scaled and thickened at random: 10,000 and 1,000.

    Raises:
        DataError: the folder does not hold the files, or they are damaged.
    """
    if folder is None:
        digits = _drawn_digits()
        return digits[:10_000], digits[10_000:], "digits drawn with OpenCV's fonts"
    folder, _ = _folder(folder, "digits")
    packed = folder / "mnist.npz"
    files = dict(_read_npz(packed) if packed.is_file() else _read_idx_files(folder))
    for name, images in files.items():
        if images.ndim != 3 or images.shape[1:] != (28, 28) or images.dtype != np.uint8:
            raise DataError(
                Text(
                    f"{name} must hold 8-bit pictures of 28×28, it holds an array {images.shape} of {images.dtype}.",
                    f"{name} 应为 28×28 的 8 位图片，实为 {images.dtype} 数组 {images.shape}。",
                )
            )
    training, validation = (images[..., None].astype(np.float32) / np.float32(255) for images in files.values())
    return training, validation, DATASETS["mnist"].source


@cache
def _drawn_digits() -> np.ndarray:
    digits = draw_digits(11_000, np.random.default_rng(0))
    digits.flags.writeable = False  # one array for all
    return digits


def _read_idx_files(folder: Path) -> Iterator[tuple[str, np.ndarray]]:
    """Name and pictures of the two MNIST files of a folder."""
    for stem in ("train-images", "t10k-images"):
        files = sorted(folder.glob(f"{stem}*"))
        if not files:
            raise DataError(
                Text(
                    f"The folder {folder.name!r} must hold the MNIST files train-images… and t10k-images…; {stem}… is missing.",
                    f"文件夹 {folder.name!r} 应包含 MNIST 文件 train-images… 与 t10k-images…；缺少 {stem}…。",
                )
            )
        yield files[0].name, read_idx(files[0])


def _read_npz(path: Path) -> Iterator[tuple[str, np.ndarray]]:
    """Name and pictures of the two arrays of the file that Keras offers."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            for name in ("x_train", "x_test"):
                yield f"{name} of {path.name}", arrays[name]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        raise DataError(
            Text(f"{path.name} is damaged or not the MNIST file of Keras.", f"{path.name} 已损坏，或不是 Keras 的 MNIST 文件。")
        ) from None


def draw_digits(count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw digits: OpenCV's eight stroke fonts, random size, slant, position and pen width; float32 (count, 28, 28, 1)."""
    digits = np.zeros((count, 28, 28, 1), np.float32)
    for canvas in digits:
        big = np.zeros((112, 112), np.uint8)
        font, pen = int(rng.integers(0, 8)), int(rng.integers(6, 13))
        text = str(rng.integers(10))
        (width, height), _ = cv2.getTextSize(text, font, 3.0, pen)
        cv2.putText(big, text, ((112 - width) // 2, (112 + height) // 2), font, 3.0, 255, pen, cv2.LINE_AA)
        scale, slant = rng.uniform(0.75, 1.05), rng.uniform(-0.35, 0.25)
        shift = rng.uniform(-8, 8, 2)
        matrix = np.array([[scale, slant * scale, 0], [0, scale, 0]], np.float32)
        matrix[:, 2] = 56 - matrix[:, :2] @ (56, 56) + shift
        canvas[..., 0] = cv2.resize(cv2.warpAffine(big, matrix, (112, 112)), (28, 28), interpolation=cv2.INTER_AREA) / np.float32(255)
    return digits
