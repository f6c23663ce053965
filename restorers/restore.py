"""Observation → photo, with any restorer: sizes, tiles, progress, cancel."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import cv2
import numpy as np

from restorers.classical import CLASSICAL
from restorers.classical._inpainting import inpaint
from restorers.classical.base import Classical
from restorers.classical.navier_stokes import NavierStokes
from restorers.degradations._missing import remove
from restorers.degradations.base import Degradation, Observation
from restorers.diagnosis import DAMAGES, Damage, Diagnosis, diagnose, report
from restorers.errors import Cancelled, RestorersError
from restorers.params import Parameterised, param
from restorers.photo import is_gray
from restorers.presets import PRESETS, Preset, PresetError, PresetStore
from restorers.registry import UnknownName
from restorers.resize import resize
from restorers.text import Text
from restorers.tiling import run_tiled

TILE = 1600  # pixels; the largest piece that a network of any size sees at once
CLASSICAL_TILE = 1024
COLOUR_SIDE = 192  # pixels of the short side; what a thing is, and so its colour, is seen from the whole
GUESS_RADIUS = 2  # pixels; of the first guess at what is missing
GUIDED_WINDOW = 5  # pixels of the small photo that a colour is fitted to
GUIDED_FLATNESS = 1e-3  # variance of the luminance below which the colour is taken as it is
GUESS_SHARE = 0.1  # of the time
DIAGNOSIS_SHARE = 0.1  # likewise
PADDING = 64  # pixels; sides are padded to multiples of this, so that TensorFlow meets few different sizes

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Restoration:
    """What ``restore`` returns.

    Attributes:
        photo: the restored photo, float32 (height, width, 3) in [0, 1].
        seconds: time it took, the loading of weights included.
        notes: what a person should know of how it came about.
        parameters: numbers that the network has learned; None for a formula.
        found: the damages that a network has found by itself, one of ``notes`` telling of them; None where it does not look for any.
    """

    photo: np.ndarray
    seconds: float
    notes: tuple[Text, ...] = ()
    parameters: int | None = None
    found: tuple[Damage, ...] | None = None


@dataclass(frozen=True)
class Network(Parameterised):
    """A preset as a restorer; one subclass a preset, made by ``network``. Runs on photos of any size, large ones in tiles."""

    preset: ClassVar[Preset]
    store: ClassVar[PresetStore]
    name: ClassVar[str]
    title: ClassVar[Text]
    help: ClassVar[Text]
    suits: ClassVar[frozenset[str]]
    told: ClassVar[tuple[str, ...]] = ()
    reference: ClassVar[str]
    order: ClassVar[int] = 1
    specialists: ClassVar[Mapping[str, Preset]] = {}
    keeps_gray: ClassVar[bool] = True  # a photo without colour gets none

    def __reduce__(self) -> tuple:
        """Pickled with its weights: what comes back needs no folder of presets."""
        self.store.provide_weights(self.preset)
        return _unpickled, (self.preset, self.settings(), self.specialists)

    @classmethod
    def suited(cls, degradation: Degradation) -> bool:
        """Whether it was trained for ``degradation``."""
        return bool(cls.suits & {degradation.name, degradation.family})

    def missing_knowledge(self, observation: Observation) -> tuple[str, ...]:
        """The entries of ``told`` that this observation cannot give."""
        return tuple(what for what in self.told if getattr(observation, what) is None)

    def run(self, photo: np.ndarray, model, progress: Progress | None, cancel: threading.Event | None) -> np.ndarray:
        """The network on the whole photo, in feathered tiles where it is large; (h, w, channels) → (h, w, output channels)."""
        architecture = self.preset.architecture
        return run_tiled(
            photo,
            lambda tile: model.predict_on_batch(tile[None])[0],
            tile=TILE,
            overlap=2 * architecture.context,
            multiple=max(PADDING, architecture.multiple),
            grid=architecture.multiple,
            progress=progress,
            cancel=cancel,
        )

    def require(self, observation: Observation) -> None:
        """Nothing, or ``RestorersError`` where the network must be told the mask and none is known."""
        if self.missing_knowledge(observation):
            raise RestorersError(
                Text(
                    f"{self.preset.title.en} must be told which pixels are missing, which is unknown here. "
                    "Choose Missing pixels, Scratches or Painted mask as the damage, or another method.",
                    f"{self.preset.title.zh}需要知道哪些像素缺失，但此处未知。请选择“缺失像素”、“划痕”或“涂抹遮挡”作为损坏，或换用其他修复方法。",
                )
            )

    def notes(self, photo: np.ndarray) -> tuple[Text, ...]:
        """What to tell about how this photo was run."""
        if self.preset.architecture.channels == 1:
            return (Text("This network sees gray only: the result has no colour.", "该网络只处理灰度：结果没有颜色。"),)
        return ()


@dataclass(frozen=True)
class ColouringNetwork(Network):
    """A network that lays colour over the luminance it is given. A large photo is shrunk for it; the colours are enlarged again.

    What it has learned is the mean of the colours that it thinks possible (of a squared error; of an absolute one their median), and
    that is paler than most of them. x̂ = y + s · ``saturation`` · (c − y), with s ≤ 1 as in the layer ``Colour``, makes up for that
    as the visitor likes.

    Reference: Zhang et al., "Colorful image colorization", ECCV 2016 (section 2.3: between the mean and the most likely colour).
    """

    keeps_gray: ClassVar[bool] = False

    saturation: float = param(
        1.0, low=0, high=2, step=0.1, unit="×", label=Text("Saturation", "饱和度"),
        help=Text(
            "1: as the network guesses, between all colours that it thinks possible. More is livelier, and costs more where it is mistaken.",
            "1：网络的猜测，介于它认为可能的各种颜色之间。调高更鲜艳，但猜错时误差也更大。",
        ),
    )  # fmt: skip

    def run(self, photo, model, progress, cancel):
        small = colour_view(photo)
        coloured = run_tiled(
            small,
            lambda tile: model.predict_on_batch(tile[None])[0],
            tile=max(PADDING, *small.shape[:2]) + PADDING,
            overlap=0,
            multiple=max(PADDING, self.preset.architecture.multiple),
            progress=progress,
            cancel=cancel,
        )
        difference = coloured - small
        return _lay_colour(photo, self.saturation * (difference if small is photo else _enlarge_colour(difference, small, photo)))

    def notes(self, photo):
        return (Text("The brightness is that of the photo; the colours are the network's guess.", "亮度与照片相同；颜色是网络的猜测。"),)


@dataclass(frozen=True)
class DiagnosingNetwork(Network):
    """A network that finds out what is wrong with a photo; the presets made for that mend it, one after the other, and it looks again after each."""

    def __reduce__(self) -> tuple:
        """Pickled with the weights of all that it may call, too."""
        build, (preset, settings, _) = super().__reduce__()
        return build, (preset, settings, {damage.specialist: self.specialist(damage).preset for damage in DAMAGES})

    def specialist(self, damage: Damage) -> Network:
        """The restorer that mends ``damage``; ``PresetError`` where it is not here."""
        name = damage.specialist
        if name in self.specialists:
            return network(self.specialists[name], self.store)()
        if name not in PRESETS.names():
            raise PresetError(
                Text(
                    f"{self.title.en} has found {damage.said.en}, which the preset {name!r} mends; it is not in the folder of presets.",
                    f"{self.title.zh}发现{damage.said.zh}，需由预设 {name!r} 修复，但预设文件夹中没有它。",
                )
            )
        return network(PRESETS.get(name))()

    def diagnose(self, photo: np.ndarray, progress: Progress | None = None, cancel: threading.Event | None = None) -> Diagnosis:
        """What is wrong with ``photo``, float32 (height, width, 3)."""
        return diagnose(self.run(photo, self.store.model(self.preset), progress, cancel), photo)


@dataclass(frozen=True)
class FixedSizeNetwork(Network):
    """A network that takes one size only: the whole photo shrunk to it, or piece by piece at full size."""

    keeps_gray: ClassVar[bool] = False  # tutorials' networks are shown as they are

    sizing: str = param(
        "whole",
        label=Text("Size", "尺寸"),
        help=Text(
            "This network takes one small size only. Shrink the whole photo to it, or run piece by piece at full size.",
            "该网络只接受一种小尺寸。可将整张照片缩小，或按原尺寸逐块处理。",
        ),
        choices={
            "whole": Text("As in the tutorial: whole photo shrunk", "如教程：整图缩小"),
            "tiles": Text("Tile by tile at full size", "原尺寸逐块处理"),
        },
    )

    def run(self, photo, model, progress, cancel):
        size = self.preset.architecture.input_size
        if self.sizing == "tiles":
            return run_tiled(
                photo,
                lambda tile: model.predict_on_batch(tile[None])[0],
                tile=size,
                overlap=size // 4,
                multiple=size,
                progress=progress,
                cancel=cancel,
            )
        height, width = photo.shape[:2]
        small = cv2.resize(photo, (size, size), interpolation=cv2.INTER_AREA).reshape(size, size, -1)
        out = np.asarray(model.predict_on_batch(small[None])[0])
        return cv2.resize(out, (width, height), interpolation=cv2.INTER_CUBIC).reshape(height, width, -1)

    def notes(self, photo):
        size = self.preset.architecture.input_size
        if self.sizing == "tiles":
            how = Text(f"Run in pieces of {size}×{size} pixels at full size.", f"按原尺寸以 {size}×{size} 像素的小块处理。")
        else:
            how = Text(
                f"The whole photo was shrunk to {size}×{size} pixels, as in the tutorial, and the result enlarged again.",
                f"如教程所示，整张照片被缩小到 {size}×{size} 像素，结果再放大。",
            )
        return (how, *super().notes(photo))


def network(preset: Preset, store: PresetStore = PRESETS, specialists: Mapping[str, Preset] | None = None) -> type[Network]:
    """The restorer class of a preset: like a classical restorer, with a name, words, parameters and ``from_settings``.

    Args:
        preset: the network.
        store: builds it, and keeps it.
        specialists: presets by name that it calls; those not among them are looked up in ``PRESETS``.
    """
    architecture = preset.architecture
    if architecture.classifies:
        base = DiagnosingNetwork
    elif architecture.input_size is not None:
        base = FixedSizeNetwork
    elif (architecture.channels, architecture.output_channels) == (1, 3):
        base = ColouringNetwork
    else:
        base = Network
    words = {key: getattr(preset, key) for key in ("name", "title", "help", "suits", "reference")}
    told = ("mask",) if architecture.channels == 4 else ()
    return dataclass(frozen=True)(
        type(
            preset.name,
            (base,),
            {**words, "told": told, "preset": preset, "store": store, "specialists": specialists or {}, "__annotations__": {}},
        )
    )


def _unpickled(preset: Preset, settings: dict[str, Any], specialists: Mapping[str, Preset]) -> Network:
    return network(preset, specialists=specialists)(**settings)


def restorer_names() -> list[str]:
    """Every restorer: the presets, then the classical ones."""
    return [*PRESETS.names(), *CLASSICAL.names()]


def restorer_class(name: str, hub: bool = False) -> type[Classical] | type[Network]:
    """The class of the restorer called ``name``; ``UnknownName`` otherwise.

    Args:
        name: one of ``restorer_names()``.
        hub: take the id of a preset on the Hugging Face hub, too, and fetch it. Off where the name comes from a stranger.
    """
    if name in CLASSICAL:
        return CLASSICAL.get(name)
    if name in PRESETS.names() or (hub and name in PRESETS):
        return network(PRESETS.get(name))
    known = ", ".join(restorer_names())
    raise UnknownName(Text(f"There is no restorer called {name!r}. Known: {known}.", f"没有名为 {name!r} 的修复方法。已知：{known}。"))


def all_restorers() -> list[type[Classical] | type[Network]]:
    """The classes of all restorers, the damaged presets left out."""
    classes = []
    for name in PRESETS.names():
        try:
            classes.append(restorer_class(name))
        except RestorersError:
            continue
    return [*classes, *CLASSICAL]


def find_restorer(name: str, settings: Mapping[str, Any] | None = None, hub: bool = False) -> Classical | Network:
    """A restorer by name, with checked settings; ``hub`` as for ``restorer_class``."""
    return restorer_class(name, hub).from_settings(settings)


def _with_mask(observation: Observation) -> np.ndarray:
    mask = np.zeros(observation.photo.shape[:2], bool) if observation.mask is None else observation.mask
    return np.dstack([observation.photo, mask.astype(np.float32)])


def _restore_classical(
    observation: Observation, restorer: Classical, progress: Progress | None = None, cancel: threading.Event | None = None
) -> np.ndarray:
    observation = restorer.require(observation)  # once for the whole photo: tiles would each measure their own noise
    if max(observation.photo.shape) <= CLASSICAL_TILE or (reach := restorer.reach(observation)) is None:
        return restorer.restore(observation)
    masked = observation.mask is not None

    def on_tile(tile: np.ndarray) -> np.ndarray:
        return restorer.restore(
            replace(observation, photo=np.ascontiguousarray(tile[..., :3]), mask=tile[..., 3] > 0.5 if masked else None)
        )

    return run_tiled(
        _with_mask(observation) if masked else observation.photo,
        on_tile,
        tile=CLASSICAL_TILE,
        overlap=3 * reach,
        multiple=1,
        progress=progress,
        cancel=cancel,
    )


def _guess(observation: Observation) -> np.ndarray:
    return inpaint(observation, GUESS_RADIUS, cv2.INPAINT_NS)


def network_input(observation: Observation, channels: int, guess: Callable[[Observation], np.ndarray] = _guess) -> np.ndarray:
    """What a network with ``channels`` input channels is given, float32 (height, width, channels); the same in training and in use.

    Args:
        observation: the degraded photo, and the mask where one is known.
        channels: 1 the luminance; 3 the photo; 4 the photo with a first guess wherever a pixel is missing, and the mask (1 missing,
            0 known). The guess is that of ``navier_stokes``: a network that starts from it has only the rest to learn.
        guess: how it is made.
    """
    if channels == 1:
        return cv2.cvtColor(observation.photo, cv2.COLOR_RGB2GRAY)[..., None]
    if channels == 4:
        seen = remove(observation.photo, observation.mask)  # so that what lies under the mask stays unseen, even where all is missing
        return _with_mask(replace(seen, photo=guess(seen)))
    return observation.photo


def _part(progress: Progress | None, start: float, stop: float) -> Progress | None:
    """Tells the fraction done of one part as that of the whole, from ``start`` to ``stop``."""
    return None if progress is None else lambda done: progress(start + (stop - start) * done)


def colour_view(photo: np.ndarray) -> np.ndarray:
    """A photo as a colouring network is shown it, float32 (height, width, channels): its short side shrunk to ``COLOUR_SIDE`` pixels."""
    height, width = photo.shape[:2]
    shrink = COLOUR_SIDE / min(height, width)
    return photo if shrink >= 1 else resize(photo, round(height * shrink), round(width * shrink), "area")


def _enlarge_colour(difference: np.ndarray, guide: np.ndarray, photo: np.ndarray) -> np.ndarray:
    """Colours found on the small ``guide``, at the size of ``photo``: they change where the luminance does, not beside it.

    Around each pixel of ``guide`` the colour is fitted as a · luminance + b; a and b are enlarged, and applied to ``photo``.

    Reference: He and Sun, "Fast guided filter", 2015.
    """

    def mean(x: np.ndarray) -> np.ndarray:
        return cv2.blur(x, (GUIDED_WINDOW, GUIDED_WINDOW))

    height, width = photo.shape[:2]
    luminance = guide[..., 0]
    level = mean(luminance)
    spread = mean(luminance**2) - level**2
    enlarged = np.empty((height, width, 3), np.float32)
    for channel in range(3):
        colour = np.ascontiguousarray(difference[..., channel])
        slope = (mean(luminance * colour) - level * mean(colour)) / (spread + GUIDED_FLATNESS)
        offset = mean(colour) - slope * level
        slope, offset = (cv2.resize(mean(x), (width, height), interpolation=cv2.INTER_LINEAR) for x in (slope, offset))
        enlarged[..., channel] = slope * photo[..., 0] + offset
    return enlarged


def _lay_colour(gray: np.ndarray, difference: np.ndarray) -> np.ndarray:
    """gray + s · difference, s ≤ 1 being the largest that stays in [0, 1]: the layer ``Colour`` of the networks, on whole photos."""
    room = np.where(difference > 0, 1 - gray, gray).clip(0)
    share = np.minimum(1, (room / np.maximum(np.abs(difference), 1e-6)).min(axis=2, keepdims=True))
    return gray + share * difference


def _restore_network(
    observation: Observation, restorer: Network, progress: Progress | None, cancel: threading.Event | None
) -> tuple[np.ndarray, int, tuple[Text, ...], tuple[Damage, ...] | None]:
    """The photo, the numbers learned by what has run, notes, and what was found where it was looked for."""
    restorer.require(observation)
    if isinstance(restorer, DiagnosingNetwork):
        return _restore_by_specialists(observation.photo, restorer, progress, cancel)
    model, channels = restorer.store.model(restorer.preset), restorer.preset.architecture.channels
    start = GUESS_SHARE if channels == 4 else 0.0

    def guess(seen: Observation) -> np.ndarray:
        return _restore_classical(seen, NavierStokes(radius=GUESS_RADIUS), _part(progress, 0, start), cancel)

    photo = restorer.run(network_input(observation, channels, guess), model, _part(progress, start, 1), cancel)
    if restorer.keeps_gray and is_gray(observation.photo):  # the nearest photo without colour
        photo = np.repeat(photo.mean(axis=2, keepdims=True), 3, axis=2)
    if channels == 4:  # what is known stays to the bit, whatever the network says and wherever tiles are joined
        photo = np.where(observation.mask[..., None], photo, observation.photo)
    photo = np.repeat(photo, 3, axis=2) if photo.shape[2] == 1 else photo
    return photo, model.count_params(), restorer.notes(observation.photo), None


def _restore_by_specialists(
    photo: np.ndarray, restorer: DiagnosingNetwork, progress: Progress | None, cancel: threading.Event | None
) -> tuple[np.ndarray, int, tuple[Text, ...], tuple[Damage, ...]]:
    parameters, mended, done = restorer.store.model(restorer.preset).count_params(), [], 0.0
    while True:  # noise hides blur: what lies under the damage that was mended shows at the next look
        diagnosis = restorer.diagnose(photo, _part(progress, done, done + DIAGNOSIS_SHARE * (1 - done)), cancel)
        done += DIAGNOSIS_SHARE * (1 - done)
        left = diagnosis.left([damage for damage, _ in mended])
        if not left:
            return photo, parameters, (report(mended),), tuple(damage for damage, _ in mended)
        damage, stop = left[0], done + (1 - done) / (len(left) + DIAGNOSIS_SHARE)
        seen = Observation(photo, mask=diagnosis.missing if damage.local else None)
        photo, count, *_ = _restore_network(seen, restorer.specialist(damage), _part(progress, done, stop), cancel)
        photo = photo.clip(0, 1)  # as it would come from each of them alone
        parameters, done = parameters + count, stop
        mended.append(diagnosis.finding(damage))


def restore(
    observation: Observation,
    restorer: Classical | Network,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> Restoration:
    """Restore an observation.

    A photo without colour gets none from a restoration network: the mean of R, G and B is taken of what comes out.

    Args:
        observation: from ``degrade``, or ``Observation(photo)`` for a photo that was bad from the start.
        restorer: from ``find_restorer``.
        progress: called with the fraction done, rising from 0 to 1.
        cancel: stops at the next tile when set.

    Raises:
        Cancelled: ``cancel`` was set.
        RestorersError: the observation lacks what the restorer must be told, the preset is damaged, or what it makes are not finite numbers.
    """
    start = time.perf_counter()
    if cancel is not None and cancel.is_set():
        raise Cancelled
    if isinstance(restorer, Network):
        photo, parameters, notes, found = _restore_network(observation, restorer, progress, cancel)
    else:
        photo, parameters, notes, found = _restore_classical(observation, restorer, progress, cancel), None, (), None
    if cancel is not None and cancel.is_set():
        raise Cancelled
    if not np.isfinite(photo).all():  # it would be shown as black or white
        raise RestorersError(
            Text(
                f"{restorer.title.en} makes values of this photo that are not finite numbers, so there is nothing to show. Choose another method.",
                f"{restorer.title.zh} 对此照片给出的结果不是有限数，无法显示。请选择其他方法。",
            )
        )
    photo = np.clip(photo, 0, 1).astype(np.float32, copy=False)
    if progress is not None:
        progress(1.0)
    return Restoration(photo, time.perf_counter() - start, notes, parameters, found)


def blend(observation: Observation, restoration: Restoration, strength: float) -> np.ndarray:
    """The result laid over what was seen: strength · restored + (1 − strength) · degraded, float32 in [0, 1].

    Args:
        observation: what was restored.
        restoration: the result.
        strength: from 0, the degraded photo, to 1, the restored one.
    """
    if strength == 1:
        return restoration.photo
    return np.float32(strength) * restoration.photo + np.float32(1 - strength) * np.clip(observation.photo, 0, 1)


def warm_up(name: str = "denoise") -> None:
    """Import TensorFlow, load preset ``name`` if it is there and run it once, so that the first visitor does not wait."""
    if name in PRESETS.names():
        restore(Observation(np.zeros((64, 64, 3), np.float32)), find_restorer(name))
    else:
        import keras  # noqa: F401
