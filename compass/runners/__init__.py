"""Ways to get the jobs of a plan done.  All call `compass.worker`."""

from compass.runners.inprocess import InProcess
from compass.runners.local import Local
from compass.runners.ray import Ray
from compass.runners.slurm import Slurm

__all__ = ["InProcess", "Local", "Ray", "Slurm"]
