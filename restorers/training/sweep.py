"""A recipe trained once for each combination of some settings, and the outcomes ranked."""

from __future__ import annotations

import itertools
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from restorers.errors import RestorersError
from restorers.executors import Executor, PieceProgress
from restorers.params import ParameterError
from restorers.presets import Preset
from restorers.text import Text
from restorers.training.data import TrainingData
from restorers.training.recipes import RECIPES
from restorers.training.recipes.base import Recipe
from restorers.weights import filled


@dataclass(frozen=True)
class Trial:
    """One training of a sweep.

    Attributes:
        name: of the preset that it makes: the recipe's, and a number.
        recipe, settings: what to train, by name.
        varied: the settings that vary, with their values.
    """

    name: str
    recipe: str
    settings: Mapping[str, Any]
    varied: Mapping[str, Any]

    def build(self) -> Recipe:
        """The recipe with its settings."""
        return RECIPES.get(self.recipe).from_settings(self.settings)


@dataclass(frozen=True)
class Trained:
    """The outcome of a trial.

    Attributes:
        trial: what was trained.
        files: the preset folder, content by file name.
        psnr, gain: of the weights as stored, on the validation pictures, in dB; the gain is None where nothing was degraded.
        steps, minutes: what the training took.
    """

    trial: Trial
    files: Mapping[str, bytes]
    psnr: float
    gain: float | None
    steps: int
    minutes: float

    def write(self, folder: Path) -> None:
        """Write the preset to ``folder``; ``WeightsError`` where the disk does not take it."""
        with filled(folder) as made:
            for name, content in self.files.items():
                (made / name).write_bytes(content)

    def as_dict(self) -> dict[str, Any]:
        """The row of the ranking."""
        return {
            "preset": self.trial.name,
            "settings": dict(self.trial.varied),
            "psnr": self.psnr,
            "gain": self.gain,
            "steps": self.steps,
            "minutes": self.minutes,
        }


def grid(recipe: str, settings: Mapping[str, Any], axes: Mapping[str, Sequence[str]]) -> list[Trial]:
    """One trial for each combination of the values of ``axes``, the last axis first to change.

    Args:
        recipe: its name.
        settings: of all trials.
        axes: values by name of a declared parameter of the recipe.

    Raises:
        ParameterError: an unknown parameter, a value that does not fit, or one that is set and varied.
        UnknownName: there is no such recipe.
    """
    kind = RECIPES.get(recipe)
    if kind.from_settings(settings).architecture.classifies:
        raise ParameterError(
            Text(
                f"A sweep ranks networks by the PSNR of their photos, and {recipe} makes none. Train it once for each setting.",
                f"sweep 按照片的 PSNR 排名，而 {recipe} 不生成照片。请逐个设置训练。",
            )
        )
    if twice := sorted(set(settings) & set(axes)):
        raise ParameterError(
            Text(f"{twice[0]} is both set and varied. Leave one of the two.", f"{twice[0]} 同时被固定和变化。请只保留其一。")
        )
    combinations = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
    digits = max(2, len(str(len(combinations))))
    trials = []
    for number, combination in enumerate(combinations, 1):
        checked = kind.from_settings({**settings, **combination}).settings()
        varied = {name: checked.get(name, value) for name, value in combination.items()}
        trials.append(Trial(f"{recipe}-{number:0{digits}}", recipe, {**settings, **combination}, varied))
    return trials


def sweep(
    trials: Sequence[Trial],
    executor: Executor,
    *,
    data: str | None = None,
    validation: Path | None = None,
    source: str | None = None,
    minutes: float | None = None,
    steps: int | None = None,
    start: Sequence[Preset] = (),
    store: str = "float32",
    bfloat16: bool = False,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
    cancel: threading.Event | None = None,
) -> Iterator[Trained | RestorersError]:
    """Train the trials; the outcome of each in their order, or the error that ended it.

    The pictures are read on this machine, once for each trial, when its turn has come.

    Args:
        trials: from ``grid``.
        executor: where they run.
        data, validation, source: as for ``Recipe.load``, and the line that names the pictures.
        minutes, steps, start, bfloat16, seed: of each training, as for ``fit.train``.
        store: how the weights are stored, as in ``save_weights``.
        progress: called with the number of trainings done, and fractions of those under way.
        cancel: when set, the trainings under way end with their best weights so far, and no more begin.
    """

    def load(trial: Trial) -> tuple[Trial, TrainingData]:
        pictures = trial.build().load(data, validation)
        if source is not None:
            pictures.source = source
        return trial, pictures

    work = partial(_train, minutes=minutes, steps=steps, start=start, store=store, bfloat16=bfloat16, seed=seed)
    return executor.map(work, trials, load=load, progress=progress, cancel=cancel)


def _train(
    piece: tuple[Trial, TrainingData],
    progress: PieceProgress,
    cancel: threading.Event,
    *,
    minutes: float | None,
    steps: int | None,
    start: Sequence[Preset],
    store: str,
    bfloat16: bool,
    seed: int,
) -> Trained:
    import keras

    from restorers.training.export import export
    from restorers.training.fit import train

    trial, data = piece
    recipe = trial.build()
    most = steps or recipe.epochs * data.steps
    budget = minutes if minutes is not None else recipe.minutes if steps is None else None
    begun, done = time.monotonic(), itertools.count(1)

    def tell(batch: int, logs: Any = None) -> None:
        spent = (time.monotonic() - begun) / (60 * budget) if budget else 0.0
        progress(max(next(done) / most, spent))

    keras.backend.clear_session()  # what the training before has left; nothing else lives in this process
    watch = keras.callbacks.LambdaCallback(on_train_batch_end=tell)
    run = train(recipe, data, [watch], cancel, minutes=minutes, steps=steps, start=start, bfloat16=bfloat16, seed=seed)
    with tempfile.TemporaryDirectory() as folder:
        preset = export(run, recipe, data, Path(folder) / trial.name, store)
        files = {file.name: file.read_bytes() for file in sorted(preset.folder.iterdir())}
    score = preset.scores[0]
    return Trained(trial, files, score["psnr"], score["gain"], run.state.steps, run.state.seconds / 60)


def ranked(outcomes: Iterable[Trained]) -> list[Trained]:
    """The outcomes by validation PSNR, best first."""
    return sorted(outcomes, key=lambda trained: trained.psnr, reverse=True)
