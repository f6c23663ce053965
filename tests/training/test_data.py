"""Pictures to train on: read once, bad ones passed over, a bad folder refused in a sentence."""

import gzip
import struct

import cv2
import numpy as np
import pytest

from restorers.errors import RestorersError
from restorers.training.data import (
    DataError,
    draw_digits,
    hold_out,
    load_digits,
    load_photos,
    load_squares,
    photo_patches,
    random_crop,
    read_idx,
    shuffled,
)
from restorers.training.recipes import RECIPES


def write(path, height, width, seed=0):
    cv2.imwrite(str(path), np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8))


def idx(images: np.ndarray) -> bytes:
    return b"\0\0\x08" + bytes([images.ndim]) + struct.pack(f">{images.ndim}I", *images.shape) + images.tobytes()


def test_damaged_and_small_files_are_named_and_passed_over(tmp_path):
    write(tmp_path / "a.png", 80, 90)
    write(tmp_path / "tiny.png", 10, 90)
    (tmp_path / "broken.png").write_bytes((tmp_path / "a.png").read_bytes()[:500])
    photos, source, notes = load_photos(tmp_path, 64)
    assert [p.shape for p in photos] == [(80, 90, 3)]
    assert tmp_path.name in source
    words = " ".join(note.en for note in notes)
    assert "tiny.png" in words and "64" in words and "10" in words and "broken.png" in words


def test_several_folders(tmp_path):
    for i, name in enumerate(("one", "two")):
        (tmp_path / name).mkdir()
        write(tmp_path / name / "p.png", 40, 40, i)
    assert len(load_photos(f"{tmp_path / 'one'},{tmp_path / 'two'}", 32)[0]) == 2


def test_a_folder_may_have_a_comma_in_its_name(tmp_path):
    folder = tmp_path / "Lake, 2024"
    folder.mkdir()
    write(folder / "p.png", 40, 40)
    photos, source, _ = load_photos(str(folder), 32)
    assert len(photos) == 1 and source == "photos of the folder Lake, 2024"
    assert len(load_squares(str(folder), 32, validation=folder).pictures) == 2


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("missing", "no folder called photos, and no public data of that name. Known by name: flowers, faces"),
        ("a file", "no folder called photos"),
        ("empty", "photos holds no pictures"),
        ("too small", "pixels or more. p.png: passed over; the short side"),
        ("damaged", "pixels or more. p.png is a damaged"),
    ],
)
@pytest.mark.parametrize("load", [load_photos, load_squares])
def test_a_bad_folder_is_one_sentence(tmp_path, what, words, load):
    folder = tmp_path / "photos"
    if what == "a file":
        folder.write_bytes(b"")
    elif what != "missing":
        folder.mkdir()
    if what in ("too small", "damaged"):
        write(folder / "p.png", 20, 20)
    if what == "damaged":
        (folder / "p.png").write_bytes((folder / "p.png").read_bytes()[:500])
    with pytest.raises(RestorersError) as refusal:
        load(folder, 64)
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert str(tmp_path) not in str(refusal.value)
    assert refusal.value.sentence.zh != refusal.value.sentence.en


def test_damaged_files_among_squares_are_named_and_passed_over(tmp_path):
    for i in range(4):
        write(tmp_path / f"{i}.png", 40, 40, i)
    (tmp_path / "broken.png").write_bytes((tmp_path / "0.png").read_bytes()[:500])
    (tmp_path / "nothing.jpg").write_bytes(b"")
    squares = load_squares(tmp_path, 32)
    assert len(squares.pictures) == 4
    words = " ".join(note.en for note in squares.notes)
    assert "broken.png" in words and "nothing.jpg" in words and len(squares.notes) == 2


@pytest.mark.parametrize("name", ["undo-blur", "denoise", "tutorial-enhance"])
def test_files_to_validate_on_that_are_passed_over_are_named(tmp_path, name):
    write(tmp_path / "good.png", 160, 160)
    (tmp_path / "broken.png").write_bytes((tmp_path / "good.png").read_bytes()[:500])
    notes = RECIPES.get(name)(batch=2).load(None, tmp_path).notes
    assert len(notes) == 1 and "broken.png" in notes[0].en


@pytest.mark.parametrize(
    ("name", "settings", "photos", "held_out"),
    [
        ("denoise", {}, 1, False),
        ("denoise", {}, 2, True),
        ("undo-blur", {}, 1, True),  # cut in two
        ("denoise-your-photo", {}, 1, True),
        ("tutorial-enhance", {}, 2, True),
        ("tutorial-grayscale", {"as_published": "true"}, 2, False),
    ],
)
def test_what_was_learned_from_is_not_called_held_out(tmp_path, name, settings, photos, held_out):
    (tmp_path / "other").mkdir()
    write(tmp_path / "other" / "p.png", 160, 160, 9)
    for i in range(photos):
        write(tmp_path / f"{i}.png", 160, 160, i)
    recipe = RECIPES.get(name).from_settings({"batch": 2, **settings})
    assert recipe.load(tmp_path).held_out is held_out
    assert recipe.load(tmp_path, tmp_path / "other").held_out


def test_a_photo_too_small_to_be_cut_in_two_is_not_called_held_out(tmp_path):
    write(tmp_path / "p.png", 70, 70)
    assert not RECIPES.get("undo-blur")().load(tmp_path).held_out


def test_without_a_folder_the_installed_samples_are_used():
    photos, source, _ = load_photos(None, 128)
    assert len(photos) >= 5
    assert "scikit-image" in source


def test_crops_are_eight_views_of_the_photo():
    photo = np.arange(4 * 4 * 3, dtype=np.uint8).reshape(4, 4, 3)
    rng = np.random.default_rng(0)
    seen = {random_crop(photo, 4, rng).tobytes() for _ in range(200)}
    exact = photo.astype(np.float32) / 255
    views = {np.ascontiguousarray(v).tobytes() for k in range(4) for v in (np.rot90(exact, k), np.rot90(exact, k)[:, ::-1])}
    assert seen == views


def test_patches_repeat_with_the_same_seed():
    photos = [np.random.default_rng(i).integers(0, 256, (50, 60, 3), np.uint8) for i in range(3)]
    batches = photo_patches(photos, lambda crop, rng: (crop + rng.random(), crop), 16, 4)
    first, again, other = (next(batches(np.random.default_rng(s))) for s in (1, 1, 2))
    assert first[0].shape == first[1].shape == (4, 16, 16, 3)
    assert np.array_equal(first[0], again[0])
    assert not np.array_equal(first[0], other[0])


def test_shrunk_crops_show_up_to_twice_as_much():
    rows, columns = np.mgrid[:40, :60].astype(np.uint8)
    photo = np.stack([2 * rows, 2 * columns, 0 * rows], -1)

    def steps(shrunk):
        """The difference between neighbours, in pixels of the photo."""
        batches = photo_patches([photo], lambda crop, rng: (crop, crop), 16, 50, shrunk=shrunk)
        crops = next(batches(np.random.default_rng(0)))[0]
        assert crops.shape == (50, 16, 16, 3) and crops.dtype == np.float32
        inner = crops[:, 4:12, 4:12, :2].sum(-1) * 255 / 2
        return np.maximum(np.abs(np.diff(inner, axis=1)).mean((1, 2)), np.abs(np.diff(inner, axis=2)).mean((1, 2)))

    assert np.allclose(steps(0), 1, atol=1e-3)
    shrunk = steps(1)
    assert shrunk.min() < 1.2 and 1.8 < shrunk.max() < 2.01
    assert 0.3 < np.isclose(steps(0.5), 1, atol=1e-3).mean() < 0.7


def test_a_photo_hardly_larger_than_a_crop_is_hardly_shrunk():
    photo = np.random.default_rng(0).integers(0, 256, (17, 16, 3), np.uint8)
    batches = photo_patches([photo], lambda crop, rng: (crop, crop), 16, 4, shrunk=1)
    assert next(batches(np.random.default_rng(0)))[0].shape == (4, 16, 16, 3)


def test_held_out_photos_are_not_trained_on():
    photos = [np.full((2, 2, 3), i, np.uint8) for i in range(100)]
    training, held = hold_out(photos)
    assert {int(p[0, 0, 0]) for p in training}.isdisjoint({int(p[0, 0, 0]) for p in held})
    assert len(training) + len(held) == 100
    assert 20 <= len(held) <= 30


def test_an_epoch_sees_every_sample_once():
    x = np.arange(12, dtype=np.float32)[:, None]
    stream = shuffled(x, -x, 4)(np.random.default_rng(0))
    epoch = [next(stream) for _ in range(3)]
    assert sorted(np.concatenate([b[0] for b in epoch])[:, 0]) == list(range(12))
    assert all(np.array_equal(b[0], -b[1]) for b in epoch)


def test_idx_files_are_read_and_checked(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (5, 28, 28), np.uint8)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(images))
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(images[:2])))
    training, validation, source = load_digits(tmp_path)
    assert np.array_equal(training[..., 0], images.astype(np.float32) / 255)
    assert validation.shape == (2, 28, 28, 1)
    assert "MNIST" in source
    for content in (idx(images)[:-1], b"", b"\0\0\x0d" + idx(images)[3:], b"\x1f\x8bnot gzip"):
        (tmp_path / "bad").write_bytes(content)
        with pytest.raises(DataError, match="bad is not a complete idx file"):
            read_idx(tmp_path / "bad")


def test_a_folder_without_digits_says_what_is_missing(tmp_path):
    with pytest.raises(DataError, match=r"train-images… is missing"):
        load_digits(tmp_path)
    with pytest.raises(DataError, match="no folder called digits, and no public data of that name. Known by name: mnist"):
        load_digits(tmp_path / "digits")


def test_damaged_digits_are_named(tmp_path):
    images = np.zeros((5, 28, 28), np.uint8)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(images))
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(idx(images)[:-100])
    with pytest.raises(DataError, match="t10k-images-idx3-ubyte is not a complete idx file"):
        load_digits(tmp_path)
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(idx(images[:, :20]))
    with pytest.raises(DataError, match=r"t10k-images-idx3-ubyte must hold 8-bit pictures of 28×28, it holds an array \(5, 20, 28\)"):
        load_digits(tmp_path)


def test_the_file_of_keras_serves_as_well_and_is_checked(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (5, 28, 28), np.uint8)
    path = tmp_path / "mnist.npz"
    np.savez(path, x_train=images, x_test=images[:2])
    training, validation, _ = load_digits(tmp_path)
    assert np.array_equal(training[..., 0], images.astype(np.float32) / 255) and len(validation) == 2
    whole = path.read_bytes()
    np.savez(path, x_train=images)
    without_test = path.read_bytes()
    for content in (whole[: len(whole) // 2], b"", b"text", without_test):
        path.write_bytes(content)
        with pytest.raises(DataError, match="mnist.npz is damaged or not the MNIST file of Keras"):
            load_digits(tmp_path)
    np.savez(path, x_train=images, x_test=images / 255)
    with pytest.raises(DataError, match="x_test of mnist.npz must hold 8-bit pictures"):
        load_digits(tmp_path)


def test_drawn_digits_look_like_digits():
    digits = draw_digits(50, np.random.default_rng(0))
    assert digits.shape == (50, 28, 28, 1)
    assert digits.min() == 0 and 0.8 < digits.max() <= 1
    assert 0.03 < digits.mean() < 0.35
    assert np.all(digits.max(axis=(1, 2, 3)) > 0.5)


def test_squares_are_cut_after_some_photos_were_held_back(tmp_path):
    for i in range(5):
        cv2.imwrite(str(tmp_path / f"{i}.png"), np.full((300, 300, 3), 51 * i, np.uint8))
    recipe = RECIPES.get("composed").from_settings({"network": "tutorial_deblur", "damage": "nothing"})
    data = recipe.load(tmp_path)

    def photos(batch):
        return {round(float(value) * 5) for value in batch[..., 0].reshape(len(batch), -1)[:, 0]}

    stream = data.batches(np.random.default_rng(0))
    learned = set().union(*(photos(next(stream)[1]) for _ in range(20)))
    held_out = photos(data.validation[1])
    assert learned and held_out and learned.isdisjoint(held_out)
