"""GSM8K, 4-shot chain of thought: Cobbe et al. 2021, arXiv:2110.14168."""

from compass.ask import Generate
from compass.data.gsm8k import gsm8k
from compass.evaluators import Numeric
from compass.prompts import Chat, Fixed

gsm8k_datasets = [
    dict(
        abbr='gsm8k',
        reader=dict(type=gsm8k, split='test'),
        prompt=dict(
            type=Chat,
            user="Question: {{ question }}\nLet's think step by step.\nAnswer:",
            assistant='{{ solution }}\nThe answer is {{ answer }}.',
            shots=dict(type=Fixed, n=4),
        ),
        ask=dict(type=Generate, max_new_tokens=512, stop=['Question:']),
        evaluator=dict(type=Numeric),
    )
]

gsm8k_about = dict(
    title='GSM8K',
    group='Reasoning and mathematics',
    paper='Cobbe et al. 2021, arXiv:2110.14168',
    licence='MIT',
    hub='openai/gsm8k',
    size=1319,
    needs='',
)

# The question and its cue as in Kojima et al. 2022 (arXiv:2205.11916), without examples.
gsm8k_0shot_datasets = [
    dict(
        abbr='gsm8k-0shot',
        reader=dict(type=gsm8k, split='test'),
        prompt=dict(
            type=Chat,
            user="Question: {{ question }}\nLet's think step by step. "
            'End with "The answer is" and the number.\nAnswer:',
        ),
        ask=dict(type=Generate, max_new_tokens=1024, stop=['Question:']),
        evaluator=dict(type=Numeric),
    )
]
