"""The arguments of ``compass baseline``."""

from __future__ import annotations

from typing import Any

from compass.cli.arguments.common import Command


def add(commands: Any) -> None:
    """Add the command to the parsers of all."""
    baseline = commands.add_parser(
        "baseline",
        help="keep what a model was worth as one small file, for the gate",
        description="Save, show or compare baselines: small JSON files with the scores of a "
        "model, a value for each question and fingerprints, meant to be kept beside the code.",
    )
    verbs = baseline.add_subparsers(title="verbs", required=True, metavar="VERB", dest="verb")
    save = verbs.add_parser("save", help="make a baseline of a finished run")
    save.add_argument("run", metavar="RUN", help="a run folder, or the folder of a configuration")
    save.add_argument("-o", "--output", metavar="FILE", required=True, help="where to")
    save.add_argument("--model", metavar="NAME", help="the model, if the run has several")
    save.add_argument("--rules", metavar="FILE", help="rules that name metrics (gate.toml)")
    show = verbs.add_parser("show", help="show what a baseline holds")
    show.add_argument("file", metavar="FILE", help="a baseline")
    diff = verbs.add_parser("diff", help="show how two baselines differ")
    diff.add_argument("first", metavar="FILE", help="a baseline")
    diff.add_argument("second", metavar="FILE", help="another")
    for verb in (save, show, diff):
        verb.set_defaults(command=Command("baseline"))
