"""Multiple-choice questions with a wrong option hidden, which is wanted."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from compass.data.wrapped import Wrapped
from compass.errors import DataError
from compass.records import Sample


class Masked(Wrapped):
    """Each question with a wrong option replaced by a mask; the target is that option.

    The fields are those of the question; ``shown`` has the options a line each, ``letter_hidden``
    the letter of the hidden one.

    Args:
        reader: The reader of the questions.
        mask: What stands in place of the option.
        count: Take the first so many questions only.
        seed: Of which option is hidden.
    """

    def __init__(
        self, reader: Any, mask: str = "[MASK]", count: int | None = None, seed: int = 0
    ) -> None:
        super().__init__(reader, count)
        self.mask, self.seed = mask, seed

    def samples(self) -> Iterator[Sample]:
        """Yield a sample for each question that has a wrong option.

        Raises:
            DataError: None has one.
        """
        found = False
        for sample in self.taken():
            wrong = [n for n in range(len(sample.choices)) if n not in sample.right]
            if not wrong or not sample.right:
                continue
            found = True
            hidden = random.Random(f"{self.seed}:{sample.id}").choice(wrong)
            letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
            shown = [self.mask if n == hidden else one for n, one in enumerate(sample.choices)]
            lines = [f"{letters[n]}. {one}" for n, one in enumerate(shown)]
            yield replace(
                sample,
                fields={
                    **sample.fields,
                    "shown": "\n".join(lines),
                    "letter_hidden": letters[hidden],
                },
                targets=(sample.choices[hidden],),
                choices=(),
                right=(),
            )
        if not found:
            raise DataError(
                "no question has a wrong option", hint="name the columns of options and answer"
            )
