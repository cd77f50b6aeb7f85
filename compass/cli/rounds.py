"""``compass gate CONFIG --sequential``: ask in growing rounds, stop when the answer is certain.

Every round is the same experiment with more samples in one run folder, so that any runner
serves it, and an interrupted gate goes on where it stopped.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from compass.board import recorded_runs
from compass.cli.progress import monitor
from compass.errors import ConfigError, DataError, ModelError
from compass.evaluate import evaluate, run_folder
from compass.gate import Answer, Baseline, Decision, Rules, baseline_of, decide
from compass.gate.decision import AVERAGE, Asked
from compass.gate.opening import baseline_from, past_of
from compass.gate.order import Order, asked_of, order_of
from compass.gate.sequential import Sequential
from compass.planner import make_plan
from compass.runfolder import RunFolder
from compass.specs import Experiment

NAME = "{}-gate"
"""Runs of a gate stand beside those of its configuration, which they are not to be taken for."""


def asked_in_rounds(arguments: argparse.Namespace, rules: Rules) -> Decision:
    """Ask the candidate until the answer is certain, or everything is asked.

    Raises:
        CompassError: What is asked is wrong, was asked otherwise before, or failed.
        KeyboardInterrupt: The user stopped it; what was answered is kept.
    """
    before, experiment = _prepared(arguments, rules)
    past = past_of(arguments.past, before, rules) if arguments.past else None
    orders = {
        name: order_of(one, arguments.seed, None if past is None else [p[name] for p in past])
        for name, one in before.datasets.items()
    }
    _check_rules(orders, rules)
    _check_versions(before, experiment)
    folder = run_folder(Path(arguments.work_dir), experiment.name, arguments.resume)
    _say(f"run folder: {folder.root}")
    counts = {name: min(arguments.first, len(one.units)) for name, one in orders.items()}
    number = 1
    while True:
        _ask(experiment, orders, counts, folder, arguments.debug)
        decision = _decided(before, orders, counts, folder, experiment, rules)
        asked = Asked(
            sum(len(pair.before.values) for pair in decision.pairs),
            sum(order.questions for order in orders.values()),
            number,
            arguments.seed,
            past is not None,
        )
        _say(
            f"round {number}: {asked.questions:,} of {asked.of:,} questions: "
            f"{'not certain yet' if decision.answer is Answer.UNTOLD else decision.answer}"
        )
        grown = _grown(decision, rules, orders, counts, arguments.grow)
        if decision.answer is not Answer.UNTOLD or grown == counts:
            return replace(decision, asked=asked)
        counts = grown
        number += 1


def _prepared(arguments: argparse.Namespace, rules: Rules) -> tuple[Baseline, Experiment]:
    """Return the baseline, and what is to be asked: one model, the datasets of the baseline."""
    from compass.config import experiment as read

    if not arguments.experiment or arguments.candidate:
        raise ConfigError(
            "--sequential asks the model of a configuration, and no --candidate",
            hint="compass gate CONFIG --baseline … --sequential",
        )
    if arguments.first < 2 or not arguments.grow > 1:
        raise ConfigError("--first must be at least 2 and --grow above 1")
    made = read(Path(arguments.experiment), arguments.set)
    known = [model.abbr for model in made.models]
    before = baseline_from(arguments.baseline, known, arguments.models, rules)
    wanted = arguments.models[-1] if arguments.models else before.model
    if not arguments.models and wanted not in known and len(known) == 1:
        wanted = known[0]
    if wanted not in known:
        raise ConfigError(
            "it is not clear which model of the configuration is the candidate",
            where=arguments.experiment,
            hint=f"name it by --models; known: {', '.join(known)}",
        )
    asked = [name for model, name in made.combinations if model == wanted]
    for name in before.datasets:
        if name not in asked:
            raise DataError(
                "the configuration does not ask this dataset of the baseline",
                where=name,
                hint="ask the benchmarks of the baseline, or save a new baseline",
            )
    return before, replace(
        made,
        name=NAME.format(made.name),
        models=(made.model(wanted),),
        datasets=tuple(replace(made.dataset(name), limit=None) for name in before.datasets),
        combinations=tuple((wanted, name) for name in before.datasets),
        contamination=(),
        summarizer={},
    )


def _check_versions(before: Baseline, experiment: Experiment) -> None:
    """Refuse to ask what could not be compared, before anything is asked."""
    versions = make_plan(experiment, {}).plan.versions
    for name, one in before.datasets.items():
        if versions[name] != one.version:
            raise DataError(
                f"the dataset has changed: version {one.version} of the baseline, "
                f"{versions[name]} of the configuration",
                where=name,
                hint="its prompt, data or evaluator is another one: save a new baseline",
            )


def _check_rules(orders: Mapping[str, Order], rules: Rules) -> None:
    """Refuse what cannot be told in rounds, or of the questions that are asked first."""
    for name, order in orders.items():
        demands = rules.of(name)
        if demands.no_leak:
            raise ConfigError(
                "a gate in rounds makes no contamination checks",
                where=name,
                hint="take no_leak out of the rules, or gate a run that was checked",
            )
        for rule in ("unparsed", "seconds", "tokens"):
            if order.weights is not None and getattr(demands, rule) is not None:
                raise ConfigError(
                    f"{rule} cannot be counted where informative questions are asked first",
                    where=name,
                    hint=f"take {rule} out of the rules, or ask without --past",
                )


def _ask(
    experiment: Experiment,
    orders: Mapping[str, Order],
    counts: Mapping[str, int],
    folder: RunFolder,
    debug: bool,
) -> None:
    datasets = tuple(
        replace(spec, only=orders[spec.abbr].first(counts[spec.abbr]))
        for spec in experiment.datasets
    )
    asked, runs = replace(experiment, datasets=datasets), folder.root.parent.parent
    run = evaluate(asked, folder, monitor(), debug=debug, past=runs)
    again = f"the same command with -r {folder.root.name} asks only what is missing"
    if run.outcome.interrupted:
        _say(f"what was answered is kept; {again}")
        raise KeyboardInterrupt
    if run.outcome.failures:
        first = run.outcome.failures[0]
        raise ModelError(
            f"some questions or jobs failed, the first with: {first.brief}",
            where=first.log or first.job,
            hint=again,
        )


def _decided(
    before: Baseline,
    orders: Mapping[str, Order],
    counts: Mapping[str, int],
    folder: RunFolder,
    experiment: Experiment,
    rules: Rules,
) -> Decision:
    (run,) = recorded_runs([str(folder.root)])
    metrics: dict[str, str | None] = {name: one.metric for name, one in before.datasets.items()}
    after = baseline_of(run, experiment.models[0].abbr, metrics, failures=True)
    return decide(asked_of(before, orders, counts), after, rules, Sequential(orders))


def _grown(
    decision: Decision,
    rules: Rules,
    orders: Mapping[str, Order],
    counts: Mapping[str, int],
    grow: float,
) -> dict[str, int]:
    """Return how many units are asked next: more of every dataset that a rule waits for."""
    waiting = {one.subject for one in decision.rulings if one.answer is Answer.UNTOLD}
    if AVERAGE in waiting and rules.average is not None:
        patterns = rules.average.datasets
        averaged = {name for name in counts if any(fnmatchcase(name, one) for one in patterns)}
        # It takes a unit of each at a time: where one has none left, it learns no more.
        if all(counts[name] < len(orders[name].units) for name in averaged):
            waiting |= averaged
    return {
        name: min(len(orders[name].units), math.ceil(count * grow)) if name in waiting else count
        for name, count in counts.items()
    }


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
