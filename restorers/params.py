"""A parameter declared once: the page, the command line and the checks all read it here."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from restorers.errors import RestorersError
from restorers.text import Text

_KEY = "parameter"


class ParameterError(RestorersError):
    """A parameter that is unknown, of the wrong kind or out of range."""


@dataclass(frozen=True)
class Parameter:
    """What is known of one parameter.

    Attributes:
        name: the field's name; also ``--set name=value``.
        kind: ``"float"``, ``"int"``, ``"bool"``, ``"choice"`` or ``"mask"`` (a boolean array, or the path of a picture).
        default: the value when nothing is said.
        low, high, step: the range, ends included, and the slider's step; None where the kind has no range.
        unit: the unit as printed behind the value, empty for a bare number.
        label, help: what the page and the command line print.
        choices: the allowed values of a ``"choice"``, each with its label.
    """

    name: str
    kind: str
    default: Any
    low: float | None
    high: float | None
    step: float | None
    unit: str
    label: Text
    help: Text
    choices: dict[str, Text] | None = None

    def check(self, value: Any) -> Any:
        """Convert ``value`` (a number, or text from a command line) to this parameter's kind, or raise ``ParameterError``."""
        return getattr(self, f"_check_{self.kind}")(value)

    def _refuse(self, rule: Text, value: Any) -> ParameterError:
        shown = repr(value) if len(repr(value)) <= 60 else f"{repr(value)[:57]}..."
        return ParameterError(
            Text(
                f"{self.name} must be {rule.en}. Received: {shown}. Default: {self.default!r}.",
                f"{self.name} 必须是{rule.zh}。收到：{shown}。默认值：{self.default!r}。",
            )
        )

    def _check_float(self, value: Any) -> float:
        unit = f" {self.unit}" if self.unit else ""
        rule = Text(f"a number from {self.low:g} to {self.high:g}{unit}", f"从 {self.low:g} 到 {self.high:g}{unit} 的数")
        if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, str, np.number)):
            raise self._refuse(rule, value)
        try:
            number = float(value)
        except (ValueError, OverflowError):  # a whole number of hundreds of digits is no float
            raise self._refuse(rule, value) from None
        if not math.isfinite(number) or not self.low <= number <= self.high:
            raise self._refuse(rule, value)
        return number

    def _check_int(self, value: Any) -> int:
        unit = f" {self.unit}" if self.unit else ""
        rule = Text(f"a whole number from {self.low:g} to {self.high:g}{unit}", f"从 {self.low:g} 到 {self.high:g}{unit} 的整数")
        try:
            number = self._check_float(value)
        except ParameterError:
            raise self._refuse(rule, value) from None
        if number != int(number):
            raise self._refuse(rule, value)
        return int(number)

    def _check_bool(self, value: Any) -> bool:
        if isinstance(value, (bool, np.bool_)):
            return bool(value)
        words = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
        if isinstance(value, str) and value.lower() in words:
            return words[value.lower()]
        raise self._refuse(Text("true or false", "true 或 false"), value)

    def _check_choice(self, value: Any) -> str:
        if isinstance(value, str) and value in self.choices:
            return value
        names = ", ".join(self.choices)
        raise self._refuse(Text(f"one of: {names}", f"以下之一：{names}"), value)

    def _check_mask(self, value: Any) -> Any:
        if value is None or (isinstance(value, str) and value):
            return value
        if isinstance(value, np.ndarray) and value.ndim == 2 and value.dtype == bool:
            return value
        shown = f"array of shape {value.shape} and type {value.dtype}" if isinstance(value, np.ndarray) else value
        raise self._refuse(Text("a boolean array (height, width), or the path of a picture", "布尔数组（高，宽）或图片的路径"), shown)

    def describe(self) -> dict[str, Any]:
        """What ``list --json`` prints of this parameter."""
        entry = {
            "name": self.name,
            "kind": self.kind,
            "default": self.default,
            "unit": self.unit,
            "label": self.label.en,
            "help": self.help.en,
        }
        if self.low is not None:
            entry |= {"low": self.low, "high": self.high, "step": self.step}
        if self.choices:
            entry["choices"] = list(self.choices)
        return entry


def param(
    default: Any,
    *,
    label: Text,
    help: Text,
    low: float | None = None,
    high: float | None = None,
    step: float | None = None,
    unit: str = "",
    choices: dict[str, Text] | None = None,
    kind: str | None = None,
) -> Any:
    """Declare one parameter as a field of a frozen dataclass that derives from ``Parameterised``.

    The kind follows from the default (bool, int, float; str with ``choices``) unless ``kind`` says otherwise.
    Numbers need ``low``, ``high`` and ``step``.
    """
    if kind is None:
        kind = "choice" if choices else {bool: "bool", int: "int", float: "float"}[type(default)]
    if kind in ("int", "float") and None in (low, high, step):
        raise TypeError("a number needs low, high and step")
    return dataclasses.field(
        default=default,
        metadata={_KEY: Parameter("", kind, default, low, high, step, unit, label, help, choices)},
    )


class Parameterised:
    """Base of frozen dataclasses whose fields are ``param(...)``: every instance holds checked values only."""

    @classmethod
    def parameters(cls) -> tuple[Parameter, ...]:
        """The parameters in the order of their declaration."""
        return tuple(dataclasses.replace(f.metadata[_KEY], name=f.name) for f in dataclasses.fields(cls) if _KEY in f.metadata)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any] | None = None) -> Parameterised:
        """An instance with ``settings`` (values or text) over the defaults; ``ParameterError`` for what does not fit."""
        settings = dict(settings or {})
        known = {p.name for p in cls.parameters()}
        for name in settings:
            if name not in known:
                raise ParameterError(
                    Text(
                        f"{cls.name} has no parameter {name!r}. Known: {', '.join(sorted(known)) or 'none'}.",
                        f"{cls.name} 没有参数 {name!r}。已知参数：{', '.join(sorted(known)) or '无'}。",
                    )
                )
        return cls(**settings)

    def __post_init__(self) -> None:
        for p in self.parameters():
            object.__setattr__(self, p.name, p.check(getattr(self, p.name)))

    def settings(self) -> dict[str, Any]:
        """The values by name."""
        return {p.name: getattr(self, p.name) for p in self.parameters()}

    def describe(self, changed: bool = False) -> str:
        """Name and settings in one line, e.g. ``gaussian_noise(sigma=25)``; arrays are left out.

        Args:
            changed: only the settings that are not the defaults, and the name alone where there is none.
        """
        values = [(p, getattr(self, p.name)) for p in self.parameters()]
        shown = [
            f"{p.name}={value:g}" if isinstance(value, float) else f"{p.name}={value}"
            for p, value in values
            if not hasattr(value, "shape") and not (changed and value == p.default)
        ]
        return self.name if changed and not shown else f"{self.name}({', '.join(shown)})"
