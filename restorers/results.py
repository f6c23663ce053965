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
        found = {s["setting"]: s for s in preset.scores if s["benchmark"] == self.benchmark}
        return {label: found[f"{self.folder}, {label}"] for label in self.settings if f"{self.folder}, {label}" in found}

    def lines(self, presets: Sequence[Preset]) -> Iterator[str]:
        """The table in Markdown, best networks and formulas first; nothing where no card holds a score of it."""
        networks = {preset.name: scores for preset in presets if (scores := self.scores(preset))}
        if not networks:
            return
        every = [score for scores in networks.values() for score in scores.values()]
        nothing = {label: s["psnr_degraded"] for scores in networks.values() for label, s in scores.items()}
        formulas: dict[str, dict[str, float]] = {}
        for scores in networks.values():
            for label, score in scores.items():
                for name, psnr in score.get("others", {}).items():
                    if name not in networks:
                        formulas.setdefault(name, {})[label] = psnr
        yield f"**{self.title}**, {max(s['photos'] for s in every)} photos. {every[0]['protocol']}"
        yield ""
        yield f"| | {' | '.join(self.settings)} |"
        yield f"|---|{'---|' * len(self.settings)}"
        yield self._row("doing nothing", [label in nothing and f"{nothing[label]:.2f}" for label in self.settings])
        for name, scores in _best_first({name: {label: s["psnr"] for label, s in scores.items()} for name, scores in networks.items()}):
            yield self._row(f"**`{name}`**", [label in scores and _cell(networks[name][label]) for label in self.settings])
        for name, scores in _best_first(formulas)[:SHOWN_OTHERS]:
            gains = {label: f"{psnr:.2f} ({_gain(psnr - nothing[label])})" for label, psnr in scores.items()}
            yield self._row(f"`{name}`", [gains.get(label) for label in self.settings])
        for row in self.published:
            yield self._row(f"published: {row.method}", [f"{psnr:.2f}" for psnr in row.psnr])

    @staticmethod
    def _row(name: str, cells: Sequence[str | bool | None]) -> str:
        return f"| {name} | {' | '.join(cell or '–' for cell in cells)} |"


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
    Results("Deblurring, CBSD68", "deblur", "cbsd68", ("σ 1.6, noise 2",)),
    Results("Inpainting, CBSD68", "inpaint", "cbsd68", ("half missing", "scratches")),
    Results("Gray to colour, validation photos", "colorize", "validation", ("grayscale",)),
)


def _gain(decibels: float) -> str:
    return f"{decibels:+.2f}".replace("-", "−")


def _cell(score: dict[str, Any]) -> str:
    colours = f", {score['colorfulness']:.2f} of the colour" if "colorfulness" in score else ""
    return f"**{score['psnr']:.2f}** ({_gain(score['gain'])}{colours})"


def _best_first(rows: dict[str, dict[str, float]]) -> list[tuple[str, dict[str, float]]]:
    return sorted(rows.items(), key=lambda row: -sum(row[1].values()) / len(row[1]))


def results_tables() -> str:
    """All tables in Markdown, made from the cards alone: PSNR in dB, in brackets the gain over doing nothing."""
    presets = [PRESETS.get(name) for name in PRESETS.names()]
    return "\n".join(line for table in TABLES for line in (*table.lines(presets), "")).strip().replace("\n\n\n", "\n\n")
