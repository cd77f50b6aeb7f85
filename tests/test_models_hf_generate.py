"""Generation answers what transformers' own does, whatever is answered beside it."""

from __future__ import annotations

import logging

import pytest
from hf_tiny import question, save_model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compass.models.hf import HF
from compass.models.hf.generate import units
from compass.models.hf.prompts import Asked
from compass.models.hf.stops import Watch
from compass.models.hf.tokens import Prompt
from compass.records import Dialogue, Message, Question, Sample
from compass.specs import Generation

pytest.importorskip("torch")

MAKES = ("llama", "gpt2", "sliding", "mamba", "t5")


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return {make: save_model(tmp_path_factory.mktemp(make), make) for make in MAKES}


@pytest.fixture(scope="module")
def llama(folders):
    model = HF(str(folders["llama"]), dtype="float32", context=200)
    yield model
    model.close()


def own_greedy(model, one, most):
    """Return the tokens that transformers itself answers, one sequence at a time."""
    import torch

    words, plain = model._speak(), model._load().plain()
    tokens = words.prompts([words.render(one.dialogue)], 200)[0].tokens
    given = torch.tensor([tokens])
    out = plain.generate(
        given,
        attention_mask=torch.ones_like(given),
        max_new_tokens=most,
        do_sample=False,
    )[0].tolist()
    return out[1:] if plain.config.is_encoder_decoder else out[len(tokens) :]


def by_key(answers):
    return {answer.key: answer for answer in answers}


@pytest.mark.parametrize("make", MAKES)
def test_greedy_is_what_transformers_itself_answers(folders, make, caplog):
    model = HF(str(folders[make]), dtype="float32", context=200)
    asked = [question(str(n), f"ab cd {'xyz '[n % 4 :] * (n % 5)} {n}") for n in range(9)]
    with caplog.at_level(logging.WARNING):
        answers = by_key(model.generate(asked, Generation(max_new_tokens=12)))
    for one in asked:
        expected = own_greedy(model, one, 12)
        answer = answers[one.key]
        ended = 1 in expected
        assert answer.finish == ("stop" if ended else "length")
        assert answer.tokens == len(expected)
        kept = expected[: expected.index(1)] if ended else expected
        assert answer.output == model._speak().decode(kept)
    model.close()


def test_greedy_on_a_real_model_is_what_transformers_itself_answers(smollm2):
    model = HF(str(smollm2), dtype="float32")
    texts = ["What is the capital of France?", "2+2=?", "Write a haiku about snow."]
    asked = [question(str(n), text) for n, text in enumerate(texts)]
    answers = by_key(model.generate(asked, Generation(max_new_tokens=16)))
    for one in asked:
        expected = own_greedy(model, one, 16)
        assert answers[one.key].output == model._speak().decode(expected)
    assert answers["0"].output == "The capital of France is Paris."
    assert answers["0"].finish == "stop"
    model.close()


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    texts=st.lists(st.text("abcd ", min_size=1, max_size=40), min_size=1, max_size=12),
    rows=st.integers(1, 5),
    shared=st.text("abcd ", max_size=60),
)
def test_rows_that_come_and_go_answer_as_each_does_alone(llama, texts, rows, shared):
    from compass.models.hf import generate as module

    asked = [question(str(n), shared + text) for n, text in enumerate(texts)]
    settings_ = Generation(max_new_tokens=9, temperature=0.7, top_p=0.9, seed=4)
    alone = {}
    for one in asked:
        alone |= by_key(llama.generate([one], settings_))
    before = module._ROWS_CPU
    module._ROWS_CPU = rows
    try:
        together = by_key(llama.generate(asked, settings_))
    finally:
        module._ROWS_CPU = before
    assert {k: a.output for k, a in together.items()} == {k: a.output for k, a in alone.items()}


def test_repeats_of_a_prompt_differ_by_key_and_share_its_computation(llama):
    dialogue = Dialogue((Message("user", "ab cd " * 10),))
    sample = Sample(id="s", fields={})
    asked = [Question(key=str(n), sample=sample, repeat=n, dialogue=dialogue) for n in range(8)]
    walk = llama._walking()
    before = walk.computed
    settings_ = Generation(max_new_tokens=10, temperature=1.5, n=8)
    answers = by_key(llama.generate(asked, settings_))
    assert len({answer.output for answer in answers.values()}) > 4
    assert walk.computed - before <= answers["0"].prompt_tokens
    again = by_key(llama.generate(reversed(asked), settings_))
    assert {k: a.output for k, a in again.items()} == {k: a.output for k, a in answers.items()}
    other = by_key(llama.generate(asked, Generation(max_new_tokens=10, temperature=1.5, seed=1)))
    assert other["0"].output != answers["0"].output


def test_the_output_ends_before_a_stop_string(llama):
    asked = question("q", "ab cd")
    free = next(llama.generate([asked], Generation(max_new_tokens=30)))
    stop = free.output[4:6]
    cut = next(llama.generate([asked], Generation(max_new_tokens=30, stop=(stop, "§§"))))
    assert cut.output == free.output[: free.output.index(stop)]
    assert cut.finish == "stop"
    assert cut.tokens < free.tokens


def test_a_prompt_too_long_leaves_room_for_the_answer_and_is_counted(folders):
    model = HF(str(folders["llama"]), dtype="float32", context=40, truncation="left")
    answer = next(model.generate([question("q", "x" * 100)], Generation(max_new_tokens=10)))
    assert answer.prompt_tokens == 30
    assert answer.truncated == 70
    assert answer.tokens <= 10
    greedy = next(model.generate([question("q", "x" * 30)], Generation(max_new_tokens=10)))
    assert greedy.output == answer.output
    model.close()


def test_out_of_memory_sends_rows_back_and_loses_none(llama, monkeypatch):
    asked = [question(str(n), f"ab {n} cd") for n in range(10)]
    settings_ = Generation(max_new_tokens=8)
    expected = {a.key: a.output for a in llama.generate(asked, settings_)}
    held = llama._load()
    run = held.run

    def narrow(tokens, places, keep, plan):
        if type(plan).__name__ == "Rows" and len(tokens) > 3:
            raise RuntimeError("not enough memory: you tried to allocate 99 bytes")
        return run(tokens, places, keep, plan)

    monkeypatch.setattr(held, "run", narrow)
    assert {a.key: a.output for a in llama.generate(asked, settings_)} == expected


def test_a_failing_step_fails_the_rows_at_hand_only(llama, monkeypatch):
    from compass.models.hf import generate as module

    monkeypatch.setattr(module, "_ROWS_CPU", 4)
    held = llama._load()
    run, steps = held.run, []

    def flaky(tokens, places, keep, plan):
        if type(plan).__name__ == "Rows":
            steps.append(len(tokens))
            if len(steps) == 3:
                raise ValueError("broken kernel")
        return run(tokens, places, keep, plan)

    monkeypatch.setattr(held, "run", flaky)
    asked = [question(str(n), f"ab {n} cd") for n in range(12)]
    answers = list(llama.generate(asked, Generation(max_new_tokens=8)))
    failed = [answer for answer in answers if answer.error]
    assert len(answers) == 12
    assert 0 < len(failed) <= 4
    assert failed[0].error == "ValueError: broken kernel"


def test_a_chat_template_is_used_once_and_begun_answers_are_gone_on_with(tmp_path):
    model = HF(
        str(save_model(tmp_path, template=True)), dtype="float32", context=200, system="be brief"
    )
    begun = Dialogue((Message("user", "hi"), Message("assistant", "ab")))
    one = Question(key="k", sample=Sample(id="s", fields={}), dialogue=begun)
    shown = model.preview(one)
    assert shown.text == "<|system|>be brief<|end|><|user|>hi<|end|><|assistant|>ab"
    answer = next(model.generate([one], Generation(max_new_tokens=3)))
    assert answer.prompt == shown.text
    assert answer.prompt_tokens == shown.tokens
    model.close()


def test_a_template_that_refuses_a_dialogue_fails_that_question(tmp_path):
    template = "{{ raise_exception('no system role') if messages[0].role == 'system' }}x"
    model = HF(str(save_model(tmp_path)), dtype="float32", context=200, template=template)
    bad = Dialogue((Message("system", "s"), Message("user", "u")))
    asked = [
        Question(key="bad", sample=Sample(id="s", fields={}), dialogue=bad),
        question("fine", "hello"),
    ]
    answers = by_key(model.generate(asked, Generation(max_new_tokens=2)))
    assert "no system role" in answers["bad"].error
    assert answers["fine"].error is None
    model.close()


class Letters:
    def decode(self, tokens):
        return "".join(map(chr, tokens))


@given(
    st.text("abcX", max_size=60),
    st.lists(st.text("abcX", min_size=1, max_size=12), max_size=3),
    st.integers(1, 70),
)
def test_watching_token_by_token_cuts_where_reading_the_whole_would(text, stops, room):
    watch = Watch(Letters(), stops, [0], room)
    ended = False
    for letter in [*text, "\0"]:
        ended = watch.add(ord(letter))
        if ended:
            break
    assert ended
    seen = text[:room]
    places = [seen.find(stop) for stop in stops if stop in seen]
    ends = [seen.find(stop) + len(stop) for stop in stops if stop in seen]
    if places:
        first = min(ends)
        before = seen[:first]
        assert watch.output == before[: min(before.find(s) for s in stops if s in before)]
        assert watch.finish == "stop"
    else:
        assert watch.output == seen
        assert watch.finish == ("length" if len(text) >= room else "stop")


def asked_of(key, tokens):
    return Asked(key, Prompt("", list(tokens), 0), 5)


def test_prompts_that_begin_alike_form_a_crowd():
    prompts = [asked_of(f"a{n}", [*range(100, 150), n, 1]) for n in range(5)]
    prompts += [asked_of(f"b{n}", [*range(200, 260), n, 1]) for n in range(5)]
    found = units(prompts, None)
    crowds = {id(unit.crowd): unit.crowd for unit in found}
    assert sorted(len(crowd.tokens) for crowd in crowds.values()) == [50, 60]
    more = units([asked_of("c", [*range(200, 260), 9, 1])], found[-1].crowd)
    assert more[0].crowd is found[-1].crowd
