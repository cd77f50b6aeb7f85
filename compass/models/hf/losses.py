"""How surprised a model is by every token of a text, however long.

A text longer than the context is read through windows that move on by half their
length, so that every token is scored once with at least half a window before it
(the first window's tokens apart, which have all there is):

    tokens    0 1 2 3 4 5 6 7 8 9
    window    0 1 2 3 4 5            scores   1 2 3 4 5 6
                    3 4 5 6 7 8      scores             7 8 9

The very first token is not scored: nothing comes before it.  Where the tokenizer
begins every text with a token of its own, that is the one not scored.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from compass.errors import ModelError
from compass.models.hf.rank import Reading
from compass.models.hf.reads import Read
from compass.models.hf.trie import Path
from compass.records import Answer, Question

if TYPE_CHECKING:
    from compass.models.hf.tokens import Words


def texts(
    words: Words, questions: Sequence[Question], *, spread: bool = False
) -> list[Reading | Answer]:
    """Return the texts of questions as paths.

    Args:
        words: The tokenizer.
        questions: Whose dialogues are the texts.
        spread: Whether mean and spread of the vocabulary are wanted at every token.
    """
    plain = [question.dialogue.plain() for question in questions]
    found: list[Reading | Answer] = []
    for question, text, tokens in zip(questions, plain, words.encode(plain), strict=True):
        if not tokens:
            found.append(Answer(key=question.key, error="there is no text to score"))
            continue
        row = words.started(text, tokens)
        found.append(_text(question.key, text, row, words.style.context, spread))
    return found


def spans(length: int, context: int) -> list[tuple[int, int, int]]:
    """Return the windows over ``length`` tokens as start, end and first token scored.

    Examples:
        >>> spans(10, 6)
        [(0, 7, 1), (3, 10, 7)]
        >>> spans(4, 6)
        [(0, 4, 1)]
    """
    if context < 1:
        raise ModelError("a context of no tokens")
    stride = max(1, context // 2)
    found = [(0, min(length, context + 1), 1)]
    while found[-1][1] < length:
        scored = found[-1][1]
        end = min(length, scored + stride)
        found.append((end - context - 1, end, scored))
    return found


def _text(key: str, text: str, tokens: list[int], context: int, spread: bool) -> Reading | Answer:
    import numpy as np

    row = np.asarray(tokens, dtype=np.int32)
    if len(row) == 1:
        none = () if spread else None
        return Answer(key=key, losses=(), means=none, spreads=none, prompt=text, prompt_tokens=1)
    paths = [
        Path(row[start : end - 1], scored - start - 1, row[scored:end])
        for start, end, scored in spans(len(row), context)
    ]

    def finish(reads: list[Read]) -> Answer:
        def values(name: str, sign: int = 1) -> tuple[float, ...]:
            whole = sign * np.concatenate([getattr(read, name) for read in reads])
            return tuple(float(f"{value:.6g}") for value in whole)

        return Answer(
            key=key,
            losses=values("logprobs", -1),
            means=values("means") if spread else None,
            spreads=values("spreads") if spread else None,
            prompt=text,
            prompt_tokens=len(row),
        )

    return Reading(key, paths, finish, spread)
