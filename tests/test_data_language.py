"""Readers of the sets of language and knowledge: both forms, and all rows of the real files."""

from __future__ import annotations

import json

import pytest

from compass.data.drop import drop
from compass.data.flores import flores
from compass.data.lambada import lambada
from compass.data.openqa import nq_open, triviaqa
from compass.data.squad import XQUAD_LANGUAGES, cmrc2018, squad, xquad
from compass.data.truthfulqa_gen import truthfulqa_gen
from compass.data.xsum import xsum
from compass.errors import ConfigError, DataError


@pytest.fixture(autouse=True)
def no_data_folder(monkeypatch):
    monkeypatch.delenv("COMPASS_DATA", raising=False)


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".jsonl":
        content = "".join(json.dumps(row) + "\n" for row in content)
    elif path.suffix == ".json":
        content = json.dumps(content)
    path.write_text(content, "utf-8")
    return str(path)


def samples(reader):
    return list(reader.samples())


ASKED = {
    "id": "q1",
    "question": "Who keeps bees?",
    "answers": [{"text": "Ada", "answer_start": 0}, {"text": "Ada", "answer_start": 0}],
}
NESTED = {"data": [{"title": "T", "paragraphs": [{"context": "Ada keeps bees.", "qas": [ASKED]}]}]}
FLAT = {
    "id": "q1",
    "title": "T",
    "context": "Ada keeps bees.",
    "question": "Who keeps bees?",
    "answers": {"text": ["Ada", "Ada"], "answer_start": [0, 0]},
}


def test_squad_means_the_same_in_both_forms(tmp_path):
    write(tmp_path / "own" / "dev-v1.1.json", NESTED)
    write(tmp_path / "own" / "train-v1.1.json", NESTED)
    write(tmp_path / "hub" / "validation.jsonl", [FLAT])
    own, hub = squad(path=str(tmp_path / "own")), squad(path=str(tmp_path / "hub"))
    (sample,) = samples(own)
    assert samples(hub) == [sample]
    assert dict(sample.fields) == {
        "question": "Who keeps bees?",
        "passage": "Ada keeps bees.",
        "title": "T",
    }
    assert (sample.id, sample.targets, len(own.shots())) == ("q1", ("Ada",), 1)
    assert sample.cluster


def test_squad_2_has_questions_without_an_answer_and_1_has_none(tmp_path):
    nobody = {**ASKED, "id": "q2", "answers": [], "is_impossible": True}
    paragraph = {"context": "Ada keeps bees.", "qas": [ASKED, nobody]}
    content = {"data": [{"title": "T", "paragraphs": [paragraph]}]}
    path = write(tmp_path / "dev-v2.0.json", content)
    assert [s.targets for s in samples(squad("2.0", path=str(tmp_path)))] == [("Ada",), ()]
    with pytest.raises(DataError, match="no answer") as caught:
        samples(squad("1.1", path=path))
    assert caught.value.where.endswith("paragraphs[0].qas[1]")


def test_a_question_that_lacks_a_column_is_named(tmp_path):
    row = {name: value for name, value in FLAT.items() if name != "context"}
    path = write(tmp_path / "x.jsonl", [FLAT | {"id": "q0"}, row])
    with pytest.raises(DataError, match="no 'context'") as caught:
        samples(squad(path=path))
    assert caught.value.where == f"{path}:2"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_xquad_reads_all_of_the_original_files(real_data, language):
    read = samples(xquad(language, path=str(real_data / "xquad")))
    assert len(read) == len({s.id for s in read}) == 1190
    assert len({s.cluster for s in read}) == 240
    assert all(t in s.fields["passage"] for s in read for t in s.targets)


def test_xquad_reads_the_folders_of_the_hub_by_language(tmp_path):
    for language in XQUAD_LANGUAGES:
        row = {**FLAT, "id": language}
        write(tmp_path / f"xquad.{language}" / "validation.jsonl", [row])
        assert samples(xquad(language, path=str(tmp_path)))[0].id == language


def test_xquad_never_takes_one_language_for_another(real_data):
    with pytest.raises(DataError, match=r"xquad\.de\.json"):
        samples(xquad("de", path=str(real_data / "xquad")))


def test_cmrc_reads_all_of_the_original_file(real_data, monkeypatch):
    monkeypatch.setenv("COMPASS_DATA", str(real_data))
    read = samples(cmrc2018())
    assert len(read) == len({s.id for s in read}) == 3219
    assert len({s.cluster for s in read}) == 848
    assert all(s.targets for s in read)


TRIVIA = {
    "question": "Which insect makes honey?",
    "question_id": "x_1",
    "answer": {"value": "Bee", "aliases": ["Bee", "Honey Bee"], "normalized_aliases": ["bee"]},
}
FOUNDRY = {
    "context": "Question: Which insect makes honey?\nAnswer:",
    "answer": "Bee",
    "aliases": ["Bee", "Honey Bee"],
}


def test_triviaqa_means_the_same_in_both_forms(tmp_path):
    write(tmp_path / "unfiltered.nocontext" / "validation.jsonl", [TRIVIA])
    write(tmp_path / "unfiltered.nocontext" / "train.jsonl", [TRIVIA, TRIVIA])
    hub = triviaqa(path=str(tmp_path))
    (sample,) = samples(hub)
    assert sample.targets == ("Bee", "Honey Bee", "bee")
    assert len(hub.shots()) == 2
    path = write(tmp_path / "x.jsonl", [FOUNDRY])
    (other,) = samples(triviaqa("llm-foundry", path=path))
    assert other.fields == sample.fields
    assert other.targets == ("Bee", "Honey Bee")


def test_the_subset_of_triviaqa_is_read_whole(real_data, monkeypatch):
    monkeypatch.setenv("COMPASS_DATA", str(real_data))
    read = samples(triviaqa("llm-foundry"))
    assert len(read) == len({s.id for s in read}) == 3000
    assert not any(s.fields["question"].startswith("Question") for s in read)


def test_a_subset_that_is_only_local_says_which_folder_it_wants():
    with pytest.raises(DataError, match=r"COMPASS_DATA/llm_foundry_icl"):
        samples(triviaqa("llm-foundry"))
    with pytest.raises(DataError, match=r"COMPASS_DATA/truthfulqa"):
        samples(truthfulqa_gen(790))


def test_natural_questions_are_read_whole(real_data, monkeypatch):
    monkeypatch.setenv("COMPASS_DATA", str(real_data))
    read = samples(nq_open())
    assert len(read) == len({s.id for s in read}) == 3610
    assert max(len(s.targets) for s in read) > 1


def test_natural_questions_find_their_shots(tmp_path):
    row = {"question": "who makes honey", "answer": ["bees", "the bees"]}
    write(tmp_path / "NQ-open.dev.jsonl", [row])
    write(tmp_path / "NQ-open.train.jsonl", [row, row, row])
    reader = nq_open(path=str(tmp_path))
    assert (samples(reader)[0].targets, len(reader.shots())) == (("bees", "the bees"), 3)
    path = write(tmp_path / "bad.jsonl", [{"question": "who", "answer": []}])
    with pytest.raises(DataError, match="no list of answers"):
        samples(nq_open(path=path))


DATE = {"day": "3", "month": "May", "year": "1912"}
NONE = {"day": "", "month": "", "year": ""}


def numbered(number="", spans=(), date=NONE):
    return {"number": number, "date": date, "spans": list(spans)}


def test_drop_means_the_same_in_both_forms(tmp_path):
    answers = [numbered("3"), numbered(spans=["red hens", "ducks"]), numbered(date=DATE)]
    asked = {"query_id": "d1", "question": "How many?", "answer": answers[0]}
    own = {"p1": {"passage": "Hens.", "qa_pairs": [{**asked, "validated_answers": answers[1:]}]}}
    write(tmp_path / "own" / "drop_dataset_dev.json", own)
    more = {
        "number": ["", ""],
        "date": [NONE, DATE],
        "spans": [["red hens", "ducks"], []],
    }
    row = {"passage": "Hens.", **asked, "validated_answers": more}
    write(tmp_path / "hub" / "validation.jsonl", [row])
    (sample,) = samples(drop(path=str(tmp_path / "own")))
    assert samples(drop(path=str(tmp_path / "hub"))) == [sample]
    assert sample.targets == ("3", "red hens; ducks", "3 May 1912")
    assert sample.metadata["spans"] == [["3"], ["red hens", "ducks"], ["3 May 1912"]]


def test_drop_without_any_answer_is_refused(tmp_path):
    row = {"query_id": "d", "passage": "P", "question": "Q", "answer": numbered()}
    path = write(tmp_path / "x.jsonl", [row])
    with pytest.raises(DataError, match="no answer"):
        samples(drop(path=path))
    path = write(tmp_path / "x.json", {"p1": {"qa_pairs": []}})
    with pytest.raises(DataError, match="lacks 'passage'") as caught:
        samples(drop(path=path))
    assert caught.value.where == f"{path}:p1"


def test_lambada_parts_the_last_word_from_the_passage(real_data, monkeypatch, tmp_path):
    path = write(tmp_path / "x.jsonl", [{"text": "It rained on the roof"}])
    (sample,) = samples(lambada(path=path))
    assert (sample.fields["question"], sample.targets) == ("It rained on the", ("roof",))
    with pytest.raises(DataError, match="does not end in a word"):
        samples(lambada(path=write(tmp_path / "y.jsonl", [{"text": "rain"}])))
    monkeypatch.setenv("COMPASS_DATA", str(real_data))
    read = samples(lambada())
    assert len(read) == len({s.id for s in read}) == 5153
    assert not any(" " in s.targets[0] for s in read)


CODES = ("eng_Latn", "zho_Hans", "deu_Latn", "fra_Latn", "spa_Latn", "jpn_Jpan")


@pytest.mark.parametrize("code", CODES[1:])
def test_flores_reads_every_sentence_in_both_directions(real_data, code):
    for source, target in (("eng_Latn", code), (code, "eng_Latn")):
        reader = flores(source, target, path=str(real_data / "flores200"))
        read = samples(reader)
        assert len(read) == len({s.id for s in read}) == 1012
        assert len(reader.shots()) == 997
        assert len({s.cluster for s in read}) == 281
        lines = (real_data / "flores200" / "devtest" / f"{target}.devtest").read_text("utf-8")
        assert [s.targets[0] for s in read] == lines.splitlines()


def test_flores_reads_the_form_of_the_hub(tmp_path):
    row = {"sentence_eng_Latn": "Bees buzz.", "sentence_deu_Latn": "Bienen summen.", "URL": "u"}
    for split in ("dev", "devtest"):
        write(tmp_path / "eng_Latn-deu_Latn" / f"{split}.jsonl", [row])
    (sample,) = samples(flores("eng_Latn", "deu_Latn", path=str(tmp_path)))
    assert dict(sample.fields) == {
        "question": "Bees buzz.",
        "source": "English",
        "target": "German",
    }
    assert (sample.targets, sample.cluster) == (("Bienen summen.",), "u")


def test_flores_files_of_different_length_are_refused(tmp_path):
    write(tmp_path / "devtest" / "eng_Latn.devtest", "One.\nTwo.\n")
    write(tmp_path / "devtest" / "deu_Latn.devtest", "Eins.\n")
    with pytest.raises(DataError, match="2 lines, but 1"):
        samples(flores("eng_Latn", "deu_Latn", path=str(tmp_path)))
    with pytest.raises(DataError, match="fra_Latn"):
        samples(flores("eng_Latn", "fra_Latn", path=str(tmp_path)))


def test_xsum_reads_both_forms(tmp_path):
    hub = write(tmp_path / "a.jsonl", [{"id": 7, "document": "Long.", "summary": "Short."}])
    other = write(tmp_path / "b.jsonl", [{"dialogue": "Long.", "summary": "Short."}])
    (first,), (second,) = samples(xsum(path=hub)), samples(xsum(path=other))
    assert (first.id, first.fields, first.targets) == ("7", second.fields, second.targets)
    with pytest.raises(DataError, match="summary is empty"):
        samples(xsum(path=write(tmp_path / "c.jsonl", [{"document": "x", "summary": ""}])))


@pytest.mark.parametrize("edition", [790, 817])
def test_both_editions_of_truthfulqa_are_read_whole(real_data, monkeypatch, edition):
    monkeypatch.setenv("COMPASS_DATA", str(real_data))
    read = samples(truthfulqa_gen(edition))
    assert len(read) == len({s.id for s in read}) == edition
    for sample in read:
        references = [*sample.targets, *sample.metadata["false"]]
        assert all(one.endswith(".") and one == one.strip() for one in references)
        assert "I have no comment." in sample.targets


def test_truthfulqa_means_the_same_in_both_forms(tmp_path):
    row = {"question": "Q?", "correct_answers": ["Yes", "Aye."], "incorrect_answers": ["No", ""]}
    hub = write(tmp_path / "generation" / "validation.jsonl", [row])
    own = write(
        tmp_path / "TruthfulQA.csv",
        "Question,Correct Answers,Incorrect Answers\nQ?,Yes; Aye.,No;\n",
    )
    (sample,) = samples(truthfulqa_gen(path=hub))
    assert samples(truthfulqa_gen(path=own)) == [sample]
    assert sample.targets == ("Yes.", "Aye.", "I have no comment.")
    assert sample.metadata["false"] == ["No."]


@pytest.mark.parametrize(
    "build",
    [
        lambda: squad("3.0"),
        lambda: squad(split="test"),
        lambda: xquad("fr"),
        lambda: cmrc2018("test"),
        lambda: triviaqa("web"),
        lambda: triviaqa(split="test"),
        lambda: nq_open("test"),
        lambda: drop("test"),
        lambda: lambada("plain"),
        lambda: flores("eng_Latn", "eng_Latn"),
        lambda: flores("eng_Latn", "deu_Latn", split="test"),
        lambda: xsum("dev"),
        lambda: truthfulqa_gen(800),
    ],
)
def test_unknown_sets_and_splits_are_refused_at_once(build):
    with pytest.raises(ConfigError):
        build()
