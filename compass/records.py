"""The rows and records that flow through Compass: plain frozen data.

A *sample* is one row of a benchmark.  A *question* is one asking of a sample (a
variant, a repeat).  A model *answers* a question; the stored answer is a
*prediction*.  An evaluator turns predictions into a *verdict*, and verdicts
into *scores*.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from functools import cache
from typing import Any, NamedTuple

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Message(NamedTuple):
    """One turn of a dialogue."""

    role: str
    """``system``, ``user`` or ``assistant``."""

    content: str


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What is said to a model, before any chat template.

    A last message of the assistant is a prefill: the model continues it.
    """

    messages: tuple[Message, ...]
    joint: str = " "
    """What a plain rendering puts between a question and its answer."""

    gap: str = "\n\n"
    """What a plain rendering puts between exchanges."""

    @property
    def prefilled(self) -> bool:
        """True if the model is to continue a begun answer."""
        return bool(self.messages) and self.messages[-1].role == "assistant"

    def plain(self) -> str:
        """Return the dialogue as one text, for models without a chat template.

        Examples:
            >>> turns = Message("user", "1+1="), Message("assistant", "2")
            >>> Dialogue((*turns, Message("user", "2+2=")), joint="", gap="; ").plain()
            '1+1=2; 2+2='
        """
        parts: list[str] = []
        for place, message in enumerate(self.messages):
            if place:
                parts.append(self.joint if message.role == "assistant" else self.gap)
            parts.append(message.content)
        return "".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One row of a benchmark, in a form every benchmark shares."""

    id: str
    """Unique within the dataset; stable when other rows change."""

    fields: Mapping[str, Any]
    """What the prompt may show of the question."""

    targets: tuple[str, ...] = ()
    """Right answers in text form; any of them will do."""

    choices: tuple[str, ...] = ()
    """The options of a multiple choice, in the order they are shown."""

    right: tuple[int, ...] = ()
    """Places in ``choices`` of the right options."""

    labels: tuple[str, ...] = ()
    """What the options are called where they are shown; empty: A, B, C …"""

    cluster: str | None = None
    """Samples that share a passage share a cluster; their errors are not independent."""

    metadata: Mapping[str, Any] = field(default_factory=dict)
    """Anything else: worked solutions, subject, tests.  Prompts may show it in shots."""


class Continuation(NamedTuple):
    """A text whose likelihood after a dialogue is wanted."""

    dialogue: Dialogue
    text: str
    """With the white space that joins it to the dialogue, if any."""

    glue: str | None = None
    """What stands between dialogue and text; None: the dialogue's joint in a plain
    rendering and after a prefill, nothing after a chat template's generation prompt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One asking of a sample."""

    key: str
    """Identity: equal keys have interchangeable answers."""

    sample: Sample
    """The sample as asked: its choices in the order shown."""

    variant: int = 0
    order: tuple[int, ...] = ()
    """Option shown in each slot, where several orders are asked."""

    repeat: int = 0
    dialogue: Dialogue
    continuations: tuple[Continuation, ...] = ()
    """What is to be ranked; empty for generation."""

    whole: bool = False
    """True if the likelihood of the whole text, dialogue included, is wanted too."""


class Likelihood(NamedTuple):
    """Log-likelihood (natural logarithm) of one continuation."""

    logprob: float
    """Sum over the tokens of the continuation."""

    tokens: int
    """Number of those tokens."""

    first: float
    """Log-probability of the first of them."""

    greedy: bool
    """True if each of them is the model's most probable token."""

    whole: float | None = None
    """Sum over every token of dialogue and continuation but the very first."""

    whole_tokens: int | None = None
    """Number of tokens of dialogue and continuation, the very first included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a back end says to one question: one of output, likelihoods, losses, error."""

    key: str
    output: str | None = None
    """Generated text, without the prompt, without the stop string."""

    reasoning: str = ""
    """What the model thought before it answered, where that is told apart."""

    likelihoods: tuple[Likelihood, ...] | None = None
    """One for each continuation asked for, in that order."""

    losses: tuple[float, ...] | None = None
    """Negative log-likelihood (nats) of every scored token of a whole text."""

    means: tuple[float, ...] | None = None
    """Where asked: mean of the vocabulary's log-probabilities at each of these tokens."""

    spreads: tuple[float, ...] | None = None
    """Their standard deviation; both are weighted by the probabilities."""

    error: str | None = None
    """Why there is no answer.  A failed call is never a wrong answer."""

    finish: str = ""
    """``stop``, ``length`` or what the back end says."""

    prompt: str = ""
    """The text the model really saw, chat template included."""

    prompt_tokens: int = 0
    tokens: int = 0
    """Generated tokens."""

    truncated: int = 0
    """Prompt tokens cut off to fit the context."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """The stored answer to a question: one line of ``infer/…/*.jsonl``."""

    key: str
    sample_id: str
    variant: int = 0
    repeat: int = 0
    output: str | None = None
    reasoning: str = ""
    likelihoods: tuple[Likelihood, ...] | None = None
    losses: tuple[float, ...] | None = None
    means: tuple[float, ...] | None = None
    spreads: tuple[float, ...] | None = None
    error: str | None = None
    finish: str = ""
    prompt: str = ""
    prompt_tokens: int = 0
    tokens: int = 0
    truncated: int = 0
    seconds: float = 0.0
    """Wall time this answer took its worker, its share of a batch."""

    choices: Mapping[str, int | None] = field(default_factory=dict)
    """Option a ranking settled on, by normalisation.  Filled when scoring, never stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an evaluator makes of one prediction: one line of ``verdicts.jsonl``."""

    key: str
    sample_id: str
    variant: int = 0
    repeat: int = 0
    values: Mapping[str, float | None]
    """Value by metric, 0..1 where right or wrong; None only where nothing could be judged."""

    answer: str | None = None
    """What was read out of the output."""

    target: str | None = None
    cluster: str | None = None
    order: tuple[int, ...] = ()
    """Option shown in each slot, where several orders were asked."""

    way: str = ""
    """Which way of asking, such as ``letters_1``, where several were tried; empty: as written."""

    reason: str = ""
    """``unparsed``, ``failed``, ``truncated`` … or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A number with its interval and its coverage."""

    metric: str
    value: float | None
    low: float | None
    high: float | None
    n: int | None
    """Judged predictions behind the value; None if not known, as in results from elsewhere."""

    failed: int = 0
    """Questions without an answer, or without a verdict."""

    unparsed: int = 0
    """Answers nothing could be read out of; they count as wrong."""

    truncated: int = 0
    """Questions whose prompt was cut, or whose output ran into its limit."""

    chance: float | None = None
    """What guessing would reach, where that is known."""

    scale: str = "share"
    """``share``: 0..1, shown as 0..100.  ``plain``: shown as it is (losses, perplexity)."""

    beside: bool = False
    """True: people are shown it beside the headline."""


def letter_of(place: int) -> str:
    """Return the letter of a choice: 0 is ``A``."""
    return LETTERS[place]


def relabelled(sample: Sample, labels: Sequence[str]) -> Sample:
    """Return a sample whose options are called by the first of ``labels``."""
    return replace(sample, labels=tuple(labels[: len(sample.choices)]))


def record_to_dict(record: Any) -> dict[str, Any]:
    """Return a record as a dict of JSON values, fields at their default left out."""
    row: dict[str, Any] = {}
    for name, default in _defaults(record.__class__):
        value = getattr(record, name)
        if value != default:
            row[name] = value
    return row


def record_from_dict(cls: Any, row: Mapping[str, Any]) -> Any:
    """Return the record of class ``cls`` that ``row`` describes; unknown fields are ignored.

    Raises:
        ValueError: A field without a default is missing.
    """
    if not isinstance(row, dict):
        raise ValueError(f"expected an object, got {type(row).__name__}")  # noqa: TRY004
    record = object.__new__(cls)
    for name, keep, default in _places(cls):
        value = row.get(name, default)
        if value is default and callable(default):
            value = default()
        keep(record, value)
    if row.get("likelihoods") is not None:
        likelihoods = tuple([Likelihood(*one) for one in row["likelihoods"]])
        object.__setattr__(record, "likelihoods", likelihoods)
    if row.get("order"):
        object.__setattr__(record, "order", tuple(row["order"]))
    return record


@cache
def _places(cls: Any) -> tuple[tuple[str, Callable[[Any, Any], None], Any], ...]:
    """Return name, setter and default of every field; a default that is called makes one.

    A frozen class of its own sets each field by its name, which takes most of the time that a
    row takes to become a record.
    """

    def missing(name: str) -> Callable[[], Any]:
        def refuse() -> Any:
            raise ValueError(f"{cls.__name__} without {name!r}")

        return refuse

    found = []
    for one in fields(cls):
        default = one.default if one.default_factory is MISSING else one.default_factory
        default = missing(one.name) if default is MISSING else default
        found.append((one.name, vars(cls)[one.name].__set__, default))
    return tuple(found)


@cache
def _defaults(cls: Any) -> tuple[tuple[str, Any], ...]:
    """Return name and default of every field; computed once a class, rows are many."""
    return tuple(
        (f.name, f.default_factory() if f.default_factory is not MISSING else f.default)
        for f in fields(cls)
    )
