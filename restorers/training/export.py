"""Writes a trained network as a preset folder: weights, ``preset.json`` and the card."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from restorers.degradations.base import Observation
from restorers.diagnosis import DAMAGES
from restorers.metrics import VALIDATION
from restorers.photo import read_photo, to_uint8, write_photo
from restorers.presets import PRESETS, Preset, PresetStore
from restorers.restore import network, restore
from restorers.samples import PHOTOS
from restorers.text import Text
from restorers.training import pictures
from restorers.training.data import SAMPLE_SOURCE, TrainingData
from restorers.training.fit import TrainingRun
from restorers.training.recipes.base import Recipe
from restorers.weights import filled, read_tensors, save_weights

if TYPE_CHECKING:
    from restorers.compare import Row

EXAMPLES = 6
OTHERS_MOST = 4  # the best of the other methods; preset.json holds all
RECIPE_ROWS = {"claimed": "The text reports", "differs": "Here otherwise than in the text"}
PERFECT = 100.0  # dB; nothing was degraded, so there is nothing to gain


def hardware() -> str:
    """What this training ran on, in a few words."""
    import keras

    graphics = sum(not device.startswith("cpu") for device in keras.distribution.list_devices())
    cores = f"{os.cpu_count()} CPU cores" + (f" and {graphics} GPU" if graphics else "")
    return f"{cores}, {platform.system()} {platform.machine()}, Keras {keras.__version__} on {keras.backend.backend()}"


def export(run: TrainingRun, recipe: Recipe, data: TrainingData, folder: Path, dtype: str = "float32") -> Preset:
    """Write ``folder/model.safetensors``, ``preset.json``, ``README.md`` and pictures; until all are made, what was there stays.

    The validation score in ``preset.json`` is measured on the weights as they were stored; there is none where the output is no photo.

    Args:
        run: from ``train``; its model holds the best weights.
        recipe, data: what it was trained with.
        folder: made if missing; its name becomes the preset's.
        dtype: how the weights are stored, as in ``save_weights``.

    Raises:
        WeightsError: the disk does not take them.
    """
    folder = folder if folder.name not in ("", "..") else folder.resolve()
    with filled(folder) as made:
        preset = _exported(run, recipe, data, made, folder.name, dtype)
    return replace(preset, folder=folder)


def _exported(run: TrainingRun, recipe: Recipe, data: TrainingData, folder: Path, name: str, dtype: str) -> Preset:
    from restorers.training.fit import mean_psnr, predict

    inputs, targets = data.validation
    photos = not recipe.architecture.classifies
    before = mean_psnr(predict(run.model, inputs, 16), targets) if photos else None
    path = folder / "model.safetensors"
    digest = save_weights(run.model, path, dtype)
    stored = read_tensors(path, {v.path: tuple(v.shape) for v in run.model.weights}, digest)
    for variable in run.model.weights:
        variable.assign(stored[variable.path])
    scores, lost = [], {}
    size = f"{inputs.shape[2]}×{inputs.shape[1]}"
    if photos:
        psnr = mean_psnr(predict(run.model, inputs, 16), targets)
        restores = run.degraded_psnr < PERFECT
        lost = {"lost": round(before - psnr, 4)}
        scores = [
            {
                "benchmark": "validation",
                "setting": f"{len(inputs)} held-out pictures of {size}"
                if data.held_out
                else f"{len(inputs)} pictures of {size} that it has learned from",
                "protocol": VALIDATION.en,
                "psnr": round(psnr, 3),
                "psnr_degraded": round(run.degraded_psnr, 3) if restores else None,
                "gain": round(psnr - run.degraded_psnr, 3) if restores else None,
                "photos": len(inputs),
                "sha256": digest,
            }
        ]
    preset = Preset(
        folder=folder,
        name=name,
        title=recipe.preset_title,
        help=recipe.help,
        trained_on=recipe.trained_on,
        architecture=recipe.architecture,
        weights={
            "file": path.name,
            "sha256": digest,
            "bytes": path.stat().st_size,
            "dtype": dtype,
            **lost,
            "parameters": run.model.count_params(),
        },
        suits=recipe.suits,
        data=data.source,
        recipe={
            "name": recipe.name,
            "settings": recipe.settings(),
            **{key: text._asdict() for key in ("claimed", "differs") if (text := getattr(recipe, key)) is not None},
        },
        training={
            "steps": run.state.steps,
            "minutes": round(run.state.seconds / 60, 1),
            **({"start": run.state.start, "before": run.state.before} if run.state.start else {}),
            **({"bfloat16": True} if run.state.bfloat16 else {}),
            **({"seed": run.state.seed} if run.state.seed else {}),
            "hardware": hardware(),
            "history": [{key: float(np.round(value, 5)) for key, value in entry.items()} for entry in _thinned(run.state.history)],
        },
        scores=scores,
        licence="apache-2.0",
        reference=recipe.reference,
    )

    def restored(inputs: np.ndarray) -> np.ndarray:
        if photos:
            return predict(run.model, inputs, EXAMPLES)
        restorer = network(preset, PresetStore(folder.parent))()
        return np.stack([restore(Observation(photo), restorer).photo for photo in inputs])

    preset.training["examples"] = draw_examples(recipe, restored, data.source, folder)
    if SAMPLE_SOURCE in data.source and not data.held_out:
        preset.training["examples_learned"] = True
    write_preset(preset)
    return preset


def draw_examples(recipe: Recipe, restored: Callable[[np.ndarray], np.ndarray], source: str, folder: Path) -> bool:
    """Write ``folder/examples.png``: what went in, what came out and the truth, of pictures that were not learned from.

    They are cut out of the sample photos; where these were learned from, out of the first one, which is held back then
    unless the data hold nothing back.

    Args:
        recipe: how it was trained.
        restored: what becomes of the inputs, an array of equal pictures.
        source: the line that names what was learned from.
        folder: of the preset.

    Returns:
        Whether the recipe has such pictures.
    """
    from restorers.training.fit import mean_psnr

    paths = [sample.path for sample in PHOTOS.values()]
    unseen = paths[:1] if SAMPLE_SOURCE in source else paths
    examples = recipe.examples(EXAMPLES, [to_uint8(read_photo(path).photo) for path in unseen])
    if examples is None:
        return False
    inputs, truths = examples
    outputs = np.clip(restored(inputs), 0, 1)
    inputs = inputs[..., :3]

    def captions(photos: np.ndarray) -> list[str]:
        scores = [mean_psnr(photo[None], truth[None]) for photo, truth in zip(photos, truths, strict=True)]
        return [f"{score:.1f} dB" if score < PERFECT else "" for score in scores]

    rows = [("input", inputs, captions(inputs)), ("output", outputs, captions(outputs)), ("truth", truths, [""] * len(truths))]
    write_photo(folder / "examples.png", pictures.strip(rows))
    return True


def record_scores(benchmark: str, protocol: str, rows: Iterable[Row], only: str | None = None, findings: Sequence[Text] = ()) -> None:
    """Write what a benchmark measured into the presets that took part, and into their cards; of one that calls others, their checksums too.

    Args:
        benchmark, protocol: its name, and how it measures.
        rows: one for each restorer and setting; the others of a setting stand beside the preset's score.
        only: the one preset to write; None for each in ``rows``.
        findings: what else was found out, in sentences; they replace those of before.
    """
    rows = list(rows)
    called = [PRESETS.get(damage.specialist) for damage in DAMAGES if damage.specialist in PRESETS.names()]
    specialists = {preset.name: preset.weights["sha256"] for preset in called}
    for name in ({r.restorer for r in rows} & set(PRESETS.names())) if only is None else {only}:
        preset = PRESETS.get(name)
        new = [
            {
                "benchmark": benchmark,
                "setting": r.setting,
                "protocol": protocol,
                **{key: _rounded(getattr(r, key)) for key in ("psnr", "ssim", "psnr_degraded", "ssim_degraded", "gain")},
                **({} if r.colorfulness is None else {"colorfulness": round(r.colorfulness, 4)}),
                "photos": r.photos,
                "sha256": preset.weights["sha256"],
                **({"specialists": specialists} if preset.architecture.classifies else {}),
                "others": {o.restorer: _rounded(o.psnr) for o in rows if o.setting == r.setting and o.restorer not in (name, "do_nothing")},
            }
            for r in rows
            if r.restorer == name
        ]
        replaced = {(s["benchmark"], s["setting"]) for s in new}
        preset.scores[:] = [s for s in preset.scores if (s["benchmark"], s["setting"]) not in replaced] + new
        if findings:
            preset.training["findings"] = [text._asdict() for text in findings]
        write_preset(preset)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _thinned(history: list[dict], most: int = 100) -> list[dict]:
    every = -(-len(history) // most)
    return history if every <= 1 else [*history[:-1:every], history[-1]]


def write_preset(preset: Preset) -> None:
    """Write ``preset.json``, and the card and the picture of the loss made from it."""
    preset.write()
    if preset.training.get("history"):
        write_photo(preset.folder / "loss.png", pictures.loss_curve(preset.training["history"]))
    (preset.folder / "README.md").write_text(card(preset), encoding="utf-8")


def _exact(value: Any) -> str:
    """The value as short as it can be read back unchanged."""
    return short if isinstance(value, float) and float(short := f"{value:g}") == value else str(value)


def card(preset: Preset) -> str:
    """The model card, in the form that the Hugging Face hub reads, made from ``preset.json`` alone."""
    architecture, weights, training = preset.architecture, preset.weights, preset.training
    settings = ", ".join(f"{k} {v}" for k, v in architecture.settings().items())
    settings = f" ({settings})" if settings else ""
    megabytes = weights["bytes"] / 1e6
    stored = f"{megabytes:.1f} MB" if megabytes >= 0.1 else f"{1000 * megabytes:.0f} kB"
    lost = f" (which costs {round(weights['lost'], 3) + 0:.3f} dB)" if weights["dtype"] != "float32" and "lost" in weights else ""
    recipe = " ".join(f"--set {k}={_exact(v)}" for k, v in preset.recipe.get("settings", {}).items())
    size = "any" if architecture.input_size is None else f"{architecture.input_size}×{architecture.input_size} pixels"
    first = [f"`{name}`" for name in training.get("start", "").split(",") if name]
    start = f", started from the {'mean of the ' if len(first) > 1 else ''}weights of {', '.join(first)}" if first else ""
    if (before := training.get("before")) and before["steps"]:
        start += f", trained for at least {before['steps']:,} steps in {before['minutes']:g} minutes before"
    repeated = "The last of its trainings" if preset.name in training.get("start", "").split(",") else "Repeat it"
    again = (f" --start {training['start']}" if first else "") + (" --bfloat16" if training.get("bfloat16") else "")
    again += f" --seed {training['seed']}" if training.get("seed") else ""
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
        *([f"| Calls | {', '.join(f'`{damage.specialist}`' for damage in DAMAGES)} |"] if architecture.classifies else []),
        f"| Input size | {size} |",
        f"| Weights | `{weights['file']}`, {stored}, {weights['dtype']}{lost}, SHA-256 `{weights['sha256']}` |",
        f"| Pictures | {preset.data} |",
        f"| Training | {training['steps']:,} steps in {training['minutes']:g} minutes on {training['hardware']}{start} |",
        f"| {repeated} | `python -m restorers train {preset.recipe['name']} {recipe}{again}` |",
        f"| Reference | {preset.reference} |",
        *(f"| {title} | {preset.recipe[key]['en']} |" for key, title in RECIPE_ROWS.items() if key in preset.recipe),
        f"| Licence | {preset.licence} |",
        "",
        "## Scores",
        "",
        "Every figure was printed by a command of this project on the file named above; beside it stands what doing nothing scores.",
        "",
        "| benchmark | setting | pictures | PSNR | doing nothing | gain | other methods | protocol |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for s in preset.scores:
        others = sorted(s.get("others", {}).items(), key=lambda other: -other[1])
        beside = ", ".join(f"{name} {value:.2f}" for name, value in others[:OTHERS_MOST]) or "–"
        setting = s["setting"] + (f"; {s['colorfulness']:.2f} of the truth's colorfulness" if "colorfulness" in s else "")
        gained = "– | –" if s["gain"] is None else f"{s['psnr_degraded']:.2f} dB | {s['gain']:+.2f} dB".replace("-", "−")
        lines.append(f"| {s['benchmark']} | {setting} | {s['photos']} | {s['psnr']:.2f} dB | {gained} | {beside} | {s['protocol']} |")
    lines += [line for text in training.get("findings", ()) for line in ("", text["en"])]
    if training.get("examples"):
        lines += [
            "",
            "## Examples",
            "",
            f"Pictures that it has {'' if training.get('examples_learned') else 'not '}learned from, at the network's own size.",
            "",
            "![Input, output and truth](examples.png)",
        ]
    if training.get("history"):
        lines += [
            "",
            "## Course of the training",
            "",
            "![Loss over the steps](loss.png)",
            "",
            f"| step | minutes | loss | validation {'accuracy' if architecture.classifies else 'PSNR'} |",
            "|---|---|---|---|",
        ]
        for entry in _thinned(training["history"], 12):
            reached = f"{entry['val_accuracy']:.1%}" if architecture.classifies else f"{entry['val_psnr']:.2f} dB"
            lines.append(f"| {entry['step']:.0f} | {entry['seconds'] / 60:.1f} | {entry['loss']:.4f} | {reached} |")
    return "\n".join(lines) + "\n"
