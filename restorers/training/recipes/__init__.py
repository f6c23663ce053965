"""Recipes: one file each, found by name."""

from restorers.registry import Registry
from restorers.text import Text
from restorers.training.recipes.base import Recipe

RECIPES = Registry("restorers.training.recipes", Recipe, Text("recipe", "训练配方"))

__all__ = ["RECIPES", "Recipe"]
