"""BLEU, chrF and chrF++: the figures of sacrebleu, with an interval of the corpus."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest

from compass.errors import ConfigError
from compass.evaluators import Bleu
from compass.records import Prediction, Sample


def judged(evaluator, pairs, cluster=None):
    found = []
    for number, (output, *targets) in enumerate(pairs):
        name = cluster(number) if cluster else None
        sample = Sample(id=str(number), fields={}, targets=tuple(targets), cluster=name)
        prediction = Prediction(key=str(number), sample_id=str(number), output=output)
        found.append(evaluator.verdict(sample, [prediction]))
    return found


def scores(evaluator, pairs, **kwargs):
    return {s.metric: s for s in evaluator.summarise(judged(evaluator, pairs, **kwargs))}


def damaged(lines, seed=0):
    """Return the lines with words left out or doubled, as a poor translation would be."""
    draw = random.Random(seed)
    spoilt = []
    for line in lines:
        parts = line.split(" ") if " " in line else list(line)
        kept = [p for p in parts if draw.random() > 0.25]
        spoilt.append((" " if " " in line else "").join(kept))
    return spoilt


PAIRS = [
    ("The ferry leaves at nine in the morning.", "The ferry departs at nine in the morning."),
    ("Nobody saw the two red kites.", "No one saw both of the red kites."),
    ("It rained.", "It rained all day long."),
]


@pytest.fixture
def sentences(real_data):
    def lines(language):
        path = real_data / "flores200" / "devtest" / f"{language}.devtest"
        return path.read_text("utf-8").splitlines()

    return lines


@pytest.mark.parametrize(
    ("language", "tokenize"),
    [
        ("deu_Latn", "13a"),
        ("zho_Hans", "zh"),
        ("jpn_Jpan", "ja-mecab"),
        ("jpn_Jpan", "char"),
        ("spa_Latn", "intl"),
    ],
)
def test_corpus_figures_are_those_of_sacrebleu_on_flores(sentences, language, tokenize):
    from sacrebleu.metrics import BLEU, CHRF

    targets = sentences(language)[:300]
    outputs = damaged(targets)
    found = scores(Bleu(tokenize=tokenize, resamples=5), list(zip(outputs, targets, strict=True)))
    theirs = {
        "bleu": BLEU(tokenize=tokenize).corpus_score(outputs, [targets]).score,
        "chrf": CHRF().corpus_score(outputs, [targets]).score,
        "chrf++": CHRF(word_order=2).corpus_score(outputs, [targets]).score,
    }
    assert {name: score.value * 100 for name, score in found.items()} == pytest.approx(
        theirs, rel=1e-12
    )
    assert list(found) == ["bleu", "chrf", "chrf++"]
    assert 0.2 < found["bleu"].value < 0.9


def test_the_command_sacrebleu_says_the_same(sentences, tmp_path):
    targets = sentences("fra_Latn")[:200]
    outputs = damaged(targets)
    (tmp_path / "out").write_text("\n".join(outputs) + "\n", "utf-8")
    (tmp_path / "ref").write_text("\n".join(targets) + "\n", "utf-8")
    command = [
        sys.executable,
        "-m",
        "sacrebleu",
        str(tmp_path / "ref"),
        "-i",
        str(tmp_path / "out"),
    ]
    said = subprocess.run(
        [*command, "-m", "bleu", "chrf", "-b", "-w", "6"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    found = scores(Bleu(resamples=5), list(zip(outputs, targets, strict=True)))
    ours = [round(found[name].value * 100, 6) for name in ("bleu", "chrf")]
    assert [float(n) for n in said.replace("[", " ").replace("]", " ").replace(",", " ").split()
            if n.replace(".", "").isdigit()] == ours  # fmt: skip


def test_a_corpus_score_is_not_the_mean_of_its_sentences():
    from sacrebleu import sentence_bleu

    mean = sum(sentence_bleu(out, [ref]).score for out, ref in PAIRS) / len(PAIRS)
    assert abs(scores(Bleu(), PAIRS)["bleu"].value * 100 - mean) > 0.1


def test_several_references_are_matched_together():
    from sacrebleu.metrics import BLEU, CHRF

    outputs = [out for out, _ in PAIRS]
    first = [ref for _, ref in PAIRS]
    second = ["The boat goes at 9.", "Nobody saw the kites.", "It rained then."]
    found = scores(Bleu(), list(zip(outputs, first, second, strict=True)))
    assert found["bleu"].value * 100 == pytest.approx(
        BLEU().corpus_score(outputs, [first, second]).score
    )
    assert found["chrf"].value * 100 == pytest.approx(
        CHRF().corpus_score(outputs, [first, second]).score
    )


def test_the_interval_is_seeded_and_holds_the_value():
    pairs = PAIRS * 20
    once, again = scores(Bleu(), pairs)["bleu"], scores(Bleu(), pairs)["bleu"]
    assert once == again
    assert once.low < once.value < once.high


def test_the_interval_is_that_of_sacrebleu_within_chance(sentences):
    from sacrebleu.metrics import BLEU

    targets = sentences("deu_Latn")[:200]
    outputs = damaged(targets)
    found = scores(Bleu(), list(zip(outputs, targets, strict=True)))["bleu"]
    theirs = BLEU(references=[targets]).corpus_score(outputs, None, n_bootstrap=1000)
    half = (found.high - found.low) / 2 * 100
    assert half == pytest.approx(theirs._ci, rel=0.15)


def test_clusters_are_drawn_whole():
    pairs = [pair for pair in PAIRS for _ in range(20)]
    loose = scores(Bleu(), pairs)["bleu"]
    tied = scores(Bleu(), pairs, cluster=lambda number: f"c{number // 20}")["bleu"]
    assert tied.value == loose.value
    assert tied.high - tied.low > 2 * (loose.high - loose.low)


def test_one_sentence_has_no_interval_and_none_has_no_score():
    (one,) = [s for s in Bleu().summarise(judged(Bleu(), PAIRS[:1])) if s.metric == "chrf"]
    assert (one.low, one.high, one.n) == (None, None, 1)
    assert Bleu().summarise([])[0].value is None


def test_failed_calls_are_left_out_and_empty_outputs_are_not():
    bleu = Bleu(resamples=5)
    sample = Sample(id="9", fields={}, targets=("A word.",))
    failed = bleu.verdict(sample, [Prediction(key="9", sample_id="9", error="gone")])
    empty = bleu.verdict(sample, [Prediction(key="9", sample_id="9", output=" ")])
    judgements = judged(bleu, PAIRS)
    whole = bleu.summarise(judgements)[0]
    assert bleu.summarise([*judgements, failed])[0].value == whole.value
    assert bleu.summarise([*judgements, failed])[0].failed == 1
    spoilt = bleu.summarise([*judgements, empty])[0]
    assert (spoilt.unparsed, spoilt.n) == (1, 4)
    assert spoilt.value < whole.value


def test_opencompass_cuts_chinese_into_words_first():
    from sacrebleu.metrics import BLEU

    found = judged(Bleu(tokenize="zh", compat="opencompass"), [("我喜欢 北京\n好", "我喜欢上海")])
    numbers = [found[0].values[f"bleu.{place}"] for place in range(10)]
    (theirs,) = BLEU()._extract_corpus_statistics(["我 喜欢   北京"], [["我 喜欢 上海"]])
    assert numbers == theirs


@pytest.mark.parametrize("wrong", [{"tokenize": "14a"}, {"compat": "x"}, {"resamples": 0}])
def test_wrong_arguments_are_refused(wrong):
    with pytest.raises(ConfigError):
        Bleu(**wrong)


def test_a_tokeniser_whose_model_cannot_be_had_is_said_so(monkeypatch, tmp_path):
    monkeypatch.setattr("sacrebleu.tokenizers.tokenizer_spm.SACREBLEU_DIR", str(tmp_path))

    def refuse(*_):
        raise OSError("no network")

    monkeypatch.setattr("urllib.request.urlopen", refuse)
    with pytest.raises(ConfigError, match="cannot make its tokeniser 'flores200'"):
        judged(Bleu(tokenize="flores200"), PAIRS)
