"""The arguments of ``compass cases``."""

from __future__ import annotations

from typing import Any

from compass.cli.arguments.common import Command


def add(commands: Any) -> None:
    """Add the command to the parsers of all."""
    cases = commands.add_parser(
        "cases",
        help="show single questions, answers and verdicts of a run",
        description="Show single questions of a run: what was asked, what was answered, what was "
        "read out of it and how it was judged.",
    )
    cases.add_argument("run", metavar="RUN", help="a run folder, or the folder of a configuration")
    cases.add_argument("--model", metavar="PATTERN", default="*", help="models, such as 'qwen*'")
    cases.add_argument("--dataset", metavar="PATTERN", default="*", help="datasets")
    for kind, said in (
        ("wrong", "judged below the full mark"),
        ("right", "judged right"),
        ("failed", "without an answer or a verdict"),
        ("unparsed", "with an answer that could not be read"),
        ("truncated", "with a prompt or an answer that was cut"),
    ):
        cases.add_argument(
            f"--{kind}", dest="kinds", action="append_const", const=kind, help=f"those {said}"
        )
    cases.add_argument("--grep", metavar="REGEX", help="those in which this is found")
    cases.add_argument("--limit", type=int, default=10, metavar="N", help="most to show (10)")
    cases.add_argument("--full", action="store_true", help="do not shorten long texts")
    cases.add_argument("--json", action="store_true", help="a JSON line for each")
    cases.set_defaults(command=Command("cases"))
