"""Qwen3 (Qwen team 2025, arXiv:2505.09388): base, chat without reasoning, chat with it.

The settings of ``qwen3_thinking_models`` are those of the model cards; reasoning is never read
as an answer.
"""

from compass.models.hf import HF

qwen3_base_models = [
    dict(abbr='qwen3-0.6b-base', backend=dict(type=HF, path='Qwen/Qwen3-0.6B-Base', chat=False)),
    dict(abbr='qwen3-1.7b-base', backend=dict(type=HF, path='Qwen/Qwen3-1.7B-Base', chat=False)),
    dict(abbr='qwen3-4b-base', backend=dict(type=HF, path='Qwen/Qwen3-4B-Base', chat=False)),
    dict(abbr='qwen3-8b-base', backend=dict(type=HF, path='Qwen/Qwen3-8B-Base', chat=False)),
    dict(abbr='qwen3-14b-base', backend=dict(type=HF, path='Qwen/Qwen3-14B-Base', chat=False)),
]

qwen3_models = [
    dict(
        abbr='qwen3-0.6b',
        backend=dict(
            type=HF,
            path='Qwen/Qwen3-0.6B',
            chat=True,
            template_kwargs=dict(enable_thinking=False),
        ),
    ),
    dict(
        abbr='qwen3-1.7b',
        backend=dict(
            type=HF,
            path='Qwen/Qwen3-1.7B',
            chat=True,
            template_kwargs=dict(enable_thinking=False),
        ),
    ),
    dict(
        abbr='qwen3-4b',
        backend=dict(
            type=HF,
            path='Qwen/Qwen3-4B',
            chat=True,
            template_kwargs=dict(enable_thinking=False),
        ),
    ),
    dict(
        abbr='qwen3-8b',
        backend=dict(
            type=HF,
            path='Qwen/Qwen3-8B',
            chat=True,
            template_kwargs=dict(enable_thinking=False),
        ),
    ),
    dict(
        abbr='qwen3-14b',
        backend=dict(
            type=HF,
            path='Qwen/Qwen3-14B',
            chat=True,
            template_kwargs=dict(enable_thinking=False),
        ),
    ),
    dict(
        abbr='qwen3-32b',
        backend=dict(
            type=HF,
            path='Qwen/Qwen3-32B',
            chat=True,
            template_kwargs=dict(enable_thinking=False),
            device_map='auto',
        ),
        resources=dict(gpus=2),
    ),
]

qwen3_thinking_models = [
    dict(
        abbr='qwen3-0.6b-thinking',
        backend=dict(type=HF, path='Qwen/Qwen3-0.6B', chat=True),
        generation=dict(temperature=0.6, top_p=0.95, top_k=20, max_new_tokens=32768),
    ),
    dict(
        abbr='qwen3-1.7b-thinking',
        backend=dict(type=HF, path='Qwen/Qwen3-1.7B', chat=True),
        generation=dict(temperature=0.6, top_p=0.95, top_k=20, max_new_tokens=32768),
    ),
    dict(
        abbr='qwen3-4b-thinking',
        backend=dict(type=HF, path='Qwen/Qwen3-4B', chat=True),
        generation=dict(temperature=0.6, top_p=0.95, top_k=20, max_new_tokens=32768),
    ),
    dict(
        abbr='qwen3-8b-thinking',
        backend=dict(type=HF, path='Qwen/Qwen3-8B', chat=True),
        generation=dict(temperature=0.6, top_p=0.95, top_k=20, max_new_tokens=32768),
    ),
    dict(
        abbr='qwen3-14b-thinking',
        backend=dict(type=HF, path='Qwen/Qwen3-14B', chat=True),
        generation=dict(temperature=0.6, top_p=0.95, top_k=20, max_new_tokens=32768),
    ),
    dict(
        abbr='qwen3-32b-thinking',
        backend=dict(type=HF, path='Qwen/Qwen3-32B', chat=True, device_map='auto'),
        generation=dict(temperature=0.6, top_p=0.95, top_k=20, max_new_tokens=32768),
        resources=dict(gpus=2),
    ),
]
