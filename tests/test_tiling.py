import threading
from itertools import pairwise

import cv2
import numpy as np
import pytest

from restorers.errors import Cancelled
from restorers.tiling import plan, run_tiled


def _settings(rng):
    multiple = int(rng.choice([1, 2, 3, 8, 16, 64]))
    grid = int(rng.choice([g for g in (1, 2, 3, 8, 16, 64) if multiple % g == 0]))
    tile = int(rng.integers(8, 200))
    rounded = max(tile - tile % multiple, multiple)
    return {"tile": tile, "overlap": int(rng.integers(0, rounded // 2 + 1)), "multiple": multiple, "grid": grid}


def test_plan_covers_with_one_size_and_enough_overlap():
    rng = np.random.default_rng(1)
    for _ in range(3000):
        length, settings = int(rng.integers(1, 900)), _settings(rng)
        tiles = plan(length, **settings)
        tile, overlap, multiple, _ = settings.values()
        sizes = {stop - start for start, stop in tiles}
        assert len(sizes) == 1
        size = sizes.pop()
        assert size % multiple == 0 and size <= max(tile, multiple)
        assert tiles[0][0] == 0 and length <= tiles[-1][1] < length + multiple
        shared = [stop - start for (_, stop), (start, _) in pairwise(tiles)]
        assert all(s >= overlap for s in shared)
        starts = [start for start, _ in tiles]
        assert starts == sorted(set(starts))


def test_plan_keeps_the_grid_and_wastes_little():
    tiles = plan(3000, 1280, 128, 64)
    assert all(start % 64 == 0 for start, _ in tiles)
    assert len(tiles) == 3
    # three tiles that share twice 128 pixels of 3008 need 1088 each
    assert tiles[0] == (0, 1088)
    assert tiles[-1][1] == 3008


def test_plan_on_a_finer_grid_shares_no_more_than_it_must():
    tiles = plan(3000, 1280, 96, 64, grid=8)
    assert all(start % 8 == 0 for start, _ in tiles) and {stop - start for start, stop in tiles} == {1088}
    assert min(stop - start for (_, stop), (start, _) in pairwise(tiles)) >= 96
    with pytest.raises(ValueError, match="grid must divide"):
        plan(3000, 1280, 96, 64, grid=48)


def test_plan_of_a_fixed_size():
    assert plan(20, 64, 16, 64) == [(0, 64)]
    tiles = plan(150, 64, 16, 64)
    assert [stop - start for start, stop in tiles] == [64, 64, 64]
    assert tiles[-1][1] == 150


@pytest.mark.parametrize("wrong", [{"length": 0}, {"tile": 0}, {"overlap": 33}, {"overlap": -1}, {"multiple": 0}])
def test_plan_refuses(wrong):
    with pytest.raises(ValueError, match="at least 1"):
        plan(**{"length": 100, "tile": 64, "overlap": 16, "multiple": 8, **wrong})


def test_identity_for_random_sizes():
    rng = np.random.default_rng(0)
    for _ in range(300):
        height, width, channels = (int(n) for n in rng.integers(1, (260, 260, 5)))
        photo = rng.random((height, width, channels), dtype=np.float32)
        before = photo.copy()
        result = run_tiled(photo, lambda tile: tile, **_settings(rng))
        assert result.dtype == np.float32 and result.shape == photo.shape
        np.testing.assert_allclose(result, photo, atol=1e-6)
        np.testing.assert_array_equal(photo, before)


@pytest.mark.parametrize("multiple", [1, 8, 64])
@pytest.mark.parametrize("size", [(300, 411), (129, 640), (500, 20)])
def test_a_blur_in_tiles_is_the_blur_of_the_whole(size, multiple):
    overlap = 32
    radius = 3 * overlap // 8
    photo = np.random.default_rng(2).random((*size, 3), dtype=np.float32)

    def blur(tile):
        return cv2.blur(np.ascontiguousarray(tile), (2 * radius + 1, 2 * radius + 1), borderType=cv2.BORDER_REFLECT_101)

    # the whole photo is padded as the tiles are, for what lies beyond its end counts within the radius
    padding = [(0, -side % multiple) for side in size]
    whole = blur(np.pad(photo, (*padding, (0, 0)), mode="reflect"))[: size[0], : size[1]]
    tiled = run_tiled(photo, blur, tile=128, overlap=overlap, multiple=multiple)
    np.testing.assert_allclose(tiled, whole, atol=1e-6)


def test_what_touches_a_cut_counts_nothing():
    """Rubbish at the edges of every tile does not reach the inside of the photo."""

    def spoil(tile):
        out = np.full_like(tile, 9)
        out[4:-4, 4:-4] = tile[4:-4, 4:-4]
        return out

    photo = np.random.default_rng(3).random((200, 170, 3), dtype=np.float32)
    result = run_tiled(photo, spoil, tile=64, overlap=16, multiple=4)
    np.testing.assert_allclose(result[4:-4, 4:-4], photo[4:-4, 4:-4], atol=1e-6)


def test_one_tile_passes_to_the_next_step_by_step():
    """What tiles disagree on is no edge: it is spread over a quarter of the overlap."""
    seen = []

    def differs(tile):
        seen.append(tile)
        return np.full_like(tile, len(seen))

    (row,) = run_tiled(np.zeros((1, 150, 1), np.float32), differs, tile=96, overlap=32, multiple=1)[..., 0]
    assert len(seen) == 2 and (row[0], row[-1]) == (1, 2)
    steps = np.diff(row)
    assert steps.max() == pytest.approx(1 / 8) and np.count_nonzero(steps > 1e-6) == 9


def test_a_network_that_halves_the_resolution_sees_one_grid():
    def halve_and_double(tile):
        small = tile.reshape(tile.shape[0] // 8, 8, tile.shape[1] // 8, 8, -1).mean((1, 3))
        return small.repeat(8, 0).repeat(8, 1)

    photo = np.random.default_rng(4).random((328, 264, 3), dtype=np.float32)
    np.testing.assert_allclose(run_tiled(photo, halve_and_double, tile=96, overlap=20, multiple=8), halve_and_double(photo), atol=1e-6)


def test_one_tile_is_passed_as_it_is():
    photo = np.random.default_rng(5).random((64, 96, 2), dtype=np.float32)
    seen = []

    def look(tile):
        seen.append(tile)
        return tile

    run_tiled(photo, look, tile=128, overlap=16, multiple=32)
    assert len(seen) == 1
    assert seen[0].shape == photo.shape and np.shares_memory(seen[0], photo)


def test_one_pixel_is_padded():
    photo = np.full((1, 1, 3), 0.25, np.float32)
    sizes = []
    result = run_tiled(photo, lambda tile: (sizes.append(tile.shape), tile)[1], tile=128, overlap=16, multiple=64)
    assert sizes == [(64, 64, 3)]
    np.testing.assert_array_equal(result, photo)


def test_channels_may_change():
    photo = np.random.default_rng(6).random((150, 90, 4), dtype=np.float32)
    result = run_tiled(photo, lambda tile: tile[..., :1] * tile[..., 3:], tile=64, overlap=8, multiple=1)
    np.testing.assert_allclose(result, photo[..., :1] * photo[..., 3:], atol=1e-6)


def test_a_function_that_changes_the_size_is_refused():
    with pytest.raises(ValueError, match="height and width"):
        run_tiled(np.zeros((50, 50, 3), np.float32), lambda tile: tile[1:], tile=32, overlap=8, multiple=1)


def test_progress_rises_to_one():
    fractions = []
    run_tiled(np.zeros((200, 300, 3), np.float32), lambda tile: tile, tile=64, overlap=8, multiple=1, progress=fractions.append)
    assert len(fractions) > 10
    assert fractions == sorted(set(fractions))
    assert fractions[-1] == 1


def test_cancel_stops_before_the_next_tile():
    cancel, calls = threading.Event(), []

    def once(tile):
        calls.append(tile.shape)
        cancel.set()
        return tile

    with pytest.raises(Cancelled):
        run_tiled(np.zeros((200, 300, 3), np.float32), once, tile=64, overlap=8, multiple=1, cancel=cancel)
    assert len(calls) == 1
