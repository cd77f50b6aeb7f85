"""The results as pages: a report of a run, its transcripts, a site of many runs."""

from __future__ import annotations
