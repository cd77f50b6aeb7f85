"""Judge the answers to BIG-Bench Hard: letters, yes and no, numbers, brackets, words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from compass.errors import ConfigError, did_you_mean
from compass.evaluators.extract import letters, own_part, visible
from compass.evaluators.numerals import last_statement, target_number
from compass.evaluators.short import first_target
from compass.evaluators.tally import UNPARSED, output_of, summary, verdict
from compass.evaluators.tex import boxes, unwrapped
from compass.records import LETTERS, Prediction, Sample, Score, Verdict

_CUE = re.compile(r"answer(?:\s+is|\s*[:：])[\s:：*_]*", re.IGNORECASE)
_DECORATION = "*_`\"'“”‘’$ \t"
_PAIRS = (("yes", "no"), ("true", "false"), ("valid", "invalid"))
_BRACKETS = re.compile(r"[()\[\]{}<>\s]+")
_NUMBER = re.compile(r"-?\d+")
_CONCLUSION = "So the answer is"

Judge = Callable[[str, str, Sample], tuple[str | None, bool]]


class BBH:
    """Accuracy on a task of BIG-Bench Hard (Suzgun et al. 2022, arXiv:2210.09261).

    Args:
        compat: How an answer is read and compared.

            - None: the last explicit statement ("So the answer is …"), else the first line
              of a short output, the last of a long one; letters as `Choice` reads them;
              brackets without the space between them, words in any case and with or without
              commas, numbers as numbers.
            - ``strict``: what follows the last "So the answer is", else all of it, without
              a last full stop, equal to the target: this gives the figures that the authors
              keep beside their outputs.
            - ``opencompass``: as BBHEvaluator and BBHEvaluator_mcq of OpenCompass.
            - ``lm-eval``: as bbh_cot_fewshot of lm-evaluation-harness.
    """

    version = 1

    def __init__(self, compat: Literal["strict", "opencompass", "lm-eval"] | None = None) -> None:
        modes: dict[str | None, Judge] = {
            None: _compass,
            "strict": _strict,
            "opencompass": _opencompass,
            "lm-eval": _lm_eval,
        }
        if compat not in modes:
            raise ConfigError(
                f"BBH knows no compat {compat!r}",
                hint=did_you_mean(str(compat), [name for name in modes if name]),
            )
        self.compat = compat
        self._judge = modes[compat]

    def verdict(self, sample: Sample, predictions: Sequence[Prediction]) -> Verdict:
        """Judge one prediction.

        Raises:
            DataError: The sample has no target.
        """
        (prediction,) = predictions
        target = first_target(sample)
        if prediction.error is not None:
            return verdict(sample, prediction, {"accuracy": None}, target=target)
        answer, right = self._judge(output_of(prediction, "BBH"), target, sample)
        return verdict(
            sample,
            prediction,
            {"accuracy": float(right)},
            answer=answer,
            target=target,
            reason="" if answer else UNPARSED,
        )

    def summarise(self, verdicts: Iterable[Verdict]) -> list[Score]:
        """Return the accuracy."""
        return summary(verdicts)


def _compass(output: str, target: str, sample: Sample) -> tuple[str | None, bool]:
    if sample.choices:
        places = letters(output, sample.choices, sample.labels)
        named = "".join(f"({LETTERS[place]})" for place in places or ())
        return named or None, places == sample.right and bool(places)
    said = stated(output)
    if said is None:
        return None, False
    pair = next((p for p in _PAIRS if target.casefold() in p), None)
    if pair is not None:
        return _one_of(pair, said, target)
    if _NUMBER.fullmatch(target):
        number, wanted = last_statement(said), target_number(target)
        right = number is not None and wanted is not None and number.agrees(wanted, 1e-9)
        return (number.text if number else None), right
    if _BRACKETS.fullmatch(target):
        run = "".join(_BRACKETS.findall(said)).split()
        return " ".join(run) or None, "".join(run) == "".join(target.split())
    return said, _words(said) == _words(target)


def stated(output: str) -> str | None:
    """Return what an output names as its answer; None if there is nothing.

    Examples:
        >>> stated("It is wet. So the answer is **Yes**.")
        'Yes'
        >>> stated("] ) }")
        '] ) }'
    """
    text = own_part(visible(output)).strip()
    found = boxes(text)
    if found:
        return unwrapped(found[-1]) or None
    cues = list(_CUE.finditer(text))
    for cue in reversed(cues[-20:]):
        rest = text[cue.end() :].split("\n", 1)[0]
        bare = re.split(r"\.\s", rest, maxsplit=1)[0].strip(_DECORATION).removesuffix(".")
        if bare.strip(_DECORATION):
            return bare.strip(_DECORATION)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return None
    return lines[-1].removesuffix(".").strip(_DECORATION) or None


def _one_of(pair: tuple[str, str], said: str, target: str) -> tuple[str | None, bool]:
    """Judge an answer that is one of two words; both of them are none."""
    words = {word for word in re.findall(r"[a-z]+", said.casefold()) if word in pair}
    first = re.match(r"[^a-z]*([a-z]+)", said.casefold())
    if first and first[1] in pair:
        words = {first[1]}
    if len(words) != 1:
        return None, False
    (word,) = words
    return word, word == target.casefold()


def _words(text: str) -> list[str]:
    return re.sub(r"[,;\[\]\"'`]+(?=\s|$)|(?<!\S)[\[\"'`]+", " ", text.casefold()).split()


def _strict(output: str, target: str, _: Sample) -> tuple[str | None, bool]:
    answer = output.rpartition(_CONCLUSION)[2].strip()
    if _CONCLUSION in output:
        answer = answer.removesuffix(".")
    return answer, answer == target


def _lm_eval(output: str, target: str, _: Sample) -> tuple[str | None, bool]:
    found = re.findall(r"(?<=the answer is )(.*)(?=.)", output)
    answer = found[0].strip() if found else None
    return answer, answer == target


def _opencompass(output: str, target: str, sample: Sample) -> tuple[str | None, bool]:
    if sample.metadata.get("by_letter"):
        answer = _opencompass_letter(output)
        return answer, answer == _opencompass_letter(target)
    answer = _opencompass_free(output)
    return answer, answer.casefold() == _opencompass_free(target).casefold()


def _opencompass_letter(text: str) -> str:
    parts = text.split("answer is ")
    said = parts[1].strip() if len(parts) > 1 else text
    found = re.search(r"\(([A-Z])\)*", said) or re.search(r"([A-Z])", said)
    return found[1] if found else said


def _opencompass_free(text: str) -> str:
    parts = re.split(r"answer is\s*:?\s*", text, flags=re.IGNORECASE)
    said = (parts[-1].strip() if len(parts) > 1 else text).split("\n")[0].strip()
    if said.endswith("."):
        said = said[:-1].strip()
    bold = re.search(r"\*\*(.*?)\*\*", said)
    said = bold[1].strip() if bold else said
    for pair in (r"^(yes|no)\b", r"^(true|false)\b"):
        found = re.match(pair, said, flags=re.IGNORECASE)
        if found:
            return found[1].capitalize()
    if not re.search(r"\d\s*,\s*\d", said):
        said = re.sub(r"\s*,\s*", " ", said)
    return re.sub(r"\s+", " ", said).strip()
