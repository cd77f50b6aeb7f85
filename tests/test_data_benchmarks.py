"""GSM8K, ARC, MMLU and HellaSwag: the hub's form and the original files, all of their rows."""

from __future__ import annotations

import csv
import json
import re

import pytest

from compass.data.arc import arc
from compass.data.gsm8k import gsm8k
from compass.data.hellaswag import cleaned, hellaswag
from compass.data.mmlu import mmlu
from compass.errors import ConfigError, DataError


@pytest.fixture(autouse=True)
def no_data_folder(monkeypatch):
    monkeypatch.delenv("COMPASS_DATA", raising=False)


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        from datasets import Dataset

        Dataset.from_list(rows).to_parquet(path)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def samples(reader):
    return list(reader.samples())


SUM = {"question": "How much?", "answer": "It is 600+634=<<600+634=1234>>1,234.\n#### 1,234"}


def test_gsm8k_keeps_solutions_for_shots_and_takes_commas_out_of_targets(tmp_path):
    (sample,) = samples(gsm8k(path=write(tmp_path / "test.jsonl", [SUM])))
    assert sample.targets == ("1234",)
    assert dict(sample.fields) == {"question": "How much?"}
    assert dict(sample.metadata) == {"solution": "It is 600+634=1,234."}


def test_gsm8k_without_a_final_number_is_refused(tmp_path):
    path = write(tmp_path / "test.jsonl", [SUM, {**SUM, "answer": "It is 5."}])
    with pytest.raises(DataError, match="no final number") as caught:
        samples(gsm8k(path=path))
    assert caught.value.where == f"{path}:2"


def test_gsm8k_reads_all_of_the_original_files(real_data, monkeypatch):
    reader = gsm8k(path=str(real_data / "gsm8k"))
    read = samples(reader)
    assert len(read) == 1319
    assert len({s.id for s in read}) == 1319
    assert all(re.fullmatch(r"-?\d+(\.\d+)?", s.targets[0]) for s in read)
    assert all(s.metadata["solution"] and "<<" not in s.metadata["solution"] for s in read)
    assert not any("####" in s.metadata["solution"] for s in read)
    assert len(reader.shots()) == 1500
    monkeypatch.setenv("COMPASS_DATA", str(real_data))
    assert [s.id for s in samples(gsm8k())] == [s.id for s in read]


def test_gsm8k_reads_a_copy_of_the_hub(tmp_path):
    write(tmp_path / "main" / "test-00000-of-00001.parquet", [SUM])
    write(tmp_path / "main" / "train-00000-of-00001.parquet", [SUM, SUM])
    reader = gsm8k(path=str(tmp_path))
    assert (len(samples(reader)), len(reader.shots())) == (1, 2)


def test_gsm8k_asks_the_hub_when_there_is_no_path():
    with pytest.raises(DataError, match="cannot load 'openai/gsm8k'"):
        samples(gsm8k())


HUB_ARC = {
    "id": "X_1",
    "question": "Which?",
    "choices": {"text": ["a", "b", "c"], "label": ["1", "2", "3"]},
    "answerKey": "3",
}
AI2_ARC = {
    "id": "X_1",
    "question": {
        "stem": "Which?",
        "choices": [
            {"text": "a", "label": "A"},
            {"text": "b", "label": "B"},
            {"text": "c", "label": "C"},
        ],
    },
    "answerKey": "C",
}
FOUNDRY_ARC = {"query": "Question: Which?", "choices": ["a", "b", "c"], "gold": 2}


@pytest.mark.parametrize("row", [HUB_ARC, AI2_ARC, FOUNDRY_ARC])
def test_arc_means_the_same_in_every_form(tmp_path, row):
    (sample,) = samples(arc(path=write(tmp_path / "x.jsonl", [row])))
    assert dict(sample.fields) == {"question": "Which?"}
    assert (sample.choices, sample.right, sample.targets) == (("a", "b", "c"), (2,), ("c",))
    assert sample.id == "X_1" or "query" in row


def test_arc_finds_each_set_and_split_by_its_original_name(tmp_path):
    for subset in ("ARC-Challenge", "ARC-Easy"):
        for split in ("Test", "Train", "Dev"):
            row = {**AI2_ARC, "id": f"{subset} {split}"}
            write(tmp_path / subset / f"{subset}-{split}.jsonl", [row])
    for subset in ("ARC-Challenge", "ARC-Easy"):
        reader = arc(subset, "validation", path=str(tmp_path))
        assert samples(reader)[0].id == f"{subset} Dev"
        assert reader.shots()[0].id == f"{subset} Train"


def test_arc_never_takes_one_set_for_the_other(real_data, tmp_path):
    with pytest.raises(DataError, match=r"ARC-Easy-Test.jsonl"):
        samples(arc("ARC-Easy", path=str(real_data / "arc")))
    write(tmp_path / "ARC-Easy" / "test-00000-of-00001.parquet", [HUB_ARC])
    assert len(samples(arc("ARC-Easy", path=str(tmp_path)))) == 1
    with pytest.raises(DataError, match="no files of the split"):
        samples(arc("ARC-Challenge", path=str(tmp_path)))


def test_arc_with_a_hidden_or_wrong_answer_is_refused(tmp_path):
    path = write(tmp_path / "x.jsonl", [{**HUB_ARC, "answerKey": ""}])
    with pytest.raises(DataError, match="answerKey is '', expected one of 1, 2, 3"):
        samples(arc(path=path))


@pytest.mark.parametrize(
    ("subset", "split", "name", "count"),
    [
        ("ARC-Challenge", "test", "arc", 1150),
        ("ARC-Challenge", "test", "arc/llm_foundry_format", 1172),
        ("ARC-Easy", "test", "llm_foundry_icl/world_knowledge", 2376),
        ("ARC-Easy", "validation", "hf_arrow/ai2_arc", 570),
        ("ARC-Easy", "test", "hf_arrow/ai2_arc/ARC-Easy/validation", 570),
        ("ARC-Challenge", "validation", "hf_arrow/ai2_arc", 299),
    ],
)
def test_arc_reads_all_of_the_files(real_data, subset, split, name, count):
    read = samples(arc(subset, split, path=str(real_data / name)))
    assert len(read) == len({s.id for s in read}) == count
    assert all(3 <= len(s.choices) <= 5 and len(s.right) == 1 for s in read)
    assert not any(s.fields["question"].startswith("Question:") for s in read)


def test_the_carriers_of_arc_agree(real_data):
    """The same questions in two forms have the same options and the same answers."""
    both = [
        {
            s.fields["question"]: s.choices[s.right[0]]
            for s in samples(arc(path=str(real_data / name)))
        }
        for name in ("arc", "arc/llm_foundry_format")
    ]
    shared = both[0].keys() & both[1].keys()
    assert len(shared) > 1100
    assert sum(both[0][q] != both[1][q] for q in shared) == 0


MMLU_ROW = ["What is 1+1?", "1", "2", "3", "0"]


@pytest.mark.parametrize(
    "lines",
    [
        [[*MMLU_ROW, "B"]],
        [["question", "A", "B", "C", "D", "answer"], [*MMLU_ROW, "B"]],
        [["question", "choice0", "choice1", "choice2", "choice3", "answer"], [*MMLU_ROW, "1"]],
    ],
)
def test_mmlu_means_the_same_with_and_without_a_header(tmp_path, lines):
    for split in ("test", "dev"):
        path = tmp_path / split / f"college_math_{split}.csv"
        path.parent.mkdir()
        with path.open("w", newline="") as stream:
            csv.writer(stream).writerows(lines)
    reader = mmlu("college_math", path=str(tmp_path))
    (sample,) = samples(reader)
    assert dict(sample.fields) == {"question": "What is 1+1?", "subject": "college math"}
    assert (sample.choices, sample.right) == (("1", "2", "3", "0"), (1,))
    assert reader.shots()[0].id == sample.id


def test_mmlu_reads_a_copy_of_the_hub(tmp_path):
    row = {"question": "1+1?", "subject": "x", "choices": ["1", "2", "3", "0"], "answer": 1}
    for split in ("test", "dev", "validation"):
        write(tmp_path / "anatomy" / f"{split}-00000-of-00001.parquet", [row])
    reader = mmlu("anatomy", "validation", path=str(tmp_path))
    assert samples(reader)[0].targets == ("2",)
    assert len(reader.shots()) == 1


def test_mmlu_reads_all_subjects_and_five_shots_of_each(real_data):
    files = sorted((real_data / "mmlu" / "test").iterdir())
    total = 0
    for file in files:
        reader = mmlu(file.name.removesuffix("_test.csv"), path=str(real_data / "mmlu"))
        read = samples(reader)
        assert all(len(s.choices) == 4 and len(s.right) == 1 for s in read)
        assert len(reader.shots()) == 5
        total += len(read)
    assert (len(files), total) == (57, 14042)


def test_mmlu_takes_numbers_as_places_even_if_an_option_is_a_number(real_data):
    with (real_data / "mmlu" / "test" / "abstract_algebra_test.csv").open(newline="") as stream:
        rows = list(csv.reader(stream))[1:]
    read = samples(mmlu("abstract_algebra", path=str(real_data / "mmlu")))
    assert [s.right for s in read] == [(int(row[5]),) for row in rows]


def test_mmlu_knows_near_misses(real_data):
    with pytest.raises(DataError) as caught:
        samples(mmlu("anatomi", path=str(real_data / "mmlu")))
    assert caught.value.hint == "did you mean 'anatomy'?"


HELLA = {
    "activity_label": "Tea",
    "ctx_a": "Boil water. [step] Wait.",
    "ctx_b": "then you",
    "endings": ["pour it.", "drink [substeps] it.", "sing.", "run."],
    "label": "1",
    "source_id": "wiki~1",
}


def test_hellaswag_is_cleaned_as_lm_evaluation_harness_cleans_it(tmp_path):
    path = write(tmp_path / "x.jsonl", [HELLA, {**HELLA, "label": 2, "ctx_b": ""}])
    first, second = samples(hellaswag(path=path))
    assert first.fields["question"] == "Tea: Boil water. Wait. Then you"
    assert first.choices == ("pour it.", "drink it.", "sing.", "run.")
    assert (first.right, second.right, first.cluster) == ((1,), (2,), "wiki~1")
    assert cleaned(" Tea [title] Boil water. [step] Pour  it. ") == "Tea. Boil water. Pour it."


def test_hellaswag_without_labels_is_refused(tmp_path):
    path = write(tmp_path / "x.jsonl", [{**HELLA, "label": ""}])
    with pytest.raises(DataError, match="label '' of 4 endings"):
        samples(hellaswag(path=path))


def test_hellaswag_reads_a_copy_of_the_hub_and_the_original_names(tmp_path):
    write(tmp_path / "hub" / "data" / "validation-00000-of-00001.parquet", [HELLA])
    write(tmp_path / "own" / "hellaswag_val.jsonl", [HELLA])
    write(tmp_path / "own" / "hellaswag_train.jsonl", [HELLA, HELLA])
    own = hellaswag(path=str(tmp_path / "own"))
    assert samples(own) == samples(hellaswag(path=str(tmp_path / "hub")))
    assert len(own.shots()) == 2


def test_a_damaged_text_form_is_refused(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("ctx\n1\na\nb\nc\nd\nctx\n1\na\n")
    with pytest.raises(DataError, match="3 lines, expected 6") as caught:
        samples(hellaswag(path=str(path)))
    assert caught.value.where == f"{path}:7"
    path.write_text("ctx\na\nb\nc\nd\n1\n")
    with pytest.raises(DataError, match="expected 0, 1, 2 or 3"):
        samples(hellaswag(path=str(path)))


def test_hellaswag_reads_all_of_the_validation_split(real_data):
    read = samples(hellaswag(path=str(real_data / "hellaswag")))
    assert len(read) == len({s.id for s in read}) == 10042
    assert all(len(s.choices) == 4 and len(s.right) == 1 for s in read)


def test_both_forms_of_hellaswag_hold_the_same_questions(real_data):
    original = real_data / "hellaswag" / "original_format_1000" / "hellaswag.jsonl"

    def plain(sample):
        return tuple(choice.strip() for choice in sample.choices)

    texts = {plain(s): s for s in samples(hellaswag(path=str(real_data / "hellaswag")))}
    for sample in samples(hellaswag(path=str(original))):
        other = texts[plain(sample)]
        assert other.right == sample.right
        assert other.fields["question"].lower() == sample.fields["question"].lower()


@pytest.mark.parametrize(
    "build",
    [
        lambda: arc("ARC-Hard"),
        lambda: arc(split="dev"),
        lambda: mmlu("anatomy", "train"),
        lambda: hellaswag("test"),
    ],
)
def test_unknown_sets_and_splits_are_refused_at_once(build):
    with pytest.raises(ConfigError) as caught:
        build()
    assert caught.value.hint
