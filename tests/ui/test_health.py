import threading
import time

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from restorers.ui.health import Health, health_route, small_restoration
from restorers.ui.jobs import Line


def asked(health: Health, times: int = 1, **headers):
    with TestClient(Starlette(routes=[Route("/health", health.answer)])) as client:
        return [client.get("/health", headers=headers) for _ in range(times)]


def test_a_real_photo_is_restored():
    with TestClient(Starlette(routes=[health_route(Line())])) as client:
        answer = client.get("/health")
    assert answer.status_code == 200
    assert set(answer.json()) == {"status", "seconds", "gain"}
    assert answer.json()["status"] == "ok"
    assert answer.json()["gain"] > 3


def test_without_networks_a_classical_method_is_asked(monkeypatch):
    monkeypatch.setattr("restorers.presets.PresetStore.names", lambda self: [])
    assert small_restoration() > 3


def test_however_often_it_is_asked_it_restores_once_in_a_while():
    ran = []
    health = Health(Line(), check=lambda: ran.append(1) or 5.0)
    assert [a.status_code for a in asked(health, times=20)] == [200] * 20
    assert len(ran) == 1
    ran = []
    asked(Health(Line(), check=lambda: ran.append(1) or 5.0, fresh=-1.0), times=3)
    assert len(ran) == 3


def fails():
    raise RuntimeError("/srv/secret/model.safetensors is gone")


@pytest.mark.parametrize(
    ("check", "said"),
    [(fails, "failed"), (lambda: -3.0, "(-3.0 dB)"), (lambda: float("nan"), "nan"), (lambda: time.sleep(2) or 1.0, "0.1 s")],
)
def test_what_is_wrong_is_said_without_a_path(check, said):
    (answer,) = asked(Health(Line(), check=check, patience=0.1))
    assert answer.status_code == 503
    assert answer.json()["status"] == "failing"
    assert said in answer.json()["detail"]
    assert "/" not in answer.json()["detail"]


def test_a_failure_is_forgotten_when_the_next_one_succeeds():
    gains = iter([-1.0, 4.0])
    answers = asked(Health(Line(), check=lambda: next(gains), fresh=-1.0), times=2)
    assert [a.status_code for a in answers] == [503, 200]


def test_a_line_that_says_nothing_is_stuck_and_one_that_does_is_not():
    line, go_on = Line(), threading.Event()

    def work(report, cancel):
        while not go_on.wait(0.01):
            if talks:
                report(0.5)

    talks = True
    job = line.start("me", work)
    with TestClient(Starlette(routes=[Route("/health", Health(line, check=lambda: 5.0, silence=0.5).answer)])) as client:
        time.sleep(0.8)
        assert client.get("/health").status_code == 200
        talks = False
        time.sleep(0.8)
        answer = client.get("/health", headers={"accept-language": "zh"})
        assert answer.status_code == 503
        assert "没有进展" in answer.json()["detail"]
        go_on.set()
        assert job.done.wait(10)
        assert client.get("/health").status_code == 200
    assert line.silent() == 0
