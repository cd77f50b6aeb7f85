"""The rows that are being continued: one token each at a time, over kept keys and values.

Rows that begin alike are a *crowd*: the keys and values of their common prefix are
held once, and all their queries meet them in one product.  What a row has of its
own lies in a slot.  A row that ends leaves at once; the last row takes its slot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from compass.models.hf.attention import Kept, attention, join, row_attention

if TYPE_CHECKING:
    import random

    from torch import Tensor

    from compass.models.hf.prompts import Asked
    from compass.models.hf.stops import Watch
    from compass.models.hf.trie import Ints
    from compass.models.hf.weights import Weights


@dataclass(slots=True, eq=False)
class Crowd:
    """A prefix that rows share."""

    tokens: Ints
    kept: Kept = field(default_factory=Kept)


@dataclass(slots=True, eq=False)
class Row:
    """An answer that is being written; several questions may wait for the same one."""

    asked: Sequence[Asked]
    watch: Watch
    stream: random.Random
    crowd: Crowd
    size: int
    """Tokens in its slot."""

    token: int
    """The newest token, not computed yet."""

    @property
    def needs(self) -> int:
        """Tokens its slot may come to hold."""
        return self.size + self.asked[0].room - len(self.watch.tokens) + 1


class Rows:
    """The rows at hand and their slots; also the plan of a step over all of them."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.rows: list[Row] = []
        self._slots: dict[int, tuple[Tensor, Tensor]] = {}
        self._room = 0
        self._sizes: Any = None
        self._mask: Any = None
        self._crowds: list[tuple[Crowd, Any]] = []

    def __len__(self) -> int:
        return len(self.rows)

    def enter(self, row: Row, found: dict[int, tuple[Tensor, Tensor]]) -> None:
        """Add a row with the keys and values of what it has of its own."""
        place = len(self.rows)
        self._make_room(place + 1, row.size + 1, found)
        for layer, (key, value) in found.items():
            keys, values = self._slots[layer]
            keys[place, :, : row.size] = key
            values[place, :, : row.size] = value
        self.rows.append(row)

    def leave(self, places: Sequence[int]) -> None:
        """Drop rows; the last ones take their slots."""
        for place in sorted(places, reverse=True):
            last = self.rows.pop()
            if place == len(self.rows):
                continue
            self.rows[place] = last
            for keys, values in self._slots.values():
                keys[place, :, : last.size] = keys[len(self.rows), :, : last.size]
                values[place, :, : last.size] = values[len(self.rows), :, : last.size]

    def step(self) -> Tensor:
        """Compute every row's newest token; return the logits of what follows it."""
        import torch

        rows = self.rows
        sizes = [row.size for row in rows]
        longest = max(sizes) + 1
        self._make_room(len(rows), longest, {})
        self._sizes = torch.as_tensor(sizes)
        seen = torch.arange(longest)[None] <= self._sizes[:, None]
        self._mask = torch.zeros(seen.shape).masked_fill_(~seen, float("-inf"))[:, None, None]
        self._gather_crowds()
        places = [len(row.crowd.tokens) + row.size for row in rows]
        logits = self.weights.run([row.token for row in rows], places, list(range(len(rows))), self)
        for row in rows:
            row.size += 1
        return logits

    def attend(self, layer: int, query: Tensor, key: Tensor, value: Tensor, scale: float) -> Tensor:
        """Return the attention's output of one token a row."""
        import torch

        count = len(self.rows)
        keys, values = self._slots[layer]
        sizes, mask = self._sizes.to(key.device), self._mask.to(key.device, key.dtype)
        every = torch.arange(count, device=key.device)
        keys[every, :, sizes] = key.transpose(0, 1)
        values[every, :, sizes] = value.transpose(0, 1)
        groups, longest = key.shape[0], mask.shape[-1]
        query = query.unflatten(0, (groups, -1))
        out, sums = row_attention(
            query.permute(2, 0, 1, 3), keys[:count, :, :longest], values[:count, :, :longest],
            scale, mask,
        )  # fmt: skip
        out, sums = out.permute(1, 2, 0, 3).contiguous(), sums.permute(1, 2, 0).contiguous()
        for crowd, places in self._crowds:
            shared = crowd.kept.view(layer, 0, len(crowd.tokens))
            if places is None:
                join(out, sums, *attention(query, *shared, scale))
                continue
            members = places.to(key.device)
            part, part_sums = out[:, :, members], sums[:, :, members]
            join(part, part_sums, *attention(query[:, :, members], *shared, scale))
            out[:, :, members] = part
        return out.flatten(0, 1)

    def _gather_crowds(self) -> None:
        import torch

        members: dict[int, tuple[Crowd, list[int]]] = {}
        for place, row in enumerate(self.rows):
            if len(row.crowd.tokens):
                members.setdefault(id(row.crowd), (row.crowd, []))[1].append(place)
        self._crowds = [
            (crowd, None if len(places) == len(self.rows) else torch.as_tensor(places))
            for crowd, places in members.values()
        ]

    def _make_room(self, count: int, length: int, likes: dict[int, tuple[Tensor, Tensor]]) -> None:
        """Let there be ``count`` slots of ``length`` tokens."""
        held = next(iter(self._slots.values()), None)
        have_count, have_length = (held[0].shape[0], held[0].shape[2]) if held else (0, 0)
        if have_count >= count and have_length >= length:
            return
        if have_count < count:
            have_count = max(count, have_count * 3 // 2)
        if have_length < length:
            have_length = -(-length * 9 // 8 // 32) * 32
        used = len(self.rows)
        grows = bool(self._slots)
        for layer, pair in list((self._slots or likes).items()):
            grown = []
            for like in pair:
                made = like.new_zeros(have_count, like.shape[-3], have_length, like.shape[-1])
                if grows:
                    made[:used, :, : like.shape[2]] = like[:used]
                grown.append(made)
            self._slots[layer] = grown[0], grown[1]
