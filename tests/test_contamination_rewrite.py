"""Rewritten questions: numbers that lead to the new answer, names that fit, and honest flags."""

from __future__ import annotations

import json
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compass import store
from compass.cli import main
from compass.contamination.rewrite.arithmetic import EQUATION, NUMBER, compute, number
from compass.contamination.rewrite.names import MEN, WOMEN, renamed
from compass.contamination.rewrite.numbers import CannotRenumber, renumbered
from compass.contamination.rewrite.phrases import rephrased
from compass.contamination.rewrite.reference import rewritten
from compass.contamination.rewrite.wording import (
    NotReworded,
    Rewording,
    kept,
    reworded,
    words_of,
)
from compass.data.gsm8k import gsm8k
from compass.errors import DataError
from compass.records import Answer, Sample


@pytest.mark.parametrize(
    ("text", "value"),
    [("2 + 3 * 4", 14), ("(2 + 3) × 4", 20), ("-$7 - -2", -5), ("1,200 ÷ 8 / 3", 50), (".5*6", 3)],
)
def test_sums(text, value):
    assert compute(text) == value


@pytest.mark.parametrize("text", ["", "2 +", "(2", "2 3", "a + 1", "1 / 0", "* 2", "__import__"])
def test_what_is_no_sum(text):
    with pytest.raises(ValueError, match=r"."):
        compute(text)


def plain(value):
    return (
        str(value)
        if not isinstance(value, tuple)
        else f"({plain(value[0])} {value[1]} {plain(value[2])})"
    )


@given(
    st.recursive(
        st.integers(1, 99),
        lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner),
        max_leaves=8,
    )
)
def test_sums_are_those_of_python(tree):
    def true(node):
        if isinstance(node, int):
            return node
        left, sign, right = true(node[0]), node[1], true(node[2])
        return {"+": left + right, "-": left - right, "*": left * right}[sign]

    assert compute(plain(tree)) == true(tree)


def holds(solution, answer):
    """True if every equation of a solution is exact, and one leads to the answer."""
    found = [(e["sum"], number(e["result"])) for e in EQUATION.finditer(solution)]
    return all(compute(s) == r for s, r in found) and number(answer) in {r for _, r in found}


QUESTION = "A shop packs 45 apples into 9 crates and sells each crate for $18. How much is earned?"
SOLUTION = "45 / 9 = 5 apples a crate. 9 * 18 = $<<9*18=162>>162."


@pytest.mark.parametrize("seed", range(30))
def test_other_numbers_lead_to_the_answer_given(seed):
    made = renumbered(QUESTION, SOLUTION, "162", random.Random(seed))
    crates, price = (int(one) for one in NUMBER.findall(made.question)[1:])
    assert int(made.answer) == crates * price
    assert holds(made.solution, made.answer)
    assert made.question != QUESTION


@pytest.mark.parametrize(
    ("question", "solution", "answer", "reason"),
    [
        ("How many are 25 and 3 more?", "It is easy.", "28", "not computed"),
        ("How many are 25 and 33?", "25 + 33 = 59", "59", "not exact"),
        ("A fence of 3 by 4?", "3 + 4 = 7", "7", "no number that may change"),
        ("What is 25 in pounds?", "25 * 2.2 = 55", "55", "2.2 is neither"),
        ("It had 20 and 15.", "20 + 15 = 35, and 17 too", "35", "17 is neither"),
    ],
)
def test_what_cannot_be_followed_is_left_alone(question, solution, answer, reason):
    with pytest.raises(CannotRenumber, match=reason):
        renumbered(question, solution, answer, random.Random(0))


def test_a_small_number_that_may_be_a_side_or_a_half_is_never_changed():
    made = renumbered(
        "A field is 15 by 20 metres; a metre of fence is 2 dollars.",
        "15 + 20 = 35. 35 * 2 = 70. 70 * 2 = 140.", "140", random.Random(1),
    )  # fmt: skip
    assert "is 2 dollars" in made.question
    assert holds(made.solution, made.answer)


def test_names_change_everywhere_and_stay_of_their_kind():
    question, solution = renamed(("Anna pays Tom. Is Anna's money gone?", "Tom"), random.Random(3))
    first, second = re.match(r"(\w+) pays (\w+)\.", question).groups()
    assert first in WOMEN.split()
    assert second in MEN.split()
    assert {first, second}.isdisjoint({"Anna", "Tom"})
    assert question == f"{first} pays {second}. Is {first}'s money gone?"
    assert solution == second


def test_phrases_are_not_changed_back():
    assert rephrased("in total") == "altogether"


def test_options_keep_the_right_one_right_and_facts_keep_their_names():
    sample = Sample(
        id="a", fields={"question": "Who is Anna?"}, choices=("Tom", "Ben", "Sam"), right=(2,)
    )
    (row,) = rewritten([sample], ["names", "options"], 0)
    assert row["answer"] == "Sam"
    assert row["choices"] != ["Tom", "Ben", "Sam"]
    assert "Anna" in row["question"]
    assert row["changed"] == ["options"]


def test_a_question_no_rule_changes_is_left_out():
    sample = Sample(id="a", fields={"question": "Why?"}, targets=("because",))
    assert list(rewritten([sample], ["numbers", "names", "phrases"], 0)) == []
    with pytest.raises(DataError, match="has no text 'question'"):
        list(rewritten([Sample(id="a", fields={"q": "Why?"})], ["phrases"], 0))


def test_a_model_may_reword_and_that_is_said():
    sample = Sample(id="a", fields={"question": "Why?"}, targets=("because",))
    (row,) = rewritten([sample], [], 0, lambda _: "For what reason?")
    assert row["question"] == "For what reason?"
    assert "nobody checked" in row["flags"][0]
    assert list(rewritten([sample], [], 0, Rewording({"a": Answer(key="k", output="")}))) == []


APPLES = "Anna buys 12 red apples for 3 dollars and eats two. How many apples has she left?"


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("After eating two of 12 red apples bought for 3 dollars, how many has Anna?", None),
        ("Sure, here it is:\n\n“Of 12 red apples for 3 dollars Anna ate 2; how many stay?”",
         "Of 12 red apples for 3 dollars Anna ate 2; how many stay?"),
    ],
)  # fmt: skip
def test_words_that_ask_the_same_are_taken_without_what_stands_around_them(said, taken):
    assert reworded(APPLES, said, ["10"]) == (taken or said)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("", "said nothing"),
        (" \n", "said nothing"),
        ('""', "said nothing"),
        (APPLES, "repeated the question"),
        (f"Here you are:\n{APPLES.upper()}", "repeated the question"),
        (f"You want this in other words: {APPLES} Well.", "repeated the question"),
        (APPLES.replace("?", " ?").replace(".", "!"), "repeated the question"),
        ("Anna has 12 red apples for 3 dollars and two are eaten.", "ask nothing"),
        ("Anna eats two of 12 red apples for 3 dollars. How many? 12 - 2 = 10.", "other numbers"),
        ("Anna eats two of 12 red apples. How many apples has she now?", "other numbers"),
        ("12, 3, two?", "another length"),
        ("Of 12 red apples for 3 dollars Anna ate 2; how many? " + "So it is. " * 20, "length"),
        ("Of 12 apples for 3 dollars two were eaten. How many, all but two?", "answer away"),
    ],
)
def test_words_that_cannot_stand_for_the_question_are_refused(said, reason):
    with pytest.raises(NotReworded, match=reason):
        reworded(APPLES, said, ["10", "all but two"])


@given(st.text(), st.text())
def test_whatever_a_model_says_there_are_words_or_a_reason(question, said):
    try:
        words = reworded(question, said)
    except NotReworded:
        return
    assert words.strip() and words_of(words) != words_of(question)
    assert 0 <= kept(question, words) <= 1


def test_a_failed_call_and_an_answer_that_was_cut_are_told_apart():
    samples = [Sample(id=n, fields={"question": "Why is it so?"}) for n in "abcd"]
    made = Rewording({
        "a": Answer(key="a", error="TimeoutError"),
        "b": Answer(key="b", output="What is the reason", finish="length"),
        "c": Answer(key="c", output="What is the reason for it?", finish="stop"),
    })  # fmt: skip
    (row,) = rewritten(samples, [], 0, made)
    assert row["source_id"] == "c"
    assert made.refused == {"the call failed": 2, "the model's words were cut off": 1}


def test_words_that_are_nearly_the_original_are_flagged():
    question = "A very long question with many words of which only the last one is other?"
    sample = Sample(id="a", fields={"question": question})
    (row,) = rewritten([sample], [], 0, lambda _: question.replace("other", "new"))
    assert row["flags"][1].startswith("nearly the original: 9")


MODELS = """
from compass.models.instant import Instant
from compass.models.replay import Replay
replayed_models = [dict(abbr='replayed', backend=dict(type=Replay, path='said.jsonl'))]
parrot_models = [dict(abbr='parrot', backend=dict(type=Instant, rule='echo'))]
"""


@pytest.fixture
def named_models(tmp_path, monkeypatch):
    (tmp_path / "configs" / "models").mkdir(parents=True)
    (tmp_path / "configs" / "models" / "mine.py").write_text(MODELS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


WORDS = ["contamination", "reference", "demo-arithmetic-en", "-o", "fresh.jsonl"]


def test_what_a_model_said_before_is_taken_where_it_can_be(named_models, capsys):
    said = {
        "arith-en-001": "If each of 8 rooms takes the painter 3 hours, how many hours is it?",
        "arith-en-002": "",
        "arith-en-003": "The answer is 15.",
    }
    rows = ({"sample_id": key, "output": text} for key, text in said.items())
    store.write_rows(named_models / "said.jsonl", rows)
    assert main([*WORDS, "--limit", "4", "--rules", "phrases", "--model", "replayed"]) == 4
    told = capsys.readouterr()
    assert "the model reworded 1 of 4 questions" in told.out
    assert "1 calls failed, the first with" in told.err and "arith-en-004" in told.err
    how = json.loads((named_models / "fresh.jsonl.how.json").read_text())
    assert how["not_reworded"] == {
        "the model said nothing": 1, "the model's words ask nothing": 1, "the call failed": 1,
    }  # fmt: skip
    first = json.loads((named_models / "fresh.jsonl").read_text().splitlines()[0])
    assert first["question"] == said["arith-en-001"]
    assert first["changed"] == ["model"]


def test_a_model_that_repeats_the_question_has_reworded_nothing(named_models, capsys):
    assert main([*WORDS, "--limit", "4", "--rules", "options", "--model", "parrot"]) == 3
    told = capsys.readouterr()
    assert "the model reworded 0 of 4 questions" in told.out
    assert "no rule could change any question" in told.err


@pytest.mark.parametrize(
    ("words", "where"),
    [
        (["demo-arithmetic-xx"], "at: DATASET"),
        (["demo-arithmetic-en", "--model", "chanse"], "at: --model\n"),
        (["demo_knowledge_rank"], "at: DATASET"),
        (["demo-arithmetic-en", "--model", "smollm2"], "at: --model\n"),
    ],
)
def test_a_wrong_name_is_said_of_the_argument_that_has_it(tmp_path, capsys, words, where):
    assert main(["contamination", "reference", *words, "-o", str(tmp_path / "x")]) == 2
    assert where in capsys.readouterr().err


def test_every_gsm8k_question_that_is_renumbered_holds(real_data):
    made = 0
    for row in rewritten(gsm8k(str(real_data / "gsm8k")).samples(), ["numbers"], 0):
        assert holds(row["solution"], row["answer"]), row
        made += 1
    assert made > 200


def test_the_command_writes_rows_and_how(tmp_path, capsys):
    out = tmp_path / "fresh.jsonl"
    assert main(["contamination", "reference", "demo-arithmetic-en", "-o", str(out)]) == 0
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    how = json.loads((tmp_path / "fresh.jsonl.how.json").read_text())
    assert how["rows"] == len(rows) > 30
    assert how["samples"] == 48
    assert how["changed"]["numbers"] == sum("numbers" in row["changed"] for row in rows)
    assert f"{len(rows)} of 48 questions rewritten" in capsys.readouterr().out


def test_a_list_of_several_datasets_is_refused(tmp_path, capsys):
    out = str(tmp_path / "x")
    assert main(["contamination", "reference", "demo_knowledge_rank", "-o", out]) == 2
    assert "is several datasets" in capsys.readouterr().err


def test_a_model_that_says_nothing_leaves_the_words_to_the_rules(tmp_path):
    out = tmp_path / "fresh.jsonl"
    words = ["contamination", "reference", "demo-arithmetic-en", "-o", str(out), "--limit", "9"]
    assert main([*words, "--rules", "phrases", "--model", "chance"]) == 0
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert rows
    assert all("not reworded: the model said nothing" in row["flags"] for row in rows)
    assert json.loads((tmp_path / "fresh.jsonl.how.json").read_text())["model"]["abbr"] == "chance"


def test_a_result_that_is_also_a_price_may_not_change():
    with pytest.raises(CannotRenumber, match="come out even"):
        renumbered(
            "Ann packs 48 pens into boxes of 4 and pays 12 dollars a box.",
            "48 / 4 = 12 boxes. 12 * 12 = 144.", "144", random.Random(0),
        )  # fmt: skip
