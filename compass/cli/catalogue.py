"""``compass list``: what can be named on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import Literal

from compass.config import catalogue
from compass.config.facts import GROUPS
from compass.config.names import Entry
from compass.textsafe import clean_markdown, clean_terminal

KINDS: tuple[Literal["models", "datasets", "summarizers"], ...] = (
    "models",
    "datasets",
    "summarizers",
)

_MADE = """\
Made by `compass list --markdown > docs/benchmarks.md` from the modules of `datasets_cfg/`. A name
is what `--datasets` takes; a config imports `NAME_datasets`. How each evaluator judges is in
[scoring.md](scoring.md) and the `scores-*.md` pages. Questions are counted as published, over all
subsets.
"""

_HEAD = ("name", "questions", "shots", "asked", "evaluator", "needs", "file")


def command(arguments: argparse.Namespace) -> int:
    """Print the names of lists and of their members."""
    if arguments.markdown:
        print(page(catalogue("datasets", arguments.pattern)), end="")
        return 0
    found = 0
    for kind in KINDS if arguments.kind is None else (arguments.kind,):
        entries = catalogue(kind, arguments.pattern)
        found += len(entries)
        if entries:
            print(f"{kind}:")
        lines = _datasets(entries) if kind == "datasets" else _plain(entries)
        for line in lines:
            print(clean_terminal(line))
    if not found:
        print(f"nothing matches {arguments.pattern!r}")
    return 0


def page(entries: Sequence[Entry]) -> str:
    """Return the catalogue of benchmarks as a Markdown page."""
    from tabulate import tabulate

    parts = [
        "# Benchmarks\n",
        _MADE,
    ]
    for group, members in _grouped(entries):
        parts.append(f"## {group}\n")
        rows = [[f"`{e.name}`", *map(clean_markdown, _cells(e)[1:])] for e in members]
        parts.append(tabulate(rows, headers=_HEAD, tablefmt="pipe", disable_numparse=True) + "\n")
        parts.append("\n".join(dict.fromkeys(_sources(members))) + "\n")
    return "\n".join(parts)


def _sources(entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        about = entry.facts.about
        if about:
            hub = f"hub `{about['hub']}`" if about.get("hub") else "no hub path"
            said = (str(about.get("title", entry.name)), str(about.get("paper", "")))
            title, paper = map(clean_markdown, said)
            yield f"- {title}: {paper}; licence {about.get('licence') or 'not stated'}; {hub}."


def _datasets(entries: Sequence[Entry]) -> Iterator[str]:
    """Yield the datasets as a table, group by group."""
    for group, members in _grouped(entries):
        rows = [_HEAD, *(_cells(entry) for entry in members)]
        widths = [max(len(row[place]) for row in rows) for place in range(len(_HEAD))]
        yield f"  {group}"
        for row in rows:
            cells = [text.ljust(width) for text, width in zip(row, widths, strict=True)]
            yield ("    " + "  ".join(cells)).rstrip()
        for entry in members:
            if len(entry.abbrs) > 1:
                yield f"      {entry.name}: {_abbrs(entry)}"


def _cells(entry: Entry) -> tuple[str, ...]:
    if entry.error:
        return (entry.name, "", "", "", entry.error.what, "", entry.file)
    known = entry.facts
    size = known.about.get("size")
    return (
        entry.name,
        "" if size is None else f"{size:,}",
        known.shots,
        known.asked,
        known.metric,
        str(known.about.get("needs", "")),
        entry.file,
    )


def _grouped(entries: Sequence[Entry]) -> Iterator[tuple[str, list[Entry]]]:
    for group in (*GROUPS, "Your own"):
        members = [e for e in entries if e.facts.about.get("group", "Your own") == group]
        if members:
            yield group, members


def _plain(entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        about = entry.error.what if entry.error else entry.about
        yield f"  {entry.name:<32} {entry.file:<34} {about}"
        if len(entry.abbrs) > 1:
            yield f"  {'':<32} {_abbrs(entry)}"


def _abbrs(entry: Entry) -> str:
    more = f" and {len(entry.abbrs) - 6} more" if len(entry.abbrs) > 6 else ""
    return ", ".join(entry.abbrs[:6]) + more
