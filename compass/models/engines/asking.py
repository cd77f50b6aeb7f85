"""Questions for an engine: tokens in, texts and log-probabilities out.

Prompts are rendered, tokenised and cut exactly as for transformers, so that an engine is asked
the same.  The questions of a window are sent in the order of their tokens: those that begin
alike come together and find their beginning in the engine's cache.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from compass.models.hf.prompts import Asked, asked
from compass.models.hf.rank import Reading
from compass.models.hf.reads import Read
from compass.models.hf.tokens import Words
from compass.models.hf.windows import windows
from compass.records import Answer, Question
from compass.specs import Generation


@dataclass(frozen=True, slots=True)
class Wish:
    """How one answer is to be generated."""

    most: int
    """Tokens."""

    temperature: float
    top_p: float
    top_k: int
    stop: tuple[str, ...]
    seed: int


class Written(NamedTuple):
    """What an engine generated."""

    text: str
    finish: str
    tokens: int
    error: str = ""


class Row(NamedTuple):
    """What an engine says of the tokens of a text but the first."""

    logprobs: list[float]
    greedy: list[bool]
    error: str = ""


class Writer(Protocol):
    """A loaded engine that generates."""

    def write(self, prompts: list[list[int]], wishes: list[Wish]) -> list[Written]:
        """Return what follows each prompt."""


class Reader(Protocol):
    """A loaded engine that knows the log-probabilities of texts."""

    def read(self, texts: list[list[int]]) -> list[Row]:
        """Return those of each text's tokens but the first."""


def generate(
    engine: Writer, words: Words, questions: Iterable[Question], generation: Generation
) -> Iterator[Answer]:
    """Yield a continuation of every question's dialogue, in any order."""
    for window in windows(questions, lambda some: asked(words, some, generation)):
        ready = []
        for one in window:
            if isinstance(one, Answer):
                yield one
            else:
                ready.append(one)
        ready.sort(key=lambda one: one.prompt.tokens)
        if not ready:
            continue
        wishes = [_wish(one, generation) for one in ready]
        written = engine.write([one.prompt.tokens for one in ready], wishes)
        for one, said in zip(ready, written, strict=True):
            yield _answer(one, said, generation)


def read_all(
    engine: Reader,
    questions: Iterable[Question],
    prepare: Callable[[list[Question]], list[Reading | Answer]],
) -> Iterator[Answer]:
    """Yield what is read off the texts of every question, in any order."""
    import numpy as np

    for window in windows(questions, prepare):
        readings = [one for one in window if isinstance(one, Reading)]
        yield from (one for one in window if isinstance(one, Answer))
        number: dict[tuple[int, ...], int] = {}
        for reading in readings:
            for path in reading.paths:
                number.setdefault(_tokens(path), len(number))
        order = sorted(number)
        rows = engine.read([list(tokens) for tokens in order]) if order else []
        found = dict(zip(order, rows, strict=True))
        for reading in readings:
            own = [(found[_tokens(path)], path.read_from) for path in reading.paths]
            error = next((row.error for row, _ in own if row.error), "")
            if error:
                yield Answer(key=reading.key, error=error)
                continue
            yield reading.finish(
                [
                    Read(np.asarray(row.logprobs[first:]), np.asarray(row.greedy[first:], np.bool_))
                    for row, first in own
                ]
            )


def _tokens(path: Any) -> tuple[int, ...]:
    return (*map(int, path.tokens), int(path.targets[-1]))


def _wish(one: Asked, generation: Generation) -> Wish:
    # Each question has a random stream of its own.
    drawn = hashlib.sha256(f"{generation.seed}:{one.key}".encode()).digest()
    return Wish(
        most=one.room,
        temperature=generation.temperature,
        top_p=generation.top_p,
        top_k=generation.top_k,
        stop=generation.stop,
        seed=int.from_bytes(drawn[:4]) >> 1,
    )


def _answer(one: Asked, said: Written, generation: Generation) -> Answer:
    if said.error:
        return Answer(key=one.key, error=said.error, prompt=one.prompt.text)
    text, finish = cut(said.text, said.finish, generation.stop)
    return Answer(
        key=one.key,
        output=text,
        finish=finish,
        prompt=one.prompt.text,
        prompt_tokens=len(one.prompt.tokens),
        tokens=said.tokens,
        truncated=one.prompt.truncated,
    )


def cut(text: str, finish: str, stops: Sequence[str]) -> tuple[str, str]:
    """Return a text up to the first stop string, and why it ends.

    Examples:
        >>> cut("4. Question: 5", "length", ["Question:"])
        ('4. ', 'stop')
    """
    places = [place for place in map(text.find, stops) if place >= 0]
    return (text[: min(places)], "stop") if places else (text, finish)
