"""A model behind an OpenAI-compatible interface, here a server on this machine."""

from mmengine.config import read_base

with read_base():
    from configs.models.api import served_models
    from datasets_cfg.demo import demo_arithmetic_datasets, demo_knowledge_gen_datasets

_address = 'http://localhost:8000/v1'

models = [*served_models]
models[0]['backend'].update(
    model='Qwen/Qwen2.5-7B-Instruct',  # its name at the server
    base_url=_address,
    concurrency=64,
)
datasets = [*demo_arithmetic_datasets, *demo_knowledge_gen_datasets]
