"""Prompts: what is said to a model about a sample, and the shots shown before it.

`Text` and `Chat` turn a sample into a dialogue; `Fixed`, `Random`, `BM25` and
`Nearest` choose the worked samples (shots) that come first.
"""

from compass.prompts.chat import Chat
from compass.prompts.retrieval import BM25, Nearest
from compass.prompts.shots import Fixed, Random
from compass.prompts.text import Text

__all__ = ["BM25", "Chat", "Fixed", "Nearest", "Random", "Text"]
