"""Engines: what is asked of them, in their own words, and what becomes of their answers.

No GPU is here, so each engine is played by a small module that takes the calls of the real one,
with its argument names, and answers with the model of transformers.
"""

from __future__ import annotations

import dataclasses
import sys
import types

import pytest

from compass.errors import ModelError
from compass.models.engines import VLLM, LMDeploy, SGLang
from compass.models.hf import HF
from compass.specs import Generation
from tests.hf_server import Voice
from tests.hf_tiny import question, save_model


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return save_model(tmp_path_factory.mktemp("tiny"), seed=3, template=True)


@pytest.fixture(scope="module")
def voice(tiny):
    return Voice(str(tiny))


class Played(types.SimpleNamespace):
    """What a test sees of the engine."""


@pytest.fixture
def played(voice, monkeypatch):
    """Modules named vllm, sglang and lmdeploy that answer with a small model."""
    seen = Played(started={}, prompts=[], settings=[], closed=0)

    def module(name, **members):
        made = types.ModuleType(name)
        vars(made).update(members)
        monkeypatch.setitem(sys.modules, name, made)

    @dataclasses.dataclass
    class SamplingParams:
        max_tokens: int = 16
        temperature: float = 1.0
        top_p: float = 1.0
        top_k: int = -1
        seed: int | None = None
        stop: list | None = None
        prompt_logprobs: int | None = None

    class LLM:
        def __init__(self, model, *, tokenizer=None, revision=None, dtype="auto",
                     trust_remote_code=False, tensor_parallel_size=1, seed=None,
                     **engine):  # fmt: skip
            seen.started = {"model": model, "dtype": dtype, "tp": tensor_parallel_size, **engine}

        def generate(self, prompts, sampling_params=None, *, use_tqdm=True):
            return [self.one(p["prompt_token_ids"], s)
                    for p, s in zip(prompts, sampling_params, strict=True)]  # fmt: skip

        def one(self, ids, params):
            seen.prompts.append(ids)
            seen.settings.append(params)
            text, finish, marks = voice.write(ids, params.max_tokens, params.stop or [], 1)
            said = types.SimpleNamespace(
                text=text, finish_reason=finish, token_ids=[m[0] for m in marks]
            )
            places = None
            if params.prompt_logprobs is not None:
                places = [None] + [
                    {token: types.SimpleNamespace(logprob=value, rank=rank)}
                    for token, (value, rank, *_) in list(
                        zip(ids, voice.read(ids), strict=True))[1:]
                ]  # fmt: skip
            return types.SimpleNamespace(outputs=[said], prompt_logprobs=places)

    module("vllm", LLM=LLM, SamplingParams=SamplingParams)

    class Engine:
        def __init__(self, **arguments):
            seen.started = arguments

        def generate(self, *, sampling_params=None, input_ids=None, return_logprob=False,
                     logprob_start_len=None, top_logprobs_num=None):  # fmt: skip
            found = []
            for ids, params in zip(input_ids, sampling_params, strict=True):
                seen.prompts.append(ids)
                seen.settings.append(params)
                most, stop = params["max_new_tokens"], params.get("stop", [])
                text, finish, marks = voice.write(ids, most, stop, 1)
                meta = {"finish_reason": {"type": finish}, "completion_tokens": len(marks)}
                if return_logprob:
                    read = list(zip(ids, voice.read(ids), strict=True))
                    meta["input_token_logprobs"] = [(v, t, None) for t, (v, *_) in read]
                    meta["input_top_logprobs"] = [
                        None if v is None else [(top, best, None)] for _, (v, _, top, best) in read
                    ]
                found.append({"text": text, "meta_info": meta})
            return found

        def shutdown(self):
            seen.closed += 1

    module("sglang", Engine=Engine)

    @dataclasses.dataclass
    class GenerationConfig:
        max_new_tokens: int = 512
        do_sample: bool = False
        top_p: float = 1.0
        top_k: int = 50
        temperature: float = 0.8
        random_seed: int | None = None
        stop_words: list | None = None
        include_stop_str_in_output: bool = False

    @dataclasses.dataclass
    class Config:
        dtype: str = "auto"
        tp: int = 1
        session_len: int | None = None
        revision: str | None = None
        enable_prefix_caching: bool = False
        max_batch_size: int | None = None

    class Pipeline:
        def __init__(self, path, backend_config=None, trust_remote_code=False):
            seen.started = {"path": path, "config": backend_config}
            self.config = backend_config

        def infer(self, prompts, gen_config=None, do_preprocess=True):
            assert do_preprocess is False
            found = []
            for prompt, config in zip(prompts, gen_config, strict=True):
                seen.prompts.append(prompt)
                seen.settings.append(config)
                most = config.max_new_tokens
                text, finish, marks = voice.write(voice.ids(prompt), most, [], 1)
                found.append(types.SimpleNamespace(
                    text=text, finish_reason=finish, generate_token_len=len(marks),
                    error_message=None))  # fmt: skip
            return found

        def get_ppl(self, input_ids):
            if self.config.enable_prefix_caching:
                raise ValueError("async_get_ppl is not supported when prefix caching is on.")
            assert all(len(ids) > 1 for ids in input_ids)
            seen.prompts += input_ids
            sums = [sum(v for v, *_ in voice.read(ids)[1:]) for ids in input_ids]
            return [-s / (len(ids) - 1) for s, ids in zip(sums, input_ids, strict=True)]

        def close(self):
            seen.closed += 1

    module(
        "lmdeploy", pipeline=Pipeline, GenerationConfig=GenerationConfig,
        TurbomindEngineConfig=Config, PytorchEngineConfig=Config,
    )  # fmt: skip
    return seen


ENGINES = (VLLM, SGLang, LMDeploy)


def questions():
    return [
        question("00", "to be or not", (" to be", " ab", "cd", "a"), whole=True),
        question("01", "ab ab", (" b", "b", " ab cd"), whole=True),
        question("02", "1 + 1 =", (" 2", " 11")),
    ]


def answers(model, method, *arguments):
    found = {one.key: one for one in getattr(model, method)(iter(questions()), *arguments)}
    model.close()
    assert [one.error for one in found.values() if one.error] == []
    return found


@pytest.mark.parametrize("chat", [True, False])
@pytest.mark.parametrize("engine", ENGINES)
def test_it_writes_what_transformers_writes(engine, chat, tiny, played):
    settings = Generation(max_new_tokens=10, stop=("d", "xyz"))
    expected = answers(
        HF(str(tiny), chat=chat, dtype="float32", device="cpu"), "generate", settings
    )
    got = answers(engine(str(tiny), chat=chat, dtype="float32"), "generate", settings)
    for key, mine in expected.items():
        theirs = got[key]
        assert (mine.output, mine.finish) == (theirs.output, theirs.finish)
        assert (mine.prompt, mine.prompt_tokens) == (theirs.prompt, theirs.prompt_tokens)
    if engine is not LMDeploy:  # which is given texts, in the order of their tokens
        assert played.prompts == sorted(played.prompts), "those that begin alike come together"


@pytest.mark.parametrize("engine", ENGINES)
def test_it_ranks_as_transformers_ranks(engine, tiny, played):
    expected = answers(HF(str(tiny), chat=False, dtype="float32", device="cpu"), "rank")
    got = answers(engine(str(tiny), chat=False, dtype="float32"), "rank")
    for key, mine in expected.items():
        for one, other in zip(mine.likelihoods, got[key].likelihoods, strict=True):
            assert (one.tokens, one.whole_tokens) == (other.tokens, other.whole_tokens)
            for name in ("logprob", "first", "whole"):
                assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-3)
            if engine is not LMDeploy:
                assert one.greedy == other.greedy
    assert played.prompts == sorted(played.prompts)


@pytest.mark.parametrize("engine", [VLLM, SGLang])
def test_it_gives_the_losses_that_transformers_gives(engine, tiny, played):
    expected = answers(HF(str(tiny), dtype="float32", device="cpu"), "losses")
    got = answers(engine(str(tiny), dtype="float32"), "losses")
    for key, mine in expected.items():
        assert got[key].losses == pytest.approx(mine.losses, abs=1e-4)


def test_how_the_engines_are_started(tiny, played, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,3")
    settings = Generation(max_new_tokens=2)
    answers(VLLM(str(tiny), dtype="float16", engine={"gpu_memory_utilization": 0.5}), "generate",
            settings)  # fmt: skip
    assert played.started == {
        "model": str(tiny), "dtype": "float16", "tp": 2, "max_model_len": 256,
        "enable_prefix_caching": True, "gpu_memory_utilization": 0.5,
    }  # fmt: skip
    answers(SGLang(str(tiny), dtype="float16", tp=1), "generate", settings)
    assert played.started["tp_size"] == 1 and played.started["context_length"] == 256
    model = LMDeploy(str(tiny), dtype="float16", engine={"max_batch_size": 7})
    list(model.generate(iter(questions()), settings))
    config = played.started["config"]
    assert (config.dtype, config.tp, config.session_len) == ("float16", 2, 256)
    assert config.enable_prefix_caching and config.max_batch_size == 7
    list(model.rank(iter(questions())))
    assert not played.started["config"].enable_prefix_caching, "get_ppl works without only"
    assert played.closed == 2
    model.close()


def test_sampling_is_seeded_for_each_question(tiny, played):
    settings = Generation(max_new_tokens=2, temperature=0.7, top_p=0.9, top_k=5)
    answers(VLLM(str(tiny), dtype="float32"), "generate", settings)
    assert len({one.seed for one in played.settings}) == 3
    assert {(s.temperature, s.top_p, s.top_k) for s in played.settings} == {(0.7, 0.9, 5)}
    played.settings.clear()
    answers(LMDeploy(str(tiny), dtype="float32"), "generate", settings)
    assert {(s.do_sample, s.temperature, s.top_k) for s in played.settings} == {(True, 0.7, 5)}


@pytest.mark.parametrize("engine", ENGINES)
def test_the_engine_is_part_of_the_identity(engine, tiny):
    mine = engine(str(tiny), dtype="float32").identity()
    assert mine["backend"] == engine.package
    assert mine != HF(str(tiny), dtype="float32").identity()
    assert mine == engine(str(tiny), dtype="float32", tp=4).identity()
    assert mine != engine(str(tiny), dtype="float32", engine={"quantization": "fp8"}).identity()


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_that_is_not_installed_says_so_before_the_run(engine, tiny):
    with pytest.raises(ModelError, match="is not installed here"):
        engine(str(tiny)).prepare({"generate"})


def test_what_the_pipeline_of_lmdeploy_cannot_do_is_refused(tiny):
    model = LMDeploy(str(tiny))
    assert "losses" in model.refuses(question("0", "a"), "losses")
    assert "likeliest" in model.refuses(question("0", "a", ("b",)), "rank")
    assert model.refuses(question("0", "a", ("b", "c")), "rank") == ""


def test_a_model_entry_changes_its_engine_without_being_edited():
    from compass.errors import ConfigError
    from compass.models.engines.switch import switched
    from compass.specs import Component, ModelSpec

    def spec(kind, **kwargs):
        return ModelSpec(abbr="m", backend=Component(kind, kwargs))

    here = spec("compass.models.hf.HF", path="p", chat=True, device_map="auto", batch_tokens=9)
    there = switched(here, "vllm").backend
    assert there.resolve() is VLLM and there.kwargs == {"path": "p", "chat": True}
    back = switched(spec("compass.models.engines.VLLM", path="p", tp=2), "hf").backend
    assert back.resolve() is HF and back.kwargs == {"path": "p"}
    assert switched(here, "hf") is here
    other = spec("compass.models.instant.Instant", rule="first")
    assert switched(other, "vllm") is other
    with pytest.raises(ConfigError, match="adapter=, which lmdeploy does not take"):
        switched(spec("compass.models.hf.HF", path="p", adapter="a"), "lmdeploy")
