"""BIG-Bench Hard: 27 tasks on which language models were behind people.

Suzgun et al. 2022, "Challenging BIG-Bench Tasks and Whether Chain-of-Thought Can Solve Them",
arXiv:2210.09261.  Licence MIT.  Hub: ``lukaemon/bbh`` (also ``SaylorTwift/bbh``), split
``test`` of each task; original: ``bbh/TASK.json`` and ``cot-prompts/TASK.txt`` of
github.com/suzgunmirac/BIG-Bench-Hard.  6,511 questions.

    input     a question; for 17 tasks with a list "Options:" of lines "(A) text"
    target    "(A)", "yes", "-12", a list of words …

The three worked examples and the sentence that introduces a task stand in ``cot-prompts``
alone, after a line of dashes, as "Q: …", "A: Let's think step by step." and a solution that
ends in "So the answer is ….".  The white space that begins a solution is part of it: one task
goes on in the same line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from compass.data.files import Row, read_rows
from compass.data.folders import Files, find_named, find_split, local_folder
from compass.data.hub import HubRows, is_local
from compass.data.rowsets import Missing
from compass.data.source import Source
from compass.errors import ConfigError, DataError, did_you_mean
from compass.records import LETTERS, Sample

CHOICE_TASKS = (
    "date_understanding", "disambiguation_qa", "geometric_shapes", "hyperbaton",
    "logical_deduction_five_objects", "logical_deduction_seven_objects",
    "logical_deduction_three_objects", "movie_recommendation", "penguins_in_a_table",
    "reasoning_about_colored_objects", "ruin_names", "salient_translation_error_detection",
    "snarks", "temporal_sequences", "tracking_shuffled_objects_five_objects",
    "tracking_shuffled_objects_seven_objects", "tracking_shuffled_objects_three_objects",
)  # fmt: skip
FREE_TASKS = (
    "boolean_expressions", "causal_judgement", "dyck_languages", "formal_fallacies",
    "multistep_arithmetic_two", "navigate", "object_counting", "sports_understanding",
    "web_of_lies", "word_sorting",
)  # fmt: skip

_STEPS = "A: Let's think step by step."
_CONCLUSION = "So the answer is "
_OPTION = re.compile(r"^\(([A-Z])\) ?(.*)$", re.MULTILINE)


def bbh(task: str, path: str | None = None, revision: str | None = None) -> Source:
    """Return a task of BIG-Bench Hard, with its three worked examples as the few-shot pool.

    Args:
        task: Such as ``snarks``.
        path: The folder of the authors' repository, or a copy of the hub's; default:
            ``$COMPASS_DATA/bbh`` if it is there, else the hub, which has no examples.
        revision: Revision on the hub.
    """
    tasks = (*CHOICE_TASKS, *FREE_TASKS)
    if task not in tasks:
        raise ConfigError(f"BBH has no task {task!r}", hint=did_you_mean(str(task), tasks))
    place = path or local_folder("bbh") or "lukaemon/bbh"
    mapped = _Mapped(task, Path(place).expanduser() if is_local(place) else None)
    if not is_local(place):
        return Source(HubRows(place, task, "test", revision), mapped, _no_examples(task))

    def find(folder: Path) -> list[Path]:
        original = find_named(folder, [f"bbh/{task}.json", f"{task}.json"])
        return original or find_split(folder / task if (folder / task).is_dir() else folder, "test")

    shots = Files(place, "cot-prompts", find=mapped.prompts, read=_worked, folder_only=True)
    return Source(Files(place, "test", find=find), mapped, shots)


def _no_examples(task: str) -> Missing:
    return Missing(
        "the hub has no worked examples for BBH",
        where=task,
        hint="name a copy of github.com/suzgunmirac/BIG-Bench-Hard by path=, "
        "or set COMPASS_DATA to the folder that holds it as bbh",
    )


class _Mapped:
    """Makes samples of the rows of a task; knows the sentence that introduces it."""

    def __init__(self, task: str, folder: Path | None) -> None:
        self._task = task
        self._folder = folder
        self._described: str | None = None

    def __call__(self, row: dict[str, Any]) -> Sample:
        question, target = row["input"], row["target"]
        found = _OPTION.findall(question) if self._task in CHOICE_TASKS else []
        choices = tuple(text.strip() for _, text in found)
        if [letter for letter, _ in found] != list(LETTERS[: len(found)]):
            raise DataError("the options are not lettered from A on", hint="mend the question")
        right = _right(target, choices)
        return Sample(
            id="",
            fields={"question": question, "description": self._description()},
            targets=(target,),
            # Three rows have options that were cut at their commas, and none of them is right.
            choices=choices if right else (),
            right=right,
            metadata={
                "solution": row.get("solution", ""),
                "target": target,
                "subject": self._task,
                "by_letter": self._task in CHOICE_TASKS,
            },
        )

    def prompts(self, folder: Path) -> list[Path]:
        """Return the file of worked examples."""
        found = find_named(folder, [f"cot-prompts/{self._task}.txt"])
        if not found:
            raise DataError(
                f"no worked examples: cot-prompts/{self._task}.txt is not in this folder",
                where=str(folder),
                hint="copy the folder cot-prompts of github.com/suzgunmirac/BIG-Bench-Hard",
            )
        return found

    def _description(self) -> str:
        if self._described is None:
            folder = self._folder
            path = folder / "cot-prompts" / f"{self._task}.txt" if folder else None
            self._described = _examples(path)[0] if path and path.is_file() else ""
        return self._described


def _right(target: str, choices: tuple[str, ...]) -> tuple[int, ...]:
    """Return the place of the right option; a few targets are the text of one."""
    letter = re.fullmatch(r"\(([A-Z])\)", target)
    if letter and LETTERS.index(letter[1]) < len(choices):
        return (LETTERS.index(letter[1]),)
    return tuple(place for place, text in enumerate(choices) if text == target)[:1]


def _worked(path: Path) -> Iterator[Row]:
    """Yield the worked examples of a file of ``cot-prompts``; rows of any other file."""
    if path.suffix != ".txt":
        yield from read_rows(path)
        return
    for number, row in enumerate(_examples(path)[1], 1):
        yield Row(f"{path}: example {number}", row)


@cache
def _examples(path: Path) -> tuple[str, list[dict[str, str]]]:
    """Return the introduction and the examples of a file of ``cot-prompts``."""
    text = path.read_text("utf-8").replace("\r\n", "\n")
    _, dashes, body = text.partition("\n-----\n")
    description, *parts = (body if dashes else text).split("\n\nQ: ")
    if not parts:
        raise DataError("there is no 'Q:' in this file", where=str(path), hint="is it of BBH?")
    rows = []
    for part in parts:
        question, marks, solution = part.partition(_STEPS)
        _, concluded, target = solution.rpartition(_CONCLUSION)
        if not marks or not concluded:
            raise DataError(
                f"an example without {(_CONCLUSION if marks else _STEPS)!r}",
                where=str(path),
                hint="is this a file of cot-prompts?",
            )
        rows.append(
            {
                "input": question.rstrip("\n"),
                "solution": solution.rstrip(),
                "target": target.strip().removesuffix("."),
            }
        )
    return description.strip(), rows
