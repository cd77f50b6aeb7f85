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
        "(exit code 0), fail (1) or cannot tell (6). No model is asked, unless --sequential "
        "asks the candidate of a configuration, and stops as soon as the answer is certain.",
    )
    gate.add_argument(
        "experiment", nargs="?", metavar="CONFIG", help="with --sequential: asks the candidate"
    )
    gate.add_argument(
        "--baseline", metavar="RUN|FILE", required=True, help="a run folder, or a saved baseline"
    )
    gate.add_argument("--candidate", metavar="RUN", help="the run to be judged")
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
    gate.add_argument(
        "--report",
        metavar="URL",
        help="where the candidate's board.html is: flips are linked to it",
    )
    gate.add_argument("--junit", metavar="FILE", help="write JUnit XML")
    gate.add_argument("--json", action="store_true", help="print JSON and nothing else")
    rounds = gate.add_argument_group("asking in rounds")
    rounds.add_argument(
        "--sequential",
        action="store_true",
        help="ask the candidate in growing rounds and stop as soon as the answer is certain",
    )
    rounds.add_argument(
        "--first", type=int, default=100, metavar="N", help="samples of the first round (100)"
    )
    rounds.add_argument(
        "--grow", type=float, default=1.5, metavar="X", help="by which all grow a round (1.5)"
    )
    rounds.add_argument("--seed", type=int, default=0, metavar="N", help="of the random order (0)")
    rounds.add_argument(
        "--past",
        nargs="+",
        metavar="RUN|FILE",
        default=[],
        help="runs or baselines of other models: ask first what they were split on; the answer "
        "is about these questions alone",
    )
    rounds.add_argument(
        "--set", nargs="+", action="extend", metavar="KEY=VALUE", default=[],
        help="override what the configuration says",
    )  # fmt: skip
    rounds.add_argument(
        "-w", "--work-dir", default="outputs", metavar="DIR", help="folder of all runs (outputs)"
    )
    rounds.add_argument(
        "-r", "--resume", nargs="?", const="latest", metavar="TIME",
        help="go on with the latest run of this gate, or the one started at TIME",
    )  # fmt: skip
    rounds.add_argument("--debug", action="store_true", help="do everything in this process")
    gate.set_defaults(command=Command("gate"))
