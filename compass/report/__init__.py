"""The results as pages: a report of a run, its transcripts, a site of many runs."""

from __future__ import annotations

from compass.report.page import Link, page, render
from compass.report.report import write_report

__all__ = ["Link", "page", "render", "write_report"]
