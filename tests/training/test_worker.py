"""Trainings in a child process: for real, on little. One child serves most tests."""

import re
import shutil
import threading
import time

import cv2
import keras
import numpy as np
import pytest

from restorers.errors import RestorersError
from restorers.photo import read_photo
from restorers.presets import Preset
from restorers.training import worker
from restorers.training.estimate import MEMORY_LIMIT, estimate
from restorers.training.fit import train
from restorers.training.recipes import RECIPES
from restorers.training.session import Control, Film, Order, Session, strengths
from restorers.training.worker import DONE, FAILED, KILLED, PAUSED, WAITING, Engine, Run, TrainingRefused

SOON = 90  # seconds; only broken work takes as long
QUICK = {"recipe": "composed", "settings": {"network": "linear_autoencoder", "network.size": 8, "network.code": 2, "damage": "nothing"}}


def until(condition, seconds=SOON):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    pixels = cv2.resize(np.random.default_rng(0).integers(0, 256, (9, 12, 3), np.uint8), (96, 72), interpolation=cv2.INTER_CUBIC)
    path = tmp_path_factory.mktemp("photos") / "mine.png"
    cv2.imwrite(str(path), pixels)
    return path


@pytest.fixture(scope="module")
def engine():
    engine = Engine()
    engine.warm()
    yield engine
    engine.close()


def order(photo, **changes):
    return Order(**{**QUICK, "photos": (str(photo),), "watched": np.zeros((40, 48, 3), np.uint8), "seconds": 60.0, "steps": 60, **changes})


def finished(engine, owner):
    until(lambda: engine.run(owner).complete)
    return engine.run(owner)


def test_a_run_from_the_first_weights_to_a_preset(engine, photo):
    finished_run = engine.start("a", order(photo))
    assert finished_run.state in (WAITING, "starting")
    run = finished(engine, "a")
    assert (run.state, run.reason, run.step) == (DONE, "budget", 60)
    assert [step for step, _ in run.losses] == list(range(1, 61))
    assert [frame.step for frame in run.frames] == [0, 1, 2, 4, 8, 16, 32, 60]
    assert all(frame.picture.shape == (40, 48, 3) and frame.picture.dtype == np.uint8 for frame in run.frames)
    assert run.started["parameters"] == 2 * 192 + 2 + 2 * 192 + 192
    assert [v["step"] for v in run.validations] == [50, 60]
    assert Preset.read(run.folder).training["steps"] == 60
    assert (run.work / "model.keras").is_file()
    assert not (run.work / "photos").exists()  # a visitor's photos are not kept


def test_the_same_seed_begins_the_same_and_another_does_not(engine, photo):
    first = [finished(engine, engine.start("b", order(photo, steps=3, seed=seed)).owner).losses for seed in (1, 1, 2)]
    assert first[0][0][1] == pytest.approx(first[1][0][1], rel=1e-6)
    assert abs(first[0][0][1] - first[2][0][1]) > 1e-6


def test_it_pauses_makes_single_steps_goes_on_and_stops(engine, photo):
    run = engine.start("c", order(photo, steps=None, paused=True))
    until(lambda: engine.run("c").state == PAUSED)
    assert run.step == 0 and [frame.step for frame in run.frames] == [0]
    for step in (1, 2):
        engine.command("c", "step")
        until(lambda step=step: run.step == step and run.state == PAUSED)
    engine.command("c", "delay", 0.05)
    engine.command("c", "resume")
    until(lambda: run.step > 5)
    start = time.monotonic()
    engine.stop("c")
    assert run.state == "stopping" and time.monotonic() - start < 0.5
    steps = run.step
    finished(engine, "c")
    assert (run.state, run.reason) == (DONE, "stopped")
    assert steps <= run.step <= steps + 3
    assert run.folder is not None


@pytest.fixture
def silent(monkeypatch):
    """Children that take orders and never answer."""
    begun = []

    class Silent:
        def __init__(self, hear, ended):
            self.run, self.trained, self.hear, self.sent = None, 0, hear, []
            begun.append(self)

        def send(self, *message):
            self.last = message
            self.sent.append(message)

        def end(self):
            pass

        def memory(self):
            return 0

    monkeypatch.setattr(worker, "_Child", Silent)
    return begun


def test_the_line_is_first_come_and_bounded(photo, silent):
    engine = Engine(slots=1, max_waiting=2)
    runs = [engine.start(owner, order(photo)) for owner in "xyz"]
    assert [engine.ahead(run) for run in runs] == [0, 1, 2]
    with pytest.raises(TrainingRefused, match="At most 2 visitors may wait"):
        engine.start("late", order(photo))
    engine.stop("y")
    assert [engine.ahead(run) for run in runs] == [0, 0, 1] and runs[1].complete
    silent[0].hear(silent[0], {"event": "done", "run": runs[0].number, "reason": "budget", "folder": None})
    silent[0].hear(silent[0], {"event": "free", "run": runs[0].number})
    assert silent[0].run is runs[2] and len(silent) == 1
    engine.close()


def test_what_is_asked_of_a_run_that_waits_is_done_when_it_begins(photo, silent):
    engine = Engine(slots=1)
    first, second = (engine.start(owner, order(photo, paused=owner == "y")) for owner in "xy")
    engine.command("y", "step")
    engine.command("y", "delay", 2.0)
    engine.command("y", "resume")
    engine.command("y", "pause")
    engine.command("y", "resume")
    engine.command("y", "delay", 1.5)
    assert silent[0].sent[-1][:2] == ("train", first.number)
    silent[0].hear(silent[0], {"event": "done", "run": first.number, "reason": "budget", "folder": None})
    silent[0].hear(silent[0], {"event": "free", "run": first.number})
    assert silent[0].sent[-5][:2] == ("train", second.number)
    assert [message[0] for message in silent[0].sent[-4:]] == ["step", "pause", "resume", "delay"]
    assert silent[0].sent[-1] == ("delay", second.number, 1.5)
    engine.close()


def test_who_waits_when_a_child_has_trained_enough_gets_a_fresh_one(photo, silent, monkeypatch):
    monkeypatch.setattr(worker, "TRAININGS_A_CHILD", 1)
    engine = Engine(slots=1)
    first, second = (engine.start(owner, order(photo)) for owner in "xy")
    old = silent[0]
    old.hear(old, {"event": "done", "run": first.number, "reason": "budget", "folder": None})
    old.hear(old, {"event": "free", "run": first.number})
    assert old.run is None and len(silent) == 2 and silent[1].run is second
    engine._ended(old)
    assert second.state == "starting" and silent[1].run is second
    engine.close()


@pytest.mark.parametrize("taken", [False, True])
def test_nothing_of_a_visitor_who_is_forgotten_stays(photo, silent, taken):
    engine = Engine(slots=1)
    past = engine.start("x", order(photo))
    child = silent[0]
    child.hear(child, {"event": "done", "run": past.number, "reason": "budget", "folder": None})
    child.hear(child, {"event": "free", "run": past.number})
    past.taken = taken
    run = engine.start("x", order(photo))
    other = engine.start("y", order(photo))
    engine.forget("x")
    assert past.work.exists() == taken  # who has taken the files removes them
    assert child.last == ("stop", run.number) and engine.run("x") is None and run.work.exists()  # it may still write
    child.hear(child, {"event": "free", "run": run.number})
    assert not run.work.exists()
    kept = [*engine._runs.values(), *engine._past]
    assert kept == [other] and child.run is other
    engine.close()


def test_ten_visitors_who_start_at_once_are_told_how_many_are_ahead(photo, silent):
    engine, begin = Engine(), threading.Barrier(10)

    def press(owner):
        begin.wait()
        runs.append(engine.start(owner, order(photo)))

    runs = []
    threads = [threading.Thread(target=press, args=(f"visitor {i}",)) for i in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(engine.ahead(run) for run in runs) == list(range(10))
    assert [run.state for run in runs].count(WAITING) == 9 and len(silent) == 1
    engine.close()


def test_who_does_not_look_keeps_others_waiting_a_short_time_only(photo, silent, monkeypatch):
    monkeypatch.setattr(worker, "LOST_WHEN_OTHERS_WAIT", 0.2)
    engine = Engine()
    alone = engine.start("alone", order(photo))
    time.sleep(1.2)
    assert alone.state == "starting"
    other = engine.start("other", order(photo))
    until(lambda: engine.run("other") is other and alone.state == "stopping")
    assert alone.reason == "lost" and silent[0].last[0] == "stop"
    engine.close()


def test_a_run_at_which_nobody_looks_stops(engine, photo, monkeypatch):
    run = engine.start("e", order(photo, steps=None))
    until(lambda: engine.run("e").step > 2)
    monkeypatch.setattr(engine, "lost_after", 0.5)
    until(lambda: run.over)
    assert run.reason == "lost"


def test_a_killed_child_ends_in_a_sentence_and_the_film_stays(engine, photo):
    run = engine.start("d", order(photo, steps=None))
    until(lambda: engine.run("d").step > 2)
    killed = engine._children[0]
    killed.process.kill()
    until(lambda: engine.run("d").complete)
    assert run.state == FAILED and "ended from outside" in run.sentence.en
    assert run.frames and run.losses
    assert [child.process.poll() for child in engine._children] == [None] and killed not in engine._children  # a fresh one


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"seconds": 0.0}, "needs a budget.* Received: 0 s, 60 steps"),
        ({"steps": 0}, "needs a budget.* Received: .* s, 0 steps"),
        ({"settings": {"rate": 11}}, "rate must be a number"),
        ({"recipe": "unknown"}, "no recipe called"),
    ],
)
def test_what_cannot_begin_is_refused_in_a_sentence(photo, changes, sentence):
    engine = Engine()
    with pytest.raises(RestorersError, match=sentence):
        engine.start("f", order(photo, **changes))
    assert engine.run("f") is None
    engine.close()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"network": "unet", "patch": 8, "loss_name": "ssim"}, "SSIM looks through a window of 11×11 .* learns from pictures of 8×8"),
        ({"loss_name": "ssim"}, "SSIM looks through a window of 11×11 .* learns from pictures of 8×8"),
        ({"loss_name": "bce"}, "Binary cross-entropy needs a network"),
    ],
)
def test_parts_that_do_not_fit_are_refused_by_the_estimate_and_by_the_training(settings, sentence):
    usual = QUICK["settings"] if "network" not in settings else {}
    recipe = Order("composed", {**usual, **settings}).build()
    with pytest.raises(RestorersError, match=sentence):
        estimate(recipe)
    with pytest.raises(RestorersError, match=sentence):
        train(recipe, recipe.load(None), steps=1)


def test_a_training_that_needs_too_much_memory_is_told_the_batch_that_fits():
    enhance = RECIPES.get("tutorial-enhance")
    with pytest.raises(RestorersError, match="at most [0-9]+, or a smaller network") as refusal:
        estimate(enhance())
    most = int(re.search("at most ([0-9]+)", str(refusal.value))[1])
    assert estimate(enhance(batch=most)).memory <= MEMORY_LIMIT
    with pytest.raises(RestorersError, match=f"at most {most}, or"):
        estimate(enhance(batch=most + 1))


def test_an_estimate_comes_from_the_child(engine, photo):
    engine.ask_estimate("g", order(photo))
    until(lambda: engine.estimate("g") is not None)
    assert engine.estimate("g")["parameters"] == 2 * 192 + 2 + 2 * 192 + 192
    engine.ask_estimate("g", order(photo, settings={"loss_name": "bce"}))
    until(lambda: engine.estimate("g") is not None)
    assert "Binary cross-entropy" in engine.estimate("g")["refused"].en


def test_a_question_whose_child_dies_is_asked_again(engine, photo):
    engine.warm()
    child = engine._children[0]
    child.trained = 1  # so it is no child that cannot even begin
    engine.ask_estimate("h", order(photo))
    child.end()
    until(lambda: engine.estimate("h") is not None)
    assert engine.estimate("h")["parameters"] and engine._children[0] is not child and not engine.estimating("h")
    engine.refuse_estimate("h", KILLED)
    assert engine.estimate("h") == {"refused": KILLED} and not engine.estimating("h")
    engine.drop_estimate("h")
    assert engine.estimate("h") is None and not engine.estimating("h")


# --- the session itself, in this process ------------------------------------------------------------------------------


def session(order, tmp_path, control=None):
    events = []
    session = Session(order, lambda **event: events.append(event), control or Control(order.paused, order.delay), tmp_path)
    session.run()
    return events


def test_bad_files_are_named_and_the_others_used(photo, tmp_path):
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "work").mkdir()
    events = session(order(photo, photos=(str(tmp_path / "notes.txt"), str(photo)), steps=1), tmp_path / "work")
    notes = next(e for e in events if e["event"] == "started")["notes"]
    assert len(notes) == 1 and "notes.txt" in notes[0].en
    assert events[-1]["event"] == "strengths" or events[-1]["event"] == "done"


def test_a_panorama_is_reduced_no_further_than_the_recipe_can_use_it(tmp_path):
    cv2.imwrite(str(tmp_path / "wide.png"), np.random.default_rng(0).integers(0, 256, (70, 2000, 3), np.uint8))
    (tmp_path / "work").mkdir()
    events = session(Order("denoise-your-photo", {"batch": 1}, photos=(str(tmp_path / "wide.png"),), steps=1), tmp_path / "work")
    assert "done" in [event["event"] for event in events]


@pytest.mark.parametrize("what", ["no picture at all", "too small for a crop"])
def test_photos_that_cannot_be_learned_from_are_a_sentence(tmp_path, what):
    if what == "no picture at all":
        path = tmp_path / "a.png"
        path.write_text("no picture")
    else:
        path = tmp_path / "a.png"
        cv2.imwrite(str(path), np.zeros((20, 90, 3), np.uint8))
    (tmp_path / "work").mkdir()
    (event,) = session(Order("denoise-your-photo", photos=(str(path),), steps=1), tmp_path / "work")
    assert event["event"] == "failed" and event["folder"] is None
    assert ("None of the files" if what == "no picture at all" else "64 pixels or more. a.png: passed over") in event["sentence"].en
    assert str(tmp_path) not in event["sentence"].en


def test_of_too_many_photos_the_first_are_used(photo, tmp_path, monkeypatch):
    monkeypatch.setattr("restorers.training.session.MOST_PHOTOS", 2)
    events = session(order(photo, photos=(str(photo),) * 5, steps=1), tmp_path)
    assert "of 5 the first 2" in next(e for e in events if e["event"] == "started")["notes"][0].en


def test_photos_of_one_name_are_all_used(photo, tmp_path, monkeypatch):
    read = []
    monkeypatch.setattr("restorers.training.data.read_photo", lambda file: read.append(file.name) or read_photo(file))
    session(order(photo, photos=(str(photo),) * 3, steps=1), tmp_path)
    assert sorted(read) == [f"{photo.stem}{mark}.png" for mark in ("", "_", "__")]


def test_a_diverging_training_is_named_and_the_last_good_weights_are_kept(photo, tmp_path):
    wild = {**QUICK["settings"], "optimizer_name": "sgd", "rate": 10.0, "loss_name": "mse"}
    calm = {**wild, "rate": 0.01}
    events = session(order(photo, settings=wild, steps=400), tmp_path)
    failure = events[-1]
    assert failure["event"] == "failed"
    assert "must stay a finite number" in failure["sentence"].en and "smaller learning rate" in failure["sentence"].en
    (tmp_path / "calm").mkdir()

    class Poison(Session):
        def _before(self, batch, logs=None):
            super()._before(batch, logs)
            if self.step == 60:
                first = self._callback.model.variables[0]
                first.assign(np.full(first.shape, np.nan))

    events.clear()
    poisoned = Poison(order(photo, settings=calm, steps=80), lambda **e: events.append(e), Control(False, 0), tmp_path / "calm")
    poisoned.run()
    assert events[-1]["event"] == "failed" and "at step 61" in events[-1]["sentence"].en
    preset = Preset.read(tmp_path / "calm" / "trained")
    assert preset.training["steps"] == 60
    assert all(np.isfinite(np.asarray(v)).all() for v in preset.build().variables)


def test_weights_that_are_finite_and_too_large_are_a_diverging_training(photo, tmp_path):
    class Huge(Session):
        def _after(self, batch, logs=None):
            super()._after(batch, logs)
            first = self._callback.model.variables[0]
            first.assign(np.full(first.shape, 1e30))

    events, settings = [], {**QUICK["settings"], "loss_name": "mse"}
    Huge(order(photo, settings=settings, steps=1), lambda **event: events.append(event), Control(False, 0), tmp_path).run()
    assert events[-1]["event"] == "failed"
    assert "validation pictures must stay a finite number; after step 1 it is inf" in events[-1]["sentence"].en


def test_the_loss_of_a_step_is_that_of_its_batch_though_it_is_smaller_than_the_others(tmp_path):
    for i in range(5):
        cv2.imwrite(str(tmp_path / f"{i}.png"), np.full((128, 128, 3), 60 * i, np.uint8))
    recipe = RECIPES.get("tutorial-grayscale").from_settings({"batch": 3, "rate": 1e-6})
    batches = recipe.load(tmp_path).batches(np.random.default_rng([0, 0]))
    keras.utils.set_random_seed(0)
    model = recipe.architecture.build()
    expected = [np.mean((model.predict_on_batch(inputs) - targets) ** 2) for inputs, targets in (next(batches) for _ in range(4))]
    photos = tuple(str(tmp_path / f"{i}.png") for i in range(5))
    (tmp_path / "work").mkdir()
    events = session(Order(recipe.name, recipe.settings(), photos=photos, steps=4), tmp_path / "work")
    losses = [loss for event in events if event["event"] == "steps" for loss in event["losses"]]
    assert losses == pytest.approx(expected, rel=0.02)


def test_the_time_of_a_pause_counts_nowhere(photo, tmp_path):
    control, events = Control(False, 0.0), []

    def tell(**event):
        events.append(event)
        if event["event"] == "preview" and event["step"] == 1:
            control.obey("pause")
        elif event["event"] == "paused":
            threading.Timer(3, control.obey, ["resume"]).start()

    Session(order(photo, steps=60), tell, control, tmp_path).run()
    done, *_ = (event for event in events if event["event"] == "done")
    history = Preset.read(tmp_path / "trained").training["history"]
    assert [entry["seconds"] for entry in history] == [round(e["seconds"], 1) for e in events if e["event"] == "validation"]
    assert history[-1]["seconds"] <= done["seconds"] + 0.05


def test_the_curve_and_the_card_of_gray_begin_at_the_same_psnr(tmp_path):
    events = session(Order("tutorial-grayscale", {"batch": 1}, steps=1), tmp_path)
    shown, *_ = (event["degraded_psnr"] for event in events if event["event"] == "validation")
    assert Preset.read(tmp_path / "trained").scores[0]["psnr_degraded"] == pytest.approx(shown, abs=1e-3)


def test_a_photo_is_watched_whole_and_digits_as_examples():
    photo = np.random.default_rng(0).integers(0, 256, (50, 70, 3), np.uint8)
    unet = Order("composed", watched=photo).build()
    film = Film(unet, None, photo)
    assert film.inputs.shape == (1, 48, 64, 3) and film.truth.shape == film.degraded.shape == (48, 64, 3)
    assert np.array_equal(film.truth, photo[:48, :64])
    pieces = Order("small-bottleneck").build()
    film = Film(pieces, None, photo)
    assert film.inputs.shape == (3 * 4, 16, 16, 3) and np.array_equal(film.truth, photo[:48, :64])
    digits = Order("tutorial-digits-denoise").build()

    class Data:
        validation = (np.zeros((9, 28, 28, 1), np.float32), np.ones((9, 28, 28, 1), np.float32))

    film = Film(digits, Data, photo)
    assert film.truth.shape == (56, 112, 3) and film.truth.min() == 255


@pytest.mark.parametrize(
    ("recipe", "settings", "trained"),
    [
        ("denoise-your-photo", {}, (25, 25)),
        ("undo-blur", {}, (1.6, 1.6)),
        ("composed", {"damage": "jpeg", "damage.quality": "5..40"}, (5, 40)),
        ("composed", {"network": "tutorial_digits", "damage.sigma": "10..50"}, (10, 50)),
        ("tutorial-denoise", {}, (50, 50)),
        ("tutorial-enhance", {}, (2.5, 2.5)),
        ("tutorial-deblur", {}, (2, 2)),
        ("tutorial-digits-denoise", {}, (102, 102)),
        ("color-from-gray", {}, None),
        ("composed", {"damage": "nothing"}, None),
        ("tutorial-grayscale", {}, None),
        ("tutorial-digits", {}, None),
    ],
)
def test_every_recipe_with_a_strength_is_tried_at_all(recipe, settings, trained):
    class Gray:  # the best guess that looks at nothing
        def predict_on_batch(self, inputs):
            return np.full((*inputs.shape[:3], channels), 0.5, np.float32)

    built = Order(recipe, settings).build()
    architecture = built.architecture
    channels = getattr(architecture, "output_channels", architecture.channels)

    class Data:
        validation = (None, np.random.default_rng(0).random((2, 32, 32, channels)).astype(np.float32))

    found = strengths(built, Gray(), Data)
    if trained is None:
        assert found is None
        return
    assert found["trained"] == trained and len(found["curve"]) >= 8
    gains = dict(found["curve"])
    assert all(any(abs(strength - end) < 1e-6 for strength in gains) for end in trained)
    if found["parameter"].name == "sigma":
        assert max(gains.values()) == gains[max(gains)]  # the more is lost, the more a guess is worth


def test_the_noise_of_digits_is_that_of_one_channel():
    class Identity:
        def predict_on_batch(self, inputs):
            seen.append(inputs)
            return inputs

    class Data:
        validation = (None, np.full((4, 28, 28, 1), 0.5, np.float32))

    seen = []
    strengths(Order("tutorial-digits-denoise", {"factor": 0.1}).build(), Identity(), Data)
    assert any(abs(inputs.std() - 0.1) < 0.005 for inputs in seen)


def test_public_data_must_be_here_and_some_of_it_is_used(photo, tmp_path, monkeypatch):
    monkeypatch.setenv("RESTORERS_CACHE", str(tmp_path))
    (tmp_path / "work").mkdir()
    public = order(photo, photos=None, data="flowers", steps=1)
    (event,) = session(public, tmp_path / "work")
    assert event["event"] == "failed" and "has not been fetched" in event["sentence"].en
    folder = tmp_path / "data" / "flowers" / "roses"
    folder.mkdir(parents=True)
    for i in range(6):
        shutil.copy(photo, folder / f"{i}.png")
    monkeypatch.setattr("restorers.training.session.MOST_PUBLIC", 4)
    events = session(public, tmp_path / "work")
    assert "4 of the 6 photos" in next(e for e in events if e["event"] == "started")["notes"][0].en
    preset = Preset.read(tmp_path / "work" / "trained")
    assert "CC BY 2.0" in preset.data
    assert "CC BY 2.0" in (tmp_path / "work" / "train.py").read_text() and not (tmp_path / "work" / "photos").exists()
    assert len(list(folder.iterdir())) == 6


def test_strengths_are_tried_around_what_was_trained():
    class Identity:
        def predict_on_batch(self, inputs):
            return inputs

    class Data:
        validation = (None, np.random.default_rng(0).random((2, 16, 16, 3)).astype(np.float32))

    found = strengths(Order("denoise-your-photo", {"sigma": 20}).build(), Identity(), Data)
    tried = [strength for strength, _ in found["curve"]]
    assert found["trained"] == (20, 20) and {10.0, 20.0, 40.0} <= set(tried) and max(tried) >= 100 and 0.0 not in tried
    assert all(gain == pytest.approx(0, abs=0.05) for _, gain in found["curve"])
    assert strengths(Order("small-bottleneck").build(), Identity(), Data) is None


def test_many_losses_are_thinned_and_the_last_kept():
    run = Run("a", Order("composed"), 1, None)
    for step in range(20, 20_001, 20):
        run.note({"event": "steps", "step": step, "seconds": 1.0, "losses": tuple(range(20)), "rate": 1e-3})
    assert len(run.losses) <= worker.MOST_LOSSES
    steps = [step for step, _ in run.losses]
    assert steps[0] == 1 and steps[-1] == 20_000 and steps == sorted(steps)


def test_a_command_wakes_a_paused_training():
    control, passed = Control(True, 0.0), threading.Event()
    thread = threading.Thread(target=lambda: (control.wait(lambda: None), passed.set()), daemon=True)
    thread.start()
    assert not passed.wait(0.1)
    control.obey("step")
    assert passed.wait(SOON)
