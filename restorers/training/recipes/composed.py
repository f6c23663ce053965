from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import cv2
import numpy as np

from restorers.degradations import DEGRADATIONS, Degradation
from restorers.models import ARCHITECTURES, Architecture
from restorers.params import Parameter, ParameterError, param
from restorers.photo import to_uint8
from restorers.text import Text
from restorers.training.data import DataError, draw_digits, load_digits, load_photos, random_square
from restorers.training.losses import charbonnier, structural_dissimilarity
from restorers.training.recipes._crops import SMALL_UNET, CropRecipe
from restorers.training.shapes import draw_shapes

NOTHING = "nothing"
SHAPES, SHAPE_SIDE = 80, 128
DIGITS, DIGIT_SIDE = 4000, 32
SHRUNK_ABOVE = 64  # pixels; a larger network of a fixed size sees whole squares of the photos, shrunk
_INPUTS = {"channels", "output_channels", "classifies", "colours"}  # photo in, photo out; what a network takes is its own affair
# each with what it is called in Keras, and its customary rate
_LOSSES: dict[str, tuple[Text, str | Callable]] = {
    "mae": (Text("Absolute error (MAE)", "绝对误差（MAE）"), "mean_absolute_error"),
    "mse": (Text("Squared error (MSE)", "平方误差（MSE）"), "mean_squared_error"),
    "charbonnier": (Text("Charbonnier: absolute, smooth near 0", "Charbonnier：近 0 处平滑的绝对误差"), charbonnier),
    "ssim": (Text("1 − SSIM", "1 − SSIM"), structural_dissimilarity),
    "bce": (Text("Binary cross-entropy", "二元交叉熵"), "binary_crossentropy"),
}
_OPTIMIZERS = {"adam": "Adam", "adamw": "AdamW", "adadelta": "Adadelta", "sgd": "SGD"}


def network_parameters(name: str) -> tuple[Parameter, ...]:
    """The integers of the architecture ``name`` that can be chosen here."""
    return tuple(p for p in ARCHITECTURES.get(name).parameters() if p.name not in _INPUTS)


def network_defaults(name: str) -> dict[str, Any]:
    """Their values at first: small enough to learn within a minute."""
    chosen = {p.name: p.default for p in network_parameters(name)}
    return chosen | SMALL_UNET if name == "unet" else chosen


@dataclass(frozen=True)
class Composed(CropRecipe):
    """A training put together from its parts: pictures, damage, network, loss, optimizer.

    Beside the declared parameters, ``damage.NAME`` sets a parameter of the degradation, a number or a range ``LOW..HIGH`` from which
    each crop draws, and ``network.NAME`` an integer of the network.

    Args:
        damage_settings, network_settings: what was said with these prefixes, by name.

    Raises:
        ParameterError: a value or a range that does not fit.
    """

    title: ClassVar[Text] = Text("Compose your own", "自行组合")
    help: ClassVar[Text] = Text(
        "Choose the pictures, the damage, the network and how it learns. What cannot work is said before it starts.",
        "自选图片、损坏、网络和学习方式。行不通的组合会在开始前说明。",
    )
    order: ClassVar[int] = 5
    reference: ClassVar[str] = "put together by a visitor"

    data: str = param(
        "photos",
        label=Text("Pictures", "图片"),
        choices={
            "photos": Text("Photos", "照片"),
            "shapes": Text("Drawn shapes and textures", "绘制的形状与纹理"),
            "digits": Text("Digits", "数字"),
        },
        help=Text("What the network learns from.", "网络从什么图片学习。"),
    )
    damage: str = param(
        "gaussian_noise",
        label=Text("Damage", "损坏"),
        choices={NOTHING: Text("None: it learns to copy", "无：学习复制")}
        | {d.name: d.title for d in DEGRADATIONS if d.name != "painted_mask"},
        help=Text("What the network learns to undo.", "网络学习消除什么。"),
    )
    network: str = param(
        "unet", label=Text("Network", "网络"), choices={a.name: a.title for a in ARCHITECTURES}, help=Text("What learns.", "由什么来学习。")
    )
    loss_name: str = param(
        "mae",
        label=Text("Loss", "损失"),
        choices={name: title for name, (title, _) in _LOSSES.items()},
        help=Text("What the training makes small.", "训练要减小的量。"),
    )
    optimizer_name: str = param(
        "adam",
        label=Text("Optimizer", "优化器"),
        choices={name: Text(keras, keras) for name, keras in _OPTIMIZERS.items()},
        help=Text("How each step is chosen.", "如何选择每一步。"),
    )
    rate: float = param(
        1e-3,
        low=1e-6,
        high=10,
        step=1e-4,
        label=Text("Learning rate", "学习率"),
        help=Text("Adam likes 0.001, SGD 0.1, Adadelta 1.", "Adam 宜 0.001，SGD 宜 0.1，Adadelta 宜 1。"),
    )
    batch: int = param(8, low=1, high=256, step=1, label=Text("Batch", "批大小"), help=Text("Pictures in one step.", "每步的图片数。"))
    patch: int = param(
        64,
        low=8,
        high=256,
        step=8,
        unit="px",
        label=Text("Crop", "裁剪边长"),
        help=Text("Side of a picture, where the network takes any size.", "网络可接受任意尺寸时，图片的边长。"),
    )
    early_stopping: bool = param(
        False,
        label=Text("Stop early", "提前停止"),
        help=Text("End when the validation loss has not fallen for 10 rounds.", "验证损失连续 10 轮不降即结束。"),
    )
    plateau: bool = param(
        False,
        label=Text("Slow down on a plateau", "停滞时减速"),
        help=Text("Halve the rate when the validation loss has not fallen for 5 rounds.", "验证损失连续 5 轮不降，学习率减半。"),
    )
    damage_settings: Mapping[str, Any] = field(default_factory=dict)
    network_settings: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any] | None = None) -> Composed:
        parts: dict[str, dict[str, Any]] = {"damage": {}, "network": {}, "": {}}
        for name, value in (settings or {}).items():
            prefix, dot, rest = name.partition(".")
            known = dot and prefix in ("damage", "network")
            parts[prefix if known else ""][rest if known else name] = value
        declared = {p.name for p in cls.parameters()}
        for name in parts[""]:
            if name not in declared:
                known = ", ".join((*sorted(declared), "damage.…", "network.…"))
                raise ParameterError(
                    Text(f"{cls.name} has no parameter {name!r}. Known: {known}.", f"{cls.name} 没有参数 {name!r}。已知参数：{known}。")
                )
        return cls(**parts[""], damage_settings=parts["damage"], network_settings=parts["network"])

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "_ranges", self._checked_ranges())
        chosen = {name: value for name, value in self.network_settings.items() if name not in _INPUTS}
        defaults = SMALL_UNET if self.network == "unet" else {}
        channels = {"channels": 3} if {"size", "channels"} <= {p.name for p in ARCHITECTURES.get(self.network).parameters()} else {}
        architecture = ARCHITECTURES.get(self.network).from_settings({**defaults, **channels, **chosen})
        object.__setattr__(self, "_architecture", architecture)
        # written out in full, so that equal trainings are equal
        ranges = {name: low if low == high else f"{low}..{high}" for name, (low, high) in self._ranges.items()}
        object.__setattr__(self, "damage_settings", ranges)
        object.__setattr__(self, "network_settings", {n: v for n, v in architecture.settings().items() if n not in _INPUTS})

    def _checked_ranges(self) -> dict[str, tuple[Any, Any]]:
        if self.damage == NOTHING:
            return {}
        ranges = {}
        known = {p.name: p for p in DEGRADATIONS.get(self.damage).parameters() if p.kind != "mask"}
        for name, value in self.damage_settings.items():
            if name not in known:
                DEGRADATIONS.get(self.damage).from_settings({name: value})  # says so
            number = known[name].kind in ("float", "int")
            low, _, high = value.partition("..") if number and isinstance(value, str) else (value, "", "")
            low, high = known[name].check(low), known[name].check(high if high != "" else low)
            if number and low > high:
                raise ParameterError(
                    Text(
                        f"A range begins with its lower end. Received: {name} from {low:g} to {high:g}.",
                        f"范围须从较小一端开始。收到：{name} 从 {low:g} 到 {high:g}。",
                    )
                )
            ranges[name] = (low, high)
        return ranges

    def settings(self) -> dict[str, Any]:
        parts = {"damage": self.damage_settings, "network": self.network_settings}
        return super().settings() | {f"{part}.{name}": value for part, values in parts.items() for name, value in values.items()}

    @property
    def suits(self) -> frozenset[str]:
        return frozenset() if self.damage == NOTHING else frozenset({self.damage})

    @property
    def trained_on(self) -> Text:
        pictures = dict((p.name, p) for p in self.parameters())["data"].choices[self.data]
        if self.damage == NOTHING:
            return Text(f"{pictures.en.lower()}, to copy them", f"{pictures.zh}，用于复制")
        title = DEGRADATIONS.get(self.damage).title
        ranges = {name: (value, value) for name, value in self.degradation.settings().items()} | self._ranges
        said = ", ".join(f"{name} {low}" if low == high else f"{name} {low}–{high}" for name, (low, high) in ranges.items())
        return Text(f"{pictures.en.lower()}: {title.en} {said}".strip(), f"{pictures.zh}：{title.zh} {said}".strip())

    @property
    def architecture(self) -> Architecture:
        return self._architecture

    @property
    def degradation(self) -> Degradation | None:
        return self._at(0.5)

    @property
    def strength_range(self) -> tuple[float, float]:
        """Lowest and highest strength that it is trained at."""
        first = next((p for p in DEGRADATIONS.get(self.damage).parameters() if p.kind in ("float", "int")), None)
        low, high = self._ranges.get(first.name, (first.default, first.default))
        return float(low), float(high)

    def drawn(self, rng: np.random.Generator) -> Degradation | None:
        return self._at(rng.random())

    def _at(self, share: float) -> Degradation | None:
        """The degradation at ``share`` of every range."""
        if self.damage == NOTHING:
            return None
        values = {}
        for name, (low, high) in self._ranges.items():
            between = low if low == high else low + share * (high - low)
            values[name] = round(between) if isinstance(low, int) and not isinstance(low, bool) else between
        return DEGRADATIONS.get(self.damage).from_settings(values)

    @property
    def loss(self):
        return _LOSSES[self.loss_name][1]

    def optimizer(self):
        import keras

        return getattr(keras.optimizers, _OPTIMIZERS[self.optimizer_name])(self.rate)

    def callbacks(self):
        import keras

        stop = [keras.callbacks.EarlyStopping(monitor="val_loss", patience=10)] if self.early_stopping else []
        slow = [keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=5)] if self.plateau else []
        return stop + slow

    def pictures(self, folder):
        rng = np.random.default_rng(0)
        if self.data == "digits":
            digits, source = draw_digits(DIGITS, rng), "digits drawn with OpenCV's fonts"
            if folder is not None:
                digits, _, source = load_digits(folder)
            gray = [to_uint8(cv2.copyMakeBorder(d[..., 0], 2, 2, 2, 2, cv2.BORDER_CONSTANT)) for d in digits[:DIGITS]]
            side = max(DIGIT_SIDE, self.side)
            photos = [np.repeat(cv2.resize(g, (side, side), interpolation=cv2.INTER_LINEAR)[..., None], 3, axis=2) for g in gray]
            return photos, source, ()
        if self.data == "shapes":
            if folder is not None:
                raise DataError(
                    Text(
                        "data=shapes are drawn here and need no pictures. Leave out --data, or choose data=photos.",
                        "data=shapes 由程序绘制，不需要图片。请去掉 --data，或选择 data=photos。",
                    )
                )
            return draw_shapes(SHAPES, max(SHAPE_SIDE, self.side), rng), "shapes and textures drawn at random", ()
        return load_photos(folder, self.side)

    def cut(self, photos, count):
        if self.data != "photos" or self.architecture.input_size is None or self.side <= SHRUNK_ABOVE:
            return photos
        rng = np.random.default_rng(0)
        return [random_square(photos[i % len(photos)], self.side, rng) for i in range(count)]
