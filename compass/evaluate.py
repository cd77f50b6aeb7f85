"""The whole of a run: plan it, do what is left of it, put up the board."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from compass import __version__, store
from compass.costs import Costs, past_costs, record_costs
from compass.environment import environment
from compass.errors import CompassError, ConfigError, StoreError, did_you_mean
from compass.plan import Estimate, Job
from compass.planner import Planned, make_plan
from compass.runfolder import RunFolder
from compass.runners.inprocess import InProcess
from compass.runners.outcome import Monitor, Outcome
from compass.runners.submitted import batches_at_work, refuse_others
from compass.specs import Experiment
from compass.worker import build_model

Mode = Literal["all", "infer", "score", "summary"]


@dataclass
class Run:
    """One start of a run, and how it ended."""

    folder: RunFolder
    planned: Planned
    outcome: Outcome = field(default_factory=Outcome)
    reasons: dict[str, str] = field(default_factory=dict)
    """Job id to why it had to run."""


def evaluate(
    experiment: Experiment,
    folder: RunFolder,
    monitor: Monitor,
    *,
    mode: Mode = "all",
    debug: bool = False,
    force: bool = False,
    explain: Callable[[str], None] | None = None,
    past: Path | None = None,
) -> Run:
    """Do what is left of a run in ``folder``.

    Args:
        experiment: What was asked for.
        folder: Where the run lives; it may be new.
        monitor: Shows how far it is.
        mode: Which stages to do.
        debug: Do everything in this process.
        force: Use the folder though another experiment made it.
        explain: Told, a line each, why a job runs again or does not.
        past: Folder of runs that say how long questions take.

    Raises:
        CompassError: The configuration, the data or the folder is wrong.  Failed jobs
            are no error; they are in the outcome.
    """
    _refuse_strangers(experiment, folder, force)
    earlier = store.read_document(folder.run) or {}
    kept = {abbr: one.get("settled", {}) for abbr, one in earlier.get("models", {}).items()}
    try:
        costs = past_costs(past) if past is not None else Costs()
        planned = make_plan(experiment, kept, costs, _estimates(folder))
        if mode in ("all", "score"):
            _prepare(planned.experiment)
    except BaseException:
        with suppress(OSError):
            folder.root.rmdir()  # a folder that was made for this, and is empty
        raise
    lock = store.Lock(folder.lock_file)
    try:
        runner = InProcess() if debug else experiment.runner.build()
        batches = batches_at_work(folder, force)
        if batches:
            refuse_others(folder, planned.plan, runner, len(batches))
        else:  # which batches at work would read
            _record(folder, planned, earlier)
        run = Run(folder, planned)
        jobs = _left(folder, planned, mode, run.reasons, explain)
        if not getattr(runner, "elsewhere", False):
            _see_servers(planned.experiment, jobs)
        run.outcome = _do(runner, run, jobs, monitor, lock)
        if mode == "all" and not (run.outcome.interrupted or run.outcome.detached):
            _mend(runner, run, {job.id for job in jobs}, monitor, lock)
        if jobs:
            record_costs(folder, planned.plan)
    finally:
        lock.release()
    return run


def _estimates(folder: RunFolder) -> tuple[Estimate, ...]:
    """Return the estimates of an earlier start, none if its plan is of another version."""
    try:
        return folder.plan().estimates if folder.plan_file.exists() else ()
    except (TypeError, KeyError):
        return ()


def _prepare(experiment: Experiment) -> None:
    """Let evaluators that need something of this machine say so before any model is asked."""
    for spec in experiment.datasets:
        evaluator = spec.evaluator.build()
        if hasattr(evaluator, "prepare"):
            evaluator.prepare()


def _see_servers(experiment: Experiment, jobs: list[Job]) -> None:
    """Let back ends that ask a server see that it is there and can do what is wanted."""
    asked = {job.pair for job in jobs if job.kind == "infer"}
    for spec in experiment.models:
        needs = {experiment.dataset(d).ask.build().needs for m, d in asked if m == spec.abbr}
        model = build_model(spec) if needs else None
        if model is None or not hasattr(model, "prepare"):
            continue
        try:
            model.prepare(needs)
        except CompassError as error:
            error.where = error.where or f"model {spec.abbr!r}"
            raise
        finally:
            model.close()


def _do(runner: Any, run: Run, jobs: list[Job], monitor: Monitor, lock: store.Lock) -> Outcome:
    """Let a runner do jobs, if there are any."""
    if not jobs:
        return Outcome()
    per_pair = {(e.model, e.dataset): e.questions / e.samples for e in run.planned.plan.estimates}
    infer = [job for job in jobs if job.kind == "infer"]
    monitor.begin(jobs, {j.id: round(per_pair[j.pair] * (j.stop - j.start)) for j in infer})
    try:
        outcome: Outcome = runner.run(run.folder, jobs, monitor, lock.fileno)
        return outcome
    finally:
        monitor.end()


def _mend(runner: Any, run: Run, done: set[str], monitor: Monitor, lock: store.Lock) -> None:
    """Ask again what scoring found missing in logs that were sealed before this start."""
    jobs = _left(run.folder, run.planned, "all", {}, None)
    failed = {(f.model, f.dataset) for f in run.outcome.failures if f.job.startswith("infer/")}
    reopened = {job.pair for job in jobs if job.kind == "infer" and job.id not in done} - failed
    if not reopened:
        return
    again = [job for job in jobs if job.pair in reopened]
    second = _do(runner, run, again, monitor, lock)
    kept = [f for f in run.outcome.failures if (f.model, f.dataset) not in reopened]
    run.outcome = Outcome(
        failures=[*kept, *second.failures],
        interrupted=second.interrupted,
        ran=run.outcome.ran + second.ran,
    )


def run_folder(parent: Path, name: str, resume: str | None) -> RunFolder:
    """Return the folder of a run.

    Args:
        parent: Folder of all runs.
        name: Name of the configuration.
        resume: None starts a new run, ``latest`` takes the newest of this
            configuration, anything else names a start time.

    Raises:
        ConfigError: There is no such run.
    """
    mine = parent / name
    if resume is None:
        stamp = time.strftime("%Y%m%d_%H%M%S")
        root = mine / stamp
        for number in range(2, 1000):
            try:
                root.mkdir(parents=True)
                break
            except FileExistsError:
                root = mine / f"{stamp}_{number}"
            except OSError as error:
                raise StoreError(
                    f"cannot make a run folder: {error.strerror}",
                    where=str(root),
                    hint="choose another folder with -w",
                ) from error
        return RunFolder(root)
    starts = sorted(p.name for p in mine.glob("*") if (p / "run.json").exists())
    if resume == "latest":
        if not starts:
            raise ConfigError(
                f"there is no run of {name!r} to resume", where=str(mine), hint="run without -r"
            )
        return RunFolder(mine / starts[-1])
    if not re.fullmatch(r"[\w.-]+", resume) or resume not in starts:
        raise ConfigError(
            f"there is no run {resume!r} of {name!r}",
            where=str(mine),
            hint=did_you_mean(resume, starts) if starts else "run without -r",
        )
    return RunFolder(mine / resume)


def _refuse_strangers(experiment: Experiment, folder: RunFolder, force: bool) -> None:
    owner = (store.read_document(folder.run) or {}).get("config")
    if owner is not None and owner != experiment.name and not force:
        raise StoreError(
            f"this run folder belongs to another experiment: {owner!r}, not {experiment.name!r}",
            where=str(folder.root),
            hint="choose another folder with -w, or say --force to go on here",
        )


def _record(folder: RunFolder, planned: Planned, earlier: dict[str, Any]) -> None:
    """Write what the run is made of, before the first question."""
    now = time.strftime("%Y-%m-%dT%H:%M:%S%z")
    plan, experiment = planned.plan, planned.experiment
    models = {
        **earlier.get("models", {}),
        **{
            abbr: {
                "identity": plan.identities[abbr],
                "settled": dict(planned.settled[abbr]),
                "detail": dict(planned.details[abbr]),
            }
            for abbr in plan.identities
        },
    }
    store.write_document(folder.config, experiment.to_dict())
    store.write_document(folder.plan_file, plan.to_dict())
    store.write_document(
        folder.environment,
        {
            **environment(),
            "workers": experiment.runner.build().width(),
            "models": {abbr: dict(settled) for abbr, settled in planned.settled.items()},
            "data": dict(plan.data),
        },
    )
    store.write_document(
        folder.run,
        {
            "config": experiment.name,
            "compass": __version__,
            "started": earlier.get("started", now),
            "resumed": [*earlier.get("resumed", []), now] if earlier else [],
            "models": models,
        },
    )


def _left(
    folder: RunFolder,
    planned: Planned,
    mode: Mode,
    reasons: dict[str, str],
    explain: Callable[[str], None] | None,
) -> list[Job]:
    """Return the jobs that have to run, and note why."""
    kinds = {"all": ("infer", "score"), "infer": ("infer",), "score": ("score",), "summary": ()}
    jobs = []
    asked_again: set[tuple[str, str]] = set()
    for job in planned.plan.jobs:
        if job.kind not in kinds[mode]:
            continue
        reason = folder.reason_to_run(job)
        if reason is None and job.pair in asked_again:
            reason = "its questions are looked at again"
        if explain is not None:
            explain(f"{job.id}: " + (f"runs, because {reason}" if reason else "stands"))
        if reason is not None:
            jobs.append(job)
            reasons[job.id] = reason
            if job.kind == "infer":
                asked_again.add(job.pair)
    return jobs
