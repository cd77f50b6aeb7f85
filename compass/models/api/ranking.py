"""Likelihoods over an API: of whole options, or of their first token alone."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from compass.models.api.dialects import Token
from compass.models.api.faults import Fault, Kind
from compass.records import Answer, Continuation, Likelihood, Question

Read = Callable[[str], Awaitable[list[Token]]]
"""Returns the tokens of a text, its first among them."""


async def ranked(question: Question, read: Read) -> Answer:
    """Return the likelihoods of a question's continuations after its plain texts.

    Raises:
        Fault: The server does not give them.
    """
    asked = [_joined(one) for one in question.continuations]
    texts = list(dict.fromkeys(whole for _, whole in asked))
    read_texts = await asyncio.gather(*(read(text) for text in texts))
    tokens = dict(zip(texts, read_texts, strict=True))
    counted: dict[str, int] = {}
    likelihoods = []
    context = 0
    for before, whole in asked:
        found = tokens[whole]
        size = _by_text(found, whole[len(before) :])
        if size is None:
            # Texts of single tokens do not add up; their numbers do.
            if before not in counted:
                counted[before] = len(await read(before)) if before else 0
            start = max(1, min(counted[before], len(found) - 1))
            size = len(found) - start
        if len(asked) == 1 and any(one.greedy is None for one in found[len(found) - size :]):
            # A single option is asked for whether it is the likeliest: not knowing is no answer.
            raise Fault(Kind.QUESTION, "the server does not say which tokens are the likeliest")
        likelihoods.append(likelihood(found, size, question.whole))
        context = max(context, len(found) - size)
    return Answer(
        key=question.key,
        likelihoods=tuple(likelihoods),
        prompt=question.continuations[0].dialogue.plain(),
        prompt_tokens=context,
    )


def likelihood(tokens: Sequence[Token], size: int, whole: bool) -> Likelihood:
    """Return the likelihood of the last ``size`` tokens.

    Raises:
        Fault: One of them has no log-probability.
    """
    option = tokens[len(tokens) - size :]
    values = [one.logprob for one in option]
    others = [one.logprob for one in tokens[1:]] if whole else []
    if not option or None in values or None in others:
        raise Fault(Kind.QUESTION, "the server gives no log-probability of some tokens")
    return Likelihood(
        logprob=math.fsum(values),  # type: ignore[arg-type]
        tokens=size,
        first=values[0],  # type: ignore[arg-type]
        greedy=all(one.greedy is True for one in option),
        whole=math.fsum(others) if whole else None,  # type: ignore[arg-type]
        whole_tokens=len(tokens) if whole else None,
    )


def _joined(continuation: Continuation) -> tuple[str, str]:
    """Return the context, without the white space at its end, and the whole text.

    White space there belongs to the option's first word for most tokenizers.
    """
    context = continuation.dialogue.plain()
    glue = continuation.dialogue.joint if continuation.glue is None else continuation.glue
    return context.rstrip(), context + glue + continuation.text


def _by_text(tokens: Sequence[Token], option: str) -> int | None:
    """Return how many tokens at the end make up a text, None if their texts do not tell."""
    text = ""
    for size, token in enumerate(reversed(tokens), 1):
        if token.text is None or "\ufffd" in token.text:
            return None
        text = token.text + text
        if len(text) >= len(option):
            return size if text.endswith(option) and size < len(tokens) else None
    return None


def first_tokens(question: Question, tops: Sequence[tuple[str, float]]) -> tuple[Likelihood, ...]:
    """Return what the likeliest first tokens say about options told apart by them.

    An option that is not among them is less likely than any that is; it gets the bound.

    Args:
        question: Its options are single letters or words.
        tops: Text and log-probability of the likeliest tokens.

    Raises:
        Fault: They say nothing about any option.
    """
    options = [one.text.strip() for one in question.continuations]
    seen: list[list[float]] = [[] for _ in options]
    for token, logprob in tops:
        text = token.strip()
        fitting = [n for n, option in enumerate(options) if text and option.startswith(text)]
        exact = [n for n in fitting if options[n] == text]
        if exact or len(fitting) == 1:
            seen[(exact or fitting)[0]].append(logprob)
        elif len(fitting) > 1:
            raise Fault(Kind.QUESTION, f"several options begin with the token {token!r}")
    if not any(seen):
        shown = ", ".join(repr(token) for token, _ in tops[:5])
        raise Fault(Kind.QUESTION, f"no option is among the likeliest first tokens ({shown}, …)")
    floor = min(logprob for _, logprob in tops)
    best = max(logprob for _, logprob in tops)
    sums = [_logsum(one) if one else floor for one in seen]
    return tuple(Likelihood(one, 1, one, one >= best) for one in sums)


def refusal_of_first(question: Question) -> str:
    """Return why the first token alone cannot rank a question's options; empty if it can."""
    options = [one.text.strip() for one in question.continuations]
    if question.whole:
        return "normalise='whole' needs the likelihood of the whole prompt"
    dialogue = question.continuations[0].dialogue
    if any(one.dialogue is not dialogue for one in question.continuations):
        return "the options stand after different prompts"
    firsts = [option.split()[0] if option.split() else "" for option in options]
    if len(set(firsts)) < len(options) or any(len(one.split()) != 1 for one in options):
        return "the options are more than a word each: ask for letters"
    return ""


def _logsum(logprobs: Sequence[float]) -> float:
    top = max(logprobs)
    return top + math.log(math.fsum(math.exp(one - top) for one in logprobs))


def tops_of(logprobs: Any) -> list[tuple[str, float]]:
    """Return the likeliest first tokens of a reply, in either of OpenAI's two shapes.

    Raises:
        Fault: The server gives none.
    """
    found: list[tuple[str, float]] = []
    if isinstance(logprobs, dict):
        content, tops = logprobs.get("content"), logprobs.get("top_logprobs")
        if isinstance(content, list) and content and isinstance(content[0], dict):
            listed = content[0].get("top_logprobs") or []
            found = [(str(one.get("token")), float(one.get("logprob"))) for one in listed]
        elif isinstance(tops, list) and tops and isinstance(tops[0], dict):
            found = [(str(token), float(logprob)) for token, logprob in tops[0].items()]
    if not found:
        raise Fault(Kind.QUESTION, "the server gives no top_logprobs")
    return found
