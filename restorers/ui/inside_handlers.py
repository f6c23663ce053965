"""What the Inside tab does, without a browser: a network opened up on the photo of the Restore tab."""

from __future__ import annotations

import math
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from restorers.degradations import Observation, degrade
from restorers.errors import Cancelled, RestorersError
from restorers.inside import (
    PHOTO,
    Anatomy,
    Arithmetic,
    Layer,
    Place,
    Region,
    Seen,
    anatomy,
    arithmetic,
    blended,
    forward,
    gray,
    kept,
    noisy,
    seen,
    shown,
    silenced,
    strongest,
)
from restorers.metrics import error_map, heat_colors, psnr
from restorers.photo import fit_within, to_uint8
from restorers.presets import PRESETS
from restorers.restore import DiagnosingNetwork, Network, restorer_class
from restorers.samples import DIGIT_SIDE, SAMPLES, sample_photo
from restorers.text import Text
from restorers.ui.jobs import Job
from restorers.ui.memory import Shelf
from restorers.ui.restore_handlers import Desk, Look
from restorers.ui.words import inside as words

MAPS = 32  # of one layer that are shown
TILE = 96  # pixels; of one map among the others
COLUMNS = 8  # of the sheet
FRAMES = 13  # of a walk from one code to another
DRAWN_DIGITS = 3
WIDTHS = ("tutorial-digits", "tutorial-digits-dense", "tutorial-digits-linear")
LOST_MAXIMUM = 0.5  # the brightest colour where a digit's stroke is missing
WEAKEST, STRONGEST = "weakest", "strongest"
KEPT_BYTES = 1 << 28
KEPT_ANATOMIES = 32
OPEN, VIEW, CHANGE, WALK, COMPARISON = "open", "view", "change", "walk", "widths"
LOOKS = (VIEW, CHANGE, WALK)  # at what is open


@dataclass(frozen=True, eq=False)
class Opened:
    """A network and what it makes of one photo.

    Attributes:
        restorer: its class.
        layers: its anatomy for the size that it is shown.
        seen: what it is shown.
        code: the values of the code.
        output: the result, (height, width, 3).
        before, after: PSNR in dB of what it is shown, and of the result; None where no truth is known.
        pictures: addresses by name: given, output, and truth where it is known.
        observation: what it was made from.
    """

    restorer: type[Network]
    layers: Anatomy
    seen: Seen
    code: np.ndarray
    output: np.ndarray
    before: float | None
    after: float | None
    pictures: dict[str, str]
    observation: Callable[[], Observation | None]

    @property
    def name(self) -> str:
        return self.restorer.name

    @property
    def nbytes(self) -> int:
        arrays = (self.seen.given, self.seen.truth, self.code, self.output)
        return sum(a.nbytes for a in arrays if a is not None)

    @property
    def dense_code(self) -> bool:
        """Whether the code is a list of numbers, not maps."""
        return not self.layers.layers[self.layers.code].is_map


@dataclass(frozen=True, eq=False)
class Viewed:
    """The values of one layer.

    Attributes:
        layer: which.
        inputs: the values of the layers that it takes.
        values: (height, width, channels) or (numbers,).
        channels: those that are shown, the strongest first.
        ranges: their least and greatest value.
        sheet: address of one picture of all of them, ``COLUMNS`` in a row.
        tile: height and width of one of them there.
        sources: the layers that it takes its numbers from.
        maps: addresses of single maps by channel.
    """

    layer: Layer
    inputs: tuple[np.ndarray, ...]
    values: np.ndarray
    channels: tuple[int, ...]
    ranges: tuple[tuple[float, float], ...]
    sheet: str
    tile: tuple[int, int]
    sources: tuple[Layer, ...]
    maps: dict[int, str] = field(default_factory=dict)

    @property
    def nbytes(self) -> int:
        return self.values.nbytes + sum(a.nbytes for a in self.inputs)


@dataclass(frozen=True, eq=False)
class Focus:
    """One number of a layer, and how it came about.

    Attributes:
        viewed: the layer.
        channel, place: where it stands.
        value: the number.
        how: the arithmetic; None for the photo itself.
        region: the part of the photo that it can depend on.
        picture: address of its map; of a vector, all numbers in rows.
        size: height and width of that picture.
    """

    viewed: Viewed
    channel: int
    place: Place
    value: float
    how: Arithmetic | None
    region: Region
    picture: str
    size: tuple[int, int]

    @property
    def cell(self) -> tuple[int, int]:
        """Row and column of the number in the picture."""
        return self.place if len(self.place) == 2 else divmod(self.place[0], self.size[1])


@dataclass(frozen=True)
class Changed:
    """What a network makes of a code that was changed by hand.

    Attributes:
        silent, channels: how many channels are silent, and of how many.
        noise: standard deviation of the noise, as a share of the code's.
        picture: address of the result.
        psnr: in dB, against the truth, or where none is known against the result of the unchanged code.
    """

    silent: int
    channels: int
    noise: float
    picture: str
    psnr: float


@dataclass(frozen=True)
class Walk:
    """From the code of one photo to that of another.

    Attributes:
        target: the name of the other photo.
        sheet: address of one picture: the frames in the upper row, the photos themselves mixed in the lower one.
        frames: how many there are.
        size: width and height of a frame.
    """

    target: str
    sheet: str
    frames: int
    size: tuple[int, int]


@dataclass(frozen=True)
class Width:
    """One network of a comparison of bottlenecks.

    Attributes:
        restorer: its class.
        numbers, of: how many the code holds, and the picture.
        psnr: of the result in dB.
        picture, lost: addresses of the result and of what is missing.
        curve: (numbers of the code that are kept, PSNR in dB).
        usual: its measured PSNR in dB on many test pictures, and how many; None where it was not measured.
    """

    restorer: type[Network]
    numbers: int
    of: int
    psnr: float
    picture: str
    lost: str
    curve: tuple[tuple[float, float], ...]
    usual: tuple[float, int] | None


@dataclass(frozen=True)
class Widths:
    """Networks with bottlenecks of several widths on one picture.

    Attributes:
        picture: its address.
        own: whether it is the visitor's photo.
        widths: the networks.
    """

    picture: str
    own: bool
    widths: tuple[Width, ...]


class InsideDesk:
    """The networks that the page's visitors have opened.

    Args:
        desk: holds the photos, the pictures and the line.
    """

    def __init__(self, desk: Desk):
        self.desk = desk
        self.kept = Shelf(KEPT_BYTES)
        self._anatomies: OrderedDict[tuple, Anatomy] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def shelves(self) -> tuple[Shelf, ...]:
        return (self.kept,)

    def networks(self, owner: str) -> list[type[Network]]:
        """Every network that ``owner`` can look into, his own first; one that only finds out what is wrong makes no photo to look at."""
        return [r for r in self.desk.restorers(owner) if issubclass(r, Network) and not issubclass(r, DiagnosingNetwork)]

    def choose(self, owner: str, name: str) -> None:
        """Keep what ``owner`` has chosen himself."""
        self.kept.put((owner, "chosen"), name, len(name), owner)

    def usual(self, owner: str) -> str | None:
        """The network to show: what ``owner`` has chosen, else that of the Restore tab, else the first."""
        names = [r.name for r in self.networks(owner)]
        if (chosen := self.kept.get((owner, "chosen"))) in names:
            return chosen
        look = self.desk.last(owner)
        return look.setup.restorer if look is not None and look.setup.restorer in names else next(iter(names), None)

    def look(self, owner: str) -> Look:
        """The photo and the damage of the Restore tab.

        Raises:
            RestorersError: there is none.
        """
        look = self.desk.last(owner)
        if look is None:
            raise RestorersError(words.NO_PHOTO)
        return look

    # what is open

    def opened(self, owner: str) -> Opened | None:
        """What ``owner`` has opened, if it is still kept and still the photo of the Restore tab."""
        opened, look = self.kept.get((owner, "opened")), self.desk.last(owner)
        return opened if opened is not None and look is not None and opened.observation() is look.observation else None

    def viewed(self, owner: str) -> Viewed | None:
        """The layer that ``owner`` looks at, if it is still kept."""
        return self.kept.get((owner, "viewed"))

    def present(self, owner: str) -> Opened:
        """What ``owner`` has opened; ``RestorersError`` where it is no longer kept, or the photo is another one now."""
        opened = self.opened(owner)
        if opened is None:
            raise RestorersError(words.GONE)
        return opened

    def _anatomy(self, restorer: type[Network], model: Any, size: tuple[int, int]) -> Anatomy:
        key = (restorer.preset.weights.get("sha256"), restorer.preset.architecture, size)
        with self._lock:
            if key not in self._anatomies:
                self._anatomies[key] = anatomy(model, size[1], size[0])
                while len(self._anatomies) > KEPT_ANATOMIES:
                    self._anatomies.popitem(last=False)
            self._anatomies.move_to_end(key)
            return self._anatomies[key]

    def _start(self, owner: str, kind: str, work: Callable[[threading.Event], Any]) -> Job:
        # a line place of its own: what the visitor restores, or has asked for elsewhere on the tab, goes on
        return self.desk.line.start(_place(owner, kind), lambda report, cancel: work(cancel))

    def _look_at(self, owner: str, kind: str, opened: Opened, work: Callable[[threading.Event], Any]) -> Job:
        """``_start`` for work on ``opened``, which comes to nothing where another network has taken its place before its turn."""

        def unless_closed(cancel: threading.Event) -> Any:
            if self.kept.get((owner, "opened")) is not opened:
                raise Cancelled
            return work(cancel)

        return self._start(owner, kind, unless_closed)

    def open(self, owner: str, name: str) -> Job:
        """Put the network on the photo into the line; the job's result is ``Opened``, and its first layer is then ``viewed``.

        Raises:
            RestorersError: no photo, an unknown network, one that lacks what it must be told, a line that is full.
        """
        look, restorer = self.look(owner), self.desk.restorer_class(owner, name)
        if not issubclass(restorer, Network):
            raise RestorersError(words.NO_NETWORK)
        if issubclass(restorer, DiagnosingNetwork):
            raise RestorersError(words.CALLS_OTHERS)
        restorer().require(look.observation)

        def work(cancel: threading.Event) -> Opened:
            shows = seen(look.observation, restorer, look.working.photo if look.truth else None)
            model = restorer.store.model(restorer.preset)
            layers = self._anatomy(restorer, model, shows.size)
            values = forward(model, layers, {layers.photo.name: shows.given[None]}, [layers.code, layers.output.name], cancel)
            output = shown(values[layers.output.name][0])
            given = _as_photo(shows.given)
            self._clear(owner, "opened", "changed", "walk")
            pictures = {"given": self._publish(owner, "opened", given), "output": self._publish(owner, "opened", output)}
            before = after = None
            if shows.truth is not None:
                pictures["truth"] = self._publish(owner, "opened", shows.truth)
                alike = given if restorer.preset.architecture.output_channels == 3 else gray(given)
                before, after = psnr(alike, shows.truth), psnr(output, shows.truth)
            opened = Opened(restorer, layers, shows, values[layers.code][0], output, before, after, pictures, weakref.ref(look.observation))
            self.kept.put((owner, "opened"), opened, opened.nbytes, owner)
            first = next((layer.name for layer in layers.layers.values() if layer.parameters), layers.output.name)
            self._view(owner, opened, model, first, cancel)
            return opened

        for kind in LOOKS:
            self.desk.line.stop(_place(owner, kind))
        return self._start(owner, OPEN, work)

    # one layer, one number

    def view(self, owner: str, name: str) -> Job:
        """Put the values of one layer into the line; the job's result is ``Viewed``.

        Raises:
            RestorersError: nothing is open, there is no such layer, a line that is full.
        """
        opened = self.present(owner)
        if name not in opened.layers.layers:
            raise RestorersError(words.NO_LAYER.format(name=name[:40]))

        def work(cancel: threading.Event) -> Viewed:
            return self._view(owner, opened, opened.restorer.store.model(opened.restorer.preset), name, cancel)

        return self._look_at(owner, VIEW, opened, work)

    def _view(self, owner: str, opened: Opened, model: Any, name: str, cancel: threading.Event) -> Viewed:
        layers = opened.layers
        layer = layers.layers[name]
        found = forward(model, layers, {layers.photo.name: opened.seen.given[None]}, [*layer.inputs, name], cancel)
        values = found[name][0]
        channels = tuple(map(int, strongest(values)[:MAPS]))
        ranges = tuple((float(values[..., c].min()), float(values[..., c].max())) for c in channels)
        sheet, tile = _sheet(values, channels)
        self._clear(owner, "viewed", "focus")
        viewed = Viewed(
            layer,
            tuple(found[source][0] for source in layer.inputs),
            values,
            channels,
            ranges,
            self._publish(owner, "viewed", sheet),
            tile,
            tuple(layers.layers[source] for source in layer.inputs),
        )
        self.kept.put((owner, "viewed"), viewed, viewed.nbytes, owner)
        return viewed

    def focus(self, owner: str, channel: int | None = None, place: Place | None = None) -> Focus:
        """One number of the layer that ``owner`` looks at; without a channel that of the strongest, without a place the most extreme.

        Raises:
            RestorersError: no layer is looked at any more, or there is no such number.
        """
        opened, viewed = self.present(owner), self.viewed(owner)
        if viewed is None:
            raise RestorersError(words.GONE)
        layer, values = viewed.layer, viewed.values
        if channel is None:
            channel = place[0] if place is not None and not layer.is_map else viewed.channels[0]
        sides = layer.shape[:2] if layer.is_map else layer.shape
        if not 0 <= channel < layer.channels:
            raise RestorersError(words.NO_LAYER.format(name=f"{layer.name} {channel}"))
        if place is None:
            place = tuple(map(int, np.unravel_index(np.abs(values[..., channel]).argmax(), sides))) if layer.is_map else (channel,)
        if len(place) != len(sides) or not all(0 <= i < side for i, side in zip(place, sides, strict=True)):
            raise RestorersError(words.NO_LAYER.format(name=f"{layer.name} {place}"[:60]))
        how = None
        if layer.kind != PHOTO:
            how = arithmetic(opened.restorer.store.model(opened.restorer.preset), opened.layers, layer.name, viewed.inputs, place, channel)
        pixels = _map(values, channel)
        kept_as = channel if layer.is_map else -1
        address = viewed.maps.get(kept_as)
        if address is None or not self.desk.pictures.alive(address):
            address = viewed.maps[kept_as] = self._publish(owner, "focus", pixels)
        value = float(values[(*place, channel)] if layer.is_map else values[place])
        return Focus(viewed, channel, place, value, how, opened.layers.region(layer.name, place), address, pixels.shape[:2])

    # the code

    def change(self, owner: str, silent: float, which: str, noise: float) -> Job:
        """Put the result of a changed code into the line; the job's result is ``Changed``.

        Args:
            silent: share of the channels that is set to 0, 0 to 1.
            which: ``"weakest"`` or ``"strongest"`` first.
            noise: standard deviation of noise on the code, as a share of the code's own.

        Raises:
            RestorersError: nothing is open, a line that is full.
        """
        opened = self.present(owner)
        order = strongest(opened.code)
        count = round(min(max(silent, 0.0), 1.0) * len(order))
        channels = (order if which == STRONGEST else order[::-1])[:count]

        def work(cancel: threading.Event) -> Changed:
            code = silenced(noisy(opened.code, min(max(noise, 0.0), 4.0)), channels)
            output = self._decoded(opened, code[None], cancel)[0]
            self._clear(owner, "changed")
            reference = opened.output if opened.seen.truth is None else opened.seen.truth
            return Changed(count, len(order), noise, self._publish(owner, "changed", output), psnr(output, reference))

        return self._look_at(owner, CHANGE, opened, work)

    def _decoded(self, opened: Opened, codes: np.ndarray, cancel: threading.Event) -> list[np.ndarray]:
        """What the network makes of several codes, as photos."""
        layers, model = opened.layers, opened.restorer.store.model(opened.restorer.preset)
        given = {layers.code: codes, layers.photo.name: np.repeat(opened.seen.given[None], len(codes), axis=0)}
        return list(map(shown, forward(model, layers, given, [layers.output.name], cancel)[layers.output.name]))

    def walk(self, owner: str, target: str) -> Job:
        """Put the way from the code of the photo to that of another (a key of ``targets()``), damaged in the same way, into the line.

        The job's result is a ``Walk``.

        Raises:
            RestorersError: nothing is open, its code is not a list of numbers, no such photo, a line that is full.
        """
        opened, look = self.present(owner), self.look(owner)
        if not opened.dense_code:
            raise RestorersError(words.WALK_MAPS)
        other = target_photo(target)

        def work(cancel: threading.Event) -> Walk:
            degradation = look.observation.degradation
            observation = Observation(other) if degradation is None else degrade(fit_within(other, 512), degradation, look.setup.seed)
            given = seen(observation, opened.restorer).given
            layers, model = opened.layers, opened.restorer.store.model(opened.restorer.preset)
            code = forward(model, layers, {layers.photo.name: given[None]}, [layers.code], cancel)[layers.code][0]
            frames = self._decoded(opened, blended(opened.code, code, FRAMES), cancel)
            mixed = [_as_photo(frame) for frame in blended(opened.seen.given, given, FRAMES)]
            self._clear(owner, "walk")
            sheet = np.concatenate([np.concatenate(frames, axis=1), np.concatenate(mixed, axis=1)])
            return Walk(target, self._publish(owner, "walk", sheet), FRAMES, (frames[0].shape[1], frames[0].shape[0]))

        return self._look_at(owner, WALK, opened, work)

    def widths(self, owner: str, own: bool) -> Job:
        """Put the networks for digits with codes of different sizes on one picture into the line; the result is a ``Widths``.

        Args:
            own: the visitor's photo, undamaged; otherwise the sample digit.

        Raises:
            RestorersError: none of the networks is here, no photo, a line that is full.
        """
        names = [name for name in WIDTHS if name in PRESETS.names()]
        if not names:
            raise RestorersError(words.WIDTHS_NONE)
        photo = self.look(owner).working.photo if own else sample_photo("digit")

        def work(cancel: threading.Event) -> Widths:
            self._clear(owner, "widths")
            found = [self._width(owner, restorer_class(name), photo, cancel) for name in names]
            truth = seen(Observation(photo), restorer_class(names[0]), photo).truth
            return Widths(self._publish(owner, "widths", truth), own, tuple(found))

        return self._start(owner, COMPARISON, work)

    def _width(self, owner: str, restorer: type[Network], photo: np.ndarray, cancel: threading.Event) -> Width:
        shows, model = seen(Observation(photo), restorer, photo), restorer.store.model(restorer.preset)
        layers = self._anatomy(restorer, model, shows.size)
        code = forward(model, layers, {layers.photo.name: shows.given[None]}, [layers.code], cancel)[layers.code][0]
        counts = [2**i for i in range(int(math.log2(code.size)) + 1)]
        counts += [code.size] if counts[-1] != code.size else []
        codes = np.stack([kept(code, count) for count in counts])
        outputs = [shown(each) for each in forward(model, layers, {layers.code: codes}, [layers.output.name], cancel)[layers.output.name]]
        scores = [psnr(output, shows.truth) for output in outputs]
        lost = heat_colors(error_map(outputs[-1], shows.truth), LOST_MAXIMUM)
        return Width(
            restorer,
            code.size,
            shows.given.size,
            scores[-1],
            self._publish(owner, "widths", outputs[-1]),
            self._publish(owner, "widths", lost),
            tuple((float(count), score) for count, score in zip(counts, scores, strict=True)),
            next(((s["psnr"], s["photos"]) for s in reversed(restorer.preset.scores) if s.get("psnr") and s.get("photos")), None),
        )

    # what is kept

    def _publish(self, owner: str, what: str, pixels: np.ndarray) -> str:
        return self.desk.pictures.publish(pixels, _album(owner, what))

    def _clear(self, owner: str, *what: str) -> None:
        for each in what:
            self.desk.pictures.drop(_album(owner, each))

    def stop(self, owner: str) -> None:
        """Stop what runs or waits for ``owner`` here."""
        for kind in (OPEN, *LOOKS, COMPARISON):
            self.desk.line.stop(_place(owner, kind))

    def forget(self, owner: str) -> None:
        """Stop the work of ``owner`` here and forget all that is his."""
        self.stop(owner)
        self.kept.drop(owner)
        self._clear(owner, "opened", "viewed", "focus", "changed", "walk", "widths")


def targets() -> dict[str, Text]:
    """The photos that can be walked to: the samples, and some more digits."""
    drawn = {f"digit-{number}": words.WALK_DRAWN.format(number=number) for number in range(1, DRAWN_DIGITS + 1)}
    return {name: sample.title for name, sample in SAMPLES.items()} | drawn


def target_photo(name: str) -> np.ndarray:
    """The photo of ``targets()`` called ``name``; ``UnknownName`` otherwise."""
    if name not in targets() or name in SAMPLES:
        return sample_photo(name)
    from restorers.training.data import draw_digits

    digits = draw_digits(DRAWN_DIGITS, np.random.default_rng(0)).reshape(DRAWN_DIGITS, DIGIT_SIDE, DIGIT_SIDE, 1)
    return np.repeat(digits[int(name.removeprefix("digit-")) - 1], 3, axis=2)


def _place(owner: str, kind: str) -> str:
    return f"{owner}/inside-{kind}"


def _album(owner: str, what: str) -> str:
    """The owner of the pictures of one kind: they do not push those of the other tabs out."""
    return f"{owner}/inside-{what}"


def _as_photo(given: np.ndarray) -> np.ndarray:
    """What a network is given, as a photo; a mask beside it is left out."""
    return shown(given[..., :3] if given.shape[2] > 1 else given)


def _levels(values: np.ndarray) -> np.ndarray:
    """Least value black, greatest white; uint8."""
    low, high = float(values.min()), float(values.max())
    return to_uint8((values - low) / (high - low)) if high > low else np.zeros(values.shape, np.uint8)


def _map(values: np.ndarray, channel: int) -> np.ndarray:
    """One map, or all numbers of a vector in rows, as a gray picture (height, width, 3)."""
    if values.ndim == 1:
        columns = math.ceil(math.sqrt(len(values)))
        rows = np.full(-(-len(values) // columns) * columns, values.min(), values.dtype)
        rows[: len(values)] = values
        values = rows.reshape(-1, columns)
    else:
        values = values[..., channel]
    return np.repeat(_levels(values)[..., None], 3, axis=2)


def _sheet(values: np.ndarray, channels: Sequence[int]) -> tuple[np.ndarray, tuple[int, int]]:
    """Several maps in one gray picture, ``COLUMNS`` in a row, and the height and width of one. Of a vector, one pixel a number."""
    if values.ndim == 1:
        levels = _levels(values)
        tiles = [np.full((1, 1), levels[c]) for c in channels]
    else:
        tiles = [fit_within(_levels(values[..., c]), TILE) for c in channels]
    height, width = tiles[0].shape
    rows = -(-len(tiles) // COLUMNS)
    sheet = np.zeros((rows * height, COLUMNS * width, 3), np.uint8)
    for i, tile in enumerate(tiles):
        row, column = divmod(i, COLUMNS)
        sheet[row * height : (row + 1) * height, column * width : (column + 1) * width] = tile[..., None]
    return sheet, (height, width)
