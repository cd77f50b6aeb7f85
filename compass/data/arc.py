"""ARC: multiple-choice questions of school science, an easy and a challenge set.

Clark et al. 2018, "Think you have Solved Question Answering? Try ARC, the AI2 Reasoning
Challenge", arXiv:1803.05457.  Licence CC BY-SA 4.0.  Hub: ``allenai/ai2_arc``; original:
``ARC-Challenge-Test.jsonl`` and the like.  1,172 and 2,376 questions in the tests.
Questions have three to five options, labelled A-E or 1-5.  Three forms are read:

    AI2            {"id", "question": {"stem", "choices": [{"text", "label"}]}, "answerKey"}
    hub            {"id", "question", "choices": {"text": […], "label": […]}, "answerKey"}
    llm-foundry    {"query": "Question: …", "choices": […], "gold": 2}
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from compass.data.columns import option_texts
from compass.data.folders import Files, find_named, find_split, local_folder, no_split
from compass.data.hub import hub_rows
from compass.data.source import Source
from compass.errors import ConfigError, DataError, did_you_mean
from compass.records import Sample

SUBSETS = ("ARC-Challenge", "ARC-Easy")
_FOLDERS = ("arc", "llm_foundry_icl/world_knowledge")
_ORIGINAL = {"test": "Test", "train": "Train", "validation": "Dev"}


def arc(
    subset: Literal["ARC-Challenge", "ARC-Easy"] = "ARC-Challenge",
    split: Literal["test", "train", "validation"] = "test",
    path: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return one set of ARC, with its training questions as the few-shot pool.

    Args:
        subset: Which set.
        split: Which part of it.
        path: A file, a folder of the original files or of llm-foundry's, or a copy of the
            hub's folder; default: ``$COMPASS_DATA/arc`` if it is there and has the split,
            else ``$COMPASS_DATA/llm_foundry_icl/world_knowledge`` if it has it, else what
            of them is there, else the hub.
        revision: Revision on the hub.
    """
    if subset not in SUBSETS:
        raise ConfigError(f"ARC has no set {subset!r}", hint=did_you_mean(str(subset), SUBSETS))
    if split not in _ORIGINAL:
        raise ConfigError(f"ARC has no split {split!r}", hint=did_you_mean(str(split), _ORIGINAL))
    place = path or _default(subset, split)
    if place is None:
        pool = hub_rows("allenai/ai2_arc", subset, "train", revision)
        return Source(hub_rows("allenai/ai2_arc", subset, split, revision), arc_sample, pool)
    pool = _local(place, subset, "train", folder_only=True)
    return Source(_local(place, subset, split), arc_sample, pool)


def _default(subset: str, split: str) -> str | None:
    """Return the folder that has the split, else the first there is, whose error says more."""
    there = [place for name in _FOLDERS if (place := local_folder(name))]
    for place in there:
        with suppress(DataError):
            if _local(place, subset, split).files():
                return place
    return there[0] if there and there[0] == local_folder(_FOLDERS[0]) else None


def _local(place: str, subset: str, split: str, *, folder_only: bool = False) -> Files:
    def find(folder: Path) -> Sequence[Path]:
        original = f"{subset}-{_ORIGINAL[split]}.jsonl"
        names = [original, f"{subset}/{original}", f"ARC-V1-Feb2018-2/{subset}/{original}"]
        if split == "test":
            named = f"{subset.lower().replace('-', '_')}.jsonl"
            names += [named, f"llm_foundry_format/{named}"]
        found = find_named(folder, names)
        if found:
            return found
        for inner in (folder / subset, folder):
            if inner.name == subset and inner.is_dir():
                return find_split(inner, split)
        raise no_split(folder, split, names[:1])

    return Files(place, split, find=find, folder_only=folder_only)


def arc_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row in any of the three forms."""
    if "query" in row:
        texts, _ = option_texts(row["choices"], "choices")
        place = row["gold"]
        question, name = row["query"].removeprefix("Question: "), ""
    else:
        asked = row["question"]
        question = asked["stem"] if isinstance(asked, dict) else asked
        options = asked["choices"] if isinstance(asked, dict) else row["choices"]
        texts, labels = option_texts(options, "choices")
        if row["answerKey"] not in labels:
            raise DataError(
                f"answerKey is {row['answerKey']!r}, expected one of {', '.join(labels)}",
                hint="mend the row; the files with hidden answers cannot be scored",
            )
        place, name = labels.index(row["answerKey"]), row["id"]
    return Sample(
        id=name,
        fields={"question": question},
        targets=(texts[place],),
        choices=texts,
        right=(place,),
    )
