"""Lessons: one file each, found by name."""

from restorers.lessons.base import PLACES, Lesson, Place, Step
from restorers.registry import Registry
from restorers.text import Text

LESSONS = Registry("restorers.lessons", Lesson, Text("lesson", "课程"))

__all__ = ["LESSONS", "PLACES", "Lesson", "Place", "Step"]
