"""Qwen2.5 (Qwen team 2024, arXiv:2412.15115): base and instruct."""

from compass.models.hf import HF

qwen2_5_models = [
    dict(abbr='qwen2.5-0.5b', backend=dict(type=HF, path='Qwen/Qwen2.5-0.5B', chat=False)),
    dict(abbr='qwen2.5-1.5b', backend=dict(type=HF, path='Qwen/Qwen2.5-1.5B', chat=False)),
    dict(abbr='qwen2.5-3b', backend=dict(type=HF, path='Qwen/Qwen2.5-3B', chat=False)),
    dict(abbr='qwen2.5-7b', backend=dict(type=HF, path='Qwen/Qwen2.5-7B', chat=False)),
    dict(abbr='qwen2.5-14b', backend=dict(type=HF, path='Qwen/Qwen2.5-14B', chat=False)),
    dict(
        abbr='qwen2.5-32b',
        backend=dict(type=HF, path='Qwen/Qwen2.5-32B', chat=False, device_map='auto'),
        resources=dict(gpus=2),
    ),
    dict(
        abbr='qwen2.5-72b',
        backend=dict(type=HF, path='Qwen/Qwen2.5-72B', chat=False, device_map='auto'),
        resources=dict(gpus=4),
    ),
]

qwen2_5_instruct_models = [
    dict(
        abbr='qwen2.5-0.5b-instruct',
        backend=dict(type=HF, path='Qwen/Qwen2.5-0.5B-Instruct', chat=True),
    ),
    dict(
        abbr='qwen2.5-1.5b-instruct',
        backend=dict(type=HF, path='Qwen/Qwen2.5-1.5B-Instruct', chat=True),
    ),
    dict(
        abbr='qwen2.5-3b-instruct',
        backend=dict(type=HF, path='Qwen/Qwen2.5-3B-Instruct', chat=True),
    ),
    dict(
        abbr='qwen2.5-7b-instruct',
        backend=dict(type=HF, path='Qwen/Qwen2.5-7B-Instruct', chat=True),
    ),
    dict(
        abbr='qwen2.5-14b-instruct',
        backend=dict(type=HF, path='Qwen/Qwen2.5-14B-Instruct', chat=True),
    ),
    dict(
        abbr='qwen2.5-32b-instruct',
        backend=dict(type=HF, path='Qwen/Qwen2.5-32B-Instruct', chat=True, device_map='auto'),
        resources=dict(gpus=2),
    ),
    dict(
        abbr='qwen2.5-72b-instruct',
        backend=dict(type=HF, path='Qwen/Qwen2.5-72B-Instruct', chat=True, device_map='auto'),
        resources=dict(gpus=4),
    ),
]
