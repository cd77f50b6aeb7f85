"""L-Eval, 20 tasks, no shots, generated: An et al. 2024, arXiv:2307.11088.

Instructions: ``Baselines/LEval_config.py`` and ``llama2-chat-test.py`` of
github.com/OpenLMLab/LEval, spelling as there.  The answers to gsm100 have their shots in
the document.
"""

from compass.ask import Generate
from compass.data.leval import leval
from compass.evaluators import F1, Choice, Needle, Numeric, Rouge
from compass.prompts import Chat

leval_about = dict(
    title='L-Eval',
    group='Long context',
    paper='An et al. 2024, arXiv:2307.11088',
    licence='GPL-3.0; documents keep that of their source',
    hub='L4NLP/LEval',
    # Of the 18 tasks whose files could be counted: without codeU and narrative_qa.
    size=1989,
    needs='metrics extra',
)

leval_exam_system = (
    'Now you are given a very long document. Please follow the instruction based on this '
    'document. For multi-choice questions, there is only a sinlge correct option. Please only '
    'provide the letter corresponding to the answer (like A or B) when answering. For other '
    'questions, please directly give the concise and accurate answer. '
)
leval_several_system = (
    'Now you are given a very long document. Please follow the instruction based on this '
    'document. For multi-choice questions, there could be a sinlge correct option or multiple '
    'correct options. Please only provide the letter corresponding to the answer (like A or AB) '
    'when answering. '
)
leval_topic_system = (
    'Below is a record of our previous conversation on many different topics. You are the '
    "ASSISTANT, and I am the USER. At the beginning of each topic, the USER will say 'I would "
    "like to discuss the topic of <TOPIC>'. Memorize each <TOPIC>. At the end of the record, I "
    'will ask you to retrieve the first/second/third topic names. Now the record start. '
)
leval_gsm_system = (
    'Given several question answer pairs, you need to follow a similar format to answer the last '
    'question. Make sure the response is end with The answer is _ . '
)
leval_code_system = (
    'Now you are given a code base consisting of a large amount of functions and the '
    'corresponding comments. In the end, I will call some functions defined in the code base. '
    'Please carefully read these codes and comments and answer the question.'
)
leval_fiction_system = (
    'Now you are given a scientific fiction. I will ask you some questions and the answer should '
    'be "True" or "False". Notice that you should answer the question based on the evidence in '
    'the document instead of your background knowledge.'
)
leval_open_system = (
    'Now you are given a very long document. Please follow the instruction after this document. '
    'These instructions may include summarizing a document, answering questions based on the '
    'document, or writing a required paragraph. '
)
leval_exam_user = (
    'Document is as follows. {{ document }} \nQuestion: {{ question }}.  Please directly give the '
    'answer without any additional output or explanation \nAnswer:'
)
leval_fiction_user = (
    '{% if document %}Document is as follows. {{ document }} \nQuestion: {{ question }}.  Please '
    'directly give the answer without any additional output or explanation \nAnswer:'
    '{% else %}{{ question }}Please directly answer without any additional output or explanation. '
    '\nAnswer:{% endif %}'
)
leval_after_user = '{{ document }}\n\n{{ question }}'
leval_open_user = (
    'Document is as follows. {{ document }} Instruction: {{ question }} \n'
    'Answer this question with {{ words }} words.'
)

# Exams: accuracy.
leval_exam_datasets = [
    dict(
        abbr=abbr,
        reader=dict(type=leval, task=task),
        prompt=dict(type=Chat, system=system, user=user),
        ask=dict(type=Generate, max_new_tokens=512),
        evaluator=evaluator,
    )
    for abbr, task, system, user, evaluator in (
        (
            'leval-coursera',
            'coursera',
            leval_several_system,
            leval_exam_user,
            dict(type=Choice),
        ),
        ('leval-quality', 'quality', leval_exam_system, leval_exam_user, dict(type=Choice)),
        ('leval-tpo', 'tpo', leval_exam_system, leval_exam_user, dict(type=Choice)),
        ('leval-sci_fi', 'sci_fi', leval_fiction_system, leval_fiction_user, dict(type=Choice)),
        ('leval-gsm100', 'gsm100', leval_gsm_system, leval_after_user, dict(type=Numeric)),
        ('leval-codeu', 'codeU', leval_code_system, leval_after_user, dict(type=Needle)),
        (
            'leval-topic_retrieval',
            'topic_retrieval_longchat',
            leval_topic_system,
            leval_after_user,
            dict(type=Needle),
        ),
    )
]

# Questions: F1 of words.
leval_f1_datasets = [
    dict(
        abbr=f'leval-{task}',
        reader=dict(type=leval, task=task),
        prompt=dict(type=Chat, system=leval_open_system, user=leval_open_user),
        ask=dict(type=Generate, max_new_tokens=512),
        evaluator=dict(type=F1),
    )
    for task in (
        'financial_qa',
        'legal_contract_qa',
        'multidoc_qa',
        'narrative_qa',
        'natural_question',
        'scientific_qa',
    )
]

# Summaries and sections of papers: ROUGE.
leval_rouge_datasets = [
    dict(
        abbr=f'leval-{task}',
        reader=dict(type=leval, task=task),
        prompt=dict(type=Chat, system=leval_open_system, user=leval_open_user),
        ask=dict(type=Generate, max_new_tokens=512),
        evaluator=dict(type=Rouge, kinds=['rougeL', 'rouge1', 'rouge2']),
    )
    for task in (
        'gov_report_summ',
        'meeting_summ',
        'news_summ',
        'paper_assistant',
        'patent_summ',
        'review_summ',
        'tv_show_summ',
    )
]

leval_datasets = [*leval_exam_datasets, *leval_f1_datasets, *leval_rouge_datasets]
