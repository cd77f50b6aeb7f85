"""What a model needs of a machine that is not this one."""

from __future__ import annotations

from compass.runfolder import RunFolder
from compass.schema import experiment_from_dict
from compass.specs import Experiment, ModelSpec
from compass.store import read_document


def experiment_of(folder: RunFolder) -> Experiment:
    """Return the experiment of a run."""
    config = read_document(folder.config)
    return experiment_from_dict(config, name=config["name"], where=str(folder.config))


def gpus_wanted(model: ModelSpec) -> float:
    """Return the GPUs of a worker: as told, else one for a back end that can use one."""
    if model.resources.gpus is not None:
        return model.resources.gpus
    return 1.0 if getattr(model.backend.build(), "uses_gpu", False) else 0.0
