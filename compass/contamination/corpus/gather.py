"""From documents to findings: matches, the answers beside them, and where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from compass.contamination.corpus.answers import Key, given
from compass.contamination.corpus.findings import SKIP_SHARE, Findings, Found, Sighting
from compass.contamination.corpus.index import WORDS, Index
from compass.contamination.corpus.normal import Stream, origin
from compass.contamination.corpus.search import Match, Run, Search

_SHOWN = 400
"""Characters of a sighting that are kept."""

LONGEST = 1 << 20
"""Characters of a document that are looked at in one go; a longer one is cut."""

OVERLAP = 1 << 14
"""Characters that two pieces of a long document share."""

BATCH = 1 << 17
"""Characters that are normalised and hashed together: they should fit the processor's cache."""


class Document(NamedTuple):
    """A text of the corpus and the row it stands in."""

    row: int
    text: str
    lined: bool = False
    """True if every line of the text is a row of its own."""


class Gatherer:
    """Takes documents, keeps findings.

    Args:
        search: The passages.
        keys: Their answers.
    """

    def __init__(self, search: Search, keys: Sequence[Key]) -> None:
        self._search = search
        self._index: Index = search.index
        self._keys = keys
        # Texts in ASCII are the quicker to look through, as long as no other is among them.
        self._waiting: dict[bool, list[Document]] = {True: [], False: []}
        self._sizes = {True: 0, False: 0}
        self.file = ""
        """Name of the file that the documents come from."""

        self.findings = Findings()

    def add(self, document: Document) -> None:
        """Look a document through, at once or together with the next ones."""
        text = document.text
        if len(text) <= LONGEST:
            plain = text.isascii()
            self._waiting[plain].append(document)
            self._sizes[plain] += len(text)
            if self._sizes[plain] >= BATCH:
                self._look(plain)
            return
        for start in range(0, len(text) - OVERLAP, LONGEST - OVERLAP):
            self.add(document._replace(text=text[start : start + LONGEST]))

    def take(self) -> Findings:
        """Return the findings since this was last called."""
        for plain in self._waiting:
            self._look(plain)
        findings, self.findings = self.findings, Findings()
        return findings

    def _look(self, plain: bool) -> None:
        """Look through what waits."""
        waiting, self._waiting[plain], self._sizes[plain] = self._waiting[plain], [], 0
        if not waiting:
            return
        stream, matches = self._search.matches([one.text for one in waiting])
        for match in matches:
            self._take_in(stream, match, waiting[match.document])

    def _take_in(self, stream: Stream, match: Match, document: Document) -> None:
        found = self.findings.of(match.passage)
        found.documents += 1
        self.findings.counts.update(match.grams)
        asked = int(self._index.asked[match.passage])
        labelled = self._labelled(stream, match, asked)
        found.skip |= _mask(match.skip, asked)
        if _share(match.skip, asked) >= SKIP_SHARE:
            found.skip_labelled |= labelled
        if match.probes:
            found.probes |= match.probes
            found.probe_labelled |= labelled
        self._see(found, stream, match, document, labelled)

    def _see(
        self, found: Found, stream: Stream, match: Match, document: Document, labelled: bool
    ) -> None:
        asked = int(self._index.asked[match.passage])
        runs = match.words or match.skip
        share = _share(runs, asked)
        if not found.would_keep(share, labelled):
            return
        first = int(stream.documents[match.document])
        begin = int(stream.bounds[match.begins] - stream.bounds[first])
        text = document.text
        start = int(origin(text)[begin])
        row = document.row
        if document.lined:
            row += text.count("\n", 0, start)
        shown = text[start : start + _SHOWN]
        found.see(Sighting(round(share, 6), labelled, tuple(runs), self.file, row, shown))

    def _labelled(self, stream: Stream, match: Match, asked: int) -> bool:
        """Return whether the answer stands in the document too."""
        passage = match.passage
        index = self._index
        words = int(index.documents[passage + 1] - index.documents[passage])
        if words - asked >= WORDS and _covered(match.words, asked, words) * 2 >= words - asked:
            return True
        key = self._keys[passage]
        end = int(stream.documents[match.document + 1])
        return given(key, stream.words(match.ends, min(match.ends + key.reach, end)))


def _covered(runs: Sequence[Run], start: int, stop: int) -> int:
    """Return how many places between two are in a stretch."""
    return sum(max(0, min(b, stop) - max(a, start)) for a, b in runs)


def _share(runs: Sequence[Run], asked: int) -> float:
    return _covered(runs, 0, asked) / asked if asked else 0.0


def _mask(runs: Sequence[Run], asked: int) -> int:
    """Return a bit for each word of the question in a stretch.

    Examples:
        >>> bin(_mask([(0, 2), (3, 9)], 5))
        '0b11011'
    """
    mask = 0
    for start, stop in runs:
        size = min(stop, asked) - start
        if size > 0:
            mask |= ((1 << size) - 1) << start
    return mask
