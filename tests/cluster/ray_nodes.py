"""A real Ray on this machine: a head without processors, and nodes with two each.

As a program (``python tests/cluster/ray_nodes.py NODES``) it is that cluster: it prints the
address, kills a node for each line that it reads, and ends when there are no more.  It is a
process of its own, because Ray leaves threads and warnings in the one that starts it.  Nothing
outlives `Cluster`.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

MEMORY = 80_000_000
"""Bytes of each node's object store: about the least that Ray takes; Compass puts nothing there."""


class Cluster:
    """The cluster, as tests see it: node 1 has one GPU, or says so."""

    def __init__(self, nodes: int = 2) -> None:
        self.nodes = nodes
        self.address = ""
        # Whoever reaches its ports could run what he likes.
        self.environment = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}

    def __enter__(self):
        self.home = Path(tempfile.mkdtemp(prefix="ray-"))  # short: sockets lie in there
        settings = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_TMPDIR": str(self.home)}
        with (self.home / "log").open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-W", "ignore", __file__, str(self.nodes)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
                env={**os.environ, **self.environment, **settings}, start_new_session=True,
            )  # fmt: skip
        self.address = self._process.stdout.readline().strip()
        if not self.address:
            said = (self.home / "log").read_text()
            self.__exit__()
            raise RuntimeError(said)
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(60)
        until = time.monotonic() + 10
        while (left := self.processes()) and time.monotonic() < until:
            time.sleep(0.2)
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait(10)
        self._process.stdout.close()
        shutil.rmtree(self.home, ignore_errors=True)
        assert not left, f"{len(left)} processes had to be killed"

    def kill_node(self) -> None:
        """End the last node as a power cut does."""
        self._process.stdin.write("kill\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "gone\n"

    def processes(self) -> list[int]:
        """Return the processes of this cluster that live: its log files are theirs."""
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # of one that has ended
                files = [os.readlink(file) for file in (path / "fd").iterdir()]
                if any(file.startswith(f"{self.home}/") for file in files):
                    found.append(int(path.name))
        return found


def main() -> None:
    from ray.cluster_utils import Cluster as Nodes

    common = {"object_store_memory": MEMORY, "include_log_monitor": False}
    head = {**common, "num_cpus": 0, "include_dashboard": False, "no_monitor": True}
    made = Nodes(initialize_head=True, head_node_args=head)
    count = int(sys.argv[1])
    nodes = [
        made.add_node(wait=False, num_cpus=2, num_gpus=1 if number == 0 else 0, **common)
        for number in range(count)
    ]
    made.wait_for_nodes()
    print(made.address, flush=True)
    for _ in sys.stdin:
        made.remove_node(nodes.pop(), allow_graceful=False)
        print("gone", flush=True)
    made.shutdown()


if __name__ == "__main__":
    main()
