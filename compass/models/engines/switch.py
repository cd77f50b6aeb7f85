"""Another engine for a model entry, without editing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from compass.errors import ConfigError
from compass.specs import Component, ModelSpec

ENGINES: Mapping[str, str] = {
    "hf": "compass.models.hf.HF",
    "lmdeploy": "compass.models.engines.LMDeploy",
    "vllm": "compass.models.engines.VLLM",
    "sglang": "compass.models.engines.SGLang",
}

PLACEMENT = frozenset(
    {"device", "device_map", "batch_tokens", "threads", "attention", "tp", "engine"}
)
"""Arguments that say how one engine works, not what is asked of it."""

SHARED = frozenset(
    {"path", "revision", "chat", "dtype", "tokenizer", "trust_remote_code", "truncation"}
    | {"context", "system", "template", "template_kwargs"}
)


def switched(spec: ModelSpec, engine: str) -> ModelSpec:
    """Return a model entry with another engine; one that runs on none stays as it is.

    Raises:
        ConfigError: It says something that the engine does not know.
    """
    named = spec.backend.type.rpartition(".")[2]
    known = {path.rpartition(".")[2]: name for name, path in ENGINES.items()}
    if not spec.backend.type.startswith(("compass.models.hf", "compass.models.engines")):
        return spec
    if known.get(named) == engine:
        return spec
    kwargs = {k: v for k, v in spec.backend.kwargs.items() if k not in PLACEMENT}
    odd = sorted(set(kwargs) - SHARED)
    if odd:
        raise ConfigError(
            f"model {spec.abbr!r} has {odd[0]}=, which {engine} does not take",
            where="--engine",
            hint="choose another engine, or write an entry for this one",
        )
    return replace(spec, backend=Component(ENGINES[engine], kwargs))
