"""The variants in which each sample is asked: orders of its options, or ways to word it.

The first variant is always the plain question, so that its answers are those of a run without
variants.  A variant is marked by what it changes, which goes into the key of its question.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

from compass.circular import Circular, Order, reordered
from compass.errors import ConfigError
from compass.evaluators.orders import order_scores
from compass.evaluators.ways import way_scores
from compass.records import Dialogue, Sample, Score, Verdict, relabelled
from compass.robust import Robust, Way, prompt_in
from compass.specs import Component, DatasetSpec


class Prompt(Protocol):
    """How a sample is put to a model."""

    def dialogue(self, sample: Sample, shots: Sequence[Sample]) -> Dialogue:
        """Return what is said to the model."""


class Variant(NamedTuple):
    """One variant of a sample."""

    sample: Sample
    """As asked: its options in the order shown, and as they are called."""

    prompt: Prompt
    number: int = 0
    """0 is the plain one."""

    mark: Any = 0
    """What it changes, as JSON; 0 for the plain one."""

    order: Order = ()
    """Option shown in each slot, where several orders are asked."""

    name: str = ""
    """What messages call it."""

    differs: bool = True
    """True: if this says the same as the plain one, something is wrong."""


class Variants(Protocol):
    """What is varied."""

    @property
    def optional(self) -> bool:
        """True: what cannot be varied is left out."""

    def of(self, plain: Variant) -> Iterator[Variant]:
        """Yield the variants of a sample, the plain one first."""

    def same(self, abbr: str, variant: Variant) -> ConfigError:
        """Return what is wrong if a variant says the same as the plain question."""

    def named(self, verdict: Verdict) -> Verdict:
        """Return a verdict with the name of its variant."""

    def scores(self, verdicts: Iterable[Verdict], plain: Sequence[Score]) -> list[Score]:
        """Return all scores, given those of the plain variant."""


@dataclass(frozen=True)
class Orders:
    """Every sample in several orders of its options."""

    circular: Circular

    @property
    def optional(self) -> bool:
        """True: samples whose options cannot change places are asked in their own order."""
        return self.circular.optional

    def of(self, plain: Variant) -> Iterator[Variant]:
        """Yield the sample in each order, its own first."""
        for number, order in enumerate(self.circular.of(plain.sample.choices)):
            if number:
                shown = reordered(plain.sample, order)
                yield Variant(shown, plain.prompt, number, order, order)
            else:
                yield plain._replace(order=order)

    def same(self, abbr: str, variant: Variant) -> ConfigError:
        """Return what is wrong with a prompt that is the same in every order."""
        return ConfigError(
            f"dataset {abbr!r} asks the same in every order",
            hint="circular evaluation needs a prompt that shows {{ options }}",
        )

    def named(self, verdict: Verdict) -> Verdict:
        """Return the verdict: its order is its name."""
        return verdict

    def scores(self, verdicts: Iterable[Verdict], plain: Sequence[Score]) -> list[Score]:
        """Return ``perf`` and the others, see `compass.evaluators.orders`."""
        return order_scores(verdicts, plain, self.circular)


@dataclass(frozen=True)
class Ways:
    """Every sample in several wordings."""

    robust: Robust
    ways: Sequence[tuple[Way, Prompt]]
    """The plain one first."""

    @property
    def optional(self) -> bool:
        """True: a way that changes nothing is left out."""
        return self.robust.optional

    def of(self, plain: Variant) -> Iterator[Variant]:
        """Yield the sample in each way."""
        yield plain
        for number, (way, prompt) in enumerate(self.ways[1:], start=1):
            sample = plain.sample
            if way.labels:
                if not 2 <= len(sample.choices) <= len(way.labels):
                    if self.optional:
                        continue
                    raise ConfigError(
                        f"sample {sample.id!r} has {len(sample.choices)} options, "
                        f"{way.name} is for 2 to {len(way.labels)}",
                        hint="leave these letters out, or say robust=dict(…, optional=True)",
                    )
                sample = relabelled(sample, way.labels)
            yield Variant(
                sample, prompt, number, way.mark, name=way.name, differs=way.template is None
            )

    def same(self, abbr: str, variant: Variant) -> ConfigError:
        """Return what is wrong with a way that changes nothing."""
        return ConfigError(
            f"dataset {abbr!r} asks the same in the way {variant.name!r}",
            hint="letters need a prompt that shows {{ options }}, shots must have so many "
            "orders; robust=dict(…, optional=True) leaves such ways out",
        )

    def named(self, verdict: Verdict) -> Verdict:
        """Return the verdict with the name of its way."""
        if not verdict.variant:
            return verdict
        return replace(verdict, way=self.ways[verdict.variant][0].name)

    def scores(self, verdicts: Iterable[Verdict], plain: Sequence[Score]) -> list[Score]:
        """Return ``mean``, ``worst`` and the others, see `compass.evaluators.ways`."""
        return way_scores(verdicts, plain)


def prompts_of(spec: DatasetSpec, labelled: bool) -> tuple[Prompt, Variants | None]:
    """Return the plain prompt of a dataset, and what is varied.

    Args:
        spec: The dataset.
        labelled: Whether answers in other letters can be read.

    Raises:
        ConfigError: Something is to be varied that the dataset does not have.
    """
    if spec.circular is not None:
        return spec.prompt.build(), Orders(Circular.from_dict(spec.circular))
    if spec.robust is None:
        return spec.prompt.build(), None
    robust = Robust.from_dict(spec.robust)
    own = spec.prompt
    if isinstance(own.kwargs.get("shots"), Component):
        # One chooser for all ways: they show the same shots, and its index is made once.
        own = Component(own.type, {**own.kwargs, "shots": own.kwargs["shots"].build()})
    ways: list[tuple[Way, Prompt]] = []
    for way in robust.ways():
        if way.shots and robust.optional and own.kwargs.get("shots") is None:
            continue
        if way.labels and not labelled:
            if robust.optional:
                continue
            raise ConfigError(
                f"{spec.evaluator.type.rpartition('.')[2]} reads no letters but A, B, C …",
                hint="leave letters out of robust=dict(…), or use Choice",
            )
        ways.append((way, prompt_in(way, own, robust.seed).build()))
    return ways[0][1], Ways(robust, ways)


def reads_labels(evaluator: Any) -> bool:
    """Return True if an evaluator of texts, or the one inside it, knows other letters."""
    inner = getattr(evaluator, "evaluator", evaluator)
    return bool(getattr(inner, "reads_labels", False))
