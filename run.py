"""``python run.py CONFIG …`` is ``compass run CONFIG …``."""

import sys

from compass.cli import run_main

if __name__ == "__main__":
    sys.exit(run_main())
