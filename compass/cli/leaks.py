"""The lights of a run's contamination checks, on the terminal and in its folder."""

from __future__ import annotations

from compass.contamination.report import examine, write_report
from compass.runfolder import RunFolder
from compass.specs import Experiment
from compass.textsafe import clean_terminal


def show_leaks(experiment: Experiment, folder: RunFolder) -> None:
    """Read what the checks need, write the report, print a line for each light."""
    found = examine(experiment, folder)
    write_report(found, [check.build() for check in experiment.contamination], folder)
    print("contamination:")
    for one in found:
        print(clean_terminal(f"  {one.light:<8} {one.model} on {one.dataset}: {one.words}"))
    print(f"written: {folder.root / 'contamination.md'} (and .json)")
