"""Ask for a free answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from compass.errors import ConfigError
from compass.records import Answer, Continuation, Dialogue, Prediction, Question, Sample
from compass.specs import Generation


class Generate:
    """Generate text after the prompt.

    Args:
        max_new_tokens: Most tokens of an answer.
        stop: Strings that end an answer; a model entry's are added to them.
        temperature: 0 is greedy.
        top_p: Nucleus of the sampling.
        top_k: Most probable tokens to sample from; 0 is all.
        seed: Start of the random stream; each question has a stream of its own.
        n: Answers asked of each sample.
    """

    mode = "gen"
    needs = "generate"

    def __init__(
        self,
        max_new_tokens: int = 512,
        stop: Sequence[str] = (),
        temperature: float = 0.0,
        top_p: float = 1.0,
        top_k: int = 0,
        seed: int = 0,
        n: int = 1,
    ) -> None:
        self._settings = generation(
            {
                "max_new_tokens": max_new_tokens,
                "stop": stop,
                "temperature": temperature,
                "top_p": top_p,
                "top_k": top_k,
                "seed": seed,
                "n": n,
            }
        )

    def generation(self, overrides: Mapping[str, Any]) -> Generation:
        """Return these settings with a model's own over them; stop strings are united."""
        mine = {f.name: getattr(self._settings, f.name) for f in fields(Generation)}
        stop = dict.fromkeys([*self._settings.stop, *as_stops(overrides.get("stop", ()))])
        return generation({**mine, **overrides, "stop": tuple(stop)})

    def repeats(self, settings: Generation) -> int:
        """Return how often each sample is asked."""
        return settings.n

    def continuations(self, sample: Sample, dialogue: Dialogue) -> tuple[Continuation, ...]:
        """Return nothing: there is nothing to rank."""
        return ()

    whole = False

    def run(
        self, model: Any, questions: Iterable[Question], settings: Generation
    ) -> Iterator[Answer]:
        """Yield the model's answers, in any order."""
        answers: Iterator[Answer] = model.generate(questions, settings)
        return answers

    def settle(self, question: Question, prediction: Prediction) -> Prediction:
        """Return the prediction as it is."""
        return prediction


def as_stops(stop: Any) -> tuple[str, ...]:
    """Return stop strings as a tuple; one string may stand for itself.

    Raises:
        ConfigError: One of them is empty or no string.
    """
    stops = (stop,) if isinstance(stop, str) else tuple(stop)
    for one in stops:
        if not isinstance(one, str) or not one:
            raise ConfigError(f"a stop string must be a text of at least one character: {one!r}")
    return stops


def generation(settings: Mapping[str, Any]) -> Generation:
    """Return checked settings of generation.

    Raises:
        ConfigError: A value is out of its range.
    """
    made = Generation(**{**settings, "stop": as_stops(settings.get("stop", ()))})
    ranges = {
        "max_new_tokens": made.max_new_tokens >= 1,
        "temperature": made.temperature >= 0,
        "top_p": 0 < made.top_p <= 1,
        "top_k": made.top_k >= 0,
        "n": made.n >= 1,
    }
    for name, fine in ranges.items():
        if not fine:
            raise ConfigError(f"{name}={getattr(made, name)!r} is out of range")
    return made
