"""Which model of which run stands against which."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from compass.board import Recorded
from compass.errors import ConfigError, did_you_mean


class Side(NamedTuple):
    """A model of a run."""

    label: str
    """What it is called beside the other: its abbr, or that and its run's label."""

    model: str
    run: Recorded

    @property
    def root(self) -> Path:
        """The run folder."""
        return self.run.root


def sides(runs: Sequence[Recorded], models: Sequence[str]) -> list[tuple[Side, Side]]:
    """Return the pairs to be compared, the one that is the yardstick first.

    Two runs are compared by the models that both have, or by the only one of each; two models
    that are named are compared, the first of the first run and the second of the second.

    Args:
        runs: One or two.
        models: None, one that both runs have, or two.

    Raises:
        ConfigError: It is not clear what stands against what.
    """
    first, second = runs[0], runs[-1]
    if len(models) > 2:
        raise ConfigError(f"--models takes one or two models, got {len(models)}")
    if len(models) == 2:
        pairs = [(models[0], models[1])]
    elif models:
        pairs = [(models[0], models[0])]
    elif first is not second:
        both = [model for model in first.models if model in second.models]
        pairs = [(model, model) for model in both]
        if not both and len(first.models) == len(second.models) == 1:
            pairs = [(first.models[0], second.models[0])]
    else:
        pairs = [(first.models[0], first.models[1])] if len(first.models) == 2 else []
    if first is second and any(a == b for a, b in pairs):
        raise ConfigError("a model cannot be compared with itself", hint="name two --models")
    if not pairs:
        known = ", ".join(dict.fromkeys([*first.models, *second.models]))
        raise ConfigError(
            "it is not clear which models to compare", hint=f"name two by --models; known: {known}"
        )
    for run, model in ((run, pair[n]) for pair in pairs for n, run in enumerate((first, second))):
        if model not in run.models:
            raise ConfigError(
                f"there is no model {model!r} in this run",
                where=str(run.root),
                hint=did_you_mean(model, run.models),
            )
    return [(_side(a, b, first, second), _side(b, a, second, first)) for a, b in pairs]


def _side(model: str, other: str, run: Recorded, against: Recorded) -> Side:
    apart = model == other or run.config != against.config
    label = f"{model}@{run.label}" if run is not against and apart else model
    return Side(label, model, run)
