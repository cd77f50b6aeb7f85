"""The arguments of ``compass prompt``."""

from __future__ import annotations

from typing import Any

from compass.cli.arguments.common import Command, add_experiment


def add(commands: Any) -> None:
    """Add the command to the parsers of all."""
    prompt = commands.add_parser(
        "prompt",
        help="show exactly what a model will see",
        description="Show the prompts of the first samples as each model will see them, with their "
        "number of tokens. Loads tokenizers, no weights.",
    )
    add_experiment(prompt)
    prompt.add_argument(
        "--samples", type=int, default=1, metavar="N", help="samples of each benchmark (1)"
    )
    prompt.add_argument(
        "--plain", action="store_true", help="no tokenizer: the messages before any template"
    )
    prompt.set_defaults(command=Command("prompt"))
