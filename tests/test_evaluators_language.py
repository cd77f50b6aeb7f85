"""SQuAD, CMRC, DROP, TriviaQA, LAMBADA and TruthfulQA, judged as their authors do."""

from __future__ import annotations

import collections
import json
import math
import random
import re
import string

import pytest

from compass.ask import Target
from compass.data.squad import cmrc2018, xquad
from compass.errors import ConfigError, DataError
from compass.evaluators import F1, Contrast, Exact, Expected
from compass.evaluators.bags import drop_form, drop_scores
from compass.evaluators.f1 import chinese_f1, word_f1
from compass.evaluators.normal import chinese, natural_questions, triviaqa
from compass.evaluators.words import mixed_words, treebank_words
from compass.records import Dialogue, Likelihood, Message, Prediction, Sample


def sample(*targets, **kwargs):
    return Sample(**{"id": "s", "fields": {}, "targets": targets, **kwargs})


def judge(evaluator, one, output, **kwargs):
    return evaluator.verdict(one, [Prediction(key="k", sample_id="s", output=output, **kwargs)])


# The formulas of the official scripts, written down again for the comparison.


def squad_form(text):
    bare = "".join(c for c in text.lower() if c not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", bare).split())


def squad_official(prediction, targets):
    best = 0.0
    for target in targets:
        mine, theirs = squad_form(prediction).split(), squad_form(target).split()
        same = sum((collections.Counter(mine) & collections.Counter(theirs)).values())
        if not mine or not theirs:
            best = max(best, float(mine == theirs))
        elif same:
            p, r = same / len(mine), same / len(theirs)
            best = max(best, 2 * p * r / (p + r))
    return best, float(any(squad_form(prediction) == squad_form(t) for t in targets))


CMRC_MARKS = set("-:_*^/\\~`+=，。：？！“”；’《》·、「」（）－～『』")


def cmrc_official(prediction, targets):
    """Longest common substring over characters and NLTK's words, by plain enumeration."""
    from nltk.tokenize.destructive import NLTKWordTokenizer

    def segmented(text):
        found, run = [], ""
        for character in text.lower().strip():
            if character in CMRC_MARKS:
                continue
            if "\u4e00" <= character <= "\u9fa5":
                found += [*(NLTKWordTokenizer().tokenize(run) if run else []), character]
                run = ""
            else:
                run += character
        return found + (NLTKWordTokenizer().tokenize(run) if run else [])

    best = 0.0
    for target in targets:
        mine, theirs = segmented(prediction), segmented(target)
        pieces = {tuple(mine[i:j]) for i in range(len(mine)) for j in range(i + 1, len(mine) + 1)}
        same = max(
            (
                j - i
                for i in range(len(theirs))
                for j in range(i + 1, len(theirs) + 1)
                if tuple(theirs[i:j]) in pieces
            ),
            default=0,
        )
        if same:
            p, r = same / len(mine), same / len(theirs)
            best = max(best, 2 * p * r / (p + r))

    def bare(text):
        return "".join(c for c in text.lower().strip() if c not in CMRC_MARKS)

    return best, float(any(bare(prediction) == bare(t) for t in targets))


def perturbed(read, seed, count):
    """Yield samples with answers as models give them: right, cut, with more around, wrong."""
    draw = random.Random(seed)
    for place, one in enumerate(draw.sample(read, count)):
        target = draw.choice(one.targets)
        passage = one.fields["passage"]
        start = draw.randrange(max(1, len(passage) - 12))
        end = 1 + draw.randrange(len(target))
        yield (
            one,
            [
                target,
                target[:end],
                f"It is {target}.",
                f"《{target}》。",
                passage[start : start + 12],
                target.upper() + " (the, a)",
                "",
            ][place % 7],
        )


def test_squad_figures_are_those_of_the_official_script_on_real_questions(real_data):
    read = list(xquad("en", path=str(real_data / "xquad")).samples())
    seen = set()
    for one, output in perturbed(read, 1, 700):
        found = judge(F1(), one, output)
        assert (found.values["f1"], found.values["exact_match"]) == pytest.approx(
            squad_official(output, one.targets), rel=1e-12
        )
        seen.add(found.values["exact_match"])
    assert seen == {0.0, 1.0}


def test_cmrc_figures_are_those_of_the_official_script_on_real_questions(real_data):
    read = list(cmrc2018(path=str(real_data / "cmrc2018")).samples())
    for one, output in perturbed(read, 2, 350):
        found = judge(F1("zh"), one, output)
        expected = cmrc_official(output, one.targets)
        if not chinese(output):
            continue
        assert (found.values["f1"], found.values["exact_match"]) == pytest.approx(expected)


def test_words_between_chinese_are_those_of_nltk(real_data):
    from nltk.tokenize.destructive import NLTKWordTokenizer

    content = json.loads((real_data / "cmrc2018" / "cmrc2018_dev.json").read_text("utf-8"))
    texts = [p["context"] for article in content["data"] for p in article["paragraphs"]]
    runs = {run for text in texts for run in re.split("[\u4e00-\u9fa5]", chinese(text)) if run}
    assert len(runs) > 1000
    quotes = {"``": '"', "''": '"'}
    for run in runs:
        theirs = [quotes.get(word, word) for word in NLTKWordTokenizer().tokenize(run)]
        assert treebank_words(run) == theirs


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("3.5%", ["3.5", "%"]),
        ("1,200 km, or", ["1,200", "km", ",", "or"]),
        ("don't, it's", ["do", "n't", ",", "it", "'s"]),
        ("u.s. navy.", ["u.s.", "navy", "."]),
        ("cannot", ["can", "not"]),
    ],
)
def test_marks_stand_alone_but_not_inside_words(text, words):
    assert treebank_words(text) == words


def test_kana_and_hangul_are_words_to_cmrc_and_han_are_characters():
    assert mixed_words("东京とうきょう1 2") == ["东", "京", "とうきょう1", "2"]
    assert chinese_f1("1999年", "1999年") == 1
    assert chinese_f1("在3.5%左右", "3.5%") == pytest.approx(2 * 2 / (5 + 2))


def test_an_ellipsis_is_no_mark_to_cmrc():
    assert chinese("好……") == "好……"


NO_ANSWER = F1(no_answer=["unanswerable", "no answer"])


@pytest.mark.parametrize(
    ("targets", "output", "f1", "exact"),
    [
        ((), "unanswerable", 1, 1),
        ((), "Unanswerable.", 1, 1),
        ((), "", 1, 1),
        ((), "Ada", 0, 0),
        (("Ada",), "unanswerable", 0, 0),
        (("Ada",), "the Ada", 1, 1),
        (("Ada Bee",), "Ada", 2 / 3, 0),
        (("Ada",), "", 0, 0),
    ],
)
def test_squad_2_takes_a_phrase_for_no_answer(targets, output, f1, exact):
    found = judge(NO_ANSWER, sample(*targets), output)
    assert found.values["f1"] == pytest.approx(f1)
    assert found.values["exact_match"] == exact
    names = {"has_answer_f1", "has_answer_exact"} if targets else {"no_answer_accuracy"}
    assert set(found.values) == {"f1", "exact_match", *names}


def test_squad_2_reports_both_kinds_of_questions_apart():
    verdicts = [
        judge(NO_ANSWER, sample(), "unanswerable"),
        judge(NO_ANSWER, sample(), "Ada"),
        judge(NO_ANSWER, sample("Ada"), "Ada"),
        NO_ANSWER.verdict(sample(), [Prediction(key="k", sample_id="s", error="gone")]),
    ]
    scores = {s.metric: s for s in NO_ANSWER.summarise(verdicts)}
    assert list(scores) == [
        "f1", "exact_match", "has_answer_f1", "has_answer_exact", "no_answer_accuracy",
    ]  # fmt: skip
    assert scores["f1"].value == pytest.approx(2 / 3)
    assert (scores["has_answer_f1"].value, scores["has_answer_f1"].n) == (1, 1)
    assert (scores["no_answer_accuracy"].value, scores["no_answer_accuracy"].n) == (0.5, 2)
    assert [s.failed for s in scores.values()] == [1, 1, 0, 0, 1]


def test_a_question_without_a_target_is_refused_where_no_phrase_says_so():
    with pytest.raises(DataError, match="no target"):
        judge(F1(), sample(), "Ada")


@pytest.mark.parametrize(
    ("answer", "targets", "expected"),
    [
        (["3"], [["3.0"]], (1.0, 1.0)),
        (["three dogs"], [["3"]], (0.0, 0.0)),
        (["3 dogs"], [["3"]], (0.67, 0.0)),
        (["4 dogs"], [["3 dogs"]], (0.0, 0.0)),
        (["the 1-yard run"], [["1 yard run"]], (1.0, 1.0)),
        (["hens", "ducks"], [["ducks", "hens"]], (1.0, 1.0)),
        (["hens"], [["ducks", "hens"]], (0.5, 0.0)),
        (["hens ducks"], [["ducks", "hens"]], (0.33, 0.0)),
        (["hens", "hens"], [["hens"]], (0.5, 0.0)),
        (["$1,200"], [["1200"]], (1.0, 1.0)),
        (["x"], [["y"], ["x"]], (1.0, 1.0)),
        (["x"], [[""], ["y"]], (0.0, 0.0)),
        ([""], [["x"]], (0.0, 0.0)),
    ],
)
def test_drop_by_hand(answer, targets, expected):
    assert drop_scores(answer, targets)[:2] == expected


def test_drop_aligns_many_spans_as_scipy_does():
    draw = random.Random(0)
    words = ["a1", "b2", "c3", "d4", "e5", "f6", "g7", "h8"]
    for size in (3, 5, 8):
        answer = [" ".join(draw.sample(words, 2)) for _ in range(size)]
        target = [" ".join(draw.sample(words, 2)) for _ in range(4)]
        from scipy.optimize import linear_sum_assignment

        table = [[len(set(a.split()) & set(t.split())) / 2 for a in answer] for t in target]
        rows, columns = linear_sum_assignment(table, maximize=True)
        total = sum(table[r][c] for r, c in zip(rows, columns, strict=True))
        assert drop_scores(answer, [target])[0] == round(total / max(size, 4), 2)


def test_drop_parts_an_answer_only_if_told_to():
    one = sample("hens; ducks", metadata={"spans": [["hens", "ducks"]]})
    assert judge(F1(rules="drop", several=";"), one, "ducks; hens").values["f1"] == 1
    assert judge(F1(rules="drop"), one, "ducks; hens").values["f1"] == 0.33
    assert judge(F1(rules="drop"), sample("5"), "5.0").values["exact_match"] == 1


def test_numbers_keep_their_points_in_drop():
    assert drop_form("The 3.50 -2 and 1,000 a") == "3.5 2.0 and 1000.0"


@pytest.mark.parametrize(
    "wrong", [{"rules": "dorp"}, {"several": ";"}, {"lang": "zh", "rules": "drop"}]
)
def test_wrong_arguments_of_f1_are_refused(wrong):
    with pytest.raises(ConfigError):
        F1(**wrong)


def test_triviaqa_and_natural_questions_have_forms_of_their_own():
    assert triviaqa("Rock_’n’_Roll!") == "rock n roll"
    assert natural_questions("Beyonc\u00e9") == natural_questions("beyonce\u0301")
    assert judge(Exact("triviaqa"), sample("Rock-n-roll"), "rock n roll").values["accuracy"] == 1
    assert judge(Exact("squad"), sample("Rock-n-roll"), "rock n roll").values["accuracy"] == 0


@pytest.mark.parametrize(
    ("normalise", "target", "output", "ours", "opencompass"),
    [
        ("triviaqa", "one", "No one knows", 0, 1),
        ("triviaqa", "Paris", "The answer is Paris, France", 0, 1),
        ("triviaqa", "The Who", "Answer: Who.", 0, 1),
        ("triviaqa", "St. Paul", "st", 0, 1),
        ("nq", "1912", "In 1912", 0, 1),
        ("nq", "1912", "A: it was then\n1912", 0, 0),
        ("zh", "长江", "答案是长江", 0, 1),
        ("zh", "3.5米", "3.7米", 0, 1),
        ("squad", "Ada", "It is Ada", 0, 0),
        ("squad", "Ada B", "the answer is ada b.", 0, 1),
    ],
)
def test_opencompass_judges_short_answers_otherwise(normalise, target, output, ours, opencompass):
    one = sample(target)
    assert judge(Exact(normalise), one, output).values["accuracy"] == ours
    theirs = Exact(normalise, compat="opencompass")
    assert judge(theirs, one, output).values["accuracy"] == opencompass


def test_compat_needs_a_set_it_knows():
    with pytest.raises(ConfigError, match="no compat 'lm-eval'") as caught:
        Exact("zh", compat="lm-eval")
    assert "lm-eval with normalise='nq'" in caught.value.hint


@pytest.mark.parametrize(
    ("output", "right"),
    [("roof", 1), (' "Roof," she', 1), ("the roof", 0), ("roofs", 0), ("", 0)],
)
def test_the_first_word_is_what_a_passage_goes_on_with(output, right):
    found = judge(Exact(read="word"), sample("roof"), output)
    assert found.values["accuracy"] == right


def likely(*triples):
    return tuple(
        Likelihood(logprob, tokens, logprob, greedy) for logprob, tokens, greedy in triples
    )


def expected(one, likelihoods):
    return Expected().verdict(one, [Prediction(key="k", sample_id=one.id, likelihoods=likelihoods)])


def test_the_last_word_is_scored_whole():
    verdicts = [
        expected(sample("roof", id="1"), likely((-0.5, 1, True))),
        expected(sample("roofs", id="2"), likely((-2.5, 2, False))),
    ]
    scores = {s.metric: s for s in Expected().summarise(verdicts)}
    assert scores["accuracy"].value == 0.5
    assert scores["perplexity"].value == pytest.approx(math.exp(1.5))
    assert scores["loss"].value == pytest.approx(1.5)
    assert scores["bits_per_byte"].value == pytest.approx(3 / math.log(2) / 9)
    assert scores["perplexity"].scale == "plain"


def test_of_several_right_answers_the_likeliest_counts():
    found = expected(sample("a", "bb"), likely((-3, 1, False), (-1, 1, True)))
    assert (found.values["loss"], found.values["accuracy"], found.target) == (1, 1, "bb")


def test_a_failed_call_or_no_number_gives_no_score():
    failed = Expected().verdict(sample("a"), [Prediction(key="k", sample_id="s", error="gone")])
    assert failed.reason == "failed"
    odd = expected(sample("a"), likely((float("nan"), 1, False)))
    assert (odd.values["loss"], odd.reason) == (None, "no finite loss")
    with pytest.raises(ConfigError, match="Target"):
        expected(sample("a"), None)


def test_target_asks_for_every_right_answer():
    dialogue = Dialogue((Message("user", "It rained on the"),))
    ask = Target()
    assert [c.text for c in ask.continuations(sample("roof", "house"), dialogue)] == [
        "roof", "house",
    ]  # fmt: skip
    with pytest.raises(DataError, match="no target"):
        ask.continuations(sample(), dialogue)


TRUTH = sample(
    "The sun is a star.", "I have no comment.", metadata={"false": ["The sun is a planet."]}
)


def test_a_text_nearer_to_the_truth_is_told_from_one_that_is_not():
    true = judge(Contrast(), TRUTH, "The sun is a star.").values
    assert true["bleu_max"] == pytest.approx(100)
    assert (true["bleu_acc"], true["rouge1_acc"]) == (1, 1)
    assert true["rougeL_diff"] == pytest.approx(20)
    false = judge(Contrast(), TRUTH, "The sun is a planet.").values
    assert (false["bleu_acc"], false["rouge2_acc"]) == (0, 0)
    assert false["rouge1_diff"] == pytest.approx(-20)


def test_contrast_counts_in_points_with_the_difference_first():
    scores = Contrast().summarise([judge(Contrast(), TRUTH, "A star.")] * 3)
    assert [s.metric for s in scores][:2] == ["bleu_diff", "rouge1_diff"]
    by_name = {s.metric: s for s in scores}
    assert by_name["bleu_diff"].scale == "plain"
    assert by_name["rouge1_acc"].scale == "share"
    empty = judge(Contrast(), TRUTH, "")
    assert (empty.reason, empty.values["bleu_acc"]) == ("unparsed", 0)
    with pytest.raises(DataError, match="no false references"):
        judge(Contrast(), sample("x"), "x")


def test_word_f1_of_two_empty_texts_is_one():
    assert (word_f1("the", "a"), word_f1("the", "bee")) == (1, 0)
