"""A model that answers at once by a rule: a chance baseline, and a way to time the rest."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any, Literal

from compass.errors import ConfigError, did_you_mean
from compass.records import Answer, Likelihood, Question, letter_of
from compass.specs import Generation

RULES = ("random", "right", "first", "echo")


class Instant:
    """Answer at once by a rule.

    Args:
        rule: ``random`` picks an option at random, or says nothing where there are none;
            ``right`` gives the right answer, ``first`` the first option, ``echo`` repeats
            the end of the prompt.
        seed: Start of the random stream; each question has a stream of its own.
        text: Say this to every question that asks for text.
        pause: Seconds to wait before each answer, to stand in for a slow model.
    """

    def __init__(
        self,
        rule: Literal["random", "right", "first", "echo"] = "random",
        seed: int = 0,
        text: str | None = None,
        pause: float = 0.0,
    ) -> None:
        if rule not in RULES:
            raise ConfigError(f"unknown rule {rule!r}", hint=did_you_mean(str(rule), RULES))
        self.rule = rule
        self.seed = seed
        self.text = text
        self.pause = pause

    def identity(self) -> dict[str, Any]:
        """Return what can change an answer."""
        return {"backend": "instant", "rule": self.rule, "seed": self.seed, "text": self.text}

    def settle(self) -> dict[str, Any]:
        """Return nothing: no argument is left open."""
        return {}

    def generate(self, questions: Iterable[Question], generation: Generation) -> Iterator[Answer]:
        """Yield a text for every question."""
        for question in questions:
            self._wait()
            output = self._text(question)
            yield Answer(
                key=question.key,
                output=output,
                finish="stop",
                prompt=question.dialogue.plain(),
                tokens=len(output.split()),
            )

    def rank(self, questions: Iterable[Question]) -> Iterator[Answer]:
        """Yield likelihoods that sum to one over the options of a question."""
        for question in questions:
            self._wait()
            count = len(question.continuations)
            likelihoods = [_likelihood(False, count)] * count
            likelihoods[self._choice(question)] = _likelihood(True, count)
            prompt = question.dialogue.plain()
            yield Answer(key=question.key, likelihoods=tuple(likelihoods), prompt=prompt)

    def losses(self, questions: Iterable[Question]) -> Iterator[Answer]:
        """Yield one bit for every byte of the text: the loss of a coin."""
        for question in questions:
            text = question.dialogue.plain()
            yield Answer(key=question.key, losses=(math.log(2),) * len(text.encode()), prompt=text)

    def spreads(self, questions: Iterable[Question]) -> Iterator[Answer]:
        """Yield the losses with what a coin's log-probabilities have: one mean, no spread."""
        for answer in self.losses(questions):
            losses = answer.losses or ()
            means, spreads = tuple(-one for one in losses), (0.0,) * len(losses)
            yield replace(answer, means=means, spreads=spreads)

    def close(self) -> None:
        """Do nothing: nothing is held."""

    def _wait(self) -> None:
        if self.pause:
            time.sleep(self.pause)

    def _choice(self, question: Question) -> int:
        sample = question.sample
        if self.rule == "right" and sample.right:
            return sample.right[0]
        if self.rule == "first" or not sample.choices:
            return 0
        # Uniform to within 2**-60, and the same in every process.
        drawn = hashlib.sha256(f"{self.seed}:{question.key}".encode()).digest()
        return int.from_bytes(drawn[:8]) % len(sample.choices)

    def _text(self, question: Question) -> str:
        if self.text is not None:
            return self.text
        if self.rule == "echo":
            return question.dialogue.plain()[-200:]
        if question.sample.choices:
            place = self._choice(question)
            labels = question.sample.labels
            return labels[place] if labels else letter_of(place)
        if self.rule == "right":
            return question.sample.targets[0] if question.sample.targets else ""
        return ""


@cache
def _likelihood(favoured: bool, count: int) -> Likelihood:
    share = 0.5 if favoured else 0.5 / max(count - 1, 1)
    logprob = math.log(share)
    return Likelihood(logprob, 1, logprob, favoured, logprob, 1)
