"""What the Train tab does without a browser and without a child: orders, looks, and what is kept."""

import gc
import time
import zipfile
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from restorers.errors import RestorersError
from restorers.samples import SAMPLES
from restorers.training.export import export
from restorers.training.fit import TrainingRun, TrainingState
from restorers.training.session import Order
from restorers.training.worker import Run
from restorers.ui.setup import Setup
from restorers.ui.train_handlers import KEPT_EACH, MAX_SECONDS, TrainDesk, overfitting


class FakeEngine:
    """Takes orders; the tests tell what happens."""

    def __init__(self, folder):
        self.folder, self.runs, self.stopped, self.count = folder, {}, [], 0
        self.lost_after = 0.2

    def start(self, owner, order):
        order.build()
        self.count += 1
        work = self.folder / str(self.count)
        work.mkdir()
        self.runs[owner] = Run(owner, order, self.count, work)
        return self.runs[owner]

    def run(self, owner):
        return self.runs.get(owner)

    def stop(self, owner):
        self.stopped.append(owner)

    def forget(self, owner):
        self.stop(owner)
        self.runs.pop(owner, None)

    def ahead(self, run):
        return 0

    def estimating(self, owner):
        return False

    def estimate(self, owner):
        return None


@pytest.fixture
def train(desk, tmp_path):
    folder = tmp_path / "runs"
    folder.mkdir()
    return TrainDesk(desk, FakeEngine(folder))


def order(train, recipe="denoise-your-photo", settings=None, **changes):
    usual = {"files": None, "sample": "cat", "source": "this", "seconds": 60}
    return train.order(recipe, settings or {}, **{**usual, **changes})


def begun(run, step=0):
    picture = np.full((16, 16, 3), 100, np.uint8)
    run.note({"event": "started", "parameters": 1, "memory": 1, "notes": (), "truth": picture, "degraded": picture, "degraded_psnr": 20.0})
    for i in range(step + 1):
        run.note({"event": "preview", "step": i, "picture": picture + np.uint8(i), "psnr": 20.0 + i, "keep": True})
        run.note({"event": "steps", "step": i + 1, "seconds": 1.0 * i, "losses": (1.0 / (i + 1),), "rate": 1e-3})


def ended(run, monkeypatch=None):
    """The run has become a preset, as a child would write it."""
    recipe = run.order.build()
    data = recipe.load(None)
    data.validation = tuple(part[:2] for part in data.validation)
    model = recipe.architecture.build()
    folder = run.work / run.order.name
    export(TrainingRun(model, TrainingState(7, 3.0), 20.0), recipe, data, folder)
    model.save(run.work / "model.keras")
    (run.work / "train.py").write_text("print()")
    run.note({"event": "done", "step": 7, "seconds": 3.0, "reason": "budget", "folder": str(folder), "gain": 1.0})


def test_a_sample_is_learned_from_alone_and_watched(train):
    made, notes = order(train)
    assert made.photos == (str(SAMPLES["cat"].path),) and not notes
    assert made.watched.dtype == np.uint8 and max(made.watched.shape) == 320


def test_a_tutorial_learns_from_many_pictures_and_digits_from_digits(train):
    assert order(train, "tutorial-denoise")[0].photos is None
    made, _ = order(train, "tutorial-digits-denoise")
    assert made.photos is None and made.watched is None


def test_of_the_visitors_files_the_first_photo_is_watched_and_others_named(train, photo_file, tmp_path):
    bad = tmp_path / "bad.png"
    bad.write_text("no picture")
    made, notes = order(train, files=[str(bad), str(photo_file), str(photo_file)])
    assert made.photos == (str(photo_file), str(photo_file)) and made.watched.shape == (48, 64, 3)
    assert len(notes) == 1 and "bad.png" in notes[0].en
    with pytest.raises(RestorersError, match="None of the files is a photo"):
        order(train, files=[str(bad)])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"seconds": 0}, "needs a budget"), ({"settings": {"sigma": 500}}, "sigma must be"), ({"recipe": "none"}, "no recipe called")],
)
def test_what_cannot_be_trained_is_refused(train, changes, sentence):
    with pytest.raises(RestorersError, match=sentence):
        order(train, **changes)


def test_a_budget_has_an_end(train):
    assert order(train, seconds=10**9)[0].seconds == MAX_SECONDS


def test_the_film_keeps_its_addresses_and_goes_on(train):
    assert train.look("me").run is None
    train.start("me", order(train)[0])
    run = train.engine.run("me")
    begun(run, 2)
    look = train.look("me")
    assert [step for step, _, _ in look.film] == [0, 1, 2] and look.truth and look.degraded
    assert all(train.desk.pictures.alive(url) for _, url, _ in look.film)
    run.note({"event": "preview", "step": 3, "picture": np.zeros((16, 16, 3), np.uint8), "psnr": 23.0, "keep": False})
    later = train.look("me")
    assert [step for step, _, _ in later.film] == [0, 1, 2, 3] and later.film[:3] == look.film
    run.note({"event": "preview", "step": 5, "picture": np.ones((16, 16, 3), np.uint8), "psnr": 25.0, "keep": False})
    last = train.look("me")
    assert [step for step, _, _ in last.film] == [0, 1, 2, 5]
    assert train.desk.pictures.alive(later.film[3][1])  # a browser may still be asking for it
    run.note({"event": "preview", "step": 6, "picture": np.ones((16, 16, 3), np.uint8), "psnr": 25.0, "keep": False})
    assert [step for step, _, _ in train.look("me").film] == [0, 1, 2, 6]
    assert not train.desk.pictures.alive(later.film[3][1])  # only kept frames stay


def test_the_last_run_stays_as_a_ghost_and_reset_begins_anew(train):
    train.start("me", order(train)[0])
    first = train.engine.run("me")
    begun(first, 1)
    train.look("me")
    train.reset("me")
    assert train.engine.stopped == ["me"]
    look = train.look("me")
    assert look.run is None and look.ghost is first and len(look.ghost_film) == 2
    train.start("me", order(train)[0])
    second = train.engine.run("me")
    assert train.look("me").ghost is first and train.look("me").run is second
    assert (first.order.name, second.order.name) == ("mine-1", "mine-2") and first.order.seed == second.order.seed


def test_start_pressed_twice_begins_one_training(train):
    train.start("me", order(train)[0])
    first = train.engine.run("me")
    train.start("me", order(train)[0])
    assert train.engine.count == 1 and train.look("me").run is first and first.order.name == "mine-1"
    ended(first)
    train.start("me", order(train)[0])
    assert train.engine.count == 2 and train.look("me").run.order.name == "mine-2"


def test_a_trained_network_becomes_a_restorer_with_its_files(train):
    train.start("me", order(train, "small-bottleneck", {"code": 2})[0])
    run = train.engine.run("me")
    begun(run)
    ended(run)
    trained = train.look("me").trained
    restorer = train.find("me", "mine-1")
    assert restorer is trained.restorer and train.restorers("me") == [restorer]
    assert restorer.title.en == "Mine 1: A bottleneck too small" and "瓶颈太小" in restorer.title.zh
    assert train.find("somebody", "mine-1") is None and train.find("me", "mine-2") is None
    assert zipfile.ZipFile(trained.files["preset"]).testzip() is None
    assert {"mine-1/preset.json", "mine-1/model.safetensors", "mine-1/README.md"} <= set(
        zipfile.ZipFile(trained.files["preset"]).namelist()
    )
    assert keras.saving.load_model(trained.files["keras"]).count_params() == 768 * 2 + 2 + 2 * 768 + 768
    assert trained.files["script"].name == "mine-1.py"
    from restorers.degradations import Observation
    from restorers.restore import restore

    photo = np.random.default_rng(0).random((40, 40, 3), np.float32)
    assert restore(Observation(photo), restorer(sizing="tiles")).photo.shape == photo.shape


def test_the_visitors_networks_are_few_and_go_with_him(train):
    for _ in range(KEPT_EACH + 1):
        train.start("me", order(train, "small-bottleneck", {"code": 1})[0])
        run = train.engine.run("me")
        begun(run)
        ended(run)
        train.look("me")
    assert [r.name for r in train.restorers("me")] == [f"mine-{n}" for n in range(KEPT_EACH + 1, 1, -1)]
    work = run.work
    assert work.exists()
    train.forget("me")
    del run
    gc.collect()
    assert train.find("me", f"mine-{KEPT_EACH + 1}") is None and not work.exists()


def test_a_trained_network_stays_while_its_visitor_comes_back_to_it(train):
    clock = SimpleNamespace(now=0.0)
    for shelf in train.shelves:
        shelf.clock = lambda: clock.now
    train.start("me", order(train, "small-bottleneck", {"code": 1})[0])
    run = train.engine.run("me")
    begun(run)
    ended(run)
    train.look("me")
    for clock.now in (3000, 6000, 9000):
        assert [r.name for r in train.restorers("me")] == ["mine-1"] and train.look("me").run is run
    clock.now += 3601
    assert train.restorers("me") == []


def test_the_photos_to_learn_from_go_with_their_visitor_alone(train, photo_file, tmp_path):
    train.desk.uploads = tmp_path
    train.hold("me", [str(photo_file)])
    train.desk.preview("me", Setup(), str(photo_file))
    train.desk.forget("me")  # he has taken it away on the Restore tab
    assert photo_file.exists()
    train.visits.drop("me")  # pushed out by the visits of others
    train.leave("me")
    assert not photo_file.exists()


@pytest.mark.parametrize("back", [True, False])
def test_who_is_back_in_time_finds_his_training_again(train, back):
    train.start("me", order(train)[0])
    begun(train.engine.run("me"), 1)
    film = train.look("me").film
    train.leave("me")
    if back:
        train.look("me")
    time.sleep(0.6)
    assert ("me" in train.engine.stopped) is not back
    assert train.desk.pictures.alive(film[0][1]) is back
    assert (train.visits.get("me") is not None) is back


def validations(*pairs):
    return [{"step": 25 * (i + 1), "loss": loss, "val_loss": val} for i, (loss, val) in enumerate(pairs)]


def test_overfitting_is_a_validation_loss_that_rises_while_the_training_loss_falls():
    falling = validations((5, 5), (4, 4), (3, 3), (2, 2.5))
    rising = validations((5, 5), (4, 4), (3, 4.3), (2, 4.5), (1, 4.6))
    both_rise = validations((5, 5), (4, 4), (5, 4.3), (6, 4.5), (7, 4.6))
    once = validations((5, 5), (4, 4), (3, 4.5), (2, 3.9), (1, 3.8))
    assert overfitting(rising) == 50
    assert [overfitting(v) for v in (falling, both_rise, once, [])] == [None] * 4


def test_an_order_travels_to_the_child_as_it_is(train):
    import pickle

    made, _ = order(train)
    again = pickle.loads(pickle.dumps(made))
    assert isinstance(again, Order) and again.photos == made.photos and np.array_equal(again.watched, made.watched)
