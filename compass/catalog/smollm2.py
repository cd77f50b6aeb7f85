"""SmolLM2; its 135M-Instruct is small enough for any machine, real enough to score.

``cache:`` names the folder that ``python -m compass.catalog.weights`` makes.
"""

from compass.models.hf import HF

smollm2_models = [
    dict(
        abbr='smollm2-135m-chat',
        backend=dict(type=HF, path='cache:smollm2-135m-instruct', chat=True),
    ),
    dict(
        abbr='smollm2-135m-plain',
        backend=dict(type=HF, path='cache:smollm2-135m-instruct', chat=False),
    ),
]

smollm2_hub_models = [
    dict(
        abbr='smollm2-135m-hub',
        backend=dict(type=HF, path='HuggingFaceTB/SmolLM2-135M-Instruct', chat=True),
    ),
]

smollm2_base_models = [
    dict(
        abbr='smollm2-135m-base',
        backend=dict(type=HF, path='HuggingFaceTB/SmolLM2-135M', chat=False),
    ),
    dict(
        abbr='smollm2-360m-base',
        backend=dict(type=HF, path='HuggingFaceTB/SmolLM2-360M', chat=False),
    ),
    dict(
        abbr='smollm2-1.7b-base',
        backend=dict(type=HF, path='HuggingFaceTB/SmolLM2-1.7B', chat=False),
    ),
]

smollm2_instruct_models = [
    *smollm2_hub_models,
    dict(
        abbr='smollm2-360m-instruct',
        backend=dict(type=HF, path='HuggingFaceTB/SmolLM2-360M-Instruct', chat=True),
    ),
    dict(
        abbr='smollm2-1.7b-instruct',
        backend=dict(type=HF, path='HuggingFaceTB/SmolLM2-1.7B-Instruct', chat=True),
    ),
]
