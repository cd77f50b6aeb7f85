"""The names of everything a run leaves behind, and whether it still holds.

``docs/files.md`` describes the folder for those who read it with other tools.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from compass import store
from compass.plan import Job, Plan, plan_from_dict


class RunFolder:
    """One run's folder ``outputs/<config name>/<start time>``."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def run(self) -> Path:
        """Config name, identities, settled arguments, versions."""
        return self.root / "run.json"

    @property
    def config(self) -> Path:
        """The resolved configuration."""
        return self.root / "config.json"

    @property
    def environment(self) -> Path:
        """Packages, machine, revision, data digests."""
        return self.root / "env.json"

    @property
    def plan_file(self) -> Path:
        """The plan."""
        return self.root / "plan.json"

    @property
    def lock_file(self) -> Path:
        """The lock; it names its owner."""
        return self.root / "run.lock"

    def plan(self) -> Plan:
        """Return the plan of the run."""
        return plan_from_dict(store.read_document(self.plan_file))

    def rows(self, job: Job, attempt: str = "") -> Path:
        """Return the log an inference job appends to.

        Args:
            job: The job.
            attempt: Names another try at it, where the first may still be writing.
        """
        return self.root / f"{job.id}{attempt and '.' + attempt}.jsonl"

    def all_rows(self, model: str, dataset: str) -> list[Path]:
        """Return the logs of every slice of a model and dataset."""
        return sorted((self.root / "infer" / model / dataset).glob("*.jsonl"))

    def verdicts(self, job: Job) -> Path:
        """Return the verdicts a scoring job writes."""
        return self.root / job.id / "verdicts.jsonl"

    def scores(self, job: Job) -> Path:
        """Return the scores a scoring job writes."""
        return self.root / job.id / "scores.json"

    def log(self, job: Job) -> Path:
        """Return where a job's messages go."""
        return self.root / "logs" / f"{job.id.replace('/', '__')}.log"

    def calls(self, model: str) -> Path:
        """Return the folder in which a served model's calls are logged."""
        return self.root / "calls" / model

    @property
    def cluster(self) -> Path:
        """What was submitted to a cluster."""
        return self.root / "cluster.json"

    @property
    def costs(self) -> Path:
        """What its questions took, for the plans of later runs."""
        return self.root / "costs.json"

    @property
    def workers_log(self) -> Path:
        """What workers say outside of any job."""
        return self.root / "logs" / "workers.log"

    @property
    def leaks(self) -> Path:
        """Lights and findings of the contamination checks."""
        return self.root / "contamination.json"

    @property
    def splits(self) -> Path:
        """Scores on clean and on contaminated questions."""
        return self.root / "clean.json"

    def seal(self, job: Job, asked: int = 0, seconds: float = 0.0) -> None:
        """Record that ``job`` ended well, and on which inputs.

        Args:
            job: The job.
            asked: Questions it asked; 0 leaves what an earlier seal of these questions says.
            seconds: How long that took.
        """
        if not asked and job.kind == "infer":
            asked, seconds = self.taken(job)
        seal = {
            "fingerprint": job.fingerprint, "inputs": self._inputs(job), "bytes": self._size(job)
        }  # fmt: skip
        if asked:
            seal |= {"asked": asked, "seconds": round(seconds, 4)}
        store.write_document(self._seal_file(job), seal)

    def taken(self, job: Job) -> tuple[int, float]:
        """Return how many questions ``job`` asked when it ended, and how long that took."""
        seal: dict[str, Any] = store.read_document(self._seal_file(job)) or {}
        return seal.get("asked", 0), seal.get("seconds", 0.0)

    def unseal(self, job: Job) -> None:
        """Forget that ``job`` ended."""
        self._seal_file(job).unlink(missing_ok=True)

    def reason_to_run(self, job: Job) -> str | None:
        """Return why ``job`` has to run, None if its result stands."""
        seal: dict[str, Any] | None = store.read_document(self._seal_file(job))
        if seal is None:
            return "it has not ended yet"
        if seal.get("fingerprint") != job.fingerprint:
            return "what was asked for has changed"
        if job.kind == "infer":
            if self._size(job) < int(seal.get("bytes", 0)):
                return "its rows are shorter than when it ended"
        else:
            if not (self.scores(job).exists() and self.verdicts(job).exists()):
                return "its scores are gone"
            if seal.get("inputs") != self._inputs(job):
                return "the answers it read have changed"
        return None

    def _seal_file(self, job: Job) -> Path:
        return self.root / f"{job.id}.done.json"

    def _inputs(self, job: Job) -> str:
        return "" if job.kind == "infer" else store.digest(self.all_rows(*job.pair))

    def _size(self, job: Job) -> int:
        rows = self.rows(job)
        return rows.stat().st_size if job.kind == "infer" and rows.exists() else 0
