"""Many restorers on one photo, and the published protocols on folders of photos."""

from __future__ import annotations

import csv
import io
import math
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from restorers.degradations import DEGRADATIONS, Chain, Degradation, Observation, degrade
from restorers.errors import RestorersError
from restorers.metrics import GRAY, RGB, Protocol, Score, colorfulness, score
from restorers.photo import list_photos, read_photo
from restorers.registry import UnknownName
from restorers.restore import Restoration, all_restorers, restore
from restorers.text import Text

HARMLESS = 90.0  # dB; a degraded photo so close to its original has nothing to be restored


class LeftOut(RestorersError):
    """A photo that has no part in a mean, since the degradation changed nothing in it."""

    def __init__(self, photo: str, setting: str):
        super().__init__(
            Text(
                f"{photo}: left out. {setting} changes nothing in it, so there is nothing to be restored.",
                f"{photo}：未计入。{setting} 没有改变它，因此无可修复。",
            )
        )


@dataclass(frozen=True)
class Row:
    """One restorer under one setting: its score beside the score of doing nothing.

    Attributes:
        restorer: its name, and those of its settings that are not the defaults, e.g. ``colorize(saturation=1.4)``.
        setting: the degradation, e.g. ``gaussian_noise(sigma=25, …)``.
        protocol: how PSNR and SSIM were measured.
        psnr, ssim: of the restored photo.
        psnr_degraded, ssim_degraded: of the degraded photo, that is of doing nothing; None where nothing was degraded.
        gain: dB over doing nothing; None likewise.
        seconds: time a photo.
        parameters: learned numbers, None for a formula.
        photos: how many photos the figures are the mean of.
        seconds_per_megapixel: time over pixels.
        colorfulness: ratio to the truth's, where colour is what is restored.
    """

    restorer: str
    setting: str
    protocol: str
    psnr: float
    ssim: float
    psnr_degraded: float | None
    ssim_degraded: float | None
    gain: float | None
    seconds: float
    parameters: int | None
    photos: int = 1
    seconds_per_megapixel: float | None = None
    colorfulness: float | None = None

    def as_dict(self) -> dict:
        """The fields by name, for JSON."""
        return asdict(self)


def row(name: str, setting: str, observed: Score, restored: Score, restoration: Restoration) -> Row:
    """The row of one restoration."""
    gain = 0.0 if restored.psnr == observed.psnr else restored.psnr - observed.psnr
    return Row(
        name,
        setting,
        restored.protocol.name,
        restored.psnr,
        restored.ssim,
        observed.psnr,
        observed.ssim,
        gain,
        restoration.seconds,
        restoration.parameters,
        seconds_per_megapixel=restoration.seconds / (restoration.photo.shape[0] * restoration.photo.shape[1] / 1e6),
    )


def mean_rows(rows: Iterable[Row]) -> list[Row]:
    """One row a restorer and setting: the mean over the photos."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for r in rows:
        groups.setdefault((r.setting, r.restorer), []).append(r)
    return [_mean(group) for group in groups.values()]


def suited_restorers(degradation: Degradation) -> list[type]:
    """The restorers made for ``degradation``, and doing nothing; for a chain, those made for any of its steps."""
    steps = degradation.steps if isinstance(degradation, Chain) else (degradation,)
    return [r for r in all_restorers() if r.name == "do_nothing" or any(r.suited(step) for step in steps)]


def quick_first(restorers: Iterable) -> list:
    """The restorers (classes or instances), those first that will take little time.

    Formulas come first, those that look at few pixels before those that look at many; then networks, by the numbers they have learned.
    """

    def cost(restorer) -> tuple:
        if hasattr(restorer, "preset"):
            return 1, restorer.preset.weights["parameters"]
        return 0, math.inf if restorer.context is None else restorer.context

    return sorted(restorers, key=cost)


def lacking(restorer, observation: Observation) -> RestorersError | None:
    """What ``restorer`` must be told and ``observation`` does not tell; None where nothing is lacking."""
    if restorer.missing_knowledge(observation):
        try:
            restorer.require(observation)
        except RestorersError as error:
            return error
    return None


def compare(
    truth: np.ndarray, observation: Observation, restorers: Iterable, cancel: threading.Event | None = None
) -> Iterator[tuple[Row, Restoration]]:
    """Run each restorer on one observation and score it against the truth (PSNR and SSIM over RGB), one result at a time.

    Restorers that the observation cannot tell what they need are passed over.
    """
    observed, setting = score(np.clip(observation.photo, 0, 1), truth), observation.degradation.describe()
    for restorer in restorers:
        if restorer.missing_knowledge(observation):
            continue
        restoration = restore(observation, restorer, cancel=cancel)
        yield row(restorer.describe(changed=True), setting, observed, score(restoration.photo, truth), restoration), restoration


def ranked(rows: Iterable[Row]) -> list[Row]:
    """The rows by gain, best first."""
    return sorted(rows, key=lambda r: r.gain, reverse=True)


def as_csv(records: Sequence[Mapping]) -> str:
    """Records as the text of a CSV file (RFC 4180), the keys of the first one at the top; None is an empty field."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(records[0]) if records else [])
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()


class Setting(NamedTuple):
    """A column of a benchmark.

    Attributes:
        label: its heading.
        degradation: what is done to each photo.
        metric: how what comes of it is scored.
        rounded: the degraded photo is rounded to 8 bits, as a file would be.
    """

    label: str
    degradation: Degradation
    metric: Protocol
    rounded: bool = False


@dataclass(frozen=True)
class Benchmark:
    """A published protocol: degradations, how to measure, how to prepare the photos.

    Attributes:
        name: as on the command line.
        help: the protocol in one sentence.
        settings: its columns.
        multiple: sides are cropped to multiples of this before anything else.
        gray: photos are reduced to luminance first.
        clipped: the degraded photo is clipped before doing nothing is scored.
    """

    name: str
    help: Text
    settings: tuple[Setting, ...]
    multiple: int = 1
    gray: bool = False
    clipped: bool = True


def _make(name: str, **settings) -> Degradation:
    return DEGRADATIONS.get(name).from_settings(settings)


def benchmarks() -> dict[str, Benchmark]:
    """The protocols by name."""
    blur = _make("gaussian_blur", sigma=1.6)
    return {
        b.name: b
        for b in (
            Benchmark(
                "denoise",
                Text(
                    "Gaussian noise, not clipped, not rounded; PSNR over RGB, no crop.", "高斯噪声，不截断、不取整；RGB 上的 PSNR，不裁边。"
                ),
                tuple(Setting(f"σ {s}", _make("gaussian_noise", sigma=s, clip=False), RGB) for s in (15, 25, 50)),
                clipped=False,
            ),
            Benchmark(
                "enlarge",
                Text(
                    "Antialiased bicubic; PSNR on Y, the factor in pixels cropped at each border.",
                    "抗锯齿双三次；Y 通道 PSNR，每边裁去与倍数相同的像素。",
                ),
                tuple(Setting(f"×{f}", _make("downscale", factor=f, method="bicubic"), Protocol.y(f), rounded=True) for f in (2, 3, 4)),
                multiple=12,
            ),
            Benchmark(
                "dejpeg",
                Text("JPEG of OpenCV on gray photos; PSNR on gray, no crop.", "OpenCV 的 JPEG，灰度照片；灰度 PSNR，不裁边。"),
                tuple(Setting(f"q {q}", _make("jpeg", quality=q), GRAY) for q in (10, 20, 30, 40)),
                gray=True,
            ),
            Benchmark(
                "deblur",
                Text(
                    "Gaussian blur σ 1.6, and noise 2/255, not clipped, or rounded to 8 bits; PSNR over RGB.",
                    "高斯模糊 σ 1.6，再加噪声 2/255（不截断）或取整为 8 位；RGB 上的 PSNR。",
                ),
                (
                    Setting("σ 1.6, noise 2", Chain((blur, _make("gaussian_noise", sigma=2, clip=False))), RGB),
                    Setting("σ 1.6, 8 bits", blur, RGB, rounded=True),
                ),
                clipped=False,
            ),
            Benchmark(
                "inpaint",
                Text("Half of the pixels missing, and scratches; PSNR over RGB.", "缺失一半像素，以及划痕；RGB 上的 PSNR。"),
                (Setting("half missing", _make("missing_pixels", share=0.5), RGB), Setting("scratches", _make("scratches"), RGB)),
            ),
            Benchmark(
                "colorize",
                Text(
                    "Gray to colour; PSNR over RGB and colorfulness against the truth's.",
                    "由灰到彩；RGB 上的 PSNR 以及相对真值的色彩丰富度。",
                ),
                (Setting("grayscale", _make("grayscale"), RGB),),
            ),
        )
    }


def find_benchmark(name: str) -> Benchmark:
    """The protocol called ``name``; ``UnknownName`` otherwise."""
    known = benchmarks()
    if name not in known:
        listed = ", ".join((*known, "tutorials", "softness", "table", "speed", "train", "load", "ray"))
        raise UnknownName(Text(f"There is no benchmark called {name!r}. Known: {listed}.", f"没有名为 {name!r} 的基准。已知：{listed}。"))
    return known[name]


def prepare(photo: np.ndarray, protocol: Benchmark, name: str) -> np.ndarray:
    """The truth that a protocol measures against: cropped and made gray as it says; ``name`` is that of the photo."""
    height, width = (side - side % protocol.multiple for side in photo.shape[:2])
    if min(height, width) == 0:
        raise RestorersError(
            Text(
                f"The benchmark {protocol.name} needs sides of at least {protocol.multiple} pixels; {name} has {photo.shape[1]}×{photo.shape[0]}.",
                f"基准 {protocol.name} 要求边长至少 {protocol.multiple} 像素；{name} 为 {photo.shape[1]}×{photo.shape[0]}。",
            )
        )
    photo = photo[:height, :width]
    if protocol.gray:
        gray = np.rint(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY) * 255) / np.float32(255)
        return np.repeat(gray[..., None], 3, axis=2)
    return photo


def benchmark(
    protocol: Benchmark,
    folder: Path,
    restorers: Sequence,
    limit: int | None = None,
    progress: Callable[[float], None] | None = None,
    skipped: Callable[[RestorersError], None] | None = None,
) -> list[Row]:
    """Run a protocol over the photos of a folder: one row a restorer and setting, each the mean over the photos.

    Args:
        protocol: from ``find_benchmark``.
        folder: the photos; photo i is degraded with seed i, in the order of the files' names.
        restorers: from ``find_restorer``; those that cannot be told what they need get no row.
        limit: only the first so many photos.
        progress: called with the fraction done.
        skipped: called with an error for each file that is passed over, for each photo that a degradation does not change, which
            has no part in the mean, and once for each restorer that cannot be told what it needs.
    """
    files = list_photos(folder)[:limit]
    rows: list[Row] = []
    untold: dict[str, RestorersError] = {}
    for i, file in enumerate(files):
        try:
            truth = prepare(read_photo(file).photo, protocol, file.name)
        except RestorersError as error:
            if skipped is not None:
                skipped(error)
            continue
        for j, (label, degradation, metric, rounded) in enumerate(protocol.settings):
            observation = degrade(truth, degradation, i)
            if rounded:
                observation = _rounded(observation)
            shown = np.clip(observation.photo, 0, 1) if protocol.clipped else observation.photo
            observed = score(shown, truth, metric)
            if observed.psnr >= HARMLESS:
                if skipped is not None:
                    skipped(LeftOut(file.name, label))
                continue
            for k, restorer in enumerate(restorers):
                if error := lacking(restorer, observation):
                    untold[restorer.describe(changed=True)] = error
                else:
                    restoration = restore(observation, restorer)
                    measured = row(restorer.describe(changed=True), label, observed, score(restoration.photo, truth, metric), restoration)
                    if protocol.name == "colorize":
                        ratio = colorfulness(restoration.photo) / max(colorfulness(truth), 1e-6)
                        measured = Row(**{**vars(measured), "colorfulness": ratio})
                    rows.append(measured)
                if progress is not None:
                    progress((i + (j + (k + 1) / len(restorers)) / len(protocol.settings)) / len(files))
    if skipped is not None:
        for error in untold.values():
            skipped(error)
    return mean_rows(rows)


def _rounded(observation: Observation) -> Observation:
    return Observation(**{**vars(observation), "photo": np.rint(np.clip(observation.photo, 0, 1) * 255) / np.float32(255)})


def _mean(rows: list[Row]) -> Row:
    averaged = ("psnr", "ssim", "psnr_degraded", "ssim_degraded", "gain", "seconds", "seconds_per_megapixel")
    means = {key: float(np.mean([getattr(r, key) for r in rows])) for key in averaged if getattr(rows[0], key) is not None}
    if rows[0].colorfulness is not None:
        means["colorfulness"] = float(np.mean([r.colorfulness for r in rows]))
    return Row(**{**vars(rows[0]), **means, "photos": len(rows)})
