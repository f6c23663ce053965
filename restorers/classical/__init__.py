"""Classical restorers: one file each, found by name."""

from restorers.classical.base import Classical
from restorers.registry import Registry
from restorers.text import Text

CLASSICAL = Registry("restorers.classical", Classical, Text("classical restorer", "经典修复方法"))

__all__ = ["CLASSICAL", "Classical"]
