"""The two pictures of a card: the course of the training, and a strip of originals, degraded and restored."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from restorers.photo import to_uint8

INK, FAINT, GRID = (51, 65, 85), (100, 116, 139), (226, 232, 240)
TRAINING, VALIDATION = (15, 118, 110), (194, 65, 12)
WIDTH, HEIGHT = 720, 320
TILE = 128  # pixels; side of a picture in the strip
GAP = 6
LABEL = 96


def loss_curve(history: Sequence[dict[str, float]]) -> np.ndarray:
    """Training and validation loss over the steps, the loss on a logarithmic axis: uint8 (320, 720, 3).

    Args:
        history: entries with ``step``, ``loss`` and ``val_loss``, as ``TrainingState`` keeps them; at least one.
    """
    scale = 2  # drawn larger and shrunk, which smooths the lines
    image = Image.new("RGB", (WIDTH * scale, HEIGHT * scale), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(13 * scale)
    left, right, top, bottom = 70 * scale, (WIDTH - 20) * scale, 36 * scale, (HEIGHT - 46) * scale
    losses = [entry[key] for entry in history for key in ("loss", "val_loss")]
    low, high = math.log10(max(min(losses), 1e-12)), math.log10(max(max(losses), 1e-12))
    low, high = low - 0.05 * (high - low) - 0.01, high + 0.05 * (high - low) + 0.01
    last = max(history[-1]["step"], 1)

    def x(step: float) -> float:
        return left + (right - left) * step / last

    def y(loss: float) -> float:
        return bottom - (bottom - top) * (math.log10(max(loss, 1e-12)) - low) / (high - low)

    for k in range(5):
        loss = 10 ** (low + (high - low) * k / 4)
        draw.line([left, y(loss), right, y(loss)], fill=GRID, width=scale)
        draw.text((left - 6 * scale, y(loss)), f"{loss:.3g}", fill=FAINT, font=font, anchor="rm")
        draw.text((x(last * k / 4), bottom + 6 * scale), f"{round(last * k / 4):,}", fill=FAINT, font=font, anchor="ra" if k == 4 else "ma")
    draw.text(((left + right) / 2, HEIGHT * scale - 8 * scale), "steps", fill=INK, font=font, anchor="ms")
    for key, colour, name, place in (
        ("loss", TRAINING, "training loss", left),
        ("val_loss", VALIDATION, "validation loss", left + 160 * scale),
    ):
        points = [(x(entry["step"]), y(entry[key])) for entry in history]
        if len(points) > 1:
            draw.line(points, fill=colour, width=2 * scale, joint="curve")
        for px, py in points if len(points) <= 30 else ():
            draw.ellipse([px - 2 * scale, py - 2 * scale, px + 2 * scale, py + 2 * scale], fill=colour)
        draw.line([place, 18 * scale, place + 22 * scale, 18 * scale], fill=colour, width=3 * scale)
        draw.text((place + 28 * scale, 18 * scale), name, fill=INK, font=font, anchor="lm")
    return cv2.resize(np.asarray(image), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)


def strip(rows: Sequence[tuple[str, np.ndarray, Sequence[str]]]) -> np.ndarray:
    """Rows of pictures under each other, each with its name at the left and a caption below each picture: uint8 (h, w, 3).

    Args:
        rows: name, pictures (n, height, width, 1 or 3) in [0, 1], and n captions.
    """
    count = max(len(pictures) for _, pictures, _ in rows)
    line = TILE + 22
    image = Image.new("RGB", (LABEL + count * (TILE + GAP), len(rows) * line + GAP), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(13)
    for i, (name, pictures, captions) in enumerate(rows):
        top = GAP + i * line
        draw.text((8, top + TILE / 2), name, fill=INK, font=font, anchor="lm")
        for k, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
            # small ones keep their pixels, large ones are averaged
            interpolation = cv2.INTER_NEAREST if picture.shape[0] < TILE else cv2.INTER_AREA
            tile = cv2.resize(to_uint8(picture), (TILE, TILE), interpolation=interpolation)
            tile = np.repeat(tile[..., None], 3, axis=-1) if tile.ndim == 2 else tile
            left = LABEL + k * (TILE + GAP)
            image.paste(Image.fromarray(tile), (left, top))
            draw.text((left + TILE / 2, top + TILE + 4), caption, fill=FAINT, font=font, anchor="ma")
    return np.asarray(image)
