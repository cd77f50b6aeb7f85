"""Questions in windows: enough at a time to share prefixes, few enough to bound memory.

While the model works on one window, another thread tokenises the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from compass.records import Dialogue, Question

Prepared = TypeVar("Prepared")

FIRST = 64
"""Questions of the first window: the first answers come soon."""

MOST = 512
"""Questions of a window."""

_MOST_CHARACTERS = 6_000_000
"""Text of a window, that of every option with its context: bounds memory where texts are long."""


def windows(
    questions: Iterable[Question], prepare: Callable[[list[Question]], Prepared]
) -> Iterator[Prepared]:
    """Yield what ``prepare`` makes of one window after another, made ahead by one.

    The questions are drawn in the caller's thread; only ``prepare`` runs in another.
    """
    stream = iter(questions)
    with ThreadPoolExecutor(1, thread_name_prefix="tokenise") as pool:
        ready: Future[Prepared] | None = None
        size = FIRST
        while True:
            window = _take(stream, size)
            following = pool.submit(prepare, window) if window else None
            if ready is not None:
                yield ready.result()
            elif following is None:
                return
            if following is None:
                return
            ready, size = following, MOST


def _take(stream: Iterator[Question], most: int) -> list[Question]:
    taken: list[Question] = []
    characters = 0
    for question in stream:
        taken.append(question)
        dialogues = [one.dialogue for one in question.continuations] or [question.dialogue]
        characters += sum(_length(dialogue) for dialogue in dialogues)
        if len(taken) >= most or characters >= _MOST_CHARACTERS:
            break
    return taken


def _length(dialogue: Dialogue) -> int:
    return sum(len(message.content) for message in dialogue.messages)
