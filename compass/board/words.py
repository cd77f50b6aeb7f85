"""How numbers and holes read, wherever a board is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from compass.board.build import listed
from compass.board.direction import higher_is_better
from compass.board.table import Board, Row, is_meant
from compass.records import Score

HOLE = "-"
"""A place that nobody asked to fill."""

MISSING = "missing"
"""A place that should not be empty."""

UNKNOWN = "?"
"""A number that nobody told."""

FIRST = "rank-first"
"""Mode of rankings that saw the likeliest first tokens only."""


NATS = frozenset({"average_ppl", "loss"})
"""Metrics in nats."""


def scaled(value: float | None, scale: str, decimals: int) -> str:
    """Return a number as people read it: shares as 0..100, others as they are.

    Examples:
        >>> scaled(0.5, "share", 1), scaled(12.3456789, "plain", 1), scaled(None, "share", 1)
        ('50.0', '12.346', '-')
    """
    if value is None:
        return HOLE
    return f"{100 * value:.{decimals}f}" if scale == "share" else f"{value:.5g}"


def margin(score: Score) -> str:
    """Return the distance to the farther bound, empty if the interval is not known."""
    if score.value is None or score.low is None or score.high is None:
        return ""
    return scaled(max(score.value - score.low, score.high - score.value), score.scale, 1)


def bounds(score: Score) -> str:
    """Return the interval in brackets, empty if it is not known."""
    if score.low is None or score.high is None:
        return ""
    return f"[{scaled(score.low, score.scale, 1)}, {scaled(score.high, score.scale, 1)}]"


def failed_mark(score: Score) -> str:
    """Return the mark of questions without an answer, empty if all have one."""
    return f"!{score.failed} failed" if score.failed else ""


def rank(best: int, worst: int) -> str:
    """Return a range of ranks: ``1`` or ``1-3``."""
    return str(best) if best == worst else f"{best}-{worst}"


def counts(row: Row) -> str:
    """Return how many judged predictions are behind a row: ``200`` or ``198-200``."""
    if not row.scores:
        return HOLE
    numbers = [score.n for score in row.scores.values() if score.n is not None]
    if len(numbers) < len(row.scores):
        return UNKNOWN
    return rank(min(numbers), max(numbers))


def holes(board: Board) -> Iterator[tuple[str, bool]]:
    """Yield a line for each reason that leaves places empty, and whether they are meant to be."""
    models: dict[tuple[str, str], list[str]] = {}
    for hole in board.holes:
        models.setdefault((hole.name, hole.reason), []).append(hole.model)
    names: dict[tuple[str, str], list[str]] = {}
    for (name, reason), missing in models.items():
        names.setdefault((listed(missing), reason), []).append(name)
    for (missing_models, reason), rows in names.items():
        yield f"{listed(rows)}, {missing_models}: {reason}", is_meant(reason)


def coverage(board: Board) -> Iterator[str]:
    """Yield a line for each score behind which something was unparsed or truncated."""
    told: set[tuple[str, str]] = set()
    for row in board.shown:
        for model, score in row.scores.items():
            marks = []
            if score.unparsed:
                marks.append(f"{score.unparsed} could not be read (and count as wrong)")
            if score.truncated:
                marks.append(f"{score.truncated} have a prompt or an answer that was cut")
            if row.mode == FIRST:
                marks.append("all ranked by the first token alone, as far as the server shows it")
            if marks and not row.group and (model, row.name) not in told:
                told.add((model, row.name))
                asked = UNKNOWN if score.n is None else score.n + score.failed
                yield f"{row.name}, {model}: of {asked}, {', '.join(marks)}"


def numbers(board: Board) -> str:
    """Return on which scale the shown numbers are, empty if there are none.

    Examples:
        >>> numbers(Board(models=(), rows=()))
        ''
    """
    scales = {row.scale for row in board.shown if row.scores}
    if scales == {"share"}:
        return "shares as 0 to 100"
    if "share" in scales:
        return "shares as 0 to 100, other numbers as they are"
    return "numbers as they are" if scales else ""


def lower(board: Board) -> Iterator[str]:
    """Yield which of the shown metrics are better when they are lower, with their unit."""
    found = {
        row.metric: f"{row.metric} (nats)" if row.metric in NATS else row.metric
        for row in board.shown
        if row.scores and higher_is_better(row.metric, row.scale) is False
    }
    if found:
        yield f"lower is better: {', '.join(found.values())}"


def leads(board: Board, mark: str) -> Iterator[str]:
    """Yield how often the best is marked and what that means, and why it is not elsewhere."""
    known = [row.lead for row in board.shown if row.lead is not None]
    tested = [lead for lead in known if lead.p is not None]
    if tested:
        best = sum(lead.significant for lead in tested)
        yield (
            f"the best is {mark} where it is ahead of every other model by the paired test on the "
            f"questions both answered, at 5 % over all tested rows (Holm): {best} of {len(tested)}"
        )
    reasons = Counter(lead.reason for lead in known if lead.reason)
    for reason, rows in reasons.items():
        yield f"not tested in {rows} {'row' if rows == 1 else 'rows'}: {reason}"
