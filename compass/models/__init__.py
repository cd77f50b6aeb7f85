"""Back ends: whatever can answer a question."""

from compass.models.instant import Instant
from compass.models.replay import Replay

__all__ = ["Instant", "Replay"]
