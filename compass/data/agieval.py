"""AGIEval: questions of college entrance, law school and other exams, English and Chinese.

Zhong et al. 2023, "AGIEval: A Human-Centric Benchmark for Evaluating Foundation Models",
arXiv:2304.06364.  Licences by task, mostly MIT.  Original: ``data/v1/TASK.jsonl`` and
``data/few_shot_prompts.csv`` of github.com/ruixiangcui/AGIEval; hub: one dataset for each
task, ``hails/agieval-TASK``, without few-shot prompts.

    original    {"passage", "question", "options": ["(A)one", …] or null,
                 "label": "B" or ["A", "C"] or null, "answer": "2" or null, "other"}
    hub         {"query": "Q: … Answer Choices: … A: …", "choices": ["(A)one", …], "gold": [1]}
    csv         a column for each task; rows "sample n" (the original form, as Python
                writes it) and "explanation n" in turn

Letters before options are left out: the prompt writes them again, and a few rows lack
them or repeat one.  Options keep their order, by which labels name them.
"""

from __future__ import annotations

import ast
import csv
import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from compass.data.files import Row, text_lines
from compass.data.folders import Files, find_named, local_folder, no_split
from compass.data.hub import hub_rows
from compass.data.source import Source
from compass.errors import ConfigError, DataError, did_you_mean
from compass.records import LETTERS, Sample

ENGLISH = ("lsat-ar", "lsat-lr", "lsat-rc", "logiqa-en", "sat-math", "sat-en",
           "sat-en-without-passage", "aqua-rat", "math")  # fmt: skip
CHINESE = ("gaokao-chinese", "gaokao-english", "gaokao-geography", "gaokao-history",
           "gaokao-biology", "gaokao-chemistry", "gaokao-physics", "gaokao-mathqa",
           "gaokao-mathcloze", "logiqa-zh", "jec-qa-kd", "jec-qa-ca")  # fmt: skip
TASKS = (*ENGLISH, *CHINESE)
CLOZE = ("math", "gaokao-mathcloze")

_LABEL = re.compile(r"^\s*(?:[(（]\s*[A-G]\s*[)）]|[A-G]\s*[.．、:：])\s*")
_ALL_IN_ONE = re.compile(r"\s+(?=[B-G]\s*[.．、])")
_QUERY = re.compile(
    r"(?P<passage>.*)(?:Q: |问题：)(?P<question>.*?)"
    r"(?:\s*(?:Answer Choices:|选项：).*)?\n(?:A: |答案：).*",
    re.DOTALL,
)


def agieval(task: str, path: str | None = None, revision: str | None = None) -> Source:
    """Return one task of AGIEval, with its few-shot prompts as the pool where they are there.

    Args:
        task: Such as ``gaokao-physics``.
        path: A file, a folder of ``TASK.jsonl`` (also in ``v1/`` or ``data/v1/``) and
            ``few_shot_prompts.csv``; default: ``$COMPASS_DATA/agieval`` if it is there,
            else the hub.
        revision: Revision on the hub.
    """
    if task not in TASKS:
        raise ConfigError(f"AGIEval has no task {task!r}", hint=did_you_mean(str(task), TASKS))
    place = path or local_folder("agieval")
    if place is None:
        return Source(hub_rows(f"hails/agieval-{task}", None, "test", revision), agieval_sample)
    return Source(
        Files(place, "test", find=partial(_find, task=task)),
        agieval_sample,
        Files(place, "few-shot", find=_find_shots, read=partial(_shots, task=task)),
    )


def _find(folder: Path, task: str) -> Sequence[Path]:
    names = [f"{task}.jsonl", f"v1/{task}.jsonl", f"data/v1/{task}.jsonl"]
    found = find_named(folder, names)
    if not found:
        raise no_split(folder, "test", names[:1])
    return found


def _find_shots(folder: Path) -> Sequence[Path]:
    name = "few_shot_prompts.csv"
    for place in (folder, folder / "data", folder.parent):
        found = find_named(place, [name])
        if found:
            return found
    raise no_split(folder, "few-shot", [name])


def _shots(path: Path, task: str) -> Iterator[Row]:
    """Yield the few-shot prompts of a task, each with its explanation."""
    if path.suffix != ".csv":
        raise DataError(
            "one file of questions holds no few-shot prompts",
            where=str(path),
            hint="name the folder that holds few_shot_prompts.csv too",
        )
    csv.field_size_limit(2**31 - 1)
    table = csv.DictReader(line for _, line in text_lines(path))
    # The questions of one task are those of another with their passages left out.
    column = task.removesuffix("-without-passage")
    kept: dict[str, Any] | None = None
    for cells in table:
        place = f"{path}:{table.line_num}"
        cell = cells.get(column)
        if cell is None:
            raise DataError(
                f"no few-shot prompts of {column!r}",
                where=place,
                hint=did_you_mean(column, [name for name in cells if name]),
            )
        if kept is None:
            kept = _literal(cell, place) if cell else {}
            continue
        if kept:
            if column != task:
                kept["passage"] = None
            yield Row(place, {**kept, "explanation": cell.strip()})
        kept = None


def _literal(cell: str, place: str) -> dict[str, Any]:
    try:
        value = ast.literal_eval(cell)
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise DataError("a few-shot prompt is no Python dict", where=place) from error
    if not isinstance(value, dict):
        raise DataError("a few-shot prompt is no Python dict", where=place)
    return value


def agieval_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row in either form; ``solution`` is for shots only."""
    if "query" in row:
        row = _from_hub(row)
    passage = str(row["passage"] or "")
    fields = {"question": str(row["question"]).strip(), "passage": passage}
    cluster = hashlib.sha256(passage.encode()).hexdigest()[:16] if passage else None
    shown = {"solution": row["explanation"]} if row.get("explanation") else {}
    if not row["options"]:
        answer = str(row["answer"] if row.get("answer") is not None else "").strip()
        if not answer:
            raise DataError("neither options nor an answer", hint="mend the row")
        return Sample(id="", fields=fields, targets=(answer,), cluster=cluster, metadata=shown)
    texts = _options(row["options"])
    places = _places(row["label"], len(texts))
    return Sample(
        id="",
        fields=fields,
        targets=tuple(texts[place] for place in places),
        choices=texts,
        right=places,
        cluster=cluster,
        metadata=shown,
    )


def _options(options: Any) -> tuple[str, ...]:
    """Return the texts of the options; a few are empty, where the original is a picture.

    Some few-shot prompts have them all in one text: "A. one  B. two".
    """
    if isinstance(options, list) and len(options) == 1:
        options = _ALL_IN_ONE.split(str(options[0]).strip())
    if not isinstance(options, list) or len(options) < 2:
        raise DataError("the options are no list of two or more", hint="mend the row")
    return tuple(_LABEL.sub("", str(text)).strip() for text in options)


def _places(label: Any, count: int) -> tuple[int, ...]:
    """Return the options that a label names: ``B``, ``ABD``, ``A B D`` or a list."""
    letters = "".join(map(str, label)) if isinstance(label, list) else str(label)
    places = sorted({LETTERS.find(letter) for letter in letters if not letter.isspace()})
    if not places or places[0] < 0 or places[-1] >= count:
        raise DataError(
            f"the label is {label!r}, expected letters of {count} options", hint="mend the row"
        )
    return tuple(places)


def _from_hub(row: dict[str, Any]) -> dict[str, Any]:
    """Return the original form of a row of the hub."""
    match = _QUERY.fullmatch(row["query"])
    if match is None:
        raise DataError("the query is not of the form 'Q: … A: …'", hint="is this AGIEval?")
    gold: Any = row.get("gold", row.get("answer"))
    choices = row.get("choices") or None
    return {
        "passage": match["passage"],
        "question": match["question"],
        "options": choices,
        "label": [LETTERS[place] for place in gold] if choices else None,
        "answer": None if choices else gold,
    }
