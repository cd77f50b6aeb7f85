"""What is asked of a candidate: ``gate.toml`` as frozen data.

``[default]`` holds for every dataset, ``[datasets.PATTERN]`` changes it for some (later
tables win), ``[average]`` is about the mean over datasets.  Scores are in points, 0..100,
where they are shares, and in the unit of the metric where not.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from compass.errors import ConfigError, did_you_mean

ALPHA = 0.05
TOLERANCE = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """What is asked on one dataset; None: nothing."""

    metric: str | None = None
    """None: the headline."""

    no_worse_than: float | None = None
    """The drop must be less than this."""

    must_improve: float | None = None
    """The rise must be more than this."""

    floor: float | None = None
    """The score must be at least this."""

    no_new_failures: bool = True
    """There may be no more questions without an answer than the baseline has."""

    no_leak: bool = False
    """A contamination check of the run must have found the test clear."""

    unparsed: float | None = None
    """Most per cent of answers that nothing could be read out of."""

    seconds: float | None = None
    """Most seconds an answer, on average."""

    tokens: float | None = None
    """Most generated tokens an answer, on average."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Average:
    """What is asked of the mean over datasets."""

    datasets: tuple[str, ...] = ("*",)
    no_worse_than: float | None = None
    must_improve: float | None = None
    floor: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Everything that is asked."""

    alpha: float = ALPHA
    """Error rate of each answer, one-sided."""

    default: Mapping[str, Any] = field(default_factory=lambda: {"no_worse_than": TOLERANCE})
    datasets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    average: Average | None = None

    def of(self, dataset: str) -> Demands:
        """Return what is asked on a dataset."""
        found = Demands(**self.default)
        for pattern, changes in self.datasets.items():
            if fnmatchcase(dataset, pattern):
                found = replace(found, **changes)
        return found


_NUMBERS = {"no_worse_than", "floor", "unparsed", "seconds", "tokens"}
_YES_OR_NO = {"no_new_failures", "no_leak"}
_DEMANDS = {*_NUMBERS, *_YES_OR_NO, "metric", "must_improve"}
_AVERAGE = {"datasets", "no_worse_than", "must_improve", "floor"}
_NEGATIVE = {"floor", "must_improve"}
"""May be below zero: metrics that are no shares may be."""


def rules_from(path: Path) -> Rules:
    """Return the rules that a file holds.

    Raises:
        ConfigError: It cannot be read, or asks for what there is not.
    """
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise ConfigError("there is no such file of rules", where=str(path)) from error
    except (OSError, ValueError) as error:
        raise ConfigError(f"no readable TOML: {error}", where=str(path)) from error
    where = str(path)
    _known(raw, {"alpha", "default", "datasets", "average"}, where)
    alpha = raw.get("alpha", ALPHA)
    if not _is_number(alpha) or not 0 < alpha < 0.5:
        raise ConfigError(
            f"alpha is an error rate between 0 and 0.5, got {alpha!r}", where=f"{where}: alpha"
        )
    default = _table(raw.get("default", {}), _DEMANDS, f"{where}: [default]")
    default.setdefault("no_worse_than", TOLERANCE)
    tables = raw.get("datasets", {})
    if not isinstance(tables, dict):
        raise ConfigError("datasets is a table of tables", where=where, hint="[datasets.gsm8k]")
    average = None
    if "average" in raw:
        place = f"{where}: [average]"
        found = _table(raw["average"], _AVERAGE, place)
        named = found.pop("datasets", ["*"])
        if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
            raise ConfigError("datasets is a list of patterns", where=place)
        if "no_worse_than" not in found and not found.keys() & {"must_improve", "floor"}:
            found["no_worse_than"] = TOLERANCE
        average = Average(datasets=tuple(named), **found)
    return Rules(
        alpha=float(alpha),
        default=default,
        datasets={
            name: _table(table, _DEMANDS, f"{where}: [datasets.{name}]")
            for name, table in tables.items()
        },
        average=average,
    )


def _table(raw: Any, known: set[str], where: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise ConfigError(f"expected a table, got {raw!r}", where=where)
    _known(raw, known, where)
    return {name: _value(name, value, f"{where} {name}") for name, value in raw.items()}


def _value(name: str, value: Any, where: str) -> Any:
    if name == "datasets":
        return value
    if name == "metric":
        if isinstance(value, str):
            return value
        raise ConfigError(f"metric is a name, got {value!r}", where=where)
    if name in _YES_OR_NO:
        if isinstance(value, bool):
            return value
        raise ConfigError(f"{name} is true or false, got {value!r}", where=where)
    if value is False:
        return None
    if name == "must_improve" and value is True:
        return 0.0
    if not _is_number(value) or not abs(value) < float("inf"):
        raise ConfigError(f"{name} is a number, or false for none; got {value!r}", where=where)
    if value < 0 and name not in _NEGATIVE:
        raise ConfigError(f"{name} must not be negative, got {value!r}", where=where)
    return float(value)


def _known(raw: Mapping[str, Any], known: set[str], where: str) -> None:
    for name in raw:
        if name not in known:
            raise ConfigError(
                f"there is no rule {name!r}", where=where, hint=did_you_mean(name, known)
            )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
