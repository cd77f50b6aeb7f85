"""``compass plan-size``: how many questions show a difference, or which one some show."""

from __future__ import annotations

import argparse
import json
import math
from typing import Any

from compass.errors import ConfigError
from compass.stats.power import Study

_LADDER = (1.0, 2.0, 3.0, 5.0, 10.0)
"""Differences in points that are shown for comparison."""


def command(arguments: argparse.Namespace) -> int:
    """Print the number of questions, or the smallest difference seen."""
    study = _study(arguments)
    difference = arguments.difference
    if difference is None and arguments.have is None:
        raise ConfigError(
            "there is nothing to plan",
            where="compass plan-size",
            hint="--difference 2 for the number of questions, --have 500 for what they show",
        )
    if difference is not None:
        _check_difference(difference, study)
    if arguments.have is not None and arguments.have < 1:
        raise ConfigError(
            f"questions are counted from 1, got {arguments.have}", where="--have", hint="--have 500"
        )
    answer = {
        "difference": None if difference is None else difference / 100,
        "questions": None if difference is None else study.questions(difference / 100),
        "have": arguments.have,
        "smallest": None if arguments.have is None else study.smallest(arguments.have),
    }
    if arguments.json:
        print(json.dumps(answer | _assumed(study, difference), indent=2))
    else:
        _show(study, answer)
    return 0


def _study(arguments: argparse.Namespace) -> Study:
    """Return what is assumed, every argument checked.

    Raises:
        ConfigError: One is out of its range, or lacks its companion.
    """
    for name, low, high, example in (
        ("accuracy", 0.0, 100.0, "70"),
        ("discordant", 0.0, 100.0, "20"),
        ("power", 50.0, 100.0, "80"),
        ("alpha", 0.0, 50.0, "5"),
        ("icc", None, 1.0, "0.2"),
        ("noise", None, 100.0, "30"),
    ):
        value = getattr(arguments, name)
        least = 0.0 if low is None else low
        inside = value is None or (least < value < high or (low is None and value in (0.0, high)))
        if not inside:
            unit = "" if high == 1 else " percent"
            between = "from 0 to" if low is None else f"above {least:g} and below"
            raise ConfigError(
                f"{name} must be {between} {high:g}{unit}, got {value:g}",
                where=f"--{name}",
                hint=f"--{name} {example}",
            )
    for name, fewest in (("models", 2), ("cluster_size", 1), ("repeats", 1)):
        value, flag = getattr(arguments, name), "--" + name.replace("_", "-")
        if not fewest <= value < math.inf:
            raise ConfigError(
                f"{flag[2:]} must be {fewest} or more, got {value:g}", where=flag, hint=f"{flag} 5"
            )
    for much, share, example in (("cluster_size", "icc", "0.2"), ("repeats", "noise", "30")):
        flag = "--" + much.replace("_", "-")
        if getattr(arguments, much) > 1 and getattr(arguments, share) is None:
            raise ConfigError(
                f"{flag} changes nothing known without --{share}",
                where=flag,
                hint=f"add --{share}, such as --{share} {example}",
            )
        if getattr(arguments, much) == 1 and getattr(arguments, share) is not None:
            raise ConfigError(
                f"--{share} says nothing without {flag}", where=f"--{share}", hint=f"{flag} 4"
            )
    if arguments.unpaired and arguments.discordant is not None:
        raise ConfigError(
            "models that answer different questions cannot disagree on one",
            where="--discordant",
            hint="leave out --unpaired or --discordant",
        )
    return Study(
        accuracy=arguments.accuracy / 100,
        discordance=None if arguments.discordant is None else arguments.discordant / 100,
        paired=not arguments.unpaired,
        power=arguments.power / 100,
        alpha=arguments.alpha / 100,
        pairs=arguments.models * (arguments.models - 1) // 2,
        cluster_size=arguments.cluster_size,
        icc=arguments.icc or 0.0,
        repeats=arguments.repeats,
        noise=(arguments.noise or 0.0) / 100,
    )


def _check_difference(points: float, study: Study) -> None:
    if not points > 0:
        raise ConfigError(
            f"a difference to see is above 0, got {points:g}",
            where="--difference",
            hint="--difference 2: two points, whichever model is the better one",
        )
    if study.accuracy + points / 100 > 1:
        raise ConfigError(
            f"no model is {points:g} points better than {100 * study.accuracy:g} percent",
            where="--difference",
            hint="--accuracy is that of the worse model; lower it or the difference",
        )
    try:
        study.disagreement(points / 100)
    except ValueError as problem:
        most = min(2 * study.accuracy, 2 - 2 * study.accuracy - points / 100) * 100
        raise ConfigError(
            f"models of {100 * study.accuracy:g} and {100 * study.accuracy + points:g} percent"
            f" cannot disagree on {100 * (study.discordance or 0):g} percent of the questions",
            where="--discordant",
            hint=f"it is from {points:g} to {most:g}, or leave it out",
        ) from problem


def _assumed(study: Study, points: float | None) -> dict[str, Any]:
    """Return what the answer rests on, for JSON."""
    known = study.discordance
    if known is None and study.paired and points is not None:
        known = study.disagreement(points / 100)
    return {
        "accuracy": study.accuracy,
        "discordant": known if study.paired else None,
        "paired": study.paired,
        "power": study.power,
        "alpha": study.alpha,
        "pairs": study.pairs,
        "cluster_size": study.cluster_size,
        "icc": study.icc,
        "repeats": study.repeats,
        "noise": study.noise,
    }


def _show(study: Study, answer: dict[str, Any]) -> None:
    """Print the plan as a short table."""
    lines = [
        ("accuracy", f"{100 * study.accuracy:g} % and the difference"),
        ("compared", "on the same questions" if study.paired else "on different questions"),
    ]
    if study.paired:
        known = study.discordance
        said = "as if they erred independently" if known is None else f"{100 * known:g} %"
        lines.append(("disagreement", said))
    pairs = "1 pair" if study.pairs == 1 else f"{study.pairs} pairs (Bonferroni)"
    lines += [
        ("chance to see it", f"{100 * study.power:g} %"),
        ("false alarms", f"{100 * study.alpha:g} % over {pairs}"),
    ]
    if study.effect != 1:
        lines.append(("questions times", f"{study.effect:.2f} for clusters and repeats"))
    for name, text in lines:
        print(f"{name:<18}{text}")
    if answer["have"] is not None:
        smallest = answer["smallest"]
        seen = "none can be seen" if smallest is None else f"{100 * smallest:.2f} points"
        print(f"\n{answer['have']:,} questions show a difference of: {seen}")
    each = "" if study.paired else " for each model"
    print(f"\n{'difference':>10}  questions{each}")
    asked = answer["difference"]
    ladder = {*_LADDER} if asked is None else {*_LADDER, 100 * asked}
    for points in sorted(ladder):
        mark = " <" if asked is not None and points == 100 * asked else ""
        print(f"{points:>10g}  {_questions(study, points / 100):>9}{mark}")
    if study.paired and study.discordance is None:
        print("\nModels that find the same questions hard need fewer: give --discordant.")


def _questions(study: Study, difference: float) -> str:
    try:
        return f"{study.questions(difference):,}"
    except ValueError:
        return "-"
