"""Whether a model's words can stand for a question: they must ask, and ask the same.

Small models answer what they should reword, copy it, or lose half of it.  What can be told from
the texts alone is refused here; what cannot, whether the answer still holds, is flagged by the
caller.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction

from compass.contamination.corpus.normal import normalise
from compass.contamination.rewrite.arithmetic import NUMBER, number
from compass.contamination.rewrite.numbers import WORDS
from compass.records import Answer, Sample

STRETCH = 5
NEAR = 0.8
"""Words that keep this share of the original's stretches of five are nearly the original."""

_MARKS = "?？؟"
_COUNTED = {word: value for word, value in WORDS.items() if word != "one"}  # "one of these"
_ASKED = re.compile(f"[{_MARKS}]")
_QUOTES = (('"', '"'), ("“", "”"), ("'", "'"), ("「", "」"))
_LETTERS = re.compile(r"[a-z]+")


class NotReworded(Exception):
    """A model's words cannot stand for the question."""


class Rewording:
    """What a model said to samples, where it can stand for their questions.

    Args:
        said: Its answers by sample.
    """

    def __init__(self, said: Mapping[str, Answer]) -> None:
        self.said = said
        self.refused: Counter[str] = Counter()
        """How often words were not taken, by the reason."""

    def __call__(self, sample: Sample) -> str:
        """Return a sample's question in other words.

        Raises:
            NotReworded: Why there are none.
        """
        try:
            return self._words(sample)
        except NotReworded as reason:
            self.refused[str(reason)] += 1
            raise

    def _words(self, sample: Sample) -> str:
        answer = self.said.get(sample.id)
        if answer is None or answer.error is not None:
            raise NotReworded("the call failed")
        if answer.finish == "length":
            raise NotReworded("the model's words were cut off")
        answers = (*sample.targets, *(sample.choices[place] for place in sample.right))
        return reworded(str(sample.fields["question"]), answer.output or "", answers)


def reworded(question: str, said: str, answers: Iterable[str] = ()) -> str:
    r"""Return the question in a model's words, without what it said around them.

    Args:
        question: The original.
        said: What the model said.
        answers: The right answers, which must not be given away.

    Raises:
        NotReworded: Why the words are not taken.

    Examples:
        >>> reworded("Ann has 3 pens. How many?", 'Sure:\n\n"How many pens has Ann, if 3?"', ["3"])
        'How many pens has Ann, if 3?'
    """
    text = _bare(said, question)
    if not text:
        raise NotReworded("the model said nothing")
    old, new = words_of(question), words_of(text)
    if new == old or _holds(new, old):
        raise NotReworded("the model repeated the question")
    if _ASKED.search(question) and not _ASKED.search(text):
        raise NotReworded("the model's words ask nothing")
    if numbers_of(text) != numbers_of(question):
        raise NotReworded("the model's words have other numbers")
    if not len(old) / 2 <= len(new) <= 2 * len(old) + 10:
        raise NotReworded("the model's words are of another length")
    if any(_holds(new, answer) and not _holds(old, answer) for answer in map(words_of, answers)):
        raise NotReworded("the model's words give the answer away")
    return text


def kept(question: str, text: str) -> float:
    """Return which share of the original's stretches of words stands in other words.

    Examples:
        >>> kept("a b c d e f", "x a b c d e")
        0.5
    """
    old, new = (_stretches(words_of(one)) for one in (question, text))
    return len(old & new) / len(old) if old else 0.0


def words_of(text: str) -> list[str]:
    """Return the words of a text as copies are looked for: no case, accents, punctuation."""
    stream = normalise([text])
    return stream.words(0, len(stream.bounds) - 1)


def numbers_of(text: str) -> set[Fraction]:
    """Return the numbers in a text, those up to twenty in words as well."""
    found = {number(one) for one in NUMBER.findall(text)}
    return found | {_COUNTED[w] for w in _LETTERS.findall(text.lower()) if w in _COUNTED}


def _bare(said: str, question: str) -> str:
    """Return what is left without an announcement before the words, and quotes around them."""
    text = said.strip()
    first, _, rest = text.partition("\n")
    if rest.strip() and first.rstrip().endswith((":", "：")) and first.strip() not in question:
        text = rest.strip()
    for start, end in _QUOTES:
        if len(text) > 1 and text.startswith(start) and text.endswith(end):
            return text[1:-1].strip()
    return text


def _holds(words: list[str], part: list[str]) -> bool:
    """True if a part of more than a letter stands among words."""
    if len("".join(part)) < 2:
        return False
    size = len(part)
    return any(words[place : place + size] == part for place in range(len(words) - size + 1))


def _stretches(words: list[str]) -> set[tuple[str, ...]]:
    size = min(STRETCH, len(words)) or 1
    return {tuple(words[place : place + size]) for place in range(len(words) - size + 1)}
