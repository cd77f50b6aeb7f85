"""A real Slurm on this machine: a controller and some nodes, from the system's packages.

It needs root, slurmctld, slurmd and munge.  Several may be there at a time: each has ports and a
munge of its own.  Nothing outlives `Cluster`.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path

NEEDED = ("setpriv", "slurmctld", "slurmd", "munged", "sbatch", "squeue", "scancel")

CONF = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=cred_expire=5,socket={home}/munge.socket
CryptoType=crypto/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SchedulerType=sched/backfill
SchedulerParameters=sched_min_interval=100000,bf_interval=1,sched_interval=1,batch_sched_delay=0
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmctldPort={port}
SlurmctldPidFile={home}/slurmctld.pid
SlurmdPidFile={home}/slurmd.%n.pid
SlurmdSpoolDir={home}/spool.%n
StateSaveLocation={home}/state
SlurmctldLogFile={home}/slurmctld.log
SlurmdLogFile={home}/slurmd.%n.log
SlurmctldTimeout=30
SlurmdTimeout=6
KillWait=5
MinJobAge=300
ReturnToService=2
JobRequeue=1
SlurmdParameters=config_overrides
PropagateResourceLimits=NONE
"""


def missing() -> str:
    """Return why there can be no cluster here; empty if there can."""
    if os.geteuid():
        return "only root can start a Slurm"
    gone = [name for name in NEEDED if shutil.which(name) is None]
    return f"not installed: {', '.join(gone)}" if gone else ""


class Cluster:
    """A controller and nodes n1, n2 … with two processors each."""

    def __init__(self, home: Path, nodes: int = 2) -> None:
        self.home = home
        self.nodes = [f"n{number}" for number in range(1, nodes + 1)]
        self.conf = home / "slurm.conf"
        self.environment = {"SLURM_CONF": str(self.conf)}
        self._daemons: dict[str, subprocess.Popen] = {}

    def __enter__(self):
        ports = [free_port() for _ in range(len(self.nodes) + 1)]
        host = socket.gethostname().split(".")[0]
        lines = [CONF.format(host=host, port=ports[0], home=self.home)]
        for name, port in zip(self.nodes, ports[1:], strict=True):
            lines.append(
                f"NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=2 "
                "RealMemory=4000 State=UNKNOWN"
            )
            (self.home / f"spool.{name}").mkdir(parents=True)
        (self.home / "state").mkdir()
        lines.append(f"PartitionName=eval Nodes=n[1-{len(self.nodes)}] Default=YES State=UP\n")
        self.conf.write_text("\n".join(lines))
        key = self.home / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        try:
            self.start("munge")
            self.start("controller")
            for name in self.nodes:
                self.start(name)
            self.wait_for(lambda: self.states().count("idle") == len(self.nodes), 60)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._run("scancel", "--user=root")
        for name in reversed(list(self._daemons)):
            self.stop(name)
        for process in self.steps():
            kill(process)

    def start(self, name: str) -> None:
        """Start ``munge``, the ``controller`` or a node."""
        home = self.home
        words = {
            "munge": [
                "munged", "--foreground", "--force", f"--socket={home}/munge.socket",
                f"--key-file={home}/munge.key", f"--pid-file={home}/munge.pid",
                f"--seed-file={home}/munge.seed", f"--log-file={home}/munge.log",
            ],
            "controller": ["slurmctld", "-D", "-f", str(self.conf)],
        }.get(name, ["slurmd", "-D", "-N", name, "-f", str(self.conf)])  # fmt: skip
        words = ["setpriv", "--pdeathsig", "KILL", *words]  # a killed test leaves nothing behind
        with (home / f"{name}.out").open("ab") as out:
            self._daemons[name] = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=home,
                env={**os.environ, **self.environment}, start_new_session=True,
            )  # fmt: skip
        if name == "munge":
            self.wait_for((home / "munge.socket").exists, 30)

    def stop(self, name: str) -> None:
        """End one of them as a power cut does: nobody is left to tell of it."""
        daemon = self._daemons.pop(name)
        daemon.kill()
        daemon.wait()
        for process in self.steps(name):
            kill(process)
        if name == "munge":
            (self.home / "munge.socket").unlink(missing_ok=True)

    @contextmanager
    def without(self, name: str):
        """Let one of them be gone for a while."""
        self.stop(name)
        try:
            yield
        finally:
            self.start(name)

    def release(self) -> None:
        """Let go what was submitted with ``--hold``."""
        for job in set(self.ask("squeue", "-h", "-o", "%F").split()):
            self.ask("scontrol", "release", job)

    def steps(self, node: str = "") -> list[int]:
        """Return the processes of the job steps of a node or of all: Slurm's, and what they run."""
        logs = {f"{self.home}/slurmd.{name}.log" for name in self.nodes if node in ("", name)}
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            try:
                environment = (path / "environ").read_bytes().split(b"\0")
                files = {os.readlink(file) for file in (path / "fd").iterdir()}
            except OSError:
                continue
            mine = f"SLURM_CONF={self.conf}".encode() in environment
            here = not node or f"SLURMD_NODENAME={node}".encode() in environment
            step = any(part.startswith(b"SLURM_JOB_ID=") for part in environment)
            if (mine and here and step) or files & logs:
                found.append(int(path.name))
        return [pid for pid in found if pid not in {d.pid for d in self._daemons.values()}]

    @staticmethod
    def is_stepd(pid: int) -> bool:
        try:
            return b"slurmstepd" in Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False

    def states(self) -> list[str]:
        """Return the states of the nodes."""
        return self.ask("sinfo", "-h", "-N", "-o", "%T").split()

    def ask(self, *words: str) -> str:
        """Return what a command of Slurm says."""
        return self._run(*words).stdout

    @staticmethod
    def wait_for(fact, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not fact():
            assert time.monotonic() < until, "the cluster does not get there"
            time.sleep(0.2)

    def _run(self, *words: str) -> subprocess.CompletedProcess:
        settings = {**os.environ, **self.environment}
        return subprocess.run(words, env=settings, capture_output=True, text=True, check=False)


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
