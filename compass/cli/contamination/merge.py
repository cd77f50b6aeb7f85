"""``compass contamination merge``: put the scans of several parts of a corpus together."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from compass import store
from compass.cli.contamination.corpus import finish
from compass.contamination.corpus.index import Settings
from compass.contamination.corpus.passages import passage_from_dict
from compass.contamination.corpus.report import report
from compass.contamination.corpus.scan import ScanFolder
from compass.errors import StoreError


def command(arguments: argparse.Namespace) -> int:
    """Add up the scans, write the result, show it."""
    scans = [ScanFolder(Path(name)) for name in arguments.scans]
    results = [_result(one) for one in scans]
    first = store.read_document(scans[0].settings)
    for one in scans[1:]:
        there = store.read_document(one.settings)
        if there != first:
            parts = [key for key in first if there.get(key) != first[key]]
            raise StoreError(
                f"these scans differ in their {' and '.join(parts)}",
                where=f"{scans[0].root} and {one.root}",
                hint="scan every part with the same datasets and settings",
            )
    out = ScanFolder(Path(arguments.out))
    methods = tuple(first["settings"]["methods"])
    merged = report(
        [passage_from_dict(row) for row in store.read_rows(scans[0].passages)],
        Settings(**{**first["settings"], "methods": methods}),
        first,
        [row for one in scans for row in store.read_rows(one.log)],
        common_documents=results[0]["common_documents"],
        label_by=results[0]["label_by"],
    )
    return finish(merged, out)


def _result(scan: ScanFolder) -> dict[str, Any]:
    result = store.read_document(scan.result)
    if result is None:
        raise StoreError(
            "no finished scan",
            where=str(scan.root),
            hint="name the folder that -o of a scan named; if it was stopped, start it again",
        )
    return dict(result)
