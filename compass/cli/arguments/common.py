"""What the arguments of several commands share."""

from __future__ import annotations

import argparse
from importlib import import_module


class Command:
    """The function ``command`` of a module of `compass.cli`, imported when it is called."""

    def __init__(self, module: str) -> None:
        self.module = module

    def __call__(self, arguments: argparse.Namespace) -> int:
        """Run the command and return its exit code."""
        return int(import_module(f"compass.cli.{self.module}").command(arguments))


def add_experiment(command: argparse.ArgumentParser) -> None:
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
        "--engine",
        choices=["hf", "lmdeploy", "vllm", "sglang"],
        help="run local models on this engine instead of the one their entries name",
    )
    what.add_argument(
        "--circular",
        choices=["cyclic", "all", "off"],
        help="ask multiple choices in every shift, or every order, of their options",
    )
    what.add_argument(
        "--robust",
        choices=["letters", "shots", "all", "off"],
        help="ask with other letters for the options, other orders of the shots, or both",
    )
