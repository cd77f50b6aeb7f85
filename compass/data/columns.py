"""A mapping from the columns of a row to a sample, said in names.

question='q'                       a column; 'question.stem' reaches into objects
choices='options'                  a column that holds the list of options
choices=['A', 'B', 'C', 'D']       a column for each option
answer='gold'                      a letter, a number, the option's text; or free text
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from compass.errors import ConfigError, DataError
from compass.records import LETTERS, Sample

SOLUTIONS = frozenset(
    ("solution", "rationale", "explanation", "reasoning", "analysis", "steps", "cot", "解析")
)
"""Columns that give the answer away; they go to the metadata, which only shots may show."""


_READINGS = ("letter", "number", "text")
_PLACES = {letter: place for place, letter in enumerate(LETTERS)}
_MOST_KNOWN = 100


class _Shares(NamedTuple):
    """Which columns become fields, and which metadata."""

    fields: tuple[str, ...]
    metadata: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Columns:
    """What the columns of a row mean.  Calling it makes the sample of a row.

    Every column is a field the prompt may show, but those of the options, the answer,
    the id, and worked solutions, which become metadata.  The question is also the
    field ``question``, whatever its column is called.
    """

    question: str = "question"
    choices: str | Sequence[str] | None = None
    answer: str | None = None
    id: str | None = None
    cluster: str | None = None
    """A column whose equal values mark samples that belong together, such as a passage."""

    fields: Sequence[str] | None = None
    """Keep only these columns as fields."""

    metadata: Sequence[str] = ()
    """Columns that prompts may show in shots only, besides the usual names of solutions."""

    base: int = 0
    """Number of the first option where answers are numbers."""

    answer_is: Literal["letter", "number", "text"] | None = None
    """How answers name an option; None takes what fits, if only one option does."""

    _known: dict[tuple[str, ...], _Shares] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        for name in ("question", "answer", "id", "cluster"):
            value = getattr(self, name)
            if value is not None and not isinstance(value, str):
                raise ConfigError(f"{name} must name one column, got {value!r}")
        if self.question is None:
            raise ConfigError("question must name a column, got None")
        if self.base not in (0, 1):
            raise ConfigError(f"base must be 0 or 1, got {self.base!r}")
        if self.answer_is not in (None, *_READINGS):
            raise ConfigError(
                f"answer_is is {self.answer_is!r}", hint="write 'letter', 'number' or 'text'"
            )
        if self.choices is not None and not isinstance(self.choices, str) and len(self.choices) < 2:
            raise ConfigError(f"choices must name two columns or more, got {list(self.choices)!r}")
        for name in ("fields", "metadata"):
            if isinstance(getattr(self, name), str):
                raise ConfigError(f"{name} must be a list of columns, got {getattr(self, name)!r}")

    def __call__(self, row: Mapping[str, Any]) -> Sample:
        """Return the sample of a row.

        Raises:
            KeyError: A column is missing.
            DataError: A column does not hold what it should.
        """
        texts, labels = self.options(row)
        answer = None if self.answer is None else column(row, self.answer)
        right: tuple[int, ...] = ()
        targets: tuple[str, ...] = ()
        if self.answer is not None and texts:
            values = answer if isinstance(answer, list) else [answer]
            right = tuple([self._place(value, texts, labels) for value in values])
            targets = tuple([texts[place] for place in right])
        elif self.answer is not None:
            targets = target_texts(answer, self.answer)
        if self.answer is not None and not targets:
            raise DataError(f"the answer in column {self.answer!r} is an empty list")
        return Sample(
            id="" if self.id is None else self._explicit_id(row, self.id),
            fields=self._fields(row),
            targets=targets,
            choices=texts,
            right=right,
            cluster=None if self.cluster is None else str(column(row, self.cluster)),
            metadata={name: row[name] for name in self._shares(row).metadata},
        )

    def _fields(self, row: Mapping[str, Any]) -> dict[str, Any]:
        question = column(row, self.question)
        if question is None:
            raise DataError(
                f"the question in column {self.question!r} is missing", hint="fill it in"
            )
        if self.fields is not None:
            return {"question": question, **{name: column(row, name) for name in self.fields}}
        kept = {name: row[name] for name in self._shares(row).fields}
        kept["question"] = question
        return kept

    def _shares(self, row: Mapping[str, Any]) -> _Shares:
        """Return which columns of the row go where; rows of a file have mostly the same ones."""
        names = tuple(row)
        shares = self._known.get(names)
        if shares is None:
            named = [self.choices] if isinstance(self.choices, str) else list(self.choices or ())
            named += [name for name in (self.answer, self.id) if name]
            used = {name if name in row else name.partition(".")[0] for name in named}
            secret = [
                name
                for name in names
                if name in self.metadata or (name.lower() in SOLUTIONS and name != self.question)
            ]
            kept = [name for name in names if name not in used and name not in secret]
            shares = _Shares(tuple(kept), tuple(secret))
            if len(self._known) < _MOST_KNOWN:
                self._known[names] = shares
        return shares

    @staticmethod
    def _explicit_id(row: Mapping[str, Any], name: str) -> str:
        value = column(row, name)
        if value is None or value == "" or isinstance(value, (list, dict)):
            raise DataError(f"the id in column {name!r} is {value!r}, expected text or a number")
        return str(value)

    def options(self, row: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return texts and labels of the options; empty columns at the end are no options."""
        if self.choices is None:
            return (), ()
        if isinstance(self.choices, str):
            return option_texts(column(row, self.choices), self.choices)
        cells = [column(row, name) for name in self.choices]
        while cells and cells[-1] in (None, ""):
            cells.pop()
        if len(cells) < 2 or any(cell in (None, "") for cell in cells):
            raise DataError(f"options {', '.join(self.choices)} are incomplete: {cells!r}")
        return tuple(map(_text, cells)), ()

    def _place(self, answer: Any, texts: Sequence[str], labels: Sequence[str]) -> int:
        """Return which option an answer means, if it can mean only one."""
        if not labels and self.answer_is is None and isinstance(answer, str):
            place = _PLACES.get(answer, len(texts))
            if place < len(texts) and answer not in map(str.strip, texts):
                return place  # as below, for the form that nearly all rows have
        meant: set[int] = set()
        if labels:
            meant = {p for p, label in enumerate(labels) if label == str(answer).strip()}
        if self.answer_is not in (None, "letter") or not meant:
            meant = self._meant(answer, texts)
        if len(meant) == 1:
            return meant.pop()
        options = ", ".join(f"{LETTERS[p % 26]}: {text[:40]!r}" for p, text in enumerate(texts[:8]))
        if meant:
            raise DataError(
                f"the answer {answer!r} fits more than one option: {options}",
                hint="say what answers are: answer_is='letter', 'number' or 'text'",
            )
        hint = "an answer is a letter, a number or an option's text"
        if self.base == 0 and str(answer).strip() == str(len(texts)):
            hint = "base=1 if options are counted from 1"
        raise DataError(f"the answer {answer!r} is none of the options: {options}", hint=hint)

    def _meant(self, answer: Any, texts: Sequence[str]) -> set[int]:
        """Return every option the answer could mean."""
        if isinstance(answer, bool) or answer is None:
            return set()
        if isinstance(answer, float) and answer.is_integer():
            answer = int(answer)
        text = str(answer).strip()
        readings = (self.answer_is,) if self.answer_is else _READINGS
        meant: set[int] = set()
        if "text" in readings:
            meant |= {place for place, option in enumerate(texts) if option.strip() == text}
        if "letter" in readings:
            letter = text.removeprefix("(").removesuffix(")").removesuffix(".").upper()
            if len(letter) == 1 and letter in LETTERS[: len(texts)]:
                meant.add(LETTERS.index(letter))
        if "number" in readings and text.isdecimal():
            meant |= {int(text) - self.base} & set(range(len(texts)))
        return meant


def column(row: Mapping[str, Any], name: str) -> Any:
    """Return a column; ``question.stem`` is the key ``stem`` of the column ``question``.

    Raises:
        KeyError: There is no such column.
    """
    if name in row:
        return row[name]
    value: Any = row
    for part in name.split("."):
        if not isinstance(value, dict) or part not in value:
            raise KeyError(name)
        value = value[part]
    return value


def option_texts(value: Any, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return texts and labels of a list of options, in any of the usual forms.

    Examples:
        >>> option_texts(["yes", "no"], "options")
        (('yes', 'no'), ())
        >>> option_texts({"text": ["yes", "no"], "label": ["A", "B"]}, "options")
        (('yes', 'no'), ('A', 'B'))
        >>> option_texts([{"text": "yes", "label": "1"}, {"text": "no", "label": "2"}], "options")
        (('yes', 'no'), ('1', '2'))
    """
    if (
        type(value) is list
        and len(value) > 1
        and False not in [type(v) is str and v != "" for v in value]
    ):
        return tuple(value), ()
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    labels: Sequence[Any] = ()
    if isinstance(value, dict) and "text" in value:
        value, labels = value["text"], value.get("label", ())
    elif isinstance(value, dict):
        value, labels = list(value.values()), list(value)
    elif isinstance(value, list) and all(isinstance(v, dict) and "text" in v for v in value):
        labels = [v["label"] for v in value if "label" in v]
        value = [v["text"] for v in value]
    if not isinstance(value, list) or len(value) < 2 or any(v in (None, "") for v in value):
        raise DataError(
            f"column {name!r} holds no list of options", hint='expected ["one", "two", ...]'
        )
    if labels and len(labels) != len(value):
        raise DataError(f"column {name!r} has {len(value)} options, but {len(labels)} labels")
    return tuple(map(_text, value)), tuple(map(str, labels))


def target_texts(answer: Any, name: str) -> tuple[str, ...]:
    """Return the right answers in text form: of a text, a number, or a list of such."""
    if isinstance(answer, dict) and "text" in answer:
        answer = answer["text"]
    values = answer if isinstance(answer, list) else [answer]
    wrong = [v for v in values if v is None or isinstance(v, (list, dict))]
    if wrong:
        raise DataError(
            f"the answer in column {name!r} is {wrong[0]!r}, expected text, a number or a list"
        )
    return tuple(map(_text, values))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)
