"""LMDeploy in this process (its ``pipeline``), TurboMind or PyTorch engine.

Its pipeline takes texts, not tokens: prompts go in as text and are tokenised there.  For
likelihoods it has ``get_ppl``, the mean cross-entropy of a row of tokens; what a token adds is
the difference of two rows, so a text is read as far as a question needs it and no further.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compass.models.engines.asking import Wish, Written


class LMDeployEngine:
    """A ``pipeline`` of LMDeploy.

    Args:
        settings: Path, revision, precision and so on, as `compass.models.engines.model` has them.
        more: More arguments of the engine's config; ``backend`` chooses ``turbomind`` or
            ``pytorch``.
        caching: Keep prefixes; ``get_ppl`` refuses to work beside that.
    """

    def __init__(
        self, settings: Mapping[str, Any], more: Mapping[str, Any], caching: bool = True
    ) -> None:
        import lmdeploy

        more = dict(more)
        backend = more.pop("backend", "turbomind")
        config = (
            lmdeploy.PytorchEngineConfig if backend == "pytorch" else lmdeploy.TurbomindEngineConfig
        )
        arguments = {
            "dtype": settings["dtype"],
            "tp": settings["tp"],
            "session_len": settings["context"],
            "revision": settings["revision"],
            "enable_prefix_caching": caching,
        }
        self.caching = caching
        self._config = lmdeploy.GenerationConfig
        self._pipe: Any = lmdeploy.pipeline(
            settings["path"],
            backend_config=config(**{**arguments, **more}),
            trust_remote_code=settings["trust_remote_code"],
        )

    def write_texts(self, prompts: list[str], wishes: list[Wish]) -> list[Written]:
        """Return what follows each prompt."""
        configs = [self._generation(wish) for wish in wishes]
        found = []
        for one in self._pipe.infer(prompts, gen_config=configs, do_preprocess=False):
            error = ""
            if one.finish_reason in ("error", "abort"):
                error = f"LMDeploy: {one.error_message or one.finish_reason}"
            tokens = one.generate_token_len
            found.append(Written(one.text, str(one.finish_reason), tokens, error))
        return found

    def totals(self, rows: list[list[int]]) -> list[float]:
        """Return the log-likelihood of each row of tokens after its first."""
        long = [row for row in rows if len(row) > 1]
        means = iter(self._pipe.get_ppl(long) if long else [])
        return [-next(means) * (len(row) - 1) if len(row) > 1 else 0.0 for row in rows]

    def close(self) -> None:
        """Free the memory."""
        self._pipe.close()

    def _generation(self, wish: Wish) -> Any:
        # A stop word ends an answer with the first token that contains it; with that token kept,
        # what stands before the word in it is not lost.
        stop = {"stop_words": list(wish.stop), "include_stop_str_in_output": True}
        settings: dict[str, Any] = {"max_new_tokens": wish.most, **(stop if wish.stop else {})}
        if wish.temperature:
            settings |= {
                "do_sample": True,
                "temperature": wish.temperature,
                "top_p": wish.top_p,
                "top_k": wish.top_k,
                "random_seed": wish.seed,
            }
        return self._config(**settings)
