"""A walk over token tries with one cache.

The walk stands on a *stack*: the path of tokens whose keys and values are held.
A step computes the next chunk of a trie, hands out the predictions that are read
in it, and moves the stack to the path at the chunk's end.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from compass.models.hf.attention import Kept, Tree
from compass.models.hf.chunk import cut
from compass.models.hf.memory import Budget, is_out_of_memory
from compass.models.hf.trie import Layout

if TYPE_CHECKING:
    from torch import Tensor

    from compass.models.hf.trie import Ints
    from compass.models.hf.weights import Weights

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Step:
    """What a chunk gave."""

    stop: int
    """Where the next chunk begins."""

    reads: Ints
    """Numbers of the reads that were served."""

    rows: Ints
    """The row of ``logits`` of each."""

    logits: Tensor
    found: dict[int, dict[int, tuple[Tensor, Tensor]]]
    """By wanted piece and layer, keys and values of the path to its end."""


class Walk:
    """Goes through tries, one after another, and keeps the path it stands on."""

    def __init__(self, weights: Weights, budget: Budget, *, dense: bool | None = None) -> None:
        import numpy as np

        self.weights = weights
        self.budget = budget
        self.dense = weights.device.type != "cpu" if dense is None else dense
        self.stack: Ints = np.zeros(0, np.int32)
        self.kept = Kept()
        self.at = (0, 0)
        """The chunk that was last tried."""

        self.computed = 0
        """Tokens that went through the model."""

    def reset(self) -> None:
        """Forget the stack."""
        self.stack = self.stack[:0]

    def through(self, layout: Layout, wanted: Mapping[int, int] | None = None) -> Iterator[Step]:
        """Compute a trie that was laid out for this stack, chunk by chunk."""
        import numpy as np

        self.stack = self.stack[: layout.kept]
        order = np.argsort(layout.read_at, kind="stable")
        read_at = layout.read_at[order]
        distinct = np.unique(read_at)
        start, total = 0, len(layout.tokens)
        while start < total:
            stop = self._stop(start, total, distinct)
            self.at = start, stop
            low, high = np.searchsorted(read_at, [start, stop])
            rows, inverse = np.unique(read_at[low:high] - start, return_inverse=True)
            try:
                logits, tree = self._compute(layout, start, stop, rows, wanted)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error) or not self.budget.halve(stop - start):
                    raise
                log.warning("out of memory: %d tokens at once from now on", self.budget.tokens)
                continue
            yield Step(stop, order[low:high], inverse, logits, tree.found)
            start = stop

    def _stop(self, start: int, total: int, distinct: Ints) -> int:
        """Return the end of the next chunk: within the budget, chunks of like size."""
        import numpy as np

        chunks = -(-(total - start) // self.budget.tokens)
        stop = start + -(-(total - start) // chunks)
        first = int(np.searchsorted(distinct, start))
        if first + self.budget.rows < len(distinct):
            stop = min(stop, int(distinct[first + self.budget.rows]))
        return stop

    def _compute(
        self, layout: Layout, start: int, stop: int, rows: Ints, wanted: Mapping[int, int] | None
    ) -> tuple[Any, Tree]:
        import numpy as np

        depth = len(self.stack)
        chunk = cut(layout, start, stop, depth, wanted)
        tree = Tree(chunk, self.kept, depth, self.weights.device, self.dense)
        tokens = layout.tokens[start:stop]
        keep = rows if len(rows) else np.zeros(1, np.int64)
        logits = self.weights.run(tokens, layout.depths[start:stop], keep, tree)
        tree.commit()
        self.stack = np.concatenate([self.stack[: chunk.kept], tokens[chunk.path]])
        self.computed += stop - start
        return logits, tree
