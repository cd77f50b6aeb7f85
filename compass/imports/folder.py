"""A run folder of scores that were made elsewhere."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

from compass import __version__, store
from compass.imports.lm_eval import Imported
from compass.runfolder import RunFolder


def write_run(folder: RunFolder, name: str, read: Imported) -> None:
    """Write the scores, and a ``run.json`` that says where they are from.

    There is no plan, no configuration and not one answer: such a run can stand on a board
    but not be resumed.
    """
    for (model, dataset), cell in read.cells.items():
        store.write_document(
            folder.root / "score" / model / dataset / "scores.json",
            {
                "model": model,
                "dataset": dataset,
                "version": cell.version,
                "mode": cell.mode,
                "scores": [asdict(score) for score in cell.scores],
                "notes": {"imported": read.sources[model, dataset].name},
            },
        )
    files = sorted(set(read.sources.values()))
    document: dict[str, Any] = {
        "config": name,
        "compass": __version__,
        "started": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "imported": {path.name: store.digest([path]) for path in files},
        "models": {abbr: {"detail": detail} for abbr, detail in read.models.items()},
        "datasets": list(dict.fromkeys(dataset for _, dataset in read.cells)),
    }
    store.write_document(folder.run, document)
