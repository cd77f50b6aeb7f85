"""FLORES-200, five languages from and to English, eight shots: NLLB 2022, arXiv:2207.04672.

BLEU with the tokeniser of the target language, chrF and chrF++.  Also without shots, between
all six languages, and with the sentence pieces of FLORES-200 as tokens.
"""

from compass.ask import Generate
from compass.data.flores import flores
from compass.evaluators import Bleu
from compass.prompts import Chat, Fixed

flores_about = dict(
    title='FLORES-200',
    group='Language and knowledge',
    paper='NLLB Team 2022, arXiv:2207.04672',
    licence='CC BY-SA 4.0',
    hub='facebook/flores',
    size=10120,
    needs='metrics extra',
)

flores_languages = ['deu_Latn', 'eng_Latn', 'fra_Latn', 'jpn_Jpan', 'spa_Latn', 'zho_Hans']
flores_tokenisers = {
    'deu_Latn': '13a',
    'eng_Latn': '13a',
    'fra_Latn': '13a',
    'jpn_Jpan': 'ja-mecab',
    'spa_Latn': '13a',
    'zho_Hans': 'zh',
}
flores_codes = {
    'deu_Latn': 'de',
    'eng_Latn': 'en',
    'fra_Latn': 'fr',
    'jpn_Jpan': 'ja',
    'spa_Latn': 'es',
    'zho_Hans': 'zh',
}

flores_all_datasets = [
    dict(
        abbr=f'flores-{flores_codes[source]}-{flores_codes[target]}',
        reader=dict(type=flores, source=source, target=target, split='devtest'),
        prompt=dict(
            type=Chat,
            user='Translate this sentence from {{ source }} into {{ target }}. '
            'Give the translation only.\n{{ question }}',
            joint='\n',
            shots=dict(type=Fixed, n=8),
        ),
        ask=dict(type=Generate, max_new_tokens=256, stop=['\n\n']),
        evaluator=dict(type=Bleu, tokenize=flores_tokenisers[target], read='line'),
    )
    for source in flores_languages
    for target in flores_languages
    if source != target
]

flores_datasets = [one for one in flores_all_datasets if '-en' in one['abbr']]

flores_0shot_datasets = [
    {
        **one,
        'abbr': f'{one["abbr"]}-0shot',
        'prompt': dict(
            type=Chat,
            user='Translate this sentence from {{ source }} into {{ target }}. '
            'Give the translation only.\n{{ question }}',
            joint='\n',
        ),
    }
    for one in flores_datasets
]

flores_spm_datasets = [
    {
        **one,
        'abbr': f'{one["abbr"]}-spm',
        'evaluator': dict(type=Bleu, tokenize='flores200', read='line'),
    }
    for one in flores_datasets
]
