"""The arguments of ``compass gate``."""

from __future__ import annotations

from typing import Any

from compass.cli.arguments.common import Command


def add(commands: Any) -> None:
    """Add the command to the parsers of all."""
    gate = commands.add_parser(
        "gate",
        help="fail if a model is worse than a baseline, and only if it is",
        description="Compare a candidate with a baseline question by question and answer pass "
        "(exit code 0), fail (1) or cannot tell (6). No model is asked.",
    )
    gate.add_argument(
        "--baseline", metavar="RUN|FILE", required=True, help="a run folder, or a saved baseline"
    )
    gate.add_argument("--candidate", metavar="RUN", required=True, help="the run to be judged")
    gate.add_argument(
        "--rules", metavar="FILE", help="rules (gate.toml); without: no worse than 1 point"
    )
    gate.add_argument(
        "--models",
        nargs="+",
        metavar="NAME",
        default=[],
        help="the model of baseline and candidate, or one for each",
    )
    gate.add_argument("--markdown", metavar="FILE", help="write a summary for a pull request")
    gate.add_argument("--junit", metavar="FILE", help="write JUnit XML")
    gate.add_argument("--json", action="store_true", help="print JSON and nothing else")
    gate.set_defaults(command=Command("gate"))
