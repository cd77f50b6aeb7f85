"""The scores of a model in the forms that other tools read.

Both forms know one number a metric, and a standard error or nothing beside it.  Compass
keeps intervals; the standard error written here is the half of the interval's width over
the normal quantile, which gives an importer the interval back where it is symmetric.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from statistics import NormalDist
from typing import Any

from compass import __version__
from compass.board.direction import higher_is_better
from compass.board.table import Board, Row
from compass.records import Score
from compass.stats import LEVEL

_QUANTILE = NormalDist().inv_cdf((1 + LEVEL) / 2)


def to_lm_eval(board: Board, model: str) -> str:
    """Return a model's scores as the result file of lm-evaluation-harness (0.4).

    A metric is written as ``NAME,none``: "none" is its filter.  Shares stay 0..1.
    """
    results: dict[str, dict[str, Any]] = {}
    subtasks: dict[str, list[str]] = {}
    better: dict[str, dict[str, bool | None]] = {}
    sizes: dict[str, dict[str, int | None]] = {}
    versions: dict[str, str] = {}
    for name, row, score in _scores(board, model):
        metric = row.metric if "," in row.metric else f"{row.metric},none"
        plain, _, filtered = metric.rpartition(",")
        of_name = results.setdefault(name, {"alias": name})
        of_name[metric] = score.value
        of_name[f"{plain}_stderr,{filtered}"] = _stderr(score)
        better.setdefault(name, {})[plain] = higher_is_better(row.metric, score.scale)
        versions[name] = row.version
        if score.n is not None:
            sizes.setdefault(name, {"original": score.n + score.failed, "effective": score.n})
        if row.group:
            parts = row.parts.get(model, ())
            subtasks[name] = list(dict.fromkeys(part.dataset for part in parts))
    document = {
        "results": results,
        "groups": {name: results[name] for name in subtasks},
        "group_subtasks": subtasks,
        "configs": {name: {"task": name} for name in results},
        "versions": versions,
        "n-shot": {},
        "higher_is_better": better,
        "n-samples": sizes,
        "config": {"model": model, "model_args": {}},
        "model_source": f"compass {__version__}",
        "model_name": model,
        "model_name_sanitized": model,
    }
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def to_model_index(board: Board, model: str) -> str:
    """Return a model's scores as the ``model-index`` of a model card on Hugging Face.

    Shares are percentages there, as on most cards; the interval stands in the name, and so does
    the warning of a contamination check.
    """
    import yaml

    by_dataset: dict[str, dict[str, Any]] = {}
    for name, row, score in _scores(board, model):
        one = by_dataset.setdefault(
            name,
            {
                "task": {"type": "text-generation", "name": "Text Generation"},
                "dataset": {"name": name, "type": row.name, "revision": row.version},
                "metrics": [],
            },
        )
        one["metrics"].append(
            {
                "type": row.metric,
                "value": _percent(score.value, score),
                "name": _described(row, score, row.lights.get(model, "")),
                "verified": False,
            }
        )
    document = {"model-index": [{"name": model, "results": list(by_dataset.values())}]}
    text: str = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    return text


def _scores(board: Board, model: str) -> Iterator[tuple[str, Row, Score]]:
    """Yield the scores of a model, under names that tell versions of a dataset apart."""
    versions = Counter({(row.name, row.version, row.mode): 1 for row in board.rows})
    several = Counter(name for name, _, _ in versions)
    for row in board.rows:
        score = row.scores.get(model)
        if score is not None and score.value is not None:
            name = row.name
            if several[name] > 1:
                name = f"{name}@{row.version}-{row.mode}"
            yield name, row, score


def _stderr(score: Score) -> float | str:
    if score.low is None or score.high is None:
        return "N/A"
    return (score.high - score.low) / 2 / _QUANTILE


def _percent(value: float | None, score: Score) -> float | None:
    return value if value is None or score.scale != "share" else round(100 * value, 4)


def _described(row: Row, score: Score, light: str) -> str:
    parts = [row.metric]
    if score.low is not None and score.high is not None:
        low, high = _percent(score.low, score), _percent(score.high, score)
        parts.append(f"95 % interval {low:.4g} to {high:.4g}")
    parts += [] if score.n is None else [f"n {score.n}"]
    parts += [f"{score.failed} failed"] if score.failed else []
    parts += [f"contamination: {light}"] if light else []
    return ", ".join(parts)
