"""The tables of the InternLM2 report: its six groups, then the benchmarks of each.

Cai et al. 2024, arXiv:2403.17297, section 4.2: comprehensive examination, language and
knowledge, reasoning and mathematics, coding, long context, and tool use, which is empty so
far.  As in the report a line is a model.  A group is the plain mean of its benchmarks; a
benchmark joins it by its name in a list here.
"""

from mmengine.config import read_base

with read_base():
    from datasets_cfg.bbh import bbh_datasets
    from datasets_cfg.flores import flores_datasets
    from datasets_cfg.humaneval_x import humaneval_x_datasets
    from datasets_cfg.leval import leval_datasets
    from datasets_cfg.longbench import longbench_datasets
    from datasets_cfg.mathbench import mathbench_datasets
    from datasets_cfg.needle import needle_datasets
    from summarizers.examinations import _agieval, _gaokao_bench, _whole

_examinations = ['mmlu', 'cmmlu', 'ceval', 'agieval', 'gaokao-bench']
_language = ['triviaqa', 'nq', 'c3', 'race-high', 'flores']
_reasoning = ['winogrande', 'hellaswag', 'bbh']
_mathematics = ['gsm8k', 'math-4shot', 'theoremqa', 'mathbench']
_coding = ['humaneval', 'humaneval-x', 'mbpp', 'mbpp-cn', 'ds1000']
_long_context = ['leval', 'longbench', 'needle']

_six = [
    ('examinations', _examinations),
    ('language-and-knowledge', _language),
    ('reasoning-and-mathematics', [*_reasoning, *_mathematics]),
    ('coding', _coding),
    ('long-context', _long_context),
    ('tool-use', []),
]

_tables = [
    ('Six groups', [_group for _group, _names in _six]),
    ('Comprehensive examination', ['examinations', *_examinations]),
    ('Language and knowledge', ['language-and-knowledge', *_language]),
    ('Reasoning', _reasoning),
    ('Mathematics', ['gsm8k', 'math-4shot', 'theoremqa', 'mathbench-cn', 'mathbench-en']),
    ('Coding', ['coding', *_coding]),
    ('Long context', ['long-context', *_long_context]),
    ('Tool use', ['tool-use']),
]

_wholes = [
    ('bbh', [_one['abbr'] for _one in bbh_datasets]),
    ('flores', [_one['abbr'] for _one in flores_datasets]),
    ('mathbench', [_one['abbr'] for _one in mathbench_datasets]),
    ('mathbench-cn', [_one['abbr'] for _one in mathbench_datasets if '_cn' in _one['abbr']]),
    ('mathbench-en', [_one['abbr'] for _one in mathbench_datasets if '_en' in _one['abbr']]),
    ('humaneval-x', [_one['abbr'] for _one in humaneval_x_datasets]),
    ('leval', [_one['abbr'] for _one in leval_datasets]),
    ('longbench', [_one['abbr'] for _one in longbench_datasets]),
    ('needle', [_one['abbr'] for _one in needle_datasets]),
]

summarizer = dict(
    groups=[
        *[_one for _one in [*_whole, *_agieval] if _one['name'] in _examinations],
        *_gaokao_bench,
        *[dict(name=_name, subsets=_names) for _name, _names in [*_wholes, *_six]],
    ],
    tables=[dict(title=_title, datasets=_names, transposed=True) for _title, _names in _tables],
)
