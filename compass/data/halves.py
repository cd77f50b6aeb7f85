"""Texts of a benchmark cut in two: the first part is shown, the rest is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compass.data.wrapped import Wrapped
from compass.errors import ConfigError
from compass.prompts.template import Template
from compass.records import Sample


class Halves(Wrapped):
    """Each text up to a word in the middle (field ``first``); the target is the rest.

    Args:
        reader: The reader of the samples.
        text: Template of a text; it may show the answer.
        share: Where it is cut, as a share of its words.
        count: Take the first so many samples only.
    """

    def __init__(
        self,
        reader: Any,
        text: str = "{{ question }} {{ answer }}",
        share: float = 0.5,
        count: int | None = None,
    ) -> None:
        super().__init__(reader, count)
        if not 0 < share < 1:
            raise ConfigError(f"share must be between 0 and 1, got {share}")
        self._text = Template(text, "text", "reader")
        self.share = share

    def samples(self) -> Iterator[Sample]:
        """Yield a sample for each text of two words or more."""
        for sample in self.taken():
            words = self._text.show(sample).split()
            cut = max(1, round(len(words) * self.share))
            if cut < len(words):
                yield Sample(
                    id=sample.id,
                    fields={"first": " ".join(words[:cut])},
                    targets=(" ".join(words[cut:]),),
                    cluster=sample.cluster,
                )
