"""Where samples come from: any file of rows, the hub, rows written in the config, benchmarks.

A reader yields the samples of its split (``samples``), the pool few-shot examples are picked
from (``shots``), a hash of its data (``digest``), and says what it reads (``describe``).
"""

from compass.data.hub import Hub
from compass.data.inline import Inline
from compass.data.rows import Rows

__all__ = ["Hub", "Inline", "Rows"]
