"""ROUGE: the figures of the package rouge-score, English and Chinese."""

from __future__ import annotations

import pytest

from compass.errors import ConfigError
from compass.evaluators import Rouge
from compass.records import Prediction, Sample


def judged(evaluator, output, *targets):
    sample = Sample(id="1", fields={}, targets=targets)
    return evaluator.verdict(sample, [Prediction(key="k", sample_id="1", output=output)])


def test_rouge_of_hand_counted_texts():
    values = judged(Rouge(), "the red fox ran", "the fox ran home").values
    assert values["rouge1"] == pytest.approx(3 / 4)
    assert values["rouge2"] == pytest.approx(1 / 3)
    assert values["rougeL"] == pytest.approx(3 / 4)


def test_the_figures_are_those_of_rouge_score():
    from rouge_score.rouge_scorer import RougeScorer

    kinds = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
    output = "Floods closed two roads.\nNobody was hurt, officials say."
    target = "Two roads were closed by flooding.\nNo one was hurt."
    for stem in (False, True):
        ours = judged(Rouge(kinds=kinds, stem=stem), output, target).values
        theirs = RougeScorer(kinds, use_stemmer=stem).score(target, output)
        assert ours == {kind: theirs[kind].fmeasure for kind in kinds}


def test_stemming_takes_endings_off():
    assert judged(Rouge(), "closes", "closed").values["rouge1"] == 0
    assert judged(Rouge(stem=True), "closes", "closed").values["rouge1"] == 1


def test_chinese_is_cut_into_words_or_characters():
    characters = judged(Rouge("zh", segment="characters"), "长江大桥。", "长江，大坝")
    assert characters.values["rouge1"] == pytest.approx(3 / 4)
    assert characters.values["rouge2"] == pytest.approx(2 / 3)
    words = judged(Rouge("zh"), "我喜欢北京", "我喜欢上海")
    assert words.values["rouge1"] == pytest.approx(2 / 3)
    latin = judged(Rouge("zh", segment="characters"), "用GPT写", "用gpt写")
    assert latin.values["rougeL"] == 1


def test_the_target_that_fits_best_counts_kind_by_kind():
    found = judged(Rouge(), "a b c d", "a b", "d c b a")
    assert found.values["rouge1"] == 1
    assert found.values["rouge2"] == pytest.approx(2 * (1 / 3) / (4 / 3))
    assert found.target == "d c b a"


def test_the_first_kind_is_the_headline_and_an_empty_output_is_unparsed():
    rouge = Rouge("zh", kinds=["rougeL"])
    empty = judged(rouge, "<think>想想</think>", "长江")
    assert (dict(empty.values), empty.reason) == ({"rougeL": 0.0}, "unparsed")
    (score,) = rouge.summarise([empty])
    assert (score.metric, score.value, score.unparsed) == ("rougeL", 0.0, 1)


def test_a_failed_call_has_no_score():
    sample = Sample(id="1", fields={}, targets=("x",))
    found = Rouge().verdict(sample, [Prediction(key="k", sample_id="1", error="gone")])
    assert set(found.values.values()) == {None}


@pytest.mark.parametrize(
    "wrong", [{"language": "fr"}, {"kinds": ["rougeX"]}, {"kinds": []}, {"segment": "letters"}]
)
def test_wrong_arguments_are_refused(wrong):
    with pytest.raises(ConfigError):
        Rouge(**wrong)
