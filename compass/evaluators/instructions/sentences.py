"""How many sentences, words and words in capitals a text has, as IFEval counts them.

The authors' script counts sentences by NLTK's Punkt with its English model (Kiss and
Strunk 2006, Computational Linguistics 32:485-525), a download of its own, and words in
capitals by NLTK's ``word_tokenize``, which splits into sentences first.  Here the same
Punkt runs with a short list of abbreviations instead of that model, so that a count
depends on nothing that may or may not be downloaded.  What differs: the model knows of
thousands of words whether they are written small, and so takes more lone letters for an
end ("A. Introduction" is two sentences to it, one here).
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

# "i.e", "e.g", "etc" and "p.s" are no abbreviations to the English model either: it ends
# a sentence there.
_ABBREVIATIONS = """
mr mrs ms messrs dr prof rev rep reps gen col maj lt sen sgt jr st ph.d m.b.a
co corp inc ltd bros vs v ave
jan feb mar apr aug sep sept oct nov dec mon tues thu fri sat
a.m p.m a.d b.c u.s u.k u.n u.s.a u.s.s.r n.y l.a d.c j.k j.r
"""

# Words that begin sentences more often than names: a lone letter and a full stop before
# one of them end a sentence ("vitamin C. The dose"), before others they are an initial.
_COMMON = """
a about after all also although an and another any are as at because before both but by
can consider despite do don't during each even every finally first for from how however
i if in indeed instead is it its it's let let's many may meanwhile more moreover most my
nevertheless next no not now of on once one or other our over please remember second she
he similarly since so some still such that the their then there therefore these they this
those though through thus to under until use we what when where whether which while who
why will with without would you your you're
"""
_SEEN_SMALL = 1 << 5  # Punkt's mark of a word met in small letters inside a sentence

_WORD = re.compile(r"\w+")


def word_count(text: str) -> int:
    """Return the number of runs of letters, digits and underscores.

    Examples:
        >>> word_count("It's a well-known fact.")
        6
    """
    return sum(1 for _ in _WORD.finditer(text))


def sentence_count(text: str) -> int:
    """Return the number of sentences.

    Examples:
        >>> sentence_count("Dr. Smith left at 5 p.m. on Friday. Why? Nobody knows.")
        3
    """
    return len(_sentences().tokenize(text))


def capital_count(text: str) -> int:
    """Return the number of words without small letters; hyphenated words are one.

    Examples:
        >>> capital_count("NASA is NOT a well-KNOWN CO-OP.")
        3
    """
    words = _words()
    return sum(
        word.isupper()
        for sentence in _sentences().tokenize(text)
        for word in words.tokenize(sentence)
    )


@cache
def _sentences() -> Any:
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

    known = PunktParameters()
    known.abbrev_types = set(_ABBREVIATIONS.split())
    for word in _COMMON.split():
        known.add_ortho_context(word, _SEEN_SMALL)
    return PunktSentenceTokenizer(known)


@cache
def _words() -> Any:
    from nltk.tokenize import NLTKWordTokenizer

    return NLTKWordTokenizer()
