"""The recipes of the five tutorials: their data, what as published and mended mean, and what their networks are held against."""

import struct
from dataclasses import dataclass

import cv2
import keras
import numpy as np
import pytest

from restorers.errors import RestorersError
from restorers.models.linear_autoencoder import LinearAutoencoder
from restorers.training import data as training_data
from restorers.training.data import (
    DataError,
    TrainingData,
    draw_digits,
    load_squares,
    random_square,
    shuffled,
    square_batches,
    square_pairs,
)
from restorers.training.fit import train
from restorers.training.recipes import RECIPES
from restorers.training.recipes.tutorial_deblur import TutorialDeblur
from restorers.training.recipes.tutorial_denoise import TutorialDenoise
from restorers.training.recipes.tutorial_digits import TutorialDigits, principal_angles
from restorers.training.recipes.tutorial_grayscale import learned_gray

PHOTO_RECIPES = ("tutorial-grayscale", "tutorial-denoise", "tutorial-enhance", "tutorial-deblur")


def write(path, height, width, seed=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).integers(0, 256, (5, 5, 3), np.uint8)
    cv2.imwrite(str(path), cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC))


def colours(pictures):
    return {tuple(picture[0, 0]) for picture in pictures}


@pytest.fixture(scope="module")
def flowers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("flowers")
    for i in range(12):
        write(folder / ("daisy", "roses", "red/tulips")[i % 3] / f"{i:02}.png", 300, 310, i)
    return folder


# --- pictures ---------------------------------------------------------------------------------------------------------


def test_class_folders_are_read_and_bad_files_named(tmp_path):
    write(tmp_path / "daisy" / "a.png", 20, 30, 0)
    write(tmp_path / "roses" / "deep" / "b.png", 40, 20, 1)
    write(tmp_path / "roses" / "tiny.png", 19, 90, 2)
    (tmp_path / "roses" / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    (tmp_path / "notes.txt").write_text("not a picture")
    squares = load_squares(tmp_path, 20)
    assert squares.pictures.shape == (2, 20, 20, 3) and squares.pictures.dtype == np.uint8
    first = cv2.cvtColor(cv2.imread(str(tmp_path / "daisy" / "a.png")), cv2.COLOR_BGR2RGB)
    assert np.array_equal(squares.pictures[0], cv2.resize(first, (20, 20), interpolation=cv2.INTER_AREA))
    assert len(squares.notes) == 2
    words = " ".join(note.en for note in squares.notes)
    assert "tiny.png" in words and "20" in words and "broken.jpg" in words
    assert tmp_path.name in squares.source


@pytest.mark.parametrize("what", ["missing", "empty", "too small", "a single picture"])
@pytest.mark.parametrize("name", PHOTO_RECIPES)
def test_a_bad_folder_is_one_sentence(tmp_path, name, what):
    folder = tmp_path / "photos"
    if what != "missing":
        (folder / "inner").mkdir(parents=True)
    if what in ("too small", "a single picture"):
        write(folder / "inner" / "p.png", *((70, 400) if what == "too small" else (300, 300)))
    with pytest.raises(RestorersError) as refusal:
        RECIPES.get(name)().load(folder)
    sentence = str(refusal.value)
    assert "\n" not in sentence and str(tmp_path) not in sentence
    assert {"missing": "no folder", "empty": "no pictures", "too small": "p.png: passed over", "a single picture": "at least 2"}[
        what
    ] in sentence


def test_a_tenth_is_held_back_evenly(tmp_path):
    for i in range(20):
        write(tmp_path / f"{i:02}.png", 8, 8, i)
    squares = load_squares(tmp_path, 8)
    assert list(squares.validation) == [0, 10]
    assert sorted([*squares.training, *squares.validation]) == list(range(20))
    assert len(load_squares(tmp_path, 8, share=0.2).validation) == 4


def test_pictures_to_validate_on_can_be_given(tmp_path):
    for i in range(5):
        write(tmp_path / ("one" if i < 3 else "two") / f"{i}.png", 8, 8, i)
    squares = load_squares(tmp_path / "one", 8, validation=tmp_path / "two")
    assert list(squares.training) == [0, 1, 2] and list(squares.validation) == [3, 4]


def test_a_number_of_pictures_is_drawn_from_all_and_always_the_same(tmp_path):
    for i in range(30):
        cv2.imwrite(str(tmp_path / f"{i:02}.png"), np.full((8, 8, 3), i, np.uint8))
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    some, again = (load_squares(tmp_path, 8, count=10).pictures for _ in range(2))
    assert np.array_equal(some, again)
    assert len(colours(some)) == 10 and max(c[0] for c in colours(some)) > 15


def test_what_ships_is_cut_into_squares_and_a_photo_of_its_own_is_held_back(tmp_path, monkeypatch):
    @dataclass
    class Sample:
        path: object

    samples = {}
    for i in range(4):
        path = tmp_path / f"{i}.png"
        cv2.imwrite(str(path), np.full((40, 50, 3), 50 * i, np.uint8))
        samples[str(i)] = Sample(path)
    monkeypatch.setattr(training_data, "PHOTOS", samples)
    squares = load_squares(None, 16, count=20)
    assert squares.pictures.shape == (20, 16, 16, 3) and len(squares.validation) == 2
    held_out, learned = (colours(squares.pictures[rows]) for rows in (squares.validation, squares.training))
    assert len(learned) == 3 and held_out.isdisjoint(learned)


def test_squares_are_pieces_of_the_photo_mirrored_left_to_right_at_most():
    ramp = np.broadcast_to(np.linspace(0, 1, 60, dtype=np.float32)[:, None, None], (60, 40, 3))
    rng = np.random.default_rng(0)
    for photo, axis in ((ramp, 0), (ramp.transpose(1, 0, 2), 1)):
        slopes = [np.diff(random_square(photo, 10, rng).mean(axis=(1 - axis, 2))).mean() for _ in range(40)]
        # one pixel of the square is 1 to 4 of the photo
        assert all(0.9 / 59 < abs(slope) < 4.1 / 59 for slope in slopes)
        assert len({round(abs(slope), 5) for slope in slopes}) > 10
        assert {bool(slope < 0) for slope in slopes} == ({False} if axis == 0 else {False, True})


def test_an_epoch_has_every_picture_once_the_last_batch_being_smaller():
    pictures = np.arange(10, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), np.uint8)
    stream = square_batches(pictures, np.array([1, 3, 5, 7, 9]), lambda photo, rng: (photo, 1 - photo), 2)(np.random.default_rng(0))
    epochs = [[next(stream) for _ in range(3)] for _ in range(2)]
    for epoch in epochs:
        assert [len(inputs) for inputs, _ in epoch] == [2, 2, 1]
        levels = np.concatenate([inputs for inputs, _ in epoch])[:, 0, 0, 0] * 255
        assert np.allclose(sorted(levels), [1, 3, 5, 7, 9])
        assert all(inputs.dtype == np.float32 and np.allclose(targets, 1 - inputs) for inputs, targets in epoch)
    orders = [np.concatenate([inputs for inputs, _ in epoch])[:, 0, 0, 0].tolist() for epoch in epochs]
    assert orders[0] != orders[1]


@pytest.mark.parametrize("drawn_once", [True, False])
def test_noise_is_drawn_once_or_anew(drawn_once):
    pictures = np.zeros((3, 4, 4, 3), np.uint8)

    def pair(photo, rng):
        return photo + rng.standard_normal(photo.shape, dtype=np.float32), photo

    rows = np.arange(3)
    stream = square_batches(pictures, rows, pair, 3, drawn_once)(np.random.default_rng(5))
    first, second = ({p.tobytes() for p in next(stream)[0]} for _ in range(2))
    assert len(first) == 3
    assert first == second if drawn_once else first.isdisjoint(second)
    assert (first == {p.tobytes() for p in square_pairs(pictures, rows, pair)[0]}) == drawn_once


# --- the recipes on a user's own folder ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PHOTO_RECIPES)
def test_a_folder_with_classes_is_trained_on(flowers, name):
    recipe = RECIPES.get(name)(batch=8)
    data = recipe.load(flowers)
    size, channels = recipe.architecture.input_size, recipe.architecture.output_channels
    held_out = 3 if name == "tutorial-deblur" else 2
    assert [p.shape for p in data.validation] == [(held_out, size, size, 3), (held_out, size, size, channels)]
    assert data.steps == 2  # 9 or 10 pictures in batches of 8
    inputs, targets = next(data.batches(np.random.default_rng(0)))
    assert inputs.shape == (8, size, size, 3) and targets.shape == (8, size, size, channels)
    assert inputs.dtype == targets.dtype == np.float32
    assert inputs.min() >= 0 and inputs.max() <= 1 and targets.max() > 0.5


@pytest.mark.parametrize("name", ["tutorial-grayscale", "tutorial-denoise", "tutorial-deblur"])
def test_as_published_is_scored_on_what_it_was_trained_on(flowers, name):
    def targets(data):
        stream = data.batches(np.random.default_rng(0))
        return {t.tobytes() for _ in range(data.steps) for t in next(stream)[1]}

    mended, published = (RECIPES.get(name)(batch=5, as_published=flaw) for flaw in (False, True))
    learned, held_out = targets(data := mended.load(flowers)), {t.tobytes() for t in data.validation[1]}
    assert learned.isdisjoint(held_out) and len(learned) + len(held_out) == 12
    learned, scored = targets(data := published.load(flowers)), {t.tobytes() for t in data.validation[1]}
    assert len(learned) == 12 and scored == learned
    assert mended.trained_on != published.trained_on
    for language in published.trained_on:
        assert "trained on" in language or "训练" in language


def test_as_published_scores_at_most_a_hundred(tmp_path):
    for i in range(150):
        write(tmp_path / f"{i:03}.png", 128, 128, i)
    data = RECIPES.get("tutorial-grayscale")(as_published=True).load(tmp_path)
    assert data.steps == 5 and len(data.validation[0]) == 75


def test_what_the_page_and_the_command_line_may_set():
    recipe = RECIPES.get("tutorial-denoise").from_settings({"as_published": "true", "sigma": "25"})
    assert recipe.as_published is True and recipe.degradation.wrap and recipe.degradation.sigma == 25
    assert "as_published" not in {p.name for p in RECIPES.get("tutorial-enhance").parameters()}


# --- grayscale ----------------------------------------------------------------------------------------------------------


def test_gray_pairs_follow_the_formula():
    photo = np.random.default_rng(0).random((128, 128, 3), dtype=np.float32)
    inputs, target = RECIPES.get("tutorial-grayscale")().pair(photo, np.random.default_rng(0))
    assert inputs is photo
    assert target == pytest.approx(photo.astype(float) @ [[0.299], [0.587], [0.114]], abs=1e-6)


def test_as_published_is_training_at_gray_levels():
    """The tutorial's own loop, at 0–255 and in BGR, and the recipe's in [0, 1] and RGB arrive at the same network."""
    rng = np.random.default_rng(0)
    levels = rng.integers(0, 256, (3, 2, 128, 128, 3)).astype(np.float32)
    gray = levels @ np.float32([[0.299], [0.587], [0.114]])
    mended, published = (RECIPES.get("tutorial-grayscale")(as_published=flaw) for flaw in (False, True))
    original, own, other = (published.architecture.build() for _ in range(3))
    start = [np.array(w) for w in original.get_weights()]
    turned = [start[0][:, :, ::-1], *start[1:]]
    for model in (own, other):
        model.set_weights(turned)
    original.compile(optimizer=keras.optimizers.Adam(1e-3), loss="mean_squared_error")
    own.compile(optimizer=published.optimizer(), loss=published.loss)
    other.compile(optimizer=mended.optimizer(), loss=mended.loss)
    for x, y in zip(levels, gray, strict=True):
        original.train_on_batch(x[..., ::-1], y)
        own.train_on_batch(x / 255, y / 255)
        other.train_on_batch(x / 255, y / 255)
    expected = original.get_weights()
    expected = [expected[0][:, :, ::-1], expected[1] / 255, expected[2], expected[3] / 255]
    for value, goal, before in zip(own.get_weights(), expected, turned, strict=True):
        change = np.linalg.norm(goal - before)
        assert change > 0
        assert np.linalg.norm(value - goal) < 0.01 * change  # all together: Adam turns the rounding of a tiny gradient into a full step
    assert np.abs(other.get_weights()[3] - expected[3]) > 100 * np.abs(expected[3])


def test_doing_nothing_about_gray_is_the_colour_photo():
    recipe = RECIPES.get("tutorial-grayscale")(batch=2)
    photos = np.random.default_rng(1).random((2, 128, 128, 3), dtype=np.float32)
    pairs = [recipe.pair(photo, np.random.default_rng(0)) for photo in photos]
    inputs, targets = (np.stack([p[i] for p in pairs]) for i in (0, 1))
    run = train(recipe, TrainingData(shuffled(inputs, targets, 2), (inputs, targets), 1, ""), minutes=0.001)
    by_hand = [-10 * np.log10(np.mean((x.astype(float) - np.repeat(y, 3, axis=2)) ** 2)) for x, y in zip(inputs, targets, strict=True)]
    assert run.degraded_psnr == pytest.approx(np.mean(by_hand), abs=1e-3)


@pytest.mark.parametrize("soft", [False, True])
def test_the_learned_weights_of_gray_are_read_off_a_network(soft):
    photo = keras.Input((64, 64, 3), name="photo")
    x = keras.layers.AveragePooling2D(3, strides=1, padding="same", name="soft")(photo) if soft else photo
    gray = keras.layers.Conv2D(1, 1, name="gray")
    model = keras.Model(photo, gray(x))
    gray.set_weights([np.reshape([0.3, 0.5, 0.2], (1, 1, 3, 1)), np.array([0.04])])
    rng = np.random.default_rng(0)
    photos = np.stack([cv2.resize(rng.random((6, 6, 3), dtype=np.float32), (64, 64), interpolation=cv2.INTER_LINEAR) for _ in range(8)])
    learned = learned_gray(model, photos)
    tolerance = 5e-3 if soft else 1e-5
    assert learned.weights == pytest.approx((0.3, 0.5, 0.2), abs=tolerance)
    assert learned.offset == pytest.approx(0.04, abs=tolerance)
    assert learned.distance == pytest.approx(0.587 - 0.5, abs=tolerance)
    assert learned.error < tolerance


# --- denoise, enhance, deblur --------------------------------------------------------------------------------------------


def test_published_noise_wraps_and_mended_noise_does_not():
    photo = np.full((300, 300, 3), 128 / 255, np.float32)
    noisy, target = TutorialDenoise().pair(photo, np.random.default_rng(3))
    assert target is photo
    assert np.mean(noisy - photo) * 255 == pytest.approx(10, abs=0.6)
    assert np.std(noisy - photo) * 255 == pytest.approx(50, abs=1)
    wrapped, _ = TutorialDenoise(as_published=True).pair(photo, np.random.default_rng(3))
    noise = (np.random.default_rng(3).standard_normal(photo.shape, dtype=np.float32) * 50 + 10).astype(np.int64).astype(np.uint8)
    assert np.array_equal(np.rint(wrapped * 255).astype(np.uint8), np.full(photo.shape, 128, np.uint8) + noise)


def test_low_resolution_is_opencvs_area_both_ways():
    photo = np.random.default_rng(0).random((80, 80, 3), dtype=np.float32)
    low, target = RECIPES.get("tutorial-enhance")().pair(photo, np.random.default_rng(0))
    small = cv2.resize(photo, (32, 32), interpolation=cv2.INTER_AREA)
    assert target is photo
    assert np.allclose(low, cv2.resize(small, (80, 80), interpolation=cv2.INTER_AREA), atol=1e-6)


def test_blurred_pairs_are_gaussian():
    photo = np.random.default_rng(0).random((128, 128, 3), dtype=np.float32)
    blurred, target = TutorialDeblur(sigma=2).pair(photo, np.random.default_rng(0))
    assert target is photo
    assert np.allclose(blurred, cv2.GaussianBlur(photo, (25, 25), 2, borderType=cv2.BORDER_REFLECT_101), atol=1e-5)


def test_fifty_photos_are_split_four_to_one():
    data = RECIPES.get("tutorial-deblur")().load(None)
    assert data.steps == 2 and len(data.validation[0]) == 10
    published = RECIPES.get("tutorial-deblur")(as_published=True).load(None)
    assert published.steps == 2 and len(published.validation[0]) == 50


@dataclass(frozen=True)
class SmallDeblur(TutorialDeblur):
    """The recipe on a network that trains in no time."""

    @property
    def architecture(self):
        return LinearAutoencoder(size=16, channels=3, code=4)


@dataclass(frozen=True)
class SmallDenoise(TutorialDenoise):
    @property
    def architecture(self):
        return LinearAutoencoder(size=16, channels=3, code=4)


def test_accuracy_on_colours_is_recorded_and_survives_a_break(tmp_path):
    recipe = SmallDeblur(as_published=True, pictures=10, batch=4)
    data = recipe.load(None)
    run = train(recipe, data, [StopAfterEpochs(2)], folder=tmp_path)
    entry = run.state.history[-1]
    assert {"acc", "val_acc", "loss", "val_loss", "val_psnr"} < set(entry)
    inputs, targets = data.validation
    agree = np.argmax(run.model.predict_on_batch(inputs), axis=-1) == np.argmax(targets, axis=-1)
    best = max(run.state.history, key=lambda e: e["val_psnr"])
    assert best["val_acc"] == pytest.approx(agree.mean(), abs=1e-4)
    assert not any("acc" in v.path for v in run.model.variables)
    again = train(recipe, data, [StopAfterEpochs(1)], folder=tmp_path, resume=True)
    assert [e["step"] for e in again.state.history] == [3, 6, 9]
    assert "val_acc" in again.state.history[-1]
    assert "acc" not in train(SmallDeblur(pictures=10), data, [StopAfterEpochs(1)]).state.history[0]


class StopAfterEpochs(keras.callbacks.Callback):
    def __init__(self, epochs):
        super().__init__()
        self.epochs = epochs

    def on_epoch_end(self, epoch, logs=None):
        self.epochs -= 1
        if self.epochs == 0:
            self.model.stop_training = True


def test_the_rate_falls_by_the_root_of_a_tenth_where_nothing_improves():
    recipe = SmallDeblur(pictures=10, rate=1e-6)
    rates = []

    class Watch(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            rates.append(float(self.model.optimizer.learning_rate))

    train(recipe, recipe.load(None), [Watch(), StopAfterEpochs(8)])
    assert rates[:5] == pytest.approx([1e-6] * 5)
    assert rates[6] == pytest.approx(0.5e-6)  # √0.1 · 10⁻⁶ would be below the lowest rate
    reducer = recipe.callbacks()[0]
    assert (reducer.factor, reducer.patience, reducer.cooldown, reducer.min_lr) == (0.1**0.5, 5, 0, 0.5e-6)


def test_denoising_stops_early_where_the_loss_no_longer_falls():
    recipe = SmallDenoise(rate=1e-6, batch=64)
    data = recipe.load(None)
    run = train(recipe, data)
    assert len(run.state.history) < recipe.epochs
    losses = [e["loss"] for e in run.state.history]
    assert np.argmin(losses) == len(losses) - 4  # three epochs without a better one


def test_enhancing_stops_on_the_validation_loss():
    (stopper,) = RECIPES.get("tutorial-enhance")().callbacks()
    assert (stopper.monitor, abs(stopper.min_delta), stopper.patience) == ("val_loss", 1e-4, 4)


# --- digits -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def digits():
    return draw_digits(500, np.random.default_rng(0))


@pytest.fixture(scope="module")
def mnist(tmp_path_factory, digits):
    folder = tmp_path_factory.mktemp("mnist")
    for stem, images in (("train-images-idx3-ubyte", digits[:400]), ("t10k-images-idx3-ubyte", digits[400:])):
        levels = np.rint(images[..., 0] * 255).astype(np.uint8)
        (folder / stem).write_bytes(b"\0\0\x08\x03" + struct.pack(">3I", *levels.shape) + levels.tobytes())
    return folder


def test_copying_wants_the_digit_itself_and_denoising_adds_clipped_noise(mnist):
    data = RECIPES.get("tutorial-digits")(batch=50).load(mnist)
    inputs, targets = next(data.batches(np.random.default_rng(0)))
    assert np.array_equal(inputs, targets) and data.steps == 8 and len(data.validation[0]) == 100
    noisy, clean = RECIPES.get("tutorial-digits-denoise")().load(mnist).validation
    targets = data.validation[1]
    assert np.array_equal(clean, targets) and noisy.min() == 0 and noisy.max() == 1
    inside = (noisy > 0) & (noisy < 1) & (targets == 0)
    # the positive half of N(0, 0.4²), a little of it cut off at 1
    assert np.mean(noisy[inside]) == pytest.approx(0.4 * np.sqrt(2 / np.pi), abs=0.02)


@pytest.mark.parametrize(
    ("network", "architecture", "loss", "optimizer"),
    [
        ("convolutional", "tutorial_digits", "binary_crossentropy", "Adadelta"),
        ("dense", "dense_autoencoder", "binary_crossentropy", "Adadelta"),
        ("linear", "linear_autoencoder", "mean_squared_error", "Adam"),
    ],
)
def test_three_networks_copy_digits(mnist, network, architecture, loss, optimizer):
    recipe = TutorialDigits(network=network, batch=100, code=8)
    assert (recipe.architecture.name, recipe.loss, type(recipe.optimizer()).__name__) == (architecture, loss, optimizer)
    run = train(recipe, recipe.load(mnist), [StopAfterEpochs(4)])
    losses = [entry["loss"] for entry in run.state.history]
    assert losses[-1] < losses[0]
    assert run.model.predict_on_batch(np.zeros((1, 28, 28, 1), np.float32)).shape == (1, 28, 28, 1)


@dataclass(frozen=True)
class SmallDigits(TutorialDigits):
    @property
    def architecture(self):
        return LinearAutoencoder(size=8, code=self.code)


def test_the_linear_autoencoder_learns_pca(digits):
    small = np.stack([cv2.resize(digit, (8, 8), interpolation=cv2.INTER_AREA)[..., None] for digit in digits])
    recipe = SmallDigits(network="linear", code=3, rate=10, batch=100)
    before = principal_angles(recipe.architecture.build(), small)
    data = TrainingData(shuffled(small, small, 100), (small, small), 100, "")
    run = train(recipe, data, [StopAfterEpochs(5)])
    assert before[0] > 30
    assert len(principal_angles(run.model, small)) == 3
    assert principal_angles(run.model, small)[0] < 5
    # and it draws as well as PCA by singular values does
    flat = small.reshape(500, -1) - small.reshape(500, -1).mean(axis=0)
    _, _, directions = np.linalg.svd(flat, full_matrices=False)
    rest = np.mean((flat - flat @ directions[:3].T @ directions[:3]) ** 2)
    drawn = np.mean((run.model.predict_on_batch(small) - small) ** 2)
    assert rest < drawn < 1.02 * rest


def test_too_few_digits_for_a_batch_are_refused(mnist):
    with pytest.raises(DataError, match="at least 512"):
        RECIPES.get("tutorial-digits")(batch=512).load(mnist)
