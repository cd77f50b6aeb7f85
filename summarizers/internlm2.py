"""The groups of the InternLM2 report, each the plain mean of its benchmarks.

Cai et al. 2024, arXiv:2403.17297: examinations, language and knowledge, reasoning and
mathematics, coding, long context, and tool use, which is empty so far.  A benchmark joins a
group by its name in a list here.
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

_groups = {
    'examinations': [
        'mmlu',
        'cmmlu',
        'ceval',
        'agieval',
        'gaokao-bench',
    ],
    'language-and-knowledge': [
        'triviaqa',
        'nq',
        'c3',
        'race-high',
        'flores',
    ],
    'reasoning': [
        'winogrande',
        'hellaswag',
        'bbh',
    ],
    'mathematics': [
        'gsm8k',
        'math-4shot',
        'theoremqa',
        'mathbench',
    ],
    'coding': [
        'humaneval',
        'humaneval-x',
        'mbpp',
        'mbpp-cn',
        'ds1000',
    ],
    'long-context': [
        'longbench',
        'leval',
        'needle',
    ],
    'tool-use': [],
}

_wholes = [
    ('bbh', bbh_datasets),
    ('flores', flores_datasets),
    ('mathbench', mathbench_datasets),
    ('humaneval-x', humaneval_x_datasets),
    ('longbench', longbench_datasets),
    ('leval', leval_datasets),
    ('needle', needle_datasets),
]

summarizer = dict(
    datasets=[_name for _group, _names in _groups.items() for _name in [_group, *_names]],
    groups=[
        *[_one for _one in [*_whole, *_agieval] if _one['name'] in _groups['examinations']],
        *_gaokao_bench,
        *[dict(name=_name, subsets=[_one['abbr'] for _one in _list]) for _name, _list in _wholes],
        *[dict(name=_group, subsets=_names) for _group, _names in _groups.items() if _names],
    ],
)
