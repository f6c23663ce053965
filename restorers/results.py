"""The scores on the cards as tables, beside what was published under the same protocol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from restorers.presets import PRESETS, Preset

SHOWN_OTHERS = 4  # formulas in a table, the best ones


@dataclass(frozen=True)
class Published:
    """What a paper reports.

    Attributes:
        method: its name, and what it is told.
        psnr: in dB, one for each setting of the table.
    """

    method: str
    psnr: tuple[float, ...]


@dataclass(frozen=True)
class Results:
    """One table: a protocol on one folder of photos.

    Attributes:
        title: its heading.
        benchmark: name of the protocol.
        folder: name of the folder, as scores were recorded.
        settings: labels of the columns, as the protocol names them.
        published: rows below ours.
    """

    title: str
    benchmark: str
    folder: str
    settings: tuple[str, ...]
    published: tuple[Published, ...] = ()

    def scores(self, preset: Preset) -> dict[str, dict[str, Any]]:
        """What a card holds of this table, by setting."""
        found = {s["setting"]: s for s in preset.scores if isinstance(s, dict) and s.get("benchmark") == self.benchmark}
        return {label: found[f"{self.folder}, {label}"] for label in self.settings if f"{self.folder}, {label}" in found}

    def table(self, presets: Sequence[Preset]) -> dict[str, Any] | None:
        """The table as plain values, best networks and formulas first; None where no card holds a score of it.

        Returns:
            ``title``, ``benchmark``, ``folder``, ``photos``, ``protocol``, ``settings``, and ``rows``: each with ``kind`` (``nothing``,
            ``network``, ``formula`` or ``published``), ``method``, and by setting ``psnr`` in dB, of our own ``gain`` and ``colorfulness``.
        """
        networks = {preset.name: scores for preset in presets if (scores := self.scores(preset))}
        if not networks:
            return None
        every = [score for scores in networks.values() for score in scores.values()]
        nothing = {label: s["psnr_degraded"] for scores in networks.values() for label, s in scores.items()}
        formulas: dict[str, dict[str, float]] = {}
        for scores in networks.values():
            for label, score in scores.items():
                for name, psnr in score.get("others", {}).items():
                    if name not in networks:
                        formulas.setdefault(name, {})[label] = psnr
        rows: list[dict[str, Any]] = [{"kind": "nothing", "method": "doing nothing", "psnr": nothing}]
        for name, psnr in _best_first({name: {label: s["psnr"] for label, s in scores.items()} for name, scores in networks.items()}):
            more = {key: {label: s[key] for label, s in networks[name].items() if key in s} for key in ("gain", "colorfulness")}
            rows.append({"kind": "network", "method": name, "psnr": psnr, **{key: values for key, values in more.items() if values}})
        for name, psnr in _best_first(formulas)[:SHOWN_OTHERS]:
            gain = {label: value - nothing[label] for label, value in psnr.items()}
            rows.append({"kind": "formula", "method": name, "psnr": psnr, "gain": gain})
        for row in self.published:
            rows.append({"kind": "published", "method": row.method, "psnr": dict(zip(self.settings, row.psnr, strict=True))})
        return {
            "title": self.title,
            "benchmark": self.benchmark,
            "folder": self.folder,
            "photos": max(s["photos"] for s in every),
            "protocol": every[0]["protocol"],
            "settings": list(self.settings),
            "rows": rows,
        }


def markdown(table: dict[str, Any]) -> Iterator[str]:
    """The lines of what ``Results.table`` returns."""
    settings = table["settings"]
    yield f"**{table['title']}**, {table['photos']} photos. {table['protocol']}"
    yield ""
    yield f"| | {' | '.join(settings)} |"
    yield f"|---|{'---|' * len(settings)}"
    for row in table["rows"]:
        name = {"network": "**`{}`**", "formula": "`{}`", "published": "published: {}", "nothing": "{}"}[row["kind"]].format(row["method"])
        yield f"| {name} | {' | '.join(_cell(row, label) if label in row['psnr'] else '–' for label in settings)} |"


def _cell(row: dict[str, Any], label: str) -> str:
    psnr, inside = f"{row['psnr'][label]:.2f}", []
    if "gain" in row:
        inside.append(f"{row['gain'][label]:+.2f}".replace("-", "−"))
    if label in row.get("colorfulness", {}):
        inside.append(f"{row['colorfulness'][label]:.2f} of the colour")
    psnr = f"**{psnr}**" if row["kind"] == "network" else psnr
    return f"{psnr} ({', '.join(inside)})" if inside else psnr


TABLES = (
    Results(
        "Colour denoising, CBSD68",
        "denoise",
        "cbsd68",
        ("σ 15", "σ 25", "σ 50"),
        (
            Published("CBM3D, told σ", (33.52, 30.71, 27.38)),
            Published("DnCNN, blind", (33.90, 31.24, 27.95)),
            Published("FFDNet, told σ", (33.87, 31.21, 27.96)),
        ),
    ),
    Results(
        "Enlarging, Set5",
        "enlarge",
        "set5",
        ("×2", "×3", "×4"),
        (
            Published("SRCNN, one network a factor", (36.66, 32.75, 30.48)),
            Published("FSRCNN, one network a factor", (37.05, 33.18, 30.72)),
            Published("VDSR, one network for all", (37.53, 33.66, 31.35)),
        ),
    ),
    Results(
        "Removing JPEG artefacts, Classic5 in gray",
        "dejpeg",
        "classic5",
        ("q 10", "q 20", "q 30", "q 40"),
        (
            Published("ARCNN, one network a quality", (29.03, 31.15, 32.51, 33.32)),
            Published("DnCNN-3, blind", (29.40, 31.63, 32.91, 33.77)),
        ),
    ),
    Results("Deblurring, CBSD68", "deblur", "cbsd68", ("σ 1.6, noise 2", "σ 1.6, 8 bits")),
    Results("Inpainting, CBSD68", "inpaint", "cbsd68", ("half missing", "scratches")),
    Results("Gray to colour, validation photos", "colorize", "validation", ("grayscale",)),
)


def _best_first(rows: dict[str, dict[str, float]]) -> list[tuple[str, dict[str, float]]]:
    return sorted(rows.items(), key=lambda row: -sum(row[1].values()) / len(row[1]))


def results() -> list[dict[str, Any]]:
    """All tables that the cards hold scores of, as plain values; see ``Results.table``."""
    presets = [PRESETS.get(name) for name in PRESETS.names()]
    return [table for results in TABLES if (table := results.table(presets)) is not None]


def results_tables() -> str:
    """All tables in Markdown, made from the cards alone: PSNR in dB, in brackets the gain over doing nothing."""
    return "\n\n".join("\n".join(markdown(table)) for table in results())
