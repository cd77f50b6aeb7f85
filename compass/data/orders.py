"""Multiple-choice questions as texts, with their options in several orders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compass.circular import Circular, reordered
from compass.data.wrapped import Wrapped
from compass.errors import DataError
from compass.prompts.template import Template
from compass.records import Sample


class Orders(Wrapped):
    """Each question with its options in their own order and in others.

    A question's sample ``<question>-0`` has its own order, ``<question>-1`` and on the others;
    the field ``text`` holds the text.  The samples of a question are a cluster.

    Args:
        reader: The reader of the questions.
        text: Template of a question with its options.
        kind: ``cyclic`` for the shifts, ``all`` for every order.
        sample: Draw so many of the orders, the own one among them; None takes all.
        pinned: As in ``circular``: True leaves options that speak of others where they are.
        count: Take the first so many questions only.
        seed: Of the draw.
    """

    def __init__(
        self,
        reader: Any,
        text: str = "{{ question }}\n{{ options }}",
        kind: str = "all",
        sample: int | None = None,
        pinned: bool = False,
        count: int | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__(reader, count)
        self._text = Template(text, "text", "reader")
        self._circular = Circular.from_dict(
            {"kind": kind, "sample": sample, "pinned": pinned, "seed": seed, "optional": True}
        )

    def samples(self) -> Iterator[Sample]:
        """Yield a sample for each question and order.

        Raises:
            DataError: No question has options that can change places.
        """
        found = False
        for sample in self.taken():
            orders = self._circular.of(sample.choices)
            if len(orders) < 2:
                continue
            found = True
            for place, order in enumerate(orders):
                yield Sample(
                    id=f"{sample.id}-{place}",
                    fields={"text": self._text.show(reordered(sample, order))},
                    cluster=sample.id,
                )
        if not found:
            raise DataError(
                "no question has two options that can change places",
                hint="name the columns of the options",
            )
