"""The lights of a run's contamination checks, as text and in its folder."""

from __future__ import annotations

from compass.contamination.report import examine, write_report
from compass.runfolder import RunFolder
from compass.specs import Experiment
from compass.textsafe import clean_terminal


def find_leaks(experiment: Experiment, folder: RunFolder) -> str:
    """Read what the checks need, write the report, return a line for each light."""
    found = examine(experiment, folder)
    write_report(found, [check.build() for check in experiment.contamination], folder)
    lights = (f"  {one.light:<8} {one.model} on {one.dataset}: {one.words}" for one in found)
    written = f"written: {folder.root / 'contamination.md'} (and .json)"
    return "\n".join(["contamination:", *map(clean_terminal, lights), written])
