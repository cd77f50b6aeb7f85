"""What of a sample is looked for in a corpus: its question and its answer.

The question is the field a sample calls so, or all its fields that hold text.  The answer is the
right option; else the worked solution, where the sample has one, with the first target.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compass.errors import DataError
from compass.jsontext import canonical
from compass.records import Sample, letter_of

_QUESTIONS = ("question", "problem", "prompt", "query", "input", "text", "context")
"""Names under which samples keep what is asked, the likelier first."""

_SOLUTIONS = ("solution", "rationale", "explanation", "canonical_solution", "code")
"""Names under which their metadata keep how the answer is found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One sample as it is looked for."""

    dataset: str
    id: str
    question: str
    answer: str = ""
    """The right option, or the worked solution, or the first target."""

    targets: tuple[str, ...] = ()
    """Short right answers that may stand after a copy of the question."""

    others: tuple[str, ...] = ()
    """The wrong options."""

    marks: tuple[str, ...] = ()
    """How a key names the right option: its letter, its number from 0."""

    cluster: str = ""
    """Samples that share a text share a cluster: their common n-grams are no common phrases."""


def passages(
    dataset: str, samples: Iterable[Sample], fields: Sequence[str] = ()
) -> Iterator[Passage]:
    """Yield a passage for each sample.

    Args:
        dataset: Name of the dataset.
        samples: Its samples.
        fields: Fields that are the question, in that order; none: the usual ones.

    Raises:
        DataError: A sample has none of the fields.
    """
    for sample in samples:
        yield Passage(
            dataset=dataset,
            id=sample.id,
            question=_question(sample, fields),
            answer=_answer(sample),
            targets=_targets(sample),
            others=tuple(c for k, c in enumerate(sample.choices) if k not in sample.right),
            marks=tuple(m for k in sample.right for m in (letter_of(k).lower(), str(k))),
            cluster=sample.cluster or "",
        )


def passage_from_dict(row: Mapping[str, Any]) -> Passage:
    """Return the passage of its JSON form."""
    lists = {"targets", "others", "marks"}
    values: dict[str, Any] = {k: tuple(v) if k in lists else v for k, v in row.items()}
    return Passage(**values)


def digest(found: Sequence[Passage]) -> str:
    """Return a hash of passages: equal ones are looked for alike."""
    sums = hashlib.sha256()
    for one in found:
        parts = [one.dataset, one.id, one.question, one.answer, one.targets, one.others, one.marks]
        sums.update(canonical([*parts, one.cluster]) + b"\n")
    return sums.hexdigest()[:16]


def _question(sample: Sample, fields: Sequence[str]) -> str:
    if fields:
        missing = [name for name in fields if name not in sample.fields]
        if missing:
            raise DataError(
                f"sample {sample.id!r} has no field {missing[0]!r}",
                where="--fields",
                hint=f"it has {', '.join(map(repr, sample.fields))}",
            )
        return "\n".join(_text(sample.fields[name]) for name in fields)
    usual = [name for name in _QUESTIONS if _text(sample.fields.get(name))]
    if usual:
        return _text(sample.fields[usual[0]])
    return "\n".join(filter(None, map(_text, sample.fields.values())))


def _answer(sample: Sample) -> str:
    if sample.choices:
        return _right(sample)[0] if sample.right else ""
    solution = next(filter(None, (_text(sample.metadata.get(n)) for n in _SOLUTIONS)), "")
    return "\n".join(filter(None, [solution, *sample.targets[:1]]))


def _targets(sample: Sample) -> tuple[str, ...]:
    return tuple(_right(sample)) if sample.choices else tuple(sample.targets)


def _right(sample: Sample) -> list[str]:
    return [sample.choices[place] for place in sample.right]


def _text(value: Any) -> str:
    """Return a field as text; turns of a dialogue and lists of texts are joined."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return "\n".join(filter(None, map(_text, value.values())))
    if isinstance(value, (list, tuple)):
        return "\n".join(filter(None, map(_text, value)))
    return ""
