"""The table of scores on clean and on contaminated questions, as text and as files."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path

from compass import store
from compass.board.words import HOLE, margin, scaled
from compass.contamination.split import STRATA, Split, to_dict
from compass.records import Score
from compass.runfolder import RunFolder
from compass.stats.unpaired import Gap
from compass.textsafe import clean_csv, clean_line, clean_markdown

HEAD = ("dataset", "model", *STRATA, "contaminated - clean", "its p", "beside others", "p")
NOTE = (
    "95 % intervals and the number of questions in brackets. contaminated - clean: on the same "
    "model's own questions, its p by itself; beside others: the part of it that the other models "
    "do not have on the same questions; only that cannot be difficulty. p: of beside others, "
    "adjusted by Holm."
)


def clean_table(found: Sequence[Split]) -> str:
    """Return the table for a terminal or a log."""
    from tabulate import tabulate

    body = [list(map(clean_line, cells(one))) for one in found]
    table = tabulate(body, headers=HEAD, disable_numparse=True)
    return "\n".join([table, "", note(found), *unlabelled(found)])


def write_clean(found: Sequence[Split], folder: Path) -> None:
    """Write ``clean.md``, ``clean.csv`` and ``clean.json``."""
    store.write_text(folder / "clean.md", clean_page(found))
    store.write_text(folder / "clean.csv", _csv(found))
    rows = [to_dict(one) for one in found]
    store.write_text(
        RunFolder(folder).splits,
        json.dumps(rows, ensure_ascii=False, indent=1, allow_nan=False) + "\n",
    )


def clean_page(found: Sequence[Split]) -> str:
    """Return the table for a Markdown page."""
    from tabulate import tabulate

    body = [[clean_markdown(text) for text in cells(one)] for one in found]
    table = tabulate(body, headers=HEAD, tablefmt="pipe", disable_numparse=True)
    notes = "".join(f"* {clean_markdown(line)}\n" for line in unlabelled(found))
    return f"{table}\n\n{note(found)}\n" + (f"\n{notes}" if notes else "")


def cells(one: Split) -> list[str]:
    """Return a split as the texts of a row."""
    scale = next(iter(one.scores.values())).scale
    scores = [_score(one.scores[name]) for name in STRATA]
    gap = [_gap(one.gap, scale), _p(None if one.gap is None else one.gap.p)]
    return [one.dataset, one.model, *scores, *gap, _gap(one.beside, scale), _p(one.p)]


def _p(p: float | None) -> str:
    return HOLE if p is None else f"{p:.3g}"


def _score(score: Score) -> str:
    if score.value is None:
        return f"{HOLE} !{score.failed}" if score.failed else HOLE
    distance = margin(score)
    failed = f" !{score.failed}" if score.failed else ""
    shown = scaled(score.value, score.scale, 1) + (f" ±{distance}" if distance else "")
    return f"{shown} ({score.n}{failed})"


def _gap(gap: Gap | None, scale: str) -> str:
    if gap is None:
        return HOLE
    if math.isinf(gap.high):
        return f"{_signed(gap.value, scale)} [?]"
    return f"{_signed(gap.value, scale)} [{_signed(gap.low, scale)}, {_signed(gap.high, scale)}]"


def _signed(value: float, scale: str) -> str:
    return ("+" if value > 0 else "") + scaled(value, scale, 1)


def note(found: Sequence[Split]) -> str:
    """Return how the table is to be read."""
    shares = any(score.scale == "share" for one in found for score in one.scores.values())
    return f"{'Shares as 0 to 100; ' if shares else ''}{NOTE}"


def unlabelled(found: Sequence[Split]) -> list[str]:
    """Return a line for each dataset with questions that have no label."""
    told = {one.dataset: one.unlabelled for one in found if one.unlabelled}
    return [f"{name}: {count} questions have no label" for name, count in told.items()]


def _csv(found: Sequence[Split]) -> str:
    numbers: Sequence[Callable[[Score], object]] = (
        lambda score: score.value,
        lambda score: score.low,
        lambda score: score.high,
        lambda score: score.n,
        lambda score: score.failed,
    )
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["dataset", "model", "metric", "stratum", "value", "low", "high", "n", "failed"])
    for one in found:
        names = [clean_csv(part) for part in (one.dataset, one.model, one.metric)]
        for stratum, score in one.scores.items():
            values = ("" if (value := of(score)) is None else value for of in numbers)
            rows.writerow([*names, stratum, *values])
    return text.getvalue()
