"""PIQA, Social IQa, OpenBookQA and CommonsenseQA: multiple choices about everyday life.

    PIQA            Bisk et al. 2020, arXiv:1911.11641.  Licence AFL-3.0.
                    Hub: baber/piqa {goal, sol1, sol2, label 0-1}; 1,838 in validation
    Social IQa      Sap et al. 2019, arXiv:1904.09728.  Licence not stated (CC BY 4.0 on the
                    hub).  Hub: lighteval/siqa {context, question, answerA-C, label 1-3};
                    1,954 in validation
    OpenBookQA      Mihaylov et al. 2018, arXiv:1809.02789.  Licence Apache-2.0.
                    Hub: allenai/openbookqa main {id, question_stem, choices {text, label},
                    answerKey}; original: test.tsv, or test.jsonl with {question {stem,
                    choices}}; 500 in the test
    CommonsenseQA   Talmor et al. 2019, arXiv:1811.00937.  Licence MIT.
                    Hub: tau/commonsense_qa {id, question, question_concept, choices {label,
                    text}, answerKey}; original: dev_rand_split.jsonl; 1,221 in validation

The answers of the tests of PIQA, Social IQa and CommonsenseQA are not public.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

from compass.data.columns import option_texts
from compass.data.home import Home, one_of, placed
from compass.data.source import Source
from compass.errors import DataError
from compass.records import Sample

_PIQA = Home(folders=("piqa", "hf_arrow/piqa"), hub="baber/piqa", inner=("plain_text",))
_SIQA = Home(
    folders=("siqa", "social_i_qa", "hf_arrow/social_i_qa"),
    hub="lighteval/siqa",
    inner=("none", "default"),
)
_OPENBOOKQA = Home(
    folders=("openbookqa",),
    hub="allenai/openbookqa",
    name="main",
    inner=("Main",),
    files={
        "test": ("test.tsv", "Main/test.jsonl"),
        "validation": ("dev.tsv", "Main/dev.jsonl", "dev.jsonl"),
        "train": ("train.tsv", "Main/train.jsonl"),
    },
)
_COMMONSENSEQA = Home(
    folders=("commonsenseqa",),
    hub="tau/commonsense_qa",
    files={
        "validation": ("dev_rand_split.jsonl",),
        "train": ("train_rand_split.jsonl",),
    },
)
_OPTION = re.compile(r"\(([A-Z])\) ")


def piqa(
    split: Literal["validation", "train"] = "validation",
    path: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return PIQA, with the training questions as the few-shot pool.

    Args:
        split: Which part.
        path: A file, or a copy of the hub's folder; default: ``$COMPASS_DATA/piqa`` if it
            is there, else the hub.
        revision: Revision on the hub.
    """
    one_of(split, ("validation", "train"), "PIQA")
    return _PIQA.source(piqa_sample, split, "train", path, revision)


def siqa(
    split: Literal["validation", "train"] = "validation",
    path: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return Social IQa, with the training questions as the few-shot pool.

    Args:
        split: Which part.
        path: A file, or a copy of the hub's folder; default: ``$COMPASS_DATA/siqa`` if it
            is there, else the hub.
        revision: Revision on the hub.
    """
    one_of(split, ("validation", "train"), "Social IQa")
    return _SIQA.source(siqa_sample, split, "train", path, revision)


def openbookqa(
    split: Literal["test", "validation", "train"] = "test",
    path: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return OpenBookQA, with the training questions as the few-shot pool.

    Args:
        split: Which part.
        path: A file, a folder of the original files, or a copy of the hub's folder;
            default: ``$COMPASS_DATA/openbookqa`` if it is there, else the hub.
        revision: Revision on the hub.
    """
    one_of(split, ("test", "validation", "train"), "OpenBookQA")
    return _OPENBOOKQA.source(openbookqa_sample, split, "train", path, revision)


def commonsenseqa(
    split: Literal["validation", "train"] = "validation",
    path: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return CommonsenseQA, with the training questions as the few-shot pool.

    Args:
        split: Which part.
        path: A file, a folder of the original files, or a copy of the hub's folder;
            default: ``$COMPASS_DATA/commonsenseqa`` if it is there, else the hub.
        revision: Revision on the hub.
    """
    one_of(split, ("validation", "train"), "CommonsenseQA")
    return _COMMONSENSEQA.source(commonsenseqa_sample, split, "train", path, revision)


def piqa_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row of PIQA."""
    choices = (row["sol1"], row["sol2"])
    return _chosen({"question": row["goal"]}, choices, placed(row["label"], ("0", "1")))


def siqa_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row of Social IQa; its labels count from 1."""
    choices = (row["answerA"], row["answerB"], row["answerC"])
    place = placed(str(row["label"]), {"1": 0, "2": 1, "3": 2})
    return _chosen({"context": row["context"], "question": row["question"]}, choices, place)


def openbookqa_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row of OpenBookQA in any of the three forms."""
    if "Question Stem" in row:
        parts = _OPTION.split(row["Choices"])
        labels, texts = tuple(parts[1::2]), tuple(text.strip() for text in parts[2::2])
        question, key, name = row["Question Stem"], row["Answer Key"], row["ID"]
    else:
        asked = row.get("question")
        inside = isinstance(asked, dict)
        question = asked["stem"] if inside else row["question_stem"]  # type: ignore[index]
        options = asked["choices"] if inside else row["choices"]  # type: ignore[index]
        texts, labels = option_texts(options, "choices")
        key, name = row["answerKey"], row["id"]
    place = _keyed(key.strip(), labels)
    fields = {"question": question}
    if row.get("fact1"):
        fields["fact"] = row["fact1"]
    return _chosen(fields, texts, place, name)


def commonsenseqa_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row of CommonsenseQA in either form."""
    asked = row["question"]
    inner = asked if isinstance(asked, dict) else row
    texts, labels = option_texts(inner["choices"], "choices")
    fields = {
        "question": (asked["stem"] if isinstance(asked, dict) else asked).strip(),
        "concept": inner["question_concept"],
    }
    return _chosen(fields, texts, _keyed(row["answerKey"], labels), row["id"])


def _keyed(key: str, labels: Sequence[str]) -> int:
    if key not in labels:
        raise DataError(
            f"the answer is {key!r}, expected one of {', '.join(labels)}",
            hint="mend the row; splits with hidden answers cannot be scored",
        )
    return labels.index(key)


def _chosen(fields: dict[str, Any], choices: tuple[str, ...], place: int, name: str = "") -> Sample:
    return Sample(
        id=name, fields=fields, targets=(choices[place],), choices=choices, right=(place,)
    )
