"""The arguments of ``compass run``."""

from __future__ import annotations

from typing import Any

from compass.cli.arguments.common import Command, add_experiment

MODES = {
    "all": "all",
    "infer": "infer",
    "score": "score",
    "summary": "summary",
    "eval": "score",
    "viz": "summary",
}


def add(commands: Any) -> None:
    """Add the command to the parsers of all."""
    run = commands.add_parser(
        "run",
        help="evaluate models on benchmarks",
        description="Evaluate models on benchmarks. Exit code: 0 all fine, 2 the configuration "
        "is wrong, 3 the data are, 4 some questions or jobs failed, 5 the run folder cannot be "
        "used, 70 a bug, 130 interrupted.",
    )
    add_experiment(run)
    where = run.add_argument_group("where the run lives")
    where.add_argument(
        "-w", "--work-dir", default="outputs", metavar="DIR", help="folder of all runs (outputs)"
    )
    where.add_argument(
        "-r",
        "--resume",
        nargs="?",
        const="latest",
        metavar="TIME",
        help="resume the latest run of this configuration, or the one started at TIME",
    )
    where.add_argument(
        "--force", action="store_true", help="use a folder that another experiment made"
    )
    how = run.add_argument_group("what to do and how")
    how.add_argument(
        "-m",
        "--mode",
        choices=list(MODES),
        default="all",
        help="stages to do; eval is score, viz is summary",
    )
    how.add_argument("--workers", type=int, metavar="N", help="most worker processes at a time")
    how.add_argument(
        "--detach", action="store_true", help="submit to the cluster and leave; -r follows the run"
    )
    how.add_argument("--dry-run", action="store_true", help="print the plan; touch no model")
    how.add_argument(
        "--explain", action="store_true", help="say of every job why it runs again or does not"
    )
    how.add_argument(
        "--allow-unsafe-code",
        action="store_true",
        help="run programs of models even where the system offers no isolation",
    )
    how.add_argument(
        "--watch",
        metavar="DIR",
        help="evaluate the checkpoints in DIR, and those a training still saves there, each asked "
        "as the models of the configuration are",
    )
    how.add_argument(
        "--patience",
        type=float,
        metavar="MINUTES",
        help="with --watch: stop after so long without a new checkpoint",
    )
    how.add_argument(
        "--no-report",
        dest="report",
        action="store_false",
        help="write no board.html, no transcripts",
    )
    how.add_argument("--debug", action="store_true", help="do everything in this process")
    run.set_defaults(command=Command("run"))
