"""Choice benchmarks: the hub's form and the original files, all of their rows."""

from __future__ import annotations

import json

import pytest

from compass.data.clue import clue, fewclue
from compass.data.commonsense import commonsenseqa, openbookqa, piqa, siqa
from compass.data.home import passage_id, placed
from compass.data.race import race
from compass.data.superglue import superglue
from compass.data.truthfulqa_mc import truthfulqa_mc
from compass.data.winograd import winogrande, wsc273
from compass.errors import ConfigError, DataError


@pytest.fixture(autouse=True)
def no_data_folder(monkeypatch):
    monkeypatch.delenv("COMPASS_DATA", raising=False)


def write(path, *rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def samples(reader):
    return list(reader.samples())


def only(reader):
    (sample,) = samples(reader)
    return sample


REAL = [
    (winogrande, {}, 1267, {2}),
    (wsc273, {}, 273, {2}),
    (piqa, {}, 1838, {2}),
    (siqa, {}, 1954, {3}),
    (openbookqa, {"split": "test"}, 500, {4}),
    (openbookqa, {"split": "validation"}, 500, {4}),
    (commonsenseqa, {}, 1221, {5}),
    (superglue, {"task": "boolq"}, 3270, {2}),
    (superglue, {"task": "copa"}, 100, {2}),
    (truthfulqa_mc, {"answers": "mc1"}, 790, set(range(2, 14))),
    (truthfulqa_mc, {"answers": "mc2"}, 790, {*range(2, 21), 24}),
]


@pytest.mark.parametrize(
    ("reader", "arguments", "count", "sizes"),
    REAL,
    ids=[f"{r.__name__}-{'-'.join(a.values())}" for r, a, _, _ in REAL],
)
def test_all_of_the_real_rows_are_read(real_data, monkeypatch, reader, arguments, count, sizes):
    monkeypatch.setenv("COMPASS_DATA", str(real_data))
    read = samples(reader(**arguments))
    assert len(read) == len({s.id for s in read}) == count
    assert {len(s.choices) for s in read} == sizes
    assert all(s.right and s.targets[0] in {s.choices[p] for p in s.right} for s in read)


def test_llm_foundrys_copa_is_the_hubs(real_data):
    folder = real_data / "llm_foundry_icl" / "commonsense_reasoning"
    foundry = samples(superglue("copa", path=str(folder)))
    hub = samples(superglue("copa", path=str(real_data / "hf_arrow/super_glue/copa")))
    assert foundry == hub


def test_the_schemas_of_wsc273_are_put_together_again(real_data):
    path = real_data / "llm_foundry_icl/language_understanding/winograd_wsc.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    for sample, row in zip(samples(wsc273(path=str(path))), rows, strict=True):
        before = sample.fields["before"]
        assert [before + one for one in sample.choices] == row["context_options"]
        assert sample.fields["after"] == row["continuation"]
        assert all(one and not one.startswith(" ") for one in sample.choices)


def test_the_published_version_of_truthfulqa_has_817_questions(real_data):
    path = real_data / "truthfulqa" / "data" / "v0" / "TruthfulQA.csv"
    assert len(samples(truthfulqa_mc(path=str(path)))) == 817
    both = [
        {s.fields["question"]: set(s.choices) for s in samples(truthfulqa_mc(path=str(one)))}
        for one in (real_data / "truthfulqa/TruthfulQA.csv", real_data / "truthfulqa")
    ]
    assert both[0].keys() == both[1].keys()
    assert sum(both[0][name] == both[1][name] for name in both[0]) == 768


def test_mc1_is_a_part_of_mc2_with_the_same_false_answers(real_data):
    read = [samples(truthfulqa_mc(a, path=str(real_data / "truthfulqa"))) for a in ("mc1", "mc2")]
    for one, two in zip(*read, strict=True):
        assert one.targets == two.targets[:1]
        false = [{c for p, c in enumerate(s.choices) if p not in s.right} for s in (one, two)]
        assert false[0] == false[1]


def test_mixed_answers_stay_the_same_answers_in_an_order_of_their_own(real_data):
    path = str(real_data / "truthfulqa")
    plain = samples(truthfulqa_mc("mc1", path=path))
    mixed = samples(truthfulqa_mc("mc1", shuffle=True, path=path))
    assert [set(s.choices) for s in plain] == [set(s.choices) for s in mixed]
    assert [s.targets for s in plain] == [s.targets for s in mixed]
    assert all(s.choices[s.right[0]] == s.targets[0] for s in mixed)
    assert {s.right for s in plain} == {(0,)}
    assert len({s.right for s in mixed}) > 5
    assert mixed == samples(truthfulqa_mc("mc1", shuffle=True, path=path))


def test_winogrande_is_cut_at_its_blank(tmp_path):
    row = {"sentence": "The cup and the lid: _ leaks.", "option1": "cup", "option2": "lid"}
    path = write(tmp_path / "dev.jsonl", {**row, "answer": "2"})
    sample = only(winogrande(path=path))
    assert sample.fields["before"] == "The cup and the lid: "
    assert sample.fields["after"] == "leaks."
    assert sample.choices[sample.right[0]] == "lid"
    with pytest.raises(DataError, match="the answer is '', expected one of 1, 2") as caught:
        samples(winogrande(path=write(tmp_path / "x.jsonl", {**row, "answer": ""})))
    assert caught.value.where.endswith("x.jsonl:1")


def test_options_of_wsc273_fit_into_the_sentence(tmp_path):
    row = {
        "text": "The cat saw the dog because  it barked at her tail.",
        "pronoun": "her",
        "pronoun_loc": 42,
        "options": ["The cat", "The dog"],
        "label": 0,
    }
    sample = only(wsc273(path=write(tmp_path / "test.jsonl", row)))
    assert sample.choices == ("the cat's", "the dog's")
    assert sample.fields["before"] == "The cat saw the dog because it barked at "
    assert sample.fields["after"] == "tail."
    row |= {"text": "Kim left. She sang.", "pronoun": "She", "pronoun_loc": 10}
    sample = only(wsc273(path=write(tmp_path / "start.jsonl", row)))
    assert sample.choices == ("The cat", "The dog")
    with pytest.raises(DataError, match="the pronoun 'She' is not at character 3"):
        samples(wsc273(path=write(tmp_path / "off.jsonl", {**row, "pronoun_loc": 3})))


TREE = {"question_stem": "A tree is a", "id": "t", "answerKey": "B"}
OPTIONS = {"text": ["stone", "plant"], "label": ["A", "B"]}


def test_openbookqa_means_the_same_in_every_form(tmp_path):
    table = tmp_path / "test.tsv"
    table.write_text(
        "ID\tQuestion Stem\tChoices\tComplete Question\tAnswer Key\n"
        "t\tA tree is a\t(A) stone (B) plant\tA tree is a (A) stone (B) plant\tB\n"
    )
    listed = [{"text": t, "label": n} for t, n in zip(*OPTIONS.values(), strict=True)]
    inner = {"stem": "A tree is a", "choices": listed}
    forms = [
        str(table),
        write(tmp_path / "hub.jsonl", {**TREE, "choices": OPTIONS}),
        write(tmp_path / "ai2.jsonl", {"id": "t", "question": inner, "answerKey": "B"}),
    ]
    first, *others = [only(openbookqa(path=path)) for path in forms]
    assert first.id == "t"
    assert first.choices[first.right[0]] == "plant"
    assert others == [first, first]
    hidden = write(tmp_path / "hidden.jsonl", {**TREE, "choices": OPTIONS, "answerKey": ""})
    with pytest.raises(DataError, match="the answer is '', expected one of A, B"):
        samples(openbookqa(path=hidden))


def test_commonsenseqa_means_the_same_in_both_forms(tmp_path):
    hub = {
        "id": "c",
        "question": "Where is a boat?",
        "question_concept": "boat",
        "choices": {"label": ["A", "B"], "text": ["lake", "sky"]},
        "answerKey": "A",
    }
    listed = [{"label": "A", "text": "lake"}, {"label": "B", "text": "sky"}]
    asked = {"question_concept": "boat", "choices": listed, "stem": "Where is a boat? "}
    original = {"id": "c", "answerKey": "A", "question": asked}
    one = only(commonsenseqa(path=write(tmp_path / "hub.jsonl", hub)))
    assert one == only(commonsenseqa(path=write(tmp_path / "own.jsonl", original)))
    assert (one.targets, one.fields["concept"]) == (("lake",), "boat")


def test_siqa_counts_from_one(tmp_path):
    row = {"context": "Al ran.", "question": "Why?", "label": "1"}
    row |= {f"answer{letter}": letter.lower() for letter in "ABC"}
    assert only(siqa(path=write(tmp_path / "a.jsonl", row))).targets == ("a",)
    with pytest.raises(DataError, match="expected one of 1, 2, 3"):
        samples(siqa(path=write(tmp_path / "b.jsonl", {**row, "label": "0"})))


def test_a_folder_of_the_original_files_is_found_in_the_data_folder(tmp_path, monkeypatch):
    row = {"question": "is it", "passage": "It is.", "label": True, "idx": 0}
    write(tmp_path / "SuperGLUE/BoolQ/val.jsonl", row)
    monkeypatch.setenv("COMPASS_DATA", str(tmp_path))
    assert only(superglue("boolq")).targets == ("yes",)
    assert only(superglue("boolq", path=str(tmp_path / "SuperGLUE"))).targets == ("yes",)
    with pytest.raises(DataError, match="no files of the split 'validation'"):
        samples(superglue("cb", path=str(tmp_path / "SuperGLUE")))


def test_a_copy_of_the_hub_is_read(tmp_path):
    from datasets import Dataset

    place = tmp_path / "cb" / "validation-00000-of-00001.parquet"
    place.parent.mkdir()
    rows = [{"premise": "P.", "hypothesis": "H", "idx": n, "label": n} for n in range(3)]
    Dataset.from_list(rows).to_parquet(place)
    read = samples(superglue("cb", path=str(tmp_path)))
    assert [s.targets for s in read] == [("True",), ("False",), ("Neither",)]


@pytest.mark.parametrize(
    ("task", "row", "target"),
    [
        ("boolq", {"question": "q", "passage": "p", "answer": False}, "no"),
        ("boolq", {"question": "q", "passage": "p", "label": 1}, "yes"),
        ("cb", {"premise": "p", "hypothesis": "h", "label": "contradiction"}, "False"),
        ("rte", {"premise": "p", "hypothesis": "h", "label": "not_entailment"}, "False"),
        ("rte", {"premise": "p", "hypothesis": "h", "label": 0}, "True"),
        ("axb", {"sentence1": "p", "sentence2": "h", "label": "entailment"}, "True"),
        ("axg", {"premise": "p", "hypothesis": "h", "label": 1, "pair_id": 7}, "False"),
    ],
)
def test_labels_of_superglue_are_names_or_numbers(tmp_path, task, row, target):
    assert only(superglue(task, path=write(tmp_path / "x.jsonl", row))).targets == (target,)


def test_wic_shows_the_word_as_its_sentence_has_it(tmp_path):
    row = {"word": "run", "sentence1": "He ran off.", "sentence2": "A run of luck.", "label": False}
    row |= {"start1": 3, "end1": 6, "start2": 2, "end2": 5}
    sample = only(superglue("wic", path=write(tmp_path / "x.jsonl", row)))
    assert (sample.fields["form"], sample.targets) == ("ran", ("no",))


@pytest.mark.parametrize(
    ("text", "index", "marked"),
    [
        ("Al met Bo when he left.", 4, "Al met Bo when *he* left."),
        ("He left, said Al.", 0, "*He* left, said Al."),
    ],
)
def test_wsc_marks_the_pronoun(tmp_path, text, index, marked):
    spans = {"span1_text": "Al", "span1_index": 0, "span2_index": index}
    spans["span2_text"] = text.split()[index]
    hub = {"text": text, **spans, "label": 1, "idx": 0}
    own = {"text": text, "target": spans, "label": True, "idx": 0}
    one = only(superglue("wsc", path=write(tmp_path / "hub.jsonl", hub)))
    assert one == only(superglue("wsc", path=write(tmp_path / "own.jsonl", own)))
    assert one.fields["marked"] == marked


def test_multirc_and_record_are_read_nested_and_flat(tmp_path):
    passage = {"text": "Bo bakes.", "questions": []}
    answers = [{"text": "Bo", "label": 1}, {"text": "Al", "label": 0}]
    passage["questions"] = [{"question": "Who bakes?", "answers": answers}]
    nested = samples(superglue("multirc", path=write(tmp_path / "n.jsonl", {"passage": passage})))
    flat = [
        {"paragraph": "Bo bakes.", "question": "Who bakes?", "answer": a["text"], **a}
        for a in answers
    ]
    assert nested == samples(superglue("multirc", path=write(tmp_path / "f.jsonl", *flat)))
    assert [s.targets for s in nested] == [("yes",), ("no",)]
    assert {s.cluster for s in nested} == {passage_id("Bo bakes.")}

    text = "Bo met Al.\n@highlight\nA meeting"
    spans = [{"start": 0, "end": 1}, {"start": 7, "end": 8}]
    asked = [{"query": "@placeholder met Al", "answers": [{"text": "Bo", "start": 0, "end": 1}]}]
    row = {"passage": {"text": text, "entities": spans}, "qas": asked}
    one = only(superglue("record", path=write(tmp_path / "r.jsonl", row)))
    flat = {"passage": text, "query": "@placeholder met Al", "entities": ["Bo", "Al"]}
    flat["answers"] = ["Bo", "Bo"]
    assert one == only(superglue("record", path=write(tmp_path / "h.jsonl", flat)))
    assert (one.choices, one.right, one.targets) == (("Al", "Bo"), (1,), ("Bo",))
    assert one.fields["highlights"] == ["A meeting"]


def test_a_damaged_nested_row_is_named_with_its_place(tmp_path):
    path = write(tmp_path / "x.jsonl", {"passage": {"text": "t"}})
    with pytest.raises(DataError, match="KeyError: 'questions'") as caught:
        samples(superglue("multirc", path=path))
    assert caught.value.where == f"{path}:1"


def test_race_is_read_by_article_and_by_question(tmp_path):
    article = {
        "id": "high2.txt",
        "article": "Bo bakes bread.",
        "questions": ["Who bakes?", "What?"],
        "options": [["Bo", "Al", "Cy", "Di"], ["cake", "bread", "pie", "buns"]],
        "answers": ["A", "B"],
    }
    folder = tmp_path / "RACE" / "test" / "high"
    folder.mkdir(parents=True)
    for number in (2, 10):
        (folder / f"{number}.txt").write_text(json.dumps({**article, "id": f"high{number}.txt"}))
    read = samples(race("high", path=str(tmp_path / "RACE")))
    assert [s.targets for s in read] == [("Bo",), ("bread",)] * 2
    assert [s.cluster for s in read] == ["high2.txt"] * 2 + ["high10.txt"] * 2
    row = {"example_id": "high2.txt", "article": "Bo bakes bread.", "question": "Who bakes?"}
    row |= {"options": ["Bo", "Al", "Cy", "Di"], "answer": "A"}
    write(tmp_path / "oc" / "test" / "middle.jsonl", row)
    assert samples(race("middle", path=str(tmp_path / "oc")))[0] == read[0]
    with pytest.raises(DataError, match="no files of the split 'test'"):
        samples(race("middle", path=str(tmp_path / "RACE")))


PAIR = {"sentence1": "一", "sentence2": "二"}
SPAN = {"span1_text": "床", "span2_text": "它", "span1_index": 0, "span2_index": 2}


@pytest.mark.parametrize(
    ("task", "row", "target"),
    [
        ("afqmc", {**PAIR, "label": "1"}, "完全一致"),
        ("afqmc", {**PAIR, "label": 0}, "不完全一致"),
        ("cmnli", {**PAIR, "label": "neutral"}, "无关"),
        ("ocnli", {**PAIR, "label": 1}, "蕴含"),
        ("tnews", {"sentence": "题", "label": "103", "label_desc": "news_sports"}, "体育类别新闻"),
        ("tnews", {"sentence": "题", "label": 5}, "楼市新闻"),
        ("cluewsc", {"text": "床和它", "target": SPAN, "label": "true"}, "是"),
        ("cluewsc", {"text": "床和它", "target": SPAN, "label": 1}, "否"),
        ("cluewsc", {"text": "床和它", "target": SPAN, "label": True}, "是"),
        ("csl", {"abst": "文", "keyword": ["甲", "乙"], "label": "1"}, "是"),
    ],
)
def test_labels_of_clue_are_names_or_the_hubs_numbers(tmp_path, task, row, target):
    assert only(clue(task, path=write(tmp_path / "dev.json", row))).targets == (target,)


def test_rows_without_agreement_are_left_out(tmp_path):
    rows = [{**PAIR, "label": "-"}, {**PAIR, "label": "contradiction"}]
    write(tmp_path / "OCNLI" / "dev.json", *rows)
    assert only(clue("ocnli", path=str(tmp_path))).targets == ("矛盾",)


def test_c3_is_read_nested_and_flat(tmp_path):
    asked = {"question": "谁？", "choice": ["甲", "乙", "丙"], "answer": "乙"}
    path = tmp_path / "dev.json"
    path.write_text(json.dumps([[["第一段", "第二段"], [asked, {**asked, "answer": "甲"}], "1"]]))
    read = samples(clue("c3", path=str(path)))
    assert [s.targets for s in read] == [("乙",), ("甲",)]
    assert len({s.cluster for s in read}) == 1
    hub = {"id": 1, "context": ["第一段", "第二段"], **asked}
    one = only(clue("c3", path=write(tmp_path / "hub.jsonl", hub)))
    assert one == read[0]
    assert one.fields["context"] == "第一段\n第二段"


def test_fewclue_reads_its_public_tests(tmp_path, monkeypatch):
    rows = {
        "bustm": {**PAIR, "label": "1"},
        "eprstmt": {"id": 1, "sentence": "好", "label": "Positive"},
        "chid": {"content": "他#idiom#。", "candidates": ["一", "二", "三"], "answer": 2},
    }
    for task, row in rows.items():
        write(tmp_path / "FewCLUE" / task / "test_public.json", row)
    monkeypatch.setenv("COMPASS_DATA", str(tmp_path))
    assert [only(fewclue(task)).targets for task in rows] == [("相关",), ("积极",), ("三",)]
    chid = only(fewclue("chid"))
    assert (chid.fields["before"], chid.fields["after"]) == ("他", "。")
    assert chid.fields["question"] == "他______。"


def test_fewclue_without_files_says_that_there_is_no_hub():
    reader = fewclue("bustm")
    for read in (reader.digest, reader.describe, lambda: samples(reader)):
        with pytest.raises(DataError, match="no folder 'FewCLUE/bustm'"):
            read()


@pytest.mark.parametrize(
    ("reader", "hub"),
    [
        (winogrande(), "allenai/winogrande"),
        (wsc273(), "lighteval/winograd_wsc"),
        (piqa(), "baber/piqa"),
        (siqa(), "lighteval/siqa"),
        (openbookqa(), "allenai/openbookqa"),
        (commonsenseqa(), "tau/commonsense_qa"),
        (superglue("wsc"), "aps/super_glue"),
        (race("high"), "ehovy/race"),
        (truthfulqa_mc(), "truthfulqa/truthful_qa"),
        (clue("c3"), "clue/clue"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_hub_is_asked_when_there_is_no_path(reader, hub):
    assert reader.describe()["hub"] == hub
    with pytest.raises(DataError, match=f"cannot load '{hub}'"):
        samples(reader)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: superglue("bolq"),
        lambda: superglue("axb", split="validation"),
        lambda: superglue("cb", split="test"),
        lambda: race("low"),
        lambda: clue("afqmcc"),
        lambda: fewclue("afqmc"),
        lambda: truthfulqa_mc("mc4"),
        lambda: piqa("test"),
        lambda: winogrande("test"),
    ],
)
def test_unknown_sets_and_splits_are_refused(wrong):
    with pytest.raises(ConfigError, match="has no"):
        wrong()


@pytest.mark.parametrize("label", [-1, 2, "-1", "", None, "maybe"])
def test_a_hidden_label_is_no_label(label):
    with pytest.raises(DataError, match="expected one of no, yes"):
        placed(label, ("no", "yes"))


def test_a_missing_column_is_named_with_its_place(tmp_path):
    path = write(tmp_path / "x.jsonl", {"goal": "g", "sol1": "a", "label": 0})
    with pytest.raises(DataError, match="no 'sol2'") as caught:
        samples(piqa(path=path))
    assert caught.value.where == f"{path}:1"
