"""Ask which option a model finds most likely."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Literal

from compass.errors import ConfigError, DataError, did_you_mean
from compass.prompts.template import Template
from compass.records import (
    Answer,
    Continuation,
    Dialogue,
    Likelihood,
    Message,
    Prediction,
    Question,
    Sample,
    letter_of,
)
from compass.specs import Generation

NORMALISATIONS = ("sum", "token", "byte", "character", "whole", "pmi", "first")
_CHOICE = "{{ choice }}"


class Rank:
    """Rank the options of a multiple choice by their log-likelihood.

    Args:
        options: Rank ``letters`` (A, B …, or what else options are called) or the ``texts`` of
            the choices.
        normalise: How options of different length are compared; several may be
            given, the first is the headline.

            - ``sum``: log-likelihood of the option (lm-evaluation-harness ``acc``).
            - ``token``: per token of the option.
            - ``byte``: per UTF-8 byte of the option's text.
            - ``character``: per character of it (lm-evaluation-harness ``acc_norm``).
            - ``whole``: mean over prompt and option together, divided by all tokens
              (OpenCompass PPL).
            - ``pmi``: minus the log-likelihood after ``unconditional`` alone
              (Brown et al. 2020, arXiv:2005.14165, section 2.4; Holtzman et al. 2021,
              arXiv:2104.08315).
            - ``first``: the first token alone (OpenCompass CLP).
        glue: What stands between prompt and option; None takes the prompt's joint for
            plain prompts and nothing after a chat template.
        unconditional: The prompt of the unconditional likelihood for ``pmi``.
        context: Template of what follows the prompt before this option's ranked text; it
            sees all that a prompt sees, and the option as ``choice``.  With it options can
            be told apart by what precedes one and the same ending (partial scoring, Trinh
            and Le 2018, arXiv:1806.02847).
        ending: Template of the text that is ranked; it sees the same.  By default the
            option itself.
    """

    mode = "rank"
    needs = "rank"

    def __init__(
        self,
        options: Literal["letters", "texts"] = "letters",
        normalise: str | Sequence[str] = "sum",
        glue: str | None = None,
        unconditional: str = "Answer:",
        context: str = "",
        ending: str = _CHOICE,
    ) -> None:
        names = (normalise,) if isinstance(normalise, str) else tuple(normalise)
        for name in names:
            if name not in NORMALISATIONS:
                raise ConfigError(
                    f"unknown normalisation {name!r}", hint=did_you_mean(name, NORMALISATIONS)
                )
        if not names:
            raise ConfigError("normalise must name at least one normalisation")
        if options not in ("letters", "texts"):
            raise ConfigError(
                f"options must be 'letters' or 'texts', got {options!r}",
                hint=did_you_mean(str(options), ("letters", "texts")),
            )
        self.options = options
        self.normalise = names
        self.glue = glue
        self.whole = "whole" in names
        self._unconditional = (
            Dialogue((Message("user", unconditional),)) if "pmi" in names else None
        )
        self._context = Template(context, "context", "ask") if context else None
        self._ending = None if ending == _CHOICE else Template(ending, "ending", "ask")

    def generation(self, overrides: Mapping[str, Any]) -> Generation:
        """Return default settings: ranking generates nothing."""
        return Generation()

    def repeats(self, settings: Generation) -> int:
        """Return 1: ranking the same options twice gives the same answer."""
        return 1

    def continuations(self, sample: Sample, dialogue: Dialogue) -> tuple[Continuation, ...]:
        """Return the options as texts to be ranked after the dialogue.

        Raises:
            ConfigError: A template is malformed, or shows the answer.
            DataError: The sample has fewer than two choices, or lacks what a template asks for.
        """
        if len(sample.choices) < 2:
            raise DataError(
                f"sample {sample.id!r} has {len(sample.choices)} choices; ranking needs two",
                hint="name the columns of the options: reader=dict(…, choices=[…])",
            )
        choices, texts = self._choices(sample), self._texts(sample)
        asked = [
            Continuation(self._before(dialogue, sample, choice), text, self.glue)
            for choice, text in zip(choices, texts, strict=True)
        ]
        if self._unconditional is not None:
            asked += [Continuation(self._unconditional, text, self.glue) for text in texts]
        return tuple(asked)

    def run(
        self, model: Any, questions: Iterable[Question], settings: Generation
    ) -> Iterator[Answer]:
        """Yield the model's answers, in any order."""
        answers: Iterator[Answer] = model.rank(questions)
        return answers

    def settle(self, question: Question, prediction: Prediction) -> Prediction:
        """Return the prediction with the option that each normalisation prefers.

        A tie of log-likelihoods goes to the first of the tied options, as everywhere.
        """
        likelihoods = prediction.likelihoods
        if likelihoods is None:
            return prediction
        texts = self._texts(question.sample)
        count = len(texts)
        asked, alone = likelihoods[:count], likelihoods[count:]
        choices: dict[str, int | None] = {}
        for name in self.normalise:
            if name == "sum":
                values = [one.logprob for one in asked]
            else:
                values = [_value(name, *pair) for pair in zip(asked, texts, strict=True)]
            if name == "pmi":
                values = [
                    one.logprob - base.logprob for one, base in zip(asked, alone, strict=True)
                ]
            best = max(values)
            choices[name] = None if math.isnan(best) else values.index(best)
        return _with_choices(prediction, choices)

    def _before(self, dialogue: Dialogue, sample: Sample, choice: str) -> Dialogue:
        """Return the dialogue before an option: its last message goes on with the context."""
        if self._context is None:
            return dialogue
        *others, last = dialogue.messages
        content = last.content + self._context.ask(sample, choice=choice)
        return replace(dialogue, messages=(*others, Message(last.role, content)))

    def _texts(self, sample: Sample) -> Sequence[str]:
        """Return what is ranked of each option."""
        choices = self._choices(sample)
        if self._ending is None:
            return choices
        return [self._ending.ask(sample, choice=choice) for choice in choices]

    def _choices(self, sample: Sample) -> Sequence[str]:
        if self.options == "texts":
            return sample.choices
        return sample.labels or _letters(len(sample.choices))


@cache
def _letters(count: int) -> tuple[str, ...]:
    return tuple(letter_of(place) for place in range(count))


def _value(name: str, one: Likelihood, text: str) -> float:
    """Return the normalised log-likelihood; larger is better."""
    if name == "token":
        return one.logprob / max(one.tokens, 1)
    if name == "byte":
        return one.logprob / max(len(text.encode()), 1)
    if name == "character":
        return one.logprob / max(len(text), 1)
    if name == "first":
        return one.first
    if name == "whole":
        return (one.whole or 0.0) / max(one.whole_tokens or 1, 1)
    return one.logprob


def _with_choices(prediction: Prediction, choices: Mapping[str, int | None]) -> Prediction:
    return Prediction(
        key=prediction.key,
        sample_id=prediction.sample_id,
        variant=prediction.variant,
        repeat=prediction.repeat,
        likelihoods=prediction.likelihoods,
        finish=prediction.finish,
        prompt=prediction.prompt,
        prompt_tokens=prediction.prompt_tokens,
        tokens=prediction.tokens,
        truncated=prediction.truncated,
        seconds=prediction.seconds,
        choices=choices,
    )
