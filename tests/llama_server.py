"""llama.cpp's server on a GGUF file: ``python -m tests.llama_server FILE PORT``."""

from __future__ import annotations

import signal
import sys


def main() -> None:
    import xllamacpp

    settings = xllamacpp.CommonParams()
    settings.model.path = sys.argv[1]
    settings.n_ctx = 8192
    settings.n_parallel = 4
    settings.hostnames = ["127.0.0.1"]
    settings.port = int(sys.argv[2])
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 1
    settings.model_alias = {"smol"}
    settings.warmup = settings.ui = False
    server = xllamacpp.Server(settings)
    print(f"listening on {server.listening_address}", flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    main()
