"""InternLM2.5: base and chat.

These models run Python code that comes with them: read it, then turn it on for each entry,
``--set models.0.backend.trust_remote_code=True``; it is left off here.
"""

from compass.models.hf import HF

internlm2_5_models = [
    dict(
        abbr='internlm2.5-1.8b',
        backend=dict(type=HF, path='internlm/internlm2_5-1_8b', chat=False),
    ),
    dict(abbr='internlm2.5-7b', backend=dict(type=HF, path='internlm/internlm2_5-7b', chat=False)),
    dict(
        abbr='internlm2.5-20b',
        backend=dict(type=HF, path='internlm/internlm2_5-20b', chat=False),
    ),
]

internlm2_5_chat_models = [
    dict(
        abbr='internlm2.5-1.8b-chat',
        backend=dict(type=HF, path='internlm/internlm2_5-1_8b-chat', chat=True),
    ),
    dict(
        abbr='internlm2.5-7b-chat',
        backend=dict(type=HF, path='internlm/internlm2_5-7b-chat', chat=True),
    ),
    dict(
        abbr='internlm2.5-20b-chat',
        backend=dict(type=HF, path='internlm/internlm2_5-20b-chat', chat=True),
    ),
]

internlm2_5_1m_models = [
    dict(
        abbr='internlm2.5-7b-chat-1m',
        backend=dict(type=HF, path='internlm/internlm2_5-7b-chat-1m', chat=True),
    ),
]
