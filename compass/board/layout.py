"""What a summarizer asks to be shown: tables, their rows, and the order of the models.

Rows follow ``datasets``, the first table, and ``tables``, one each.  What they name and
these scores lack is left out, and so is a table of which nothing is there.  What no table
shows comes last, unless a group that is shown holds it: nothing that was scored is hidden
by being forgotten.  Without either, one table follows the config, each group after the
last of its members.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from compass.board.groups import Group, leaves_of
from compass.board.table import Origin

_PATTERN = frozenset("*?[")

OTHERS = "others"
"""Title of the table of what no other table shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A table as it is asked for."""

    title: str = ""
    rows: tuple[tuple[str, str | None], ...]
    """Names of datasets and groups, each with a metric or None for the headline."""

    models: tuple[str, ...] = ()
    """Only these columns: names, or patterns of them; all if empty."""

    scale: str = "plain"
    transposed: bool = False
    ranked: str | None = None
    """Row that the models are ranked by."""

    def columns(self, models: Sequence[str], origins: Mapping[str, Origin]) -> tuple[str, ...]:
        """Return its models."""
        if not self.models:
            return tuple(models)
        chosen = (m for pattern in self.models for m in models if is_named(m, pattern, origins))
        return tuple(dict.fromkeys(chosen))


def layout(
    summarizer: Mapping[str, Any], datasets: Sequence[str], groups: Mapping[str, Group]
) -> list[Wanted]:
    """Return the tables of a board of these datasets."""
    there = _there(datasets, groups)
    first = _expanded(summarizer.get("datasets") or (), there, None)
    tables = [_table(raw, there) for raw in summarizer.get("tables") or ()]
    tables = [one for one in tables if _shows_something(one, groups)]
    shown = {name for rows in (first, *(one.rows for one in tables)) for name, _ in rows}
    held = {leaf for name in shown if name in there and name not in datasets
            for leaf in leaves_of(groups[name], groups)}  # fmt: skip
    if not shown:
        reached = [group for name, group in groups.items() if name in there and group.members]
        order = config_order(datasets, [g for g in reached if g.name not in datasets], groups)
        return [Wanted(rows=tuple((name, None) for name in order))]
    rest = tuple((name, None) for name in datasets if name not in shown and name not in held)
    if first:
        return [Wanted(rows=(*first, *rest)), *tables]
    return [*tables, Wanted(title=OTHERS, rows=rest)] if rest else tables


def grouped_by_family(
    models: Sequence[str], summarizer: Mapping[str, Any], origins: Mapping[str, Origin]
) -> dict[str, str]:
    """Return the columns in order, each with the label of its family or an empty one.

    Those that ``models`` of the summarizer names come first, the families of ``families``
    in their order, models without one last.
    """
    first = summarizer.get("models") or ()
    named = [m for pattern in first for m in models if is_named(m, pattern, origins)]
    labels = dict.fromkeys([*named, *models], "")
    families = summarizer.get("families") or {}
    for label, patterns in reversed(families.items()):
        for model in labels:
            if any(is_named(model, pattern, origins) for pattern in patterns):
                labels[model] = label
    place = {label: number for number, label in enumerate(families)}
    return dict(sorted(labels.items(), key=lambda one: place.get(one[1], len(place))))


def is_named(model: str, pattern: str, origins: Mapping[str, Origin]) -> bool:
    """True if a column, or the abbr of its model, is what a name or pattern says."""
    names = (model, origins[model].model) if model in origins else (model,)
    return any(name == pattern or fnmatchcase(name, pattern) for name in names)


def config_order(
    datasets: Sequence[str], groups: Iterable[Group], known: Mapping[str, Group]
) -> list[str]:
    """Return datasets in order, each group after the last of its members."""
    order: list[str] = []
    done: set[str] = set()
    waiting = {group.name: set(leaves_of(group, known)) & set(datasets) for group in groups}
    for dataset in datasets:
        order.append(dataset)
        done.add(dataset)
        for name in [name for name, leaves in waiting.items() if leaves <= done]:
            order.append(name)
            del waiting[name]
    return order


def _there(datasets: Sequence[str], groups: Mapping[str, Group]) -> dict[str, None]:
    """Return the names that can be shown: groups with a member here, or with none at all."""
    known = set(datasets)
    reached = [
        name
        for name, group in groups.items()
        if not group.members or not known.isdisjoint(leaves_of(group, groups))
    ]
    return dict.fromkeys([*datasets, *reached])


def _table(raw: Mapping[str, Any], there: Mapping[str, None]) -> Wanted:
    return Wanted(
        title=raw.get("title", ""),
        rows=_expanded(raw["datasets"], there, raw.get("metric")),
        models=tuple(raw.get("models") or ()),
        scale=raw.get("scale", "plain"),
        transposed=bool(raw.get("transposed")),
        ranked=raw.get("ranked"),
    )


def _expanded(
    asked: Iterable[Any], there: Mapping[str, None], metric: str | None
) -> tuple[tuple[str, str | None], ...]:
    """Return the rows that names, patterns and pairs stand for, each once."""
    rows: dict[tuple[str, str | None], None] = {}
    for one in asked:
        name, own = (one, metric) if isinstance(one, str) else one
        if name in there:
            rows[name, own] = None
        elif not _PATTERN.isdisjoint(name):
            rows.update(dict.fromkeys((n, own) for n in there if fnmatchcase(n, name)))
    return tuple(rows)


def _shows_something(table: Wanted, groups: Mapping[str, Group]) -> bool:
    return any(name not in groups or groups[name].members for name, _ in table.rows)
