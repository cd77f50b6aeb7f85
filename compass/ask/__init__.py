"""The ways to ask: generate an answer, rank options, score the right answer or a text."""

from compass.ask.generate import Generate
from compass.ask.loss import Loss
from compass.ask.rank import Rank
from compass.ask.target import Target

__all__ = ["Generate", "Loss", "Rank", "Target"]
