"""CLUE, no shots: Xu et al. 2020, arXiv:2004.05986.

AFQMC, CMNLI, OCNLI, TNEWS, CLUEWSC 2020 and CSL; C3 is in a module of its own.  Ranked with the
prompts of OpenCompass, by the mean over prompt and option together as its PPL does, and answered
with a letter.
"""

from compass.ask import Generate, Rank
from compass.data.clue import clue
from compass.evaluators import Choice
from compass.prompts import Chat, Text

clue_about = dict(
    title='CLUE',
    group='Language and knowledge',
    paper='Xu et al. 2020, arXiv:2004.05986',
    licence='not stated',
    hub='clue/clue',
    size=32811,
    needs='',
)

clue_afqmc_datasets = [
    dict(
        abbr='clue-afqmc',
        reader=dict(type=clue, task='afqmc'),
        prompt=dict(
            type=Text,
            text='语句一：“{{ sentence1 }}”\n语句二：“{{ sentence2 }}”\n'
            '语句一与语句二是关于蚂蚁金融产品的疑问，两者所询问的内容是否完全一致？',
            answer='\n{{ answer }}',
        ),
        ask=dict(type=Rank, options='texts', normalise=['whole', 'sum']),
        evaluator=dict(type=Choice),
    ),
]

clue_afqmc_gen_datasets = [
    dict(
        abbr='clue-afqmc-gen',
        reader=dict(type=clue, task='afqmc'),
        prompt=dict(
            type=Chat,
            user='语句一：“{{ sentence1 }}”\n语句二：“{{ sentence2 }}”\n'
            '语句一与语句二是关于蚂蚁金融产品的疑问，两者所询问的内容是否完全一致？\n'
            '{{ options }}\n'
            '请回答选项的字母。\n答：',
            assistant='{{ letter }}',
            joint='',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['\n问']),
        evaluator=dict(type=Choice),
    ),
]

clue_cmnli_datasets = [
    dict(
        abbr='clue-cmnli',
        reader=dict(type=clue, task='cmnli'),
        prompt=dict(
            type=Text,
            text='语句一：“{{ sentence1 }}”\n语句二：“{{ sentence2 }}”\n请问这两句话是什么关系？',
            answer='\n{{ answer }}',
        ),
        ask=dict(type=Rank, options='texts', normalise=['whole', 'sum']),
        evaluator=dict(type=Choice),
    ),
]

clue_cmnli_gen_datasets = [
    dict(
        abbr='clue-cmnli-gen',
        reader=dict(type=clue, task='cmnli'),
        prompt=dict(
            type=Chat,
            user='语句一：“{{ sentence1 }}”\n语句二：“{{ sentence2 }}”\n'
            '请问这两句话是什么关系？\n'
            '{{ options }}\n'
            '请回答选项的字母。\n答：',
            assistant='{{ letter }}',
            joint='',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['\n问']),
        evaluator=dict(type=Choice),
    ),
]

clue_ocnli_datasets = [
    dict(
        abbr='clue-ocnli',
        reader=dict(type=clue, task='ocnli'),
        prompt=dict(
            type=Text,
            text='语句一：“{{ sentence1 }}”\n语句二：“{{ sentence2 }}”\n请问这两句话是什么关系？',
            answer='\n{{ answer }}',
        ),
        ask=dict(type=Rank, options='texts', normalise=['whole', 'sum']),
        evaluator=dict(type=Choice),
    ),
]

clue_ocnli_gen_datasets = [
    dict(
        abbr='clue-ocnli-gen',
        reader=dict(type=clue, task='ocnli'),
        prompt=dict(
            type=Chat,
            user='语句一：“{{ sentence1 }}”\n语句二：“{{ sentence2 }}”\n'
            '请问这两句话是什么关系？\n'
            '{{ options }}\n'
            '请回答选项的字母。\n答：',
            assistant='{{ letter }}',
            joint='',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['\n问']),
        evaluator=dict(type=Choice),
    ),
]

clue_tnews_datasets = [
    dict(
        abbr='clue-tnews',
        reader=dict(type=clue, task='tnews'),
        prompt=dict(
            type=Text, text='{{ question }}\n上述内容属于什么新闻？', answer='\n{{ answer }}'
        ),
        ask=dict(type=Rank, options='texts', normalise=['whole', 'sum']),
        evaluator=dict(type=Choice),
    ),
]

clue_tnews_gen_datasets = [
    dict(
        abbr='clue-tnews-gen',
        reader=dict(type=clue, task='tnews'),
        prompt=dict(
            type=Chat,
            user='{{ question }}\n上述内容属于什么新闻？\n{{ options }}\n请回答选项的字母。\n答：',
            assistant='{{ letter }}',
            joint='',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['\n问']),
        evaluator=dict(type=Choice),
    ),
]

clue_cluewsc_datasets = [
    dict(
        abbr='clue-cluewsc',
        reader=dict(type=clue, task='cluewsc'),
        prompt=dict(
            type=Text,
            text='{{ question }}\n此处，代词“{{ pronoun }}”被用于指代“{{ noun }}”吗？',
            answer='\n{{ answer }}',
        ),
        ask=dict(type=Rank, options='texts', normalise=['whole', 'sum']),
        evaluator=dict(type=Choice),
    ),
]

clue_cluewsc_gen_datasets = [
    dict(
        abbr='clue-cluewsc-gen',
        reader=dict(type=clue, task='cluewsc'),
        prompt=dict(
            type=Chat,
            user='{{ question }}\n此处，代词“{{ pronoun }}”被用于指代“{{ noun }}”吗？\n'
            '{{ options }}\n'
            '请回答选项的字母。\n答：',
            assistant='{{ letter }}',
            joint='',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['\n问']),
        evaluator=dict(type=Choice),
    ),
]

clue_csl_datasets = [
    dict(
        abbr='clue-csl',
        reader=dict(type=clue, task='csl'),
        prompt=dict(
            type=Text,
            text='摘要：{{ question }}\n关键词：{{ keywords }}\n'
            '请问上述关键词是否都是这篇论文的关键词？',
            answer='\n{{ answer }}',
        ),
        ask=dict(type=Rank, options='texts', normalise=['whole', 'sum']),
        evaluator=dict(type=Choice),
    ),
]

clue_csl_gen_datasets = [
    dict(
        abbr='clue-csl-gen',
        reader=dict(type=clue, task='csl'),
        prompt=dict(
            type=Chat,
            user='摘要：{{ question }}\n关键词：{{ keywords }}\n'
            '请问上述关键词是否都是这篇论文的关键词？\n'
            '{{ options }}\n'
            '请回答选项的字母。\n答：',
            assistant='{{ letter }}',
            joint='',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['\n问']),
        evaluator=dict(type=Choice),
    ),
]

clue_datasets = [
    *clue_afqmc_datasets,
    *clue_cmnli_datasets,
    *clue_ocnli_datasets,
    *clue_tnews_datasets,
    *clue_cluewsc_datasets,
    *clue_csl_datasets,
]

clue_gen_datasets = [
    *clue_afqmc_gen_datasets,
    *clue_cmnli_gen_datasets,
    *clue_ocnli_gen_datasets,
    *clue_tnews_gen_datasets,
    *clue_cluewsc_gen_datasets,
    *clue_csl_gen_datasets,
]
