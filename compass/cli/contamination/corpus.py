"""``compass contamination corpus``."""

from __future__ import annotations

import argparse


def command(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    raise NotImplementedError(arguments)
