"""Do a batch of jobs on a machine of a cluster: ``python -m compass.runners.batch FOLDER FILE N``.

A batch that was begun elsewhere and broke off is begun again: what is sealed stands, what is
answered is not asked again.  A lost machine may go on writing for a while, so every attempt
writes its answers into files of its own.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any

from compass.errors import EXIT_BUG, CompassError
from compass.runfolder import RunFolder
from compass.runners.events import EventFile
from compass.store import read_document
from compass.worker import Worker, logged

ATTEMPT = "SLURM_RESTART_COUNT"


def run_jobs(folder: RunFolder, ids: list[str], name: str, attempt: str) -> None:
    """Do jobs in order; tell of them in an event file.

    Args:
        folder: The run.
        ids: Its jobs.
        name: Path of the event file without its ending.
        attempt: Empty the first time; later something that no attempt had before.
    """
    emit = EventFile(Path(f"{name}{attempt and '-' + attempt}.jsonl"))
    try:
        worker = Worker(folder, emit, attempt)
    except Exception as error:
        code = error.exit_code if isinstance(error, CompassError) else EXIT_BUG
        for job in ids:
            emit(_ended(job, ok=False, error=str(error), code=code))
        raise
    signal.signal(signal.SIGTERM, lambda *_: worker.stop.set())
    for job in ids:
        if worker.stop.is_set():
            break
        if worker.jobs[job].kind == "infer" and not folder.reason_to_run(worker.jobs[job]):
            emit(_ended(job, ok=True))
            continue
        with logged(folder.log(worker.jobs[job])):
            worker.run_batch([job])
    worker.close()
    emit.close()


def _ended(job: str, **more: Any) -> dict[str, Any]:
    return {"event": "ended", "job": job, **more}


def main() -> None:
    """Do the batch of that number."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    folder, file, number = RunFolder(Path(sys.argv[1])), Path(sys.argv[2]), int(sys.argv[3])
    submitted = read_document(file)
    ids, attempt = submitted["batches"][number], submitted["attempt"]
    restarts = os.environ.get(ATTEMPT, "0")
    attempt += "" if restarts == "0" else f"r{restarts}"
    run_jobs(folder, ids, f"{file.with_suffix('')}-{number}", attempt)


if __name__ == "__main__":
    main()
