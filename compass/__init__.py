"""Compass: evaluate language models, from a config to a leaderboard."""

__version__ = "0.1.0"
