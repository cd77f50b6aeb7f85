"""Models behind OpenAI-compatible interfaces: hosted ones, and a server on this machine."""

from compass.models.api import API

api_models = [
    dict(
        abbr='gpt-4o-mini',
        backend=dict(type=API, model='gpt-4o-mini', key='env:OPENAI_API_KEY', ranking='top'),
    ),
    dict(
        abbr='gpt-4o',
        backend=dict(type=API, model='gpt-4o', key='env:OPENAI_API_KEY', ranking='top'),
    ),
    dict(
        abbr='claude-sonnet-4',
        backend=dict(
            type=API,
            interface='anthropic',
            model='claude-sonnet-4-20250514',
            key='env:ANTHROPIC_API_KEY',
        ),
    ),
    dict(
        abbr='gemini-2.5-flash',
        backend=dict(
            type=API,
            model='gemini-2.5-flash',
            base_url='https://generativelanguage.googleapis.com/v1beta/openai',
            key='env:GEMINI_API_KEY',
        ),
    ),
    dict(
        abbr='deepseek-chat',
        backend=dict(
            type=API,
            model='deepseek-chat',
            base_url='https://api.deepseek.com/v1',
            key='env:DEEPSEEK_API_KEY',
        ),
    ),
    dict(
        abbr='qwen-plus',
        backend=dict(
            type=API,
            model='qwen-plus',
            base_url='https://dashscope.aliyuncs.com/compatible-mode/v1',
            key='env:DASHSCOPE_API_KEY',
        ),
    ),
]

served_models = [
    dict(
        abbr='served',
        backend=dict(type=API, model='served', base_url='http://localhost:8000/v1', name='served'),
    ),
]
