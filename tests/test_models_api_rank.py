"""Ranking over an API: true log-probabilities in every server's shape, and what is refused."""

from __future__ import annotations

import math

import pytest

from compass.errors import ModelError
from compass.models.api import API
from compass.models.api.dialects import DIALECTS, Token
from compass.models.api.faults import Fault
from compass.models.api.ranking import _by_text, first_tokens, refusal_of_first, tops_of
from compass.models.hf import HF
from compass.specs import Generation
from tests.engine_record import NAMES
from tests.hf_server import HFServer, Voice
from tests.hf_tiny import question, save_model
from tests.loopback import Oracle, Server

WAYS = ("echo", "vllm", "sglang", "lmdeploy")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return save_model(tmp_path_factory.mktemp("tiny"), seed=3)


@pytest.fixture(scope="module")
def voice(tiny):
    return Voice(str(tiny))


@pytest.fixture(scope="module")
def server(voice):
    with HFServer(voice) as server:
        yield server


def questions():
    return [
        question("00", "to be or not", (" to be", " ab", "cd", "a"), whole=True),
        question("01", "ab ab\n\n", ("\nab", "b", "ab cd"), whole=True),
        question("02", "é è", (" é", "ü", "e"), whole=True),
        question("03", "1 + 1 = ", ("2", "11"), whole=True),
    ]


def ranked(model, asked):
    found = {answer.key: answer for answer in model.rank(iter(asked))}
    model.close()
    assert [a.error for a in found.values() if a.error] == []
    return {key: found[key].likelihoods for key in sorted(found)}


@pytest.mark.parametrize("way", WAYS)
def test_every_shape_gives_the_likelihoods_of_the_model_in_process(way, tiny, server):
    here = HF(str(tiny), chat=False, device="cpu", dtype="float32")
    expected = ranked(here, questions())
    there = API("tiny", base_url=server.url, chat=False, ranking=way)
    got = ranked(there, questions())
    for key, likelihoods in expected.items():
        for mine, theirs in zip(likelihoods, got[key], strict=True):
            assert mine.tokens == theirs.tokens
            assert mine.whole_tokens == theirs.whole_tokens
            assert mine.greedy == theirs.greedy
            for name in ("logprob", "first", "whole"):
                assert math.isclose(getattr(mine, name), getattr(theirs, name), abs_tol=1e-4)


@pytest.mark.parametrize("way", WAYS)
def test_losses_are_those_of_the_model_in_process(way, tiny, server):
    asked = [question("00", "the first text of all"), question("01", "another, ab ab cd")]
    here = HF(str(tiny), chat=False, device="cpu", dtype="float32")
    expected = {one.key: one.losses for one in here.losses(iter(asked))}
    here.close()
    there = API("tiny", base_url=server.url, chat=False, ranking=way)
    for answer in there.losses(iter(asked)):
        assert answer.losses == pytest.approx(expected[answer.key], abs=1e-4)
    there.close()


@pytest.mark.parametrize("way", WAYS)
def test_a_server_that_is_off_by_one_is_refused_before_anything_is_asked(way, tiny):
    with HFServer(Voice(str(tiny), shifted=True)) as server:
        model = API("tiny", base_url=server.url, chat=False, ranking=way)
        with pytest.raises(ModelError, match=r"cannot be trusted.*within a prompt"):
            model.prepare({"rank"})
        with pytest.raises(ModelError, match="cannot be trusted"):
            list(model.rank(iter(questions())))
        model.close()


@pytest.mark.parametrize("way", [*WAYS, "top"])
def test_a_server_without_log_probabilities_says_so_before_the_run(way):
    with Server(Oracle()) as server:
        model = API("x", base_url=server.url, chat=way == "top", ranking=way, retries=0)
        with pytest.raises(ModelError, match=r"does not rank in the way|cannot be used"):
            model.prepare({"rank"})
        model.close()


def test_generated_text_is_that_of_the_model_in_process(tiny, server):
    asked = [question(f"{n:02}", text) for n, text in enumerate(("ab", "to be", "1 + 1"))]
    settings = Generation(max_new_tokens=12, stop=("d",))
    here = HF(str(tiny), chat=False, device="cpu", dtype="float32")
    expected = {one.key: (one.output, one.finish) for one in here.generate(iter(asked), settings)}
    here.close()
    there = API("tiny", base_url=server.url, chat=False)
    got = {one.key: (one.output, one.finish) for one in there.generate(iter(asked), settings)}
    there.close()
    assert got == expected


def letters(count=3):
    return question("00", "Which?", tuple(" " + letter for letter in "ABCD"[:count]))


def test_first_tokens_are_summed_over_the_ways_to_write_an_option():
    tops = [("A", math.log(0.2)), (" A", math.log(0.1)), ("B", math.log(0.25)), ("\n", -3.0)]
    found = first_tokens(letters(), tops)
    assert found[0].logprob == pytest.approx(math.log(0.3))
    assert found[1].logprob == pytest.approx(math.log(0.25))
    assert found[2].logprob == -3.0, "an unseen option is at most as likely as the last seen"
    assert [one.tokens for one in found] == [1, 1, 1]


def test_first_tokens_that_name_no_option_are_no_answer():
    with pytest.raises(Fault, match="no option is among"):
        first_tokens(letters(), [("The", -0.1), ("I", -3.0)])


def test_a_token_that_begins_several_options_is_no_answer():
    asked = question("00", "Which?", ("Tuesday", "Thursday"))
    with pytest.raises(Fault, match="several options begin"):
        first_tokens(asked, [("T", -0.1)])
    found = first_tokens(asked, [("Tu", -0.5), ("Th", -1.0)])
    assert [one.logprob for one in found] == [-0.5, -1.0]


def test_what_first_tokens_cannot_rank_is_refused():
    assert refusal_of_first(letters()) == ""
    assert "letters" in refusal_of_first(question("0", "Q", ("a cat", "a dog")))
    assert "whole" in refusal_of_first(question("0", "Q", ("A", "B"), whole=True))


def test_both_shapes_of_top_logprobs_are_read():
    new = {"content": [{"token": "A", "top_logprobs": [{"token": "A", "logprob": -0.5}]}]}
    old = {"tokens": ["A"], "token_logprobs": [-0.5], "top_logprobs": [{"A": -0.5}]}
    assert tops_of(new) == tops_of(old) == [("A", -0.5)]
    for broken in (None, {}, {"content": []}, {"top_logprobs": [None]}):
        with pytest.raises(Fault, match="top_logprobs"):
            tops_of(broken)


def test_the_first_token_ranks_on_a_real_server(tmp_path):
    folder = save_model(tmp_path, seed=3, template=True)
    voice = Voice(str(folder))
    with HFServer(voice) as server:
        model = API("tiny", base_url=server.url, ranking="top", chat=True)
        assert model.rank_mode == "rank-first"
        model.prepare({"rank"})
        text = "<|user|>Which?<|end|><|assistant|>"
        row = voice.rows(voice.tokenizer(text, add_special_tokens=False)["input_ids"])[-1]
        values, tokens = row.topk(20)
        names = [voice.text(int(token)) for token in tokens]
        shown = {n.strip(): float(v) for v, n in zip(values, names, strict=True) if n.isascii()}
        options = [name for name in shown if name.isalnum()][:2]
        (answer,) = model.rank(iter([question("00", "Which?", tuple(options))]))
        assert answer.error is None
        assert [one.logprob for one in answer.likelihoods] == pytest.approx(
            [shown[name] for name in options], abs=1e-4
        )
        model.close()


@pytest.mark.parametrize(
    ("texts", "option", "size"),
    [
        (["a", " b", " c"], " c", 1),
        (["a", " b", " c"], " b c", 2),
        (["a", " bc"], "c", 1),
        (["a", "\ufffd"], "é", None),
        (["a", None], "b", None),
        (["a", "b"], "ab", None),
        (["a", "x"], "b", None),
    ],
)
def test_an_option_is_found_by_its_text_or_not_at_all(texts, option, size):
    assert _by_text([Token(-1.0, text) for text in texts], option) == size


def test_whether_an_answer_is_the_likeliest_is_not_guessed(server, monkeypatch):
    from compass.models.api import dialects

    asked = question("00", "to be or not", (" to be",))
    model = API("tiny", base_url=server.url, chat=False, ranking="vllm")
    (answer,) = model.rank(iter([asked]))
    assert answer.error is None
    unknown = lambda mark: plain(mark)._replace(greedy=None)  # noqa: E731
    plain = dialects.VLLM._token
    monkeypatch.setattr(dialects.VLLM, "_token", staticmethod(unknown))
    (answer,) = model.rank(iter([asked]))
    model.close()
    assert "which tokens are the likeliest" in answer.error


def test_the_requests_use_words_that_the_servers_know():
    names = {"echo": "vllm.CompletionRequest", "vllm": "vllm.CompletionRequest"}
    names |= {"sglang": "sglang.GenerateReqInput", "lmdeploy": "lmdeploy.GenerateReqInput"}
    for way, dialect in DIALECTS.items():
        for asked in (dialect.prompt("m", "text"), dialect.next("m", "text")):
            assert set(asked.body) <= NAMES[names[way]]
    scored = DIALECTS["lmdeploy"].prompt("m", "text").body
    assert (scored["logprob_start_len"], scored["max_tokens"]) == (0, 0), "it wants no other"
