"""AIME: the American Invitational Mathematics Examination, 15 problems in each of two papers.

Mathematical Association of America; answers are whole numbers from 0 to 999.  Hub, 2024:
``Maxwell-Jia/AIME_2024`` (split ``train``; ``ID``, ``Problem``, ``Answer``), 2025:
``math-ai/aime25`` (split ``test``; ``id``, ``problem``, ``answer``).  Other carriers
(``HuggingFaceH4/aime_2024``, ``opencompass/AIME2025``) have the same columns in another case,
or ``question`` for ``problem``, and are read by ``path=``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from compass.data.folders import Files, find_named, find_split, local_folder
from compass.data.hub import HubRows, is_local
from compass.data.source import Source
from compass.errors import ConfigError, DataError
from compass.records import Sample

_HUB = {2024: ("Maxwell-Jia/AIME_2024", "train"), 2025: ("math-ai/aime25", "test")}


def aime(year: int = 2024, path: str | None = None, revision: str | None = None) -> Source:
    """Return the 30 problems of a year.

    Args:
        year: 2024 or 2025.
        path: A file, or a folder with ``aime2024.jsonl`` or a copy of the hub's; default:
            ``$COMPASS_DATA/aime`` if it is there, else the hub.
        revision: Revision on the hub.
    """
    if year not in _HUB:
        raise ConfigError(f"AIME of {year!r} is not known", hint="2024 or 2025")
    name, split = _HUB[year]
    place = path or local_folder("aime") or name
    if not is_local(place):
        return Source(HubRows(place, None, split, revision), aime_sample)

    def find(folder: Path) -> list[Path]:
        named = find_named(folder, [f"aime{year}.jsonl", f"aime_{year}_problems.parquet"])
        return named or find_split(folder, split)

    return Source(Files(place, split, find=find), aime_sample)


def aime_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row; names of columns are taken in any case."""
    low = {name.lower(): value for name, value in row.items()}
    problem = low.get("problem", low.get("question"))
    if problem is None:
        raise KeyError("problem")
    answer = str(low["answer"]).strip()
    if not re.fullmatch(r"\d{1,3}", answer):
        raise DataError(f"the answer is {answer!r}, not 0 to 999", hint="is this a file of AIME?")
    return Sample(
        id=str(low.get("id", "")),
        fields={"question": problem},
        targets=(str(int(answer)),),
        metadata={"solution": low.get("solution") or ""},
    )
