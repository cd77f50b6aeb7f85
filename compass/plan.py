"""What is to be done, as data: jobs, batches and the plan that drives every runner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["infer", "score"]

Basis = Literal["pair", "dataset", "model", "tokens"]
"""What an estimate of seconds is known from: earlier runs of the same model and dataset, of the
dataset with other models, of the model on other datasets; or from nothing but lengths."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """One resumable unit of work on one model and one dataset."""

    kind: Kind
    model: str
    dataset: str
    start: int = 0
    """First sample of an inference job's slice."""

    stop: int = 0
    """Sample after the last."""

    fingerprint: str
    """Hash of everything that was asked for; it decides whether to look at all."""

    seconds: float = 0.0
    """Estimated, of an inference job; it decides when the job is done, and nothing else."""

    @property
    def id(self) -> str:
        """Name, and place in the run folder."""
        if self.kind == "score":
            return f"score/{self.model}/{self.dataset}"
        return f"infer/{self.model}/{self.dataset}/{self.start:08d}"

    @property
    def pair(self) -> tuple[str, str]:
        """Model and dataset."""
        return self.model, self.dataset


def longest_first(jobs: Iterable[Job]) -> list[Job]:
    """Return jobs in order of their estimated seconds; nearly equal ones keep their order."""
    return sorted(jobs, key=lambda job: -float(f"{job.seconds:.2g}"))


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Jobs for one worker, in order; jobs of one model sit together, so it loads once."""

    jobs: tuple[Job, ...]
    gpus: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What one model and one dataset will cost.  It decides sizes and order of jobs only."""

    model: str
    dataset: str
    mode: str
    samples: int
    questions: int
    tokens: int
    """Estimated from the length of the first prompts; answers at their longest."""

    work: float
    """In prompt tokens' worth, see `compass.costs`."""

    seconds: float
    """Of one worker, loading left out."""

    basis: Basis
    """What the seconds are known from."""

    @property
    def measured(self) -> bool:
        """True if earlier runs say it; otherwise the seconds are good for comparing only."""
        return self.basis != "tokens"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything a worker needs to know besides the configuration."""

    identities: Mapping[str, str]
    """Model abbr to the hash of all that can change its answers."""

    versions: Mapping[str, str]
    """Dataset abbr to its short fingerprint, data and scorer included."""

    sizes: Mapping[str, int]
    """Dataset abbr to the number of samples asked."""

    data: Mapping[str, str]
    """Dataset abbr to the digest of its data."""

    stages: tuple[tuple[Batch, ...], ...]
    """Inference, then scoring.  Batches of a stage are independent."""

    estimates: tuple[Estimate, ...] = ()
    """What each model and dataset will cost."""

    @property
    def jobs(self) -> list[Job]:
        """Every job, in order."""
        return [job for stage in self.stages for batch in stage for job in batch.jobs]

    def to_dict(self) -> dict[str, Any]:
        """Return the form that ``plan.json`` holds."""
        return asdict(self)


def plan_from_dict(raw: Mapping[str, Any]) -> Plan:
    """Return the plan that ``plan.json`` holds."""
    stages = tuple(
        tuple(
            Batch(jobs=tuple(Job(**job) for job in batch["jobs"]), gpus=batch["gpus"])
            for batch in stage
        )
        for stage in raw["stages"]
    )
    estimates = tuple(Estimate(**one) for one in raw.get("estimates", ()))
    return Plan(**{**raw, "stages": stages, "estimates": estimates})
