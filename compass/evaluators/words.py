"""Texts cut into what is counted: words, and characters of scripts without gaps."""

from __future__ import annotations

import re

# As the CMRC 2018 script: these alone stand for themselves, kana and Hangul do not.
_HAN = re.compile(r"([\u4e00-\u9fa5])")

_MARKS = r""";@\#$%&?!*()\[\]{}<>"“”‘’«»„`–—"""
_END = rf"(?=$|[\s,:{_MARKS}]|\.\W*$)"
_CLITIC = rf"'(?:s|m|d|ll|re|ve)?{_END}|n't{_END}|(?<=\bcan)not\b"
_OPENING = r"(?<!\w)'(?=\w)(?!(?:s|m|d|t|ll|re|ve|n)\b)"
_LAST_DOT = r"""(?<!\.)\.(?=[\])}>"'»”’ ]*\s*$)"""
_TREEBANK = re.compile(
    rf"""
    \.{{2,}} | -- | {_CLITIC} | {_OPENING} | [{_MARKS}] | [,:](?!\d) | {_LAST_DOT}
  | (?:(?!\.{{2}}|--|(?<=\w)(?:{_CLITIC})|{_LAST_DOT})[^\s,:{_MARKS}] | [,:](?=\d))+
    """,
    re.VERBOSE,
)


def treebank_words(text: str) -> list[str]:
    """Return the words of a text in the manner of the Penn Treebank.

    Marks stand alone, but not those inside numbers and abbreviations; what is
    contracted is parted.

    Examples:
        >>> treebank_words("it's 3.5% of u.s. sales, i.e. 1,200.")
        ['it', "'s", '3.5', '%', 'of', 'u.s.', 'sales', ',', 'i.e.', '1,200', '.']
    """
    return _TREEBANK.findall(text)


def mixed_words(text: str) -> list[str]:
    """Return Chinese characters one by one, and the words of what is between them.

    As ``mixed_segmentation`` of the CMRC 2018 script (Cui et al. 2019), which cuts the
    rest by the word tokeniser of NLTK.

    Examples:
        >>> mixed_words("用gpt写")
        ['用', 'gpt', '写']
    """
    found: list[str] = []
    for piece in _HAN.split(text):
        found += [piece] if _HAN.fullmatch(piece) else treebank_words(piece)
    return found
