import asyncio
import threading

import pytest

from restorers.errors import Cancelled
from restorers.ui.jobs import Early, Line, LineFull, Running, Waiting

SOON = 10  # seconds; only a broken line takes as long


def held(gate: threading.Event):
    """Work that ends when ``gate`` opens or when it is stopped."""

    def work(progress, cancel):
        progress(0.5)
        while not gate.wait(0.005):
            if cancel.is_set():
                raise Cancelled
        return "done"

    return work


def test_one_at_a_time_and_first_come_first_served():
    line, gates, order = Line(), [threading.Event() for _ in range(3)], []

    def work(name, gate):
        def run(progress, cancel):
            order.append(name)
            assert gate.wait(SOON)
            return name

        return run

    jobs = [line.start(name, work(name, gate)) for name, gate in zip("abc", gates, strict=True)]
    assert [line.ahead(job) for job in jobs] == [0, 1, 2]
    for job, gate in zip(jobs, gates, strict=True):
        gate.set()
        assert job.done.wait(SOON)
    assert order == ["a", "b", "c"]
    assert [job.result for job in jobs] == ["a", "b", "c"]


def test_who_waits_for_a_stop_is_told_that_it_was_heard():
    line, gate, news = Line(), threading.Event(), []

    def stubborn(progress, cancel):
        assert gate.wait(SOON)
        raise Cancelled

    job = line.start("a", stubborn)

    async def follow():
        async for entry in line.follow(job, every=0.005):
            news.append(entry)
            if entry.stopping:
                gate.set()
            else:
                line.stop("a")

    asyncio.run(asyncio.wait_for(follow(), SOON))
    assert [entry.stopping for entry in news] == [False, True]


def test_the_news_tell_who_is_ahead_and_how_far_it_is():
    line, first, second = Line(), threading.Event(), threading.Event()
    line.start("a", held(first))
    job = line.start("b", held(second))
    news = []

    async def follow():
        async for entry in line.follow(job, every=0.005):
            news.append(entry)
            if entry == Waiting(1):
                first.set()
            if isinstance(entry, Running) and entry.share == 0.5:
                second.set()

    asyncio.run(follow())
    assert news[0] == Waiting(1)
    assert news[-1].share == 0.5
    assert job.result == "done"


def test_who_is_ahead_are_others_not_the_visitor_himself():
    line, gate = Line(), threading.Event()
    line.start("a", held(gate))
    mine = [line.start("a/inside-view", held(gate)), line.start("a/inside-walk", held(gate))]
    other = line.start("b", held(gate))
    assert [line.ahead(job) for job in (*mine, other)] == [0, 0, 1]
    gate.set()
    assert other.done.wait(SOON)


def test_a_visitor_has_one_job_and_his_earlier_one_is_stopped():
    line, gate = Line(), threading.Event()
    first = line.start("a", held(gate))
    second = line.start("a", held(gate))
    assert first.done.wait(SOON)
    assert isinstance(first.error, Cancelled)
    gate.set()
    assert second.done.wait(SOON)
    assert second.result == "done"


def test_stop_ends_the_running_and_the_waiting_of_this_visitor_only():
    line, gate = Line(), threading.Event()
    mine, other = line.start("a", held(gate)), line.start("b", held(gate))
    assert line.stop("a")
    assert mine.done.wait(SOON)
    assert isinstance(mine.error, Cancelled)
    gate.set()
    assert other.done.wait(SOON)
    assert other.result == "done"
    assert not line.stop("a")


def test_a_job_that_nobody_follows_any_more_is_stopped():
    line, gate = Line(), threading.Event()
    job = line.start("a", held(gate))

    async def leave_early():
        news = line.follow(job, every=0.005)
        await anext(news)
        await news.aclose()

    asyncio.run(leave_early())
    assert job.done.wait(SOON)
    assert isinstance(job.error, Cancelled)


def test_a_full_line_says_how_many_wait():
    line, gate = Line(max_waiting=2), threading.Event()
    jobs = [line.start(name, held(gate)) for name in "abc"]
    with pytest.raises(LineFull, match="At most 2 runs may wait, and 2 do"):
        line.start("d", held(gate))
    gate.set()
    for job in jobs:
        assert job.done.wait(SOON)


def test_an_error_is_kept_and_the_line_moves_on():
    line = Line()

    def bad(progress, cancel):
        raise ZeroDivisionError

    first = line.start("a", bad)
    second = line.start("b", lambda progress, cancel: 2)
    assert first.done.wait(SOON)
    assert second.done.wait(SOON)
    assert isinstance(first.error, ZeroDivisionError)
    assert second.result == 2


def test_progress_only_rises():
    line, started, seen = Line(), threading.Event(), []

    def work(progress, cancel):
        assert started.wait(SOON)
        for share in (0.2, 0.1, 0.7, 3.0):
            progress(share)
            seen.append(job.progress)

    job = line.start("a", work)
    started.set()
    assert job.done.wait(SOON)
    assert seen == [0.2, 0.2, 0.7, 1.0]


def test_what_can_be_shown_early_is_told_at_once_and_so_is_the_end():
    line, seen = Line(), threading.Event()

    def work(report, cancel):
        report(0.9, "a first look")
        assert seen.wait(SOON)
        return "all of it"

    async def follow():
        job, news = line.start("a", work), []
        async for entry in line.follow(job, every=10 * SOON):  # nobody looks by himself
            news.append(entry)
            if isinstance(entry, Early):
                seen.set()
        return job, news

    job, news = asyncio.run(asyncio.wait_for(follow(), SOON))
    assert [entry.result for entry in news if isinstance(entry, Early)] == ["a first look"]
    assert job.result == "all of it"


def test_whether_a_visitor_is_worked_for():
    line, gate = Line(), threading.Event()
    jobs = [line.start(name, held(gate)) for name in "ab"]
    assert line.works_for("a", "")
    assert not line.works_for("a", "other")
    assert line.works_for("b", "")
    line.stop("b")
    assert not line.works_for("b", "")
    line.stop("a")
    assert not line.works_for("a", "")
    assert all(job.done.wait(SOON) for job in jobs)
