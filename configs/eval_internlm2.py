"""The benchmarks of the InternLM2 report, by its groups (Cai et al. 2024, arXiv:2403.17297).

A benchmark is added by one import here, and by one line in ``summarizers/internlm2.py`` if a
group is to count it.  InternLM2 runs code of its own: read it, then add
``--set models.0.backend.trust_remote_code=True``.
"""

from mmengine.config import read_base

with read_base():
    from configs.models.internlm2 import internlm2_chat_models, internlm2_models
    from datasets_cfg.agieval import agieval_datasets
    from datasets_cfg.bbh import bbh_datasets
    from datasets_cfg.c3 import c3_datasets
    from datasets_cfg.ceval import ceval_datasets
    from datasets_cfg.cmmlu import cmmlu_datasets
    from datasets_cfg.ds1000 import ds1000_datasets
    from datasets_cfg.flores import flores_datasets
    from datasets_cfg.gaokao_bench import gaokao_bench_datasets
    from datasets_cfg.gsm8k import gsm8k_datasets
    from datasets_cfg.hellaswag import hellaswag_datasets
    from datasets_cfg.humaneval import humaneval_datasets
    from datasets_cfg.humaneval_x import humaneval_x_datasets
    from datasets_cfg.leval import leval_datasets
    from datasets_cfg.longbench import longbench_datasets
    from datasets_cfg.math import math_4shot_datasets
    from datasets_cfg.mathbench import mathbench_datasets
    from datasets_cfg.mbpp import mbpp_cn_datasets, mbpp_datasets
    from datasets_cfg.mmlu import mmlu_datasets
    from datasets_cfg.needle import needle_datasets
    from datasets_cfg.nq import nq_datasets
    from datasets_cfg.race import race_high_datasets
    from datasets_cfg.theoremqa import theoremqa_datasets
    from datasets_cfg.triviaqa import triviaqa_datasets
    from datasets_cfg.winogrande import winogrande_datasets
    from summarizers.internlm2 import summarizer

models = [*internlm2_models, *internlm2_chat_models]
datasets = [
    _one for _name, _list in list(locals().items()) if _name.endswith('_datasets') for _one in _list
]
