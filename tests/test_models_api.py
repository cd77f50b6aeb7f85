"""Models behind an API: every answer once, nothing wrong because of a fault, no key anywhere."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import time
from pathlib import Path

import pytest

from compass.errors import ConfigError, ModelError
from compass.models.api import API
from compass.models.api.faults import retry_after
from compass.records import Dialogue, Message, Question, Sample
from compass.specs import Generation
from compass.store import read_rows
from tests.faultproxy import FAULTS, FaultProxy
from tests.loopback import Oracle, Response, Server, reply, streamed

KEY = "sk-test-0123456789abcdefghij"
SETTINGS = Generation(max_new_tokens=8)


def question(number: int, text: str = "say number {}") -> Question:
    dialogue = Dialogue((Message("user", text.format(number)),))
    return Question(
        key=f"{number:032x}", sample=Sample(id=str(number), fields={}), dialogue=dialogue
    )


def questions(count: int):
    return (question(number) for number in range(count))


def asked(model: API, count: int = 1, generation: Generation = SETTINGS):
    try:
        return list(model.generate(questions(count), generation))
    finally:
        model.close()


def scripted(*responses):
    """A server that gives these responses one after the other, then right answers."""
    left = list(responses)
    oracle = Oracle()

    async def answer(request):
        oracle.seen = getattr(oracle, "seen", 0) + 1
        return left.pop(0) if left else await oracle(request)

    answer.oracle = oracle
    return answer


def right(answers) -> bool:
    return all(a.output == str(int(a.key, 16)) for a in answers if a.error is None)


@pytest.mark.parametrize("chat", [True, False])
@pytest.mark.parametrize("stream", [True, False])
def test_every_question_is_answered_once_with_many_in_flight(chat, stream):
    oracle = Oracle(delay=0.02)
    with Server(oracle) as server:
        model = API("x", base_url=server.url, chat=chat, stream=stream, concurrency=100)
        answers = asked(model, 300)
    assert len({a.key for a in answers}) == len(answers) == 300
    assert right(answers)
    assert [a.error for a in answers if a.error] == []
    assert {a.finish for a in answers} == {"stop"}
    assert {(a.prompt_tokens, a.tokens) for a in answers} == {(3, 1)}
    assert set(oracle.asked.values()) == {1}
    assert 20 < oracle.most_in_flight <= 100


def test_what_is_sent(monkeypatch):
    monkeypatch.setenv("THE_KEY", KEY)
    oracle = Oracle()
    with Server(oracle) as server:
        model = API(
            "m", base_url=server.url, key="env:THE_KEY", system="Be brief.",
            extra={"reasoning_effort": "low"}, limit_name="max_completion_tokens",
            omit=["temperature"],
        )  # fmt: skip
        stops = tuple("abcdef")
        asked(model, 1, Generation(max_new_tokens=9, temperature=0.5, top_p=0.9, stop=stops))
    (body,) = oracle.bodies
    assert isinstance(body.pop("seed"), int)
    assert body == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "say number 0"},
        ],
        "max_completion_tokens": 9,
        "top_p": 0.9,
        "stop": ["a", "b", "c", "d"],
        "reasoning_effort": "low",
    }
    assert dict(oracle.keys) == {f"Bearer {KEY}": 1}


def test_an_answer_is_cut_at_every_stop_string():
    with Server(Oracle(say=lambda _: "one two three")) as server:
        model = API("m", base_url=server.url, most_stops=1)
        (answer,) = asked(model, 1, Generation(stop=("zzz", " three", "two")))
    assert (answer.output, answer.finish) == ("one ", "stop")


def test_repeats_of_a_question_get_random_streams_of_their_own():
    oracle = Oracle()
    with Server(oracle) as server:
        asked(API("m", base_url=server.url), 3, Generation(temperature=1.0))
    assert len({body["seed"] for body in oracle.bodies}) == 3


@pytest.mark.parametrize("stream", [False, True])
def test_a_storm_of_faults_costs_no_answer_and_makes_none_wrong(stream):
    # What spoils a reply cuts a stream in two, between its pieces or within one.
    oracle = Oracle()
    with Server(oracle) as server, Server(FaultProxy(server.port, 0.3)) as proxy:
        model = API(
            "x", base_url=proxy.url, concurrency=64, backoff=0.02, timeout=0.5, stream=stream
        )
        answers = asked(model, 300)
    assert len({a.key for a in answers}) == len(answers) == 300
    assert [a.error for a in answers if a.error] == []
    assert right(answers)


@pytest.mark.slow
def test_many_questions_through_a_storm():
    count = int(os.environ.get("COMPASS_TEST_STORM", "1000"))
    oracle = Oracle()
    with Server(oracle) as server:
        storm = FaultProxy(server.port, 0.3, seed=1)
        with Server(storm) as proxy:
            model = API("x", base_url=proxy.url, concurrency=200, backoff=0.02, timeout=0.5)
            answers = asked(model, count)
    assert set(storm.met) == set(FAULTS)
    assert len({a.key for a in answers}) == len(answers) == count
    assert right(answers)
    assert sum(a.error is not None for a in answers) <= 5


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_never_ends_is_an_error_and_takes_bounded_time(fault):
    with Server(Oracle()) as server, Server(FaultProxy(server.port, 1.0, (fault,))) as proxy:
        model = API("x", base_url=proxy.url, backoff=0.01, timeout=0.3, retries=2, deadline=1.0)
        began = time.monotonic()
        answers = asked(model, 3)
    assert time.monotonic() - began < 20
    assert [a.output for a in answers] == [None] * 3
    assert all(a.error for a in answers)


def test_a_server_that_never_answers_anything_ends_the_job():
    async def broken(_):
        return reply({"error": {"message": "no"}}, 500)

    with Server(broken) as server:
        model = API("x", base_url=server.url, backoff=0.0, retries=1)
        with pytest.raises(ModelError, match="25 questions in a row got no answer"):
            asked(model, 1000)


def test_retry_after_is_honoured_by_all_calls_of_the_key():
    times = []

    async def answer(request):
        times.append(time.monotonic())
        if len(times) == 1:
            return reply({"error": {}}, 429, retry_after="0.6")
        return await Oracle()(request)

    with Server(answer) as server:
        answers = asked(API("x", base_url=server.url, concurrency=1), 3)
    assert right(answers) and len(answers) == 3
    assert times[1] - times[0] >= 0.59


def test_a_busy_server_costs_no_attempt_but_not_for_ever():
    busy = [reply({"error": {}}, 429, retry_after_ms="1") for _ in range(20)]
    with Server(scripted(*busy)) as server:
        answers = asked(API("x", base_url=server.url, retries=0, backoff=0.001), 1)
    assert right(answers) and answers[0].error is None

    async def always(_):
        return reply({"error": {"message": "later"}}, 429, retry_after_ms="5")

    with Server(always) as server:
        model = API("x", base_url=server.url, busy=0.3)
        with pytest.raises(ModelError, match="is busy, and answered nothing"):
            asked(model, 10)


def test_a_date_in_retry_after_and_nonsense_in_it():
    assert retry_after({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0
    assert retry_after({"retry-after": "Wed, 21 Oct 2099 07:28:00 GMT"}) > 3000
    for text in ("", "nan", "inf", "-", "tomorrow"):
        assert retry_after({"retry-after": text}) is None


def test_a_question_that_is_refused_costs_itself_only():
    async def picky(request):
        if "number 7" in request.json()["messages"][-1]["content"]:
            return reply({"error": {"message": "context_length_exceeded"}}, 400)
        return await Oracle()(request)

    with Server(picky) as server:
        answers = asked(API("x", base_url=server.url), 10)
    errors = {int(a.key, 16): a.error for a in answers if a.error}
    assert errors == {7: "HTTP 400: context_length_exceeded"}
    assert right(answers)


def test_several_keys_and_addresses_share_the_work_and_a_dead_one_is_left_out(monkeypatch):
    monkeypatch.setenv("K1", "first-key-000")
    monkeypatch.setenv("K2", "second-key-00")

    async def shut(request):
        if request.headers["authorization"].endswith("first-key-000"):
            return reply({"error": {"message": "bad key first-key-000"}}, 401)
        return await oracles[0](request)

    oracles = [Oracle(delay=0.01), Oracle(delay=0.01)]
    with Server(shut) as one, Server(oracles[1]) as two:
        model = API("x", base_url=[one.url, two.url], key=["env:K1", "env:K2"], concurrency=10)
        answers = asked(model, 200)
    assert right(answers) and len(answers) == 200
    assert [a.error for a in answers if a.error] == []
    assert dict(oracles[0].keys).keys() == {"Bearer second-key-00"}
    assert set(oracles[1].keys) == {"Bearer first-key-000", "Bearer second-key-00"}
    assert min(oracles[1].keys.values()) > 20


def test_a_refused_key_ends_the_job_and_is_not_shown(monkeypatch):
    monkeypatch.setenv("K1", KEY)

    async def shut(_):
        return reply({"error": {"message": f"Incorrect API key provided: {KEY}"}}, 401)

    refused = pytest.raises(ModelError, match=r"cannot be used.*401")
    with Server(shut) as server, refused as caught:
        asked(API("x", base_url=server.url, key="env:K1"), 50)
    assert KEY not in str(caught.value)


def test_no_money_is_not_a_rate_limit():
    async def broke(_):
        error = {"code": "insufficient_quota", "message": "You exceeded your current quota"}
        return reply({"error": error}, 429)

    refused = pytest.raises(ModelError, match="exceeded your current quota")
    with Server(broke) as server, refused:
        asked(API("x", base_url=server.url), 3)


def test_a_key_that_is_not_set_is_said_before_anything_is_asked(monkeypatch):
    monkeypatch.delenv("NOT_SET", raising=False)
    with pytest.raises(ConfigError, match="NOT_SET is not set"):
        API("x", key="env:NOT_SET").prepare({"generate"})


def test_no_server_and_no_such_name_end_the_job():
    for url in ("http://127.0.0.1:9/v1", "http://no-such-host.invalid/v1"):
        model = API("x", base_url=url, backoff=0.0, retries=1)
        with pytest.raises(ModelError, match="25 questions in a row"):
            asked(model, 100)


def test_that_nobody_is_there_is_said_before_the_run():
    for url in ("http://127.0.0.1:9/v1", "http://no-such-host.invalid/v1"):
        model = API("x", base_url=url)
        with pytest.raises(ModelError, match="cannot be used"):
            model.prepare({"generate"})
        model.close()


def listing(*names):
    return lambda path: (
        reply({"data": [{"id": name} for name in names]})
        if path == "/v1/models"
        else reply({"detail": "Not Found"}, 404)
    )


def test_a_model_that_the_server_does_not_have_is_said_before_the_run():
    posts = []

    async def strict(request):
        posts.append(request.json()["model"])
        return reply({"error": {"message": "no such model"}}, 404)

    with Server(strict, get=listing("good-7b", "other")) as server:
        model = API("god-7b", base_url=server.url)
        with pytest.raises(ModelError, match=r"does not list the model 'god-7b'.*no such") as told:
            model.prepare({"generate"})
        model.close()
    assert "good-7b" in told.value.hint
    assert posts == ["god-7b"], "asked once"


def test_a_name_that_the_server_does_not_list_but_answers_to_is_taken():
    oracle = Oracle()
    with Server(oracle, get=listing("good-7b")) as server:
        for name, asks in (("alias", 1), ("good-7b", 1)):
            model = API(name, base_url=server.url)
            model.prepare({"generate"})
            model.close()
            assert sum(oracle.asked.values()) == asks


def test_an_address_without_its_path_is_said_before_the_run():
    with Server(Oracle(), get=listing("x")) as server:
        root = server.url.removesuffix("/v1")
        model = API("x", base_url=root)
        with pytest.raises(ModelError, match=f"nothing, but something at {root}/v1"):
            model.prepare({"generate"})
        model.close()


def test_a_server_without_tls_is_said_before_the_run():
    async def plain(reader, writer):
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        return False

    server = Server(Oracle())
    server._one = plain
    with server:
        model = API("x", base_url=server.url.replace("http:", "https:"))
        with pytest.raises(ModelError, match="is it http:// and not https://"):
            model.prepare({"generate"})
        model.close()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_an_expired_certificate_is_refused_at_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("names").write_text("subjectAltName=IP:127.0.0.1")
    wish = "openssl req -new -newkey rsa:2048 -nodes -keyout key -subj /CN=x -out wish"
    sign = "openssl x509 -req -in wish -signkey key -days -1 -extfile names -out expired"
    for command in (wish, sign):
        subprocess.run(command.split(), check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("expired", "key")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "expired"))
    with Server(Oracle(), tls=context) as server:
        model = API("x", base_url=server.url)
        with pytest.raises(ModelError, match="certificate is refused: certificate has expired"):
            model.prepare({"generate"})
        model.close()
        with pytest.raises(ModelError, match="certificate is refused"):
            asked(API("x", base_url=server.url), 3)


def test_a_restarted_server_is_found_again():
    oracle = Oracle(delay=0.01)
    with Server(oracle) as server:
        port = server.port
        model = API("x", base_url=server.url, backoff=0.05, concurrency=8)
        stream = model.generate(questions(60), SETTINGS)
        answers = [next(stream) for _ in range(20)]
    with Server(oracle, port=port):
        answers += list(stream)
    model.close()
    assert right(answers) and len({a.key for a in answers}) == 60
    assert [a.error for a in answers if a.error] == []


def test_a_stream_that_breaks_off_is_no_answer():
    cut = streamed("4", {}, broken=True)
    with Server(scripted(cut, cut)) as server:
        answers = asked(API("x", base_url=server.url, stream=True, backoff=0.0), 1)
    assert answers[0].output == "0"


def test_a_question_has_a_deadline():
    with Server(Oracle(delay=5)) as server:
        model = API("x", base_url=server.url, deadline=0.3)
        (answer,) = asked(model, 1)
    assert answer.error == "no answer within 0.3 seconds"


def test_standing_in_line_is_no_failure():
    """Six calls may start at once, then one a second: the last waits longer than its deadline."""
    with Server(Oracle()) as server:
        answers = asked(API("x", base_url=server.url, rpm=60, deadline=1.0), 9)
    assert right(answers) and [a.error for a in answers] == [None] * 9


def test_a_slow_call_is_made_again_beside_the_first_where_that_is_asked_for():
    seen = []

    async def slow_at_first(request):
        seen.append(request)
        oracle = Oracle(delay=3.0 if len(seen) == 1 else 0.0)
        return await oracle(request)

    with Server(slow_at_first) as server:
        began = time.monotonic()
        answers = asked(API("x", base_url=server.url, hedge=0.1), 1)
        assert time.monotonic() - began < 2.5
    assert right(answers) and len(seen) == 2


def test_rates_are_kept_to():
    oracle = Oracle()
    with Server(oracle) as server:
        began = time.monotonic()
        asked(API("x", base_url=server.url, rpm=600), 75)  # 60 at once, then ten a second
        assert 1.3 < time.monotonic() - began < 12
    with Server(oracle) as server:
        began = time.monotonic()
        # A call is taken for 3 + 8 tokens and turns out to cost 4.
        asked(API("x", base_url=server.url, tpm=600), 20)
        assert time.monotonic() - began > 1.5


def test_reasoning_is_kept_apart():
    def said(message):
        return reply({"choices": [{"message": message, "finish_reason": "stop"}]})

    script = scripted(
        said({"content": "4", "reasoning_content": "two and two"}),
        said({"content": [{"type": "text", "text": "4"}], "reasoning": "two and two"}),
    )
    with Server(script) as server:
        for _ in range(2):
            (answer,) = asked(API("x", base_url=server.url), 1)
            assert (answer.output, answer.reasoning) == ("4", "two and two")


def test_thoughts_until_the_limit_are_an_empty_answer():
    message = {"content": None, "reasoning_content": "so long"}
    given = reply({"choices": [{"message": message, "finish_reason": "length"}]})
    with Server(scripted(given)) as server:
        (answer,) = asked(API("x", base_url=server.url), 1)
    assert (answer.output, answer.reasoning, answer.finish) == ("", "so long", "length")


PRICES = {"input": 1e6, "output": 2e6}


def test_costs_are_booked_and_a_budget_ends_the_job_with_what_is_answered_kept(tmp_path):
    def model(budget):
        made = API(
            "x", base_url=server.url, prices=PRICES, budget=budget, concurrency=4, log="bodies"
        )
        made.keep_in(tmp_path)
        return made

    with Server(Oracle(delay=0.01)) as server:
        first = model(50.0)
        stream = first.generate(questions(100), SETTINGS)
        answers = []
        with pytest.raises(ModelError, match="budget of 50 is used up"):
            answers.extend(iter(stream.__next__, None))
        # A call costs 3 tokens in and 1 token out: 5.
        assert right(answers) and 7 <= len(answers) <= 10
        before = len(answers)
        first.close()
        with pytest.raises(ModelError, match="budget"):
            asked(model(50.0), 100)
        assert len(asked(model(5000.0), 10)) == 10
    rows = [row for path in tmp_path.glob("*.jsonl") for row in read_rows(path)]
    assert sum(row["cost"] for row in rows) == 5 * (before + 10)
    assert rows[0]["request"]["messages"][0]["content"].startswith("say number")
    assert rows[0]["reply"]["choices"][0]["finish_reason"] == "stop"


def test_prices_by_a_file(tmp_path):
    path = tmp_path / "prices.json"
    path.write_text(json.dumps({"x": {"input": 1, "output": 2, "cached": 0.1}}))
    assert API("x", prices=str(path))._opening.prices.cached == 0.1
    with pytest.raises(ConfigError, match="no prices of 'y'"):
        API("y", prices=str(path))


def test_no_key_reaches_the_log(tmp_path, monkeypatch):
    monkeypatch.setenv("K1", KEY)
    errors = [
        reply({"error": {"message": f"{KEY} and sk-anotherkey0123456789 are slow"}}, 500),
        Response(f"<html>{KEY}</html>".encode(), 200, {"content-type": "text/html"}),
    ]
    with Server(scripted(*errors)) as server:
        model = API("x", base_url=server.url, key="env:K1", backoff=0.0, log="bodies")
        model.keep_in(tmp_path)
        assert right(asked(model, 2))
    (path,) = tmp_path.glob("*.jsonl")
    text = path.read_text()
    assert "[key]" in text and KEY not in text and "anotherkey" not in text
    assert len(list(read_rows(path))) == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"base_url": "localhost"}, "no address"),
        ({"base_url": []}, "must name an address"),
        ({"base_url": "http://localhost/v1/chat/completions/"}, "put there by itself"),
        ({"budget": 0, "prices": {}}, "budget must be above 0"),
        ({"prices": "/no/such/file.json"}, "cannot read the prices"),
        ({"key": "sk-1"}, "a key must not stand in a config"),
        ({"ranking": "ech"}, "unknown ranking"),
        ({"log": "all"}, "unknown log"),
        ({"concurrency": 0}, "concurrency must be above 0"),
        ({"retries": -1}, "must not be negative"),
        ({"budget": 1.0}, "a budget needs prices"),
        ({"prices": {"in": 1}}, "unknown price 'in'"),
        ({"prices": {"input": "much"}}, "no amount"),
    ],
)
def test_wrong_arguments_are_said_at_once(arguments, message):
    with pytest.raises(ConfigError, match=message):
        API("x", **arguments)


def test_what_is_part_of_the_identity_and_what_is_not():
    base = API("x", base_url="http://a.example/v1").identity()
    same = API(
        "x", base_url=["http://a.example:8000/v1", "http://b.example/v1"], key="env:K",
        concurrency=7, rpm=5, retries=1, stream=True, log="bodies",
    )  # fmt: skip
    assert same.identity() == base
    for other in (
        API("y", base_url="http://a.example/v1"),
        API("x", base_url="http://b.example/v1"),
        API("x", base_url="http://a.example/v1", system="s"),
        API("x", base_url="http://a.example/v1", extra={"reasoning_effort": "low"}),
        API("x", base_url="http://a.example/v1", chat=False),
        API("x", base_url="http://a.example/v1", ranking="top"),
    ):
        assert other.identity() != base


def claude(script):
    """A server that speaks Anthropic's Messages."""
    seen = []

    async def answer(request):
        seen.append((request.path, request.headers, request.json()))
        return script.pop(0)

    answer.seen = seen
    return answer


def test_anthropic_is_asked_in_its_own_words(monkeypatch):
    monkeypatch.setenv("CLAUDE", KEY)
    overloaded = reply({"type": "error", "error": {"message": "Overloaded"}}, 529)
    parts = [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "4, or 5"}]
    usage = {"input_tokens": 9, "cache_read_input_tokens": 3, "output_tokens": 7}
    good = reply({"content": parts, "stop_reason": "end_turn", "usage": usage})
    odd = reply({"content": "4"})
    server_side = claude([overloaded, odd, good])
    with Server(server_side) as server:
        model = API(
            "claude", interface="anthropic", key="env:CLAUDE", system="Be brief.", backoff=0.0,
            base_url=server.url.removesuffix("/v1"),
        )  # fmt: skip
        model.prepare({"generate"})
        settings = Generation(max_new_tokens=8, temperature=1.5, stop=(", or",))
        (answer,) = asked(model, 1, settings)
    assert (answer.output, answer.reasoning, answer.finish) == ("4", "hm", "stop")
    assert (answer.prompt_tokens, answer.tokens) == (12, 7)
    path, headers, body = server_side.seen[-1]
    assert len(server_side.seen) == 3
    assert path == "/v1/messages" and KEY in headers["authorization"]
    assert body == {
        "model": "claude",
        "system": "Be brief.",
        "messages": [{"role": "user", "content": "say number 0"}],
        "max_tokens": 8,
        "temperature": 1.0,
        "stop_sequences": [", or"],
    }


def test_what_anthropic_does_not_give_is_refused():
    for wrong in ({"stream": True}, {"ranking": "top"}, {"chat": False}):
        with pytest.raises(ConfigError, match="interface='anthropic' has no"):
            API("claude", interface="anthropic", **wrong)
    model = API("claude", interface="anthropic")
    assert model.urls == ("https://api.anthropic.com",)
    assert model.identity()["interface"] == "anthropic"
