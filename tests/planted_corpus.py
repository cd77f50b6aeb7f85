"""A corpus with copies of questions whose places are known."""

from __future__ import annotations

import json
import random
from pathlib import Path

from compass.contamination.corpus.passages import Passage

LETTERS = "etaoinshrdlucmfwypvbgk"


class Words:
    """Text of made-up words: no n-gram of it stands anywhere by chance."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)
        self._words = [
            "".join(self._random.choice(LETTERS) for _ in range(self._random.randint(3, 9)))
            for _ in range(4000)
        ]

    def text(self, count: int) -> str:
        """Return a text of so many words."""
        return " ".join(self._random.choice(self._words) for _ in range(count))


def questions(count: int, words: Words, size: int = 30) -> list[Passage]:
    """Return questions with a number for an answer."""
    return [
        Passage(
            dataset="made-up",
            id=f"q{number}",
            question=words.text(size) + "?",
            answer=str(1000 + number),
            targets=(str(1000 + number),),
        )
        for number in range(count)
    ]


def write_lines(path: Path, texts: list[str]) -> None:
    """Write texts as JSON lines."""
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), "utf-8")
