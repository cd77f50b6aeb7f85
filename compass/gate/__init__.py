"""The regression gate: is a new model worse than the one it is to replace?

baseline   what a model was worth, as one small file
rules      what is asked of the candidate, from ``gate.toml``
margin     a drop against a tolerance: bounds, p-values, how many more questions would tell
pairs      a dataset on which both stand beside each other
ruling     one rule and its answer
order      in which order the questions of a baseline are asked, round by round
sequential drops that may be looked at after every round
budgets    rules that are counted, not tested
decision   every rule answered, and the gate's own answer
opening    which model of which run stands on either side
words      what people are told of it, in whatever form
markdown   the summary for a pull request
junit      the same for a CI server

A gate answers pass, fail or *cannot tell*, and never guesses: what is not known beyond
chance is neither.
"""

from compass.gate.baseline import Baseline, baseline_of, load, save
from compass.gate.decision import Decision, decide
from compass.gate.rules import Rules, rules_from
from compass.gate.ruling import Answer

__all__ = [
    "Answer",
    "Baseline",
    "Decision",
    "Rules",
    "baseline_of",
    "decide",
    "load",
    "rules_from",
    "save",
]
