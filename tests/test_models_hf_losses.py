"""Every token of a text is scored once, with as much before it as its window gives."""

from __future__ import annotations

import numpy as np
import pytest
from hf_tiny import alone, question, save_model
from hypothesis import given
from hypothesis import strategies as st

from compass.models.hf import HF
from compass.models.hf.losses import spans

pytest.importorskip("torch")


@given(st.integers(2, 400), st.integers(1, 60))
def test_windows_score_every_token_but_the_first_once(length, context):
    scored = [n for start, end, first in spans(length, context) for n in range(first, end)]
    assert scored == list(range(1, length))
    for start, end, first in spans(length, context):
        assert start >= 0
        assert end - 1 - start <= context
        assert first - start >= min(first, context // 2)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    made = HF(str(save_model(tmp_path_factory.mktemp("model"))), dtype="float32", context=24)
    yield made
    made.close()


def test_losses_are_those_of_each_window_alone(model):
    texts = ["ab cd", "the quick brown fox jumps over the lazy dog and on, and on, and on"]
    asked = [question(str(n), text) for n, text in enumerate(texts)]
    answers = {answer.key: answer for answer in model.losses(asked)}
    words, plain = model._speak(), model._load().plain()
    for number, text in enumerate(texts):
        tokens = words.encode([text])[0]
        expected = []
        for start, end, first in spans(len(tokens), 24):
            expected.extend(-alone(plain, tokens[start:end])[first - start - 1 :])
        found = answers[str(number)]
        assert found.prompt_tokens == len(tokens)
        np.testing.assert_allclose(found.losses, expected, atol=1e-3)


def test_a_text_of_nothing_is_an_error_and_of_one_token_has_no_loss(model):
    answers = {a.key: a for a in model.losses([question("none", ""), question("one", "x")])}
    assert answers["none"].error == "there is no text to score"
    assert answers["one"].losses == ()


def test_spreads_are_the_moments_of_the_vocabulary_at_every_token(model):
    import torch

    texts = ["ab cd", "the quick brown fox jumps over the lazy dog and on, and on, and on", "x"]
    asked = [question(str(n), text) for n, text in enumerate(texts)]
    answers = {answer.key: answer for answer in model.spreads(asked)}
    losses = {answer.key: answer.losses for answer in model.losses(asked)}
    words, plain = model._speak(), model._load().plain()
    for number, text in enumerate(texts):
        tokens = words.encode([text])[0]
        expected = []
        for start, end, first in spans(len(tokens), 24):
            with torch.inference_mode():
                logs = plain(torch.tensor([tokens[start:end]])).logits[0].double().log_softmax(-1)
            for row in logs[first - start - 1 : -1]:
                mean = (row.exp() * row).sum()
                spread = ((row.exp() * (row - mean) ** 2).sum()).sqrt()
                expected.append((float(mean), float(spread)))
        found = answers[str(number)]
        pairs = list(zip(found.means, found.spreads, strict=True))
        assert len(pairs) == len(found.losses)
        assert len(pairs) == len(expected)
        np.testing.assert_allclose(np.ravel(pairs), np.ravel(expected), atol=1e-3)
        np.testing.assert_allclose(found.losses, losses[str(number)], atol=1e-5)


def test_plain_batches_have_the_same_spreads(tmp_path):
    made = HF(str(save_model(tmp_path)), dtype="float32", context=24)
    asked = [question(str(n), "ab cd the " * (n + 1)) for n in range(4)]
    walked = {answer.key: answer for answer in made.spreads(asked)}
    made._load()._shares = False
    plain = {answer.key: answer for answer in made.spreads(asked)}
    for key, answer in walked.items():
        np.testing.assert_allclose(plain[key].means, answer.means, atol=1e-3)
        np.testing.assert_allclose(plain[key].spreads, answer.spreads, atol=1e-3)
    made.close()


def test_rows_of_losses_do_not_serve_for_spreads():
    from compass.ask import Loss
    from compass.data import Inline
    from compass.evaluators import Membership
    from compass.prompts import Text
    from compass.questions import Asking, Benchmark

    def key(ask):
        made = Benchmark(
            None, Inline([{"question": "x"}]), Text("{{ question }}"), ask, Membership()
        )
        return next(Asking("id", {}, made).of_sample(next(made.reader.samples()))).key

    assert key(Loss()) != key(Loss(spread=True))
    assert key(Loss()) == key(Loss(spread=False))
