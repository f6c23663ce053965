"""Tries the networks of the tutorials on pictures of their own size, beside classical methods: ``benchmark tutorials``."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from restorers.classical import CLASSICAL
from restorers.compare import Row, mean_rows, row
from restorers.errors import RestorersError
from restorers.metrics import score
from restorers.presets import PRESETS, Preset
from restorers.registry import UnknownName
from restorers.restore import Restoration, restore
from restorers.text import Text
from restorers.training.recipes import RECIPES
from restorers.training.recipes.base import Recipe, Trial

PROTOCOL = Text(
    "pictures of the network's own size; PSNR and SSIM over RGB, whole picture, mean over the pictures",
    "图片为网络自身的尺寸；整张图片 RGB 上的 PSNR 与 SSIM，取各图平均",
)


def tutorial_presets() -> list[Preset]:
    """The presets that were made by a recipe of a tutorial."""
    presets = [PRESETS.get(name) for name in PRESETS.names()]
    return [preset for preset in presets if preset.recipe["name"].startswith("tutorial-")]


def recipe_of(preset: Preset) -> Recipe:
    """The recipe that made ``preset``, with its settings."""
    return RECIPES.get(preset.recipe["name"]).from_settings(preset.recipe["settings"])


def data_of(recipe: Recipe, folder: Path) -> Path:
    """The recipe's own pictures in a folder of several data sets; the folder itself where it has no such part."""
    own = folder / recipe.dataset
    return own if recipe.dataset and own.is_dir() else folder


def opponents(trial: Trial) -> list:
    """The classical methods made for what was done to the pictures of ``trial``, of which they can know enough."""
    observation = trial.observations[0]
    if observation.degradation is None:
        return []
    found = [method() for method in CLASSICAL if method.name != "do_nothing" and method.suited(observation.degradation)]
    return [method for method in found if not method.missing_knowledge(observation)]


def try_network(preset: Preset, trial: Trial) -> Iterator[Row]:
    """A row for each picture: the network at its own size, in one piece, as its tutorial runs it."""
    from restorers.training.fit import predict

    model = PRESETS.model(preset)
    inputs = np.stack([observation.photo for observation in trial.observations])[..., : preset.architecture.channels]
    start = time.perf_counter()
    outputs = np.clip(predict(model, inputs, 16), 0, 1)
    seconds = (time.perf_counter() - start) / len(inputs)
    for output, observation, truth in zip(outputs, trial.observations, trial.truths, strict=True):
        photo = np.repeat(output, 3, axis=-1) if output.shape[-1] == 1 else output
        yield _row(preset.name, trial, Restoration(photo, seconds, parameters=preset.weights["parameters"]), observation, truth)


def _row(name: str, trial: Trial, restoration: Restoration, observation, truth: np.ndarray) -> Row:
    observed = score(np.clip(observation.photo, 0, 1), truth)
    measured = row(name, trial.setting, observed, score(restoration.photo, truth), restoration)
    return measured if trial.restores else replace(measured, psnr_degraded=None, ssim_degraded=None, gain=None)


def benchmark_tutorial(
    preset: Preset, folder: Path, progress: Callable[[float], None] | None = None, limit: int | None = None
) -> tuple[list[Row], list[Text]]:
    """Rows of one preset on its own kind of pictures: the network, other networks of the same recipe, the classical methods and
    the recipe's references; and what else was found out about it, in sentences.

    Args:
        preset: from ``tutorial_presets``.
        folder: the pictures, split as in the training; or a folder of data sets that holds the recipe's own.
        progress: called with the fraction done.
        limit: only the first so many pictures of each trial.

    Raises:
        DataError: the folder holds no pictures for this network.
    """
    recipe = recipe_of(preset)
    trials = [
        replace(trial, observations=trial.observations[:limit], truths=trial.truths[:limit])
        for trial in recipe.trials(data_of(recipe, folder))
    ]
    rows: list[Row] = []
    for i, trial in enumerate(trials):
        for sibling in (preset, *(p for p in tutorial_presets() if p.recipe["name"] == recipe.name and p.name != preset.name)):
            rows += mean_rows(try_network(sibling, trial))
        others = [(o.name, lambda observation, o=o: restore(observation, o)) for o in opponents(trial)]
        others += [(name, _timed(function)) for name, function in trial.references.items()]
        for k, (name, method) in enumerate(others):
            found = [
                _row(name, trial, method(observation), observation, truth)
                for observation, truth in zip(trial.observations, trial.truths, strict=True)
            ]
            rows += mean_rows(found)
            if progress is not None:
                progress((i + (k + 1) / len(others)) / len(trials))
    return rows, recipe.findings(PRESETS.model(preset), data_of(recipe, folder))


def _timed(function) -> Callable:
    def method(observation) -> Restoration:
        start = time.perf_counter()
        photo = function(observation)
        return Restoration(photo.astype(np.float32), time.perf_counter() - start)

    return method


def benchmark_tutorials(
    folder: Path,
    names: list[str] | None = None,
    progress: Callable[[str, float], None] | None = None,
    skipped: Callable[[str, RestorersError], None] | None = None,
    limit: int | None = None,
) -> dict[str, tuple[list[Row], list[Text]]]:
    """``benchmark_tutorial`` for each preset, by name.

    Args:
        folder: as there; presets for which it holds no pictures are passed over.
        names: only these presets; None for all of the tutorials'.
        progress: called with the preset's name and the fraction done.
        skipped: called with the name and the error of a preset that is passed over.
        limit: only the first so many pictures of each trial.

    Raises:
        UnknownName: a name that is no preset of a tutorial.
    """
    presets = {preset.name: preset for preset in tutorial_presets()}
    for name in names or ():
        if name not in presets:
            listed = ", ".join(presets) or "–"
            raise UnknownName(
                Text(f"There is no tutorial preset called {name!r}. Known: {listed}.", f"没有名为 {name!r} 的教程预设。已知：{listed}。")
            )
    found: dict[str, tuple[list[Row], list[Text]]] = {}
    for name in names or presets:
        try:
            found[name] = benchmark_tutorial(presets[name], folder, None if progress is None else lambda f, n=name: progress(n, f), limit)
        except RestorersError as error:
            if skipped is not None:
                skipped(name, error)
    return found
