"""The tables of scores: made from the cards, and the README shows just these."""

from dataclasses import replace
from pathlib import Path

import pytest

from restorers.compare import benchmarks
from restorers.presets import PRESETS
from restorers.results import TABLES, markdown, results_tables

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BEGIN, END = "<!-- python -m restorers benchmark table -->\n", "\n<!-- end -->"


def test_the_readme_shows_the_tables_as_the_cards_have_them():
    shown = README.partition(BEGIN)[2].partition(END)[0].strip()
    assert shown == results_tables(), "paste what `python -m restorers benchmark table` prints between the two comments of the README"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.benchmark)
def test_a_table_has_the_columns_of_its_protocol(table):
    assert table.settings == tuple(setting.label for setting in benchmarks()[table.benchmark].settings)
    assert all(len(row.psnr) == len(table.settings) for row in table.published)


def test_a_table_ranks_and_leaves_out_what_was_not_measured():
    table = next(t for t in TABLES if t.benchmark == "denoise")

    def card(name, *psnr):
        scores = [
            {
                "benchmark": "denoise",
                "setting": f"cbsd68, {label}",
                "protocol": "as published.",
                "psnr": value,
                "psnr_degraded": 20.0,
                "gain": value - 20,
                "photos": 68,
                "others": {"median_filter": 25.0, "slow": 32.0},
            }
            for label, value in zip(table.settings, psnr, strict=False)
        ]
        return replace(PRESETS.get("denoise"), name=name, scores=[*scores, "nonsense", {}])

    lines = list(markdown(table.table([card("slow", 31.0), card("quick", 33.0, 29.0, 19.0)])))
    assert lines[0] == "**Colour denoising, CBSD68**, 68 photos. as published."
    rows = [line for line in lines if line.startswith("|")][2:]
    assert rows[0] == "| doing nothing | 20.00 | 20.00 | 20.00 |"
    assert rows[1] == "| **`slow`** | **31.00** (+11.00) | – | – |"
    assert rows[2] == "| **`quick`** | **33.00** (+13.00) | **29.00** (+9.00) | **19.00** (−1.00) |"
    assert rows[3] == "| `median_filter` | 25.00 (+5.00) | 25.00 (+5.00) | 25.00 (+5.00) |"
    assert rows[4].startswith("| published: CBM3D, told σ | 33.52 |")
    assert table.table([]) is None


@pytest.mark.parametrize("name", PRESETS.names())
def test_every_score_was_measured_on_the_weights_that_ship(name):
    preset = PRESETS.get(name)
    stale = [f"{s['benchmark']}, {s['setting']}" for s in preset.scores if s["sha256"] != preset.weights["sha256"]]
    for score in preset.scores:
        called = score.get("specialists", {})
        assert bool(called) == preset.architecture.classifies
        stale += [f"{score['setting']}: {name}" for name, digest in called.items() if PRESETS.get(name).weights["sha256"] != digest]
    assert not stale, "measure again with `benchmark … --record`"
