"""What number a text answers with.

A numeral can mean more than one number: ``50%`` is 50 to one author and 0.5 to
another, ``2 million`` is 2 where millions were asked for.  A `Numeral` holds
every reading; two agree if they share one.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from compass.evaluators.extract import own_part, visible
from compass.evaluators.numberwords import spelled_at

_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－＋％＄／＝−–", "0123456789.-+%$/=--")
_TEX_NOISE = re.compile(r"\\[,!;: ]|\{,\}|\\(?=[$%#])|\\left|\\right|\\displaystyle")
_TEX_FRACTION = re.compile(
    r"\\[dt]?frac\s*(?:\{\s*(-?[\d.,]+)\s*\}\s*\{\s*(-?[\d.,]+)\s*\}|(\d)\s*(\d))"
)
_TEX_TIMES = re.compile(r"\s*\\(?:times|cdot)\s*")

_NEGATIVE = re.compile(
    r"(?:\bnegative\s+|(?<=\bis )minus\s+|(?<=[:=] )minus\s+|^minus\s+|负)(?=[\d.$])",
    re.IGNORECASE,
)
_AND_A_PART = re.compile(r"(?<=\d)又(?=\d+/\d)")

_DIGITS = (
    r"(?:\d{1,3}(?:,\d{3})+(?![\d,]*\d)|\d{1,3}(?:[\u00a0\u2009\u202f]\d{3})+(?!\d)|\d+)"
    r"(?:\.\d+)?|\.\d+"
)
_SCALE = r"thousand|million|billion|trillion|百万|千万|万亿|万|亿"
_NUMERAL = re.compile(
    rf"""
    (?P<sign>(?<![\w.)\]])[-+]\s?)?
    (?:(?:US|C|A)?[$€£¥￥]\s?)?
    (?P<inner>(?<=[$€£¥￥])-)?
    (?<!\^)(?<!\^{{)(?<!\^-)(?P<number>{_DIGITS})
    (?:[eE](?P<exponent>[-+]?\d{{1,3}})(?![\w.])
      | \s?[×xX*]\s?10\s?\^\s?\{{?(?P<power>-?\d{{1,3}})\}}?
      | \^\{{?(?P<raised>-?\d{{1,3}})\}}?)?
    (?:(?P<mixed>\s+(?P<top>\d{{1,9}})\s?/\s?(?P<below>\d{{1,9}}))|\s?/\s?(?P<under>\d+(?:\.\d+)?))?
    (?:\s?(?P<percent>%|percent\b|per\ cent\b))?
    (?:\s?(?P<scale>{_SCALE}))?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SCALES = {
    "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12,
    "万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8, "万亿": 1e12,
}  # fmt: skip

_CUE = re.compile(
    r"""
    (?P<hash>\#{4})
  | (?P<box>\\boxed\s*\{)
  | (?P<line>^\s*(?:[*_]{0,3})(?:A|Answer|答|答案)[*_]{0,3}\s*[:：])
  | (?P<words>(?<![A-Za-z])answer(?![A-Za-z])
        (?:\s+(?:to|for)\s+(?:the|this|that)\s+(?:question|problem))?
        [\s*_]*(?:(?:is|was|equals|would\s+be|should\s+be|must\s+be|[:：=])[\s*_]*)+
      | 答案\s*(?:应该|应当|应|就)?\s*[是为:：等于]+)
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_SENTENCE_END = re.compile(r"\n|[.!?](?=\s|$)|[。！？；;]")
_NEAR = re.compile(
    r"""[\s*_`"'“”$€£¥￥~≈(（\[{\\]{0,16}(?:(?:approximately|about|around|exactly|only|just|equal\s+to|"""
    r"""RMB|USD|Rs\.?|(?:一共|总共|共计|大约|约|共|等于|有){1,3})[\s*_:：]*)?""",
    re.IGNORECASE,
)

# A model that repeats itself for ever is read in linear time all the same.
_MOST_CUES = 20
_LONGEST_SENTENCE = 500

_CHINESE_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_CHINESE_UNITS = {"十": 10, "百": 100, "千": 1000}
_CHINESE = re.compile(
    r"负?(?!一[种样定些般直起切共])[零〇一二两三四五六七八九十百千万亿]{1,30}(?:点[零〇一二三四五六七八九]{1,30})?"
)


_CHINESE_STATED = re.compile(rf"(?:等于|[=得是为]|一共有?|共有?)\s*(?={_CHINESE.pattern})")
_NO_VALUE = re.compile(r"\\(?:sqrt|pi|theta|alpha|beta|infty|pm|log|ln|sin|cos|tan)|\b[a-z]\s*\^")
_OTHER = re.compile(r"\s*(?:or|或者?)\s*[-$]?\d|,\d")


class Numeral(NamedTuple):
    """A number as it was written, and what it can mean."""

    text: str
    readings: tuple[float, ...]

    def agrees(self, other: Numeral, tolerance: float) -> bool:
        """True if a reading of each is the same up to a relative ``tolerance``."""
        return any(
            math.isclose(mine, theirs, rel_tol=tolerance, abs_tol=tolerance * 1e-3)
            for mine in self.readings
            for theirs in other.readings
        )


_NONE = Numeral("", ())
"""Something is stated, but it is no number, or one of several."""


def last_statement(text: str) -> Numeral | None:
    r"""Return the number a text answers with, None if it has no number.

    The last explicit statement wins (``#### 7``, ``\boxed{7}``, ``A: 7``, "the
    answer is 7", 答案是7); without one it is the last number.

    Examples:
        >>> last_statement("The answer is 7. This took 2 steps.").text
        '7'
        >>> last_statement("3 boxes of $1,200 make $3,600 in all.").readings
        (3600.0,)
    """
    said = visible(text)
    for part in dict.fromkeys((own_part(said), said)):
        plain = clean(part)
        for cue in list(_CUE.finditer(plain))[: -_MOST_CUES - 1 : -1]:
            found = _after(cue, plain)
            if found:
                return found if found.readings else None
        numbers = numerals(plain)
        if numbers:
            return numbers[-1]
        spelled = _spelled(plain)
        if spelled:
            return spelled
    return None


def _spelled(text: str) -> Numeral | None:
    """Return the number that a text without digits states, or consists of."""
    for stated in list(_CHINESE_STATED.finditer(text))[: -_MOST_CUES - 1 : -1]:
        found = _chinese_at(text, stated.end())
        if found:
            return found
    bare = text.strip().rstrip(".!。")
    found = _words_at(bare, 0) or _chinese_at(bare, 0)
    return found if found and len(found.text) == len(bare) else None


def numerals(text: str) -> list[Numeral]:
    """Return every number of a text that went through `clean`."""
    return [_numeral(match) for match in _NUMERAL.finditer(text)]


def target_number(text: str) -> Numeral | None:
    """Return the number of a target: after ``####`` if it has that, else its only number."""
    plain = clean(text.rsplit("####", 1)[-1])
    found = numerals(plain)
    return found[0] if len(found) == 1 else _chinese_at(plain.strip(), 0)


def clean(text: str) -> str:
    """Return the text with full-width digits and TeX made plain."""
    text = text.translate(_FULL_WIDTH)
    if "\\" in text or "{" in text:
        text = _TEX_FRACTION.sub(lambda m: f" {m[1] or m[3]}/{m[2] or m[4]} ", text)
        text = _TEX_TIMES.sub("×", _TEX_NOISE.sub("", text))
    return _AND_A_PART.sub(" ", _NEGATIVE.sub("-", text))


def _after(cue: re.Match[str], text: str) -> Numeral | None:
    """Return the number that a cue states.

    Straight after it, or after the last equals sign of its sentence; a sentence
    with one number states that; one with several states none ("the answer is
    that of 5 apples he has 3").  A label at the start of a line may head a whole
    solution, so on other lines than the last it must be followed by the number.
    """
    start = cue.end()
    if cue["box"]:
        inside = text[start : _closing(text, start)].rsplit("=", 1)[-1]
        if _NO_VALUE.search(inside):
            return _NONE
        found = numerals(inside)
        return found[0] if found else _chinese_at(inside.strip(), 0)
    sentence, rest = _sentence(text, start)
    near = _near(sentence, 0)
    if cue["line"] and rest:
        return None if "=" in sentence else near
    if "=" in sentence:
        near = _near(sentence, sentence.rindex("=") + 1) or near
    if near:
        return near
    numbers = numerals(sentence)
    return numbers[0] if len(numbers) == 1 else None


def _sentence(text: str, start: int) -> tuple[str, bool]:
    """Return the sentence from ``start`` on, and whether something comes after it."""
    match = _NEAR.match(text, start)
    stop = _SENTENCE_END.search(text, match.end() if match else start, start + _LONGEST_SENTENCE)
    if not stop:
        return text[start : start + _LONGEST_SENTENCE], len(text) > start + _LONGEST_SENTENCE
    return text[start : stop.start()], not text[stop.end() :].isspace() and stop.end() < len(text)


def _near(text: str, start: int) -> Numeral | None:
    """Return the number at ``start``, past currency, emphasis and "about"."""
    match = _NEAR.match(text, start)
    place = match.end() if match else start
    # The sign or currency that was skipped belongs to the number.
    for begin in range(max(start, place - 2), place + 1):
        found = _NUMERAL.match(text, begin)
        if found:
            return _NONE if _OTHER.match(text, found.end()) else _numeral(found)
    return _chinese_at(text, place) or _words_at(text, place)


def _numeral(match: re.Match[str]) -> Numeral:
    value = float(re.sub(r"[^\d.]", "", match["number"]))
    if match["raised"]:
        value = _raised(value, int(match["raised"]))
    elif match["exponent"] or match["power"]:
        value = _scaled(value, int(match["exponent"] or match["power"]))
    if match["mixed"]:
        if int(match["below"]):
            value += int(match["top"]) / int(match["below"])
    elif match["under"] and float(match["under"]):
        value /= float(match["under"])
    if (match["sign"] or match["inner"] or "").strip() == "-":
        value = -value
    readings = [value]
    if match["percent"]:
        readings.append(value / 100)
    if match["scale"]:
        readings.append(value * _SCALES[match["scale"].lower()])
    return Numeral(match[0].strip(), tuple(readings))


def _raised(value: float, power: int) -> float:
    try:
        return value**power
    except OverflowError:
        return math.inf
    except ZeroDivisionError:
        return math.nan


def _scaled(value: float, power: int) -> float:
    try:
        return value * 10.0**power
    except OverflowError:
        return math.inf


def _closing(text: str, start: int) -> int:
    """Return the place of the brace that closes one opened before ``start``."""
    depth = 1
    for place in range(start, min(len(text), start + _LONGEST_SENTENCE)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if not depth:
            return place
    return start + _LONGEST_SENTENCE


def _words_at(text: str, start: int) -> Numeral | None:
    """Return a number written in English words at ``start``, if there is one."""
    found = spelled_at(text, start)
    return Numeral(found[0], (float(found[1]),)) if found else None


def _chinese_at(text: str, start: int) -> Numeral | None:
    """Return a number written in Chinese characters at ``start``, if there is one."""
    match = _CHINESE.match(text, start)
    if not match:
        return None
    value = _chinese_value(match[0])
    over = _CHINESE.match(text, match.end() + 2) if text.startswith("分之", match.end()) else None
    if not over:
        return Numeral(match[0], (value,))
    said = text[start : over.end()]
    part = _chinese_value(over[0])
    if match[0] == "百":
        return Numeral(said, (part, part / 100))
    return Numeral(said, (part / value,)) if value else None


def _chinese_value(text: str) -> float:
    whole, _, part = text.lstrip("负").partition("点")
    value = float(_chinese_whole(whole))
    for place, character in enumerate(part, 1):
        value += _CHINESE_DIGITS[character] / 10**place
    return -value if text[0] == "负" else value


def _chinese_whole(text: str) -> int:
    total = section = digit = 0
    for character in text:
        if character in _CHINESE_DIGITS:
            digit = digit * 10 + _CHINESE_DIGITS[character]
        elif character in _CHINESE_UNITS:
            section += (digit or 1) * _CHINESE_UNITS[character]
            digit = 0
        else:
            total = (total + section + digit) * (10**4 if character == "万" else 10**8)
            section = digit = 0
    return total + section + digit
