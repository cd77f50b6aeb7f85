"""Ask how surprised a model is by a whole text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from compass.records import Answer, Continuation, Dialogue, Prediction, Question, Sample
from compass.specs import Generation


class Loss:
    """Negative log-likelihood of every token of the prompt's text.

    A text longer than the context is read through a sliding window; each token is
    scored once.

    Args:
        spread: Ask too for mean and standard deviation of log p over the vocabulary at every
            token, which `Membership` standardises by.
    """

    mode = "loss"
    whole = False

    def __init__(self, spread: bool = False) -> None:
        self.needs = "spreads" if spread else "losses"

    def generation(self, overrides: Mapping[str, Any]) -> Generation:
        """Return default settings: nothing is generated."""
        return Generation()

    def repeats(self, settings: Generation) -> int:
        """Return 1: the loss of a text does not vary."""
        return 1

    def continuations(self, sample: Sample, dialogue: Dialogue) -> tuple[Continuation, ...]:
        """Return nothing: the text itself is scored."""
        return ()

    def run(
        self, model: Any, questions: Iterable[Question], settings: Generation
    ) -> Iterator[Answer]:
        """Yield the model's answers, in any order."""
        answers: Iterator[Answer] = getattr(model, self.needs)(questions)
        return answers

    def settle(self, question: Question, prediction: Prediction) -> Prediction:
        """Return the prediction as it is."""
        return prediction
