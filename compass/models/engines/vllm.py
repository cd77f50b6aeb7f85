"""vLLM in this process (its ``LLM`` class, as read in vLLM 0.33).

Sampling parameters that are given in full are taken as they are: what the model's
``generation_config.json`` recommends is left aside, but for the tokens that end an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compass.models.engines.asking import Row, Wish, Written


class VLLMEngine:
    """An ``LLM`` of vLLM.

    Args:
        settings: Path, revision, precision and so on, as `compass.models.engines.model` has them.
        more: More arguments of ``vllm.LLM``.
    """

    def __init__(self, settings: Mapping[str, Any], more: Mapping[str, Any]) -> None:
        import vllm

        arguments: dict[str, Any] = {
            "model": settings["path"],
            "tokenizer": settings["tokenizer"],
            "revision": settings["revision"],
            "dtype": settings["dtype"],
            "trust_remote_code": settings["trust_remote_code"],
            "tensor_parallel_size": settings["tp"],
            "max_model_len": settings["context"],
            "enable_prefix_caching": True,
            "seed": 0,
        }
        self._params = vllm.SamplingParams
        self._llm: Any = vllm.LLM(**{**arguments, **more})

    def write(self, prompts: list[list[int]], wishes: list[Wish]) -> list[Written]:
        """Return what follows each prompt."""
        params = [
            self._params(
                max_tokens=wish.most,
                temperature=wish.temperature,
                top_p=wish.top_p if wish.temperature else 1.0,
                top_k=wish.top_k or -1,
                seed=wish.seed if wish.temperature else None,
                stop=list(wish.stop) or None,
            )
            for wish in wishes
        ]
        found = []
        for one in self._ask(prompts, params):
            said = one.outputs[0]
            finish = str(said.finish_reason)
            error = f"vLLM: {finish}" if finish not in ("stop", "length", "repetition") else ""
            found.append(Written(said.text, finish, len(said.token_ids), error))
        return found

    def read(self, texts: list[list[int]]) -> list[Row]:
        """Return the log-probabilities of each text's tokens but the first.

        vLLM reads such prompts anew, past its cache of prefixes.
        """
        params = [self._params(max_tokens=1, temperature=0.0, prompt_logprobs=0) for _ in texts]
        rows = []
        for tokens, one in zip(texts, self._ask(texts, params), strict=True):
            marks = [
                place[token]
                for token, place in zip(tokens[1:], one.prompt_logprobs[1:], strict=True)
            ]
            rows.append(Row([mark.logprob for mark in marks], [mark.rank == 1 for mark in marks]))
        return rows

    def close(self) -> None:
        """Free the memory."""
        self._llm = None

    def _ask(self, prompts: list[list[int]], params: list[Any]) -> list[Any]:
        asked = [{"prompt_token_ids": tokens} for tokens in prompts]
        found: list[Any] = self._llm.generate(asked, sampling_params=params, use_tqdm=False)
        return found
