"""Discovers one-file plug-ins: the file's name is the plug-in's name."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cached_property
from typing import ClassVar

from restorers.errors import RestorersError
from restorers.text import Text


class UnknownName(RestorersError):
    """A plug-in name that no file carries."""


class PlugIn:
    """Base of every plug-in: the file's name becomes the plug-in's ``name``.

    Class attributes:
        name: as on the command line.
        separator: replaces the underscore of the file's name (``"-"`` for names of presets).
        order: place in lists; lower comes first.
    """

    name: ClassVar[str]
    separator: ClassVar[str] = "_"
    order: ClassVar[int] = 100

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "name" not in vars(cls):
            cls.name = cls.__module__.rpartition(".")[2].replace("_", cls.separator)


class Registry:
    """The plug-ins of one package.

    Args:
        package: dotted name of the package whose modules are the plug-ins, e.g. ``"restorers.degradations"``.
        base: the class that every plug-in derives from; each module holds exactly one subclass of its own.
        kind: what one plug-in is called in a sentence.
        skip: modules of the package that are not plug-ins.
    """

    def __init__(self, package: str, base: type[PlugIn], kind: Text, skip: tuple[str, ...] = ("base",)):
        self.package, self.base, self.kind, self.skip = package, base, kind, skip

    @cached_property
    def _classes(self) -> dict[str, type]:
        found = {}
        for info in pkgutil.iter_modules(importlib.import_module(self.package).__path__):
            if info.name in self.skip or info.name.startswith("_"):
                continue
            module = importlib.import_module(f"{self.package}.{info.name}")
            own = [c for c in vars(module).values() if isinstance(c, type) and issubclass(c, self.base) and c.__module__ == module.__name__]
            if len(own) != 1:
                raise TypeError(f"{module.__name__} must hold exactly one {self.base.__name__}, it holds {len(own)}")
            found[own[0].name] = own[0]
        return dict(sorted(found.items(), key=lambda item: (item[1].order, item[0])))

    def __iter__(self) -> Iterator[type]:
        return iter(self._classes.values())

    def __contains__(self, name: object) -> bool:
        return name in self._classes

    def names(self) -> list[str]:
        """The names in the order in which a page lists them."""
        return list(self._classes)

    def get(self, name: str) -> type:
        """The class called ``name``; ``UnknownName`` otherwise."""
        if name not in self._classes:
            known = ", ".join(self._classes)
            raise UnknownName(
                Text(
                    f"There is no {self.kind.en} called {name!r}. Known: {known}.",
                    f"没有名为 {name!r} 的{self.kind.zh}。已知：{known}。",
                )
            )
        return self._classes[name]
