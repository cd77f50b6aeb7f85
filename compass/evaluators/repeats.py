"""Judge several answers to each question together: their mean, and how stable they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from compass.errors import ConfigError
from compass.evaluators.normal import loose
from compass.evaluators.tally import FAILED, TRUNCATED, UNPARSED, is_truncated, summary
from compass.records import Prediction, Sample, Score, Verdict
from compass.stats.draws import g_pass_at_k, mg_pass_at_k, pass_at_k


class Repeats:
    """Mean, majority vote, pass@k and G-Pass@k of n answers to each question.

    ``ask=dict(type=Generate, n=16, temperature=1.0)`` asks n times.  Every value of the
    evaluator inside is averaged over the n answers under its own name, the headline
    first.  An answer is right if its headline value is 1.  Then, for each k, ``pass@k``
    (Chen et al. 2021, arXiv:2107.03374), for each tau ``g_pass@k_tau`` and
    ``mg_pass@k`` (Liu et al. 2024, arXiv:2412.13147), and ``majority``: the value of the
    answer most often read, equal once case, width and punctuation are gone.  Of answers
    read equally often the mean counts; one that could not be read has no vote.

    Each sample has one verdict, so that intervals are those of independent samples.

    Args:
        evaluator: Judges each answer: any that reports means of its values.
        k: How many answers are drawn: a number, or several.
        tau: Shares of right answers among those drawn: a number, or several.
    """

    whole_sample = True
    version = 1

    def __init__(
        self,
        evaluator: Any,
        k: int | Sequence[int] = (),
        tau: float | Sequence[float] = (0.25, 0.5, 0.75, 1.0),
    ) -> None:
        if not hasattr(evaluator, "verdict") or getattr(evaluator, "whole_sample", False):
            raise ConfigError(
                f"Repeats needs an evaluator of single answers, got {type(evaluator).__name__}",
                hint="evaluator=dict(type=Repeats, evaluator=dict(type=Numeric), k=[4])",
            )
        self.evaluator = evaluator
        self.k = (k,) if isinstance(k, int) else tuple(k)
        self.tau = (tau,) if isinstance(tau, (int, float)) else tuple(tau)
        for one in self.k:
            if not isinstance(one, int) or isinstance(one, bool) or one < 1:
                raise ConfigError(f"k must be a whole number from 1, got {one!r}")
        for share in self.tau:
            if not isinstance(share, (int, float)) or not 0 < share <= 1:
                raise ConfigError(f"tau must be above 0 and at most 1, got {share!r}")

    def verdict(self, sample: Sample, predictions: Sequence[Prediction]) -> Verdict:
        """Judge all answers to a sample.

        Raises:
            ConfigError: Fewer are asked for than ``k``.
        """
        most = max(self.k, default=0)
        if len(predictions) < most:
            raise ConfigError(
                f"Repeats draws k={most} answers, but each sample has {len(predictions)}",
                hint=f"ask=dict(type=Generate, n={most}, temperature=1.0)",
            )
        single = [self.evaluator.verdict(sample, [one]) for one in predictions]
        headline = next(iter(single[0].values))
        judged = [one for one in single if one.values.get(headline) is not None]
        first = predictions[0]
        return Verdict(
            key=first.key,
            sample_id=sample.id,
            variant=first.variant,
            values=self._values(single, judged, headline),
            answer=_winner(judged, headline)[0],
            target=single[0].target,
            cluster=sample.cluster,
            reason=_reason(predictions, judged),
        )

    def summarise(self, verdicts: Iterable[Verdict]) -> list[Score]:
        """Return the mean of every value over the samples, the evaluator's headline first."""
        for one in verdicts:
            return summary(verdicts, next(iter(one.values)))
        return summary(verdicts)

    def _values(
        self, single: Sequence[Verdict], judged: Sequence[Verdict], headline: str
    ) -> Mapping[str, float | None]:
        values: dict[str, float | None] = {headline: None}
        for name in dict.fromkeys(name for one in single for name in one.values):
            found = [v for one in judged if (v := one.values.get(name)) is not None]
            values[name] = sum(found) / len(found) if found else None
        values["majority"] = _winner(judged, headline)[1]
        n, right = len(judged), sum(one.values[headline] == 1 for one in judged)
        for k in self.k:
            enough = n >= k
            values[f"pass@{k}"] = pass_at_k(n, right, k) if enough else None
            for tau in self.tau:
                name = f"g_pass@{k}_{tau:g}"
                values[name] = g_pass_at_k(n, right, k, tau) if enough else None
            values[f"mg_pass@{k}"] = mg_pass_at_k(n, right, k) if enough else None
        return values


def _winner(judged: Sequence[Verdict], headline: str) -> tuple[str | None, float | None]:
    """Return the answer most often read, and what it is worth; nothing read is worth 0."""
    if not judged:
        return None, None
    votes: dict[str, list[Verdict]] = defaultdict(list)
    for one in judged:
        if one.answer is not None and UNPARSED not in one.reason.split(","):
            votes[loose(one.answer)].append(one)
    if not votes:
        return None, 0.0
    most = max(map(len, votes.values()))
    first, *tied = [held for held in votes.values() if len(held) == most]
    values = [one.values[headline] or 0.0 for held in (first, *tied) for one in held]
    return first[0].answer, sum(values) / len(values)


def _reason(predictions: Sequence[Prediction], judged: Sequence[Verdict]) -> str:
    """Return ``failed`` without any answer, ``unparsed`` if none could be read, and so on."""
    if not judged:
        return FAILED
    reasons = []
    if all(UNPARSED in one.reason.split(",") for one in judged):
        reasons.append(UNPARSED)
    if any(map(is_truncated, predictions)):
        reasons.append(TRUNCATED)
    return ",".join(reasons)
