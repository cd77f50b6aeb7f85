"""The questions, indexed: small enough to stay in memory while a corpus streams by.

A passage is one sequence of words, its question and then its answer.  Its n-grams are as long as
the method says; a shorter question is looked for whole if it has eight words, else not at all.
n-grams that many questions share are left out: they are common phrases, not copies.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from compass import store
from compass.contamination.corpus.answers import Key
from compass.contamination.corpus.hashing import Hashes, Sieve
from compass.contamination.corpus.normal import Array, Stream, normalise
from compass.contamination.corpus.passages import Passage

WORDS = 13
"""Words of an n-gram: Brown et al. 2020 (arXiv:2005.14165), appendix C."""

SKIP, BUDGET = 10, 4
"""Words that must match, and words that may differ after them: Touvron et al. 2023
(arXiv:2307.09288), appendix A.6, who count the tokens of their tokenizer instead."""

FEWEST = 8
"""Words below which a question is not looked for: the smallest N of Brown et al."""

PROBES, PROBE = 3, 50
"""Substrings drawn from a question and their characters: OpenAI 2023 (arXiv:2303.08774),
appendix C."""

SHORTEST_PROBE = 30
ANCHORED = 24
"""Characters from its anchor on by which a probe is found."""

_ANCHORS = "tdlcmurhsnoiae的是一不在有"
"""Characters to be an anchor, in this order: only where one stands is a probe looked for.  Few
different ones are used, so that few places of a corpus are looked at.  A probe without any of
them begins with its anchor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What counts as a copy; part of a scan's identity."""

    methods: tuple[str, ...] = ("words", "skip", "probes")
    common_items: int = 10
    """n-grams in more questions than this are common phrases."""

    seed: int = 0
    """Of the places that probes are drawn at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Passages as arrays, saved and mapped into memory by every worker."""

    chars: Array
    bounds: Array
    documents: Array
    """The normalised passages, see `compass.contamination.corpus.normal.Stream`."""

    asked: Array
    """Words of each question."""

    words: Array
    skip: Array
    """Size of each passage's n-grams by the two methods, 0 where it is not looked for."""

    sizes: Array
    """Sizes of n-grams that occur, ascending."""

    keys: Array
    """Hashes of n-grams, ascending within each size."""

    key_starts: Array
    """Where the keys of each size begin, and the end."""

    place_starts: Array
    places: Array
    """Words at which the n-gram of each key begins: ``places[place_starts[k]:…]``."""

    seeds: Array
    """Hashes of the first words, as many as the smallest size, of every n-gram."""

    common: Array
    """n-grams of each passage that were left out as common."""

    probes: Array
    """A row for each probe: passage, first character, characters, anchor, place in its passage."""

    probe_keys: Array
    """Hash of the characters from each probe's anchor on, ascending."""

    anchors: Array
    """Characters that anchors are."""

    @property
    def stream(self) -> Stream:
        """The passages as a stream."""
        return Stream(self.chars, self.bounds, self.documents)

    def save(self, folder: Path) -> None:
        """Write every array into a folder."""
        import numpy as np

        for one in fields(self):
            write = partial(np.save, arr=getattr(self, one.name), allow_pickle=False)
            store.write_bytes(folder / f"{one.name}.npy", write)


def load(folder: Path) -> Index:
    """Return the index that was saved in a folder, mapped into memory."""
    import numpy as np

    arrays = {}
    for one in fields(Index):
        path = folder / f"{one.name}.npy"
        # An empty array cannot be mapped.
        array = np.load(path, allow_pickle=False)
        arrays[one.name] = np.load(path, mmap_mode="r") if array.size else array
    return Index(**arrays)


def build(passages: Sequence[Passage], settings: Settings) -> Index:
    """Return the index of some passages."""
    import numpy as np

    stream = normalise([f"{one.question}\n{one.answer}" for one in passages], wide=True)
    asked = np.diff(normalise([one.question for one in passages], wide=True).documents)
    words = _sizes(asked, WORDS) if "words" in settings.methods else np.zeros_like(asked)
    skip = _sizes(asked, SKIP) if "skip" in settings.methods else np.zeros_like(asked)
    grams = _grams(stream, (words, skip), _clusters(passages), settings.common_items)
    return Index(
        chars=stream.chars,
        bounds=stream.bounds,
        documents=stream.documents,
        asked=asked,
        words=words,
        skip=skip,
        **grams,
        **_probes(stream, asked, settings),
    )


def keys_of(passages: Sequence[Passage]) -> list[Key]:
    """Return what the right answer to each question looks like."""
    texts: list[str] = [""]
    for one in passages:
        texts += [*one.targets, *one.others, "" if one.marks else one.answer]
    stream = normalise(texts, wide=True)
    edges = pairwise(stream.documents.tolist())
    split = (tuple(stream.words(a, b)) for a, b in edges)
    next(split)
    keys = []
    for one in passages:
        targets = tuple(next(split) for _ in one.targets)
        others = tuple(next(split) for _ in one.others)
        keys.append(Key(targets, others, one.marks, next(split)))
    return keys


def _sizes(asked: Array, most: int) -> Array:
    import numpy as np

    return np.where(asked < FEWEST, 0, np.minimum(asked, most))


def _clusters(passages: Sequence[Passage]) -> Array:
    import numpy as np

    numbers: dict[Any, int] = {}
    names = [(p.dataset, p.cluster) if p.cluster else k for k, p in enumerate(passages)]
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], np.int64)


def _grams(
    stream: Stream, by_method: tuple[Array, Array], clusters: Array, most: int
) -> dict[str, Array]:
    """Return the tables of n-grams."""
    import numpy as np

    hashes = Hashes(stream)
    sizes = [int(n) for n in np.unique(np.concatenate(by_method)) if n]
    smallest = sizes[0] if sizes else FEWEST
    common = np.zeros(len(stream.documents) - 1, np.int64)
    keys, places, counts, seeds = [], [], [], []
    for size in sizes:
        wanted = np.flatnonzero((by_method[0] == size) | (by_method[1] == size))
        at = _all_grams(stream, wanted, size)
        owner: Array = np.searchsorted(stream.documents, at, "right") - 1
        found, number = np.unique(hashes.grams_at(at, size), return_inverse=True)
        pairs = np.unique(np.stack([number, clusters[owner]]), axis=1)
        rare = np.bincount(pairs[0], minlength=len(found)) <= most
        np.add.at(common, owner[~rare[number]], 1)
        kept = rare[number]
        renumbered: Array = np.cumsum(rare) - 1
        at, number = at[kept], renumbered[number[kept]]
        order = np.lexsort((at, number))
        keys.append(found[rare])
        places.append(at[order])
        counts.append(np.bincount(number, minlength=len(keys[-1])))
        seeds.append(hashes.grams_at(at, smallest))
    return {
        "sizes": np.array(sizes, np.int64),
        "keys": _joined(keys, np.uint64),
        "key_starts": np.cumsum([0, *map(len, keys)]),
        "place_starts": np.concatenate(([0], np.cumsum(_joined(counts, np.int64)))),
        "places": _joined(places, np.int64),
        "seeds": np.unique(_joined(seeds, np.uint64)),
        "common": common,
    }


def _all_grams(stream: Stream, wanted: Array, size: int) -> Array:
    """Return the words at which an n-gram of the wanted passages begins."""
    import numpy as np

    first = stream.documents[wanted]
    count = stream.documents[wanted + 1] - first - size + 1
    ends = np.asarray(np.cumsum(count))
    return np.arange(count.sum()) + np.repeat(first - (ends - count), count)


def _probes(stream: Stream, asked: Array, settings: Settings) -> dict[str, Array]:
    """Return the probes, each with the place of the anchor it is found by."""
    import numpy as np

    drawn: list[tuple[int, int, int, int]] = []
    if "probes" in settings.methods:
        begins = stream.bounds[stream.documents[:-1]].tolist()
        ends = stream.bounds[stream.documents[:-1] + asked].tolist()
        for owner, (begin, end) in enumerate(zip(begins, ends, strict=True)):
            for number, (start, size) in enumerate(_draw(begin, end, f"{settings.seed}:{owner}")):
                drawn.append((owner, start, size, number))
    rows = []
    for owner, start, size, number in drawn:
        text = stream.chars[start : start + size - ANCHORED + 1].tobytes().decode("utf-16-le")
        anchor = next(filter(None, (text.find(letter) + 1 for letter in _ANCHORS)), 1) - 1
        rows.append((owner, start, size, start + anchor, number))
    probes = np.array(rows, np.int64).reshape(-1, 5)
    keys = Hashes(stream).windows(probes[:, 3], ANCHORED)
    order = np.argsort(keys, kind="stable")
    return {
        "probes": probes[order],
        "probe_keys": keys[order],
        "anchors": np.unique(stream.chars[probes[:, 3]]),
    }


def _draw(begin: int, end: int, seed: str) -> list[tuple[int, int]]:
    """Return start and size of the substrings of a question, fewer if it has fewer."""
    size = end - begin
    if size < SHORTEST_PROBE:
        return []
    if size <= PROBE:
        return [(begin, size)]
    places = range(begin, end - PROBE + 1)
    drawn = random.Random(seed).sample(places, min(PROBES, len(places)))
    return [(place, PROBE) for place in sorted(drawn)]


def _joined(arrays: Sequence[Array], kind: Any) -> Array:
    import numpy as np

    return np.concatenate([np.zeros(0, kind), *arrays]).astype(kind)


def sieves(index: Index) -> tuple[Sieve, Sieve]:
    """Return the sieve of n-grams and that of probes."""
    return Sieve(index.seeds), Sieve(index.probe_keys)
