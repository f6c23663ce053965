"""The same work in this process and on a Ray cluster: one cluster serves all tests."""

import importlib.util
import json
import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from restorers import executors, video
from restorers.__main__ import main
from restorers.errors import Cancelled, RestorersError
from restorers.executors import ClusterError, LocalExecutor, RayExecutor, find_executor
from restorers.photo import write_photo
from restorers.presets import Preset
from restorers.samples import sample_photo
from restorers.training.session import Order
from restorers.training.worker import DONE, FAILED, KILLED, PAUSED, engine_from_environment

SMALL_NETWORK = ["--set", "network=linear_autoencoder", "--set", "network.size=8", "--set", "network.code=2", "--set", "damage=nothing"]

needs_ray = pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="Ray is not installed")


@pytest.fixture(scope="module")
def cluster():
    """A cluster beside this process, joined by RAY_ADDRESS as one of other machines would be."""
    executors.set_ray_environment()
    from ray.cluster_utils import Cluster

    found = Cluster(initialize_head=True, head_node_args={"num_cpus": 2, "include_dashboard": False})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_ADDRESS", found.address)
        yield found
    found.shutdown()


@pytest.fixture(scope="module")
def ray(cluster):
    with RayExecutor() as executor:
        yield executor


@pytest.fixture(params=["local", pytest.param("ray", marks=needs_ray)])
def executor(request):
    return LocalExecutor() if request.param == "local" else request.getfixturevalue("ray")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three photos and a file that is none."""
    found = tmp_path_factory.mktemp("photos")
    for number, name in enumerate(("cat", "astronaut", "coffee")):
        write_photo(found / f"{number}.png", sample_photo(name)[:72, :96])
    (found / "bad.png").write_bytes(b"not a picture")
    return found


def run(capsys, *argv):
    status = main([str(a) for a in argv])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def test_without_ray_one_sentence_says_what_to_install(capsys, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(executors.importlib.util, "find_spec", lambda name: None)
    status, _, err = run(capsys, "restore", folder, tmp_path, "--using", "median_filter", "--on", "ray")
    assert status == 1 and err.strip() == 'Ray is not installed. Install it and try again: pip install "ray==2.60.0".'


def test_the_pinned_version_is_the_one_that_is_tested():
    assert executors.RAY in (Path(__file__).parent / "requirements.txt").read_text().splitlines()


@needs_ray
def test_a_cluster_that_is_not_there(capsys, folder, tmp_path, monkeypatch):
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    status, _, err = run(capsys, "restore", folder, tmp_path, "--using", "median_filter", "--on", "ray")
    assert status == 1 and "The Ray cluster at RAY_ADDRESS=127.0.0.1:1 could not be joined" in err.splitlines()[-1]


def test_an_unknown_place(capsys, folder, tmp_path):
    assert isinstance(find_executor("local"), LocalExecutor)
    status, _, err = run(capsys, "restore", folder, tmp_path, "--using", "median_filter", "--on", "moon")
    assert status == 2 and "Known: local, ray" in err


def test_results_come_in_order_and_errors_in_their_place(executor):
    def work(piece, progress, cancel):
        progress(0.5)
        if piece == 3:
            raise RestorersError("three cannot be used")
        time.sleep(0.1 * (piece == 0))
        return piece * piece

    def load(piece):
        if piece == 5:
            raise RestorersError("five cannot be read")
        return piece

    told = []
    found = list(executor.map(work, range(8), load=load, progress=told.append))
    assert [str(f) if isinstance(f, RestorersError) else f for f in found] == [
        0, 1, 4, "three cannot be used", 16, "five cannot be read", 36, 49,
    ]  # fmt: skip
    assert told[-1] == 8 and all(0 <= t <= 8 for t in told)


def test_few_pieces_are_read_ahead(executor):
    read = []

    def pieces():
        for number in range(50):
            read.append(number)
            yield number

    outcomes = executor.map(lambda piece, progress, cancel: piece, pieces())
    assert [next(outcomes) for _ in range(3)] == [0, 1, 2]
    assert len(read) <= 3 + executors.AHEAD * executor.workers
    outcomes.close()


@needs_ray
def test_whoever_stops_asking_leaves_the_workers_to_others(ray):
    def waits(piece, progress, cancel):
        return piece == 0 or cancel.wait(300)

    outcomes = ray.map(waits, range(20))
    assert next(outcomes) is True
    outcomes.close()
    start = time.monotonic()
    assert list(ray.map(waits, [0, 0])) == [True, True] and time.monotonic() - start < 150


def test_a_mistake_in_the_work_is_no_error_of_a_piece(executor):
    def work(piece, progress, cancel):
        return 1 / piece

    with pytest.raises(ZeroDivisionError):
        list(executor.map(work, [1, 0]))


def test_work_is_told_to_end_and_no_more_begins(executor):
    cancel = threading.Event()

    def work(piece, progress, cancel):
        return cancel.wait(30)

    threading.Timer(1.0, cancel.set).start()
    start = time.monotonic()
    found = list(executor.map(work, range(50), cancel=cancel))
    assert 1 <= len(found) <= executor.workers and all(found) and time.monotonic() - start < 15

    def gives_up(piece, progress, cancel):
        cancel.wait(30)
        raise Cancelled

    cancel = threading.Event()
    threading.Timer(1.0, cancel.set).start()
    with pytest.raises(Cancelled):
        list(executor.map(gives_up, range(50), cancel=cancel))


@needs_ray
def test_a_piece_whose_worker_dies_is_run_again(ray, tmp_path, capfd):
    def work(piece, progress, cancel):
        import os

        if piece == "always" or (piece == "once" and not (tmp_path / "died").exists()):
            (tmp_path / "died").touch()
            os._exit(1)
        return os.getpid()

    found = list(ray.map(work, ["never", "once", "always", "never"]))
    assert all(isinstance(f, int) for f in (found[0], found[1], found[3]))
    assert isinstance(found[2], ClusterError) and "4 attempts" in str(found[2])
    assert os.getpid() not in found
    printed = capfd.readouterr()
    assert "raylet" not in printed.out + printed.err


def until(condition, seconds=90):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.05)


def files(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@needs_ray
def test_a_folder_gives_the_same_bytes(capsys, folder, tmp_path, cluster):
    argv = ["--with", "gaussian_noise", "--using", "denoise"]
    said = []
    for on in ("local", "ray"):
        status, _, err = run(capsys, "restore", folder, tmp_path / on, *argv, "--on", on)
        assert status == 1
        said.append([line for line in err.replace("\r", "\n").splitlines() if "passed over" in line.lower()])
    assert said[0] == said[1] and "bad.png is not a picture" in said[0][0] and "1 of 4 files were passed over." in said[0][1]
    assert files(tmp_path / "local") == files(tmp_path / "ray") and len(files(tmp_path / "ray")) == 3


def test_a_folder_is_compared_photo_by_photo(capsys, folder, request):
    argv = ["compare", folder, "--with", "salt_and_pepper", "--using", "do_nothing", "--using", "median_filter", "--json"]
    status, printed, err = run(capsys, *argv)
    found = json.loads(printed)
    assert status == 1 and "bad.png" in err
    assert [(row["restorer"], row["photos"]) for row in found["rows"]] == [("median_filter", 3), ("do_nothing", 3)]
    assert [row["file"] for row in found["photos"]] == ["0.png"] * 2 + ["1.png"] * 2 + ["2.png"] * 2
    gains = [row["gain"] for row in found["photos"] if row["restorer"] == "median_filter"]
    assert found["rows"][0]["gain"] == pytest.approx(np.mean(gains))
    if importlib.util.find_spec("ray") is None:
        return
    request.getfixturevalue("cluster")
    status, printed, _ = run(capsys, *argv, "--on", "ray")
    there = json.loads(printed)
    assert status == 1
    for rows in ("rows", "photos"):
        for a, b in zip(found[rows], there[rows], strict=True):
            assert {k: v for k, v in a.items() if "seconds" not in k} == {k: v for k, v in b.items() if "seconds" not in k}


@needs_ray
def test_a_video_gives_the_same_bytes(capsys, tmp_path, cluster):
    source = tmp_path / "in.avi"
    rng = np.random.default_rng(0)
    with video._quiet():
        writer = cv2.VideoWriter(str(source), cv2.CAP_FFMPEG, cv2.VideoWriter_fourcc(*"MJPG"), 10, (64, 48))
        for _ in range(7):
            writer.write(rng.integers(0, 256, (48, 64, 3), np.uint8))
        writer.release()
    results = []
    for on in ("local", "ray"):
        argv = ["restore", source, tmp_path / f"{on}.avi", "--with", "gaussian_noise", "--using", "median_filter", "--on", on, "--json"]
        status, printed, _ = run(capsys, *argv)
        assert status == 0
        results.append({k: v for k, v in json.loads(printed).items() if k != "seconds"})
    assert results[0] == results[1] and results[0]["frames"] == 7
    assert (tmp_path / "local.avi").read_bytes() == (tmp_path / "ray.avi").read_bytes()


@needs_ray
def test_a_sweep_gives_the_same_weights(capsys, folder, tmp_path, cluster):
    found = {}
    for on in ("local", "ray"):
        argv = [*SMALL_NETWORK, "--sweep", "rate=0.0001,0.01", "--steps", "12", "--json", "--on", on, "--out", tmp_path / on]
        status, printed, _ = run(capsys, "train", "composed", "--data", folder, *argv)
        assert status == 0
        found[on] = [{k: row[k] for k in ("preset", "settings", "psnr", "gain", "steps")} for row in json.loads(printed)["rows"]]
    assert found["local"] == found["ray"] and [row["settings"]["rate"] for row in found["ray"]] == [0.01, 0.0001]
    for row in found["ray"]:
        here, there = (tmp_path / on / row["preset"] / "model.safetensors" for on in ("local", "ray"))
        assert here.read_bytes() == there.read_bytes()


@needs_ray
def test_the_page_trains_on_the_cluster(folder, cluster, monkeypatch):
    settings = dict(pair.split("=") for pair in SMALL_NETWORK[1::2])
    # slow and long, so that it does not end by itself before it is stopped
    how = {"watched": np.zeros((40, 48, 3), np.uint8), "paused": True, "name": "mine-1", "delay": 0.05, "seconds": 600.0}
    order = Order("composed", settings, (str(folder / "0.png"),), **how)
    monkeypatch.setenv("RESTORERS_TRAIN_ON", "ray")
    engine = engine_from_environment()
    try:
        run = engine.start("a", order)
        until(lambda: engine.run("a").state == PAUSED)
        assert run.step == 0 and run.started["truth"].shape == (40, 48, 3)
        for step in (1, 2):
            engine.command("a", "step")
            until(lambda step=step: run.step == step and engine.run("a").state == PAUSED)
        engine.command("a", "resume")
        until(lambda: engine.run("a").step > 10)
        engine.stop("a")
        until(lambda: engine.run("a").complete)
        assert (run.state, run.reason, run.sentence) == (DONE, "stopped", None)
        assert run.losses and run.frames[-1].picture.shape == (40, 48, 3)
        assert run.folder == run.work / "mine-1" and Preset.read(run.folder).training["steps"] == run.step
        assert sorted(path.name for path in run.work.iterdir()) == ["mine-1", "model.keras", "train.py"]
        assert engine.slots == 2  # what fits on the cluster
        engine.ask_estimate("a", order)
        until(lambda: engine.estimate("a"))
        assert engine.estimate("a")["parameters"] == run.started["parameters"]
        run = engine.start("b", replace(order, paused=False))
        until(lambda: engine.run("b").step > 0)
        engine._child_of(run).end()
        until(lambda: engine.run("b").complete)
        assert run.state == FAILED and run.sentence == KILLED
    finally:
        engine.close()
        until(lambda: not [thread for thread in threading.enumerate() if thread.name == "restorers-training-cluster"])


def test_where_the_page_trains(monkeypatch):
    monkeypatch.setenv("RESTORERS_TRAIN_ON", "moon")
    with pytest.raises(RestorersError, match="must be local .* or ray .* Received: 'moon'"):
        engine_from_environment()


@needs_ray
def test_a_mask_that_is_a_file_travels(tmp_path):
    import pickle

    from restorers.degradations import DEGRADATIONS, degrade

    photo = sample_photo("cat")[:40, :50]
    mask = np.zeros((40, 50, 3), np.float32)
    mask[10:20] = 1
    write_photo(tmp_path / "mask.png", mask)
    degradation = DEGRADATIONS.get("painted_mask")(mask=str(tmp_path / "mask.png"))
    here, content = degrade(photo, degradation).photo, pickle.dumps(degradation)
    (tmp_path / "mask.png").unlink()
    assert np.array_equal(degrade(photo, pickle.loads(content)).photo, here)
