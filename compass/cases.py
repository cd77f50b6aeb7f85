"""Single questions of a run with what was answered and how it was judged."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compass import store
from compass.answers import Answers
from compass.records import Prediction, Verdict, record_from_dict
from compass.runfolder import RunFolder
from compass.verdicts import pairs_of

KINDS = ("wrong", "right", "failed", "unparsed", "truncated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question, its answer and its verdict."""

    model: str
    dataset: str
    verdict: Verdict
    prediction: Prediction | None
    """None: the row is gone."""

    @property
    def value(self) -> float | None:
        """The first value of the verdict."""
        return next(iter(self.verdict.values.values()), None)

    def is_of(self, kind: str) -> bool:
        """True if the case is ``wrong``, ``right``, ``failed``, ``unparsed`` or ``truncated``."""
        if kind == "wrong":
            return self.value is not None and self.value < 1
        if kind == "right":
            return self.value is not None and self.value >= 1
        if kind == "failed":
            return self.value is None
        return kind in self.verdict.reason.split(",")

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        row, verdict = self.prediction, self.verdict
        return {
            "model": self.model,
            "dataset": self.dataset,
            "sample_id": verdict.sample_id,
            "variant": verdict.variant,
            "repeat": verdict.repeat,
            "values": dict(verdict.values),
            "answer": verdict.answer,
            "target": verdict.target,
            "reason": verdict.reason,
            "prompt": row.prompt if row else None,
            "output": row.output if row else None,
            "likelihoods": [list(one) for one in row.likelihoods or ()] if row else None,
            "error": row.error if row else None,
        }


def cases(
    root: Path,
    *,
    models: str = "*",
    datasets: str = "*",
    kinds: frozenset[str] = frozenset(),
    pattern: re.Pattern[str] | None = None,
) -> Iterator[Case]:
    """Yield the cases of a run, dataset by dataset, in the order they were asked.

    Args:
        root: The run folder.
        models: Pattern of names.
        datasets: Pattern of names.
        kinds: See `Case.is_of`; a case of any of them is wanted.  Empty: all.
        pattern: Searched for in prompt, output, answer and target.
    """
    folder = RunFolder(root)
    for model, dataset in pairs_of(root):
        if not (fnmatch.fnmatchcase(model, models) and fnmatch.fnmatchcase(dataset, datasets)):
            continue
        answers = Answers(folder.all_rows(model, dataset))
        try:
            for row in store.read_rows(root / "score" / model / dataset / "verdicts.jsonl"):
                verdict: Verdict = record_from_dict(Verdict, row)
                case = Case(
                    model=model,
                    dataset=dataset,
                    verdict=verdict,
                    prediction=answers.get(verdict.key),
                )
                if kinds and not any(case.is_of(kind) for kind in kinds):
                    continue
                if pattern is None or _found(case, pattern):
                    yield case
        finally:
            answers.close()


def _found(case: Case, pattern: re.Pattern[str]) -> bool:
    row, verdict = case.prediction, case.verdict
    texts = [verdict.sample_id, verdict.answer, verdict.target]
    texts += [row.prompt, row.output, row.error] if row else []
    return any(text and pattern.search(text) for text in texts)
