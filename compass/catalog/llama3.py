"""Llama 3, 3.1, 3.2 and 3.3 (Grattafiori et al. 2024, arXiv:2407.21783): base and instruct.

The hub hands these weights out once their licence is accepted there; ``HF_TOKEN`` says who asks.
"""

from compass.models.hf import HF

llama3_models = [
    dict(abbr='llama-3-8b', backend=dict(type=HF, path='meta-llama/Meta-Llama-3-8B', chat=False)),
    dict(
        abbr='llama-3-70b',
        backend=dict(type=HF, path='meta-llama/Meta-Llama-3-70B', chat=False, device_map='auto'),
        resources=dict(gpus=4),
    ),
    dict(abbr='llama-3.1-8b', backend=dict(type=HF, path='meta-llama/Llama-3.1-8B', chat=False)),
    dict(
        abbr='llama-3.1-70b',
        backend=dict(type=HF, path='meta-llama/Llama-3.1-70B', chat=False, device_map='auto'),
        resources=dict(gpus=4),
    ),
    dict(abbr='llama-3.2-1b', backend=dict(type=HF, path='meta-llama/Llama-3.2-1B', chat=False)),
    dict(abbr='llama-3.2-3b', backend=dict(type=HF, path='meta-llama/Llama-3.2-3B', chat=False)),
]

llama3_instruct_models = [
    dict(
        abbr='llama-3-8b-instruct',
        backend=dict(type=HF, path='meta-llama/Meta-Llama-3-8B-Instruct', chat=True),
    ),
    dict(
        abbr='llama-3-70b-instruct',
        backend=dict(
            type=HF,
            path='meta-llama/Meta-Llama-3-70B-Instruct',
            chat=True,
            device_map='auto',
        ),
        resources=dict(gpus=4),
    ),
    dict(
        abbr='llama-3.1-8b-instruct',
        backend=dict(type=HF, path='meta-llama/Llama-3.1-8B-Instruct', chat=True),
    ),
    dict(
        abbr='llama-3.1-70b-instruct',
        backend=dict(
            type=HF,
            path='meta-llama/Llama-3.1-70B-Instruct',
            chat=True,
            device_map='auto',
        ),
        resources=dict(gpus=4),
    ),
    dict(
        abbr='llama-3.2-1b-instruct',
        backend=dict(type=HF, path='meta-llama/Llama-3.2-1B-Instruct', chat=True),
    ),
    dict(
        abbr='llama-3.2-3b-instruct',
        backend=dict(type=HF, path='meta-llama/Llama-3.2-3B-Instruct', chat=True),
    ),
    dict(
        abbr='llama-3.3-70b-instruct',
        backend=dict(
            type=HF,
            path='meta-llama/Llama-3.3-70B-Instruct',
            chat=True,
            device_map='auto',
        ),
        resources=dict(gpus=4),
    ),
]
