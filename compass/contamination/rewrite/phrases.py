"""Other words for the same thing, by a short list: what is asked does not change."""

from __future__ import annotations

import re

RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), other)
    for pattern, other in (
        (r"\bHow many (\w+) does (\w+) have\b", r"What number of \1 does \2 have"),
        (r"\bhow many (\w+) does (\w+) have\b", r"what number of \1 does \2 have"),
        (r"\bHow much money\b", "What amount of money"),
        (r"\bhow much money\b", "what amount of money"),
        (r"\bin total\b", "altogether"),
        (r"\baltogether\b", "all in all"),
        (r"\bbuys\b", "purchases"),
        (r"\bbought\b", "purchased"),
        (r"\bgets\b", "receives"),
        (r"\bkids\b", "children"),
        (r"\bstarts\b", "begins"),
        (r"\bwants to\b", "would like to"),
        (r"\bneeds to\b", "has to"),
        (r"\ba total of\b", "all in all"),
        (r"\bWhich of the following\b", "Which one of these"),
        (r"\bwhich of the following\b", "which one of these"),
        (r"\bis called\b", "is known as"),
        (r"\blargest\b", "biggest"),
        (r"\bapproximately\b", "about"),
    )
)


def rephrased(text: str) -> str:
    """Return a text in which every rule was applied once to what stood there before.

    Examples:
        >>> rephrased("Ann buys 3 pens. How much money does she pay in total?")
        'Ann purchases 3 pens. What amount of money does she pay altogether?'
    """
    done: list[str] = []
    for pattern, other in RULES:
        found = pattern.search(text)
        if found and not any(found[0] in before for before in done):
            text = pattern.sub(other, text)
            done.append(pattern.sub(other, found[0]))
    return text
