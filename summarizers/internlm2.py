"""The groups of the InternLM2 report, each the plain mean of its benchmarks.

Cai et al. 2024, arXiv:2403.17297: examinations, language and knowledge, reasoning,
mathematics, coding, long context.  A benchmark joins a group by its name in a list here.
"""

from mmengine.config import read_base

with read_base():
    from summarizers.groups import mmlu_groups

_groups = {
    'examinations': [
        'mmlu',
        'arc-challenge',
    ],
    'reasoning': [
        'hellaswag',
    ],
    'mathematics': [
        'gsm8k',
    ],
    'instruction-following': [
        'ifeval',
    ],
}

summarizer = dict(
    datasets=[_name for _group, _names in _groups.items() for _name in [_group, *_names]],
    groups=[
        dict(
            name='mmlu',
            subsets=[f'mmlu-{_subject}' for _field in mmlu_groups.values() for _subject in _field],
        ),
        *(dict(name=_group, subsets=_names) for _group, _names in _groups.items()),
    ],
)
