"""Sums as worked solutions write them, computed exactly and without any code run.

sum      = product (("+" | "-") product)*
product  = value (("*" | "/") value)*
value    = number | "-" value | "(" sum ")"
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

NUMBER = re.compile(r"(?<![\w.,])(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)(?![\w]|,\d|\.\d)")
_IN_SUM = r"[\d.,()+\-*/×÷$\s]*"
EQUATION = re.compile(
    rf"(?P<sum>[-$(\d]{_IN_SUM}[+\-*/×÷]{_IN_SUM})=\s*\$?\s*(?P<result>-?[\d.,]*\d)"
)
_TOKEN = re.compile(r"\s*(?:(?P<number>[\d,]*\.?\d+)|(?P<sign>[-+*/()]))")
_PLAIN = str.maketrans({"×": "*", "÷": "/", "$": " "})

Value = Callable[[Fraction], Fraction]


def number(text: str) -> Fraction:
    """Return a number as it is written, with or without commas.

    Examples:
        >>> number("1,250.5")
        Fraction(2501, 2)
    """
    return Fraction(text.replace(",", ""))


def compute(text: str, value: Value = Fraction) -> Fraction:
    """Return the value of a sum, each number in it replaced by ``value`` of it.

    Raises:
        ValueError: It is no sum, or divides by zero.

    Examples:
        >>> compute("(3 + 5) × 2 / 4")
        Fraction(4, 1)
    """
    tokens = _tokens(text.translate(_PLAIN).strip())
    try:
        found, rest = _sum(tokens, value)
    except ZeroDivisionError as error:
        raise ValueError("division by zero") from error
    if rest:
        raise ValueError(f"{text!r} is no sum")
    return found


def _tokens(text: str) -> list[str]:
    tokens, place = [], 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise ValueError(f"{text!r} is no sum")
        tokens.append(found["number"] or found["sign"])
        place = found.end()
    return tokens


def _sum(tokens: list[str], value: Value) -> tuple[Fraction, list[str]]:
    left, tokens = _product(tokens, value)
    while tokens and tokens[0] in "+-":
        right, rest = _product(tokens[1:], value)
        left, tokens = (left + right if tokens[0] == "+" else left - right), rest
    return left, tokens


def _product(tokens: list[str], value: Value) -> tuple[Fraction, list[str]]:
    left, tokens = _value(tokens, value)
    while tokens and tokens[0] in "*/":
        right, rest = _value(tokens[1:], value)
        left, tokens = (left * right if tokens[0] == "*" else left / right), rest
    return left, tokens


def _value(tokens: list[str], value: Value) -> tuple[Fraction, list[str]]:
    if not tokens:
        raise ValueError("a sum ends too soon")
    first, *rest = tokens
    if first == "-":
        found, rest = _value(rest, value)
        return -found, rest
    if first == "(":
        found, rest = _sum(rest, value)
        if not rest or rest[0] != ")":
            raise ValueError("a bracket is not closed")
        return found, rest[1:]
    if first in "+*/)":
        raise ValueError(f"{first!r} stands where a number should")
    return value(number(first)), rest
