"""What the Restore tab does, without a browser: photos in, looks out.

A ``Desk`` keeps what visitors work on, each under the id of his session, in memory that is bounded. Everything but the
restored photo can be made again from the settings, so nothing breaks when the desk forgets.
"""

from __future__ import annotations

import contextlib
import math
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from restorers.classical.base import Classical
from restorers.degradations import Observation, degrade
from restorers.errors import Cancelled, RestorersError
from restorers.metrics import Consistency, Score, consistency, error_map, heat_colors, psnr, score
from restorers.photo import fit_within, read_photo
from restorers.restore import Network, Restoration, all_restorers, blend, restore, restorer_class
from restorers.samples import SAMPLES
from restorers.text import Text
from restorers.ui.jobs import LINE, Job, Line
from restorers.ui.language import fill, joined
from restorers.ui.memory import HOUR, Pictures, Shelf
from restorers.ui.setup import SIZES, Setup, Step
from restorers.ui.viewer import Shown
from restorers.ui.words import restore as words

FIT_PIXELS = 1_000_000
SCREEN_SIDE = 2048
RESTORATION = "restoration"  # what such a job is called in the line
SENDING = 120.0  # seconds from the end of an upload to the first look at the photo, at most
_SENDER = ""  # whoever is sending a photo: which visitor it is becomes known with the first look
MASK_PREFIX = "data:image/png;base64,"
MASK_MEGAPIXELS = 0.3
ERROR_MAXIMUM = 0.2


@dataclass(frozen=True)
class Working:
    """A photo at the size it is worked on.

    Attributes:
        photo: float32 (height, width, 3).
        full: (width, height) of the file.
        notes: what was changed on the way, one sentence each.
    """

    photo: np.ndarray
    full: tuple[int, int]
    notes: tuple[Text, ...]

    @property
    def size(self) -> tuple[int, int]:
        return self.photo.shape[1], self.photo.shape[0]

    def told(self) -> tuple[Text, ...]:
        """The notes, and a sentence about the size where it was reduced."""
        if self.size == self.full:
            return self.notes
        (width, height), (full_width, full_height) = self.size, self.full
        return (words.SIZE_REDUCED.format(width=width, height=height, full_width=full_width, full_height=full_height), *self.notes)


@dataclass(frozen=True)
class Look:
    """All that the page shows of one visit; what is not there yet is None.

    Attributes:
        setup: the settings it belongs to.
        path: the file of the photo.
        working: the original.
        observation: the degraded photo and what is known of it; ``degradation`` None where the photo was bad already.
        nothing: PSNR in dB of the degraded photo; None where no truth is known.
        observed, restored: scores of the degraded and of the (blended) restored photo, after a run.
        restoration: the result at full strength.
        agreement: how far the result agrees with the observation.
        pictures: addresses by name: original, degraded, restored, error_map, invented, and download (blended).
    """

    setup: Setup
    path: str
    working: Working
    observation: Observation
    nothing: float | None = None
    observed: Score | None = None
    restored: Score | None = None
    restoration: Restoration | None = None
    agreement: Consistency | None = None
    pictures: dict[str, Shown] = field(default_factory=dict)

    @property
    def truth(self) -> bool:
        return self.observation.degradation is not None

    @property
    def damages(self) -> tuple[str, ...]:
        """The names of the degradations, in order."""
        return tuple(step.name for step in self.setup.steps)

    def asks_for(self, observation: Observation, setup: Setup) -> bool:
        """Whether it wants ``observation`` restored as ``setup`` says."""
        return self.observation is observation and (self.setup.restorer, self.setup.settings) == (setup.restorer, setup.settings)

    @property
    def measuring(self) -> bool:
        """Whether the restored photo is there and its scores are still to come."""
        return self.truth and self.restoration is not None and self.restored is None

    @property
    def nbytes(self) -> int:
        arrays = [self.observation.photo, self.observation.mask, self.restoration.photo if self.restoration else None]
        return sum(a.nbytes for a in arrays if a is not None)


class Desk:
    """What the visitors work on.

    Attributes:
        own: the networks that a visitor has trained or added, newest first.
        keepers: told when a visitor is forgotten, to forget what they keep of him.

    Args:
        line: where heavy work waits.
        uploads: the folder of the photos that visitors send; None: they send none.
        photo_bytes, look_bytes, picture_bytes: bounds of the memory for decoded photos, for looks, for pictures to show.
    """

    def __init__(
        self,
        line: Line = LINE,
        uploads: Path | None = None,
        photo_bytes: int = 1 << 30,
        look_bytes: int = 1 << 30,
        picture_bytes: int = 1 << 30,
    ):
        self.line, self.uploads = line, uploads
        # Gradio keeps a file once under the hash of its content, however many visitors send it
        self._holders: dict[str, dict[str, float]] = {}
        self.clock = time.monotonic
        self._holding = threading.Lock()
        self.own: Callable[[str], Sequence[type[Network]]] = lambda owner: ()
        self.keepers: list[Callable[[str], None]] = []
        # a photo of 40 megapixels takes a gigabyte while it is decoded or degraded: few at a time, however many visitors there are
        self._decoding = threading.Lock()
        self._previewing = threading.Semaphore(2)
        self.photos = Shelf(photo_bytes)
        self.looks = Shelf(look_bytes)
        self.masks = Shelf(look_bytes // 4, renewed=True)
        self.pictures = Pictures(picture_bytes, max_owned=48)

    def restorers(self, owner: str) -> list[type[Classical] | type[Network]]:
        """Every method that ``owner`` can use, his own first."""
        return [*self.own(owner), *all_restorers()]

    def restorer_class(self, owner: str, name: str) -> type[Classical] | type[Network]:
        """The method of ``owner`` called ``name``, or everybody's; ``UnknownName`` otherwise."""
        return next((own for own in self.own(owner) if own.name == name), None) or restorer_class(name)

    @property
    def shelves(self) -> tuple[Shelf, ...]:
        return self.photos, self.looks, self.masks, self.pictures

    def working(self, path: str, size: str = "fit") -> Working:
        """The photo in ``path`` at ``size``, decoded once; ``PhotoError`` with a sentence for what is no photo.

        The path of an upload holds the hash of its content, so the same path is the same photo.
        """
        with self._decoding:
            found = self.photos.get((path, size))
            if found is not None:
                return found
            file = read_photo(path)
            height, width = file.photo.shape[:2]
            photo = file.photo
            if size == "fit" and height * width > FIT_PIXELS:
                photo = fit_within(photo, math.floor(max(height, width) * math.sqrt(FIT_PIXELS / (height * width))))
            found = Working(photo, (width, height), file.notes)
            self.photos.put((path, size), found, photo.nbytes)
            return found

    def admit(self, path: str) -> Working:
        """As ``working``, for a photo that a visitor has just sent: it stays until he holds it."""
        self.hold(_SENDER, path)
        return self.working(path)

    def hold(self, owner: str, path: str) -> None:
        """Keep the photo in ``path`` for ``owner``, where a visitor has sent it, until ``release``."""
        if self.uploads is not None and Path(path).is_relative_to(self.uploads):
            with self._holding:
                holders = self._holders.setdefault(path, {})
                if owner not in holders:
                    holders.pop(_SENDER, None)
                holders[owner] = self.clock()

    def release(self, owner: str) -> None:
        """``owner`` needs his photos no more; those that nobody else has sent are deleted."""
        with self._holding:
            now = self.clock()
            for path, holders in list(self._holders.items()):
                mine = holders.pop(owner, None) is not None
                for other, since in list(holders.items()):
                    if now - since > (SENDING if other == _SENDER else HOUR):  # he had left before
                        del holders[other]
                if holders:
                    continue
                del self._holders[path]
                if mine:
                    with contextlib.suppress(OSError):
                        Path(path).unlink(missing_ok=True)
                    for size in SIZES:
                        self.photos.discard((path, size))

    def forget(self, owner: str) -> None:
        """Stop the work of ``owner`` and forget all that is his."""
        self.line.stop(owner)
        self.release(owner)
        for shelf in self.shelves:
            shelf.drop(owner)
        for forget in self.keepers:
            forget(owner)

    def paint(self, owner: str, path: str, mask: np.ndarray | None) -> None:
        """Keep the mask (bool, (height, width)) that ``owner`` has painted on the photo in ``path``, or forget it."""
        if mask is None or not mask.any():
            self.masks.discard((owner, path))
        else:
            self.masks.put((owner, path), mask, mask.nbytes, owner)

    def with_mask(self, owner: str, setup: Setup, path: str) -> Setup:
        """``setup`` with what ``owner`` has painted on the photo in ``path``, where it is painted on."""
        mask = self.masks.get((owner, path))
        if mask is None or not any(step.name == "painted_mask" for step in setup.steps):
            return setup
        return replace(setup, steps=tuple(Step(s.name, {"mask": mask}) if s.name == "painted_mask" else s for s in setup.steps))

    def _publish(self, owner: str, photo: np.ndarray, full: bool = True, caption: str = "") -> Shown:
        """The photo at screen size, and at full size where that is more."""
        if max(photo.shape[:2]) <= SCREEN_SIDE:
            return Shown(self.pictures.publish(photo, owner), caption=caption)
        small = self.pictures.publish(fit_within(np.clip(photo, 0, 1), SCREEN_SIDE), owner)
        return Shown(small, self.pictures.publish(photo, owner) if full else None, caption)

    def preview(self, owner: str, setup: Setup, path: str | None) -> Look:
        """The degraded photo and its score. A restored one is kept, and one at work goes on, only while nothing
        that it comes from has changed.

        Raises:
            RestorersError: no photo, or settings that do not fit.
        """
        if path is None:
            raise RestorersError(words.NO_PHOTO)
        with self._previewing:
            return self._preview(owner, setup, path)

    def _preview(self, owner: str, setup: Setup, path: str) -> Look:
        self.hold(owner, path)
        degradation = self.with_mask(owner, setup, path).degradation()
        working = self.working(path, setup.size)
        last: Look | None = self.looks.get(owner)
        same_photo = last is not None and last.working is working
        if same_photo and last.observation.degradation == degradation and (degradation is None or last.observation.seed == setup.seed):
            look = replace(last, setup=setup)
            if not last.asks_for(look.observation, setup):
                self.line.stop(owner)
                look = _unrestored(look)
        else:
            self.line.stop(owner)
            observation = Observation(working.photo) if degradation is None else degrade(working.photo, degradation, setup.seed)
            nothing = None if degradation is None else psnr(np.clip(observation.photo, 0, 1), working.photo)
            look = Look(setup, path, working, observation, nothing)
            if last is not None and same_photo and (stale := last.pictures.get("restored", last.pictures.get("stale"))):
                look.pictures["stale"] = replace(stale, caption="")
            if degradation is not None:
                kept = last.pictures.get("original") if same_photo else None
                look.pictures["original"] = kept if kept and self.pictures.alive(kept.url) else self._publish(owner, working.photo)
            look.pictures["degraded"] = self._publish(owner, observation.photo, caption=decibels(nothing))
        self.looks.put(owner, look, look.nbytes, owner)
        return look

    def run(self, owner: str, setup: Setup, path: str | None) -> Job:
        """Put the restoration into the line; the job's result is the ``Look``. Its picture can be shown before it is measured.

        Raises:
            RestorersError: no photo, settings that do not fit, a method that lacks what it must be told, a line that is full.
        """
        look = self.preview(owner, setup, path)
        restorer = self.restorer_class(owner, setup.restorer).from_settings(setup.settings)
        if missing := restorer.missing_knowledge(look.observation):
            raise RestorersError(fill(words.MISSING, what=joined(words.TOLD_WHAT[m] for m in missing)))

        def work(report: Callable[..., None], cancel: threading.Event) -> Look:
            restoration = restore(look.observation, restorer, lambda share: report(0.9 * share), cancel)
            done = replace(look, restoration=restoration, pictures={k: v for k, v in look.pictures.items() if k != "stale"})
            shown = done.pictures["restored"] = self._publish(owner, restoration.photo)
            report(0.95, replace(done, pictures=dict(done.pictures)))
            self.pictures.encode(shown.url)  # while the page hears of it; measuring would take the core from it
            done = self._measured(owner, done, setup.strength)
            if cancel.is_set():
                raise Cancelled
            self.looks.put(owner, done, done.nbytes, owner)
            return done

        return self.line.start(owner, work, RESTORATION)

    def restoring(self, owner: str) -> bool:
        """Whether a restoration of ``owner`` waits, or runs and is not stopped."""
        return self.line.works_for(owner, RESTORATION)

    def blend(self, owner: str, strength: float) -> Look:
        """The last result of ``owner`` at another strength, measured again.

        Raises:
            RestorersError: there is no result, or it is no longer kept.
        """
        look: Look | None = self.looks.get(owner)
        if look is None or look.restoration is None:
            raise RestorersError(words.RESULT_GONE)
        look = self._measured(owner, replace(look, pictures=dict(look.pictures)), min(max(float(strength), 0.0), 1.0))
        self.looks.put(owner, look, look.nbytes, owner)
        return look

    def last(self, owner: str) -> Look | None:
        """What ``owner`` looked at last, if it is still kept."""
        return self.looks.get(owner)

    def _measured(self, owner: str, look: Look, strength: float) -> Look:
        """``look`` with scores, maps and download for ``strength``."""
        mixed = blend(look.observation, look.restoration, strength)
        look = replace(look, setup=replace(look.setup, strength=strength))
        whole = look.pictures["restored"].full or look.pictures["restored"].url
        same = strength == 1 and self.pictures.alive(whole)
        look.pictures["download"] = Shown(whole if same else self.pictures.publish(mixed, owner))
        if not look.truth:
            return look
        truth = look.working.photo
        look.pictures["error_map"] = self._publish(owner, heat_colors(error_map(mixed, truth), ERROR_MAXIMUM), full=False)
        agreement = consistency(mixed, look.observation)
        look.pictures["invented"] = self._publish(owner, heat_colors(agreement.map, ERROR_MAXIMUM), full=False)
        restored, seen = score(mixed, truth), look.observed or score(np.clip(look.observation.photo, 0, 1), truth)
        shown = look.pictures["restored"]
        look.pictures["restored"] = replace(shown, caption=decibels(restored.psnr))
        return replace(look, observed=seen, restored=restored, agreement=agreement)


def _unrestored(look: Look) -> Look:
    kept = {name: look.pictures[name] for name in ("original", "degraded", "stale") if name in look.pictures}
    if "restored" in look.pictures:
        kept["stale"] = replace(look.pictures["restored"], caption="")
    return replace(look, restoration=None, restored=None, agreement=None, pictures=kept)


def decibels(value: float | None) -> str:
    """A PSNR in one decimal, for beside a picture; empty where it is unknown."""
    return "" if value is None else f"{value:.1f} dB" if math.isfinite(value) else "∞ dB"


def sample_path(name: str) -> str:
    """The file of the sample photo called ``name``."""
    return str(SAMPLES[name].path)


def steps_of_chips(entries: Any) -> tuple[Step, ...]:
    """The steps behind the chips; they come from the browser, so whatever does not fit is left out."""
    steps = []
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("name"), str) and isinstance(entry.get("settings"), dict):
            try:
                steps.append(Step(entry["name"], Step(entry["name"], entry["settings"]).build().settings()))
            except RestorersError:
                continue
    return tuple(steps)


def chip_of_step(step: Step) -> dict[str, Any]:
    """A chip for ``step``: its title and its first setting."""
    degradation = step.build()
    shown = next(
        (
            f" {p.label.en.split()[-1]} {getattr(degradation, p.name):g}{p.unit}"
            for p in degradation.parameters()
            if p.kind in ("int", "float")
        ),
        "",
    )
    settings = {name: value for name, value in step.settings.items() if not isinstance(value, np.ndarray) and value is not None}
    return {"name": step.name, "settings": settings, "en": degradation.title.en + shown, "zh": degradation.title.zh + shown}


def photo_id(path: str) -> str:
    """A name for the photo that says nothing of the server."""
    return blake2b(path.encode(), digest_size=8).hexdigest()


def mask_of(painting: Any) -> np.ndarray | None:
    """The mask of a painting, True where a stroke is; None where there is none.

    Raises:
        PhotoError: what should be the mask is no small picture.
    """
    address = painting.get("mask") if isinstance(painting, dict) else None
    if not isinstance(address, str) or not address.startswith(MASK_PREFIX):
        return None
    try:
        content = b64decode(address.removeprefix(MASK_PREFIX), validate=True)
    except ValueError:
        content = b""
    return read_photo(content, max_megapixels=MASK_MEGAPIXELS).photo[..., 0] > 0.5
