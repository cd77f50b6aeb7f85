"""LMDeploy in this process (its ``pipeline``, as read in 0.18), TurboMind or PyTorch engine.

Its pipeline takes texts, not tokens: prompts go in as text and are tokenised there.  For
likelihoods the PyTorch engine tells the log-probability of every token of a prompt
(``logprob_start_len``).  TurboMind does not; for both there is ``get_ppl``, the mean
cross-entropy of a row of tokens: what a token adds is the difference of two rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compass.models.engines.asking import Row, Wish, Written

TURBOMIND, PYTORCH = "turbomind", "pytorch"


class LMDeployEngine:
    """A ``pipeline`` of LMDeploy.

    Args:
        settings: Path, revision, precision and so on, as `compass.models.engines.model` has them.
        more: More arguments of the engine's config; ``backend`` chooses ``turbomind`` or
            ``pytorch``.
        reading: Read texts rather than write them: without a cache of prefixes, beside which
            ``get_ppl`` refuses to work.
    """

    def __init__(
        self, settings: Mapping[str, Any], more: Mapping[str, Any], reading: bool = False
    ) -> None:
        import lmdeploy

        more = dict(more)
        self.backend = more.pop("backend", TURBOMIND)
        config = lmdeploy.TurbomindEngineConfig
        if self.backend == PYTORCH:
            config = lmdeploy.PytorchEngineConfig
            if reading:
                more["logprobs_mode"] = "raw_logprobs"  # its other mode does not normalise
        arguments = {
            "dtype": settings["dtype"],
            "tp": settings["tp"],
            "session_len": settings["context"],
            "revision": settings["revision"],
            "enable_prefix_caching": not reading,
        }
        self.reading = reading
        self._config = lmdeploy.GenerationConfig
        self._pipe: Any = lmdeploy.pipeline(
            settings["path"],
            backend_config=config(**{**arguments, **more}),
            trust_remote_code=settings["trust_remote_code"],
        )

    def write_texts(
        self, prompts: list[str], wishes: list[Wish], endings: Mapping[int, str]
    ) -> list[Written]:
        """Return what follows each prompt.

        Args:
            prompts: As texts.
            wishes: How each answer is to be generated.
            endings: Special tokens and their texts: an answer that one of them ends has it.
        """
        configs = [self._generation(wish) for wish in wishes]
        found = []
        for one in self._pipe.infer(prompts, gen_config=configs, do_preprocess=False):
            error = ""
            if one.finish_reason in ("error", "abort"):
                error = f"LMDeploy: {one.error_message or one.finish_reason}"
            text = one.text
            if one.token_ids:
                text = text.removesuffix(endings.get(one.token_ids[-1], ""))
            found.append(Written(text, str(one.finish_reason), one.generate_token_len, error))
        return found

    def read_texts(self, prompts: list[str], texts: list[list[int]]) -> list[Row]:
        """Return the log-probabilities of each text's tokens but the first; PyTorch engine only.

        Args:
            prompts: As texts.
            texts: The same as tokens.
        """
        config = self._config(max_new_tokens=0, logprobs=1, logprob_start_len=0)
        said = self._pipe.infer(prompts, gen_config=[config] * len(prompts), do_preprocess=False)
        return [_row(one, tokens) for one, tokens in zip(said, texts, strict=True)]

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


def _row(one: Any, tokens: list[int]) -> Row:
    if one.finish_reason in ("error", "abort"):
        return Row([], [], f"LMDeploy: {one.error_message or one.finish_reason}")
    rows, own = one.logprobs or [], tokens[1:]
    if len(rows) != len(own) or any(t not in row for t, row in zip(own, rows, strict=True)):
        return Row([], [], "LMDeploy read the text as other tokens")
    marks = [float(row[token]) for token, row in zip(own, rows, strict=True)]
    best = [max(row.values()) for row in rows]
    return Row(marks, [m >= b - 1e-6 for m, b in zip(marks, best, strict=True)])
