"""``compass run --watch``: evaluate checkpoints as a training saves them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from compass.checkpoints import checkpoints, with_checkpoints
from compass.errors import EXIT_INTERRUPTED, ConfigError
from compass.specs import Experiment

LOOK_SECONDS = 10.0
"""Between two looks into the folder."""


def watch(
    folder: Path, patience: float | None, experiment: Experiment, run: Callable[[Experiment], int]
) -> int:
    """Run an experiment on every checkpoint of a folder, and on those that come.

    All share one run folder: only a new checkpoint is asked.

    Args:
        folder: Where checkpoints are saved.
        patience: Minutes without a new one after which to stop; None goes on.
        experiment: Whose models are the patterns of the checkpoints' entries.
        run: Does what is left of an experiment and returns an exit code.
    """
    if patience is not None and not patience >= 0:
        raise ConfigError(f"--patience must be minutes of at least 0, got {patience:g}")
    with_checkpoints(experiment, [folder])  # says at once what is wrong with the models
    known: list[Path] = []
    code = 0
    print(f"watching {folder} for checkpoints; Ctrl-C ends it", flush=True)
    since = time.monotonic()
    while True:
        found = checkpoints(folder)
        if fresh := [one for one in found if one not in known]:
            print("new: " + ", ".join(one.name for one in fresh), flush=True)
            code = run(with_checkpoints(experiment, found))
            if code == EXIT_INTERRUPTED:
                return code
            known, since = found, time.monotonic()
        elif patience is not None and time.monotonic() - since >= 60 * patience:
            print(f"no new checkpoint for {patience:g} minutes", flush=True)
            return code
        else:
            time.sleep(LOOK_SECONDS)
