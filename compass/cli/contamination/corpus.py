"""``compass contamination corpus``: find test questions in a corpus."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from compass import store
from compass.cli.contamination.progress import watched
from compass.contamination.corpus.index import Settings
from compass.contamination.corpus.passages import Passage, passages
from compass.contamination.corpus.report import Report, report
from compass.contamination.corpus.scan import ScanFolder, identity, scan
from compass.contamination.corpus.shards import corpus_files
from compass.contamination.labels import LABELS
from compass.errors import ConfigError, DataError
from compass.textsafe import clean_terminal

EXIT_PARTLY = 4
"""A part of the corpus could not be read."""


def command(arguments: argparse.Namespace) -> int:
    """Scan, write the result, show it."""
    if arguments.label_by and arguments.label_by not in arguments.methods:
        raise ConfigError(
            f"--label-by {arguments.label_by} is none of the methods",
            where="--label-by",
            hint=f"add it to --methods, or choose one of {', '.join(arguments.methods)}",
        )
    settings = Settings(
        methods=tuple(dict.fromkeys(arguments.methods)),
        common_items=arguments.common_items,
        seed=arguments.seed,
    )
    files = corpus_files(arguments.corpus, arguments.part)
    found = list(_passages(arguments))
    folder = ScanFolder(Path(arguments.out))
    segments = scan(
        found,
        settings,
        files,
        folder,
        name=arguments.field,
        workers=arguments.workers or os.cpu_count() or 1,
        anew=arguments.anew,
        listen=watched,
    )
    result = report(
        found,
        settings,
        identity(found, settings, arguments.field),
        segments,
        common_documents=arguments.common_documents,
        label_by=arguments.label_by,
    )
    return finish(result, folder)


def finish(result: Report, folder: ScanFolder) -> int:
    """Write and show a result; return the exit code.

    Raises:
        DataError: No document could be read: then no question is clean.
    """
    corpus = result.document["corpus"]
    if corpus["problems"] and not corpus["documents"]:
        raise DataError(
            "no document of the corpus could be read: "
            + "; ".join(f"{count:,} {kind}" for kind, count in corpus["problems"].items()),
            where=_where(corpus["named"][0]).strip(),
            hint="--field names the field that holds the text",
        )
    store.write_rows(folder.items, result.items)
    store.write_document(folder.result, result.document)
    print(clean_terminal(shown(result.document)))
    print(f"\n{folder.items}: a row for each question\n{folder.result}: the same numbers")
    return EXIT_PARTLY if corpus["problems"] else 0


def shown(document: Mapping[str, Any]) -> str:
    """Return a result as text."""
    from tabulate import tabulate

    head = ["dataset", "method", *LABELS]
    body = [
        [dataset, f"{method} *" if method == document["label_by"] else method, *counts.values()]
        for dataset, methods in document["found"].items()
        for method, counts in methods.items()
    ]
    corpus = document["corpus"]
    size = f"{corpus['bytes'] / 1e6:,.1f} MB of text"
    lines = [
        tabulate(body, headers=head, disable_numparse=False),
        "",
        "* the label of a question",
        f"corpus: {corpus['files']:,} files, {corpus['documents']:,} documents, {size}",
    ]
    if corpus["problems"] or corpus["empty"]:
        told = [f"{count:,} {kind}" for kind, count in corpus["problems"].items()]
        told += [f"{corpus['empty']:,} files are empty"] if corpus["empty"] else []
        lines += ["", f"not read: {'; '.join(told)}"]
        lines += [_where(one) for one in corpus["named"]]
    return "\n".join(lines)


def _where(problem: Mapping[str, Any]) -> str:
    row = f":{problem['row']}" if problem["row"] else ""
    return f"  {problem['file']}{row}  {problem['what']}"


def _passages(arguments: argparse.Namespace) -> Iterator[Passage]:
    from compass.config import experiment_from_names
    from compass.questions import open_benchmark

    made = experiment_from_names(models=["chance"], datasets=arguments.datasets)
    for spec in made.datasets:
        print(f"reading {spec.abbr}", file=sys.stderr)
        yield from passages(spec.abbr, open_benchmark(spec).samples(), arguments.fields or ())
