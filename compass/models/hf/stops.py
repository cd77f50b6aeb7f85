"""Watching an answer grow: where it ends, and why.

Only the end of the text is looked at for a stop string after each token; the whole
is decoded when one is found, or at the end.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

_SLACK = 8
"""Tokens looked at beyond those a stop string can span: the edge of a decoding can differ."""


class Decoder(Protocol):
    """What turns tokens into text."""

    def decode(self, tokens: Sequence[int]) -> str:
        """Return the text of tokens."""


class Watch:
    """The tokens of an answer so far.

    Args:
        words: Decodes.
        stops: Strings that end the answer and are not part of it.
        stop_ids: Tokens that do.
        room: Most tokens.
    """

    def __init__(
        self, words: Decoder, stops: Sequence[str], stop_ids: Collection[int], room: int
    ) -> None:
        self.tokens: list[int] = []
        self.finish = ""
        self.output = ""
        self._words, self._stops, self._ids, self._room = words, stops, stop_ids, room
        self._reach = max((len(stop.encode()) for stop in stops), default=0) + _SLACK

    def add(self, token: int) -> bool:
        """Take the next token; True if the answer ends with it."""
        self.tokens.append(token)
        if token in self._ids:
            self._end("stop", self._words.decode(self.tokens[:-1]))
        elif self._stops and self._found(self._words.decode(self.tokens[-self._reach :])) >= 0:
            text = self._words.decode(self.tokens)
            place = self._found(text)
            if place >= 0:
                self._end("stop", text[:place])
        if not self.finish and len(self.tokens) >= self._room:
            self._end("length", self._words.decode(self.tokens))
        return bool(self.finish)

    def _found(self, text: str) -> int:
        """Return where the first stop string begins, -1 if there is none."""
        return min((p for p in map(text.find, self._stops) if p >= 0), default=-1)

    def _end(self, why: str, text: str) -> None:
        place = self._found(text)
        self.finish, self.output = why, text[:place] if place >= 0 else text
