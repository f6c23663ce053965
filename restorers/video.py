"""A video, frame by frame: read, restore, write, keep the sound."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from restorers.classical.base import Classical
from restorers.compare import HARMLESS
from restorers.degradations.base import Degradation, Observation, degrade
from restorers.diagnosis import Damage
from restorers.errors import Cancelled, RestorersError
from restorers.executors import Executor, LocalExecutor, PieceProgress
from restorers.metrics import Score, score
from restorers.photo import MAX_MEGAPIXELS, check_size, disk_reason, known_suffix, temporary_name, to_float, to_uint8
from restorers.quiet import no_stderr
from restorers.restore import Network, blend, restore
from restorers.text import Text

SUFFIXES = (".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".mpg", ".mpeg", ".ts", ".mts", ".m2ts", ".wmv", ".flv", ".3gp", ".ogv")

GIVEN_UP = 1000  # frames in a row that do not come: the file has ended, whatever it announces
FASTEST = 1000  # frames per second; what a file says beyond that is its clock

FrameProgress = Callable[[int, int], None]


class _Codec(NamedTuple):
    fourcc: str
    note: Text


_H264 = _Codec("avc1", Text("Written as H.264: browsers and players show it.", "以 H.264 编码写出：浏览器和播放器都能播放。"))
_VP9 = _Codec(
    "vp09",
    Text(
        "Written as VP9: browsers and most players show it, QuickTime does not.",
        "以 VP9 编码写出：浏览器和多数播放器能播放，QuickTime 不能。",
    ),
)
_MPEG4 = _Codec(
    "mp4v", Text("Written as MPEG-4 Part 2: players show it, browsers do not.", "以 MPEG-4 Part 2 编码写出：播放器能播放，浏览器不能。")
)
_VP8 = _Codec("VP80", Text("Written as VP8: browsers and most players show it.", "以 VP8 编码写出：浏览器和多数播放器能播放。"))
_FFV1 = _Codec(
    "FFV1",
    Text(
        "Written as FFV1, without any loss: a large file for further work; browsers do not show it.",
        "以 FFV1 无损编码写出：文件较大，适合继续处理；浏览器不能播放。",
    ),
)
_MJPEG = _Codec(
    "MJPG",
    Text(
        "Written as Motion JPEG: a large file; players show it, browsers do not.",
        "以 Motion JPEG 编码写出：文件较大；播放器能播放，浏览器不能。",
    ),
)
# what a file is written with: the first that this OpenCV has. The wheels have no H.264; VP8 takes a fifth of VP9's time, but
# an .mp4 cannot hold it
_CODECS = {".mp4": (_H264, _VP9, _MPEG4), ".mov": (_H264, _MPEG4), ".webm": (_VP8,), ".mkv": (_FFV1,), ".avi": (_MJPEG,)}

_STARTS = (b"\x1aE\xdf\xa3", b"OggS", b"FLV\x01", b"0&\xb2u\x8ef\xcf\x11", b"\0\0\x01\xba", b"\0\0\x01\xb3")
_BOXES = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_PICTURE_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


class VideoError(RestorersError):
    """A video that cannot be read or written: the limit, what came, what to do."""


@dataclass(frozen=True)
class VideoRestoration:
    """What ``restore_video`` returns.

    Attributes:
        frames: number of frames in the result.
        frames_per_second: frame rate of the result, constant.
        seconds: time that the restorer took for all frames, the loading of weights included.
        notes: what a person should know of how it came about.
        observed, restored: means over the frames of the scores of what was seen and of the result, before the video was
            compressed; None where no truth is known.
    """

    frames: int
    frames_per_second: float
    seconds: float
    notes: tuple[Text, ...]
    observed: Score | None = None
    restored: Score | None = None


@dataclass(frozen=True)
class _Survey:
    """What is known of a video before its first frame is shown.

    Attributes:
        frames: how many there are, the damaged ones included.
        rate: frames per second, constant or the average.
        notes: what a person should know.
    """

    frames: int
    rate: float
    notes: tuple[Text, ...]


def is_video(path: str | Path) -> bool:
    """Whether a file is a video: by its first bytes, or by its suffix where those say nothing or it cannot be read."""
    with contextlib.suppress(OSError, ValueError), Path(path).open("rb") as file:
        if _is_container(file.read(512)):
            return True
    return Path(path).suffix.lower() in SUFFIXES


def video_name(source: str | Path) -> str:
    """The file's name for a result: its own where such a file can be written, else with the suffix mp4."""
    source = Path(source)
    return source.name if source.suffix.lower() in _CODECS else f"{source.stem}.mp4"


def _is_container(head: bytes) -> bool:
    if head[4:8] == b"ftyp":
        return head[8:12] not in _PICTURE_BRANDS
    avi = head[:4] == b"RIFF" and head[8:12] == b"AVI "
    if head.startswith((b"GIF87a", b"GIF89a")):  # a G may stand where a transport stream has its next one
        return False
    transport_stream = head[:1] == b"G" == head[188:189] or head[4:5] == b"G" == head[196:197]
    return avi or transport_stream or head.startswith(_STARTS) or head[4:8] in _BOXES


def restore_video(
    source: str | Path,
    target: str | Path,
    restorer: Classical | Network,
    degradation: Degradation | None = None,
    seed: int = 0,
    strength: float = 1.0,
    progress: FrameProgress | None = None,
    cancel: threading.Event | None = None,
    executor: Executor | None = None,
) -> VideoRestoration:
    """Restore each frame of a video by itself, few in memory at one time, and write a video of the same frame rate.

    Frames are turned upright as the camera noted, and stretched where their pixels are not square. A varying frame rate becomes
    its constant average. The sound is copied where the program ``ffmpeg`` is on the PATH.

    Args:
        source: the file.
        target: the file to write; its suffix gives the format: mp4, mov, webm, mkv (without loss) or avi. An existing file
            is replaced once all is done; until then nothing of this name is touched.
        restorer: from ``find_restorer``.
        degradation: breaks each frame first, with ``seed`` plus the frame's number, so that no two frames have the same noise.
        seed: non-negative integer.
        strength: blends each result over what was seen, from 0 to 1.
        progress: called after each frame with the number of frames done and the number of all.
        cancel: stops at the next frame or tile when set.
        executor: restores the frames; default: one after the other in this process.

    Raises:
        Cancelled: ``cancel`` was set; nothing was written.
        VideoError: no video, an unknown codec, no frames, an unknown suffix, a missing folder or a full disk.
        PhotoError: the frames are larger than a photo may be.
        RestorersError: what ``restore`` raises.
    """
    source, target = Path(source), Path(target)
    known_suffix(target.name, _CODECS, VideoError)
    # Path.exists raises where a file may not be looked at
    if os.path.exists(source) and os.path.exists(target) and source.samefile(target):
        raise VideoError(
            Text(
                f"The result would replace {source.name} itself. Give OUT another name.",
                f"结果会覆盖 {source.name} 本身。请为 OUT 另取名称。",
            )
        )
    part = temporary_name(target)
    with _quiet():
        survey = _look_at(source)
        try:
            part.touch(exist_ok=False)
            result = _write(part, source, survey, restorer, degradation, seed, strength, progress, cancel, executor or LocalExecutor())
            sound = _add_sound(part, source, cancel)
            os.replace(part, target)
        except OSError as error:
            reason = disk_reason(error)
            raise VideoError(Text(f"{target.name} was not written: {reason.en}.", f"未能写入 {target.name}：{reason.zh}。")) from None
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
    return replace(result, notes=(*result.notes, *sound))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """What decoders and encoders print is not for the reader of a command line."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # AV_LOG_QUIET; OpenCV reads it when it first needs FFmpeg
    before = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(before)


def _capture(path: Path, *, decode: bool = True) -> cv2.VideoCapture:
    return cv2.VideoCapture(str(path.absolute()), cv2.CAP_FFMPEG, [] if decode else [cv2.CAP_PROP_FORMAT, -1])


def _look_at(source: Path) -> _Survey:
    """Check a video and count its frames, without decoding them where their times are even."""
    _check_kind(source)
    name = source.name
    raw = _capture(source, decode=False)
    if not raw.isOpened():
        raise VideoError(
            Text(
                f"{name} holds no video that can be read: it has no picture track, was not finished, or is damaged. Choose another file.",
                f"{name} 中没有可读取的视频：没有画面轨、未写完或已损坏。请换一个文件。",
            )
        )
    width, height = (int(raw.get(key)) for key in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
    nominal, promised = raw.get(cv2.CAP_PROP_FPS), raw.get(cv2.CAP_PROP_FRAME_COUNT)
    codec = (int(raw.get(cv2.CAP_PROP_FOURCC)) & 0xFFFFFFFF).to_bytes(4, "little").decode("ascii", "replace").strip("\0 ")
    times = [raw.get(cv2.CAP_PROP_POS_MSEC) / 1000 for _ in iter(raw.grab, False)]
    raw.release()
    if not times:
        raise VideoError(Text(f"{name} holds no frames. Choose another file.", f"{name} 中没有任何画面帧。请换一个文件。"))
    check_size(width, height, Text(name, name), MAX_MEGAPIXELS)
    decoder = _capture(source)
    if not decoder.isOpened():
        raise VideoError(
            Text(
                f"{name} is coded as {codec}, which cannot be decoded here. Convert it to H.264 first.",
                f"{name} 的编码为 {codec}，此处无法解码。请先转换为 H.264。",
            )
        )
    numbers, times = np.arange(len(times)), np.sort(times)  # frames may be stored in another order than shown
    if len(times) < promised - 1 or not _is_even(numbers, times, nominal):
        # damaged, or a packet shows no frame of its own, or the rate varies: only decoding tells
        shown = _decoded(decoder, max(len(times), int(promised)))
        if not shown:
            raise _undecodable(name, len(times))
        numbers, times = np.array(list(shown)), np.array(list(shown.values()))
    decoder.release()
    notes = []
    rate, varies = _rate(numbers, times, nominal)
    frames = int(numbers[-1]) + 1
    if varies:
        notes.append(
            Text(
                f"The frame rate varies; the result has the constant average of {rate:.3f} frames per second.",
                f"帧率不恒定；结果采用平均帧率，每秒 {rate:.3f} 帧。",
            )
        )
    elif frames < 0.9 * promised:
        held, announced = frames / rate, promised / rate
        notes.append(
            Text(
                f"The pictures end after {held:.1f} of the {announced:.1f} seconds that the file announces.",
                f"画面只有 {held:.1f} 秒，而文件标明 {announced:.1f} 秒。",
            )
        )
    return _Survey(frames, rate, tuple(notes))


def _check_kind(source: Path) -> None:
    """``VideoError`` for what is missing, empty or no video by its first bytes: a playlist could send a decoder anywhere."""
    name = source.name
    try:
        with source.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        reason = disk_reason(error)
        raise VideoError(Text(f"{name} cannot be opened: {reason.en}.", f"无法打开 {name}：{reason.zh}。")) from None
    if not head:
        raise VideoError(Text(f"{name} is empty (0 bytes). Choose another file.", f"{name} 是空文件（0 字节）。请换一个文件。"))
    if not _is_container(head):
        text = b"\0" not in head and head.decode(errors="replace").count("\ufffd") <= 1  # one letter may be cut at the end
        received = Text("text", "文本") if text else Text("another kind of data", "其他类型的数据")
        raise VideoError(
            Text(
                f"{name} is not a video that can be read here. Accepted: MP4, MOV, WebM, MKV, AVI, MPEG and the like. Received: {received.en}.",
                f"{name} 不是可读取的视频。支持：MP4、MOV、WebM、MKV、AVI、MPEG 等。收到：{received.zh}。",
            )
        )


def _undecodable(name: str, frames: int) -> VideoError:
    return VideoError(
        Text(
            f"{name} is damaged: none of its {frames} frames can be decoded. Choose another file.",
            f"{name} 已损坏：{frames} 帧均无法解码。请换一个文件。",
        )
    )


def _decoded(decoder: cv2.VideoCapture, count: int) -> dict[int, float]:
    """Number and time in seconds of each frame that can be decoded, among ``count`` that may be there."""
    shown: dict[int, float] = {}
    missed = 0
    for number in range(count):
        if decoder.grab():
            shown[number], missed = decoder.get(cv2.CAP_PROP_POS_MSEC) / 1000, 0
        else:
            missed += 1
        if missed == GIVEN_UP:
            break
    return shown


def _is_even(numbers: np.ndarray, times: np.ndarray, rate: float) -> bool:
    """Whether frame n is shown at n / ``rate`` seconds, give or take half a frame (and a millisecond, to which some files round)."""
    if not 0 < rate <= FASTEST:
        return False
    off = (times - times[0]) - (numbers - numbers[0]) / rate
    return bool(np.abs(off).max() <= 0.5 / rate + 0.001)


def _rate(numbers: np.ndarray, times: np.ndarray, nominal: float) -> tuple[float, bool]:
    """Frames per second, and whether that is only an average."""
    if _is_even(numbers, times, nominal):
        return nominal, False
    span = float(times[-1] - times[0])
    if span <= 0:  # the file tells no times
        return nominal if 0 < nominal <= FASTEST else 25.0, False
    rate = float(numbers[-1] - numbers[0]) / span
    return rate, not _is_even(numbers, times, rate)


def _frames(source: Path, count: int, notes: list[Text]) -> Iterator[np.ndarray | None]:
    """Each frame, uint8 (height, width, 3) BGR, upright and with square pixels; None where none came.

    Where the size changes on the way, OpenCV gives all frames that of the first.
    """
    capture, size = _capture(source), None
    stretch = capture.get(cv2.CAP_PROP_SAR_NUM) / (capture.get(cv2.CAP_PROP_SAR_DEN) or 1) or 1
    turned = capture.get(cv2.CAP_PROP_ORIENTATION_META) % 180 == 90
    try:
        for _ in range(count):
            came, frame = capture.read()
            if not came:
                yield None
                continue
            height, width = frame.shape[:2]
            if size is None:
                size = (width, round(height * stretch)) if turned else (round(width * stretch), height)
                check_size(*size, Text(source.name, source.name), MAX_MEGAPIXELS)
                if size != (width, height):
                    notes.append(
                        Text(
                            f"The pixels of the file are not square: {width} × {height} was stretched to {size[0]} × {size[1]}.",
                            f"文件的像素不是正方形：已由 {width} × {height} 拉伸为 {size[0]} × {size[1]}。",
                        )
                    )
            yield frame if size == (width, height) else cv2.resize(frame, size, interpolation=cv2.INTER_CUBIC)
    finally:
        capture.release()


def _write(
    part: Path,
    source: Path,
    survey: _Survey,
    restorer: Classical | Network,
    degradation: Degradation | None,
    seed: int,
    strength: float,
    progress: FrameProgress | None,
    cancel: threading.Event | None,
    executor: Executor,
) -> VideoRestoration:
    """Restore the frames of ``source`` into the file ``part``, without sound."""
    notes = list(survey.notes)
    observed: list[Score] = []
    restored: list[Score] = []
    seconds, lost, looked, unchanged = 0.0, 0, 0, 0
    found: Counter[Text] = Counter()
    work = partial(_restore_frame, restorer=restorer, degradation=degradation, seed=seed, strength=strength)
    frames = ((number, frame) for number, frame in enumerate(_frames(source, survey.frames, notes)) if frame is not None)
    with contextlib.closing(_Output(part, survey.rate)) as output:
        for done in executor.map(work, frames, cancel=cancel):
            if isinstance(done, RestorersError):
                raise done
            seconds += done.seconds
            if done.found is None:
                notes += [note for note in done.notes if note not in notes]
            else:  # what was found in each frame, and how surely, would be a sentence a frame
                looked += 1
                found.update(damage.said for damage in done.found)
            if degradation is not None and done.observed.psnr >= HARMLESS:
                unchanged += 1
            elif degradation is not None:
                observed.append(done.observed)
                restored.append(done.restored)
            missed = done.number - output.frames
            output.write(done.pixels, 1 + missed)  # the sound stays in step where the next frame stands in for a damaged one
            lost += missed
            if progress is not None:
                progress(output.frames, survey.frames)
        if cancel is not None and cancel.is_set():
            raise Cancelled
        if not output.frames:
            raise _undecodable(source.name, survey.frames)
        missed = survey.frames - output.frames
        output.repeat(missed)
        lost += missed
    if cancel is not None and cancel.is_set():
        raise Cancelled
    output.check()
    if lost:
        notes.append(
            Text(
                f"{lost} of {survey.frames} frames are damaged; the frame beside them takes their place.",
                f"{survey.frames} 帧中有 {lost} 帧损坏，以相邻帧代替。",
            )
        )
    if looked:
        notes.append(_found_in(found, looked))
    if unchanged:
        notes.append(
            Text(
                f"{unchanged} of {survey.frames} frames have no part in the scores: the damage changes nothing in them.",
                f"{survey.frames} 帧中有 {unchanged} 帧未计入分数：损坏没有改变它们。",
            )
        )
    if observed:
        notes.append(
            Text(
                "The scores are means over the frames, taken before the video was compressed.",
                "分数为各帧的平均值，在视频压缩之前测得。",
            )
        )
    return VideoRestoration(output.frames, survey.rate, seconds, (*notes, *output.notes), _mean(observed), _mean(restored))


def _found_in(found: Counter[Text], frames: int) -> Text:
    """In how many of the ``frames`` each damage was found."""
    if not found:
        return Text(f"Nothing to mend was found in any of {frames} frames.", f"{frames} 帧中均未发现需要修复的损坏。")
    counts = found.most_common()
    return Text(
        f"Found and mended, of {frames} frames: {', '.join(f'{said.en} in {count}' for said, count in counts)}.",
        f"共 {frames} 帧，发现并修复：{'、'.join(f'{said.zh}（{count} 帧）' for said, count in counts)}。",
    )


class _Restored(NamedTuple):
    """A frame when it is done: its number, uint8 pixels (height, width, 3) RGB, and what ``VideoRestoration`` sums up."""

    number: int
    pixels: np.ndarray
    seconds: float
    notes: tuple[Text, ...]
    found: tuple[Damage, ...] | None
    observed: Score | None
    restored: Score | None


def _restore_frame(
    numbered: tuple[int, np.ndarray],
    progress: PieceProgress,
    cancel: threading.Event,
    *,
    restorer: Classical | Network,
    degradation: Degradation | None,
    seed: int,
    strength: float,
) -> _Restored:
    number, frame = numbered
    truth = to_float(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
    observation = Observation(truth) if degradation is None else degrade(truth, degradation, seed + number)
    done = restore(observation, restorer, cancel=cancel)
    photo = blend(observation, done, strength)
    observed = restored = None
    if degradation is not None:
        observed, restored = score(observation.photo.clip(0, 1), truth), score(photo, truth)
    return _Restored(number, to_uint8(photo), done.seconds, done.notes, done.found, observed, restored)


def _mean(scores: list[Score]) -> Score | None:
    if not scores:
        return None
    return Score(float(np.mean([s.psnr for s in scores])), float(np.mean([s.ssim for s in scores])), scores[0].protocol)


class _Output:
    """The file that is written, with the best codec there is; opened when the first frame has told the size.

    Attributes:
        frames: how many were written.
        notes: what a person should know of the file.
    """

    def __init__(self, path: Path, rate: float):
        self.path, self.rate = path, rate
        self.frames = 0
        self.notes: list[Text] = []
        self._writer: cv2.VideoWriter | None = None
        self._last: np.ndarray | None = None

    def write(self, pixels: np.ndarray, times: int = 1) -> None:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
        height, width = pixels.shape[:2]
        if height % 2 or width % 2:
            pixels = cv2.copyMakeBorder(pixels, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
        if self._writer is None:
            self._open(*pixels.shape[:2])
            if height % 2 or width % 2:
                self.notes.append(
                    Text(
                        "Videos need sides of even length: the last row or column was doubled.",
                        "视频的边长须为偶数：已重复最后一行或一列。",
                    )
                )
        self._last = pixels
        self.repeat(times)

    def repeat(self, times: int) -> None:
        """Write the last frame so many times more."""
        for _ in range(times):
            self._writer.write(self._last)
        self.frames += times

    def _open(self, height: int, width: int) -> None:
        suffix = self.path.suffix
        for codec in _CODECS[suffix]:
            fourcc = cv2.VideoWriter_fourcc(*codec.fourcc)
            with no_stderr():  # OpenCV prints the codecs that it does not find past every log level
                writer = cv2.VideoWriter(str(self.path.absolute()), cv2.CAP_FFMPEG, fourcc, self.rate, (width, height))
            if writer.isOpened():
                self._writer = writer
                self.notes.append(codec.note)
                return
        raise VideoError(
            Text(
                f"OpenCV cannot write {width} × {height} at {self.rate:.3f} frames per second as {suffix} here. Choose another suffix.",
                f"此处的 OpenCV 无法以每秒 {self.rate:.3f} 帧将 {width} × {height} 写为 {suffix}。请换一个后缀。",
            )
        )

    def close(self) -> None:
        if self._writer is not None:
            self._writer.release()

    def check(self) -> None:
        """``VideoError`` if the closed file does not hold all frames: writing itself reports no full disk."""
        written = _capture(self.path, decode=False)
        arrived = sum(1 for _ in iter(written.grab, False))
        written.release()
        if arrived < self.frames:
            raise VideoError(
                Text(
                    f"The video was not written: only {arrived} of {self.frames} frames reached the disk. Is there space left on it?",
                    f"视频未能写入：{self.frames} 帧中只有 {arrived} 帧存到磁盘。磁盘是否已满？",
                )
            )


def _add_sound(part: Path, source: Path, cancel: threading.Event | None) -> tuple[Text, ...]:
    """Copy the sound of ``source`` into ``part`` with the program ffmpeg; a note where that was not possible."""
    program = shutil.which("ffmpeg")
    if program is None:
        return (
            Text(
                "The sound, if there is any, was left out: the program ffmpeg, which copies it, is not installed.",
                "若有声音，则已略去：未安装用于复制声音的程序 ffmpeg。",
            ),
        )
    joined = part.with_name(f"{part.stem}-sound{part.suffix}")
    inputs = ["-i", str(part.absolute()), "-i", str(source.absolute())]
    command = [
        program,
        "-nostdin",
        "-y",
        "-loglevel",
        "error",
        *inputs,
        "-map",
        "0:v:0",
        "-map",
        "1:a?",
        "-c",
        "copy",
        str(joined.absolute()),
    ]
    try:
        with contextlib.suppress(OSError):
            if _run(command, cancel) == 0:
                os.replace(joined, part)
                return ()
    finally:
        joined.unlink(missing_ok=True)
    return (
        Text(
            f"The sound was left out: ffmpeg could not copy it into a {part.suffix} file. A .mkv file takes any sound.",
            f"声音已略去：ffmpeg 无法将其复制到 {part.suffix} 文件中。.mkv 文件可容纳任何声音。",
        ),
    )


def _run(command: list[str], cancel: threading.Event | None) -> int:
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            if cancel is not None and cancel.is_set():
                raise Cancelled
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
    finally:
        process.kill()  # does nothing to one that has ended
        process.wait()
    return process.returncode
