"""What exactly is asked, and the identity of each asking.

Inference and scoring both walk `questions`, so they cannot disagree about which
answer belongs to which sample.  This is the only place where keys are made.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from compass.errors import CompassError, DataError
from compass.jsontext import canonical
from compass.records import Answer, Continuation, Dialogue, Prediction, Question, Sample
from compass.specs import DatasetSpec, Generation, fingerprint
from compass.variants import Prompt, Variant, Variants, prompts_of, reads_labels

KEY_VERSION = 1

Said = tuple[Dialogue, tuple[Continuation, ...]]


class Reader(Protocol):
    """Where samples come from."""

    def samples(self) -> Iterator[Sample]:
        """Yield the samples of the split that is asked."""

    def shots(self) -> Sequence[Sample]:
        """Return the pool that few-shot examples are picked from."""

    def digest(self) -> str:
        """Return a hash of the data, without parsing it."""


class Ask(Protocol):
    """What is wanted of the model."""

    mode: str
    needs: str
    whole: bool

    def generation(self, overrides: Mapping[str, Any]) -> Generation:
        """Return the settings for a model with these settings of its own."""

    def repeats(self, settings: Generation) -> int:
        """Return how often each sample is asked."""

    def continuations(self, sample: Sample, dialogue: Dialogue) -> tuple[Continuation, ...]:
        """Return the texts to be ranked."""

    def run(
        self, model: Any, questions: Iterator[Question], settings: Generation
    ) -> Iterator[Answer]:
        """Yield the model's answers."""

    def settle(self, question: Question, prediction: Prediction) -> Prediction:
        """Return the prediction with what can be read off its likelihoods."""


@dataclass(frozen=True)
class Benchmark:
    """A dataset whose parts are built."""

    spec: DatasetSpec
    reader: Reader
    prompt: Prompt
    ask: Ask
    evaluator: Any
    variants: Variants | None = None
    """Other ways of asking each sample; None asks as the benchmark is written."""

    def samples(self) -> Iterator[Sample]:
        """Yield the samples that are asked: all, the first ``limit``, or ``limit`` drawn ones.

        Of these, those that ``only`` names, if it names any.
        """
        if self.spec.only is None:
            yield from self._limited()
            return
        only = set(self.spec.only)
        yield from (sample for sample in self._limited() if sample.id in only)

    def _limited(self) -> Iterator[Sample]:
        limit, seed = self.spec.limit, self.spec.sample_seed
        if limit is None or seed is None:
            yield from islice(self.reader.samples(), limit)
            return
        size = sum(1 for _ in self.reader.samples())
        drawn = set(random.Random(seed).sample(range(size), min(limit, size)))
        yield from (s for place, s in enumerate(self.reader.samples()) if place in drawn)

    def size(self) -> int:
        """Return the number of samples that are asked.

        Raises:
            DataError: There are none.
        """
        size = sum(1 for _ in self.samples())
        if size == 0:
            raise DataError(f"dataset {self.spec.abbr!r} has no samples", hint="check its split")
        return size


def open_benchmark(spec: DatasetSpec) -> Benchmark:
    """Build the parts of a dataset; nothing is read yet.

    Raises:
        ConfigError: They do not go together.
    """
    ask, evaluator = spec.ask.build(), spec.evaluator.build()
    prompt, variants = prompts_of(spec, labelled=ask.mode != "gen" or reads_labels(evaluator))
    return Benchmark(
        spec=spec,
        reader=spec.reader.build(),
        prompt=prompt,
        ask=ask,
        evaluator=evaluator,
        variants=variants,
    )


class Asking:
    """One model asked one benchmark: makes questions and their keys.

    Args:
        identity: Hash of everything about the model that can change an answer.
        overrides: The model's own settings of generation.
        benchmark: What is asked.
    """

    def __init__(self, identity: str, overrides: Mapping[str, Any], benchmark: Benchmark) -> None:
        self.benchmark = benchmark
        self.settings = benchmark.ask.generation(overrides)
        mode = benchmark.ask.mode
        settled = self.settings.identity() if mode == "gen" else {}
        stem = [KEY_VERSION, identity, mode, benchmark.ask.whole, settled]
        if benchmark.ask.needs == "spreads":  # more is stored than for losses alone
            stem.append("spreads")
        self._stem = hashlib.sha256(canonical(stem))
        self._repeats = benchmark.ask.repeats(self.settings)

    def questions(self, start: int = 0, stop: int | None = None) -> Iterator[Question]:
        """Yield every question of the samples ``start`` to ``stop``, in a fixed order."""
        for sample in islice(self.benchmark.samples(), start, stop):
            yield from self.of_sample(sample)

    def of_sample(self, sample: Sample) -> Iterator[Question]:
        """Yield every question of one sample: its variants and their repeats.

        Raises:
            ConfigError: A variant asks the same as the plain question.
        """
        for variant, said in self._variants(sample):
            for repeat in range(self._repeats):
                yield Question(
                    key=self._key(sample.id, variant.mark, repeat, *said),
                    sample=variant.sample,
                    variant=variant.number,
                    order=variant.order,
                    repeat=repeat,
                    dialogue=said[0],
                    continuations=said[1],
                    whole=self.benchmark.ask.whole,
                )

    def _variants(self, sample: Sample) -> Iterator[tuple[Variant, Said]]:
        """Yield the variants of a sample and what is said, the plain one first."""
        benchmark = self.benchmark
        plain = Variant(sample, benchmark.prompt)
        first = self._said(plain)
        if benchmark.variants is None:
            yield plain, first
            return
        for variant in benchmark.variants.of(plain):
            said = first if not variant.number else self._said_otherwise(variant)
            if variant.number and variant.differs and _alike(said, first):
                if benchmark.variants.optional:
                    continue
                raise benchmark.variants.same(benchmark.spec.abbr, variant)
            yield variant, said

    def _said(self, variant: Variant) -> Said:
        sample = variant.sample
        dialogue = variant.prompt.dialogue(sample, self.benchmark.reader.shots())
        return dialogue, self.benchmark.ask.continuations(sample, dialogue)

    def _said_otherwise(self, variant: Variant) -> Said:
        try:
            return self._said(variant)
        except CompassError as error:
            error.where = ": ".join(part for part in (variant.name, error.where) if part)
            raise

    def _key(
        self,
        sample_id: str,
        variant: Any,
        repeat: int,
        dialogue: Dialogue,
        continuations: tuple[Continuation, ...],
    ) -> str:
        # The sample's id is part of it: two samples with equal prompts must not
        # share one sampled answer.  A variant is marked by what it changes: an answer serves
        # whichever variants are asked beside it, and that of the plain one serves without any.
        others = [c.dialogue for c in continuations if c.dialogue is not dialogue]
        ranked = [(c.dialogue is dialogue, c.text, c.glue) for c in continuations]
        said = [([tuple(m) for m in d.messages], d.joint, d.gap) for d in (dialogue, *others)]
        sums = self._stem.copy()
        sums.update(canonical([sample_id, variant, repeat, said, ranked]))
        return sums.hexdigest()[:32]


def _alike(one: Said, other: Said) -> bool:
    """True if both say the same to the model, options in whatever order."""
    return one[0] == other[0] and set(one[1]) == set(other[1])


def version(spec: DatasetSpec, data: str) -> str:
    """Return the short fingerprint of a benchmark: its meaning and its data."""
    return fingerprint(spec.meaning(), data)[:6]
