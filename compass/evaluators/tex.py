r"""Answers written in TeX: where they stand in a text, and the forms they are compared in.

`hendrycks` is the form of the authors of MATH (Hendrycks et al. 2021, arXiv:2103.03874;
``math_equivalence.py`` of github.com/hendrycks/math), written anew.
"""

from __future__ import annotations

import re

_BOX = re.compile(r"\\(?:boxed|fbox)(?![A-Za-z])\s*")
_WRAPPERS = re.compile(r"\\(?:text|textbf|textit|textrm|mathrm|mathbf|mbox|operatorname)\s*\{")
_ALWAYS_GONE = ("\n", r"\!")
_SPELLINGS = (
    ("\\\\", "\\"), ("tfrac", "frac"), ("dfrac", "frac"), (r"\left", ""), (r"\right", ""),
    (r"^{\circ}", ""), (r"^\circ", ""), (r"\$", ""),
)  # fmt: skip


def boxes(text: str) -> list[str]:
    r"""Return what stands in every ``\boxed{…}`` or ``\fbox{…}`` that is closed.

    Examples:
        >>> boxes(r"so \boxed{\frac{1}{2}}, not \boxed 3$")
        ['\\frac{1}{2}', '3']
    """
    found = []
    for match in _BOX.finditer(text):
        start = match.end()
        if text[start : start + 1] == "{":
            stop = closing(text, start)
            if stop is not None:
                found.append(text[start + 1 : stop].strip())
        else:
            bare = re.match(r"[^\s$.,;]+", text[start:])
            if bare:
                found.append(bare[0])
    return found


def closing(text: str, start: int) -> int | None:
    """Return the place of the brace that closes the one at ``start``; None if none does."""
    depth = 0
    for place in range(start, len(text)):
        if text[place] == "\\":
            continue
        if text[place] in "{}" and text[place - 1 : place] != "\\":
            depth += 1 if text[place] == "{" else -1
            if not depth:
                return place
    return None


def unwrapped(text: str) -> str:
    r"""Return the text without the commands that only set it in another face.

    Examples:
        >>> unwrapped(r"\text{east}"), unwrapped(r"3\mathrm{ m}")
        ('east', '3 m')
    """
    while match := _WRAPPERS.search(text):
        stop = closing(text, match.end() - 1)
        if stop is None:
            return text
        text = text[: match.start()] + text[match.end() : stop] + text[stop + 1 :]
    return text.strip()


def hendrycks(text: str) -> str:
    r"""Return the form in which the authors of MATH compare two answers.

    Raises:
        ValueError: The original program fails on this text and compares it as it is.

    Examples:
        >>> hendrycks(r"x = \dfrac12"), hendrycks("0.5"), hendrycks(r"3 \text{ m}")
        ('\\frac{1}{2}', '\\frac{1}{2}', '3')
    """
    for gone in _ALWAYS_GONE:
        text = text.replace(gone, "")
    for before, after in _SPELLINGS:
        text = text.replace(before, after)
    if r"\text{ " in text:
        before, after, *more = text.split(r"\text{ ")
        if more:
            raise ValueError("two units")
        text = before
    text = text.replace(r"\%", "").replace(" .", " 0.").replace("{.", "{0.")
    if not text:
        return text
    text = after_short_name("0" + text if text[0] == "." else text)
    text = braced_roots(text).replace(" ", "")
    text = braced_fractions(text)
    return slashed(r"\frac{1}{2}" if text == "0.5" else text)


def hendrycks_equal(one: str, other: str) -> bool:
    """Return whether two answers are the same to the authors of MATH (``is_equiv``)."""
    try:
        return hendrycks(one) == hendrycks(other)
    except (ValueError, IndexError):
        return one == other


def after_short_name(text: str) -> str:
    """Return what follows ``x =``, if that is how the text begins.

    Examples:
        >>> after_short_name("k=7"), after_short_name("area=7")
        ('7', 'area=7')
    """
    parts = text.split("=")
    return parts[1] if len(parts) == 2 and len(parts[0]) <= 2 else text


def braced_roots(text: str) -> str:
    r"""Return the text with the first character after ``\sqrt`` in braces.

    Raises:
        IndexError: Nothing follows.
    """
    first, *rest = text.split(r"\sqrt")
    return first + "".join(
        r"\sqrt" + (part if part[0] == "{" else "{" + part[0] + "}" + part[1:]) for part in rest
    )


def braced_fractions(text: str, lenient: bool = False) -> str:
    r"""Return the text with ``\frac12`` as ``\frac{1}{2}``; unchanged if one is cut off.

    Args:
        text: The answer.
        lenient: Take a ``\frac`` at the end for one that is cut off.

    Raises:
        IndexError: Nothing follows a ``\frac``.
    """
    first, *rest = text.split(r"\frac")
    made = first
    for part in rest:
        if lenient and not part:
            return text
        if part[0] == "{":
            made += r"\frac" + part
        elif len(part) < 2:
            return text
        elif part[1] == "{":
            made += r"\frac{" + part[0] + "}" + part[1:]
        else:
            made += r"\frac{" + part[0] + "}{" + part[1] + "}" + part[2:]
    return made


def slashed(text: str) -> str:
    r"""Return ``3/4`` as a ``\frac``; anything else unchanged.

    Raises:
        ValueError: There is one slash, and a side is no whole number.
    """
    parts = text.split("/")
    if len(parts) != 2:
        return text
    top, below = int(parts[0]), int(parts[1])
    return rf"\frac{{{top}}}{{{below}}}" if text == f"{top}/{below}" else text
