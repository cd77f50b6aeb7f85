"""Run programs nobody has read: isolated, limited, and judged where they cannot reach.

>>> from compass.sandbox import Check, Sandbox
>>> task = Check(source="def double(x): return 2 * x", tests="assert double(2) == 4")
>>> with Sandbox() as sandbox:  # doctest: +SKIP
...     sandbox.run(task).passed
True
"""

from compass.sandbox.box import ALLOW_UNSAFE_CODE, Sandbox
from compass.sandbox.limits import Limits
from compass.sandbox.programs import Check, Command, Ran, Script, Task

__all__ = ["ALLOW_UNSAFE_CODE", "Check", "Command", "Limits", "Ran", "Sandbox", "Script", "Task"]
