"""Pictures that nobody photographed: shapes and textures, drawn at random."""

from __future__ import annotations

import cv2
import numpy as np


def draw_shapes(count: int, size: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Draw pictures of overlapping shapes, each filled with a colour or with a texture; uint8 (size, size, 3).

    Args:
        count: number of pictures.
        size: side in pixels.
        rng: source of all that is random.
    """
    return [_picture(size, rng) for _ in range(count)]


def _picture(size: int, rng: np.random.Generator) -> np.ndarray:
    canvas = _filling(size, rng)
    for _ in range(int(rng.integers(4, 12))):
        mask = np.zeros((size, size), np.uint8)
        kind = rng.integers(4)
        centre = tuple(int(c) for c in rng.integers(0, size, 2))
        if kind == 0:
            axes = tuple(int(a) for a in rng.integers(size // 12, size // 3, 2))
            cv2.ellipse(mask, centre, axes, float(rng.uniform(0, 180)), 0, 360, 255, -1, cv2.LINE_AA)
        elif kind == 1:
            corners = np.array(centre) + rng.integers(-size // 3, size // 3, (int(rng.integers(3, 7)), 2))
            cv2.fillPoly(mask, [cv2.convexHull(corners.astype(np.int32))], 255, cv2.LINE_AA)
        elif kind == 2:
            end = tuple(int(c) for c in rng.integers(0, size, 2))
            cv2.line(mask, centre, end, 255, int(rng.integers(1, max(2, size // 24))), cv2.LINE_AA)
        else:
            text = "".join(chr(c) for c in rng.integers(65, 91, 3))
            cv2.putText(mask, text, centre, int(rng.integers(0, 8)), size / 96, 255, int(rng.integers(1, 4)), cv2.LINE_AA)
        share = mask[..., None] / np.float32(255)
        canvas = canvas * (1 - share) + _filling(size, rng) * share
    return np.rint(canvas).astype(np.uint8)


def _filling(size: int, rng: np.random.Generator) -> np.ndarray:
    """One colour, a gradient, stripes or cloudy noise between two colours; float32 (size, size, 3), 0–255."""
    first, second = rng.uniform(0, 255, (2, 3)).astype(np.float32)
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    angle, kind = rng.uniform(0, 2 * np.pi), rng.integers(4)
    along = np.float32(np.cos(angle)) * x + np.float32(np.sin(angle)) * y
    if kind == 0:
        share = np.zeros((size, size), np.float32)
    elif kind == 1:
        share = (along - along.min()) / max(float(np.ptp(along)), 1e-6)
    elif kind == 2:
        share = 0.5 + 0.5 * np.sin(along * np.float32(rng.uniform(10, 2 * size)))
    else:
        cells = int(rng.integers(3, max(4, size // 3)))
        share = cv2.resize(rng.random((cells, cells), np.float32), (size, size), interpolation=cv2.INTER_CUBIC).clip(0, 1)
    return first + (second - first) * share[..., None]
