"""A corpus that is made as it is read, with copies of questions planted in it.

Its words are drawn by Zipf's law from a made-up vocabulary, so no n-gram of a question stands
in it by chance.  Three documents in ten hold characters outside ASCII.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import BinaryIO

import numpy as np

_VOCABULARY = 20_000
_LETTERS = "etaoinshrdlucmfwypvbgk"
_LENGTHS = (2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9)
_POOL = 24 << 20
"""Bytes of documents that are made once and written again and again."""

_BLOCK = 64 << 10


class Corpus:
    """Questions, and documents some of which hold them."""

    def __init__(self, questions: int, seed: int = 0) -> None:
        self._random = random.Random(seed)
        self._numpy = np.random.default_rng(seed)
        words = {
            "".join(self._random.choice(_LETTERS) for _ in range(self._random.choice(_LENGTHS)))
            for _ in range(2 * _VOCABULARY)
        }
        self._words = sorted(words)[:: max(len(words) // _VOCABULARY, 1)]
        weights = 1 / (np.arange(len(self._words)) + 10)
        self._weights = np.cumsum(weights / weights.sum())
        self.questions = [
            {"id": f"q{n}", "question": self._text(20, 60), "answer": str(n)}
            for n in range(questions)
        ]

        self._blocks = list(self._made())

    def planted(self) -> list[int]:
        """Return which half of the questions is planted, in the order they stand in the corpus."""
        numbers = range(len(self.questions))
        return self._random.sample(numbers, len(numbers) // 2)

    def lines(self, size: int, planted: list[int]) -> Iterator[bytes]:
        """Yield ``size`` bytes of JSON lines, the planted questions spread evenly among them."""
        blocks = cycle(self._blocks)
        written = 0
        for place, number in enumerate(planted, start=1):
            while written < size * place // (len(planted) + 1):
                block = next(blocks)
                written += len(block)
                yield block
            yield self._holding(number)
        while written < size:
            block = next(blocks)
            written += len(block)
            yield block

    def _made(self) -> Iterator[bytes]:
        """Yield blocks of documents, together as large as the pool."""
        made, block = 0, b""
        while made < _POOL:
            text = self._text(50, 700)
            if self._random.random() < 0.3:
                text = f"“{text}” — café"
            line = json.dumps({"text": text, "id": f"d{made}"}, ensure_ascii=False).encode() + b"\n"
            made += len(line)
            block += line
            if len(block) >= _BLOCK:
                yield block
                block = b""

    def _holding(self, number: int) -> bytes:
        row = self.questions[number]
        answer = f"\nAnswer: {row['answer']}" if number % 2 else ""
        text = f"{self._text(50, 300)}\n{row['question']}{answer}\n{self._text(50, 300)}"
        return json.dumps({"text": text, "id": row["id"]}).encode() + b"\n"

    def _text(self, least: int, most: int) -> str:
        count = self._random.randint(least, most)
        places = np.searchsorted(self._weights, self._numpy.random(count))
        words = [self._words[min(place, len(self._words) - 1)] for place in places]
        for place in range(0, count, 11):
            words[place] = words[place].capitalize()
            words[place - 1] += "."
        return " ".join(words)


def write_questions(corpus: Corpus, path: Path) -> None:
    """Write the questions as a file of rows."""
    path.write_text("".join(json.dumps(row) + "\n" for row in corpus.questions), "utf-8")


def pour(lines: Iterator[bytes], sink: BinaryIO) -> int:
    """Write lines and return how many bytes they have."""
    size = 0
    for line in lines:
        sink.write(line)
        size += len(line)
    return size
