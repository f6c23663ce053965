"""The endpoints as a program sees them: the page is served, and ``gradio_client`` asks."""

import re
from pathlib import Path
from unittest.mock import patch

import cv2
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from restorers.degradations import DEGRADATIONS, degrade
from restorers.metrics import psnr
from restorers.photo import read_photo, to_uint8
from restorers.restore import find_restorer, restore
from restorers.ui.page import build_demo, launch_options

ROOT = Path(__file__).parents[2]
NOISE = "gaussian_noise,sigma=40"


@pytest.fixture(scope="module")
def client():
    demo = build_demo()
    with patch("gradio.networking.url_ok", return_value=True):  # which gives a busy machine 3 seconds
        _, url, _ = demo.launch(prevent_thread_lock=True, server_name="127.0.0.1", quiet=True, **launch_options(demo))
    client = Client(url, verbose=False, httpx_kwargs={"timeout": 60})  # of a busy machine, likewise; its own is 5
    yield client
    client.close()
    demo.close()


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    y, x = np.mgrid[0:48, 0:64].astype(np.float32)
    path = tmp_path_factory.mktemp("photo") / "photo.png"
    cv2.imwrite(str(path), np.rint(255 * np.stack([x / 64, y / 48, (x > 30) * 0.6 + 0.2], axis=-1)).astype(np.uint8))
    return path


def observed(photo):
    truth = read_photo(photo).photo
    return truth, degrade(truth, DEGRADATIONS.get("gaussian_noise")(sigma=40), seed=7)


def test_the_endpoints_are_named_typed_and_described(client):
    named = client.view_api(return_format="dict")["named_endpoints"]
    assert set(named) == {"/degrade", "/restore", "/compare"}  # and no event of the page
    for name, endpoint in named.items():
        assert next(p["parameter_name"] for p in endpoint["parameters"]) == "photo"
        assert all(p["type"] for p in endpoint["parameters"]) and "photo" in endpoint["description"], name
        broken = next(p for p in endpoint["parameters"] if p["parameter_name"] == "degradations")
        assert broken["python_type"]["type"] == "list[str]"


def test_degrade_gives_the_very_pixels_and_the_score(client, photo):
    path, scores = client.predict(handle_file(photo), [NOISE], 7, api_name="/degrade")
    truth, observation = observed(photo)
    np.testing.assert_array_equal(to_uint8(read_photo(path).photo), to_uint8(observation.photo))
    assert scores["degraded_psnr"] == pytest.approx(psnr(np.clip(observation.photo, 0, 1), truth), abs=1e-3)
    again, _ = client.predict(handle_file(photo), [NOISE, "jpeg,quality=10"], 7, api_name="/degrade")
    assert not np.array_equal(read_photo(again).photo, read_photo(path).photo)


def test_restore_gives_what_the_package_gives(client, photo):
    restored, degraded, scores = client.predict(handle_file(photo), "gaussian_filter,sigma=2", [NOISE], 7, api_name="/restore")
    truth, observation = observed(photo)
    expected = restore(observation, find_restorer("gaussian_filter", {"sigma": 2})).photo
    np.testing.assert_array_equal(to_uint8(read_photo(restored).photo), to_uint8(expected))
    np.testing.assert_array_equal(to_uint8(read_photo(degraded).photo), to_uint8(observation.photo))
    assert scores["gain"] == pytest.approx(psnr(expected, truth) - psnr(np.clip(observation.photo, 0, 1), truth), abs=2e-3)
    _, unbroken, scores = client.predict(handle_file(photo), "median_filter", [], 0, api_name="/restore")
    np.testing.assert_array_equal(to_uint8(read_photo(unbroken).photo), to_uint8(truth))
    assert "gain" not in scores


def test_compare_ranks(client, photo):
    rows = client.predict(handle_file(photo), [NOISE], ["do_nothing", "gaussian_filter,sigma=2"], 7, api_name="/compare")
    gains = [row["gain"] for row in rows]
    assert gains == sorted(gains, reverse=True) and {row["restorer"] for row in rows} >= {"do_nothing", "gaussian_filter(sigma=2)"}
    assert next(row["gain"] for row in rows if row["restorer"] == "do_nothing") == 0


def test_the_example_of_the_readme_runs(client, photo, capsys):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    example = next(block for block in blocks if "gradio_client" in block)
    exec(example.replace("http://127.0.0.1:7860", client.src).replace("photo.png", str(photo)), {})
    _, first, *rows = capsys.readouterr().out.strip().splitlines()  # Client itself prints a line
    _, degraded, restored, gain = first.rsplit(" ", 3)
    assert float(gain) == pytest.approx(float(restored) - float(degraded), abs=2e-3)
    assert {row.split()[0] for row in rows} == {"median_filter", "wavelet"}


@pytest.mark.parametrize(
    ("endpoint", "arguments", "sentence"),
    [
        ("/degrade", (["gaussian_nose"], 0), "gaussian_nose"),
        ("/degrade", (["gaussian_noise,25"], 0), "name,setting=value"),
        ("/degrade", (["gaussian_noise,sigma=9999"], 0), "sigma"),
        ("/degrade", ([NOISE] * 9, 0), "at most"),
        ("/degrade", ([NOISE], -1), "seed"),
        ("/restore", ("nothing_like_it", [NOISE], 0), "nothing_like_it"),
        ("/restore", ("telea", [NOISE], 0), "told the mask"),
        ("/compare", ([], [], 0), "at least one degradation"),
        ("/compare", ([NOISE], ["median_filter", "wiener"], 0), "wiener must be told the kernel"),
        ("/compare", ([NOISE], ["median_filter"] * 33, 0), "a list of at most 32"),
        ("/compare", ([NOISE], "median_filter", 0), "a list of at most 32"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(client, photo, endpoint, arguments, sentence):
    with pytest.raises(AppError, match=sentence):
        client.predict(handle_file(photo), *arguments, api_name=endpoint)


def test_what_is_no_photo_is_refused_and_the_server_lives_on(client, photo, tmp_path):
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no picture")
    with pytest.raises(AppError, match="photo|picture"):
        client.predict(handle_file(bad), [NOISE], 7, api_name="/degrade")
    with pytest.raises(AppError, match="photo is needed"):
        client.predict(None, [NOISE], 7, api_name="/degrade")
    assert client.predict(handle_file(photo), [NOISE], 7, api_name="/degrade")[1]["degraded_psnr"] > 5
