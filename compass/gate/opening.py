"""Which model of which run, or which file, stands on either side of the gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from compass.board import Recorded, recorded_runs
from compass.errors import ConfigError
from compass.gate.baseline import Baseline, baseline_of, load
from compass.gate.rules import Rules
from compass.verdicts import Judged


def opened(
    baseline: str, candidate: str, models: Sequence[str], rules: Rules
) -> tuple[Baseline, Baseline]:
    """Return baseline and candidate.

    Args:
        baseline: A run folder, the folder of a configuration, or a saved baseline.
        candidate: A run folder, or the folder of a configuration.
        models: None, one for both, or one for each.
        rules: They may name metrics.

    Raises:
        ConfigError: It is not clear which models are meant.
        StoreError: One of them cannot be used.
    """
    if len(models) > 2:
        raise ConfigError(f"--models takes one or two models, got {len(models)}")
    (run,) = recorded_runs([candidate])
    if _is_file(baseline):
        before = load(Path(baseline))
        first, second = _models([before.model], run, models)
        if len(models) == 2 and before.model != first:
            raise ConfigError(f"the baseline is of {before.model!r}, not of {first!r}")
        _check_metrics(before, rules)
    else:
        (old,) = recorded_runs([baseline])
        first, second = _models(old.models, run, models)
        before = baseline_of(old, first, _metrics(old, rules))
    metrics: Mapping[str, str | None] = {name: one.metric for name, one in before.datasets.items()}
    shared = {name: metrics[name] for name in run.datasets if name in metrics}
    return before, baseline_of(run, second, shared, failures=True)


def baseline_from(word: str, known: Sequence[str], named: Sequence[str], rules: Rules) -> Baseline:
    """Return the baseline of a gate that asks the candidate itself.

    Args:
        word: A run folder, the folder of a configuration, or a saved baseline.
        known: Models of the configuration.
        named: None, one for both, or one for each.
        rules: They may name metrics.

    Raises:
        ConfigError: It is not clear which model is meant.
    """
    if _is_file(word):
        before = load(Path(word))
        if len(named) == 2 and before.model != named[0]:
            raise ConfigError(f"the baseline is of {before.model!r}, not of {named[0]!r}")
        _check_metrics(before, rules)
        return before
    (run,) = recorded_runs([word])
    models = [model for model in run.models if model in (named[:1] or known)]
    if len(models) != 1 and len(run.models) == 1 and len(named) < 2:
        models = list(run.models)
    if len(models) != 1:
        raise ConfigError(
            "it is not clear which model of the baseline is meant",
            where=word,
            hint=f"name it by --models; known: {', '.join(run.models)}",
        )
    return baseline_of(run, models[0], _metrics(run, rules))


def past_of(words: Sequence[str], before: Baseline, rules: Rules) -> list[dict[str, Judged]]:
    """Return the verdicts on every model of earlier runs that was judged as the baseline was.

    Raises:
        StoreError: A word names no run and no baseline.
    """
    found: list[Mapping[str, Judged]] = []
    for word in words:
        if _is_file(word):
            found.append(load(Path(word)).datasets)
            continue
        (run,) = recorded_runs([word])
        metrics = _metrics(run, rules)
        found += [baseline_of(run, one, metrics, failures=True).datasets for one in run.models]
    return [
        {name: _like(one, datasets.get(name)) for name, one in before.datasets.items()}
        for datasets in found
    ]


def _like(one: Judged, other: Judged | None) -> Judged:
    """Return verdicts of the same meaning, without values where there are none."""
    same = other is not None and (one.version, one.metric) == (other.version, other.metric)
    return other if other is not None and same else replace(one, values={})


def _is_file(word: str) -> bool:
    return word.endswith(".json") or Path(word).is_file()


def saved_of(word: str, model: str | None, rules: Rules) -> Baseline:
    """Return the baseline of a run, to be saved."""
    (run,) = recorded_runs([word])
    if model is None and len(run.models) != 1:
        raise ConfigError(
            "the run has several models, a baseline is of one",
            where=str(run.root),
            hint=f"name one by --model; known: {', '.join(run.models)}",
        )
    return baseline_of(run, model or run.models[0], _metrics(run, rules))


def _models(known: Sequence[str], run: Recorded, named: Sequence[str]) -> tuple[str, str]:
    """Return the model of the baseline and that of the candidate."""
    if named:
        return named[0], named[-1]
    both = [model for model in known if model in run.models]
    if len(both) == 1:
        return both[0], both[0]
    if len(known) == 1 and len(run.models) == 1:
        return known[0], run.models[0]
    names = ", ".join(dict.fromkeys([*known, *run.models]))
    raise ConfigError(
        "it is not clear which models to compare", hint=f"name them by --models; known: {names}"
    )


def _metrics(run: Recorded, rules: Rules) -> dict[str, str | None]:
    return {dataset: rules.of(dataset).metric for dataset in run.datasets}


def _check_metrics(baseline: Baseline, rules: Rules) -> None:
    for dataset, one in baseline.datasets.items():
        wanted = rules.of(dataset).metric
        if wanted is not None and wanted != one.metric:
            raise ConfigError(
                f"the rules ask for {wanted}, the baseline holds {one.metric}",
                where=dataset,
                hint="save it again with the same --rules",
            )
