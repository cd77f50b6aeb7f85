"""IFEval, 0-shot, answered by a chat model: Zhou et al. 2023, arXiv:2311.07911."""

from compass.ask import Generate
from compass.data.ifeval import ifeval
from compass.evaluators import InstructionFollowing
from compass.prompts import Chat

ifeval_about = dict(
    title='IFEval',
    group='Instruction following',
    paper='Zhou et al. 2023, arXiv:2311.07911',
    licence='CC BY 4.0',
    hub='google/IFEval',
    size=541,
    needs='metrics extra',
)

ifeval_datasets = [
    dict(
        abbr='ifeval',
        reader=dict(type=ifeval),
        prompt=dict(type=Chat, user='{{ prompt }}'),
        ask=dict(type=Generate, max_new_tokens=1280),
        evaluator=dict(type=InstructionFollowing),
    )
]
