"""L-Eval: 20 tasks on long documents, with exams and open questions.

An et al. 2024, "L-Eval: Instituting Standardized Evaluation for Long Context Language
Models", arXiv:2307.11088.  Licence GPL-3.0 (github.com/OpenLMLab/LEval; documents keep
that of their source).  Hub: ``L4NLP/LEval``; original:
``LEval-data/Closed-ended-tasks/NAME.jsonl`` and ``Open-ended-tasks/NAME.jsonl``.

    {"input": document, "instructions": […], "outputs": […], "source": …,
     "evaluation": "exam" | "f1" | "rouge" | "LLM" | "human"}

A row is a document with many questions: they share a cluster.  Rows that are meant for a
judge (``LLM``, ``human``) are left out, as the authors' script does, unless asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from compass.data.files import Row
from compass.data.folders import Files, find_named, local_folder
from compass.data.hub import HubRows, is_local
from compass.data.source import Rowset, Source
from compass.errors import ConfigError, DataError, did_you_mean
from compass.records import LETTERS, Sample

CLOSED = ("coursera", "quality", "topic_retrieval_longchat", "tpo", "gsm100", "codeU", "sci_fi")
OPEN = (
    "financial_qa", "gov_report_summ", "legal_contract_qa", "meeting_summ", "multidoc_qa",
    "narrative_qa", "natural_question", "news_summ", "paper_assistant", "patent_summ",
    "review_summ", "scientific_qa", "tv_show_summ",
)  # fmt: skip
_WITH_OPTIONS = ("coursera", "quality", "tpo")
_FOLDERS = ("", "Closed-ended-tasks", "Open-ended-tasks")
_OPTION = re.compile(r"^\s*\(?([A-Z])(?:[.)]|(?=\s))\s*(.*?)\s*$", re.MULTILINE)
_FACT = re.compile(r"^\s*(true|false)\s*\[fact:\s*(true|false)\s*\]", re.IGNORECASE)
_DOCUMENT = "based on the world described in the document."
_WORLD = "based on the real-world knowledge and facts up until your last training"


def leval(
    task: str, judged: bool = False, path: str | None = None, revision: str | None = None
) -> Source:
    """Return a task of L-Eval, a sample for each question.

    ``sci_fi`` gives two: what the document says, asked with it, and what the world
    knows, asked without.

    Args:
        task: Such as ``coursera``.
        judged: Take the rows that are meant for a judge too.
        path: The file of the task, a folder that holds it (also inside the folders of
            the repository), or a name on the hub; default: ``$COMPASS_DATA/leval`` if it
            is there, else the hub.
        revision: Revision on the hub.
    """
    if task not in CLOSED + OPEN:
        raise ConfigError(
            f"L-Eval has no task {task!r}", hint=did_you_mean(str(task), CLOSED + OPEN)
        )
    place = path or local_folder("leval") or "L4NLP/LEval"

    def find(folder: Path) -> Sequence[Path]:
        for inner in ("", "LEval", "LEval-data"):
            for group in _FOLDERS:
                found = find_named(folder / inner / group, [f"{task}.jsonl"])
                if found:
                    return found
        raise DataError(
            f"no {task}.jsonl in this folder",
            where=str(folder),
            hint="copy the hub's L4NLP/LEval, or LEval-data of its repository, there",
        )

    rows: Rowset = (
        Files(place, "test", find=find)
        if is_local(place)
        else HubRows(place, task, "test", revision)
    )
    return Source(_Questions(rows, task, judged), _MAPPED.get(task, _open_sample))


class _Questions:
    """A row for each question of the documents."""

    def __init__(self, documents: Rowset, task: str, judged: bool) -> None:
        self._documents = documents
        self._task = task
        self._judged = judged

    def rows(self) -> Iterator[Row]:
        """Yield the questions in their order."""
        for number, (place, columns) in enumerate(self._documents.rows()):
            missing = [n for n in ("input", "instructions", "outputs") if n not in columns]
            if missing:
                raise DataError(
                    f"this row has no {missing[0]!r}; it has {', '.join(map(repr, columns))}",
                    where=place,
                    hint="is this a file of L-Eval?",
                )
            if columns.get("evaluation") in {"LLM", "human"} and not self._judged:
                continue
            asked, answers = columns["instructions"], columns["outputs"]
            if len(asked) != len(answers):
                raise DataError(
                    f"{len(asked)} instructions but {len(answers)} outputs", where=place
                )
            for question, answer in zip(asked, answers, strict=True):
                row = {
                    "document": columns["input"],
                    "question": question,
                    "answer": answer,
                    "cluster": f"{self._task}-{number}",
                }
                yield Row(place, row)
                if self._task == "sci_fi":
                    yield Row(place, {**row, "world": True})

    def digest(self) -> str:
        """Return the hash of the documents."""
        return self._documents.digest()

    def describe(self) -> dict[str, Any]:
        """Return where the documents come from."""
        return {**self._documents.describe(), "task": self._task, "judged": self._judged}


def _open_sample(row: dict[str, Any]) -> Sample:
    answer = str(row["answer"])
    return Sample(
        id="",
        # The authors tell the model how long the right answer is.
        fields={
            "document": row["document"],
            "question": row["question"],
            "words": len(answer.split()),
        },
        targets=(answer,),
        cluster=row["cluster"],
    )


def _option_sample(row: dict[str, Any]) -> Sample:
    """Return an exam question; the options stand in the question, and are found there."""
    head = str(row["answer"]).split()
    named = [c for c in re.sub(r"[^A-Z]", "", head[0] if head else "") if c in LETTERS]
    if not named:
        raise DataError(
            f"the answer {str(row['answer'])[:40]!r} begins with no letter",
            hint="is this a file of L-Eval's exams?",
        )
    choices = _options(str(row["question"]), max(LETTERS.index(c) for c in named) + 1)
    right = tuple(sorted({LETTERS.index(c) for c in named}))
    return Sample(
        id="",
        fields={"document": row["document"], "question": row["question"]},
        targets=("".join(LETTERS[place] for place in right),),
        choices=choices,
        right=right,
        cluster=row["cluster"],
    )


def _options(question: str, least: int) -> tuple[str, ...]:
    """Return the texts of the options; without them, texts that no answer can contain."""
    found: list[str] = []
    for match in _OPTION.finditer(question):
        if match[1] == LETTERS[len(found)] and match[2]:
            found.append(match[2])
    if len(found) >= max(least, 2):
        return tuple(found)
    return tuple(f"[option {letter}]" for letter in LETTERS[: max(least, 4)])


def _fact_sample(row: dict[str, Any]) -> Sample:
    match = _FACT.match(str(row["answer"]))
    if match is None:
        raise DataError(
            f"the answer {str(row['answer'])[:40]!r} is not 'True [fact: False]'",
            hint="is this a file of L-Eval's sci_fi?",
        )
    world = bool(row.get("world"))
    question = str(row["question"])
    right = 0 if match[2 if world else 1].lower() == "true" else 1
    return Sample(
        id="",
        fields={
            "document": "" if world else row["document"],
            "question": question.replace(_DOCUMENT, _WORLD) if world else question,
        },
        targets=(("True", "False")[right],),
        choices=("True", "False"),
        right=(right,),
        cluster=row["cluster"],
    )


_MAPPED: dict[str, Callable[[dict[str, Any]], Sample]] = {
    **dict.fromkeys(_WITH_OPTIONS, _option_sample),
    "sci_fi": _fact_sample,
}
