"""Attention over a shared prefix, put in the place of a model's own.

transformers models call their attention by name, with queries, keys and values
of the tokens at hand.  Ours sees one row that holds the tokens of many sequences
and knows from a *plan* who sees whom.  The keys and values of what came before
are kept here, once for all that share it: no copy for a branch, no padding, no
mask over what cannot be seen.

Parts of one softmax are computed apart and joined by their log-sums:

    softmax over [prefix | own] = (out1 * e^lse1 + out2 * e^lse2) / (e^lse1 + e^lse2)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from compass.models.hf.chunk import Chunk

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class Plan(Protocol):
    """Who sees whom in the tokens at hand."""

    def attend(self, layer: int, query: Tensor, key: Tensor, value: Tensor, scale: float) -> Tensor:
        """Return the attention's output, [heads, tokens, size], for [heads, tokens, size]."""


class Unsupported(Exception):
    """A kind of attention that cannot be shared here."""


class Switch:
    """The attention function a model is given; it does what the plan of the moment says."""

    def __init__(self) -> None:
        self.plan: Plan | None = None

    def __call__(
        self,
        module: Any,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        attention_mask: Tensor | None,
        scaling: float | None = None,
        **kwargs: Any,
    ) -> tuple[Tensor, None]:
        """Return the attention's output as transformers wants it: [1, tokens, heads, size]."""
        for name in ("sliding_window", "softcap", "s_aux", "position_bias"):
            if kwargs.get(name) is not None:
                raise Unsupported(f"attention with {name}")
        if self.plan is None or attention_mask is not None or query.shape[0] != 1:
            raise Unsupported("attention called otherwise than with one packed row")
        scale = query.shape[-1] ** -0.5 if scaling is None else scaling
        out = self.plan.attend(module.layer_idx, query[0], key[0], value[0], scale)
        return out.transpose(0, 1).unsqueeze(0), None


class Kept:
    """Keys and values of a sequence, by layer; room grows as needed."""

    def __init__(self) -> None:
        self.layers: dict[int, tuple[Tensor, Tensor]] = {}

    def view(self, layer: int, low: int, high: int) -> tuple[Tensor, Tensor]:
        """Return keys and values of a stretch."""
        keys, values = self.layers[layer]
        return keys[:, low:high], values[:, low:high]

    def put(self, layer: int, place: int, key: Tensor, value: Tensor) -> None:
        """Write keys and values from ``place`` on."""
        end = place + key.shape[1]
        self._make_room(layer, place, end, key, value)
        keys, values = self.layers[layer]
        keys[:, place:end] = key
        values[:, place:end] = value

    def copy(self, low: int, high: int) -> Kept:
        """Return a copy of a stretch."""
        made = Kept()
        for layer in self.layers:
            keys, values = self.view(layer, low, high)
            made.layers[layer] = keys.clone(), values.clone()
        return made

    def _make_room(self, layer: int, used: int, needed: int, *likes: Tensor) -> None:
        held = self.layers.get(layer)
        if held is not None and held[0].shape[1] >= needed:
            return
        room = -(-needed * 5 // 4 // 256) * 256
        grown = []
        for index, like in enumerate(likes):
            made = like.new_empty(like.shape[0], room, like.shape[2])
            if held is not None:
                made[:, :used] = held[index][:, :used]
            grown.append(made)
        self.layers[layer] = grown[0], grown[1]


class Tree:
    """The plan of a chunk of a trie: tokens see a part of the stack, and their block."""

    def __init__(self, chunk: Chunk, stack: Kept, depth: int, device: Any, dense: bool) -> None:
        import torch

        self.chunk, self.stack, self.depth = chunk, stack, depth
        self.pending: dict[int, tuple[Tensor, Tensor]] = {}
        self.path = torch.as_tensor(chunk.path, device=device)
        self.sources = {n: torch.as_tensor(s, device=device) for n, s in chunk.sources.items()}
        self.found: dict[int, dict[int, tuple[Tensor, Tensor]]] = {n: {} for n in chunk.sources}
        self.dense = dense
        self._masks: dict[Any, list[Tensor | None]] = {}

    def attend(self, layer: int, query: Tensor, key: Tensor, value: Tensor, scale: float) -> Tensor:
        """Return the attention's output of the chunk's tokens."""
        out = (self._at_once if self.dense else self._in_parts)(layer, query, key, value, scale)
        path = self.path.to(key.device)
        self.pending[layer] = key[:, path], value[:, path]
        for number, places in self.sources.items():
            self.found[number][layer] = self._gather(layer, key, value, places)
        return out

    def commit(self) -> None:
        """Make the path at the end of the chunk the stack."""
        for layer, (key, value) in self.pending.items():
            self.stack.put(layer, self.chunk.kept, key, value)

    def _gather(
        self, layer: int, key: Tensor, value: Tensor, places: Tensor
    ) -> tuple[Tensor, Tensor]:
        import torch

        places = places.to(key.device)
        if not self.depth:
            return key[:, places], value[:, places]
        below, here = places[places < self.depth], places[places >= self.depth] - self.depth
        keys, values = self.stack.view(layer, 0, self.depth)
        return (
            torch.cat([keys[:, below], key[:, here]], 1),
            torch.cat([values[:, below], value[:, here]], 1),
        )

    def _in_parts(
        self, layer: int, query: Tensor, key: Tensor, value: Tensor, scale: float
    ) -> Tensor:
        """Attend block by block and level by level; nothing unseen is computed."""
        groups, size = key.shape[0], value.shape[-1]
        query = query.unflatten(0, (groups, -1))
        out = query.new_empty(*query.shape[:3], size)
        sums = query.new_empty(*query.shape[:3], dtype=_sum_type())
        masks = self._block_masks(query)
        for block, mask in zip(self.chunk.blocks, masks, strict=True):
            low, high = block.start, block.stop
            out[:, :, low:high], sums[:, :, low:high] = attention(
                query[:, :, low:high], key[:, low:high], value[:, low:high], scale, mask, True
            )
        for start, stop, low, high in self.chunk.levels:
            if low < self.depth:
                keys, values = self.stack.view(layer, low, high)
            else:
                here = slice(low - self.depth, high - self.depth)
                keys, values = key[:, here], value[:, here]
            part = attention(query[:, :, start:stop], keys, values, scale)
            join(out[:, :, start:stop], sums[:, :, start:stop], *part)
        return out.flatten(0, 1)

    def _block_masks(self, query: Tensor) -> list[Tensor | None]:
        import torch

        if query.device not in self._masks:
            self._masks[query.device] = [
                None
                if block.seen is None
                else query.new_zeros(block.seen.shape).masked_fill_(
                    torch.as_tensor(~block.seen, device=query.device), float("-inf")
                )
                for block in self.chunk.blocks
            ]
        return self._masks[query.device]

    def _at_once(
        self, layer: int, query: Tensor, key: Tensor, value: Tensor, scale: float
    ) -> Tensor:
        """Attend by one call with a mask, for devices where calls are dear and sums are not."""
        import torch

        if query.device not in self._masks:
            self._masks[query.device] = [self._whole_mask().to(query.device)]
        if self.depth:
            keys, values = self.stack.view(layer, 0, self.depth)
            key, value = torch.cat([keys, key], 1), torch.cat([values, value], 1)
        times = query.shape[0] // key.shape[0]
        key, value = (t.repeat_interleave(times, 0) for t in (key, value))
        return torch.nn.functional.scaled_dot_product_attention(
            query[None], key[None], value[None], self._masks[query.device][0], scale=scale
        )[0]

    def _whole_mask(self) -> Tensor:
        import torch

        n = self.chunk.stop - self.chunk.start
        mask = torch.zeros(n, self.depth + n, dtype=torch.bool)
        for level in self.chunk.levels:
            mask[level.start : level.stop, level.low : level.high] = True
        for block in self.chunk.blocks:
            low, high = block.start, block.stop
            inside = mask[low:high, self.depth + low : self.depth + high]
            if block.seen is None:
                inside.copy_(torch.ones_like(inside).tril_())
            else:
                inside.copy_(torch.as_tensor(block.seen))
        return mask


def attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    scale: float,
    mask: Tensor | None = None,
    causal: bool = False,
) -> tuple[Tensor, Tensor]:
    """Return attention and the logarithm of its sums, for queries in groups that share keys.

    Args:
        query: [groups, heads of a group, tokens, size].
        key: [groups, seen, size].
        value: [groups, seen, size].
        scale: What scores are multiplied by.
        mask: Added to the scores; [tokens, seen].
        causal: Without a mask, each token sees those up to itself.
    """
    import torch

    causal = causal and mask is None
    if query.device.type == "cpu" and key.shape[-1] == value.shape[-1]:
        flash = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu
        if mask is None and not causal:
            # All heads of a group see the same keys: they are more rows of one product.
            rows = query.flatten(1, 2)[None]
            out, sums = flash(rows, key[None], value[None], 0.0, False, scale=scale)
            return out[0].view(*query.shape[:3], -1), sums[0].view(query.shape[:3])
        heads = query.shape[1]
        keys, values = (t[:, None].expand(-1, heads, -1, -1) for t in (key, value))
        found: tuple[Tensor, Tensor] = flash(
            query, keys, values, 0.0, causal, attn_mask=mask, scale=scale
        )
        return found
    scores = torch.matmul(query, key[:, None].transpose(2, 3)).float() * scale
    if causal:
        mask = scores.new_full(scores.shape[-2:], float("-inf")).triu_(1)
    if mask is not None:
        scores = scores + mask
    sums = scores.logsumexp(-1)
    weights = (scores - sums[..., None]).exp().to(value.dtype)
    return torch.matmul(weights, value[:, None]), sums


def join(out: Tensor, sums: Tensor, other: Tensor, other_sums: Tensor) -> None:
    """Join a part of a softmax with another part of it, in place."""
    import torch

    both = torch.logaddexp(sums, other_sums)
    out.mul_((sums - both).exp_()[..., None])
    out.add_(other * (other_sums - both).exp_()[..., None].to(other.dtype))
    sums.copy_(both)


def _sum_type() -> torch.dtype:
    import torch

    return torch.float32


def row_attention(
    query: Tensor, key: Tensor, value: Tensor, scale: float, mask: Tensor
) -> tuple[Tensor, Tensor]:
    """Return attention and the logarithm of its sums, for rows that each have their own keys.

    Args:
        query: [rows, groups, heads of a group, size]: one token a row.
        key: [rows, groups, seen, size].
        value: [rows, groups, seen, size].
        scale: What scores are multiplied by.
        mask: Added to the scores; [rows, 1, 1, seen].
    """
    import torch

    scores = torch.matmul(query, key.transpose(2, 3)).float().mul_(scale).add_(mask)
    sums = scores.logsumexp(-1)
    weights = scores.sub_(sums[..., None]).exp_().to(value.dtype)
    return torch.matmul(weights, value), sums
