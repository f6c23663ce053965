"""One training under the eyes of a visitor: what the child process of ``worker.py`` does.

Events go out, commands come in, both over one pipe. Events are dictionaries with ``event``, and ``run``, the number of the run:

    ready        speed                              Keras is loaded; operations a second
    estimated    asked, parameters, memory, seconds of one step; or ``refused``, a sentence
    started      parameters, memory, notes, truth, degraded, degraded_psnr
    steps        step, seconds, losses, metric, rate       several steps at once, at most 20 times a second
    validation   step, seconds, loss, val_loss, val_psnr, degraded_psnr
    preview      step, picture, psnr, keep           the visitor's photo restored now; ``keep`` after 0, 1, 2, 4, 8 … steps and at the end
    paused       step
    strengths    parameter, trained, curve           gain in dB at each strength
    done         step, seconds, reason, folder, gain
    free                                            the child can take the next order
    failed       sentence, step                      with ``folder`` where the last good weights were kept
"""

from __future__ import annotations

import logging
import math
import os
import queue
import shutil
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from restorers.degradations.base import Degradation
from restorers.errors import Cancelled, RestorersError
from restorers.photo import SUFFIXES, fit_within, read_photo, to_float, to_uint8, write_photo
from restorers.samples import SAMPLES, Sample
from restorers.text import Text
from restorers.training.data import load_digits
from restorers.training.download import DATASETS, data_cache, is_fetched

if TYPE_CHECKING:
    import keras

    from restorers.training.data import Batch, TrainingData
    from restorers.training.prefetch import Batches
    from restorers.training.recipes.base import Recipe

NICE = int(os.environ.get("RESTORERS_TRAIN_NICE", 10))  # how far a training gives way to whoever restores, 0 to 19
LONGEST_EPOCH = 100  # steps; a page wants to see a validation score soon
TELL_EVERY = 0.05  # seconds
LOOK_EVERY = 1.0  # seconds between two previews that are not kept
LOOK_SHARE = 0.04  # of the time that previews may take
EXAMPLES = 8
TRIED = 8  # pictures that the strengths are tried on
STRENGTHS = 9
STEP_OVERHEAD = 0.01  # seconds; what a step takes beside its arithmetic
UNHARMED = 50.0  # dB; where hardly anything was lost there is nothing to gain
MOST_PHOTOS = 24
MOST_PUBLIC = 400  # photos of public data in one training: decoded within seconds, and 100 MB at most
PHOTOS = "photos"
LARGEST_SIDE = 1024
BLOCK = 64  # a network of a fixed size up to this sees a photo piece by piece; a larger one sees the whole, shrunk


@dataclass(frozen=True)
class Order:
    """What to train, and for whom.

    Attributes:
        recipe, settings: by name.
        photos: files to learn from; None takes ``data``.
        sample: name of the sample photo that they are; None: they are the visitor's own.
        data: public data to learn from, a key of ``download.DATASETS`` that has been fetched; None takes the recipe's own pictures.
        watched: the photo that the previews show, uint8 (height, width, 3); None shows validation pictures.
        seconds, steps: the budget; whichever is spent first ends the training.
        seed: of the first weights and of everything random.
        paused: wait before the first step.
        delay: seconds to wait after each step.
        name: of the preset that it becomes.
    """

    recipe: str
    settings: dict[str, Any] = field(default_factory=dict)
    photos: tuple[str, ...] | None = None
    sample: str | None = None
    data: str | None = None
    watched: np.ndarray | None = None
    seconds: float = 60.0
    steps: int | None = None
    seed: int = 0
    paused: bool = False
    delay: float = 0.0
    name: str = "trained"

    def build(self) -> Recipe:
        """The recipe; ``RestorersError`` for settings or a budget that do not fit."""
        from restorers.training.recipes import RECIPES

        recipe = RECIPES.get(self.recipe).from_settings(self.settings)
        if not self.seconds > 0 or (self.steps is not None and self.steps < 1):
            steps = Text("", "") if self.steps is None else Text(f", {self.steps} steps", f"，{self.steps} 步")
            raise RestorersError(
                Text(
                    f"A training needs a budget: more than 0 seconds and at least 1 step. Received: {self.seconds:g} s{steps.en}.",
                    f"训练需要预算：大于 0 秒且至少 1 步。收到：{self.seconds:g} 秒{steps.zh}。",
                )
            )
        return recipe


class Film:
    """The photo that is watched, as the network sees it now.

    Attributes:
        truth, degraded: uint8 pictures.
        degraded_psnr: of the degraded one.
    """

    def __init__(self, recipe: Recipe, data: TrainingData, photo: np.ndarray | None):
        architecture = recipe.architecture
        size, self._grid = architecture.input_size, (1, 1)
        if photo is None or not hasattr(recipe, "pair"):
            inputs, targets = (part[:EXAMPLES] for part in data.validation)
            self._grid = (-(-len(inputs) // 4), min(4, len(inputs)))
        else:
            inputs, targets = self._seen(recipe, to_float(_fitted(photo, size, architecture.multiple)))
            if size is not None and size <= BLOCK:
                self._grid = (inputs.shape[0] // size, inputs.shape[1] // size)
                inputs, targets = (_blocks(part, size) for part in (inputs, targets))
            else:
                inputs, targets = inputs[None], targets[None]
        self.inputs, self._targets = inputs, targets
        self.truth, self.degraded = self._picture(targets), self._picture(inputs[..., : max(targets.shape[-1], min(inputs.shape[-1], 3))])
        self.degraded_psnr = self._psnr(inputs) if inputs.shape == targets.shape else math.nan

    @staticmethod
    def _seen(recipe: Recipe, photo: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(0)
        # a recipe whose strength varies is watched at its middle
        return recipe.seen(photo, recipe.degradation, rng) if hasattr(recipe, "drawn") else recipe.pair(photo, rng)

    def look(self, model: keras.Model) -> tuple[np.ndarray, float]:
        """What the network makes of it now, uint8, and its PSNR."""
        outputs = np.asarray(model.predict_on_batch(self.inputs))
        return self._picture(outputs), self._psnr(outputs)

    def _psnr(self, pictures: np.ndarray) -> float:
        error = float(np.mean((np.clip(pictures, 0, 1) - self._targets) ** 2))
        return 10 * math.log10(1 / max(error, 1e-10)) if math.isfinite(error) else math.nan

    def _picture(self, pictures: np.ndarray) -> np.ndarray:
        pictures = np.clip(np.nan_to_num(pictures), 0, 1)
        rows, columns = self._grid
        missing = rows * columns - len(pictures)
        pictures = np.concatenate([pictures, np.zeros((missing, *pictures.shape[1:]), np.float32)])
        height, width, channels = pictures.shape[1:]
        joined = (
            pictures.reshape(rows, columns, height, width, channels)
            .transpose(0, 2, 1, 3, 4)
            .reshape(rows * height, columns * width, channels)
        )
        return to_uint8(np.repeat(joined, 3, axis=2) if channels == 1 else joined)


def _fitted(photo: np.ndarray, size: int | None, multiple: int) -> np.ndarray:
    """The photo in a size that the network takes: cut to a multiple, or a square in the middle shrunk."""
    height, width = photo.shape[:2]
    if size is not None and size > BLOCK:
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        return cv2.resize(photo[top : top + side, left : left + side], (size, size), interpolation=cv2.INTER_AREA)
    step = size or multiple
    if min(height, width) < step:
        photo = cv2.resize(photo, (max(width, step), max(height, step)), interpolation=cv2.INTER_AREA)
        height, width = photo.shape[:2]
    return photo[: height - height % step, : width - width % step]


def _blocks(picture: np.ndarray, size: int) -> np.ndarray:
    rows, columns, channels = picture.shape[0] // size, picture.shape[1] // size, picture.shape[2]
    return picture.reshape(rows, size, columns, size, channels).transpose(0, 2, 1, 3, 4).reshape(-1, size, size, channels)


class Control:
    """What the visitor wants: commands arrive in one thread, the training asks in another."""

    def __init__(self, paused: bool, delay: float):
        self.cancel = threading.Event()
        self._condition = threading.Condition()
        self._paused, self._steps, self.delay = paused, 0, delay

    def obey(self, command: str, value: float = 0.0) -> None:
        """``pause``, ``resume``, ``step`` (one), ``delay`` (seconds after each step) or ``stop``."""
        with self._condition:
            if command == "stop":
                self.cancel.set()
            elif command == "pause":
                self._paused, self._steps = True, 0
            elif command == "resume":
                self._paused = False
            elif command == "step":
                self._paused, self._steps = True, self._steps + 1
            elif command == "delay":
                self.delay = value
            self._condition.notify_all()

    def wait(self, on_pause) -> None:
        """Return when the next step may be made; ``on_pause`` is called when that takes a command."""
        with self._condition:
            told = False
            while self._paused and not self._steps and not self.cancel.is_set():
                if not told:
                    on_pause()
                    told = True
                self._condition.wait()
            self._steps = max(0, self._steps - 1)

    def rest(self) -> None:
        """Slow motion: the delay after a step, cut short by any command."""
        if self.delay > 0:
            with self._condition:
                if not self.cancel.is_set():
                    self._condition.wait(self.delay)


class Session:
    """One run of ``restorers.training.fit.train`` that tells what happens and does what it is told.

    Args:
        order: what to train.
        tell: called with each event.
        control: the visitor's commands.
        work: a folder for what is written on the way; the result lies in it.
    """

    def __init__(self, order: Order, tell, control: Control, work: Path):
        self.order, self._tell, self.control, self.work = order, tell, control, work
        self.step, self.seconds, self.reason = 0, 0.0, "stopped"
        self._losses: list[float] = []
        self._times: list[float] = []
        self._mean, self._seen = 0.0, 0  # of the epoch so far: loss, and pictures
        self._sizes: deque[int] = deque()  # of the batches that are made and not yet learned from
        self._next_look, self._last_told = 1, 0.0
        self._good: list[np.ndarray] | None = None
        self._last_look, self._look_cost = 0.0, 0.0

    def run(self) -> None:
        """Train to the end, whatever the end is; every outcome is told."""
        try:
            self._run()
        except Cancelled:
            self._tell(event="done", step=self.step, seconds=self.seconds, reason="stopped", folder=None, gain=None)
        except RestorersError as error:
            self._tell(event="failed", sentence=error.sentence, step=self.step, folder=self._keep_good())
        except MemoryError:
            self._tell(event="failed", sentence=NO_MEMORY, step=self.step, folder=None)
        except Exception:
            logging.getLogger(__name__).exception("a training failed")
            self._tell(event="failed", sentence=UNEXPECTED, step=self.step, folder=None)

    def _run(self) -> None:
        import keras

        from restorers.training.estimate import estimate
        from restorers.training.fit import train

        recipe = self.recipe = self.order.build()
        cost = estimate(recipe)
        folder, notes = self._photos() if self.order.data is None else self._public(self.order.data)
        data = self.data = recipe.load(folder)
        if self.order.data is not None:
            data.source = DATASETS[self.order.data].source
        shutil.rmtree(self.work / PHOTOS, ignore_errors=True)  # a visitor's photos stay no longer than they are needed
        data.steps = min(data.steps, LONGEST_EPOCH)
        data.batches = self._counted(data.batches)
        if self.control.cancel.is_set():
            raise Cancelled
        film = self.film = Film(recipe, data, self.order.watched)
        self._tell(
            event="started",
            parameters=cost.parameters,
            memory=cost.memory,
            notes=(*notes, *data.notes),
            truth=film.truth,
            degraded=film.degraded,
            degraded_psnr=film.degraded_psnr,
        )
        callback = keras.callbacks.LambdaCallback(
            on_train_begin=self._begin, on_train_batch_begin=self._before, on_train_batch_end=self._after, on_epoch_end=self._validated
        )
        self._callback = callback
        # a recipe with a schedule falls with the budget; all others are ended here, which does not count the pauses
        minutes = self.order.seconds / 60 if recipe.minutes is not None else None
        run = train(recipe, data, [callback], self.control.cancel, minutes=minutes, seed=self.order.seed)
        self._flush()
        if self.reason == "stopped" and not self.control.cancel.is_set():
            self.reason = "ended"  # by the recipe itself: early stopping, or the last epoch
        run.state.seconds = self.seconds
        for entry, seconds in zip(run.state.history, self._times, strict=True):  # the pauses do not count there either
            entry["seconds"] = round(seconds, 1)
        self._finish(run)

    def _counted(self, batches: Batches) -> Batches:
        """The same batches; how many pictures each has is noted."""

        def counted(rng: np.random.Generator) -> Iterator[Batch]:
            for batch in batches(rng):
                self._sizes.append(len(batch[0]))
                yield batch

        return counted

    def _public(self, name: str) -> tuple[Path | str, tuple[Text, ...]]:
        """Public data: digits by their name, of photos a folder with some, drawn at random but always the same."""
        if not is_fetched(name):
            raise RestorersError(NOT_FETCHED.format(name=name))
        if DATASETS[name].kind == "digits":
            return name, ()
        files = sorted(path for path in (data_cache() / name).rglob("*") if path.suffix.lower() in SUFFIXES)
        folder = self.work / PHOTOS
        folder.mkdir()
        chosen = np.random.default_rng(0).permutation(len(files))[:MOST_PUBLIC]
        for number, row in enumerate(chosen):
            (folder / f"{number:04} {files[row].name}").symlink_to(files[row])
        many, used = len(files), len(chosen)
        return folder, (
            Text(
                f"It learns from {used:,} of the {many:,} photos, drawn at random.", f"从 {many:,} 张照片中随机抽取 {used:,} 张用于学习。"
            ),
        )

    def _photos(self) -> tuple[Path | None, tuple[Text, ...]]:
        """A folder with the visitor's photos, reduced where they are large."""
        if self.order.photos is None:
            return None, ()
        folder, notes = self.work / PHOTOS, []
        folder.mkdir()
        least = getattr(self.recipe, "side", self.recipe.architecture.input_size)  # of the short side, for the recipe to use it
        for path in self.order.photos[:MOST_PHOTOS]:
            if self.control.cancel.is_set():
                raise Cancelled
            try:
                photo = fit_within(read_photo(path).photo, LARGEST_SIDE, least)
                target = folder / f"{Path(path).stem[:50]}.png"  # sentences about the photo call it so
                while target.exists():
                    target = target.with_stem(target.stem + "_")
                write_photo(target, photo)
            except RestorersError as error:
                notes.append(error.sentence)
        if len(self.order.photos) > MOST_PHOTOS:
            many = len(self.order.photos)
            notes.append(
                Text(
                    f"At most {MOST_PHOTOS} photos are used here; of {many} the first {MOST_PHOTOS} were.",
                    f"此处最多使用 {MOST_PHOTOS} 张照片；共 {many} 张，用了前 {MOST_PHOTOS} 张。",
                )
            )
        if not any(folder.iterdir()):
            raise RestorersError(Text(f"None of the files is a photo. {notes[0].en}", f"文件中没有照片。{notes[0].zh}"))
        return folder, tuple(notes)

    # what Keras calls

    def _begin(self, logs=None) -> None:
        self._look(keep=True)
        self._clock = time.monotonic()

    def _before(self, batch, logs=None) -> None:
        before = time.monotonic()
        self.seconds += before - self._clock
        self.control.wait(self._paused)
        self._clock = time.monotonic()

    def _paused(self) -> None:
        self._flush()
        if self._shown != self.step:
            self._look(keep=False)
        self._tell(event="paused", step=self.step)

    def _after(self, batch, logs=None) -> None:
        self.step += 1
        # Keras gives the mean of the epoch so far, over the pictures: the last batch may have fewer
        mean, before, size = self._mean, self._seen if batch else 0, self._sizes.popleft()
        self._mean, self._seen = float(logs["loss"]), before + size
        self._losses.append((self._mean * self._seen - mean * before) / size)
        now = time.monotonic()
        self.seconds += now - self._clock
        self._clock = now
        over = self.seconds >= self.order.seconds or (self.order.steps is not None and self.step >= self.order.steps)
        if over and not self.control.cancel.is_set():
            self.reason = "budget"
            self._callback.model.stop_training = True
        if now - self._last_told >= TELL_EVERY or over:
            self._flush()
        if self.step == self._next_look:
            self._next_look *= 2
            self._look(keep=True)
        elif now - self._last_look >= max(LOOK_EVERY, self._look_cost / LOOK_SHARE):
            self._look(keep=False)
        if not over:
            self.control.rest()

    def _validated(self, epoch, logs=None) -> None:
        self._flush()
        self._times.append(self.seconds)
        values = {key: float(logs[key]) for key in ("loss", "val_loss", "val_psnr")}
        self._tell(event="validation", step=self.step, seconds=self.seconds, degraded_psnr=self._degraded_psnr, **values)
        if all(map(math.isfinite, values.values())):
            self._good = self._callback.model.get_weights()

    # telling

    def _flush(self) -> None:
        if self._losses:
            rate = float(self._callback.model.optimizer.learning_rate)
            self._tell(event="steps", step=self.step, seconds=self.seconds, losses=tuple(self._losses), rate=rate)
            self._losses.clear()
        self._last_told = time.monotonic()

    def _look(self, keep: bool) -> None:
        start = time.monotonic()
        picture, psnr = self.film.look(self._callback.model)
        self._shown = self.step
        self._last_look = time.monotonic()
        self._look_cost = self._last_look - start
        self._flush()
        self._tell(event="preview", step=self.step, picture=picture, psnr=psnr, keep=keep)

    @cached_property
    def _degraded_psnr(self) -> float | None:
        from restorers.training.fit import mean_psnr

        inputs, targets = self.data.validation
        # of colours that become gray all three count, as on the card
        return mean_psnr(inputs[..., :3], targets) if inputs.shape[-1] >= targets.shape[-1] else None

    # the end

    def _finish(self, run) -> None:
        picture, psnr = self.film.look(run.model)
        self._tell(event="preview", step=self.step, picture=picture, psnr=psnr, keep=True)
        folder = self._export(run)
        self._tell(
            event="done",
            step=self.step,
            seconds=self.seconds,
            reason=self.reason,
            folder=str(folder),
            gain=run.state.best - run.degraded_psnr if math.isfinite(run.state.best) else None,
        )
        if (curve := strengths(self.recipe, run.model, self.data)) is not None:
            self._tell(event="strengths", **curve)

    def _export(self, run) -> Path:
        """The preset folder, ``model.keras`` and ``train.py``."""
        from restorers.training.export import export
        from restorers.training.script import standalone

        folder = self.work / self.order.name
        export(run, self.recipe, self.data, folder)
        bare = self.recipe.architecture.build()  # without the optimizer
        bare.set_weights(run.model.get_weights())
        bare.save(self.work / "model.keras")
        told: dict[str, Any] = {}
        if self.order.photos is not None:
            sample = SAMPLES.get(self.order.sample)
            made = "your own photos" if sample is None else f"the sample picture “{sample.title.en}”, which the page makes"
            told = {"largest": LARGEST_SIDE, **({"sample": sample} if isinstance(sample, Sample) else {"source": made})}
        elif self.order.data is not None:
            photos = DATASETS[self.order.data].kind == "photos"
            told = {"source": self.data.source, "most": MOST_PUBLIC if photos else None}
        script = standalone(self.recipe, self.order.seconds, self.order.steps, self.order.seed, LONGEST_EPOCH, **told)
        (self.work / "train.py").write_text(script, encoding="utf-8")
        return folder

    def _keep_good(self) -> str | None:
        """After a training that came to nothing: the last weights that validated, exported; None where there are none."""
        if self._good is None:
            return None
        from restorers.training.fit import TrainingRun, TrainingState, mean_psnr

        model = self._callback.model
        model.set_weights(self._good)
        inputs, targets = self.data.validation
        run = TrainingRun(model, TrainingState(self.step, self.seconds), mean_psnr(inputs[..., :3], targets))
        return str(self._export(run))


NOT_FETCHED = Text("The data set {name} has not been fetched yet.", "数据集 {name} 尚未获取。")
NO_MEMORY = Text("The memory is used up. Choose a smaller network, batch or crop.", "内存不足。请减小网络、批大小或裁剪边长。")
UNEXPECTED = Text("Something went wrong in the training, and it has been noted on the server.", "训练中出现问题，已在服务器上记录。")


def strengths(recipe: Recipe, model: keras.Model, data: TrainingData) -> dict[str, Any] | None:
    """The gain over doing nothing at each strength of the degradation, in dB; None where there is no strength.

    Returns:
        ``parameter``, the declared parameter; ``trained``, the strengths it was trained at, lowest and highest; ``curve``, pairs
        (strength, gain).
    """
    from restorers.training.fit import mean_psnr, predict
    from restorers.training.recipes._crops import at_strength, strength_of

    degradation = degradation_of(recipe)
    parameter, truths = strength_of(degradation), data.validation[1][:TRIED]
    if parameter is None:
        return None
    channels, curve = recipe.architecture.channels, []
    middle = float(getattr(degradation, parameter.name))
    low, high = trained = getattr(recipe, "strength_range", (middle, middle))
    near = (low / 2, low, (low + high) / 2, high, 1.5 * high, 2 * high)
    tried = {float(s) for s in (*np.linspace(parameter.low, parameter.high, STRENGTHS), *near) if parameter.low <= s <= parameter.high}
    for strength in sorted({round(s) for s in tried} if parameter.kind == "int" else tried):
        at = at_strength(degradation, strength)
        inputs = np.stack([_degraded(recipe, at, truth, channels, np.random.default_rng(i)) for i, truth in enumerate(truths)])
        before = mean_psnr(inputs[..., : truths.shape[-1]], truths)
        if before < UNHARMED:
            curve.append((float(strength), mean_psnr(predict(model, inputs, TRIED), truths) - before))
    return {"parameter": parameter, "trained": trained, "curve": tuple(curve)}


def degradation_of(recipe: Recipe) -> Degradation | None:
    """What ``recipe`` learns to undo, at its middle strength; None where it undoes nothing."""
    found = (getattr(recipe, name, None) for name in ("degradation", "damage"))
    return next((d for d in found if isinstance(d, Degradation)), None)


def _degraded(recipe: Recipe, degradation: Degradation, truth: np.ndarray, channels: int, rng: np.random.Generator) -> np.ndarray:
    """``truth`` as ``recipe`` would degrade it, in the channels of the network."""
    from restorers.training.recipes._crops import in_channels

    photo = degradation.apply(truth if truth.shape[-1] == 3 else np.repeat(truth, 3, axis=2), rng).photo
    # digits are gray from the start: one channel's noise is theirs, where a gray photo has the mean of three
    return photo[..., :channels] if not hasattr(recipe, "drawn") else in_channels(photo, channels)


def speed() -> float:
    """Operations a second of a small training on this machine, as it is loaded now."""
    import keras

    model = keras.Sequential(
        [keras.Input((32, 32, 24)), *(keras.layers.Conv2D(24, 3, padding="same", activation="relu") for _ in range(3))]
    )
    model.compile("adam", "mean_squared_error")
    photos = np.zeros((8, 32, 32, 24), np.float32)
    times = []
    for _ in range(4):
        start = time.perf_counter()
        model.train_on_batch(photos, photos)
        times.append(time.perf_counter() - start)
    return 3 * 8 * 3 * 2 * 24 * 24 * 9 * 32 * 32 / min(times)


class Child:
    """The child process: takes orders and commands from ``connection`` until that closes."""

    def __init__(self, connection: Connection):
        self.connection = connection
        self._sending = threading.Lock()
        self._orders: queue.Queue = queue.Queue()
        self._questions: queue.Queue = queue.Queue()
        self._controls: dict[int, Control] = {}
        self._ready = threading.Event()
        self._building = threading.Lock()
        self._speed = 0.0

    def tell(self, run: int, **event: Any) -> None:
        """Send an event of ``run``."""
        with self._sending:
            self.connection.send({"run": run, **event})

    def serve(self) -> None:
        """Warm up, then train one order after the other."""
        threading.Thread(target=self._listen, name="commands", daemon=True).start()
        threading.Thread(target=self._answer, name="estimates", daemon=True).start()
        cv2.setNumThreads(1)
        self._speed = speed()
        self._ready.set()
        self.tell(0, event="ready", speed=self._speed)
        if self._orders.empty():
            load_digits(None)  # drawing them takes seconds, which nobody waits for now
        while True:
            run, order, folder = self._orders.get()
            self._train(run, order, Path(folder))

    def _train(self, run: int, order: Order, folder: Path) -> None:
        import keras

        session = Session(order, lambda **event: self.tell(run, **event), self._controls[run], folder)
        session.run()
        self._controls.pop(run, None)
        self.tell(run, event="free")
        del session
        with self._building:
            keras.backend.clear_session()  # nothing else lives in this process

    def _listen(self) -> None:
        try:
            while True:
                what, run, *rest = self.connection.recv()
                if what == "train":
                    order, folder = rest
                    self._controls[run] = Control(order.paused, order.delay)
                    self._orders.put((run, order, folder))
                elif what == "estimate":
                    self._questions.put((run, *rest))
                elif (control := self._controls.get(run)) is not None:
                    control.obey(what, *rest)
        except (EOFError, OSError):
            os._exit(0)  # the page is gone

    def _answer(self) -> None:
        self._ready.wait()
        from restorers.training.estimate import estimate

        while True:
            asked, order = self._questions.get()
            try:
                with self._building:
                    cost = estimate(order.build())
                answer = {"parameters": cost.parameters, "memory": cost.memory, "seconds": STEP_OVERHEAD + cost.operations / self._speed}
            except RestorersError as error:
                answer = {"refused": error.sentence}
            except Exception:
                logging.getLogger(__name__).exception("an estimate failed")
                answer = {"refused": UNEXPECTED}
            self.tell(0, event="estimated", asked=asked, **answer)


def main() -> None:
    """``python -m restorers.training.session FILE_DESCRIPTOR``: the child of ``worker.Engine``."""
    os.nice(NICE)
    Child(Connection(int(sys.argv[1]))).serve()


if __name__ == "__main__":
    main()
