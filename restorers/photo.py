"""The one gate for pictures: decode, refuse, orient, convert, encode."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np

from restorers.errors import RestorersError
from restorers.text import Text

MAX_MEGAPIXELS = 40
MAX_BYTES = 2_000_000_000  # of a file; what is decoded from it may be smaller
# longest side that OpenCV's remap and warpAffine can address
MAX_SIDE = 32_767
HALF_LEVEL = 0.5 / 255  # of 8 bits

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
    (b"<?xml", Text("an SVG drawing or other XML", "SVG 矢量图或其他 XML")),
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


def read_photo(source: str | Path | bytes, *, max_megapixels: float = MAX_MEGAPIXELS, name: str | None = None) -> PhotoFile:
    """Decode a picture into a photo, or refuse it with one sentence.

    The kind follows from the content, not from the file's name. The size is read from the header and checked before
    anything is decoded, and a file that ends early is refused. Applied in this order: first frame of an animation; 16-bit
    values divided by 65535 without rounding; other wide or floating-point values scaled; ICC profile → sRGB,
    in 8 bits; transparency over white; EXIF orientation.

    Args:
        source: path of a file, or its content.
        max_megapixels: largest accepted width × height, in millions of pixels.
        name: of the file that a content comes from, for the sentence of a refusal.

    Raises:
        PhotoError: the file is missing, of another kind, too large, damaged, or of a layout that is not supported.
    """
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _read(io.BytesIO(source), Text("The picture", "该图片") if name is None else Text(name, name), max_megapixels)
    with _opened(source) as file:
        name = name or Path(source).name
        return _read(file, Text(name, name), max_megapixels)


def read_content(path: str | Path) -> bytes:
    """The bytes of a file as they are, for ``read_photo``; ``PhotoError`` if it cannot be opened or is too large for a picture."""
    with _opened(path) as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        name = Path(path).name
        raise PhotoError(
            Text(
                f"{name} is too large. Limit: {MAX_BYTES / 1e9:g} GB. Reduce it first.",
                f"{name} 太大。上限：{MAX_BYTES / 1e9:g} GB。请先缩小。",
            )
        )
    return content


def _opened(path: str | Path) -> BinaryIO:
    if str(path).lower().startswith(("data:", "http:", "https:")):
        raise PhotoError(Text("A picture must be a file, not an address. Save it first.", "图片必须是文件，不能是网址。请先保存到本地。"))
    path = Path(path)
    try:
        return path.open("rb")
    except OSError as error:
        reason = disk_reason(error)
    except ValueError:
        reason = Text("This is no file name", "文件名无效")
    raise PhotoError(Text(f"{path.name} cannot be opened: {reason.en}.", f"无法打开 {path.name}：{reason.zh}。"))


def disk_reason(error: OSError) -> Text:
    """Why a file cannot be read or written, in words, without its folder."""
    return {
        errno.ENOENT: Text("The file or its folder does not exist", "文件或所在文件夹不存在"),
        errno.EISDIR: Text("It is a folder", "它是一个文件夹"),
        errno.ENOSPC: Text("No space left on the disk", "磁盘已满"),
        errno.EACCES: Text("Permission is missing", "没有权限"),
        errno.EROFS: Text("The disk is read-only", "磁盘为只读"),
    }.get(error.errno, Text(str(error.strerror), str(error.strerror)))


def _read(file: BinaryIO, name: Text, max_megapixels: float) -> PhotoFile:
    kind = _kind(file, name)
    notes: list[Text] = []
    try:
        photo = (_decode_tiff if kind == "TIFF" else _decode)(file, kind, name, max_megapixels, notes)
    except PhotoError:
        raise
    except Exception as error:  # decoders raise a dozen types on damaged files
        raise PhotoError(
            Text(
                f"{name.en} is a damaged, incomplete or unusual {kind} file and was not read. Save it again as PNG or JPEG.",
                f"{name.zh} 是损坏、不完整或特殊的 {kind} 文件，未能读取。请重新存为 PNG 或 JPEG。",
            )
        ) from error
    return PhotoFile(photo, tuple(notes), kind)


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
    elif known := [text for start, text in _FOREIGN if head.startswith(start)]:
        received = known[0]
    elif b"\0" not in head and head.decode(errors="replace").count("\ufffd") <= 1:  # one letter may be cut at the end
        received = Text("text", "文本")
    raise PhotoError(
        Text(
            f"{name.en} is not a picture that can be read here. Accepted: {', '.join(FORMATS)}. Received: {received.en}.",
            f"{name.zh} 不是可读取的图片。支持：{'、'.join(FORMATS)}。收到：{received.zh}。",
        )
    )


def check_size(width: int, height: int, name: Text, max_megapixels: float) -> None:
    """``PhotoError`` for a picture called ``name`` without pixels or with more than ``max_megapixels``."""
    megapixels = width * height / 1e6
    if width < 1 or height < 1:
        raise PhotoError(Text(f"{name.en} has no pixels ({width} × {height}).", f"{name.zh} 没有像素（{width} × {height}）。"))
    if megapixels > max_megapixels:
        raise PhotoError(
            Text(
                f"{name.en} is too large. Limit: {max_megapixels:g} megapixels. Received: {width} × {height} = {megapixels:.1f}. "
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


def _decode(file: BinaryIO, kind: str, name: Text, max_megapixels: float, notes: list[Text]) -> np.ndarray:
    """Everything except TIFF files of more than 8 bits."""
    from PIL import ExifTags, Image

    Image.init()
    # not Image.open: its own size check comes first, warns at half our sizes, and its error does not give the size
    image = Image.OPEN[kind.upper()][0](file, "")
    check_size(*image.size, name, max_megapixels)
    # the second picture in a phone's JPEG is a depth or gain map, and TIFF pages are counted where the tags are read
    if kind not in ("JPEG", "TIFF") and getattr(image, "is_animated", False):
        notes.append(_FIRST)
    image.load()
    icc = image.info.get("icc_profile")
    gray = image.mode in ("1", "L", "LA", "La", "I", "I;16")
    alpha = None
    if kind == "PNG" and _png_depth(file) == 16:
        pixels, alpha = _split(_decode_wide(file))
        pixels = pixels[..., :1] if gray else pixels
        if alpha is not None:
            alpha = alpha / np.float32(65535)
        elif gray and image.has_transparency_data:  # one gray level; OpenCV heeds a transparent colour only
            alpha = (pixels[..., 0] != image.info["transparency"]).astype(np.float32)
        pixels = _scale(pixels, notes)
    else:
        if image.has_transparency_data:
            alpha = np.asarray(image.convert("RGBA").getchannel("A")) / np.float32(255)
        if image.mode in ("RGBa", "La"):
            image = image.convert(image.mode.upper())
        pixels = np.atleast_3d(np.asarray(image.convert("L" if gray else "CMYK" if image.mode == "CMYK" else "RGB")))
    photo = _finish(pixels, alpha, icc, notes)
    if kind == "TIFF":  # Pillow itself has turned it
        return photo
    orientation = None
    with contextlib.suppress(Exception):  # damaged camera data do no harm to the pixels
        orientation = image.getexif().get(ExifTags.Base.Orientation)
    return _turn(photo, orientation, notes)


def _decode_tiff(file: BinaryIO, kind: str, name: Text, max_megapixels: float, notes: list[Text]) -> np.ndarray:
    """TIFF: 8 bits and less by Pillow; more by OpenCV, for Pillow cuts 16-bit colours to 8 and knows no float colours."""
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    head = file.read(8)
    tags = ImageFileDirectory_v2(head + file.read(8) if 43 in head[2:4] else head)
    file.seek(tags.next)
    tags.load(file)
    check_size(int(tags[256]), int(tags[257]), name, max_megapixels)
    if tags.next:
        notes.append(_FIRST)
    bits, samples, orientation = set(tags.get(258, (1,))), tags.get(277, 1), tags.get(274, 1)
    if max(bits) <= 8:
        file.seek(0)
        photo = _decode(file, kind, name, max_megapixels, notes)
    else:
        photometric, planar = tags.get(262, 1), tags.get(284, 1)
        if len(bits) > 1 or not bits <= {16, 32, 64} or samples not in (1, 3, 4) or photometric > 2 or (planar != 1 and samples > 1):
            raise PhotoError(
                Text(
                    f"{name.en} is a TIFF of an unusual layout. Accepted above 8 bits: 16, 32 or 64 bits, gray, RGB or RGBA, interleaved. "
                    f"Received: {'/'.join(map(str, sorted(bits)))} bits, {samples} channels, colour code {photometric}. Save it as PNG.",
                    f"{name.zh} 是布局特殊的 TIFF。8 位以上支持：16、32 或 64 位，灰度、RGB 或 RGBA，像素交错。"
                    f"收到：{'/'.join(map(str, sorted(bits)))} 位，{samples} 通道，颜色代码 {photometric}。请存为 PNG。",
                )
            )
        pixels, alpha = _split(_decode_wide(file))
        if photometric == 0 and pixels.dtype.kind == "u":
            pixels = np.iinfo(pixels.dtype).max - pixels
        if alpha is not None:
            alpha = np.clip(alpha / np.float32(np.iinfo(alpha.dtype).max if alpha.dtype.kind == "u" else 1), 0, 1).astype(np.float32)
        pixels = _scale(pixels, notes)
        extra = tags.get(338, (0,))[0]
        if extra == 1 and alpha is not None:
            pixels = np.minimum(pixels / np.maximum(alpha, 1e-6)[..., None], 1)
        photo = _finish(pixels, alpha if extra else None, tags.get(34675), notes)
    if orientation in _TURNS:
        notes.append(_TURNED)
    return photo


def _png_depth(file: BinaryIO) -> int:
    file.seek(24)
    return file.read(1)[0]


def _decode_wide(file: BinaryIO) -> np.ndarray:
    file.seek(0)
    pixels = cv2.imdecode(np.frombuffer(file.read(), np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise ValueError("OpenCV cannot decode it")
    return np.atleast_3d(pixels)


def _split(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """OpenCV's (h, w, 1 | 3 | 4) in BGR(A) order → gray or RGB, and the alpha channel if there is one."""
    if pixels.shape[2] == 1:
        return pixels, None
    return pixels[..., 2::-1], pixels[..., 3] if pixels.shape[2] == 4 else None


def _scale(values: np.ndarray, notes: list[Text]) -> np.ndarray:
    """Wide values → float32 in [0, 1]."""
    if values.dtype == np.uint16:
        notes.append(_WIDE)
        return values / np.float32(65535)
    finite = np.isfinite(values)
    low, high = (float(values[finite].min()), float(values[finite].max())) if finite.any() else (0.0, 0.0)
    white = 1 if high <= 1.5 else next((w for w in (255, 65535, 2**32 - 1) if w / 4 < high <= w), high)
    if low < 0 or high > 1 or not finite.all():
        notes.append(
            Text(
                f"The file holds values from {low:.4g} to {high:.4g}; 0 was read as black and {white:.10g} as white.",
                f"文件的数值范围为 {low:.4g} 到 {high:.4g}；0 读作黑，{white:.10g} 读作白。",
            )
        )
    return np.clip(np.where(finite, values, 0) / white, 0, 1).astype(np.float32)


def _finish(pixels: np.ndarray, alpha: np.ndarray | None, icc: bytes | None, notes: list[Text]) -> np.ndarray:
    """Gray, RGB or CMYK (h, w, c) → photo: sRGB colours, transparency laid over white."""
    if pixels.shape[2] == 1:
        notes.append(Text("The picture is gray: its red, green and blue are equal.", "这是灰度图：红、绿、蓝三个通道相同。"))
    if icc or pixels.shape[2] == 4:
        pixels = _to_srgb(pixels, icc, notes)
    photo = to_float(pixels)
    if alpha is not None and alpha.min() < 1:
        photo *= alpha[..., None]
        photo += (1 - alpha)[..., None]
        notes.append(Text("Transparent parts were laid over white.", "透明部分已垫上白色背景。"))
    return photo


def _to_srgb(pixels: np.ndarray, icc: bytes | None, notes: list[Text]) -> np.ndarray:
    """Colours by the file's ICC profile → sRGB. Profiles that change no colour by more than 1/255 leave the pixels as they are."""
    from PIL import Image, ImageCms

    mode = {1: "L", 3: "RGB", 4: "CMYK"}[pixels.shape[2]]
    image = Image.frombuffer(mode, pixels.shape[1::-1], np.ascontiguousarray(to_uint8(pixels)), "raw", mode, 0, 1)
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc)) if icc else None
        space = profile.profile.xcolor_space.strip() if profile else None
        if space == "RGB" and mode == "L":
            mode, image = "RGB", image.convert("RGB")
        if space == {"L": "GRAY"}.get(mode, mode):
            transform = ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), mode, "RGB")
            grid = Image.fromarray(np.uint8(np.indices((9, 9, 9)).reshape(3, 27, 27).transpose(1, 2, 0) * 255 // 8)).convert(mode)
            change = np.abs(np.int16(ImageCms.applyTransform(grid, transform)) - np.int16(grid.convert("RGB"))).max()
            if change <= 1 and mode != "CMYK":
                return pixels
            _narrow(notes)
            notes.append(_CONVERTED)
            return np.asarray(ImageCms.applyTransform(image, transform))
    except (ImageCms.PyCMSError, OSError):
        notes.append(_BAD_PROFILE)
    if mode == "CMYK":
        _narrow(notes)
        notes.append(_INKS)
        return np.asarray(image.convert("RGB"))
    return pixels


def _narrow(notes: list[Text]) -> None:
    """The colours are converted in 8 bits: that 16 were read in full precision is no longer true."""
    notes[:] = [_NARROWED if note is _WIDE else note for note in notes]


_WIDE = Text("The picture has 16 bits per channel; they were read in full precision.", "图片每通道 16 位，已按全精度读取。")
_NARROWED = Text("The picture has 16 bits per channel; converting its colours kept 8 of them.", "图片每通道 16 位；转换颜色时保留了 8 位。")
_CONVERTED = Text("The colours were converted from the file's colour profile to sRGB.", "已按文件的颜色配置文件将颜色转换为 sRGB。")
_BAD_PROFILE = Text("The file's colour profile is damaged; the colours were read as sRGB.", "文件的颜色配置文件已损坏；颜色按 sRGB 读取。")
_INKS = Text("Printing inks (CMYK) were converted to screen colours without a profile.", "印刷色（CMYK）已直接转换为屏幕颜色。")
_FIRST = Text("The file holds several pictures; only the first is used.", "文件含有多幅图像，仅使用第一幅。")
_TURNED = Text("The photo was turned upright, as the camera noted.", "已按相机记录的方向将照片摆正。")

# EXIF orientation → what brings (height, width, channels) upright
_TURNS = {
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: a[::-1].swapaxes(0, 1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: a[:, ::-1].swapaxes(0, 1),
}


def _turn(photo: np.ndarray, orientation: int | None, notes: list[Text]) -> np.ndarray:
    if orientation not in _TURNS:
        return photo
    notes.append(_TURNED)
    return np.ascontiguousarray(_TURNS[orientation](photo))


def to_float(pixels: np.ndarray) -> np.ndarray:
    """Pixels → photo, a new array.

    Args:
        pixels: (height, width), (height, width, 1) or (height, width, 3); bool, uint8, uint16, or floats in [0, 1].
    """
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    if pixels.ndim != 3 or pixels.shape[2] not in (1, 3) or pixels.dtype.kind not in "buf":
        received = f"{pixels.shape} {pixels.dtype}"
        raise PhotoError(f"pixels must be (height, width[, 1 or 3]) of bool, uint8, uint16 or float. Received: {received}.")
    white = np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1
    photo = np.empty((*pixels.shape[:2], 3), np.float32)
    np.divide(pixels, np.float32(white), out=photo, casting="same_kind")
    return photo


def to_uint8(photo: np.ndarray) -> np.ndarray:
    """Clipped to [0, 1], times 255, rounded half to even: uint8 of the same shape. A photo that came from 8 bits returns to them."""
    if photo.dtype == np.uint8:
        return photo
    levels = np.clip(photo, 0, 1)
    levels *= 255
    return np.rint(levels, out=levels).astype(np.uint8)


def is_gray(photo: np.ndarray) -> bool:
    """Whether R, G and B of a float32 photo (height, width, 3) are nowhere half a level of 8 bits apart."""
    red, green, blue = (photo[..., channel] for channel in range(3))  # 18 times as fast as np.ptp along the short axis
    spread = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
    return bool(spread.max() < HALF_LEVEL)


def fit_within(photo: np.ndarray, max_side: int, min_side: int = 0) -> np.ndarray:
    """The photo shrunk by area averaging until no side is longer than ``max_side`` pixels; the photo itself if none is.

    A panorama stays longer, so that its short side keeps ``min_side`` pixels.
    """
    height, width = photo.shape[:2]
    longest = max(height, width)
    max_side = max(max_side, -(-min_side * longest // min(height, width)))
    if longest <= max_side:
        return photo
    size = tuple(max(1, round(side * max_side / longest)) for side in (width, height))
    return cv2.resize(photo, size, interpolation=cv2.INTER_AREA)


def _encode(photo: np.ndarray, suffix: str) -> bytes:
    extension, options = _ENCODERS[suffix]
    pixels = to_uint8(photo)
    ok, data = cv2.imencode(extension, pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), options)
    if not ok:
        raise ValueError("OpenCV cannot encode it")
    return data.tobytes()


def encode_png(photo: np.ndarray) -> bytes:
    """An 8-bit PNG file of a photo (height, width, 3) or of a gray picture (height, width); quick rather than small."""
    return _encode(photo, ".png")


def encode_photo(name: str, photo: np.ndarray) -> bytes:
    """A photo as the content of a file called ``name``, with 8 bits per channel.

    Args:
        name: its suffix gives the format: png, jpg or jpeg (quality 95, full colour resolution), webp (lossless), bmp, tif or
            tiff.
        photo: float32 (height, width, 3) in [0, 1]; values outside are clipped.

    Raises:
        PhotoError: unknown suffix, or a photo too large for the format.
    """
    suffix = known_suffix(name, _ENCODERS, PhotoError)
    try:
        return _encode(photo, suffix)
    except (ValueError, cv2.error):
        size = f"{photo.shape[1]} × {photo.shape[0]}"
        raise PhotoError(
            Text(
                f"{name} was not written: {suffix[1:]} cannot hold {size} pixels.",
                f"未能写入 {name}：{suffix[1:]} 无法容纳 {size} 像素。",
            )
        ) from None


def known_suffix(name: str, known: Iterable[str], error: type[RestorersError]) -> str:
    """The suffix of ``name`` in small letters; ``error`` where it is not among ``known``."""
    suffix, suffixes = Path(name).suffix.lower(), list(known)
    if suffix not in suffixes:
        listed = ", ".join(suffixes)
        raise error(
            Text(
                f"{name} cannot be written: the suffix gives the format. Known: {listed}. Received: {suffix or 'none'}.",
                f"无法写入 {name}：后缀决定格式。支持：{listed}。收到：{suffix or '无'}。",
            )
        )
    return suffix


def temporary_name(path: Path) -> Path:
    """A hidden name beside ``path``, with its suffix in small letters, for a file that is not yet whole."""
    # the whole name, with what is added, may be longer than the disk takes
    return path.with_name(f".{path.stem[:40]}.{secrets.token_hex(4)}.part{path.suffix.lower()}")


def check_target(path: str | Path) -> None:
    """``PhotoError`` where no photo can be written to ``path``: its suffix is unknown, or its folder cannot be entered. Writes nothing."""
    path = Path(path)
    known_suffix(path.name, _ENCODERS, PhotoError)
    try:
        os.stat(os.path.join(path.parent, "."))  # of a file, too, an error
    except OSError as error:
        raise _unwritten(path, error) from None


def _unwritten(path: Path, error: OSError) -> PhotoError:
    reason = disk_reason(error)
    return PhotoError(Text(f"{path.name} was not written: {reason.en}.", f"未能写入 {path.name}：{reason.zh}。"))


def write_content(path: str | Path, content: bytes) -> None:
    """Write a file as a whole or not at all; an existing one is replaced. ``PhotoError`` for a missing folder or a full disk."""
    path = Path(path)
    part = temporary_name(path)
    try:
        with part.open("xb") as file:
            file.write(content)
        os.replace(part, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise _unwritten(path, error) from None


def write_photo(path: str | Path, photo: np.ndarray) -> None:
    """Write a photo as a file of 8 bits per channel; the whole file or nothing. An existing file is replaced.

    Args:
        path: the file; its suffix gives the format, as in ``encode_photo``.
        photo: float32 (height, width, 3) in [0, 1]; values outside are clipped.

    Raises:
        PhotoError: unknown suffix, missing folder, full disk, or a photo too large for the format.
    """
    write_content(path, encode_photo(Path(path).name, photo))


def list_photos(folder: str | Path) -> list[Path]:
    """The pictures of a folder (by suffix, not of its subfolders), sorted by name; ``PhotoError`` if there are none."""
    folder = Path(folder)
    name = folder.name or folder
    if not os.path.isdir(folder):  # Path.is_dir raises where the folder may not be looked at
        raise PhotoError(Text(f"There is no folder called {name}.", f"没有名为 {name} 的文件夹。"))
    try:
        found = sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES and not p.name.startswith(".") and p.is_file())
    except OSError as error:
        reason = disk_reason(error)
        raise PhotoError(Text(f"The folder {name} cannot be read: {reason.en}.", f"无法读取文件夹 {name}：{reason.zh}。")) from None
    if not found:
        suffixes = ", ".join(SUFFIXES)
        raise PhotoError(Text(f"The folder {name} holds no pictures ({suffixes}).", f"文件夹 {name} 中没有图片（{suffixes}）。"))
    return found
