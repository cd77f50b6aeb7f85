r"""Questions of general knowledge without a passage: TriviaQA and open Natural Questions.

TriviaQA           Joshi et al. 2017, arXiv:1705.03551.  Apache-2.0.  Hub:
                   ``mandarjoshi/trivia_qa``; 11,313 questions in the validation split of
                   ``unfiltered.nocontext``, 17,944 in that of ``rc.nocontext``.
Natural Questions  Kwiatkowski et al. 2019 (Q19-1026); open form: Lee et al. 2019,
                   arXiv:1906.00300.  CC BY-SA 3.0.  Hub:
                   ``google-research-datasets/nq_open``; original ``NQ-open.dev.jsonl``:
                   3,610 questions.

    TriviaQA, hub          {"question", "answer": {"value", "aliases", "normalized_aliases"}}
    TriviaQA, llm-foundry  {"context": "Question: …\nAnswer:", "answer", "aliases"}: 3,000
    Natural Questions      {"question", "answer": […]}
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from compass.data.folders import Files, find_named, find_split, local_folder
from compass.data.hub import hub_rows, is_local
from compass.data.source import Rowset, Source
from compass.errors import ConfigError, DataError, did_you_mean
from compass.records import Sample

TRIVIAQA_SUBSETS = ("unfiltered.nocontext", "rc.nocontext", "llm-foundry")
_FOUNDRY = "world_knowledge/triviaqa_sm_sub.jsonl"
_NQ = {"validation": "NQ-open.dev.jsonl", "train": "NQ-open.train.jsonl"}


def triviaqa(
    subset: Literal["unfiltered.nocontext", "rc.nocontext", "llm-foundry"] = "unfiltered.nocontext",
    split: Literal["validation", "train"] = "validation",
    path: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return TriviaQA without passages, with the training questions as the few-shot pool.

    Args:
        subset: ``unfiltered.nocontext``, as closed-book results are reported;
            ``rc.nocontext``, as lm-evaluation-harness asks; ``llm-foundry``, 3,000 questions
            in the form of MosaicML's LLM Foundry, which has no hub and no shots.
        split: Which part; the answers of the test are not public.
        path: A file or a copy of the hub's folder; default: ``$COMPASS_DATA/triviaqa``
            (``$COMPASS_DATA/llm_foundry_icl``) if it is there, else the hub.
        revision: Revision on the hub.
    """
    if subset not in TRIVIAQA_SUBSETS:
        raise ConfigError(
            f"TriviaQA has no subset {subset!r}", hint=did_you_mean(str(subset), TRIVIAQA_SUBSETS)
        )
    _check_split("TriviaQA", split)
    if subset == "llm-foundry":
        # Not on the hub: the error of a missing file names the folder that is wanted.
        place = path or local_folder("llm_foundry_icl") or "$COMPASS_DATA/llm_foundry_icl"
        return Source(_local(place, "test", [_FOUNDRY, Path(_FOUNDRY).name]), triviaqa_sample)
    place = path or local_folder("triviaqa") or "mandarjoshi/trivia_qa"
    return _with_shots(place, subset, split, triviaqa_sample, revision, {})


def nq_open(
    split: Literal["validation", "train"] = "validation",
    path: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return open Natural Questions, with the training questions as the few-shot pool.

    Args:
        split: Which part.
        path: A file, a folder of ``NQ-open.dev.jsonl`` and ``NQ-open.train.jsonl``, or a
            copy of the hub's folder; default: ``$COMPASS_DATA/nq_open``, else the hub.
        revision: Revision on the hub.
    """
    _check_split("Natural Questions", split)
    place = path or local_folder("nq_open") or "google-research-datasets/nq_open"
    return _with_shots(place, None, split, nq_sample, revision, _NQ)


def _check_split(title: str, split: str) -> None:
    if split not in _NQ:
        hint = did_you_mean(str(split), _NQ)
        raise ConfigError(f"{title} has no split {split!r} with answers", hint=hint)


def _with_shots(
    place: str, name: str | None, split: str, mapped: Any, revision: str | None, files: Any
) -> Source:
    def rows(part: str, *, folder_only: bool = False) -> Rowset:
        if not is_local(place):
            return hub_rows(place, name, part, revision)
        names = [files[part]] if files else []
        return _local(place, part, names, name, folder_only=folder_only)

    return Source(rows(split), mapped, rows("train", folder_only=True))


def _local(
    place: str,
    split: str,
    names: Sequence[str],
    subset: str | None = None,
    *,
    folder_only: bool = False,
) -> Rowset:
    def find(folder: Path) -> Sequence[Path]:
        return find_named(folder, names) or find_split(folder, split, subset)

    return Files(place, split, subset, find=find, folder_only=folder_only)


def triviaqa_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row in either form; any alias is a right answer."""
    answer = row["answer"]
    if isinstance(answer, dict):
        question = row["question"]
        texts = [answer["value"], *answer["aliases"], *answer.get("normalized_aliases", ())]
    else:
        question = row["context"].removeprefix("Question: ").removesuffix("\nAnswer:")
        texts = [answer, *row["aliases"]]
    return _sample(question, texts)


def nq_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row; any of its answers is right."""
    return _sample(row["question"], row["answer"])


def _sample(question: str, texts: Sequence[str]) -> Sample:
    targets = tuple(dict.fromkeys(text for text in texts if text))
    if not targets or isinstance(texts, str):
        raise DataError("this question has no list of answers", hint="the test split hides them")
    return Sample(id="", fields={"question": question}, targets=targets)
