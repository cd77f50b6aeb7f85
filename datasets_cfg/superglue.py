"""SuperGLUE, no shots: Wang et al. 2019, arXiv:1905.00537.

Ranked with the prompts of lm-evaluation-harness (but MultiRC's, which ends in yes or no here), and
answered with a letter.  MultiRC also gives the F1 over all answers, CB the macro F1, AX-b the
Matthews correlation, as the paper does; ReCoRD is answered with an entity and scored by F1.
"""

from mmengine.config import read_base

from compass.ask import Generate, Rank
from compass.data.superglue import superglue
from compass.evaluators import F1, Choice
from compass.prompts import Chat, Text

with read_base():
    from datasets_cfg.boolq import boolq_datasets, boolq_gen_datasets
    from datasets_cfg.copa import copa_datasets, copa_gen_datasets
    from datasets_cfg.wsc import superglue_wsc_datasets, superglue_wsc_gen_datasets


superglue_about = dict(
    title='SuperGLUE',
    group='Language and knowledge',
    paper='Wang et al. 2019, arXiv:1905.00537',
    licence='by set',
    hub='aps/super_glue',
    size=20753,
    needs='',
)

superglue_cb_datasets = [
    dict(
        abbr='superglue-cb',
        reader=dict(type=superglue, task='cb'),
        prompt=dict(
            type=Text,
            text='{{ premise }}\nQuestion: {{ hypothesis }}. True, False, or Neither?\nAnswer:',
        ),
        ask=dict(type=Rank, options='texts', normalise='sum'),
        evaluator=dict(type=Choice, also=['macro_f1']),
    ),
]

superglue_cb_gen_datasets = [
    dict(
        abbr='superglue-cb-gen',
        reader=dict(type=superglue, task='cb'),
        prompt=dict(
            type=Chat,
            user='{{ premise }}\n'
            'Question: {{ hypothesis }}. True, False, or Neither?\n{{ options }}\n'
            'Answer with the letter of the right option.\nAnswer:',
            assistant='{{ letter }}',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['Question:']),
        evaluator=dict(type=Choice, also=['macro_f1']),
    ),
]

superglue_rte_datasets = [
    dict(
        abbr='superglue-rte',
        reader=dict(type=superglue, task='rte'),
        prompt=dict(
            type=Text, text='{{ premise }}\nQuestion: {{ hypothesis }} True or False?\nAnswer:'
        ),
        ask=dict(type=Rank, options='texts', normalise='sum'),
        evaluator=dict(type=Choice),
    ),
]

superglue_rte_gen_datasets = [
    dict(
        abbr='superglue-rte-gen',
        reader=dict(type=superglue, task='rte'),
        prompt=dict(
            type=Chat,
            user='{{ premise }}\nQuestion: {{ hypothesis }} True or False?\n{{ options }}\n'
            'Answer with the letter of the right option.\nAnswer:',
            assistant='{{ letter }}',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['Question:']),
        evaluator=dict(type=Choice),
    ),
]

superglue_wic_datasets = [
    dict(
        abbr='superglue-wic',
        reader=dict(type=superglue, task='wic'),
        prompt=dict(
            type=Text,
            text='Sentence 1: {{ sentence1 }}\nSentence 2: {{ sentence2 }}\n'
            "Question: Is the word '{{ form }}' "
            'used in the same way in the two sentences above?\nAnswer:',
        ),
        ask=dict(type=Rank, options='texts', normalise='sum'),
        evaluator=dict(type=Choice),
    ),
]

superglue_wic_gen_datasets = [
    dict(
        abbr='superglue-wic-gen',
        reader=dict(type=superglue, task='wic'),
        prompt=dict(
            type=Chat,
            user='Sentence 1: {{ sentence1 }}\nSentence 2: {{ sentence2 }}\n'
            "Question: Is the word '{{ form }}' "
            'used in the same way in the two sentences above?\n{{ options }}\n'
            'Answer with the letter of the right option.\nAnswer:',
            assistant='{{ letter }}',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['Question:']),
        evaluator=dict(type=Choice),
    ),
]

superglue_multirc_datasets = [
    dict(
        abbr='superglue-multirc',
        reader=dict(type=superglue, task='multirc'),
        prompt=dict(
            type=Text,
            text='{{ paragraph }}\nQuestion: {{ question }}\nAnswer: {{ candidate }}\n'
            'Is the answer correct?',
        ),
        ask=dict(type=Rank, options='texts', normalise='sum'),
        evaluator=dict(type=Choice, also=['f1']),
    ),
]

superglue_multirc_gen_datasets = [
    dict(
        abbr='superglue-multirc-gen',
        reader=dict(type=superglue, task='multirc'),
        prompt=dict(
            type=Chat,
            user='{{ paragraph }}\nQuestion: {{ question }}\nAnswer: {{ candidate }}\n'
            'Is the answer correct?\n{{ options }}\n'
            'Answer with the letter of the right option.\nAnswer:',
            assistant='{{ letter }}',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['Question:']),
        evaluator=dict(type=Choice, also=['f1']),
    ),
]

superglue_axb_datasets = [
    dict(
        abbr='superglue-axb',
        reader=dict(type=superglue, task='axb'),
        prompt=dict(
            type=Text, text='{{ premise }}\nQuestion: {{ hypothesis }} True or False?\nAnswer:'
        ),
        ask=dict(type=Rank, options='texts', normalise='sum'),
        evaluator=dict(type=Choice, also=['matthews']),
    ),
]

superglue_axb_gen_datasets = [
    dict(
        abbr='superglue-axb-gen',
        reader=dict(type=superglue, task='axb'),
        prompt=dict(
            type=Chat,
            user='{{ premise }}\nQuestion: {{ hypothesis }} True or False?\n{{ options }}\n'
            'Answer with the letter of the right option.\nAnswer:',
            assistant='{{ letter }}',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['Question:']),
        evaluator=dict(type=Choice, also=['matthews']),
    ),
]

superglue_axg_datasets = [
    dict(
        abbr='superglue-axg',
        reader=dict(type=superglue, task='axg'),
        prompt=dict(
            type=Text, text='{{ premise }}\nQuestion: {{ hypothesis }} True or False?\nAnswer:'
        ),
        ask=dict(type=Rank, options='texts', normalise='sum'),
        evaluator=dict(type=Choice),
    ),
]

superglue_axg_gen_datasets = [
    dict(
        abbr='superglue-axg-gen',
        reader=dict(type=superglue, task='axg'),
        prompt=dict(
            type=Chat,
            user='{{ premise }}\nQuestion: {{ hypothesis }} True or False?\n{{ options }}\n'
            'Answer with the letter of the right option.\nAnswer:',
            assistant='{{ letter }}',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['Question:']),
        evaluator=dict(type=Choice),
    ),
]

superglue_record_datasets = [
    dict(
        abbr='superglue-record',
        reader=dict(type=superglue, task='record'),
        prompt=dict(
            type=Text,
            text='{{ passage }}\n\n{% for one in highlights %}  - {{ one }}.\n{% endfor %}',
            answer="   - {{ question | replace('@placeholder', answer) }}",
        ),
        ask=dict(
            type=Rank,
            options='texts',
            ending="  - {{ question | replace('@placeholder', choice) }}",
            glue=' ',
            normalise='sum',
        ),
        evaluator=dict(type=Choice),
    ),
]

superglue_record_gen_datasets = [
    dict(
        abbr='superglue-record-gen',
        reader=dict(type=superglue, task='record'),
        prompt=dict(
            type=Chat,
            user='Passage: {{ passage }}\n{{ highlights | join("\n") }}\n'
            "Result: {{ question | replace('@placeholder', '____') }}\n"
            'Question: What entity does ____ refer to in the result? Give me the entity name:',
            assistant='{{ answer }}',
        ),
        ask=dict(type=Generate, max_new_tokens=32, stop=['\n\n', 'Question:']),
        evaluator=dict(type=F1, read='line'),
    ),
]

superglue_datasets = [
    *boolq_datasets,
    *superglue_cb_datasets,
    *copa_datasets,
    *superglue_multirc_datasets,
    *superglue_record_datasets,
    *superglue_rte_datasets,
    *superglue_wic_datasets,
    *superglue_wsc_datasets,
    *superglue_axb_datasets,
    *superglue_axg_datasets,
]

superglue_gen_datasets = [
    *boolq_gen_datasets,
    *superglue_cb_gen_datasets,
    *copa_gen_datasets,
    *superglue_multirc_gen_datasets,
    *superglue_record_gen_datasets,
    *superglue_rte_gen_datasets,
    *superglue_wic_gen_datasets,
    *superglue_wsc_gen_datasets,
    *superglue_axb_gen_datasets,
    *superglue_axg_gen_datasets,
]
