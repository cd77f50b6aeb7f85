"""How a sample of each RULER task is made, and how large it may be.

Instructions and settings: github.com/NVIDIA/RULER (Apache-2.0),
``scripts/data/synthetic/constants.py`` and ``scripts/synthetic.yaml``.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

from compass.data.haystack import Book, Piece, with_needles
from compass.data.passages import one_hop, two_hops
from compass.data.tokens import Tokens
from compass.data.wordlists import ADJECTIVES, NOUNS, compound
from compass.errors import DataError

_NOISE = "The lake is calm. The road is long. The snow is white. We walk on. Out and home again."
"""Repeated filler, as RULER's, in words of Compass."""

_FACT = "One of the special magic {kind} for {key} is: {value}."
_NIAH = (
    (
        "Some special magic {kind} are hidden within the following text. Make sure to memorize it. "
        "I will quiz you about the {kind} afterwards.\n{context}\n"
        "What are all the special magic {kind} for {query} mentioned in the provided text?"
    ),
    " The special magic {kind} for {query} mentioned in the provided text are",
)
_NIAH_ONE = (
    (
        "A special magic {kind} is hidden within the following text. Make sure to memorize it. "
        "I will quiz you about the {kind} afterwards.\n{context}\n"
        "What is the special magic {kind} for {query} mentioned in the provided text?"
    ),
    " The special magic {kind} for {query} mentioned in the provided text is",
)
_VT = (
    (
        "Memorize and track the chain(s) of variable assignment hidden in the following text.\n\n"
        "{context}\n"
        "Question: Find all variables that are assigned the value {query} in the text above."
    ),
    (
        " Answer: According to the chain(s) of variable assignment in the text above, {count} "
        "variables are assigned the value {query}, they are:"
    ),
)
_CWE = (
    (
        "Below is a numbered list of words. In these words, some appear more often than others. "
        "Memorize the ones that appear most often.\n{context}\n"
        "Question: What are the 10 most common words in the above list?"
    ),
    " Answer: The top 10 words that appear most often in the list are:",
)
_FWE = (
    (
        "Read the following coded text and track the frequency of each coded word. Find the three "
        "most frequently appeared coded words. {context}\nQuestion: Do not provide any "
        "explanation. Please ignore the dots '....'. What are the three most frequently appeared "
        "words in the above coded text?"
    ),
    " Answer: According to the coded text above, the three most frequently appeared words are:",
)
_QA = (
    (
        "Answer the question based on the given documents. Only give me the answer and do not "
        "output any other words.\n\nThe following are given documents.\n\n{context}\n\n"
        "Answer the question based on the given documents. Only give me the answer and do not "
        "output any other words.\n\nQuestion: {query}"
    ),
    " Answer:",
)


class Made(NamedTuple):
    """A prompt, how the answer begins, and what it must contain."""

    text: str
    prefix: str
    wanted: tuple[str, ...]


@dataclass
class Setting:
    """What the samples of one length share."""

    length: int
    tokens: Tokens
    seed: int

    @cached_property
    def book(self) -> Book:
        """The long text that needles are hidden in."""
        return Book("en", self.seed, self.tokens)


@dataclass(frozen=True)
class Task:
    """A task: what makes its samples, how many tokens an answer takes, its settings."""

    make: Callable[..., Made]
    answer: int
    unit: float
    """About how many tokens one unit of size takes, to begin the search with."""

    settings: Mapping[str, Any] = field(default_factory=dict)

    def guess(self, room: int) -> int:
        """Return about what size fits."""
        return max(1, int(room / self.unit))


def largest(
    make: Callable[[int], Made], room: int, tokens: Tokens, guess: int, name: str
) -> tuple[int, Made]:
    """Return the largest size, nearly, whose prompt is of at most ``room`` tokens.

    Sizes are tried by interpolation and bisection until the prompt is within 0.5 % of
    what there is room for, or one unit more would be too much.

    Raises:
        DataError: Not even the smallest fits.
    """
    low, best = 0, make(0)
    least = tokens.count(best.text + best.prefix)
    if least > room:
        raise DataError(
            f"{room} tokens are too few: without any filler it takes {least}",
            where=name,
            hint="ask for a greater length, or reserve less",
        )
    high, size, low_count = 0, max(guess, 1), least
    while not high or high - low > 1:
        made = make(size)
        count = tokens.count(made.text + made.prefix)
        if count <= room:
            low, low_count, best = size, count, made
            if room - count <= room * 0.005:
                break
        else:
            high = size
        a_unit = max((count - least) / size, 0.1)
        step = low + max(1, int((room - low_count) / a_unit))
        size = min(step, (low + high + 1) // 2 if step >= high else step) if high else step
    return low, best


def _of(template: tuple[str, str], wanted: tuple[str, ...], **words: Any) -> Made:
    context = words.pop("context")
    head, _, tail = template[0].partition("{context}")
    text = context.join([head.format(**words), tail.format(**words)])
    return Made(text, template[1].format(**words), wanted)


def _drawn(kind: str, rng: random.Random) -> str:
    if kind == "numbers":
        return str(rng.randrange(10**6, 10**7))
    return compound(rng) if kind == "words" else str(UUID(int=rng.getrandbits(128), version=4))


def niah(
    rng: random.Random,
    size: int,
    setting: Setting,
    haystack: str = "essay",
    key: str = "words",
    value: str = "numbers",
    keys: int = 1,
    values: int = 1,
    queries: int = 1,
) -> Made:
    """Needles that give keys values; the values of some keys are asked for."""
    named: dict[str, list[str]] = {}
    while len(named) < max(keys, queries):
        named[_drawn(key, rng)] = [_drawn(value, rng) for _ in range(values)]
    facts = [
        _FACT.format(kind=value, key=name, value=one)
        for name, ones in named.items()
        for one in ones
    ]
    rng.shuffle(facts)
    asked = rng.sample(list(named), queries)
    depths = sorted(rng.sample([100 * step / 39 for step in range(40)], len(facts)))
    start = rng.randrange(500)
    if haystack == "essay":
        pieces = setting.book.span(start, size)
        context = with_needles(pieces, [(d, " " + f) for d, f in zip(depths, facts, strict=True)])
    else:
        lines = [_NOISE] * size
        if haystack == "needle":
            others = random.Random(rng.getrandbits(64))
            lines = [
                _FACT.format(kind=value, key=_drawn(key, others), value=_drawn(value, others))
                for _ in range(size)
            ]
        even = [Piece("\n" + line, 1) for line in lines]
        context = with_needles(even, [(d, "\n" + f) for d, f in zip(depths, facts, strict=True)])
    query = ", ".join(asked[:-1]) + ", and " + asked[-1] if len(asked) > 1 else asked[0]
    wanted = tuple(one for name in asked for one in named[name])
    one = queries * values == 1
    kind = value[:-1] if one else value
    return _of(_NIAH_ONE if one else _NIAH, wanted, context=context, kind=kind, query=query)


def variable_tracking(
    rng: random.Random, size: int, _: Setting, chains: int = 1, hops: int = 4
) -> Made:
    """Chains of assignments among filler; the variables of the first chain are wanted."""
    names: dict[str, None] = {}
    while len(names) < chains * (hops + 1):
        names["".join(rng.choices(string.ascii_uppercase, k=5))] = None
    listed, needles, value = list(names), list[tuple[float, str]](), ""
    for number in range(chains):
        chain = listed[number * (hops + 1) : (number + 1) * (hops + 1)]
        given = str(rng.randrange(10_000, 99_999))
        value = value or given
        lines = [f"VAR {chain[0]} = {given}"]
        lines += [f"VAR {other} = VAR {one}" for one, other in pairwise(chain)]
        depths = sorted(rng.uniform(0, 100) for _ in lines)
        needles += [(depth, "\n" + line) for depth, line in zip(depths, lines, strict=True)]
    context = with_needles([Piece("\n" + _NOISE, 1)] * size, sorted(needles, key=lambda n: n[0]))
    wanted = tuple(listed[: hops + 1])
    return _of(_VT, wanted, context=context, query=value, count=hops + 1)


def common_words(rng: random.Random, size: int, setting: Setting, common: int = 10) -> Made:
    """Words of which ten come more often than all others, after a worked example."""
    pool = list(dict.fromkeys([*NOUNS, *ADJECTIVES]))
    rng.shuffle(pool)
    short = setting.length < 4096
    example, pool = pool[: 20 if short else 40], pool[20 if short else 40 :]
    often, seldom = (6, 1) if short else (30, 3)
    told = _of(_CWE, (), context=_numbered(rng, example, common, *((3, 1) if short else (10, 3))))
    answer = " ".join(f"{place + 1}. {word}" for place, word in enumerate(example[:common]))
    others = random.Random(rng.getrandbits(64))
    known = {*example, *pool}
    while len(pool) < common + size:
        word = compound(others)
        if word not in known:
            known.add(word)
            pool.append(word)
    words = pool[: common + size]
    asked = _of(_CWE, tuple(words[:common]), context=_numbered(rng, words, common, often, seldom))
    text = f"{told.text}{told.prefix} {answer}\n{asked.text}"
    return Made(text, asked.prefix, asked.wanted)


def _numbered(rng: random.Random, words: list[str], common: int, often: int, seldom: int) -> str:
    listed = words[:common] * often + words[common:] * seldom
    random.Random(rng.getrandbits(64)).shuffle(listed)
    return " ".join(f"{place + 1}. {word}" for place, word in enumerate(listed))


def frequent_words(rng: random.Random, size: int, setting: Setting, alpha: float = 2.0) -> Made:
    """Coded words whose counts follow a zeta distribution; the most frequent is noise."""
    vocabulary: dict[str, None] = {}
    while len(vocabulary) < max(setting.length // 50, 20):
        vocabulary["".join(rng.choices(string.ascii_lowercase, k=6))] = None
    coded = ["...", *list(vocabulary)[1:]]
    # Below these sizes the third and the fourth word would be equally frequent.
    size = max(size, 100)
    text = [
        word
        for rank, word in enumerate(coded, 1)
        for _ in range(int(size * rank**-alpha / _zeta(alpha)))
    ]
    random.Random(rng.getrandbits(64)).shuffle(text)
    return _of(_FWE, tuple(coded[1:4]), context=" ".join(text))


def _zeta(alpha: float) -> float:
    """Return the sum of ``rank ** -alpha`` over all ranks; what is left is an integral."""
    head: float = sum(rank**-alpha for rank in range(1, 1000))
    left: float = 999.5 ** (1 - alpha) / (alpha - 1)
    return head + left


def questions(rng: random.Random, size: int, _: Setting, hops: int = 1) -> Made:
    """A question about one or two of many made-up passages, in random order."""
    told = (one_hop if hops == 1 else two_hops)(rng, size)
    context = "\n\n".join(
        f"Document {place + 1}:\n{passage}" for place, passage in enumerate(told.passages)
    )
    return _of(_QA, (told.answer,), context=context, query=told.question)


TASKS = {
    "niah_single_1": Task(niah, 128, 26, {"haystack": "noise"}),
    "niah_single_2": Task(niah, 128, 1),
    "niah_single_3": Task(niah, 128, 1, {"value": "uuids"}),
    "niah_multikey_1": Task(niah, 128, 1, {"keys": 4}),
    "niah_multikey_2": Task(niah, 128, 22, {"haystack": "needle"}),
    "niah_multikey_3": Task(
        niah, 128, 60, {"haystack": "needle", "key": "uuids", "value": "uuids"}
    ),
    "niah_multivalue": Task(niah, 128, 1, {"values": 4}),
    "niah_multiquery": Task(niah, 128, 1, {"queries": 4}),
    "vt": Task(variable_tracking, 30, 26, {"chains": 1, "hops": 4}),
    "cwe": Task(common_words, 120, 15),
    "fwe": Task(frequent_words, 50, 3),
    "qa_1": Task(questions, 32, 80, {"hops": 1}),
    "qa_2": Task(questions, 32, 80, {"hops": 2}),
}
