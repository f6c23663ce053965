"""The one gate for pictures: decode, refuse, orient, convert, encode."""

from __future__ import annotations

import contextlib
import io
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np

from restorers.errors import RestorersError
from restorers.text import Text

MAX_MEGAPIXELS = 40
# longest side that OpenCV's remap and warpAffine can address
MAX_SIDE = 32_767

FORMATS = ("PNG", "JPEG", "WebP", "BMP", "TIFF", "GIF", "AVIF")
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".avif")

_ENCODERS: dict[str, tuple[str, tuple[int, ...]]] = {
    ".png": (".png", (cv2.IMWRITE_PNG_COMPRESSION, 1)),
    ".jpg": (".jpg", (cv2.IMWRITE_JPEG_QUALITY, 95, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444)),
    ".webp": (".webp", (cv2.IMWRITE_WEBP_QUALITY, 101)),  # above 100: lossless
    ".bmp": (".bmp", ()),
    ".tif": (".tiff", ()),
}
_ENCODERS |= {".jpeg": _ENCODERS[".jpg"], ".tiff": _ENCODERS[".tif"]}

# what a stranger may take for a picture that is read here, by its first bytes
_FOREIGN = (
    (b"%PDF", Text("a PDF document", "PDF 文档")),
    (b"<svg", Text("an SVG drawing", "SVG 矢量图")),
    (b"8BPS", Text("a Photoshop file", "Photoshop 文件")),
    (b"PK\x03\x04", Text("a ZIP archive or an office document", "ZIP 压缩包或办公文档")),
    (b"\x00\x00\x01\x00", Text("an icon file (ICO)", "图标文件（ICO）")),
    (b"\x00\x00\x00\x0cjP  ", Text("a JPEG 2000 picture", "JPEG 2000 图片")),
    (b"\xff\x0a", Text("a JPEG XL picture", "JPEG XL 图片")),
    (b"\x00\x00\x00\x0cJXL ", Text("a JPEG XL picture", "JPEG XL 图片")),
)


class PhotoError(RestorersError):
    """A picture that cannot be read or written: the limit, what came, what to do."""


@dataclass(frozen=True)
class PhotoFile:
    """A decoded picture.

    Attributes:
        photo: float32 (height, width, 3), RGB in [0, 1], upright.
        notes: what was changed on the way, one plain sentence each.
        format: one of ``FORMATS``.
    """

    photo: np.ndarray
    notes: tuple[Text, ...]
    format: str


@dataclass(frozen=True)
class _Decoded:
    """A decoded file before its colours are made sRGB and its transparency is laid over white."""

    pixels: np.ndarray  # (h, w, c): gray, RGB or CMYK, uint8, or float32 in [0, 1]
    alpha: np.ndarray | None
    icc: bytes | None
    notes: tuple[Text, ...]
    premultiplied: bool = False


def read_photo(source: str | Path | bytes, *, max_megapixels: float = MAX_MEGAPIXELS) -> PhotoFile:
    """Decode a picture into a photo, or refuse it with one sentence.

    The kind follows from the content, not from the file's name. The size is read from the header and checked before
    anything is decoded, and a file that ends early is refused. Applied in this order: first frame of an animation; 16-bit
    values divided by 65535 without rounding; other wide or floating-point values scaled; ICC profile → sRGB; transparency
    over white; EXIF orientation.

    Args:
        source: path of a file, or its content.
        max_megapixels: largest accepted width × height, in millions of pixels.

    Raises:
        PhotoError: the file is missing, of another kind, too large, damaged, or of a layout that is not supported.
    """
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _read(io.BytesIO(source), Text("The picture", "该图片"), max_megapixels)
    if str(source).lower().startswith(("data:", "http:", "https:")):
        raise PhotoError(Text("A picture must be a file, not an address. Save it first.", "图片必须是文件，不能是网址。请先保存到本地。"))
    path = Path(source)
    name = Text(path.name, path.name)
    try:
        if not path.is_file():
            raise PhotoError(Text(f"There is no file called {name.en}.", f"没有名为 {name.zh} 的文件。"))
        with path.open("rb") as file:
            return _read(file, name, max_megapixels)
    except (OSError, ValueError) as error:
        if isinstance(error, PhotoError):
            raise
        reason = getattr(error, "strerror", None) or "not a file name"
        raise PhotoError(Text(f"{name.en} cannot be opened: {reason}.", f"无法打开 {name.zh}：{reason}。")) from None


def _read(file: BinaryIO, name: Text, max_megapixels: float) -> PhotoFile:
    kind = _kind(file, name)
    try:
        decoded = (_decode_tiff if kind == "TIFF" else _decode)(file, kind, name, max_megapixels)
        photo, notes = _finish(decoded)
    except PhotoError:
        raise
    except Exception as error:  # decoders raise a dozen types on damaged files
        raise PhotoError(
            Text(
                f"{name.en} is a damaged, incomplete or unusual {kind} file and was not read. Save it again as PNG or JPEG.",
                f"{name.zh} 是损坏、不完整或特殊的 {kind} 文件，未能读取。请重新存为 PNG 或 JPEG。",
            )
        ) from error
    return PhotoFile(photo, notes, kind)


def _kind(file: BinaryIO, name: Text) -> str:
    """The format by the first bytes of the file; ``PhotoError`` if it is none of ``FORMATS``."""
    head = file.read(512)
    file.seek(0)
    if not head:
        raise PhotoError(Text(f"{name.en} is empty (0 bytes). Choose another file.", f"{name.zh} 是空文件（0 字节）。请换一个文件。"))
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WebP"
    if head.startswith(b"BM"):
        return "BMP"
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "TIFF"
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return "GIF"
    brands = head[8 : int.from_bytes(head[:4])] if head[4:8] == b"ftyp" else b""
    if b"avif" in brands or b"avis" in brands:
        return "AVIF"
    received = Text("an unknown kind of data", "未知类型的数据")
    if brands:
        received = Text("a HEIC picture or a video", "HEIC 图片或视频")
    elif b"<svg" in head:
        received = _FOREIGN[1][1]
    elif match := next((text for start, text in _FOREIGN if head.startswith(start)), None):
        received = match
    elif b"\0" not in head and head.isascii():
        received = Text("text", "文本")
    raise PhotoError(
        Text(
            f"{name.en} is not a picture that can be read here. Accepted: {', '.join(FORMATS)}. Received: {received.en}.",
            f"{name.zh} 不是可读取的图片。支持：{'、'.join(FORMATS)}。收到：{received.zh}。",
        )
    )


def _check_size(width: int, height: int, name: Text, max_megapixels: float) -> None:
    megapixels = width * height / 1e6
    if width < 1 or height < 1:
        raise PhotoError(Text(f"{name.en} has no pixels ({width} × {height}).", f"{name.zh} 没有像素（{width} × {height}）。"))
    if megapixels > max_megapixels:
        raise PhotoError(
            Text(
                f"{name.en} is too large. Limit: {max_megapixels:g} megapixels. Received: {width} × {height} = {megapixels:.1f} megapixels. "
                "Make it smaller first.",
                f"{name.zh} 太大。上限：{max_megapixels:g} 百万像素。收到：{width} × {height} = {megapixels:.1f} 百万像素。请先缩小。",
            )
        )
    if max(width, height) > MAX_SIDE:
        raise PhotoError(
            Text(
                f"{name.en} is too long. Limit: {MAX_SIDE} pixels a side. Received: {width} × {height}. Cut it first.",
                f"{name.zh} 太长。每边上限：{MAX_SIDE} 像素。收到：{width} × {height}。请先裁剪。",
            )
        )


def _decode(file: BinaryIO, kind: str, name: Text, max_megapixels: float, orient: bool = True) -> _Decoded:
    from PIL import ExifTags, Image

    Image.init()
    # not Image.open: its own size check comes first, and its error does not give the size
    image = Image.OPEN[kind.upper()][0](file, "")
    _check_size(*image.size, name, max_megapixels)
    notes = []
    # a phone's JPEG may carry a second picture (depth, gain map): that is no animation
    if kind != "JPEG" and getattr(image, "is_animated", False):
        notes.append(Text("The file holds several pictures; the first is used.", "文件含有多幅图像，仅使用第一幅。"))
    image.load()
    icc = image.info.get("icc_profile")
    if kind == "PNG" and (depth := _png_depth(file)) == 16:
        file.seek(0)
        pixels = cv2.imdecode(np.frombuffer(file.read(), np.uint8), cv2.IMREAD_UNCHANGED)
        pixels, alpha = _split(pixels)
        if image.mode in ("L", "LA", "I", "I;16"):
            pixels = pixels[..., :1]
        pixels = to_scale(pixels, depth)
        alpha = None if alpha is None else to_scale(alpha, depth)
        notes.append(_WIDE)
    else:
        alpha = None
        if image.has_transparency_data:
            alpha = np.asarray(image.convert("RGBA").getchannel("A"))
        if image.mode in ("1", "L", "LA", "La"):
            image = image.convert("L")
        elif image.mode != "CMYK":
            image = image.convert("RGBA" if image.mode == "RGBa" else "RGB").convert("RGB")
        pixels = np.atleast_3d(np.asarray(image))
    if pixels.shape[2] == 1:
        notes.append(Text("The picture is gray: red, green and blue are equal.", "这是灰度图：红、绿、蓝三个通道相同。"))
    orientation = image.getexif().get(ExifTags.Base.Orientation, 1) if orient else 1
    if orientation in _TURNS:
        pixels = _TURNS[orientation](pixels)
        alpha = None if alpha is None else _TURNS[orientation](alpha)
        notes.append(_TURNED)
    return _Decoded(pixels, alpha, icc, tuple(notes))


_WIDE = Text("The picture has 16 bits per channel; they were read in full precision.", "图片每通道 16 位，已按全精度读取。")
_TURNED = Text("The photo was turned upright, as the camera noted.", "已按相机记录的方向将照片摆正。")

# EXIF orientation → what brings (h, w, …) upright
_TURNS = {
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: a[::-1].swapaxes(0, 1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: a[:, ::-1].swapaxes(0, 1),
}
