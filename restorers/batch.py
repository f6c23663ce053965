"""Photo by photo: what is done to each file of a folder. A piece is a ``Job``, and is read and written by ``read_job`` and the caller."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from restorers.compare import Row, compare
from restorers.degradations import Degradation, Observation, degrade
from restorers.executors import PieceProgress
from restorers.metrics import Score, score
from restorers.photo import encode_photo, read_content, read_photo
from restorers.restore import blend, restore


@dataclass(frozen=True)
class Job:
    """One file to read, and the name of the one to write.

    Attributes:
        name: of the file that ``content`` comes from.
        result: name of the file to write; its suffix gives the format.
        content: the bytes.
    """

    name: str
    result: str
    content: bytes


def read_job(files: tuple[Path, Path]) -> Job:
    """The job of a file to read and one to write; ``PhotoError`` if it cannot be read."""
    source, target = files
    return Job(source.name, target.name, read_content(source))


def degrade_job(
    job: Job, progress: PieceProgress, cancel: threading.Event, *, degradation: Degradation, seed: int
) -> tuple[bytes, dict[str, Any]]:
    """The degraded photo as a file, and what ``degrade --json`` says of it."""
    photo = read_photo(job.content, name=job.name)
    observation = degrade(photo.photo, degradation, seed)
    observed = score(observation.photo.clip(0, 1), photo.photo)
    return encode_photo(job.result, observation.photo), {
        "degradation": degradation.describe(),
        "seed": seed,
        "psnr_degraded": observed.psnr,
        "ssim_degraded": observed.ssim,
        "protocol": observed.protocol.name,
        "notes": [note.en for note in photo.notes],
    }


def restore_job(
    job: Job, progress: PieceProgress, cancel: threading.Event, *, restorer, degradation: Degradation | None, seed: int, strength: float
) -> tuple[bytes, dict[str, Any]]:
    """The restored photo as a file, and what ``restore --json`` says of it; with ``degradation`` it is broken first, and scored."""
    photo = read_photo(job.content, name=job.name)
    observation = Observation(photo.photo) if degradation is None else degrade(photo.photo, degradation, seed)
    done = restore(observation, restorer, progress=progress, cancel=cancel)
    restored = blend(observation, done, strength)
    notes = [note.en for note in (*photo.notes, *done.notes)]
    if degradation is None:
        notes.append("No truth is known for this photo, so there is no score.")
        scores = as_scores(None, None)
    else:
        scores = as_scores(score(observation.photo.clip(0, 1), photo.photo), score(restored, photo.photo))
    return encode_photo(job.result, restored), {**scores, "seconds": done.seconds, "notes": notes}


def compare_job(
    job: Job, progress: PieceProgress, cancel: threading.Event, *, restorers: Sequence, degradation: Degradation, seed: int
) -> list[Row]:
    """One row for each restorer on the degraded photo, as ``compare`` gives them."""
    truth = read_photo(job.content, name=job.name).photo
    rows = []
    for row, _ in compare(truth, degrade(truth, degradation, seed), restorers, cancel):
        rows.append(row)
        progress(len(rows) / len(restorers))
    return rows


def as_scores(observed: Score | None, restored: Score | None) -> dict[str, Any]:
    """The scores as ``restore --json`` names them; None where no truth is known."""
    if observed is None or restored is None:
        return dict.fromkeys(("psnr", "ssim", "psnr_degraded", "ssim_degraded", "gain", "protocol"))
    return {
        "psnr": restored.psnr,
        "ssim": restored.ssim,
        "psnr_degraded": observed.psnr,
        "ssim_degraded": observed.ssim,
        "gain": 0.0 if restored.psnr == observed.psnr else restored.psnr - observed.psnr,
        "protocol": restored.protocol.name,
    }
