"""Means, differences, ranks and plans with honest intervals.

A number never travels without its uncertainty.  Each module has one subject:

intervals   an estimate with bounds, Wilson's interval, quantiles
means       means of independent or clustered values
groups      weighted sums of estimates
draws       pass@k and its kin
repeats     variance between and within questions
resampling  the seeded bootstrap, and a test by flipping signs
paired      two models on the same questions
betting     bounded means, looked at as often as one likes
unpaired    one model on two sets of questions
multiple    many p-values at once
ranks       many models on the same questions: ranges of ranks, tied groups
power       how many questions show a difference

docs/statistics.md has every formula in one place, and how often the intervals hold the truth.
"""

from compass.stats.groups import combine
from compass.stats.intervals import LEVEL, Interval, t_quantile, wilson
from compass.stats.means import Mean, mean_interval
from compass.stats.resampling import bootstrap

__all__ = [
    "LEVEL",
    "Interval",
    "Mean",
    "bootstrap",
    "combine",
    "mean_interval",
    "t_quantile",
    "wilson",
]
