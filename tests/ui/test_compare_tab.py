"""The Compare tab as plain functions, and what it shows."""

import asyncio
import csv
import io
import re
import threading
from html.parser import HTMLParser
from types import SimpleNamespace
from urllib.parse import unquote

import gradio as gr
import numpy as np
import pytest

from restorers.classical import CLASSICAL
from restorers.degradations import DEGRADATIONS
from restorers.errors import Cancelled
from restorers.restore import restore
from restorers.text import Text
from restorers.ui import compare_pictures as pictures
from restorers.ui import compare_view as view
from restorers.ui.compare_tab import CompareTab
from restorers.ui.jobs import Line
from restorers.ui.restore_handlers import Desk
from restorers.ui.restore_tab import RestoreTab

SOON = 60  # seconds; only broken work takes as long
QUICK = [CLASSICAL.get(name) for name in ("wiener", "gaussian_filter", "median_filter", "do_nothing", "clahe")]
ME = SimpleNamespace(session_hash="me")


@pytest.fixture(scope="module")
def built():
    desk = Desk(Line())
    with gr.Blocks(), gr.Tabs() as tabs:
        with gr.Tab("restore"):
            restore_tab = RestoreTab(desk)
        with gr.Tab("compare") as tab:
            compare = CompareTab(desk)
        compare.listen(tab, tabs, restore_tab)
    return compare


@pytest.fixture
def tab(built, photo_file, monkeypatch):
    """The tab with a small photo and a few quick methods, forgotten afterwards."""
    desk = built.handlers.desk
    monkeypatch.setattr(desk, "restorers", lambda owner: QUICK)
    monkeypatch.setattr("restorers.matrix.all_restorers", lambda: QUICK)
    monkeypatch.setattr("restorers.ui.restore_tab.sample_path", lambda name: str(photo_file))
    yield built
    desk.forget("me")


@pytest.fixture
def values(tab):
    shown = {component: component.value for component in tab.restore.inputs}
    return shown | {tab.restore.photo: None, tab.others: False}


def run(tab, work, values):
    async def all_of_it():
        return [update async for update in tab.follow(work)(values, ME)]

    return asyncio.run(all_of_it())


class Table(HTMLParser):
    """The English texts of a table, row by row."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.stack = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag in ("img", "br"):
            return
        self.stack.append((tag, dict(attributes).get("class") or ""))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data):
        tags, styles = zip(*self.stack, strict=True) if self.stack else ((), ())
        hidden = any("in-zh" in style or "unseen" in style for style in styles)
        if not hidden and any(tag in ("td", "th") for tag in tags):
            self.rows[-1][-1] += data


def test_the_head_says_what_will_be_compared_on(tab, values):
    head = tab.look(values, ME)[tab.head]
    assert "64 × 48 pixels" in head and "Gaussian noise (Strength σ 25/255)" in head and "高斯噪声" in head
    assert 'src="pictures/' in head


def test_only_what_a_link_speaks_of_is_set(tab):
    nothing = {tab.all.status: gr.skip()}
    assert tab.arrive("") == nothing  # whoever comes back finds the view that he left
    assert tab.arrive("?photo=cat&others=1") == nothing | {tab.others: True}
    assert tab.arrive("?compare=matrix")[tab.views]["selected"] == "matrix"
    assert list(tab.arrive("?compare=sideways")) == [tab.all.status]


def test_a_comparison_ends_ranked_with_files_and_gives_the_button_back(tab, values):
    updates = run(tab, tab.all, values)
    last = updates[-1]
    rows = Table(last[tab.ranking]).rows
    assert [row[0] for row in rows[1:]] == ["1", "2", "3"]
    gains = [float(re.search(r"[−+]?\d+\.\d", row[2]).group().replace("−", "-")) for row in rows[1:]]
    assert gains == sorted(gains, reverse=True) and gains[-1] == 0 and gains[0] > 3
    assert last[tab.all.run]["visible"] is True and last[tab.all.stop]["visible"] == "hidden"
    assert updates[0][tab.all.run]["visible"] == "hidden" and updates[0][tab.all.stop]["visible"] is True
    panes = last[tab.panes]["value"]["panes"]
    assert [p["id"] for p in panes[:2]] == ["original", "degraded"]
    assert {p["id"] for p in panes[2:]} == {"gaussian_filter", "median_filter"}
    assert all(p["url"].startswith("pictures/") and p["action"]["en"] == "Open in Restore" for p in panes[2:])
    assert last[tab.all_files].count("download=") == 3  # one table, and a card in each language
    assert "Methods compared: 3, in" in last[tab.all.status]


def test_results_appear_one_by_one_with_a_number(tab, values, monkeypatch):
    step = threading.Semaphore(0)

    def patient(*arguments):
        assert step.acquire(timeout=SOON)
        return restore(*arguments)

    monkeypatch.setattr("restorers.ui.compare_handlers.restore", patient)

    async def follow():
        counts = []
        async for update in tab.follow(tab.all)(values, ME):
            if tab.ranking in update:
                counts.append(len(re.findall('class="rank"', update[tab.ranking])))
                step.release()
                if counts[-1] == 1:
                    assert "runs now…" in update[tab.ranking] and "waits" in update[tab.ranking]
                    assert "1 of 3 done" in update[tab.all.status]
        return counts

    counts = asyncio.run(follow())
    assert {0, 1, 2, 3} <= set(counts) and counts == sorted(counts)


def test_stopped_results_stay(tab, values, monkeypatch):
    def stops(observation, restorer, progress, cancel):
        if restorer.name == "median_filter":
            raise Cancelled
        return restore(observation, restorer, progress, cancel)

    monkeypatch.setattr("restorers.ui.compare_handlers.restore", stops)
    last = run(tab, tab.all, values)[-1]
    assert "Stopped after 1 of 3" in last[tab.all.status]
    assert len(Table(last[tab.ranking]).rows) == 2
    assert last[tab.all.run]["visible"] is True


def test_a_stop_that_takes_a_while_was_heard(tab, values, monkeypatch):
    heard, said = threading.Event(), []

    def slow(observation, restorer, progress, cancel):
        tab.halt(ME)
        assert heard.wait(SOON)
        raise Cancelled

    async def follow():
        async for update in tab.follow(tab.all)(values, ME):
            said.append(update[tab.all.status])
            if "Stopping…" in said[-1]:
                heard.set()

    monkeypatch.setattr("restorers.ui.compare_handlers.restore", slow)
    asyncio.run(asyncio.wait_for(follow(), SOON))
    assert heard.is_set() and "Stopped" in said[-1]


def test_a_stopped_matrix_counts_all_that_it_shows(tab, values, monkeypatch):
    left = iter(range(5))

    def stops(*arguments, **options):
        if next(left, None) is None:
            raise Cancelled
        return restore(*arguments, **options)

    monkeypatch.setattr("restorers.matrix.restore", stops)
    last = run(tab, tab.matrix, values)[-1]
    assert "Stopped after 5 of" in last[tab.matrix.status]
    assert sum(bool(re.search(r"\d\.\d", cell)) for row in Table(last[tab.table]).rows[1:] for cell in row[1:]) == 5


def test_a_failure_stands_in_its_row(tab, values, monkeypatch):
    def breaks(self, observation):
        raise ZeroDivisionError

    monkeypatch.setattr(CLASSICAL.get("median_filter"), "restore", breaks)
    rows = Table(run(tab, tab.all, values)[-1][tab.ranking]).rows
    assert rows[-1][1].startswith("Median filter") and "Something went wrong" in rows[-1][2]


def test_the_matrix_names_rows_and_columns_and_marks_the_best(tab, values):
    last = run(tab, tab.matrix, values)[-1]
    rows = Table(last[tab.table]).rows
    columns = rows[0][1:]
    assert set(columns) == {r.title.en for r in QUICK if r.name != "do_nothing"}
    assert [row[0].split(" Strength")[0] for row in rows[1:2]] == ["Gaussian noise"] and len(rows) == len(DEGRADATIONS.names()) + 1
    noise = dict(zip(columns, rows[1][1:], strict=True))
    assert noise["Wiener deconvolution"] == "–"
    assert [title for title, cell in noise.items() if "★" in cell] == ["Gaussian filter"]
    assert last[tab.matrix_files].count('download="matrix.png"') == 2


def test_the_curve_is_drawn_with_a_legend_and_its_numbers(tab, values):
    last = run(tab, tab.curve, values)[-1]
    drawn = last[tab.curves]
    assert drawn.count("<polyline") == 2
    assert re.search(r"<li[^>]*><span[^>]*>Gaussian filter \+\d", drawn)
    assert [row[0] for row in Table(drawn).rows[1:]] == ["Gaussian filter", "Median filter"]


def test_the_file_in_the_link_is_the_table(tab, values):
    last = run(tab, tab.all, values)[-1]
    content = unquote(re.search(r'href="data:text/csv;charset=utf-8,([^"]+)"', last[tab.all_files]).group(1))
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [r["restorer"] for r in rows][-1] == "do_nothing"


def test_a_chosen_pair_is_set_on_the_restore_tab(tab, values, monkeypatch):
    event = SimpleNamespace(_data={"damage": "jpeg", "restorer": "bilateral_filter"})
    updates = tab.open(values, ME, event)
    restore_tab = tab.restore
    assert updates[tab.tabs]["selected"] == "restore"
    assert updates[restore_tab.damage]["value"] == "jpeg" and updates[restore_tab.restorer]["value"] == "bilateral_filter"
    assert updates[restore_tab.damages["jpeg"].components["quality"]] == 10
    assert updates[restore_tab.steps] == []
    look = tab.handlers.desk.last("me")
    assert look.setup.restorer == "bilateral_filter" and look.observation.degradation.name == "jpeg"


def test_a_chosen_method_keeps_the_damage(tab, values):
    updates = tab.open(values, ME, SimpleNamespace(_data={"id": "median_filter"}))
    assert updates[tab.restore.damage]["value"] == "gaussian_noise"
    assert updates[tab.restore.restorer]["value"] == "median_filter"


@pytest.mark.parametrize("data", [None, {}, {"restorer": "<b>"}, {"restorer": ["x"]}, {"id": 3}])
def test_what_the_browser_makes_up_is_a_sentence(tab, values, data):
    updates = tab.open(values, ME, SimpleNamespace(_data=data))
    assert set(updates) == {tab.head} and "There is no restorer called" in updates[tab.head] and "<b>" not in updates[tab.head]


def test_coming_back_with_other_settings_says_so(tab, values):
    run(tab, tab.all, values)
    assert tab.all.status not in tab.look(values, ME)
    changed = {**values, tab.restore.seed: 7}
    assert "have changed since" in tab.look(changed, ME)[tab.all.status]


def test_without_a_photo_there_is_a_sentence(tab, values):
    empty = {**values, tab.restore.sample: ""}
    assert "Choose a photo first" in tab.look(empty, ME)[tab.head]
    (update,) = run(tab, tab.all, empty)
    assert "Choose a photo first" in update[tab.all.status] and update[tab.all.run]["visible"] is True


def test_gains_as_people_read_them():
    assert [view.decibels(v) for v in (3.14, -0.26, 0.04, -0.04, 12.0, np.inf)] == ["+3.1", "−0.3", "0.0", "0.0", "+12.0", "∞"]


def test_a_damage_is_named_with_its_strength():
    made = DEGRADATIONS.get("motion_blur")(length=9)
    assert view.titled(made) == Text("Motion blur (Length 9 px)", "运动模糊（长度 9 px）")
    assert view.titled(DEGRADATIONS.get("grayscale")()).en == "Grayscale"


def test_the_colour_of_a_gain_grows_with_it_and_leaves_black_readable():
    assert pictures.gain_colour(0) == (255, 255, 255)
    darker = [sum(pictures.gain_colour(g)) for g in (0, 2, 5, 10)]
    assert darker == sorted(darker, reverse=True)
    assert pictures.gain_colour(10) == pictures.gain_colour(30)

    def luminance(rgb):
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in rgb)]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    ink = luminance(tuple(int(pictures.INK[i : i + 2], 16) for i in (1, 3, 5)))
    for gain in (30, -30):
        assert (luminance(pictures.gain_colour(gain)) + 0.05) / (ink + 0.05) >= 4.5


def test_the_card_and_the_matrix_are_drawn(tab, values):
    job = tab.handlers.compare("me", tab.restore.setup(values), tab.restore.path(values))
    assert job.done.wait(SOON)
    card = pictures.card(job.result, "en")
    assert card.dtype == np.uint8 and card.shape[1] == pictures.CARD_WIDTH
    good = np.array([int(pictures.GOOD[i : i + 2], 16) for i in (1, 3, 5)])
    bars = (card == good).all(axis=2).sum(axis=1)
    lengths = [int(max(part)) for part in np.split(bars, np.flatnonzero(np.diff((bars > 20).astype(int))) + 1) if part[0] > 20]
    assert len(lengths) == 2 and lengths[0] > lengths[1]  # the best first, doing nothing without a bar
    job = tab.handlers.matrix("me", tab.restore.setup(values), tab.restore.path(values))
    assert job.done.wait(SOON)
    drawn = pictures.matrix_picture(job.result, "en")
    best = job.result.gains.gains[0, job.result.gains.best()[0]]
    assert (drawn == np.array(pictures.gain_colour(best), np.uint8)).all(axis=2).sum() > 500
