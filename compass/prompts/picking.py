"""What every chooser of shots keeps to.

A sample is never its own shot, and a pool that is too small is an error that
says the numbers, never fewer shots in silence.
"""

from __future__ import annotations

from collections.abc import Iterable

from compass.errors import ConfigError, DataError
from compass.records import Sample


def is_same(one: Sample, other: Sample) -> bool:
    """Return True if two samples ask the same, so that one gives away the other's answer.

    The fields decide, and with them the id or the options in any order: many
    multiple choices share a stem such as "Which of these is true?".  The id alone
    does not, since two splits may both count their rows from 0.
    """
    if one is other:
        return True
    return one.fields == other.fields and (
        one.id == other.id or sorted(one.choices) == sorted(other.choices)
    )


def first(n: int, sample: Sample, row: Iterable[Sample], size: int) -> tuple[Sample, ...]:
    """Return the first ``n`` of ``row`` that are not ``sample``.

    Raises:
        DataError: There are fewer; ``size`` is that of the whole pool.
    """
    shots: list[Sample] = []
    if n:
        for shot in row:
            if not is_same(sample, shot):
                shots.append(shot)
                if len(shots) == n:
                    return tuple(shots)
        raise DataError(
            f"{n} shots are asked for, but only {len(shots)} of {size} samples in the pool "
            f"can be shown with sample {sample.id!r}",
            where="prompt.shots",
            hint="lower n" if size else "the reader has no few-shot split: name one, or drop shots",
        )
    return ()


def check_number(n: int) -> None:
    """Raise a ConfigError unless ``n`` is a number of shots."""
    if isinstance(n, bool) or not isinstance(n, int) or n < 0:
        raise ConfigError(
            f"n is {n!r}, not a number of shots",
            where="prompt.shots.n",
            hint="write a whole number, 0 or more",
        )
