"""XSum: one sentence that sums up a news article.

Narayan et al. 2018, "Don't Give Me the Details, Just the Summary!", arXiv:1808.08745.
Licence not stated (articles of the BBC).  Hub: ``EdinburghNLP/xsum``; 11,334 articles in
the test.

    hub          {"id", "document", "summary"}
    OpenCompass  {"dialogue", "summary"}
"""

from __future__ import annotations

from typing import Any, Literal

from compass.data.folders import local_folder
from compass.data.hub import hub_rows
from compass.data.source import Source
from compass.errors import ConfigError, DataError, did_you_mean
from compass.records import Sample

_SPLITS = ("test", "validation", "train")


def xsum(
    split: Literal["test", "validation", "train"] = "test",
    path: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return XSum, with the training articles as the few-shot pool.

    Args:
        split: Which part.
        path: A file, a folder of ``test.jsonl`` and the like, or a copy of the hub's
            folder; default: ``$COMPASS_DATA/xsum`` if it is there, else the hub.
        revision: Revision on the hub.
    """
    if split not in _SPLITS:
        raise ConfigError(f"XSum has no split {split!r}", hint=did_you_mean(str(split), _SPLITS))
    place = path or local_folder("xsum") or "EdinburghNLP/xsum"
    return Source(
        hub_rows(place, None, split, revision),
        xsum_sample,
        hub_rows(place, None, "train", revision, folder_only=True),
    )


def xsum_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row in either form."""
    document = row["dialogue"] if "dialogue" in row else row["document"]
    if not row["summary"]:
        raise DataError("the summary is empty", hint="fill it in, or remove the row")
    return Sample(
        id=str(row.get("id") or ""), fields={"question": document}, targets=(row["summary"],)
    )
