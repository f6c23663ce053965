"""Writes a trained network as a preset folder: weights, ``preset.json`` and the card."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import numpy as np

from restorers.presets import Preset
from restorers.training.data import TrainingData
from restorers.training.fit import TrainingRun
from restorers.training.recipes.base import Recipe
from restorers.weights import read_tensors, save_weights


def hardware() -> str:
    """What this training ran on, in a few words."""
    import keras

    return f"{os.cpu_count()} CPU cores, {platform.system()} {platform.machine()}, Keras {keras.__version__} on {keras.backend.backend()}"


def export(run: TrainingRun, recipe: Recipe, data: TrainingData, folder: Path, dtype: str = "float32") -> Preset:
    """Write ``folder/model.safetensors``, ``preset.json`` and ``README.md``.

    The validation score in ``preset.json`` is measured on the weights as they were stored.

    Args:
        run: from ``train``; its model holds the best weights.
        recipe, data: what it was trained with.
        folder: made if missing; its name becomes the preset's.
        dtype: ``"float32"``, or ``"float16"`` at half the size.
    """
    from restorers.training.fit import mean_psnr, predict

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "model.safetensors"
    digest = save_weights(run.model, path, dtype)
    stored = read_tensors(path, {v.path: tuple(v.shape) for v in run.model.variables}, digest)
    for variable in run.model.variables:
        variable.assign(stored[variable.path])
    inputs, targets = data.validation
    psnr = mean_psnr(predict(run.model, inputs, 16), targets)
    validation = {
        "benchmark": "validation",
        "setting": f"{len(inputs)} held-out pictures of {inputs.shape[2]}×{inputs.shape[1]}",
        "protocol": "PSNR of each picture after clipping, mean; no crop",
        "psnr": round(psnr, 3),
        "psnr_degraded": round(run.degraded_psnr, 3),
        "gain": round(psnr - run.degraded_psnr, 3),
        "photos": len(inputs),
        "sha256": digest,
    }
    preset = Preset(
        folder=folder,
        name=folder.name,
        title=recipe.title,
        help=recipe.help,
        trained_on=recipe.trained_on,
        architecture=recipe.architecture,
        weights={"file": path.name, "sha256": digest, "bytes": path.stat().st_size, "dtype": dtype, "parameters": run.model.count_params()},
        suits=recipe.suits,
        data=data.source,
        recipe={"name": recipe.name, "settings": recipe.settings()},
        training={
            "steps": run.state.steps,
            "minutes": round(run.state.seconds / 60, 1),
            "hardware": hardware(),
            "history": [{key: float(np.round(value, 5)) for key, value in entry.items()} for entry in _thinned(run.state.history)],
        },
        scores=[validation],
        licence="apache-2.0",
        reference=recipe.reference,
    )
    write_preset(preset)
    return preset


def _thinned(history: list[dict], most: int = 100) -> list[dict]:
    every = -(-len(history) // most)
    return history if every <= 1 else [*history[:-1:every], history[-1]]


def write_preset(preset: Preset) -> None:
    """Write ``preset.json`` and the card made from it."""
    preset.write()
    (preset.folder / "README.md").write_text(card(preset), encoding="utf-8")


def card(preset: Preset) -> str:
    """The model card, in the form that the Hugging Face hub reads, made from ``preset.json`` alone."""
    architecture, weights, training = preset.architecture, preset.weights, preset.training
    settings = ", ".join(f"{k} {v}" for k, v in architecture.settings().items())
    settings = f" ({settings})" if settings else ""
    megabytes = weights["bytes"] / 1e6
    stored = f"{megabytes:.1f} MB" if megabytes >= 0.1 else f"{1000 * megabytes:.0f} kB"
    recipe = " ".join(
        f"--set {k}={v:g}" if isinstance(v, float) else f"--set {k}={v}" for k, v in preset.recipe.get("settings", {}).items()
    )
    size = "any" if architecture.input_size is None else f"{architecture.input_size}×{architecture.input_size} pixels"
    lines = [
        "---",
        f"license: {preset.licence}",
        "library_name: keras",
        "pipeline_tag: image-to-image",
        "tags: [image-restoration, keras, restorers]",
        "---",
        "",
        f"# {preset.title.en} · {preset.title.zh}",
        "",
        preset.help.en,
        "",
        preset.help.zh,
        "",
        "<!-- made from preset.json; do not edit by hand -->",
        "",
        "| | |",
        "|---|---|",
        f"| Trained on | {preset.trained_on.en} |",
        f"| Architecture | `{architecture.name}`{settings}, {weights['parameters']:,} parameters |",
        f"| Input size | {size} |",
        f"| Weights | `{weights['file']}`, {stored}, {weights['dtype']}, SHA-256 `{weights['sha256']}` |",
        f"| Pictures | {preset.data} |",
        f"| Training | {training['steps']:,} steps in {training['minutes']:g} minutes on {training['hardware']} |",
        f"| Repeat it | `python -m restorers train {preset.recipe['name']} {recipe}` |",
        f"| Reference | {preset.reference} |",
        f"| Licence | {preset.licence} |",
        "",
        "## Scores",
        "",
        "Every figure was printed by a command of this project on the file named above; beside it stands what doing nothing scores.",
        "",
        "| benchmark | setting | pictures | PSNR | doing nothing | gain | protocol |",
        "|---|---|---|---|---|---|---|",
    ]
    for s in preset.scores:
        lines.append(
            f"| {s['benchmark']} | {s['setting']} | {s['photos']} | {s['psnr']:.2f} dB | {s['psnr_degraded']:.2f} dB | +{s['gain']:.2f} dB | {s['protocol']} |".replace(
                "+-", "−"
            )
        )
    if training.get("history"):
        lines += ["", "## Course of the training", "", "| step | minutes | loss | validation PSNR |", "|---|---|---|---|"]
        for entry in _thinned(training["history"], 12):
            lines.append(f"| {entry['step']:.0f} | {entry['seconds'] / 60:.1f} | {entry['loss']:.4f} | {entry['val_psnr']:.2f} dB |")
    return "\n".join(lines) + "\n"
