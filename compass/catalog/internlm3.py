"""InternLM3-8B-Instruct.

It runs Python code that comes with it: read it, then turn it on for the entry,
``--set models.0.backend.trust_remote_code=True``; it is left off here.
"""

from compass.models.hf import HF

internlm3_models = [
    dict(
        abbr='internlm3-8b-instruct',
        backend=dict(type=HF, path='internlm/internlm3-8b-instruct', chat=True),
    ),
]
