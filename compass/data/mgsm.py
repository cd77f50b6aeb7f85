"""MGSM: 250 problems of GSM8K, translated by people into ten languages.

Shi et al. 2022, "Language Models are Multilingual Chain-of-Thought Reasoners",
arXiv:2210.03057.  Licence CC BY-SA 4.0 on the hub, CC BY 4.0 with the original.  Hub:
``juletxara/mgsm``, a configuration for each language, whose split ``train`` holds eight worked
examples; original: ``mgsm_zh.tsv`` and so on of github.com/google-research/url-nlp, lines of
question and answer without a header, where the examples are program code and are not read.

    question, answer    of the examples, each begins with its label: "Question: …"
    answer_number       the number
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from compass.data.files import Row, read_rows, text_lines
from compass.data.folders import Files, find_named, find_split, local_folder
from compass.data.hub import HubRows, is_local
from compass.data.source import Rowset, Source
from compass.errors import ConfigError, DataError, did_you_mean
from compass.records import Sample


class Language(NamedTuple):
    """What marks a question and its solution in the examples of the authors."""

    name: str
    question: str
    steps: str


# The labels of the authors' exemplars, spelt as there.
LANGUAGES = {
    "bn": Language("Bengali", "প্রশ্ন:", "ধাপে ধাপে উত্তর:"),
    "de": Language("German", "Frage:", "Schritt-für-Schritt-Antwort:"),
    "en": Language("English", "Question:", "Step-by-Step Answer:"),
    "es": Language("Spanish", "Pregunta:", "Respuesta paso a paso:"),
    "fr": Language("French", "Question :", "Réponse étape par étape :"),
    "ja": Language("Japanese", "問題：", "ステップごとの答え:"),
    "ru": Language("Russian", "Задача:", "Пошаговоерешение:"),
    "sw": Language("Swahili", "Swali:", "Jibu la Hatua kwa Hatua:"),
    "te": Language("Telugu", "ప్రశ్న:", "దశలవారీగా సమాధానం:"),
    "th": Language("Thai", "โจทย์:", "คำตอบทีละขั้นตอน:"),
    "zh": Language("Chinese", "问题：", "逐步解答:"),
}


def mgsm(language: str = "en", path: str | None = None, revision: str | None = None) -> Source:
    """Return MGSM in one language, with the worked examples as the few-shot pool.

    Args:
        language: Two letters, such as ``zh``.
        path: A file, the folder of the original files, or a copy of the hub's; default:
            ``$COMPASS_DATA/mgsm`` if it is there, else the hub.  The pool of a local folder
            is ``mgsm_zh_train.tsv`` or the split ``train`` of the hub's form.
        revision: Revision on the hub; by default its parquet form.
    """
    if language not in LANGUAGES:
        hint = did_you_mean(str(language), LANGUAGES)
        raise ConfigError(f"MGSM has no language {language!r}", hint=hint)
    place = path or local_folder("mgsm") or "juletxara/mgsm"

    def mapped(row: dict[str, Any]) -> Sample:
        return mgsm_sample(row, LANGUAGES[language])

    def rows(split: str, *, pool: bool = False) -> Rowset:
        if not is_local(place):
            return HubRows(place, language, split, revision or "refs/convert/parquet")

        def find(folder: Path) -> list[Path]:
            ending = "" if split == "test" else f"_{split}"
            found = find_named(folder, [f"mgsm_{language}{ending}.tsv"])
            inner = folder / language
            return found or find_split(inner if inner.is_dir() else folder, split)

        return Files(place, split, find=find, read=_lines, folder_only=pool)

    return Source(rows("test"), mapped, rows("train", pool=True))


def mgsm_sample(row: dict[str, Any], language: Language) -> Sample:
    """Return the sample of a row; labels that begin question and solution are left out."""
    target = str(row["answer_number"]).replace(",", "")
    if not re.fullmatch(r"-?\d+(\.\d+)?", target):
        raise DataError(f"the answer is {target!r}, not a number", hint="is this a file of MGSM?")
    return Sample(
        id="",
        fields={
            "question": row["question"].removeprefix(language.question).strip(),
            "language": language.name,
            "label": language.question,
            "steps": language.steps,
        },
        targets=(target,),
        metadata={"solution": (row.get("answer") or "").removeprefix(language.steps).strip()},
    )


def _lines(path: Path) -> Iterator[Row]:
    """Yield the rows of a TSV without header, in which quotes mean nothing."""
    if ".tsv" not in path.suffixes:
        yield from read_rows(path)
        return
    for number, line in text_lines(path):
        if line.isspace():
            continue
        place = f"{path}:{number}"
        question, tab, rest = line.rstrip("\r\n").partition("\t")
        if not tab:
            raise DataError("no tab in this line", where=place, hint="question, tab, answer")
        columns = rest.split("\t")
        answer = columns[0] if len(columns) > 1 else None
        yield Row(
            place, {"question": question, "answer": answer, "answer_number": columns[-1].strip()}
        )
