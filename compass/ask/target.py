"""Ask how likely a model finds the right answer itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from compass.errors import DataError
from compass.records import Answer, Continuation, Dialogue, Prediction, Question, Sample
from compass.specs import Generation


class Target:
    """Log-likelihood of the right answer after the prompt, as LAMBADA wants it.

    Where there are several right answers, each is scored.

    Args:
        glue: What stands between prompt and answer; None takes the prompt's joint for
            plain prompts and nothing after a chat template.
    """

    mode = "rank"
    needs = "rank"
    whole = False

    def __init__(self, glue: str | None = None) -> None:
        self.glue = glue

    def generation(self, overrides: Mapping[str, Any]) -> Generation:
        """Return default settings: nothing is generated."""
        return Generation()

    def repeats(self, settings: Generation) -> int:
        """Return 1: a likelihood does not vary."""
        return 1

    def continuations(self, sample: Sample, dialogue: Dialogue) -> tuple[Continuation, ...]:
        """Return the right answers as texts to be scored after the dialogue.

        Raises:
            DataError: The sample has none.
        """
        if not sample.targets or not all(sample.targets):
            raise DataError(
                f"sample {sample.id!r} has no target to score",
                hint="name the column of the answer",
            )
        return tuple(Continuation(dialogue, text, self.glue) for text in sample.targets)

    def run(
        self, model: Any, questions: Iterable[Question], settings: Generation
    ) -> Iterator[Answer]:
        """Yield the model's answers, in any order."""
        answers: Iterator[Answer] = model.rank(questions)
        return answers

    def settle(self, question: Question, prediction: Prediction) -> Prediction:
        """Return the prediction as it is."""
        return prediction
