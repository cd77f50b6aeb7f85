"""SVAMP, MAWPS and CMATH: word problems whose answer is one number.

SVAMP: Patel et al. 2021, "Are NLP Models really able to Solve Simple Math Word Problems?",
arXiv:2103.07191.  Licence MIT.  Hub: ``ChilleD/SVAMP``, whose 700 and 300 rows of ``train``
and ``test`` are together the 1,000 problems of the original, ``SVAMP.json``.

    Body, Question, Answer      the question asks about the body

MAWPS: Koncel-Kedziorski et al. 2016, "MAWPS: A Math Word Problem Repository", NAACL.  Licence
MIT.  Local: ``mawps/test.jsonl``, ``input`` and ``target`` and ``type`` (AddSub 395, MultiArith
600, SingleEq 508, SingleOp 562); hub: ``mwpt5/MAWPS``, where numbers are taken out of the text.

    Question "Ann has N_00 cups …"   Numbers "8.0 2.0"   Answer 6.0

CMATH: Wei et al. 2023, "CMATH: Can Your Language Model Pass Chinese Elementary School Math
Test?", arXiv:2306.16636.  Licence CC BY 4.0.  Hub: ``weitianwen/cmath``; 1,098 questions of
six school years in the test.

    question, golden, grade, reasoning_step, num_digits
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from compass.data.folders import Files, find_named, find_split, local_folder
from compass.data.hub import HubRows, hub_rows, is_local
from compass.data.rowsets import Joined, Where
from compass.data.source import Rowset, Source
from compass.errors import ConfigError, DataError, did_you_mean
from compass.records import Sample

MAWPS_SETS = ("addsub", "multiarith", "singleeq", "singleop")


def svamp(path: str | None = None, revision: str | None = None) -> Source:
    """Return all of SVAMP.

    Args:
        path: A file, or a folder; default: ``$COMPASS_DATA/math_word_problems/svamp`` if it
            is there, else the hub.
        revision: Revision on the hub.
    """
    place = path or local_folder("math_word_problems/svamp") or "ChilleD/SVAMP"
    if not is_local(place):
        parts = [HubRows(place, None, split, revision) for split in ("train", "test")]
        return Source(Joined(parts), svamp_sample)

    def find(folder: Path) -> list[Path]:
        whole = find_named(folder, ["SVAMP.json"])
        if whole:
            return whole
        try:
            first = find_split(folder, "train")
        except DataError:
            first = []
        return [*first, *find_split(folder, "test")]

    return Source(Files(place, "test", find=find), svamp_sample)


def svamp_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row of SVAMP."""
    body = row["Body"].strip()
    joint = " " if body.endswith((".", "!", "?", ",")) else ". "
    return Sample(
        id=str(row.get("ID") or ""),
        fields={"question": body + joint + row["Question"].strip()},
        targets=(number_text(row["Answer"]),),
        metadata={"subject": row.get("Type", ""), "equation": row.get("Equation", "")},
    )


def mawps(
    subset: str | None = None, path: str | None = None, revision: str | None = None
) -> Source:
    """Return MAWPS.

    Args:
        subset: ``addsub``, ``multiarith``, ``singleeq`` or ``singleop`` (local files only);
            None for all.
        path: A file, or a folder with ``test.jsonl``; default:
            ``$COMPASS_DATA/math_word_problems/mawps`` if it is there, else the hub.
        revision: Revision on the hub.
    """
    if subset is not None and subset not in MAWPS_SETS:
        hint = did_you_mean(str(subset), MAWPS_SETS)
        raise ConfigError(f"MAWPS has no set {subset!r}", hint=hint)
    place = path or local_folder("math_word_problems/mawps") or "mwpt5/MAWPS"
    rows: Rowset
    if is_local(place):
        rows = Files(place, "test")
    else:
        rows = HubRows(place, None, "train", revision)
    return Source(rows if subset is None else Where(rows, {"type": subset}), mawps_sample)


def mawps_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row of MAWPS in either form."""
    if "input" in row:
        question, answer = row["input"], row["target"]
    else:
        numbers = str(row["Numbers"]).split()
        question, answer = row["Question"], row["Answer"]
        for place in sorted(set(re.findall(r"N_(\d+)", question))):
            if int(place) >= len(numbers):
                raise DataError(f"N_{place} of {len(numbers)} numbers", hint="mend the row")
            question = question.replace(f"N_{place}", number_text(numbers[int(place)]))
    return Sample(
        id="",
        fields={"question": question.strip()},
        targets=(number_text(answer),),
        metadata={"subject": row.get("type", "")},
    )


def cmath(split: str = "test", path: str | None = None, revision: str | None = None) -> Source:
    """Return CMATH, with its validation questions as the few-shot pool.

    Args:
        split: ``test`` or ``validation``.
        path: A file or a folder; default: ``$COMPASS_DATA/cmath`` if it is there, else the hub.
        revision: Revision on the hub.
    """
    place = path or local_folder("cmath") or "weitianwen/cmath"
    return Source(
        hub_rows(place, None, split, revision),
        cmath_sample,
        hub_rows(place, None, "validation", revision, folder_only=True),
    )


def cmath_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row of CMATH."""
    return Sample(
        id="",
        fields={"question": row["question"]},
        targets=(str(row["golden"]),),
        metadata={
            "grade": row["grade"],
            "steps": row.get("reasoning_step"),
            "digits": row.get("num_digits"),
        },
    )


def number_text(value: Any) -> str:
    """Return a number as people write it.

    Examples:
        >>> number_text(145.0), number_text("0.25"), number_text(1e20)
        ('145', '0.25', '100000000000000000000')
    """
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise DataError(f"the answer is {value!r}, not a number", hint="mend the row") from None
    return f"{number:.0f}" if number.is_integer() else str(value).strip()
