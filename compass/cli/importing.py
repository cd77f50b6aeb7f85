"""``compass import``: results of other programs become a run."""

from __future__ import annotations

import argparse
from pathlib import Path

from compass.errors import ConfigError
from compass.evaluate import run_folder
from compass.imports import lm_eval, write_run
from compass.schema import abbr_from


def command(arguments: argparse.Namespace) -> int:
    """Read the files, write the run folder and return the exit code."""
    if abbr_from(arguments.name) != arguments.name:
        raise ConfigError(
            f"--name may have lower-case letters, digits, dots, _ and -, got {arguments.name!r}",
            hint=f"--name {abbr_from(arguments.name)}",
        )
    read = lm_eval([Path(path).expanduser() for path in arguments.paths])
    folder = run_folder(Path(arguments.work_dir), arguments.name, None)
    write_run(folder, arguments.name, read)
    datasets = {dataset for _, dataset in read.cells}
    print(f"run folder: {folder.root}")
    print(
        f"{len(read.cells)} results of {len(read.models)} models on {len(datasets)} datasets; "
        f"see them with: compass board {folder.root}"
    )
    return 0
