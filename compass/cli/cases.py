"""``compass cases``: single questions of a run."""

from __future__ import annotations

import argparse
import re
from itertools import islice

from compass import jsontext
from compass.board import recorded_runs
from compass.cases import Case, cases
from compass.errors import ConfigError
from compass.textsafe import clean_line, clean_terminal

LONGEST = 1200
"""Characters of a text that are shown: its head and its tail."""


def command(arguments: argparse.Namespace) -> int:
    """Print cases and return the exit code."""
    if arguments.limit < 1:
        raise ConfigError(f"--limit must be at least 1, got {arguments.limit}")
    (run,) = recorded_runs([arguments.run])
    found = cases(
        run.root,
        models=arguments.model,
        datasets=arguments.dataset,
        kinds=frozenset(arguments.kinds or ()),
        pattern=_pattern(arguments.grep),
    )
    shown = 0
    for case in islice(found, arguments.limit):
        shown += 1
        if arguments.json:
            print(jsontext.dumps(case.to_dict()).decode())
        else:
            _print(case, arguments.full)
    if not shown and not arguments.json:
        print("no such case")
    elif not arguments.json and next(found, None) is not None:
        print(f"the first {shown}; more with --limit")
    return 0


def _pattern(text: str | None) -> re.Pattern[str] | None:
    if text is None:
        return None
    try:
        return re.compile(text)
    except re.error as error:
        raise ConfigError(
            f"--grep is no regular expression: {error}", hint="put a backslash before ( ) [ ] * + ?"
        ) from error


def _print(case: Case, full: bool) -> None:
    verdict, row = case.verdict, case.prediction
    place = verdict.sample_id
    place += f", variant {verdict.variant}" if verdict.variant else ""
    place += f", repeat {verdict.repeat}" if verdict.repeat else ""
    print(clean_line(f"── {case.dataset} · {case.model} · {place}"))
    values = ", ".join(
        f"{name} {'no verdict' if value is None else f'{value:g}'}"
        for name, value in verdict.values.items()
    )
    print(clean_line(f"verdict  {values}" + (f"  ({verdict.reason})" if verdict.reason else "")))
    print(clean_line(f"answer   {'-' if verdict.answer is None else verdict.answer}"))
    print(clean_line(f"target   {'-' if verdict.target is None else verdict.target}"))
    if row is None:
        print("its row of inference is gone")
    else:
        _text("prompt", row.prompt, full)
        if row.error is not None:
            _text("error", row.error, full)
        elif row.output is not None:
            _text("output", row.output, full)
        for number, one in enumerate(row.likelihoods or ()):
            print(f"option {number}  log-likelihood {one.logprob:.3f}, {one.tokens} tokens")
    print()


def _text(name: str, text: str, full: bool) -> None:
    if not full and len(text) > LONGEST:
        gone = len(text) - LONGEST
        text = f"{text[: LONGEST // 3]}\n… {gone:,} characters …\n{text[-2 * LONGEST // 3 :]}"
    print(f"{name}:")
    print("\n".join("  " + line for line in clean_terminal(text).split("\n")))
