"""Pictures to learn from: photos decoded once, digits, and pairs made from them."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from restorers.errors import RestorersError
from restorers.photo import list_photos, read_photo, to_uint8
from restorers.samples import SAMPLES
from restorers.text import Text

Pair = tuple[np.ndarray, np.ndarray]


class DataError(RestorersError):
    """A data folder that cannot be trained on."""


@dataclass
class TrainingData:
    """What a recipe trains and validates on.

    Attributes:
        batches: given a generator of random numbers, an endless stream of pairs (input, target), float32 (batch, height, width, channels).
        validation: one pair of arrays that training never sees.
        steps: batches in one epoch, after which the network is validated.
        source: what the pictures are and their terms, for the card.
        notes: files that were passed over.
    """

    batches: Callable[[np.random.Generator], Iterator[Pair]]
    validation: Pair
    steps: int
    source: str
    notes: tuple[Text, ...] = ()


def load_photos(folders: Path | str | None, smallest: int) -> tuple[list[np.ndarray], str, tuple[Text, ...]]:
    """Decode every photo of some folders once, as uint8 to save memory.

    Args:
        folders: a folder or several, separated by commas; None takes the sample photos that ship inside scikit-image and Gradio.
        smallest: shortest side in pixels that can be used; smaller photos are passed over.

    Returns:
        photos, a line that names the source, and a note for each file that was passed over.

    Raises:
        DataError: a folder is missing or holds no usable picture.
    """
    if folders is None:
        files, source = [sample.path for sample in SAMPLES.values()], "the sample photos that ship inside scikit-image and Gradio"
    else:
        paths = [Path(part) for part in str(folders).split(",")]
        files = [file for path in paths for file in list_photos(path)]
        source = "photos of the folder " + ", ".join(path.name for path in paths)
    photos, notes = [], []
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
        photos.append(photo)
    if not photos:
        raise DataError(
            Text(
                f"Training needs at least one photo with a short side of {smallest} pixels or more; {len(files)} files were read, none fits.",
                f"训练至少需要一张短边不小于 {smallest} 像素的照片；读取了 {len(files)} 个文件，均不合适。",
            )
        )
    return photos, source, tuple(notes)


def hold_out(photos: list[np.ndarray]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Split photos into those to learn from and about 24, at most half, to validate on; a single photo serves as both."""
    if len(photos) == 1:
        return photos, photos
    every = max(2, len(photos) // 24)
    return [p for i, p in enumerate(photos) if i % every], photos[::every]


def random_crop(photo: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """A random square of ``size`` pixels, randomly mirrored and turned by quarter turns: float32 in [0, 1]."""
    top, left = (rng.integers(0, side - size + 1) for side in photo.shape[:2])
    crop = np.rot90(photo[top : top + size, left : left + size], rng.integers(4))
    return np.ascontiguousarray(crop[:, ::-1] if rng.integers(2) else crop).astype(np.float32) / np.float32(255)


def photo_patches(
    photos: list[np.ndarray], pair: Callable[[np.ndarray, np.random.Generator], Pair], size: int, batch: int
) -> Callable[[np.random.Generator], Iterator[Pair]]:
    """An endless stream of batches of degraded crops; larger photos are drawn as often as their pixels allow, up to four times as often as the smallest.

    Args:
        photos: uint8 (height, width, 3), each at least ``size`` on the short side.
        pair: makes (input, target) from one crop.
        size: side of a crop in pixels.
        batch: crops in a batch.
    """
    pixels = np.array([photo.shape[0] * photo.shape[1] for photo in photos], float)
    weights = np.minimum(pixels, 4 * pixels.min())
    weights /= weights.sum()

    def batches(rng: np.random.Generator) -> Iterator[Pair]:
        while True:
            pairs = [pair(random_crop(photos[i], size, rng), rng) for i in rng.choice(len(photos), batch, p=weights)]
            yield np.stack([p[0] for p in pairs]), np.stack([p[1] for p in pairs])

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
        folder: holds the four MNIST files (only the two image files are read); None draws digits with OpenCV's fonts,
            slanted, scaled and thickened at random: 10,000 and 1,000.

    Raises:
        DataError: the folder does not hold the files, or they are damaged.
    """
    if folder is None:
        digits = draw_digits(11_000, np.random.default_rng(0))
        return digits[:10_000], digits[10_000:], "digits drawn with OpenCV's fonts"
    found = []
    for stem in ("train-images", "t10k-images"):
        files = sorted(Path(folder).glob(f"{stem}*"))
        if not files:
            raise DataError(
                Text(
                    f"The folder {Path(folder).name!r} must hold the MNIST files train-images… and t10k-images…; {stem}… is missing.",
                    f"文件夹 {Path(folder).name!r} 应包含 MNIST 文件 train-images… 与 t10k-images…；缺少 {stem}…。",
                )
            )
        images = read_idx(files[0])
        if images.ndim != 3 or images.shape[1:] != (28, 28):
            raise DataError(
                Text(
                    f"{files[0].name} must hold pictures of 28×28, it holds an array {images.shape}.",
                    f"{files[0].name} 应为 28×28 图片，实为 {images.shape}。",
                )
            )
        found.append(images[..., None].astype(np.float32) / np.float32(255))
    return found[0], found[1], "MNIST (LeCun, Cortes, Burges), CC BY-SA 3.0"


def draw_digits(count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw digits: OpenCV's eight stroke fonts, random size, slant, position and pen width; float32 (count, 28, 28, 1)."""
    import cv2

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
