"""Verdicts and scores of every evaluator."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest

from compass.errors import ConfigError, DataError
from compass.evaluators import F1, Choice, Exact, Numeric, Perplexity
from compass.evaluators.f1 import chinese_f1, word_f1
from compass.evaluators.normal import chinese, loose, squad
from compass.records import Prediction, Sample
from compass.stats import wilson

CITIES = ("London", "Paris", "Rome", "Berlin")


def sample(**kwargs):
    return Sample(**{"id": "s", "fields": {}, **kwargs})


def said(output, **kwargs):
    return Prediction(**{"key": "k", "sample_id": "s", "output": output, **kwargs})


def failed(**kwargs):
    return Prediction(**{"key": "k", "sample_id": "s", "error": "out of memory", **kwargs})


def judge(evaluator, one, prediction):
    return evaluator.verdict(one, [prediction])


EVALUATORS = [
    (Choice(), sample(choices=CITIES, right=(1,))),
    (Numeric(), sample(targets=("7",))),
    (Exact(), sample(targets=("Paris",))),
    (F1(), sample(targets=("Paris",))),
]
BY_NAME = [pytest.param(*pair, id=type(pair[0]).__name__) for pair in EVALUATORS]


@pytest.mark.parametrize(("evaluator", "one"), BY_NAME)
def test_a_failed_call_is_counted_and_never_averaged(evaluator, one):
    right = said("7" if isinstance(evaluator, Numeric) else "Paris")
    verdicts = [judge(evaluator, one, failed()), judge(evaluator, one, right)]
    assert verdicts[0].reason == "failed"
    assert set(verdicts[0].values.values()) == {None}
    for score in evaluator.summarise(verdicts):
        assert (score.value, score.n, score.failed, score.unparsed) == (1.0, 1, 1, 0)


@pytest.mark.parametrize(("evaluator", "one"), BY_NAME)
def test_only_failures_give_no_value_rather_than_zero(evaluator, one):
    (score, *_) = evaluator.summarise([judge(evaluator, one, failed())])
    assert (score.value, score.low, score.high, score.n, score.failed) == (None, None, None, 0, 1)


@pytest.mark.parametrize(("evaluator", "one"), BY_NAME)
def test_an_answer_that_cannot_be_read_is_wrong_and_counted(evaluator, one):
    verdict = judge(evaluator, one, said(" "))
    assert (verdict.reason, verdict.answer or "") == ("unparsed", "")
    (score, *_) = evaluator.summarise([verdict])
    assert (score.value, score.n, score.unparsed) == (0.0, 1, 1)


@pytest.mark.parametrize(("evaluator", "one"), BY_NAME)
def test_a_cut_answer_is_counted_right_or_wrong(evaluator, one):
    right = "7" if isinstance(evaluator, Numeric) else "Paris"
    verdicts = [
        judge(evaluator, one, said(right, finish="length")),
        judge(evaluator, one, said("", finish="length")),
        judge(evaluator, one, said(right, truncated=12)),
        judge(evaluator, one, said(right, finish="stop")),
    ]
    reasons = [verdict.reason for verdict in verdicts]
    assert reasons == ["truncated", "unparsed,truncated", "truncated", ""]
    (score, *_) = evaluator.summarise(verdicts)
    assert (score.value, score.truncated, score.unparsed) == (0.75, 3, 1)


@pytest.mark.parametrize(("evaluator", "one"), BY_NAME)
def test_asking_for_something_else_than_text_is_said(evaluator, one):
    with pytest.raises(ConfigError, match="reads generated text"):
        judge(evaluator, one, Prediction(key="k", sample_id="s", losses=(1.0,)))


@pytest.mark.parametrize("evaluator", [Numeric(), Exact(), F1(), Choice()])
def test_a_sample_without_an_answer_is_an_error_of_the_data(evaluator):
    with pytest.raises(DataError, match="'s'"):
        judge(evaluator, sample(choices=CITIES), said("B"))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Choice(compat="opencompas"),
        lambda: Numeric(compat="gsm8"),
        lambda: Numeric(tolerance=-1),
        lambda: Exact(normalise="squat"),
        lambda: Exact(read="lines"),
        lambda: F1(lang="de"),
        lambda: F1(read="all"),
        lambda: Perplexity(compat="lm-eval"),
    ],
)
def test_wrong_arguments_are_refused_at_once(make):
    with pytest.raises(ConfigError):
        make()


@pytest.mark.parametrize("evaluator", [Numeric, Exact, F1, Choice, Perplexity])
def test_every_evaluator_has_a_version(evaluator):
    assert isinstance(evaluator.version, int)
    assert evaluator.version >= 1


# Scores.


def test_independent_samples_get_wilsons_interval():
    evaluator, one = Exact(), sample(targets=("yes",))
    verdicts = [judge(evaluator, one, said(x)) for x in ("yes", "yes", "no")]
    (score,) = evaluator.summarise(verdicts)
    assert (score.value, score.low, score.high) == wilson(2, 3)


def test_repeats_of_a_sample_are_one_cluster():
    evaluator = Exact()
    verdicts = []
    for number in range(6):
        one = sample(id=str(number), targets=("yes",))
        for repeat in range(10):
            prediction = said("yes" if number % 2 else "no", sample_id=one.id, repeat=repeat)
            verdicts.append(judge(evaluator, one, prediction))
    (score,) = evaluator.summarise(verdicts)
    assert score.n == 60
    assert score.high - score.low > 0.7  # six clusters, not sixty samples: 0.25
    assert score.low >= 0 and score.high <= 1


def test_samples_of_a_passage_are_one_cluster_even_when_the_first_is_alone():
    evaluator = Exact()
    clusters = [None, "p", "p", "p", "q", "q", "q"]
    verdicts = [
        judge(evaluator, sample(id=str(n), targets=("yes",), cluster=c), said("yes"))
        for n, c in enumerate(clusters)
    ]
    (score,) = evaluator.summarise(verdicts)
    assert (score.low, score.high) == wilson(3, 3)[1:]


def test_one_cluster_has_no_bounds():
    evaluator = F1()
    one = sample(targets=("a long answer",), cluster="p")
    (score, _) = evaluator.summarise([judge(evaluator, one, said("long"))] * 3)
    assert (score.value, score.low, score.high) == (word_f1("long", "long answer"), None, None)


def test_verdicts_are_streamed():
    evaluator = Exact()
    held = []

    class Verdicts:
        def __iter__(self):
            for number in range(1000):
                held.append(1)
                one = sample(id=str(number), targets=("yes",))
                yield judge(evaluator, one, said("yes", sample_id=one.id))

    (score,) = evaluator.summarise(Verdicts())
    assert (score.n, len(held)) == (1000, 1000)  # one look at each


# Multiple choice.


def test_a_ranking_gives_an_accuracy_for_each_normalisation():
    one = sample(choices=CITIES, right=(1,))
    picks = [{"sum": 1, "token": 0}, {"sum": 0, "token": 1}, {"sum": 1, "token": None}]
    verdicts = [
        Choice().verdict(one, [Prediction(key="k", sample_id="s", choices=pick)]) for pick in picks
    ]
    first, second = Choice().summarise([judge(Choice(), one, failed()), *verdicts])
    assert (first.metric, first.value, first.n, first.failed) == ("accuracy", 2 / 3, 3, 1)
    assert (second.metric, second.value, second.n) == ("accuracy_token", 1 / 3, 3)
    assert (second.failed, verdicts[0].answer, verdicts[0].target) == (1, "B", "B")


def test_a_ranking_that_settles_on_nothing_is_unparsed():
    prediction = Prediction(key="k", sample_id="s", choices={"sum": None})
    verdict = judge(Choice(), sample(choices=CITIES, right=(1,)), prediction)
    assert (verdict.values, verdict.reason) == ({"accuracy": 0.0}, "unparsed")


@pytest.mark.parametrize(
    ("output", "right", "value"),
    [("答案是AC", (0, 2), 1.0), ("C, A", (2, 0), 1.0), ("A", (0, 2), 0.0), ("AC", (0,), 0.0)],
)
def test_several_right_letters_are_compared_as_a_set(output, right, value):
    verdict = judge(Choice(), sample(choices=CITIES, right=right), said(output))
    assert verdict.values == {"accuracy": value}


@pytest.mark.parametrize(
    ("compat", "output", "answer"),
    [
        ("opencompass", "Answer: C ... ANSWER: B", "C"),
        ("opencompass", "The answer is (B)", None),
        ("opencompass", "answer : b", "?"),
        ("first-capital", "The answer is (B)", "T"),
        ("first-capital", "b", None),
        ("first-capital", "Ölfarbe", "?"),
    ],
)
def test_compat_reads_letters_as_others_do(compat, output, answer):
    verdict = judge(Choice(compat=compat), sample(choices=CITIES, right=(1,)), said(output))
    assert verdict.answer == answer
    assert verdict.values["accuracy"] == float(answer == "B")


# Numbers.


@pytest.mark.parametrize(
    ("compat", "output", "target", "values"),
    [
        ("opencompass", "The answer is 7. This took 2 steps", "7", {"accuracy": 0.0}),
        ("opencompass", "It is 1,234", "1234", {"accuracy": 0.0}),
        ("opencompass", "It is 18.0\nQuestion: 5", "18", {"accuracy": 1.0}),
        ("opencompass", "none", "18", {"accuracy": 0.0}),
        ("opencompass", "2.5", "2.5", {"accuracy": 1.0}),
        ("lm-eval", "#### 1,234", "1234", {"accuracy": 1.0, "accuracy_flexible": 1.0}),
        ("lm-eval", "so $1,234.", "1234", {"accuracy": 0.0, "accuracy_flexible": 1.0}),
        ("lm-eval", "#### 5\n\n7", "x\n#### 5", {"accuracy": 1.0, "accuracy_flexible": 0.0}),
        ("lm-eval", "#### 18.0", "18", {"accuracy": 0.0, "accuracy_flexible": 0.0}),
        ("gsm8k", "#### 1,234\n#### 5", "1234", {"accuracy": 1.0}),
        ("gsm8k", "Job A: 20\nA: 18", "18", {"accuracy": 1.0}),
        ("gsm8k", "18", "18", {"accuracy": 0.0}),
        (None, "The answer is 7. This took 2 steps", "7", {"accuracy": 1.0}),
        (None, "It is 1,234", "1234", {"accuracy": 1.0}),
    ],
)
def test_compat_reads_numbers_as_others_do(compat, output, target, values):
    verdict = judge(Numeric(compat=compat), sample(targets=(target,)), said(output))
    assert verdict.values == values


def test_any_of_several_targets_will_do():
    assert judge(Numeric(), sample(targets=("3", "4")), said("4")).values["accuracy"] == 1.0


def test_a_target_that_is_no_number_is_an_error_of_the_data():
    with pytest.raises(DataError, match="'blue' is not a number"):
        judge(Numeric(), sample(targets=("blue",)), said("4"))


@pytest.mark.parametrize("compat", [None, "gsm8k"])
@pytest.mark.parametrize(
    ("model", "right"),
    [
        ("6b_finetuning", 286),
        ("6b_verification", 515),
        ("175b_finetuning", 458),
        ("175b_verification", 742),
    ],
)
def test_published_solutions_get_their_published_marks(real_data, compat, model, right):
    folder = real_data / "gsm8k"
    answers = {}
    for line in (folder / "test.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        answers[row["question"]] = row["answer"]
    evaluator = Numeric(compat=compat)
    verdicts, differing = [], []
    lines = (folder / "example_model_solutions.jsonl").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        row = json.loads(line)
        one = sample(id=str(number), targets=(answers[row["question"]].split("#### ")[1],))
        verdicts.append(judge(evaluator, one, said(row[model]["solution"])))
        if verdicts[-1].values["accuracy"] != row[model]["is_correct"]:
            differing.append(number)
    (score,) = evaluator.summarise(verdicts)
    assert differing == []
    assert (score.n, round(score.value * 1319), score.failed) == (1319, right, 0)


BBH = Path("outputs/bbh/code-davinci-002-direct")


@pytest.mark.parametrize("normalise", ["loose", "strip"])
def test_published_short_answers_get_their_published_marks(real_data, normalise):
    answers = sorted((real_data / BBH).glob("*-255000.json"))
    assert len(answers) == 20
    for outputs in answers:
        file = outputs.with_name(f"{outputs.stem}_eval_metrics.jsonl")
        published = json.loads(file.read_text(encoding="utf-8").splitlines()[0])["accuracy"]
        rows = json.loads(outputs.read_text(encoding="utf-8"))["outputs"]
        evaluator = Exact(normalise=normalise)
        (score,) = evaluator.summarise(
            [judge(evaluator, sample(targets=(r["target"],)), said(r["prediction"])) for r in rows]
        )
        assert (file.name, 100 * score.value) == (file.name, pytest.approx(published))


@pytest.mark.parametrize("task", ["date_understanding", "snarks", "geometric_shapes"])
def test_published_letters_get_their_published_marks(real_data, task):
    (file,) = (real_data / BBH).glob(f"{task}*_eval_metrics.jsonl")
    published = json.loads(file.read_text(encoding="utf-8").splitlines()[0])["accuracy"]
    outputs = Path(str(file).replace("_eval_metrics.jsonl", ".json"))
    verdicts = []
    for row in json.loads(outputs.read_text(encoding="utf-8"))["outputs"]:
        options = re.findall(r"\n\([A-Z]\) (.*)", row["input"].rpartition("\n\nQ: ")[2])
        right = "ABCDEFGHIJK".index(row["target"].strip("()"))
        one = sample(choices=tuple(options), right=(right,))
        verdicts.append(judge(Choice(), one, said(row["prediction"])))
    (score,) = Choice().summarise(verdicts)
    assert (100 * score.value, score.unparsed) == (pytest.approx(published), 0)


# Text.


@pytest.mark.parametrize(
    ("normalise", "output", "target", "value"),
    [
        ("loose", "“The Eiffel Tower”.", "eiffel tower", 1.0),
        ("loose", "长江 。", "长江", 1.0),
        ("loose", "ＡＢＣ", "abc", 1.0),
        ("loose", "-3.5", "3.5", 0.0),
        ("loose", ") ]", ") }", 0.0),
        ("squad", "The Tower!", "tower", 1.0),
        ("squad", "长江。", "长江", 0.0),
        ("zh", "《红楼梦》。", "红楼梦", 1.0),
        ("strip", "Tower", "tower", 0.0),
        ("strip", " tower\n", "tower", 1.0),
    ],
)
def test_what_counts_as_equal_depends_on_the_normalisation(normalise, output, target, value):
    verdict = judge(Exact(normalise=normalise), sample(targets=("x", target)), said(output))
    assert verdict.values == {"accuracy": value}


def test_normal_forms_are_stable():
    for form in (squad, chinese, loose):
        for text in ("The  A-b 3.5% “x”。", "《红楼梦》 — a 书", "an -3 apple"):
            assert form(form(text)) == form(text)


@pytest.mark.parametrize(
    ("answer", "target", "f1"),
    [
        # By hand from the definition of the SQuAD script.
        ("the red house", "a house", 2 / 3),
        ("red red house", "red house", 0.8),
        ("Paris", "paris.", 1.0),
        ("Rome", "Paris", 0.0),
        ("the", "a", 1.0),
        ("", "Paris", 0.0),
    ],
)
def test_english_f1_counts_words(answer, target, f1):
    assert word_f1(answer, target) == pytest.approx(f1)


@pytest.mark.parametrize(
    ("answer", "target", "f1"),
    [
        ("在长江边", "长江", 2 / 3),
        ("长江和黄河", "黄河和长江", 0.4),  # the longest run is two characters
        ("《红楼梦》", "红楼梦", 1.0),
        ("IBM公司", "ibm", 0.5),
        ("北京", "上海", 0.0),
    ],
)
def test_chinese_f1_counts_the_longest_run(answer, target, f1):
    assert chinese_f1(answer, target) == pytest.approx(f1)


def test_f1_takes_the_target_that_fits_best():
    verdict = judge(F1(), sample(targets=("Rome", "the city of Paris")), said("Paris"))
    assert verdict.values == {"f1": 0.5, "exact_match": 0.0}
    assert verdict.target == "the city of Paris"
    assert [s.metric for s in F1().summarise([verdict])] == ["f1", "exact_match"]


# Losses.


def losses(values, prompt="", **kwargs):
    return Prediction(key="k", sample_id="s", losses=tuple(values), prompt=prompt, **kwargs)


def test_perplexity_weighs_texts_by_their_tokens():
    evaluator = Perplexity()
    verdicts = [
        judge(evaluator, sample(id="1"), losses([1.0, 1.0, 1.0], "abc长")),
        judge(evaluator, sample(id="2"), losses([5.0], "xy")),
    ]
    scores = {score.metric: score for score in evaluator.summarise(verdicts)}
    assert list(scores) == ["loss", "perplexity", "bits_per_byte", "bits_per_character"]
    assert scores["loss"].value == pytest.approx(8 / 4)
    assert scores["perplexity"].value == pytest.approx(math.exp(2))
    assert scores["bits_per_byte"].value == pytest.approx(8 / math.log(2) / (6 + 2))
    assert scores["bits_per_character"].value == pytest.approx(8 / math.log(2) / (4 + 2))
    assert {score.scale for score in scores.values()} == {"plain"}
    assert math.exp(scores["loss"].low) == pytest.approx(scores["perplexity"].low)


def test_the_unit_of_uncertainty_is_the_text_not_the_token():
    evaluator = Perplexity()
    texts = [[1.0] * 50, [2.0] * 50, [3.0] * 50]
    verdicts = [judge(evaluator, sample(id=str(n)), losses(t, "x")) for n, t in enumerate(texts)]
    loss = evaluator.summarise(verdicts)[0]
    assert loss.value == pytest.approx(2.0)
    assert loss.high - loss.value == pytest.approx(4.302652729911275 / math.sqrt(3))


def test_a_field_can_name_the_text():
    evaluator = Perplexity(field="text")
    verdict = judge(evaluator, sample(fields={"text": "ab"}), losses([math.log(2)], "<s>ab"))
    assert verdict.values["bits_per_byte"] == pytest.approx(0.5)
    with pytest.raises(DataError, match="'text'"):
        judge(evaluator, sample(), losses([1.0]))


def test_bits_of_a_cut_text_are_not_known():
    evaluator = Perplexity()
    verdict = judge(evaluator, sample(), losses([1.0], "abc", truncated=3))
    scores = {score.metric: score for score in evaluator.summarise([verdict])}
    assert (scores["bits_per_byte"].value, scores["bits_per_byte"].failed) == (None, 1)
    assert (scores["loss"].value, scores["loss"].failed, scores["loss"].truncated) == (1.0, 0, 1)


def test_opencompass_counts_the_first_token_and_weighs_texts_alike():
    evaluator = Perplexity(compat="opencompass")
    verdicts = [
        judge(evaluator, sample(id="1"), losses([1.0, 1.0, 1.0], prompt_tokens=4)),
        judge(evaluator, sample(id="2"), losses([5.0])),
        judge(evaluator, sample(id="3"), failed()),
    ]
    (score,) = evaluator.summarise(verdicts)
    assert (score.metric, score.n, score.failed) == ("average_ppl", 2, 1)
    assert score.value == pytest.approx((3 / 4 + 5 / 2) / 2)


@pytest.mark.parametrize("values", [(), (1.0, math.inf), (math.nan,)])
def test_losses_that_are_no_numbers_are_not_averaged(values):
    evaluator = Perplexity()
    verdicts = [
        judge(evaluator, sample(), losses(values, "x")),
        judge(evaluator, sample(), failed()),
    ]
    for score in evaluator.summarise(verdicts):
        assert (score.value, score.n, score.failed) == (None, 0, 2)


def test_a_perplexity_beyond_all_numbers_is_not_reported():
    evaluator = Perplexity()
    scores = evaluator.summarise([judge(evaluator, sample(), losses([1000.0], "x"))])
    assert (scores[0].value, scores[1].value) == (1000.0, None)


def test_perplexity_needs_losses():
    with pytest.raises(ConfigError, match="losses"):
        judge(Perplexity(), sample(), said("text"))
