"""The measurement of many visitors: it must see what goes wrong. And a short form of it, on the running page."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from restorers.__main__ import main
from restorers.degradations import DEGRADATIONS, degrade
from restorers.load import LOST, REFUSED, RESTORED, WRONG, Visit, Visitor, Watch, _storm_row, storm
from restorers.photo import read_photo, to_uint8, write_photo
from restorers.speed import serving


@pytest.fixture
def visitor(tmp_path):
    """A visitor whose page is made up."""
    found = Visitor.__new__(Visitor)
    found.number, found.path = 7, tmp_path / "photo.png"
    y, x = np.mgrid[0:32, 0:48].astype(np.float32) / 48
    write_photo(found.path, np.stack([x, y, 1 - x], axis=-1))
    found.truth = read_photo(found.path).photo

    def degraded(seed):
        return to_uint8(degrade(found.truth, DEGRADATIONS.get("gaussian_noise")(), seed).photo)

    found.pictures = {"degraded": degraded(7000), "restored": to_uint8(found.truth)}
    found.degraded = degraded
    found.fetch = lambda address: found.pictures[address]
    found.problem = ""
    panes = [{"id": "degraded", "url": "degraded"}, {"id": "restored", "url": "restored"}]
    found.call = lambda *_, **__: {"restore-problem": found.problem, "restore-panes": {"panes": panes}}
    return found


def test_his_own_result_counts_as_restored(visitor):
    assert visitor.restore().outcome == RESTORED


@pytest.mark.parametrize("what", ["seed", "photo", "result", "nothing done"])
def test_what_is_not_his_counts_as_wrong(visitor, what):
    noise = np.random.default_rng(0).integers(0, 255, visitor.truth.shape).astype(np.uint8)
    visitor.pictures |= {
        "seed": {"degraded": visitor.degraded(8000)},
        "photo": {"degraded": noise},
        "result": {"restored": noise},
        "nothing done": {"restored": visitor.degraded(7000)},
    }[what]
    visit = visitor.restore()
    assert visit.outcome == WRONG
    assert visit.said
    assert visitor.restore(1).outcome == WRONG  # the picture of another round


def test_a_sentence_is_a_refusal_and_an_error_is_a_loss(visitor):
    visitor.problem = '<p><span class="in-en" lang="en">At most 16 runs may wait.</span><span class="in-zh">最多</span></p>'
    assert visitor.restore() == Visit(REFUSED, pytest.approx(0, abs=5), "At most 16 runs may wait.")

    def broken(*_, **__):
        raise ConnectionError("the server has hung up")

    visitor.call = broken
    assert visitor.restore().outcome == LOST


def test_the_row_of_a_storm_says_who_waited_how_long():
    visits = [Visit(RESTORED, s) for s in (1.0, 2.0, 3.0)] + [Visit(REFUSED, 0.1, "later")]
    row = _storm_row(4, 64, visits, [1.0, 2.0, 3.0], alone=1.0)
    assert "3 restored (median 2.0 s), 1 refused" in row["what"]
    assert (row["value"], row["at_most"], row["holds"]) == (3.0, 8.0, True)
    assert not _storm_row(4, 64, [Visit(LOST, 1.0)], [], alone=1.0)["holds"]


def test_memory_that_grows_has_a_slope_and_memory_that_does_not_has_none():
    watch = Watch(os.getpid())
    watch.samples = [(t, 1.0) for t in range(100)]
    assert watch.slope() == pytest.approx(0, abs=1e-6)
    watch.samples = [(t, 1.0 + t / 3600 / 10) for t in range(100)]  # 0.1 GB an hour
    assert watch.slope() == pytest.approx(100)
    assert watch.highest() == watch.samples[-1][1]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_process_is_watched_with_its_children():
    watch = Watch(os.getpid())
    memory, cpu = watch.memory(), watch.cpu()
    assert 0.01 < memory < 100
    script = "import time; x = b'x' * 300_000_000\nwhile time.process_time() < 1: pass\nprint(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        assert watch.memory() > memory + 0.25 and watch.cpu() > cpu + 0.8
        child.communicate(b"\n")


def test_the_command_prints_the_rows(monkeypatch, capsys):
    asked = {}

    def stand_in(progress, **options):
        asked.update(options)
        return [{"what": "visitors", "value": 1.0, "shown": "1.00 s", "limit": "2 s", "at_most": 2.0, "holds": True}]

    monkeypatch.setattr("restorers.load.measure", stand_in)
    assert main(["benchmark", "load", "--json", "--minutes", "3"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"][0]["what"] == "visitors"
    assert asked == {"minutes": 3.0}


def test_one_and_then_four_visitors_each_get_their_own(tmp_path):
    with serving([sys.executable, "app.py"]) as (url, _):
        for numbers in ((0,), (1, 2, 3, 4)):
            visitors = [Visitor(url, number, tmp_path, side=64) for number in numbers]
            visits = storm(visitors, rounds=1)
            for visitor in visitors:
                visitor.leave()
            assert [v.outcome for v in visits] == [RESTORED] * len(numbers), visits
    assert len({path.read_bytes() for path in tmp_path.glob("visitor-*.png")}) == 5
