"""Verdicts of the evaluators of long context, with the measures they are made of."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compass.errors import ConfigError, DataError
from compass.evaluators import Classes, EditSimilarity, LongBench, Needle, Numbers
from compass.evaluators.distance import common, levenshtein, ratio
from compass.evaluators.longbench import rouge_l
from compass.records import Prediction, Sample

TEXT = st.text(alphabet="abcd \n", max_size=30)


def sample(*targets, **metadata):
    return Sample(id="s", fields={}, targets=targets, metadata=metadata)


def judge(evaluator, one, output, **kwargs):
    prediction = Prediction(**{"key": "k", "sample_id": "s", "output": output, **kwargs})
    return evaluator.verdict(one, [prediction])


def value(evaluator, one, output):
    return next(iter(judge(evaluator, one, output).values.values()))


EVALUATORS = [
    (Needle(), sample("Ada")),
    (Numbers(), sample("Paragraph 7")),
    (Classes(), sample("Group", classes=["Group", "Person"])),
    (EditSimilarity(), sample("x = 1")),
    (LongBench("f1"), sample("Ada")),
    (LongBench("rouge"), sample("Ada")),
]


@pytest.mark.parametrize(("evaluator", "one"), EVALUATORS)
def test_failed_calls_are_not_averaged_and_empty_ones_are_unparsed(evaluator, one):
    failed = judge(evaluator, one, None, error="out of memory")
    empty = judge(evaluator, one, " <think>Ada? 7 Group x = 1")
    right = judge(evaluator, one, one.targets[0])
    assert (failed.reason, empty.reason, right.reason) == ("failed", "unparsed", "")
    assert set(failed.values.values()) == {None}
    scores = evaluator.summarise([failed, empty, right])
    assert (scores[0].n, scores[0].failed, scores[0].unparsed) == (2, 1, 1)
    assert scores[0].value == pytest.approx(0.5)
    assert scores[0].metric == next(iter(right.values))


@pytest.mark.parametrize(("evaluator", "one"), EVALUATORS)
def test_a_sample_without_a_target_is_an_error(evaluator, one):
    bare = Sample(id="s", fields={}, metadata=one.metadata)
    with pytest.raises(DataError, match="has no target"):
        judge(evaluator, bare, "x")


@pytest.mark.parametrize(
    "build",
    [
        lambda: Needle(need="some"),
        lambda: Needle(compat="openCompass"),
        lambda: Numbers(compat="x"),
        lambda: Classes(compat="x"),
        lambda: Classes(read="x"),
        lambda: EditSimilarity(read="line"),
        lambda: EditSimilarity(compat="x"),
        lambda: LongBench("bleu"),
        lambda: LongBench(language="fr"),
        lambda: LongBench(compat="x"),
    ],
)
def test_wrong_arguments_are_refused(build):
    with pytest.raises(ConfigError):
        build()


HIDDEN = sample("48, 52", wanted=["48", "52"], length=1024, depth=50)


@pytest.mark.parametrize(
    ("output", "recall"),
    [
        ("48 and 52", 1.0),
        ("It is 52.", 0.5),
        ("1480 and 520", 0.0),
        ("<think>48, 52</think>I do not know.", 0.0),
        ("", 0.0),
    ],
)
def test_needles_count_as_whole_words(output, recall):
    verdict = judge(Needle(), HIDDEN, output)
    assert verdict.values == {
        "recall": recall, "accuracy": float(recall == 1), "length": 1024.0, "depth": 50.0
    }  # fmt: skip


def test_any_needle_is_enough_where_one_is_needed():
    assert value(Needle(need="any"), HIDDEN, "52") == 1.0
    assert value(Needle(need="any"), HIDDEN, "no") == 0.0
    assert value(Needle(), sample("Paris", "Paname"), "paname!") == 1.0


def test_case_does_not_matter_and_chinese_needs_no_gaps():
    assert value(Needle(), sample("Kelmora"), "It is KELMORA's.") == 1.0
    assert value(Needle(), sample("沈望舒"), "是沈望舒保管的") == 1.0


def test_other_programs_take_parts_of_words():
    assert value(Needle(compat="ruler"), HIDDEN, "1480 and 520") == 1.0
    assert value(Needle(compat="ruler"), HIDDEN, "<think>48</think>") == 0.5


def test_opencompass_gives_a_fifth_for_likeness_to_the_needle():
    one = sample("Ada", wanted=["Ada"], needles=["The lamp is kept by Ada."])
    evaluator = Needle(compat="opencompass")
    assert value(evaluator, one, "By Ada") == 1.0
    assert value(evaluator, one, "The lamp is kept by ada.") == pytest.approx(0.2 * (1 - 1 / 19))
    assert value(evaluator, one, "") == 0.0


def test_needles_are_summed_up_by_length_too():
    verdicts = []
    for length in (1024, 4096):
        for number in range(4):
            one = sample("x", wanted=["x"], length=length, depth=25 * number)
            verdicts.append(judge(Needle(), one, "x" if number or length == 1024 else "no"))
    scores = {score.metric: score for score in Needle().summarise(verdicts)}
    assert list(scores) == ["recall", "accuracy", "recall_1024", "recall_4096"]
    assert (scores["recall"].value, scores["recall_4096"].value) == (7 / 8, 3 / 4)
    assert (scores["recall_1024"].n, scores["recall_1024"].failed) == (4, 0)


@pytest.mark.parametrize(
    ("output", "share"),
    [
        ("Paragraph 7", 1.0),
        ("7", 1.0),
        ("3 or 7", 0.5),
        ("77", 0.0),
        ("07", 0.0),
        ("none", 0.0),
        ("<think>7</think>Paragraph 3", 0.0),
    ],
)
def test_each_wrong_number_named_costs(output, share):
    assert value(Numbers(), sample("Paragraph 7"), output) == share
    assert value(Numbers(), sample("段落7"), output) == share
    assert value(Numbers(), sample("7"), output) == share


def test_opencompass_adds_up_over_targets():
    assert value(Numbers(compat="opencompass"), sample("7", "7"), "7") == 2.0
    assert value(Numbers(), sample("7", "7"), "7") == 1.0


def test_a_target_without_a_number_is_an_error():
    with pytest.raises(DataError, match="has no number"):
        judge(Numbers(), sample("seven"), "7")


KINDS = ["state", "statement", "state of mind", "mind", "other"]


@pytest.mark.parametrize(
    ("output", "share"),
    [
        ("other", 1.0),
        ("other\nmind", 1.0),
        ("other, mind", 0.5),
        ("mind", 0.0),
        ("nothing", 0.0),
    ],
)
def test_each_wrong_class_named_costs(output, share):
    assert value(Classes(), sample("other", classes=KINDS), output) == share


def test_parts_of_the_right_class_are_not_counted_beside_it():
    one = sample("state of mind", classes=["state", "mind", "state of mind"])
    assert value(Classes(), one, "state of mind") == 1.0
    # There the second of two removed in a row is jumped over.
    assert value(Classes(compat="opencompass"), one, "state of mind") == 0.5


def test_classes_must_be_listed():
    with pytest.raises(DataError, match="does not list its classes"):
        judge(Classes(), sample("other"), "other")


@pytest.mark.parametrize(
    ("output", "similarity"),
    [
        ("x = 1", 1.0),
        ("\n# set x\nx = 1\ny = 2", 1.0),
        ("```python\nx = 1\n```", 1.0),
        ("x = 2", 0.8),
        ("// nothing", 0.0),
        ("<think>x = 1</think>", 0.0),
    ],
)
def test_code_is_compared_by_its_first_line(output, similarity):
    assert value(EditSimilarity(), sample("x = 1"), output) == similarity


def test_similarity_is_in_whole_percent_unless_told_otherwise():
    one = sample("abcdefg")
    assert value(EditSimilarity(), one, "abc") == 0.6
    assert value(EditSimilarity(), one, "abcd") == 0.73
    assert value(EditSimilarity(rounded=False), one, "abcd") == 8 / 11
    assert value(EditSimilarity(read="whole"), sample("a\nb"), "a\nb") == 1.0
    assert value(EditSimilarity(), sample("  x = 1"), "  x = 1") == 1.0


def test_chinese_f1_takes_words_in_any_order():
    one = sample("长江大桥在南京")
    assert value(LongBench("f1", "zh"), one, "南京在长江大桥。") == 1.0
    assert value(LongBench("f1", "zh"), one, "北京") == 0.0
    assert 0 < value(LongBench("f1", "zh"), one, "长江大桥") < 1


def test_only_the_first_line_is_read_where_the_script_cuts():
    one = sample("a red house")
    assert value(LongBench("rouge", read="line"), one, "\na red house\nand more") > 0.99
    assert value(LongBench("rouge"), one, "\na red house\nand more") < 0.9


def test_rouge_counts_each_word_once_and_cuts_at_full_stops():
    assert rouge_l("the the the", "the cat") == pytest.approx(2 / 3, abs=1e-6)
    assert rouge_l("a b. c d", "c d. a b") == pytest.approx(1, abs=1e-6)
    assert rouge_l("...", "a b") == 0.0
    # Of two subsequences of one length, the package comes upon the one that ends later in the
    # target: twice "b" here, so "a" is not among the shared words.
    assert rouge_l("b a. b", "a b") == pytest.approx(0.5, abs=1e-6)


def plain_common(one, other):
    above = [0] * (len(other) + 1)
    for a in one:
        row = [0]
        for place, b in enumerate(other):
            row.append(above[place] + 1 if a == b else max(above[place + 1], row[place]))
        above = row
    return above[-1]


def plain_levenshtein(one, other):
    above = list(range(len(other) + 1))
    for number, a in enumerate(one, 1):
        row = [number]
        for place, b in enumerate(other):
            row.append(min(above[place + 1] + 1, row[place] + 1, above[place] + (a != b)))
        above = row
    return above[-1]


@given(TEXT, TEXT)
def test_distances_by_bits_are_those_by_tables(one, other):
    assert common(one, other) == plain_common(one, other) == common(other, one)
    assert levenshtein(one, other) == plain_levenshtein(one, other)


@given(TEXT, TEXT)
def test_ratio_is_one_for_equal_texts_alone(one, other):
    assert (ratio(one, other) == 1) == (one == other)
    assert 0 <= ratio(one, other) <= 1
    blocks = difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()
    assert ratio(one, other) >= blocks - 1e-12
