"""What a file of rows is, told from the names of its columns.

    question  input  query  problem …        the question
    choices  options   or   A B C …          the options: then it is a multiple choice
    answer  target  label  gold …            the answer

The first rows are looked at; nothing is guessed where two readings are possible.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from compass.data.columns import Columns, column, option_texts
from compass.data.files import read_rows
from compass.data.folders import packaged
from compass.errors import DataError
from compass.records import LETTERS

QUESTIONS = (
    "question", "input", "query", "problem", "prompt", "instruction", "stem", "question.stem", "q",
    "text", "题目", "问题",
)  # fmt: skip
ANSWERS = (
    "answer", "target", "label", "gold", "answers", "answerkey", "answer_key", "targets",
    "output", "correct", "reference", "答案",
)  # fmt: skip
CHOICES = ("choices", "options", "endings", "question.choices", "选项")
PASSAGES = ("passage", "context", "article", "document", "文章")

_LOOKED_AT = 2000
_NUMBERED = re.compile(r"(?:choice|option|opt)[ _]?(\d|[a-z])")


def guess(path: Path | str) -> dict[str, Any]:
    """Return the dataset a file seems to be: reader, prompt, ask and evaluator.

    Raises:
        DataError: The columns do not say what the question, or the answer, is.
    """
    rows = [row.columns for row in islice(read_rows(packaged(path)), _LOOKED_AT)]
    if not rows:
        raise DataError("there are no rows", where=str(path), hint="check the file")
    known = _names(rows[0])
    reader: dict[str, Any] = {"type": "compass.data.rows.Rows", "path": str(path)}
    reader["question"] = _first("question", QUESTIONS, known, rows, path)
    choices = _choices(known, rows[0])
    if choices is not None:
        reader["choices"] = choices
    reader["answer"] = _first("answer", ANSWERS, known, rows, path)
    base = None if choices is None else _base(reader, rows, path)
    if base is not None:
        reader |= {"base": base, "answer_is": "number"}
    passages = [known[n] for n in PASSAGES if n in known and _filled(known[n], rows)]
    passages = [name for name in passages if name.isidentifier() and name != reader["question"]]
    shown = "".join(f"{{{{ {name} }}}}\n\n" for name in passages[:1])
    return {"reader": reader, **(_asked_by_letter if choices else _asked)(shown)}


def _asked(shown: str) -> dict[str, Any]:
    return {
        "prompt": {"type": "compass.prompts.Chat", "user": shown + "{{ question }}"},
        "ask": {"type": "compass.ask.Generate"},
        "evaluator": {"type": "compass.evaluators.Exact"},
    }


def _asked_by_letter(shown: str) -> dict[str, Any]:
    user = shown + "Question: {{ question }}\n{{ options }}\nAnswer:"
    return {
        "prompt": {"type": "compass.prompts.Chat", "user": user, "assistant": "{{ letter }}"},
        "ask": {"type": "compass.ask.Generate"},
        "evaluator": {"type": "compass.evaluators.Choice"},
    }


def _names(row: Mapping[str, Any]) -> dict[str, str]:
    """Return the columns by their name in small letters, and what objects hold as ``a.b``."""
    names = {name.lower(): name for name in row}
    for name, value in row.items():
        if isinstance(value, Mapping):
            names.update({f"{name}.{inner}".lower(): f"{name}.{inner}" for inner in value})
    return names


def _first(
    meaning: str,
    usual: Sequence[str],
    known: Mapping[str, str],
    rows: Sequence[Mapping[str, Any]],
    path: Path | str,
) -> str:
    for name in usual:
        if name in known and _filled(known[name], rows) and not _is_object(known[name], rows[0]):
            return known[name]
    raise DataError(
        f"no column of the file is known to be the {meaning}; columns: "
        + ", ".join(map(repr, rows[0])),
        where=str(path),
        hint=f"write reader=dict(type=Rows, path='{path}', {meaning}='...', ...) in a config, "
        f"or name the column one of {', '.join(usual[:5])}",
    )


def _filled(name: str, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether every row has something in a column."""
    try:
        return all(column(row, name) not in (None, "") for row in rows)
    except KeyError:
        return False


def _is_object(name: str, row: Mapping[str, Any]) -> bool:
    value = column(row, name)
    return isinstance(value, Mapping) and "text" not in value


def _choices(known: Mapping[str, str], row: Mapping[str, Any]) -> str | list[str] | None:
    for name in CHOICES:
        if name in known and _is_list(column(row, known[name]), name):
            return known[name]
    letters = [letter for letter in LETTERS if letter in row]
    if len(letters) > 1 and letters == list(LETTERS[: len(letters)]):
        return letters
    numbered = sorted(name for name in row if _NUMBERED.fullmatch(name.lower()))
    return numbered if len(numbered) > 1 else None


def _is_list(value: Any, name: str) -> bool:
    try:
        return bool(option_texts(value, name))
    except DataError:
        return False


def _base(
    reader: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], path: Path | str
) -> int | None:
    """Return from where answers that are numbers count; None if they are no numbers."""
    columns = Columns(choices=reader["choices"], question=reader["question"])
    numbers, last_of = [], []
    for row in rows:
        answer = column(row, reader["answer"])
        texts, labels = columns.options(row)
        text = str(answer).strip()
        is_text = isinstance(answer, str) and text in (*texts, *labels)
        if isinstance(answer, (list, bool)) or not text.isdecimal() or is_text:
            return None
        numbers.append(int(text))
        last_of.append(len(texts))
    from_one = any(number == last for number, last in zip(numbers, last_of, strict=True))
    if (0 in numbers) != from_one:
        return int(from_one)
    raise DataError(
        f"answers are numbers from {min(numbers)} to {max(numbers)}: "
        "it is not clear whether options count from 0 or from 1",
        where=str(path),
        hint=f"write reader=dict(type=Rows, path='{path}', ..., base=0) or base=1 in a config",
    )
