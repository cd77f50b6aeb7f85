"""TruthfulQA, generated, no shots: Lin et al. 2021, arXiv:2109.07958.

BLEU and ROUGE to the nearest true reference less that to the nearest false one; the edition
of the paper (817 questions) and the present one (790).
"""

from compass.ask import Generate
from compass.data.truthfulqa_gen import truthfulqa_gen
from compass.evaluators import Contrast
from compass.prompts import Chat

truthfulqa_gen_about = dict(
    title='TruthfulQA (generation)',
    group='Language and knowledge',
    paper='Lin et al. 2021, arXiv:2109.07958',
    licence='Apache-2.0',
    hub='truthfulqa/truthful_qa',
    size=817,
    needs='metrics extra',
)

truthfulqa_gen_datasets = [
    dict(
        abbr='truthfulqa-gen',
        reader=dict(type=truthfulqa_gen, edition=817),
        prompt=dict(type=Chat, user='Q: {{ question }}\nA:'),
        ask=dict(type=Generate, max_new_tokens=64, stop=['\nQ:']),
        evaluator=dict(type=Contrast, read='line'),
    )
]

truthfulqa_790_gen_datasets = [
    {
        **one,
        'abbr': 'truthfulqa-790-gen',
        'reader': dict(type=truthfulqa_gen, edition=790),
    }
    for one in truthfulqa_gen_datasets
]
