"""The scores of DROP: answers of several spans, each a set of words, with their numbers.

Dua et al. 2019, "DROP: A Reading Comprehension Benchmark Requiring Discrete Reasoning
Over Paragraphs", arXiv:1903.00161, and its script ``drop_eval.py`` (AllenNLP).
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from itertools import permutations

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_MOST_PERMUTED = 6


def drop_scores(
    answer: Sequence[str], targets: Sequence[Sequence[str]]
) -> tuple[float, float, int]:
    """Return the best F1 and the best exact match over all targets, and the best target.

    F1 of a target is the mean over aligned spans, rounded to two decimals as in the
    script; spans without a partner count as 0.

    Args:
        answer: Spans of the answer.
        targets: Spans of each right answer.

    Examples:
        >>> drop_scores(["5 dogs"], [["5.0"], ["4 dogs"]])
        (0.67, 0.0, 0)
    """
    mine = [drop_form(one) for one in answer]
    best_f1 = best_exact = 0.0
    best = 0
    for place, target in enumerate(targets):
        if not target or not target[0].strip():
            continue
        theirs = [drop_form(one) for one in target]
        exact = float(set(mine) == set(theirs) and len(mine) == len(theirs))
        f1 = round(_aligned([set(m.split()) for m in mine], [set(t.split()) for t in theirs]), 2)
        if (f1, exact) > (best_f1, best_exact):
            best = place
        best_f1, best_exact = max(best_f1, f1), max(best_exact, exact)
    return best_f1, best_exact, best


def drop_form(text: str) -> str:
    """Return the form in which DROP compares.

    Lower case; words are parted by spaces and hyphens; punctuation and articles go, but
    numbers keep theirs and are written as floating-point numbers.

    Examples:
        >>> drop_form("The 1-yard, 3.50")
        '1.0 yard 3.5'
    """
    words = []
    for word in re.split(r"[ -]", text.lower()):
        bare = word if _is_number(word) else word.translate(_PUNCTUATION)
        if _is_number(bare):
            bare = str(float(bare))
        words += _ARTICLES.sub(" ", bare).split()
    return " ".join(words)


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _aligned(mine: Sequence[set[str]], theirs: Sequence[set[str]]) -> float:
    """Return the mean overlap of the best one-to-one alignment."""
    overlaps = [[_overlap(m, t) for m in mine] for t in theirs]
    count = max(len(mine), len(theirs))
    if min(len(mine), len(theirs)) == 1:
        return max(max(row) for row in overlaps) / count
    return _assigned(overlaps) / count


def _assigned(overlaps: Sequence[Sequence[float]]) -> float:
    """Return the largest sum of entries, one of each row and column."""
    rows, columns = len(overlaps), len(overlaps[0])
    if max(rows, columns) <= _MOST_PERMUTED:
        table: Sequence[Sequence[float]] = overlaps
        if rows > columns:
            table = list(zip(*overlaps, strict=True))
        return max(
            sum(row[place] for row, place in zip(table, places, strict=True))
            for places in permutations(range(len(table[0])), len(table))
        )
    from scipy.optimize import linear_sum_assignment

    rows_of, columns_of = linear_sum_assignment(overlaps, maximize=True)
    chosen = zip(map(int, rows_of), map(int, columns_of), strict=True)
    return float(sum(overlaps[row][column] for row, column in chosen))


def _overlap(mine: set[str], theirs: set[str]) -> float:
    numbers = {word for word in theirs if _is_number(word)}
    if numbers and not numbers & mine:
        return 0.0
    shared = len(mine & theirs)
    precision = shared / len(mine) if mine else 1.0
    recall = shared / len(theirs) if theirs else 1.0
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
