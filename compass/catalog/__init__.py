"""Models that need no description of one's own; ``configs/models`` offers them by name."""
