"""A real server of another make: that of transformers, as `serve=` starts and ends it."""

from __future__ import annotations

import sys

import pytest

from compass.errors import ModelError
from compass.models.api import API
from compass.models.api.serving import Serving, plan_of
from compass.models.hf import HF
from compass.specs import Generation
from tests.hf_tiny import question, save_model

COMMAND = [sys.executable, "-m", "tests.transformers_server", "{path}", "{port}"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    pytest.importorskip("fastapi")
    pytest.importorskip("uvicorn")
    return save_model(tmp_path_factory.mktemp("tiny"), seed=3, template=True)


@pytest.fixture(scope="module")
def server(tiny, tmp_path_factory):
    plan = plan_of({"engine": "command", "command": COMMAND, "path": str(tiny), "wait": 120})
    serving = Serving(plan, str(tiny), None, tmp_path_factory.mktemp("log"))
    yield serving
    serving.close()
    assert not serving.alive


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("chat", [True, False])
def test_it_writes_what_the_model_writes_in_process(chat, stream, tiny, server):
    asked = [question(f"{n:02}", text) for n, text in enumerate(("ab", "to be", "1 + 1"))]
    settings = Generation(max_new_tokens=12)
    here = HF(str(tiny), chat=chat, device="cpu", dtype="float32")
    expected = list(here.generate(iter(asked), settings))
    here.close()
    there = API(str(tiny), base_url=server.url, chat=chat, stream=stream)
    answers = list(there.generate(iter(asked), settings))
    there.close()
    assert [one.error for one in answers if one.error] == []
    # A stream of this server leaves out a character that the last token does not complete.
    end = "\ufffd" if stream else ""
    texts = {one.key: (one.output.rstrip(end), one.finish) for one in answers}
    assert texts == {one.key: (one.output.rstrip(end), one.finish) for one in expected}


def test_it_cannot_rank_and_says_so(tiny, server):
    model = API(str(tiny), base_url=server.url, ranking="top", retries=0)
    with pytest.raises(ModelError, match="does not rank in the way 'top'"):
        model.prepare({"rank"})
    model.close()


def test_a_model_that_it_does_not_serve_is_said(server):
    model = API("another", base_url=server.url, retries=0)
    (answer,) = model.generate(iter([question("00", "ab")]), Generation(max_new_tokens=2))
    model.close()
    assert "pinned" in answer.error
