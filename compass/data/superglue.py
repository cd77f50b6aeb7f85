"""SuperGLUE: ten sets of language understanding, with its two diagnostic ones.

Wang et al. 2019, "SuperGLUE: A Stickier Benchmark for General-Purpose Language
Understanding Systems", arXiv:1905.00537; licences by set (BoolQ CC BY-SA 3.0, COPA BSD-2,
others for research).  Hub: ``aps/super_glue``, a configuration for each set; original:
folders ``BoolQ/val.jsonl`` and the like, MultiRC and ReCoRD nested by passage.

    set       what                                       questions (validation)
    boolq     yes or no to a passage                     3,270
    cb        does a text commit to a clause             56
    copa      the likelier cause or effect               100
    multirc   is this answer to a passage right          4,848
    record    which entity fills the blank               10,000
    rte       does a text entail another                 277
    wic       is a word used in one sense                638
    wsc       does a pronoun mean this noun              104
    axb       does a sentence entail another             1,104 (test, with answers)
    axg       the same, of gendered pairs                356 (test, with answers)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal, get_args

from compass.data.files import Row
from compass.data.home import Home, one_of, passage_id, placed
from compass.data.source import Source
from compass.errors import DataError
from compass.records import Sample

Task = Literal["boolq", "cb", "copa", "multirc", "record", "rte", "wic", "wsc", "axb", "axg"]

_ORIGINAL = {
    "boolq": "BoolQ",
    "cb": "CB",
    "copa": "COPA",
    "multirc": "MultiRC",
    "record": "ReCoRD",
    "rte": "RTE",
    "wic": "WiC",
    "wsc": "WSC",
    "axb": "AX-b",
    "axg": "AX-g",
}
_NO_YES = ("no", "yes")
_TRUTH = ("false", "true")
_PLACEHOLDER = "@placeholder"


def superglue(
    task: Task,
    split: Literal["validation", "train", "test"] | None = None,
    path: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return one set of SuperGLUE, with its training questions as the few-shot pool.

    Args:
        task: Which set.
        split: Which part; by default ``validation``, of the diagnostic sets ``test``.
        path: A file, a folder of the original files, or a copy of the hub's folder;
            default: the set's folder in ``$COMPASS_DATA/super_glue`` if it is there, else
            the hub.
        revision: Revision on the hub.
    """
    one_of(task, get_args(Task), "SuperGLUE")
    diagnostic = task in ("axb", "axg")
    split = split or ("test" if diagnostic else "validation")
    one_of(split, ("test",) if diagnostic else ("validation", "train"), f"SuperGLUE {task}")
    pool = None if diagnostic else "train"
    return _home(task).source(_SAMPLES[task], split, pool, path, revision)


def _home(task: Task) -> Home:
    original = _ORIGINAL[task]
    folders = [f"super_glue/{task}", f"SuperGLUE/{original}", f"hf_arrow/super_glue/{task}"]
    files: dict[str, tuple[str, ...]] = {
        split: (f"{original}/{name}.jsonl", f"{original}/{original}.jsonl", f"{original}.jsonl")
        for split, name in (("validation", "val"), ("train", "train"), ("test", "test"))
    }
    if task == "boolq":
        folders += ["boolq", "hf_arrow/boolq"]
    if task == "copa":
        folders += ["copa", "llm_foundry_icl/commonsense_reasoning"]
        files["validation"] = (*files["validation"], "copa.jsonl")
    return Home(
        folders=folders,
        hub="aps/super_glue",
        name="wsc.fixed" if task == "wsc" else task,
        inner=(task, original, "none"),
        files=files,
        flatten=_FLATTEN.get(task),
    )


def boolq_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row of BoolQ; Google's files say ``answer``, others ``label``."""
    label = _truth(row["label"] if "label" in row else row["answer"])
    fields = {"passage": row["passage"], "question": row["question"]}
    return _labelled(fields, _NO_YES, label, cluster=passage_id(row["passage"]))


def cb_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row of CB; the hub counts in the order of these names."""
    label = placed(row["label"], ("entailment", "contradiction", "neutral"))
    return _labelled(_pair(row), ("True", "False", "Neither"), label)


def entailment_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row of RTE, AX-b or AX-g."""
    label = placed(row["label"], ("entailment", "not_entailment"))
    pair = row.get("pair_id")
    return _labelled(_pair(row), ("True", "False"), label, cluster=pair and str(pair))


def copa_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row of COPA, or of llm-foundry's form of it."""
    if "query" in row:
        asked, _, word = row["query"].rpartition(" ")
        kind = {"because": "cause", "therefore": "effect"}.get(word)
        premise = asked.rstrip(",") + "."
        choices = tuple(text[:1].upper() + text[1:] for text in row["choices"])
        label = placed(row["gold"], ("0", "1"))
    else:
        kind, premise = row["question"], row["premise"].strip()
        choices, label = (row["choice1"], row["choice2"]), placed(row["label"], ("0", "1"))
    if kind not in ("cause", "effect"):
        raise DataError(f"the question is {kind!r}, expected 'cause' or 'effect'")
    return _labelled({"premise": premise, "question": kind}, choices, label)


def multirc_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of an answer of MultiRC; answers to one passage share a cluster."""
    fields = {name: row[name] for name in ("paragraph", "question", "answer")}
    fields["candidate"] = fields.pop("answer")
    return _labelled(fields, _NO_YES, _truth(row["label"]), cluster=passage_id(row["paragraph"]))


def record_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a query of ReCoRD; any of its answers is right."""
    if _PLACEHOLDER not in row["query"]:
        raise DataError(f"the query has no {_PLACEHOLDER}: {row['query'][:60]!r}")
    choices = tuple(sorted(set(row["entities"])))
    answers = tuple(sorted(set(row["answers"])))
    right = tuple(place for place, text in enumerate(choices) if text in answers)
    if not right:
        raise DataError(f"no answer is among the entities: {answers!r}")
    text, *highlights = row["passage"].strip().split("\n@highlight\n")
    fields = {"passage": text, "highlights": highlights, "question": row["query"]}
    return Sample(
        id="",
        fields=fields,
        targets=answers,
        choices=choices,
        right=right,
        cluster=passage_id(row["passage"]),
    )


def wic_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row of WiC; ``form`` is the word as the first sentence has it."""
    fields = {name: row[name] for name in ("word", "sentence1", "sentence2")}
    fields["form"] = row["sentence1"][row["start1"] : row["end1"]]
    return _labelled(fields, _NO_YES, _truth(row["label"]))


def wsc_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row of WSC; ``marked`` has the pronoun between asterisks."""
    target = row.get("target", row)
    noun, pronoun = target["span1_text"], target["span2_text"]
    words = row["text"].split()
    before = " ".join(words[: target["span2_index"]])
    after = row["text"][len(before) + len(pronoun) + 1 :] if before else row["text"][len(pronoun) :]
    marked = f"{before} *{pronoun}*{after}".lstrip()
    fields = {"text": row["text"], "marked": marked, "noun": noun, "pronoun": pronoun}
    return _labelled(fields, _NO_YES, _truth(row["label"]))


def _multirc_rows(row: Row) -> Iterator[Row]:
    """Yield an answer at a time of the original form; rows of the hub are answers already."""
    place, columns = row
    if "passage" not in columns:
        yield row
        return
    for question in columns["passage"]["questions"]:
        for answer in question["answers"]:
            columns_of = {
                "paragraph": columns["passage"]["text"],
                "question": question["question"],
                "answer": answer["text"],
                "label": answer["label"],
            }
            yield Row(place, columns_of)


def _record_rows(row: Row) -> Iterator[Row]:
    """Yield a query at a time of the original form."""
    place, columns = row
    if "qas" not in columns:
        yield row
        return
    text = columns["passage"]["text"]
    spans = columns["passage"]["entities"]
    entities = [text[span["start"] : span["end"] + 1] for span in spans]
    for asked in columns["qas"]:
        answers = [answer["text"] for answer in asked["answers"]]
        found = {"passage": text, "entities": entities, "answers": answers}
        yield Row(place, {**found, "query": asked["query"]})


def _truth(label: object) -> int:
    """Return 1 for true, 0 for false, as text, number or truth value."""
    return placed(label.lower() if isinstance(label, str) else label, _TRUTH)


def _pair(row: dict[str, Any]) -> dict[str, Any]:
    """Return premise and hypothesis, which AX-b calls the first and second sentence."""
    if "sentence1" in row:
        return {"premise": row["sentence1"], "hypothesis": row["sentence2"]}
    return {"premise": row["premise"], "hypothesis": row["hypothesis"]}


def _labelled(
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
    "boolq": boolq_sample,
    "cb": cb_sample,
    "copa": copa_sample,
    "multirc": multirc_sample,
    "record": record_sample,
    "rte": entailment_sample,
    "wic": wic_sample,
    "wsc": wsc_sample,
    "axb": entailment_sample,
    "axg": entailment_sample,
}
_FLATTEN = {"multirc": _multirc_rows, "record": _record_rows}
