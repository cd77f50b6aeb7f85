"""The arguments of ``compass contamination reference``."""

from __future__ import annotations

from typing import Any

from compass.cli.arguments.common import Command

RULES = ("numbers", "names", "options", "phrases")


def add(commands: Any) -> None:
    """Add the command to those of the group."""
    reference = commands.add_parser(
        "reference",
        help="rewrite a benchmark into fresh questions of the same kind",
        description="Write questions parallel to a benchmark's, for the check Rewritten. "
        "Every row says which rules changed it; FILE.how.json says how the set was made.",
    )
    reference.add_argument("dataset", metavar="DATASET", help="a benchmark by name, or rows")
    reference.add_argument(
        "-o", "--out", required=True, metavar="FILE", help="rows go here (JSONL)"
    )
    reference.add_argument(
        "--rules", nargs="+", choices=RULES, default=list(RULES), help="what may change (all)"
    )
    reference.add_argument("--seed", type=int, default=0, help="of what is drawn (0)")
    reference.add_argument(
        "--limit", type=int, metavar="N", help="only the first N samples of the benchmark"
    )
    reference.add_argument(
        "--split", metavar="NAME", help="rewrite another split, such as train, as a control"
    )
    reference.add_argument(
        "--model", metavar="NAME", help="also let this model reword the questions"
    )
    reference.set_defaults(command=Command("contamination.reference"))
