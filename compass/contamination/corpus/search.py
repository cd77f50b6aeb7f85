"""From a handful of documents to the copies in them.

Hashes propose places; the places are compared character by character; what is left is gathered
by document and passage into the stretches that agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from compass.contamination.corpus.hashing import Hashes
from compass.contamination.corpus.index import ANCHORED, BUDGET, Index, sieves
from compass.contamination.corpus.normal import Array, Stream, normalise

Run = tuple[int, int]
"""A stretch of words of a passage, from and to."""


@dataclass(slots=True)
class Match:
    """What one document has of one passage."""

    document: int
    passage: int
    words: list[Run] = field(default_factory=list)
    """Stretches of the passage that stand in the document, by n-grams of 13 words."""

    skip: list[Run] = field(default_factory=list)
    """Stretches by n-grams of 10 words, a few words of difference allowed after them."""

    grams: list[int] = field(default_factory=list)
    """Keys of the n-grams of 13 words, each once."""

    probes: int = 0
    """A bit for each probe that was found."""

    begins: int = 0
    """Word of the stream at which the copy begins."""

    ends: int = 0
    """Word of the stream at which the question would end."""


class Search:
    """An index, ready to be looked up."""

    def __init__(self, index: Index) -> None:
        import numpy as np

        self.index = index
        self._passages = index.stream
        self._sieve, self._probe_sieve = sieves(index)
        self._smallest = int(index.sizes[0]) if len(index.sizes) else 0
        self._anchor = np.zeros(1 << 16, bool)
        self._anchor[index.anchors] = True
        self._anchor_bytes = bytes(self._anchor[:256].astype(np.uint8))

    def matches(self, texts: Sequence[str]) -> tuple[Stream, list[Match]]:
        """Return the normalised documents, and their matches by document and passage."""
        stream = normalise(texts)
        if len(stream.bounds) < 2:
            return stream, []
        hashes = Hashes(stream)
        found: dict[tuple[int, int], Match] = {}
        if self._smallest:
            self._gather_grams(stream, self._gram_hits(stream, hashes), found)
        if len(self.index.probes):
            self._gather_probes(stream, self._probe_hits(stream, hashes), found)
        return stream, [found[key] for key in sorted(found)]

    def _gram_hits(self, stream: Stream, hashes: Hashes) -> list[Array]:
        """Return rows of size, key, word of the stream, word of the passages."""
        import numpy as np

        index = self.index
        words = self._sieve.passing(hashes.grams(self._smallest))
        if not len(words):
            return []
        after = np.searchsorted(stream.documents, words, "right")
        left = stream.documents[after] - words
        hits = []
        for number, size in enumerate(index.sizes.tolist()):
            begin, end = index.key_starts[number : number + 2].tolist()
            at = words[left >= size]
            key, here = _looked_up(index.keys[begin:end], hashes.grams_at(at, size))
            if not len(key):
                continue
            key, at = key + begin, at[here]
            start = index.place_starts[key]
            count = index.place_starts[key + 1] - start
            place = index.places[_stretches(start, count)]
            key, at = np.repeat(key, count), np.repeat(at, count)
            same = _same_words(stream, at, self._passages, place, size)
            hits.append(np.stack([np.full(same.sum(), size), key[same], at[same], place[same]]))
        return hits

    def _gather_grams(
        self, stream: Stream, hits: list[Array], found: dict[tuple[int, int], Match]
    ) -> None:
        import numpy as np

        if not sum(rows.shape[1] for rows in hits):
            return
        size, key, at, place = np.concatenate(hits, axis=1)
        document = np.searchsorted(stream.documents, at, "right") - 1
        passage = np.searchsorted(self.index.documents, place, "right") - 1
        order = np.lexsort((place, at - place, passage, document))
        rows = np.stack([document, passage, size, key, at, place])[:, order]
        cuts = np.flatnonzero((np.diff(rows[0]) != 0) | (np.diff(rows[1]) != 0)) + 1
        for group in np.split(rows, cuts, axis=1):
            owner = int(group[0, 0]), int(group[1, 0])
            found[owner] = self._match(stream, owner, group[2:].T.tolist())

    def _match(self, stream: Stream, owner: tuple[int, int], hits: list[list[int]]) -> Match:
        """Return the match of a document and a passage from its n-grams."""
        document, passage = owner
        match = Match(document, passage)
        first = int(self.index.documents[passage])
        by_words, by_skip = int(self.index.words[passage]), int(self.index.skip[passage])
        words = [(at, place) for size, _, at, place in hits if size == by_words]
        match.grams = sorted({key for size, key, _, _ in hits if size == by_words})
        lines = _lines(words, by_words)
        match.words = _union((place - first, place - first + n) for _, place, n in lines)
        skip = [(at, place) for size, _, at, place in hits if size == by_skip]
        extended = self._extended(stream, owner, _lines(skip, by_skip))
        match.skip = _union((place - first, place - first + n) for _, place, n in extended)
        at, place, _ = max(lines or extended, key=lambda line: line[2])
        match.begins = at
        match.ends = at - place + first + int(self.index.asked[passage])
        return match

    def _extended(
        self, stream: Stream, owner: tuple[int, int], lines: list[tuple[int, int, int]]
    ) -> list[tuple[int, int, int]]:
        """Return the stretches, continued as long as few words differ; none ends with those."""
        end = int(stream.documents[owner[0] + 1])
        last = int(self.index.documents[owner[1] + 1])
        continued: list[tuple[int, int, int]] = []
        for at, place, size in lines:
            if continued and _covers(continued[-1], (at, place, size)):
                continue
            room = min(end - at, last - place) - size
            ours = self._passages.words(place + size, place + size + room)
            theirs = stream.words(at + size, at + size + room)
            differing, length = 0, size
            for step, (one, other) in enumerate(zip(ours, theirs, strict=True), start=1):
                differing += one != other
                if differing > BUDGET:
                    break
                if one == other:
                    length = size + step
            continued.append((at, place, length))
        return continued

    def _probe_hits(self, stream: Stream, hashes: Hashes) -> Array:
        """Return rows of document, number of the probe, first character in the stream."""
        import numpy as np

        index = self.index
        chars = stream.chars[: max(len(stream.chars) - ANCHORED + 1, 0)]
        if chars.itemsize == 1:
            marked = np.frombuffer(chars.tobytes().translate(self._anchor_bytes), bool)
        else:
            marked = self._anchor[chars]
        places = np.flatnonzero(marked)
        windows = hashes.windows(places, ANCHORED)
        passing = self._probe_sieve.passing(windows)
        places, windows = places[passing], windows[passing]
        low = np.searchsorted(index.probe_keys, windows, "left")
        count = np.searchsorted(index.probe_keys, windows, "right") - low
        probe = _stretches(low, count)
        place = np.repeat(places, count)
        _, start, size, anchor, _ = index.probes[probe].T
        begin = place - (anchor - start)
        edges: Array = stream.bounds[stream.documents]
        after: Array = np.searchsorted(edges, place, "right")
        fits = (begin >= edges[after - 1]) & (begin + size <= edges[after])
        probe, begin, after = probe[fits], begin[fits], after[fits]
        same = _same_chars(stream.chars, begin, index.chars, start[fits], size[fits])
        return np.stack([after[same] - 1, probe[same], begin[same]])

    def _gather_probes(
        self, stream: Stream, hits: Array, found: dict[tuple[int, int], Match]
    ) -> None:
        import numpy as np

        index = self.index
        for document, probe, begin in hits.T.tolist():
            passage, start, size, _, number = index.probes[probe].tolist()
            match = found.get((document, passage))
            if match is None:
                match = found[document, passage] = Match(document, passage)
                match.begins = int(np.searchsorted(stream.bounds, begin, "right")) - 1
                ends = np.searchsorted(stream.bounds, begin + size, "left")
                done = np.searchsorted(index.bounds, start + size, "left")
                asked = index.documents[passage] + index.asked[passage]
                match.ends = int(ends + max(asked - done, 0))
            match.probes |= 1 << number


def _looked_up(keys: Array, hashes: Array) -> tuple[Array, Array]:
    """Return the places of known hashes among the keys, and which hashes they are."""
    import numpy as np

    at: Array = np.searchsorted(keys, hashes)
    here = np.flatnonzero(keys[np.minimum(at, len(keys) - 1)] == hashes)
    return at[here], here


def _stretches(starts: Array, counts: Array) -> Array:
    """Return ``start, start + 1, …`` of each stretch, one after another."""
    import numpy as np

    ends = np.asarray(np.cumsum(counts))
    return np.arange(counts.sum()) + np.repeat(starts - (ends - counts), counts)


def _same_words(one: Stream, at: Array, other: Stream, place: Array, size: int) -> Array:
    """Return which pairs of n-grams have the same words."""
    import numpy as np

    steps = np.arange(size + 1)
    ours = one.bounds[at[:, None] + steps]
    theirs = other.bounds[place[:, None] + steps]
    same = ((ours - ours[:, :1]) == (theirs - theirs[:, :1])).all(axis=1)
    kept = np.flatnonzero(same)
    lengths = ours[kept, -1] - ours[kept, 0]
    same[kept] = _same_chars(one.chars, ours[kept, 0], other.chars, theirs[kept, 0], lengths)
    return same


def _same_chars(one: Array, begins: Array, other: Array, starts: Array, sizes: Array) -> Array:
    """Return which pairs of stretches have the same characters; none may be empty."""
    import numpy as np

    if not len(sizes):
        return np.zeros(0, bool)
    differs = one[_stretches(begins, sizes)] != other[_stretches(starts, sizes)]
    return ~np.logical_or.reduceat(differs, np.cumsum(sizes) - sizes)


def _lines(hits: Sequence[tuple[int, int]], size: int) -> list[tuple[int, int, int]]:
    """Return n-grams joined where they overlap: word of the stream, of the passages, words.

    The hits are sorted by the distance of their words, then by word.
    """
    joined: list[tuple[int, int, int]] = []
    for at, place in hits:
        if joined:
            before, start, length = joined[-1]
            if before - start == at - place and place <= start + length:
                joined[-1] = (before, start, place + size - start)
                continue
        joined.append((at, place, size))
    return joined


def _covers(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    same = one[0] - one[1] == other[0] - other[1]
    return same and one[1] <= other[1] and other[1] + other[2] <= one[1] + one[2]


def _union(runs: Iterator[Run]) -> list[Run]:
    """Return stretches without overlap, ascending.

    Examples:
        >>> _union(iter([(5, 9), (0, 3), (3, 4), (8, 12)]))
        [(0, 4), (5, 12)]
    """
    joined: list[Run] = []
    for start, stop in sorted(runs):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(stop, joined[-1][1])
        else:
            joined.append((start, stop))
    return joined
