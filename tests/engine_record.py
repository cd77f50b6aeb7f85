"""Names that vLLM 0.33.0, SGLang 0.5.23 and LMDeploy 0.18.0 know, as read in their sources.

Only those that Compass uses.  A name that is not here was not looked up: find it in the source of
the engine first, then add it.
"""

from __future__ import annotations

NAMES = {
    # vllm/entrypoints/llm.py, engine/arg_utils.py (EngineArgs), sampling_params.py
    "vllm.LLM": {
        "model", "tokenizer", "revision", "dtype", "trust_remote_code", "tensor_parallel_size",
        "max_model_len", "enable_prefix_caching", "seed", "gpu_memory_utilization",
    },
    "vllm.SamplingParams": {
        "max_tokens", "temperature", "top_p", "top_k", "seed", "stop", "prompt_logprobs",
    },
    # vllm/entrypoints/openai/completion/protocol.py
    "vllm.CompletionRequest": {
        "model", "prompt", "max_tokens", "temperature", "prompt_logprobs", "logprobs", "echo",
    },
    # vllm/engine/arg_utils.py, entrypoints/cli/serve.py
    "vllm serve": {
        "--host", "--port", "--served-model-name", "--tensor-parallel-size", "--max-model-len",
        "--enable-prefix-caching", "--generation-config", "--revision", "--dtype",
    },
    # sglang/srt/arg_groups/fields/*.py (ServerArgs), sampling/sampling_params.py
    "sglang.Engine": {
        "model_path", "tokenizer_path", "revision", "dtype", "trust_remote_code", "tp_size",
        "context_length",
    },
    "sglang.SamplingParams": {
        "max_new_tokens", "temperature", "top_p", "top_k", "stop", "sampling_seed",
    },
    # sglang/srt/managers/io_struct.py
    "sglang.GenerateReqInput": {
        "text", "sampling_params", "return_logprob", "logprob_start_len", "top_logprobs_num",
        "return_text_in_logprobs",
    },
    "sglang.launch_server": {
        "--model-path", "--host", "--port", "--served-model-name", "--tp-size",
        "--context-length", "--sampling-defaults", "--revision", "--dtype",
    },
    # lmdeploy/api.py, pipeline.py, messages.py
    "lmdeploy.GenerationConfig": {
        "max_new_tokens", "do_sample", "top_p", "top_k", "temperature", "random_seed",
        "stop_words", "include_stop_str_in_output", "logprobs", "logprob_start_len",
    },
    "lmdeploy.TurbomindEngineConfig": {
        "dtype", "tp", "session_len", "revision", "enable_prefix_caching", "max_batch_size",
    },
    "lmdeploy.PytorchEngineConfig": {
        "dtype", "tp", "session_len", "revision", "enable_prefix_caching", "max_batch_size",
        "logprobs_mode",
    },
    # lmdeploy/serve/openai/protocol.py
    "lmdeploy.GenerateReqInput": {
        "prompt", "max_tokens", "temperature", "top_k", "return_logprob", "top_logprobs_num",
        "logprob_start_len",
    },
    # lmdeploy/cli/serve.py, cli/utils.py
    "lmdeploy serve api_server": {
        "--server-name", "--server-port", "--model-name", "--tp", "--backend", "--logprobs-mode",
        "--enable-prefix-caching", "--generation-config", "--revision", "--session-len", "--dtype",
    },
}  # fmt: skip
