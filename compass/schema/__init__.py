"""From plain dicts to frozen specs, and nothing by guess.

An unknown key, a wrong type, a missing key or an empty list is an error that names
the file and the key path (``configs/eval_x.py: datasets[0].reader.split``) and the
nearest valid key.  Nothing is imported here but by ``check_components``.
"""

from compass.schema.checks import check_components
from compass.schema.experiment import (
    DEFAULTS,
    abbr_from,
    experiment_from_dict,
    keys_at,
)

__all__ = ["DEFAULTS", "abbr_from", "check_components", "experiment_from_dict", "keys_at"]
