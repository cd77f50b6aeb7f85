"""What the configs of examinations ask: prompts, shots, groups."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from compass.cli import main
from compass.config.lazy import variables
from compass.questions import open_benchmark
from compass.schema import check_components, experiment_from_dict

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = Path(__file__).parent / "golden" / "exams" / "prompts.json"
MODEL = {"abbr": "instant", "backend": {"type": "compass.models.instant.Instant"}}
MODULES = ("agieval", "arc", "ceval", "cmmlu", "gaokao_bench", "gpqa", "mmlu", "mmlu_pro")


def values_of(module):
    return variables(ROOT / "datasets_cfg" / f"{module}.py").meant()


def lists_of(module):
    return {k: v for k, v in values_of(module).items() if k.endswith("_datasets")}


def opened(entry):
    experiment = experiment_from_dict(
        {"models": [MODEL], "datasets": [entry]}, name="test", where="test"
    )
    check_components(experiment)
    return open_benchmark(experiment.datasets[0])


def dialogues(entry, count=2):
    benchmark = opened(entry)
    for sample, _ in zip(benchmark.samples(), range(count), strict=False):
        yield sample, benchmark.prompt.dialogue(sample, benchmark.reader.shots())


# Golden prompts, of rows of our own.

_EXAM = {"question": "2 加 3 得几？", "A": "四", "B": "五", "C": "六", "D": "七", "answer": "B"}
_WORDS = {"question": "What is 2 + 3?", "choices": ["four", "five", "six", "seven"], "answer": 1}


def _write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as stream:
            table = csv.DictWriter(stream, list(rows[0]))
            table.writeheader()
            table.writerows(rows)
    else:
        text = "\n".join(json.dumps(row) for row in rows)
        path.write_text(text if path.suffix == ".jsonl" else f"[{text}]", "utf-8")


def _agieval(folder):
    row = {"passage": "A text. ", "question": "Which?", "label": "B", "answer": None}
    row["options"] = ["(A)one", "(B)two", "(C)three", "(D)four"]
    blank = {**row, "passage": None, "options": None, "label": None, "answer": "7"}
    shots = [{**row, "passage": f"Text {n}. "} for n in range(1, 5)]
    blanks = [{**blank, "question": f"Fill {n}"} for n in range(1, 5)]
    table = []
    for n in range(4):
        table.append({"": f"sample {n}", "lsat-ar": repr(shots[n]), "math": repr(blanks[n])})
        table.append({"": f"explanation {n}", "lsat-ar": "Two it is.", "math": "Seven it is."})
    _write(
        folder / "agieval/few_shot_prompts.csv",
        [
            {**cells, "gaokao-physics": cells["lsat-ar"], "gaokao-mathcloze": cells["math"]}
            for cells in table
        ],
    )
    for task in ("lsat-ar", "gaokao-chinese", "gaokao-physics"):
        _write(folder / f"agieval/v1/{task}.jsonl", [row])
    for task in ("math", "gaokao-mathcloze"):
        _write(folder / f"agieval/v1/{task}.jsonl", [blank])


@pytest.fixture
def own_rows(tmp_path, monkeypatch):
    """A folder of every benchmark with one question and five shots, written for this test."""
    shots = [{**_WORDS, "question": f"Shot {n}?"} for n in range(1, 26)]
    _write(tmp_path / "mmlu/anatomy/test.jsonl", [_WORDS])
    _write(tmp_path / "mmlu/anatomy/dev.jsonl", shots[:5])
    exams = [_EXAM, *({**_EXAM, "question": f"例 {n}"} for n in range(1, 6))]
    _write(tmp_path / "ceval/val/law_val.csv", exams[:1])
    _write(tmp_path / "ceval/dev/law_dev.csv", exams[1:])
    upper = [{k.capitalize(): v for k, v in row.items()} for row in exams]
    _write(tmp_path / "cmmlu/test/agronomy.csv", upper[:1])
    _write(tmp_path / "cmmlu/dev/agronomy.csv", upper[1:])
    pro = {"options": _WORDS["choices"], "answer": "B", "answer_index": 1, "category": "law"}
    pro |= {"cot_content": "A: Let's think step by step. Five. The answer is (B)."}
    rows = [{**pro, "question": r["question"], "question_id": n} for n, r in enumerate(shots)]
    _write(tmp_path / "mmlu_pro/test.jsonl", [{**rows[0], "question": "What is 2 + 3?"}])
    _write(tmp_path / "mmlu_pro/validation.jsonl", rows[:5])
    arc = [{"query": r["question"], "choices": r["choices"], "gold": 1} for r in [_WORDS, *shots]]
    _write(tmp_path / "arc/ARC-Challenge/test.jsonl", arc[:1])
    _write(tmp_path / "arc/ARC-Challenge/train.jsonl", arc[1:])
    options = dict(
        zip(
            ("Correct Answer", *(f"Incorrect Answer {n}" for n in (1, 2, 3))),
            ("five", "four", "six", "seven"),
            strict=True,
        )
    )
    _write(
        tmp_path / "gpqa/gpqa_diamond.csv", [{"Record ID": "r", "Question": "2 + 3?", **options}]
    )
    example = {"year": "2011", "question": "1. 哪个？\nA. 一 B. 二\n", "answer": ["B"], "index": 0}
    for name in ("2010-2022_Math_I_MCQs", "2012-2022_English_Cloze_Test"):
        path = tmp_path / f"gaokao_bench/Data/Objective_Questions/{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"example": [{**example, "score": 5}]}))
    _agieval(tmp_path)
    monkeypatch.setenv("COMPASS_DATA", str(tmp_path))
    return tmp_path


ASKED = [
    ("mmlu", "mmlu-anatomy"), ("mmlu", "mmlu-anatomy-gen"), ("mmlu", "mmlu-anatomy-0shot"),
    ("cmmlu", "cmmlu-agronomy"), ("cmmlu", "cmmlu-agronomy-gen"),
    ("cmmlu", "cmmlu-agronomy-0shot"), ("ceval", "ceval-law"), ("ceval", "ceval-law-gen"),
    ("mmlu_pro", "mmlu-pro-law"), ("mmlu_pro", "mmlu-pro-law-0shot"),
    ("arc", "arc-challenge-25shot"), ("gpqa", "gpqa-diamond"), ("gpqa", "gpqa-diamond-letter"),
    ("gaokao_bench", "gaokao-bench-math-i"), ("gaokao_bench", "gaokao-bench-english-cloze-test"),
    ("agieval", "agieval-lsat-ar"), ("agieval", "agieval-lsat-ar-gen"),
    ("agieval", "agieval-lsat-ar-fewshot"), ("agieval", "agieval-gaokao-chinese"),
    ("agieval", "agieval-gaokao-physics"), ("agieval", "agieval-gaokao-physics-fewshot"),
    ("agieval", "agieval-math-gen"), ("agieval", "agieval-math-fewshot"),
    ("agieval", "agieval-gaokao-mathcloze-gen"),
]  # fmt: skip


def entry_of(module, abbr):
    return next(e for entries in lists_of(module).values() for e in entries if e["abbr"] == abbr)


@pytest.mark.parametrize(("module", "abbr"), ASKED, ids=[abbr for _, abbr in ASKED])
def test_a_prompt_is_the_one_that_was_reviewed(own_rows, module, abbr):
    ((_, dialogue),) = dialogues(entry_of(module, abbr))
    kept = json.loads(GOLDEN.read_text("utf-8"))
    assert dialogue.plain().split("\n") == kept[abbr]


# Real rows.


@pytest.mark.parametrize(
    ("module", "abbr", "shots", "mark"),
    [
        ("mmlu", "mmlu-astronomy-gen", 5, "\nAnswer:"),
        ("mmlu", "mmlu-astronomy-0shot", 0, "'ANSWER: $LETTER'"),
        ("cmmlu", "cmmlu-agronomy", 5, "\n答案是："),
        ("cmmlu", "cmmlu-agronomy-gen", 5, "题目："),
        ("agieval", "agieval-sat-math-fewshot", 3, "Choose from the following options:"),
        ("agieval", "agieval-math-fewshot", 4, "Problem.   "),
        ("agieval", "agieval-gaokao-physics-fewshot", 3, "从以下选项中选择:"),
    ],
)
def test_real_prompts_have_their_shots_and_not_the_answer(
    real_data, monkeypatch, module, abbr, shots, mark
):
    monkeypatch.setenv("COMPASS_DATA", str(real_data))
    for sample, dialogue in dialogues(entry_of(module, abbr), 5):
        assert dialogue.plain().count(mark) == shots + 1
        last = dialogue.messages[-1].content
        assert sample.fields["question"] in last
        assert "solution" not in sample.metadata
        if sample.choices:
            assert all(choice in last for choice in sample.choices)


# Lists and groups.


def test_sizes_are_those_of_the_benchmarks_and_lists_have_every_subset():
    sizes = {}
    for module in MODULES:
        for name, about in values_of(module).items():
            if name.endswith("_about"):
                keys = {"title", "group", "paper", "licence", "hub", "size", "needs"}
                assert set(about) == keys
                assert about["group"] == "Examinations"
                assert f"{name.removesuffix('_about')}_datasets" in lists_of(module)
                sizes[name.removesuffix("_about")] = about["size"]
    assert sizes == {
        "agieval": 8269, "arc_challenge": 1172, "arc_easy": 2376, "ceval": 1346, "cmmlu": 11582,
        "gaokao_bench": 1781, "gpqa_diamond": 198, "gpqa_main": 448, "mmlu": 14042,
        "mmlu_pro": 12032,
    }  # fmt: skip
    counts = {name: len(v) for module in MODULES for name, v in lists_of(module).items()}
    assert counts["cmmlu_datasets"] == counts["cmmlu_gen_datasets"] == 67
    assert counts["ceval_datasets"] == counts["ceval_gen_datasets"] == 52
    assert counts["mmlu_gen_datasets"] == counts["mmlu_zero_shot_datasets"] == 57
    assert counts["mmlu_pro_datasets"] == counts["gaokao_bench_datasets"] == 14
    assert counts["agieval_datasets"] == counts["agieval_gen_datasets"] == 21
    assert counts["agieval_few_shot_datasets"] == 21


def test_groups_hold_every_dataset_of_their_benchmark_and_nothing_else():
    known = {e["abbr"] for m in MODULES for entries in lists_of(m).values() for e in entries}
    summarizer = variables(ROOT / "summarizers" / "examinations.py").meant()["summarizer"]
    groups = {group["name"]: set(group["subsets"]) for group in summarizer["groups"]}
    assert len(groups) == len(summarizer["groups"])
    for subsets in groups.values():
        assert subsets <= known
    for name, count in {
        "mmlu": 57, "mmlu-gen": 57, "mmlu-0shot": 57, "mmlu-stem": 19, "mmlu-humanities-gen": 13,
        "mmlu-social-sciences": 12, "mmlu-other-0shot": 13, "cmmlu": 67, "cmmlu-stem": 17,
        "cmmlu-humanities": 13, "cmmlu-social-science": 22, "cmmlu-other": 15,
        "cmmlu-china-specific": 15, "ceval": 52, "ceval-stem": 20, "ceval-social-science": 10,
        "ceval-humanities": 11, "ceval-other": 11, "ceval-hard": 8, "mmlu-pro": 14,
        "agieval": 21, "agieval-en": 9, "agieval-zh-gen": 12, "agieval-gaokao-fewshot": 9,
        "gaokao-bench": 14,
    }.items():  # fmt: skip
        assert len(groups[name]) == count, name
    assert set(summarizer["datasets"]) <= {*groups, *known}


def test_a_group_without_members_in_the_run_is_not_shown(own_rows, tmp_path, capsys):
    command = ["run", "--models", "chance", "--datasets", "gpqa_diamond", "--debug"]
    assert main([*command, "--summarizer", "examinations", "-w", str(tmp_path / "out")]) == 0
    shown = capsys.readouterr().out
    assert "gpqa-diamond" in shown
    assert "cmmlu" not in shown
