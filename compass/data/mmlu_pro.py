"""MMLU-Pro: harder questions of 14 fields, with up to ten options.

Wang et al. 2024, "MMLU-Pro: A More Robust and Challenging Multi-Task Language
Understanding Benchmark", arXiv:2406.01574.  Licence MIT.  Hub: ``TIGER-Lab/MMLU-Pro``.
12,032 questions in ``test``; five with a chain of thought for each field in
``validation``, the few-shot pool.

    hub    {"question_id", "question", "options": […], "answer": "C", "answer_index": 2,
            "cot_content", "category", "src"}

Options ``N/A`` fill up to ten in some copies and are left out, as the authors do.
"""

from __future__ import annotations

from typing import Any, Literal

from compass.data.folders import local_folder
from compass.data.hub import hub_rows
from compass.data.rowsets import Where
from compass.data.source import Source
from compass.errors import ConfigError, DataError, did_you_mean
from compass.records import LETTERS, Sample

CATEGORIES = (
    "biology", "business", "chemistry", "computer science", "economics", "engineering", "health",
    "history", "law", "math", "other", "philosophy", "physics", "psychology",
)  # fmt: skip
_STEPS = "A: Let's think step by step."


def mmlu_pro(
    category: str,
    split: Literal["test", "validation"] = "test",
    path: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return one field of MMLU-Pro, with its five worked questions as the few-shot pool.

    Args:
        category: Such as ``computer science``.
        split: Which part of it.
        path: A copy of the hub's folder, or a folder of ``test.jsonl`` and
            ``validation.jsonl``; default: ``$COMPASS_DATA/mmlu_pro`` if it is there, else
            the hub.
        revision: Revision on the hub.
    """
    if category not in CATEGORIES:
        raise ConfigError(
            f"MMLU-Pro has no category {category!r}", hint=did_you_mean(str(category), CATEGORIES)
        )
    if split not in ("test", "validation"):
        raise ConfigError(
            f"MMLU-Pro has no split {split!r}", hint="split is 'test' or 'validation'"
        )
    place = path or local_folder("mmlu_pro") or "TIGER-Lab/MMLU-Pro"
    wanted = {"category": category}
    pool = hub_rows(place, None, "validation", revision, folder_only=True)
    return Source(
        Where(hub_rows(place, None, split, revision), wanted), mmlu_pro_sample, Where(pool, wanted)
    )


def mmlu_pro_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row; ``solution`` is for shots only."""
    texts = tuple(str(text) for text in row["options"] if text != "N/A")
    letter = str(row["answer"]).strip()
    place = LETTERS.find(letter) if len(letter) == 1 else -1
    if not 0 <= place < len(texts) or place != int(row["answer_index"]):
        raise DataError(
            f"the answer is {letter!r} and number {row['answer_index']!r} of {len(texts)} options",
            hint="mend the row",
        )
    solution = str(row.get("cot_content") or "").strip().removeprefix(_STEPS).strip()
    return Sample(
        id=str(row["question_id"]),
        fields={"question": str(row["question"]).strip(), "category": row["category"]},
        targets=(texts[place],),
        choices=texts,
        right=(place,),
        metadata={"solution": solution} if solution else {},
    )
