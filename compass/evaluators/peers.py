"""How other harnesses judge a short answer, where it is not as the authors of a set do.

OpenCompass (0.5): ``opencompass/datasets/triviaqa.py``, ``natural_question.py``,
``squad20.py``, ``cmrc.py``, ``lambada.py``, ``openicl/icl_evaluator/icl_em_evaluator.py``
and ``utils/text_postprocessors.py``.  lm-evaluation-harness (0.4):
``lm_eval/tasks/triviaqa``, ``nq_open`` and ``api/metrics.py``.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

Judge = Callable[[str, Sequence[str]], tuple[str, bool]]
"""From an output and the targets to the answer that is read and whether it is right."""

_PUNCTUATION = str.maketrans("", "", string.punctuation)


def general(text: str) -> str:
    """Return what OpenCompass' ``general_postprocess`` leaves of a text.

    Examples:
        >>> general("The U.S. army")
        'U'
    """
    first = re.split(r"[\n.,]", text, maxsplit=1)[0]
    bare = re.sub(r"[^\w\s]", "", first)
    return " ".join(re.sub(r"\b(a|an|the)\b", "", bare, flags=re.IGNORECASE).split())


def _after(text: str, *cues: str) -> str:
    for cue in cues:
        text = text.rsplit(cue, 1)[-1]
    return text


def _opencompass_triviaqa(output: str, targets: Sequence[str]) -> tuple[str, bool]:
    line = output.strip().split("\n")[0].lower()
    answer = general(_after(line, "answer is", "a:", "answer:").strip())
    return answer, any(general(one).lower() in answer for one in targets)


def _opencompass_nq(output: str, targets: Sequence[str]) -> tuple[str, bool]:
    answer = general(_after(output.strip().split("\n")[0].lower(), "answer is"))
    return answer, any(general(one).lower() in answer for one in targets)


def _opencompass_squad(output: str, targets: Sequence[str]) -> tuple[str, bool]:
    answer = general(_after(output.split("\n", maxsplit=1)[0].lower(), "answer is"))
    return answer, any(general(one).lower() == answer for one in targets)


def _opencompass_cmrc(output: str, targets: Sequence[str]) -> tuple[str, bool]:
    parts = output.split("答案是")
    return _opencompass_exact(parts[1] if len(parts) > 1 else output, targets)


def _opencompass_exact(output: str, targets: Sequence[str]) -> tuple[str, bool]:
    answer = general(output)
    return answer, any(answer in (general(one), one) for one in targets)


def _opencompass_lambada(output: str, targets: Sequence[str]) -> tuple[str, bool]:
    # A class of the punctuation as it stands: "]" within it is escaped by "\" before.
    word = re.split(f"[{string.punctuation}]", output.strip().split(" ")[0])[0]
    answer = general(word)
    return answer, any(answer == general(one) for one in targets)


def _lm_eval_triviaqa(output: str, targets: Sequence[str]) -> tuple[str, bool]:
    return _lm_eval(output, targets, "")


def _lm_eval_nq(output: str, targets: Sequence[str]) -> tuple[str, bool]:
    return _lm_eval(output, targets, r"\b(?:The |the |An |A |The |a |an )")


def _lm_eval(output: str, targets: Sequence[str], ignored: str) -> tuple[str, bool]:
    def form(text: str) -> str:
        return re.sub(ignored, "", text).lower().translate(_PUNCTUATION)

    answer = output.strip()
    return answer, any(form(answer) == form(one) for one in targets)


PEERS: Mapping[tuple[str, str], Judge] = MappingProxyType(
    {
        ("opencompass", "triviaqa"): _opencompass_triviaqa,
        ("opencompass", "nq"): _opencompass_nq,
        ("opencompass", "squad"): _opencompass_squad,
        ("opencompass", "zh"): _opencompass_cmrc,
        ("opencompass", "loose"): _opencompass_exact,
        ("opencompass", "strip"): _opencompass_lambada,
        ("lm-eval", "triviaqa"): _lm_eval_triviaqa,
        ("lm-eval", "nq"): _lm_eval_nq,
    }
)
"""By program and by the normalisation that stands for the set."""
