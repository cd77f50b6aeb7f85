"""``compass contamination split``: scores on clean and on contaminated questions."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from compass import store
from compass.board.clean import clean_table, write_clean
from compass.contamination.annotations import read_annotations
from compass.contamination.labels import CLEAN
from compass.contamination.split import splits
from compass.errors import ConfigError, StoreError


def command(arguments: argparse.Namespace) -> int:
    """Show the table and write it beside the board."""
    root = Path(arguments.run)
    config = store.read_document(root / "config.json")
    if config is None:
        raise StoreError(
            "this is no folder of a run", where=str(root), hint="name outputs/CONFIG/TIME"
        )
    named = arguments.annotations or (config.get("summarizer") or {}).get("annotations")
    if not named:
        raise ConfigError(
            "no annotations are named",
            where="--annotations",
            hint="give the items.jsonl of a corpus check, or a file of labels",
        )
    print(put_up(root, named, arguments.rank_by))
    return 0


def put_up(root: Path, named: Sequence[str], rank_by: str = CLEAN) -> str:
    """Write the table of a run and return it as text."""
    found = splits([root], read_annotations(named), rank_by=rank_by)
    write_clean(found, root)
    return f"{clean_table(found)}\nwritten: {root / 'clean.md'} (and .csv, .json)"
