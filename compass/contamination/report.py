"""The assessments of a run as ``contamination.json`` and ``contamination.md``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from compass import store
from compass.contamination.lights import LEVEL, SHARE, Assessment, Weighed, assess
from compass.contamination.stored import Stored
from compass.runfolder import RunFolder
from compass.specs import Experiment
from compass.textsafe import clean_markdown

COLUMNS = (
    "method",
    "looks for",
    "statistic",
    "value",
    "95 % interval",
    "p",
    "corrected p",
    "n",
    "sees",
    "note",
)


def examine(experiment: Experiment, folder: RunFolder) -> list[Assessment]:
    """Return what the checks of an experiment make of a run, model by model."""
    methods = [check.build() for check in experiment.contamination]
    return [
        one
        for model in experiment.models
        for one in assess(model.abbr, methods, Stored(folder, model.abbr))
    ]


def write_report(
    assessments: Sequence[Assessment], methods: Sequence[Any], folder: RunFolder
) -> None:
    """Write ``contamination.json`` and ``contamination.md`` into a run folder."""
    store.write_document(folder.leaks, to_dict(assessments, methods))
    store.write_text(folder.root / "contamination.md", to_markdown(assessments, methods))


def to_dict(assessments: Sequence[Assessment], methods: Sequence[Any]) -> dict[str, Any]:
    """Return everything as plain data."""
    return {
        "level": LEVEL,
        "correction": "Holm, over all tests of a model",
        "share": SHARE,
        "assessments": [
            {
                "model": one.model,
                "dataset": one.dataset,
                "light": one.light,
                "words": one.words,
                "findings": [
                    {
                        **asdict(weighed.finding),
                        "adjusted": weighed.adjusted,
                        "seen_from": weighed.seen_from,
                        "assumed_effect": weighed.effect,
                    }
                    for weighed in one.weighed
                ],
            }
            for one in assessments
        ],
        "methods": {type(method).__name__: about(method) for method in methods},
    }


def about(method: Any) -> dict[str, str]:
    """Return what a method says of itself."""
    return {name: getattr(method, name) for name in ("source", "needs", "null", "weakness")}


def to_markdown(assessments: Sequence[Assessment], methods: Sequence[Any]) -> str:
    """Return the report as a page for people."""
    from tabulate import tabulate

    lights = [(one.model, one.dataset, one.light, one.words) for one in assessments]
    body = [[clean_markdown(text) for text in row] for row in lights]
    parts = [
        "# Contamination\n",
        tabulate(body, headers=("model", "dataset", "light", "why"), tablefmt="pipe") + "\n",
    ]
    for one in assessments:
        parts.append(f"## {clean_markdown(one.model)} on {clean_markdown(one.dataset)}\n")
        rows = [[clean_markdown(text) for text in cells(weighed)] for weighed in one.weighed]
        table = tabulate(rows, headers=COLUMNS, tablefmt="pipe", disable_numparse=True)
        parts.append(table + "\n")
    parts.append("## What each method takes for granted\n")
    rows = [
        [clean_markdown(text) for text in (name, *said.values())]
        for name, said in to_dict([], methods)["methods"].items()
    ]
    headers = ("method", "source", "needs", "if nothing leaked", "weakness")
    parts.append(tabulate(rows, headers=headers, tablefmt="pipe") + "\n")
    parts.append(
        f"p: one-sided; corrected: Holm over all tests of a model; lights at {LEVEL:.0%}. "
        "sees: the smallest share of leaked texts that the test shows in four of five cases.\n"
    )
    return "\n".join(parts)


def cells(weighed: Weighed) -> list[str]:
    """Return a finding as the texts of a row."""
    one = weighed.finding
    bounds = "" if one.low is None else f"{one.low:.3g} to {one.high:.3g}"
    return [
        one.method,
        one.leak,
        one.statistic,
        "–" if one.value is None else f"{one.value:.4g}",
        bounds,
        "not tested" if one.p is None else f"{one.p:.2g}",
        "" if weighed.adjusted is None else f"{weighed.adjusted:.2g}",
        str(one.n),
        "" if weighed.seen_from is None else f"{weighed.seen_from:.0%}",
        one.note,
    ]
