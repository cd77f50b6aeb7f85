"""DS-1000: data science questions of Stack Overflow, for seven libraries.

Lai et al. 2022, "DS-1000: A Natural and Reliable Benchmark for Data Science Code Generation",
arXiv:2211.11501.  Licence CC BY-SA 4.0.  Hub: ``xlangai/DS-1000``; original:
``ds1000.jsonl.gz``.  1,000 questions.

    prompt, reference_code, metadata {"library", "perturbation_type", "problem_id", …},
    code_context    defines test_execution(solution) and, for some, test_string(solution)
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from compass.data.folders import Files, find_named, find_split, local_folder
from compass.data.hub import hub_rows, is_local
from compass.data.source import Source
from compass.records import Sample


def ds1000(path: str | None = None, revision: str | None = None) -> Source:
    """Return DS-1000.

    Args:
        path: A file such as ``ds1000.jsonl.gz``, or a folder; default:
            ``$COMPASS_DATA/ds1000`` if it is there, else the hub.
        revision: Revision on the hub.
    """
    place = path or local_folder("ds1000") or "xlangai/DS-1000"
    if not is_local(place):
        return Source(hub_rows(place, None, "test", revision), ds1000_sample)

    def find(folder: Path) -> Sequence[Path]:
        return find_named(folder, ["ds1000.jsonl"]) or find_split(folder, "test")

    return Source(Files(place, "test", find=find), ds1000_sample)


def ds1000_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row; variations of one question share a cluster."""
    about, context = row["metadata"], row["code_context"]
    tests = "test_execution(code)\n"
    if "test_string(" in context:
        tests += "test_string(code)\n"
    return Sample(
        id=str(about["problem_id"]),
        fields={"prompt": row["prompt"], "library": about["library"]},
        targets=(row["reference_code"],),
        cluster=str(about.get("perturbation_origin_id", about["problem_id"])),
        metadata={"task": {"kind": "inserted", "context": context, "tests": tests}},
    )
