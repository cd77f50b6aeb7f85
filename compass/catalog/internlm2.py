"""InternLM2 (Cai et al. 2024, arXiv:2403.17297): base, pre-trained further, SFT and chat.

These models run Python code that comes with them: read it, then turn it on for each entry,
``--set models.0.backend.trust_remote_code=True``; it is left off here.
"""

from compass.models.hf import HF

internlm2_base_models = [
    dict(
        abbr='internlm2-base-7b',
        backend=dict(type=HF, path='internlm/internlm2-base-7b', chat=False),
    ),
    dict(
        abbr='internlm2-base-20b',
        backend=dict(type=HF, path='internlm/internlm2-base-20b', chat=False),
    ),
]

internlm2_models = [
    dict(abbr='internlm2-1.8b', backend=dict(type=HF, path='internlm/internlm2-1_8b', chat=False)),
    dict(abbr='internlm2-7b', backend=dict(type=HF, path='internlm/internlm2-7b', chat=False)),
    dict(abbr='internlm2-20b', backend=dict(type=HF, path='internlm/internlm2-20b', chat=False)),
]

internlm2_sft_models = [
    dict(
        abbr='internlm2-chat-1.8b-sft',
        backend=dict(type=HF, path='internlm/internlm2-chat-1_8b-sft', chat=True),
    ),
    dict(
        abbr='internlm2-chat-7b-sft',
        backend=dict(type=HF, path='internlm/internlm2-chat-7b-sft', chat=True),
    ),
    dict(
        abbr='internlm2-chat-20b-sft',
        backend=dict(type=HF, path='internlm/internlm2-chat-20b-sft', chat=True),
    ),
]

internlm2_chat_models = [
    dict(
        abbr='internlm2-chat-1.8b',
        backend=dict(type=HF, path='internlm/internlm2-chat-1_8b', chat=True),
    ),
    dict(
        abbr='internlm2-chat-7b',
        backend=dict(type=HF, path='internlm/internlm2-chat-7b', chat=True),
    ),
    dict(
        abbr='internlm2-chat-20b',
        backend=dict(type=HF, path='internlm/internlm2-chat-20b', chat=True),
    ),
]
