"""What a text answers: a letter of a multiple choice, or a short phrase.

An explicit statement ("the answer is B", 答案是B) beats everything else, and the
last of several wins: models correct themselves.  A capital letter that merely
occurs in a text is never taken for an answer, least of all the article "A".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from compass.records import LETTERS

_THOUGHT = re.compile(r"(</?(?:think|thinking|thought)>)", re.IGNORECASE)

_NEXT_QUESTION = re.compile(
    r"\n[\s#*>]*(?:Question|Problem|Q|问题|题目|问)\s*\d{0,4}\s*[:：]", re.IGNORECASE
)

# Decoration that may stand around an answer: Markdown, quotes, brackets, TeX.
# Bounded, so that a text of nothing but blanks or stars is read in linear time.
_OPEN = (
    r"""(?:[\s*_`"'“‘「【\[(（{$]"""
    r"""|\\boxed|\\text(?:bf|it|rm)?|\\math(?:rm|bf|it|sf)|\\[(\[]){0,16}"""
)
_CLOSE = r"""[\s*_`"'”’」】\])）}$]{0,16}"""
_TRAILING = " \t\r*_`\"'”’」】])）}$.。,，:："
_END_MARK = re.compile(r"(?:</s>|<\|[A-Za-z_ ]{1,24}\|>)$")
_WIDE = {code: code - 0xFEE0 for code in (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
"""Full-width Latin letters to plain ones."""

_MOST_CUES = 50
"""A model that repeats itself for ever is read in linear time all the same."""

_LONGEST_LABEL = 2
"""Characters of what an option may be called."""

_COLON = re.compile(r"[:：]")

_CUE = re.compile(
    r"""
    (?<![A-Za-z])(?:answer|(?:correct|right|best)\s+(?:option|choice)|my\s+choice)(?![A-Za-z])
      (?:\s+(?:to|for)\s+(?:the|this|that)\s+(?:question|problem))?
      [\s*_]*(?:(?:is|are|was|would\s+be|should\s+be|must\s+be|has\s+to\s+be|[:：=\-–—])[\s*_]*)+
      (?:(?:therefore|thus|clearly|most\s+likely|probably|indeed)\s+)?
      (?:(?:the\s+)?(?:option|choice|letter)(?:\s+is)?[\s:]+)?
  | \bI(?:\s+would|'d|\s+will|'ll)?\s+(?:choose|pick|select|go\s+with)\s+
      (?:(?:option|choice|answer|letter)\s+)?
  | \bI\s+(?:believe|think)\s+(?:that\s+)?it(?:['’]s|\s+is)\s+(?:(?:option|choice|letter)\s+)?
  | \bit(?:['’]s|\s+is)\s+(?:option|choice|letter)\s+
  | (?:答案|正确选项|正确的选项|正确的?是|正确的为|最佳选项)
      \s*(?:应该|应当|应|就|就应该)?\s*[是为选：:\s】]*(?:选项|选择)?
  | (?<![不别未没无莫非])(?<!不应)(?<!不能)(?<!不该)(?<!不可)(?<!不会)选(?:择|的是|：|:)?
  | \\boxed(?=\s*\{)
    """,
    re.VERBOSE | re.IGNORECASE,
)

_RIGHT_AFTER = (
    r"\s*(?:(?:is|are)\s+(?:the\s+|therefore\s+|thus\s+)?"
    r"(?:correct|right|(?:correct|right|best)\s+(?:answer|option|choice)|answer)\b"
    r"|[项]?\s*(?:是|为|才是)?\s*(?:正确|对的|正确答案|正确的|最佳答案))"
)


def visible(text: str) -> str:
    """Return what is said aloud: reasoning between think tags is left out.

    A closing tag alone ends reasoning that the prompt began; an opening tag alone
    means that the model never came to answer.  Marks of a chat template at the end are
    left out too.

    Examples:
        >>> visible("<think>B? No.</think> C")
        'C'
        >>> visible("<think>It could be")
        ''
    """
    said: list[str] = []
    aloud = True
    for piece in _THOUGHT.split(text):
        if not _THOUGHT.fullmatch(piece):
            said += [piece] if aloud else []
        elif piece[1] == "/":
            said = [] if aloud else said
            aloud = True
        else:
            aloud = False
    spoken = "".join(said).strip()
    for _ in range(_MOST_CUES):
        mark = _END_MARK.search(spoken, max(0, len(spoken) - 32))
        if not mark:
            break
        spoken = spoken[: mark.start()].rstrip()
    return spoken


def own_part(text: str) -> str:
    r"""Return the text before the model goes on to ask itself a next question.

    Examples:
        >>> own_part("B\n\nQuestion: What is 1 + 1?\nAnswer: C")
        'B'
    """
    match = _NEXT_QUESTION.search(text)
    return text[: match.start()] if match else text


def letters(
    text: str, choices: Sequence[str], labels: Sequence[str] = ()
) -> tuple[int, ...] | None:
    """Return the places of the options that a text settles on, None if it does not.

    Tried in this order, the first that says something wins: the last explicit
    statement, by letter or by the option's text; a letter alone on the first or
    the last line; a letter that labels the start of the answer; the only letter in
    brackets; the only option whose text occurs.  A text that lists the options over
    again answers by a statement only.

    Args:
        text: Output of a model.
        choices: Texts of the options, in the order of their letters.
        labels: What the options are called if not A, B, C …

    Examples:
        >>> letters("A dog has four legs, so the answer is (B).", ["two", "four"])
        (1,)
        >>> letters("A dog? I do not know.", ["two", "four"]) is None
        True
        >>> letters("The answer is 2.", ["two", "four"], labels="12")
        (1,)
    """
    said = visible(text).translate(_WIDE)
    for part in dict.fromkeys((own_part(said), said)):
        named = as_letters(part, labels) if labels else part
        listing = _is_listing(named, choices)
        found = _stated(named, part, choices)
        for rule in () if listing else (_alone, _leading, _bracketed):
            found = found or rule(named, choices)
        if not found and not listing:
            found = _mentioned(part, choices)
        if found:
            return tuple(sorted(set(found)))
    return None


def as_letters(text: str, labels: Sequence[str]) -> str:
    """Return a text with the names of options put as their letters.

    A label counts where it stands alone: not in a word, a number or a decimal.  A letter that
    is no label is none afterwards, so that nobody takes it for one.

    Examples:
        >>> as_letters("Not 1 but 2 (1.5 of 12).", "12")
        'Not A but B (1.5 of 12).'
        >>> as_letters("选乙，不选A", "甲乙")
        '选B，不选·'
    """
    places = {label: LETTERS[place] for place, label in enumerate(labels)}
    kept = {label.upper() for label in labels}

    def letter(match: re.Match[str]) -> str:
        found = match[0]
        return places.get(found) or (found if found in kept else "·")

    return _label(tuple(labels)).sub(letter, text)


@lru_cache
def _label(labels: tuple[str, ...]) -> re.Pattern[str]:
    """Return what matches labels that stand alone, and the letters they replace."""
    some = "|".join(sorted(map(re.escape, labels), key=len, reverse=True))
    if labels[0].isascii():
        some = rf"(?<![A-Za-z0-9'’])(?<!\d[.,])(?:{some})(?![A-Za-z0-9]|[.,]\d|['’][A-Za-z])"
    # The pronoun and the article before a word are no letters of options.
    others = rf"(?<![A-Za-z'’])[{LETTERS[: len(labels)]}](?![A-Za-z'’]|(?<=[AI])\s+[A-Za-z])"
    return re.compile(rf"{some}|{others}")


def _is_listing(text: str, choices: Sequence[str]) -> bool:
    """True if a text says the options over again, one label after another."""
    some = LETTERS[: len(choices)]
    labels = re.findall(rf"(?<![A-Za-z])([{some}])(?:[.．:：)）、]|[ \t]*$)", text, re.MULTILINE)
    first = list(dict.fromkeys(labels))
    fewest = max(2, min(3, len(some)))
    return len(first) >= fewest and first == sorted(first) and first[0] == "A"


def phrase(text: str) -> str:
    """Return what the last explicit statement names, the whole text if there is none.

    Examples:
        >>> phrase("They met in 1912. The answer is **Paris**.")
        'Paris'
        >>> phrase("答案是：长江。")
        '长江'
        >>> phrase("Paris")
        'Paris'
    """
    said = own_part(visible(text))
    for start in reversed(_statements(said)):
        rest = re.split(r"\n|[.。!！?？;；](?:\s|$)|[。！？；]", said[start:], maxsplit=1)[0]
        rest = re.sub(rf"^{_OPEN}", "", rest).rstrip(_TRAILING)
        if rest:
            return rest
    return said


def _statements(text: str) -> list[int]:
    """Return where the statements begin that follow an explicit cue."""
    return [match.end() for match in _CUE.finditer(text)]


def _stated(text: str, said: str, choices: Sequence[str]) -> list[int]:
    """The last explicit statement; ``said`` is the text before its labels were put as letters."""
    best, found = -1, []
    listed, praised = _patterns(len(choices))
    starts = _statements(text)[-_MOST_CUES:]
    spoken = starts if said is text else _statements(said)[-_MOST_CUES:]
    for place, start in enumerate(starts):
        places = _letters_at(listed, text, start)
        # The cues hold no labels, so they are the same in both; if not, texts are not read.
        if len(spoken) == len(starts) and not (places and said is text):
            named = _text_at(said, spoken[place], choices)
            # "2 apples" is the option of this text, not the option called 2.
            if not places or (named and len(choices[named[0]]) > _LONGEST_LABEL):
                places = named
        if places:
            best, found = start, places
    for match in praised.finditer(text):
        if match.start() > best:
            best, found = match.start(), [LETTERS.index(match["letter"])]
    return found


@lru_cache
def _patterns(count: int) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what matches a list of letters, and a letter that is called right."""
    some = LETTERS[:count]
    upper, lower = f"[{some}]", f"[{some.lower()}]"
    alone = r"(?![A-Za-z]|['’][A-Za-z])"
    # The article: "A" and "I" before another word are no letters of an answer,
    # unless that word goes on from an answer.
    onward = r"because|since|as|for|which|is|and|or|due|but|given|therefore"
    word = rf"(?!\s+(?!(?:{onward})\b)[A-Za-z])"
    one = rf"(?:(?![AI]){upper}|[AI](?<={upper}){word}){alone}"
    joint = rf"{_CLOSE}(?:,\s*and|,\s*or|and|or|[,，、/&+和或与及])?{_OPEN}"
    end = rf"(?={_CLOSE}(?:$|[.。;；!！?？\n]))"
    several = rf"{upper}(?:{joint}{upper})+{alone}{end}"
    small = rf"(?:(?<=[(（\[]){lower}(?=\s*[)）\]])|{lower}{end})"
    listed = re.compile(rf"{_OPEN}(?P<list>{several}|{one}|{small})", re.MULTILINE)
    praised = re.compile(
        rf"(?<![A-Za-z]){_OPEN}(?:(?:[Oo]ption\s+|[Cc]hoice\s+|选项\s*){_OPEN})?"
        rf"(?P<letter>{upper}){alone}{_CLOSE}{_RIGHT_AFTER}"
    )
    return listed, praised


def _letters_at(listed: re.Pattern[str], text: str, start: int) -> list[int]:
    match = listed.match(text, start)
    if not match:
        return []
    named = match["list"]
    if re.search(r"or|或", named):
        return []  # one of them, but it is not said which
    if len(named) == 1:
        return [LETTERS.index(named.upper())]
    return [LETTERS.index(c) for c in re.sub(r"\\[A-Za-z]+|and|or", "", named) if c in LETTERS]


def _text_at(text: str, start: int, choices: Sequence[str]) -> list[int]:
    """The longest option whose text follows at once."""
    longest = 100 + 2 * max(map(len, choices), default=0)
    rest = _folded(re.sub(rf"^{_OPEN}", "", text[start : start + longest]))
    best, place = 0, -1
    for number, choice in enumerate(choices):
        folded = _folded(choice).rstrip(".。")
        if len(folded) > best and _occurs(folded, rest, at_start=True):
            best, place = len(folded), number
    return [place] if best else []


def _alone(text: str, choices: Sequence[str]) -> list[int]:
    """A first or last line that is nothing but letters, or the last ends in a colon and them."""
    lines = [line for line in text.splitlines() if line.strip()]
    ends = [_COLON.split(line)[-1] for line in lines[-1:]]
    for line in lines[:1] + lines[-1:] + ends:
        bare = _named_bare(line)
        parts = [p for p in re.split(r"[\s,，、/&+]+|(?<=[A-Z])(?=[A-Z])", bare) if p]
        if parts and all(len(p) == 1 and p in LETTERS[: len(choices)] for p in parts):
            return [LETTERS.index(p) for p in parts]
        if len(bare) == 1 and bare.upper() in LETTERS[: len(choices)]:
            return [LETTERS.index(bare.upper())]
    return []


def _named_bare(line: str) -> str:
    """Return a line without decoration and without "Option" before its letter."""
    bare = re.sub(rf"^{_OPEN}", "", line).rstrip(_TRAILING)
    return re.sub(rf"^(?:[Oo]ption|[Cc]hoice|选项)\s*[:：]?{_OPEN}(?=[A-Z]$)", "", bare)


def _leading(text: str, choices: Sequence[str]) -> list[int]:
    """A letter that labels the start, as in "B. Paris"; not if others label lines too."""
    some = LETTERS[: len(choices)]
    bracketed, dotted = rf"[(（\[](?P<a>[{some}])[)）\]]", rf"(?P<b>[{some}])[.．:：)）、]"
    because = rf"(?P<c>[{some}]),(?=\s*(?:since|because|as)\b)"
    label = re.compile(rf"^[\s*_>\-]{{0,16}}(?:{bracketed}|{dotted}|{because})", re.MULTILINE)
    labels = list(label.finditer(text))
    if not labels or text[: labels[0].start()].strip():
        return []
    named = {match["a"] or match["b"] or match["c"] for match in labels}
    return [LETTERS.index(named.pop())] if len(named) == 1 else []


def _bracketed(text: str, choices: Sequence[str]) -> list[int]:
    """The only letter that stands in brackets."""
    some = LETTERS[: len(choices)]
    named = set(re.findall(rf"[(（\[【]([{some}])[)）\]】]", text))
    return [LETTERS.index(named.pop())] if len(named) == 1 else []


def _mentioned(text: str, choices: Sequence[str]) -> list[int]:
    """The only option whose text occurs and is not denied."""
    folded = _folded(text)
    texts = [_folded(choice).rstrip(".。") for choice in choices]
    whole = [place for place, one in enumerate(texts) if one and one == folded.rstrip(".。")]
    if len(whole) == 1:
        return whole
    there = [place for place, one in enumerate(texts) if one and _occurs(one, folded)]
    widest = [
        place
        for place in there
        if not any(texts[place] in texts[other] and place != other for other in there)
    ]
    return widest if len(widest) == 1 else []


def _occurs(part: str, text: str, at_start: bool = False) -> bool:
    """True if ``part`` is in ``text`` as whole words and not straight after a "not"."""
    for found in _places(part, text, at_start):
        before, after = text[:found], text[found + len(part) :]
        if before and _wordy(before[-1]) and _wordy(part[0]):
            continue
        if after and _wordy(part[-1]) and _wordy(after[0]):
            continue
        if re.search(r"(?:\bnot|n't|\bnever|不是|并非|不)\s*(?:an?\s+|the\s+)?$", before):
            continue
        return True
    return False


def _places(part: str, text: str, at_start: bool) -> Iterator[int]:
    if at_start:
        yield from (0,) if text.startswith(part) else ()
        return
    found = text.find(part)
    while found >= 0:
        yield found
        found = text.find(part, found + 1)


def _wordy(character: str) -> bool:
    """True for what words of spaced scripts are made of; Chinese is written without gaps."""
    return character.isalnum() and not "\u2e80" <= character <= "\u9fff"


def _folded(text: str) -> str:
    return " ".join(text.translate(_WIDE).casefold().split())
