"""Groups of datasets, and what a model scores on one.

A group is a mean of its members, datasets or other groups.  A group of groups is
worked out on the datasets at its leaves, so that a dataset which is reached twice is
not taken for two independent ones: each leaf has a slope, and the group's score is the
sum of the leaves' scores times their slopes (see `compass.board.means`).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from compass.board.cells import Cell
from compass.board.means import slopes
from compass.board.table import EMPTY, Part
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
    mean: str = "arithmetic"

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "name": self.name,
            "members": [list(member) for member in self.members],
            "metric": self.metric,
            **({} if self.mean == "arithmetic" else {"mean": self.mean}),
        }


class Summed(NamedTuple):
    """A group's score, or why there is none."""

    score: Score | None
    reason: str = ""
    modes: frozenset[str] = frozenset()
    parts: tuple[Part, ...] = ()


class _Leaf(NamedTuple):
    dataset: str
    score: Score
    mode: str
    slope: float


class _Missing(Exception):
    """A group cannot be worked out."""


class _Cycle(_Missing):
    """It contains itself."""


def groups_of(summarizer: Mapping[str, Any]) -> dict[str, Group]:
    """Return the groups of a summarizer by name, in its order.

    A group is ``dict(name, subsets, weights=None, metric=None, mean='arithmetic')``; a
    subset is a name or a pair of name and metric; weights are None (all the same),
    ``'size'``, a number for each subset, or a dict from name to number.
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
    mean = raw.get("mean") or "arithmetic"
    return Group(raw["name"], tuple(members), raw.get("metric"), mean)


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

    The interval is propagated from those of the members (see `compass.stats.combine`).
    Datasets are taken to be independent; two metrics of one dataset to move together.

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
    modes = frozenset(leaf.mode for leaf in leaves)
    parts = tuple(Part(leaf.dataset, leaf.score.metric, leaf.slope) for leaf in leaves)
    score = _score(group, leaves, scales.pop())
    if score.chance is not None and any(
        g.mean != "arithmetic" for g in _reached(group, groups)[1].values()
    ):
        score = replace(score, chance=None)
    return Summed(score, "", modes, parts)


def _leaves(
    group: Group,
    groups: Mapping[str, Group],
    cells: Mapping[str, Cell],
    metric: str | None,
    path: Sequence[str],
) -> list[_Leaf]:
    """Return the scores a group is made of, each with its slope."""
    parts: list[tuple[float, list[_Leaf]]] = []
    missing: list[str] = []
    for member in group.members:
        if member.weight == 0:
            continue
        try:
            leaves = _member(member, groups, cells, metric, path)
            parts.append((_weight(member, leaves), leaves))
        except _Missing as problem:
            missing.append(str(problem))
    if missing:
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        raise _Missing(f"without {', '.join(missing[:_NAMED])}{more}")
    if not group.members:
        raise _Missing(EMPTY)
    total = math.fsum(weight for weight, _ in parts)
    if not total > 0:
        raise _Missing("all its weights are 0")
    weights = [weight / total for weight, _ in parts]
    if group.mean == "arithmetic":
        moved = weights
    else:
        sums = [_total(leaves) for _, leaves in parts]
        try:
            moved = slopes(group.mean, weights, [s.value for s in sums], [s.high for s in sums])
        except ValueError as error:
            raise _Missing(str(error)) from error
    return [
        leaf._replace(slope=leaf.slope * slope)
        for slope, (_, leaves) in zip(moved, parts, strict=True)
        for leaf in leaves
    ]


def _member(
    member: Member,
    groups: Mapping[str, Group],
    cells: Mapping[str, Cell],
    metric: str | None,
    path: Sequence[str],
) -> list[_Leaf]:
    """Return the leaves of one member: of a group all, of a dataset the one."""
    wanted = member.metric or metric
    inner = groups.get(member.name) if member.name not in cells else None
    if inner is None:
        return [_leaf(member.name, wanted, cells)]
    if member.name in path:
        raise _Cycle("it contains itself: " + " > ".join([*path, member.name]))
    try:
        return _leaves(inner, groups, cells, wanted or inner.metric, [*path, member.name])
    except _Cycle:
        raise
    except _Missing as problem:
        raise _Missing(f"{member.name} ({problem})") from problem


def _leaf(dataset: str, metric: str | None, cells: Mapping[str, Cell]) -> _Leaf:
    cell = cells.get(dataset)
    if cell is None or not cell.scores:
        raise _Missing(dataset)
    score = next((s for s in cell.scores if metric in (None, s.metric)), None)
    if score is None or score.value is None:
        raise _Missing(f"{dataset} ({metric})" if score is None else dataset)
    return _Leaf(dataset, score, cell.mode, 1.0)


def _weight(member: Member, leaves: Sequence[_Leaf]) -> float:
    """Return the weight of a member: the given one, or the number of its questions."""
    if member.weight is not None:
        return member.weight
    total = 0
    for score in {leaf.dataset: leaf.score for leaf in leaves}.values():
        if score.n is None:
            raise _Missing(f"the number of questions of {member.name}")
        total += score.n + score.failed
    return float(total)


def _score(group: Group, leaves: Sequence[_Leaf], scale: str) -> Score:
    value, low, high = _total(leaves)
    bounded = math.isfinite(low) and math.isfinite(high)
    if scale == "share":
        # No bound of a mean is below all of its members' bounds but by rounding; above, the
        # straight lines of the slopes may leave what is possible.
        least = min(leaf.score.low or 0.0 for leaf in leaves)
        low, high = max(min(0.0, least), low), min(1.0, high)
    scores = list({leaf.dataset: leaf.score for leaf in reversed(leaves)}.values())
    sizes = [one.n for one in scores if one.n is not None]
    metrics = {leaf.score.metric for leaf in leaves}
    metric = metrics.pop() if len(metrics) == 1 else "mean"
    chances = [leaf.slope * leaf.score.chance for leaf in leaves if leaf.score.chance is not None]
    return Score(
        metric=metric if group.mean == "arithmetic" else f"{group.mean}_{metric}",
        value=value,
        low=low if bounded else None,
        high=high if bounded else None,
        n=sum(sizes) if len(sizes) == len(scores) else None,
        failed=sum(one.failed for one in scores),
        unparsed=sum(one.unparsed for one in scores),
        truncated=sum(one.truncated for one in scores),
        chance=math.fsum(chances) if len(chances) == len(leaves) else None,
        scale=scale,
    )


def _total(leaves: Sequence[_Leaf]) -> Interval:
    """Return the sum of the leaves' scores times their slopes."""
    by_dataset: dict[str, list[_Leaf]] = defaultdict(list)
    for leaf in leaves:
        by_dataset[leaf.dataset].append(leaf)
    return combine([(1.0, _together(same)) for same in by_dataset.values()])


def _together(leaves: Sequence[_Leaf]) -> Interval:
    """Return the sum of scores that move together: bounds add up."""
    value = low = high = 0.0
    for leaf in leaves:
        score = leaf.score
        value += leaf.slope * (score.value or 0.0)
        if leaf.slope:
            low += leaf.slope * (-math.inf if score.low is None else score.low)
            high += leaf.slope * (math.inf if score.high is None else score.high)
    return Interval(value, low, high)
