"""Trains a recipe with Keras ``fit`` and callbacks. Knows neither a page nor a terminal."""

from __future__ import annotations

import contextlib
import json
import math
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np

from restorers.errors import RestorersError
from restorers.memory import freed_memory_kept
from restorers.photo import disk_reason
from restorers.presets import Preset
from restorers.processor import instructions
from restorers.text import Text
from restorers.training.data import TrainingData
from restorers.training.estimate import check
from restorers.training.gradients import gradients_by_convolution
from restorers.training.prefetch import Clock
from restorers.training.recipes.base import Recipe
from restorers.training.start import revive, start_from
from restorers.weights import read_tensors, replaced, write_tensors

WARM_UP_STEPS = 200
BFLOAT16 = frozenset({"amx_bf16", "avx512_bf16"})  # instructions of CPUs
LONGEST_STEP = 20.0  # seconds; a longer pause (a laptop that slept) does not count as training time
SAVE_EVERY = 60.0  # seconds; the state of a large network takes longer to write than an epoch to learn


class TrainingError(RestorersError):
    """Training that cannot go on."""


@dataclass
class TrainingState:
    """How far a training has come; saved beside the weights, so that it can be resumed.

    Attributes:
        steps: batches seen.
        seconds: time spent on them.
        best: validation PSNR of the best weights so far, in dB; −∞ where the output is no photo.
        history: one entry an epoch: ``step``, ``seconds``, ``loss``, ``val_loss``, ``val_psnr`` where the output is a photo, and the recipe's
            metrics by name and as ``val_…``.
        start: names of the presets whose weights it started from, with commas between; empty where it started from none.
        before: ``steps`` and ``minutes`` that these weights had been trained for, as far as cards tell.
        lowest: validation loss of the best weights.
        bfloat16: computed in 16 bits.
        rate: learning rate that was asked for; 0 where that was not written down.
        seed: of the first weights and of the first batches.
    """

    steps: int = 0
    seconds: float = 0.0
    best: float = -math.inf
    history: list[dict[str, float]] = field(default_factory=list)
    start: str = ""
    before: dict[str, float] = field(default_factory=dict)
    lowest: float = math.inf
    bfloat16: bool = False
    rate: float = 0.0
    seed: int = 0

    def update(self, saved: Any) -> None:
        """Take over what was saved; ``TypeError`` where that is something else, and ``ValueError`` where its numbers are none that can be."""
        read = TrainingState(**saved)
        for name, kept in vars(TrainingState()).items():
            value = getattr(read, name)
            fits = isinstance(value, (int, float)) if isinstance(kept, float) else type(value) is type(kept)
            if not fits:
                raise TypeError(name)
        if read.steps < 0 or not 0 <= read.seconds < math.inf or not all(isinstance(entry, dict) for entry in read.history):
            raise ValueError
        vars(self).update(vars(read))


@dataclass
class TrainingRun:
    """The outcome: the model with its best weights, and how it came about.

    Attributes:
        model: computes in 32 bits.
        state: how far it came.
        degraded_psnr: of the validation pictures as they were given, in dB; None where the network makes no photo of them.
        waited: share of the time that was spent waiting for batches; None under TensorFlow, which reads ahead by itself.
        learned: whether a step was made; not so where what was resumed had had all of its epochs.
        unsaved: why its last steps cannot be resumed, where they should have been saved and could not.
    """

    model: keras.Model
    state: TrainingState
    degraded_psnr: float | None
    waited: float | None = None
    learned: bool = True
    unsaved: Text | None = None


def mean_psnr(photos: np.ndarray, truths: np.ndarray) -> float:
    """Mean over the pictures of 10 log₁₀(1 / MSE), in dB; photos are clipped to [0, 1] first."""
    error = np.mean((np.clip(photos, 0, 1) - truths) ** 2, axis=tuple(range(1, truths.ndim)))
    return float(np.mean(-10 * np.log10(np.maximum(error, 1e-10))))


def predict(model: keras.Model, inputs: np.ndarray, batch: int) -> np.ndarray:
    """The model's output for many inputs of one size."""
    return np.concatenate([model.predict_on_batch(inputs[i : i + batch]) for i in range(0, len(inputs), batch)])


def _sync(model: keras.Model) -> None:
    """Under JAX, ``fit`` keeps the weights to itself within an epoch; this gives them back to the model. Elsewhere there is nothing to do."""
    if keras.backend.backend() == "jax":
        model.jax_state_sync()


def _computes_in_bfloat16() -> bool:
    """Whether a gain is to be expected: of GPUs under JAX, and of CPUs that multiply such numbers under TensorFlow (measured: avx512_bf16)."""
    if any(not device.startswith("cpu") for device in keras.distribution.list_devices()):
        return keras.backend.backend() == "jax"
    return keras.backend.backend() == "tensorflow" and not BFLOAT16.isdisjoint(instructions())


@contextlib.contextmanager
def _compute_in(bfloat16: bool) -> Iterator[None]:
    """Layers built inside compute in 16 bits where asked; their weights stay in 32."""
    if bfloat16 and not _computes_in_bfloat16():
        raise TrainingError(
            Text(
                "Computing in 16 bits (bfloat16) gains nothing here: it needs a GPU under JAX (KERAS_BACKEND=jax), or a CPU with "
                f"{' or '.join(sorted(BFLOAT16))} under TensorFlow. Leave it out.",
                "16 位计算（bfloat16）在此处没有好处：它需要 JAX（KERAS_BACKEND=jax）下的 GPU，或 TensorFlow 下支持 "
                f"{' 或 '.join(sorted(BFLOAT16))} 的 CPU。请去掉该选项。",
            )
        )
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16" if bfloat16 else before)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


class _Course(keras.callbacks.Callback):
    """Holds the time: counts steps and seconds, sets the rate by them where it is ``scheduled``, stops at the end or when cancelled."""

    def __init__(
        self, state: TrainingState, minutes: float | None, cancel: threading.Event | None, scheduled: bool, steps: int | None = None
    ):
        super().__init__()
        self.state, self.cancel, self.scheduled = state, cancel, scheduled
        self.start, self.budget = state.seconds, None if minutes is None else 60 * minutes
        self.first, self.steps = state.steps, steps

    def done(self) -> float:
        """The share of the budget that is spent; 0 where there is none."""
        return max(
            (self.state.seconds - self.start) / self.budget if self.budget else 0.0,
            (self.state.steps - self.first) / self.steps if self.steps else 0.0,
        )

    def on_train_begin(self, logs=None):
        self.highest, self.before = float(self.model.optimizer.learning_rate), time.monotonic()

    def on_train_batch_begin(self, batch, logs=None):
        if self.scheduled and (self.budget or self.steps):
            _sync(self.model)
            done = min(1.0, self.done())
            warm = min(1.0, (self.state.steps + 1) / WARM_UP_STEPS)
            self.model.optimizer.learning_rate = self.highest * max(warm * (1 + math.cos(math.pi * done)) / 2, 1e-3)

    def on_train_batch_end(self, batch, logs=None):
        now = time.monotonic()
        self.state.seconds += min(now - self.before, LONGEST_STEP)
        self.state.steps += 1
        self.before = now
        if not math.isfinite(logs["loss"]):
            raise TrainingError(
                Text(
                    f"The loss must stay a finite number; at step {self.state.steps} it became {logs['loss']}. Try a smaller learning rate.",
                    f"损失必须是有限数；第 {self.state.steps} 步时变为 {logs['loss']}。请减小学习率。",
                )
            )
        stopped = self.cancel is not None and self.cancel.is_set()
        if stopped or self.done() >= 1:
            self.model.stop_training = True


class _Validation(keras.callbacks.Callback):
    """After each epoch: scores the averaged weights on the validation pictures, keeps the best, saves the state."""

    def __init__(
        self,
        state: TrainingState,
        data: TrainingData,
        batch: int,
        folder: Path | None,
        metrics: Sequence[keras.metrics.Metric],
        by_loss: bool,
        photos: bool,
    ):
        super().__init__()
        self.state, self.data, self.batch, self.folder, self.metrics = state, data, batch, folder, metrics
        self.by_loss, self.photos = by_loss, photos
        self.best: dict[str, np.ndarray] | None = None
        self.raw: list[np.ndarray] | None = None  # the weights that are learned, not their average
        self.saved = time.monotonic()
        self.unsaved: Text | None = None

    def averaged(self) -> list | None:
        return getattr(self.model.optimizer, "_model_variables_moving_average", None) if self.model.optimizer.use_ema else None

    def on_epoch_end(self, epoch, logs=None):
        _sync(self.model)
        inputs, targets = self.data.validation
        self.raw = raw = [np.array(v) for v in self.model.trainable_variables]
        if not all(np.isfinite(value).all() for value in raw):  # a ReLU may turn NaN into 0, and the loss stays finite
            raise TrainingError(
                Text(
                    f"The weights must stay finite numbers; after step {self.state.steps} some are not. Try a smaller learning rate.",
                    f"权重必须是有限数；第 {self.state.steps} 步后有些不是。请减小学习率。",
                )
            )
        if average := self.averaged():
            for variable, mean in zip(self.model.trainable_variables, average, strict=True):
                variable.assign(np.array(mean))  # a copy: JAX may give the memory of a shared array away
        outputs = predict(self.model, inputs, self.batch)
        if self.photos:
            logs["val_psnr"] = mean_psnr(outputs, targets)
        logs["val_loss"] = float(np.mean(keras.ops.convert_to_numpy(self.model.compute_loss(y=targets, y_pred=outputs))))
        if not math.isfinite(logs["val_loss"]):  # the weights may be so large that it overflows, and are finite themselves
            raise TrainingError(
                Text(
                    "The loss on the validation pictures must stay a finite number; "
                    f"after step {self.state.steps} it is {logs['val_loss']}. Try a smaller learning rate.",
                    f"验证图片上的损失必须是有限数；第 {self.state.steps} 步后为 {logs['val_loss']}。请减小学习率。",
                )
            )
        for metric in self.metrics:
            metric.reset_state()
            metric.update_state(targets, outputs)
            logs[f"val_{metric.name}"] = float(metric.result())
        if logs["val_loss"] < self.state.lowest if self.by_loss else logs["val_psnr"] > self.state.best:
            self.state.best, self.state.lowest = logs.get("val_psnr", -math.inf), logs["val_loss"]
            self.best = {v.path: np.array(v) for v in self.model.weights}
        for variable, value in zip(self.model.trainable_variables, raw, strict=True):
            variable.assign(value)
        self.state.history.append(
            {"step": self.state.steps, "seconds": round(self.state.seconds, 1)}
            | {k: float(logs[k]) for k in ("loss", "val_loss", "val_psnr") if k in logs}
            | {k: float(logs[k]) for metric in self.metrics for k in (metric.name, f"val_{metric.name}")}
        )
        if time.monotonic() - self.saved >= SAVE_EVERY:
            self.save()

    def on_train_end(self, logs=None):
        _sync(self.model)
        if self.best is not None:
            self.save()

    def save(self) -> None:
        """Write weights, optimizer, best weights and progress, so that the training can be resumed.

        A disk that does not take them ends no training; ``unsaved`` says so until they could be written.
        """
        if self.folder is None:
            return
        try:
            self._write()
        except OSError as error:
            reason = disk_reason(error)
            self.unsaved = Text(
                f"The last steps of the training were not saved and cannot be resumed: {reason.en}.",
                f"训练的最后几步未能保存，无法从此处继续：{reason.zh}。",
            )
        else:
            self.unsaved = None
        self.saved = time.monotonic()

    def _write(self) -> None:
        tensors = {f"model/{v.path}": np.asarray(v) for v in self.model.weights}
        if self.raw is not None:  # in the end Keras has put the average in their place
            tensors |= {f"model/{v.path}": value for v, value in zip(self.model.trainable_variables, self.raw, strict=True)}
        tensors |= {f"optimizer/{i}": np.asarray(v, np.float32) for i, v in enumerate(self.model.optimizer.variables)}
        tensors |= {f"best/{path}": value for path, value in self.best.items()}
        write_tensors(tensors, self.folder / "state.safetensors")
        with replaced(self.folder / "state.json") as temporary:
            temporary.write_text(json.dumps(vars(self.state)))

    def load(self) -> None:
        """Take up the saved state."""
        expected = {f"{part}/{v.path}": tuple(v.shape) for part in ("model", "best") for v in self.model.weights}
        expected |= {f"optimizer/{i}": tuple(v.shape) for i, v in enumerate(self.model.optimizer.variables)}
        tensors = read_tensors(self.folder / "state.safetensors", expected)
        for variable in self.model.weights:
            variable.assign(tensors[f"model/{variable.path}"])
        for i, variable in enumerate(self.model.optimizer.variables):
            variable.assign(tensors[f"optimizer/{i}"].astype(variable.dtype))
        self.best = {v.path: tensors[f"best/{v.path}"] for v in self.model.weights}
        try:
            self.state.update(json.loads((self.folder / "state.json").read_text()))
        except (OSError, ValueError, TypeError):
            raise TrainingError(
                Text(
                    "state.json, which says how far the training had come, is missing or damaged: it cannot be resumed.",
                    "记录训练进度的 state.json 缺失或已损坏，无法继续训练。",
                )
            ) from None


def _trained(preset: Preset, key: str) -> float:
    """How long its weights have been trained, in the unit ``key``, as far as its card tells."""
    return preset.training.get(key, 0) + preset.training.get("before", {}).get(key, 0)


def train(
    recipe: Recipe,
    data: TrainingData,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    cancel: threading.Event | None = None,
    *,
    minutes: float | None = None,
    steps: int | None = None,
    folder: Path | None = None,
    resume: bool = False,
    start: Sequence[Preset] = (),
    bfloat16: bool = False,
    seed: int = 0,
) -> TrainingRun:
    """Train ``recipe`` on ``data``.

    Args:
        recipe: what to train and how.
        data: from ``recipe.load``.
        callbacks: further Keras callbacks, e.g. a progress bar.
        cancel: stops after the step at hand when set; the best weights so far are returned.
        minutes: time budget. None takes the recipe's own. The rate of a recipe that has one warms up over 200 steps and falls as
            a cosine to zero by then; a recipe without one keeps its own schedule, and a budget only ends it early.
        steps: budget in steps, likewise; with it alone the time is not limited.
        folder: where the state is saved, at most every minute after an epoch, and at the end; None saves nothing.
        resume: go on from the state in ``folder``; a rate that falls over ``minutes`` falls anew, another one stays as far as it was
            lowered, unless ``recipe`` now asks for another.
        start: presets whose weights, or the mean of them, are taken as the first ones, as far as they fit; see ``start_from``.
            Channels that a ReLU has silenced learn again, see ``revive``.
        bfloat16: compute in 16 bits, on a GPU under JAX or on a CPU that can; the weights stay in 32.
        seed: of the first weights and of the order of the batches.

    Raises:
        TrainingError: the loss became NaN or infinite, there is nothing to resume, both ``resume`` and ``start`` are given, or
            ``bfloat16`` is asked for where it gains nothing.
        StartError: ``start`` has nothing in common with the network.
        CannotTrain: its parts do not fit each other, see ``estimate.check``.
    """
    if resume and start:
        raise TrainingError(
            Text(
                "A training starts from a preset or is resumed from its own state, not both.",
                "训练要么从某个预设开始，要么从自身状态继续，不能同时进行。",
            )
        )
    scheduled = recipe.minutes is not None
    minutes = recipe.minutes if minutes is None and steps is None else minutes
    keras.utils.set_random_seed(seed)
    with _compute_in(bfloat16):
        model, state = recipe.architecture.build(), TrainingState(seed=seed)
    check(recipe, model)
    if start:
        start_from(start, model, recipe.architecture)
        if not all(getattr(preset.architecture, "leaky", False) for preset in start):
            revive(model, data.validation[0][:16])
        state.start = ",".join(preset.name for preset in start)
        # of several the longest, for what they come from is common to them
        state.before = {key: round(max(_trained(preset, key) for preset in start), 1) for key in ("steps", "minutes")}
    model.compile(optimizer=recipe.optimizer(), loss=recipe.loss, metrics=recipe.metrics())
    model.optimizer.build(model.trainable_variables)
    inputs, targets = data.validation
    photos = not recipe.architecture.classifies
    validation = _Validation(state, data, 16, folder, recipe.metrics(), recipe.chosen_by_loss, photos)
    rate = float(model.optimizer.learning_rate)
    if resume:
        if folder is None or not (folder / "state.safetensors").is_file():
            raise TrainingError(Text(f"There is no training of {recipe.name} to resume.", f"没有可继续的 {recipe.name} 训练。"))
        validation.set_model(model)
        validation.load()
        if scheduled or state.rate not in (0.0, rate):
            model.optimizer.learning_rate = rate
    state.bfloat16, state.rate = bfloat16, rate
    course = _Course(state, minutes, cancel, scheduled, steps)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    done, clock, before, first = state.steps // data.steps, Clock(), state.seconds, state.steps
    with freed_memory_kept(), gradients_by_convolution(model):
        model.fit(
            clock.watch(data.batches(np.random.default_rng([seed, state.steps]))),
            steps_per_epoch=data.steps,
            initial_epoch=done,
            epochs=max(recipe.epochs, done),
            shuffle=False,  # the batches come shuffled
            verbose=0,
            callbacks=[course, validation, *recipe.callbacks(), *callbacks],
        )
    best = validation.best or {v.path: np.array(v) for v in model.weights}
    if bfloat16:
        model = recipe.architecture.build()
    for variable in model.weights:
        variable.assign(best[variable.path])
    waited = clock.seconds / max(state.seconds - before, 1e-9) if keras.backend.backend() == "jax" else None
    return TrainingRun(
        model, state, mean_psnr(inputs[..., :3], targets) if photos else None, waited, state.steps > first, validation.unsaved
    )
