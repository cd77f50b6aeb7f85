"""Models on engines for GPUs: LMDeploy and vLLM, in process and served."""

from compass.models.api import API
from compass.models.engines import VLLM, LMDeploy

lmdeploy_models = [
    dict(
        abbr='internlm2.5-7b-chat-lmdeploy',
        backend=dict(
            type=LMDeploy,
            path='internlm/internlm2_5-7b-chat',
            trust_remote_code=True,
            chat=True,
        ),
    ),
    dict(
        abbr='qwen2.5-7b-instruct-lmdeploy',
        backend=dict(type=LMDeploy, path='Qwen/Qwen2.5-7B-Instruct', chat=True),
    ),
    dict(
        abbr='llama-3.1-8b-instruct-lmdeploy',
        backend=dict(type=LMDeploy, path='meta-llama/Llama-3.1-8B-Instruct', chat=True),
    ),
]

lmdeploy_served_models = [
    dict(
        abbr='qwen2.5-7b-lmdeploy-served',
        backend=dict(
            type=API,
            model='qwen2.5-7b',
            chat=False,
            ranking='lmdeploy',
            serve=dict(engine='lmdeploy', path='Qwen/Qwen2.5-7B'),
        ),
        resources=dict(gpus=1),
    ),
]

vllm_models = [
    dict(
        abbr='qwen2.5-7b-instruct-vllm',
        backend=dict(type=VLLM, path='Qwen/Qwen2.5-7B-Instruct', chat=True),
    ),
    dict(
        abbr='qwen2.5-72b-instruct-vllm',
        backend=dict(type=VLLM, path='Qwen/Qwen2.5-72B-Instruct', chat=True),
        resources=dict(gpus=4),
    ),
]
