"""Partial scoring: what precedes an option's ranked text, and what is ranked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hf_tiny import save_model

from compass.ask import Rank
from compass.errors import ConfigError, DataError
from compass.models.hf import HF
from compass.prompts import Chat, Fixed, Text
from compass.questions import Asking, Benchmark
from compass.records import Likelihood, Prediction, Question, Sample
from compass.specs import Component, DatasetSpec

LEAK = Sample(
    id="1",
    fields={"before": "The cup and the lid: the ", "after": "leaks."},
    targets=("lid",),
    choices=("cup", "lid"),
    right=(1,),
)
PARTIAL = {"context": "{{ choice }}", "ending": "{{ after }}", "glue": " "}


class Shelf:
    def __init__(self, *samples):
        self.all = samples

    def samples(self):
        return iter(self.all)

    def shots(self):
        return self.all

    def digest(self):
        return "0"


def asking(sample, ask, prompt=None):
    nothing = Component("none")
    spec = DatasetSpec(abbr="d", reader=nothing, prompt=nothing, ask=nothing, evaluator=nothing)
    prompt = prompt or Text("{{ before }}", answer="{{ answer }} {{ after }}")
    return Asking("m", {}, Benchmark(spec, Shelf(sample), prompt, ask, None))


def asked(sample, ask, prompt=None):
    (question,) = asking(sample, ask, prompt).questions()
    return question


def texts(question):
    return [
        (c.dialogue.plain() + (c.dialogue.joint if c.glue is None else c.glue), c.text)
        for c in question.continuations
    ]


def test_options_stand_in_the_context_and_the_ending_is_ranked():
    assert texts(asked(LEAK, Rank("texts", **PARTIAL))) == [
        ("The cup and the lid: the cup ", "leaks."),
        ("The cup and the lid: the lid ", "leaks."),
    ]


def test_shots_come_before_the_context_and_show_the_whole_sentence():
    shot = Sample(
        id="2",
        fields={"before": "A: ", "after": "ends."},
        targets=("b",),
        choices=("a", "b"),
        right=(1,),
    )
    made = asking(LEAK, Rank("texts", **PARTIAL))
    prompt = Text("{{ before }}", answer="{{ answer }} {{ after }}", shots=Fixed(n=1))
    dialogue = prompt.dialogue(LEAK, [shot])
    context = made.benchmark.ask.continuations(LEAK, dialogue)[0].dialogue.plain()
    assert context == "A: b ends.\n\nThe cup and the lid: the cup"


def test_a_conversation_goes_on_in_its_last_message():
    chat = Chat(user="Complete.", prefill="{{ before }}")
    one, two = asked(LEAK, Rank("texts", **PARTIAL), chat).continuations
    assert [m.role for m in one.dialogue.messages] == ["user", "assistant"]
    assert one.dialogue.messages[-1].content == "The cup and the lid: the cup"
    assert two.dialogue.messages[-1].content == "The cup and the lid: the lid"
    assert one.dialogue.prefilled


def test_the_ranked_text_may_be_more_than_the_option():
    ask = Rank("texts", ending="the {{ choice | upper }} {{ after }}")
    assert [text for _, text in texts(asked(LEAK, ask))] == ["the CUP leaks.", "the LID leaks."]
    letters = Rank(ending="({{ choice }})")
    assert [text for _, text in texts(asked(LEAK, letters))] == ["(A)", "(B)"]


def test_permuted_options_are_the_same_askings_in_another_order():
    turned = replace(LEAK, choices=LEAK.choices[::-1], right=(0,))
    ask = Rank("texts", **PARTIAL)
    assert texts(asked(turned, ask)) == texts(asked(LEAK, ask))[::-1]
    likely = {"cup": Likelihood(-5.0, 1, -5.0, False), "lid": Likelihood(-1.0, 1, -1.0, True)}
    for sample in (LEAK, turned):
        question = asked(sample, ask)
        stored = Prediction(
            key=question.key,
            sample_id="1",
            likelihoods=tuple(likely[choice] for choice in sample.choices),
        )
        assert ask.settle(question, stored).choices == {"sum": sample.right[0]}


def test_length_is_that_of_the_ranked_text():
    ask = Rank("texts", ending="{{ choice * 2 }}", normalise=["character"])
    sample = replace(LEAK, choices=("x", "abcdefgh"))
    stored = Prediction(
        key="k",
        sample_id="1",
        likelihoods=(Likelihood(-2.0, 1, -2.0, False), Likelihood(-8.0, 1, -8.0, False)),
    )
    assert ask.settle(asked(sample, ask), stored).choices == {"character": 1}


def test_the_key_follows_context_and_ending():
    plain = Rank("texts", **PARTIAL)
    others = [
        Rank("texts", **{**PARTIAL, "context": "{{ choice }},"}),
        Rank("texts", **{**PARTIAL, "ending": "{{ after }}!"}),
        Rank("texts", **{**PARTIAL, "glue": ""}),
        Rank("texts", glue=" ", ending="{{ after }}"),
        Rank("texts", glue=" ", context="{{ choice }}"),
        Rank("texts"),
    ]
    turned = replace(LEAK, choices=LEAK.choices[::-1], right=(0,))
    keys = {asked(LEAK, ask).key for ask in (plain, *others)} | {asked(turned, plain).key}
    assert len(keys) == len(others) + 2
    assert asked(LEAK, Rank("texts", **PARTIAL)).key == asked(LEAK, plain).key
    assert asked(LEAK, Rank("texts", ending="{{ choice }}")).key == asked(LEAK, Rank("texts")).key


def test_pmi_ranks_the_ending_alone():
    ask = Rank("texts", **PARTIAL, normalise="pmi", unconditional="So:")
    assert texts(asked(LEAK, ask))[2:] == [("So: ", "leaks."), ("So: ", "leaks.")]


@pytest.mark.parametrize("name", ["context", "ending"])
def test_an_answer_is_out_of_reach_of_the_templates(name):
    with pytest.raises(ConfigError, match="would show the answer") as caught:
        asked(LEAK, Rank("texts", **{name: "{{ answer }}"}))
    assert caught.value.where == f"ask.{name}"


def test_a_field_that_is_missing_is_named():
    with pytest.raises(DataError, match="asks for 'afterr'") as caught:
        asked(LEAK, Rank("texts", ending="{{ afterr }}"))
    assert caught.value.where == "ask.ending"
    with pytest.raises(ConfigError, match="not a text"):
        Rank("texts", context=3)


def test_a_field_called_choice_does_not_hide_the_option():
    sample = replace(LEAK, fields={**LEAK.fields, "choice": "wrong"})
    ask = Rank("texts", ending="{{ choice }} {{ after }}")
    assert [text for _, text in texts(asked(sample, ask))] == ["cup leaks.", "lid leaks."]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return HF(
        str(save_model(tmp_path_factory.mktemp("tiny"))), dtype="float32", chat=False, device="cpu"
    )


def test_a_model_reads_each_option_with_its_own_context(tiny):
    question = asked(LEAK, Rank("texts", **PARTIAL))
    (together,) = tiny.rank([question])
    for place, one in enumerate(question.continuations):
        single = Question(key="one", sample=LEAK, dialogue=one.dialogue, continuations=(one,))
        (alone,) = tiny.rank([single])
        assert together.likelihoods[place].logprob == pytest.approx(
            alone.likelihoods[0].logprob, abs=1e-5
        )
    assert together.likelihoods[0] != together.likelihoods[1]
    assert together.prompt == "The cup and the lid: the cup"
    assert tiny.preview(question).text == "The cup and the lid: the cup"
