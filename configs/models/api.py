"""Models behind OpenAI-compatible interfaces: hosted ones, and a server on this machine."""

from mmengine.config import read_base

with read_base():
    from compass.catalog.api import api_models, served_models
