"""Made-up passages about made-up towns and people, and questions about them.

No fact of them is known to any model beforehand, and no two passages speak of the same
town or person.
"""

from __future__ import annotations

import random
from typing import NamedTuple

from compass.data.wordlists import ADJECTIVES, NOUNS, coined_names

_TRADES = "clockmaker painter botanist engineer poet surveyor printer physician astronomer composer"


class Told(NamedTuple):
    """Passages in the order they are shown, a question, its answer."""

    passages: list[str]
    question: str
    answer: str


class _Town(NamedTuple):
    name: str
    founder: str
    river: str
    text: str


def one_hop(rng: random.Random, others: int) -> Told:
    """Return a question about one town among ``others`` others."""
    (town,) = _towns(rng, 1)
    question, answer = rng.choice(
        (
            (f"Who founded the town of {town.name}?", town.founder),
            (f"On which river does the town of {town.name} lie?", town.river),
        )
    )
    passages = [one.text for one in _others(rng, others, {*town[:3]})]
    passages.insert(rng.randrange(len(passages) + 1), town.text)
    return Told(passages, question, answer)


def two_hops(rng: random.Random, others: int) -> Told:
    """Return a question that takes two passages: a person's birthplace, and that town."""
    (town,) = _towns(rng, 1)
    (person,) = coined_names(rng, 1)
    question, answer = rng.choice(
        (
            (f"Who founded the town in which {person} was born?", town.founder),
            (f"On which river lies the town in which {person} was born?", town.river),
        )
    )
    passages = [one.text for one in _others(rng, others, {*town[:3], person})]
    for text in (town.text, _person(rng, person, town.name)):
        passages.insert(rng.randrange(len(passages) + 1), text)
    return Told(passages, question, answer)


def _others(rng: random.Random, count: int, taken: set[str]) -> list[_Town]:
    """Return other towns.  They are drawn apart, so that the question stays as more come."""
    apart = random.Random(rng.getrandbits(64))
    return _towns(apart, count, taken)


def _towns(rng: random.Random, count: int, taken: set[str] | None = None) -> list[_Town]:
    known = set(taken or ())
    towns: list[_Town] = []
    while len(towns) < count:
        names = coined_names(rng, 4)
        if known.isdisjoint(names):
            known.update(names)
            towns.append(_town(rng, *names))
    return towns


def _town(rng: random.Random, name: str, founder: str, river: str, mayor: str) -> _Town:
    year = rng.randrange(1100, 1900)
    first, second = rng.sample(ADJECTIVES, 2)
    thing, other = rng.sample(NOUNS, 2)
    text = (
        f"{name} is a town on the river {river}. It was founded in {year} by {founder}, whose "
        f"{first} house still stands beside the market. Visitors come for the {second} {thing} "
        f"in its hall. The mayor, {mayor}, has promised to restore the old {other}."
    )
    return _Town(name, founder, river, text)


def _person(rng: random.Random, name: str, town: str) -> str:
    trade, other = rng.sample(_TRADES.split(), 2)
    year = rng.randrange(1750, 1950)
    return (
        f"{name} was a {trade} and {other}, born in {town} in {year}. "
        f"Most of what is known about the early years comes from letters. "
        f"A {rng.choice(ADJECTIVES)} {rng.choice(NOUNS)} was named in memory of this work."
    )
