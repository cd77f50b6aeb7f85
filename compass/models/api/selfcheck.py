"""Is a server's account of a prompt's log-probabilities true?

One real server scores every token with the row behind it.  So before anything is ranked, a
few tokens are asked for in two ways: as the most probable next token, and as the last token
of the prompt.  Both must say the same.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from compass.errors import ModelError
from compass.models.api.dialects import Token
from compass.models.api.ranking import Read

TEXTS = (
    "The capital of France is",
    "One, two, three, four, five,",
    "Monday, Tuesday, Wednesday,",
    "def add(a, b):\n    return a +",
    "Water boils at one hundred degrees",
    "2 + 2 = 4, 3 + 3 = 6, 4 + 4 =",
)
TOLERANCE = 0.3
"""Nats.  Half precision and batching move a value by a tenth; a wrong row by several."""

NEEDED = 2


async def refusal(read: Read, following: Callable[[str], Awaitable[Token]]) -> str:
    """Return why a server's log-probabilities cannot be used; empty if they can.

    Args:
        read: Returns the tokens of a text.
        following: Returns the most probable token after a text.
    """
    compared = 0
    for text in TEXTS:
        token = await following(text)
        if not token.text or token.logprob is None or "\ufffd" in token.text:
            continue
        tokens = await read(text + token.text)
        known = [one.text for one in tokens if one.text is not None]
        joined = "".join(known)
        if len(known) == len(tokens) and not joined.endswith(text + token.text):
            continue  # texts of single tokens do not add up here
        before = await read(text)
        if len(tokens) != len(before) + 1:
            continue  # the new token was read as part of another
        last = tokens[-1].logprob
        if last is None or abs(last - token.logprob) > TOLERANCE:
            shown = "none" if last is None else f"{last:.2f}"
            return (
                f"after {text!r} it says {token.text!r} with the log-probability "
                f"{token.logprob:.2f}, and {shown} for the same token within a prompt"
            )
        compared += 1
    if compared < NEEDED:
        return "too few of the probes could be compared to trust it"
    return ""


def refuse(reason: str, way: str) -> ModelError:
    """Return the error that says so."""
    return ModelError(
        f"the server's log-probabilities of prompts (ranking={way!r}) cannot be trusted: {reason}",
        hint="use another server, or ranking='top' (the first token alone), or ask for text",
    )
