"""Result files of lm-evaluation-harness, of 0.3 (``acc``) and of 0.4 (``acc,none``).

Values are taken as they are.  The interval is the value -+ the normal quantile times the
standard error of the file, shares kept within 0..1; without a standard error above 0 there
is none, since an error of 0 says only that all values were alike.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import NormalDist
from typing import Any

from compass.board.cells import Cell
from compass.errors import DataError
from compass.records import Score
from compass.schema import abbr_from
from compass.specs import fingerprint
from compass.stats import LEVEL

MODE = "imported"
"""How the questions were asked is not in the files."""

_QUANTILE = NormalDist().inv_cdf((1 + LEVEL) / 2)
_STDERR = "_stderr"
_SHARES = frozenset(
    {"contains", "em", "exact", "exact_match", "f1", "mc1", "mc2", "pct_stereotype", "pass@1",
     "pass_at_1"}
)  # fmt: skip
"""Metrics of 0..1, beside those that begin or end with ``acc``."""

_NO_METRICS = frozenset({"alias", "name", "sample_count", "sample_len"})


@dataclass(frozen=True, slots=True)
class Imported:
    """What was read from a number of files."""

    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)
    models: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What the files say of each model, by abbr."""

    sources: dict[tuple[str, str], Path] = field(default_factory=dict)
    """File of each cell."""


def lm_eval(paths: Iterable[Path]) -> Imported:
    """Read result files, or all that folders hold.

    A model is called by its last name and its revision, a dataset by the task and the number
    of its examples: ``pythia-70m-step1000``, ``arc_easy-5shot``.

    Raises:
        DataError: A file is no result file, or two of them differ on a model and dataset.
    """
    documents = [(path, _document(path)) for path in _files(paths)]
    full_names = {path: _model_name(document, path) for path, document in documents}
    abbrs = _abbrs(set(full_names.values()))
    read = Imported()
    for path, document in documents:
        abbr = abbrs[full_names[path]]
        config = document.get("config")
        read.models.setdefault(abbr, dict(config) if isinstance(config, dict) else {})
        for cell in _cells(document, abbr, path):
            pair = cell.model, cell.dataset
            known = read.cells.setdefault(pair, cell)
            if known != cell:
                raise DataError(
                    f"{cell.model} has two results on {cell.dataset}",
                    where=f"{read.sources[pair]} and {path}",
                    hint="import them one by one; compass board shows both runs",
                )
            read.sources.setdefault(pair, path)
    return read


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = [one for one in sorted(path.rglob("*.json")) if _is_result(one)]
        if not found:
            raise DataError("no result file is in this folder", where=str(path), hint="name a file")
        yield from found


def _is_result(path: Path) -> bool:
    try:
        _document(path)
    except DataError:
        return False
    return True


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DataError(f"not a readable JSON file: {error}", where=str(path)) from error
    results = document.get("results") if isinstance(document, dict) else None
    if not isinstance(results, dict) or not all(isinstance(one, dict) for one in results.values()):
        raise DataError(
            "this is no result file of lm-evaluation-harness",
            where=str(path),
            hint="it has an object 'results' with an object for each task",
        )
    return dict(document)


def _model_name(document: Mapping[str, Any], path: Path) -> str:
    """Return the model's path, with its revision after an ``@``."""
    config = document.get("config")
    given = config.get("model_args") if isinstance(config, dict) else None
    if isinstance(given, str):
        given = dict(part.split("=", 1) for part in given.split(",") if "=" in part)
    arguments = given if isinstance(given, dict) else {}
    name = arguments.get("pretrained") or arguments.get("model") or document.get("model_name")
    if not name:
        return path.stem
    parts = [str(name).rstrip("/")]
    parts += [str(arguments[key]) for key in ("revision", "peft") if arguments.get(key)]
    return "@".join(part for part in parts if part != "main")


def _abbrs(names: Iterable[str]) -> dict[str, str]:
    """Return an abbr for each name: its last part, or all of it where that is taken."""
    short: dict[str, list[str]] = {}
    for name in sorted(names):
        path, _, rest = name.partition("@")
        short.setdefault(abbr_from(f"{path.rpartition('/')[2]}-{rest}"), []).append(name)
    return {
        name: abbr if len(same) == 1 else abbr_from(name)
        for abbr, same in short.items()
        for name in same
    }


def _cells(document: Mapping[str, Any], model: str, path: Path) -> Iterator[Cell]:
    config = document["config"] if isinstance(document.get("config"), dict) else {}
    shots_of = document.get("n-shot") or {}
    versions = document.get("versions") or {}
    sizes = document.get("n-samples") or {}
    for task, numbers in document["results"].items():
        shots = shots_of.get(task) if "n-shot" in document else config.get("num_fewshot")
        scores = tuple(_scores(numbers, _size(sizes.get(task), numbers)))
        if not scores:
            continue
        name = task if not isinstance(shots, int) else f"{task}-{shots}shot"
        meaning = [task, versions.get(task), shots, config.get("limit")]
        yield Cell(
            model=model,
            dataset=abbr_from(name),
            version=fingerprint(meaning)[:6],
            mode=MODE,
            scores=scores,
        )
    if not document["results"]:
        raise DataError("the file holds no results", where=str(path))


def _size(sizes: Any, numbers: Mapping[str, Any]) -> int | None:
    known = sizes.get("effective") if isinstance(sizes, dict) else numbers.get("sample_len")
    return known if isinstance(known, int) and known > 0 else None


def _scores(numbers: Mapping[str, Any], size: int | None) -> Iterator[Score]:
    """Yield the scores of a task, in the order of the file."""
    for key, value in numbers.items():
        name, _, filtered = key.partition(",")
        if name in _NO_METRICS or name.endswith(_STDERR) or not _is_number(value):
            continue
        share = _is_share(name) and 0 <= value <= 1
        low, high = _bounds(value, numbers.get(_stderr_key(name, filtered)), share)
        yield Score(
            metric=name if filtered in ("", "none") else key,
            value=value,
            low=low,
            high=high,
            n=size,
            scale="share" if share else "plain",
        )


def _stderr_key(name: str, filtered: str) -> str:
    return f"{name}{_STDERR},{filtered}" if filtered else f"{name}{_STDERR}"


def _bounds(value: float, stderr: Any, share: bool) -> tuple[float | None, float | None]:
    if not _is_number(stderr) or not stderr > 0:
        return None, None
    low, high = value - _QUANTILE * stderr, value + _QUANTILE * stderr
    return (max(0.0, low), min(1.0, high)) if share else (low, high)


def _is_share(name: str) -> bool:
    return name in _SHARES or name.startswith("acc") or name.endswith("_acc")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
