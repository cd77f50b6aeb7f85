"""Log-likelihoods of the same text in several orders, block by block.

A block is a shard, or a question.  Its samples share a cluster; the one in the published
order has the id ``<block>-0``, the others ``<block>-1`` and on.
"""

from __future__ import annotations

from collections.abc import Iterable

from compass.errors import ConfigError
from compass.records import Prediction, Verdict

Blocked = tuple[list[float], list[list[float]], int]
"""By block: the own order, the other orders; and how many blocks were left out."""


def by_block(verdicts: Iterable[Verdict]) -> Blocked:
    """Return the log-likelihoods of whole texts, from verdicts with loss and tokens.

    Raises:
        ConfigError: The samples are no orders of blocks.
    """
    found: dict[str, dict[int, float | None]] = {}
    for verdict in verdicts:
        block, _, number = verdict.sample_id.rpartition("-")
        if not block or not number.isdecimal():
            raise ConfigError(
                f"sample {verdict.sample_id!r} is not one of several orders",
                hint="read the dataset by Shards, Orders or Canaries",
            )
        loss, tokens = verdict.values.get("loss"), verdict.values.get("tokens")
        known = loss is not None and tokens is not None
        found.setdefault(block, {})[int(number)] = -loss * tokens if known else None  # type: ignore[operator]
    return _blocked(found)


def by_circle(answers: Iterable[tuple[Verdict, Prediction]]) -> Blocked:
    """Return the log-likelihoods of prompts in each order, from ranked whole texts."""
    found: dict[str, dict[int, float | None]] = {}
    for verdict, prediction in answers:
        first = (prediction.likelihoods or (None,))[0]
        known = first is not None and first.whole is not None
        value = first.whole - first.logprob if known else None  # type: ignore[union-attr, operator]
        found.setdefault(verdict.sample_id, {})[verdict.variant] = value
    return _blocked(found)


def _blocked(found: dict[str, dict[int, float | None]]) -> Blocked:
    own: list[float] = []
    others: list[list[float]] = []
    missing = 0
    for orders in found.values():
        values = [value for _, value in sorted(orders.items()) if value is not None]
        if len(values) < len(orders) or 0 not in orders or len(values) < 2:
            missing += 1
            continue
        own.append(values[0])
        others.append(values[1:])
    return own, others, missing
