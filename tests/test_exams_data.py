"""Examination benchmarks: every row of the real files, and every schema on rows of our own."""

from __future__ import annotations

import csv
import json

import pytest

from compass.data.agieval import CHINESE, CLOZE, ENGLISH, agieval
from compass.data.arc import arc
from compass.data.ceval import ceval
from compass.data.cmmlu import cmmlu
from compass.data.gaokao import gaokao
from compass.data.gpqa import gpqa, shuffled
from compass.data.mmlu import mmlu
from compass.data.mmlu_pro import CATEGORIES, mmlu_pro
from compass.errors import ConfigError, DataError


@pytest.fixture(autouse=True)
def no_data_folder(monkeypatch):
    monkeypatch.delenv("COMPASS_DATA", raising=False)


def write(path, rows):
    """Write rows as the suffix says, and return the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as stream:
            table = csv.DictWriter(stream, list(rows[0]))
            table.writeheader()
            table.writerows(rows)
    elif path.suffix == ".json":
        path.write_text(json.dumps({"keywords": path.stem, "example": rows}), "utf-8")
    elif path.suffix == ".parquet":
        from datasets import Dataset

        Dataset.from_list(rows).to_parquet(path)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return str(path)


def samples(reader):
    return list(reader.samples())


# Real files.


def test_cmmlu_has_11582_questions_and_335_shots_in_67_subjects(real_data, monkeypatch):
    monkeypatch.setenv("COMPASS_DATA", str(real_data))
    subjects = [p.stem for p in (real_data / "cmmlu" / "test").glob("*.csv")]
    readers = [cmmlu(subject) for subject in subjects]
    assert len(subjects) == 67
    assert sum(len(samples(reader)) for reader in readers) == 11582
    assert sum(len(reader.shots()) for reader in readers) == 335
    for sample in samples(readers[0]):
        assert len(sample.choices) == 4
        assert sample.targets == (sample.choices[sample.right[0]],)


def test_mmlu_has_14042_questions_and_285_shots_in_57_subjects(real_data):
    folder = real_data / "mmlu"
    subjects = [p.name.removesuffix("_test.csv") for p in (folder / "test").glob("*.csv")]
    readers = [mmlu(subject, path=str(folder)) for subject in subjects]
    assert len(subjects) == 57
    assert sum(len(samples(reader)) for reader in readers) == 14042
    assert sum(len(reader.shots()) for reader in readers) == 285


AGIEVAL = {
    "aqua-rat": 254, "gaokao-biology": 210, "gaokao-chemistry": 207, "gaokao-chinese": 246,
    "gaokao-english": 306, "gaokao-geography": 199, "gaokao-history": 235,
    "gaokao-mathcloze": 118, "gaokao-mathqa": 351, "gaokao-physics": 200, "lsat-ar": 230,
    "lsat-lr": 510, "lsat-rc": 269, "math": 1000, "sat-en-without-passage": 206, "sat-en": 206,
    "sat-math": 220,
}  # fmt: skip


@pytest.mark.parametrize(("task", "count"), AGIEVAL.items())
def test_agieval_reads_every_row_and_shot_of_a_task(real_data, monkeypatch, task, count):
    monkeypatch.setenv("COMPASS_DATA", str(real_data))
    reader = agieval(task)
    read = samples(reader)
    assert len(read) == count
    assert 3 <= len(reader.shots()) <= 5
    for sample in [*read, *reader.shots()]:
        assert sample.targets
        assert (sample.cluster is not None) == bool(sample.fields["passage"])
        if task not in CLOZE:
            # One shot of biology has two of its options in one text.
            assert len(sample.choices) >= 3
            assert not any(choice.startswith(("(A)", "A.", "A．")) for choice in sample.choices)
    assert all(shot.metadata["solution"] for shot in reader.shots())
    assert {len(shot.choices) for shot in reader.shots()} <= {0, 3, 4, 5}


def test_agieval_knows_which_questions_have_several_right_letters(real_data):
    path = str(real_data / "agieval" / "v1")
    counts = {t: sum(len(s.right) > 1 for s in samples(agieval(t, path))) for t in AGIEVAL}
    assert {task: n for task, n in counts.items() if n} == {
        "gaokao-mathqa": 7,
        "gaokao-physics": 35,
    }


def test_agieval_without_passages_shows_none_in_shots_either(real_data):
    path = str(real_data / "agieval")
    with_them = agieval("sat-en", path).shots()
    without = agieval("sat-en-without-passage", path).shots()
    assert [s.fields["question"] for s in with_them] == [s.fields["question"] for s in without]
    assert all(s.fields["passage"] for s in with_them)
    assert not any(s.fields["passage"] for s in without)


GAOKAO = {
    "2010-2013_English_MCQs": (105, 105), "2010-2022_Biology_MCQs": (150, 900),
    "2010-2022_Chemistry_MCQs": (124, 744), "2010-2022_Chinese_Lang_and_Usage_MCQs": (56, 240),
    "2010-2022_Chinese_Modern_Lit": (29, 261), "2010-2022_English_Fill_in_Blanks": (30, 900),
    "2010-2022_English_Reading_Comp": (124, 940), "2010-2022_Geography_MCQs": (34, 380),
    "2010-2022_History_MCQs": (287, 1148), "2010-2022_Math_II_MCQs": (218, 1090),
    "2010-2022_Math_I_MCQs": (214, 1070), "2010-2022_Physics_MCQs": (64, 384),
    "2010-2022_Political_Science_MCQs": (320, 1280), "2012-2022_English_Cloze_Test": (26, 260),
}  # fmt: skip


def test_gaokao_bench_has_1781_objective_questions_and_the_marks_of_the_exam(real_data):
    found = {}
    for name in GAOKAO:
        read = samples(gaokao(name, str(real_data / "gaokao_bench")))
        marks = sum(s.metadata["marks"] * len(s.targets[0].split()) for s in read)
        found[name] = (len(read), marks)
    assert found == GAOKAO
    assert sum(count for count, _ in found.values()) == 1781


@pytest.mark.parametrize(("name", "count"), [("I", 81), ("II", 86)])
def test_gaokao_bench_has_blanks_of_mathematics(real_data, name, count):
    file = f"2010-2022_Math_{name}_Fill-in-the-Blank"
    read = samples(gaokao(file, str(real_data / "gaokao_bench")))
    assert len(read) == count
    assert all(s.targets[0] == s.targets[0].strip() != "" for s in read)


def test_arc_easy_is_found_where_llm_foundry_keeps_it(real_data, monkeypatch):
    monkeypatch.setenv("COMPASS_DATA", str(real_data))
    assert len(samples(arc("ARC-Easy"))) == 2376
    assert len(samples(arc("ARC-Challenge"))) == 1150
    assert (
        len(samples(arc("ARC-Challenge", path=str(real_data / "arc/llm_foundry_format")))) == 1172
    )


# Rows of our own.

EXAM = {"A": "one", "B": "two ", "C": "three", "D": "four"}


def test_arc_of_the_usual_folder_wins_over_llm_foundry(tmp_path, monkeypatch):
    row = {"query": "Question: Which?", "choices": ["a", "b"], "gold": 1}
    write(tmp_path / "llm_foundry_icl/world_knowledge/arc_easy.jsonl", [row, row, row])
    monkeypatch.setenv("COMPASS_DATA", str(tmp_path))
    assert len(samples(arc("ARC-Easy"))) == 3
    write(tmp_path / "arc/arc_easy.jsonl", [row])
    assert len(samples(arc("ARC-Easy"))) == 1
    with pytest.raises(DataError, match=r"ARC-Challenge-Test.jsonl"):
        samples(arc("ARC-Challenge"))


def test_cmmlu_reads_the_original_and_a_copy_of_the_hub_alike(tmp_path):
    row = {"Question": " 哪个？", **EXAM, "Answer": "B"}
    write(tmp_path / "a/test/logical.csv", [row])
    write(tmp_path / "a/dev/logical.csv", [row, row])
    write(tmp_path / "b/logical/test-00000-of-00001.parquet", [row])
    write(tmp_path / "b/logical/dev-00000-of-00001.parquet", [row, row])
    readers = [cmmlu("logical", path=str(tmp_path / name)) for name in "ab"]
    assert samples(readers[0]) == samples(readers[1])
    assert [len(reader.shots()) for reader in readers] == [2, 2]
    (sample,) = samples(readers[0])
    assert sample.fields == {"question": "哪个？"}
    assert (sample.choices[1], sample.right) == ("two", (1,))


def test_an_unknown_subject_is_named_with_the_nearest(tmp_path):
    write(tmp_path / "test/agronomy.csv", [{"Question": "?", **EXAM, "Answer": "A"}])
    with pytest.raises(DataError, match="no subject 'agronmy'") as caught:
        samples(cmmlu("agronmy", path=str(tmp_path)))
    assert "agronomy" in caught.value.hint


def test_ceval_asks_val_and_keeps_explanations_for_shots(tmp_path):
    row = {"id": 0, "question": "?", **EXAM, "answer": "D"}
    write(tmp_path / "val/law_val.csv", [row])
    write(tmp_path / "dev/law_dev.csv", [{**row, "explanation": "because"}])
    write(tmp_path / "test/law_test.csv", [{**row, "answer": ""}])
    reader = ceval("law", path=str(tmp_path))
    assert samples(reader)[0].right == (3,)
    assert samples(reader)[0].metadata == {}
    assert reader.shots()[0].metadata == {"solution": "because"}
    with pytest.raises(ConfigError, match="no split 'test' that can be scored"):
        ceval("law", split="test")
    with pytest.raises(DataError, match="the answer is ''") as caught:
        samples(ceval("law", path=str(tmp_path / "test/law_test.csv")))
    assert caught.value.where.endswith("law_test.csv:2")


def test_ceval_reads_a_copy_of_the_hub(tmp_path):
    row = {"id": 0, "question": "?", **EXAM, "answer": "D", "explanation": ""}
    write(tmp_path / "law/val-00000-of-00001.parquet", [row])
    write(tmp_path / "law/dev-00000-of-00001.parquet", [row])
    reader = ceval("law", path=str(tmp_path))
    assert (len(samples(reader)), len(reader.shots())) == (1, 1)


PRO = {
    "question_id": 7,
    "question": "Which?",
    "options": ["a", "b", "c", "N/A"],
    "answer": "C",
    "answer_index": 2,
    "cot_content": "A: Let's think step by step. It is c. The answer is (C).",
    "category": "law",
    "src": "own",
}


def test_mmlu_pro_takes_its_category_drops_fillers_and_keeps_reasoning_for_shots(tmp_path):
    other = {**PRO, "question_id": 8, "category": "math"}
    write(tmp_path / "data/test-00000-of-00001.parquet", [{**PRO, "cot_content": ""}, other])
    write(tmp_path / "data/validation-00000-of-00001.parquet", [PRO, other])
    reader = mmlu_pro("law", path=str(tmp_path))
    (sample,) = samples(reader)
    assert (sample.id, sample.choices, sample.right) == ("7", ("a", "b", "c"), (2,))
    assert sample.metadata == {}
    (shot,) = reader.shots()
    assert shot.metadata == {"solution": "It is c. The answer is (C)."}
    assert len(CATEGORIES) == 14


@pytest.mark.parametrize("change", [{"answer": "B"}, {"answer": "D"}, {"answer_index": 5}])
def test_mmlu_pro_with_a_letter_that_is_not_its_number_is_refused(tmp_path, change):
    path = write(tmp_path / "test.jsonl", [{**PRO, **change}])
    with pytest.raises(DataError, match="3 options"):
        samples(mmlu_pro("law", path=path))


GPQA = {
    "Record ID": "rec1",
    "Question": "Which?",
    "Correct Answer": "right",
    "Incorrect Answer 1": "x",
    "Incorrect Answer 2": "y",
    "Incorrect Answer 3": "z",
    "Subdomain": "Optics",
}


def test_gpqa_shuffles_each_question_the_same_way_whatever_else_is_asked(tmp_path):
    rows = [{**GPQA, "Record ID": f"rec{n}"} for n in range(40)]
    write(tmp_path / "gpqa_main.csv", rows)
    write(tmp_path / "gpqa_diamond.csv", rows[20:])
    main = {s.id: s for s in samples(gpqa("main", path=str(tmp_path)))}
    diamond = samples(gpqa("diamond", path=str(tmp_path)))
    assert len(main) == 40
    assert all(main[s.id] == s for s in diamond)
    assert {s.right for s in main.values()} == {(0,), (1,), (2,), (3,)}
    assert all(s.choices[s.right[0]] == "right" for s in main.values())
    other = {s.id: s for s in samples(gpqa("main", seed=1, path=str(tmp_path)))}
    assert any(other[name].right != main[name].right for name in main)


def test_gpqa_reads_a_copy_of_the_hub(tmp_path):
    write(tmp_path / "gpqa_main/train-00000-of-00001.parquet", [GPQA])
    assert samples(gpqa("main", path=str(tmp_path)))[0].fields["subject"] == "Optics"


def test_every_order_of_options_turns_up_about_as_often():
    orders = [tuple(shuffled(4, f"0:{n}")) for n in range(24_000)]
    counts = {order: orders.count(order) for order in set(orders)}
    assert len(counts) == 24
    assert all(800 < count < 1200 for count in counts.values())


ROW = {
    "passage": "Text.",
    "question": "Which?",
    "options": ["(A)one", " B．two", "(C)three", "(C)four"],
    "label": ["B", "D"],
    "answer": None,
    "other": None,
}


def test_agieval_takes_letters_off_options_and_clusters_by_passage(tmp_path):
    path = write(tmp_path / "v1/gaokao-physics.jsonl", [ROW, {**ROW, "label": "A B"}])
    one, two = samples(agieval("gaokao-physics", path=str(tmp_path)))
    assert one.choices == ("one", "two", "three", "four")
    assert (one.right, two.right) == ((1, 3), (0, 1))
    assert one.cluster == two.cluster is not None
    assert path.endswith(".jsonl")


@pytest.mark.parametrize("label", ["E", "", None, [], ["A", "x"]])
def test_agieval_with_a_label_of_no_option_is_refused(tmp_path, label):
    path = write(tmp_path / "x.jsonl", [ROW, {**ROW, "label": label}])
    with pytest.raises(DataError, match="the label is") as caught:
        samples(agieval("lsat-ar", path=path))
    assert caught.value.where == f"{path}:2"


def test_agieval_reads_shots_written_as_python_and_options_in_one_text(tmp_path):
    write(tmp_path / "v1/sat-math.jsonl", [ROW])
    shot = {**ROW, "options": ["A. one\tB. two\r\nC. three\tD. four"], "label": "C"}
    cells = [("sample 1", repr(shot)), ("explanation 1", "So C."), ("sample 2", ""), ("e 2", "")]
    table = [{"": name, "sat-math": cell} for name, cell in cells]
    write(tmp_path / "few_shot_prompts.csv", table)
    (read,) = agieval("sat-math", path=str(tmp_path)).shots()
    assert (read.choices, read.right) == (("one", "two", "three", "four"), (2,))
    assert read.metadata == {"solution": "So C."}
    table[0]["sat-math"] = "__import__('os').getcwd()"
    write(tmp_path / "few_shot_prompts.csv", table)
    with pytest.raises(DataError, match="no Python dict"):
        list(agieval("sat-math", path=str(tmp_path)).shots())


def test_agieval_reads_the_form_of_the_hub(tmp_path):
    query = "Text.Q: Which? Answer Choices: (A)one (B)two\nA: Among A through B, the answer is"
    path = write(
        tmp_path / "a.jsonl", [{"query": query, "choices": ["(A)one", "(B)two"], "gold": [1]}]
    )
    (sample,) = samples(agieval("lsat-ar", path=path))
    assert sample.fields == {"question": "Which?", "passage": "Text."}
    assert (sample.choices, sample.right) == (("one", "two"), (1,))
    query = "问题：哪个？ 选项：(A)一 (B)二\n答案：从A到B, 我们应选择"
    path = write(
        tmp_path / "b.jsonl", [{"query": query, "choices": ["(A)一", "(B)二"], "gold": [0]}]
    )
    (sample,) = samples(agieval("gaokao-history", path=path))
    assert sample.fields == {"question": "哪个？", "passage": ""}
    path = write(tmp_path / "c.jsonl", [{"query": "Q: 1+1?\nA: The answer is", "answer": "2"}])
    assert samples(agieval("math", path=path))[0].targets == ("2",)


def test_agieval_has_21_tasks():
    assert len({*ENGLISH, *CHINESE}) == 21
    with pytest.raises(ConfigError, match="no task 'sat-maths'"):
        agieval("sat-maths")


EXAMPLE = {
    "year": "2011",
    "category": "own",
    "question": "1. Which?\nA. x  B. y  C. z  D. w\n",
    "answer": ["B", "AC"],
    "analysis": "",
    "index": 3,
    "score": 2,
}


def test_gaokao_lists_the_letters_of_every_part(tmp_path):
    write(tmp_path / "Data/Objective_Questions/Own.json", [EXAMPLE])
    write(tmp_path / "Data/Subjective_Questions/Blank.json", [{**EXAMPLE, "answer": "$3$\n"}])
    (sample,) = samples(gaokao("Own", str(tmp_path)))
    assert (sample.id, sample.targets) == ("3", ("B AC",))
    assert sample.metadata == {"marks": 2.0}
    assert samples(gaokao("Blank", str(tmp_path)))[0].targets == ("$3$",)


@pytest.mark.parametrize("answer", [["b"], [], ["1"], "", [""]])
def test_gaokao_with_an_answer_of_no_letters_is_refused(tmp_path, answer):
    path = write(tmp_path / "Own.json", [{**EXAMPLE, "answer": answer}])
    with pytest.raises(DataError, match="answer is") as caught:
        samples(gaokao("Own", path))
    assert caught.value.where == f"{path}:example[0]"


def test_gaokao_says_where_to_get_it_where_it_is_not():
    reader = gaokao("2010-2022_Math_I_MCQs")
    for ask in (reader.digest, reader.describe, lambda: samples(reader)):
        with pytest.raises(DataError, match="not on the hub") as caught:
            ask()
        assert "github.com/OpenLMLab/GAOKAO-Bench" in caught.value.hint
