"""Ranking along a trie gives what each sequence gives by itself."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from hf_tiny import VOCABULARY, alone, question, save_model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compass.models.hf import HF
from compass.models.hf.memory import Budget
from compass.models.hf.rank import Reading, read_all
from compass.models.hf.trie import Path
from compass.models.hf.walk import Walk
from compass.models.hf.weights import Recipe, acquire, release
from compass.records import Answer, Continuation, Dialogue, Message, Question, Sample

pytest.importorskip("torch")

SHARED = ("llama", "qwen2", "gpt2", "neox")
PLAIN = ("sliding", "mamba")


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return {
        make: save_model(tmp_path_factory.mktemp(make), make) for make in (*SHARED, *PLAIN, "t5")
    }


@pytest.fixture(scope="module")
def weights(folders):
    held = {
        make: acquire(Recipe(path=str(folders[make]), revision=None, dtype="float32", device="cpu"))
        for make in (*SHARED, *PLAIN)
    }
    yield held
    for one in held.values():
        release(one)


def readings_of(rows):
    """Return a question for each row: tokens and how many of the last are read."""

    def reading(key, tokens, read):
        row = np.array(tokens, np.int32)
        first = len(row) - 1 - read
        path = Path(row[:-1], first, row[first + 1 :])
        return Reading(key, [path], lambda reads: Answer(key=key, losses=tuple(reads[0].logprobs)))

    return [reading(str(n), tokens, read) for n, (tokens, read) in enumerate(rows)]


@st.composite
def tries(draw):
    """Draw rows that begin alike: each goes on from a part of an earlier one."""
    token = st.integers(2, VOCABULARY - 1)
    rows = [draw(st.lists(token, min_size=3, max_size=40))]
    for _ in range(draw(st.integers(1, 9))):
        stem = draw(st.sampled_from(rows))
        kept = draw(st.integers(0, len(stem)))
        rows.append(stem[:kept] + draw(st.lists(token, min_size=2, max_size=20)))
    return [(row, draw(st.integers(1, len(row) - 1))) for row in rows]


@pytest.mark.parametrize("make", SHARED)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(windows=st.lists(tries(), min_size=1, max_size=3), tokens=st.integers(1, 64), data=st.data())
def test_random_tries_read_as_their_sequences_do_alone(weights, make, windows, tokens, data):
    held = weights[make]
    assert held.shares
    rows_at_once = data.draw(st.integers(1, 16))
    walk = Walk(held, Budget(tokens, rows_at_once, 64), dense=data.draw(st.booleans()))
    got = {}
    for number, rows in enumerate(windows):
        nothing = [question("q", "")]
        for answer in read_all(walk, nothing, lambda _, rows=rows: readings_of(rows)):
            got[number, int(answer.key)] = answer.losses
    plain = held.plain()
    for number, rows in enumerate(windows):
        for place, (tokens_of_row, read) in enumerate(rows):
            expected = alone(plain, tokens_of_row)[-read:]
            np.testing.assert_allclose(got[number, place], expected, atol=1e-3)


def test_a_walk_computes_every_distinct_token_once(weights):
    walk = Walk(weights["llama"], Budget(7, 99, 64))
    rows = [([5] * 20 + [n, n, 9], 1) for n in range(10, 20)]
    list(read_all(walk, [question("q", "")], lambda _: readings_of(rows)))
    assert walk.computed == 20 + 10 * 2


@pytest.mark.parametrize("make", PLAIN)
def test_other_makes_are_ranked_in_plain_batches_and_said_so(folders, make, caplog):
    model = HF(str(folders[make]), dtype="float32", context=200)
    asked = [question(str(n), "ab cd " * n, (" a", " ab", "x" * 20)) for n in range(5)]
    with caplog.at_level(logging.WARNING):
        answers = {answer.key: answer for answer in model.rank(asked)}
    assert "prefixes are not shared" in caplog.text
    check_against_single(model, asked, answers)
    model.close()


def check_against_single(model, asked, answers):
    words, plain = model._speak(), model._load().plain()
    for one in asked:
        for option, found in zip(one.continuations, answers[one.key].likelihoods, strict=True):
            context = one.dialogue.plain()
            full = words.encode([context + option.text])[0]
            before = words.encode([context.rstrip()])[0]
            if not before:
                before, full = words.blank(), words.blank() + full
            values = alone(plain, full)[-max(1, len(full) - len(before)) :]
            assert found.tokens == len(values)
            assert found.logprob == pytest.approx(values.sum(), abs=1e-3)
            assert found.first == pytest.approx(values[0], abs=1e-3)


@pytest.fixture(scope="module")
def llama(folders):
    model = HF(str(folders["llama"]), dtype="float32", context=200)
    yield model
    model.close()


def test_boundaries_prefixes_and_empty_contexts_are_exact(llama):
    asked = [
        question("empty", "", ("ab", "a", "中文 b")),
        question("prefixes", "x y", (" a", " ab", " abab", " ababc")),
        question("space", "x y ", ("a", "b")),
        question("merge", "x a", ("b", "c")),
        question("chinese", "问题：天空是什么颜色？\n答案：", ("蓝", "蓝色", " 绿色的")),
        question("long", "x", ("ab cd " * 16,)),
    ]
    answers = {answer.key: answer for answer in llama.rank(asked)}
    check_against_single(llama, asked, answers)


def test_mixed_requests_on_a_real_model_read_as_each_does_alone(smollm2):
    model = HF(str(smollm2), chat=False, dtype="float32")
    shots = "Question: Which planet is the largest?\nAnswer: Jupiter\n\n" * 3
    asked = [
        question("letters", f"{shots}Question: 2+2?\nA. 3\nB. 4\nAnswer:", (" A", " B")),
        question(
            "texts", f"{shots}Question: Who wrote Hamlet?\nAnswer:", (" Shake", " Shakespeare")
        ),
        question("chinese", "问题：天空是什么颜色？\n答案：", ("蓝色", "绿色的草地")),
        question("empty", "", ("Paris is in France.", "Par")),
        question("space", "The capital of France is ", ("Paris", "7")),
        question("long", "Count: ", (" ".join(map(str, range(100))),)),
    ]
    answers = {answer.key: answer for answer in model.rank(asked)}
    assert max(one.tokens for one in answers["long"].likelihoods) >= 190
    check_against_single(model, asked, answers)
    assert answers["letters"].likelihoods[0].tokens == 1
    model.close()


def test_models_of_one_worker_hand_their_weights_on(folders):
    first = HF(str(folders["llama"]), dtype="float32", context=200)
    next(first.rank([question("q", "ab", (" a",))]))
    held = first._weights
    second = HF(str(folders["llama"]), dtype="float32", context=100)
    second.share(first)
    first.close()
    assert second._weights is held
    assert next(second.rank([question("q", "ab", (" a",))])).error is None
    second.close()


def test_the_whole_text_is_read_where_it_is_asked(llama):
    asked = question("q", "ab cd ab", (" a", " b cd"), whole=True)
    answer = next(llama.rank([asked]))
    words, plain = llama._speak(), llama._load().plain()
    for option, found in zip(asked.continuations, answer.likelihoods, strict=True):
        tokens = words.encode(["ab cd ab" + option.text])[0]
        assert found.whole_tokens == len(tokens)
        assert found.whole == pytest.approx(alone(plain, tokens).sum(), abs=1e-3)


def test_greedy_says_that_each_token_is_the_likeliest(llama):
    import torch

    words, plain = llama._speak(), llama._load().plain()
    tokens = words.encode(["hello"])[0]
    with torch.inference_mode():
        best = int(plain(torch.tensor([tokens])).logits[0, -1].argmax())
    texts = [words.decode([best]), "zzz"]
    answer = next(llama.rank([question("q", "hello", tuple(texts))]))
    if words.encode(["hello" + texts[0]])[0] == [*tokens, best]:
        assert answer.likelihoods[0].greedy
    assert not answer.likelihoods[1].greedy


def test_glue_stands_where_a_dialogue_joins_its_answer(llama):
    dialogue = Dialogue((Message("user", "x y"),), joint=" ")
    options = (
        Continuation(dialogue, "ab"),
        Continuation(dialogue, "ab", " "),
        Continuation(dialogue, "ab", ""),
    )
    sample = Sample(id="s", fields={})
    one = Question(key="k", sample=sample, dialogue=dialogue, continuations=options)
    found = next(llama.rank([one])).likelihoods
    assert found[0] == found[1]
    assert found[0] != found[2]


@pytest.mark.parametrize("rule", ["left", "middle"])
def test_a_context_too_long_is_cut_and_counted_never_its_option(folders, rule):
    model = HF(str(folders["llama"]), dtype="float32", context=20, truncation=rule)
    context, option = "".join(chr(97 + n % 17) for n in range(60)), "xyz"
    answer = next(model.rank([question("q", context, (option,))]))
    words = model._speak()
    before, full = words.encode([context])[0], words.encode([context + option])[0]
    over = len(full) - 1 - 20
    room = len(before) - over
    kept = before[-room:] if rule == "left" else before[: room // 2] + before[-((room + 1) // 2) :]
    assert answer.truncated == over
    assert answer.prompt_tokens == room
    values = alone(model._load().plain(), kept + full[len(before) :])[-3:]
    assert answer.likelihoods[0].logprob == pytest.approx(values.sum(), abs=1e-3)
    model.close()


def test_an_answer_comes_before_all_questions_are_read(llama):
    drawn = []

    def stream():
        for number in range(5000):
            drawn.append(number)
            yield question(str(number), f"question {number}", (" a", " b"))

    answers = llama.rank(stream())
    next(answers)
    assert len(drawn) < 1500
    answers.close()


def test_out_of_memory_halves_the_batch_and_is_remembered(weights, caplog, monkeypatch):
    held = weights["llama"]
    tried = []
    run = held.run

    def narrow(tokens, *rest):
        tried.append(len(tokens))
        if len(tokens) > 10:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")
        return run(tokens, *rest)

    monkeypatch.setattr(held, "run", narrow)
    walk = Walk(held, Budget(64, 99, 64))
    rows = [(list(range(n, n + 30)), 5) for n in range(2, 8)]
    answers = list(read_all(walk, [question("q", "")], lambda _: readings_of(rows)))
    assert [answer.error for answer in answers] == [None] * 6
    assert walk.budget.tokens <= 10
    assert sum(size > 10 for size in tried) <= 4
    for answer in answers:
        tokens, read = rows[int(answer.key)]
        np.testing.assert_allclose(answer.losses, alone(held.plain(), tokens)[-read:], atol=1e-3)


def test_a_failing_batch_fails_its_own_questions_only(weights, monkeypatch):
    held = weights["llama"]
    run, calls = held.run, []

    def flaky(tokens, *rest):
        calls.append(len(tokens))
        if len(calls) == 2:
            raise ValueError("broken kernel")
        return run(tokens, *rest)

    monkeypatch.setattr(held, "run", flaky)
    walk = Walk(held, Budget(12, 99, 64))
    rows = [([3, 4, 5, n, n + 1, n + 2, n + 3], 2) for n in range(10, 30)]
    answers = list(read_all(walk, [question("q", "")], lambda _: readings_of(rows)))
    failed = [answer for answer in answers if answer.error]
    assert len(answers) == 20
    assert 0 < len(failed) < 8
    assert failed[0].error == "ValueError: broken kernel"
    for answer in answers:
        if answer.error is None:
            tokens, read = rows[int(answer.key)]
            values = alone(held.plain(), tokens)[-read:]
            np.testing.assert_allclose(answer.losses, values, atol=1e-3)


def test_an_empty_option_is_an_error_of_its_question_alone(llama):
    asked = [question("empty", "x", ("", " a")), question("fine", "x", (" a",))]
    answers = {answer.key: answer for answer in llama.rank(asked)}
    assert answers["empty"].error == "an option is empty"
    assert answers["fine"].error is None


def test_an_encoder_decoder_reads_the_context_and_ranks_the_option(folders, caplog):
    import torch

    model = HF(str(folders["t5"]), dtype="float32", context=100)
    with caplog.at_level(logging.WARNING):
        answer = next(model.rank([question("q", "ab cd", (" a", " xy"))]))
    words, plain = model._speak(), model._load().plain()
    for text, found in zip(("a", "xy"), answer.likelihoods, strict=True):
        given, wanted = words.encode(["ab cd", text])
        start = plain.config.decoder_start_token_id
        with torch.inference_mode():
            out = plain(
                input_ids=torch.tensor([given]),
                decoder_input_ids=torch.tensor([[start, *wanted[:-1]]]),
            )
        rows = out.logits[0].log_softmax(-1)
        total = sum(float(rows[n, token]) for n, token in enumerate(wanted))
        assert found.logprob == pytest.approx(total, abs=1e-3)
    model.close()


def test_a_chosen_attention_ranks_alike(folders):
    asked = [question(str(n), "ab " * n, (" a", " cd")) for n in range(4)]
    found = []
    for attention in (None, "eager"):
        model = HF(str(folders["qwen2"]), dtype="float32", context=100, attention=attention)
        found.append({answer.key: answer.likelihoods for answer in model.rank(asked)})
        model.close()
    for key, likelihoods in found[0].items():
        for mine, other in zip(likelihoods, found[1][key], strict=True):
            assert mine.logprob == pytest.approx(other.logprob, abs=1e-3)


@pytest.mark.parametrize("truncation", ["left", "middle"])
def test_the_preview_of_a_cut_prompt_is_what_the_row_says(folders, truncation):
    from compass.specs import Generation

    model = HF(
        str(folders["llama"]), chat=False, context=40, truncation=truncation, dtype="float32"
    )
    ranked = question("r", "ab cd " * 40, (" a", " ab cd ab"))
    row = next(iter(model.rank([ranked])))
    shown = model.preview(ranked)
    assert row.truncated > 0
    assert (shown.text, shown.tokens, shown.truncated) == (
        row.prompt, row.prompt_tokens, row.truncated,
    )  # fmt: skip
    asked = question("g", "ab cd " * 40)
    settings = Generation(max_new_tokens=4)
    row = next(iter(model.generate([asked], settings)))
    shown = model.preview(asked, settings)
    assert (shown.text, shown.tokens, shown.truncated) == (
        row.prompt, row.prompt_tokens, row.truncated,
    )  # fmt: skip
    assert len(row.prompt) < len("ab cd " * 40)
    model.close()
