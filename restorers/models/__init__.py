"""Architectures: one file each, found by name. Keras is imported when one is built."""

from restorers.models.base import Architecture
from restorers.registry import Registry
from restorers.text import Text

ARCHITECTURES = Registry("restorers.models", Architecture, Text("architecture", "网络结构"), skip=("base", "layers"))

__all__ = ["ARCHITECTURES", "Architecture"]
