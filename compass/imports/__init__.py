"""Results of other programs as run folders: scores without answers or verdicts.

They can stand on a board beside runs of Compass.  What a file does not say stays unknown;
nothing is called significant that cannot be tested.
"""

from compass.imports.folder import write_run
from compass.imports.lm_eval import Imported, lm_eval

__all__ = ["Imported", "lm_eval", "write_run"]
