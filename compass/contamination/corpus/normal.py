"""Texts as copies are looked for in: lower case, without punctuation, symbols and accents.

A normalised text is its letters and digits alone, one after another, and the places where
words begin among them.  Every character becomes one character or none, so that a place can be
carried back to the original.  Texts in ASCII take a byte a character, the rest two; both give
the same characters and the same words.

Words are what stands between white space.  In scripts without it (Han, kana, Thai, Lao, Khmer,
Burmese, Tibetan) every character is a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

Array = Any
"""A numpy array; numpy is loaded when the first text is normalised."""

SPACE, DELETED = 32, 1
_END = "\0"
"""Stands between two texts while they are normalised."""

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_PRIVATE, _PRIVATE_SIZE = 0xE000, 6400
_UNSPACED = (
    (0x0E00, 0x0FFF),  # Thai, Lao, Tibetan
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # kana
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (_PRIVATE, _PRIVATE + _PRIVATE_SIZE - 1),  # rare Han, see _basic
    (0xF900, 0xFAFF),
)
_FIRST_UNSPACED = 0x0E00
_ACCENTED_BELOW = 0x0530
"""Latin, Greek and Cyrillic lose their accents; elsewhere a mark may be a vowel."""


class Stream(NamedTuple):
    """Normalised texts, one after another."""

    chars: Array
    """Letters and digits of all texts (uint8 or uint16)."""

    bounds: Array
    """Where each word begins in ``chars``, and the end."""

    documents: Array
    """Which word each text begins with, and the number of words."""

    def words(self, start: int, stop: int) -> list[str]:
        """Return some words, by their numbers."""
        bounds = self.bounds[start : stop + 1]
        if len(bounds) < 2:
            return []
        first = int(bounds[0])
        raw = self.chars[first : int(bounds[-1])]
        text = raw.tobytes().decode("latin-1" if raw.itemsize == 1 else "utf-16-le", "replace")
        places = (bounds - first).tolist()
        return [text[a:b] for a, b in pairwise(places)]


def normalise(texts: Sequence[str], wide: bool = False) -> Stream:
    """Return texts as one stream.

    Args:
        texts: Whatever they hold.
        wide: Take two bytes a character even if all are ASCII.

    Examples:
        >>> stream = normalise(["Don't stop, Zoë!", "2 个苹果"])
        >>> stream.words(0, 6)
        ['dont', 'stop', 'zoe', '2', '个', '苹']
        >>> stream.documents.tolist()
        [0, 3, 7]
    """
    joined = _END.join(texts)
    if joined.count(_END) != len(texts) - 1:
        joined = _END.join(text.replace(_END, "") for text in texts)
    if joined.isascii() and not wide:
        return _narrow(joined)
    return _wide(joined)


def origin(text: str) -> Array:
    """Return for every normalised character of a text its place in the text."""
    import numpy as np

    mapped = _table()[_codes(text)]
    return np.flatnonzero(mapped > SPACE)


def _narrow(text: str) -> Stream:
    import numpy as np

    table, deleted = _byte_tables()
    data = text.encode("ascii").translate(table, deleted)
    codes = np.frombuffer(data, np.uint8)
    gaps = np.flatnonzero(codes <= SPACE)
    chars = np.frombuffer(data.translate(None, b"\0 "), np.uint8)
    return _assembled(chars, gaps, codes[gaps] == 0)


def _wide(text: str) -> Stream:
    import numpy as np

    codes = _table()[_codes(text)]
    kept = codes != DELETED
    if not kept.all():
        codes = codes[kept]
    gaps = np.flatnonzero(codes <= SPACE)
    chars = codes[codes > SPACE]
    return _assembled(chars, gaps, codes[gaps] == 0)


def _assembled(chars: Array, gaps: Array, ends: Array) -> Stream:
    """Return the stream of characters and of the gaps between words, as places before removal."""
    import numpy as np

    gaps = gaps - np.arange(len(gaps))  # as places among the characters that stay
    bounds = np.empty(len(gaps) + 2, np.int64)
    bounds[0] = 0
    bounds[1:-1] = gaps
    bounds[-1] = len(chars)
    if chars.itemsize == 2 and len(chars) and int(chars.max()) >= _FIRST_UNSPACED:
        single = np.flatnonzero(_unspaced()[chars])
        begins = np.zeros(len(chars) + 1, bool)
        begins[bounds] = True
        begins[single] = True
        begins[single + 1] = True
        bounds = np.flatnonzero(begins)
    elif len(chars):
        bounds = bounds[np.concatenate(([True], bounds[1:] != bounds[:-1]))]
    else:
        bounds = bounds[:1]
    starts = np.concatenate(([0], gaps[ends], [len(chars)]))
    return Stream(chars, bounds, np.searchsorted(bounds, starts))


def _codes(text: str) -> Array:
    """Return the characters of a text as 16-bit codes, one for each."""
    import numpy as np

    data = text.encode("utf-16-le", "surrogatepass")
    if len(data) != 2 * len(text):
        text = _ASTRAL.sub(lambda found: _basic(found[0]), text)
        data = text.encode("utf-16-le", "surrogatepass")
    return np.frombuffer(data, np.uint16)


@cache
def _basic(char: str) -> str:
    """Return a character of the first plane for one beyond it.

    A letter in a fancy alphabet becomes the plain one, a symbol one that is deleted, a rare Han
    character one for private use.
    """
    plain = unicodedata.normalize("NFKC", char)
    if len(plain) == 1 and plain < "\U00010000":
        return plain
    if not char.isalnum():
        return "\uffff"
    return chr(_PRIVATE + ord(char) * 2654435761 % (1 << 32) % _PRIVATE_SIZE)


@cache
def _table() -> Array:
    """Return what each 16-bit code becomes: a character, `SPACE`, `DELETED`, or 0 for the end."""
    import numpy as np

    table = np.array([_mapped(code) for code in range(1 << 16)], np.uint16)
    table[0] = 0
    return table


def _mapped(code: int) -> int:
    char = chr(code)
    if char.isspace():
        return SPACE
    if 0xD800 <= code < 0xE000 or 0x0300 <= code < 0x0370:
        return DELETED
    if _PRIVATE <= code < _PRIVATE + _PRIVATE_SIZE:
        return code
    composed = unicodedata.normalize("NFKC", char)
    char = composed if len(composed) == 1 else char
    if ord(char) < _ACCENTED_BELOW or 0x1E00 <= ord(char) < 0x2000:
        parts = unicodedata.normalize("NFKD", char)
        if all(unicodedata.category(mark) == "Mn" for mark in parts[1:]):
            char = parts[0]
    lower = char.lower()
    char = lower if len(lower) == 1 else char
    if char.isspace():
        return SPACE
    return ord(char) if unicodedata.category(char)[0] in "LNM" and ord(char) < 1 << 16 else DELETED


@cache
def _byte_tables() -> tuple[bytes, bytes]:
    """Return the same for ASCII: what each byte becomes, and which are deleted."""
    mapped = [0, *(_mapped(code) for code in range(1, 128))]
    table = bytes(mapped) + bytes(128)
    return table, bytes(code for code in range(128) if mapped[code] == DELETED)


@cache
def _unspaced() -> Array:
    """Return whether each 16-bit code is a word of its own."""
    import numpy as np

    single = np.zeros(1 << 16, bool)
    for low, high in _UNSPACED:
        single[low : high + 1] = True
    return single
