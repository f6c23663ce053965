"""What is won and lost by sharpening JPEGs after their artefacts were mended."""

from restorers.diagnosis import SOFT_AFTER_JPEG
from restorers.photo import encode_photo
from restorers.restore import find_restorer
from restorers.samples import PHOTOS, sample_photo
from restorers.softness import BLURRED, QUALITIES, REDUCED, SHARP, THRESHOLDS, Case, by_threshold, measure

FOUND = [
    Case(SHARP, 0.62, -1.0),
    Case(SHARP, 0.0, 0.0),
    Case(BLURRED, 0.85, 3.0),
    Case(BLURRED, 0.55, 1.0),
    Case(REDUCED, 0.0, 0.0),
]


def test_what_is_less_sure_than_the_threshold_stays_as_it_is():
    low, high = (next(r for r in by_threshold(FOUND) if r["threshold"] == t) for t in (0.6, 0.65))
    assert low == {"threshold": 0.6, SHARP: -0.5, "sharpened": 1, BLURRED: 1.5, REDUCED: 0}
    assert high == {"threshold": 0.65, SHARP: 0, "sharpened": 0, BLURRED: 1.5, REDUCED: 0}


def test_the_threshold_in_use_is_among_them():
    assert SOFT_AFTER_JPEG in THRESHOLDS


def test_every_photo_is_seen_sharp_blurred_and_reduced(tmp_path):
    small = sample_photo(next(iter(PHOTOS)))[:200, :200]
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(encode_photo(name, small))
    (tmp_path / "c.png").write_bytes(b"no picture")
    done, passed_over = [], []
    cases = measure(tmp_path, find_restorer("universal"), progress=done.append, skipped=passed_over.append)
    assert [case.kind for case in cases] == 2 * [kind for kind in (SHARP, BLURRED, REDUCED) for _ in QUALITIES]
    assert len(passed_over) == 1 and done == sorted(done)
    assert all(0.5 < case.probability <= 1 or (case.probability, case.gain) == (0, 0) for case in cases)
    blurred = [case for case in cases if case.kind == BLURRED and case.probability]
    assert blurred and sum(case.gain for case in blurred) > 0


def test_only_so_many_photos(tmp_path):
    (tmp_path / "a.png").write_bytes(encode_photo("a.png", sample_photo(next(iter(PHOTOS)))[:64, :64]))
    (tmp_path / "b.png").write_bytes(b"never read")
    assert len(measure(tmp_path, find_restorer("universal"), limit=1)) == 3 * len(QUALITIES)
