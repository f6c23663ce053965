"""Photos of any size through a function that takes pieces: cut, pad, run, feather, join."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np

from restorers.errors import Cancelled


def _up(length: int, multiple: int) -> int:
    return -(-length // multiple) * multiple


def plan(length: int, tile: int, overlap: int, multiple: int, grid: int | None = None) -> list[tuple[int, int]]:
    """Where the tiles of one axis start and stop.

    All tiles have one size, a multiple of ``multiple``; the last may stop beyond ``length``, where the photo is padded.
    There are as few tiles as ``tile`` allows, and they are as small as their number allows. They start at multiples of
    ``grid`` wherever that leaves room for the overlap: a network that halves the resolution sees the same grid in
    every tile as in the whole photo.

    Args:
        length: pixels of the axis, at least 1.
        tile: largest tile in pixels; rounded down to a multiple, but never to less than one.
        overlap: least number of pixels that neighbours share; at most half of the tile so rounded.
        multiple: what the function can take, at least 1.
        grid: a divisor of ``multiple``; by default ``multiple`` itself.
    """
    grid = multiple if grid is None else grid
    rounded = max(tile - tile % multiple, multiple) if multiple > 0 else 0
    if min(length, tile, multiple) < 1 or not 0 <= overlap <= rounded / 2:
        raise ValueError(
            "length, tile and multiple must be at least 1, overlap at most half of the tile. "
            f"Received: length={length}, tile={tile}, overlap={overlap}, multiple={multiple}."
        )
    if grid < 1 or multiple % grid:
        raise ValueError(f"grid must divide multiple. Received: grid={grid}, multiple={multiple}.")
    tile, padded = rounded, _up(length, multiple)
    if padded <= tile:
        return [(0, padded)]
    shared = _up(overlap, grid)
    if tile - shared >= multiple:
        count = -(-(padded - shared) // (tile - shared))
        size = _up(-(-(padded - shared) // count) + shared, multiple)
        last = padded - size
    else:  # tiles too small for a shared grid, as those of a network of fixed size
        grid, size = 1, tile
        count = -(-(length - overlap) // (size - overlap))
        last = length - size
    return [(start, start + size) for start in (last * i // (count - 1) // grid * grid for i in range(count))]


def _weights(tiles: list[tuple[int, int]], overlap: int) -> list[np.ndarray]:
    """Weight of every pixel of every tile along one axis; they add up to 1 wherever tiles overlap.

    One tile passes to the next in the middle of what they share, over a quarter of the overlap. What is nearer to a cut
    counts nothing: there the function saw padding instead of the photo.
    """
    weights = [np.ones(stop - start, np.float32) for start, stop in tiles]
    ramp = max(overlap // 4, 1)
    for i in range(len(tiles) - 1):
        (start, stop), (next_start, next_stop) = tiles[i], tiles[i + 1]
        begin = (next_start + stop) / 2 - ramp / 2
        weights[i] *= 1 - _rise(start, stop, begin, ramp)
        weights[i + 1] *= _rise(next_start, next_stop, begin, ramp)
    return weights


def _rise(start: int, stop: int, begin: float, ramp: int) -> np.ndarray:
    return np.clip((np.arange(start, stop) + 0.5 - begin) / ramp, 0, 1).astype(np.float32)


def run_tiled(
    photo: np.ndarray,
    function: Callable[[np.ndarray], np.ndarray],
    *,
    tile: int,
    overlap: int,
    multiple: int,
    grid: int | None = None,
    progress: Callable[[float], None] | None = None,
    cancel: threading.Event | None = None,
) -> np.ndarray:
    """Run ``function`` over a photo of any size, piece by piece, and join the pieces without seams.

    Where the function looks no further than 3/8 of ``overlap``, the result is that of the whole photo. A photo that fits
    into one tile is passed on as a whole. Sides are padded by reflection at the right and at the bottom.

    Args:
        photo: float32 (height, width, channels), any number of channels; not modified.
        function: takes (h, w, channels), h and w multiples of ``multiple`` and the same in every call, and returns
            (h, w, any number of channels).
        tile, overlap, multiple, grid: pixels, as in ``plan``.
        progress: called with the fraction done after every tile.
        cancel: looked at before every tile.

    Returns:
        float32 (height, width, channels of the function).

    Raises:
        Cancelled: ``cancel`` was set.
    """
    height, width = photo.shape[:2]
    rows, columns = (plan(length, tile, overlap, multiple, grid) for length in (height, width))
    row_weights, column_weights = _weights(rows, overlap), _weights(columns, overlap)
    joined = None
    for i, (top, bottom) in enumerate(rows):
        for j, (left, right) in enumerate(columns):
            if cancel is not None and cancel.is_set():
                raise Cancelled
            piece = photo[top:bottom, left:right]
            missing = bottom - top - piece.shape[0], right - left - piece.shape[1]
            if any(missing):
                piece = np.pad(piece, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="reflect")
            out = np.asarray(function(piece), np.float32)
            if out.shape[:2] != piece.shape[:2] or out.ndim != 3:
                raise ValueError(f"the function must return height and width as it gets them. Received: {out.shape} for {piece.shape}.")
            if len(rows) == len(columns) == 1:
                joined = out[:height, :width]
            else:
                if joined is None:
                    joined = np.zeros((height, width, out.shape[2]), np.float32)
                target = joined[top:bottom, left:right]
                h, w = target.shape[:2]
                part = out[:h, :w] * column_weights[j][:w, None]
                part *= row_weights[i][:h, None, None]
                target += part
            if progress is not None:
                progress((i * len(columns) + j + 1) / (len(rows) * len(columns)))
    return joined
