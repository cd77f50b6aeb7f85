"""Two models on the questions both answered: differences with a test, flips, settings."""

from __future__ import annotations

from compass.comparison.differences import Compared, Comparison, Flip, Refused, compare
from compass.comparison.settings import Setting, settings_that_differ
from compass.comparison.sides import Side, sides

__all__ = [
    "Compared",
    "Comparison",
    "Flip",
    "Refused",
    "Setting",
    "Side",
    "compare",
    "settings_that_differ",
    "sides",
]
