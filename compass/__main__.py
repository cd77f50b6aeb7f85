"""``python -m compass`` is ``compass``."""

import sys

from compass.cli import main

if __name__ == "__main__":
    sys.exit(main())
