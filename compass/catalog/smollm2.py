"""SmolLM2-135M-Instruct: small enough for any machine, real enough to score.

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
