"""The ways to ask: generate an answer, rank options, measure the loss of a text."""

from compass.ask.generate import Generate
from compass.ask.loss import Loss
from compass.ask.rank import Rank

__all__ = ["Generate", "Loss", "Rank"]
