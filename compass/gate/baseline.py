"""What a model was worth on every dataset of a run, as one small JSON file.

It holds what pairs and nothing that was asked or said: scores, a value for each question,
fingerprints.  The digest in the file is of all the rest, so that an edited or cut file is
refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compass import store
from compass.board import Recorded
from compass.errors import ConfigError, StoreError, did_you_mean
from compass.records import Score, record_from_dict, record_to_dict
from compass.runfolder import RunFolder
from compass.specs import fingerprint
from compass.verdicts import Judged, Place, judged

FORMAT = 1
_BITS = {"0": 0.0, "1": 1.0, "-": None}
_SIGNS = {value: sign for sign, value in _BITS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The verdicts on one model, in a form that can be kept beside the code."""

    model: str
    identity: str
    """Fingerprint of all that can change the model's answers."""

    run: str
    """Where it is from: configuration and start time."""

    datasets: Mapping[str, Judged]

    root: Path | None = None
    """The run folder; None: it was read from a file."""


def baseline_of(
    run: Recorded, model: str, metrics: Mapping[str, str | None], *, failures: bool = False
) -> Baseline:
    """Return what a model was worth in a run.

    Args:
        run: The run.
        model: Abbr of the model.
        metrics: Metric by dataset, where it is not the headline.
        failures: True: questions without an answer are let through, to be counted later.

    Raises:
        ConfigError: The run has no such model.
        StoreError: The run is incomplete, or questions failed.
        DataError: A metric is no value of single questions.
    """
    if model not in run.models:
        raise ConfigError(
            f"there is no model {model!r} in this run",
            where=str(run.root),
            hint=did_you_mean(model, run.models),
        )
    plan = store.read_document(RunFolder(run.root).plan_file) or {}
    _check_finished(run, model)
    datasets = {}
    for dataset in run.datasets:
        if (model, dataset) in run.pairs:
            one = judged(run.root, model, dataset, metrics.get(dataset), said=True)
            _check_whole(one, plan.get("sizes", {}).get(dataset), run, failures)
            datasets[dataset] = one
    return Baseline(
        model=model,
        identity=str(plan.get("identities", {}).get(model, "")),
        run=f"{run.config}/{run.root.resolve().name}",
        datasets=datasets,
        root=run.root,
    )


def _check_finished(run: Recorded, model: str) -> None:
    """Refuse a run in which anything that was asked for is not scored, or scored no longer."""
    scored = {cell.dataset for cell in run.cells if cell.model == model}
    missing = [d for m, d in run.pairs if m == model and d not in scored]
    reason = f"{sorted(missing)[0]} is not scored" if missing else ""
    folder = RunFolder(run.root)
    if not reason and folder.plan_file.exists():
        for job in folder.plan().jobs:
            if job.kind == "score" and job.model == model and (why := folder.reason_to_run(job)):
                reason = f"{job.dataset}: {why}"
                break
    if reason or not scored:
        raise StoreError(
            f"the run is incomplete for {model}: {reason or 'nothing is scored'}",
            where=str(run.root),
            hint="run again with -r to finish it",
        )


def _check_whole(one: Judged, size: int | None, run: Recorded, failures: bool) -> None:
    samples = len({place.sample for place in one.values})
    what = ""
    if size is not None and samples < size:
        what = f"{samples} of {size} samples of {one.dataset} have a verdict"
    elif not one.values or all(value is None for value in one.values.values()):
        what = f"no question of {one.dataset} could be judged"
    elif not failures and failed(one):
        what = f"{failed(one)} questions of {one.dataset} have no answer"
    if what:
        raise StoreError(
            f"the run is incomplete for {one.model}: {what}",
            where=str(run.root),
            hint="run again with -r: only what is missing is asked",
        )


def failed(one: Judged) -> int:
    """Return how many questions have no answer, or could not be judged."""
    try:
        return one.score.failed
    except KeyError:
        return one.failed


def save(baseline: Baseline, path: Path) -> None:
    """Write a baseline, all or nothing."""
    document = {
        "compass_baseline": FORMAT,
        "model": baseline.model,
        "identity": baseline.identity,
        "run": baseline.run,
        "datasets": {name: _to_dict(one) for name, one in baseline.datasets.items()},
    }
    store.write_document(path, {**document, "digest": fingerprint(document)})


def load(path: Path) -> Baseline:
    """Return the baseline that a file holds.

    Raises:
        StoreError: There is no such file, or it is not as it was written.
    """
    again = "make it again: compass baseline save RUN -o FILE"
    try:
        document = store.read_document(path)
    except StoreError as error:
        raise StoreError(f"no baseline: {error.what}", where=str(path), hint=again) from error
    if document is None:
        raise StoreError("there is no such baseline", where=str(path), hint=again)
    if not isinstance(document, dict) or "compass_baseline" not in document:
        raise StoreError("this is no baseline", where=str(path), hint=again)
    if document["compass_baseline"] != FORMAT:
        raise StoreError(
            f"the baseline has form {document['compass_baseline']!r}, this version reads {FORMAT}",
            where=str(path),
            hint=again,
        )
    told = document.pop("digest", None)
    if told != fingerprint(document):
        raise StoreError(
            "the baseline is not as it was written: its digest does not fit",
            where=str(path),
            hint=f"restore the file, or {again}",
        )
    try:
        model = str(document["model"])
        return Baseline(
            model=model,
            identity=str(document["identity"]),
            run=str(document["run"]),
            datasets={n: _from_dict(model, n, one) for n, one in document["datasets"].items()},
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"this is no baseline: {type(error).__name__}: {error}", where=str(path), hint=again
        ) from error


def _to_dict(one: Judged) -> dict[str, Any]:
    places = list(one.values)
    values: Any = list(one.values.values())
    if all(value in _SIGNS for value in values):
        values = "".join(_SIGNS[value] for value in values)
    again = [[place.variant, place.repeat] for place in places]
    return {
        "version": one.version,
        "metric": one.metric,
        "scores": [record_to_dict(score) for score in one.scores],
        "samples": [place.sample for place in places],
        **({"variants_and_repeats": again} if any(map(any, again)) else {}),
        "values": values,
        **({"groups": dict(one.groups)} if one.groups else {}),
    }


def _from_dict(model: str, dataset: str, row: Mapping[str, Any]) -> Judged:
    samples = row["samples"]
    again = row.get("variants_and_repeats") or [(0, 0)] * len(samples)
    values = row["values"]
    if isinstance(values, str):
        values = [_BITS[sign] for sign in values]
    places = [Place(sample, *which) for sample, which in zip(samples, again, strict=True)]
    return Judged(
        model=model,
        dataset=dataset,
        version=row["version"],
        metric=row["metric"],
        scores=tuple(record_from_dict(Score, score) for score in row["scores"]),
        values=dict(zip(places, values, strict=True)),
        groups=row.get("groups", {}),
    )
