"""What a module of `datasets_cfg` says of its benchmark, and what its entries show.

A module says what cannot be read off its entries in a dict ``NAME_about``: title, group,
paper, licence, hub path, number of questions, what it needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from compass.errors import ConfigError, did_you_mean

GROUPS = (
    "Examinations",
    "Language and knowledge",
    "Reasoning and mathematics",
    "Code",
    "Instruction following",
    "Long context",
    "Demo",
)
KEYS = frozenset({"title", "group", "paper", "licence", "hub", "size", "needs"})

_ASKED = {"Generate": "generated", "Rank": "ranked", "Loss": "loss", "Target": "likelihood"}


@dataclass(frozen=True)
class Facts:
    """What is said of a list of datasets."""

    about: Mapping[str, Any] = field(default_factory=dict)
    shots: str = ""
    """Number of examples, a range where entries differ."""

    asked: str = ""
    metric: str = ""


def facts(
    name: str, values: Mapping[str, Any], members: Sequence[Mapping[str, Any]], where: str
) -> Facts:
    """Return the facts of a list.

    Args:
        name: Variable of the list; of several ``…_about`` that begin like it the longest counts.
        values: The variables of its module.
        members: Its entries.
        where: The module, for errors.

    Raises:
        ConfigError: The module says something of itself that has no meaning.
    """
    told = {
        key.removesuffix("_about"): value
        for key, value in values.items()
        if key.endswith("_about") and isinstance(value, Mapping)
    }
    begun = [key for key in told if name.startswith(key)] or list(told)[:1]
    about: Mapping[str, Any] = told[max(begun, key=len)] if begun else {}
    for key in about:
        if key not in KEYS:
            raise ConfigError(
                f"unknown key {key!r} of …_about", where=where, hint=did_you_mean(key, KEYS)
            )
    group = about.get("group", GROUPS[0])
    if group not in GROUPS:
        raise ConfigError(
            f"there is no group {group!r}", where=where, hint=did_you_mean(str(group), GROUPS)
        )
    counts = sorted({_shots(one) for one in members})
    ends = dict.fromkeys([*counts[:1], *counts[-1:]])
    return Facts(
        about=about,
        shots="–".join(map(str, ends)),
        asked=", ".join(dict.fromkeys(_of(members, "ask"))),
        metric=", ".join(dict.fromkeys(_of(members, "evaluator"))),
    )


def _shots(member: Mapping[str, Any]) -> int:
    shots = member.get("prompt", {}).get("shots")
    return int(shots.get("n", 1)) if isinstance(shots, Mapping) else 0


def _of(members: Sequence[Mapping[str, Any]], section: str) -> Iterator[str]:
    for member in members:
        name = str(member.get(section, {}).get("type", "")).rpartition(".")[2]
        yield _ASKED.get(name, name) if section == "ask" else name
