"""The command line: the page's verbs without a page."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from tqdm import tqdm

from restorers.errors import RestorersError
from restorers.text import Text

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

    return SAMPLES[str(source)].path if str(source) in SAMPLES and not source.exists() else source


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
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object for programs.")]


class UsageError(RestorersError):
    """Arguments that do not fit together."""


def _grouped(verbs: tuple[str, ...], argv: list[str]) -> list[tuple[str, str, dict[str, str]]]:
    """The ``--with`` / ``--using`` of the command line in order, each with the ``--set`` that follow it."""
    groups: list[tuple[str, str, dict[str, str]]] = []
    words = iter(argv)
    for word in words:
        option, _, attached = word.partition("=")
        if option in verbs:
            groups.append((option, attached or next(words, ""), {}))
        elif option == "--set":
            name, equals, value = (attached or next(words, "")).partition("=")
            if not equals:
                raise UsageError(Text(f"--set needs NAME=VALUE. Received: {name!r}.", f"--set 需要 名称=值。收到：{name!r}。"))
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
    from restorers.restore import find_restorer

    return [find_restorer(name, settings) for option, name, settings in groups if option == "--using"]


def _jobs(source: Path, target: Path) -> list[tuple[Path, Path]]:
    """Pairs of files to read and to write."""
    from restorers.photo import list_photos

    if not source.is_dir():
        return [(source, target / f"{source.stem}.png" if target.is_dir() else target)]
    if target.exists() and not target.is_dir():
        raise UsageError(
            Text(
                f"{source.name} is a folder, so OUT must be one too. Received: {target.name}.",
                f"{source.name} 是文件夹，OUT 也须是文件夹。收到：{target.name}。",
            )
        )
    files = list_photos(source)
    target.mkdir(parents=True, exist_ok=True)
    return [(file, target / f"{file.stem}.png") for file in files]


def _say(sentence: Text | str) -> None:
    tqdm.write(str(sentence), file=sys.stderr)


def _run(source: Path, target: Path, work) -> list[dict[str, Any]]:
    """Do ``work(input, output) -> dict`` for each job; in a folder a bad file is named and passed over, and the exit status says so."""
    jobs = _jobs(source, target)
    results, failed = [], 0
    for file, out in tqdm(jobs, unit="photo", disable=not source.is_dir()):
        try:
            results.append({"file": file.name, **work(file, out)})
        except RestorersError as error:
            if not source.is_dir():
                raise
            failed += 1
            _say(f"{file.name}: passed over. {error}" if file.name not in str(error) else f"Passed over. {error}")
    if failed:
        _say(f"{failed} of {len(jobs)} files were passed over.")
        raise typer.Exit(1)
    return results


def _finite(value: Any) -> Any:
    """The value with infinities as None: JSON has none."""
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(entry) for entry in value]
    return None if isinstance(value, float) and value in (float("inf"), float("-inf")) else value


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(_finite(value), ensure_ascii=False, indent=1))


def _table(head: list[str], rows: list[list[str]]) -> None:
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, *rows]:
        typer.echo(
            "  ".join(cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))).rstrip()
        )


def _show_rows(rows: list, as_json: bool, **head: Any) -> None:
    if as_json:
        _print_json({**head, "rows": [r.as_dict() for r in rows]})
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
                f"{r.psnr_degraded:.2f}",
                f"{r.gain:+.2f}",
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
    from restorers.degradations import degrade as apply
    from restorers.metrics import score
    from restorers.photo import read_photo, write_photo

    degradation = _degradation(_grouped(("--with",), ctx.obj))
    if degradation is None:
        raise UsageError(
            Text("degrade needs at least one --with NAME. `list` names them.", "degrade 至少需要一个 --with 名称。`list` 列出全部。")
        )

    def work(file: Path, out: Path) -> dict[str, Any]:
        photo = read_photo(file)
        observation = apply(photo.photo, degradation, seed)
        write_photo(out, observation.photo)
        observed = score(observation.photo.clip(0, 1), photo.photo)
        return {
            "degradation": degradation.describe(),
            "seed": seed,
            "psnr_degraded": observed.psnr,
            "ssim_degraded": observed.ssim,
            "protocol": observed.protocol.name,
            "notes": [note.en for note in photo.notes],
        }

    _report(_run(source, target, work), source, as_json)


def _report(results: list[dict[str, Any]], source: Path, as_json: bool) -> None:
    if as_json:
        _print_json({"results": results} if source.is_dir() else {k: v for k, v in results[0].items() if k != "file"})
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
    using: Annotated[list[str] | None, typer.Option("--using", help="A restorer.")] = None,
    with_: With = None,
    set_: Settings = None,
    seed: Seed = 0,
    strength: Annotated[float, typer.Option(min=0, max=1, help="Blends the result over what was seen: 0 the input, 1 the result.")] = 1.0,
    as_json: Json = False,
) -> None:
    """Mend a photo. With --with: break it first, and score the result against the truth."""
    from restorers.degradations import Observation
    from restorers.degradations import degrade as apply
    from restorers.metrics import score
    from restorers.photo import read_photo, write_photo
    from restorers.restore import blend
    from restorers.restore import restore as mend

    groups = _grouped(("--with", "--using"), ctx.obj)
    degradation, restorers = _degradation(groups), _restorers(groups)
    if len(restorers) != 1:
        raise UsageError(
            Text(
                f"restore needs exactly one --using NAME. Received: {len(restorers)}.",
                f"restore 需要且仅需要一个 --using 名称。收到：{len(restorers)} 个。",
            )
        )
    quiet = source.is_dir() or not sys.stderr.isatty()

    def work(file: Path, out: Path) -> dict[str, Any]:
        photo = read_photo(file)
        truth = None if degradation is None else photo.photo
        observation = Observation(photo.photo) if truth is None else apply(truth, degradation, seed)
        with tqdm(total=100, unit="%", disable=quiet, leave=False) as bar:
            done = mend(observation, restorers[0], progress=lambda fraction: bar.update(round(100 * fraction) - bar.n))
        photo_out = blend(observation, done, strength)
        write_photo(out, photo_out)
        scores: dict[str, Any] = dict.fromkeys(("psnr", "ssim", "psnr_degraded", "ssim_degraded", "gain", "protocol"))
        if truth is not None:
            observed, restored = score(observation.photo.clip(0, 1), truth), score(photo_out, truth)
            scores = {
                "psnr": restored.psnr,
                "ssim": restored.ssim,
                "psnr_degraded": observed.psnr,
                "ssim_degraded": observed.ssim,
                "gain": 0.0 if restored.psnr == observed.psnr else restored.psnr - observed.psnr,
                "protocol": restored.protocol.name,
            }
        notes = [note.en for note in (*photo.notes, *done.notes)]
        if truth is None:
            notes.append("No truth is known for this photo, so there is no score.")
        return {**scores, "seconds": done.seconds, "notes": notes}

    _report(_run(source, target, work), source, as_json)


@app.command()
def compare(
    ctx: typer.Context,
    source: In,
    with_: With = None,
    using: Annotated[list[str] | None, typer.Option("--using", help="A restorer; default: every one made for the degradation.")] = None,
    set_: Settings = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Every suited restorer on the same photo, ranked by the gain over doing nothing."""
    from restorers.compare import compare as run
    from restorers.compare import mean_rows, ranked, suited_restorers
    from restorers.degradations import degrade as apply
    from restorers.photo import list_photos, read_photo

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
    files = list_photos(source) if source.is_dir() else [source]
    rows, failed = [], 0
    with tqdm(total=len(files) * len(restorers), unit="run", disable=None) as bar:
        for file in files:
            try:
                truth = read_photo(file).photo
            except RestorersError as error:
                if not source.is_dir():
                    raise
                failed += 1
                _say(error.sentence)
                continue
            for row, _ in run(truth, apply(truth, degradation, seed), restorers):
                rows.append(row)
                bar.update()
    _show_rows(ranked(mean_rows(rows)), as_json, degradation=degradation.describe(), seed=seed)
    if failed:
        raise typer.Exit(1)


@app.command()
def benchmark(
    ctx: typer.Context,
    protocol: Annotated[str, typer.Argument(metavar="PROTOCOL", help="denoise | enlarge | dejpeg | deblur | inpaint | colorize | speed")],
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help="The photos; not needed for speed.")] = None,
    using: Annotated[list[str] | None, typer.Option("--using", help="A restorer; several may be named.")] = None,
    set_: Settings = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many photos.")] = None,
    record: Annotated[bool, typer.Option("--record", help="Write the scores into the cards of the presets.")] = False,
    as_json: Json = False,
) -> None:
    """Score restorers under a published protocol, or measure speed and memory."""
    if protocol == "speed":
        from restorers.speed import measure

        measured = measure(progress=_say)
        if as_json:
            _print_json({"rows": measured})
        else:
            _table(
                ["what", "measured", "at most", "holds"],
                [[m["what"], m["shown"], m["limit"], "yes" if m["holds"] else "NO"] for m in measured],
            )
        return
    from restorers.compare import benchmark as run
    from restorers.compare import find_benchmark
    from restorers.restore import find_restorer

    chosen = find_benchmark(protocol)
    if folder is None:
        raise UsageError(Text(f"benchmark {protocol} needs a folder of photos.", f"benchmark {protocol} 需要一个照片文件夹。"))
    restorers = _restorers(_grouped(("--using",), ctx.obj)) or [find_restorer("do_nothing")]
    with tqdm(total=100, unit="%", disable=None) as bar:
        rows = run(chosen, folder, restorers, limit, lambda f: bar.update(round(100 * f) - bar.n), lambda error: _say(error.sentence))
    if record:
        _record(chosen, folder, rows)
    _show_rows(rows, as_json, benchmark=chosen.name, folder=folder.name, protocol=chosen.help.en)


def _record(chosen, folder: Path, rows: list) -> None:
    from restorers.presets import PRESETS
    from restorers.training.export import write_preset

    for name in {r.restorer for r in rows} & set(PRESETS.names()):
        preset = PRESETS.get(name)
        new = [
            {
                "benchmark": chosen.name,
                "setting": f"{folder.name}, {r.setting}",
                "protocol": chosen.help.en,
                **{key: round(getattr(r, key), 4) for key in ("psnr", "ssim", "psnr_degraded", "ssim_degraded", "gain")},
                "photos": r.photos,
                "sha256": preset.weights["sha256"],
            }
            for r in rows
            if r.restorer == name
        ]
        replaced = {(s["benchmark"], s["setting"]) for s in new}
        preset.scores[:] = [s for s in preset.scores if (s["benchmark"], s["setting"]) not in replaced] + new
        write_preset(preset)


@app.command()
def train(
    ctx: typer.Context,
    recipe: Annotated[str, typer.Argument(metavar="RECIPE", help="`list` names them.")],
    data: Annotated[
        str | None,
        typer.Option(help="A folder of pictures, or several separated by commas; default: what ships inside installed packages."),
    ] = None,
    validation: Annotated[
        Path | None, typer.Option(help="Pictures to choose the best weights by; default: some of --data, held back.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="What the pictures are and their terms, for the card; default: the folder's name.")
    ] = None,
    minutes: Annotated[float | None, typer.Option(min=0.01, help="Time budget; default: the recipe's own.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the state of an earlier training.")] = False,
    out: Annotated[Path | None, typer.Option(help="The preset folder to write; default: weights/RECIPE.")] = None,
    state: Annotated[Path | None, typer.Option(help="Where the state is kept, the optimizer's too; default: runs/RECIPE.")] = None,
    half: Annotated[bool, typer.Option("--half", help="Store the weights in 16 bits.")] = False,
    set_: Settings = None,
    seed: Seed = 0,
) -> None:
    """Train a recipe and write a preset. Ctrl-C stops it and keeps the best weights so far."""
    from restorers.training.recipes import RECIPES

    settings = _grouped(("train",), ctx.obj)[0][2]
    chosen = RECIPES.get(recipe).from_settings(settings)
    pictures = chosen.load(data, validation)
    if source is not None:
        pictures.source = source
    for note in pictures.notes:
        _say(note)
    from restorers.training.export import export
    from restorers.training.fit import train as fit
    from restorers.training.progress import ProgressBar

    state, out = state or Path("runs") / chosen.name, out or Path("weights") / chosen.name
    cancel = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: cancel.set())
    try:
        run = fit(chosen, pictures, [ProgressBar(pictures.steps)], cancel, minutes=minutes, folder=state, resume=resume, seed=seed)
    finally:
        signal.signal(signal.SIGINT, before)
    preset = export(run, chosen, pictures, out, "float16" if half else "float32")
    typer.echo(
        f"{preset.name}: {preset.scores[0]['psnr']:.2f} dB on the validation pictures, {preset.scores[0]['gain']:+.2f} dB over doing nothing, in {out}."
    )


def main(argv: list[str] | None = None) -> int:
    """Run the command line; returns the exit status: 0 done, 1 the work failed, 2 the arguments do not fit."""
    from restorers.params import ParameterError
    from restorers.registry import UnknownName

    argv = sys.argv[1:] if argv is None else argv
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
