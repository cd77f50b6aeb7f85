"""Scores over many runs: an index that answers at once, series of points, changes."""

from __future__ import annotations

from compass.history.index import Index, Point
from compass.history.series import Series, series_of
from compass.history.steps import split_step

__all__ = ["Index", "Point", "Series", "series_of", "split_step"]
