"""Other numbers in a word problem, where the answer can be computed again.

Every number of the question gets another; the equations of the worked solution are followed
with them, step by step; what they lead to is the new answer.  Where a step cannot be followed
for certain, nothing is changed and the reason is given.
"""

from __future__ import annotations

import random
import re
from fractions import Fraction
from typing import NamedTuple

from compass.contamination.rewrite.arithmetic import EQUATION, NUMBER, compute, number

TRIES = 200
UNITS = frozenset(map(Fraction, (0, 1, 2, 3, 4, 7, 10, 12, 24, 30, 31, 52, 60, 100, 365, 1000)))
"""Numbers that may stand for a side, a unit or a per cent as well: they are never changed."""

RATIOS = frozenset(map(Fraction, (5, 6, 8)))
"""Numbers that words of ratio stand for: not changed where there are such words."""

RATIO = re.compile(
    r"\b(half|halves|twice|double|thrice|triple|third|thirds|quarter|quarters|fourth|fourths|"
    r"fifth|fifths|times|couple|pair|pairs|both|other|another|dozen)\b",
    re.IGNORECASE,
)
_COUNTS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty"
)
WORDS = {word: Fraction(value) for value, word in enumerate(_COUNTS.split())}
_MARKS = re.compile(r"<<[^<>]*>>")
_FIXED = re.compile(r"\d+(?:\.\d+)?\s*%|\d+(?:\.\d+)?\s*percent|\b(?:19|20)\d\d\b|\d+/\d+|\d+:\d+")


class Renumbered(NamedTuple):
    """A problem with other numbers."""

    question: str
    solution: str
    answer: str


class CannotRenumber(Exception):
    """The answer cannot be computed again for certain."""


def renumbered(question: str, solution: str, answer: str, chance: random.Random) -> Renumbered:
    """Return the problem with other numbers and the answer they lead to.

    Raises:
        CannotRenumber: Why not.
    """
    plan = _Plan(question, _MARKS.sub("", solution), answer)
    for _ in range(TRIES):
        known = plan.follow(plan.drawn(chance))
        if known is not None:
            made = Renumbered(*(_written(text, known) for text in plan.texts))
            if is_exact(made.solution, made.answer):
                return made
    raise CannotRenumber("no other numbers come out even")


def is_exact(solution: str, answer: str) -> bool:
    """True if every equation of a solution holds, and one of them leads to the answer."""
    results = set()
    for found in EQUATION.finditer(solution):
        result = number(found["result"])
        if compute(found["sum"]) != result:
            return False
        results.add(result)
    return number(answer) in results


class _Plan:
    """The numbers of a problem and the steps between them."""

    def __init__(self, question: str, solution: str, answer: str) -> None:
        self.texts = (question, solution, answer)
        self.steps: list[tuple[str, Fraction]] = []
        self.words = {WORDS[w] for w in re.findall(r"[a-z]+", question.lower()) if w in WORDS}
        fixed = {number(n) for part in _FIXED.findall(question) for n in re.findall(r"\d+", part)}
        given = {number(found) for found in NUMBER.findall(question)}
        ratio = RATIO.search(question) is not None or RATIO.search(solution) is not None
        kept = UNITS | fixed | self.words | (RATIOS if ratio else frozenset())
        self.given = sorted(given - kept)
        self.kept = given | UNITS | self.words | (RATIOS if ratio else frozenset())
        self._read(solution, answer)

    def _read(self, solution: str, answer: str) -> None:
        if not self.given:
            raise CannotRenumber("the question has no number that may change")
        reached = set(self.given)
        for found in EQUATION.finditer(solution):
            try:
                result = number(found["result"])
                compute(found["sum"], lambda one: self._met(one, reached))
                true = compute(found["sum"]) == result
            except ValueError as error:
                raise CannotRenumber(f"a step cannot be read: {error}") from error
            if not true:
                raise CannotRenumber(f"a step is not exact: {found[0].strip()!r}")
            self.steps.append((found["sum"], result))
            reached.add(result)
        self._end(solution, answer, reached)

    def _end(self, solution: str, answer: str, reached: set[Fraction]) -> None:
        try:
            target = number(answer)
        except ValueError as error:
            raise CannotRenumber("the answer is no number") from error
        if target not in {result for _, result in self.steps}:
            raise CannotRenumber("the answer is not computed by the solution")
        for text in NUMBER.findall(solution):
            self._met(number(text), reached)

    def _met(self, value: Fraction, reached: set[Fraction]) -> Fraction:
        if value not in reached and value not in self.kept:
            raise CannotRenumber(f"{float(value):g} is neither given nor computed")
        return value

    def drawn(self, chance: random.Random) -> dict[Fraction, Fraction]:
        """Return other numbers of like size; those of the question stay different."""
        found: dict[Fraction, Fraction] = {}
        for value in self.given:
            unit = Fraction(1, value.denominator)
            low = max(unit * 2, value * Fraction(3, 5) // unit * unit)
            high = (value * Fraction(3, 2) // unit + 2) * unit
            steps = int((high - low) / unit)
            found[value] = low + chance.randint(0, steps) * unit
        return found

    def follow(self, drawn: dict[Fraction, Fraction]) -> dict[Fraction, Fraction] | None:
        """Return the new value of every number, None if these do not do."""
        known = dict(drawn)
        fresh = set(drawn.values())
        if len(fresh) < len(drawn) or any(a == b for a, b in drawn.items()) or fresh & UNITS:
            return None
        for text, result in self.steps:
            try:
                value = compute(text, lambda one: known.get(one, one))
            except ValueError:
                return None
            whole = result.denominator == 1
            if (whole and value.denominator != 1) or (value <= 0) != (result <= 0):
                return None
            if not whole and (100 * value).denominator != 1:
                return None
            if result in self.kept and result not in drawn and value != result:
                return None  # the number also stands for itself somewhere
            if known.setdefault(result, value) != value:
                return None
        return known


def _written(text: str, known: dict[Fraction, Fraction]) -> str:
    def other(found: re.Match[str]) -> str:
        old = number(found[0])
        new = known.get(old, old)
        if new == old:
            return found[0]
        if new.denominator == 1:
            return f"{int(new):,}" if "," in found[0] else str(int(new))
        cents = "." in found[0] and len(found[0].partition(".")[2]) == 2
        return f"{float(new):.2f}" if cents else f"{float(new):g}"

    return NUMBER.sub(other, text)
