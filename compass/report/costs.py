"""What the answers cost: tokens and seconds, summed over every row that was paid for.

Answers that a later prompt made useless were paid for, too; they are counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from compass import store


@dataclass(slots=True)
class Cost:
    """The rows of a model and a dataset, summed up."""

    answers: int = 0
    failed: int = 0
    prompt_tokens: int = 0
    tokens: int = 0
    """Generated."""

    seconds: float = 0.0
    """Of workers, added up."""

    repeats: int = 0
    """Highest number of a repeat."""

    def to_dict(self) -> dict[str, float]:
        """Return the JSON form."""
        return {
            "answers": self.answers,
            "failed": self.failed,
            "prompt_tokens": self.prompt_tokens,
            "tokens": self.tokens,
            "seconds": round(self.seconds, 3),
        }


def cost_of(paths: Sequence[Path]) -> Cost:
    """Return what the rows of logs cost."""
    cost = Cost()
    for path in paths:
        for row in store.read_rows(path):
            cost.answers += 1
            cost.failed += row.get("error") is not None
            cost.prompt_tokens += int(row.get("prompt_tokens") or 0)
            cost.tokens += int(row.get("tokens") or 0)
            cost.seconds += float(row.get("seconds") or 0)
            cost.repeats = max(cost.repeats, int(row.get("repeat") or 0))
    return cost
