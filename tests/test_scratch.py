import os
import subprocess
import sys
import tempfile
from pathlib import Path

from restorers.scratch import remove_abandoned, scratch_folder


def test_what_a_killed_process_left_behind_is_removed_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    kept = scratch_folder("test")
    mine = Path(kept.name)
    assert mine.is_dir() and mine.stat().st_mode & 0o077 == 0
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    ).stdout.strip()
    abandoned = tmp_path / f"restorers-test-{dead}-abc"
    others = [tmp_path / name for name in (f"restorers-test-{os.getpid()}-abc", "restorers-notes-of-mine", f"elsewhere-test-{dead}-abc")]
    for folder in (abandoned, *others):
        folder.mkdir()
        (folder / "photo.png").write_bytes(b"x")
    remove_abandoned()
    assert not abandoned.exists()
    assert all(folder.is_dir() for folder in (mine, *others))


def test_the_folder_goes_with_its_process(tmp_path):
    script = "from restorers.scratch import scratch_folder; kept = scratch_folder('test'); print(kept.name)"
    made = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=os.environ | {"TMPDIR": str(tmp_path)}
    )
    assert made.stdout.strip().startswith(str(tmp_path)) and not list(tmp_path.iterdir())
