"""Letters of the parts of one question, read out of one text.

(1)【答案】A <eoa>            marked, one after the other
1. A   2. C   36-40 CADBE     numbered
【答案】 C F A E D <eoa>       a list after the last mark
"""

from __future__ import annotations

import re
from typing import Literal

from compass.evaluators.extract import letters, visible
from compass.records import LETTERS

_TAG = re.compile(r"<\s*/?\s*eo[ae]\s*>")
_MARK = re.compile(r"【\s*答案\s*】\s*(?:是|为|选)?\s*[:：]*")
_SAID = re.compile(
    r"答案\s*(?:应该|应|就)?\s*[是为选]?\s*[:：]*|(?i:answers?)\s*(?i:is|are)?\s*[:：]*"
)
_OPTION = re.compile(r"^[ \t*_>(（]*([A-G])[)）]?[ \t]*[.．、:：].*$", re.MULTILINE)

# "A cell", the article: a letter before a word is none of an answer, unless the word goes on
# from an answer.
_NO_WORD = r"(?![ \t]+(?!(?:because|since|as|for|is)\b)[a-z])"


def sheet(text: str, allowed: str, count: int, several: bool = False) -> list[str] | None:
    """Return the letters of each part, empty where none was found; None if nothing was.

    Tried in this order, the first that accounts for every part wins: an answer for each
    mark 【答案】; an answer for each number; a list of just as many letters after the last
    mark or statement, or as the whole text.  Failing that, whichever parts numbers
    from (1) on name.  A single part is read like any multiple choice.

    Args:
        text: Output of a model.
        allowed: The letters that options have.
        count: How many parts there are.
        several: The one part may have several letters.

    Examples:
        >>> sheet("(1)【答案】A <eoa> (2)【答案】C <eoa>", "ABCD", 2)
        ['A', 'C']
        >>> sheet("【答案】 C F A E D <eoa>", "ABCDEFG", 5)
        ['C', 'F', 'A', 'E', 'D']
        >>> sheet("【答案】BC<eoa>", "ABCD", 1, several=True)
        ['BC']
    """
    said = _TAG.sub("\n", visible(text))
    if count == 1:
        return _one(said, allowed, several)
    marked = _after(_MARK, said, allowed)
    if len(marked) == count:
        return marked
    numbered = _numbered(said, allowed)
    if len(numbered) == count:
        return [letter for _, letter in numbered]
    for part in _tails(said):
        listed = _listed(part, allowed, count)
        if listed:
            return listed
    stated = _after(_SAID, said, allowed)
    if len(stated) == count:
        return stated
    found = {number: letter for number, letter in numbered if 1 <= number <= count}
    return [found.get(number, "") for number in range(1, count + 1)] if found else None


def _one(said: str, allowed: str, several: bool) -> list[str] | None:
    """One part: as a multiple choice without the texts of its options."""
    plain = _MARK.sub("答案：", said)
    if len({match[1] for match in _OPTION.finditer(plain)}) > 1:
        # Options said over again, perhaps cut within one, are no answer.
        plain = _OPTION.sub("", plain)
    if several:
        # Letters may be spread over "A、C" or "A C": nothing else follows the mark.
        tail = _MARK.split(said)[-1].split("\n")[0] if _MARK.search(said) else ""
        if re.fullmatch(rf"[\s{allowed},，、.。;；和]*", tail):
            named = sorted(set(re.findall(f"[{allowed}]", tail)))
            if named:
                return ["".join(named)]
    places = letters(plain, [""] * len(allowed))
    if places is None or (len(places) > 1 and not several):
        return None
    return ["".join(LETTERS[place] for place in places)]


def _after(mark: re.Pattern[str], said: str, allowed: str) -> list[str]:
    """The letter right after each mark."""
    letter = re.compile(rf"[\s*(（\[【]*([{allowed}])(?![A-Za-z]){_NO_WORD}")
    found = [letter.match(said, match.end()) for match in mark.finditer(said)]
    return [match[1] for match in found if match]


def _numbered(said: str, allowed: str) -> list[tuple[int, str]]:
    """Number and letter of each answer that has both; the last word on a number counts."""
    shape = re.compile(
        r"(?<![\dA-Za-z.])[(（第]?\s*(?P<number>\d{1,2})\s*[)）.．、:：题小空\-\s]*"
        rf"(?:【\s*答案\s*】\s*[:：]*|答案\s*[是为选]?\s*[:：]*)?\s*[*(（]*(?P<letter>[{allowed}])"
        rf"(?![A-Za-z])(?!\s*[.．、]\s*\S){_NO_WORD}"
    )
    found: dict[int, str] = {}
    for match in shape.finditer(said):
        found[int(match["number"])] = match["letter"]
    return sorted(found.items())


def _tails(said: str) -> list[str]:
    """What follows the last mark, what follows the last statement, the whole."""
    parts = []
    for mark in (_MARK, _SAID):
        places = [match.end() for match in mark.finditer(said)]
        if places:
            parts.append(said[places[-1] :])
    return [*parts, said]


def _listed(part: str, allowed: str, count: int) -> list[str] | None:
    """A list of just so many letters at the start, and nothing like it after."""
    line = next((line for line in part.splitlines() if line.strip()), "")
    match = re.match(rf"[\s{allowed},，、;；.。/\-()（）\d]*", line)
    named = re.findall(f"[{allowed}]", match[0]) if match else []
    rest = line[match.end() :] if match else line
    return named if len(named) == count and not rest.strip() else None


def official(
    text: str, kind: Literal["single", "several", "parts", "five-of-seven"], count: int
) -> list[str] | None:
    """Return letters as OpenCompass and the authors of GAOKAO-Bench read them.

    Sources: ``opencompass/datasets/GaokaoBench.py``; ``Bench/bench_function.py`` of
    GAOKAO-Bench.  As there, a list of the wrong length is all wrong.

    Examples:
        >>> official("Answer: A or B? B. Done", "single", 1)
        ['D']
    """
    if kind == "single":
        found = re.findall("[A-D]", text)[-1:]
    elif kind == "several":
        found = _official_several("".join(text.split()))
    elif kind == "five-of-seven":
        found = re.findall("[A-G]", text)[:5]
    else:
        found = [match[-1] for match in re.findall(r"【答案】\s*[:：]*\s*[A-Z]", text)]
        if len(found) != count:
            found = re.findall("[A-Z]", text)[:count]
    if not found:
        return None
    return found if len(found) == count else [""] * count


def _official_several(bare: str) -> list[str]:
    start = bare.find("【答案】")
    # A mark at the very start is not seen, as there.
    letters_there = re.findall("[A-D]", bare[start:] if start > 0 else bare[-10:])
    return ["".join(letters_there)] if letters_there else []
