"""ARC, easy and challenge, 0- or 25-shot, ranked or generated: Clark et al. 2018, arXiv:1803.05457.

Ranked by the text of the options (without shots and with 25, as leaderboards do), ranked by
letter, and answered with a letter.
"""

from compass.ask import Generate, Rank
from compass.data.arc import arc
from compass.evaluators import Choice
from compass.prompts import Chat, Fixed, Text

arc_challenge_about = dict(
    title='ARC-Challenge',
    group='Examinations',
    paper='Clark et al. 2018, arXiv:1803.05457',
    licence='CC BY-SA 4.0',
    hub='allenai/ai2_arc',
    size=1172,
    needs='',
)

arc_easy_about = {**arc_challenge_about, 'title': 'ARC-Easy', 'size': 2376}

arc_challenge_datasets = [
    dict(
        abbr='arc-challenge',
        reader=dict(type=arc, subset='ARC-Challenge', split='test'),
        prompt=dict(type=Text, text='Question: {{ question }}\nAnswer:'),
        ask=dict(type=Rank, options='texts', normalise=['sum', 'byte']),
        evaluator=dict(type=Choice),
    )
]

arc_challenge_letter_datasets = [
    dict(
        abbr='arc-challenge-letter',
        reader=dict(type=arc, subset='ARC-Challenge', split='test'),
        prompt=dict(type=Text, text='Question: {{ question }}\n{{ options }}\nAnswer:'),
        ask=dict(type=Rank, options='letters'),
        evaluator=dict(type=Choice),
    )
]

arc_challenge_gen_datasets = [
    dict(
        abbr='arc-challenge-gen',
        reader=dict(type=arc, subset='ARC-Challenge', split='test'),
        prompt=dict(
            type=Chat,
            user='Question: {{ question }}\n{{ options }}\n'
            'Answer with the letter of the right option.\nAnswer:',
            assistant='{{ letter }}',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['Question:']),
        evaluator=dict(type=Choice),
    )
]

arc_easy_datasets = [
    {
        **one,
        'abbr': 'arc-easy',
        'reader': dict(type=arc, subset='ARC-Easy', split='test'),
    }
    for one in arc_challenge_datasets
]

arc_easy_letter_datasets = [
    {
        **one,
        'abbr': 'arc-easy-letter',
        'reader': dict(type=arc, subset='ARC-Easy', split='test'),
    }
    for one in arc_challenge_letter_datasets
]

arc_easy_gen_datasets = [
    {
        **one,
        'abbr': 'arc-easy-gen',
        'reader': dict(type=arc, subset='ARC-Easy', split='test'),
    }
    for one in arc_challenge_gen_datasets
]

arc_challenge_25_shot_datasets = [
    dict(
        abbr='arc-challenge-25shot',
        reader=dict(type=arc, subset='ARC-Challenge', split='test'),
        prompt=dict(
            type=Text,
            text='Question: {{ question }}\nAnswer:',
            shots=dict(type=Fixed, n=25),
        ),
        ask=dict(type=Rank, options='texts', normalise=['character', 'sum']),
        evaluator=dict(type=Choice),
    )
]

arc_easy_25_shot_datasets = [
    {
        **one,
        'abbr': 'arc-easy-25shot',
        'reader': dict(type=arc, subset='ARC-Easy', split='test'),
    }
    for one in arc_challenge_25_shot_datasets
]
