"""Keys: what changes them, and what must not."""

from __future__ import annotations

import pytest

from compass.ask import Generate, Loss, Rank
from compass.errors import ConfigError, DataError
from compass.questions import Asking, Benchmark
from compass.records import Dialogue, Likelihood, Message, Prediction, Question, Sample
from compass.specs import Component, DatasetSpec


class Shelf:
    """A reader of samples that are given."""

    def __init__(self, *samples):
        self.all = samples

    def samples(self):
        return iter(self.all)

    def shots(self):
        return ()

    def digest(self):
        return "0"


class Plainly:
    """A prompt that shows the question."""

    def __init__(self, before=""):
        self.before = before

    def dialogue(self, sample, shots):
        return Dialogue((Message("user", self.before + sample.fields["q"]),))


def sample(name="1", question="one?", choices=("x", "y"), right=(0,)):
    return Sample(id=name, fields={"q": question}, choices=choices, right=right)


def benchmark(*samples, ask=None, prompt=None, **settings):
    nothing = Component("none")
    spec = DatasetSpec(
        abbr="d", reader=nothing, prompt=nothing, ask=nothing, evaluator=nothing, **settings
    )
    return Benchmark(spec, Shelf(*samples), prompt or Plainly(), ask or Generate(), None)


def keys(made, identity="m", overrides=()):
    return [q.key for q in Asking(identity, dict(overrides), made).questions()]


def test_the_key_follows_everything_that_can_change_an_answer():
    plain = keys(benchmark(sample()))
    others = [
        keys(benchmark(sample(name="2"))),
        keys(benchmark(sample(question="two?"))),
        keys(benchmark(sample(), prompt=Plainly("Now: "))),
        keys(benchmark(sample(), ask=Generate(max_new_tokens=5))),
        keys(benchmark(sample(), ask=Generate(stop=["\n"]))),
        keys(benchmark(sample(), ask=Generate(temperature=0.5))),
        keys(benchmark(sample(), ask=Rank())),
        keys(benchmark(sample(), ask=Loss())),
        keys(benchmark(sample()), identity="other weights"),
        keys(benchmark(sample()), overrides={"max_new_tokens": 5, "temperature": 0.1}),
    ]
    assert len({plain[0], *(k[0] for k in others)}) == len(others) + 1


def test_the_key_ignores_what_cannot_change_an_answer():
    plain = keys(benchmark(sample()))
    assert keys(benchmark(sample(right=(1,)))) == plain
    assert keys(benchmark(sample(), ask=Generate(seed=5, top_p=0.5))) == plain
    assert keys(benchmark(sample(), sample(name="2")))[:1] == plain
    assert keys(benchmark(sample(), limit=1)) == plain
    assert keys(benchmark(sample(), ask=Generate(n=3)))[:1] == plain


def test_ranking_is_not_touched_by_generation_nor_by_normalisation():
    plain = keys(benchmark(sample(), ask=Rank()))
    assert keys(benchmark(sample(), ask=Rank()), overrides={"temperature": 1.0}) == plain
    assert keys(benchmark(sample(), ask=Rank(normalise=["byte", "sum"]))) == plain
    for other in (
        Rank(options="texts"),
        Rank(glue=""),
        Rank(normalise="pmi"),
        Rank(normalise="whole"),
    ):
        assert keys(benchmark(sample(), ask=other)) != plain


def test_a_seed_matters_where_there_is_chance():
    one, two = (Generate(temperature=1.0, seed=seed) for seed in (1, 2))
    assert keys(benchmark(sample(), ask=one)) != keys(benchmark(sample(), ask=two))


def test_repeats_are_questions_of_their_own():
    assert len(set(keys(benchmark(sample(), ask=Generate(n=4, temperature=1.0))))) == 4


def test_two_samples_with_equal_prompts_do_not_share_an_answer():
    assert len(set(keys(benchmark(sample("1"), sample("2"))))) == 2


def test_samples_can_be_limited_and_drawn():
    shelf = [sample(str(n)) for n in range(20)]
    first = [s.id for s in benchmark(*shelf, limit=3).samples()]
    drawn = [s.id for s in benchmark(*shelf, limit=5, sample_seed=1).samples()]
    assert first == ["0", "1", "2"]
    assert len(drawn) == 5
    assert drawn == sorted(drawn, key=int)
    assert drawn == [s.id for s in benchmark(*shelf, limit=5, sample_seed=1).samples()]
    assert drawn != [s.id for s in benchmark(*shelf, limit=5, sample_seed=2).samples()]
    assert benchmark(*shelf, limit=50, sample_seed=1).size() == 20


def test_samples_can_be_named():
    shelf = [sample(str(n)) for n in range(20)]
    named = benchmark(*shelf, only=("7", "2", "15"))
    assert [s.id for s in named.samples()] == ["2", "7", "15"]
    assert [s.id for s in benchmark(*shelf, only=("7", "2"), limit=5).samples()] == ["2"]
    assert set(keys(named)) < set(keys(benchmark(*shelf)))


def test_a_benchmark_without_samples_is_an_error():
    with pytest.raises(DataError, match="dataset 'd' has no samples"):
        benchmark().size()


def settled(ask, *likelihoods, choices=("ab", "abcd")):
    question = Question(
        key="k", sample=sample(choices=choices), dialogue=Dialogue((Message("user", "q"),))
    )
    prediction = Prediction(key="k", sample_id="1", likelihoods=tuple(likelihoods))
    return ask.settle(question, prediction).choices


def test_normalisations_choose_by_their_definitions():
    one = Likelihood(-2.0, 1, -2.0, False, -10.0, 5)
    two = Likelihood(-3.0, 3, -0.5, False, -11.0, 8)
    ask = Rank("texts", normalise=["sum", "token", "byte", "character", "whole", "first"])
    assert settled(ask, one, two) == {
        "sum": 0, "token": 1, "byte": 1, "character": 1, "whole": 1, "first": 1,
    }  # fmt: skip


def test_bytes_and_characters_differ_in_chinese():
    one, two = (Likelihood(x, 1, x, False) for x in (-3.0, -4.0))
    chosen = settled(
        Rank("texts", normalise=["byte", "character"]), one, two, choices=("汉", "abcd")
    )
    assert chosen == {"byte": 0, "character": 1}
    chosen = settled(Rank("texts", normalise=["byte", "character"]), one, two, choices=("汉", "ab"))
    assert chosen == {"byte": 0, "character": 1}


def test_pmi_takes_away_what_an_option_has_by_itself():
    likely, rare = Likelihood(-1.0, 1, -1.0, True), Likelihood(-2.0, 1, -2.0, False)
    alone = Likelihood(-0.5, 1, -0.5, True), Likelihood(-5.0, 1, -5.0, False)
    ask = Rank(normalise=["sum", "pmi"])
    assert settled(ask, likely, rare, *alone) == {"sum": 0, "pmi": 1}
    assert len(ask.continuations(sample(), Dialogue((Message("user", "q"),)))) == 4


def test_a_likelihood_that_is_no_number_chooses_nothing():
    broken = Likelihood(float("nan"), 1, float("nan"), False)
    assert settled(Rank(), broken, broken) == {"sum": None}


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Rank(normalise="bytes"), "unknown normalisation 'bytes'"),
        (lambda: Rank(normalise=[]), "at least one normalisation"),
        (lambda: Rank(options="words"), "options must be 'letters' or 'texts'"),
        (lambda: Generate(max_new_tokens=0), "max_new_tokens=0 is out of range"),
        (lambda: Generate(temperature=-1), "temperature=-1 is out of range"),
        (lambda: Generate(top_p=0), "top_p=0 is out of range"),
        (lambda: Generate(stop=[""]), "at least one character"),
    ],
)
def test_senseless_settings_are_refused(make, said):
    with pytest.raises(ConfigError, match=said):
        make()


def test_ranking_needs_choices():
    with pytest.raises(DataError, match="has 1 choices"):
        Rank().continuations(sample(choices=("x",)), Dialogue((Message("user", "q"),)))


def test_stop_strings_are_united_and_models_override():
    made = Generate(stop=["\n"], max_new_tokens=5).generation({"stop": "END", "max_new_tokens": 9})
    assert made.stop == ("\n", "END")
    assert made.max_new_tokens == 9
