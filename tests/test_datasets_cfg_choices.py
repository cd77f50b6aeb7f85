"""The choice benchmarks Compass ships: prompts of rows written here, kept word for word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compass.config.lazy import variables
from compass.questions import open_benchmark
from compass.schema import experiment_from_dict

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = Path(__file__).parent / "golden" / "prompts" / "choices.txt"
INSTANT = {"abbr": "instant", "backend": {"type": "compass.models.instant.Instant"}}
MODULES = (
    "boolq", "c3", "clue", "commonsenseqa", "copa", "fewclue", "hellaswag", "openbookqa", "piqa",
    "race", "siqa", "superglue", "truthfulqa_mc", "winogrande", "wsc",
)  # fmt: skip

PAIR = {"premise": "Bo bakes bread.", "hypothesis": "Bo bakes", "label": 0}
ZH = {"sentence1": "今天下雨", "sentence2": "今天天气不好", "label": "1"}
SPANS = {"span1_text": "猫", "span2_text": "它", "span1_index": 0, "span2_index": 3}
OPTIONS = {"text": ["soup", "bread", "tea", "ice", "jam"], "label": list("ABCDE")}

ROWS = {
    "boolq": {"question": "is bread baked", "passage": "Bread is baked.", "label": 1},
    "cb": PAIR,
    "rte": {**PAIR, "hypothesis": "Bo bakes."},
    "copa": {"premise": "Bo was hungry.", "choice1": "He ate.", "choice2": "It rained."}
    | {"question": "effect", "label": 0},
    "multirc": {"paragraph": "Bo bakes.", "question": "Who bakes?", "answer": "Bo", "label": 1},
    "record": {"passage": "Bo met Al.\n@highlight\nA meeting", "query": "@placeholder met Al"}
    | {"entities": ["Bo", "Al"], "answers": ["Bo"]},
    "wic": {"word": "run", "sentence1": "He ran off.", "sentence2": "A run of luck."}
    | {"start1": 3, "end1": 6, "label": 0},
    "wsc": {"text": "Al met Bo when he left.", "span1_text": "Al", "span2_text": "he"}
    | {"span2_index": 4, "label": 1},
    "axb": {"sentence1": "It rains.", "sentence2": "It is wet.", "label": 0},
    "axg": {**PAIR, "hypothesis": "She bakes.", "label": 1},
    "race": {"example_id": "1", "article": "Bo bakes bread.", "question": "What is baked?"}
    | {"options": ["soup", "bread", "tea", "ice"], "answer": "B"},
    "truthfulqa_mc": {"question": "Is glass a liquid?"}
    | {"mc1_targets": {"No": 1, "Yes": 0}}
    | {"mc2_targets": {"No": 1, "It is solid": 1, "Yes": 0}},
    "winogrande": {"sentence": "The cup and the lid: the _ leaks.", "answer": "2"}
    | {"option1": "cup", "option2": "lid"},
    "wsc273": {"text": "Al met Bo when he left.", "pronoun": "he", "pronoun_loc": 15}
    | {"options": ["Al", "Bo"], "label": 0},
    "piqa": {"goal": "Bake bread", "sol1": "use an oven", "sol2": "use a lamp", "label": 0},
    "siqa": {"context": "Bo baked.", "question": "Why?", "answerA": "to eat", "answerB": "to fly"}
    | {"answerC": "to swim", "label": "1"},
    "openbookqa": {"id": "1", "question_stem": "Bakers bake", "choices": OPTIONS}
    | {"answerKey": "B"},
    "commonsenseqa": {"id": "1", "question": "What is baked?", "question_concept": "bake"}
    | {"choices": OPTIONS, "answerKey": "B"},
    "hellaswag": {"activity_label": "Baking", "ctx_a": "Bo kneads.", "ctx_b": "then bo"}
    | {"endings": ["bakes.", "swims.", "flies.", "sinks."], "label": 0, "source_id": "x"},
    "pair": ZH,
    "nli": {**ZH, "label": "entailment"},
    "tnews": {"sentence": "球队赢了比赛", "label": "103"},
    "cluewsc": {"text": "猫说它饿了", "target": SPANS, "label": "true"},
    "csl": {"abst": "本文研究面包。", "keyword": ["面包", "烘焙"], "label": "1"},
    "c3": {"context": ["男：面包好吃吗？", "女：好吃。"], "question": "面包怎么样？"}
    | {"choice": ["好吃", "难吃", "没有了"], "answer": "好吃"},
    "eprstmt": {"sentence": "面包很好吃", "label": "Positive"},
    "chid": {"content": "他#idiom#地走了。", "candidates": ["慢条斯理", "一心一意"], "answer": 0},
}
SAME = {"afqmc": "pair", "bustm": "pair", "cmnli": "nli", "ocnli": "nli"}


def lists():
    """Yield every list of the choice benchmarks, once."""
    seen = set()
    for module in MODULES:
        values = variables(ROOT / "datasets_cfg" / f"{module}.py").meant()
        for name, entries in values.items():
            for entry in entries if name.endswith("_datasets") else ():
                if entry["abbr"] not in seen:
                    seen.add(entry["abbr"])
                    yield entry


ENTRIES = list(lists())


def opened(entry, folder):
    """Return the benchmark on a row of its own; a second row is its few-shot pool."""
    reader = dict(entry["reader"])
    name = reader.get("task") or str(reader["type"]).rpartition(".")[2].lstrip(":")
    row = ROWS[SAME.get(name, name)]
    place = folder / "data"
    place.mkdir(exist_ok=True)
    split = reader.get("split") or ("test" if name in ("axb", "axg", "wsc273") else "validation")
    split = "test_public" if "fewclue" in str(reader["type"]) else split
    (place / f"{split}.jsonl").write_text(json.dumps(row) + "\n")
    shots = [{**row, key: str(row[key]) + " "} for key in row if isinstance(row[key], str)][:1]
    (place / "train.jsonl").write_text("".join(json.dumps(shot) + "\n" for shot in shots * 10))
    reader["path"] = str(place / f"{split}.jsonl") if "shots" not in entry["prompt"] else str(place)
    experiment = experiment_from_dict(
        {"models": [INSTANT], "datasets": [{**entry, "reader": reader}]}, name="t", where="t"
    )
    return open_benchmark(experiment.datasets[0])


def shown(entry, folder):
    """Return what is asked, as text."""
    benchmark = opened(entry, folder)
    (sample,) = benchmark.samples()
    shots = benchmark.reader.shots() if "shots" in entry["prompt"] else ()
    dialogue = benchmark.prompt.dialogue(sample, shots)
    lines = [f"=== {entry['abbr']}"]
    lines += [f"--- {message.role}\n{message.content}" for message in dialogue.messages]
    for one in benchmark.ask.continuations(sample, dialogue):
        own = one.dialogue.plain().removeprefix(dialogue.plain())
        glue = one.dialogue.joint if one.glue is None else one.glue
        lines.append(f"--- option {own + '|' if own else ''}{glue}{one.text}")
    return "\n".join(lines)


def test_prompts_of_all_lists_are_as_they_were_reviewed(tmp_path):
    found = []
    for number, entry in enumerate(ENTRIES):
        folder = tmp_path / str(number)
        folder.mkdir()
        found.append(shown(entry, folder))
    assert "\n\n".join(found) + "\n" == GOLDEN.read_text("utf-8")


def test_each_benchmark_is_ranked_and_generated():
    abbrs = {entry["abbr"] for entry in ENTRIES}
    modes = {e["abbr"]: str(e["ask"]["type"]).rpartition(".")[2] for e in ENTRIES}
    for abbr in abbrs:
        assert modes[abbr].endswith("Generate") == abbr.endswith("-gen"), abbr
    asked = {
        str((e["reader"]["type"], e["reader"].get("task"), e["reader"].get("level")))
        for e in ENTRIES
        if e["abbr"].endswith("-gen")
    }
    for entry in ENTRIES:
        reader = entry["reader"]
        assert str((reader["type"], reader.get("task"), reader.get("level"))) in asked


@pytest.mark.parametrize("module", MODULES)
def test_each_module_says_what_it_is(module):
    about = variables(ROOT / "datasets_cfg" / f"{module}.py").meant()[f"{module}_about"]
    assert list(about) == ["title", "group", "paper", "licence", "hub", "size", "needs"]
    assert about["group"] in ("Language and knowledge", "Reasoning and mathematics")


REAL = {
    "winogrande": 1267, "wsc273": 273, "piqa": 1838, "siqa": 1954, "openbookqa": 500,
    "commonsenseqa": 1221, "copa": 100, "boolq": 3270, "hellaswag": 10042,
}  # fmt: skip


@pytest.mark.parametrize("abbr", REAL)
def test_prompts_of_real_rows_do_not_hold_their_answer(abbr, real_data, monkeypatch):
    monkeypatch.setenv("COMPASS_DATA", str(real_data))
    for entry in ENTRIES:
        if entry["abbr"] not in (abbr, f"{abbr}-gen"):
            continue
        experiment = experiment_from_dict(
            {"models": [INSTANT], "datasets": [entry]}, name="t", where="t"
        )
        benchmark = open_benchmark(experiment.datasets[0])
        for sample, _ in zip(benchmark.samples(), range(20), strict=False):
            text = benchmark.prompt.dialogue(sample, ()).plain()
            if entry["abbr"].endswith("-gen"):
                assert all(f". {choice}" in text for choice in sample.choices)
            elif abbr not in ("commonsenseqa", "winogrande", "wsc273", "boolq"):
                assert not all(choice in text for choice in sample.choices)
