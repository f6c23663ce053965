"""The command line: the page's verbs without a page."""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

import typer
from tqdm import tqdm

from restorers.errors import RestorersError
from restorers.text import Text

if TYPE_CHECKING:
    from restorers.executors import Work

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's greetings are not for the reader of a command line

app = typer.Typer(
    help="Break a photo in a known way, mend it with any restorer, and see the truth.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _photo_or_sample(source: Path) -> Path:
    """The path as given, or the file of the sample photo of that name where there is no such path."""
    from restorers.samples import SAMPLES

    return SAMPLES[str(source)].path if str(source) in SAMPLES and _state(source) is None else source


In = Annotated[
    Path,
    typer.Argument(
        metavar="IN", help="A photo, a folder of photos, or the name of a sample photo, such as cat.", callback=_photo_or_sample
    ),
]
Out = Annotated[Path, typer.Argument(metavar="OUT", help="Where to write; a folder if IN is one.")]
With = Annotated[list[str] | None, typer.Option("--with", help="A degradation; several are applied one after the other.")]
Settings = Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE; belongs to the --with or --using before it.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the random numbers.")]
On = Annotated[
    str,
    typer.Option(
        "--on",
        metavar="local|ray",
        help="Where to compute: in this process, or on a Ray cluster (RAY_ADDRESS; without it, one is started here).",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object for programs.")]


class UsageError(RestorersError):
    """Arguments that do not fit together."""


def _setting(text: str) -> tuple[str, str]:
    """Name and value of a ``--set``."""
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(Text(f"--set needs NAME=VALUE. Received: {name!r}.", f"--set 需要 名称=值。收到：{name!r}。"))
    return name, value


def _grouped(verbs: tuple[str, ...], argv: list[str]) -> list[tuple[str, str, dict[str, str]]]:
    """The ``--with`` / ``--using`` of the command line in order, each with the ``--set`` that follow it."""
    groups: list[tuple[str, str, dict[str, str]]] = []
    words = iter(argv)
    for word in words:
        option, _, attached = word.partition("=")
        if option in verbs:
            groups.append((option, attached or next(words, ""), {}))
        elif option == "--set":
            name, value = _setting(attached or next(words, ""))
            if not groups:
                raise UsageError(
                    Text(
                        f"--set {name}=… must follow the --with or --using that it belongs to.",
                        f"--set {name}=… 须写在它所属的 --with 或 --using 之后。",
                    )
                )
            groups[-1][2][name] = value
    return groups


def _degradation(groups: Iterable[tuple[str, str, dict]]):
    from restorers.degradations import DEGRADATIONS, Chain

    steps = tuple(DEGRADATIONS.get(name).from_settings(settings) for option, name, settings in groups if option == "--with")
    return None if not steps else steps[0] if len(steps) == 1 else Chain(steps)


def _restorers(groups: Iterable[tuple[str, str, dict]]) -> list:
    from restorers.hub import Hub, HubId
    from restorers.presets import PRESETS
    from restorers.restore import find_restorer

    PRESETS.hub = Hub(None)  # with the token of the person at the keyboard
    chosen = [(name, settings) for option, name, settings in groups if option == "--using"]
    for name in {name for name, _ in chosen if HubId.matches(name)}:
        with tqdm(desc=name, unit="B", unit_scale=True, disable=None) as bar:

            def show(done: int, total: int, bar: tqdm = bar) -> None:
                bar.total = total
                bar.update(done - bar.n)

            PRESETS.fetch(name, show)
    return [find_restorer(name, settings, hub=True) for name, settings in chosen]


def _jobs(source: Path, target: Path) -> list[tuple[Path, Path]]:
    """Pairs of files to read and to write."""
    from restorers.photo import PhotoError, check_target, disk_reason, list_photos

    if not os.path.isdir(source):  # Path.is_dir raises where a file may not be looked at
        out = target / f"{source.stem}.png" if os.path.isdir(target) else target
        check_target(out)  # before the work, not after it
        return _sparing([(source, out)])
    if _state(target) and not os.path.isdir(target):
        raise UsageError(
            Text(
                f"{source.name} is a folder, so OUT must be one too. Received: {target.name}.",
                f"{source.name} 是文件夹，OUT 也须是文件夹。收到：{target.name}。",
            )
        )
    files = list_photos(source)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = disk_reason(error)
        raise PhotoError(Text(f"{target.name} was not made: {reason.en}.", f"未能创建 {target.name}：{reason.zh}。")) from None
    shared = Counter(file.stem.casefold() for file in files)
    # of a.jpg and a.png neither may take the place of the other
    return _sparing([(f, target / f"{f.stem if shared[f.stem.casefold()] == 1 else f.name}.png") for f in files])


def _sparing(jobs: list[tuple[Path, Path]]) -> list[tuple[Path, Path]]:
    """The jobs, unless one of them would write over a file that is read, or over what another writes."""
    sources = {(state.st_dev, state.st_ino) for file, _ in jobs if (state := _state(file))}
    written = Counter(str(out).casefold() for _, out in jobs)
    for _, out in jobs:
        if (state := _state(out)) and (state.st_dev, state.st_ino) in sources:
            raise UsageError(
                Text(
                    f"The result would take the place of the photo {out.name}. Give another OUT.",
                    f"结果会覆盖照片 {out.name}。请另选 OUT。",
                )
            )
        if written[str(out).casefold()] > 1:
            raise UsageError(
                Text(
                    f"Two photos would both be written to {out.name}. Rename one of them.",
                    f"两张照片都会写入 {out.name}。请重命名其中一张。",
                )
            )
    return jobs


def _state(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except (OSError, ValueError):  # whoever opens it says why
        return None


def _must_take_files(option: str, folder: Path) -> None:
    """``UsageError`` where ``folder`` is none, or nothing may be written there; makes nothing. Said before long work, not after it."""
    folder = folder.absolute()
    nearest = next(place for place in (folder, *folder.parents) if os.path.lexists(place))
    longest = os.pathconf(nearest, "PC_NAME_MAX") if hasattr(os, "pathconf") else 255
    takes = os.path.isdir(nearest) and os.access(nearest, os.W_OK | os.X_OK)
    if not takes or any(len(os.fsencode(part)) > longest for part in folder.relative_to(nearest).parts):
        raise UsageError(
            Text(
                f"{option} must be a folder in which files can be written. Received: {folder.name}.",
                f"{option} 须为可写入文件的文件夹。收到：{folder.name}。",
            )
        )


def _say(sentence: Text | str) -> None:
    tqdm.write(str(sentence), file=sys.stderr)


def _run(source: Path, target: Path, work: Work, as_json: bool, on: str = "local") -> None:
    """Do ``work`` of ``restorers.batch`` for each file and print what came of it.

    In a folder a bad file is named and passed over, and the exit status says so.
    """
    from restorers.batch import read_job
    from restorers.executors import find_executor
    from restorers.photo import write_content

    executor, jobs = find_executor(on), _jobs(source, target)
    results, failed = [], 0
    folder = os.path.isdir(source)
    head = {"total": len(jobs), "unit": "photo"} if folder else {"total": 100, "unit": "%", "leave": False}
    with tqdm(**head, disable=not (folder or sys.stderr.isatty())) as bar, executor:

        def show(done: float) -> None:
            _advance(bar, int(done if folder else 100 * done))

        outcomes = executor.map(work, jobs, load=read_job, progress=show)
        for (file, out), outcome in zip(jobs, outcomes, strict=True):
            try:
                if isinstance(outcome, RestorersError):
                    raise outcome
                content, result = outcome
                write_content(out, content)
                results.append({"file": file.name, **result})
            except RestorersError as error:
                if not folder:
                    raise
                failed += 1
                _pass_over(file, error)
    _report(results, source, as_json)  # of the others, too, where some were passed over
    if failed:
        _say(f"{failed} of {len(jobs)} files were passed over.")
        raise typer.Exit(1)


def _advance(bar: tqdm, done: int) -> None:
    if done != bar.n:
        bar.update(done - bar.n)


def _pass_over(file: Path, error: RestorersError) -> None:
    _say(f"{file.name}: passed over. {error}" if file.name not in str(error) else f"Passed over. {error}")


def _finite(value: Any) -> Any:
    """The value with None for what is no number or infinite, such as the score of a network that has diverged: JSON has neither."""
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(_finite(value), ensure_ascii=False, indent=1))


def _table(head: list[str], rows: list[list[str]]) -> None:
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, *rows]:
        typer.echo(
            "  ".join(cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))).rstrip()
        )


def _show_rows(rows: list, as_json: bool, more: Mapping[str, Any] = MappingProxyType({}), **head: Any) -> None:
    """Print rows as a table under ``head``, or as JSON with ``more`` behind them."""
    if as_json:
        _print_json({**head, "rows": [r.as_dict() for r in rows], **more})
        return
    for key, value in head.items():
        typer.echo(f"{key}: {value}")
    _table(
        [
            "restorer",
            "setting",
            "PSNR",
            "SSIM",
            "doing nothing",
            "gain",
            "seconds",
            "s/Mpixel",
            "parameters",
            *(["colour"] if rows and rows[0].colorfulness is not None else []),
        ],
        [
            [
                r.restorer,
                r.setting,
                f"{r.psnr:.2f}",
                f"{r.ssim:.4f}",
                "–" if r.gain is None else f"{r.psnr_degraded:.2f}",
                "–" if r.gain is None else f"{r.gain:+.2f}",
                f"{r.seconds:.2f}",
                f"{r.seconds_per_megapixel:.2f}",
                f"{r.parameters:,}" if r.parameters else "–",
                *([f"{r.colorfulness:.2f}"] if r.colorfulness is not None else []),
            ]
            for r in rows
        ],
    )


@app.command("list")
def list_(as_json: Json = False) -> None:
    """Degradations, restorers, networks, presets and recipes, with their parameters."""
    from restorers.classical import CLASSICAL
    from restorers.degradations import DEGRADATIONS
    from restorers.models import ARCHITECTURES
    from restorers.presets import PRESETS
    from restorers.training.recipes import RECIPES

    def entry(cls: type, **more: Any) -> dict[str, Any]:
        return {
            "name": cls.name,
            "title": cls.title.en,
            "help": cls.help.en,
            "parameters": [p.describe() for p in cls.parameters()],
            **more,
        }

    presets = []
    for name in PRESETS.names():
        try:
            preset = PRESETS.get(name)
        except RestorersError as error:
            _say(error.sentence)
            continue
        presets.append(
            {
                "name": name,
                "title": preset.title.en,
                "help": preset.help.en,
                "parameters": [{**p.describe(), "value": getattr(preset.architecture, p.name)} for p in preset.architecture.parameters()],
                "architecture": preset.architecture.name,
                "weights": preset.weights,
                "trained_on": preset.trained_on.en,
                "suits": sorted(preset.suits),
                "scores": preset.scores,
            }
        )
    everything = {
        "degradations": [entry(d, family=d.family) for d in DEGRADATIONS],
        "classical": [entry(c, suits=sorted(c.suits), told=list(c.told)) for c in CLASSICAL],
        "architectures": [entry(a, reference=a.reference) for a in ARCHITECTURES],
        "presets": presets,
        "recipes": [entry(r) for r in RECIPES],
    }
    if as_json:
        _print_json(everything)
        return
    for kind, entries in everything.items():
        typer.echo(f"\n{kind.upper()}")
        for item in entries:
            typer.echo(f"  {item['name']:<24} {item['help']}")
            for p in item["parameters"]:
                span = f" {p['low']:g}–{p['high']:g}" if "low" in p else f" {'|'.join(p['choices'])}" if "choices" in p else ""
                unit = f" {p['unit']}" if p["unit"] else ""
                typer.echo(f"  {'':<24}   {p['name']}={p.get('value', p['default'])}{span}{unit}: {p['help']}")


@app.command()
def degrade(
    ctx: typer.Context, source: In, target: Out, with_: With = None, set_: Settings = None, seed: Seed = 0, as_json: Json = False
) -> None:
    """Break a photo in a known way."""
    from restorers.batch import degrade_job

    degradation = _degradation(_grouped(("--with",), ctx.obj))
    if degradation is None:
        raise UsageError(
            Text("degrade needs at least one --with NAME. `list` names them.", "degrade 至少需要一个 --with 名称。`list` 列出全部。")
        )
    _run(source, target, partial(degrade_job, degradation=degradation, seed=seed), as_json)


def _report(results: list[dict[str, Any]], source: Path, as_json: bool) -> None:
    if as_json:
        _print_json({"results": results} if os.path.isdir(source) else {k: v for k, v in results[0].items() if k != "file"})
        return
    for result in results:
        shown = {k: v for k, v in result.items() if v is not None and k != "notes"}
        typer.echo("  ".join(f"{k}: {v:.3f}" if isinstance(v, float) else f"{k}: {v}" for k, v in shown.items()))
        for note in result["notes"]:
            typer.echo(f"  {note}")


@app.command()
def restore(
    ctx: typer.Context,
    source: In,
    target: Out,
    using: Annotated[list[str] | None, typer.Option("--using", help="A restorer, or USER/NAME of a preset on the hub.")] = None,
    with_: With = None,
    set_: Settings = None,
    seed: Seed = 0,
    strength: Annotated[float, typer.Option(min=0, max=1, help="Blends the result over what was seen: 0 the input, 1 the result.")] = 1.0,
    on: On = "local",
    as_json: Json = False,
) -> None:
    """Mend a photo, or a video frame by frame. With --with: break it first, and score the result against the truth.

    A video (MP4, MOV, WebM, MKV, AVI …) gives a video: OUT ends in .mp4, .mov, .webm, .mkv (without loss) or .avi.
    """
    from restorers.batch import as_scores, restore_job
    from restorers.executors import find_executor
    from restorers.video import is_video, restore_video, video_name

    groups = _grouped(("--with", "--using"), ctx.obj)
    degradation, restorers = _degradation(groups), _restorers(groups)
    if len(restorers) != 1:
        raise UsageError(
            Text(
                f"restore needs exactly one --using NAME. Received: {len(restorers)}.",
                f"restore 需要且仅需要一个 --using 名称。收到：{len(restorers)} 个。",
            )
        )
    if os.path.isdir(source) or not is_video(source):
        work = partial(restore_job, restorer=restorers[0], degradation=degradation, seed=seed, strength=strength)
        _run(source, target, work, as_json, on)
        return
    target = target / video_name(source) if os.path.isdir(target) else target
    executor = find_executor(on)
    with tqdm(unit="frame", disable=None) as bar, executor:

        def show(number: int, frames: int) -> None:
            bar.total = frames
            bar.update(number - bar.n)

        done = restore_video(source, target, restorers[0], degradation, seed, strength, show, executor=executor)
    notes = [note.en for note in done.notes]
    if degradation is None:
        notes.append("No truth is known for this video, so there is no score.")
    video = {"frames": done.frames, "frames_per_second": done.frames_per_second}
    scores = as_scores(done.observed, done.restored)
    _report([{"file": source.name, **scores, "seconds": done.seconds, **video, "notes": notes}], source, as_json)


@app.command()
def compare(
    ctx: typer.Context,
    source: In,
    with_: With = None,
    using: Annotated[list[str] | None, typer.Option("--using", help="A restorer; default: every one made for the degradation.")] = None,
    set_: Settings = None,
    seed: Seed = 0,
    on: On = "local",
    as_json: Json = False,
) -> None:
    """Every suited restorer on the same photo, ranked by the gain over doing nothing; of a folder, the means over its photos."""
    from restorers.batch import compare_job, read_job
    from restorers.compare import HARMLESS, LeftOut, mean_rows, ranked, suited_restorers
    from restorers.executors import find_executor
    from restorers.photo import list_photos

    groups = _grouped(("--with", "--using"), ctx.obj)
    degradation = _degradation(groups)
    if degradation is None:
        raise UsageError(
            Text(
                "compare needs at least one --with NAME: without a known truth nothing can be ranked.",
                "compare 至少需要一个 --with 名称：没有已知真值便无法排名。",
            )
        )
    restorers = _restorers(groups) or [cls() for cls in suited_restorers(degradation)]
    executor, files = find_executor(on), list_photos(source) if os.path.isdir(source) else [source]
    work = partial(compare_job, restorers=restorers, degradation=degradation, seed=seed)
    setting, photos, failed = degradation.describe(), [], 0
    with tqdm(total=len(files) * len(restorers), unit="run", disable=None) as bar, executor:

        def show(done: float) -> None:
            _advance(bar, round(done * len(restorers)))

        outcomes = executor.map(work, [(file, file) for file in files], load=read_job, progress=show)
        for file, outcome in zip(files, outcomes, strict=True):
            if not isinstance(outcome, RestorersError):
                if os.path.isdir(source) and outcome and outcome[0].psnr_degraded >= HARMLESS:
                    _say(LeftOut(file.name, setting).sentence)
                    continue
                photos.append((file.name, [replace(row, setting=setting) for row in outcome]))
            elif os.path.isdir(source):
                failed += 1
                _pass_over(file, outcome)
            else:
                raise outcome
    if photos and using:
        failed += _untold(restorers, source / photos[0][0] if os.path.isdir(source) else source, degradation)
    more = {"photos": [{"file": name, **row.as_dict()} for name, rows in photos for row in ranked(rows)]} if os.path.isdir(source) else {}
    means = ranked(mean_rows(row for _, rows in photos for row in rows))
    _show_rows(means, as_json, more, degradation=setting, seed=seed)
    if failed or not means:
        raise typer.Exit(1)


def _untold(restorers: Iterable, file: Path, degradation) -> int:
    """Say which restorers cannot be told what they need where ``file`` is degraded so; returns how many."""
    from restorers.compare import lacking
    from restorers.degradations import degrade
    from restorers.photo import read_photo

    observation = degrade(read_photo(file).photo, degradation)
    untold = {restorer.name: error for restorer in restorers if (error := lacking(restorer, observation))}
    for name, error in untold.items():
        _say(f"{name}: passed over. {error}")
    return len(untold)


# what a benchmark listens to, where that is not what the published protocols do
_BENCHMARK_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "tutorials": ("--using", "--limit", "--record"),
    "softness": ("--using", "--set", "--limit"),
    "load": ("--minutes",),
    **dict.fromkeys(("table", "speed", "train", "ray"), ()),
}


@app.command()
def benchmark(
    ctx: typer.Context,
    protocol: Annotated[
        str,
        typer.Argument(
            metavar="PROTOCOL",
            help="denoise | enlarge | dejpeg | deblur | inpaint | colorize | tutorials | softness | table | speed | train | load | ray",
        ),
    ],
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="The photos; not needed for table, speed, train, load and ray.")
    ] = None,
    using: Annotated[list[str] | None, typer.Option("--using", help="A restorer; several may be named.")] = None,
    set_: Settings = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many photos.")] = None,
    record: Annotated[bool, typer.Option("--record", help="Write the scores into the cards of the presets.")] = False,
    minutes: Annotated[float, typer.Option(min=0, help="For load: minutes of mixed use after the storms.")] = 0.0,
    as_json: Json = False,
) -> None:
    """Score restorers under a published protocol, or measure the page: its speed and memory (speed), training in it (train),
    many visitors at once (load); or a Ray cluster against the plain loop (ray). `softness` shows what a network that finds out what
    is wrong loses and wins by sharpening mended JPEGs. `table` prints the scores on the cards.
    """
    given = {"--using": using, "--set": set_, "--limit": limit, "--record": record, "--minutes": minutes}
    known = _BENCHMARK_OPTIONS.get(protocol, ("--using", "--set", "--limit", "--record"))
    for option in (option for option, value in given.items() if value and option not in known):
        raise UsageError(Text(f"benchmark {protocol} takes no {option}.", f"benchmark {protocol} 不接受 {option}。"))
    if protocol == "table":
        from restorers.results import results, results_tables

        if as_json:
            _print_json({"tables": results()})
        else:
            typer.echo(results_tables())
        return
    if protocol in ("speed", "train", "load", "ray"):
        if protocol == "speed":
            from restorers.speed import measure
        elif protocol == "train":
            from restorers.training.speed import measure
        elif protocol == "load":
            from restorers.load import measure
        else:
            from restorers.throughput import measure

        measured = measure(progress=_say, **({"minutes": minutes} if protocol == "load" else {}))
        if as_json:
            _print_json({"rows": measured})
        else:
            _table(
                ["what", "measured", "limit", "holds"],
                [
                    [m["what"], m["shown"], f"{'≤' if 'at_most' in m else '≥'} {m['limit']}", "yes" if m["holds"] else "NO"]
                    for m in measured
                ],
            )
        return
    from restorers.compare import LeftOut, find_benchmark
    from restorers.compare import benchmark as run
    from restorers.restore import find_restorer
    from restorers.training.export import record_scores

    chosen = None if protocol in ("tutorials", "softness") else find_benchmark(protocol)
    if folder is None:
        raise UsageError(Text(f"benchmark {protocol} needs a folder of photos.", f"benchmark {protocol} 需要一个照片文件夹。"))
    folder = folder.absolute()  # the folder that one stands in has a name, too
    if protocol == "tutorials":
        _benchmark_tutorials(folder, using, limit, record, as_json)
        return
    if protocol == "softness":
        _benchmark_softness(folder, _restorers(_grouped(("--using",), ctx.obj)) or [find_restorer("universal")], limit, as_json)
        return
    groups = _grouped(("--using",), ctx.obj)
    if record and any(settings for _, _, settings in groups):
        raise UsageError(
            Text(
                "A card says how each method does with its own settings. Leave out --set, or --record.",
                "卡片记录的是各方法采用自身默认设置时的表现。请去掉 --set 或 --record。",
            )
        )
    restorers = _restorers(groups) or [find_restorer("do_nothing")]
    passed_over: list[RestorersError] = []
    with tqdm(total=100, unit="%", disable=None) as bar:
        rows = run(chosen, folder, restorers, limit, lambda f: bar.update(round(100 * f) - bar.n), passed_over.append)
    for error in passed_over:
        _say(error.sentence)
    failed = [error for error in passed_over if not isinstance(error, LeftOut)]
    if record and failed:
        _say("Nothing was recorded: a card's scores are of all that was named.")
    elif record:
        record_scores(chosen.name, chosen.help.en, [replace(r, setting=f"{folder.name}, {r.setting}") for r in rows])
    _show_rows(rows, as_json, benchmark=chosen.name, folder=folder.name, protocol=chosen.help.en)
    if failed or not rows:
        raise typer.Exit(1)


def _benchmark_tutorials(folder: Path, names: list[str] | None, limit: int | None, record: bool, as_json: bool) -> None:
    from restorers.training.export import record_scores
    from restorers.training.tutorials import PROTOCOL, benchmark_tutorials

    with tqdm(total=100, unit="%", disable=None) as bar:

        def show(name: str, fraction: float) -> None:
            bar.set_description(name)
            bar.update(round(100 * fraction) - bar.n)

        found = benchmark_tutorials(folder, names, show, lambda name, error: _say(f"{name}: {error}"), limit)
    for name, (rows, findings) in found.items() if record else ():
        record_scores("tutorials", PROTOCOL.en, rows, only=name, findings=findings)
    head = {"benchmark": "tutorials", "folder": folder.name, "protocol": PROTOCOL.en}
    head |= {"findings": {name: [f.en for f in findings] for name, (_, findings) in found.items() if findings}}
    _show_rows([r for rows, _ in found.values() for r in rows], as_json, **head)
    if not found or not set(names or ()) <= set(found):
        raise typer.Exit(1)


def _benchmark_softness(folder: Path, restorers: list, limit: int | None, as_json: bool) -> None:
    from restorers.restore import DiagnosingNetwork
    from restorers.softness import SHARP, by_threshold, measure

    network = restorers[0]
    if len(restorers) > 1 or not isinstance(network, DiagnosingNetwork):
        names = ", ".join(restorer.name for restorer in restorers)
        raise UsageError(
            Text(
                f"benchmark softness needs one network that finds out what is wrong, such as universal. Received: {names}.",
                f"benchmark softness 需要一个会自行诊断的网络，例如 universal。收到：{names}。",
            )
        )
    failed: list[RestorersError] = []
    with tqdm(total=100, unit="%", disable=None) as bar:
        cases = measure(folder, network, limit, lambda f: bar.update(round(100 * f) - bar.n), failed.append)
    for error in failed:
        _say(error.sentence)
    records, sharp = by_threshold(cases) if cases else [], sum(case.kind == SHARP for case in cases)
    if as_json:
        _print_json({"benchmark": "softness", "folder": folder.name, "sharp": sharp, "rows": records})
    else:
        _table(
            ["at least", "sharp", f"sharpened, of {sharp}", "blurred", "reduced"],
            [
                [f"{r['threshold']:.2f}", f"{r['sharp']:+.2f}", f"{r['sharpened']}", f"{r['blurred']:+.2f}", f"{r['reduced']:+.2f}"]
                for r in records
            ],
        )
    if failed:
        raise typer.Exit(1)


@app.command()
def train(
    ctx: typer.Context,
    recipe: Annotated[str, typer.Argument(metavar="RECIPE", help="`list` names them.")],
    data: Annotated[
        str | None,
        typer.Option(
            help="A folder of pictures, or several separated by commas; or public data, fetched once: mnist (digits, 11 MB), "
            "flowers (229 MB), faces (243 MB); default: what ships inside installed packages."
        ),
    ] = None,
    validation: Annotated[
        Path | None, typer.Option(help="Pictures to choose the best weights by; default: some of --data, held back.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="What the pictures are and their terms, for the card; default: the folder's name.")
    ] = None,
    minutes: Annotated[float | None, typer.Option(min=0.01, help="Time budget; default: the recipe's own.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Budget in steps; the same on every machine.")] = None,
    sweep: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=A,B,…", help="Train once for each value; with several --sweep, for each combination of values."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the state of an earlier training.")] = False,
    start: Annotated[
        str | None,
        typer.Option(
            metavar="PRESET,…",
            help="Take the first weights from this preset, as far as they fit; of several, their mean. For colorize also efficientnet-lite0.",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The preset folder to write; default: weights/RECIPE.")] = None,
    state: Annotated[Path | None, typer.Option(help="Where the state is kept, the optimizer's too; default: runs/RECIPE.")] = None,
    store: Annotated[str, typer.Option(help="How the weights are stored: float32 | float16 | int8.")] = "float32",
    bfloat16: Annotated[
        bool, typer.Option("--bfloat16", help="Compute in 16 bits; on a GPU with KERAS_BACKEND=jax, or a CPU with avx512_bf16.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(min=0, help="Processes that make batches ahead; default: all cores but two, none on few cores.")
    ] = None,
    set_: Settings = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of the random numbers.")] = 0,
    on: On = "local",
    as_json: Json = False,
) -> None:
    """Train a recipe and write a preset. Ctrl-C stops it and keeps the best weights so far.

    With --sweep: train it with several settings, write each preset to a folder of --out (default: runs/RECIPE-sweep), and rank them.
    """
    from restorers.presets import PRESETS
    from restorers.training.imagenet import ENCODER, ImageNetEncoder
    from restorers.training.prefetch import Prefetch, useful_workers
    from restorers.training.recipes import RECIPES
    from restorers.weights import STORED_AS

    if store not in STORED_AS:
        raise UsageError(
            Text(
                f"--store must be one of {', '.join(STORED_AS)}. Received: {store}.",
                f"--store 应为 {'、'.join(STORED_AS)} 之一。收到：{store}。",
            )
        )
    settings = dict(map(_setting, set_ or ()))
    first = [ImageNetEncoder() if name == ENCODER else PRESETS.get(name) for name in start.split(",")] if start is not None else []
    if sweep:
        if resume or state is not None or workers is not None:
            raise UsageError(
                Text(
                    "--resume, --state and --workers belong to a single training, not to --sweep.",
                    "--resume、--state 和 --workers 只用于单次训练，不能与 --sweep 同用。",
                )
            )
        how = {"data": data, "validation": validation, "source": source, "minutes": minutes, "steps": steps, "start": first}
        _sweep(recipe, settings, sweep, out, on, as_json, {**how, "store": store, "bfloat16": bfloat16, "seed": seed})
        return
    if on != "local" or as_json:
        raise UsageError(
            Text(
                "train takes --on and --json only with --sweep NAME=A,B,….",
                "train 只有在使用 --sweep 名称=甲,乙,… 时才接受 --on 和 --json。",
            )
        )
    chosen = RECIPES.get(recipe).from_settings(settings)
    state, out = state or Path("runs") / chosen.name, out or Path("weights") / chosen.name
    _must_take_files("--out", out)
    _must_take_files("--state", state)
    pictures = chosen.load(data, validation)
    if source is not None:
        pictures.source = source
    for note in pictures.notes:
        _say(note)
    workers = useful_workers() if workers is None else workers
    ahead = Prefetch(pictures.batches, workers) if workers else contextlib.nullcontext(pictures.batches)  # before Keras is loaded
    from restorers.training.export import export
    from restorers.training.fit import train as fit
    from restorers.training.progress import ProgressBar

    cancel = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: cancel.set())
    try:
        with ahead as pictures.batches:
            run = fit(
                chosen,
                pictures,
                [ProgressBar(pictures.steps)],
                cancel,
                minutes=minutes,
                steps=steps,
                folder=state,
                resume=resume,
                start=first,
                bfloat16=bfloat16,
                seed=seed,
            )
    finally:
        signal.signal(signal.SIGINT, before)
    if not run.learned:
        _say(f"{chosen.name} had had all of its {chosen.epochs:,} epochs: nothing more is learned, the preset is written anew.")
    if run.unsaved is not None:
        _say(run.unsaved)
    preset = export(run, chosen, pictures, out, store)
    if preset.scores:
        score = preset.scores[0]
        gained = "" if score["gain"] is None else f", {score['gain']:+.2f} dB over doing nothing"
        typer.echo(f"{preset.name}: {score['psnr']:.2f} dB on the validation pictures{gained}, in {out}.")
    else:
        typer.echo(f"{preset.name}: loss {run.state.lowest:.4f} on the validation pictures, in {out}.")
    if run.waited is not None:
        typer.echo(f"The training waited for its batches {run.waited:.1%} of the time; {workers} processes made them.")


def _sweep(
    recipe: str, settings: Mapping[str, str], sweep: list[str], out: Path | None, on: str, as_json: bool, how: Mapping[str, Any]
) -> None:
    from restorers.executors import find_executor
    from restorers.training.sweep import grid, ranked
    from restorers.training.sweep import sweep as run

    axes: dict[str, list[str]] = {}
    for axis in sweep:
        name, _, values = axis.partition("=")
        if not values or "" in values.split(",") or name in axes:
            raise UsageError(
                Text(
                    f"--sweep needs NAME=A,B,…, each name once. Received: {axis!r}.",
                    f"--sweep 需要 名称=甲,乙,…，每个名称一次。收到：{axis!r}。",
                )
            )
        axes[name] = values.split(",")
    trials, executor = grid(recipe, settings, axes), find_executor(on)
    out = out or Path("runs") / f"{recipe}-sweep"
    _must_take_files("--out", out)
    trained, failed, cancel = [], 0, threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: cancel.set())
    try:
        form = "{l_bar}{bar}| {n:.2f}/{total} [{elapsed}<{remaining}]"
        with tqdm(total=len(trials), unit="training", disable=None, bar_format=form) as bar, executor:
            outcomes = run(trials, executor, progress=lambda done: _advance(bar, round(done, 2)), cancel=cancel, **how)
            for trial, outcome in zip(trials, outcomes, strict=False):  # fewer where it was stopped
                chosen = ", ".join(f"{name}={value}" for name, value in trial.varied.items())
                if isinstance(outcome, RestorersError):
                    failed += 1
                    _say(f"{trial.name} ({chosen}): passed over. {outcome}")
                    continue
                outcome.write(out / trial.name)
                trained.append(outcome)
                _say(f"{trial.name} ({chosen}): {outcome.psnr:.2f} dB on the validation pictures.")
    finally:
        signal.signal(signal.SIGINT, before)
    rows = ranked(trained)
    if as_json:
        _print_json(
            {"recipe": recipe, "seed": how["seed"], "rows": [{**row.as_dict(), "folder": str(out / row.trial.name)} for row in rows]}
        )
    else:
        _table(
            ["preset", *axes, "validation", "gain", "steps", "minutes"],
            [
                [
                    row.trial.name,
                    *(str(value) for value in row.trial.varied.values()),
                    f"{row.psnr:.2f} dB",
                    "–" if row.gain is None else f"{row.gain:+.2f} dB",
                    f"{row.steps:,}",
                    f"{row.minutes:.1f}",
                ]
                for row in rows
            ],
        )
    if failed:
        _say(f"{failed} of {len(trials)} trainings were passed over.")
        raise typer.Exit(1)


@app.command()
def publish(
    preset: Annotated[str, typer.Argument(metavar="PRESET", help="A preset that `list` names, or the folder of one.")],
    to: Annotated[str, typer.Option("--to", metavar="USER/NAME", help="The repository on the Hugging Face hub; made if there is none.")],
    private: Annotated[bool, typer.Option("--private", help="A new repository is seen by you alone.")] = False,
    as_json: Json = False,
) -> None:
    """Publish a preset on the Hugging Face hub, with its card, its scores and the Keras files.

    Needs a token that may write: `hf auth login`, or HF_TOKEN.
    """
    from restorers.hub import Hub, HubId
    from restorers.presets import PRESETS, Preset

    target, folder = HubId.parse(to), Path(preset)
    chosen = Preset.read(folder) if preset not in PRESETS.names() and os.path.isdir(folder) else PRESETS.get(preset)
    done = Hub(None).publish(chosen.folder, target, PRESETS.model(chosen), chosen.scores, private)
    if as_json:
        _print_json({"preset": chosen.name, "repository": target.repository, "url": done.url, "revision": done.revision})
    else:
        typer.echo(f"{chosen.name} is at {done.url}, commit {done.revision[:12]}. Anybody uses it with --using {target}.")


def main(argv: list[str] | None = None) -> int:
    """Run the command line; returns the exit status: 0 done, 1 the work failed, 2 the arguments do not fit."""
    from restorers.params import ParameterError
    from restorers.registry import UnknownName

    argv = sys.argv[1:] if argv is None else argv
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):  # not every stream is a file
            stream.reconfigure(errors="backslashreplace")  # the name of a file may be no text
    try:
        app(args=argv, prog_name="python -m restorers", standalone_mode=True, obj=argv)
    except RestorersError as error:
        typer.echo(str(error), err=True)
        return 2 if isinstance(error, (UsageError, ParameterError, UnknownName)) else 1
    except SystemExit as done:
        return int(done.code or 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
