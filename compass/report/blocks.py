"""Blocks of a transcript: scripts small enough to load while somebody waits.

Prompts of neighbouring questions mostly begin alike (few-shot examples, instructions); a
block holds that beginning once for each model, and every prompt without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from compass.records import Prediction, Verdict
from compass.report.page import script_text

BLOCK_CHARACTERS = 300_000
BLOCK_QUESTIONS = 400
LIST_QUESTIONS = 500
PREVIEW = 160
"""Characters of a question that the list shows."""

_BRIEF = 60
_LEAST_HEAD = 40
"""A beginning shorter than this is no few-shot part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer of a model; without a verdict of its own if it was judged with others."""

    model: int
    """Place among the models of the transcript."""

    state: str
    verdict: Verdict | None
    prediction: Prediction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A question: everything that was said to one sample."""

    id: str
    cluster: str | None
    answered: Sequence[Answered]


class Blocks:
    """Writes the scripts of a transcript as questions come in.

    Args:
        folder: An empty folder.
        models: Number of models.
    """

    def __init__(self, folder: Path, models: int) -> None:
        self.count = 0
        self.rows: list[int] = []
        """Number of the first question in each ``rows-N.js``."""

        self.lists: list[int] = []
        self._folder = folder
        self._models = models
        self._entries: list[Entry] = []
        self._heads: list[str | None] = [None] * models
        self._characters = 0
        self._brief: list[list[Any]] = []

    def add(self, entry: Entry) -> None:
        """Take in a question."""
        for one in entry.answered:
            if one.prediction is not None:
                self._characters += len(one.prediction.output or one.prediction.error or "") + 200
                self._characters += self._prompt_size(one.model, one.prediction.prompt)
        self._entries.append(entry)
        self.count += 1
        full = self._characters >= BLOCK_CHARACTERS or len(self._entries) >= BLOCK_QUESTIONS
        # A block of one question would take its whole prompt for a common beginning.
        if full and len(self._entries) > 1:
            self._write_rows()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._write_rows()
            self._write_list()

    def _prompt_size(self, model: int, prompt: str) -> int:
        head = self._heads[model]
        if head is None:
            self._heads[model] = prompt
            return len(prompt)
        if not prompt.startswith(head):
            self._heads[model] = head = shared(head, prompt)
        return len(prompt) - len(head)

    def _write_rows(self) -> None:
        if not self._entries:
            return
        heads = [_few_shot(head or "", len(self._entries)) for head in self._heads]
        rows = [_row(entry, heads) for entry in self._entries]
        self._brief += [_brief(entry, heads, self._models) for entry in self._entries]
        self._write(f"rows-{len(self.rows)}", {"heads": heads, "rows": rows})
        self.rows.append(self.count - len(self._entries))
        self._entries = []
        self._heads = [None] * self._models
        self._characters = 0
        if len(self._brief) >= LIST_QUESTIONS:
            self._write_list()

    def _write_list(self) -> None:
        if self._brief:
            self._write(f"list-{len(self.lists)}", self._brief)
            self.lists.append(self.count - len(self._entries) - len(self._brief))
            self._brief = []

    def _write(self, name: str, value: Any) -> None:
        text = f'compass.load("{name}",{script_text(value)});\n'
        # Not forced to the disk one by one: without the stamp, written last, all is made anew.
        (self._folder / f"{name}.js").write_text(text, "utf-8", "backslashreplace")


def shared(one: str, other: str) -> str:
    """Return what two texts begin with.

    Examples:
        >>> shared("abcd", "abxy")
        'ab'
    """
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return one[:low]


def _few_shot(head: str, questions: int) -> str:
    """Return the beginning that is left out of prompts: whole lines, if there are enough."""
    cut = head.rfind("\n") + 1
    return head[:cut] if questions > 1 and cut >= _LEAST_HEAD else ""


def _brief(entry: Entry, heads: Sequence[str], models: int) -> list[Any]:
    """Return what the list shows: id, beginning, target, an answer of each model."""
    preview = target = ""
    answers: list[str | None] = [None] * models
    for one in entry.answered:
        prediction, verdict = one.prediction, one.verdict
        if prediction is not None and not preview:
            said = prediction.prompt[len(heads[one.model]) :].split()
            preview = " ".join(said or prediction.prompt[-PREVIEW:].split())[:PREVIEW]
        if verdict is not None:
            target = target or (verdict.target or "")[:_BRIEF]
            if answers[one.model] is None and verdict.answer is not None:
                answers[one.model] = verdict.answer[:_BRIEF]
    return [entry.id, preview, target, answers]


def _row(entry: Entry, heads: Sequence[str]) -> dict[str, Any]:
    """Return everything of a question."""
    answers = [_answer(one, heads[one.model]) for one in entry.answered]
    return {"id": entry.id, "cluster": entry.cluster, "answers": answers}


def _answer(one: Answered, head: str) -> dict[str, Any]:
    """Return everything of an answer; what is empty is left out."""
    verdict, prediction = one.verdict, one.prediction
    row: dict[str, Any] = {"model": one.model, "state": one.state}
    if verdict is not None:
        row |= {
            "variant": verdict.variant,
            "repeat": verdict.repeat,
            "order": verdict.order,
            "way": verdict.way,
            "values": list(verdict.values.items()),
            "answer": verdict.answer,
            "target": verdict.target,
            "reason": verdict.reason,
        }
    if prediction is not None:
        row |= {
            "variant": prediction.variant,
            "repeat": prediction.repeat,
            "prompt": prediction.prompt[len(head) :],
            "headed": bool(head),
            "output": prediction.output,
            "error": prediction.error,
            "finish": prediction.finish,
            "prompt_tokens": prediction.prompt_tokens,
            "tokens": prediction.tokens,
            "cut": prediction.truncated,
            "seconds": round(prediction.seconds, 3),
            "likelihoods": [tuple(like)[:4] for like in prediction.likelihoods or ()],
        }
        if prediction.losses is not None:
            total = sum(prediction.losses)
            row["losses"] = [len(prediction.losses), total / max(len(prediction.losses), 1)]
    kept = ("model", "state", "output", "answer")  # an empty output is one
    return {k: v for k, v in row.items() if v or (k in kept and v is not None)}
