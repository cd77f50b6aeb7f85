"""Where samples come from: any file of rows, the hub, rows written in the config, benchmarks.

A reader yields the samples of its split (``samples``), the pool few-shot examples are picked
from (``shots``), a hash of its data (``digest``), and says what it reads (``describe``).
Readers around another reader show its samples as whole texts, in other orders, cut or masked.
"""

from compass.data.canaries import Canaries
from compass.data.halves import Halves
from compass.data.hub import Hub
from compass.data.inline import Inline
from compass.data.masked import Masked
from compass.data.orders import Orders
from compass.data.rows import Rows
from compass.data.shards import Shards
from compass.data.texts import Texts

__all__ = ["Canaries", "Halves", "Hub", "Inline", "Masked", "Orders", "Rows", "Shards", "Texts"]
