"""FewCLUE, public tests, no shots: Xu et al. 2021, arXiv:2107.07498.

BUSTM, EPRSTMT, TNEWS, CLUEWSC, CSL, OCNLI and CHID.  Ranked with the prompts of OpenCompass, by the
mean over prompt and option together as its PPL does, and answered with a letter.  It has no form on
the hub: the original files are read.
"""

from compass.ask import Generate, Rank
from compass.data.clue import fewclue
from compass.evaluators import Choice
from compass.prompts import Chat, Text

fewclue_about = dict(
    title='FewCLUE',
    group='Language and knowledge',
    paper='Xu et al. 2021, arXiv:2107.07498',
    licence='not stated',
    hub='',
    size=12718,
    needs='',
)

fewclue_bustm_datasets = [
    dict(
        abbr='fewclue-bustm',
        reader=dict(type=fewclue, task='bustm'),
        prompt=dict(
            type=Text,
            text='语句一：“{{ sentence1 }}”\n语句二：“{{ sentence2 }}”\n'
            '请判断语句一和语句二说的是否是一个意思？',
            answer="\n{{ '两句话说的毫不相关。' if answer == '无关' "
            "else '两句话说是的一个意思。' }}",
        ),
        ask=dict(
            type=Rank,
            options='texts',
            ending="{{ '两句话说的毫不相关。' if choice == '无关' else '两句话说是的一个意思。' }}",
            normalise=['whole', 'sum'],
        ),
        evaluator=dict(type=Choice),
    ),
]

fewclue_bustm_gen_datasets = [
    dict(
        abbr='fewclue-bustm-gen',
        reader=dict(type=fewclue, task='bustm'),
        prompt=dict(
            type=Chat,
            user='语句一：“{{ sentence1 }}”\n语句二：“{{ sentence2 }}”\n'
            '请判断语句一和语句二说的是否是一个意思？\n'
            '{{ options }}\n'
            '请回答选项的字母。\n答：',
            assistant='{{ letter }}',
            joint='',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['\n问']),
        evaluator=dict(type=Choice),
    ),
]

fewclue_eprstmt_datasets = [
    dict(
        abbr='fewclue-eprstmt',
        reader=dict(type=fewclue, task='eprstmt'),
        prompt=dict(
            type=Text, text='内容： "{{ question }}"。情绪分类：', answer='\n{{ answer }}。'
        ),
        ask=dict(type=Rank, options='texts', ending='{{ choice }}。', normalise=['whole', 'sum']),
        evaluator=dict(type=Choice),
    ),
]

fewclue_eprstmt_gen_datasets = [
    dict(
        abbr='fewclue-eprstmt-gen',
        reader=dict(type=fewclue, task='eprstmt'),
        prompt=dict(
            type=Chat,
            user='内容： "{{ question }}"。请对上述内容进行情绪分类。\n'
            '{{ options }}\n'
            '请回答选项的字母。\n答：',
            assistant='{{ letter }}',
            joint='',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['\n问']),
        evaluator=dict(type=Choice),
    ),
]

fewclue_tnews_datasets = [
    dict(
        abbr='fewclue-tnews',
        reader=dict(type=fewclue, task='tnews'),
        prompt=dict(
            type=Text, text='{{ question }}\n上述内容属于什么新闻？', answer='\n{{ answer }}'
        ),
        ask=dict(type=Rank, options='texts', normalise=['whole', 'sum']),
        evaluator=dict(type=Choice),
    ),
]

fewclue_tnews_gen_datasets = [
    dict(
        abbr='fewclue-tnews-gen',
        reader=dict(type=fewclue, task='tnews'),
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

fewclue_cluewsc_datasets = [
    dict(
        abbr='fewclue-cluewsc',
        reader=dict(type=fewclue, task='cluewsc'),
        prompt=dict(
            type=Text,
            text='{{ question }}\n此处，代词“{{ pronoun }}”被用于指代“{{ noun }}”吗？',
            answer='\n{{ answer }}',
        ),
        ask=dict(type=Rank, options='texts', normalise=['whole', 'sum']),
        evaluator=dict(type=Choice),
    ),
]

fewclue_cluewsc_gen_datasets = [
    dict(
        abbr='fewclue-cluewsc-gen',
        reader=dict(type=fewclue, task='cluewsc'),
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

fewclue_csl_datasets = [
    dict(
        abbr='fewclue-csl',
        reader=dict(type=fewclue, task='csl'),
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

fewclue_csl_gen_datasets = [
    dict(
        abbr='fewclue-csl-gen',
        reader=dict(type=fewclue, task='csl'),
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

fewclue_ocnli_datasets = [
    dict(
        abbr='fewclue-ocnli',
        reader=dict(type=fewclue, task='ocnli'),
        prompt=dict(
            type=Text,
            text='语句一：“{{ sentence1 }}”\n语句二：“{{ sentence2 }}”\n请问这两句话是什么关系？',
            answer='\n{{ answer }}',
        ),
        ask=dict(type=Rank, options='texts', normalise=['whole', 'sum']),
        evaluator=dict(type=Choice),
    ),
]

fewclue_ocnli_gen_datasets = [
    dict(
        abbr='fewclue-ocnli-gen',
        reader=dict(type=fewclue, task='ocnli'),
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

fewclue_chid_datasets = [
    dict(
        abbr='fewclue-chid',
        reader=dict(type=fewclue, task='chid'),
        prompt=dict(
            type=Text,
            text='以下句子是否通顺？\n',
            answer='{{ before }}{{ answer }}{{ after }}\n这个句子是通顺的。',
        ),
        ask=dict(
            type=Rank,
            options='texts',
            context='{{ before }}{{ choice }}{{ after }}\n',
            ending='这个句子是通顺的。',
            normalise=['whole', 'sum'],
        ),
        evaluator=dict(type=Choice),
    ),
]

fewclue_chid_gen_datasets = [
    dict(
        abbr='fewclue-chid-gen',
        reader=dict(type=fewclue, task='chid'),
        prompt=dict(
            type=Chat,
            user='{{ question }}\n请选择______处所填的词。\n'
            '{{ options }}\n'
            '请回答选项的字母。\n答：',
            assistant='{{ letter }}',
            joint='',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['\n问']),
        evaluator=dict(type=Choice),
    ),
]

fewclue_datasets = [
    *fewclue_bustm_datasets,
    *fewclue_eprstmt_datasets,
    *fewclue_tnews_datasets,
    *fewclue_cluewsc_datasets,
    *fewclue_csl_datasets,
    *fewclue_ocnli_datasets,
    *fewclue_chid_datasets,
]

fewclue_gen_datasets = [
    *fewclue_bustm_gen_datasets,
    *fewclue_eprstmt_gen_datasets,
    *fewclue_tnews_gen_datasets,
    *fewclue_cluewsc_gen_datasets,
    *fewclue_csl_gen_datasets,
    *fewclue_ocnli_gen_datasets,
    *fewclue_chid_gen_datasets,
]
