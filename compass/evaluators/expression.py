r"""Which expression a worked solution ends with.

Tried in this order, the first that says something wins, the last of its kind: what stands in
``\boxed{…}``; what an explicit statement names ("the final answer is $x^2$", 答案是); the
last formula between dollars or TeX brackets; an output that is nothing but an expression; the
last number.
"""

from __future__ import annotations

import re

from compass.evaluators.extract import own_part, visible
from compass.evaluators.numerals import clean, numerals
from compass.evaluators.tex import boxes

_FORMULA = re.compile(
    r"\$\$(?P<a>.+?)\$\$|(?<!\\)\$(?P<b>[^$\n]+?)(?<!\\)\$|\\\[(?P<c>.+?)\\\]|\\\((?P<d>.+?)\\\)",
    re.DOTALL,
)
_CUE = re.compile(
    r"""
    (?<![A-Za-z])answers?(?![A-Za-z])
      (?:\s+(?:to|for)\s+(?:the|this|that)\s+(?:question|problem))?
      [\s*_]*(?:(?:is|are|was|equals|would\s+be|should\s+be|must\s+be|[:：=])[\s*_]*)+
      (?:(?:therefore|thus|just|simply|exactly|approximately|about)\s+)?
  | 答案\s*(?:应该|应当|应|就)?\s*[是为:：]+
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"\n|[.!?](?=\s|$)|[。！？；]")
_EDGES = " \t*_`\"'“”.,;:，；：。"
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\{\w+\}")
_WORD = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{3,}")
_BARE_WORD = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{2,}")
_FUNCTIONS = {"sin", "cos", "tan", "ln", "log", "exp", "sqrt", "pi"}
_MOST_CUES = 20
_LONGEST = 400
_LONGEST_BARE = 120


def final_expression(text: str) -> str | None:
    r"""Return the expression, without what marks it; None if there is none.

    Examples:
        >>> final_expression(r"So $x=3$, and the sum is \boxed{\frac{1}{2}}.")
        '\\frac{1}{2}'
        >>> final_expression("Final Answer: The final answer is $[2,5)$. I hope it is correct.")
        '[2,5)'
        >>> final_expression("The answer is 12 apples.")
        '12'
    """
    said = visible(text)
    for part in dict.fromkeys((own_part(said), said)):
        found = boxes(part)
        if found and found[-1]:
            return found[-1]
        for rule in (_stated, _last_formula, _bare, _last_number):
            expression = rule(part)
            if expression:
                return expression
    return None


def _stated(text: str) -> str | None:
    for cue in reversed(list(_CUE.finditer(text))[-_MOST_CUES:]):
        rest = text[cue.end() : cue.end() + _LONGEST]
        opening = re.match(r"[\s*_]*", rest)
        rest = rest[opening.end() :] if opening else rest
        formula = _FORMULA.match(rest)
        if formula:
            return _inside(formula)
        sentence = _SENTENCE_END.split(rest, maxsplit=1)[0].strip(_EDGES)
        if sentence:
            return _in_words(sentence)
    return None


def last_cue(text: str) -> str | None:
    """Return the line that follows the last explicit cue; None if there is none.

    Examples:
        >>> last_cue("The answer is: no, it is not.")
        'no, it is not.'
    """
    cues = list(_CUE.finditer(text))
    return text[cues[-1].end() :].split("\n", 1)[0] if cues else None


def _in_words(sentence: str) -> str:
    """Return the formula or the only number of a sentence; the sentence if it has neither."""
    formulas = list(_FORMULA.finditer(sentence))
    if formulas:
        return _inside(formulas[-1])
    if _WORD.search(sentence):
        numbers = numerals(clean(sentence))
        if len(numbers) == 1:
            return numbers[0].text
    return sentence


def _last_formula(text: str) -> str | None:
    formulas = list(_FORMULA.finditer(text))
    return _inside(formulas[-1]) if formulas else None


def _bare(text: str) -> str | None:
    """The whole text, if it is one short line that is no sentence."""
    line = text.strip().lstrip(" *_`").rstrip(_EDGES)
    if "\n" in line or len(line) > _LONGEST_BARE:
        return None
    words = set(_BARE_WORD.findall(_ENVIRONMENT.sub("", line))) - _FUNCTIONS
    return line if not words or line.isalpha() or ("\\" in line and len(words) == 1) else None


def _last_number(text: str) -> str | None:
    numbers = numerals(clean(text))
    return numbers[-1].text if numbers else None


def _inside(formula: re.Match[str]) -> str:
    return next(part for part in formula.groups() if part is not None).strip()
