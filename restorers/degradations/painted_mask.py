from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.degradations._missing import draw, remove
from restorers.degradations.base import Degradation, Observation
from restorers.params import param
from restorers.resize import resize
from restorers.text import Text


@dataclass(frozen=True)
class PaintedMask(Degradation):
    """What was painted over is lost: middle gray (128/255) stands in its place, and ``mask`` marks it.

    ``mask`` is a boolean array (height, width), True where a pixel is lost, or the path of a picture: if some of it is
    transparent, its opaque pixels are lost (strokes on an empty layer), else its bright ones (luminance of at least one half).
    A mask of another size is stretched to the photo's, each pixel taking the nearest value. Without a mask, a scribble
    across the middle is lost.

    Raises ``RestorersError`` for a file that is no picture; see ``restorers.photo.read_photo``.

    Reference: Bertalmio et al., "Image inpainting", SIGGRAPH 2000 (the task).
    """

    family: ClassVar[str] = "missing"
    title: ClassVar[Text] = Text("Painted mask", "涂抹遮挡")
    help: ClassVar[Text] = Text("What you paint over is lost.", "被你涂抹的部分会丢失。")
    reference: ClassVar[str] = "Bertalmio et al., SIGGRAPH 2000"
    order: ClassVar[int] = 62

    mask: np.ndarray | str | None = param(  # noqa: RUF009 a field, no shared default
        None, kind="mask", label=Text("Mask", "遮挡"),
        help=Text("A picture: its opaque or bright parts are lost. None: a scribble.", "图片中不透明或明亮处会丢失。留空则为涂鸦。"),
    )  # fmt: skip

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PaintedMask) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __getstate__(self) -> dict:
        """Pickled with the mask itself: the file may not be there where it is used."""
        return {"mask": _read(self.mask) if isinstance(self.mask, str) else self.mask}

    def apply(self, photo: np.ndarray, rng: np.random.Generator) -> Observation:
        height, width = photo.shape[:2]
        if self.mask is None:
            return remove(photo, _scribble(height, width))
        mask = _read(self.mask) if isinstance(self.mask, str) else self.mask
        return remove(photo, resize(mask.astype(np.float32), height, width, "nearest") > 0)

    def _key(self) -> object:
        # arrays have no truth value and no hash of their own
        return (self.mask.shape, self.mask.tobytes()) if isinstance(self.mask, np.ndarray) else self.mask


def _scribble(height: int, width: int) -> np.ndarray:
    s = np.linspace(0, 1, 200)
    x = 0.12 + 0.76 * s + 0.05 * np.sin(11 * np.pi * s)
    y = 0.5 + 0.17 * np.sin(6 * np.pi * s + 0.4) - 0.06 * np.cos(3 * np.pi * s)
    canvas = np.zeros((height, width), np.uint8)
    draw(canvas, np.stack([x * (width - 1), y * (height - 1)], axis=1), 0.05 * min(height, width))
    return canvas.astype(bool)


def _read(path: str) -> np.ndarray:
    from PIL import Image, ImageOps

    from restorers.photo import read_photo

    # read_photo first: it refuses what is no picture, or too large a one, and lays transparent parts over white
    photo = read_photo(path).photo
    # a TIFF of a layout that Pillow cannot open has been read by other means: its transparency stays white
    with contextlib.suppress(OSError), Image.open(path) as picture:
        if picture.has_transparency_data:
            opacity = np.asarray(ImageOps.exif_transpose(picture).convert("RGBA"))[..., 3]
            if opacity.min() < 255:
                return opacity >= 128
    return photo @ np.array([0.299, 0.587, 0.114], np.float32) >= 0.5
