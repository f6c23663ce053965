"""Pictures to take away: the matrix, and a card with the result of a comparison; drawn with Pillow, in one language each."""

from __future__ import annotations

import importlib.util
import math
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from restorers.text import LANGUAGES, Text
from restorers.ui import compare_view as view
from restorers.ui.compare_handlers import Comparison, Table
from restorers.ui.words import compare as words
from restorers.ui.words import page as page_words

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

# of the page in the light
INK, SOFT, LINE, GROUND, GOOD, BAD = "#0f172a", "#475569", "#e2e8f0", "#ffffff", "#0f766e", "#c2410c"
MIXED = 0.78  # share of the colour of the greatest gain; so black stays readable on it
# fonts with Chinese characters as systems call them; Gradio's own have none
CHINESE_FONTS = ("NotoSansCJK-Regular.ttc", "NotoSansSC-Regular.otf", "wqy-microhei.ttc", "wqy-zenhei.ttc", "msyh.ttc", "PingFang.ttc")
MARGIN = 28
CARD_WIDTH = 1200
CARD_PICTURES = 5  # original, degraded and the best
CARD_ROWS = 12


@cache
def _font_file(language: str, bold: bool) -> str | None:
    from PIL import ImageFont

    if language == "en":
        folder = Path(importlib.util.find_spec("gradio").origin).parent / "templates" / "frontend" / "static" / "fonts" / "IBMPlexSans"
        candidates = [str(folder / f"IBMPlexSans-{'Bold' if bold else 'Regular'}.woff2"), "DejaVuSans.ttf"]
    else:
        candidates = list(CHINESE_FONTS)
    for name in candidates:
        try:
            ImageFont.truetype(name, 12)
        except OSError:
            continue
        return name
    return None


def languages() -> list[str]:
    """The languages that there are fonts for; English always."""
    return [language for language in LANGUAGES if language == "en" or _font_file(language, False) is not None]


@cache
def _font(language: str, size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    name = _font_file(language, bold)
    return ImageFont.truetype(name, size) if name is not None else ImageFont.load_default(size)


def gain_colour(gain: float) -> tuple[int, int, int]:
    """From white to the colour of a gain or of a loss."""
    share = MIXED * min(abs(gain), view.STRONGEST) / view.STRONGEST
    full = np.array(_rgb(GOOD if gain > 0 else BAD))
    return tuple(int(v) for v in np.rint(255 + share * (full - 255)))


def _rgb(colour: str) -> tuple[int, int, int]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def _wrapped(draw: ImageDraw.ImageDraw, text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """``text`` in lines no wider than ``width``; Chinese breaks anywhere."""
    words_, lines = (text.split(" "), [""]) if " " in text else (list(text), [""])
    space = " " if " " in text else ""
    for word in words_:
        longer = f"{lines[-1]}{space}{word}" if lines[-1] else word
        if draw.textlength(longer, font=font) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _paragraph(
    draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, font: ImageFont.FreeTypeFont, width: float, fill: str
) -> float:
    """Write ``text`` below ``at``; returns where it ends."""
    x, y = at
    for line in _wrapped(draw, text, font, width):
        draw.text((x, y), line, font=font, fill=fill)
        y += 1.4 * font.size
    return y


def _canvas(width: int, height: int):
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (width, height), GROUND)
    return picture, ImageDraw.Draw(picture)


def matrix_picture(now: Table, language: str) -> np.ndarray:
    """The matrix with its numbers, uint8 (height, width, 3)."""
    from PIL import Image, ImageDraw

    gains, best = now.gains, now.gains.best()
    small, normal, title = _font(language, 17), _font(language, 18), _font(language, 26, True)
    cell_width, cell_height = 62, 36
    rows = [view.titled(degradation).to(language) for degradation in gains.degradations]
    columns = [restorer.title.to(language) for restorer in gains.restorers]
    left = MARGIN + 14 + max(math.ceil(normal.getlength(row)) for row in rows)
    tall = 16 + max(math.ceil(normal.getlength(column)) for column in columns)
    top = MARGIN + 48 + tall
    width = left + cell_width * len(columns) + MARGIN
    picture, draw = _canvas(width, top + cell_height * len(rows) + 110)
    draw.text((MARGIN, MARGIN - 6), words.MATRIX_CAPTION.to(language), font=title, fill=INK)
    for j, column in enumerate(columns):
        strip = Image.new("RGB", (tall, cell_width), GROUND)
        ImageDraw.Draw(strip).text((4, cell_width / 2), column, font=normal, fill=INK, anchor="lm")
        picture.paste(strip.rotate(90, expand=True), (left + j * cell_width, top - tall))
    for i, row in enumerate(rows):
        y = top + i * cell_height
        draw.text((left - 12, y + cell_height / 2), row, font=normal, fill=INK, anchor="rm")
        for j in range(len(columns)):
            value, x = gains.gains[i, j], left + j * cell_width
            box = (x, y, x + cell_width - 2, y + cell_height - 2)
            text = "–" if gains.untold[i, j] else "!" if (i, j) in gains.problems else "" if np.isnan(value) else view.decibels(value)
            draw.rectangle(box, fill=GROUND if np.isnan(value) else gain_colour(value), outline=LINE)
            if best[i] == j:
                draw.rectangle(box, outline=INK, width=3)
            draw.text((x + cell_width / 2 - 1, y + cell_height / 2 - 1), text, font=small, fill=INK, anchor="mm")
    y = _paragraph(
        draw, (MARGIN, top + cell_height * len(rows) + 14), view.crop_protocol(now).to(language), small, width - 2 * MARGIN, SOFT
    )
    key = f"{words.MATRIX_BOX.to(language)}  {page_words.NAME}"
    _paragraph(draw, (MARGIN, y), key, small, width - 2 * MARGIN, SOFT)
    return np.asarray(picture)


def card(now: Comparison, language: str) -> np.ndarray:
    """The result of a comparison to share: pictures, settings, ranking and protocol; uint8 (height, width, 3)."""
    from PIL import Image

    small, normal, strong, title = _font(language, 17), _font(language, 20), _font(language, 20, True), _font(language, 32, True)
    ranked = [entry for entry in now.ranked if entry.problem is None][:CARD_ROWS]
    shown = [(words.CARD_ORIGINAL, now.thumbnails["original"], ""), (words.CARD_DEGRADED, now.thumbnails["degraded"], _decibels(now))]
    shown += [
        (entry.restorer.title, entry.thumbnail, f"{view.decibels(entry.row.gain)} dB")
        for entry in ranked
        if entry.restorer.name != "do_nothing"
    ]
    shown = shown[:CARD_PICTURES]
    inner, gap = CARD_WIDTH - 2 * MARGIN, 12
    side = (inner - gap * (CARD_PICTURES - 1)) // CARD_PICTURES
    height, width = now.thumbnails["original"].shape[:2]
    tall = min(round(side * height / width), 420)
    picture, draw = _canvas(CARD_WIDTH, 250 + tall + 34 * len(ranked) + 110)
    draw.text((MARGIN, MARGIN), words.CARD_TITLE.to(language), font=title, fill=INK)
    settings = Text(*(f"{view.photo_line(now.subject).to(lang)} · {view.chained(now.subject).to(lang)}" for lang in LANGUAGES))
    y = _paragraph(draw, (MARGIN, MARGIN + 46), settings.to(language), normal, inner, SOFT) + 14
    for i, (label, pixels, caption) in enumerate(shown):
        x = MARGIN + i * (side + gap)
        scale = min(side / width, tall / height)
        fitted = Image.fromarray(pixels).resize((max(1, round(width * scale)), max(1, round(height * scale))), Image.Resampling.LANCZOS)
        picture.paste(fitted, (x, int(y)))
        draw.text((x, y + tall + 6), _cut(draw, label.to(language), strong, side), font=strong, fill=INK)
        draw.text((x, y + tall + 32), caption, font=small, fill=SOFT)
    y += tall + 74
    gains = [entry.row.gain for entry in ranked if math.isfinite(entry.row.gain)]
    high = max([*gains, 1.0])
    low = max(min([*gains, 0.0]), -high / 2)
    start, end = MARGIN + 400, CARD_WIDTH - MARGIN - 210
    zero = start + (end - start) * -low / (high - low)
    for i, entry in enumerate(ranked, 1):
        gain, middle = entry.row.gain, y + 17
        draw.text((MARGIN, middle), f"{i}", font=normal, fill=SOFT, anchor="lm")
        draw.text((MARGIN + 36, middle), _cut(draw, entry.restorer.title.to(language), normal, 350), font=normal, fill=INK, anchor="lm")
        tip = start + (end - start) * (min(max(gain, low), high) - low) / (high - low)
        draw.rectangle((min(zero, tip), middle - 9, max(zero, tip), middle + 9), fill=GOOD if gain > 0 else BAD)
        draw.line((zero, y, zero, y + 34), fill=SOFT)
        draw.text((end + 104, middle), f"{view.decibels(gain)} dB", font=strong, fill=INK, anchor="rm")
        taken = words.SECONDS.format(seconds=f"{entry.seconds:.2f}").to(language)
        draw.text((CARD_WIDTH - MARGIN, middle), taken, font=small, fill=SOFT, anchor="rm")
        y += 34
    y = _paragraph(draw, (MARGIN, y + 16), view.measured(words.CARD_PROTOCOL, now).to(language), small, inner, SOFT)
    draw.text((MARGIN, y), page_words.NAME, font=small, fill=SOFT)
    return np.asarray(picture)[: math.ceil(y) + 24 + MARGIN]


def _decibels(now: Comparison) -> str:
    return f"{now.observed.psnr:.1f} dB"


def _cut(draw: ImageDraw.ImageDraw, text: str, font: ImageFont.FreeTypeFont, width: float) -> str:
    """``text`` shortened to fit."""
    if draw.textlength(text, font=font) <= width:
        return text
    while text and draw.textlength(f"{text}…", font=font) > width:
        text = text[:-1]
    return f"{text.rstrip()}…"
