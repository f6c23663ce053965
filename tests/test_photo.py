import errno
import io
import os
import struct
import subprocess
import sys
import zlib

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from restorers.photo import (
    FORMATS,
    MAX_SIDE,
    PhotoError,
    encode_png,
    fit_within,
    list_photos,
    read_photo,
    to_float,
    to_uint8,
    write_photo,
)

RNG = np.random.default_rng(0)
# smooth enough for the lossy formats, no side a multiple of 8, no symmetry
_y, _x = np.mgrid[:21, :34]
RGB8 = np.stack([_x * 7, _y * 12, 255 - _x * 3 - _y * 4], 2).astype(np.uint8)
GRAY8 = RGB8[..., 0]
ALPHA8 = (_y * 12).astype(np.uint8)
RGBA8 = np.dstack([RGB8, ALPHA8])
RGB16 = RNG.integers(0, 65536, (7, 9, 3), dtype=np.uint16)
GRAY16 = RGB16[..., 0]
ALPHA16 = RNG.integers(0, 65536, (7, 9), dtype=np.uint16)


def gray(pixels):
    return np.repeat(pixels[..., None], 3, axis=2)


def over_white(pixels, alpha, white=255):
    pixels, alpha = pixels.astype(np.float64) / white, alpha[..., None].astype(np.float64) / white
    return pixels * alpha + 1 - alpha


def pil(pixels, form, mode=None, **options):
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    file = io.BytesIO()
    (image.convert(mode) if mode else image).save(file, form, **options)
    return file.getvalue()


def tiff(pixels, **options):
    file = io.BytesIO()
    tifffile.imwrite(file, pixels, **options)
    return file.getvalue()


def png(width, height, depth, kind, rows, *chunks, interlace=0):
    """A PNG by hand, for what no library here writes."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlace))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunk(*c) for c in chunks) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def png16(pixels, kind, *chunks):
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    return png(pixels.shape[1], pixels.shape[0], 16, kind, rows, *chunks)


def paletted(transparent=None):
    image = Image.fromarray(np.kron(np.arange(4, dtype=np.uint8).reshape(2, 2), np.ones((5, 6), np.uint8)))
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255, 90, 80, 70])
    image = Image.frombytes("P", image.size, image.tobytes())
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255, 90, 80, 70])
    return image if transparent is None else (image, {"transparency": transparent})


PALETTE = np.kron(np.arange(4).reshape(2, 2), np.ones((5, 6), int))
PALETTE = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [90, 80, 70]], np.uint8)[PALETTE]


def cmyk():
    return Image.fromarray(RGB8).convert("CMYK")


def lab():
    return ImageCms.profileToProfile(Image.fromarray(RGB8), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB")


def premultiplied():
    alpha = ALPHA8[..., None].astype(np.uint16)
    return np.dstack([(RGB8 * alpha + 127) // 255, ALPHA8]).astype(np.uint8)


def swapped_profile():
    """An ICC profile like sRGB, but with red and blue exchanged."""
    icc = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    tags = {
        bytes(icc[i : i + 4]): struct.unpack(">II", icc[i + 4 : i + 12])
        for i in range(132, 132 + 12 * struct.unpack(">I", icc[128:132])[0], 12)
    }
    red, blue = (tags[name][0] for name in (b"rXYZ", b"bXYZ"))
    icc[red : red + 20], icc[blue : blue + 20] = icc[blue : blue + 20], icc[red : red + 20]
    return bytes(icc)


SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
F32 = RGB16.astype(np.float32) / 65535
FRAMES = [Image.fromarray(RGB8), Image.fromarray(255 - RGB8)]

# name: (content, expected values in [0, 1], tolerance, part of a note or None for no note)
READ = {
    "png rgb": (pil(RGB8, "PNG"), RGB8 / 255, 0, None),
    "png gray": (pil(GRAY8, "PNG"), gray(GRAY8) / 255, 0, "gray"),
    "png rgba": (pil(RGBA8, "PNG"), over_white(RGB8, ALPHA8), 0, "over white"),
    "png rgba, opaque": (pil(np.dstack([RGB8, ALPHA8 * 0 + 255]), "PNG"), RGB8 / 255, 0, None),
    "png gray and alpha": (pil(np.dstack([GRAY8, ALPHA8]), "PNG"), over_white(gray(GRAY8), ALPHA8), 0, "over white"),
    "png palette": (pil(paletted(), "PNG"), PALETTE / 255, 0, None),
    "png palette, one colour transparent": (
        pil(paletted(), "PNG", transparency=1),
        np.where((PALETTE == [0, 255, 0]).all(2, keepdims=True), 255, PALETTE) / 255,
        0,
        "over white",
    ),
    "png black and white": (pil(GRAY8, "PNG", "1"), gray(np.asarray(Image.fromarray(GRAY8).convert("1"))) * 1.0, 0, "gray"),
    "png 2 bits": (png(4, 1, 2, 0, b"\0\x1b"), gray(np.array([[0, 1, 2, 3]])) / 3, 0, "gray"),
    "png rgb, one colour transparent": (
        png(2, 1, 8, 2, b"\0" + bytes([10, 20, 30, 40, 50, 60]), (b"tRNS", struct.pack(">HHH", 10, 20, 30))),
        np.array([[[255, 255, 255], [40, 50, 60]]]) / 255,
        0,
        "over white",
    ),
    "png 16 bits, gray": (png16(GRAY16, 0), gray(GRAY16) / 65535, 0, "16 bits"),
    "png 16 bits, one gray transparent": (
        png(2, 1, 16, 0, b"\0" + struct.pack(">HH", 1000, 2000), (b"tRNS", struct.pack(">H", 1000))),
        gray(np.array([[65535, 2000]])) / 65535,
        0,
        "over white",
    ),
    "png 16 bits, one colour transparent": (
        png(2, 1, 16, 2, b"\0" + struct.pack(">6H", 1000, 2000, 3000, 4000, 5000, 6000), (b"tRNS", struct.pack(">HHH", 1000, 2000, 3000))),
        np.array([[[65535, 65535, 65535], [4000, 5000, 6000]]]) / 65535,
        0,
        "over white",
    ),
    "png 16 bits, rgb": (png16(RGB16, 2), RGB16 / 65535, 0, "16 bits"),
    "png 16 bits, gray and alpha": (png16(np.dstack([GRAY16, ALPHA16]), 4), over_white(gray(GRAY16), ALPHA16, 65535), 0, "over white"),
    "png 16 bits, rgba": (png16(np.dstack([RGB16, ALPHA16]), 6), over_white(RGB16, ALPHA16, 65535), 0, "over white"),
    "png 16 bits, sRGB profile": (
        png16(RGB16, 2, (b"iCCP", b"sRGB\0\0" + zlib.compress(SRGB))),
        RGB16 / 65535,
        0,
        "16 bits",
    ),
    "png 16 bits, other profile": (
        png16(RGB16, 2, (b"iCCP", b"swapped\0\0" + zlib.compress(swapped_profile()))),
        RGB16[..., [2, 1, 0]] / 65535,
        1 / 255,
        "kept 8 of them",
    ),
    "png with a text chunk": (png(1, 1, 8, 0, b"\0\x80", (b"tEXt", b"Comment\0hello")), gray(np.array([[128]])) / 255, 0, "gray"),
    "png animated": (pil(FRAMES[0], "PNG", save_all=True, append_images=FRAMES[1:]), RGB8 / 255, 0, "first"),
    "png, interlaced": (
        png(2, 2, 8, 0, bytes([0, 10, 0, 20, 0, 30, 40]), interlace=1),
        gray(np.array([[10, 20], [30, 40]])) / 255,
        0,
        "gray",
    ),
    "png, one pixel": (pil(RGB8[:1, :1], "PNG"), RGB8[:1, :1] / 255, 0, None),
    "png, one pixel wide": (pil(RGB8[:, :1], "PNG"), RGB8[:, :1] / 255, 0, None),
    "png, data behind its end": (pil(RGB8, "PNG") + b"PK\x03\x04 and more", RGB8 / 255, 0, None),
    "jpeg": (pil(RGB8, "JPEG", quality=100, subsampling=0), RGB8 / 255, 0.02, None),
    "jpeg progressive": (pil(RGB8, "JPEG", quality=100, subsampling=0, progressive=True), RGB8 / 255, 0.02, None),
    "jpeg gray": (pil(GRAY8, "JPEG", quality=100), gray(GRAY8) / 255, 0.02, "gray"),
    "jpeg cmyk": (pil(cmyk(), "JPEG", quality=100, subsampling=0), RGB8 / 255, 0.03, "CMYK"),
    "jpeg with a second picture (phone)": (
        pil(FRAMES[0], "MPO", quality=100, subsampling=0, save_all=True, append_images=FRAMES[1:]),
        RGB8 / 255,
        0.02,
        None,
    ),
    "jpeg, data behind its end": (pil(RGB8, "JPEG", quality=100, subsampling=0) + bytes(500), RGB8 / 255, 0.02, None),
    "webp lossy": (pil(RGB8, "WEBP", quality=100), RGB8 / 255, 0.08, None),
    "webp lossless": (pil(RGB8, "WEBP", lossless=True), RGB8 / 255, 0, None),
    "webp with alpha": (pil(RGBA8, "WEBP", lossless=True, exact=True), over_white(RGB8, ALPHA8), 0, "over white"),
    "webp animated": (pil(FRAMES[0], "WEBP", lossless=True, save_all=True, append_images=FRAMES[1:]), RGB8 / 255, 0, "first"),
    "bmp": (pil(RGB8, "BMP"), RGB8 / 255, 0, None),
    "bmp palette": (pil(paletted(), "BMP"), PALETTE / 255, 0, None),
    "bmp black and white": (pil(GRAY8, "BMP", "1"), gray(np.asarray(Image.fromarray(GRAY8).convert("1"))) * 1.0, 0, "gray"),
    "bmp 32 bits, fourth channel without meaning": (pil(RGBA8, "BMP"), RGB8 / 255, 0, None),
    "gif": (pil(paletted(), "GIF"), PALETTE / 255, 0, None),
    "gif animated": (
        pil(paletted(), "GIF", save_all=True, append_images=[Image.fromarray(255 - GRAY8[:10, :12])]),
        PALETTE / 255,
        0,
        "first",
    ),
    "gif transparent": (
        pil(paletted(), "GIF", transparency=1),
        np.where((PALETTE == [0, 255, 0]).all(2, keepdims=True), 255, PALETTE) / 255,
        0,
        "over white",
    ),
    "avif": (pil(RGB8, "AVIF", quality=100, subsampling="4:4:4"), RGB8 / 255, 0.02, None),
    "avif with alpha": (pil(RGBA8, "AVIF", quality=100, subsampling="4:4:4"), over_white(RGB8, ALPHA8), 0.03, "over white"),
    "tiff rgb": (tiff(RGB8), RGB8 / 255, 0, None),
    "tiff lzw": (pil(RGB8, "TIFF", compression="tiff_lzw"), RGB8 / 255, 0, None),
    "tiff jpeg": (pil(RGB8, "TIFF", compression="jpeg", quality=100), RGB8 / 255, 0.2, None),
    "tiff group 4": (pil(GRAY8, "TIFF", "1", compression="group4"), gray(np.asarray(Image.fromarray(GRAY8).convert("1"))) * 1.0, 0, "gray"),
    "tiff planes apart": (tiff(np.moveaxis(RGB8, 2, 0).copy(), photometric="rgb", planarconfig="separate"), RGB8 / 255, 0, None),
    "tiff rgba": (tiff(RGBA8, extrasamples=["unassalpha"]), over_white(RGB8, ALPHA8), 0, "over white"),
    "tiff rgba, premultiplied": (tiff(premultiplied(), extrasamples=["assocalpha"]), over_white(RGB8, ALPHA8), 0.01, "over white"),
    "tiff palette": (pil(paletted(), "TIFF"), PALETTE / 255, 0, None),
    "tiff cmyk": (pil(cmyk(), "TIFF"), RGB8 / 255, 0.01, "CMYK"),
    "tiff lab": (pil(lab(), "TIFF"), RGB8 / 255, 0.15, None),
    "tiff white is zero": (tiff(GRAY8, photometric="miniswhite"), 1 - gray(GRAY8) / 255, 0, "gray"),
    "tiff of two pages": (tiff(np.stack([RGB8, 255 - RGB8]), photometric="rgb"), RGB8 / 255, 0, "first"),
    "tiff 16 bits, gray": (tiff(GRAY16), gray(GRAY16) / 65535, 0, "16 bits"),
    "tiff 16 bits, white is zero": (tiff(GRAY16, photometric="miniswhite"), 1 - gray(GRAY16) / 65535, 0, "16 bits"),
    "tiff 16 bits, rgb": (tiff(RGB16), RGB16 / 65535, 0, "16 bits"),
    "tiff 16 bits, big-endian": (tiff(RGB16, byteorder=">"), RGB16 / 65535, 0, "16 bits"),
    "tiff 16 bits, BigTIFF": (tiff(RGB16, bigtiff=True), RGB16 / 65535, 0, "16 bits"),
    "tiff 16 bits, deflate": (tiff(RGB16, compression="zlib", predictor=True), RGB16 / 65535, 0, "16 bits"),
    "tiff 16 bits, lzw": (cv2.imencode(".tiff", RGB16[..., ::-1])[1].tobytes(), RGB16 / 65535, 0, "16 bits"),
    "tiff 16 bits, tiled": (tiff(np.tile(RGB16, (4, 4, 1)), tile=(16, 16)), np.tile(RGB16, (4, 4, 1)) / 65535, 0, "16 bits"),
    "tiff 16 bits, rgba": (
        tiff(np.dstack([RGB16, ALPHA16]), photometric="rgb", extrasamples=["unassalpha"]),
        over_white(RGB16, ALPHA16, 65535),
        0,
        "over white",
    ),
    "tiff 16 bits, premultiplied": (
        tiff(
            np.dstack([(RGB16 * (ALPHA16[..., None] / 65535)).round().astype(np.uint16), ALPHA16]),
            photometric="rgb",
            extrasamples=["assocalpha"],
        ),
        over_white(RGB16, ALPHA16, 65535),
        2e-5,
        "over white",
    ),
    "tiff 16 bits, fourth channel without meaning": (
        tiff(np.dstack([RGB16, ALPHA16]), photometric="rgb", extrasamples=["unspecified"]),
        RGB16 / 65535,
        0,
        "16 bits",
    ),
    "tiff 32 bits, rgb": (tiff(RGB16.astype(np.uint32) * 65537, photometric="rgb"), RGB16 / 65535, 0, "4294967295 as white"),
    "tiff float, rgb": (tiff(F32, photometric="rgb"), F32, 0, None),
    "tiff float, gray": (tiff(F32[..., 0]), gray(F32[..., 0]), 0, "gray"),
    "tiff double": (tiff(F32.astype(np.float64), photometric="rgb"), F32, 0, None),
    "tiff float 0…255": (tiff(RGB16.astype(np.float32) / 257, photometric="rgb"), F32, 1e-6, "255 as white"),
    "tiff float, bright": (tiff(F32 * 20 / F32.max(), photometric="rgb"), F32 / F32.max(), 1e-6, "20 as white"),
    "tiff float, a little out of range": (tiff(F32 * 1.2 - 0.1, photometric="rgb"), np.clip(F32 * 1.2 - 0.1, 0, 1), 1e-6, "1 as white"),
    "tiff float, all gone": (tiff(np.full((4, 5, 3), np.nan, np.float32), photometric="rgb"), np.zeros((4, 5, 3)), 0, "as black"),
}


@pytest.mark.parametrize("name", READ)
def test_read(name):
    content, expected, tolerance, note = READ[name]
    file = read_photo(content)
    assert file.photo.dtype == np.float32 and file.photo.flags.c_contiguous
    assert file.photo.shape == expected.shape
    np.testing.assert_allclose(file.photo, expected, atol=tolerance + 1e-6)
    assert file.photo.min() >= 0 and file.photo.max() <= 1
    assert file.format in FORMATS and file.format.lower() == name.split()[0].rstrip(",")
    notes = [n.en for n in file.notes]
    assert any(note in n for n in notes) if note else not notes
    assert all(n.zh and n.zh != n.en for n in file.notes)


def _svg():
    return b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'


def _noise(form, **options):
    return pil(RNG.integers(0, 256, (90, 80, 3), dtype=np.uint8), form, **options)


def _half(content):
    return content[: len(content) // 2]


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40)
BOMB = png(60000, 60000, 8, 2, bytes(1000))

# name: (content, words that the sentence must hold)
REFUSED = {
    "empty": (b"", ["0 bytes"]),
    "text": (b"hello, I am a photo", ["Accepted: PNG", "Received: text"]),
    "chinese text": ("这是一张照片。".encode() * 40, ["Accepted: PNG", "Received: text"]),
    "svg": (_svg(), ["Accepted: PNG", "SVG"]),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", ["Accepted: PNG", "PDF"]),
    "zip": (b"PK\x03\x04" + bytes(60), ["Accepted: PNG", "ZIP"]),
    "heic": (HEIC, ["Accepted: PNG", "HEIC"]),
    "psd": (b"8BPS\0\x01" + bytes(60), ["Accepted: PNG", "Photoshop"]),
    "ico": (pil(RGB8, "ICO"), ["Accepted: PNG", "ICO"]),
    "jpeg 2000": (pil(RGB8, "JPEG2000"), ["Accepted: PNG", "JPEG 2000"]),
    "tga": (pil(RGB8, "TGA"), ["Accepted: PNG", "unknown"]),
    "zeros": (bytes(5000), ["Accepted: PNG", "unknown"]),
    "png, huge in its header": (BOMB, ["40 megapixels", "60000 × 60000 = 3600.0"]),
    "gif, huge in its header": (
        b"GIF89a" + struct.pack("<HH", 65535, 65535) + bytes(3) + pil(paletted(), "GIF")[13:],
        ["40 megapixels", "65535 × 65535"],
    ),
    "bmp, huge in its header": (
        pil(RGB8, "BMP")[:18] + struct.pack("<ii", 99999, 99999) + pil(RGB8, "BMP")[26:],
        ["40 megapixels", "99999 × 99999"],
    ),
    "png, too long": (png(MAX_SIDE + 1, 1, 1, 0, bytes(4097)), [f"{MAX_SIDE} pixels a side", f"{MAX_SIDE + 1} × 1"]),
    "png, no pixels": (png(0, 5, 8, 2, b""), ["PNG"]),
    "png truncated": (_half(_noise("PNG")), ["PNG", "incomplete"]),
    "png 16 bits truncated": (_half(png16(np.tile(RGB16, (20, 20, 1)), 2)), ["PNG", "incomplete"]),
    "png, signature only": (b"\x89PNG\r\n\x1a\n", ["PNG", "incomplete"]),
    "png, wrong checksum": (pil(RGB8, "PNG")[:20] + b"\1" + pil(RGB8, "PNG")[21:], ["PNG", "damaged"]),
    "jpeg truncated": (_half(_noise("JPEG")), ["JPEG", "incomplete"]),
    "jpeg, three bytes": (b"\xff\xd8\xff", ["JPEG", "incomplete"]),
    "webp truncated": (_half(_noise("WEBP")), ["WebP", "incomplete"]),
    "avif truncated": (_half(_noise("AVIF")), ["AVIF", "incomplete"]),
    "bmp truncated": (_half(_noise("BMP")), ["BMP", "incomplete"]),
    "gif truncated": (_half(_noise("GIF")), ["GIF", "incomplete"]),
    "tiff truncated": (_half(_noise("TIFF")), ["TIFF", "incomplete"]),
    "tiff 16 bits truncated": (_half(tiff(np.tile(RGB16, (20, 20, 1)))), ["TIFF", "incomplete"]),
    "tiff, header only": (b"II*\0\x08\0\0\0", ["TIFF", "incomplete"]),
    "tiff 16 bits, cmyk": (tiff(np.dstack([RGB16, ALPHA16]), photometric="separated"), ["gray, RGB or RGBA", "16 bits, 4 channels"]),
    "tiff 16 bits, planes apart": (
        tiff(np.moveaxis(RGB16, 2, 0).copy(), photometric="rgb", planarconfig="separate"),
        ["interleaved", "16 bits, 3 channels"],
    ),
    "tiff 16 bits, two channels": (
        tiff(np.dstack([GRAY16, ALPHA16]), photometric="minisblack", extrasamples=["unassalpha"], planarconfig="contig"),
        ["gray, RGB or RGBA", "2 channels"],
    ),
    "tiff half floats": (tiff(F32.astype(np.float16), photometric="rgb"), ["TIFF", "unusual"]),
    "tiff, huge in its header": (
        b"II*\0\x08\0\0\0\x02\0" + struct.pack("<HHII", 256, 4, 1, 90000) + struct.pack("<HHII", 257, 4, 1, 90000) + bytes(4),
        ["40 megapixels", "90000 × 90000"],
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_a_sentence(name):
    content, words = REFUSED[name]
    with pytest.raises(PhotoError) as caught:
        read_photo(content)
    sentence = caught.value.sentence
    assert all(word in sentence.en for word in words), sentence.en
    assert "\n" not in sentence.en and sentence.en.endswith(".")
    assert sentence.zh.endswith("。") and sentence.zh != sentence.en


# where the stored row 0 and column 0 are seen, from the table of the EXIF standard
ORIGIN = {
    1: ("top", "left"),
    2: ("top", "right"),
    3: ("bottom", "right"),
    4: ("bottom", "left"),
    5: ("left", "top"),
    6: ("right", "top"),
    7: ("right", "bottom"),
    8: ("left", "bottom"),
}


@pytest.mark.parametrize(
    "form, options",
    [("JPEG", {"quality": 100, "subsampling": 0}), ("PNG", {}), ("WEBP", {"lossless": True}), ("TIFF", {}), ("AVIF", {"quality": 100})],
)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation(form, options, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = pil(RGB8, form, exif=exif.tobytes(), **options)
    rows, columns = ORIGIN[orientation]
    expected = RGB8.swapaxes(0, 1) if rows in ("left", "right") else RGB8
    expected = expected[::-1] if "bottom" in (rows, columns) else expected
    expected = expected[:, ::-1] if "right" in (rows, columns) else expected
    file = read_photo(content)
    tolerance = {"JPEG": 0.03, "AVIF": 0.2}.get(form, 1e-6)
    assert file.photo.shape == expected.shape
    np.testing.assert_allclose(file.photo, expected / 255, atol=tolerance)
    assert any("upright" in n.en for n in file.notes) == (orientation != 1)


@pytest.mark.parametrize(
    "exif", [b"Exif\0\0garbage", b"Exif\0\0II*\0\xff\xff\xff\x7f", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + bytes(range(200))]
)
def test_damaged_camera_data_do_no_harm(exif):
    np.testing.assert_array_equal(to_uint8(read_photo(pil(RGB8, "PNG", exif=exif)).photo), RGB8)
    np.testing.assert_allclose(read_photo(pil(RGB8, "JPEG", exif=exif, quality=100, subsampling=0)).photo, RGB8 / 255, atol=0.03)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_of_a_wide_tiff_is_that_of_a_narrow_one(orientation):
    def turned(pixels):
        return read_photo(tiff(pixels, extratags=[(274, "H", 1, orientation, True)]))

    wide, narrow = turned(RGB8.astype(np.uint16) * 257), turned(RGB8)
    np.testing.assert_allclose(wide.photo, narrow.photo, atol=1e-6)
    assert any("upright" in n.en for n in wide.notes) == (orientation != 1)


def test_a_profile_that_changes_colours_is_applied():
    icc = swapped_profile()
    converted = ImageCms.profileToProfile(
        Image.fromarray(RGB8), ImageCms.ImageCmsProfile(io.BytesIO(icc)), ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    expected = np.asarray(converted) / 255
    assert np.abs(expected - RGB8 / 255).max() > 0.1
    for content in (
        pil(RGB8, "PNG", icc_profile=icc),
        pil(RGB8, "TIFF", icc_profile=icc),
        pil(RGB8, "WEBP", lossless=True, icc_profile=icc),
        tiff(RGB8.astype(np.uint16) * 257, iccprofile=icc),
    ):
        file = read_photo(content)
        np.testing.assert_allclose(file.photo, expected, atol=1e-6)
        assert any("colour profile" in n.en for n in file.notes)


def test_a_profile_beside_transparency_colours_what_is_seen():
    icc = swapped_profile()
    opaque = to_uint8(read_photo(pil(RGB8, "PNG", icc_profile=icc)).photo)
    np.testing.assert_allclose(read_photo(pil(RGBA8, "PNG", icc_profile=icc)).photo, over_white(opaque, ALPHA8), atol=1e-6)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_broken_profile_is_told(mode):
    content = pil(RGB8, "TIFF", mode, icc_profile=b"not a profile")
    assert any("damaged" in n.en for n in read_photo(content).notes)


def test_srgb_is_left_as_it_is():
    file = read_photo(pil(RGB8, "PNG", icc_profile=SRGB))
    np.testing.assert_array_equal(to_uint8(file.photo), RGB8)
    assert not file.notes


def test_a_profile_of_other_inks_is_ignored():
    gray_of_rgb = read_photo(pil(GRAY8, "PNG", icc_profile=swapped_profile()))
    assert gray_of_rgb.photo.shape == (*GRAY8.shape, 3)
    np.testing.assert_array_equal(
        to_uint8(read_photo(pil(cmyk(), "JPEG", icc_profile=SRGB, quality=100, subsampling=0)).photo),
        to_uint8(read_photo(READ["jpeg cmyk"][0]).photo),
    )


@pytest.mark.parametrize("name", ["png, huge in its header", "gif, huge in its header"])
def test_a_bomb_is_refused_before_it_is_decoded(name, tmp_path):
    """In a process of its own that may not take half a gigabyte more than it has after its imports."""
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(REFUSED[name][0])
    code = (
        "import resource, sys; from PIL import Image; Image.init(); from restorers.photo import PhotoError, read_photo\n"
        "size = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize() + 2**29\n"
        "resource.setrlimit(resource.RLIMIT_AS, (size, size))\n"
        "try: read_photo(sys.argv[1])\n"
        "except PhotoError as error: print(error); sys.exit(0 if 'megapixels' in str(error) else 2)"
    )
    if not os.path.exists("/proc/self/statm"):
        pytest.skip("no /proc on this system")
    subprocess.run([sys.executable, "-c", code, str(bomb)], check=True, capture_output=True)


def test_the_limit_is_the_callers():
    content = pil(RGB8, "PNG")
    assert read_photo(content, max_megapixels=RGB8.shape[0] * RGB8.shape[1] / 1e6).photo.shape == RGB8.shape
    with pytest.raises(PhotoError, match=r"Limit: 0.0005 megapixels\. Received: 34 × 21"):
        read_photo(content, max_megapixels=0.0005)


def test_the_content_counts_and_not_the_name(tmp_path):
    (tmp_path / "photo.png").write_bytes(pil(RGB8, "WEBP", lossless=True))
    assert read_photo(tmp_path / "photo.png").format == "WebP"
    assert read_photo(str(tmp_path / "photo.png")).format == "WebP"
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(PhotoError, match=r"text\.png is not a picture") as caught:
        read_photo(tmp_path / "text.png")
    assert str(tmp_path) not in caught.value.sentence.en + caught.value.sentence.zh


@pytest.mark.parametrize("name", ["missing.png", ".", "missing/photo.png", "nul\0.png", "x" * 300])
def test_what_is_no_file(name, tmp_path):
    with pytest.raises(PhotoError) as caught:
        read_photo(str(tmp_path / "folder" / name) if name == "." else str(tmp_path / name))
    assert str(tmp_path) not in caught.value.sentence.en + caught.value.sentence.zh


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(PhotoError, match="It is a folder"):
        read_photo(tmp_path)


@pytest.mark.parametrize("address", ["data:image/png;base64,iVBORw0KGgo=", "https://example.org/photo.png", "DATA:,x"])
def test_an_address_is_no_file(address):
    with pytest.raises(PhotoError, match="not an address"):
        read_photo(address)


def test_damage_anywhere_ends_in_a_sentence_or_a_photo():
    rng = np.random.default_rng(5)
    originals = [pil(RGB8, f) for f in ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF")] + [
        tiff(RGB16),
        tiff(F32, photometric="rgb"),
        pil(RGB8, "PNG", icc_profile=SRGB),
    ]
    for content in originals:
        for _ in range(25):
            damaged = bytearray(content)
            for place in rng.integers(0, min(len(damaged), 400), 3):
                damaged[place] = rng.integers(0, 256)
            try:
                photo = read_photo(bytes(damaged), max_megapixels=1).photo
            except PhotoError:
                continue
            assert photo.ndim == 3 and np.isfinite(photo).all()


@pytest.mark.parametrize(
    "suffix, tolerance", [(".png", 0), (".PNG", 0), (".webp", 0), (".bmp", 0), (".tif", 0), (".tiff", 0), (".jpg", 0.03), (".jpeg", 0.03)]
)
def test_written_and_read_again(suffix, tolerance, tmp_path):
    path = tmp_path / f"photo{suffix}"
    write_photo(path, RGB8 / np.float32(255))
    file = read_photo(path)
    np.testing.assert_allclose(file.photo, RGB8 / 255, atol=tolerance + 1e-6)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    write_photo(path, 1 - RGB8 / np.float32(255))
    np.testing.assert_allclose(read_photo(path).photo, 1 - RGB8 / 255, atol=tolerance + 1e-6)


def test_a_new_file_may_be_read_by_others(tmp_path):
    write_photo(tmp_path / "photo.png", RGB8 / np.float32(255))
    (tmp_path / "plain").write_bytes(b"")
    assert (tmp_path / "photo.png").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("name", ["photo.gif", "photo", "photo.xyz"])
def test_an_unknown_suffix(name, tmp_path):
    with pytest.raises(PhotoError, match=r"Known: \.png, \.jpg") as caught:
        write_photo(tmp_path / name, RGB8 / np.float32(255))
    assert str(tmp_path) not in str(caught.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number, word", [(errno.ENOSPC, "No space left"), (errno.EACCES, "Permission")])
def test_a_failed_write_leaves_nothing_new_and_keeps_the_old(number, word, tmp_path, monkeypatch):
    path = tmp_path / "photo.png"
    write_photo(path, RGB8 / np.float32(255))
    before = path.read_bytes()

    def full(*_):
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr("restorers.photo.os.replace", full)
    with pytest.raises(PhotoError, match=word) as caught:
        write_photo(path, np.zeros((5, 5, 3), np.float32))
    assert str(tmp_path) not in str(caught.value)
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["photo.png"]


def test_a_name_as_long_as_the_disk_takes(tmp_path):
    path = tmp_path / ("雪" * 83 + ".png")  # 253 of 255 bytes
    write_photo(path, np.zeros((5, 5, 3), np.float32))
    assert read_photo(path).photo.shape == (5, 5, 3) and list(tmp_path.iterdir()) == [path]


def test_a_missing_folder(tmp_path):
    with pytest.raises(PhotoError, match=r"photo\.png was not written: .*does not exist"):
        write_photo(tmp_path / "no" / "photo.png", np.zeros((5, 5, 3), np.float32))


def test_too_large_for_the_format(tmp_path):
    with pytest.raises(PhotoError, match="webp cannot hold 20000 × 1 pixels"):
        write_photo(tmp_path / "photo.webp", np.zeros((1, 20000, 3), np.float32))
    assert not list(tmp_path.iterdir())


def test_png_holds_the_rounded_pixels():
    photo = RNG.random((13, 17, 3), dtype=np.float32) * 1.4 - 0.2
    expected = np.rint(np.clip(photo.astype(np.float64), 0, 1) * 255)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(encode_png(photo)))), expected)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(encode_png(photo[..., 0])))), expected[..., 0])


def test_eight_bits_there_and_back():
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    np.testing.assert_array_equal(to_uint8(to_float(levels))[..., 0], levels)
    # half to even: 0.5 → 0, 1.5 → 2, 2.5 → 2
    np.testing.assert_array_equal(to_uint8(np.float32([[0.5, 1.5, 2.5, -9, 999]]) / 255), [[0, 2, 2, 0, 255]])


def test_to_float_takes_gray_bool_and_wide():
    np.testing.assert_array_equal(to_float(np.array([[True, False]])), [[[1, 1, 1], [0, 0, 0]]])
    np.testing.assert_allclose(to_float(RGB16), RGB16 / 65535, atol=1e-6)
    np.testing.assert_array_equal(to_float(GRAY8[..., None]), to_float(gray(GRAY8)))
    pixels = RGB8 / np.float32(255)
    assert not np.shares_memory(to_float(pixels), pixels)
    for wrong in (RGBA8, np.zeros(5, np.uint8), RGB8.astype(np.int64)):
        with pytest.raises(PhotoError, match="Received"):
            to_float(wrong)


def test_fit_within_averages_areas():
    photo = RNG.random((40, 64, 3), dtype=np.float32)
    assert fit_within(photo, 64) is photo
    half = fit_within(photo, 32)
    np.testing.assert_allclose(half, photo.reshape(20, 2, 32, 2, 3).mean((1, 3)), atol=1e-6)
    assert fit_within(np.zeros((1, 5000, 3), np.float32), 100).shape == (1, 100, 3)


def test_list_photos(tmp_path):
    for name in ("b.JPG", "a.png", "c.avif", "notes.txt", ".hidden.png"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "folder.png").mkdir()
    assert [p.name for p in list_photos(tmp_path)] == ["a.png", "b.JPG", "c.avif"]
    with pytest.raises(PhotoError, match=r"The folder folder\.png holds no pictures"):
        list_photos(tmp_path / "folder.png")
    with pytest.raises(PhotoError, match="There is no folder called gone") as caught:
        list_photos(tmp_path / "gone")
    assert str(tmp_path) not in str(caught.value)
