"""What is asked of Slurm: which batches wait or run, take new ones, end them.

Not to be answered is no news of the batches.  A controller that is restarted, a network or an
authentication service that fails for a while are waited for, up to a bound.
"""

from __future__ import annotations

import logging
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from compass.errors import ConfigError, ModelError

log = logging.getLogger(__name__)

CALL_SECONDS = 120.0
"""How long one command may take; Slurm's own give up before."""

PAUSE_SECONDS = 2.0
"""Between two attempts at what was not answered."""

SUBMISSIONS = 3
"""How often sbatch is asked at most; a refusal is believed when it comes twice."""

ENDED = ("Invalid job id", "already completing or completed")
"""What Slurm says of jobs that need no ending."""

HELD = "held"
Answer = TypeVar("Answer")


class Queue:
    """Slurm, as one run sees it.

    Args:
        patience: Seconds without an answer that are not an error yet.
    """

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self._silent: float | None = None

    def states(self, jobs: Sequence[str]) -> dict[str, str] | None:
        """Return the batches that wait or run, with their states; None: Slurm does not say now.

        Batches that Slurm holds back have the reason in their state.

        Raises:
            ModelError: Slurm has not answered for too long.
        """
        if not jobs:
            return {}
        form = ["--noheader", "--array", "--format=%i|%T|%r"]
        done = _call(["squeue", *form, f"--jobs={','.join(jobs)}"])
        if done.returncode == 0:
            self._silent = None
            return dict(map(_state, done.stdout.splitlines()))
        if "Invalid job id" not in done.stderr:
            self._not_answered(done)
            return None
        self._silent = None
        found: dict[str, str] = {}
        for job in jobs if len(jobs) > 1 else ():  # one is long gone, and Slurm names none then
            own = self.states([job])
            if own is None:
                return None
            found |= own
        return found

    def wait_for_states(self, jobs: Sequence[str]) -> dict[str, str]:
        """Return the batches that wait or run as soon as Slurm says.

        Raises:
            ModelError: It does not.
        """
        return self._wait(lambda: self.states(jobs))

    def cancelled(self, jobs: Sequence[str]) -> bool:
        """Return whether somebody cancelled batches; Slurm forgets it after some minutes."""
        form = ["--noheader", "--states=CANCELLED", "--format=%i"]
        done = _call(["squeue", *form, f"--jobs={','.join(jobs)}"])
        return done.returncode == 0 and bool(done.stdout.strip())

    def submit(
        self, words: Sequence[str], script: str, name: str, environment: Mapping[str, str]
    ) -> str:
        """Give Slurm a script and return the number of the job.

        Args:
            words: sbatch and its arguments.
            script: What runs.
            name: Of the job.  No other job may have it: by it a job is found of which the
                number was lost on the way.
            environment: Of sbatch.

        Raises:
            ConfigError: Slurm refuses it.
            ModelError: Slurm does not answer.
        """
        command = [*words, f"--job-name={name}"]
        try:
            return self._submitted(command, script, name, environment)
        except BaseException:
            _call(["scancel", f"--name={name}"])  # nobody would know its number
            raise

    def cancel(self, jobs: Sequence[str]) -> bool:
        """Ask batches to end, what they have answered is kept; return whether Slurm heard it."""
        if not jobs:
            return True
        done = _call(["scancel", *jobs])
        return done.returncode == 0 or any(words in done.stderr for words in ENDED)

    def _submitted(
        self, command: Sequence[str], script: str, name: str, environment: Mapping[str, str]
    ) -> str:
        said = ""
        for _ in range(SUBMISSIONS):
            done = _call(command, script, environment)
            if done.returncode == 0:
                return done.stdout.strip().split(";")[0]
            taken = self._wait(lambda: self._number_of(name))
            if taken:
                return taken
            if done.stderr == said:
                break
            said = done.stderr
            time.sleep(PAUSE_SECONDS)
        raise ConfigError(f"sbatch refuses: {said.strip()}", hint=shlex.join(command))

    def _number_of(self, name: str) -> str | None:
        """Return the number of the job of that name, empty if there is none; None: not said."""
        done = _call(["squeue", "--noheader", "--states=all", "--format=%F", f"--name={name}"])
        if done.returncode:
            self._not_answered(done)
            return None
        self._silent = None
        return next(iter(done.stdout.split()), "")

    def _wait(self, ask: Callable[[], Answer | None]) -> Answer:
        while (answer := ask()) is None:
            time.sleep(PAUSE_SECONDS)
        return answer

    def _not_answered(self, done: subprocess.CompletedProcess[str]) -> None:
        now = time.monotonic()
        last = next(iter(reversed(done.stderr.strip().splitlines())), "no answer")
        if self._silent is None:
            self._silent = now
            if self.patience:
                log.warning("Slurm does not answer, waiting for it: %s", last)
        if now - self._silent >= self.patience:
            long = f" for {self.patience:.0f} s" if self.patience else ""
            raise ModelError(
                f"Slurm has not answered{long}: {last}",
                hint="batches that were submitted go on; follow them with -r when Slurm answers",
            )


def is_here() -> bool:
    """Return whether this machine can ask Slurm."""
    return shutil.which("squeue") is not None


def _state(line: str) -> tuple[str, str]:
    name, state, reason = line.split("|", 2)
    return name, f"{HELD} ({reason})" if "held" in reason.lower() else state


def _call(
    command: Sequence[str], script: str | None = None, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command, input=script, capture_output=True, text=True, check=False,
            env=environment, timeout=CALL_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(
            command, 1, "", f"{command[0]} gave no answer in {CALL_SECONDS:.0f} s"
        )
