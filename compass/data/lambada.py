"""LAMBADA: the last word of a passage, which only the whole passage gives away.

Paperno et al. 2016, "The LAMBADA dataset: Word prediction requiring a broad discourse
context", arXiv:1606.06031.  Licence CC BY 4.0.  5,153 passages in the test, in two forms:

    openai    as Radford et al. 2019 wrote them back into plain text; hub
              ``EleutherAI/lambada_openai``; original ``lambada_test.jsonl``
    standard  in words parted by spaces, lower case; hub ``cimec/lambada``

    both      {"text": "the whole passage"}
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from compass.data.folders import Files, find_named, find_split, local_folder
from compass.data.hub import hub_rows, is_local
from compass.data.source import Source
from compass.errors import ConfigError, DataError, did_you_mean
from compass.records import Sample

_HUB = {"openai": ("EleutherAI/lambada_openai", "default"), "standard": ("cimec/lambada", None)}


def lambada(
    form: Literal["openai", "standard"] = "openai",
    path: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return the test of LAMBADA.

    Args:
        form: ``openai`` or ``standard``, see above.
        path: A file, or a copy of the hub's folder; default: ``$COMPASS_DATA/lambada`` (for
            ``standard`` ``$COMPASS_DATA/lambada_standard``) if it is there, else the hub.
        revision: Revision on the hub.
    """
    if form not in _HUB:
        raise ConfigError(f"LAMBADA has no form {form!r}", hint=did_you_mean(str(form), _HUB))
    hub, name = _HUB[form]
    place = path or local_folder("lambada" if form == "openai" else "lambada_standard") or hub
    if not is_local(place):
        return Source(hub_rows(place, name, "test", revision), lambada_sample)

    def find(folder: Path) -> Sequence[Path]:
        return find_named(folder, ["lambada_test.jsonl"]) or find_split(folder, "test", name)

    return Source(Files(place, "test", name, find=find), lambada_sample)


def lambada_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row: what is before the last space, and the word after it."""
    context, gap, word = row["text"].rpartition(" ")
    if not gap or not word.strip():
        raise DataError("this passage does not end in a word", hint="is this a file of LAMBADA?")
    return Sample(id="", fields={"question": context}, targets=(word,))
