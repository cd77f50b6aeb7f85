"""A small Llama trained on made-up texts, and what it says of others."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from benchmarks.leaks.texts import vocabulary

WORDS = vocabulary()
NUMBER = {word: place for place, word in enumerate(WORDS)}
BLOCK = 192
"""Tokens of a training sequence: some six questions."""


def encode(text: str) -> list[int]:
    """Return the tokens of a text."""
    return [NUMBER[word] for word in text.split()]


class Small:
    """A language model trained here, in seconds.

    Args:
        texts: What it is trained on, once, in this order but for whole sequences.
        seed: Of its weights and of the order of sequences.
    """

    def __init__(
        self,
        texts: Sequence[str],
        seed: int,
        *,
        width: int = 64,
        rate: float = 4e-3,
        batch: int = 4,
    ) -> None:
        import torch
        from transformers import LlamaConfig, LlamaForCausalLM

        torch.manual_seed(seed)
        self.model = LlamaForCausalLM(
            LlamaConfig(
                vocab_size=len(WORDS),
                hidden_size=width,
                intermediate_size=3 * width,
                num_hidden_layers=2,
                num_attention_heads=4,
                num_key_value_heads=4,
                max_position_embeddings=512,
                tie_word_embeddings=True,
                initializer_range=0.06,
                bos_token_id=0,
                eos_token_id=0,
            )
        )
        self.trained = self._train(texts, seed, rate, batch)

    def _train(self, texts: Sequence[str], seed: int, rate: float, batch: int) -> float:
        import torch

        stream = [token for text in texts for token in encode(text)]
        blocks = torch.tensor(stream[: len(stream) // BLOCK * BLOCK]).view(-1, BLOCK)
        order = list(range(len(blocks)))
        random.Random(seed).shuffle(order)
        steps = [order[start : start + batch] for start in range(0, len(order), batch)]
        optimiser = torch.optim.AdamW(
            self.model.parameters(), lr=rate, betas=(0.9, 0.98), weight_decay=0.01
        )
        plan = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, rate, total_steps=len(steps), pct_start=0.1
        )
        last = 0.0
        self.model.train()
        for places in steps:
            tokens = blocks[places]
            logits = self.model(input_ids=tokens[:, :-1], use_cache=False).logits
            loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            optimiser.step()
            plan.step()
            last = loss.item()
        self.model.eval()
        return last

    def losses(self, texts: Sequence[str], *, spread: bool = False) -> list[Any]:
        """Return for texts of one length arrays (texts, tokens): losses, and means and spreads."""
        import torch

        rows = torch.tensor([encode(text) for text in texts])
        parts: list[list[Any]] = [[], [], []]
        with torch.inference_mode():
            for part in rows.split(max(1, 4096 // rows.shape[1])):
                logs = self.model(input_ids=part[:, :-1], use_cache=False).logits.log_softmax(-1)
                parts[0].append(-logs.gather(2, part[:, 1:, None])[..., 0])
                if spread:
                    chances = logs.exp()
                    mean = (chances * logs).sum(-1)
                    parts[1].append(mean)
                    parts[2].append(((chances * logs**2).sum(-1) - mean**2).clamp(min=0).sqrt())
        return [torch.cat(one).double().numpy() for one in parts if one]

    def finish(self, texts: Sequence[str], count: int, *, draws: int, seed: int) -> list[list[str]]:
        """Return for texts of one length the greedy continuation and some drawn ones."""
        import torch
        from transformers import DynamicCache

        rows = torch.tensor([encode(text) for text in texts]).repeat_interleave(1 + draws, 0)
        chance = torch.Generator().manual_seed(seed)
        cache, given, made = DynamicCache(config=self.model.config), rows, []
        greedy = torch.arange(len(rows)) % (1 + draws) == 0
        with torch.inference_mode():
            for _ in range(count):
                logits = self.model(
                    input_ids=given, past_key_values=cache, use_cache=True, logits_to_keep=1
                ).logits[:, -1]
                drawn = torch.multinomial((logits / 0.8).softmax(-1), 1, generator=chance)[:, 0]
                chosen = torch.where(greedy, logits.argmax(-1), drawn)
                made.append(chosen)
                given = chosen[:, None]
        words = [" ".join(WORDS[token] for token in row) for row in torch.stack(made, 1).tolist()]
        return [words[start : start + 1 + draws] for start in range(0, len(words), 1 + draws)]
