"""Choosers by likeness."""

from __future__ import annotations

import math
import random
import sys
from typing import Any

import pytest

from compass.errors import ConfigError, DataError
from compass.prompts import BM25, Nearest
from compass.prompts.retrieval import Ngrams, words
from compass.records import Sample

TEXTS = [
    "How many apples are left in the basket?",
    "Which river flows through Cairo?",
    "Who painted the ceiling of the chapel?",
    "中国最长的河流是哪一条?",
    "Which river flows through Vienna and Budapest?",
    "北京烤鸭是哪里的名菜?",
]
POOL = tuple(
    Sample(id=str(place), fields={"question": text, "zh": text}) for place, text in enumerate(TEXTS)
)


def asked(text: str) -> Sample:
    return Sample(id="asked", fields={"question": text})


def ids(shots: tuple[Sample, ...]) -> list[str]:
    return [shot.id for shot in shots]


@pytest.mark.parametrize("chooser", [BM25, Nearest])
def test_the_most_similar_comes_last(chooser):
    shots = chooser(2).pick(asked("Which river flows through Budapest?"), POOL)
    assert ids(shots) == ["1", "4"]


@pytest.mark.parametrize("chooser", [BM25, Nearest])
def test_chinese_is_compared_too(chooser):
    assert ids(chooser(1).pick(asked("世界上最长的河流"), POOL)) == ["3"]
    assert ids(chooser(1).pick(asked("烤鸭怎么做"), POOL)) == ["5"]


@pytest.mark.parametrize("chooser", [BM25, Nearest])
def test_ties_go_to_the_earlier_in_the_pool(chooser):
    assert ids(chooser(3).pick(asked("ξψζ"), POOL)) == ["2", "1", "0"]


@pytest.mark.parametrize("chooser", [BM25, Nearest])
def test_a_sample_in_the_pool_is_not_its_own_shot(chooser):
    for sample in POOL:
        shots = chooser(5).pick(sample, POOL)
        assert sorted(ids(shots)) == sorted({*map(str, range(6))} - {sample.id})


@pytest.mark.parametrize("chooser", [BM25, Nearest])
def test_many_copies_of_the_sample_do_not_hide_the_others(chooser):
    copies = tuple(Sample(id=f"c{i}", fields={"question": "a river"}) for i in range(50))
    other = Sample(id="other", fields={"question": "a mountain"})
    assert ids(chooser(1).pick(asked("a river"), (*copies, other))) == ["other"]


@pytest.mark.parametrize("chooser", [BM25, Nearest])
def test_a_missing_field_says_which_were_there(chooser):
    with pytest.raises(DataError) as caught:
        chooser(1, field="qestion").pick(asked("x"), POOL)
    assert str(caught.value) == (
        "shots are chosen by field 'qestion', which sample '0' lacks\n"
        "  at: prompt.shots.field\n"
        "  hint: did you mean 'question'?"
    )


@pytest.mark.parametrize("chooser", [BM25, Nearest])
def test_empty_texts_do_not_matter(chooser):
    blank = tuple(Sample(id=str(i), fields={"question": "", "n": i}) for i in range(3))
    assert ids(chooser(2).pick(asked(""), blank)) == ["1", "0"]


def test_bm25_ranks_as_the_formula_does():
    chance = random.Random(3)
    texts = [chance.choices("abcdefghij", k=chance.randint(2, 12)) for _ in range(60)]
    pool = [Sample(id=str(i), fields={"question": " ".join(t)}) for i, t in enumerate(texts)]
    for query in ("a b", "c d e j", "f"):
        by_hand = [lucene(query.split(), text, texts) for text in texts]
        picked = BM25(10).pick(asked(query), pool)
        scores = [by_hand[int(shot.id)] for shot in picked]
        assert scores == pytest.approx(sorted(by_hand)[-10:])


def lucene(query: list[str], text: list[str], texts: list[list[str]]) -> float:
    """Return the score of one text, written out for k1=1.5 and b=0.75."""
    mean = sum(map(len, texts)) / len(texts)
    score = 0.0
    for word in query:
        found = sum(word in other for other in texts)
        rarity = math.log(1 + (len(texts) - found + 0.5) / (found + 0.5))
        count = text.count(word)
        score += rarity * count / (count + 1.5 * (0.25 + 0.75 * len(text) / mean))
    return score


def test_bm25_without_its_package_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "bm25s", None)
    with pytest.raises(ConfigError, match=r"pip install 'compass-eval\[retrieval\]'"):
        BM25(1).pick(asked("x"), POOL)


@pytest.mark.parametrize("arguments", [{"k1": -1}, {"b": 1.5}])
def test_bm25_refuses_parameters_out_of_range(arguments):
    with pytest.raises(ConfigError, match="b from 0 to 1"):
        BM25(1, **arguments)


class Lengths:
    """Encodes a text by the side of a circle it lies on: short texts here, long ones there."""

    def encode(self, texts: list[str]) -> Any:
        import numpy as np

        angles = np.array([len(text) / 100 for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def test_nearest_takes_any_encoder():
    pool = tuple(Sample(id=str(i), fields={"question": "x" * i}) for i in range(1, 100, 10))
    shots = Nearest(3, encoder=Lengths()).pick(asked("y" * 44), pool)
    assert ids(shots) == ["31", "51", "41"]


def test_an_encoder_must_encode():
    with pytest.raises(ConfigError, match="has no encode"):
        Nearest(1, encoder="bert")  # type: ignore[arg-type]

    class Flat:
        def encode(self, texts: list[str]) -> Any:
            import numpy as np

            return np.zeros(3)

    with pytest.raises(ConfigError, match=r"made \(3,\) of 6 texts"):
        Nearest(1, encoder=Flat()).pick(asked("x"), POOL)


def test_ngrams_of_equal_texts_are_equal_and_of_like_texts_alike():
    matrix = Ngrams().encode(["the old house", "The  old house ", "the old horse", "pq xyz"])
    likeness = (matrix @ matrix.T).toarray()
    assert likeness[0, 0] == likeness[0, 1] == likeness[1, 1]
    assert likeness[0, 0] > likeness[0, 2] > likeness[0, 3] == 0


@pytest.mark.parametrize("arguments", [{"least": 0}, {"least": 3, "most": 2}, {"width": 0}])
def test_ngrams_that_make_no_runs_are_refused(arguments):
    with pytest.raises(ConfigError, match="makes no runs"):
        Ngrams(**arguments)


def test_words_are_split_as_each_script_needs():
    assert words("It's 3.5 km (naïve) 长江2024年") == [
        "it",
        "s",
        "3",
        "5",
        "km",
        "naïve",
        "长",
        "江",
        "2024",
        "年",
    ]
