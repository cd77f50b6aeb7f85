"""A real server of another make: llama.cpp's, on a small real model."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from compass.errors import CompassError, ModelError
from compass.models.api import API
from compass.specs import Generation
from tests.hf_tiny import question

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def llama():
    pytest.importorskip("xllamacpp")
    from compass.catalog.weights import smollm2_gguf

    try:
        file = smollm2_gguf()
    except (CompassError, OSError) as error:
        pytest.skip(f"no weights: {error}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tests.llama_server", str(file), str(port)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1).close()
                break
            except OSError:
                assert process.poll() is None
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(20)


CAPITAL = "What is the capital of France? Answer in one short sentence."


@pytest.mark.parametrize("stream", [False, True])
def test_it_chats(llama, stream):
    model = API("smol", base_url=llama, stream=stream)
    asked = [question(f"{n:02}", CAPITAL) for n in range(3)]
    answers = list(model.generate(iter(asked), Generation(max_new_tokens=24)))
    model.close()
    assert [a.error for a in answers if a.error] == []
    assert all("Paris" in a.output and a.finish == "stop" for a in answers)
    assert all(a.prompt_tokens > 10 and 3 < a.tokens <= 24 for a in answers)
    assert len({a.output for a in answers}) == 1


def test_it_completes_and_stops(llama):
    model = API("smol", base_url=llama, chat=False)
    asked = [question("00", "1, 2, 3, 4, 5,")]
    (answer,) = model.generate(iter(asked), Generation(max_new_tokens=12, stop=(", 8",)))
    model.close()
    assert (answer.output, answer.finish) == (" 6, 7", "stop")


def test_a_prompt_beyond_the_context_is_an_error_of_that_question(llama):
    model = API("smol", base_url=llama)
    asked = [question("00", "word " * 5000), question("01", CAPITAL)]
    answers = {a.key: a for a in model.generate(iter(asked), Generation(max_new_tokens=8))}
    model.close()
    assert answers["00"].error.startswith("HTTP 400") and "context" in answers["00"].error
    assert answers["01"].error is None


def test_it_ranks_by_the_first_token(llama):
    model = API("smol", base_url=llama, chat=False, ranking="top")
    model.prepare({"rank"})
    asked = question("00", "The capital of France is", (" Paris", " London"))
    (answer,) = model.rank(iter([asked]))
    model.close()
    assert answer.error is None
    paris, london = answer.likelihoods
    assert paris.logprob > london.logprob and paris.greedy


@pytest.mark.parametrize("way", ["echo", "vllm", "sglang", "lmdeploy"])
def test_that_it_gives_no_prompt_log_probabilities_is_said_before_the_run(llama, way):
    model = API("smol", base_url=llama, chat=False, ranking=way, retries=0)
    with pytest.raises(ModelError, match=r"does not rank in the way|cannot be (used|trusted)"):
        model.prepare({"rank"})
    model.close()
