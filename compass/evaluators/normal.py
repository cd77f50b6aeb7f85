"""Forms of a text in which differences of no meaning are gone."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Callable

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_ASCII_PUNCTUATION = str.maketrans("", "", string.punctuation)
_BETWEEN_CJK = re.compile(r"(?<=[\u2e80-\u9fff])\s+|\s+(?=[\u2e80-\u9fff])")

# The marks that the CMRC 2018 script (Cui et al. 2019) leaves out.  It lists two dots of
# an ellipsis as one entry, and compares character by character, so that they stay.
_CMRC_MARKS = frozenset("-:_*^/\\~`+=，。：？！“”；’《》·、「」（）－～『』")

# What the TriviaQA script (Joshi et al. 2017) puts a space for.
_TRIVIA_MARKS = str.maketrans(dict.fromkeys(string.punctuation + "‘’´`", " "))


def strip(text: str) -> str:
    """Return the text without white space around it."""
    return text.strip()


def squad(text: str) -> str:
    """Return the form in which SQuAD compares (Rajpurkar et al. 2016, arXiv:1606.05250).

    Lower case, without ASCII punctuation and English articles, single spaces.

    Examples:
        >>> squad("The  Eiffel-Tower!")
        'eiffeltower'
    """
    bare = text.lower().translate(_ASCII_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", bare).split())


def triviaqa(text: str) -> str:
    """Return the form in which TriviaQA compares (Joshi et al. 2017, arXiv:1705.03551).

    As SQuAD, but punctuation parts words, and curly quotes count as punctuation.

    Examples:
        >>> triviaqa("The  Eiffel-Tower!")
        'eiffel tower'
    """
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_TRIVIA_MARKS)).split())


def natural_questions(text: str) -> str:
    """Return the form in which open Natural Questions are compared.

    As SQuAD, with accents taken apart first: Lee et al. 2019 (arXiv:1906.00300), their
    ``language/orqa/utils/eval_utils.py``.

    Examples:
        >>> natural_questions("Caf\u00e9") == natural_questions("Cafe\u0301")
        True
    """
    return squad(unicodedata.normalize("NFD", text))


def chinese(text: str) -> str:
    """Return the form in which CMRC 2018 compares: lower case, without punctuation.

    Examples:
        >>> chinese("《红楼梦》。")
        '红楼梦'
    """
    return "".join(c for c in text.lower().strip() if c not in _CMRC_MARKS)


def loose(text: str) -> str:
    """Return a form for any language: one width, one case, no punctuation, no articles.

    Signs of numbers and decimal points stay, and so does a text of nothing but marks.

    Examples:
        >>> loose("“The Eiffel Tower”.")
        'eiffel tower'
        >>> loose("长江 。"), loose("ＡＢＣ"), loose("-3.5%")
        ('长江', 'abc', '-3.5%')
        >>> loose("( [ ]")
        '( [ ]'
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = []
    for place, character in enumerate(folded):
        if unicodedata.category(character).startswith("P") and not _numeric(folded, place):
            kept.append(" ")
        else:
            kept.append(character)
    spaced = " ".join(_ARTICLES.sub(" ", "".join(kept)).split())
    bare = _BETWEEN_CJK.sub("", spaced)
    return bare if any(c.isalnum() for c in bare) else " ".join(folded.split())


def _numeric(text: str, place: int) -> bool:
    """True for a mark that belongs to a number."""
    before = text[place - 1] if place else " "
    after = text[place + 1] if place + 1 < len(text) else " "
    mark = text[place]
    if mark == "%":
        return before.isdigit()
    if mark == "-":
        return after.isdigit() and not before.isalnum()
    return mark == "." and after.isdigit()


NORMALISERS: dict[str, Callable[[str], str]] = {
    "loose": loose,
    "squad": squad,
    "triviaqa": triviaqa,
    "nq": natural_questions,
    "zh": chinese,
    "strip": strip,
}
