"""Configs: the only package that knows mmengine, whose objects never leave it.

    config file ── load ──> plain dict ── apply_sets ──> plain dict ── schema ──> Experiment
    names       ── raw_from_names ──┘

A config is pure data: it imports nothing, names classes instead of calling them, and
takes lists from other configs inside one ``with read_base():``.
"""

from compass.config.experiment import experiment, experiment_from_names, load, summarizer
from compass.config.names import Entry, catalogue, raw_from_names
from compass.config.overrides import apply_sets

__all__ = [
    "Entry",
    "apply_sets",
    "catalogue",
    "experiment",
    "experiment_from_names",
    "load",
    "raw_from_names",
    "summarizer",
]
