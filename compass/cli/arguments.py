"""The arguments of every command.  Nothing is imported here before a command is chosen."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any

from compass import __version__

MODES = {
    "all": "all",
    "infer": "infer",
    "score": "score",
    "summary": "summary",
    "eval": "score",
    "viz": "summary",
}


class _Command:
    """A function of a module that is imported when it is called."""

    def __init__(self, module: str) -> None:
        self.module = module

    def __call__(self, arguments: argparse.Namespace) -> int:
        return int(import_module(f"compass.cli.{self.module}").command(arguments))


def parser() -> argparse.ArgumentParser:
    """Return the parser of ``compass``."""
    top = argparse.ArgumentParser(
        prog="compass",
        description="Evaluate language models and say how far to believe the scores.",
    )
    top.add_argument("--version", action="version", version=f"compass {__version__}")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _run(commands)
    _prompt(commands)
    _list(commands)
    return top


def _run(commands: Any) -> None:
    run = commands.add_parser(
        "run",
        help="evaluate models on benchmarks",
        description="Evaluate models on benchmarks. Exit code: 0 all fine, 2 the configuration "
        "is wrong, 3 the data are, 4 some questions or jobs failed, 5 the run folder cannot be "
        "used, 70 a bug, 130 interrupted.",
    )
    _experiment(run)
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
    how.add_argument("--dry-run", action="store_true", help="print the plan; touch no model")
    how.add_argument(
        "--explain", action="store_true", help="say of every job why it runs again or does not"
    )
    how.add_argument(
        "--allow-unsafe-code",
        action="store_true",
        help="run programs of models even where the system offers no isolation",
    )
    how.add_argument("--debug", action="store_true", help="do everything in this process")
    run.set_defaults(command=_Command("run"))


def _experiment(command: argparse.ArgumentParser) -> None:
    """Add the arguments that say what is evaluated."""
    what = command.add_argument_group("what is evaluated")
    what.add_argument("config", nargs="?", metavar="CONFIG", help="a configuration file")
    what.add_argument(
        "--models", nargs="+", metavar="NAME", default=[], help="models by name, without a file"
    )
    what.add_argument(
        "--datasets",
        nargs="+",
        metavar="NAME",
        default=[],
        help="benchmarks by name, or files of rows",
    )
    what.add_argument(
        "--hf",
        nargs="+",
        metavar="PATH",
        default=[],
        help="transformers models: hub names or folders",
    )
    what.add_argument("--summarizer", metavar="NAME", help="a summarizer by name")
    what.add_argument(
        "--set",
        nargs="+",
        action="extend",
        metavar="KEY=VALUE",
        default=[],
        help="override, such as models.0.generation.max_new_tokens=64",
    )
    what.add_argument(
        "--limit", type=int, metavar="N", help="only the first N samples of every benchmark"
    )
    what.add_argument(
        "--circular",
        choices=["cyclic", "all", "off"],
        help="ask multiple choices in every shift, or every order, of their options",
    )


def _prompt(commands: Any) -> None:
    prompt = commands.add_parser(
        "prompt",
        help="show exactly what a model will see",
        description="Show the prompts of the first samples as each model will see them, with their "
        "number of tokens. Loads tokenizers, no weights.",
    )
    _experiment(prompt)
    prompt.add_argument(
        "--samples", type=int, default=1, metavar="N", help="samples of each benchmark (1)"
    )
    prompt.add_argument(
        "--plain", action="store_true", help="no tokenizer: the messages before any template"
    )
    prompt.set_defaults(command=_Command("prompt"))


def _list(commands: Any) -> None:
    listing = commands.add_parser("list", help="list models, datasets and summarizers by name")
    listing.add_argument(
        "kind",
        nargs="?",
        choices=["models", "datasets", "summarizers"],
        help="what to list (all three)",
    )
    listing.add_argument(
        "pattern", nargs="?", default="*", metavar="PATTERN", help="names to list, such as 'mmlu*'"
    )
    listing.add_argument(
        "--markdown", action="store_true", help="write the datasets as a page, docs/benchmarks.md"
    )
    listing.set_defaults(command=_Command("catalogue"))
