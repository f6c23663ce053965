"""Degradations: one file each, found by name."""

from restorers.degradations.base import FAMILIES, Chain, Degradation, Observation, degrade
from restorers.registry import Registry
from restorers.text import Text

DEGRADATIONS = Registry("restorers.degradations", Degradation, Text("degradation", "退化"))

__all__ = ["DEGRADATIONS", "FAMILIES", "Chain", "Degradation", "Observation", "degrade"]
