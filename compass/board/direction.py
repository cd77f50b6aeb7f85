"""Which way a metric is better."""

from __future__ import annotations

_LOWER = frozenset(
    {"average_ppl", "bits_per_byte", "bits_per_character", "brier_score", "byte_perplexity",
     "changed", "loss", "perplexity", "ppl", "range", "sd", "ter", "wer", "word_perplexity"}
)  # fmt: skip
_NEITHER = frozenset(
    {"likelihood_diff", "likelihood_difference", "order_gap", "pct_stereotype", "vote_ties"}
)
_SLOTS = ("prior_", "opencompass_prior_")
"""How often a slot is named: beginnings of names."""


def higher_is_better(metric: str, scale: str) -> bool | None:
    """Return whether more is better; None where neither is, or nobody knows.

    Examples:
        >>> higher_is_better("accuracy", "share"), higher_is_better("loss", "plain")
        (True, False)
        >>> higher_is_better("range", "share"), higher_is_better("prior_A", "share")
        (False, None)
        >>> higher_is_better("position_bias", "plain") is None
        True
    """
    name = metric.partition(",")[0].removeprefix("harmonic_").removeprefix("geometric_")
    if name in _LOWER:
        return False
    if name in _NEITHER or name.startswith(_SLOTS):
        return None
    return True if scale == "share" else None
