"""How a benchmark is cut into inference jobs: pure functions of sizes."""

from compass.partitioners.cost import ByCost
from compass.partitioners.size import BySize

__all__ = ["ByCost", "BySize"]
