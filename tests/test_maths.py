"""Sets of mathematics and reasoning: all of their rows, their prompts, published scores."""

from __future__ import annotations

import json
import os
import re

import pytest

from compass.config.lazy import variables
from compass.data.aime import aime
from compass.data.bbh import CHOICE_TASKS, FREE_TASKS, bbh
from compass.data.gsm8k import gsm8k
from compass.data.math import SUBJECTS, competition_math, math_500
from compass.data.mathbench import PARTS, mathbench
from compass.data.mgsm import LANGUAGES, mgsm
from compass.data.theoremqa import theoremqa
from compass.data.word_problems import MAWPS_SETS, cmath, mawps, svamp
from compass.errors import ConfigError, DataError
from compass.evaluate import evaluate
from compass.evaluators import BBH, Numeric
from compass.evaluators.numerals import target_number
from compass.prompts import Fixed, Text
from compass.records import Prediction
from compass.runfolder import RunFolder
from compass.schema import experiment_from_dict
from compass.store import read_rows
from tests.test_datasets_cfg import FILES, ROOT, lists_of, specs
from tests.test_runners_local import Desk

TASKS = (*CHOICE_TASKS, *FREE_TASKS)
DIRECT = "outputs/bbh/code-davinci-002-direct"


@pytest.fixture(autouse=True)
def no_data_folder(monkeypatch):
    monkeypatch.delenv("COMPASS_DATA", raising=False)


def samples(reader):
    read = list(reader.samples())
    assert len({s.id for s in read}) == len(read)
    return read


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        from datasets import Dataset

        Dataset.from_list(rows).to_parquet(path)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return str(path)


def outputs_of(real_data, task):
    path = real_data / DIRECT / f"{task}_few_shot_template_0-255000.json"
    return json.loads(path.read_text("utf-8"))["outputs"] if path.is_file() else None


def official(real_data, task):
    path = real_data / DIRECT / f"{task}_few_shot_template_0-255000_eval_metrics.jsonl"
    return json.loads(path.read_text("utf-8"))["accuracy"]


def test_bbh_has_27_tasks_and_6511_questions(real_data):
    folder = str(real_data / "bbh")
    total = 0
    for task in TASKS:
        reader = bbh(task, path=folder)
        read = samples(reader)
        total += len(read)
        assert [bool(s.metadata["solution"]) for s in reader.shots()] == [True] * 3
        lettered = sum(bool(s.right) for s in read)
        assert lettered == 0 if task in FREE_TASKS else lettered >= len(read) - 2
        for sample in read:
            assert bool(sample.choices) == bool(sample.right)
    assert (len(TASKS), total) == (27, 6511)


def test_prompts_of_bbh_equal_those_of_the_authors(real_data):
    """With chain of thought, those of cot-prompts; without, those beside their outputs."""
    cot = Text(**prompt_of("bbh_datasets"))
    direct = Text(**prompt_of("bbh_direct_datasets"))
    same = []
    for task in TASKS:
        reader = bbh(task, path=str(real_data / "bbh"))
        first = next(iter(reader.samples()))
        _, _, shown = (
            (real_data / "bbh" / "cot-prompts" / f"{task}.txt").read_text().partition("-----\n")
        )
        asked = f"\n\nQ: {first.fields['question']}\nA:"
        whole = cot.dialogue(first, reader.shots()).plain()
        assert whole == f"{shown}{asked} Let's think step by step."
        outputs = outputs_of(real_data, task)
        if outputs and direct.dialogue(first, reader.shots()).plain() == outputs[0]["input"]:
            same.append(task)
    # The authors mended an example of three tasks later.
    mended = {"date_understanding", "snarks", "tracking_shuffled_objects_three_objects"}
    kept = {task for task in TASKS if outputs_of(real_data, task)}
    assert len(kept) == 20
    assert set(same) == kept - mended


def prompt_of(name):
    (path,) = [p for p in FILES if p.stem == "bbh"]
    prompt = dict(lists_of(path)[name][0]["prompt"])
    prompt.pop("type")
    prompt["shots"] = Fixed(n=prompt["shots"]["n"])
    return prompt


@pytest.mark.parametrize("compat", [None, "strict", "opencompass"])
def test_bbh_outputs_give_the_figures_of_the_authors(real_data, compat):
    evaluator = BBH(compat)
    for task in TASKS:
        outputs = outputs_of(real_data, task)
        if outputs is None:
            continue
        read = samples(bbh(task, path=str(real_data / "bbh")))
        verdicts = [
            evaluator.verdict(s, [said(o["prediction"])])
            for s, o in zip(read, outputs, strict=True)
        ]
        assert [s.targets[0] for s in read] == [o["target"] for o in outputs]
        (score,) = evaluator.summarise(verdicts)
        assert 100 * score.value == pytest.approx(official(real_data, task), abs=1e-9), task


def test_bbh_outputs_in_a_chain_of_thought_give_the_same_figures(real_data):
    for task in TASKS:
        outputs = outputs_of(real_data, task)
        if outputs is None:
            continue
        read = samples(bbh(task, path=str(real_data / "bbh")))
        for evaluator in (BBH(), BBH("strict"), BBH("opencompass")):
            values = [
                evaluator.verdict(
                    s, [said(f"It is clear.\nSo the answer is {o['prediction'].strip()}.")]
                ).values["accuracy"]
                for s, o in zip(read, outputs, strict=True)
            ]
            mean = 100 * sum(values) / len(values)
            assert mean == pytest.approx(official(real_data, task), abs=1e-9), task


def test_all_kept_tasks_of_bbh_through_a_run_with_replay(real_data, tmp_path, monkeypatch):
    """From stored outputs to scores, the whole way."""
    monkeypatch.setenv("COMPASS_DATA", str(real_data))
    kept = [task for task in TASKS if outputs_of(real_data, task)]
    rows = []
    for task in kept:
        read = samples(bbh(task))
        rows += [
            {"sample_id": s.id, "output": o["prediction"]}
            for s, o in zip(read, outputs_of(real_data, task), strict=True)
        ]
    write(tmp_path / "outputs.jsonl", rows)
    entries = lists_of(ROOT / "datasets_cfg" / "bbh.py")["bbh_direct_datasets"]
    raw = {
        "models": [
            {
                "abbr": "davinci",
                "backend": {
                    "type": "compass.models.replay.Replay",
                    "path": str(tmp_path / "outputs.jsonl"),
                },
            }
        ],
        "datasets": [e for e in entries if e["reader"]["task"] in kept],
        "runner": {"type": "compass.runners.InProcess"},
    }
    experiment = experiment_from_dict(raw, name="bbh", where="bbh")
    run = evaluate(experiment, RunFolder(tmp_path / "run"), Desk(tmp_path).monitor, debug=True)
    assert run.outcome.failures == []
    for task in kept:
        folder = tmp_path / "run" / "score" / "davinci" / f"bbh-{task}-direct"
        (score, *_) = json.loads((folder / "scores.json").read_text())["scores"]
        assert 100 * score["value"] == pytest.approx(official(real_data, task), abs=1e-9)
        assert score["failed"] == 0
        assert sum(1 for _ in read_rows(folder / "verdicts.jsonl")) == score["n"]


def said(output):
    return Prediction(key="k", sample_id="s", output=output)


def test_gsm8k_solutions_of_the_authors_keep_their_figures(real_data):
    read = samples(gsm8k(path=str(real_data / "gsm8k")))
    lines = (real_data / "gsm8k" / "example_model_solutions.jsonl").read_text().splitlines()
    right = {}
    for line, sample in zip(lines, read, strict=True):
        for solver, one in json.loads(line).items():
            if isinstance(one, dict):
                verdict = Numeric("gsm8k").verdict(sample, [said(one["solution"])])
                right[solver] = right.get(solver, 0) + verdict.values["accuracy"]
    assert right == {
        "6b_finetuning": 286,
        "6b_verification": 515,
        "175b_finetuning": 458,
        "175b_verification": 742,
    }


def test_math_has_5000_problems_in_7_subjects_on_5_levels(real_data):
    folder = str(real_data / "math")
    read = samples(competition_math(path=folder))
    assert len(read) == 5000
    by_subject = {s: len(samples(competition_math(s, path=folder))) for s in SUBJECTS}
    assert by_subject["geometry"] == 479
    assert sum(by_subject.values()) == 5000
    assert sum(len(samples(competition_math(level=n, path=folder))) for n in range(1, 6)) == 5000
    assert {s.metadata["level"] for s in read} == {1, 2, 3, 4, 5}
    assert {s.metadata["subject"] for s in read} == set(SUBJECTS.values())
    few = samples(math_500(path=str(real_data / "math" / "math_oai")))
    assert len(few) == 500
    assert {s.fields["question"] for s in few} <= {s.fields["question"] for s in read}


PROBLEM = {
    "problem": "What is $1+1$?",
    "level": "Level 2",
    "type": "Algebra",
    "solution": "It is \\boxed{2}.",
}


def test_math_reads_the_original_folders_and_the_hubs(tmp_path):
    for split in ("test", "train"):
        for name in ("10", "9"):
            path = tmp_path / "own" / "MATH" / split / "algebra" / f"{name}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({**PROBLEM, "problem": name}))
        for subject, title in SUBJECTS.items():
            row = {**PROBLEM, "type": title}
            write(tmp_path / "hub" / subject / f"{split}-00000-of-00001.parquet", [row])
    own = competition_math(path=str(tmp_path / "own"))
    assert [s.fields["question"] for s in samples(own)] == ["9", "10"]
    assert len(own.shots()) == 2
    hub = competition_math(path=str(tmp_path / "hub"))
    assert len(list(hub.samples())) == 7
    (one,) = samples(competition_math("geometry", path=str(tmp_path / "hub")))
    assert (one.targets, one.metadata["subject"], one.metadata["level"]) == (("2",), "Geometry", 2)


def test_math_without_a_box_is_refused(tmp_path):
    path = write(tmp_path / "x.jsonl", [PROBLEM, {**PROBLEM, "solution": "2"}])
    with pytest.raises(DataError, match="boxed") as caught:
        samples(competition_math(path=path))
    assert caught.value.where == f"{path}:2"


def test_mgsm_has_250_problems_in_each_of_11_languages(real_data):
    folder = str(real_data / "mgsm")
    answers = []
    for language in LANGUAGES:
        read = samples(mgsm(language, path=folder))
        assert len(read) == 250
        answers.append([s.targets[0] for s in read])
    assert len(answers) == 11
    assert all(one == answers[0] for one in answers)


def test_mgsm_reads_the_examples_of_the_hubs_form(tmp_path):
    asked = {"question": "Wie viel?", "answer": None, "answer_number": 1234}
    shown = {
        "question": "Frage: Was ist 1+1?",
        "answer": "Schritt-für-Schritt-Antwort: Es ist 2. Die Antwort ist 2.",
        "answer_number": 2,
    }
    write(tmp_path / "hub" / "de" / "test-00000-of-00001.parquet", [asked])
    write(tmp_path / "hub" / "de" / "train-00000-of-00001.parquet", [shown])
    reader = mgsm("de", path=str(tmp_path / "hub"))
    assert samples(reader)[0].targets == ("1234",)
    (shot,) = reader.shots()
    assert shot.fields["question"] == "Was ist 1+1?"
    assert shot.metadata["solution"] == "Es ist 2. Die Antwort ist 2."
    (tmp_path / "mgsm_de.tsv").write_text('Ein "Wort?\t2,125\n', "utf-8")
    (tmp_path / "mgsm_de_train.tsv").write_text("Frage: 1+1?\tEs ist 2.\t2\n", "utf-8")
    reader = mgsm("de", path=str(tmp_path))
    assert samples(reader)[0].targets == ("2125",)
    assert reader.shots()[0].metadata["solution"] == "Es ist 2."


def test_word_problems_have_all_of_their_rows(real_data):
    words = real_data / "math_word_problems"
    read = {
        "cmath": samples(cmath(path=str(real_data / "cmath"))),
        "svamp": samples(svamp(path=str(words / "svamp"))),
        "mawps": samples(mawps(path=str(words / "mawps"))),
    }
    assert {name: len(rows) for name, rows in read.items()} == {
        "cmath": 1098,
        "svamp": 1000,
        "mawps": 2065,
    }
    subsets = [len(samples(mawps(name, path=str(words / "mawps")))) for name in MAWPS_SETS]
    assert subsets == [395, 600, 508, 562]
    for rows in read.values():
        assert all(target_number(s.targets[0]) for s in rows)


def test_word_problems_read_the_hubs_form(tmp_path):
    row = {"Body": "Ann has 3", "Question": "How many?", "Answer": "3.0", "Type": "Sum"}
    for split in ("train", "test"):
        write(tmp_path / "svamp" / f"{split}-00000-of-00001.parquet", [{**row, "ID": split}])
    read = samples(svamp(path=str(tmp_path / "svamp")))
    assert [s.id for s in read] == ["train", "test"]
    assert (read[0].fields["question"], read[0].targets) == ("Ann has 3. How many?", ("3",))
    row = {"Question": "N_00 and N_01?", "Numbers": "8.0 2.5", "Answer": 10.5}
    (one,) = samples(mawps(path=write(tmp_path / "mawps.jsonl", [row])))
    assert (one.fields["question"], one.targets) == ("8 and 2.5?", ("10.5",))
    with pytest.raises(DataError, match="N_02"):
        samples(mawps(path=write(tmp_path / "bad.jsonl", [{**row, "Question": "N_02"}])))


def test_theoremqa_has_800_questions_53_of_them_with_a_picture(real_data):
    folder = str(real_data / "theoremqa")
    read = samples(theoremqa(path=folder))
    assert len(read) == 800
    assert len(samples(theoremqa(pictures=False, path=folder))) == 747
    assert len({s.metadata["answer_type"] for s in read}) == 6


def test_theoremqa_of_an_unknown_type_is_refused(tmp_path):
    row = {"Question": "?", "Answer": "5", "Answer_type": "figure", "Picture": None}
    with pytest.raises(DataError, match="Answer_type"):
        samples(theoremqa(path=write(tmp_path / "x.jsonl", [row])))


@pytest.mark.parametrize(
    "row",
    [
        {"ID": "2024-I-1", "Problem": "?", "Solution": "…", "Answer": 33},
        {"id": "2024-I-1", "problem": "?", "answer": "033"},
        {"id": "2024-I-1", "question": "?", "answer": "33"},
    ],
)
def test_aime_means_the_same_in_every_form(tmp_path, row):
    (one,) = samples(aime(2024, path=write(tmp_path / "x.jsonl", [row])))
    assert (one.id, one.fields["question"], one.targets) == ("2024-I-1", "?", ("33",))
    bad = {k: "1000" if k.lower() == "answer" else v for k, v in row.items()}
    path = write(tmp_path / "y.jsonl", [bad])
    with pytest.raises(DataError, match="0 to 999"):
        samples(aime(2024, path=path))


def test_mathbench_reads_choices_and_cloze(tmp_path):
    choice = {"question": "1+1?", "options": ["1", "2", "3", "4"], "answer": "B", "topic": "x"}
    write(tmp_path / "college" / "single_choice_en.jsonl", [choice])
    write(tmp_path / "arithmetic" / "cloze_en.jsonl", [{"question": "1+1?", "answer": "2"}])
    (one,) = samples(mathbench("college", "single_choice_en", path=str(tmp_path)))
    assert (one.choices, one.right) == (("1", "2", "3", "4"), (1,))
    (one,) = samples(mathbench("arithmetic", "cloze_en", path=str(tmp_path)))
    assert (one.targets, one.choices) == (("2",), ())
    assert sum(map(len, PARTS.values())) == 17
    with pytest.raises(DataError, match="not here") as caught:
        samples(mathbench("high", "single_choice_cn"))
    assert "releases" in caught.value.hint


@pytest.mark.parametrize(
    "build",
    [
        lambda: bbh("snark"),
        lambda: competition_math("algebr"),
        lambda: competition_math(level=6),
        lambda: mgsm("xx"),
        lambda: mawps("addsup"),
        lambda: aime(2023),
        lambda: mathbench("colege", "cloze_en"),
        lambda: mathbench("college", "cloze_en"),
    ],
)
def test_unknown_sets_are_refused_at_once(build):
    with pytest.raises(ConfigError):
        build()


def test_bbh_of_the_hub_says_where_its_examples_are(tmp_path):
    with pytest.raises(DataError, match="no worked examples") as caught:
        len(bbh("snarks").shots())
    assert "cot-prompts" in caught.value.hint or "github" in caught.value.hint
    row = {"input": "Which?\nOptions:\n(A) this\n(B) that", "target": "(B)"}
    write(tmp_path / "snarks" / "test-00000-of-00001.parquet", [row])
    (one,) = samples(bbh("snarks", path=str(tmp_path)))
    assert (one.choices, one.right, one.fields["description"]) == (("this", "that"), (1,), "")


def test_a_damaged_file_of_worked_examples_is_refused(tmp_path):
    write(tmp_path / "bbh" / "navigate.json", [])
    (tmp_path / "bbh" / "navigate.json").write_text(
        '{"examples": [{"input": "?", "target": "No"}]}'
    )
    (tmp_path / "cot-prompts").mkdir()
    (tmp_path / "cot-prompts" / "navigate.txt").write_text("x\n-----\nGo.\n\nQ: a\nA: b")
    with pytest.raises(DataError, match="step by step"):
        samples(bbh("navigate", path=str(tmp_path)))


MINE = ("bbh", "math", "mgsm", "cmath", "svamp", "mawps", "theoremqa", "aime", "mathbench")


@pytest.mark.parametrize("stem", MINE)
def test_every_module_says_what_its_benchmark_is(stem):
    values = variables(ROOT / "datasets_cfg" / f"{stem}.py").meant()
    abouts = {name: value for name, value in values.items() if name.endswith("_about")}
    assert abouts
    for about in abouts.values():
        assert set(about) == {"title", "group", "paper", "licence", "hub", "size", "needs"}
        assert about["group"] == "Reasoning and mathematics"
    for name, entries in lists_of(ROOT / "datasets_cfg" / f"{stem}.py").items():
        assert specs(entries), name


def test_no_question_shows_its_solution(real_data, monkeypatch):
    from compass.questions import open_benchmark

    monkeypatch.setenv("COMPASS_DATA", str(real_data))
    names = ("math_datasets", "math_500_datasets", "cmath_datasets", "svamp_datasets")
    for path in FILES:
        for name, entries in lists_of(path).items():
            if name not in (*names, "mawps_datasets", "theoremqa_datasets", "mgsm_datasets"):
                continue
            opened = open_benchmark(specs(entries[:1])[0])
            for sample, _ in zip(opened.samples(), range(20), strict=False):
                text = opened.prompt.dialogue(sample, opened.reader.shots()).plain()
                assert sample.fields["question"] in text
                assert not re.search(r"\\boxed\{.+\}", text)
                assert "{{" not in text


ROWS = {
    "bbh": ("snarks.json", [{"input": "Which?\nOptions:\n(A) this\n(B) that", "target": "(B)"}]),
    "math": ("test.jsonl", [PROBLEM]),
    "mgsm": ("mgsm_bn.tsv", None),
    "cmath": ("test.jsonl", [{"question": "一加一？", "golden": "2", "grade": 1}]),
    "svamp": ("test.jsonl", [{"Body": "Ann has 3.", "Question": "How many?", "Answer": 3}]),
    "mawps": ("test.jsonl", [{"input": "One and one?", "target": 2.0}]),
    "theoremqa": (
        "test.jsonl",
        [{"Question": "Is 2 even?", "Answer": True, "Answer_type": "bool"}],
    ),
    "aime": ("aime2024.jsonl", [{"problem": "What is $1+1$?", "answer": "2"}]),
    "mathbench": (
        "college/single_choice_cn.jsonl",
        [{"question": "1+1?", "options": ["1", "2", "3", "4"], "answer": "B"}],
    ),
    "gsm8k": ("test.jsonl", [{"question": "How much is 1+1?", "answer": "2.\n#### 2"}]),
}
GOLDEN = {
    "bbh": ("bbh_datasets", "bbh_direct_datasets", "bbh_0shot_datasets"),
    "math": ("math_datasets", "math_4shot_datasets", "math_500_datasets"),
    "mgsm": ("mgsm_datasets", "mgsm_8shot_datasets"),
    "cmath": ("cmath_datasets",),
    "svamp": ("svamp_datasets",),
    "mawps": ("mawps_datasets",),
    "theoremqa": ("theoremqa_datasets",),
    "aime": ("aime2024_datasets", "aime2025_datasets"),
    "mathbench": ("mathbench_datasets",),
    "gsm8k": ("gsm8k_0shot_datasets",),
}


def test_prompts_of_rows_of_our_own_are_as_they_were(tmp_path):
    """COMPASS_GOLDEN=1 writes them anew: read the difference before it is committed."""
    from compass.questions import open_benchmark

    texts = []
    for stem, names in GOLDEN.items():
        folder = tmp_path / stem
        file, rows = ROWS[stem]
        (folder / file).parent.mkdir(parents=True)
        if rows is None:
            (folder / file).write_text("One and one?\t2\n", "utf-8")
        elif stem == "bbh":
            for task in TASKS:
                (folder / f"{task}.json").write_text(json.dumps({"examples": rows}), "utf-8")
            (folder / "cot-prompts").mkdir()
            example = "A: Let's think step by step.\nThis. So the answer is (A)."
            shown = "".join(f"\n\nQ: {n}?\n{example}" for n in (1, 2, 3))
            for task in TASKS:
                (folder / "cot-prompts" / f"{task}.txt").write_text(f"x\n-----\nSay it.{shown}")
        else:
            write(folder / file, rows)
        if stem == "math":
            write(folder / "train.jsonl", [{**PROBLEM, "problem": f"{n}?"} for n in range(4)])
        if stem == "mgsm":
            lines = [f"প্রশ্ন: {n}?\tধাপে ধাপে উত্তর: It is {n}.\t{n}\n" for n in range(8)]
            (folder / "mgsm_bn_train.tsv").write_text("".join(lines), "utf-8")
        if stem == "aime":
            write(folder / "aime2025.jsonl", rows)
        for name in names:
            entry = lists_of(ROOT / "datasets_cfg" / f"{stem}.py")[name][0]
            reader = {**entry["reader"], "path": str(folder)}
            opened = open_benchmark(specs([{**entry, "reader": reader}])[0])
            (one,) = opened.samples()
            text = opened.prompt.dialogue(one, opened.reader.shots()).plain()
            texts.append(f"=== {name}\n{text}\n")
    golden = ROOT / "tests" / "golden" / "prompts_maths.txt"
    if os.environ.get("COMPASS_GOLDEN"):
        golden.write_text("".join(texts), "utf-8")
    assert "".join(texts) == golden.read_text("utf-8")
