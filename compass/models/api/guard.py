"""Runs a server that never outlives who wanted it: ``python guard.py COMMAND``.

Standard input is the leash: when it ends, because its owner closed it or was killed, the server
and all its children are asked to end, and then made to.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

PATIENCE = 20.0
"""Seconds a server may take to end."""


def main() -> None:
    """Run the command until it ends or the leash is let go."""
    leash = os.dup(0)
    with open(os.devnull, "rb") as nothing:
        server = subprocess.Popen(sys.argv[1:], stdin=nothing, start_new_session=True)

    def watch() -> None:
        while os.read(leash, 4096):
            continue
        _end(server)

    signal.signal(signal.SIGTERM, lambda *_: _signalled(server, signal.SIGTERM))
    threading.Thread(target=watch, daemon=True).start()
    code = server.wait()
    _signalled(server, signal.SIGKILL)  # children that it left behind
    sys.exit(code if code >= 0 else 128 - code)


def _end(server: subprocess.Popen[bytes]) -> None:
    _signalled(server, signal.SIGTERM)
    until = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    _signalled(server, signal.SIGKILL)


def _signalled(server: subprocess.Popen[bytes], number: int) -> None:
    try:
        os.killpg(server.pid, number)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    main()
