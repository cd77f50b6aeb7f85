"""Whole numbers spelled out in English."""

from __future__ import annotations

import re

_SMALL = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9}
_VALUES = {word: value for value, word in enumerate(_SMALL)}
_VALUES |= {word: 10 * value for value, word in enumerate(_TENS, 2)}

_WORD = "|".join([*_VALUES, *_SCALES])
_SPELLED = re.compile(
    rf"(?:(?:minus|negative)\s+)?(?:a\s+(?=hundred|thousand|million|billion))?"
    rf"\b(?:{_WORD})\b(?:(?:[\s-]+|\s+and\s+)(?:{_WORD})\b){{0,12}}"
    # "One of them", "two-thirds": the word is no whole number there.
    r"(?!\s+of\b|-|\s+(?:third|half|quarter|fifth)s?\b)",
    re.IGNORECASE,
)


def spelled_at(text: str, start: int) -> tuple[str, int] | None:
    """Return the words of a number that begin at ``start``, and the number.

    Examples:
        >>> spelled_at("Three hundred and five apples", 0)
        ('Three hundred and five', 305)
        >>> spelled_at("one of them", 0) is None
        True
    """
    match = _SPELLED.match(text, start)
    if not match:
        return None
    total = part = 0
    for word in re.findall(r"[a-z]+", match[0].lower()):
        if word in _VALUES:
            part += _VALUES[word]
        elif word == "hundred":
            part = (part or 1) * 100
        elif word in _SCALES:
            total, part = total + (part or 1) * _SCALES[word], 0
    below = re.match(r"minus|negative", match[0], re.IGNORECASE)
    return match[0], -(total + part) if below else total + part
