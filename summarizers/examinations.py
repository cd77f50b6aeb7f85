"""Examinations: each benchmark as one number, by field, and as its authors average it.

A benchmark of many subjects is the plain mean over them; ``-weighted`` weighs them by their
number of questions, and GAOKAO-Bench weighs files by their marks.  Groups without any
member in a run are not shown.
"""

from mmengine.config import read_base

with read_base():
    from datasets_cfg.agieval import agieval_en_choices, agieval_several, agieval_zh_choices
    from datasets_cfg.mmlu_pro import mmlu_pro_fields
    from summarizers.groups import mmlu_groups

# Fields of src/categories.py of github.com/haonan-li/CMMLU; China specific ones stand twice.
cmmlu_groups = {
    'stem': [
        'anatomy',
        'astronomy',
        'college_actuarial_science',
        'college_engineering_hydrology',
        'college_mathematics',
        'college_medical_statistics',
        'computer_science',
        'conceptual_physics',
        'electrical_engineering',
        'elementary_mathematics',
        'genetics',
        'high_school_biology',
        'high_school_chemistry',
        'high_school_mathematics',
        'high_school_physics',
        'machine_learning',
        'virology',
    ],
    'humanities': [
        'arts',
        'chinese_history',
        'chinese_literature',
        'college_law',
        'global_facts',
        'international_law',
        'jurisprudence',
        'logical',
        'marxist_theory',
        'philosophy',
        'professional_law',
        'world_history',
        'world_religions',
    ],
    'social-science': [
        'ancient_chinese',
        'business_ethics',
        'chinese_civil_service_exam',
        'chinese_food_culture',
        'chinese_foreign_policy',
        'chinese_teacher_qualification',
        'college_education',
        'economics',
        'education',
        'elementary_chinese',
        'ethnology',
        'high_school_geography',
        'high_school_politics',
        'journalism',
        'management',
        'marketing',
        'modern_chinese',
        'professional_accounting',
        'professional_psychology',
        'public_relations',
        'security_study',
        'sociology',
    ],
    'other': [
        'agronomy',
        'chinese_driving_rule',
        'clinical_knowledge',
        'college_medicine',
        'computer_security',
        'construction_project_management',
        'elementary_commonsense',
        'elementary_information_and_technology',
        'food_science',
        'human_sexuality',
        'legal_and_moral_basis',
        'nutrition',
        'professional_medicine',
        'sports_science',
        'traditional_chinese_medicine',
    ],
    'china-specific': [
        'ancient_chinese',
        'chinese_civil_service_exam',
        'chinese_driving_rule',
        'chinese_food_culture',
        'chinese_foreign_policy',
        'chinese_history',
        'chinese_literature',
        'chinese_teacher_qualification',
        'construction_project_management',
        'elementary_chinese',
        'elementary_commonsense',
        'ethnology',
        'high_school_politics',
        'modern_chinese',
        'traditional_chinese_medicine',
    ],
}

# Fields of subject_mapping.json of github.com/hkust-nlp/ceval; hard subjects stand twice.
ceval_groups = {
    'stem': [
        'computer_network',
        'operating_system',
        'computer_architecture',
        'college_programming',
        'college_physics',
        'college_chemistry',
        'advanced_mathematics',
        'probability_and_statistics',
        'discrete_mathematics',
        'electrical_engineer',
        'metrology_engineer',
        'high_school_mathematics',
        'high_school_physics',
        'high_school_chemistry',
        'high_school_biology',
        'middle_school_mathematics',
        'middle_school_biology',
        'middle_school_physics',
        'middle_school_chemistry',
        'veterinary_medicine',
    ],
    'social-science': [
        'college_economics',
        'business_administration',
        'marxism',
        'mao_zedong_thought',
        'education_science',
        'teacher_qualification',
        'high_school_politics',
        'high_school_geography',
        'middle_school_politics',
        'middle_school_geography',
    ],
    'humanities': [
        'modern_chinese_history',
        'ideological_and_moral_cultivation',
        'logic',
        'law',
        'chinese_language_and_literature',
        'art_studies',
        'professional_tour_guide',
        'legal_professional',
        'high_school_chinese',
        'high_school_history',
        'middle_school_history',
    ],
    'other': [
        'civil_servant',
        'sports_science',
        'plant_protection',
        'basic_medicine',
        'clinical_medicine',
        'urban_and_rural_planner',
        'accountant',
        'fire_engineer',
        'environmental_impact_assessment_engineer',
        'tax_accountant',
        'physician',
    ],
    'hard': [
        'advanced_mathematics',
        'discrete_mathematics',
        'probability_and_statistics',
        'college_chemistry',
        'college_physics',
        'high_school_mathematics',
        'high_school_chemistry',
        'high_school_physics',
    ],
}

# Marks of each file: its parts times the marks of each (see docs/scores-exams.md).
gaokao_bench_marks = {
    'gaokao-bench-math-ii': 1090,
    'gaokao-bench-math-i': 1070,
    'gaokao-bench-history': 1148,
    'gaokao-bench-biology': 900,
    'gaokao-bench-politics': 1280,
    'gaokao-bench-physics': 384,
    'gaokao-bench-chemistry': 744,
    'gaokao-bench-english': 105,
    'gaokao-bench-chinese-modern-lit': 261,
    'gaokao-bench-english-fill-in-blanks': 900,
    'gaokao-bench-english-cloze-test': 260,
    'gaokao-bench-geography': 380,
    'gaokao-bench-english-reading': 940,
    'gaokao-bench-chinese-usage': 240,
}

_mmlu = [subject for field in mmlu_groups for subject in mmlu_groups[field]]
_cmmlu = [s for field in cmmlu_groups if field != 'china-specific' for s in cmmlu_groups[field]]
_ceval = [s for field in ceval_groups if field != 'hard' for s in ceval_groups[field]]
_exams = [
    ('mmlu', mmlu_groups, _mmlu, ['', '-gen', '-0shot']),
    ('cmmlu', cmmlu_groups, _cmmlu, ['', '-gen', '-0shot']),
    ('ceval', ceval_groups, _ceval, ['', '-gen']),
]
_gaokao = [task for task, intro in agieval_zh_choices if task != 'logiqa-zh']
_en = [task for task, intro in agieval_en_choices]
_zh = [task for task, intro in agieval_zh_choices]
_several = [task for task, intro in agieval_several]

_by_field = [
    dict(
        name=f'{name}-{field}{variant}'.replace('_', '-'),
        subsets=[f'{name}-{subject}{variant}' for subject in fields[field]],
    )
    for name, fields, subjects, variants in _exams
    for variant in variants
    for field in fields
]
_whole = [
    dict(
        name=f'{name}{variant}',
        subsets=[f'{name}-{subject}{variant}' for subject in subjects],
    )
    for name, fields, subjects, variants in _exams
    for variant in variants
]
_weighted = [
    dict(
        name=f'{name}-weighted{variant}',
        subsets=[f'{name}-{subject}{variant}' for subject in subjects],
        weights='size',
    )
    for name, fields, subjects, variants in _exams
    for variant in variants
]
_mmlu_pro = [
    dict(
        name=f'mmlu-pro{variant}',
        subsets=[f'mmlu-pro-{name}{variant}' for field, name in mmlu_pro_fields],
        weights='size',
    )
    for variant in ['', '-0shot']
]
_agieval = [
    dict(name=f'agieval{part}{variant}', subsets=[f'agieval-{task}{variant}' for task in tasks])
    for variant in ['', '-gen', '-fewshot']
    for part, tasks in [
        ('-en', [*_en, 'math']),
        ('-zh', [*_zh, *_several, 'gaokao-mathcloze']),
        ('-gaokao', [*_gaokao, 'gaokao-physics', 'gaokao-mathcloze']),
        ('', [*_en, 'math', *_zh, *_several, 'gaokao-mathcloze']),
    ]
]
_gaokao_bench = [
    dict(
        name='gaokao-bench',
        subsets=[name for name in gaokao_bench_marks],  # noqa: C416  configs call nothing
        weights=gaokao_bench_marks,
    )
]
_groups = [
    *_by_field,
    *_whole,
    *_weighted,
    *_mmlu_pro,
    *_agieval,
    *_gaokao_bench,
]

summarizer = dict(
    datasets=[
        *[group['name'] for group in _groups],
        'arc-challenge',
        'arc-challenge-25shot',
        'arc-challenge-letter',
        'arc-challenge-gen',
        'arc-easy',
        'arc-easy-25shot',
        'arc-easy-letter',
        'arc-easy-gen',
        'gpqa-diamond',
        'gpqa-diamond-letter',
        'gpqa-main',
        'gpqa-main-letter',
    ],
    groups=_groups,
)
