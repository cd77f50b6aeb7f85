"""A model that picks at random: what a score is worth without knowing anything."""

from compass.models.instant import Instant

chance_models = [
    dict(abbr='chance', backend=dict(type=Instant, rule='random', seed=0)),
]
