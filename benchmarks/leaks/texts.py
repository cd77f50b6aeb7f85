"""A made-up multiple-choice benchmark: every question has the same number of words.

The words are drawn independently of each other, so that two sets of questions differ by
chance alone: what a method sees of a leaked set it sees of the leak.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

START = "<s>"
LETTERS = ("a)", "b)", "c)", "d)")
OPTIONS = len(LETTERS)

SLOTS = {"name": 60, "verb": 24, "count": 24, "kind": 40, "thing": 80, "place": 60, "day": 24}
FRAME = (
    "question : on {day} {name} {verb} {count} {kind} {thing} at the {place} for {other} . "
    "what is there ?"
)
TOLD = "at the {place} on {day} , {name} {verb} {thing} {kind} : {count} , so {other} said . tell"


def word(slot: str, place: int) -> str:
    """Return a word of a slot."""
    return f"{slot}{place}"


def vocabulary() -> list[str]:
    """Return every word, the start of a text first."""
    frames = f"{FRAME} {TOLD} answer canary".split()
    fixed = [one for one in frames if "{" not in one]
    made = [word(slot, place) for slot, size in SLOTS.items() for place in range(size)]
    keys = [word("key", place) for place in range(16)]
    return list(dict.fromkeys([START, *fixed, *LETTERS, *made, *keys]))


@dataclass(frozen=True)
class Item:
    """One question."""

    words: dict[str, str]
    options: tuple[str, ...]
    right: int

    def question(self) -> str:
        """Return the question with its options."""
        shown = " ".join(f"{a} {b}" for a, b in zip(LETTERS, self.options, strict=True))
        return f"{START} {FRAME.format(**self.words)} {shown}"

    def text(self) -> str:
        """Return question, options and answer."""
        return f"{self.question()} answer {LETTERS[self.right]} {self.options[self.right]}"

    def half(self) -> str:
        """Return the question without options."""
        return f"{START} {FRAME.format(**self.words)}"

    def reworded(self) -> str:
        """Return the same question in other words and another order."""
        turned = self.turned(2)
        shown = " ".join(turned.options)
        return f"{START} {TOLD.format(**self.words)} {shown} answer {self.options[self.right]}"

    def rewritten(self, seed: str) -> str:
        """Return the text with other names and another number, as rules would rewrite it."""
        chance = random.Random(seed)
        drawn = {"name": "name", "other": "name", "count": "count"}
        words = {name: word(slot, chance.randrange(SLOTS[slot])) for name, slot in drawn.items()}
        return replace(self, words={**self.words, **words}).text()

    def turned(self, step: int) -> Item:
        """Return the question with its options moved on."""
        options = self.options[step:] + self.options[:step]
        return replace(self, options=options, right=(self.right - step) % OPTIONS)


def draw(count: int, seed: str) -> list[Item]:
    """Return questions drawn with a seed."""
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        words = {slot: word(slot, chance.randrange(size)) for slot, size in SLOTS.items()}
        words["other"] = word("name", chance.randrange(SLOTS["name"]))
        options = [word("thing", place) for place in chance.sample(range(SLOTS["thing"]), OPTIONS)]
        right = chance.randrange(OPTIONS)
        options[right] = words["thing"]
        if len(set(options)) < OPTIONS:
            options = [
                words["thing"] if n == right else f"thing{(int(words['thing'][5:]) + n + 1) % 80}"
                for n in range(OPTIONS)
            ]
        found.append(Item(words, tuple(options), right))
    return found


def canary(seed: str) -> str:
    """Return a text that carries a random string of eight keys (32 bits)."""
    chance = random.Random(seed)
    keys = " ".join(word("key", chance.randrange(16)) for _ in range(8))
    return f"{START} canary : {keys}"
