"""Videos made frame by frame with OpenCV: what is kept, what is refused, and that nothing half-written stays."""

import json
import os
import signal
import stat
import struct
import subprocess
import sys
import threading
import time
import tracemalloc
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

import restorers.video as module
from restorers.__main__ import main
from restorers.degradations import DEGRADATIONS, degrade
from restorers.errors import Cancelled, RestorersError
from restorers.metrics import score
from restorers.photo import PhotoError, to_float, to_uint8, write_photo
from restorers.presets import PRESETS
from restorers.restore import Observation, find_restorer, restore
from restorers.video import VideoError, is_video, restore_video

ROOT = Path(__file__).resolve().parents[1]
NOISE = DEGRADATIONS.get("gaussian_noise").from_settings({"sigma": 25})


@pytest.fixture(autouse=True)
def no_ffmpeg(tmp_path_factory, monkeypatch):
    """A PATH without ffmpeg, whatever this machine has; tests put their own there."""
    folder = tmp_path_factory.mktemp("programs")
    monkeypatch.setenv("PATH", str(folder))
    return folder


def moving(count, height=48, width=64, seed=0):
    """Frames, uint8 RGB: a smooth picture that wanders."""
    rough = np.random.default_rng(seed).integers(0, 256, (6, 12, 3), np.uint8)
    picture = cv2.resize(rough, (width + 2 * count, height), interpolation=cv2.INTER_CUBIC)
    return [np.ascontiguousarray(picture[:, 2 * i : 2 * i + width]) for i in range(count)]


def write_video(path, frames, fourcc="FFV1", rate=25.0):
    height, width = frames[0].shape[:2]
    with module._quiet(), module.no_stderr():
        writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter_fourcc(*fourcc), rate, (width, height))
    assert writer.isOpened()
    for frame in frames:
        writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    writer.release()
    return path


def read_video(path):
    """Frames, uint8 RGB, and the frame rate."""
    capture, frames = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG), []
    while True:
        came, frame = capture.read()
        if not came:
            return frames, capture.get(cv2.CAP_PROP_FPS)
        frames.append(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))


def write_jpegs(path, frames, times=None, density=(1, 1)):
    """A video of JPEG files, each shown at its own time (in 25ths of a second), with pixels of this shape (wide, high)."""
    height, width = frames[0].shape[:2]
    raw = [cv2.VIDEOWRITER_PROP_RAW_VIDEO, 1]
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter_fourcc(*"MJPG"), 25, (width, height), raw)
    assert writer.isOpened()
    for frame, number in zip(frames, range(len(frames)) if times is None else times, strict=True):
        content = cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))[1].ravel()
        start = content.tobytes().index(b"JFIF\0") + 8  # after the version and the unit
        content[start : start + 4] = np.frombuffer(struct.pack(">HH", *density), np.uint8)
        writer.set(cv2.VIDEOWRITER_PROP_PTS, float(number))
        writer.set(cv2.VIDEOWRITER_PROP_KEY_FLAG, 1.0)
        writer.write(content)
    writer.release()
    return path


def told(result):
    return " ".join(note.en for note in result.notes)


def mean_error(one, other):
    return np.mean([np.abs(a.astype(float) - b).mean() for a, b in zip(one, other, strict=True)])


DO_NOTHING = find_restorer("do_nothing")


def test_each_frame_is_what_it_is_alone(tmp_path):
    frames, median = moving(6), find_restorer("median_filter")
    result = restore_video(write_video(tmp_path / "in.mkv", frames), tmp_path / "out.mkv", median)
    written, rate = read_video(tmp_path / "out.mkv")
    alone = [to_uint8(restore(Observation(to_float(frame)), median).photo) for frame in frames]
    assert all(np.array_equal(a, b) for a, b in zip(written, alone, strict=True))
    assert not np.array_equal(alone[0], frames[0])
    assert (result.frames, result.frames_per_second, rate) == (6, 25, 25)
    assert result.observed is None and result.restored is None and result.seconds > 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.mkv", "out.mkv"]


def test_with_a_degradation_every_frame_is_broken_anew_and_scored(tmp_path):
    frames, median = moving(4), find_restorer("median_filter")
    result = restore_video(write_video(tmp_path / "in.mkv", frames), tmp_path / "out.mkv", median, NOISE, seed=7)
    seen = [degrade(to_float(frame), NOISE, 7 + i) for i, frame in enumerate(frames)]
    mended = [restore(observation, median).photo for observation in seen]
    assert all(np.array_equal(to_uint8(a), b) for a, b in zip(mended, read_video(tmp_path / "out.mkv")[0], strict=True))
    for means, photos in ((result.observed, [s.photo.clip(0, 1) for s in seen]), (result.restored, mended)):
        scores = [score(photo, to_float(frame)) for photo, frame in zip(photos, frames, strict=True)]
        assert means.psnr == pytest.approx(np.mean([s.psnr for s in scores]))
        assert means.ssim == pytest.approx(np.mean([s.ssim for s in scores]))
    assert result.restored.psnr > result.observed.psnr + 1
    assert "before the video was compressed" in told(result)


def test_a_name_as_long_as_the_disk_takes(tmp_path):
    target = tmp_path / ("雪" * 83 + ".mkv")  # 253 of 255 bytes
    assert restore_video(write_video(tmp_path / "in.mkv", moving(2)), target, DO_NOTHING).frames == 2
    assert len(read_video(target)[0]) == 2


def test_strength_blends_over_what_was_seen(tmp_path):
    frames = moving(2)
    source = write_video(tmp_path / "in.mkv", frames)
    restore_video(source, tmp_path / "out.mkv", find_restorer("median_filter"), strength=0.0)
    assert mean_error(read_video(tmp_path / "out.mkv")[0], frames) == 0


@pytest.mark.parametrize(
    ("suffix", "words"), [("mp4", "browsers"), ("mov", "players"), ("webm", "browsers"), ("mkv", "without any loss"), ("avi", "JPEG")]
)
@pytest.mark.parametrize(("fourcc", "name", "rate"), [("mp4v", "in.mp4", 29.97), ("MJPG", "in.avi", 12.5)])
def test_every_suffix_holds_all_frames_at_their_rate(tmp_path, suffix, words, fourcc, name, rate):
    source = write_video(tmp_path / name, moving(8), fourcc, rate)
    result = restore_video(source, tmp_path / f"out.{suffix}", DO_NOTHING)
    frames, kept = read_video(tmp_path / f"out.{suffix}")
    assert result.frames == len(frames) == 8
    assert kept == pytest.approx(rate, abs=0.02) and result.frames_per_second == pytest.approx(rate, abs=0.01)
    assert mean_error(frames, read_video(source)[0]) < 5
    assert words in told(result) and not [n for n in result.notes if "rate" in n.en or "damaged" in n.en or "end after" in n.en]


def test_another_codec_where_the_best_is_missing(tmp_path, monkeypatch):
    missing = module._Codec("nope", module._VP9.note)
    monkeypatch.setitem(module._CODECS, ".mp4", (missing, module._MPEG4))
    source = write_video(tmp_path / "in.mkv", moving(3))
    assert "MPEG-4 Part 2" in told(restore_video(source, tmp_path / "out.mp4", DO_NOTHING))
    monkeypatch.setitem(module._CODECS, ".mp4", (missing,))
    with pytest.raises(VideoError, match=r"OpenCV cannot write 64 × 48 at 25.000 frames per second as .mp4 here"):
        restore_video(source, tmp_path / "none.mp4", DO_NOTHING)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.mkv", "out.mp4"]


def test_a_turned_video_comes_out_upright(tmp_path):
    content = bytearray(write_video(tmp_path / "in.mp4", moving(4), "mp4v").read_bytes())
    upright = read_video(tmp_path / "in.mp4")[0]
    matrix = content.index(b"tkhd") + 44  # of the track header: from the stored picture to the screen
    content[matrix : matrix + 36] = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    (tmp_path / "turned.mp4").write_bytes(content)
    restore_video(tmp_path / "turned.mp4", tmp_path / "out.mkv", DO_NOTHING)
    frames = read_video(tmp_path / "out.mkv")[0]
    assert all(np.array_equal(a, np.rot90(b, -1)) for a, b in zip(frames, upright, strict=True))


@pytest.mark.parametrize(("density", "size"), [((4, 3), (85, 48)), ((3, 2), (96, 48))])
def test_pixels_that_are_not_square_are_stretched_and_odd_sides_made_even(tmp_path, density, size):
    stored = read_video(write_jpegs(tmp_path / "plain.avi", moving(3)))[0]
    result = restore_video(write_jpegs(tmp_path / "wide.avi", moving(3), density=density), tmp_path / "out.mkv", DO_NOTHING)
    assert f"64 × 48 was stretched to {size[0]} × {size[1]}" in told(result)
    assert ("doubled" in told(result)) == (size[0] % 2 == 1)
    for frame, narrow in zip(read_video(tmp_path / "out.mkv")[0], stored, strict=True):
        stretched = cv2.resize(narrow, size, interpolation=cv2.INTER_CUBIC)
        assert np.array_equal(frame[:, : size[0]], stretched)
        assert frame.shape == (48, size[0] + size[0] % 2, 3) and np.array_equal(frame[:, -1], stretched[:, -1])


def test_a_shape_of_pixels_that_would_fill_the_memory(tmp_path):
    source = write_jpegs(tmp_path / "in.avi", moving(2), density=(50_000, 1))
    with pytest.raises(PhotoError, match=r"in.avi is too (large|long)"):
        restore_video(source, tmp_path / "out.mkv", DO_NOTHING)
    assert list(tmp_path.iterdir()) == [source]


def test_a_file_that_announces_too_much_ends_where_it_ends(tmp_path):
    content = bytearray(write_video(tmp_path / "in.avi", moving(5), "MJPG").read_bytes())
    for header, place in ((b"avih", 24), (b"strh", 40)):  # number of frames, in the file's header and in the track's
        start = content.index(header) + place
        assert content[start : start + 4] == struct.pack("<I", 5)
        content[start : start + 4] = struct.pack("<I", 2_000_000_000)
    (tmp_path / "in.avi").write_bytes(content)
    assert restore_video(tmp_path / "in.avi", tmp_path / "out.mkv", DO_NOTHING).frames == 5


def test_frames_of_another_size_take_that_of_the_first(tmp_path):
    small, large = moving(2), moving(2, 96, 128)
    restore_video(write_jpegs(tmp_path / "in.avi", [*small, *large, *small]), tmp_path / "out.mkv", DO_NOTHING)
    frames = read_video(tmp_path / "out.mkv")[0]
    assert {frame.shape for frame in frames} == {(48, 64, 3)} and len(frames) == 6
    assert mean_error(frames, [*small, *small, *small]) < 15  # another picture is 70 away


def test_a_varying_frame_rate_becomes_its_average(tmp_path):
    source = write_jpegs(tmp_path / "in.mkv", moving(20), [n + 15 * (n > 10) for n in range(20)])
    result = restore_video(source, tmp_path / "out.avi", DO_NOTHING)
    assert result.frames == 20
    assert result.frames_per_second == pytest.approx(19 / (34 / 25), rel=1e-3)
    assert read_video(tmp_path / "out.avi")[1] == pytest.approx(result.frames_per_second, abs=1e-3)
    assert "varies" in told(result) and "13.971" in told(result)
    even = restore_video(write_jpegs(tmp_path / "even.mkv", moving(20)), tmp_path / "out.avi", DO_NOTHING)
    assert even.frames_per_second == 25 and "varies" not in told(even)


def test_a_file_that_ends_early_gives_what_it_holds(tmp_path):
    whole = write_video(tmp_path / "in.avi", moving(20), "MJPG").read_bytes()
    (tmp_path / "cut.avi").write_bytes(whole[: len(whole) // 2])
    result = restore_video(tmp_path / "cut.avi", tmp_path / "out.mkv", DO_NOTHING)
    assert 5 < result.frames < 15
    assert f"end after {result.frames / 25:.1f} of the 0.8 seconds" in told(result)
    assert mean_error(read_video(tmp_path / "out.mkv")[0], read_video(tmp_path / "in.avi")[0][: result.frames]) == 0


def test_damaged_frames_are_replaced_so_that_the_sound_stays_in_step(tmp_path):
    content = bytearray(write_video(tmp_path / "in.mp4", moving(24, 96, 128), "mp4v").read_bytes())
    middle = content.index(b"mdat") + (content.index(b"moov") - content.index(b"mdat")) // 3
    content[middle : middle + 1500] = np.random.default_rng(0).bytes(1500)
    (tmp_path / "hurt.mp4").write_bytes(content)
    readable = len(read_video(tmp_path / "hurt.mp4")[0])
    assert readable < 24
    result = restore_video(tmp_path / "hurt.mp4", tmp_path / "out.mkv", DO_NOTHING)
    assert result.frames == len(read_video(tmp_path / "out.mkv")[0]) == 24
    assert "of 24 frames are damaged" in told(result)


def test_damaged_frames_at_the_end_are_replaced_by_the_last_good_one(tmp_path):
    content = bytearray(write_video(tmp_path / "in.avi", moving(6), "MJPG").read_bytes())
    frames = read_video(tmp_path / "in.avi")[0]
    end = content.index(b"idx1")
    for _ in range(2):
        end = content.rindex(b"00dc", 0, end)
        (size,) = struct.unpack("<I", content[end + 4 : end + 8])
        content[end + 8 : end + 8 + size] = bytes(size)
    (tmp_path / "hurt.avi").write_bytes(content)
    assert len(read_video(tmp_path / "hurt.avi")[0]) == 4
    result = restore_video(tmp_path / "hurt.avi", tmp_path / "out.mkv", DO_NOTHING)
    written = read_video(tmp_path / "out.mkv")[0]
    assert result.frames == len(written) == 6 and "2 of 6 frames are damaged" in told(result)
    assert mean_error(written, [*frames[:4], frames[3], frames[3]]) == 0


def bad_source(folder, what):
    """A file that is no video to be read, and words of the sentence that says so."""
    path = folder / "in.mp4"
    if what == "missing":
        return path, "The file or its folder does not exist"
    if what == "a folder":
        path.mkdir()
        return path, "It is a folder"
    if what == "no frames":
        path = folder / "in.avi"
        cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter_fourcc(*"MJPG"), 25, (64, 48)).release()
        return path, "holds no frames"
    whole = write_video(path, moving(4), "mp4v").read_bytes()
    contents = {
        "empty": (b"", "is empty"),
        "text": ("A letter, not a film. 你好。\n".encode() * 40, "Received: text"),
        "a playlist": (b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:1,\nhttp://127.0.0.1/secret.ts\n", "Received: text"),
        "a picture": (cv2.imencode(".png", moving(1)[0])[1].tobytes(), "another kind of data"),
        "cut": (whole[: len(whole) // 2], "no video that can be read"),
        "damaged": (whole[:28] + bytes(len(whole) - 28), "no video that can be read"),
    }
    if what == "an unknown codec":
        content = bytearray(whole)
        name = content.index(b"mp4v", content.index(b"stsd"))
        content[name : name + 4] = b"zzzz"
        content[content.index(b"\x04\x80\x80\x80", name) + 5] = 0xFE  # the codec's number in its description
        contents[what] = bytes(content), "coded as zzzz, which cannot be decoded here"
    content, words = contents[what]
    path.write_bytes(content)
    return path, words


@pytest.mark.parametrize(
    "what", ["missing", "a folder", "empty", "text", "a playlist", "a picture", "no frames", "cut", "damaged", "an unknown codec"]
)
def test_what_cannot_be_read_is_refused_in_a_sentence(tmp_path, what, capfd):
    source, words = bad_source(tmp_path, what)
    before = sorted(tmp_path.iterdir())
    capfd.readouterr()
    with pytest.raises(VideoError) as refusal:
        restore_video(source, tmp_path / "out.mp4", DO_NOTHING)
    assert words in str(refusal.value) and source.name in str(refusal.value)
    assert "\n" not in str(refusal.value) and str(tmp_path) not in str(refusal.value)
    assert refusal.value.sentence.zh != refusal.value.sentence.en
    assert sorted(tmp_path.iterdir()) == before
    assert capfd.readouterr().err == ""


def test_frames_larger_than_a_photo_may_be(tmp_path, monkeypatch):
    source = write_video(tmp_path / "in.mkv", moving(2))
    monkeypatch.setattr(module, "MAX_MEGAPIXELS", 0.003)
    with pytest.raises(PhotoError, match=r"in.mkv is too large. Limit: 0.003 megapixels. Received: 64 × 48"):
        restore_video(source, tmp_path / "out.mkv", DO_NOTHING)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("out.png", r"Known: \.mp4, \.mov, \.webm, \.mkv, \.avi\. Received: \.png"),
        ("out", "Received: none"),
        ("nowhere/out.mp4", "out.mp4 was not written: The file or its folder does not exist"),
        ("in.mkv", "would replace in.mkv itself"),
    ],
)
def test_what_cannot_be_written(tmp_path, target, words):
    source = write_video(tmp_path / "in.mkv", moving(2))
    content = source.read_bytes()
    with pytest.raises(VideoError, match=words):
        restore_video(source, tmp_path / target, DO_NOTHING)
    assert list(tmp_path.iterdir()) == [source] and source.read_bytes() == content


def test_a_full_disk_leaves_the_old_result(tmp_path):
    resource = pytest.importorskip("resource")
    source = write_video(tmp_path / "in.mkv", moving(30, 96, 128))
    (tmp_path / "out.mkv").write_bytes(b"before")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))  # a file that cannot grow, as on a full disk
    try:
        with pytest.raises(VideoError, match=r"only \d+ of 30 frames reached the disk"):
            restore_video(source, tmp_path / "out.mkv", DO_NOTHING)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.mkv", "out.mkv"]
    assert (tmp_path / "out.mkv").read_bytes() == b"before"


def test_cancelling_and_failing_leave_nothing(tmp_path):
    source, cancel, seen = write_video(tmp_path / "in.mkv", moving(8)), threading.Event(), []

    def stop_at_three(done, frames):
        seen.append((done, frames))
        if done == 3:
            assert len(list(tmp_path.glob(".out.*.part.mkv"))) == 1
            cancel.set()

    with pytest.raises(Cancelled):
        restore_video(source, tmp_path / "out.mkv", DO_NOTHING, progress=stop_at_three, cancel=cancel)
    assert seen == [(1, 8), (2, 8), (3, 8)]
    with pytest.raises(RestorersError, match="mask|missing"):
        restore_video(source, tmp_path / "out.mkv", find_restorer("telea"))
    assert list(tmp_path.iterdir()) == [source]


def test_memory_does_not_grow_with_the_length(tmp_path):
    def peak(count):
        source = write_video(tmp_path / f"{count}.avi", moving(count, 120, 160), "MJPG")
        tracemalloc.start()
        restore_video(source, tmp_path / "out.avi", find_restorer("median_filter"))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(2)
    short, frame = peak(5), 120 * 160 * 3
    assert short > frame  # the arrays of OpenCV are counted
    assert peak(60) < short + 2 * frame


def program(folder, script):
    path = folder / "ffmpeg"
    path.write_text(f"#!{sys.executable}\n{script}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.mark.skipif(os.name == "nt", reason="a script is no program there")
def test_the_sound_is_joined_by_ffmpeg(tmp_path, no_ffmpeg):
    program(no_ffmpeg, "import sys; a = sys.argv[1:]; open(a[-1], 'w').write('\\n'.join(a)); open(a[-1], 'a').write('\\nsound')")
    source = write_video(tmp_path / "in.mkv", moving(3))
    result = restore_video(source, tmp_path / "out.mp4", DO_NOTHING)
    arguments = (tmp_path / "out.mp4").read_text().splitlines()
    silent, original = (arguments[i + 1] for i, word in enumerate(arguments) if word == "-i")
    assert Path(original) == source and Path(silent).parent == tmp_path and silent.endswith(".part.mp4")
    command = " ".join(arguments)
    assert "-map 0:v:0 -map 1:a? -c copy" in command and "-nostdin" in command and arguments[-1] == "sound"
    assert "sound" not in told(result)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.mkv", "out.mp4"]


@pytest.mark.skipif(os.name == "nt", reason="a script is no program there")
@pytest.mark.parametrize("script", ["import sys; open(sys.argv[-1], 'w').write('half'); sys.exit(1)", "\0", None])
def test_without_the_sound_the_pictures_stay(tmp_path, no_ffmpeg, script):
    if script is not None:
        program(no_ffmpeg, script)
    frames = moving(3)
    result = restore_video(write_video(tmp_path / "in.mkv", frames), tmp_path / "out.mkv", DO_NOTHING)
    assert mean_error(read_video(tmp_path / "out.mkv")[0], frames) == 0
    assert ("ffmpeg could not copy it" if script else "is not installed") in told(result)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.mkv", "out.mkv"]


@pytest.mark.skipif(os.name == "nt", reason="a script is no program there")
def test_cancelling_ends_ffmpeg(tmp_path, no_ffmpeg):
    program(
        no_ffmpeg,
        "import os, sys, time; open(os.path.join(os.path.dirname(sys.argv[0]), 'pid'), 'w').write(str(os.getpid())); time.sleep(60)",
    )
    source, cancel = write_video(tmp_path / "in.mkv", moving(2)), threading.Event()

    def wait():
        while not (no_ffmpeg / "pid").exists() or not (no_ffmpeg / "pid").read_text():
            time.sleep(0.01)
        cancel.set()

    threading.Thread(target=wait, daemon=True).start()
    with pytest.raises(Cancelled):
        restore_video(source, tmp_path / "out.mkv", DO_NOTHING, cancel=cancel)
    with pytest.raises(ProcessLookupError):
        os.kill(int((no_ffmpeg / "pid").read_text()), 0)
    assert list(tmp_path.iterdir()) == [source]


def test_a_video_is_told_from_a_photo_by_its_content(tmp_path):
    photo = to_float(moving(1)[0])
    for suffix, expected in (("png", False), ("jpg", False), ("webp", False)):
        write_photo(tmp_path / f"a.{suffix}", photo)
        assert is_video(tmp_path / f"a.{suffix}") is expected
    for name, fourcc in (("a.mp4", "mp4v"), ("a.avi", "MJPG"), ("a.mkv", "FFV1"), ("a.webm", "VP80"), ("a.mov", "mp4v"), ("a.mpg", "mpg2")):
        write_video(tmp_path / name, moving(2), fourcc).rename(tmp_path / "photo.png")
        assert is_video(tmp_path / "photo.png"), name
    (tmp_path / "a.gif").write_bytes(b"GIF89a" + bytes(182) + b"G" + bytes(100))  # a colour of the palette may be a G
    assert not is_video(tmp_path / "a.gif")
    (tmp_path / "b.avif").write_bytes(b"\0\0\0\x1cftypavif" + bytes(100))
    assert not is_video(tmp_path / "b.avif") and not is_video(tmp_path / "missing.png")
    assert is_video(tmp_path / "missing.MP4")


def run(capsys, *argv):
    status = main([str(a) for a in argv])
    out, err = capsys.readouterr()
    return status, out, err


def test_the_command_line(tmp_path, capsys):
    source = write_video(tmp_path / "in.avi", moving(4), "MJPG")
    command = ("restore", source, tmp_path / "out.mkv", "--using", "median_filter")
    status, out, _ = run(capsys, *command, "--with", "gaussian_noise", "--seed", 3, "--json")
    result = json.loads(out)
    photo = {"psnr", "ssim", "psnr_degraded", "ssim_degraded", "gain", "seconds", "protocol", "notes"}
    assert status == 0 and set(result) == photo | {"frames", "frames_per_second"}
    assert result["gain"] == pytest.approx(result["psnr"] - result["psnr_degraded"]) and result["gain"] > 1
    assert (result["frames"], result["frames_per_second"]) == (4, 25)
    status, out, _ = run(capsys, *command, "--json")
    assert json.loads(out)["psnr"] is None and any("No truth is known" in note for note in json.loads(out)["notes"])
    (tmp_path / "results").mkdir()
    status, out, _ = run(capsys, "restore", source, tmp_path / "results", "--using", "median_filter")
    assert status == 0 and "frames: 4" in out and (tmp_path / "results" / "in.avi").is_file()
    (tmp_path / "text.mp4").write_text("no film")
    status, _, err = run(capsys, "restore", tmp_path / "text.mp4", tmp_path / "o.mp4", "--using", "median_filter")
    assert status == 1 and len(err.strip().splitlines()) == 1 and "text.mp4 is not a video" in err


def test_a_folder_is_one_of_photos(tmp_path, capsys):
    folder = tmp_path / "in"
    folder.mkdir()
    write_video(folder / "film.mp4", moving(2), "mp4v")
    write_photo(folder / "photo.png", to_float(moving(1)[0]))
    status, _, _ = run(capsys, "restore", folder, tmp_path / "out", "--using", "median_filter")
    assert status == 0 and [p.name for p in (tmp_path / "out").iterdir()] == ["photo.png"]


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is no signal there")
def test_ctrl_c_leaves_nothing(tmp_path):
    source = write_video(tmp_path / "in.avi", moving(400, 120, 160), "MJPG")
    command = [sys.executable, "-m", "restorers", "restore", source, tmp_path / "out.avi", "--using", "non_local_means"]
    # a shell starts what runs in the background with Ctrl-C ignored, and children inherit that
    heeded = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=heeded)
    while process.poll() is None and not any(p.stat().st_size > 10_000 for p in tmp_path.glob(".out.*.part.avi")):
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode not in (0, -signal.SIGINT) and "Traceback" not in err
    assert list(tmp_path.iterdir()) == [source]


def test_a_frame_that_is_not_changed_has_no_part_in_the_scores(tmp_path):
    frames, blur = moving(4), DEGRADATIONS.get("gaussian_blur")()
    alone = restore_video(write_video(tmp_path / "alone.mkv", frames, "FFV1"), tmp_path / "out.mkv", DO_NOTHING, blur)
    led_in = write_video(tmp_path / "led-in.mkv", [np.zeros_like(frames[0])] * 2 + list(frames), "FFV1")
    result = restore_video(led_in, tmp_path / "out.mkv", DO_NOTHING, blur)
    assert result.observed.psnr == pytest.approx(alone.observed.psnr, abs=1e-6)
    assert "2 of 6 frames have no part in the scores" in told(result)
    black = restore_video(
        write_video(tmp_path / "black.mkv", [np.zeros_like(frames[0])] * 2, "FFV1"), tmp_path / "out.mkv", DO_NOTHING, blur
    )
    assert black.observed is None and black.restored is None and "means over the frames" not in told(black)


@pytest.mark.skipif("universal" not in PRESETS.names(), reason="the preset is not here")
def test_what_is_found_in_the_frames_is_summed_up(tmp_path):
    source = write_video(tmp_path / "in.mkv", moving(3, 96, 128), "FFV1")
    result = restore_video(source, tmp_path / "out.mkv", find_restorer("universal"), DEGRADATIONS.get("gaussian_noise")(sigma=40))
    assert "noise in 3" in told(result) and "It found" not in told(result)
