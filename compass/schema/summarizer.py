"""The keys of a summarizer: groups and their means, tables, the order of rows and columns."""

from __future__ import annotations

from typing import Any

from compass.errors import did_you_mean
from compass.schema.place import Place, as_dict, as_list, as_text, plain, quoted

SUMMARIZER_KEYS = frozenset(
    {
        "annotations",
        "chance",
        "datasets",
        "families",
        "formats",
        "groups",
        "models",
        "significance",
        "tables",
    }
)
GROUP_KEYS = frozenset({"name", "subsets", "weights", "metric", "mean"})
TABLE_KEYS = frozenset({"title", "datasets", "metric", "models", "scale", "transposed", "ranked"})

MEANS = ("arithmetic", "harmonic", "geometric")
SCALES = ("plain", "chance")
FORMATS = ("csv", "long-csv", "markdown", "json", "latex", "lm-eval", "model-index")
"""What a board can be written as."""


def summarizer_from(value: Any, place: Place) -> dict[str, Any]:
    """Return the summarizer as plain data.

    A group is ``dict(name, subsets, weights=None, metric=None, mean='arithmetic')``, a table
    ``dict(title, datasets, metric=None, models=None, scale='plain', transposed=False,
    ranked=None)``.  A subset or a row is an abbr or a pair of abbr and metric, a row also a
    pattern of abbrs; weights are ``'size'``, a number for each subset, or a dict from abbr
    to number.
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
    tables = as_list(members.get("tables", []), place.key("tables"), empty=True)
    for index, table in enumerate(tables):
        _table(table, place.key("tables").at(index))
    _texts(members.get("models", []), place.key("models"))
    for label, patterns in as_dict(members.get("families", {}), place.key("families")).items():
        _texts(patterns, place.key("families").key(label))
    _chance(members.get("chance", {}), place.key("chance"))
    _flag(members.get("significance", True), place.key("significance"))
    _texts(members.get("annotations", []), place.key("annotations"))
    formats = members.get("formats", [])
    _texts(formats, place.key("formats"))
    for index, one in enumerate(formats):
        _one_of(one, FORMATS, place.key("formats").at(index))
    result: dict[str, Any] = plain(members, place)
    return result


def _table(value: Any, place: Place) -> None:
    table = as_dict(value, place, TABLE_KEYS)
    if "datasets" not in table:
        place.fail("a table lacks 'datasets'", "write dict(title=..., datasets=[...])")
    as_list(table["datasets"], place.key("datasets"))
    _columns(table["datasets"], place.key("datasets"))
    for key in ("title", "metric", "ranked"):
        if table.get(key) is not None:
            as_text(table[key], place.key(key))
    _texts(table.get("models") or [], place.key("models"))
    _one_of(table.get("scale", "plain"), SCALES, place.key("scale"))
    _flag(table.get("transposed", False), place.key("transposed"))


def _chance(value: Any, place: Place) -> None:
    """Check chance levels: a number, or a dict from metric to number, by abbr or pattern."""
    for abbr, given in as_dict(value, place).items():
        here = place.key(abbr)
        levels = as_dict(given, here) if isinstance(given, dict) else {"": given}
        for level in levels.values():
            if isinstance(level, bool) or not isinstance(level, (int, float)) or not 0 <= level < 1:
                here.fail(
                    f"a chance level must be a number from 0 to below 1, got {quoted(level)}",
                    "four options: write 0.25",
                )


def _texts(value: Any, place: Place) -> None:
    for index, one in enumerate(as_list(value, place, empty=True)):
        as_text(one, place.at(index))


def _flag(value: Any, place: Place) -> None:
    if not isinstance(value, bool):
        place.fail(f"{place.last()} must be True or False, got {quoted(value)}", "write True")


def _one_of(value: Any, known: tuple[str, ...], place: Place) -> None:
    if value not in known:
        place.fail(
            f"{place.last()} must be one of {', '.join(known)}, got {quoted(value)}",
            did_you_mean(str(value), known),
        )


def _groups(place: Place) -> Place:
    return place.key("groups")


def _group(value: Any, place: Place) -> str:
    group = as_dict(value, place, GROUP_KEYS)
    for key in ("name", "subsets"):
        if key not in group:
            place.fail(f"a group lacks {key!r}", "write dict(name=..., subsets=[...])")
    subsets = as_list(group["subsets"], place.key("subsets"), empty=True)
    _columns(subsets, place.key("subsets"))
    _weights(group.get("weights"), subsets, place.key("weights"))
    if group.get("metric") is not None:
        as_text(group["metric"], place.key("metric"))
    _one_of(group.get("mean", "arithmetic"), MEANS, place.key("mean"))
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
