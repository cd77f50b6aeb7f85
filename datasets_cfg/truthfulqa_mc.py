"""TruthfulQA as a multiple choice, no shots: Lin et al. 2022, arXiv:2109.07958.

mc1 ranks the best true answer among the false ones, mc2 all true and all false ones; chat models
name the best answer among mc1's.  To put the authors' six pairs of questions and answers before
each question, as their scripts and lm-evaluation-harness do, give them as the prompt's `intro`.
"""

from compass.ask import Generate, Rank
from compass.data.truthfulqa_mc import truthfulqa_mc
from compass.evaluators import Choice, TruthfulChoice
from compass.prompts import Chat, Text

truthfulqa_mc_about = dict(
    title='TruthfulQA (multiple choice)',
    group='Language and knowledge',
    paper='Lin et al. 2022, arXiv:2109.07958',
    licence='Apache-2.0',
    hub='truthfulqa/truthful_qa',
    size=817,
    needs='',
)

truthfulqa_mc1_datasets = [
    dict(
        abbr='truthfulqa-mc1',
        reader=dict(type=truthfulqa_mc, answers='mc1'),
        prompt=dict(type=Text, text='Q: {{ question }}\nA:'),
        ask=dict(type=Rank, options='texts', normalise='sum'),
        evaluator=dict(type=TruthfulChoice, metric='mc1'),
    ),
]

truthfulqa_mc2_datasets = [
    dict(
        abbr='truthfulqa-mc2',
        reader=dict(type=truthfulqa_mc, answers='mc2'),
        prompt=dict(type=Text, text='Q: {{ question }}\nA:'),
        ask=dict(type=Rank, options='texts', normalise='sum'),
        evaluator=dict(type=TruthfulChoice, metric='mc2'),
    ),
]

truthfulqa_mc1_gen_datasets = [
    dict(
        abbr='truthfulqa-mc1-gen',
        reader=dict(type=truthfulqa_mc, answers='mc1', shuffle=True),
        prompt=dict(
            type=Chat,
            user='Question: {{ question }}\n{{ options }}\n'
            'Answer with the letter of the right option.\nAnswer:',
            assistant='{{ letter }}',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['Question:']),
        evaluator=dict(type=Choice),
    ),
]

truthfulqa_mc_datasets = [*truthfulqa_mc1_datasets, *truthfulqa_mc2_datasets]
