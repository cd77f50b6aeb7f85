"""Groups of datasets, and what a model scores on one.

A group is a weighted mean of its members, datasets or other groups.  A group of
groups is worked out on the datasets at its leaves, so that a dataset which is
reached twice is not taken for two independent ones.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from compass.board.cells import Cell
from compass.records import Score
from compass.specs import fingerprint
from compass.stats import Interval, combine

_NAMED = 5


class Member(NamedTuple):
    """A dataset or group within a group."""

    name: str
    metric: str | None
    """None: the metric of the group, else the headline."""

    weight: float | None
    """None: the number of its questions."""


@dataclass(frozen=True, slots=True)
class Group:
    """A row that sums up others."""

    name: str
    members: tuple[Member, ...]
    metric: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "name": self.name,
            "members": [list(member) for member in self.members],
            "metric": self.metric,
        }


class Summed(NamedTuple):
    """A group's score, or why there is none."""

    score: Score | None
    reason: str = ""
    modes: frozenset[str] = frozenset()


class _Leaf(NamedTuple):
    dataset: str
    score: Score
    mode: str
    weight: float


class _Missing(Exception):
    """A group cannot be worked out."""


def groups_of(summarizer: Mapping[str, Any]) -> dict[str, Group]:
    """Return the groups of a summarizer by name, in its order.

    A group is ``dict(name, subsets, weights=None, metric=None)``; a subset is a name
    or a pair of name and metric; weights are None (all the same), ``'size'``, a number
    for each subset, or a dict from name to number.
    """
    groups = (_group(raw) for raw in summarizer.get("groups", ()))
    return {group.name: group for group in groups}


def _group(raw: Mapping[str, Any]) -> Group:
    weights = raw.get("weights")
    members = []
    for place, subset in enumerate(raw["subsets"]):
        name, metric = (subset, None) if isinstance(subset, str) else subset
        if weights is None:
            weight: float | None = 1.0
        elif weights == "size":
            weight = None
        else:
            weight = float(weights[name if isinstance(weights, Mapping) else place])
        members.append(Member(name, metric, weight))
    return Group(raw["name"], tuple(members), raw.get("metric"))


def leaves_of(group: Group, groups: Mapping[str, Group]) -> list[str]:
    """Return the datasets a group reaches, each once, in order."""
    return list(_reached(group, groups)[0])


def version_of(group: Group, groups: Mapping[str, Group], versions: Mapping[str, str]) -> str:
    """Return a short fingerprint of a group: its members, weights, and their versions."""
    leaves, inner = _reached(group, groups)
    return fingerprint(
        [one.to_dict() for one in inner.values()], [[name, versions.get(name)] for name in leaves]
    )[:6]


def _reached(group: Group, groups: Mapping[str, Group]) -> tuple[dict[str, None], dict[str, Group]]:
    """Return the datasets and the groups that a group reaches, itself included."""
    leaves: dict[str, None] = {}
    inner = {group.name: group}
    waiting = [group]
    while waiting:
        for member in waiting.pop(0).members:
            found = groups.get(member.name)
            if found is None:
                leaves[member.name] = None
            elif found.name not in inner:
                inner[found.name] = found
                waiting.append(found)
    return leaves, inner


def summed(group: Group, groups: Mapping[str, Group], cells: Mapping[str, Cell]) -> Summed:
    """Return what a model scores on a group.

    The value is the weighted mean of the members; its interval is propagated from
    theirs (see `compass.stats.combine`).  Datasets are taken to be independent; two
    metrics of one dataset to move together.

    Args:
        group: The group.
        groups: All groups by name.
        cells: The model's cells by dataset.
    """
    try:
        leaves = _leaves(group, groups, cells, group.metric, (group.name,))
    except _Missing as missing:
        return Summed(None, str(missing))
    scales = {leaf.score.scale for leaf in leaves}
    if len(scales) > 1:
        return Summed(None, "its members are on different scales")
    return Summed(_score(leaves, scales.pop()), "", frozenset(leaf.mode for leaf in leaves))


def _leaves(
    group: Group,
    groups: Mapping[str, Group],
    cells: Mapping[str, Cell],
    metric: str | None,
    path: Sequence[str],
) -> list[_Leaf]:
    """Return the scores a group is made of, their weights summing to 1."""
    parts: list[tuple[float, list[_Leaf]]] = []
    missing: list[str] = []
    for member in group.members:
        if member.weight == 0:
            continue
        wanted = member.metric or metric
        inner = groups.get(member.name) if member.name not in cells else None
        if inner is not None:
            if member.name in path:
                raise _Missing("it contains itself: " + " > ".join([*path, member.name]))
            try:
                leaves = _leaves(inner, groups, cells, wanted or inner.metric, [*path, member.name])
            except _Missing as problem:
                missing.append(f"{member.name} ({problem})")
                continue
        else:
            leaf = _leaf(member.name, wanted, cells)
            if isinstance(leaf, str):
                missing.append(leaf)
                continue
            leaves = [leaf]
        weight = _size(leaves) if member.weight is None else member.weight
        parts.append((weight, leaves))
    if missing:
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        raise _Missing(f"without {', '.join(missing[:_NAMED])}{more}")
    total = math.fsum(weight for weight, _ in parts)
    if not total > 0:
        raise _Missing("all its weights are 0")
    return [
        leaf._replace(weight=leaf.weight * weight / total)
        for weight, leaves in parts
        for leaf in leaves
    ]


def _leaf(dataset: str, metric: str | None, cells: Mapping[str, Cell]) -> _Leaf | str:
    """Return a dataset's score, or what is missing."""
    cell = cells.get(dataset)
    if cell is None or not cell.scores:
        return dataset
    score = next((s for s in cell.scores if metric in (None, s.metric)), None)
    if score is None or score.value is None:
        return f"{dataset} ({metric})" if score is None else dataset
    return _Leaf(dataset, score, cell.mode, 1.0)


def _size(leaves: Sequence[_Leaf]) -> float:
    return float(sum({leaf.dataset: leaf.score.n + leaf.score.failed for leaf in leaves}.values()))


def _score(leaves: Sequence[_Leaf], scale: str) -> Score:
    by_dataset: dict[str, list[_Leaf]] = defaultdict(list)
    for leaf in leaves:
        by_dataset[leaf.dataset].append(leaf)
    parts = [(1.0, _together(same)) for same in by_dataset.values()]
    value, low, high = combine(parts)
    bounded = math.isfinite(low) and math.isfinite(high)
    if scale == "share":
        low, high = max(0.0, low), min(1.0, high)
    firsts = [same[0].score for same in by_dataset.values()]
    metrics = {leaf.score.metric for leaf in leaves}
    return Score(
        metric=metrics.pop() if len(metrics) == 1 else "mean",
        value=value,
        low=low if bounded else None,
        high=high if bounded else None,
        n=sum(one.n for one in firsts),
        failed=sum(one.failed for one in firsts),
        unparsed=sum(one.unparsed for one in firsts),
        truncated=sum(one.truncated for one in firsts),
        scale=scale,
    )


def _together(leaves: Sequence[_Leaf]) -> Interval:
    """Return the weighted sum of scores that move together: bounds add up."""
    value = low = high = 0.0
    for leaf in leaves:
        score = leaf.score
        value += leaf.weight * (score.value or 0.0)
        low += leaf.weight * (-math.inf if score.low is None else score.low)
        high += leaf.weight * (math.inf if score.high is None else score.high)
    return Interval(value, low, high)
