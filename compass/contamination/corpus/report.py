"""From the segments of a scan to what is known of every question.

Three findings stand beside each other; the one that settings name first is the label unless
another is asked for:

words    an n-gram of the question stands in the corpus (GPT-3)
skip     a fifth of its words are covered (Llama 2: not clean; four fifths: dirty)
probes   one of its substrings stands in the corpus (GPT-4)

n-grams in more documents than ``common_documents`` are common phrases and do not count, unless a
document has four fifths of the question: a question copied a thousand times is no common phrase.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from compass.contamination.corpus.findings import (
    SKIP_SHARE,
    Findings,
    Found,
    Sighting,
    findings_from_dict,
)
from compass.contamination.corpus.index import Index, Settings, build
from compass.contamination.corpus.normal import Array
from compass.contamination.corpus.passages import Passage
from compass.contamination.labels import CLEAN, INPUT, INPUT_AND_LABEL, UNCHECKED

DIRTY_SHARE = 0.8
"""Share of a question's words from which Llama 2 calls it dirty."""

WHOLE = 0.8
"""Share of a question in one document from which it is a copy, however often it is copied."""

_NAMED = 20


class Report(NamedTuple):
    """The result of a scan."""

    document: dict[str, Any]
    items: list[dict[str, Any]]
    """A row for each question."""


def report(
    passages: Sequence[Passage],
    settings: Settings,
    identity: Mapping[str, Any],
    segments: Iterable[Mapping[str, Any]],
    *,
    common_documents: int = 10,
    label_by: str | None = None,
) -> Report:
    """Return what a scan found.

    Args:
        passages: What was looked for.
        settings: What counts as a copy.
        identity: What the scan says of itself.
        segments: What was read.
        common_documents: n-grams in more documents are common phrases; 0: none are.
        label_by: Method whose finding is the label; None: the first.
    """
    method = label_by or settings.methods[0]
    rows = _in_order(segments)
    findings = Findings()
    for row in rows:
        findings.add(findings_from_dict(row["findings"], row["first_row"]))
    index = build(passages, settings)
    judge = _Judge(index, settings, findings, common_documents)
    items = [judge.item(place, one, method) for place, one in enumerate(passages)]
    document = {
        "format": 1,
        **identity,
        "common_documents": common_documents,
        "label_by": method,
        "found": _counted(items, settings.methods),
        "corpus": _corpus(rows),
    }
    return Report(document, items)


def _in_order(segments: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return segments by file and place, the rows before each made known."""
    ordered = {(row["file"], row["start"]): dict(row) for row in segments}
    rows, file = 0, ""
    for key in sorted(ordered):
        segment = ordered[key]
        rows = rows if segment["file"] == file else 0
        file = segment["file"]
        if segment["first_row"]:
            rows = segment["first_row"] + segment["rows"]
            # The rows of a file that is read from its beginning are counted from there.
            segment["first_row"] = 0
        else:
            segment["first_row"] = rows
            rows += segment["rows"]
    return [ordered[key] for key in sorted(ordered)]


class _Judge:
    """Says what findings mean for a passage."""

    def __init__(
        self, index: Index, settings: Settings, findings: Findings, common_documents: int
    ) -> None:
        import numpy as np

        self._index = index
        self._methods = settings.methods
        self._findings = findings
        counts = np.zeros(len(index.keys) + 1, np.int64)
        if findings.counts:
            counts[list(findings.counts)] = list(findings.counts.values())
        self._counts = counts
        self._most = common_documents or int(counts.max(initial=0))
        self._key_at = _keys_by_place(index)
        self._drawn = np.bincount(index.probes[:, 0], minlength=len(index.asked))

    def item(self, place: int, passage: Passage, method: str) -> dict[str, Any]:
        """Return the row of a passage."""
        found = self._findings.passages.get(place, Found())
        asked = int(self._index.asked[place])
        by_method = {
            "words": lambda: self._words(place, found),
            "skip": lambda: self._skip(place, found),
            "probes": lambda: self._probes(place, found),
        }
        told = {name: by_method[name]() for name in self._methods}
        return {
            "dataset": passage.dataset,
            "id": passage.id,
            "label": told[method]["label"],
            "asked": asked,
            **told,
            "documents": found.documents,
            "seen": [_seen(one) for one in found.sightings],
        }

    def _words(self, place: int, found: Found) -> dict[str, Any]:
        import numpy as np

        index = self._index
        size, asked = int(index.words[place]), int(index.asked[place])
        if not size:
            return {"label": UNCHECKED}
        first, last = index.documents[place : place + 2].tolist()
        keys = self._key_at[first:last]
        counts = np.where(keys >= 0, self._counts[keys], 0)
        counted = (counts > 0) & (counts <= self._most)
        for one in found.sightings:
            if one.share >= WHOLE:
                counted |= _within(one.runs, size, len(keys))
        starts = np.flatnonzero(counted)
        dirty = bool((starts + size <= asked + size // 2).any())
        covered = _covered(starts, size, len(keys))
        labelled = any(
            one.labelled and (counted & _within(one.runs, size, len(keys))).any()
            for one in found.sightings
        )
        answer = covered[asked:]
        return {
            "label": _label(dirty, labelled),
            "share": _rounded(covered[:asked].mean()),
            "longest": self._longest(counted, found, size, asked),
            "answer_share": _rounded(answer.mean()) if len(answer) else None,
            "common": int(index.common[place] + (counts > self._most).sum()),
        }

    @staticmethod
    def _longest(counted: Array, found: Found, size: int, asked: int) -> int:
        """Return the words of the longest stretch of the question in one document."""
        import numpy as np

        longest = 0
        for one in found.sightings:
            starts = np.flatnonzero(counted & _within(one.runs, size, len(counted)))
            covered = _covered(starts, size, len(counted))[:asked]
            edges = np.diff(np.concatenate(([0], covered, [0])).astype(np.int8))
            lengths = np.flatnonzero(edges < 0) - np.flatnonzero(edges > 0)
            longest = max(longest, int(lengths.max(initial=0)))
        return longest

    def _skip(self, place: int, found: Found) -> dict[str, Any]:
        if not self._index.skip[place]:
            return {"label": UNCHECKED}
        share = found.skip.bit_count() / int(self._index.asked[place])
        verdict = "dirty" if share >= DIRTY_SHARE else "not clean"
        return {
            "label": _label(share >= SKIP_SHARE, found.skip_labelled),
            "share": _rounded(share),
            "verdict": verdict if share >= SKIP_SHARE else "clean",
        }

    def _probes(self, place: int, found: Found) -> dict[str, Any]:
        drawn = int(self._drawn[place])
        if not drawn:
            return {"label": UNCHECKED}
        return {
            "label": _label(found.probes > 0, found.probe_labelled),
            "found": found.probes.bit_count(),
            "drawn": drawn,
        }


def _label(dirty: bool, labelled: bool) -> str:
    if not dirty:
        return CLEAN
    return INPUT_AND_LABEL if labelled else INPUT


def _keys_by_place(index: Index) -> Array:
    """Return for every word of the passages the key of the n-gram of 13 that begins there."""
    import numpy as np

    keys = np.full(len(index.bounds), -1, np.int64)
    for number, size in enumerate(index.sizes.tolist()):
        begin, end = index.key_starts[number : number + 2].tolist()
        starts = index.place_starts[begin : end + 1]
        places = index.places[starts[0] : starts[-1]]
        numbers = np.repeat(np.arange(begin, end), np.diff(starts))
        owner = np.searchsorted(index.documents, places, "right") - 1
        ours = index.words[owner] == size
        keys[places[ours]] = numbers[ours]
    return keys


def _within(runs: Iterable[tuple[int, int]], size: int, words: int) -> Array:
    """Return at which words an n-gram begins that lies within a stretch."""
    import numpy as np

    inside = np.zeros(words, bool)
    for start, stop in runs:
        inside[start : max(stop - size + 1, start)] = True
    return inside


def _covered(starts: Array, size: int, words: int) -> Array:
    """Return which words the n-grams that begin at some of them cover."""
    import numpy as np

    change = np.zeros(words + size + 1, np.int64)
    np.add.at(change, starts, 1)
    np.add.at(change, starts + size, -1)
    return np.cumsum(change)[:words] > 0


def _rounded(value: Any) -> float:
    return round(float(value), 4)


def _seen(one: Sighting) -> dict[str, Any]:
    return {
        "file": one.file,
        "row": one.row,
        "share": one.share,
        "labelled": one.labelled,
        "text": one.text,
    }


def _counted(items: Sequence[Mapping[str, Any]], methods: Sequence[str]) -> dict[str, Any]:
    """Return by dataset and method how many questions have each label."""
    counts: dict[str, dict[str, Counter[str]]] = {}
    for item in items:
        of = counts.setdefault(item["dataset"], {name: Counter() for name in methods})
        for name in methods:
            of[name][item[name]["label"]] += 1
    labels = (CLEAN, INPUT, INPUT_AND_LABEL, UNCHECKED)
    return {
        dataset: {name: {label: of[name][label] for label in labels} for name in methods}
        for dataset, of in counts.items()
    }


def _corpus(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what was read, and what could not be."""
    problems: Counter[str] = Counter()
    named: list[dict[str, Any]] = []
    rows_of: Counter[str] = Counter()
    for row in rows:
        problems.update(row["problems"])
        rows_of[row["file"]] += row["rows"]
        if row["error"]:
            where = row["first_row"] + row["rows"]
            problem = {"file": row["file"], "row": where, "what": row["error"]}
            named.append(problem)
            problems["files not read to their end"] += 1
        for line, kind, what in row["named"]:
            at = row["first_row"] + line
            named.append({"file": row["file"], "row": at, "what": f"{kind}: {what}"})
    empty = sorted(file for file, count in rows_of.items() if not count)
    failed = {row["file"] for row in rows if row["error"]}
    named += [{"file": file, "row": 0, "what": "empty"} for file in empty if file not in failed]
    return {
        "files": len(rows_of),
        "empty": sum(file not in failed for file in empty),
        "rows": sum(row["rows"] for row in rows),
        "documents": sum(row["documents"] for row in rows),
        "bytes": sum(row["size"] for row in rows),
        "problems": dict(sorted(problems.items())),
        "named": named[:_NAMED],
    }
