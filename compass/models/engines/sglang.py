"""SGLang in this process (its ``Engine`` class)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compass.models.engines.asking import Row, Wish, Written


class SGLangEngine:
    """An ``Engine`` of SGLang (as read in 0.5.23); its radix cache keeps prefixes.

    Args:
        settings: Path, revision, precision and so on, as `compass.models.engines.model` has them.
        more: More arguments of ``sglang.Engine``.
    """

    def __init__(self, settings: Mapping[str, Any], more: Mapping[str, Any]) -> None:
        import sglang

        arguments: dict[str, Any] = {
            "model_path": settings["path"],
            "tokenizer_path": settings["tokenizer"] or settings["path"],
            "revision": settings["revision"],
            "dtype": settings["dtype"],
            "trust_remote_code": settings["trust_remote_code"],
            "tp_size": settings["tp"],
            "context_length": settings["context"],
        }
        self._engine: Any = sglang.Engine(**{**arguments, **more})

    def write(self, prompts: list[list[int]], wishes: list[Wish]) -> list[Written]:
        """Return what follows each prompt."""
        params = [
            {
                "max_new_tokens": wish.most,
                "temperature": wish.temperature,
                "top_p": wish.top_p,
                "top_k": wish.top_k or -1,
                # Heeded where the engine is told enable_deterministic_inference.
                **({"sampling_seed": wish.seed} if wish.temperature else {}),
                **({"stop": list(wish.stop)} if wish.stop else {}),
            }
            for wish in wishes
        ]
        found = []
        for one in self._engine.generate(input_ids=prompts, sampling_params=params):
            meta = one["meta_info"]
            ending = meta.get("finish_reason") or {}
            finish = ending.get("type", "")
            error = ""
            if finish not in ("stop", "length"):
                error = f"SGLang: {ending.get('message') or finish or 'no answer'}"
            found.append(Written(one["text"], finish, meta["completion_tokens"], error))
        return found

    def read(self, texts: list[list[int]]) -> list[Row]:
        """Return the log-probabilities of each text's tokens but the first."""
        answers = self._engine.generate(
            input_ids=texts,
            sampling_params=[{"max_new_tokens": 1, "temperature": 0.0} for _ in texts],
            return_logprob=True,
            logprob_start_len=0,
            top_logprobs_num=1,
        )
        rows = []
        for one in answers:
            meta = one["meta_info"]
            marks = [mark[0] for mark in meta["input_token_logprobs"][1:]]
            best = [top[0][0] for top in meta["input_top_logprobs"][1:]]
            rows.append(Row(marks, [m >= b - 1e-6 for m, b in zip(marks, best, strict=True)]))
        return rows

    def close(self) -> None:
        """Free the memory."""
        self._engine.shutdown()
