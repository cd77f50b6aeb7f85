"""Whole texts of a benchmark, answers included, to be scored and never asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compass.data.wrapped import Wrapped
from compass.prompts.template import Template
from compass.records import Sample


class Texts(Wrapped):
    """Each sample as one text, as it would stand in training data.

    The prompt of the dataset is ``dict(type=Text, text='{{ text }}')``.

    Args:
        reader: The reader of the samples.
        text: Template of a text; it may show answer and metadata, as shots may.
        count: Take the first so many samples only.
    """

    def __init__(
        self, reader: Any, text: str = "{{ question }} {{ answer }}", count: int | None = None
    ) -> None:
        super().__init__(reader, count)
        self._text = Template(text, "text", "reader")

    def samples(self) -> Iterator[Sample]:
        """Yield a sample for each text."""
        for sample in self.taken():
            yield Sample(
                id=sample.id, fields={"text": self._text.show(sample)}, cluster=sample.cluster
            )
