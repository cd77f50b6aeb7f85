"""What one test says of one model and one benchmark, and where it reads it from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from compass.errors import ConfigError
from compass.records import Prediction, Verdict

Leak = Literal["test leak", "training over-fit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One statistic, tested against "this benchmark was not trained on"."""

    method: str
    leak: Leak
    """What a small ``p`` speaks for."""

    statistic: str
    """What ``value`` is, in words."""

    value: float | None
    low: float | None = None
    high: float | None = None
    effect: float | None = None
    """The difference in standard deviations of a text, where there is one."""

    p: float | None = None
    """One-sided, before any correction; None: nothing was tested, so nothing is concluded."""

    n: int = 0
    """Texts, shards or questions behind the value."""

    pairs: float = 0.0
    """Effective sample size of the test: n, or n m / (n + m) where two sets are compared."""

    matched: bool = False
    """True if the test also takes for granted that two sets are alike but for the leak."""

    note: str = ""


class Reading(Protocol):
    """The stored verdicts and answers of one model."""

    @property
    def model(self) -> str:
        """The model's abbr."""

    def of(self, model: str) -> Reading:
        """Return those of another model of the run."""

    def verdicts(self, dataset: str) -> Iterable[Verdict]:
        """Return what the evaluator made of each answer."""

    def predictions(self, dataset: str) -> Iterator[tuple[Verdict, Prediction]]:
        """Yield each verdict with the answer it is about."""


class Method(Protocol):
    """A way to look for a leak.  The first four are for people to read."""

    source: str
    needs: str
    null: str
    weakness: str
    dataset: str
    effect: float
    """Standard deviations by which the score of a leaked text is taken to move, for power."""

    def reads(self) -> tuple[str, ...]:
        """Return the datasets whose verdicts it needs."""

    def findings(self, reading: Reading) -> list[Finding]:
        """Return what it finds."""


def column(verdicts: Iterable[Verdict], *names: str) -> tuple[list[list[float]], int]:
    """Return the values of these names, a list each, and how many verdicts lack one.

    Raises:
        ConfigError: There are judged verdicts, and none has all these values: another evaluator
            made them.

    Examples:
        >>> one = Verdict(key="k", sample_id="s", values={"loss": 2.0, "tokens": 5.0})
        >>> column([one], "loss", "tokens")
        ([[2.0], [5.0]], 0)
    """
    found: list[list[float]] = [[] for _ in names]
    missing = 0
    others: set[str] = set()
    for verdict in verdicts:
        values: list[Any] = [verdict.values.get(name) for name in names]
        if None in values:
            missing += 1
            others.update(name for name, value in verdict.values.items() if value is not None)
            continue
        for values_of_name, value in zip(found, values, strict=True):
            values_of_name.append(float(value))
    if others and not found[0]:
        raise ConfigError(
            f"a check reads {' and '.join(map(repr, names))} of verdicts that have only: "
            f"{', '.join(sorted(others))}",
            hint="evaluator=dict(type=Membership); for min_k_plus ask=dict(type=Loss, spread=True)",
        )
    return found, missing


def lacking(missing: int) -> str:
    """Return what to say of verdicts without a value."""
    return f"{missing} without an answer left out" if missing else ""
