"""The benchmarks of the InternLM2 report, by its groups (Cai et al. 2024, arXiv:2403.17297).

A benchmark is added by one import here, and by one line in ``summarizers/internlm2.py`` if a
group is to count it.  InternLM2 runs code of its own: read it, then add
``--set models.0.backend.trust_remote_code=True``.
"""

from mmengine.config import read_base

with read_base():
    from configs.models.internlm2 import internlm2_chat_models, internlm2_models
    from datasets_cfg.arc import arc_challenge_datasets
    from datasets_cfg.gsm8k import gsm8k_datasets
    from datasets_cfg.hellaswag import hellaswag_datasets
    from datasets_cfg.ifeval import ifeval_datasets
    from datasets_cfg.mmlu import mmlu_datasets
    from summarizers.internlm2 import summarizer

models = [*internlm2_models, *internlm2_chat_models]
datasets = [
    _one for _name, _list in list(locals().items()) if _name.endswith('_datasets') for _one in _list
]
