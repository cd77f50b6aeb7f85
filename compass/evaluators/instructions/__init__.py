"""Instructions that a program can check: the 25 of IFEval, strictly and leniently."""

from __future__ import annotations

from compass.evaluators.instructions.evaluator import InstructionFollowing

__all__ = ["InstructionFollowing"]
