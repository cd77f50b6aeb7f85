"""How numbers and holes read, wherever a board is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from compass.board.table import Board, Row
from compass.records import Score

HOLE = "-"
_NAMED = 5

FIRST = "rank-first"
"""Mode of rankings that saw the likeliest first tokens only."""


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


def counts(row: Row) -> str:
    """Return how many judged predictions are behind a row: ``200`` or ``198-200``."""
    numbers = {score.n for score in row.scores.values()}
    if not numbers:
        return HOLE
    low, high = min(numbers), max(numbers)
    return str(low) if low == high else f"{low}-{high}"


def holes(board: Board) -> Iterator[str]:
    """Yield a line for each reason that leaves places empty, saying which."""
    models: dict[tuple[str, str], list[str]] = {}
    for hole in board.holes:
        models.setdefault((hole.name, hole.reason), []).append(hole.model)
    names: dict[tuple[str, str], list[str]] = {}
    for (name, reason), missing in models.items():
        names.setdefault((_listed(missing), reason), []).append(name)
    for (missing_models, reason), rows in names.items():
        yield f"{_listed(rows)}, {missing_models}: {reason}"


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
                yield f"{row.name}, {model}: of {score.n + score.failed}, {', '.join(marks)}"


def _listed(names: Iterable[str]) -> str:
    known = list(dict.fromkeys(names))
    more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
    return ", ".join(known[:_NAMED]) + more
