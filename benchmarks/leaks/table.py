"""The rows of the zoo as a table: method by kind of leak."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

LEVEL = 0.05


def table(rows: Sequence[dict[str, Any]], kinds: Sequence[str]) -> str:
    """Return a Markdown table: area per question / power per set, and false alarms."""
    clean = [row for row in rows if row["kind"] == "clean"]
    if not clean:
        return "no clean model yet"
    names = list(clean[0]["nulls"][0])
    lines = [
        f"| method | false alarms | {' | '.join(kinds)} |",
        "|---" * (2 + len(kinds)) + "|",
    ]
    for name in names:
        least, alarm = _rule(name, clean)
        cells = [_false(name, clean, least)]
        for kind in kinds:
            made = [row for row in rows if row["kind"] == kind]
            flagged = [alarm(row["sets"][name]) for row in made]
            found = [row["areas"][name] for row in made if name in row["areas"]]
            mean = f"{sum(found) / len(found):.2f}" if found else "–"
            cells.append(f"{mean} / {sum(flagged) / max(1, len(flagged)):.0%}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", *_notes(rows, clean)])


def _rule(name: str, clean: Sequence[dict[str, Any]]) -> tuple[float | None, Any]:
    """Return the threshold of a method without p-value, and what flags a set."""
    if "p" in clean[0]["nulls"][0][name]:
        return None, lambda one: one["p"] <= LEVEL
    held = [null[name]["alone"] for row in clean[::2] for null in row["nulls"]]
    held.sort()
    # The smallest value that at most LEVEL of the held-out sets exceed.
    least = held[min(len(held) - 1, math.ceil((1 - LEVEL) * len(held)) - 1)]
    return least, lambda one: one["alone"] > least


def _false(name: str, clean: Sequence[dict[str, Any]], least: float | None) -> str:
    tried = clean if least is None else clean[1::2]
    nulls = [null[name] for row in tried for null in row["nulls"]]
    hits = sum(one["p"] <= LEVEL if least is None else one["alone"] > least for one in nulls)
    n = len(nulls)
    if not n:
        return "–"
    return f"{hits / n:.1%} of {n}{'' if least is None else ' *'}"


def _notes(rows: Sequence[dict[str, Any]], clean: Sequence[dict[str, Any]]) -> list[str]:
    n = sum(len(row["nulls"]) for row in clean)
    error = math.sqrt(LEVEL * (1 - LEVEL) / n)
    seconds = [row["training_seconds"] for row in rows]
    effects = {}
    for row in rows:
        if row["kind"] != "clean":
            for name, one in row["sets"].items():
                if "d" in one:
                    effects.setdefault((name, row["kind"]), []).append(one["d"])
    shown = [f"{n}, {k}: {sum(d) / len(d):+.2f}" for (n, k), d in effects.items()]
    about = (
        f"{len(rows)} models; a training takes {min(seconds):.1f} to {max(seconds):.1f} s of CPU, "
        f"all of it {sum(row['seconds'] for row in rows) / 60:.1f} min. One standard error of "
        f"5 % false alarms in {n} sets is {error:.1%}. * threshold from the other clean models."
    )
    return [about, "", "Effects in standard deviations: " + "; ".join(shown)]
