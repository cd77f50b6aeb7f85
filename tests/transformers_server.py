"""The server of transformers, on a folder: ``python -m tests.transformers_server FOLDER PORT``.

It answers chats and completions, one at a time, and gives no log-probabilities.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path


def main() -> None:
    folder, port = sys.argv[1:]
    # It lists the models of this folder, and answers nothing where there is none.
    home = Path(tempfile.gettempdir()) / "compass-empty-hub"
    (home / "hub").mkdir(parents=True, exist_ok=True)
    os.environ |= {"HF_HOME": str(home), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}

    from transformers.cli.transformers import main as transformers

    sys.argv = ["transformers", "serve", folder, "--device", "cpu", "--dtype", "float32"]
    sys.argv += ["--host", "127.0.0.1", "--port", port]
    transformers()


if __name__ == "__main__":
    main()
