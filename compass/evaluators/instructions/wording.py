"""Instructions about words, letters, length, case and language.

Each function says whether a response follows one instruction, as the authors' script
defines it (Zhou et al. 2023, arXiv:2311.07911;
google-research/instruction_following_eval/instructions.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from compass.evaluators.instructions.sentences import capital_count, sentence_count, word_count

_FIRST_WORD_ENDS = re.compile(r"[.,?!'\"]")


def compared(count: int, relation: str, bound: int) -> bool:
    """Return whether a count is ``less than`` or ``at least`` a bound.

    Raises:
        ValueError: The relation is another.
    """
    if relation == "less than":
        return count < bound
    if relation == "at least":
        return count >= bound
    raise ValueError(f"relation is {relation!r}, expected 'less than' or 'at least'")


def has_keywords(response: str, keywords: Sequence[str]) -> bool:
    """Every keyword occurs, be it inside a word; case does not matter."""
    return all(_pattern(word).search(response) for word in keywords)


def keyword_often(response: str, keyword: str, frequency: int, relation: str) -> bool:
    """The keyword occurs so often, inside words too; case does not matter."""
    found = sum(1 for _ in _pattern(keyword.strip()).finditer(response))
    return compared(found, relation, frequency)


def no_forbidden_words(response: str, forbidden_words: Sequence[str]) -> bool:
    """None of the words occurs as a whole word; case does not matter."""
    return not any(_pattern(word, whole=True).search(response) for word in forbidden_words)


def letter_often(response: str, letter: str, let_frequency: int, let_relation: str) -> bool:
    """The character occurs so often; case does not matter."""
    wanted = letter.strip().lower()
    if len(wanted) != 1:
        raise ValueError(f"letter is {letter!r}, expected one character")
    return compared(response.lower().count(wanted), let_relation, let_frequency)


def number_sentences(response: str, num_sentences: int, relation: str) -> bool:
    """There are so many sentences."""
    return compared(sentence_count(response), relation, num_sentences)


def number_words(response: str, num_words: int, relation: str) -> bool:
    """There are so many words."""
    return compared(word_count(response), relation, num_words)


def number_paragraphs(response: str, num_paragraphs: int) -> bool:
    """So many paragraphs stand between ``***``; only the first and the last piece may be blank."""
    first, *rest = response.split("***")
    # A divider inside longer runs of stars leaves pieces of stars: they are paragraphs.
    filled = [bool(piece.strip()) for piece in (first, *rest)]
    if not all(filled[1:-1]):
        return False
    return sum(filled) == num_paragraphs


def nth_paragraph_first_word(
    response: str, num_paragraphs: int, nth_paragraph: int, first_word: str
) -> bool:
    """So many paragraphs stand between blank lines, and the n-th begins with the word.

    Blank pieces do not count as paragraphs, but they do when the n-th is looked for: so
    does the authors' script.
    """
    pieces = response.split("\n\n")
    filled = sum(bool(piece.strip()) for piece in pieces)
    if filled != num_paragraphs or not 1 <= nth_paragraph <= filled:
        return False
    words = pieces[nth_paragraph - 1].split()
    if not words:
        return False
    bare = words[0].lstrip("'").lstrip('"')
    return _FIRST_WORD_ENDS.split(bare, maxsplit=1)[0].lower() == first_word.lower()


def in_language(response: str, language: str) -> bool:
    """The language, by its ISO 639-1 code, is that of the response."""
    return language_of(response) in {language, None}


def in_capitals(response: str) -> bool:
    """The response is English without small letters."""
    return response.isupper() and language_of(response) in {"en", None}


def in_lower_case(response: str) -> bool:
    """The response is English without capitals."""
    return response.islower() and language_of(response) in {"en", None}


def capital_words(response: str, capital_frequency: int, capital_relation: str) -> bool:
    """There are so many words without small letters."""
    return compared(capital_count(response), capital_relation, capital_frequency)


@lru_cache(maxsize=256)
def language_of(text: str) -> str | None:
    """Return the code of the language of a text; None if it has nothing to tell it by.

    The authors take such a text to follow its instruction.  They do not seed the random
    numbers of ``langdetect``, so that a mixed text may come out either way there.
    """
    from langdetect.lang_detect_exception import LangDetectException

    detector = _languages().create()
    try:
        detector.append(text)
        found: str = detector.detect()
    except LangDetectException:
        return None
    return found


@cache
def _languages() -> Any:
    from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

    # A factory of our own: seeding langdetect's would seed it for everybody.
    factory = DetectorFactory()
    factory.load_profile(PROFILES_DIRECTORY)
    factory.set_seed(0)
    return factory


@lru_cache(maxsize=1024)
def _pattern(word: str, whole: bool = False) -> re.Pattern[str]:
    """Return what finds a keyword; the authors take keywords for regular expressions."""
    try:
        re.compile(word)
    except re.error:
        word = re.escape(word)
    return re.compile(rf"\b{word}\b" if whole else word, re.IGNORECASE)
