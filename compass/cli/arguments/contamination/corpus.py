"""The arguments of ``compass contamination corpus``."""

from __future__ import annotations

import argparse
from typing import Any

from compass.cli.arguments.common import Command

METHODS = ("words", "skip", "probes")


def add(commands: Any) -> None:
    """Add the command to those of the group."""
    corpus = commands.add_parser(
        "corpus",
        help="find test questions in a corpus",
        description="Find copies of test questions and answers in a corpus of any size. Exit code: "
        "0 all read, 2 or 3 a mistake in the arguments or the data, 4 a part of the corpus could "
        "not be read, 5 the output folder cannot be used.",
    )
    corpus.add_argument(
        "--corpus",
        nargs="+",
        required=True,
        metavar="PATTERN",
        help="files: jsonl, parquet, txt, also .gz, .bz2, .xz, .zst; patterns such as 'data/**/*'",
    )
    corpus.add_argument(
        "--datasets",
        required=True,
        metavar="NAME,NAME",
        type=lambda text: [name for name in text.split(",") if name],
        help="benchmarks by name, or files of rows, separated by commas",
    )
    corpus.add_argument(
        "-o", "--out", default="outputs/contamination", metavar="DIR", help="folder of the result"
    )
    corpus.add_argument(
        "--field", default="text", metavar="NAME", help="field of a row that holds its text (text)"
    )
    corpus.add_argument(
        "--part", type=part, default=(0, 1), metavar="I/N", help="only the Ith of N parts of files"
    )
    corpus.add_argument("--workers", type=int, metavar="N", help="processes (one a core)")
    corpus.add_argument("--anew", action="store_true", help="forget what an earlier scan found")
    _add_methods(corpus)
    corpus.set_defaults(command=Command("contamination.corpus"))


def _add_methods(corpus: argparse.ArgumentParser) -> None:
    how = corpus.add_argument_group("what counts as a copy")
    how.add_argument(
        "--methods",
        nargs="+",
        choices=METHODS,
        default=list(METHODS),
        help="GPT-3's 13 words, Llama 2's 10 with skips, GPT-4's probes of 50 characters (all)",
    )
    how.add_argument(
        "--label-by", choices=METHODS, help="method whose finding is the label (the first named)"
    )
    how.add_argument(
        "--common-items",
        type=int,
        default=10,
        metavar="N",
        help="n-grams in more than N questions are common phrases (10)",
    )
    how.add_argument(
        "--common-documents",
        type=int,
        default=10,
        metavar="N",
        help="n-grams in more than N documents are common phrases, unless a document holds "
        "four fifths of the question (10; 0: none are)",
    )
    how.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the probes (0)")
    how.add_argument(
        "--fields", nargs="+", metavar="NAME", help="fields of a sample that are its question"
    )


def part(text: str) -> tuple[int, int]:
    """Return ``3/8`` as (2, 8).

    Examples:
        >>> part("3/8")
        (2, 8)
    """
    number, _, total = text.partition("/")
    if not (number.isdecimal() and total.isdecimal() and 1 <= int(number) <= int(total)):
        raise argparse.ArgumentTypeError(f"expected I/N with 1 <= I <= N, got {text!r}")
    return int(number) - 1, int(total)
