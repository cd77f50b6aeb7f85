"""The keys of a summarizer: groups, their weights, and the order of rows and columns."""

from __future__ import annotations

from typing import Any

from compass.schema.place import Place, as_dict, as_list, as_text, plain, quoted

SUMMARIZER_KEYS = frozenset({"groups", "datasets", "models"})
GROUP_KEYS = frozenset({"name", "subsets", "weights", "metric"})


def summarizer_from(value: Any, place: Place) -> dict[str, Any]:
    """Return the summarizer as plain data.

    A group is ``dict(name, subsets, weights=None, metric=None)``.  A subset or a row is
    an abbr or a pair of abbr and metric; weights are ``'size'``, a number for each subset,
    or a dict from abbr to number.
    """
    members = as_dict(value, place, SUMMARIZER_KEYS)
    taken: dict[str, int] = {}
    for index, group in enumerate(as_list(members.get("groups", []), _groups(place), empty=True)):
        name = _group(group, _groups(place).at(index))
        if name in taken:
            _groups(place).at(index).fail(
                f"group {name!r} is taken by groups[{taken[name]}]", "give one another name"
            )
        taken[name] = index
    _columns(members.get("datasets", []), place.key("datasets"))
    models = as_list(members.get("models", []), place.key("models"), empty=True)
    for index, model in enumerate(models):
        as_text(model, place.key("models").at(index))
    result: dict[str, Any] = plain(members, place)
    return result


def _groups(place: Place) -> Place:
    return place.key("groups")


def _group(value: Any, place: Place) -> str:
    group = as_dict(value, place, GROUP_KEYS)
    for key in ("name", "subsets"):
        if key not in group:
            place.fail(f"a group lacks {key!r}", "write dict(name=..., subsets=[...])")
    subsets = as_list(group["subsets"], place.key("subsets"))
    _columns(subsets, place.key("subsets"))
    _weights(group.get("weights"), subsets, place.key("weights"))
    if group.get("metric") is not None:
        as_text(group["metric"], place.key("metric"))
    return as_text(group["name"], place.key("name"))


def _columns(value: Any, place: Place) -> None:
    """Check a list of abbrs and pairs of abbr and metric."""
    for index, one in enumerate(as_list(value, place, empty=True)):
        if isinstance(one, (list, tuple)) and len(one) == 2:
            as_text(one[0], place.at(index))
            as_text(one[1], place.at(index))
        elif not isinstance(one, str) or not one:
            place.at(index).fail(
                f"must be an abbr or [abbr, metric], got {quoted(one)}", "write 'abbr'"
            )


def _weights(value: Any, subsets: list[Any], place: Place) -> None:
    if value is None or value == "size":
        return
    if isinstance(value, dict):
        names = {one if isinstance(one, str) else one[0] for one in subsets}
        numbers = as_dict(value, place, names)
        for name in names - set(numbers):
            place.fail(f"weights lack {name!r}", "give a weight for each subset")
        weights = list(numbers.values())
    elif isinstance(value, (list, tuple)):
        weights = list(value)
        if len(weights) != len(subsets):
            place.fail(
                f"{len(weights)} weights for {len(subsets)} subsets",
                "give a weight for each subset",
            )
    else:
        place.fail(
            f"weights must be None, 'size', a list or a dict, got {quoted(value)}",
            "leave weights out for equal weights, or write weights='size'",
        )
    for one in weights:
        if isinstance(one, bool) or not isinstance(one, (int, float)) or one < 0:
            place.fail(
                f"a weight must be a number of at least 0, got {quoted(one)}", "write numbers"
            )
    if not any(weights):
        place.fail("all weights are 0", "give one subset a weight above 0")
