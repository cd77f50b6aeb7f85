"""CLUE and FewCLUE: sets of Chinese language understanding that are multiple choices.

CLUE: Xu et al. 2020, "CLUE: A Chinese Language Understanding Evaluation Benchmark",
arXiv:2004.05986.  Hub: ``clue/clue``, a configuration for each set; original: a folder for
each set with ``dev.json``.  FewCLUE: Xu et al. 2021, arXiv:2107.07498; original only: a
folder for each set with ``test_public.json``, ``dev_few_all.json``, ``train_few_all.json``.
Licences are not stated; C3 (Sun et al. 2020, arXiv:1904.09679) for research only.

    set       what                                    CLUE validation   FewCLUE public test
    afqmc     do two questions ask the same                   4,316
    cmnli     what follows from a sentence                   12,241
    ocnli     the same, of native sentences                   2,950                   2,520
    tnews     what kind of news is this                      10,000                   2,010
    cluewsc   does a pronoun mean this noun                     304                     976
    csl       are all keywords those of the paper             3,000                   2,828
    c3        questions to a text, two to four options        3,816
    chid      which idiom fills the blank                                             2,002
    bustm     do two utterances mean the same                                         1,772
    eprstmt   is a review positive                                                      610
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Literal, get_args

from compass.data.files import Row, json_lines, read_rows, text_lines
from compass.data.home import Home, one_of, passage_id, placed
from compass.data.source import Source
from compass.errors import DataError
from compass.records import Sample

Task = Literal["afqmc", "cmnli", "ocnli", "tnews", "cluewsc", "csl", "c3"]
FewTask = Literal["bustm", "chid", "cluewsc", "csl", "eprstmt", "ocnli", "tnews"]

# In the order in which the hub numbers them; the words are those of OpenCompass's prompts.
_NEWS = {
    "100": "故事类别新闻",
    "101": "书籍文化历史类别新闻",
    "102": "娱乐圈新闻",
    "103": "体育类别新闻",
    "104": "投资资讯",
    "106": "楼市新闻",
    "107": "车辆新闻",
    "108": "初升高教育新闻",
    "109": "科技类别公司新闻",
    "110": "军事类别常识",
    "112": "旅游新闻",
    "113": "环球不含中国类别新闻",
    "114": "股票市场类别新闻",
    "115": "农业新闻",
    "116": "游戏新闻",
}
_NLI = {"neutral": "无关", "entailment": "蕴含", "contradiction": "矛盾"}
_BLANK = "#idiom#"


def clue(
    task: Task,
    split: Literal["validation", "train"] = "validation",
    path: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return one set of CLUE, with its training questions as the few-shot pool.

    Args:
        task: Which set.
        split: Which part; the answers of the tests are not public.
        path: A file, a folder of the original files, or a copy of the hub's folder;
            default: the set's folder in ``$COMPASS_DATA/clue`` if it is there, else the hub.
        revision: Revision on the hub.
    """
    one_of(task, get_args(Task), "CLUE")
    one_of(split, ("validation", "train"), "CLUE")
    name = "cluewsc2020" if task == "cluewsc" else task
    home = Home(
        folders=(f"clue/{name}", f"CLUE/{task.upper()}", name),
        hub="clue/clue",
        name=name,
        inner=(task.upper(), f"{name}_public"),
        files={
            part: [f"{own}.json" for own in originals]
            for part, originals in (
                ("validation", ("dev", "dev_0")),
                ("train", ("train", "train_0")),
            )
        },
        read=_read_c3 if task == "c3" else _read,
        flatten=_c3_questions if task == "c3" else _labelled_only,
    )
    return home.source(_SAMPLES[task], split, "train", path, revision)


def fewclue(
    task: FewTask,
    split: Literal["test", "validation", "train"] = "test",
    path: str | None = None,
) -> Source:
    """Return one set of FewCLUE, with its training questions as the few-shot pool.

    Args:
        task: Which set.
        split: ``test`` is the public test, the others all few-shot subsets together.
        path: A file, or a folder of the original files; default: the set's folder in
            ``$COMPASS_DATA/FewCLUE``.
    """
    one_of(task, get_args(FewTask), "FewCLUE")
    originals = {"test": "test_public", "validation": "dev_few_all", "train": "train_few_all"}
    one_of(split, tuple(originals), "FewCLUE")
    home = Home(
        folders=(f"FewCLUE/{task}", f"fewclue/{task}"),
        hub=None,
        inner=(task,),
        files={name: (f"{own}.json", f"{task}/{own}.json") for name, own in originals.items()},
        read=_read,
        flatten=_labelled_only,
    )
    return home.source(_SAMPLES[task], split, "train", path)


def pair_sample(row: dict[str, Any], choices: tuple[str, str]) -> Sample:
    """Return the sample of a pair of sentences that mean the same (1) or not (0)."""
    place = placed(row["label"], ("0", "1"))
    return _sample(_pair(row), choices, place)


def nli_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a pair of sentences of which one may follow from the other."""
    return _sample(_pair(row), tuple(_NLI.values()), placed(row["label"], tuple(_NLI)))


def tnews_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a headline."""
    place = placed(row["label"], tuple(_NEWS))
    return _sample({"question": row["sentence"]}, tuple(_NEWS.values()), place)


def cluewsc_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a pronoun and a noun; the hub numbers ``true`` as 0."""
    target, label = row["target"], row["label"]
    label = str(label).lower() if isinstance(label, bool) else label
    fields = {
        "question": row["text"],
        "noun": target["span1_text"],
        "pronoun": target["span2_text"],
    }
    return _sample(fields, ("是", "否"), placed(label, ("true", "false")))


def csl_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of an abstract and its keywords."""
    fields = {"question": row["abst"], "keywords": "，".join(row["keyword"])}
    return _sample(fields, ("否", "是"), placed(row["label"], ("0", "1")))


def eprstmt_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a review."""
    place = placed(row["label"], ("Positive", "Negative"))
    return _sample({"question": row["sentence"]}, ("积极", "消极"), place)


def chid_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a sentence with a blank; ``before`` and ``after`` surround it."""
    before, blank, after = row["content"].partition(_BLANK)
    if not blank:
        raise DataError(f"the content has no {_BLANK}: {row['content'][:60]!r}")
    choices = tuple(row["candidates"])
    fields = {"question": f"{before}______{after}", "before": before, "after": after}
    names = tuple(str(place) for place in range(len(choices)))
    return _sample(fields, choices, placed(row["answer"], names, "answer"))


def c3_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a question to a text; those to one text share a cluster."""
    choices = tuple(row["choice"])
    if row["answer"] not in choices:
        raise DataError(f"the answer {row['answer']!r} is none of {', '.join(choices)}")
    context = "\n".join(row["context"])
    place = choices.index(row["answer"])
    fields = {"context": context, "question": row["question"]}
    return _sample(fields, choices, place, passage_id(context))


def _read(path: Path) -> Iterator[Row]:
    """Yield the rows of a file; the original ``.json`` files have one object a line."""
    if ".json" in path.suffixes:
        first = next((line for _, line in text_lines(path) if not line.isspace()), "")
        yield from json_lines(path) if first.startswith("{") else read_rows(path)
    else:
        yield from read_rows(path)


def _read_c3(path: Path) -> Iterator[Row]:
    """Yield a row for each text of the original file, a list of [paragraphs, questions, id]."""
    if path.suffix != ".json":
        yield from read_rows(path)
        return
    try:
        texts = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise DataError(f"cannot read the texts: {error}", where=str(path)) from error
    for number, text in enumerate(texts, 1):
        if isinstance(text, dict):
            yield Row(f"{path}:{number}", text)
        else:
            yield Row(f"{path}:{number}", {"context": text[0], "questions": text[1]})


def _c3_questions(row: Row) -> Iterator[Row]:
    place, columns = row
    if "questions" not in columns:
        yield row
        return
    for asked in columns["questions"]:
        yield Row(place, {"context": columns["context"], **asked})


def _labelled_only(row: Row) -> Iterator[Row]:
    """Yield the row unless its annotators did not agree, which the files write as ``-``."""
    if row.columns.get("label") != "-":
        yield row


def _pair(row: dict[str, Any]) -> dict[str, str]:
    return {"sentence1": row["sentence1"], "sentence2": row["sentence2"]}


def _sample(
    fields: dict[str, Any], choices: tuple[str, ...], place: int, cluster: str | None = None
) -> Sample:
    return Sample(
        id="",
        fields=fields,
        targets=(choices[place],),
        choices=choices,
        right=(place,),
        cluster=cluster,
    )


_SAMPLES: dict[str, Callable[[dict[str, Any]], Sample]] = {
    "afqmc": partial(pair_sample, choices=("不完全一致", "完全一致")),
    "bustm": partial(pair_sample, choices=("无关", "相关")),
    "cmnli": nli_sample,
    "ocnli": nli_sample,
    "tnews": tnews_sample,
    "cluewsc": cluewsc_sample,
    "csl": csl_sample,
    "eprstmt": eprstmt_sample,
    "chid": chid_sample,
    "c3": c3_sample,
}
