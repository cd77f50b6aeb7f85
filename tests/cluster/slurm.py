"""A real Slurm on this machine: a controller and some nodes, from the system's packages.

It needs root, slurmctld, slurmd and munge.  Nothing outlives `Cluster`.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

NEEDED = ("slurmctld", "slurmd", "munged", "munge", "sbatch", "squeue", "scancel")

CONF = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=cred_expire=5
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
        self._munged = False

    def __enter__(self):
        self._start_munge()
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
        self.conf = self.home / "slurm.conf"
        self.conf.write_text("\n".join(lines))
        self.environment = {"SLURM_CONF": str(self.conf)}
        self._run("slurmctld", "-c", "-f", str(self.conf))
        for name in self.nodes:
            self.start_node(name)
        self.wait_for(lambda: self.states().count("idle") == len(self.nodes), 30)
        return self

    def __exit__(self, *_):
        self._run("scancel", "--state=RUNNING", "--user=root", check=False)
        for path in self.home.glob("*.pid"):
            self._end(path, signal.SIGKILL)
        for process in self.steps(""):
            os.kill(process, signal.SIGKILL)
        if self._munged:
            self._end(Path("/run/munge/munged.pid"), signal.SIGTERM)

    def start_node(self, name: str) -> None:
        self._run("slurmd", "-N", name, "-f", str(self.conf))

    def kill_node(self, name: str) -> None:
        """End a node as a power cut does: nobody is left to tell of it."""
        self._end(self.home / f"slurmd.{name}.pid", signal.SIGKILL)
        own = self.steps(name)
        parents = {parent_of(pid) for pid in own}
        for process in [*filter(self.is_stepd, parents), *own]:
            os.kill(process, signal.SIGKILL)

    @staticmethod
    def is_stepd(pid: int) -> bool:
        try:
            return b"slurmstepd" in Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False

    def steps(self, name: str) -> list[int]:
        """Return the processes of job steps of a node, and what they run."""
        spool = str(self.home / f"spool.{name}")
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            try:
                environment = (path / "environ").read_bytes()
                command = (path / "cmdline").read_bytes()
            except OSError:
                continue
            mine = f"SLURM_CONF={self.conf}".encode() in environment
            of_node = not name or f"SLURMD_NODENAME={name}".encode() in environment
            if (mine and of_node and b"SLURM_JOB_ID=" in environment) or (
                b"slurmstepd" in command and spool.encode() in environment
            ):
                found.append(int(path.name))
        return found

    def states(self) -> list[str]:
        done = self._run("sinfo", "-h", "-N", "-o", "%T", check=False)
        return done.stdout.split()

    @staticmethod
    def wait_for(fact, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not fact():
            assert time.monotonic() < until, "the cluster does not get there"
            time.sleep(0.2)

    def _start_munge(self) -> None:
        words = ["sh", "-c", "munge -n | unmunge"]
        if subprocess.run(words, capture_output=True, check=False).returncode == 0:
            return
        own = ["install", "-d", "-o", "munge", "-g", "munge"]
        subprocess.run([*own, "-m", "0755", "/run/munge"], check=True)
        subprocess.run([*own, "-m", "0700", "/var/log/munge", "/var/lib/munge"], check=True)
        key = Path("/etc/munge/munge.key")
        if not key.exists():
            key.write_bytes(os.urandom(1024))
            shutil.chown(key, "munge", "munge")
            key.chmod(0o400)
        user = ["setpriv", "--reuid=munge", "--regid=munge", "--clear-groups"]
        subprocess.run([*user, "/usr/sbin/munged"], check=True)
        self._munged = True

    def _run(self, *words: str, check: bool = True) -> subprocess.CompletedProcess:
        settings = {**os.environ, "SLURM_CONF": str(self.conf)}
        return subprocess.run(words, env=settings, capture_output=True, text=True, check=check)

    @staticmethod
    def _end(pid_file: Path, number: int) -> None:
        try:
            os.kill(int(pid_file.read_text()), number)
        except (OSError, ValueError):
            return


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
