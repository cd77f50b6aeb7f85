"""The ways in which the prompt of a benchmark is varied.

A score that hangs on the wording of the prompt says little about the model.  Every sample is
asked as the benchmark is written, and then with one thing changed at a time:

    templates    another wording of the prompt
    shots        the few-shot examples in another order
    letters      the options called a b c, 1 2 3 or 甲乙丙 instead of A B C

The first way is always the plain one.  Changing one thing at a time keeps the cost linear, and
tells which change it is that matters.

Format alone moves accuracy by many points: Sclar et al. 2024, "FormatSpread", arXiv:2310.11324;
several templates: Mizrahi et al. 2024, arXiv:2401.00595; order of shots: Lu et al. 2022,
arXiv:2104.08786; letters: Zheng et al. 2024, arXiv:2309.03882.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compass.errors import ConfigError, did_you_mean
from compass.records import LETTERS
from compass.specs import Component

LABELS: Mapping[str, tuple[str, ...]] = {
    "A": tuple(LETTERS),
    "a": tuple(LETTERS.lower()),
    "1": tuple(str(number) for number in range(1, 27)),
    "甲": tuple("甲乙丙丁戊己庚辛壬癸"),
}
"""What options may be called, by the first of them."""

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "letters": {"letters": list(LABELS)},
    "shots": {"shot_orders": 3},
    "all": {"letters": list(LABELS), "shot_orders": 3},
}
"""What one word stands for, in a config and on the command line."""

MAIN = ("text", "user")
"""Arguments of a prompt that hold the template of the question."""

SHUFFLED = "compass.prompts.shuffled.Shuffled"

Template = str | Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way of asking, with what it changes."""

    name: str
    """Such as ``letters_1``; empty for the plain one."""

    template: Mapping[str, Any] | None = None
    """Arguments of the prompt that are changed."""

    shots: int = 0
    """Which order of the shots; 0 is that in which they are picked."""

    labels: tuple[str, ...] = ()
    """What the options are called; empty: as they are."""

    @property
    def mark(self) -> list[Any]:
        """What it changes, as JSON."""
        kind = self.name.partition("_")[0]
        changed = Component("", self.template or {}).to_dict()
        return [kind, changed, self.shots, "".join(self.labels[:1])]


PLAIN = Way(name="")


@dataclass(frozen=True, kw_only=True)
class Robust:
    """What is varied.

    Args:
        templates: Further wordings: a text stands for the template of the question, a dict for
            any arguments of the prompt.
        shot_orders: In how many orders the shots are shown, that of the benchmark among them.
        letters: What the options are called: ``A``, ``a``, ``1``, ``甲``; ``A`` is the plain way.
        seed: Of the orders of shots.
        optional: Leave out what a benchmark has none of, such as letters where no options are
            shown, instead of refusing it; so does ``--robust`` on the command line.
    """

    templates: Sequence[Template] = ()
    shot_orders: int = 1
    letters: Sequence[str] = ()
    seed: int = 0
    optional: bool = False

    def __post_init__(self) -> None:
        for name in ("shot_orders", "seed"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise ConfigError(f"{name} must be a whole number, got {value!r}")
        if self.shot_orders < 1:
            raise ConfigError(
                "shot_orders must be at least 1, got 0", hint="1 keeps the benchmark's own order"
            )
        for name in ("templates", "letters"):
            if isinstance(getattr(self, name), (str, Mapping)):
                value = getattr(self, name)
                raise ConfigError(f"{name} must be a list, got {value!r}", hint=f"[{value!r}]")
        for first in self.letters:
            if first not in LABELS:
                raise ConfigError(
                    f"options cannot be called {first!r}, …",
                    hint=f"known by their first: {', '.join(LABELS)}",
                )
        for place, one in enumerate(self.templates):
            if not isinstance(one, (str, Mapping)) or not one:
                raise ConfigError(
                    f"templates[{place}] must be a text or a dict of arguments, got {one!r}",
                    hint="write 'Q: {{ question }}' or dict(text='Q: {{ question }}')",
                )
        if len(self.ways()) == 1:
            raise ConfigError(
                "robust varies nothing", hint="give templates=[…], shot_orders=3 or letters=['1']"
            )

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Robust:
        """Return the settings of a config's ``robust=dict(…)``.

        Raises:
            ConfigError: A key or a value is unknown.
        """
        for name in settings:
            if name not in cls.__dataclass_fields__:
                raise ConfigError(
                    f"robust has no {name!r}", hint=did_you_mean(name, cls.__dataclass_fields__)
                )
        return cls(**settings)

    def ways(self) -> tuple[Way, ...]:
        """Return the ways of asking, the plain one first."""
        templates = [
            Way(name=f"template_{number}", template={"": one} if isinstance(one, str) else one)
            for number, one in enumerate(self.templates, start=1)
        ]
        shots = [Way(name=f"shots_{number}", shots=number) for number in range(1, self.shot_orders)]
        letters = [
            Way(name=f"letters_{one}", labels=LABELS[one])
            for one in dict.fromkeys(self.letters)
            if one != "A"
        ]
        return PLAIN, *templates, *shots, *letters


def prompt_in(way: Way, prompt: Component, seed: int) -> Component:
    """Return a dataset's prompt as one way of asking has it.

    Raises:
        ConfigError: The prompt has no such template, or no shots.
    """
    arguments = dict(prompt.kwargs)
    title = prompt.type.rpartition(".")[2]
    for name, value in (way.template or {}).items():
        argument = name or next((one for one in MAIN if one in arguments), "")
        if not argument:
            raise ConfigError(
                f"{title} has no template that a text alone could stand for",
                hint="write templates=[dict(argument=…)] with the arguments of the prompt",
            )
        if arguments.get(argument) == value:
            raise ConfigError(
                f"{way.name} is the template that the prompt has already",
                hint="the plain prompt is always asked first; list other ones only",
            )
        arguments[argument] = value
    if way.shots and arguments.get("shots") is None:
        raise ConfigError(
            f"{title} shows no shots to put in another order",
            hint="leave shot_orders out, or give the prompt shots=dict(type=Fixed, n=5)",
        )
    if (way.shots or way.labels) and arguments.get("shots") is not None:
        shown = {"shots": arguments["shots"], "order": way.shots, "seed": seed}
        arguments["shots"] = Component(SHUFFLED, {**shown, "labels": list(way.labels)})
    return Component(prompt.type, arguments)
