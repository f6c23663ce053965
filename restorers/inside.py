"""A network opened up: its layers and what each of them sees, their values for one photo, the arithmetic behind one number, and
its code, changed by hand.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from restorers.degradations.base import Observation
from restorers.errors import Cancelled, RestorersError
from restorers.restore import COLOUR_SIDE, ColouringNetwork, FixedSizeNetwork, Network, colour_view, network_input
from restorers.text import Text

if TYPE_CHECKING:
    import keras

MAX_SIDE = 256  # pixels; of the photo that a network of any size is shown here, but for one that colours
WRITTEN = 8  # terms of a sum that are written out
CODES = ("code", "latent_vector")

PHOTO, CONVOLUTION, TRANSPOSED, POOLING, UPSAMPLING, RESIZING = "photo", "convolution", "transposed", "pooling", "upsampling", "resizing"
DENSE, FLATTEN, RESHAPE, SUM, PRODUCT, NORMALISATION = "dense", "flatten", "reshape", "sum", "product", "normalisation"
FOLD, UNFOLD, CHANNELS, COLOUR = "fold", "unfold", "channels", "colour"
DEPTHWISE, SCALING = "depthwise", "scaling"
KINDS = {
    "InputLayer": PHOTO,
    "Conv2D": CONVOLUTION,
    "DepthwiseConv2D": DEPTHWISE,
    "Conv2DTranspose": TRANSPOSED,
    "MaxPooling2D": POOLING,
    "UpSampling2D": UPSAMPLING,
    "Resizing": RESIZING,
    "Dense": DENSE,
    "Flatten": FLATTEN,
    "Reshape": RESHAPE,
    "Add": SUM,
    "Multiply": PRODUCT,
    "BatchNormalization": NORMALISATION,
    "Rescaling": SCALING,
    "SpaceToDepth": FOLD,
    "DepthToSpace": UNFOLD,
    "Channels": CHANNELS,
    "Colour": COLOUR,
}

Place = tuple[int, ...]
"""(row, column) in a map, (index,) in a vector."""
Region = tuple[tuple[int, int], ...]
"""First and last index, both included: of rows and of columns in a map, of the numbers in a vector."""
Taps = Callable[[int], list[tuple[int, int]]]
"""Along one axis: what one output position takes, as (index in the kernel, input position); the latter may lie outside."""


@dataclass(frozen=True)
class Layer:
    """One layer of a network.

    Attributes:
        name: as in the network.
        kind: a value of ``KINDS``.
        inputs: the layers that it takes its numbers from.
        shape: of its output, (height, width, channels) or (numbers,).
        parameters: numbers it has learned.
        reach: receptive field: height and width in pixels of the part of the photo that can influence one number in the middle of the
            output. Parts beyond the border of the photo are not counted.
        activation: name of the function applied last, ``"linear"`` for none.
        taps: along rows and along columns; None for layers of vectors.
        needs: the part of each input that a part of the output depends on, cut off at the border of the input.
    """

    name: str
    kind: str
    inputs: tuple[str, ...]
    shape: tuple[int, ...]
    parameters: int
    reach: tuple[int, int]
    activation: str
    taps: tuple[Taps, Taps] | None = field(repr=False, compare=False)
    needs: Callable[[Region], Region] = field(repr=False, compare=False)

    @property
    def numbers(self) -> int:
        """How many numbers its output holds."""
        return math.prod(self.shape)

    @property
    def channels(self) -> int:
        """How many maps, or numbers of a vector, its output holds."""
        return self.shape[-1]

    @property
    def is_map(self) -> bool:
        return len(self.shape) == 3


@dataclass(frozen=True)
class Anatomy:
    """The layers of a network, for photos of one size. Holds no weights.

    Attributes:
        layers: by name, in the order in which they compute.
        code: the layer called ``code`` or ``latent_vector``; in a network without one, the last layer at its lowest resolution.
    """

    layers: dict[str, Layer]
    code: str

    @property
    def photo(self) -> Layer:
        return next(iter(self.layers.values()))

    @property
    def output(self) -> Layer:
        return next(reversed(self.layers.values()))

    def region(self, name: str, place: Place) -> Region:
        """The part of the photo that the number at ``place`` of layer ``name`` can depend on: its receptive field."""
        return _region(self.layers, name, place)

    def is_skip(self, source: str, target: str) -> bool:
        """Whether ``target`` takes from ``source`` what leaves out the layers between them."""
        names = list(self.layers)
        return names.index(target) - names.index(source) > 1 and len(self.layers[target].inputs) > 1

    def encodes(self, name: str) -> bool:
        """Whether the layer comes before the code."""
        names = list(self.layers)
        return names.index(name) < names.index(self.code)


def anatomy(model: keras.Model, height: int, width: int) -> Anatomy:
    """Take ``model`` apart.

    Args:
        model: built by an ``Architecture``; one input, each layer called once.
        height, width: of the photo in pixels.

    Raises:
        RestorersError: it has a layer of a kind not in ``KINDS``.
    """
    import keras

    producers = {id(layer.output): layer.name for layer in model.layers}
    everything = keras.Model(model.input, [layer.output for layer in model.layers])
    shapes = everything.compute_output_shape((1, height, width, model.input_shape[-1]))
    layers: dict[str, Layer] = {}
    for layer, shape in zip(model.layers, shapes, strict=True):
        if type(layer).__name__ not in KINDS:
            raise RestorersError(
                Text(
                    f"A layer must be one of {', '.join(KINDS)} to be looked into; {layer.name} is a {type(layer).__name__}.",
                    f"只能查看以下种类的层：{'、'.join(KINDS)}；{layer.name} 是 {type(layer).__name__}。",
                )
            )
        kind, shape = KINDS[type(layer).__name__], tuple(map(int, shape[1:]))
        takes = [] if kind == PHOTO else layer.input if isinstance(layer.input, list) else [layer.input]
        inputs = tuple(producers[id(tensor)] for tensor in takes)
        given = layers[inputs[0]].shape if inputs else shape
        taps = _taps(layer, kind, given, shape)
        activation = getattr(layer, "activation", None)
        made = Layer(
            layer.name,
            kind,
            inputs,
            shape,
            layer.count_params(),
            (0, 0),
            getattr(activation, "__name__", "linear"),
            taps,
            _needs(kind, taps, given, shape),
        )
        layers[layer.name] = made
        middle = tuple(side // 2 for side in shape[:2]) if made.is_map else (shape[0] // 2,)
        rows, columns = _region(layers, layer.name, middle)
        layers[layer.name] = replace(made, reach=(rows[1] - rows[0] + 1, columns[1] - columns[0] + 1))
    return Anatomy(layers, _code(layers))


def _code(layers: Mapping[str, Layer]) -> str:
    named = [name for name in CODES if name in layers]
    if named:
        return named[0]

    def area(layer: Layer) -> int:
        return math.prod(layer.shape[:2]) if layer.is_map else layer.numbers

    lowest = min(map(area, layers.values()))
    return [layer.name for layer in layers.values() if area(layer) == lowest][-1]


def _region(layers: Mapping[str, Layer], name: str, place: Place) -> Region:
    wanted: dict[str, Region] = {name: tuple((index, index) for index in place)}
    for layer in reversed(layers.values()):
        if layer.name not in wanted or not layer.inputs:
            continue
        for source in layer.inputs:
            needed = layer.needs(wanted[layer.name])
            known = wanted.get(source, needed)
            wanted[source] = tuple((min(a, c), max(b, d)) for (a, b), (c, d) in zip(needed, known, strict=True))
    return next(wanted[layer.name] for layer in layers.values() if layer.kind == PHOTO)


def _taps(layer: keras.Layer, kind: str, given: tuple[int, ...], shape: tuple[int, ...]) -> tuple[Taps, Taps] | None:
    if len(shape) < 3 or kind == RESHAPE:
        return None
    return tuple(_taps_along(layer, kind, axis, given[axis], shape[axis]) for axis in (0, 1))


def _taps_along(layer: keras.Layer, kind: str, axis: int, given: int, made: int) -> Taps:
    if kind in (CONVOLUTION, DEPTHWISE, POOLING):
        size = (layer.pool_size if kind == POOLING else layer.kernel_size)[axis]
        stride = layer.strides[axis]
        apart = 1 if kind == POOLING else layer.dilation_rate[axis]
        padding = max((made - 1) * stride + (size - 1) * apart + 1 - given, 0) if layer.padding == "same" else 0
        return lambda o: [(k, o * stride - padding // 2 + k * apart) for k in range(size)]
    if kind == TRANSPOSED:
        size, stride = layer.kernel_size[axis], layer.strides[axis]
        cut = max((given - 1) * stride + size - made, 0) // 2 if layer.padding == "same" else 0
        return lambda o: [(k, (o + cut - k) // stride) for k in range(size) if (o + cut - k) % stride == 0]
    if kind in (UPSAMPLING, UNFOLD):
        factor = layer.size[axis] if kind == UPSAMPLING else layer.block
        return lambda o: [(0, o // factor)]
    if kind == RESIZING:
        return lambda o: [(0, (2 * o + 1) * given // (2 * made))]
    if kind == FOLD:
        block = layer.block
        return lambda o: [(k, o * block + k) for k in range(block)]
    return lambda o: [(0, o)]


def _needs(kind: str, taps: tuple[Taps, Taps] | None, given: tuple[int, ...], shape: tuple[int, ...]) -> Callable[[Region], Region]:
    if kind == DENSE:
        return lambda region: ((0, given[0] - 1),)
    if kind == FLATTEN:

        def of_vector(region: Region) -> Region:
            (top, left, _), (bottom, right, _) = (tuple(map(int, np.unravel_index(index, given))) for index in region[0])
            return ((top, bottom), (left, right) if top == bottom else (0, given[1] - 1))

        return of_vector
    if kind == RESHAPE:

        def of_map(region: Region) -> Region:
            (top, bottom), (left, right) = region
            return ((int(np.ravel_multi_index((top, left, 0), shape)), int(np.ravel_multi_index((bottom, right, shape[2] - 1), shape))),)

        return of_map

    def within(region: Region) -> Region:
        spans = []
        for (first, last), along, side in zip(region, taps, given[:2], strict=True):
            taken = [i for o in (first, last) for _, i in along(o)]
            spans.append((min(max(min(taken), 0), side - 1), min(max(max(taken), 0), side - 1)))
        return tuple(spans)

    return within


# --- values -----------------------------------------------------------------------------------------------------------


def forward(
    model: keras.Model,
    layers: Anatomy,
    given: Mapping[str, np.ndarray],
    wanted: Sequence[str],
    cancel: threading.Event | None = None,
) -> dict[str, np.ndarray]:
    """The values of some layers, layer by layer; what no later layer needs is forgotten at once.

    Args:
        model: the network, and ``layers`` its anatomy.
        given: values that are known, float32 (batch, …) by the name of the layer: those of the photo, or those of the code to go on
            from there.
        wanted: the layers whose values are returned.
        cancel: stops at the next layer when set.

    Returns:
        float32 (batch, height, width, channels) or (batch, numbers) by name.

    Raises:
        Cancelled: ``cancel`` was set.
    """
    from keras import ops

    needed: set[str] = set()
    waiting = list(wanted)
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += [] if name in given else layers.layers[name].inputs
    uses = {name: 0 for name in needed}
    for name in needed - set(given):
        for source in layers.layers[name].inputs:
            uses[source] += 1
    values = {name: ops.convert_to_tensor(given[name]) for name in needed & set(given)}
    found = {}
    for name, layer in layers.layers.items():
        if name not in needed:
            continue
        if name not in given:
            if cancel is not None and cancel.is_set():
                raise Cancelled
            inputs = [values[source] for source in layer.inputs]
            values[name] = model.get_layer(name)(inputs) if layer.kind in (SUM, PRODUCT) else model.get_layer(name)(*inputs)
            for source in layer.inputs:
                uses[source] -= 1
                if not uses[source]:
                    values.pop(source, None)
        if name in wanted:
            found[name] = ops.convert_to_numpy(values[name])
        if not uses[name]:
            del values[name]
    return found


def strongest(values: np.ndarray) -> np.ndarray:
    """The channels of a layer, the one with the largest mean of |value| first.

    Args:
        values: (height, width, channels) or (numbers,).
    """
    strength = np.abs(values).reshape(-1, values.shape[-1]).mean(axis=0)
    return np.argsort(-strength, kind="stable")


# --- the arithmetic of one number -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Term:
    """One product of a sum: ``value``, taken from ``place`` and ``channel`` of input number ``source``, times ``weight``.

    ``place`` may lie outside of the map; ``value`` is 0 there.
    """

    value: float
    weight: float
    place: Place
    channel: int
    source: int = 0

    @property
    def product(self) -> float:
        return self.value * self.weight


@dataclass(frozen=True)
class Arithmetic:
    """How one number came about: result = activation(Σ terms + rest + bias), or what ``kind`` says.

    Attributes:
        kind: of the layer.
        terms: what is written out. Of a weighted sum the largest products first; of a pooling the values of the window, the largest
            first; of everything else all there are.
        rest: the sum of the products not in ``terms``, and ``others`` their number.
        bias: what the layer adds.
        total: the sum of all.
        activation: name of the function applied to it.
        result: the number itself, worked out in float64.
        channel: for a convolution, the input channel that contributes most.
        patch, kernel: that channel's part of the input (0 beyond the border) and of the weights, both (height, width).
        share: what this channel contributes.
    """

    kind: str
    terms: tuple[Term, ...]
    rest: float = 0.0
    others: int = 0
    bias: float = 0.0
    total: float = 0.0
    activation: str = "linear"
    result: float = 0.0
    channel: int | None = None
    patch: np.ndarray | None = None
    kernel: np.ndarray | None = None
    share: float = 0.0


_ACTIVATIONS: dict[str, Callable[[float], float]] = {
    "linear": lambda x: x,
    "relu": lambda x: max(0.0, x),
    "relu6": lambda x: min(max(0.0, x), 6.0),
    "leaky_relu": lambda x: max(0.2 * x, x),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x)),
}


def arithmetic(model: keras.Model, layers: Anatomy, name: str, inputs: Sequence[np.ndarray], place: Place, channel: int) -> Arithmetic:
    """How layer ``name`` makes the number at ``place`` of ``channel``.

    Args:
        model: the network, and ``layers`` its anatomy.
        name: of a layer other than the photo.
        inputs: the values of the layers that it takes, each without the batch.
        place: (row, column) of a map, (index,) of a vector, whose ``channel`` is the index too.
        channel: which map.

    Raises:
        RestorersError: there is no such place or channel.
    """
    layer = layers.layers[name]
    sides = layer.shape[:2] if layer.is_map else layer.shape
    if (
        len(place) != len(sides)
        or not all(0 <= i < side for i, side in zip(place, sides, strict=True))
        or not 0 <= channel < layer.channels
    ):
        raise RestorersError(
            Text(
                f"A place in {name} must lie within {layer.shape}; received: {place}, channel {channel}.",
                f"{name} 中的位置必须在 {layer.shape} 之内；收到：{place}，通道 {channel}。",
            )
        )
    operation = model.get_layer(name)
    if layer.kind in (CONVOLUTION, DEPTHWISE, TRANSPOSED):
        return _weighted_map(operation, layer, inputs[0], place, channel)
    if layer.kind == DENSE:
        return _summed(layer, inputs[0], np.asarray(operation.kernel)[:, channel], lambda i: ((i,), i), _bias(operation, channel))
    if layer.kind == POOLING:
        window = sorted(_within(layer, inputs[0], place, channel), key=lambda term: -term.value)
        return Arithmetic(POOLING, tuple(window), total=window[0].value, result=window[0].value)
    if layer.kind == NORMALISATION:
        return _normalised(operation, layer, inputs[0], place, channel)
    if layer.kind == SCALING:
        return _summed(layer, [_number(inputs[0], place, channel)], [operation.scale], lambda i: (place, channel), float(operation.offset))
    if layer.kind == COLOUR:
        return _coloured(inputs, place, channel)
    if layer.kind in (SUM, PRODUCT):
        # a single map, such as the mask, meets all the maps of the other input
        taken = [channel if values.shape[-1] > 1 else 0 for values in inputs]
        values = [_number(values, place, c) for values, c in zip(inputs, taken, strict=True)]
        result = math.prod(values) if layer.kind == PRODUCT else sum(values)
        terms = tuple(Term(value, 1.0, place, c, source) for source, (value, c) in enumerate(zip(values, taken, strict=True)))
        return Arithmetic(layer.kind, terms, total=result, result=result)
    source, taken = _copied(operation, layer, inputs[0].shape, place, channel)
    value = _number(inputs[0], source, taken)
    return Arithmetic(layer.kind, (Term(value, 1.0, source, taken),), total=value, result=value)


def _number(values: np.ndarray, place: Place, channel: int) -> float:
    return float(values[place] if values.ndim == 1 else values[(*place, channel)])


def _bias(operation: keras.Layer, channel: int) -> float:
    return float(np.asarray(operation.bias)[channel]) if operation.use_bias else 0.0


def _summed(
    layer: Layer, values: Sequence[float], weights: Sequence[float], where: Callable[[int], tuple[Place, int]], bias: float, **more
) -> Arithmetic:
    """activation(Σ values · weights + bias); ``where`` says for each of them which place and channel it was taken from."""
    values, weights = np.asarray(values, float), np.asarray(weights, float)
    products = values * weights
    order = np.argsort(-np.abs(products), kind="stable")
    terms = tuple(Term(float(values[i]), float(weights[i]), *where(int(i))) for i in order[:WRITTEN])
    rest = math.fsum(products[order[WRITTEN:]])
    total = math.fsum(products) + bias
    result = _ACTIVATIONS[layer.activation](total)
    return Arithmetic(layer.kind, terms, rest, len(order[WRITTEN:]), bias, total, layer.activation, result, **more)


def _positions(layer: Layer, place: Place) -> list[tuple[int, int, int, int]]:
    """(row and column of the kernel, row and column of the input) of all that the number at ``place`` takes."""
    rows, columns = (along(index) for along, index in zip(layer.taps, place, strict=True))
    return [(i, j, row, column) for i, row in rows for j, column in columns]


def _inside(values: np.ndarray, row: int, column: int) -> bool:
    return 0 <= row < values.shape[0] and 0 <= column < values.shape[1]


def _within(layer: Layer, values: np.ndarray, place: Place, channel: int) -> list[Term]:
    taken = [(row, column) for _, _, row, column in _positions(layer, place) if _inside(values, row, column)]
    return [Term(float(values[row, column, channel]), 1.0, (row, column), channel) for row, column in taken]


def _weighted_map(operation: keras.Layer, layer: Layer, values: np.ndarray, place: Place, channel: int) -> Arithmetic:
    kernel = np.asarray(operation.kernel).astype(float)
    first = 0  # of the channels that are weighed
    if layer.kind == DEPTHWISE:  # each map has a kernel of its own
        values, first = values[..., channel : channel + 1], channel
    # these two keep their outputs before their inputs, or before the 1 that stands there
    kernel = kernel[:, :, channel, :] if layer.kind in (DEPTHWISE, TRANSPOSED) else kernel[..., channel]
    taken = _positions(layer, place)
    nothing = np.zeros(values.shape[2])
    patches = np.array([values[row, column] if _inside(values, row, column) else nothing for _, _, row, column in taken], float)
    weights = np.array([kernel[i, j] for i, j, _, _ in taken])
    products = patches * weights
    most = int(np.abs(products.sum(axis=0)).argmax())
    shape = len({i for i, *_ in taken}), len({j for _, j, *_ in taken})
    return _summed(
        layer,
        patches.ravel(),
        weights.ravel(),
        lambda i: (taken[i // values.shape[2]][2:], first + i % values.shape[2]),
        _bias(operation, channel),
        channel=first + most,
        patch=patches[:, most].reshape(shape),
        kernel=weights[:, most].reshape(shape),
        share=float(products[:, most].sum()),
    )


def _normalised(operation: keras.Layer, layer: Layer, values: np.ndarray, place: Place, channel: int) -> Arithmetic:
    """γ·(x − μ)/√(σ² + ε) + β as one product and one bias."""
    mean, variance = (float(np.asarray(v)[channel]) for v in (operation.moving_mean, operation.moving_variance))
    gain = (float(np.asarray(operation.gamma)[channel]) if operation.scale else 1.0) / math.sqrt(variance + operation.epsilon)
    shift = (float(np.asarray(operation.beta)[channel]) if operation.center else 0.0) - mean * gain
    return _summed(layer, [_number(values, place, channel)], [gain], lambda i: (place, channel), shift)


def _coloured(inputs: Sequence[np.ndarray], place: Place, channel: int) -> Arithmetic:
    """gray + share · (colour − luminance of colour), as the layer ``Colour`` says."""
    gray, colour = float(inputs[0][(*place, 0)]), inputs[1][place].astype(float)
    difference = colour - colour @ [0.299, 0.587, 0.114]
    room = np.maximum(np.where(difference > 0, 1 - gray, gray), 0)
    share = min(1.0, float((room / np.maximum(np.abs(difference), 1e-6)).min()))
    terms = (Term(gray, 1.0, place, 0, 0), Term(float(difference[channel]), share, place, channel, 1))
    result = math.fsum(term.product for term in terms)
    return Arithmetic(COLOUR, terms, total=result, result=result)


def _copied(operation: keras.Layer, layer: Layer, given: tuple[int, ...], place: Place, channel: int) -> tuple[Place, int]:
    """From which place and channel of the input a number is taken as it is."""
    if layer.kind == FLATTEN:
        *source, taken = map(int, np.unravel_index(place[0], given))
        return tuple(source), taken
    if layer.kind == RESHAPE:
        index = int(np.ravel_multi_index((*place, channel), layer.shape))
        return (index,), index
    if layer.kind == FOLD:
        cell, taken = divmod(channel, given[2])
        return tuple(operation.block * i + k for i, k in zip(place, divmod(cell, operation.block), strict=True)), taken
    if layer.kind == UNFOLD:
        row, column = (i % operation.block for i in place)
        return tuple(i // operation.block for i in place), (row * operation.block + column) * layer.channels + channel
    if layer.kind == CHANNELS:
        return place, operation.first + channel
    return tuple(along(index)[0][1] for along, index in zip(layer.taps, place, strict=True)), channel


# --- the photo that a network is shown --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """What a network is shown of an observation, and what its output should be.

    Attributes:
        given: float32 (height, width, channels), what the network takes.
        truth: float32 (height, width, 3), what it should make of it; None where that is unknown.
        whole: whether it is the whole photo, shrunk if need be; otherwise its middle.
    """

    given: np.ndarray
    truth: np.ndarray | None
    whole: bool

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.given.shape[1], self.given.shape[0]


def seen(observation: Observation, restorer: type[Network], truth: np.ndarray | None = None) -> Seen:
    """What the network of ``restorer`` is shown: the whole photo at the one size that it takes, else the middle, at most 256×256.

    Args:
        observation: the degraded photo.
        restorer: of a preset.
        truth: the original, float32 (height, width, 3).

    Raises:
        RestorersError: the network must be told the mask of missing pixels, and none is known.
    """
    restorer().require(observation)
    architecture = restorer.preset.architecture
    given = network_input(observation, architecture.channels)
    if truth is not None and architecture.output_channels == 1:
        truth = gray(truth)
    if issubclass(restorer, FixedSizeNetwork):
        side = architecture.input_size
        return Seen(_shrunk(given, side), None if truth is None else _shrunk(truth, side), True)
    most = MAX_SIDE
    if issubclass(restorer, ColouringNetwork):  # what a thing is, it sees from the whole
        most = 2 * COLOUR_SIDE
        given, truth = colour_view(given), None if truth is None else colour_view(truth)
    sides = [max(architecture.multiple, min(side, most) // architecture.multiple * architecture.multiple) for side in given.shape[:2]]
    whole = all(side >= had for side, had in zip(sides, given.shape[:2], strict=True))
    return Seen(_middle(given, *sides), None if truth is None else _middle(truth, *sides), whole)


def gray(photo: np.ndarray) -> np.ndarray:
    """The luminance of a photo in all three channels."""
    return np.repeat(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)


def shown(output: np.ndarray) -> np.ndarray:
    """What a network has made, (height, width, 1 or 3), as a photo: float32 (height, width, 3) in [0, 1]."""
    photo = np.clip(output, 0, 1).astype(np.float32, copy=False)
    return np.repeat(photo, 3, axis=2) if photo.shape[2] == 1 else photo


def _channelled(photo: np.ndarray) -> np.ndarray:
    """OpenCV drops an axis of one channel."""
    return photo.reshape(*photo.shape[:2], -1)


def _shrunk(photo: np.ndarray, side: int) -> np.ndarray:
    return _channelled(cv2.resize(photo, (side, side), interpolation=cv2.INTER_AREA))


def _middle(photo: np.ndarray, height: int, width: int) -> np.ndarray:
    """The middle of ``photo``; what is too small is continued with its border."""
    missing = [(0, max(0, side - had)) for side, had in zip((height, width), photo.shape[:2], strict=True)]
    photo = np.pad(photo, (*missing, (0, 0)), mode="edge")
    top, left = ((had - side) // 2 for side, had in zip((height, width), photo.shape[:2], strict=True))
    return np.ascontiguousarray(photo[top : top + height, left : left + width])


# --- the code, changed by hand ----------------------------------------------------------------------------------------


def silenced(code: np.ndarray, channels: Sequence[int]) -> np.ndarray:
    """``code`` (height, width, channels) or (numbers,) with some of its channels set to 0."""
    code = code.copy()
    code[..., list(channels)] = 0
    return code


def noisy(code: np.ndarray, strength: float, seed: int = 0) -> np.ndarray:
    """``code`` with Gaussian noise whose standard deviation is ``strength`` times that of the code."""
    noise = np.random.default_rng(seed).standard_normal(code.shape, np.float32)
    return code + np.float32(strength * code.std()) * noise


def kept(code: np.ndarray, count: int) -> np.ndarray:
    """``code`` with all but its ``count`` largest numbers, by magnitude, set to 0."""
    flat = code.ravel()
    order = np.argsort(-np.abs(flat), kind="stable")
    cut = flat.copy()
    cut[order[count:]] = 0
    return cut.reshape(code.shape)


def blended(first: np.ndarray, second: np.ndarray, frames: int) -> np.ndarray:
    """(1 − t)·first + t·second for ``frames`` values of t from 0 to 1, along a new first axis."""
    t = np.linspace(0, 1, frames, dtype=np.float32).reshape(-1, *([1] * first.ndim))
    return (1 - t) * first + t * second
