"""From an answer to a verdict, and from verdicts to scores.

An evaluator has an integer ``version`` that goes up when its meaning changes,
``verdict(sample, predictions)`` and ``summarise(verdicts)``.
"""

from __future__ import annotations

from compass.evaluators.bbh import BBH
from compass.evaluators.bleu import Bleu
from compass.evaluators.choice import Choice
from compass.evaluators.cloze import Cloze
from compass.evaluators.code import Code
from compass.evaluators.contrast import Contrast
from compass.evaluators.edit import EditSimilarity
from compass.evaluators.exact import Exact
from compass.evaluators.expected import Expected
from compass.evaluators.f1 import F1
from compass.evaluators.instructions import InstructionFollowing
from compass.evaluators.longbench import LongBench
from compass.evaluators.marks import Marks
from compass.evaluators.math import Math
from compass.evaluators.membership import Membership
from compass.evaluators.mentions import Classes, Numbers
from compass.evaluators.needle import Needle
from compass.evaluators.numeric import Numeric
from compass.evaluators.perplexity import Perplexity
from compass.evaluators.repeats import Repeats
from compass.evaluators.rouge import Rouge
from compass.evaluators.theoremqa import TheoremQA
from compass.evaluators.truthful import TruthfulChoice

__all__ = [
    "BBH",
    "F1",
    "Bleu",
    "Choice",
    "Classes",
    "Cloze",
    "Code",
    "Contrast",
    "EditSimilarity",
    "Exact",
    "Expected",
    "InstructionFollowing",
    "LongBench",
    "Marks",
    "Math",
    "Membership",
    "Needle",
    "Numbers",
    "Numeric",
    "Perplexity",
    "Repeats",
    "Rouge",
    "TheoremQA",
    "TruthfulChoice",
]
