r"""The form in which the authors of MATH compare answers.

Hendrycks et al. 2021, arXiv:2103.03874, ``modeling/math_equivalence.py`` (MIT): a
normalised text, so that 1/2, 0.5 and \frac12 are one.  AGIEval and OpenCompass use it.
"""

from __future__ import annotations

import re

_DROPPED = ("\\left", "\\right", "^{\\circ}", "^\\circ", "\\$")


def same(one: str, other: str) -> bool:
    r"""True if two answers have one form; if one has none, if they are the same text.

    Examples:
        >>> same(r"\dfrac{1}{2}", "0.5"), same("x = 3", "3"), same("1,000", "1000")
        (True, True, False)
    """
    try:
        return form(one) == form(other)
    except ValueError:
        return one == other


def form(text: str) -> str:
    """Return the form of an answer.

    Raises:
        ValueError: The original fails on such a text.
    """
    text = text.replace("\n", "").replace("\\!", "").replace("\\\\", "\\")
    text = text.replace("tfrac", "frac").replace("dfrac", "frac")
    for mark in _DROPPED:
        text = text.replace(mark, "")
    text = _without_units(text).replace("\\%", "")
    text = text.replace(" .", " 0.").replace("{.", "{0.")
    if not text:
        return text
    if text[0] == ".":
        text = "0" + text
    left, equals, right = text.partition("=")
    if equals and "=" not in right and len(left) <= 2:
        text = right
    text = _braced_roots(text).replace(" ", "")
    text = _braced_fractions(text)
    if text == "0.5":
        text = "\\frac{1}{2}"
    return _as_fraction(text)


def _without_units(text: str) -> str:
    parts = text.split("\\text{ ")
    if len(parts) > 2:
        raise ValueError("two units")
    return parts[0]


def _braced_roots(text: str) -> str:
    head, *tails = text.split("\\sqrt")
    for tail in tails:
        if not tail:
            raise ValueError("a root of nothing")
        head += "\\sqrt" + (tail if tail[0] == "{" else f"{{{tail[0]}}}{tail[1:]}")
    return head


def _braced_fractions(text: str) -> str:
    head, *tails = text.split("\\frac")
    made = head
    for tail in tails:
        if not tail:
            raise ValueError("a fraction of nothing")
        if tail[0] == "{":
            made += "\\frac" + tail
        elif len(tail) < 2:
            return text
        else:
            below = tail[1:] if tail[1] == "{" else f"{{{tail[1]}}}{tail[2:]}"
            made += f"\\frac{{{tail[0]}}}{below}"
    return made


def _as_fraction(text: str) -> str:
    parts = text.split("/")
    if len(parts) != 2 or not all(re.fullmatch(r"0|-?[1-9]\d*", part) for part in parts):
        return text
    return f"\\frac{{{parts[0]}}}{{{parts[1]}}}"
