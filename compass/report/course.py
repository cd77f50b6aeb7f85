"""The page of ``compass history``: a plot of each dataset, and every point as a table."""

from __future__ import annotations

from collections.abc import Sequence

from compass.history import Series
from compass.report.page import PLOTS, page, render

_PLOTS = (*PLOTS[:2], "assets/course.js")


def course_page(found: Sequence[Series], runs: int) -> str:
    """Return the page as HTML, one file that needs no network."""
    series = [
        {**one.to_dict(), "training": one.training, "scale": one.points[0].scale} for one in found
    ]
    body = render("course.html", series=len(found), runs=runs)
    return page("History", body, data={"series": series}, scripts=_PLOTS)
