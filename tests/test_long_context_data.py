"""Long texts that are made, and the readers of LongBench and L-Eval."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from itertools import pairwise

import pytest

from compass.config.lazy import variables
from compass.data.haystack import Book, placed
from compass.data.leval import CLOSED, OPEN, leval
from compass.data.longbench import EVEN, SIZES, longbench
from compass.data.needles import TEMPLATES, needle
from compass.data.ruler import ruler
from compass.data.ruler_tasks import TASKS
from compass.data.tokens import Tokens
from compass.errors import ConfigError, DataError
from compass.jsontext import canonical


@pytest.fixture(autouse=True)
def no_data_folder(monkeypatch):
    monkeypatch.delenv("COMPASS_DATA", raising=False)


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return str(path)


def samples(reader):
    return list(reader.samples())


def digest_of(reader):
    parts = [[s.id, dict(s.fields), s.targets, dict(s.metadata)] for s in reader.samples()]
    return hashlib.sha256(canonical(parts)).hexdigest()[:16]


# Other digests mean other questions under the same names: then VERSION must go up.
NEEDLES = {
    ("single", "en"): "ce168b73a551c921",
    ("multi", "en"): "28c23ae39e276eb2",
    ("reasoning", "en"): "b62be2e53da698e9",
    ("single", "zh"): "5365a7c1f6b40414",
    ("multi", "zh"): "60f4e3cfd72ea73e",
    ("reasoning", "zh"): "0f1e015435e62a82",
}
RULERS = {
    "niah_single_1": "c9bde2c2f1992a0a",
    "niah_single_2": "2597fce89e630550",
    "niah_single_3": "2d47ad8ac7b7ffab",
    "niah_multikey_1": "e74317576b5f3f0f",
    "niah_multikey_2": "df9dddee4d10d9fe",
    "niah_multikey_3": "02103572df88e669",
    "niah_multivalue": "4bcbe462f0769275",
    "niah_multiquery": "2541d303eeaaff9d",
    "vt": "b63e373dc17e9d3b",
    "cwe": "f8d4483f1a78034c",
    "fwe": "8ef8309401e3be99",
    "qa_1": "dcbe9737584e4c84",
    "qa_2": "b8e6c653d408350f",
}


@pytest.mark.parametrize(("kind", "lang"), NEEDLES)
def test_needle_samples_are_the_same_everywhere(kind, lang):
    reader = needle(kind, lang, lengths=[600, 900], depths=[0, 50, 100])
    assert digest_of(reader) == digest_of(reader) == NEEDLES[kind, lang]


@pytest.mark.parametrize("task", RULERS)
def test_ruler_samples_are_the_same_everywhere(task):
    reader = ruler(task, lengths=[1500], samples=2)
    assert digest_of(reader) == digest_of(reader) == RULERS[task]


def test_the_digest_of_a_reader_tells_recipes_apart_without_making_samples(smollm2):
    recipes = [
        needle(),
        needle("multi"),
        needle(lang="zh"),
        needle(seed=1),
        needle(lengths=1024),
        needle(tokenizer=str(smollm2)),
        ruler("vt"),
        ruler("cwe"),
        ruler("vt", samples=3),
    ]
    assert len({reader.digest() for reader in recipes}) == len(recipes)
    assert needle().digest() == needle().digest()
    assert "estimated, 4 characters" in needle().describe()["lengths"]
    assert str(smollm2) in needle(tokenizer=str(smollm2)).describe()["lengths"]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("kind", ["single", "multi", "reasoning"])
def test_prompts_have_the_length_asked_for_within_two_percent(smollm2, kind, lang):
    tokenizer = pytest.importorskip("tokenizers").Tokenizer.from_file(
        str(smollm2 / "tokenizer.json")
    )
    reader = needle(kind, lang, [512, 2048], [0, 37, 100], tokenizer=str(smollm2))
    for sample in reader.samples():
        length = sample.metadata["length"]
        count = len(tokenizer.encode(sample.fields["text"], add_special_tokens=False).ids)
        assert 0.98 * length <= count <= length
        assert count == sample.metadata["tokens"]


@pytest.mark.parametrize("task", TASKS)
def test_ruler_leaves_room_for_the_answer_and_little_more(smollm2, task):
    reader = ruler(task, lengths=[4096], samples=2, tokenizer=str(smollm2))
    tokens = Tokens(str(smollm2))
    # The longest line, list entry or passage that is added as a whole.
    unit = {"qa_1": 100, "qa_2": 100, "niah_multikey_3": 100}.get(task, 0)
    for sample in reader.samples():
        text = f"{sample.fields['text']} {sample.fields['prefix']}"
        room = 4096 - TASKS[task].answer
        assert room - max(unit, 0.02 * room) <= tokens.count(text) <= room + 1


def test_reserve_shortens_prompts():
    (short,) = samples(needle(lengths=800, depths=[50], reserve=200))
    assert 590 <= short.metadata["tokens"] <= 600


@pytest.mark.parametrize("depth", [0, 10, 33, 50, 75, 100])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_needle_stands_at_its_depth_within_one_sentence(smollm2, lang, depth):
    tokens = Tokens(str(smollm2))
    head, tail = TEMPLATES[lang].split("{context}")
    for sample in samples(needle("single", lang, [1024], [depth], 2, tokenizer=str(smollm2))):
        text = sample.fields["text"].removeprefix(head)
        (hidden,) = sample.metadata["needles"]
        assert text.count(hidden) == 1
        before, after = text.split(hidden)
        after = after[: after.rindex(tail.partition("{question}")[0])]
        counts = tokens.count(before), tokens.count(after)
        sentence = max(map(tokens.count, re.split(r"(?<=[.。])", before + after)))
        assert abs(counts[0] - sum(counts) * depth / 100) <= sentence


def test_several_needles_are_spread_over_what_follows_the_depth():
    (sample,) = samples(needle("multi", lengths=4000, depths=[20], needles=4))
    text = sample.fields["text"]
    spots = [text.index(one) / len(text) for one in sample.metadata["needles"]]
    assert spots == sorted(spots)
    assert spots == pytest.approx([0.2, 0.4, 0.6, 0.8], abs=0.05)
    assert len(set(sample.metadata["wanted"])) == 4
    assert all(name in text for name in sample.metadata["wanted"])


def test_one_sample_for_each_length_depth_and_repeat():
    read = samples(needle(lengths=[600, 700], depths=[0, 50, 100], repeats=2))
    assert [(s.metadata["length"], s.metadata["depth"]) for s in read[::2]] == [
        (n, d) for n in (600, 700) for d in (0, 50, 100)
    ]
    assert len({s.id for s in read}) == len({s.metadata["needles"][0] for s in read}) == 12


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_is_asked_for_stands_in_the_needles_alone(lang):
    for kind in ("single", "multi", "reasoning"):
        for sample in samples(needle(kind, lang, [3000], [0, 50, 100], repeats=3)):
            text = sample.fields["text"]
            for hidden in sample.metadata["needles"]:
                assert text.count(hidden) == 1
                text = text.replace(hidden, "")
            for wanted in sample.metadata["wanted"]:
                assert wanted not in text


def test_a_chain_leads_from_the_question_to_the_answer():
    for sample in samples(needle("reasoning", lengths=1500, depths=[0, 50], repeats=5, needles=4)):
        lent = dict(
            match.groups()
            for one in sample.metadata["needles"]
            if (match := re.fullmatch(r"(\w+) has (?:lent|hidden) the map (?:to|in) (\w+)\.", one))
        )
        (holder,) = re.findall(r"hidden that (\w+) had", sample.fields["question"])
        for _ in range(4):
            holder = lent[holder]
        assert (holder,) == tuple(sample.metadata["wanted"])
        assert len(lent) == 8


def test_too_short_a_length_is_refused_with_what_is_needed():
    with pytest.raises(DataError, match="30 tokens are too few"):
        samples(needle(lengths=30))
    with pytest.raises(DataError, match="tokens are too few"):
        samples(ruler("cwe", lengths=300))


@pytest.mark.parametrize(
    "build",
    [
        lambda: needle("singel"),
        lambda: needle(lang="fr"),
        lambda: needle(lengths=[]),
        lambda: needle(lengths=[0]),
        lambda: needle(depths=[101]),
        lambda: needle(repeats=0),
        lambda: needle(template="{context}"),
        lambda: ruler("niah"),
        lambda: ruler("vt", samples=-1),
        lambda: longbench("hotpot"),
        lambda: longbench("musique", even=True),
        lambda: leval("course"),
        lambda: Tokens(""),
    ],
)
def test_wrong_arguments_are_refused_at_once(build):
    with pytest.raises(ConfigError):
        build()


def test_a_tokenizer_that_is_not_there_is_named(tmp_path):
    reader = needle(lengths=600, tokenizer=str(tmp_path))
    with pytest.raises(DataError, match=r"there is no tokenizer\.json"):
        samples(reader)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(DataError, match="cannot read the tokenizer"):
        samples(needle(lengths=600, tokenizer=str(tmp_path)))


def test_braces_in_a_text_are_left_alone():
    template = "{context} {x} {question}"
    (sample,) = samples(needle(lengths=600, depths=[0], template=template))
    assert " {x} " in sample.fields["text"]


def test_a_book_says_the_same_however_it_is_read():
    one, other = (Book("en", 3, Tokens(None)) for _ in range(2))
    other.span(100, 2000)
    assert one.span(5, 300) == other.span(5, 300)
    assert sum(piece.tokens for piece in one.span(5, 300)) <= 300
    assert placed(one.span(0, 100), 0) == 0


def test_variables_of_ruler_are_chained_and_their_order_is_kept():
    for sample in samples(ruler("vt", lengths=2000, samples=5)):
        text, names = sample.fields["text"], sample.metadata["wanted"]
        (value,) = re.findall(r"assigned the value (\d+) in the text", text)
        lines = re.findall(r"VAR .*", text)
        assert lines[0] == f"VAR {names[0]} = {value}"
        assert lines[1:] == [f"VAR {b} = VAR {a}" for a, b in pairwise(names)]


@pytest.mark.parametrize("length", [2000, 6000])
def test_the_common_words_of_ruler_are_the_most_frequent(length):
    for sample in samples(ruler("cwe", lengths=length, samples=2)):
        listed = sample.fields["text"].rpartition("Memorize the ones")[2]
        counts: dict[str, int] = {}
        for word in re.findall(r"\d+\. ([\w-]+)", listed):
            counts[word] = counts.get(word, 0) + 1
        order = sorted(counts, key=counts.get, reverse=True)
        assert set(order[:10]) == set(sample.metadata["wanted"])
        assert counts[order[9]] > counts[order[10]]


@pytest.mark.parametrize("length", [700, 3000])
def test_the_coded_words_of_ruler_are_the_most_frequent_after_the_dots(length):
    for sample in samples(ruler("fwe", lengths=length, samples=3)):
        text = sample.fields["text"]
        words = text[text.index("words. ") + 7 : text.index("\nQuestion")].split()
        order = sorted(set(words), key=words.count, reverse=True)
        assert order[0] == "..."
        assert order[1:4] == sample.metadata["wanted"]
        assert words.count(order[3]) > words.count(order[4])


def test_the_questions_of_ruler_are_answered_by_their_passages():
    for task, hops in (("qa_1", 1), ("qa_2", 2)):
        for sample in samples(ruler(task, lengths=1500, samples=10)):
            text = sample.fields["text"]
            context, _, question = text.rpartition("\n\nAnswer the question")
            passages = re.split(r"Document \d+:\n", context)[1:]
            (wanted,) = sample.metadata["wanted"]
            question = question.rpartition("Question: ")[2]
            (told,) = [one for one in passages if re.search(rf"\b{wanted}\b", one)]
            named = next(w for w in re.findall(r"\w+", question)[1:] if w[0].isupper())
            about = [one for one in passages if re.search(rf"\b{named}\b", one)]
            assert len(about) == 1
            assert (about[0] == told) == (hops == 1)
            if hops == 2:
                (town,) = re.findall(r"born in (\w+)", about[0])
                assert told.startswith(town)


def test_many_values_and_many_keys_are_all_wanted():
    (values,) = samples(ruler("niah_multivalue", lengths=1500, samples=1))
    (queries,) = samples(ruler("niah_multiquery", lengths=1500, samples=1))
    for sample in (values, queries):
        assert len(sample.metadata["wanted"]) == 4
        assert all(one in sample.fields["text"] for one in sample.metadata["wanted"])
        assert "What are all the special magic numbers for" in sample.fields["text"]


LONG = {
    "input": "Who keeps the lamp?",
    "context": "Ada keeps the lamp. Bo keeps the key.",
    "answers": ["Ada", "Ada herself"],
    "length": 8,
    "dataset": "hotpotqa",
    "language": "en",
    "all_classes": None,
    "_id": "0a",
}


def test_longbench_reads_a_file_a_folder_and_the_archive(tmp_path):
    write(tmp_path / "one" / "hotpotqa.jsonl", [LONG])
    write(tmp_path / "two" / "data" / "hotpotqa_e.jsonl", [LONG])
    (tmp_path / "three").mkdir()
    with zipfile.ZipFile(tmp_path / "three" / "data.zip", "w") as archive:
        archive.write(tmp_path / "one" / "hotpotqa.jsonl", "data/hotpotqa.jsonl")
    readers = [
        longbench("hotpotqa", path=str(tmp_path / "one" / "hotpotqa.jsonl")),
        longbench("hotpotqa", path=str(tmp_path / "one")),
        longbench("hotpotqa", even=True, path=str(tmp_path / "two")),
        longbench("hotpotqa", path=str(tmp_path / "three")),
        longbench("hotpotqa", path=str(tmp_path / "three" / "data.zip")),
    ]
    (sample,) = samples(readers[0])
    assert (sample.id, sample.targets) == ("0a", ("Ada", "Ada herself"))
    assert dict(sample.fields) == {"context": LONG["context"], "input": LONG["input"]}
    assert all(samples(reader) == [sample] for reader in readers)
    assert all(len(reader.digest()) == 32 for reader in readers)
    with pytest.raises(DataError, match=r"the archive has no data/lcc\.jsonl"):
        samples(longbench("lcc", path=str(tmp_path / "three")))


def test_classes_are_kept_from_prompts(tmp_path):
    row = {**LONG, "answers": ["Group"], "all_classes": ["Group", "Person"]}
    (sample,) = samples(longbench("trec", path=write(tmp_path / "trec.jsonl", [row])))
    assert sample.metadata["classes"] == ["Group", "Person"]
    assert "all_classes" not in sample.fields


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"answers": "Ada"}, "answers is not a list"),
        ({"context": ...}, "this row has no 'context'"),
    ],
)
def test_a_damaged_row_of_longbench_is_named(tmp_path, change, what):
    row = {k: v for k, v in {**LONG, **change}.items() if v is not ...}
    path = write(tmp_path / "hotpotqa.jsonl", [LONG, row])
    with pytest.raises(DataError, match=what) as caught:
        samples(longbench("hotpotqa", path=path))
    assert caught.value.where == f"{path}:2"


def test_a_folder_with_the_tables_alone_is_no_data(real_data, monkeypatch):
    monkeypatch.setenv("COMPASS_DATA", str(real_data))
    with pytest.raises(DataError, match="cannot load 'THUDM/LongBench'"):
        samples(longbench("hotpotqa"))


def longbench_lists():
    from pathlib import Path

    folder = Path(__file__).resolve().parents[1] / "datasets_cfg"
    return variables(folder / "longbench.py").meant()


def test_instructions_and_lengths_of_longbench_are_the_authors(real_data):
    config = real_data / "longbench" / "config"
    prompts = json.loads((config / "dataset2prompt.json").read_text("utf-8"))
    lengths = json.loads((config / "dataset2maxlen.json").read_text("utf-8"))
    entries = longbench_lists()["longbench_datasets"]
    assert {one["reader"]["task"] for one in entries} == set(prompts) == set(SIZES)
    for one in entries:
        task = one["reader"]["task"]
        text = one["prompt"]["text"]
        for name in ("context", "input"):
            text = text.replace(f"{{{{ {name} }}}}", f"{{{name}}}")
        assert text == prompts[task]
        assert one["ask"]["max_new_tokens"] == lengths[task]


def test_longbench_has_the_official_sizes(real_data):
    table = (real_data / "longbench" / "task.md").read_text("utf-8")
    counts = re.findall(r"^\|\s*([\w-]+)\s*\|(?:[^|\n]*\|){4}\s*(\d+)\s*\|", table, re.MULTILINE)
    found = {re.sub(r"[-_]", "", name.lower()): int(count) for name, count in counts}
    found["2wikimqa"] = found.pop("2wikimultihopqa")
    assert {re.sub(r"[-_]", "", n): c for n, c in SIZES.items()} == found
    lists = longbench_lists()
    assert lists["longbench_about"]["size"] == sum(SIZES.values()) == 4750
    assert {one["reader"]["task"] for one in lists["longbench_e_datasets"]} == set(EVEN)


EXAM = {
    "input": "A long lecture.",
    "instructions": [
        "Question 1. What floats?\nA. a cork\nB. a leaf\nC. a nail\nD. a stone",
        "What sinks?\n\n (A) a cork\n\n (B) a leaf\n\n (C) a nail ",
    ],
    "outputs": ["AB", "(C) a nail"],
    "source": "own",
    "evaluation": "exam",
}


def test_leval_asks_each_question_of_a_document(tmp_path):
    path = write(tmp_path / "Closed-ended-tasks" / "coursera.jsonl", [EXAM, EXAM])
    read = samples(leval("coursera", path=str(tmp_path)))
    assert [s.right for s in read] == [(0, 1), (2,)] * 2
    assert [s.targets for s in read[:2]] == [("AB",), ("C",)]
    assert read[0].choices == ("a cork", "a leaf", "a nail", "a stone")
    assert read[1].choices == ("a cork", "a leaf", "a nail")
    assert [s.cluster for s in read] == ["coursera-0"] * 2 + ["coursera-1"] * 2
    assert samples(leval("coursera", path=path)) == read


def test_rows_for_a_judge_are_left_out_unless_asked_for(tmp_path):
    row = {**EXAM, "instructions": ["Sum up."], "outputs": ["It floats well."]}
    rows = [{**row, "evaluation": kind} for kind in ("f1", "LLM", "human")]
    path = write(tmp_path / "financial_qa.jsonl", rows)
    (sample,) = samples(leval("financial_qa", path=path))
    assert sample.fields["words"] == 3
    assert len(samples(leval("financial_qa", judged=True, path=path))) == 3


def test_fiction_is_asked_with_the_document_and_without(tmp_path):
    question = "Snow is red, True or False? Answer this question based on the world described "
    row = {
        **EXAM,
        "instructions": [question + "in the document."],
        "outputs": ["True [fact: False]"],
    }
    read = samples(leval("sci_fi", path=write(tmp_path / "sci_fi.jsonl", [row])))
    assert [s.targets for s in read] == [("True",), ("False",)]
    assert [bool(s.fields["document"]) for s in read] == [True, False]
    assert "real-world knowledge" in read[1].fields["question"]


@pytest.mark.parametrize(
    ("task", "change", "what"),
    [
        ("coursera", {"outputs": ["AB"]}, "2 instructions but 1 outputs"),
        ("coursera", {"outputs": ["ab", "?"]}, "begins with no letter"),
        ("sci_fi", {"outputs": ["True", "False"]}, r"is not 'True \[fact: False\]'"),
        ("gsm100", {"input": ...}, "this row has no 'input'"),
    ],
)
def test_a_damaged_row_of_leval_is_named(tmp_path, task, change, what):
    row = {k: v for k, v in {**EXAM, **change}.items() if v is not ...}
    path = write(tmp_path / f"{task}.jsonl", [row])
    with pytest.raises(DataError, match=what) as caught:
        samples(leval(task, path=path))
    assert caught.value.where == f"{path}:1"


def test_leval_asks_all_its_tasks_and_the_hub_when_there_is_no_path(tmp_path):
    assert len(CLOSED + OPEN) == 20
    with pytest.raises(DataError, match=r"no tpo\.jsonl in this folder"):
        samples(leval("tpo", path=str(tmp_path)))
    with pytest.raises(DataError, match="cannot load 'L4NLP/LEval'"):
        samples(leval("tpo"))
