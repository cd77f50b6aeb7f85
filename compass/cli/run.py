"""``compass run``: evaluate models on benchmarks."""

from __future__ import annotations

import argparse
import inspect
import os
import shlex
import sys
from dataclasses import replace
from pathlib import Path

from compass.board import Board, Origin, board, collect, lit, print_board, tested, write_board
from compass.cli.arguments.run import MODES
from compass.cli.experiment import experiment_of
from compass.cli.leaks import find_leaks
from compass.cli.progress import clock, monitor
from compass.cli.screen import screen
from compass.contamination.annotations import read_annotations
from compass.costs import past_costs
from compass.errors import EXIT_INTERRUPTED, CompassError, ConfigError, ModelError
from compass.evaluate import Run, evaluate, run_folder
from compass.planner import Planned, make_plan
from compass.runfolder import RunFolder
from compass.sandbox import ALLOW_UNSAFE_CODE
from compass.specs import Component, Experiment


def command(arguments: argparse.Namespace) -> int:
    """Run an experiment, or show its plan, and return the exit code."""
    if arguments.config is None and str(arguments.resume).endswith(".py"):
        # run.py -r CONFIG: the start time was left out, not the configuration.
        arguments.config, arguments.resume = arguments.resume, "latest"
    if arguments.allow_unsafe_code:
        os.environ[ALLOW_UNSAFE_CODE] = "1"  # for the workers, too
    experiment = experiment_of(arguments)
    if arguments.workers is not None:
        if arguments.workers < 1:
            raise ConfigError(f"--workers must be at least 1, got {arguments.workers}")
        experiment = _with_runner(experiment, "workers", arguments.workers)
    if arguments.detach:
        experiment = _with_runner(experiment, "detach", True)
    if arguments.dry_run:
        _show_plan(make_plan(experiment, {}, past_costs(Path(arguments.work_dir))))
        return 0
    folder = run_folder(Path(arguments.work_dir), experiment.name, arguments.resume)
    print(f"run folder: {folder.root}", flush=True)
    if arguments.watch is not None:
        from compass.cli.watch import watch

        def again(made: Experiment) -> int:
            return _once(arguments, made, folder)

        return watch(Path(arguments.watch), arguments.patience, experiment, again)
    return _once(arguments, experiment, folder)


def _once(arguments: argparse.Namespace, experiment: Experiment, folder: RunFolder) -> int:
    """Do what is left of an experiment, put up its board, and return the exit code."""
    read_annotations(experiment.summarizer.get("annotations", ()))  # a mistake is told at once
    run = evaluate(
        experiment,
        folder,
        monitor(),
        mode=MODES[arguments.mode],  # type: ignore[arg-type]
        debug=arguments.debug,
        force=arguments.force,
        explain=print if arguments.explain else None,
        past=Path(arguments.work_dir),
    )
    if run.outcome.detached:
        print(f"submitted; follow it with: {_again(arguments, folder.root.name)}")
        return 0
    if run.outcome.interrupted:
        print(
            "interrupted; what was answered is kept. Go on with: "
            + _again(arguments, folder.root.name),
            file=sys.stderr,
        )
        return EXIT_INTERRUPTED
    failed = 0 if arguments.mode == "infer" else _put_up(run, arguments.report)
    return _verdict(run, failed, arguments)


def _put_up(run: Run, report: bool) -> int:
    """Write and print the board and its report; return how many questions have no answer."""
    experiment, root = run.planned.experiment, run.folder.root
    made = board(
        collect(root, experiment.combinations),
        experiment.summarizer,
        [model.abbr for model in experiment.models],
        [dataset.abbr for dataset in experiment.datasets],
        failures=run.outcome.failures,
        combinations=experiment.combinations,
        versions=run.planned.plan.versions,
        origins={model.abbr: Origin(model.abbr, root.name, root) for model in experiment.models},
        title=experiment.name,
    )
    if experiment.summarizer.get("significance", True):
        made = tested(made)
    try:
        checked = _checked(run)
        made = lit(made)
    except CompassError:
        _show(made, run, report)  # a check that cannot be made takes no score away
        raise
    _show(made, run, report)
    for text in checked:
        print(text)
    rows = (row for row in made.rows if not row.group)
    return sum(score.failed for row in rows for score in row.scores.values())


def _checked(run: Run) -> list[str]:
    """Make the contamination checks and the table of clean questions; return them as text."""
    experiment, made = run.planned.experiment, []
    if experiment.contamination:
        made.append(find_leaks(experiment, run.folder))
    if experiment.summarizer.get("annotations"):
        from compass.cli.contamination.split import put_up

        made.append(put_up(run.folder.root, experiment.summarizer["annotations"]))
    return made


def _show(made: Board, run: Run, report: bool) -> None:
    """Write the board, print it, write its report."""
    root, summarizer = run.folder.root, run.planned.experiment.summarizer
    write_board(made, root, formats=summarizer.get("formats", ()))
    print_board(made, screen())
    print(f"written: {root / 'summary.csv'} (and .md, .json), {root / 'scores.csv'}")
    if report:
        from compass.report import write_report

        print(f"report: {write_report(made, root, summarizer=summarizer)}")


def _verdict(run: Run, failed: int, arguments: argparse.Namespace) -> int:
    """Return the exit code; say what to do if something failed."""
    if not run.outcome.failures and not failed:
        return 0
    again = _again(arguments, run.folder.root.name)
    print(f"some questions or jobs failed; ask only those again with: {again}", file=sys.stderr)
    return ModelError.exit_code


def _again(arguments: argparse.Namespace, start: str) -> str:
    """Return the command that goes on with the same experiment."""
    what = [arguments.config] if arguments.config else []
    for name in ("models", "datasets", "hf", "set"):
        values = getattr(arguments, name)
        what += [f"--{name}", *values] if values else []
    for name in ("summarizer", "limit", "engine", "circular", "robust", "workers"):
        value = getattr(arguments, name)
        what += [] if value is None else [f"--{name}", str(value)]
    what += ["--allow-unsafe-code"] if arguments.allow_unsafe_code else []
    what += [] if arguments.report else ["--no-report"]
    what += ["--mode", arguments.mode] if arguments.mode != "all" else []
    what += ["-w", arguments.work_dir] if arguments.work_dir != "outputs" else []
    return shlex.join(["python", "run.py", *what, "-r", start])


def _with_runner(experiment: Experiment, name: str, value: int) -> Experiment:
    """Return the experiment with another argument of its runner."""
    runner = experiment.runner
    if name not in inspect.signature(runner.resolve()).parameters:
        raise ConfigError(
            f"--{name} means nothing to {runner.type.rpartition('.')[2]}",
            hint="leave it out, or choose another runner",
        )
    return replace(experiment, runner=Component(runner.type, {**runner.kwargs, name: value}))


def _show_plan(planned: Planned) -> None:
    jobs = planned.plan.jobs
    head = f"{'model':<28} {'dataset':<36} {'samples':>8} {'questions':>10} {'~tokens':>12}"
    print(f"{head} {'~time':>9}")
    for one in planned.plan.estimates:
        print(
            f"{one.model:<28} {one.dataset:<36} {one.samples:>8,} {one.questions:>10,} "
            f"{one.tokens:>12,} {clock(one.seconds) if one.measured else '?':>9}"
        )
    questions = sum(one.questions for one in planned.plan.estimates)
    tokens = sum(one.tokens for one in planned.plan.estimates)
    infer = sum(job.kind == "infer" for job in jobs)
    print(
        f"{infer} inference jobs and {len(jobs) - infer} scoring jobs; {questions:,} questions, "
        f"about {tokens:,} tokens with answers at their longest"
    )
