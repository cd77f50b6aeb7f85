"""Engines: what is asked of them, in their own words, and what becomes of their answers.

No GPU is here, so each engine is played by a small module that takes the calls of the real one,
with its argument names (tests/engine_record.py), and answers with the model of transformers.
"""

from __future__ import annotations

import sys
import types

import pytest

from compass.errors import ConfigError, ModelError
from compass.models.engines import VLLM, LMDeploy, SGLang
from compass.models.hf import HF
from compass.specs import Generation
from tests.engine_record import NAMES
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


def known(name, arguments):
    """See that the engine's own class takes these arguments."""
    assert set(arguments) <= NAMES[name], f"not looked up in the source of {name}"
    return types.SimpleNamespace(**arguments)


@pytest.fixture
def played(voice, monkeypatch):
    """Modules named vllm, sglang and lmdeploy that answer with a small model."""
    seen = Played(started={}, prompts=[], settings=[], closed=0, finish=None)

    def module(name, **members):
        made = types.ModuleType(name)
        vars(made).update(members)
        monkeypatch.setitem(sys.modules, name, made)

    def sampling(**given):
        return known("vllm.SamplingParams", {"stop": None, "prompt_logprobs": None} | given)

    class LLM:
        def __init__(self, **arguments):
            known("vllm.LLM", arguments)
            seen.started = arguments

        def generate(self, prompts, sampling_params=None, *, use_tqdm=True):
            return [self.one(p["prompt_token_ids"], s)
                    for p, s in zip(prompts, sampling_params, strict=True)]  # fmt: skip

        def one(self, ids, params):
            seen.prompts.append(ids)
            seen.settings.append(params)
            text, finish, marks = voice.write(ids, params.max_tokens, params.stop or [], 1)
            said = types.SimpleNamespace(
                text=text, finish_reason=seen.finish or finish, token_ids=[m[0] for m in marks]
            )
            places = None
            if params.prompt_logprobs is not None:
                places = [None] + [
                    {token: types.SimpleNamespace(logprob=value, rank=rank)}
                    for token, (value, rank, *_) in list(
                        zip(ids, voice.read(ids), strict=True))[1:]
                ]  # fmt: skip
            return types.SimpleNamespace(outputs=[said], prompt_logprobs=places)

    module("vllm", LLM=LLM, SamplingParams=sampling)

    class Engine:
        def __init__(self, **arguments):
            known("sglang.Engine", arguments)
            seen.started = arguments

        def generate(self, *, sampling_params=None, input_ids=None, return_logprob=False,
                     logprob_start_len=None, top_logprobs_num=None):  # fmt: skip
            found = []
            for ids, params in zip(input_ids, sampling_params, strict=True):
                seen.prompts.append(ids)
                seen.settings.append(params)
                known("sglang.SamplingParams", params)
                most, stop = params["max_new_tokens"], params.get("stop", [])
                text, finish, marks = voice.write(ids, most, stop, 1)
                finish = {"type": seen.finish or finish, "message": "Aborted"}
                meta = {"finish_reason": finish, "completion_tokens": len(marks)}
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

    def generation(**given):
        base = {"logprob_start_len": -1, "include_stop_str_in_output": False}
        return known("lmdeploy.GenerationConfig", base | given)

    def config(name):
        return lambda **given: known(f"lmdeploy.{name}EngineConfig", given)

    class Pipeline:
        def __init__(self, path, backend_config=None, trust_remote_code=False):
            seen.started = {"path": path, "config": backend_config}
            self.config = backend_config

        def infer(self, prompts, gen_config=None, do_preprocess=True):
            assert do_preprocess is False
            return [self.one(p, c) for p, c in zip(prompts, gen_config, strict=True)]

        def one(self, prompt, config):
            seen.prompts.append(prompt)
            seen.settings.append(config)
            ids, most = voice.ids(prompt), config.max_new_tokens
            said = {"error_message": seen.finish, "logprobs": None, "input_token_len": len(ids)}
            if config.logprob_start_len >= 0:  # rows of the tokens behind it, their own ones first
                assert most == 0 and config.logprobs and self.config.logprobs_mode
                assert not self.config.enable_prefix_caching
                read = list(zip(ids, voice.read(ids), strict=True))[config.logprob_start_len + 1 :]
                said["logprobs"] = [{token: v, best: top} for token, (v, _, top, best) in read]
            text, finish, marks = voice.write(ids, most, [], 1)
            written = [token for token, *_ in marks]
            if finish == "stop" and config.include_stop_str_in_output:
                written.append(voice.tokenizer.eos_token_id)
                text += voice.tokenizer.eos_token
            return types.SimpleNamespace(
                text=text, finish_reason=seen.finish or finish, generate_token_len=len(marks),
                token_ids=written, **said)  # fmt: skip

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
        "lmdeploy", pipeline=Pipeline, GenerationConfig=generation,
        TurbomindEngineConfig=config("Turbomind"), PytorchEngineConfig=config("Pytorch"),
    )  # fmt: skip
    return seen


def pytorch(path, **more):
    return LMDeploy(path, engine={"backend": "pytorch"}, **more)


ENGINES = (VLLM, SGLang, LMDeploy)
READERS = (VLLM, SGLang, pytorch)


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


@pytest.mark.parametrize("engine", [*ENGINES, pytorch])
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
    if engine is not pytorch:  # which is given texts, in the order of their tokens
        assert played.prompts == sorted(played.prompts)


@pytest.mark.parametrize("engine", READERS)
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
        "model": str(tiny), "tokenizer": None, "revision": None, "dtype": "float16",
        "trust_remote_code": False, "tensor_parallel_size": 2, "max_model_len": 256,
        "enable_prefix_caching": True, "seed": 0, "gpu_memory_utilization": 0.5,
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
    played.settings.clear()
    answers(SGLang(str(tiny), dtype="float32"), "generate", settings)
    assert len({one["sampling_seed"] for one in played.settings}) == 3


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


def test_what_turbomind_cannot_do_is_refused_and_the_pytorch_engine_can(tiny):
    model = LMDeploy(str(tiny))
    assert "losses" in model.refuses(question("0", "a"), "losses")
    assert "likeliest" in model.refuses(question("0", "a", ("b",)), "rank")
    assert model.refuses(question("0", "a", ("b", "c")), "rank") == ""
    assert pytorch(str(tiny)).refuses(question("0", "a"), "losses") == ""
    assert pytorch(str(tiny)).refuses(question("0", "a", ("b",)), "rank") == ""


def test_a_precision_that_lmdeploy_has_not_is_said_before_the_run(tiny):
    with pytest.raises(ConfigError, match="not in float32"):
        LMDeploy(str(tiny), dtype="float32").prepare({"generate"})


@pytest.mark.parametrize("engine", ENGINES)
def test_a_question_that_an_engine_gave_up_is_an_error(engine, tiny, played):
    played.finish = "abort"
    found = list(engine(str(tiny)).generate(iter(questions()), Generation(max_new_tokens=2)))
    assert all("bort" in one.error and one.output is None for one in found)


def test_the_token_that_ends_an_answer_is_no_part_of_it(tiny, played, voice, monkeypatch):
    monkeypatch.setattr(voice, "write", lambda *_: ("42", "stop", []))
    settings = Generation(max_new_tokens=9, stop=("xyz",))
    found = answers(LMDeploy(str(tiny)), "generate", settings)
    assert {(one.output, one.finish) for one in found.values()} == {("42", "stop")}


def test_a_text_that_the_pipeline_reads_as_other_tokens_is_an_error(tiny, played, monkeypatch):
    from compass.models.engines.texts import AsTexts

    monkeypatch.setattr(AsTexts, "_text", lambda _, tokens: "ab " * len(tokens))
    found = list(pytorch(str(tiny), chat=False).rank(iter(questions())))
    assert len(found) == 3
    assert all("read the text as other tokens" in one.error for one in found)


def test_a_model_entry_changes_its_engine_without_being_edited():
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
