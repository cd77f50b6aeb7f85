"""IFEval: prompts with instructions whose following a program can check.

Zhou et al. 2023, "Instruction-Following Evaluation for Large Language Models",
arXiv:2311.07911.  Licence: code Apache-2.0, data CC BY 4.0.  Hub: ``google/IFEval``
(one split, called ``train``); original: ``input_data.jsonl`` of
google-research/instruction_following_eval.  541 prompts, 834 instructions.

    key                    number of the prompt
    prompt                 what is asked
    instruction_id_list    names such as "punctuation:no_comma"
    kwargs                 arguments of each, in the same order; the hub's form has a place
                           for every argument of any instruction, None where it is not one's own
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from compass.data.folders import Files, find_named, find_split, local_folder
from compass.data.hub import hub_rows
from compass.data.source import Rowset, Source
from compass.errors import DataError
from compass.records import Sample

_NAMES = ("input_data.jsonl", "prompt_instructions.jsonl", "ifeval_input_data.jsonl")


def ifeval(path: str | None = None, revision: str | None = None) -> Source:
    """Return IFEval.

    Args:
        path: A file, a folder of the original file, or a copy of the hub's folder;
            default: ``$COMPASS_DATA/ifeval`` if it is there, else the hub.
        revision: Revision on the hub.
    """
    place = path or local_folder("ifeval")
    if place is None:
        return Source(hub_rows("google/IFEval", None, "train", revision), ifeval_sample)
    rows: Rowset = Files(place, "train", find=_find)
    return Source(rows, ifeval_sample)


def _find(folder: Path) -> Sequence[Path]:
    return find_named(folder, _NAMES) or find_split(folder, "train")


def ifeval_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row; arguments that are None are left out."""
    names, given = row["instruction_id_list"], row["kwargs"]
    if not isinstance(names, list) or not isinstance(given, list) or len(names) != len(given):
        raise DataError(
            "instruction_id_list and kwargs are not two lists of one length",
            hint="is this a file of IFEval?",
        )
    kwargs = [{k: v for k, v in (one or {}).items() if v is not None} for one in given]
    return Sample(
        id=str(row["key"]),
        fields={"prompt": row["prompt"]},
        metadata={"instruction_id_list": names, "kwargs": kwargs},
    )
