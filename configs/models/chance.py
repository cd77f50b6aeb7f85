"""A baseline that picks at random."""

from mmengine.config import read_base

with read_base():
    from compass.catalog.instant import chance_models
