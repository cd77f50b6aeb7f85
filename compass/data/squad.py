"""Questions about passages: SQuAD 1.1 and 2.0, XQuAD and CMRC 2018, which share a form.

SQuAD      Rajpurkar et al. 2016, arXiv:1606.05250; 2.0: Rajpurkar et al. 2018,
           arXiv:1806.03822.  CC BY-SA 4.0.  Hub: ``rajpurkar/squad``, ``squad_v2``;
           original ``dev-v1.1.json``, ``dev-v2.0.json``: 10,570 and 11,873 questions.
XQuAD      Artetxe et al. 2020, arXiv:1910.11856.  CC BY-SA 4.0.  Hub: ``google/xquad``;
           original ``xquad.en.json``: 1,190 questions in each of twelve languages.
CMRC 2018  Cui et al. 2019, arXiv:1810.07366.  CC BY-SA 4.0.  Hub: ``hfl/cmrc2018``;
           original ``cmrc2018_dev.json``: 3,219 questions.

    original   {"data": [{"title", "paragraphs": [{"context", "qas": [{"id", "question",
               "answers": [{"text", "answer_start"}], "is_impossible"}]}]}]}
    hub        {"id", "title", "context", "question", "answers": {"text": […]}}

Questions of one passage share a cluster.  A question without answers (2.0) has no target.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

from compass.data.files import Row, read_rows
from compass.data.folders import Files, find_named, find_split, local_folder, no_split
from compass.data.hub import hub_rows, is_local
from compass.data.source import Rowset, Source
from compass.errors import ConfigError, DataError, did_you_mean
from compass.records import Sample

XQUAD_LANGUAGES = ("ar", "de", "el", "en", "es", "hi", "ro", "ru", "th", "tr", "vi", "zh")
_SPLITS = {"train": "train", "validation": "dev"}


def squad(
    version: Literal["1.1", "2.0"] = "1.1",
    split: Literal["validation", "train"] = "validation",
    path: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return SQuAD, with the training questions as the few-shot pool.

    Args:
        version: ``1.1``, or ``2.0`` with questions that the passage does not answer.
        split: Which part; the answers of the test are not public.
        path: A file, a folder of ``dev-v1.1.json`` and ``train-v1.1.json``, or a copy of
            the hub's folder; default: ``$COMPASS_DATA/squad`` if it is there, else the hub.
        revision: Revision on the hub.
    """
    if version not in ("1.1", "2.0"):
        raise ConfigError(f"SQuAD has no version {version!r}", hint="write '1.1' or '2.0'")
    _check_split("SQuAD", split)
    hub = "rajpurkar/squad" if version == "1.1" else "rajpurkar/squad_v2"
    place = path or local_folder("squad") or hub
    names = {one: [f"{stem}-v{version}.json"] for one, stem in _SPLITS.items()}
    return _source(place, None, split, names, revision, empty=version == "2.0")


def xquad(language: str = "en", path: str | None = None, revision: str | None = None) -> Source:
    """Return XQuAD in one language; it has no training questions.

    Args:
        language: ``ar de el en es hi ro ru th tr vi zh``.
        path: A file, a folder of ``xquad.en.json`` and the like, or a copy of the hub's
            folder; default: ``$COMPASS_DATA/xquad`` if it is there, else the hub.
        revision: Revision on the hub.
    """
    if language not in XQUAD_LANGUAGES:
        raise ConfigError(
            f"XQuAD has no language {language!r}", hint=did_you_mean(language, XQUAD_LANGUAGES)
        )
    place = path or local_folder("xquad") or "google/xquad"
    names = {"validation": [f"xquad.{language}.json"]}
    return _source(place, f"xquad.{language}", "validation", names, revision, pool=False)


def cmrc2018(
    split: Literal["validation", "train"] = "validation",
    path: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return CMRC 2018, with the training questions as the few-shot pool.

    Args:
        split: Which part; the answers of the test are not public.
        path: A file, a folder of ``cmrc2018_dev.json`` and ``cmrc2018_train.json``, or a
            copy of the hub's folder; default: ``$COMPASS_DATA/cmrc2018``, else the hub.
        revision: Revision on the hub.
    """
    _check_split("CMRC 2018", split)
    place = path or local_folder("cmrc2018") or "hfl/cmrc2018"
    names = {one: [f"cmrc2018_{stem}.json"] for one, stem in _SPLITS.items()}
    return _source(place, None, split, names, revision)


def _check_split(title: str, split: str) -> None:
    if split not in _SPLITS:
        hint = did_you_mean(str(split), _SPLITS)
        raise ConfigError(f"{title} has no split {split!r} with answers", hint=hint)


def _source(
    place: str,
    name: str | None,
    split: str,
    names: dict[str, list[str]],
    revision: str | None,
    *,
    empty: bool = False,
    pool: bool = True,
) -> Source:
    def rows(part: str, *, folder_only: bool = False) -> Rowset:
        if not is_local(place):
            return hub_rows(place, name, part, revision)

        def find(folder: Path) -> Sequence[Path]:
            found = find_named(folder, names[part])
            if not found and name is not None and not (folder / name).is_dir():
                raise no_split(folder, part, names[part])
            return found or find_split(folder, part, name)

        return Files(place, part, name, find=find, read=read_squad, folder_only=folder_only)

    shots = rows("train", folder_only=True) if pool else None
    return Source(rows(split), partial(squad_sample, empty=empty), shots)


def read_squad(path: Path) -> Iterator[Row]:
    """Yield a row for each question, in either form."""
    for place, columns in read_rows(path):
        if "paragraphs" not in columns:
            yield Row(place, columns)
            continue
        for number, paragraph in enumerate(columns["paragraphs"]):
            for count, asked in enumerate(paragraph["qas"]):
                yield Row(
                    f"{place}.paragraphs[{number}].qas[{count}]",
                    {
                        "title": columns.get("title", ""),
                        "context": paragraph["context"],
                        **asked,
                    },
                )


def squad_sample(row: dict[str, Any], empty: bool = False) -> Sample:
    """Return the sample of a question; ``empty`` allows for one without an answer."""
    answers = row["answers"]
    texts = answers["text"] if isinstance(answers, dict) else [one["text"] for one in answers]
    targets = tuple(dict.fromkeys(texts))
    if not targets and not empty:
        raise DataError("this question has no answer", hint="squad(version='2.0') allows for that")
    passage = row["context"]
    return Sample(
        id=str(row["id"]),
        fields={"question": row["question"], "passage": passage, "title": row.get("title") or ""},
        targets=targets,
        cluster=hashlib.sha256(passage.encode()).hexdigest()[:16],
    )
