"""Transcripts: every question of a dataset with what each model said, for a browser.

A dataset becomes a folder: a page and scripts that the page loads when it needs them, so that
100,000 questions open at once, from a disk, too:

    index.html      the page, with the state of every question for every model
    list-N.js       ids, beginnings and answers: what the list shows and searches
    rows-N.js       everything: prompts, outputs, verdicts

Each script calls ``compass.load(name, json)``.  They are written as the verdicts are read:
memory holds a block, a byte a question and model, and the places of the answers.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compass import store
from compass.answers import Answers
from compass.records import Prediction, Verdict, record_from_dict
from compass.report.blocks import Answered, Blocks, Entry
from compass.report.costs import Cost
from compass.report.page import Link, page, render

STAMP_VERSION = 1
"""Goes up when pages of earlier versions are to be made anew."""

NOT_ASKED = "."
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUV"
_WRONG, _PARTLY, _RIGHT = 1, 2, 3
_FAILED, _UNPARSED, _CUT = 4, 8, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The rows of one model on the dataset."""

    model: str
    logs: Sequence[Path]
    verdicts: Path
    cost: Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """The value that says whether an answer is right."""

    name: str
    scale: str = "share"


def write_transcripts(
    folder: Path,
    dataset: str,
    sources: Sequence[Source],
    metric: Metric,
    above: Sequence[Link] = (),
) -> None:
    """Write the transcripts of a dataset, unless they are there and nothing has changed.

    Args:
        folder: Where the page and its scripts go; it is theirs alone.
        dataset: Its abbr.
        sources: What each model said; at least one.
        metric: What counts as right.
        above: The pages that lead to this one.
    """
    stamp, now = folder / "stamp.json", _stamp(sources, metric)
    if store.read_document(stamp) == now:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    states = [bytearray() for _ in sources]
    with Blocks(folder, len(sources)) as written:
        for entry, codes in _entries(sources, metric):
            written.add(entry)
            for column, code in zip(states, codes, strict=True):
                column.extend(code.encode())
    data = {
        "dataset": dataset,
        "models": [source.model for source in sources],
        "metric": metric.name,
        "scale": metric.scale,
        "count": written.count,
        "states": [column.decode() for column in states],
        "rows": written.rows,
        "lists": written.lists,
    }
    text = page(
        dataset,
        render("transcripts.html", dataset=dataset, models=data["models"]),
        data=data,
        scripts=("assets/verdicts.js", "assets/transcripts.js"),
        above=above,
        wide=True,
    )
    store.write_text(folder / "index.html", text)
    store.write_document(stamp, now)  # last: what a crash leaves behind is made anew


def _stamp(sources: Sequence[Source], metric: Metric) -> dict[str, Any]:
    """Return what the pages depend on, without reading it."""
    files = [path for source in sources for path in (source.verdicts, *source.logs)]
    facts = [(path, path.stat()) for path in files]
    return {
        "version": STAMP_VERSION,
        "metric": [metric.name, metric.scale],
        "files": [[path.name, facts.st_size, facts.st_mtime_ns] for path, facts in facts],
        "models": [source.model for source in sources],
    }


def _entries(sources: Sequence[Source], metric: Metric) -> Iterator[tuple[Entry, list[str]]]:
    """Yield the questions, each with its state for every model."""
    from compass.report.walk import side_by_side

    said = [_Said(source) for source in sources]
    try:
        for sample, columns in side_by_side([source.verdicts for source in sources]):
            answered = [
                one
                for place, verdicts in enumerate(columns)
                for one in said[place].answers(place, verdicts, metric)
            ]
            cluster = next((v.cluster for verdicts in columns for v in verdicts if v.cluster), None)
            codes = [_state(verdicts, metric) for verdicts in columns]
            yield Entry(id=sample, cluster=cluster, answered=answered), codes
    finally:
        for one in said:
            one.close()


class _Said:
    """What one model answered, by verdict."""

    def __init__(self, source: Source) -> None:
        self._answers = Answers(source.logs)
        self._again: Mapping[tuple[str, int], Sequence[str]] = {}
        if source.cost.repeats and not _judges_repeats(source.verdicts):
            self._again = _repeats(source.logs)

    def answers(self, model: int, verdicts: list[Verdict], metric: Metric) -> Iterator[Answered]:
        """Yield an answer for each verdict, and those that were judged together with it."""
        for verdict in verdicts:
            first = self._answers.get(verdict.key)
            state = _state([verdict], metric)
            yield Answered(model=model, state=state, verdict=verdict, prediction=first)
            together: dict[int, Prediction] = {}
            for key in self._again.get((verdict.sample_id, verdict.variant), ()):
                other = self._answers.get(key)
                # Another prompt is another question, asked before the prompt was changed.
                if other is not None and first is not None and other.prompt == first.prompt:
                    together[other.repeat] = other
            for _, other in sorted(together.items()):
                yield Answered(model=model, state=NOT_ASKED, verdict=None, prediction=other)

    def close(self) -> None:
        """Close the logs."""
        self._answers.close()


def _judges_repeats(path: Path) -> bool:
    """True if repeats have verdicts of their own; the first samples tell."""
    for place, row in enumerate(store.read_rows(path)):
        if row.get("repeat"):
            return True
        if place > 100:
            break
    return False


def _repeats(logs: Sequence[Path]) -> Mapping[tuple[str, int], Sequence[str]]:
    """Return the keys of second and later answers to each variant of a sample."""
    found: dict[tuple[str, int], list[str]] = {}
    for path in logs:
        for row in store.read_rows(path):
            if row.get("repeat") and row.get("error") is None:
                one: Prediction = record_from_dict(Prediction, row)
                found.setdefault((one.sample_id, one.variant), []).append(one.key)
    return found


def _state(verdicts: Sequence[Verdict], metric: Metric) -> str:
    """Return one character for what verdicts on a sample add up to.

    Of its five bits two say wrong, partly right or right (0: not judged, or a number that
    is neither), the others that something failed, could not be read, or was cut.
    """
    if not verdicts:
        return NOT_ASKED
    bits = 0
    values = []
    for verdict in verdicts:
        reasons = verdict.reason.split(",")
        value = verdict.values.get(metric.name, next(iter(verdict.values.values()), None))
        if value is None:
            bits |= _FAILED
        else:
            values.append(value)
        bits |= _UNPARSED if "unparsed" in reasons else 0
        bits |= _CUT if "truncated" in reasons else 0
    if values and metric.scale == "share":
        low, high = min(values), max(values)
        bits |= _RIGHT if low >= 1 else _WRONG if high <= 0 else _PARTLY
    return _DIGITS[bits]
