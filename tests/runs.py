"""Run folders made by hand: what a report reads, without a model or a process."""

from __future__ import annotations

import hashlib
from pathlib import Path

from compass import store
from compass.records import Prediction, Score, Verdict, record_to_dict


class MadeRun:
    """A run folder that is filled pair by pair.

    Args:
        root: Where it is.
        config: Name of its configuration.
    """

    def __init__(self, root: Path, config: str = "made") -> None:
        self.root = root
        self.config = config
        self.models: dict[str, None] = {}
        self.datasets: dict[str, None] = {}
        self.document("run.json", {"config": config, "compass": "0", "started": "2026-01-02T03:04"})

    def document(self, name, value):
        store.write_document(self.root / name, value)

    def pair(self, model, dataset, rows, scores, version="1a2b3c", mode="gen"):
        """Write the rows of a model on a dataset: pairs of prediction and verdict."""
        self.models[model] = self.datasets[dataset] = None
        made = list(rows)
        asked = self.root / "infer" / model / dataset / "00000000.jsonl"
        store.write_rows(asked, (record_to_dict(one) for one, _ in made if one is not None))
        judged = self.root / "score" / model / dataset
        store.write_rows(
            judged / "verdicts.jsonl", (record_to_dict(one) for _, one in made if one is not None)
        )
        store.write_document(
            judged / "scores.json",
            {
                "model": model,
                "dataset": dataset,
                "version": version,
                "mode": mode,
                "scores": [record_to_dict(score) for score in scores],
            },
        )


def said(number, output="B", value=1.0, model="m", **kwargs):
    """Return prediction and verdict of a question; `kwargs` go to either."""
    sample = kwargs.pop("sample_id", f"q{number}")
    variant, repeat = kwargs.pop("variant", 0), kwargs.pop("repeat", 0)
    named = f"{model}-{sample}-{variant}-{repeat}-{kwargs.get('prompt', '')}"
    key = hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    error = kwargs.pop("error", None)
    asked = {"prompt": f"Question: what is {number}?\nAnswer:", "tokens": 3, "prompt_tokens": 9}
    asked |= {k: kwargs.pop(k) for k in list(kwargs) if k in Prediction.__slots__}
    prediction = Prediction(
        key=key,
        sample_id=sample,
        variant=variant,
        repeat=repeat,
        output=None if error or "likelihoods" in asked else output,
        error=error,
        seconds=0.5,
        **asked,
    )
    judged = {"answer": None if error else output, "target": "B", **kwargs}
    verdict = Verdict(
        key=key,
        sample_id=sample,
        variant=variant,
        repeat=repeat,
        values={"accuracy": None if error else value},
        reason=judged.pop("reason", "failed" if error else ""),
        **judged,
    )
    return prediction, verdict


def score(metric="accuracy", value=0.5, n=100, **kwargs):
    low, high = max(0.0, value - 0.1), min(1.0, value + 0.1)
    return Score(**{"metric": metric, "value": value, "low": low, "high": high, "n": n, **kwargs})
