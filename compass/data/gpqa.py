"""GPQA: multiple-choice questions of biology, physics and chemistry by experts.

Rein et al. 2023, "GPQA: A Graduate-Level Google-Proof Q&A Benchmark", arXiv:2311.12022.
Licence CC BY 4.0; the authors ask that its questions are not published in plain text.
Hub: ``Idavidrein/gpqa`` (gated); original: ``gpqa_diamond.csv`` and the like.  198
questions in ``diamond``, 448 in ``main``, 546 in ``extended``.

    both    Question, Correct Answer, Incorrect Answer 1 … 3, Record ID, Subdomain, …

The right answer stands first in the file.  Options are shuffled for each question by a
hash of the seed and the question's id: a question is shown alike in every run, whatever
else is asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

from compass.data.folders import Files, find_named, find_split, local_folder
from compass.data.hub import hub_rows, is_local
from compass.data.source import Rowset, Source
from compass.errors import ConfigError, did_you_mean
from compass.records import Sample

SUBSETS = ("diamond", "main", "extended")
_OPTIONS = ("Correct Answer", "Incorrect Answer 1", "Incorrect Answer 2", "Incorrect Answer 3")


def gpqa(
    subset: Literal["diamond", "main", "extended"] = "diamond",
    seed: int = 0,
    path: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return one set of GPQA.

    Args:
        subset: Which set.
        seed: Another seed, another order of the options.
        path: A file, a folder of ``gpqa_SUBSET.csv``, or a copy of the hub's folder;
            default: ``$COMPASS_DATA/gpqa`` if it is there, else the hub.
        revision: Revision on the hub.
    """
    if subset not in SUBSETS:
        raise ConfigError(f"GPQA has no set {subset!r}", hint=did_you_mean(str(subset), SUBSETS))
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise ConfigError(f"seed is {seed!r}, not a whole number", hint="write seed=0")
    place = path or local_folder("gpqa") or "Idavidrein/gpqa"
    rows: Rowset = hub_rows(place, f"gpqa_{subset}", "train", revision)
    if is_local(place):
        rows = Files(place, "train", find=partial(_find, subset=subset))
    return Source(rows, partial(gpqa_sample, seed=seed))


def _find(folder: Path, subset: str) -> Sequence[Path]:
    name = f"gpqa_{subset}.csv"
    return find_named(folder, [name, f"dataset/{name}"]) or find_split(
        folder, "train", f"gpqa_{subset}"
    )


def gpqa_sample(row: dict[str, Any], seed: int = 0) -> Sample:
    """Return the sample of a row, its options shuffled."""
    texts = [str(row[name]).strip() for name in _OPTIONS]
    name = str(row.get("Record ID") or "").strip()
    question = str(row["Question"]).strip()
    order = shuffled(len(texts), f"{seed}:{name or question}")
    place = order.index(0)
    fields = {"question": question}
    if row.get("Subdomain"):
        fields["subject"] = str(row["Subdomain"])
    return Sample(
        id=name,
        fields=fields,
        targets=(texts[0],),
        choices=tuple(texts[n] for n in order),
        right=(place,),
    )


def shuffled(count: int, key: str) -> list[int]:
    """Return the numbers below ``count`` in an order that follows from ``key`` alone.

    Examples:
        >>> sorted(shuffled(4, "0:rec1")) == [0, 1, 2, 3]
        True
        >>> shuffled(4, "0:rec1") == shuffled(4, "0:rec1")
        True
    """
    return sorted(range(count), key=lambda n: hashlib.sha256(f"{key}:{n}".encode()).digest())
