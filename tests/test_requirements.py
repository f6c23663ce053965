"""The versions that the tests run with are pinned whole: those named, all that these need, and the bytes of each."""

import re

import pytest

from tests.newest import ROOT, main, pins

LOCK = (ROOT / "tests" / "requirements.lock").read_text()
ENTRIES = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)(?: ;[^\\\n]*)?((?: ?\\\n    --hash=sha256:[0-9a-f]{64})*)", LOCK, re.MULTILINE)


def _same(name):
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize(("name", "version"), [(name, version) for name, version, _ in pins()])
def test_what_is_named_is_locked_at_the_same_version(name, version):
    assert (_same(name), version) in {(_same(locked), at) for locked, at, _ in ENTRIES}


def test_every_locked_file_has_its_hash_and_nothing_is_loose():
    assert len(ENTRIES) > len(pins())
    assert all(hashes for *_, hashes in ENTRIES)
    loose = [line for line in LOCK.splitlines() if not re.match(r"#|    --hash=|[A-Za-z0-9._-]+==\S+", line)]
    assert not loose, f"not pinned: {loose}"
    assert "://" not in LOCK


def test_only_named_packages_can_be_tried():
    with pytest.raises(SystemExit, match="left-pad is not there"):
        main(["left-pad"])
