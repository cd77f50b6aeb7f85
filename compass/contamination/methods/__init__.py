"""Ways to look for a benchmark in a model, a file each.

A method names the datasets it reads, which are asked and scored as any other; it says what it
needs, what would have to be true if nothing leaked, and where it fails.
"""

from compass.contamination.methods.canary import Canary
from compass.contamination.methods.choice_completion import ChoiceCompletion
from compass.contamination.methods.exchangeability import Exchangeability
from compass.contamination.methods.guided_prompt import GuidedPrompt
from compass.contamination.methods.loss_gap import LossGap
from compass.contamination.methods.min_k import MinK
from compass.contamination.methods.min_k_plus import MinKPlus
from compass.contamination.methods.option_order import OptionOrder
from compass.contamination.methods.peakedness import Peakedness
from compass.contamination.methods.rewritten import Rewritten
from compass.contamination.methods.zlib_ratio import ZlibRatio

__all__ = [
    "Canary",
    "ChoiceCompletion",
    "Exchangeability",
    "GuidedPrompt",
    "LossGap",
    "MinK",
    "MinKPlus",
    "OptionOrder",
    "Peakedness",
    "Rewritten",
    "ZlibRatio",
]
