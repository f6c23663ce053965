import os
import stat
import time
from pathlib import Path

import pytest

from restorers.ui.uploads import private_folder, sweep


@pytest.fixture(autouse=True)
def setting(monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", "")


def test_the_folder_is_closed_to_others_though_it_was_open(tmp_path, monkeypatch):
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
    assert private_folder() == folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_without_a_setting_it_is_one_of_this_user_and_gradio_hears_of_it(tmp_path, monkeypatch):
    from gradio.utils import get_upload_folder

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = private_folder()
    assert folder.parent == tmp_path
    assert get_upload_folder() == str(folder)
    assert private_folder() == folder


def test_a_link_in_its_place_is_not_followed(tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir(mode=0o755)
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "link"))
    folder = private_folder()
    assert not folder.is_relative_to(tmp_path / "link")
    assert not folder.is_relative_to(tmp_path / "elsewhere")
    assert stat.S_IMODE((tmp_path / "elsewhere").stat().st_mode) == 0o755
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.rmdir()


def _file(folder: Path, name: str, size: int = 10) -> Path:
    path = folder / name / "photo.png"
    path.parent.mkdir()
    path.write_bytes(b"x" * size)
    os.utime(path, (0, 0))  # what was copied keeps the time of its original: only the time of the copy counts
    return path


def test_what_is_older_than_an_hour_goes_with_its_folder_and_what_is_kept_stays(tmp_path):
    old, kept = _file(tmp_path, "old"), _file(tmp_path, "kept")
    sweep(tmp_path)
    assert old.exists()
    sweep(tmp_path, {str(kept)}, now=time.time() + 3601)
    assert not old.parent.exists()
    assert kept.exists()


def test_beyond_the_bound_the_oldest_go_first(tmp_path):
    files = []
    for i in range(4):
        files.append(_file(tmp_path, str(i), size=100))
        time.sleep(0.02)
    sweep(tmp_path, max_bytes=250)
    assert [f.exists() for f in files] == [False, False, True, True]


def test_a_folder_that_is_not_there_is_empty(tmp_path):
    sweep(tmp_path / "none")
