"""A benchmark in its published order and in others, shard by shard."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from compass.data.wrapped import Wrapped
from compass.errors import ConfigError, DataError
from compass.prompts.template import Template
from compass.records import Sample


class Shards(Wrapped):
    """Consecutive samples as one text, in their own order and in random ones.

    A shard's sample ``<shard>-0`` has its own order, ``<shard>-1`` and on the others; the field
    ``text`` holds the text.  The samples of a shard are a cluster.

    Args:
        reader: The reader of the samples, in the published order.
        text: Template of one sample; it may show the answer.
        size: Samples of a shard; what is left at the end is not used.
        orders: Random orders beside the own one.
        gap: What stands between two samples.
        count: Take the first so many samples only.
        seed: Of the orders.
    """

    def __init__(
        self,
        reader: Any,
        text: str = "{{ question }} {{ answer }}",
        size: int = 20,
        orders: int = 10,
        gap: str = "\n\n",
        count: int | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__(reader, count)
        if size < 2 or orders < 1:
            raise ConfigError(
                f"a shard needs two samples and another order, got size={size}, orders={orders}"
            )
        self._text = Template(text, "text", "reader")
        self.size, self.orders, self.gap, self.seed = size, orders, gap, seed

    def samples(self) -> Iterator[Sample]:
        """Yield a sample for each shard and order.

        Raises:
            DataError: There are too few samples for one shard.
        """
        held: list[str] = []
        number = 0
        for sample in self.taken():
            held.append(self._text.show(sample))
            if len(held) == self.size:
                yield from self._shard(number, held)
                number, held = number + 1, []
        if not number:
            raise DataError(
                f"{len(held)} samples make no shard of {self.size}", hint="choose a smaller size"
            )

    def _shard(self, number: int, texts: list[str]) -> Iterator[Sample]:
        chance = random.Random(f"{self.seed}:{number}")
        for place in range(1 + self.orders):
            order = texts if place == 0 else chance.sample(texts, len(texts))
            yield Sample(
                id=f"{number}-{place}",
                fields={"text": self.gap.join(order)},
                cluster=str(number),
            )
