"""Is the answer given where a copy of the question ends?

Four kinds of evidence, all on normalised words:

* a right answer of several words, or of four letters or more, stands there, and more often than
  each wrong option (a copy that only lists the options gives nothing away);
* a key names it: "answer", "solution", "key" or "答案", perhaps "is", then the letter, the
  number or the answer itself;
* a short answer such as a number stands at once after the question;
* half of a worked solution stands there in its order, and the answer it comes to.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

REACH = 100
"""Words after the end of the question that are looked at, besides those of the options."""

_LONG = 4
"""Characters that make a single word telling."""

_WORKED = 8
"""Words that make a worked solution."""

_SAYS = frozenset({"answer", "answers", "ans", "correct", "solution", "key", "label", "target"})
_BETWEEN = frozenset({"is", "the", "option", "choice", "be", "key", "was", "index", "answer"})
_SAYS_HAN = ("答案", "正确答案", "答")
_BETWEEN_HAN = frozenset("是为案选项")


class Key(NamedTuple):
    """What the right answer to one question looks like, in normalised words."""

    targets: tuple[tuple[str, ...], ...]
    others: tuple[tuple[str, ...], ...] = ()
    marks: tuple[str, ...] = ()
    solution: tuple[str, ...] = ()
    """A worked solution, if there is one."""

    @property
    def reach(self) -> int:
        """Words after the question worth looking at."""
        options = sum(map(len, self.others)) + sum(map(len, self.targets))
        return REACH + options + 2 * len(self.solution)


def given(key: Key, words: Sequence[str]) -> bool:
    """Return whether the words after a question give its answer.

    Examples:
        >>> number = Key((("72",),))
        >>> given(number, ["she", "sold", "72"]), given(number, ["the", "answer", "is", "72"])
        (False, True)
        >>> choice = Key((("a", "cork"),), (("a", "stone"),), ("b", "1"))
        >>> given(choice, ["a", "a", "stone", "b", "a", "cork"])
        False
        >>> given(choice, ["a", "a", "stone", "b", "a", "cork", "answer", "b"])
        True
    """
    telling = [t for t in key.targets if len(t) > 1 or (t and len(t[0]) >= _LONG)]
    most = max((_count(other, words) for other in key.others if other), default=0)
    if any(_count(target, words) > most for target in telling):
        return True
    short = [t for t in key.targets if t not in telling and t]
    if not key.others and any(tuple(words[: len(t)]) == t for t in short):
        return True
    if len(key.solution) >= _WORKED and _solved(key, words):
        return True
    named = [(mark,) for mark in key.marks] + [t for t in key.targets if t]
    return any(_named(words, place, named) for place in range(len(words)))


def _named(words: Sequence[str], place: int, named: Sequence[tuple[str, ...]]) -> bool:
    """True if a word announces the answer and one of its names follows."""
    if words[place] in _SAYS:
        after, between = place + 1, _BETWEEN
    elif "".join(words[place : place + 2]) in _SAYS_HAN:
        after, between = place + 2, _BETWEEN_HAN
    else:
        return False
    for skipped in range(4):
        at = after + skipped
        if any(tuple(words[at : at + len(name)]) == name for name in named):
            return True
        if at >= len(words) or words[at] not in between:
            return False
    return False


def _solved(key: Key, words: Sequence[str]) -> bool:
    """True if half of the solution stands there in its order, and a target."""
    if not any(_count(target, words) for target in key.targets if target):
        return False
    matcher = SequenceMatcher(None, words, key.solution, autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks())
    return same * 2 >= len(key.solution)


def _count(wanted: tuple[str, ...], words: Sequence[str]) -> int:
    size = len(wanted)
    first = wanted[0]
    return sum(
        word == first and tuple(words[place : place + size]) == wanted
        for place, word in enumerate(words)
    )
