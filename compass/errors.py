"""Every failure a user can meet, as one tree.

CompassError
├── ConfigError      the experiment is described wrongly        exit 2
├── DataError        a benchmark's rows are not as it says      exit 3
├── ModelError       some questions or jobs failed              exit 4
├── StoreError       files of a run folder cannot be used       exit 5
└── GateError        a score fell below its baseline            exit 1

A CompassError says *what* happened, *where*, and gives a *hint* (an edit or a
command); it is printed without a traceback.  Anything else is our bug (exit 70)
and keeps its traceback.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

EXIT_BUG = 70
EXIT_INTERRUPTED = 130
EXIT_UNDECIDED = 6


class CompassError(Exception):
    """What happened, where, and what to do about it."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        lines = [self.what]
        if self.where:
            lines.append(f"  at: {self.where}")
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[Any, ...]:
        # Errors cross process borders; keyword-only arguments would be lost.
        return _rebuild, (type(self), self.what, self.where, self.hint)


def _rebuild(cls: type[CompassError], what: str, where: str, hint: str) -> CompassError:
    return cls(what, where=where, hint=hint)


class ConfigError(CompassError):
    """The experiment cannot be turned into a plan."""

    exit_code = 2


class DataError(CompassError):
    """A benchmark's rows are missing, empty or malformed."""

    exit_code = 3


class ModelError(CompassError):
    """A back end could not be built, or some questions have no answer."""

    exit_code = 4


class StoreError(CompassError):
    """A file of a run folder is damaged, locked or belongs to another experiment."""

    exit_code = 5


class GateError(CompassError):
    """A score fell further below its baseline than chance explains."""

    exit_code = 1


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint naming the closest known words, or all of them if few.

    Examples:
        >>> did_you_mean("abbrr", ["abbr", "backend"])
        "did you mean 'abbr'?"
        >>> did_you_mean("x", ["abbr", "backend"])
        'known: abbr, backend'
    """
    names = sorted(known)
    close = get_close_matches(word, names, n=3)
    if close:
        return "did you mean " + " or ".join(repr(c) for c in close) + "?"
    return "known: " + ", ".join(names[:12]) + (" ..." if len(names) > 12 else "")
