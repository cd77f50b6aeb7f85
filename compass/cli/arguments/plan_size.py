"""The arguments of ``compass plan-size``."""

from __future__ import annotations

from typing import Any

from compass.cli.arguments.common import Command


def add(commands: Any) -> None:
    """Add the command to the parsers of all."""
    plan = commands.add_parser(
        "plan-size", help="how many questions it takes to see a difference between models"
    )
    seen = plan.add_argument_group("what is to be seen")
    seen.add_argument(
        "--difference", type=float, metavar="POINTS", help="difference to see, such as 2"
    )
    seen.add_argument(
        "--have", type=int, metavar="N", help="say the smallest difference that N questions show"
    )
    seen.add_argument(
        "--power", type=float, default=80, metavar="PERCENT", help="chance to see it (80)"
    )
    seen.add_argument(
        "--alpha", type=float, default=5, metavar="PERCENT", help="chance of a false alarm (5)"
    )
    models = plan.add_argument_group("the models")
    models.add_argument(
        "--accuracy", type=float, default=50, metavar="PERCENT", help="of the worse model (50)"
    )
    models.add_argument(
        "--discordant",
        type=float,
        metavar="PERCENT",
        help="questions only one of two models has right (as if they erred independently)",
    )
    models.add_argument(
        "--models", type=int, default=2, metavar="N", help="compare all pairs of N models (2)"
    )
    models.add_argument(
        "--unpaired", action="store_true", help="the models answer different questions"
    )
    asked = plan.add_argument_group("the questions")
    asked.add_argument(
        "--cluster-size", type=float, default=1, metavar="N", help="questions a passage (1)"
    )
    asked.add_argument(
        "--icc", type=float, metavar="SHARE", help="correlation within a passage, 0 to 1"
    )
    asked.add_argument(
        "--repeats", type=int, default=1, metavar="N", help="answers to each question (1)"
    )
    asked.add_argument(
        "--noise",
        type=float,
        metavar="PERCENT",
        help="of the variance that is within questions, from draw to draw",
    )
    plan.add_argument("--json", action="store_true", help="print JSON")
    plan.set_defaults(command=Command("plan_size"))
